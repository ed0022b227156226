/** The dark colours stand twice (the system's wish, the person's choice): CSS cannot share them, this keeps them equal. */
import { readFileSync } from "node:fs";

import { expect, it } from "vitest";

const css = readFileSync(new URL("../styles/tokens.css", import.meta.url), "utf8");

function colours(start) {
  const block = css.slice(css.indexOf("{", css.indexOf(start)), css.indexOf("}", css.indexOf(start)));
  return [...block.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map((found) => found.slice(1));
}

it("has the same dark colours for the system's wish and the person's choice", () => {
  const wished = colours(':root:not([data-theme="light"])');
  expect(wished.length).toBeGreaterThan(15);
  expect(colours(':root[data-theme="dark"]')).toEqual(wished);
});
