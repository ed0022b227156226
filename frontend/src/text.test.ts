import { describe, expect, it } from "vitest";

import { compare, fold } from "./text";

describe("fold", () => {
  it("forgives case and accents", () => {
    expect(fold(" Éloïse ÇA ")).toBe("eloise ca");
  });
});

describe("compare", () => {
  it("orders French decimals as numbers", () => {
    expect(["12,5", "9", "100"].sort((a, b) => compare(a, b, "fr"))).toEqual(["9", "12,5", "100"]);
  });
  it("orders names as the language has it", () => {
    expect(["Zoé", "Éric", "Emma"].sort((a, b) => compare(a, b, "fr"))).toEqual(["Emma", "Éric", "Zoé"]);
  });
  it("puts what is empty last", () => {
    expect(["", "14", "8"].sort((a, b) => compare(a, b, "fr"))).toEqual(["8", "14", ""]);
  });
});
