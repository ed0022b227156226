/**
 * `data-shown="url"`: one copy on the projector. Every two seconds the cells that changed are brought in their place;
 * Escape leaves, the arrows lead to another copy.
 */
interface News {
  order: string[];
  /** By id: the mark of the content, and the HTML that the server made safe. */
  cells: Record<string, [string, string]>;
  mark: string;
}

const EVERY = 2_000;
const STALE = 3;

class Shown {
  constructor(private readonly root: HTMLElement) {
    this.cells = root.querySelector("[data-shown-cells]");
    document.addEventListener("keydown", (event) => this.onKey(event));
    root.querySelector("[data-here]")?.scrollIntoView({ block: "start" });
    if (this.cells) {
      document.addEventListener("visibilitychange", () => void this.look());
      window.setInterval(() => void this.look(), EVERY);
      void this.look();
    }
  }

  private async look(): Promise<void> {
    if (document.hidden || this.asking) {
      return;
    }
    this.asking = true;
    try {
      const have = [this.mark, ...this.parts().map((one) => one.dataset.mark)];
      const url = new URL(this.root.dataset.shown!, location.href);
      url.searchParams.set("have", have.join("."));
      const answer = await fetch(url, { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
      if (answer.status !== 204) {
        this.show((await answer.json()) as News);
      }
      this.failures = 0;
    } catch {
      this.failures += 1;
    } finally {
      this.asking = false;
    }
    const state = this.root.querySelector<HTMLElement>("[data-shown-state]")!;
    const text = this.failures >= STALE ? (state.dataset.lostText ?? "") : "";
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

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const inside = (event.target as Element).closest("pre, table, math");
    const way = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    if (event.key === "Escape") {
      location.assign(this.root.dataset.leave!);
    } else if (way && !inside) {
      this.root.querySelector<HTMLAnchorElement>(`a[rel=${way}]`)?.click();
    }
  }

  private readonly cells: HTMLElement | null;
  private mark = "";
  private asking = false;
  private failures = 0;
}

export function setUpShown(root: ParentNode): void {
  const element = root.querySelector<HTMLElement>("[data-shown]");
  if (element) {
    new Shown(element);
  }
}
