/** `data-sortable` on a table: headers become buttons that sort; `data-value` on a cell is what sorts. */
import { compare } from "./text";

const chosen = new Map<string, { column: number; direction: number }>();

function value(row: HTMLTableRowElement, column: number): string {
  const cell = row.cells[column];
  return cell?.dataset.value ?? cell?.textContent?.trim() ?? "";
}

function sort(table: HTMLTableElement, column: number, direction: number): void {
  const body = table.tBodies[0];
  const language = document.documentElement.lang;
  const rows = [...body.rows].sort(
    (a, b) => direction * compare(value(a, column), value(b, column), language),
  );
  body.append(...rows);
  [...table.tHead!.rows[0].cells].forEach((head, index) => {
    if (index === column) {
      head.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
    } else {
      head.removeAttribute("aria-sort");
    }
  });
}

export function setUpSort(root: ParentNode): void {
  for (const table of root.querySelectorAll<HTMLTableElement>("table[data-sortable]")) {
    [...(table.tHead?.rows[0].cells ?? [])].forEach((head, column) => {
      if (head.dataset.sort === "no" || !head.textContent?.trim()) {
        return;
      }
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const direction = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        chosen.set(table.id, { column, direction });
        sort(table, column, direction);
      });
    });
    const before = chosen.get(table.id);
    if (before) {
      sort(table, before.column, before.direction);
    }
  }
}
