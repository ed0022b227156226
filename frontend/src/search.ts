/**
 * `data-search="#found"` on a form that GETs: what it finds is fetched as one types or chooses, and put in place of the
 * element named. The address follows, the focus and what is unfolded stay, and the count is said to screen readers.
 */
type SetUp = (root: ParentNode) => void;

const PAUSE = 120; // milliseconds without a keystroke
const NARROW = "(max-width: 59.99rem)";

/** The address of the search as the form says it: without what is empty or the default. */
export function getQuery(data: FormData): string {
  const query = new URLSearchParams();
  for (const [name, value] of data) {
    if (typeof value === "string" && value !== "" && !(name === "sort" && value === "relevance")) {
      query.append(name, value);
    }
  }
  return query.toString();
}

const LISTS = ".filter-more"; // these scroll by themselves

/** Put in what was found; the focus, what is unfolded and how far the lists were scrolled stay. */
export function replace(region: HTMLElement, html: string, setUp: SetUp): void {
  const focused = region.contains(document.activeElement) ? document.activeElement?.id : "";
  const open = new Map([...region.querySelectorAll("details")].map((one) => [one.id, one.open]));
  const scrolled = new Map([...region.querySelectorAll(LISTS)].map((one) => [one.id, one.scrollTop]));
  region.innerHTML = html;
  for (const one of region.querySelectorAll("details")) {
    const wasOpen = open.get(one.id) ?? one.open;
    // A value that was chosen in sight may be below the fold now.
    one.open = wasOpen || (one.matches(".filter-more") && one.open);
  }
  for (const one of region.querySelectorAll(LISTS)) {
    one.scrollTop = scrolled.get(one.id) ?? 0;
  }
  setUp(region);
  if (focused) {
    (document.getElementById(focused) ?? region.querySelector<HTMLElement>("summary"))?.focus({ preventScroll: true });
  }
}

const ATOM = '[type="application/atom+xml"]';

/** Feed readers look into the head of the page, which a search leaves in place. */
export function tellFeed(document_: Document, region: HTMLElement): void {
  const told = document_.querySelector<HTMLLinkElement>(`link[rel="alternate"]${ATOM}`);
  const feed = region.querySelector<HTMLAnchorElement>(`a${ATOM}`);
  if (told && feed) {
    told.href = feed.href;
  }
}

export function setUpSearch(document_: Document, setUp: SetUp): void {
  const form = document_.querySelector<HTMLFormElement>("form[data-search]");
  const region = form && document_.querySelector<HTMLElement>(form.dataset.search!);
  if (!form || !region) {
    return;
  }
  const said = document_.querySelector<HTMLElement>("[data-search-said]");
  const filters = document_.querySelector<HTMLDetailsElement>("#filters");
  if (filters && window.matchMedia(NARROW).matches) {
    filters.open = false;
  }
  region.classList.add("ready");
  let shown = getQuery(new FormData(form));
  let timer = 0;
  let running: AbortController | null = null;

  async function search(): Promise<void> {
    window.clearTimeout(timer);
    const query = getQuery(new FormData(form!));
    running?.abort(); // what it asked for is no longer wanted, also when what is shown is
    if (query === shown) {
      region!.removeAttribute("aria-busy");
      return;
    }
    running = new AbortController();
    const { signal } = running;
    const address = query ? `${form!.action}?${query}` : form!.action;
    region!.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" }, redirect: "error", signal });
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
      const html = await answer.text();
      if (signal.aborted) {
        return;
      }
      shown = query;
      replace(region!, html, setUp);
      history.replaceState(null, "", address);
      tellFeed(document_, region!);
      if (said) {
        said.textContent = region!.querySelector("[data-search-count]")?.textContent?.trim() ?? "";
      }
      region!.removeAttribute("aria-busy");
    } catch (error) {
      // Replaced by a later search: that one goes on. Anything else: the browser asks, and says what is wrong.
      if (!signal.aborted) {
        region!.removeAttribute("aria-busy");
        form!.submit();
      }
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void search();
  });
  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void search(), PAUSE);
  });
  region.addEventListener("change", (event) => {
    if ((event.target as HTMLInputElement).form === form) {
      void search();
    }
  });
}
