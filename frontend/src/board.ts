/**
 * `data-board="url"`: the class live. One request every `data-every` seconds for the whole class brings the cards (or
 * the rows of a table) that changed; each is exchanged in its place, so that forty of them neither flicker nor move under the reader's hand.
 * While the page is hidden or paused nothing is asked, and the pupils' pages no longer say that somebody looks.
 */
import { Changes } from "./changes";

interface News {
  order: string[];
  /** By id: the mark of the content, and the HTML that the server escaped. */
  cards: Record<string, [string, string]>;
  summary: string;
  marks: string[];
}

const STALE = 3;
const TICK = "input[name=pupil]";
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** "12 seconds ago" in the page's language; `now` and `then` in milliseconds. */
export function ago(then: number, now: number, language: string): string {
  const seconds = Math.max(0, Math.round((now - then) / 1000));
  const words = new Intl.RelativeTimeFormat(language, { numeric: "always", style: "short" });
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? ["second", 1];
  // Seconds that run by are noise in forty places: they go in fives.
  const count = unit === "second" ? Math.max(5, Math.floor(seconds / 5) * 5) : Math.floor(seconds / size);
  return words.format(-count, unit);
}

/** What stands in a row, or a card: only its cells that differ are exchanged, so that the others are not laid out again. */
function exchange(item: HTMLElement, html: string): void {
  const fresh = document.createElement(item.tagName);
  fresh.innerHTML = html;
  const parts = [...fresh.children];
  if (parts.length !== item.children.length) {
    item.replaceChildren(...fresh.childNodes);
    return;
  }
  [...item.children].forEach((part, index) => part.isEqualNode(parts[index]) || part.replaceWith(parts[index]));
}

class Board {
  constructor(private readonly root: HTMLElement) {
    const find = <T extends HTMLElement>(name: string): T => root.querySelector<T>(`[data-board-${name}]`)!;
    this.changes = new Changes(root.dataset.board!, (news) => this.show(news));
    this.list = find("cards");
    this.summary = find("summary");
    this.state = find("state");
    this.pause = find("pause");
    this.empty = find("empty");
    this.pause.hidden = false;
    this.pause.addEventListener("click", () => this.toggle());
    document.addEventListener("visibilitychange", () => !document.hidden && void this.look());
    this.fix(root.querySelector("table"));
    const period = Math.max(1, Number(root.dataset.every) || 3) * 1000;
    window.setInterval(() => void this.look(), period);
    window.setInterval(() => this.tellTimes(), 5_000);
    this.ticked = root.querySelector("[data-board-ticked]");
    root.addEventListener("change", () => this.tellTicked());
    // a form is reset once its listeners have run
    this.ticked?.addEventListener("reset", () => setTimeout(() => this.tellTicked()));
    this.tellTicked();
    this.tellTimes();
    void this.look();
  }

  /** Columns of one width: a cell that changes does not make the browser measure the others. */
  private fix(table: HTMLTableElement | null): void {
    table?.style.setProperty("--columns", String((table.tHead?.rows[0]?.cells.length ?? 1) - 1));
    table?.toggleAttribute("data-fixed", true);
  }

  async look(): Promise<void> {
    if (document.hidden || this.paused) {
      return;
    }
    const have = [...this.marks, ...[...this.list.children].map((one) => (one as HTMLElement).dataset.mark)];
    if (await this.changes.ask(have)) {
      this.tellState();
    }
  }

  private show(news: News): void {
    for (const [id, [mark, html]] of Object.entries(news.cards)) {
      this.put(id, mark, html);
    }
    const wanted = new Set(news.order);
    for (const item of [...this.list.children]) {
      if (!wanted.has(item.id)) {
        item.remove();
      }
    }
    this.arrange(news.order);
    if (this.marks[1] !== news.marks[1]) {
      this.putSummary(news.summary);
    }
    this.marks = news.marks;
    this.empty.hidden = news.order.length > 0;
    this.tellTicked();
    this.tellTimes();
  }

  private put(id: string, mark: string, html: string): void {
    let item = document.getElementById(id);
    if (!item) {
      item = document.createElement(this.list instanceof HTMLTableSectionElement ? "tr" : "li");
      item.id = id;
      this.list.append(item);
    }
    const things = "a, input";
    const focused = [...item.querySelectorAll(things)].findIndex((one) => one === document.activeElement);
    const ticked = item.querySelector<HTMLInputElement>(TICK)?.checked ?? false;
    item.dataset.mark = mark;
    exchange(item, html);
    const box = item.querySelector<HTMLInputElement>(TICK);
    if (box) {
      box.checked = ticked;
    }
    if (focused >= 0 && !item.contains(document.activeElement)) {
      const again = item.querySelectorAll<HTMLElement>(things);
      (again[focused] ?? again[0])?.focus({ preventScroll: true });
    }
  }

  /** What the reader unfolded stays so, and the focus where it was. */
  private putSummary(html: string): void {
    const open = [...this.summary.querySelectorAll<HTMLElement>("details[open]")].map(({ id }) => id);
    const focused = this.summary.contains(document.activeElement) ? document.activeElement : null;
    const href = focused?.getAttribute("href");
    const details = focused?.closest("details")?.id;
    this.summary.innerHTML = html;
    for (const id of open) {
      document.getElementById(id)?.setAttribute("open", "");
    }
    const again = href
      ? [...this.summary.querySelectorAll("a")].find((link) => link.getAttribute("href") === href)
      : details && document.getElementById(details)?.querySelector("summary");
    if (again) {
      again.focus({ preventScroll: true });
    }
  }

  /** Moves only what stands in the wrong place, and keeps the focus where it is. */
  private arrange(order: string[]): void {
    const focused = this.list.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
    order.forEach((id, index) => {
      const item = document.getElementById(id);
      if (item && this.list.children[index] !== item) {
        this.list.insertBefore(item, this.list.children[index] ?? null);
      }
    });
    if (focused && document.activeElement !== focused) {
      focused.focus({ preventScroll: true });
    }
  }

  private toggle(): void {
    this.paused = !this.paused;
    const { pauseText, resumeText } = this.pause.dataset;
    this.pause.textContent = (this.paused ? resumeText : pauseText) ?? "";
    this.tellState();
    void this.look();
  }

  private tellState(): void {
    const { liveText, pausedText, lostText } = this.state.dataset;
    const lost = this.changes.failures >= STALE;
    const text = (this.paused ? pausedText : lost ? lostText : liveText) ?? "";
    this.root.dataset.state = this.paused ? "paused" : lost ? "lost" : "live";
    if (this.state.textContent !== text) {
      this.state.textContent = text;
    }
  }

  /** The bar for those that are ticked comes with the first, and goes with the last. */
  private tellTicked(): void {
    const count = this.list.querySelectorAll(`${TICK}:checked`).length;
    const told = this.ticked?.querySelector<HTMLElement>("[data-board-count]");
    if (this.ticked && told) {
      this.ticked.hidden = count === 0;
      const text = count === 1 ? told.dataset.one : told.dataset.many?.replace("{count}", String(count));
      if (told.textContent !== text) {
        told.textContent = count ? (text ?? "") : "";
      }
    }
  }

  private tellTimes(): void {
    const now = Date.now() + this.changes.offset;
    for (const time of this.root.querySelectorAll<HTMLTimeElement>("time[data-ago]")) {
      const text = ago(Date.parse(time.dateTime), now, document.documentElement.lang);
      if (time.textContent !== text) {
        time.textContent = text;
      }
    }
  }

  private readonly list: HTMLElement;
  private readonly summary: HTMLElement;
  private readonly state: HTMLElement;
  private readonly pause: HTMLElement;
  private readonly empty: HTMLElement;
  private readonly ticked: HTMLFormElement | null;
  private marks: string[] = [];
  private readonly changes: Changes<News>;
  private paused = false;
}

export function setUpBoard(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-board]")) {
    new Board(element);
  }
}
