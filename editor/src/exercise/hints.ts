/** The hints of a notebook's questions: asked for, paid for once, and known again after a reload. */
import { type CellData, getCandyce } from './metadata';
import { keyOf, type Question } from './questions';
import type { Say } from './words';

export interface HintsAround {
  say: Say;
  announce(text: string): void;
  confirm(title: string, body: string, yes: string, no: string): Promise<boolean>;
  /** The text of a hint, paid for; rejects without an answer. */
  askHint(path: string, question: string): Promise<string>;
  /** Texts of the hints that were paid for, by question. */
  knownHints(path: string): Promise<Record<string, string>>;
}

export class Hints {
  constructor(
    private readonly _path: () => string,
    private readonly _around: HintsAround
  ) {}

  get(question: Question): string | null {
    return this._texts.get(keyOf(question)) ?? null;
  }

  set(question: Question, text: string): void {
    this._texts.set(keyOf(question), text);
  }

  /** The text, once the pupil has agreed to what it costs; null without one. */
  async ask(question: Question): Promise<string | null> {
    const { say, confirm, askHint, announce } = this._around;
    const cost = question.hintCost ?? 0;
    if (cost && !(await confirm(say('hintTitle'), say('hintBody', { cost }), say('hintYes'), say('cancel')))) {
      return null;
    }
    try {
      return await askHint(this._path(), question.id);
    } catch (error) {
      const told = (error as { code?: string; message?: string }) ?? {};
      announce(told.code && told.code !== 'offline' && told.message ? told.message : say('hintFailed'));
      return null;
    }
  }

  /** Whether those that were paid for before were asked for. */
  get isLearnt(): boolean {
    return this._learnt;
  }

  async learn(questions: () => readonly Question[]): Promise<void> {
    this._learnt = true;
    const known: Record<string, string> = await this._around.knownHints(this._path()).catch(() => ({}));
    for (const question of questions()) {
      const text = known[question.id];
      if (text !== undefined) {
        this.set(question, text);
      }
    }
  }

  private readonly _texts = new Map<string, string>();
  private _learnt = false;
}

/** What the author wrote, who need not ask. */
export function ownHint(question: Question, cells: readonly CellData[]): string {
  const hints = question.cells.map(({ index }) => getCandyce(cells[index].metadata).hint?.text);
  return hints.find(text => text) ?? '';
}
