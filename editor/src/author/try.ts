/** Runs the author's solution against its tests in the notebook's kernel, and keeps what came out. */
import type { NotebookPanel } from '@jupyterlab/notebook';

import type { Translate } from '../i18n';
import { readMark } from './marks';
import type { PanelState } from './panel';
import type { CellView, Question } from './survey';
import { type CellOutcome, program, readOutcome, report } from './trial';

type Kernel = NonNullable<NonNullable<NotebookPanel['sessionContext']['session']>['kernel']>;

export class Trial {
  constructor(
    private readonly _t: Translate,
    private readonly _changed: () => void
  ) {}

  async run(panel: NotebookPanel, views: readonly CellView[]): Promise<void> {
    const kernel = panel.sessionContext.session?.kernel;
    if (this._kernel) {
      return;
    }
    if (!kernel) {
      this._end(this._t('authorTrialNoKernel'), null);
      return;
    }
    this._kernel = kernel;
    this._said = this._t('authorTrying');
    this._outcomes = null;
    this._changed();
    let outcomes: CellOutcome[] | null = null;
    try {
      const future = kernel.requestExecute({ code: this._program(views), store_history: false, allow_stdin: false });
      future.onIOPub = ({ content }) => {
        outcomes = ('data' in content ? readOutcome(content.data) : null) ?? outcomes;
      };
      await future.done;
    } catch {
      // the kernel was restarted or went away: no outcome
    }
    this._kernel = null;
    this._of = JSON.stringify(views);
    this._end(outcomes ? '' : this._t('authorTrialStopped'), outcomes);
  }

  stop(): void {
    void this._kernel?.interrupt().catch(() => undefined);
  }

  /** What to show, for the notebook as `key` says it is now; an old outcome is not shown. */
  state(questions: readonly Question[], key: string): PanelState['trial'] {
    const running = this._kernel !== null;
    if (!this._outcomes) {
      return { running, said: this._said, good: false, report: null };
    }
    if (key !== this._of) {
      return { running, said: '', good: false, report: null };
    }
    const found = report(questions, this._outcomes);
    return { running, said: this._sentence(found.tests, found.failed, found.verdicts.length), good: !found.verdicts.length, report: found };
  }

  private _sentence(tests: number, failed: number, verdicts: number): string {
    const t = this._t;
    if (failed) {
      const total = Math.max(tests, failed);
      return failed === 1 ? t('authorTrialFailedOne', { total }) : t('authorTrialFailed', { count: failed, total });
    }
    if (verdicts) {
      return t('authorTrialError');
    }
    return tests ? t('authorTrialGood', { count: tests }) : t('authorTrialNoTests');
  }

  private _program(views: readonly CellView[]): string {
    const cells = views
      .filter(({ type, source }) => type === 'code' && source.trim())
      .map(view => ({ id: view.id, source: view.source, tests: readMark(view, view.type)?.kind === 'tests' }));
    return program(cells, { input: this._t('authorTrialInput'), given: this._t('authorTrialGiven') });
  }

  private _end(said: string, outcomes: CellOutcome[] | null): void {
    this._said = said;
    this._outcomes = outcomes;
    this._changed();
  }

  private _kernel: Kernel | null = null;
  private _said = '';
  private _outcomes: CellOutcome[] | null = null;
  private _of = '';
}
