/** The fields of a form: each a label, an input and, where it helps, a sentence tied to both. */
import { h } from '../dom';

let count = 0;

type Input = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function labelled(name: string, label: string, input: Input, help = ''): HTMLElement {
  count += 1;
  input.id = `cy-author-${count}`;
  input.dataset.field = name;
  const hint = help ? h('p', { class: 'cy-soft', id: `${input.id}-help` }, help) : null;
  if (hint) {
    input.setAttribute('aria-describedby', hint.id);
  }
  const box = input instanceof HTMLInputElement && input.type === 'checkbox';
  const text = h('label', { for: input.id }, label);
  return h('div', { class: box ? 'cy-field cy-field-box' : 'cy-field' }, ...(box ? [input, text] : [text, input]), hint);
}

/** Say under a field why its value was not taken; an empty reason takes the sentence away. */
export function refuse(input: Input, reason: string): void {
  const id = `${input.id}-error`;
  const known = input.ownerDocument.getElementById(id);
  if (!reason) {
    known?.remove();
    input.removeAttribute('aria-invalid');
    input.removeAttribute('aria-errormessage');
    return;
  }
  input.setAttribute('aria-invalid', 'true');
  input.setAttribute('aria-errormessage', id);
  const words = known ?? h('p', { class: 'cy-field-error', id, role: 'alert' });
  words.textContent = reason;
  input.after(words);
}

export interface TextOptions {
  help?: string;
  multiline?: boolean;
  /** A short number. */
  numeric?: boolean;
  /** The name for a screen reader, where the label alone is not enough. */
  spoken?: string;
  /** Why this text cannot be; empty when it can. */
  check?: (text: string) => string;
}

/** A line or several of text; `set` is called with a text that passed `check`. */
export function textField(
  name: string,
  label: string,
  value: string,
  set: (text: string) => void,
  { help, multiline, numeric, spoken, check }: TextOptions = {}
): HTMLElement {
  const common = { autocomplete: 'off', class: numeric ? 'cy-input cy-input-number' : 'cy-input', 'aria-label': spoken };
  const input = multiline
    ? h('textarea', { ...common, rows: '3' })
    : h('input', { ...common, type: 'text', inputmode: numeric ? 'decimal' : null });
  input.defaultValue = value;
  input.addEventListener('change', () => {
    const reason = check?.(input.value) ?? '';
    refuse(input, reason);
    if (!reason) {
      set(input.value);
    }
  });
  return labelled(name, label, input, help);
}

export function boxField(
  name: string,
  label: string,
  value: boolean,
  set: (value: boolean) => void,
  help = ''
): HTMLElement {
  const input = h('input', { type: 'checkbox' });
  input.checked = value;
  input.addEventListener('change', () => set(input.checked));
  return labelled(name, label, input, help);
}

export interface Choice {
  value: string;
  label: string;
  disabled?: boolean;
}

export interface ChoiceGroup {
  label: string;
  choices: Choice[];
}

export function selectField(
  name: string,
  label: string,
  value: string,
  groups: (Choice | ChoiceGroup)[],
  set: (value: string) => void,
  help = ''
): HTMLElement {
  const input = h('select', { class: 'cy-input' });
  fillSelect(input, value, groups);
  input.addEventListener('change', () => set(input.value));
  return labelled(name, label, input, help);
}

export function fillSelect(select: HTMLSelectElement, value: string, groups: (Choice | ChoiceGroup)[]): void {
  const option = (choice: Choice): HTMLOptionElement =>
    h('option', { value: choice.value, disabled: choice.disabled ?? false }, choice.label);
  select.replaceChildren(
    ...groups.map(group =>
      'choices' in group
        ? h('optgroup', { label: group.label }, ...group.choices.map(option))
        : option(group)
    )
  );
  select.value = value;
}
