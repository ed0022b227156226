/**
 * `<ol data-order>` of `<li data-item="id">`, each with a form `data-move` whose buttons send `by` (-1, 1): the list is
 * put in order where it stands, by these buttons or by dragging a handle. The server answers the order that holds, so that
 * two tabs agree. `data-order-moved` is said when something has moved, `data-order-lost` when it could not be saved.
 *
 * `<form data-keep>`: its button, `aria-pressed`, keeps a resource without leaving the page.
 */
function getItems(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(":scope > [data-item]")];
}

async function post(form: HTMLFormElement, name: string, value: string): Promise<Record<string, unknown>> {
  const body = new FormData(form);
  body.set(name, value);
  const answer = await fetch(form.action, {
    method: "POST",
    body,
    headers: { "X-Requested-With": "fetch" },
    redirect: "error",
  });
  if (!answer.ok) {
    throw new Error(String(answer.status));
  }
  return (await answer.json()) as Record<string, unknown>;
}

class Order {
  constructor(private readonly list: HTMLElement) {
    list.addEventListener("submit", (event) => {
      const form = event.target as HTMLFormElement;
      const button = (event as SubmitEvent).submitter as HTMLButtonElement | null;
      if (form.matches("[data-move]") && button) {
        event.preventDefault();
        void this.move(form, "by", button.value, button);
      }
    });
    for (const item of getItems(list)) {
      item.prepend(this.makeHandle(item));
    }
    list.addEventListener("dragover", (event) => this.onDragOver(event));
    list.addEventListener("drop", (event) => {
      event.preventDefault();
      this.dropped = this.dragged !== null;
    });
  }

  /** One request after the other: quick clicks arrive in the order in which they were made. */
  private move(form: HTMLFormElement, name: string, value: string, button?: HTMLButtonElement): Promise<void> {
    const item = form.closest<HTMLElement>("[data-item]")!;
    this.sending = this.sending.then(async () => {
      try {
        const { order } = await post(form, name, value);
        this.show(order as number[]);
        if (button) {
          this.focus(item, button);
        }
        this.say(item);
      } catch {
        this.tell(this.list.dataset.orderLost ?? "");
      }
    });
    return this.sending;
  }

  /** Only what stands elsewhere is moved: what has the focus keeps it wherever it can. */
  private show(order: number[]): void {
    const found = new Map(getItems(this.list).map((item) => [item.dataset.item, item]));
    order.forEach((id, place) => {
      const item = found.get(String(id));
      const here = getItems(this.list)[place];
      if (item && item !== here) {
        this.list.insertBefore(item, here ?? null);
      }
    });
    const items = getItems(this.list);
    items.forEach((item, place) => {
      const [up, down] = item.querySelectorAll<HTMLButtonElement>("[data-move] button");
      up.disabled = place === 0;
      down.disabled = place === items.length - 1;
    });
  }

  private focus(item: HTMLElement, button: HTMLButtonElement): void {
    const other = item.querySelector<HTMLButtonElement>("[data-move] button:not([disabled])");
    (button.disabled ? other : button)?.focus();
  }

  private say(item: HTMLElement): void {
    const items = getItems(this.list);
    const words = (this.list.dataset.orderMoved ?? "")
      .replace("{place}", String(items.indexOf(item) + 1))
      .replace("{count}", String(items.length));
    this.tell(`${item.querySelector("h3")?.textContent?.trim() ?? ""} : ${words}`);
  }

  private tell(words: string): void {
    const told = document.querySelector<HTMLElement>("[data-order-told]");
    if (told) {
      told.textContent = words;
    }
  }

  /** For the mouse alone: the buttons do the same for everybody. */
  private makeHandle(item: HTMLElement): HTMLElement {
    const handle = document.createElement("span");
    handle.className = "step-handle";
    handle.draggable = true;
    handle.title = this.list.dataset.orderDrag ?? "";
    handle.setAttribute("aria-hidden", "true");
    handle.addEventListener("dragstart", (event) => {
      this.dragged = item;
      this.before = getItems(this.list);
      this.dropped = false;
      item.classList.add("step-dragged");
      if (event.dataTransfer) {
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", item.querySelector("h3")?.textContent?.trim() ?? "");
        event.dataTransfer.setDragImage(item, 0, 0);
      }
    });
    handle.addEventListener("dragend", () => this.onDragEnd(item));
    return handle;
  }

  private onDragOver(event: DragEvent): void {
    if (!this.dragged) {
      return;
    }
    event.preventDefault();
    if (event.dataTransfer) {
      event.dataTransfer.dropEffect = "move";
    }
    const next = getItems(this.list).find((item) => {
      const box = item.getBoundingClientRect();
      return item !== this.dragged && event.clientY < box.top + box.height / 2;
    });
    if ((next ?? null) !== this.dragged.nextElementSibling) {
      this.list.insertBefore(this.dragged, next ?? null);
    }
  }

  private onDragEnd(item: HTMLElement): void {
    item.classList.remove("step-dragged");
    this.dragged = null;
    const place = getItems(this.list).indexOf(item);
    if (!this.dropped) {
      this.before.forEach((one) => this.list.append(one)); // Escape, or let go outside
    } else if (this.before.indexOf(item) !== place) {
      void this.move(item.querySelector<HTMLFormElement>("[data-move]")!, "to", String(place));
    }
  }

  private sending: Promise<void> = Promise.resolve();
  private dragged: HTMLElement | null = null;
  private before: HTMLElement[] = [];
  private dropped = false;
}

function setUpKeep(document: Document): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const button = form.querySelector<HTMLButtonElement>("button[aria-pressed]");
    if (!form.matches("form[data-keep]") || !button) {
      return;
    }
    event.preventDefault();
    post(form, "kept", button.value)
      .then(({ kept }) => {
        button.setAttribute("aria-pressed", String(kept));
        button.value = kept ? "0" : "1";
      })
      .catch(() => form.submit());
  });
}

export function setUpOrder(document: Document): void {
  for (const list of document.querySelectorAll<HTMLElement>("[data-order]")) {
    new Order(list);
  }
  setUpKeep(document);
}
