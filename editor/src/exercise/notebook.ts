/** The exercises of one open notebook: fields, feet of questions, checks, hints, the raised hand. */
import type { Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { type ISignal, Signal } from '@lumino/signaling';

import { checkCode, checkWritten, type Outcome, sourceOf } from './check';
import { QuestionFooter, type Told } from './footer';
import type { Render } from './form';
import { ClosedForms, type FormsAround } from './forms';
import { Hints, type HintsAround, ownHint } from './hints';
import type { CellData } from './metadata';
import type { ProgressRow, Standing } from './progress';
import { getQuestions, keyOf, type Question } from './questions';
import { KernelRunner, NoKernel } from './runner';
import { Notes, type SideData } from './state';

/** What the page gives to every notebook. */
export interface Surroundings extends FormsAround, HintsAround {
  render: (panel: NotebookPanel) => Render;
  role(): 'author' | 'pupil' | 'marker' | null;
  /** What the teacher said about a question, newest first. */
  told(path: string, question: string): readonly Told[];
}

const SETTLE = 120;
const LONG = 8_000;

type Phase = 'idle' | 'waiting' | 'running' | 'long';

export class NotebookExercise {
  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _around: Surroundings
  ) {
    this._runner = new KernelRunner(_panel);
    this._render = _around.render(_panel);
    this._hints = new Hints(() => _panel.context.path, _around);
    this._forms = new ClosedForms(_panel, _around, this._render, { look: () => this._look(), soon: () => this._soon() });
    _panel.content.modelContentChanged.connect(this._soon, this);
    void _panel.context.ready.then(() => this._start());
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get rows(): ProgressRow[] {
    return this._questions.map(question => ({
      id: keyOf(question),
      number: question.number,
      title: question.title,
      points: question.points,
      standing: this._standing(question)
    }));
  }

  get isBusy(): boolean {
    return this._phases.size > 0;
  }

  /** The title of the question for which the hand is up. */
  get hand(): string | null {
    const hand = this._around.role() === 'pupil' ? this._notes?.hand : null;
    return hand ? (this._questions.find(({ id }) => id === hand.question)?.title ?? this._around.say('questions')) : null;
  }

  /** Something outside changed: rights, files, the person's role. */
  update(): void {
    this._soon();
  }

  async go(key: string): Promise<void> {
    const question = this._questions.find(one => keyOf(one) === key);
    if (question) {
      const { index } = question.cells[0];
      const notebook = this._panel.content;
      await notebook.scrollToItem(index, 'start').catch(() => undefined);
      notebook.activeCellIndex = index;
      notebook.widgets[index]?.node.focus({ preventScroll: true });
    }
  }

  /** Check every question that can be, one after the other. */
  async checkAll(): Promise<void> {
    for (const question of this._questions.filter(({ kind }) => kind !== 'task' && kind !== 'free')) {
      await this.check(question);
    }
    const done = this.rows.filter(({ standing }) => standing === 'passing' || standing === 'answered').length;
    this._around.announce(this._around.say('progressTitle', { done, count: this._questions.length }));
  }

  /** Checks wait for each other: there is one Python. */
  check(question: Question): Promise<void> {
    const key = keyOf(question);
    if (!this._phases.has(key)) {
      this._phase(key, this._runner.isReady ? 'running' : 'waiting');
      this._queue = this._queue.then(() => this._check(key)).catch(error => console.error(error));
    }
    return this._queue;
  }

  toggleHand(question: string): void {
    if (this._notes) {
      const isUp = this._notes.toggleHand(question);
      this._around.announce(this._around.say(isUp ? 'handRaised' : 'handLowered'));
      this._soon();
    }
  }

  lowerHand(): void {
    if (this._notes?.hand) {
      this.toggleHand('');
    }
  }

  private _start(): void {
    const shared = this._panel.content.model?.sharedModel as unknown as { ydoc?: { getMap(name: string): unknown } };
    const data = shared?.ydoc?.getMap('state') as (SideData & { observe(heard: () => void): void }) | undefined;
    if (data) {
      this._notes = new Notes(data, () => this._isPupil);
      data.observe(() => this._soon());
    }
    this._look();
  }

  /** This page speaks for the pupil whose copy it is, and may write. */
  private get _isPupil(): boolean {
    return this._around.role() === 'pupil' && !this._panel.context.model.readOnly;
  }

  private _cells(): CellData[] {
    const cells = this._panel.content.model?.sharedModel.cells ?? [];
    return cells.map(cell => ({
      id: cell.id,
      cell_type: cell.cell_type,
      source: cell.getSource(),
      metadata: cell.getMetadata() as Record<string, unknown>
    }));
  }

  private _soon(): void {
    this._timer ??= setTimeout(() => {
      this._timer = undefined;
      if (!this._panel.isDisposed) {
        this._look();
      }
    }, SETTLE);
  }

  private _look(): void {
    const cells = this._cells();
    const { say } = this._around;
    this._questions = getQuestions(cells, number => say('questionN', { number: String(number) }));
    this._known = cells;
    this._forms.show(cells, this._questions);
    this._showFeet();
    this._tell();
    if (!this._hints.isLearnt && this._around.role() === 'pupil' && this._questions.some(({ hintCost }) => hintCost !== null)) {
      void this._hints.learn(() => this._questions).then(() => this._soon());
    }
    this._changed.emit();
  }

  /** The class's board learns that something was answered, or that a passing answer changed. */
  private _tell(): void {
    for (const question of this._questions) {
      const standing = this._standing(question);
      const told = this._notes?.read(question.id)?.state;
      if (standing === 'answered' && !told) {
        this._notes?.write(question.id, 'trying', '', false);
      } else if (standing === 'trying' && told === 'passing' && this._isStale(question)) {
        this._notes?.write(question.id, 'trying', '', false);
      }
    }
  }

  private _standing(question: Question): Standing {
    if (question.kind !== 'code') {
      const isTask = question.kind === 'task';
      return isTask || checkWritten(question, this._known).blank ? 'none' : 'answered';
    }
    if (this._isStale(question)) {
      return 'trying';
    }
    const outcome = this._outcomes.get(keyOf(question));
    if (outcome) {
      return outcome.blank ? 'none' : outcome.state;
    }
    return this._notes?.read(question.id)?.state ?? 'none';
  }

  private _isStale(question: Question): boolean {
    const outcome = this._outcomes.get(keyOf(question));
    return outcome !== undefined && outcome.checked !== sourceOf(question, this._known);
  }

  private _showFeet(): void {
    const keys = new Set<string>();
    for (const question of this._questions) {
      const key = keyOf(question);
      const last = question.cells[question.cells.length - 1];
      const widget = this._panel.content.widgets[last.index] as Cell | undefined;
      if (!widget || widget.model.id !== last.id) {
        continue;
      }
      keys.add(key);
      let foot = this._feet.get(key);
      if (!foot) {
        foot = this._makeFoot(key);
        this._feet.set(key, foot);
      }
      this._updateFoot(foot, question);
      if (widget.node.lastElementChild !== foot.node) {
        // what the cell draws later would come below it
        widget.inputArea ? widget.node.append(foot.node) : void widget.ready.then(() => this._soon());
      }
    }
    for (const [key, foot] of this._feet) {
      if (!keys.has(key)) {
        foot.node.remove();
        this._feet.delete(key);
      }
    }
  }

  private _makeFoot(key: string): QuestionFooter {
    const { say, language } = this._around;
    const withQuestion = (act: (question: Question) => void) => (): void => {
      const question = this._questions.find(one => keyOf(one) === key);
      if (question) {
        act(question);
      }
    };
    return new QuestionFooter(say, language, this._render, {
      check: withQuestion(question => void this.check(question)),
      stop: () => void this._runner.interrupt(),
      hint: withQuestion(question => void this._hint(question)),
      help: withQuestion(question => this.toggleHand(question.id))
    });
  }

  private _updateFoot(foot: QuestionFooter, question: Question): void {
    const role = this._around.role();
    const key = keyOf(question);
    foot.update({
      question,
      outcome: this._outcomes.get(key) ?? null,
      stale: this._isStale(question),
      phase: this._phases.get(key) ?? 'idle',
      hint: this._hints.get(question),
      told: this._around.told(this._panel.context.path, question.id),
      canHint: role === 'author' || this._isPupil,
      canAsk: this._isPupil,
      handUp: this._notes?.hand?.question === question.id,
      isPupil: role === 'pupil'
    });
  }

  private async _check(key: string): Promise<void> {
    const question = this._questions.find(one => keyOf(one) === key);
    const { say } = this._around;
    let slow: ReturnType<typeof setTimeout> | undefined;
    try {
      if (!question) {
        return;
      }
      const outcome = question.kind === 'code' ? await this._checkCode(key, () => (slow = setTimeout(() => this._phase(key, 'long'), LONG))) : checkWritten(question, this._cells());
      this._outcomes.set(key, outcome);
      if (!outcome.blank) {
        this._notes?.write(question.id, outcome.state, outcome.error);
      }
    } catch (error) {
      if (!(error instanceof NoKernel)) {
        throw error;
      }
      this._around.announce(say('noKernel'));
    } finally {
      clearTimeout(slow);
      this._phase(key, 'idle');
    }
  }

  private async _checkCode(key: string, begun: () => void): Promise<Outcome> {
    await this._runner.ready();
    this._phase(key, 'running');
    begun();
    // a moment may have passed: cells may have moved
    const cells = this._cells();
    const questions = getQuestions(cells, String);
    const question = questions.find(one => keyOf(one) === key);
    if (!question) {
      throw new NoKernel();
    }
    return checkCode(question, questions, cells, this._runner);
  }

  private _phase(key: string, phase: Phase): void {
    phase === 'idle' ? this._phases.delete(key) : this._phases.set(key, phase);
    this._look();
  }

  private async _hint(question: Question): Promise<void> {
    const text = this._around.role() === 'author' ? ownHint(question, this._known) : await this._hints.ask(question);
    if (text !== null) {
      this._hints.set(question, text);
      this._look();
      this._feet.get(keyOf(question))?.node.querySelector<HTMLElement>('.cy-hint')?.focus();
    }
  }

  private readonly _runner: KernelRunner;
  private readonly _render: Render;
  private readonly _forms: ClosedForms;
  private readonly _hints: Hints;
  private _notes: Notes | null = null;
  private _questions: Question[] = [];
  private _known: CellData[] = [];
  private readonly _feet = new Map<string, QuestionFooter>();
  private readonly _outcomes = new Map<string, Outcome>();
  private readonly _phases = new Map<string, Phase>();
  private _queue: Promise<void> = Promise.resolve();
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _changed = new Signal<this, void>(this);
}
