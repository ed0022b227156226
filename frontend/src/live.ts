/**
 * `data-live="url" data-every="5"`: the element's HTML is fetched again every so many seconds while the page is
 * visible, and replaced when it has changed, unless the person is in it.
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
  const busy = element.contains(document.activeElement) || element.querySelector("details[open]");
  if (html === before || busy) {
    return before;
  }
  element.innerHTML = html;
  setUp(element);
  return html;
}

export function setUpLive(root: ParentNode, setUp: SetUp): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-live]")) {
    const period = Math.max(2, Number(element.dataset.every) || 10) * 1000;
    let shown = "";
    let asking = false;
    window.setInterval(async () => {
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
  }
}
