/**
 * `data-shown="url"`: one copy on the projector. Every two seconds the cells that changed are brought in their place;
 * the arrows lead to another copy, F fills the screen, Escape leaves (the full screen first, then the page).
 */
import { Changes } from "./changes";

interface News {
  order: string[];
  /** By id: the mark of the content, and the HTML that the server made safe. */
  cells: Record<string, [string, string]>;
  mark: string;
}

const EVERY = 2_000;
const STALE = 3;
/** Browsers may let the page hear the Escape that ended their full screen; it must not leave the page too. */
const JUST_LEFT = 400;

class Shown {
  constructor(private readonly root: HTMLElement) {
    document.addEventListener("keydown", (event) => this.onKey(event));
    document.addEventListener("fullscreenchange", () => this.onFull());
    document.addEventListener("visibilitychange", () => void this.look());
    root.addEventListener("click", (event) => this.onClick(event));
    window.setInterval(() => void this.look(), EVERY);
    this.begin();
    void this.look();
  }

  /** Over what stands in the page now. */
  private begin(): void {
    this.cells = this.root.querySelector("[data-shown-cells]");
    // What is answered about the copy before is not shown in this one.
    const changes: Changes<News> = new Changes(this.root.dataset.shown!, (news: News) => {
      if (changes === this.changes) {
        this.show(news);
      }
    });
    this.changes = changes;
    this.mark = "";
    const button = this.root.querySelector<HTMLButtonElement>("[data-shown-full]");
    if (button) {
      button.hidden = !document.fullscreenEnabled;
      this.off ||= button.textContent ?? "";
      button.textContent = this.isFull ? (button.dataset.on ?? "") : this.off;
    }
    this.root.querySelector("[data-here]")?.scrollIntoView({ block: "start" });
  }

  private get isFull(): boolean {
    return document.fullscreenElement !== null;
  }

  private async toggle(): Promise<void> {
    try {
      await (this.isFull ? document.exitFullscreen() : document.documentElement.requestFullscreen());
    } catch {
      // A browser that refuses shows the page as it is.
    }
  }

  private onFull(): void {
    document.documentElement.toggleAttribute("data-full", this.isFull);
    this.leftAt = this.isFull ? -JUST_LEFT : performance.now();
    const button = this.root.querySelector<HTMLButtonElement>("[data-shown-full]");
    if (button) {
      button.textContent = this.isFull ? (button.dataset.on ?? "") : this.off;
    }
  }

  private async look(): Promise<void> {
    if (document.hidden || !this.cells) {
      return;
    }
    if (await this.changes.ask([this.mark, ...this.parts().map((one) => one.dataset.mark)])) {
      this.tellState();
    }
  }

  private tellState(): void {
    const state = this.root.querySelector<HTMLElement>("[data-shown-state]")!;
    const text = this.changes.failures >= STALE ? (state.dataset.lostText ?? "") : "";
    if (state.textContent !== text) {
      state.textContent = text;
      state.classList.toggle("visually-hidden", !text);
    }
  }

  private parts(): HTMLElement[] {
    return [...this.cells!.children] as HTMLElement[];
  }

  private show(news: News): void {
    for (const [id, [mark, html]] of Object.entries(news.cells)) {
      const part = document.getElementById(id) ?? this.add(id);
      part.dataset.mark = mark;
      part.innerHTML = html;
    }
    this.parts().forEach((part) => news.order.includes(part.id) || part.remove());
    news.order.forEach((id, index) => {
      const part = document.getElementById(id);
      if (part && this.cells!.children[index] !== part) {
        this.cells!.insertBefore(part, this.cells!.children[index] ?? null);
      }
    });
    this.mark = news.mark;
  }

  private add(id: string): HTMLElement {
    const part = document.createElement("section");
    part.id = id;
    this.cells!.append(part);
    return part;
  }

  /** Another copy in the same page: going to another page would end the full screen. */
  private async turn(link: HTMLAnchorElement): Promise<void> {
    const way = link.rel;
    try {
      const answer = await fetch(link.href, { redirect: "error" });
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = page.querySelector<HTMLElement>("[data-shown]")!;
      const focused = this.root.contains(document.activeElement);
      this.root.dataset.shown = next.dataset.shown;
      this.root.replaceChildren(...next.childNodes);
      history.replaceState(null, "", link.href);
      document.documentElement.scrollTop = 0;
      this.begin();
      if (focused) {
        (this.root.querySelector<HTMLElement>(`a[rel=${way}]`) ?? this.root).focus({ preventScroll: true });
      }
    } catch {
      location.assign(link.href);
    }
  }

  private onClick(event: Event): void {
    const target = event.target as Element;
    const link = target.closest<HTMLAnchorElement>("a[rel=prev], a[rel=next]");
    if (target.closest("[data-shown-full]")) {
      void this.toggle();
    } else if (link && this.isFull) {
      event.preventDefault();
      void this.turn(link);
    }
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const inside = (event.target as Element).closest("pre, table, math");
    const way = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    if (event.key === "Escape") {
      this.escape();
    } else if (event.key.toLowerCase() === "f") {
      void this.toggle();
    } else if (way && !inside) {
      this.root.querySelector<HTMLAnchorElement>(`a[rel=${way}]`)?.click();
    }
  }

  private escape(): void {
    if (this.isFull) {
      void this.toggle();
    } else if (performance.now() - this.leftAt > JUST_LEFT) {
      location.assign(this.root.dataset.leave!);
    }
  }

  private cells: HTMLElement | null = null;
  private changes!: Changes<News>;
  private mark = "";
  /** What the button says while the page does not fill the screen. */
  private off = "";
  private leftAt = -JUST_LEFT;
}

export function setUpShown(root: ParentNode): void {
  const element = root.querySelector<HTMLElement>("[data-shown]");
  if (element) {
    new Shown(element);
  }
}
