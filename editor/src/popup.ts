/**
 * A panel that a button of the bar opens (a disclosure): Escape and a press elsewhere close it, and Escape
 * gives the focus back.
 */
export interface PopupParts {
  /** Holds the buttons and the panel. */
  node: HTMLElement;
  panel: HTMLElement;
  /** Each of them opens the panel and says whether it is open; the focus goes back to the first in sight. */
  buttons: HTMLElement[];
  /** Called when it opens; without it the panel itself takes the focus. */
  opened?: () => void;
  /** Whether a press elsewhere belongs to it, in a dialog of its own for one. */
  isInside?: (target: Element) => boolean;
}

export class Popup {
  constructor(private readonly _parts: PopupParts) {
    const { node, panel, buttons } = _parts;
    for (const button of buttons) {
      button.setAttribute('aria-expanded', 'false');
      button.setAttribute('aria-controls', panel.id);
      button.addEventListener('click', () => this.show(panel.hidden));
    }
    node.addEventListener('keydown', event => this._onKey(event));
    document.addEventListener('pointerdown', this._onOutside, true);
  }

  get isOpen(): boolean {
    return !this._parts.panel.hidden;
  }

  show(show: boolean): void {
    const { panel, buttons, opened } = this._parts;
    panel.hidden = !show;
    buttons.forEach(button => button.setAttribute('aria-expanded', String(show)));
    if (show) {
      opened ? opened() : panel.focus({ preventScroll: true });
    }
  }

  /** Takes the node off the page. */
  dispose(): void {
    document.removeEventListener('pointerdown', this._onOutside, true);
    this._parts.node.remove();
  }

  private _onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape' && this.isOpen) {
      const { buttons } = this._parts;
      this.show(false);
      (buttons.find(button => button.offsetParent) ?? buttons[0]).focus();
      event.stopPropagation();
    }
  }

  private readonly _onOutside = (event: Event): void => {
    const { node, isInside } = this._parts;
    const target = event.target as Element;
    if (this.isOpen && !node.contains(target) && !isInside?.(target)) {
      this.show(false);
    }
  };
}
