/**
 * What the plugins of this extension share: Lumino tokens and their interfaces.
 *
 * Kept apart from the implementations, so that a plugin depends on a promise
 * and a test can hand it something smaller.
 */
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { ApiError, ProjectInfo } from './api';
import type { LiveNotebooks } from './live/notebooks';
import type { Device } from './offline/device';

export type Language = 'fr' | 'en';
export type Theme = 'light' | 'dark';

/** `ok`: calls work. `expired`: the token is past its time and could not be renewed
 *  yet (no network). `ended`: only signing in again, or nothing, will help. */
export type SessionState = 'ok' | 'expired' | 'ended';

/** One person's access to one project, from this tab. */
export interface IEditorSession {
  readonly projectId: string;
  /** The capability token, fresh. Do not keep it: ask again, or listen to `tokenChanged`. */
  readonly token: string;
  readonly tokenChanged: ISignal<IEditorSession, string>;
  readonly state: SessionState;
  /** Why the session ended, once it has. */
  readonly ended: ApiError | null;
  readonly stateChanged: ISignal<IEditorSession, SessionState>;
  readonly language: Language;
  readonly theme: Theme;
  /** The cell at which the portal opened the notebook; empty after a reload, or when it said none. */
  readonly cell: string;
  /** The project as first read; rejects with an `ApiError`. */
  readonly info: Promise<ProjectInfo>;
  /** The last known project, null before the first answer. */
  readonly current: ProjectInfo | null;
  readonly infoChanged: ISignal<IEditorSession, ProjectInfo>;
  /** Where to sign in again, as far as this tab ever learnt it. */
  readonly reconnectUrl: string | null;
  /** Read the project again (after handing in, when rights change). */
  refresh(): Promise<ProjectInfo>;
  /**
   * Call the API. `path` is relative to the editor's origin (`/api/…`). Adds the token
   * and the language, renews the token once if it was too old.
   * @throws ApiError for every status outside 200-299 and for no answer at all (`offline`).
   */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** `fetch`, then the JSON body. `body` is sent as JSON. */
  json<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** The key of what this device keeps; empty while it is not known, or when there is none. */
  readonly key: string;
  /** What this device keeps of the project. */
  readonly device: Device | null;
  /** The last call found no server: answers come from this device, if at all. */
  readonly away: boolean;
  /** Ask for a fresh token now. True when there is one. Concurrent calls share one request. */
  renew(): Promise<boolean>;
  /** Milliseconds to add to this machine's clock to get the server's. */
  readonly clockOffset: number;
}

export const IEditorSession = new Token<IEditorSession>(
  '@candyce/editor:IEditorSession',
  "The person's access to the open project: identity, rights, authorised calls."
);

/** The open live notebooks: their rooms and the state of saving. */
export type ILiveNotebooks = LiveNotebooks;

export const ILiveNotebooks = new Token<ILiveNotebooks>(
  '@candyce/editor:ILiveNotebooks',
  'The notebooks that are open in this page, as live documents.'
);

/** Where other plugins put what belongs to the whole page. */
export interface IEditorBar {
  /** `facts`: beside the state of saving. `actions`: before the buttons at the end. `below`: a row of its own
   *  under them, over nothing: the page makes room. */
  add(node: HTMLElement, place: 'facts' | 'actions' | 'below'): void;
  /** Say something aloud, once. */
  announce(text: string): void;
}

export const IEditorBar = new Token<IEditorBar>(
  '@candyce/editor:IEditorBar',
  'The bar at the top of the page, to which plugins add facts and buttons.'
);

/** What teachers said about the questions of the open copy. */
export interface ITeacherHints {
  readonly changed: ISignal<unknown, void>;
  /** Newest first; `html` is sanitised. */
  about(path: string, question: string): readonly { id: string; heading: string; html: string }[];
}

export const ITeacherHints = new Token<ITeacherHints>(
  '@candyce/editor:ITeacherHints',
  'Hints that teachers sent about a question.'
);
