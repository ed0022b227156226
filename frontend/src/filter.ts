/** `data-filter="#table"` on an input: shows the rows that hold every word typed. */
import { fold } from "./text";

function apply(input: HTMLInputElement): void {
  const words = fold(input.value).split(/\s+/).filter(Boolean);
  const rows = document.querySelectorAll<HTMLElement>(`${input.dataset.filter} tbody tr`);
  for (const row of rows) {
    const text = fold(row.textContent ?? "");
    row.hidden = !words.every((word) => text.includes(word));
  }
}

export function setUpFilter(root: ParentNode): void {
  for (const input of document.querySelectorAll<HTMLInputElement>("input[data-filter]")) {
    if (root === document) {
      input.addEventListener("input", () => apply(input));
    }
    apply(input);
  }
}
