import { describe, expect, it } from "vitest";

import { type Keys, makeAddress, makeKeys } from "./keys";

const DAY = 24 * 3600 * 1000;
const project = {
  id: "p",
  title: "Tri",
  address: "http://127.0.0.1:8000/edit/notebooks/index.html?path=Tri.ipynb&project=p",
  key: "secret",
};
const answer = { person: "bob", name: "Bob", language: "fr", theme: "dark", days: 7, projects: [project] };

describe("keys", () => {
  it("end some days after the server confirmed them", () => {
    expect(makeKeys(answer, 1000)?.projects[0].until).toBe(1000 + 7 * DAY);
  });
  it("are nobody's when nobody is signed in, or nothing may be kept", () => {
    expect(makeKeys({ ...answer, person: null }, 0)).toBeNull();
    expect(makeKeys({ ...answer, days: 0 }, 0)).toBeNull();
  });
});

describe("the editor's address", () => {
  const keys = makeKeys(answer, 0) as Keys;
  it("carries the key in the fragment, which no server sees", () => {
    const url = new URL(makeAddress(keys.projects[0], keys, null));
    expect(url.hash).toBe("#key=secret&lang=fr&theme=dark");
    expect(url.search).not.toContain("secret");
  });
  it("leads to the file that was asked for", () => {
    const url = new URL(makeAddress(keys.projects[0], keys, "data/été.csv"));
    expect(url.pathname).toBe("/edit/lab/index.html");
    expect(url.searchParams.get("path")).toBe("data/été.csv");
  });
});
