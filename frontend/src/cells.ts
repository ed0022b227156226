/**
 * `<form data-cells="url">`: a table of fields that save themselves when they are left. Enter and the arrows lead
 * from cell to cell as in a spreadsheet, Escape puts back what was there. Each field says what it saw (`data-seen`), so
 * that what somebody else wrote meanwhile is told instead of being written over: from then on only Enter, or another
 * text, sends.
 */
interface Told {
  problem: string;
  column: Record<string, { value: string; seen: string; average: string }>;
  whole: string[];
  figures: string[];
}

const RETRY = 5000;
const CONFLICT = 409;

class Cells {
  constructor(private readonly form: HTMLFormElement) {
    this.rows = [...form.querySelectorAll<HTMLElement>("tr[data-pupil]")].map((row) => [
      ...row.querySelectorAll<HTMLInputElement>("input[data-column]"),
    ]);
    this.rows.forEach((row, line) => {
      row.forEach((field, place) => {
        this.saved.set(field, field.value);
        field.addEventListener("keydown", (event) => this.onKey(event, field, line, place));
        field.addEventListener("focus", () => field.select());
        field.addEventListener("blur", () => void this.save(field));
      });
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    window.addEventListener("beforeunload", (event) => {
      if (this.rows.flat().some((field) => field.value !== this.saved.get(field))) {
        event.preventDefault();
      }
    });
  }

  private onKey(event: KeyboardEvent, field: HTMLInputElement, line: number, place: number): void {
    if (event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const whole = field.selectionStart === 0 && field.selectionEnd === field.value.length;
    const atStart = whole || field.selectionEnd === 0;
    const atEnd = whole || field.selectionStart === field.value.length;
    if (event.key === "Enter") {
      event.preventDefault();
      if (field.getAttribute("aria-invalid") === "true") {
        void this.save(field, true);
      } else {
        this.go(line + (event.shiftKey ? -1 : 1), place, field);
      }
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.go(line + (event.key === "ArrowDown" ? 1 : -1), place, field);
    } else if ((event.key === "ArrowRight" && atEnd) || (event.key === "ArrowLeft" && atStart)) {
      event.preventDefault();
      this.go(line, place + (event.key === "ArrowRight" ? 1 : -1), field);
    } else if (event.key === "Escape") {
      field.value = this.saved.get(field) ?? "";
      this.refused.delete(field);
      this.mark(field, "");
      field.select();
    }
  }

  private go(line: number, place: number, from: HTMLInputElement): void {
    const next = this.rows[line]?.[place];
    if (next) {
      next.focus();
    } else {
      void this.save(from);
    }
  }

  /** One request at a time for each field; what is typed meanwhile goes with the next. `knowingly`: over what a
   *  colleague wrote, too. */
  private async save(field: HTMLInputElement, knowingly = false): Promise<void> {
    const typed = field.value;
    if (this.sending.has(field) || typed.trim() === (this.saved.get(field) ?? "").trim()) {
      return;
    }
    if (!knowingly && typed === this.refused.get(field)) {
      return;
    }
    this.sending.add(field);
    this.say("saving");
    const body = new FormData();
    body.set("csrfmiddlewaretoken", this.form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")!.value);
    body.set("column", field.dataset.column!);
    body.set("pupil", field.closest<HTMLElement>("tr")!.dataset.pupil!);
    body.set("value", typed);
    body.set("seen", field.dataset.seen ?? "");
    try {
      const answer = await fetch(this.form.dataset.cells!, { method: "POST", body, redirect: "error", keepalive: true });
      if (!(answer.headers.get("Content-Type") ?? "").startsWith("application/json") || answer.status >= 500) {
        throw new Error(String(answer.status));
      }
      this.show(field, typed, (await answer.json()) as Told, answer.status);
    } catch {
      this.say("lost");
      window.setTimeout(() => void this.save(field, knowingly && field.value === typed), RETRY);
    } finally {
      this.sending.delete(field);
    }
    if (field !== document.activeElement && field.value !== typed && !field.hasAttribute("aria-invalid")) {
      void this.save(field);
    }
  }

  private show(field: HTMLInputElement, typed: string, told: Told, status: number): void {
    const conflict = status === CONFLICT;
    const written = status < 300;
    if (conflict) {
      this.refused.set(field, field.value); // what was typed before the person could know, too
    } else if (written) {
      this.refused.delete(field);
    }
    const place = this.rows.find((row) => row.includes(field))!.indexOf(field);
    for (const row of this.rows) {
      const other = row[place];
      const line = other.closest<HTMLElement>("tr")!;
      const news = told.column[line.dataset.pupil!];
      if (!news) {
        continue;
      }
      const average = line.querySelector<HTMLElement>("[data-average]");
      if (average) {
        average.textContent = news.average;
      }
      const untouched = other.value === this.saved.get(other) && other !== field;
      if (untouched || (other === field && written && field.value === typed)) {
        other.value = news.value;
      }
      // A typing mistake (422) tells nothing of what a colleague wrote: it was not seen.
      if (untouched || (other === field && (written || conflict))) {
        this.saved.set(other, news.value);
        other.dataset.seen = news.seen;
      }
    }
    const fill = (selector: string, texts: string[]): void => {
      this.form.querySelectorAll<HTMLElement>(selector).forEach((node, index) => (node.textContent = texts[index] ?? ""));
    };
    fill("[data-whole]", told.whole);
    this.form.querySelectorAll<HTMLElement>("tfoot tr").forEach((line, index) => {
      const figure = line.querySelectorAll<HTMLElement>("[data-figure]")[place];
      if (figure) {
        figure.textContent = told.figures[index] ?? "";
      }
    });
    this.mark(field, told.problem);
    this.say(told.problem ? "" : "done");
  }

  private mark(field: HTMLInputElement, problem: string): void {
    const box = this.form.querySelector<HTMLElement>("[data-cells-problem]")!;
    const whose = field.getAttribute("aria-label") ?? "";
    if (problem) {
      field.setAttribute("aria-invalid", "true");
      box.textContent = `${whose} : ${problem}`;
    } else {
      field.removeAttribute("aria-invalid");
    }
    box.hidden = !this.form.querySelector("[aria-invalid]");
  }

  private say(what: "" | "saving" | "done" | "lost"): void {
    const sign = this.form.querySelector<HTMLElement>("[data-cells-state]")!;
    sign.textContent = what ? (sign.dataset[`${what}Text`] ?? "") : "";
  }

  private readonly rows: HTMLInputElement[][];
  private readonly saved = new Map<HTMLInputElement, string>();
  private readonly refused = new Map<HTMLInputElement, string>(); // the text that met a colleague's
  private readonly sending = new Set<HTMLInputElement>();
}

export function setUpCells(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-cells]")) {
    new Cells(form);
  }
}
