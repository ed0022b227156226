import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { h } from '../src/dom';
import { Popup } from '../src/popup';

let popup: Popup;
let button: HTMLButtonElement;
let panel: HTMLElement;

beforeEach(() => {
  button = h('button', { type: 'button' }, 'Fichiers');
  panel = h('div', { id: 'panel', tabindex: '-1', hidden: true }, h('a', { href: '#' }, 'mesures.csv'));
  const node = h('div', {}, button, panel);
  document.body.append(node, h('p', { class: 'dialog' }, 'Remplacer ?'), h('main', {}));
  const isInside = (target: Element) => target.matches('.dialog');
  popup = new Popup({ node, panel, buttons: [button], isInside });
});
afterEach(() => {
  popup.dispose();
  document.body.replaceChildren();
});

const press = (selector: string) =>
  document.querySelector(selector)!.dispatchEvent(new Event('pointerdown', { bubbles: true }));

describe('a popup', () => {
  it('opens and closes with its button, which says so', () => {
    expect(button.getAttribute('aria-controls')).toBe('panel');
    button.click();
    expect([panel.hidden, button.getAttribute('aria-expanded')]).toEqual([false, 'true']);
    expect(document.activeElement).toBe(panel);
    button.click();
    expect([panel.hidden, button.getAttribute('aria-expanded')]).toEqual([true, 'false']);
  });

  it('closes on a press elsewhere, not on one inside nor in its own dialog', () => {
    button.click();
    press('#panel a');
    press('.dialog');
    expect(popup.isOpen).toBe(true);
    press('main');
    expect(popup.isOpen).toBe(false);
  });

  it('closes on Escape, gives the focus back, and keeps the key to itself', () => {
    let heard = 0;
    document.body.addEventListener('keydown', () => (heard += 1));
    const escape = () => panel.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    escape();
    button.click();
    escape();
    expect([popup.isOpen, document.activeElement, heard]).toEqual([false, button, 1]);
  });
});
