/**
 * `data-playback="url"`: plays a file's history. Frames come in batches as JSON: who and when as HTML, the cells
 * by digest, and the HTML of those digests that are new; what is drawn already stays as it is. Without this
 * script the page steps by links.
 */
export interface Frame {
  number: number;
  caption: string;
  cells: [id: string, digest: string, changed: string][];
}

interface Batch {
  frames: Frame[];
  html: Record<string, string>;
}

const BATCH = 10; // frames asked at once
const AHEAD = 6; // frames left when the next batch is asked for
const PACE = 1600; // milliseconds a frame stays at speed 1

/** Frames already here, and the HTML of their cells. */
export class Reel {
  readonly html = new Map<string, string>();
  private readonly frames = new Map<number, Frame>();
  private asking: Promise<void> | null = null;

  constructor(
    private readonly last: number,
    private readonly ask: (query: string) => Promise<Batch>
  ) {}

  has(number: number): boolean {
    return this.frames.has(number);
  }

  /** The frame, fetched if need be; the ones after it are fetched in the background. */
  async get(number: number): Promise<Frame | undefined> {
    while (!this.has(number)) {
      await (this.asking ?? this.fetch(number));
    }
    this.prefetch(number);
    return this.frames.get(number);
  }

  private prefetch(number: number): void {
    let next = number + 1;
    while (this.has(next)) {
      next += 1;
    }
    if (!this.asking && next <= this.last && next - number <= AHEAD) {
      // What fails here is asked again, and then told, when the frame is wanted.
      this.fetch(next).catch(() => undefined);
    }
  }

  private fetch(number: number): Promise<void> {
    const full = this.has(number - 1) ? "" : "&full=1";
    this.asking = this.ask(`&from=${number}&count=${BATCH}${full}`)
      .then((batch) => {
        Object.entries(batch.html).forEach(([digest, html]) => this.html.set(digest, html));
        batch.frames.forEach((frame) => this.frames.set(frame.number, frame));
        if (!this.has(number)) {
          throw new Error("no such frame");
        }
      })
      .finally(() => (this.asking = null));
    return this.asking;
  }
}

/** Bring the cells of `box` to show the frame: only what differs is drawn anew. Gives the first changed cell. */
function draw(box: HTMLElement, frame: Frame, html: Map<string, string>): HTMLElement | null {
  const present = new Map<string, HTMLElement>();
  for (const element of [...box.children] as HTMLElement[]) {
    present.set(element.dataset.cell ?? "", element);
  }
  let first: HTMLElement | null = null;
  let place: Element | null = box.firstElementChild;
  for (const [id, digest, changed] of frame.cells) {
    const element = present.get(id) ?? document.createElement("div");
    present.delete(id);
    if (element.dataset.digest !== digest) {
      element.dataset.cell = id;
      element.dataset.digest = digest;
      element.innerHTML = `<div>${html.get(digest) ?? ""}</div>`;
    }
    mark(element, changed, box);
    first ??= changed ? element : null;
    if (element === place) {
      place = place.nextElementSibling;
    } else {
      box.insertBefore(element, place);
    }
  }
  for (const element of present.values()) {
    element.remove();
  }
  return first;
}

function mark(element: HTMLElement, changed: string, box: HTMLElement): void {
  element.className = changed ? `playback-cell playback-${changed}` : "playback-cell";
  element.querySelector(":scope > .playback-badge")?.remove();
  if (changed) {
    const badge = document.createElement("span");
    badge.className = "badge badge-plain playback-badge";
    const word = changed === "added" ? box.dataset.added : box.dataset.edited;
    badge.textContent = `${changed === "added" ? "+" : "±"} ${word}`;
    element.prepend(badge);
  }
}

class Player {
  private number: number;
  private readonly last: number;
  private readonly reel: Reel;
  private timer = 0;
  private wanted = 0;
  private readonly find: <T extends HTMLElement>(name: string) => T;

  constructor(root: HTMLElement) {
    this.find = <T extends HTMLElement>(name: string) => root.querySelector<T>(`[data-${name}]`)!;
    this.number = Number(root.dataset.number);
    this.last = Number(root.dataset.last);
    const url = root.dataset.playback!;
    this.reel = new Reel(this.last, async (query) => {
      const answer = await fetch(url + query, { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
      return answer.json();
    });
    this.prepare();
  }

  private prepare(): void {
    const slider = this.find<HTMLInputElement>("slider");
    slider.disabled = false;
    slider.addEventListener("input", () => {
      this.pause();
      void this.show(Number(slider.value));
    });
    const play = this.find<HTMLButtonElement>("play");
    play.hidden = false;
    play.dataset.playLabel = play.textContent ?? "";
    play.addEventListener("click", () => (this.timer ? this.pause() : this.play()));
    this.find("speed-label").hidden = false;
    for (const [name, step] of [["back", -1], ["forward", 1]] as const) {
      this.find(name).addEventListener("click", (event) => {
        event.preventDefault();
        this.pause();
        void this.show(this.number + step).then(() => this.tell());
      });
    }
    void this.reel.get(this.number).catch(() => undefined);
  }

  private play(): void {
    if (this.number >= this.last) {
      void this.show(0);
    }
    const button = this.find<HTMLButtonElement>("play");
    button.textContent = `❚❚ ${button.dataset.pauseLabel}`;
    const next = async () => {
      if (this.number >= this.last || !(await this.show(this.number + 1))) {
        this.pause();
        this.tell();
      } else if (this.timer) {
        this.wait(next);
      }
    };
    this.wait(next);
  }

  private wait(next: () => void): void {
    this.timer = window.setTimeout(next, PACE / Number(this.find<HTMLSelectElement>("speed").value));
  }

  private pause(): void {
    window.clearTimeout(this.timer);
    this.timer = 0;
    const button = this.find<HTMLButtonElement>("play");
    button.textContent = button.dataset.playLabel ?? "";
  }

  /** Show a frame; false where it could not be fetched. Of several wishes the last one counts. */
  private async show(number: number): Promise<boolean> {
    const wish = Math.max(0, Math.min(number, this.last));
    this.wanted += 1;
    const turn = this.wanted;
    let frame: Frame | undefined;
    try {
      frame = await this.reel.get(wish);
    } catch {
      return false;
    }
    if (!frame || turn !== this.wanted) {
      return frame !== undefined;
    }
    this.number = wish;
    this.find("caption").innerHTML = frame.caption;
    this.find<HTMLInputElement>("slider").value = String(wish);
    this.find("position").textContent = String(wish + 1);
    this.point(wish);
    const changed = draw(this.find("cells"), frame, this.reel.html);
    changed?.scrollIntoView({ block: "nearest" });
    return true;
  }

  /** Links name the moment that is shown, for those who open them elsewhere. */
  private point(number: number): void {
    const link = (name: string, to: number) => {
      const element = this.find<HTMLAnchorElement>(name);
      const inside = to >= 0 && to <= this.last;
      if (!inside) {
        element.setAttribute("aria-disabled", "true");
      } else {
        element.removeAttribute("aria-disabled");
      }
      if (inside) {
        const address = new URL(window.location.href);
        address.searchParams.delete("m");
        address.searchParams.set("i", String(to));
        element.href = address.href;
      }
    };
    link("back", number - 1);
    link("forward", number + 1);
    const see = this.find<HTMLAnchorElement>("see");
    const address = new URL(see.href);
    address.searchParams.set("m", this.find("caption").querySelector("[data-seq]")?.getAttribute("data-seq") ?? "");
    see.href = address.href;
  }

  /** Say who and when to a screen reader: when one steps or stops, not at each frame that plays. */
  private tell(): void {
    const caption = this.find("caption").querySelector(".playback-who");
    this.find("status").textContent = caption?.textContent?.replace(/\s+/g, " ").trim() ?? "";
  }
}

export function setUpPlayback(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-playback]")) {
    new Player(element);
  }
}
