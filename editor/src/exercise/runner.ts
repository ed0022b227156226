/** Runs a notebook's cells and visible tests in the reader's own kernel. */
import type { CodeCell } from '@jupyterlab/cells';
import { NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';

import type { Report, RunError, Runner } from './check';
import type { Failure } from './explain';
import type { TestResult } from './tell';

const MIME = 'application/vnd.candyce.check+json';
const PATIENCE = 60_000;

/** There is no Python to check with. */
export class NoKernel extends Error {}

export class KernelRunner implements Runner {
  constructor(private readonly _panel: NotebookPanel) {
    const context = _panel.sessionContext;
    const forget = (): void => this._ran.clear();
    context.kernelChanged.connect(forget);
    context.statusChanged.connect((_, status) => {
      if (['restarting', 'autorestarting', 'dead', 'terminating'].includes(status)) {
        forget();
      }
    });
    NotebookActions.executed.connect(this._onExecuted, this);
    _panel.disposed.connect(() => NotebookActions.executed.disconnect(this._onExecuted, this));
  }

  /** Resolves when there is a kernel; rejects with `NoKernel`. */
  async ready(): Promise<void> {
    const context = this._panel.sessionContext;
    await context.ready;
    const end = Date.now() + PATIENCE;
    while (!context.session?.kernel) {
      if (Date.now() > end || this._panel.isDisposed) {
        throw new NoKernel();
      }
      await new Promise(resolve => setTimeout(resolve, 200));
    }
  }

  get isReady(): boolean {
    return Boolean(this._panel.sessionContext.session?.kernel);
  }

  hasRun(index: number): boolean {
    const model = this._panel.content.widgets[index]?.model;
    return model !== undefined && this._ran.get(model.id) === model.sharedModel.getSource();
  }

  async run(index: number): Promise<RunError | null> {
    const notebook = this._panel.content;
    const cell = notebook.widgets[index];
    const well = await NotebookActions.runCells(notebook, [cell], this._panel.sessionContext);
    return well ? null : lastError(cell as CodeCell);
  }

  async report(tests: string[], error: string): Promise<Report> {
    const kernel = this._panel.sessionContext.session?.kernel;
    if (!kernel) {
      throw new NoKernel();
    }
    const asked = JSON.stringify(JSON.stringify({ tests, error }));
    const code = `await __import__("candyce_kernel.check").check.publish(${asked})`;
    const future = kernel.requestExecute({
      code,
      silent: true,
      store_history: false,
      allow_stdin: false,
      stop_on_error: false
    });
    let found: Report | null = null;
    future.onIOPub = ({ header, content }) => {
      const data = header.msg_type === 'display_data' ? (content as { data?: object }).data : null;
      const told = data && (data as Record<string, unknown>)[MIME];
      found = told ? asReport(told) : found;
    };
    const reply = (await future.done)?.content as { status?: string; ename?: string; evalue?: string };
    if (found) {
      return found;
    }
    const failure: Failure = { name: reply?.ename ?? 'KeyboardInterrupt', message: reply?.evalue ?? '' };
    return { tests: tests.map(() => [{ status: 'error', code: '', error: failure }]), error: null };
  }

  async interrupt(): Promise<void> {
    await this._panel.sessionContext.session?.kernel?.interrupt();
  }

  private _onExecuted(_: unknown, { notebook, cell }: { notebook: unknown; cell: { model: { id: string; sharedModel: { getSource(): string } } } }): void {
    if (notebook === this._panel.content) {
      this._ran.set(cell.model.id, cell.model.sharedModel.getSource());
    }
  }

  /** Cell id -> the source that ran in this Python. */
  private readonly _ran = new Map<string, string>();
}

function lastError(cell: CodeCell): RunError {
  const outputs = cell.model.outputs;
  for (let i = outputs.length - 1; i >= 0; i -= 1) {
    const output = outputs.get(i).toJSON() as { output_type: string; ename?: unknown; evalue?: unknown };
    if (output.output_type === 'error') {
      return { name: String(output.ename ?? ''), message: String(output.evalue ?? '') };
    }
  }
  return { name: 'KeyboardInterrupt', message: '' };
}

/** The kernel is the reader's: what it says may have any shape. */
function asReport(told: unknown): Report {
  const { tests, error } = told as { tests?: unknown; error?: unknown };
  const lists = Array.isArray(tests) ? tests : [];
  return {
    tests: lists.map(list => (Array.isArray(list) ? list.map(asResult) : [])),
    error: error ? asFailure(error) : null
  };
}

const STATUSES: readonly TestResult['status'][] = ['passed', 'failed', 'error', 'not_run'];

function asResult(told: unknown): TestResult {
  const raw = (told ?? {}) as Record<string, unknown>;
  return {
    status: STATUSES.find(status => status === raw.status) ?? 'not_run',
    code: String(raw.code ?? ''),
    ...(raw.message ? { message: String(raw.message) } : {}),
    ...(raw.compared ? { compared: asCompared(raw.compared as Record<string, unknown>) } : {}),
    ...(raw.error ? { error: asFailure(raw.error) } : {})
  };
}

function asCompared(raw: Record<string, unknown>): TestResult['compared'] {
  const text = (key: string): string => String(raw[key] ?? '');
  const length = (key: string): number | undefined => (Number.isInteger(raw[key]) ? (raw[key] as number) : undefined);
  return {
    kind: text('kind'),
    code: text('code'),
    got: text('got'),
    expected: text('expected'),
    got_type: text('got_type'),
    expected_type: text('expected_type'),
    got_length: length('got_length'),
    expected_length: length('expected_length')
  };
}

function asFailure(told: unknown): Failure {
  const raw = told as Record<string, unknown>;
  const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
  return {
    name: String(raw.name ?? ''),
    message: String(raw.message ?? ''),
    near: texts(raw.near),
    kinds: texts(raw.kinds),
    line: Number.isInteger(raw.line) ? (raw.line as number) : null,
    text: String(raw.text ?? ''),
    source: String(raw.source ?? '')
  };
}
