// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { getQuery, replace, setUpSearch, tellFeed } from "./search";

describe("the address of a search", () => {
  it("holds what was typed and chosen, every value of a filter, and nothing that says nothing", () => {
    const data = new FormData();
    data.append("q", "boucle for ");
    data.append("level", "seconde");
    data.append("level", "premiere");
    data.append("sort", "relevance");
    expect(getQuery(data)).toBe("q=boucle+for+&level=seconde&level=premiere");
    data.set("q", "");
    data.set("sort", "newest");
    expect(getQuery(data)).toBe("level=seconde&level=premiere&sort=newest");
  });
});

describe("what a search puts in place", () => {
  const page = (more: string) => `
    <details id="filter-theme"><summary>Theme</summary>
      <fieldset><details class="filter-more" id="more-theme"${more}><summary>All</summary><input id="f-1"></details></fieldset>
    </details>`;
  const fold = (id: string) => document.querySelector<HTMLDetailsElement>(`#${id}`)!;

  it("leaves unfolded what is, inside too, with the focus and how far the list was scrolled", () => {
    document.body.innerHTML = `<div id="found">${page("")}</div>`;
    const region = document.querySelector<HTMLElement>("#found")!;
    fold("filter-theme").open = fold("more-theme").open = true;
    fold("more-theme").scrollTop = 120;
    document.querySelector<HTMLElement>("#f-1")!.focus();
    replace(region, page(""), () => undefined);
    expect([fold("filter-theme").open, fold("more-theme").open]).toEqual([true, true]);
    expect(fold("more-theme").scrollTop).toBe(120);
    expect(document.activeElement?.id).toBe("f-1");
  });

  it("unfolds the rest of a list when what was chosen is there now, and leaves a facet folded", () => {
    document.body.innerHTML = `<div id="found">${page("")}</div>`;
    replace(document.querySelector<HTMLElement>("#found")!, page(" open"), () => undefined);
    expect([fold("filter-theme").open, fold("more-theme").open]).toEqual([false, true]);
  });

  it("has the head of the page say where the feed of the search is now", () => {
    document.head.innerHTML = '<link rel="alternate" type="application/atom+xml" href="/library/feed/">';
    document.body.innerHTML = '<div id="found"><a type="application/atom+xml" href="/library/feed/?q=tri">Feed</a></div>';
    tellFeed(document, document.querySelector<HTMLElement>("#found")!);
    expect(document.querySelector("link")!.href).toMatch(/\/library\/feed\/\?q=tri$/);
  });
});

describe("searching as one types", () => {
  type Answer = { ok: boolean; text: () => Promise<string> };
  let asked: { address: string; answer: (html: string) => void }[];

  beforeEach(() => {
    asked = [];
    vi.useFakeTimers();
    vi.stubGlobal("fetch", (address: string) =>
      new Promise<Answer>((resolve) => {
        const answer = (html: string): void => resolve({ ok: true, text: () => Promise.resolve(html) });
        asked.push({ address, answer });
      }),
    );
    document.body.innerHTML =
      '<form data-search="#found" action="/library/"><input name="q"></form><div id="found">Everything</div>';
    setUpSearch(document, () => undefined);
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  async function type(text: string): Promise<void> {
    const input = document.querySelector("input")!;
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    await vi.runAllTimersAsync();
  }

  it("shows what was found, and never the late answer to what is no longer typed", async () => {
    const region = document.querySelector("#found")!;
    await type("b");
    await type("");
    expect(asked.map((one) => new URL(one.address, "http://x").search)).toEqual(["?q=b"]);
    asked[0]!.answer("Only b");
    await vi.runAllTimersAsync();
    expect(region.textContent).toBe("Everything");
    expect(region.hasAttribute("aria-busy")).toBe(false);
    await type("c");
    asked[1]!.answer("Only c");
    await vi.runAllTimersAsync();
    expect(region.textContent).toBe("Only c");
  });
});
