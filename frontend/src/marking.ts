/**
 * `data-marking`: marking by keyboard. Each answer is a form that saves itself when something in it changes; keys
 * lead from one to the next and do what its buttons do. They rest while somebody types, and can be turned off
 * (WCAG 2.1.4). Without this script every form has its own button.
 */
import { fold } from "./text";

/** What the server answers to a save (`candyce.grading.views.answers`); HTML is escaped there. */
interface Saved {
  revision: number;
  points: string;
  comment: string;
  rubric: Record<string, string>;
  todo: boolean;
  facts: string;
  problem: string;
  mark: string;
}

type Control = HTMLInputElement | HTMLTextAreaElement;
const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
const KEYS_OFF = "candyce-marking-keys-off";
const RETRY = 5000;

/** One answer: what it holds, what was saved of it, and its conversation with the server. */
class Answer {
  constructor(readonly form: HTMLFormElement, private readonly page: Marking) {
    this.saved = this.read();
    form.querySelector<HTMLElement>("[data-save]")!.hidden = true;
    form.addEventListener("focusin", () => page.choose(this, false));
    form.addEventListener("change", () => void this.save());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.act((event.submitter as HTMLButtonElement | null)?.value ?? "");
    });
    form.addEventListener("keydown", (event) => this.onKey(event));
    for (const field of this.controls) {
      field.addEventListener("input", () => this.say(""));
    }
    const bank = form.querySelector<HTMLButtonElement>("[data-bank]")!;
    bank.hidden = false;
    bank.addEventListener("click", () => page.bank.open(this));
  }

  field(name: string): Control | null {
    return this.form.elements.namedItem(name) as Control | null;
  }

  get controls(): Control[] {
    return [...this.form.querySelectorAll<Control>("input:not([type=hidden]), textarea")];
  }

  get criteria(): Control[] {
    return this.controls.filter(({ name }) => name.startsWith("rubric-"));
  }

  get changed(): boolean {
    return this.read() !== this.saved;
  }

  /** Leaving the page would lose something. */
  get unsent(): boolean {
    return this.changed && !this.saving;
  }

  /** What a button or a key does: all points, zero, mine or theirs in a conflict; else save. */
  act(what: string): void {
    const points = this.field("points")!;
    if (what === "full") {
      points.value = points.dataset.max ?? "";
    } else if (what === "zero") {
      points.value = "0";
    } else if (what === "proposal") {
      points.value = "";
    }
    void this.save(what === "mine" || what === "theirs" ? what : "explicit");
  }

  toggleCriterion(number: number): void {
    const field = this.criteria[number - 1];
    if (field) {
      field.value = field.value === field.dataset.max ? "0" : (field.dataset.max ?? "");
      void this.save();
    }
  }

  addComment(text: string): void {
    const comment = this.field("comment")!;
    const before = comment.value.trim();
    comment.value = before ? `${before}\n${text}` : text;
    void this.save();
  }

  /** One request at a time; what was typed meanwhile goes with the next. A conflict waits for its buttons. */
  async save(act: "" | "explicit" | "mine" | "theirs" = ""): Promise<void> {
    const conflict = this.form.dataset.state === "conflict";
    const decided = act === "mine" || act === "theirs";
    if (this.saving || (conflict && !decided) || (!this.changed && !decided)) {
      return;
    }
    window.clearTimeout(this.retry);
    this.saving = true;
    this.say("saving");
    const sent = this.read();
    const body = new FormData(this.form);
    if (decided) {
      body.set("act", act);
    }
    try {
      const answer = await fetch(this.form.action, {
        method: "POST",
        body,
        headers: { "X-Requested-With": "fetch" },
        redirect: "error",
        keepalive: true, // the page may be left before the answer comes
      });
      if (![200, 409, 422].includes(answer.status)) {
        throw new Error(String(answer.status));
      }
      this.show(answer.status, (await answer.json()) as Saved, sent, act === "theirs");
    } catch {
      this.say("lost");
      this.retry = window.setTimeout(() => void this.save(act), RETRY);
    } finally {
      this.saving = false;
    }
    if (this.form.dataset.state === "" && this.read() !== sent && this.changed) {
      void this.save();
    }
  }

  private show(status: number, told: Saved, sent: string, theirs: boolean): void {
    const find = (name: string): HTMLElement => this.form.querySelector<HTMLElement>(`[data-${name}]`)!;
    find("problem").innerHTML = told.problem;
    this.form.dataset.state = status === 409 ? "conflict" : status === 422 ? "refused" : "";
    this.say(status === 200 ? "done" : "");
    if (status === 422) {
      return;
    }
    this.field("revision")!.value = String(told.revision);
    const open = find("facts").querySelector("details")?.open;
    find("facts").innerHTML = told.facts;
    const events = find("facts").querySelector("details");
    if (events && open) {
      events.open = true;
    }
    if (status === 200) {
      this.adopt(told, sent, theirs);
      this.page.tell(told);
    }
  }

  /** The values as the server keeps them, unless somebody typed on meanwhile. */
  private adopt(told: Saved, sent: string, theirs: boolean): void {
    if (theirs || this.read() === sent) {
      const values: Record<string, string> = { points: told.points, comment: told.comment, ...told.rubric };
      for (const [name, value] of Object.entries(values)) {
        const field = this.field(name);
        if (field && (theirs || document.activeElement !== field || name === "points")) {
          field.value = value;
        }
      }
      this.saved = this.read();
    } else {
      this.saved = sent;
    }
    this.form.dataset.todo = String(told.todo);
  }

  private onKey(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (!target.matches(TYPING)) {
      return;
    }
    if (event.key === "Escape") {
      event.preventDefault();
      this.form.focus();
    } else if (event.key === "Enter" && (target.matches("input") || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void this.save();
      this.page.step(1);
    }
  }

  private read(): string {
    return JSON.stringify(this.controls.map(({ name, value }) => [name, value.trim()]));
  }

  private say(what: "" | "saving" | "done" | "lost"): void {
    const sign = this.form.querySelector<HTMLElement>("[data-saved]")!;
    sign.textContent = what ? (sign.dataset[`${what}Text`] ?? "") : "";
    sign.dataset.what = what;
  }

  private saved: string;
  private saving = false;
  private retry = 0;
}

/** The list of one's comments, found by typing, chosen by arrows and Enter. */
class Bank {
  constructor(private readonly address: string, texts: HTMLElement) {
    this.dialog = texts.querySelector("dialog")!;
    this.search = this.dialog.querySelector("input")!;
    this.list = this.dialog.querySelector("[role=listbox]")!;
    this.empty = this.dialog.querySelector("[data-bank-empty]")!;
    this.search.addEventListener("input", () => this.draw());
    this.search.addEventListener("keydown", (event) => this.onKey(event));
    this.list.addEventListener("click", (event) => {
      const option = (event.target as HTMLElement).closest<HTMLElement>("[role=option]");
      if (option) {
        this.take(option.textContent ?? "");
      }
    });
    this.dialog.querySelector("[data-bank-close]")!.addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.answer?.form.focus({ preventScroll: true }));
  }

  async open(answer: Answer): Promise<void> {
    this.answer = answer;
    this.search.value = "";
    this.dialog.showModal();
    this.search.focus();
    this.draw();
    try {
      const found = await fetch(this.address, { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
      if (found.ok) {
        this.comments = ((await found.json()) as { comments: [string, number][] }).comments.map(([text]) => text);
        this.draw();
      }
    } catch {
      // The network is away: the comments known so far can still be chosen.
    }
  }

  private draw(): void {
    const words = fold(this.search.value).split(/\s+/).filter(Boolean);
    const found = this.comments.filter((text) => words.every((word) => fold(text).includes(word))).slice(0, 60);
    this.list.replaceChildren(
      ...found.map((text, index) => {
        const option = document.createElement("li");
        option.role = "option";
        option.id = `bank-${index}`;
        option.textContent = text;
        return option;
      }),
    );
    this.empty.hidden = found.length > 0;
    this.list.hidden = found.length === 0;
    this.point(0);
  }

  private onKey(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.point(this.at + step);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const text = this.list.children[this.at]?.textContent;
      if (text) {
        this.take(text);
      }
    }
  }

  private point(index: number): void {
    const options = [...this.list.children] as HTMLElement[];
    this.at = Math.max(0, Math.min(index, options.length - 1));
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === this.at)));
    options[this.at]?.scrollIntoView({ block: "nearest" });
    this.search.setAttribute("aria-activedescendant", options.length ? `bank-${this.at}` : "");
  }

  private take(text: string): void {
    this.dialog.close();
    this.answer?.addComment(text);
  }

  private readonly dialog: HTMLDialogElement;
  private readonly search: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly empty: HTMLElement;
  private comments: string[] = [];
  private answer: Answer | null = null;
  private at = 0;
}

class Marking {
  constructor(root: HTMLElement) {
    this.bank = new Bank(root.dataset.comments!, root);
    this.answers = [...root.querySelectorAll<HTMLFormElement>("[data-answer]")].map((form) => new Answer(form, this));
    const keys = root.querySelector<HTMLElement>("[data-keys]");
    this.keysOn = root.querySelector<HTMLInputElement>("[data-keys-on]");
    if (keys && this.keysOn) {
      keys.hidden = false;
      this.keysOn.checked = localStorage.getItem(KEYS_OFF) === null;
      keys.dataset.on = String(this.keysOn.checked);
      this.keysOn.addEventListener("change", () => {
        const on = this.keysOn!.checked;
        keys.dataset.on = String(on);
        on ? localStorage.removeItem(KEYS_OFF) : localStorage.setItem(KEYS_OFF, "1");
      });
    }
    document.addEventListener("keydown", (event) => this.onKey(event));
    window.addEventListener("beforeunload", (event) => {
      if (this.answers.some((answer) => answer.unsent)) {
        event.preventDefault();
      }
    });
    const wanted = location.hash && document.getElementById(location.hash.slice(1));
    const first = wanted ? this.answers.find(({ form }) => wanted.contains(form)) : undefined;
    if (first) {
      this.choose(first, true);
    }
  }

  choose(answer: Answer, move: boolean): void {
    if (this.current !== answer) {
      this.current?.form.removeAttribute("aria-current");
      answer.form.setAttribute("aria-current", "true");
      this.current = answer;
    }
    if (move) {
      answer.form.focus({ preventScroll: true });
      const card = answer.form.closest<HTMLElement>(".answer-card") ?? answer.form;
      const tall = card.offsetHeight > window.innerHeight * 0.8;
      (tall ? answer.form : card).scrollIntoView({ block: tall ? "nearest" : "center" });
    }
  }

  step(by: number): void {
    const at = this.current ? this.answers.indexOf(this.current) + by : 0;
    const next = this.answers[Math.max(0, Math.min(at, this.answers.length - 1))];
    if (next) {
      this.choose(next, true);
    }
  }

  /** After a save: the mark that follows from the points. */
  tell(told: Saved): void {
    const mark = document.querySelector("[data-copy-mark]");
    if (mark) {
      mark.textContent = told.mark || "–";
    }
    const field = document.querySelector<HTMLInputElement>("#id_mark");
    if (field) {
      field.placeholder = told.mark;
    }
  }

  private onKey(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const elsewhere = event.ctrlKey || event.altKey || event.metaKey || event.isComposing;
    if (elsewhere || !this.keysOn?.checked || target.matches(TYPING) || document.querySelector("dialog[open]")) {
      return;
    }
    if (this.act(event)) {
      event.preventDefault();
    }
  }

  /** Whether the key means something here. Digits go by their place: on a French keyboard they need Shift. */
  private act(event: KeyboardEvent): boolean {
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
    const key = event.key.length === 1 ? event.key : "";
    if (key === "J" || key === "K") {
      const link = document.querySelector<HTMLAnchorElement>(`main a[rel=${key === "J" ? "next" : "prev"}]`);
      link?.click();
      return link !== null;
    }
    if (key === "j" || key === "k") {
      this.step(key === "j" ? 1 : -1);
      return true;
    }
    if (key === "n") {
      document.querySelector<HTMLFormElement>("form[data-names]")?.requestSubmit();
      return true;
    }
    const answer = this.current;
    if (!answer) {
      return false;
    }
    if (digit !== undefined && digit !== "0") {
      answer.toggleCriterion(Number(digit));
    } else if (digit === "0") {
      answer.act("zero");
    } else if (key === "f") {
      answer.act("full");
    } else if (key === "r") {
      answer.act("proposal");
    } else if (key === "p" || key === "c") {
      const field = answer.field(key === "p" ? "points" : "comment")!;
      field.focus();
      field.select();
    } else if (key === "b") {
      void this.bank.open(answer);
    } else {
      return false;
    }
    return true;
  }

  readonly bank: Bank;
  private readonly answers: Answer[];
  private readonly keysOn: HTMLInputElement | null;
  private current: Answer | null = null;
}

export function setUpMarking(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-marking]")) {
    new Marking(element);
  }
}
