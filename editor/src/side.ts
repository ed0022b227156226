/** Beside the notebook there is room for one panel: who opens closes the other. */
const TAKEN = 'cy-side-taken';

export function takeSide(owner: object): void {
  document.dispatchEvent(new CustomEvent(TAKEN, { detail: owner }));
}

/** Call `close` when another than `owner` takes the side. */
export function onSideTaken(owner: object, close: () => void): void {
  document.addEventListener(TAKEN, event => {
    if ((event as CustomEvent).detail !== owner) {
      close();
    }
  });
}
