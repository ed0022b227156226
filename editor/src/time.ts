/** The time left before an assignment closes, in words, and when to say it aloud. */
import type { Language } from './tokens';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** From here on every second is shown. */
export const LAST_MINUTES = 5 * MINUTE;

/** Minutes before the end that are announced to screen readers. */
export const ANNOUNCED = [10, 5, 1];

/** `ms` as a short duration: "3 j 4 h", "2 h 05 min", "12 min", "4 min 05 s", "0 s". */
export function formatLeft(ms: number, language: Language): string {
  const left = Math.max(0, ms);
  if (left >= DAY) {
    const days = Math.floor(left / DAY);
    const hours = Math.floor((left % DAY) / HOUR);
    const unit = language === 'fr' ? 'j' : 'd';
    return hours ? `${days} ${unit} ${hours} h` : `${days} ${unit}`;
  }
  if (left >= HOUR) {
    const minutes = Math.floor((left % HOUR) / MINUTE);
    return `${Math.floor(left / HOUR)} h ${String(minutes).padStart(2, '0')} min`;
  }
  if (left > LAST_MINUTES) {
    // rounded up: "6 min" means that there are still nearly six
    return `${Math.ceil(left / MINUTE)} min`;
  }
  const minutes = Math.floor(left / MINUTE);
  const seconds = Math.floor((left % MINUTE) / SECOND);
  return minutes ? `${minutes} min ${String(seconds).padStart(2, '0')} s` : `${seconds} s`;
}

/** Milliseconds until the text above changes, to wake up neither more nor less often. */
export function nextTick(ms: number): number {
  if (ms <= 0) {
    return DAY;
  }
  const step = ms > LAST_MINUTES ? MINUTE : SECOND;
  return Math.max(50, Math.min((ms % step) + 20, ms > LAST_MINUTES ? ms - LAST_MINUTES + 20 : step));
}

/** The minute to announce when the time left went from `before` to `now`, or null. */
export function announcement(before: number, now: number): number | null {
  return ANNOUNCED.find(minute => before > minute * MINUTE && now <= minute * MINUTE) ?? null;
}

/** "10 h 42" in French, "10:42" in English; with the day when it is not today. */
export function formatMoment(iso: string, language: Language, today = new Date()): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) {
    return '';
  }
  const minutes = String(date.getMinutes()).padStart(2, '0');
  const time =
    language === 'fr' ? `${date.getHours()} h ${minutes}` : `${date.getHours()}:${minutes}`;
  if (date.toDateString() === today.toDateString()) {
    return time;
  }
  const day = date.toLocaleDateString(language === 'fr' ? 'fr-FR' : 'en-GB', {
    day: 'numeric',
    month: 'long'
  });
  return `${day}, ${time}`;
}
