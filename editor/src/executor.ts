/**
 * Run a cell as soon as there is a kernel.
 *
 * Stock JupyterLab drops a run that is asked for before the kernel's session exists, which
 * a quick pupil does all the time. Here the cell shows `[*]` and waits.
 */
import type { CodeCell } from '@jupyterlab/cells';
import { type INotebookCellExecutor, runCell } from '@jupyterlab/notebook';

type SessionContext = NonNullable<INotebookCellExecutor.IRunCellOptions['sessionContext']>;

/** Wait at most this long for a kernel. */
const PATIENCE = 60_000;

export class PatientExecutor implements INotebookCellExecutor {
  constructor(private readonly _run: typeof runCell = runCell) {}

  async runCell(options: INotebookCellExecutor.IRunCellOptions): Promise<boolean> {
    const { cell, sessionContext } = options;
    if (cell.model.type === 'code' && sessionContext && isComing(sessionContext)) {
      (cell as CodeCell).setPrompt('*');
      await sessionContext.ready;
      await kernelOf(sessionContext, PATIENCE);
      if (cell.isDisposed) {
        return false;
      }
    }
    return this._run(options);
  }
}

function isComing(context: SessionContext): boolean {
  const { shouldStart, canStart } = context.kernelPreference;
  const wanted = shouldStart !== false && canStart !== false;
  return wanted && !context.session?.kernel && !context.isTerminating;
}

function kernelOf(context: SessionContext, patience: number): Promise<void> {
  return new Promise(resolve => {
    const finish = (): void => {
      clearTimeout(timer);
      context.kernelChanged.disconnect(look);
      resolve();
    };
    const look = (): void => {
      if (context.session?.kernel) {
        finish();
      }
    };
    const timer = setTimeout(finish, patience);
    context.kernelChanged.connect(look);
    look();
  });
}
