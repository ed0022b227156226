/**
 * Puts `CellOutputs` between JupyterLab's model of a code cell and the shared document.
 *
 * Stock code writes each message of the kernel into the document at once, and each change of
 * the document into the page. The few methods through which both pass are replaced for cells
 * of live notebooks; cells elsewhere keep theirs.
 */
import { YCodeCell } from '@jupyter/ydoc';
import * as Y from 'yjs';

import { CellOutputs, type PageCell, type PageEvent, type Policy } from './cell';

export interface LivePolicy extends Policy {
  /** Whether the cell belongs to a live notebook. */
  isLive(cell: YCodeCell): boolean;
}

/** JupyterLab's `CodeCellModel`: what is replaced of it. */
interface Model extends PageCell {
  executionCount: number | null;
  clearExecution(): void;
  onOutputsChange(sender: unknown, event: PageEvent): void;
  _connectStreamListener(...rest: unknown[]): void;
  _onSharedModelChanged(sender: unknown, change: Change): void;
  readonly isDisposed: boolean;
}

interface Change {
  outputsChange?: unknown;
  streamOutputChange?: unknown;
  executionCountChange?: unknown;
  executionStateChange?: { newValue: string };
  sourceChange?: unknown;
  [key: string]: unknown;
}

export class LiveOutputs {
  constructor(
    private readonly _policy: LivePolicy,
    /** The standing of a cell changed: whose outputs it shows, what is held back. */
    private readonly _changed: (model: object) => void
  ) {}

  /** The outputs of a cell's model; null when it is not of a live notebook. */
  of(model: PageCell): CellOutputs | null {
    const known = this._all.get(model);
    if (known || !this._policy.isLive(model.sharedModel)) {
      return known ?? null;
    }
    const counted = (oldValue: number | null, newValue: number | null): void => {
      if (oldValue !== newValue) {
        model.stateChanged.emit?.({ name: 'executionCount', oldValue, newValue });
      }
    };
    const made = new CellOutputs(model, this._policy, counted, () => this._changed(model));
    this._all.set(model, made);
    this._alive.add(made);
    model.sharedModel.disposed.connect(() => {
      made.dispose();
      this._alive.delete(made);
    });
    listen((model.sharedModel as unknown as { ymodel: Y.Map<unknown> }).ymodel.doc);
    return made;
  }

  /** Write everything that waits: the page is about to go. */
  flush(): void {
    this._alive.forEach(cell => cell.flush());
  }

  /** Replace the methods of JupyterLab's class. Before any notebook is opened. */
  install(prototype: object): void {
    surviveLostRaces();
    const { of } = this;
    const model = prototype as Model;
    const outputsOf = (one: Model): CellOutputs | null => of.call(this, one);
    const { onOutputsChange, _connectStreamListener, _onSharedModelChanged, clearExecution } = model;
    const count = Object.getOwnPropertyDescriptor(model, 'executionCount');

    model.onOutputsChange = function (this: Model, sender, event) {
      const live = outputsOf(this);
      live ? live.onPage(event) : onOutputsChange.call(this, sender, event);
    };
    model._connectStreamListener = function (this: Model, ...rest) {
      if (!outputsOf(this)) {
        _connectStreamListener.apply(this, rest);
      }
    };
    model.clearExecution = function (this: Model) {
      outputsOf(this)?.begin();
      clearExecution.call(this);
    };
    model._onSharedModelChanged = function (this: Model, sender, change) {
      const live = outputsOf(this);
      _onSharedModelChanged.call(this, sender, live ? sift(live, change) : change);
    };
    Object.defineProperty(model, 'executionCount', {
      configurable: true,
      get(this: Model) {
        const live = outputsOf(this);
        return live ? live.count : count?.get?.call(this);
      },
      set(this: Model, value: number | null) {
        const live = outputsOf(this);
        live ? live.setCount(value || null) : count?.set?.call(this, value);
      }
    });
  }

  private readonly _all = new WeakMap<object, CellOutputs>();
  private readonly _alive = new Set<CellOutputs>();
}

/** Take what concerns outputs out of a change, and deal with it. */
function sift(live: CellOutputs, change: Change): Change {
  const { outputsChange, streamOutputChange, executionCountChange, ...rest } = change;
  if (rest.executionStateChange?.newValue === 'idle') {
    live.flush();
  }
  const shown = live.mode === 'shared';
  const outputs = Boolean(outputsChange || streamOutputChange || executionCountChange);
  if (outputs || (remote && rest.sourceChange)) {
    live.onRemote({ outputs, source: remote && Boolean(rest.sourceChange) });
  }
  // the shared number is shown at once, the own one is told by the run
  return shown && executionCountChange ? { ...rest, executionCountChange } : rest;
}

interface Changes {
  getChanges(events: Y.YEvent<any>[]): unknown;
}

let patched = false;

/**
 * When two people set a key of a cell at once, Yjs keeps one value and still names the key as
 * touched on the winner's page. ydoc looks for what changed there, and fails.
 */
function surviveLostRaces(): void {
  if (patched) {
    return;
  }
  patched = true;
  const prototype = YCodeCell.prototype as unknown as Changes;
  const { getChanges } = prototype;
  prototype.getChanges = function (this: Changes, events) {
    for (const event of events) {
      if (event instanceof Y.YMapEvent) {
        for (const key of event.keysChanged) {
          if (!event.changes.keys.has(key)) {
            event.keysChanged.delete(key);
          }
        }
      }
    }
    return getChanges.call(this, events);
  };
}

/** Whether the change that is being told came from somebody else. */
let remote = false;
const heard = new WeakSet<Y.Doc>();

function listen(doc: Y.Doc | null): void {
  if (doc && !heard.has(doc)) {
    heard.add(doc);
    doc.on('beforeObserverCalls', (transaction: Y.Transaction) => {
      remote = !transaction.local;
    });
    doc.on('afterTransaction', () => {
      remote = false;
    });
  }
}
