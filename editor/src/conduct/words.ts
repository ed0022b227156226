/** Sentences about leading, from facts to words. */
import type { RoomConduct } from '../api';
import type { Translate } from '../i18n';

export interface Stand {
  room: RoomConduct | null;
  manages: boolean;
  hasPen: boolean;
  isHeld: boolean;
}

/** The small fact beside the state of saving; empty when there is nothing to say. */
export function fact({ room, manages, hasPen }: Stand, t: Translate): string {
  if (hasPen) {
    return t('penMine');
  }
  if (!room?.held || !manages) {
    return '';
  }
  return room.pen_name ? t('penOf', { name: room.pen_name }) : t('heldMine');
}

/** What to say aloud when things change; empty when nothing is to be said. What keeps
 *  people from writing is said by the bar's notice, not here. */
export function news(before: Stand, now: Stand, t: Translate): string {
  if (now.hasPen && !before.hasPen) {
    return t('penMineSaid');
  }
  if (before.isHeld && !now.isHeld && !now.hasPen) {
    return t('letGo');
  }
  if (before.hasPen && !now.hasPen && !now.isHeld) {
    return t('letGo');
  }
  if (now.manages && before.room && now.room) {
    return fact(before, t) === fact(now, t) ? '' : fact(now, t) || t('letGoMine');
  }
  return '';
}
