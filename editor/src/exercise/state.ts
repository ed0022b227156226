/**
 * What a pupil's checks found, beside the notebook in its live document: root map `state`.
 *
 * The class's live board reads it. It is the pupil's own word and counts for no mark. One small
 * value for each question, written only when it changes, so that a document does not grow by it.
 */
import type { CheckState } from './check';

/** `check:<question id>`. */
export interface Told {
  state: CheckState;
  error: string;
  /** ISO 8601. */
  at: string;
  /** How often it was checked. */
  count: number;
}

/** `hand`. */
export interface Hand {
  at: string;
  question: string;
}

/** The part of `Y.Map` that is used. */
export interface SideData {
  get(key: string): unknown;
  set(key: string, value: unknown): unknown;
  delete(key: string): void;
}

const STATES: readonly CheckState[] = ['trying', 'failing', 'passing'];
const ERROR = 60;
const ID = 200;

export class Notes {
  /** @param writes may this page tell, as the pupil whose copy it is? */
  constructor(
    private readonly _data: SideData,
    private readonly _writes: () => boolean,
    private readonly _now: () => Date = () => new Date()
  ) {}

  read(question: string): Told | null {
    const value = this._data.get(keyOf(question)) as Partial<Told> | undefined;
    const state = STATES.find(known => known === value?.state);
    if (!value || !state) {
      return null;
    }
    return {
      state,
      error: typeof value.error === 'string' ? value.error.slice(0, ERROR) : '',
      at: typeof value.at === 'string' ? value.at : '',
      count: Number.isInteger(value.count) ? (value.count as number) : 0
    };
  }

  /** Note a check. @param counted false: seen by the page itself, not asked for */
  write(question: string, state: CheckState, error: string, counted = true): void {
    const before = this.read(question);
    const same = before?.state === state && before.error === error.slice(0, ERROR);
    if (!this._writes() || question.length > ID || (same && !counted)) {
      return;
    }
    const count = Math.min((before?.count ?? 0) + (counted ? 1 : 0), 1_000_000);
    const at = this._now().toISOString();
    this._data.set(keyOf(question), { state, error: error.slice(0, ERROR), at, count });
  }

  get hand(): Hand | null {
    const value = this._data.get('hand') as Partial<Hand> | undefined;
    return typeof value?.at === 'string'
      ? { at: value.at, question: String(value.question ?? '') }
      : null;
  }

  /** Raise the hand for a question, or lower it. Gives whether it is up now. */
  toggleHand(question: string): boolean {
    const isUp = this.hand !== null;
    if (this._writes()) {
      if (isUp) {
        this._data.delete('hand');
      } else {
        this._data.set('hand', { at: this._now().toISOString(), question: question.slice(0, ID) });
      }
      return !isUp;
    }
    return isUp;
  }
}

function keyOf(question: string): string {
  return `check:${question}`;
}
