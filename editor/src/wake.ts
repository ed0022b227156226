/** Tell when the page may have been away: network back, tab shown, machine awake. */

const EVENTS: [EventTarget, string][] = [
  [window, 'online'],
  [window, 'offline'],
  [window, 'focus'],
  [window, 'pageshow'],
  [document, 'visibilitychange'],
  [document, 'resume']
];

/** Call `then` at each such moment while the page is seen. */
export function whenAwake(then: () => void): void {
  for (const [target, event] of EVENTS) {
    target.addEventListener(event, () => {
      if (document.visibilityState === 'visible') {
        then();
      }
    });
  }
}
