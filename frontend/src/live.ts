/**
 * `data-live="url" data-every="5"`: the element's HTML is fetched again every so many seconds while the page is
 * visible, and replaced when it has changed, unless the person is typing or ticking in it; the focus stays where it was.
 */
type SetUp = (root: ParentNode) => void;

async function refresh(element: HTMLElement, before: string, setUp: SetUp): Promise<string> {
  const answer = await fetch(element.dataset.live!, {
    headers: { "X-Requested-With": "fetch" },
    redirect: "error",
  });
  if (!answer.ok) {
    return before;
  }
  const html = await answer.text();
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  const busy = focused?.matches("input, select, textarea") || element.querySelector("details[open], input:checked");
  if (html === before || busy) {
    return before;
  }
  if (!before && isShown(element, html)) {
    return html; // the page came with it: a live region would say it all again
  }
  const same = focused && nameElement(focused);
  element.innerHTML = html;
  setUp(element);
  if (same) {
    const candidates = [...element.querySelectorAll<HTMLElement>("a, button, [tabindex]")];
    candidates.find((one) => nameElement(one) === same)?.focus({ preventScroll: true });
  }
  return html;
}

/** Whether the element holds this very HTML already, as the browser writes it. */
function isShown(element: HTMLElement, html: string): boolean {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  return fresh.innerHTML.trim() === element.innerHTML.trim();
}

/** What a link or button is, so that the focus finds it again in the fresh HTML. */
function nameElement(element: Element): string {
  const row = element.closest("tr")?.querySelector("th")?.textContent ?? "";
  return [element.tagName, element.getAttribute("href"), row, element.textContent?.trim()].join("|");
}

/** Gives back what stops it. */
export function setUpLive(root: ParentNode, setUp: SetUp): () => void {
  const timers: number[] = [];
  for (const element of root.querySelectorAll<HTMLElement>("[data-live]")) {
    const period = Math.max(2, Number(element.dataset.every) || 10) * 1000;
    let shown = "";
    let asking = false;
    const timer = window.setInterval(async () => {
      if (document.hidden || asking) {
        return;
      }
      asking = true;
      try {
        shown = await refresh(element, shown, setUp);
      } catch {
        // The network is away: the page keeps what it shows, and asks again at the next turn.
      } finally {
        asking = false;
      }
    }, period);
    timers.push(timer);
  }
  return () => timers.forEach((timer) => window.clearInterval(timer));
}
