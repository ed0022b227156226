import { describe, expect, it } from "vitest";

import { getQuery } from "./search";

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
