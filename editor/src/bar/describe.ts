/**
 * What the assignment bar says, worked out from what is known. No page, no clock: a
 * function from facts to words, so that every case can be tested.
 */
import type { ApiError, ProjectInfo } from '../api';
import type { Key, Translate } from '../i18n';
import type { SaveValue } from '../live/saveState';
import { formatLeft, formatMoment } from '../time';
import type { Language, SessionState } from '../tokens';

export interface Facts {
  info: ProjectInfo | null;
  save: SaveValue | null;
  session: SessionState;
  ended: ApiError | null;
  /** Whether this tab knows where to sign in again. */
  canReconnect: boolean;
  /** Milliseconds since the epoch, by the server's clock. */
  now: number;
  language: Language;
  t: Translate;
}

export type Tone = 'good' | 'quiet' | 'still' | 'warn' | 'bad';

export interface Notice {
  /** Two notices with one id are the same event: it is announced once. */
  id: string;
  tone: 'info' | 'warn' | 'bad';
  title: string;
  body: string;
  reconnect: boolean;
  download: boolean;
  /** Offer to give up what only this device has. */
  discard: boolean;
}

export interface BarWords {
  title: string;
  subtitle: string;
  save: { text: string; tone: Tone };
  /** Null when there is no end, or it does not matter any more. */
  time: { text: string; title: string; urgent: boolean } | null;
  state: string | null;
  mark: string | null;
  canHandIn: boolean;
  canTakeBack: boolean;
  hasPanel: boolean;
  notice: Notice | null;
}

/** What the pupil works towards: the time to hand in, then the closing. */
function getEnd(info: ProjectInfo | null, now: number): string | null {
  const assignment = info?.assignment;
  if (!assignment || assignment.state === 'returned') {
    return null;
  }
  const { due_at: due = null, closes_at: closes } = assignment;
  return due && (Date.parse(due) > now || !closes) ? due : closes;
}

/** Milliseconds before that; null when there is no end or work is over. */
export function timeLeft(info: ProjectInfo | null, now: number): number | null {
  const left = Date.parse(getEnd(info, now) ?? '') - now;
  return Number.isFinite(left) ? left : null;
}

export function describe(facts: Facts): BarWords {
  const { info, t } = facts;
  const assignment = info?.assignment ?? null;
  return {
    title: assignment?.title ?? info?.title ?? '',
    subtitle: subtitle(facts),
    save: facts.session === 'ended' && !facts.save ? NOTHING : saveWords(facts.save, t),
    time: timeWords(facts),
    state: stateWords(facts),
    mark: markWords(facts),
    canHandIn: Boolean(assignment?.can_hand_in) && ownWork(info),
    canTakeBack: Boolean(assignment?.can_take_back) && ownWork(info),
    hasPanel: Boolean(assignment),
    notice: notice(facts)
  };
}

/** Is this the pupil's own copy, rather than a teacher looking in? */
export function ownWork(info: ProjectInfo | null): boolean {
  return info?.scopes.includes('submit') ?? false;
}

function subtitle({ info, t }: Facts): string {
  const assignment = info?.assignment;
  if (!assignment) {
    return info?.kind === 'resource' ? t('resource') : '';
  }
  const { group } = assignment;
  const parts = [assignment.class_name];
  if (ownWork(info)) {
    parts.unshift(group ? `${group.name} (${group.members.join(', ')})` : '');
  } else if (assignment.pupil_name) {
    parts.unshift(t('copyOf', { name: assignment.pupil_name }), group?.name ?? '');
  }
  return parts.filter(Boolean).join(' · ');
}

const NOTHING: BarWords['save'] = { text: '', tone: 'still' };

function saveWords(save: SaveValue | null, t: Translate): BarWords['save'] {
  switch (save?.kind) {
    case 'saved':
      return { text: t('saved'), tone: 'good' };
    case 'saving':
      return { text: t('saving'), tone: 'quiet' };
    case 'merging':
      return { text: t('merging'), tone: 'quiet' };
    case 'offline':
      return { text: t(!save.unsaved ? 'offline' : save.onDevice ? 'onDevice' : 'offlineUnsaved'), tone: 'warn' };
    case 'read_only':
      return { text: t('readOnly'), tone: 'still' };
    case 'cannot_save':
      return isLed(save.code)
        ? { text: t('keptHere'), tone: 'warn' }
        : { text: t('cannotSave', { why: reason(save, t) }), tone: 'bad' };
    default:
      return { text: t('opening'), tone: 'quiet' };
  }
}

function timeWords({ info, now, language, t }: Facts): BarWords['time'] {
  const left = timeLeft(info, now);
  const assignment = info?.assignment;
  const end = getEnd(info, now);
  if (left === null || !end || assignment?.state !== 'working') {
    return null;
  }
  const late = Date.parse(assignment.due_at ?? '') <= now ? assignment.late : null;
  const rest = left > 0 ? t('timeLeft', { time: formatLeft(left, language) }) : late ? '' : t('timeUp');
  const until = t('closesAt', { moment: formatMoment(end, language, new Date(now)) });
  return {
    text: [late?.word, rest].filter(Boolean).join(' · '),
    title: [late?.text, until].filter(Boolean).join(' · '),
    urgent: Boolean(late) || left <= 10 * 60_000
  };
}

function stateWords({ info, now, language, t }: Facts): string | null {
  const assignment = info?.assignment;
  if (assignment?.state === 'returned') {
    return t('returned');
  }
  if (assignment?.state === 'handed_in') {
    return assignment.handed_in_at
      ? t('handedInAt', {
          moment: formatMoment(assignment.handed_in_at, language, new Date(now))
        })
      : t('handedIn');
  }
  return null;
}

function markWords({ info, t }: Facts): string | null {
  const assignment = info?.assignment;
  if (assignment?.state !== 'returned' || !assignment.mark) {
    return null;
  }
  return assignment.mark_max
    ? t('markOf', { mark: assignment.mark, max: assignment.mark_max })
    : t('mark', { mark: assignment.mark });
}

const WORDS: Record<string, [Key, Key | null]> = {
  forbidden: ['forbiddenTitle', 'forbiddenBody'],
  project_deleted: ['goneTitle', 'goneBody'],
  not_found: ['goneTitle', 'goneBody'],
  window_closed: ['closedTitle', 'closedBody'],
  not_open_yet: ['notOpenTitle', null],
  handed_in: ['handedInTitle', 'handedInBody'],
  read_only: ['readOnlyTitle', 'readOnlyBody'],
  held: ['heldTitle', 'heldBody'],
  frozen: ['frozenTitle', 'frozenBody'],
  quota_full: ['quotaTitle', 'quotaBody'],
  too_large: ['tooLargeTitle', 'tooLargeBody'],
  invalid_update: ['invalidTitle', 'invalidBody'],
  replaced: ['replacedTitle', 'replacedBody'],
  not_text: ['notTextTitle', 'replacedBody'],
  room_full: ['fullTitle', 'fullBody'],
  too_many: ['slowDownTitle', 'slowDownBody'],
  session_ended: ['endedTitle', 'endedBody'],
  no_token: ['noTokenTitle', 'noTokenBody']
};

/** Refusals that neither waiting nor signing in will change soon. */
const GIVEN_UP = ['window_closed', 'handed_in', 'read_only', 'invalid_update'];

/** One sentence for a code; the server's own when it gave one. */
export function sentence(value: { code: string | null; message: string }, t: Translate): string {
  return value.message || t((WORDS[value.code ?? ''] ?? ['unknownTitle'])[0]);
}

/** The reason as the end of a sentence. */
function reason(save: SaveValue, t: Translate): string {
  const why = t((WORDS[save.code ?? ''] ?? ['unknownTitle'])[0]).replace(/\.$/, '');
  return why.charAt(0).toLowerCase() + why.slice(1);
}

/** The banner under the bar: the one thing that matters most now, or nothing. */
function notice({ info, save, session, ended, canReconnect, t }: Facts): Notice | null {
  if (session === 'ended') {
    const code = ended && WORDS[ended.code] ? ended.code : 'session_ended';
    const lost = code === 'forbidden' || code === 'project_deleted' || code === 'not_found';
    const notice = worded(code, ended?.message ?? '', 'bad', save, t, {
      reconnect: canReconnect && !lost
    });
    // with no notebook open there is nothing to download
    return { ...notice, download: save !== null };
  }
  if (save?.kind === 'cannot_save') {
    const reconnect = canReconnect && save.code === 'session_ended';
    const tone = isLed(save.code) ? 'info' : 'bad';
    return named(worded(save.code ?? '', save.message, tone, save, t, { reconnect }), info, t);
  }
  if (save?.kind === 'read_only') {
    const reason = info?.read_only_reason;
    const code = save.code ?? reason?.code ?? 'read_only';
    return named(worded(code, save.message || reason?.message || '', 'info', null, t, {}), info, t);
  }
  return null;
}

/** Withheld by who leads, for a while: what is not sent yet will be, nothing is wrong. */
function isLed(code: string | null): boolean {
  return code === 'held' || code === 'frozen';
}

/** Who writes while the others are held; who handed in for a group. */
function named(notice: Notice, info: ProjectInfo | null, t: Translate): Notice {
  const by = notice.id.startsWith('handed_in:') && info?.assignment?.group?.handed_in_by;
  if (by) {
    return { ...notice, title: t('handedInBy', { name: by }) };
  }
  const name = notice.id.startsWith('held:') && info?.room?.pen_name;
  return name ? { ...notice, body: `${t('penOf', { name })}. ${notice.body}` } : notice;
}

function worded(
  code: string,
  message: string,
  tone: Notice['tone'],
  save: SaveValue | null,
  t: Translate,
  { reconnect = false }: { reconnect?: boolean }
): Notice {
  const [title, body] = WORDS[code] ?? ['unknownTitle', null];
  // the server's sentence for what we have no words for; both would say it twice
  const sentences = [body ? t(body) : WORDS[code] ? '' : message];
  const unsaved = save?.unsaved ?? false;
  if (unsaved && (save?.onDevice || code !== 'session_ended')) {
    sentences.push(t(save?.onDevice ? 'workOnDevice' : 'work'));
  }
  return {
    id: `${code}:${unsaved}:${save?.onDevice ?? false}`,
    tone,
    title: t(title),
    body: sentences.filter(Boolean).join(' '),
    reconnect,
    download: tone !== 'info',
    discard: GIVEN_UP.includes(code) && (save?.onDevice ?? false)
  };
}
