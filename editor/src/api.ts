/**
 * The shapes of the editor's HTTP API and its one kind of error.
 *
 * Types only, plus `ApiError`: every part of the editor that shows a message
 * decides on `code`, never on the wording, and shows `message`, which the
 * server already wrote in the reader's language.
 */

/** The person at the keyboard, as the portal knows them. */
export interface ApiUser {
  id: string;
  username: string;
  name: string;
  initials: string;
  color: string;
  /** Teaches somewhere: the means to lead are at hand before anybody else is there. */
  is_teacher?: boolean;
}

/** What the capability token allows at most. */
export type Scope = 'read' | 'write' | 'comment' | 'submit' | 'manage';

/** A reason with a code to decide on and a sentence to show. */
export interface Reason {
  code: string;
  message: string;
}

/** The assignment a copy belongs to. Dates are ISO 8601. */
export interface AssignmentInfo {
  id: string;
  title: string;
  instructions_html: string;
  class_name: string;
  opens_at: string | null;
  /** Until when it is in time, for this pupil; after it, until `closes_at`, a copy is late. */
  due_at?: string | null;
  closes_at: string | null;
  /** Said once the copy is late: a word, and a sentence with what it costs. */
  late?: { word: string; text: string } | null;
  state: 'working' | 'handed_in' | 'returned';
  handed_in_at: string | null;
  can_hand_in: boolean;
  can_take_back: boolean;
  mark: string | null;
  mark_max: string | number | null;
  appraisal_html: string;
  /** All whose copy it is, in a line. */
  pupil_name: string;
  /** Who shares the copy, and who of the others handed it in; null where a pupil works alone. */
  group?: { name: string; members: string[]; handed_in_by: string | null } | null;
  /** No pupil writes in any copy. */
  frozen?: boolean;
  /** Grows when there are other notices to read than before. */
  news?: number;
  /** Where who follows the work writes to this pupil. */
  message_url?: string | null;
  /** This copy on the projector, without a name. */
  show_url?: string | null;
  /** The class live, for who follows it. */
  board_url?: string | null;
}

/** What was decided for everybody in the project: who may write, whose results are kept. */
export interface RoomConduct {
  held: boolean;
  /** Who writes while the others are held: username and name. */
  pen: string | null;
  pen_name: string | null;
  outputs: 'shared' | 'owner';
  /** Whether this person's runs are written into the document. */
  keeps_outputs: boolean;
}

/** `GET /api/project`. */
export interface ProjectInfo {
  id: string;
  title: string;
  kind: 'project' | 'copy' | 'resource';
  language: string;
  theme: string;
  user: ApiUser;
  scopes: Scope[];
  read_only_reason: Reason | null;
  assignment: AssignmentInfo | null;
  room?: RoomConduct;
  /** What the person is to the exercises in it; `marker` reads a pupil's copy. */
  exercise?: { role: 'author' | 'pupil' | 'marker' | null };
  quota: { used: number; limit: number };
  back_url: string;
  full_url: string;
  /** The history of the project's files, on the portal; null for who may not read it. */
  history_url?: string | null;
  reconnect_url: string;
  server_time: string;
  /** The key of what this device may keep (base64url); null when nothing may be kept. */
  offline_key?: string | null;
  /** Days after which this device forgets. */
  offline_days?: number;
  files: string[];
}

/** `POST /api/token`. */
export interface TokenAnswer {
  token: string;
  expires_at: string | number;
  scopes: Scope[];
}

/** Codes that the editor makes itself, beside those of the server. */
export type LocalCode = 'offline' | 'no_token' | 'server_error';

/** A refusal by the server, or the absence of an answer (`offline`, status 0). */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
    readonly fields: Record<string, unknown> = {}
  ) {
    super(message);
    this.name = 'ApiError';
  }

  /** JupyterLab looks for the status here. */
  get response(): { status: number } {
    return { status: this.status };
  }

  /** Read the error body of the contract; whatever else answered is a `server_error`. */
  static async from(response: Response): Promise<ApiError> {
    const body = await response.json().catch(() => null);
    const error = body?.error;
    if (typeof error?.code === 'string') {
      return new ApiError(error.code, response.status, String(error.message ?? ''), error.fields ?? {});
    }
    return new ApiError(
      response.status === 404 ? 'not_found' : 'server_error',
      response.status,
      response.statusText || `HTTP ${response.status}`
    );
  }
}
