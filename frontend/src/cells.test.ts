// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { setUpCells } from "./cells";

/** A column of two pupils in which Mr Dan writes too; what is sent is held to what the server would see. */
let sent: { pupil: string; value: string; seen: string }[];
let there: Record<string, string>;

const field = (pupil: string): HTMLInputElement => document.querySelector(`tr[data-pupil=${pupil}] input`)!;

async function answer(_url: string, { body }: { body: FormData }): Promise<object> {
  const [pupil, value, seen] = ["pupil", "value", "seen"].map((name) => String(body.get(name)));
  sent.push({ pupil, value, seen });
  let status = 200;
  if (value === "x") {
    status = 422;
  } else if (there[pupil] !== seen) {
    status = 409;
  } else {
    there[pupil] = value;
  }
  const lines = Object.entries(there).map(([one, mark]) => [one, { value: mark, seen: mark, average: "" }]);
  const told = { problem: status === 200 ? "" : "No.", column: Object.fromEntries(lines), whole: [], figures: [] };
  const headers = new Headers({ "Content-Type": "application/json" });
  return { ok: status === 200, status, headers, json: () => Promise.resolve(told) };
}

const settle = (): Promise<void> => new Promise((done) => setTimeout(done));

async function write(pupil: string, text: string): Promise<void> {
  field(pupil).focus();
  field(pupil).value = text;
  field(pupil).blur();
  await settle();
}

async function press(pupil: string, key: string): Promise<void> {
  field(pupil).focus();
  field(pupil).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  await settle();
}

async function leave(pupil: string): Promise<void> {
  field(pupil).focus();
  field(pupil).blur();
  await settle();
}

beforeEach(() => {
  sent = [];
  there = { bob: "10", chloe: "11" };
  vi.stubGlobal("fetch", vi.fn(answer));
  const rows = ["bob", "chloe"].map(
    (one) => `<tr data-pupil="${one}"><td><input data-column="c" data-seen="${there[one]}" value="${there[one]}"></td></tr>`,
  );
  document.body.innerHTML = `<form data-cells="/cell"><input type="hidden" name="csrfmiddlewaretoken" value="t">
    <p data-cells-problem hidden></p><p data-cells-state></p><table><tbody>${rows.join("")}</tbody></table></form>`;
  setUpCells(document);
});

afterEach(() => vi.unstubAllGlobals());

describe("a cell that a colleague wrote meanwhile", () => {
  beforeEach(async () => {
    there.bob = "15";
    await write("bob", "12");
  });

  it("is not written over by leaving it", async () => {
    expect(field("bob").getAttribute("aria-invalid")).toBe("true");
    await leave("bob");
    await press("bob", "ArrowDown");
    await leave("bob");
    expect(there.bob).toBe("15");
    expect(sent).toHaveLength(1);
    expect(field("bob").value).toBe("12");
  });

  it("is not written over by leaving the table's last line either", async () => {
    there.chloe = "16";
    await write("chloe", "13");
    await press("chloe", "ArrowDown");
    expect(there.chloe).toBe("16");
  });

  it("is written over by Enter, and by another mark", async () => {
    await press("bob", "Enter");
    expect(there.bob).toBe("12");
    expect(field("bob").hasAttribute("aria-invalid")).toBe(false);
    there.bob = "15";
    await write("bob", "13");
    await write("bob", "14");
    expect(there.bob).toBe("14");
  });

  it("is theirs again with Escape, and can be written anew", async () => {
    await press("bob", "Escape");
    expect(field("bob").value).toBe("15");
    await write("bob", "12");
    expect(there.bob).toBe("12");
  });
});

it("what was typed before the answer came is not sent as an answer to it", async () => {
  there.bob = "15";
  field("bob").focus();
  field("bob").value = "12";
  field("bob").blur();
  field("bob").focus();
  field("bob").value = "12,5";
  await settle();
  await leave("bob");
  expect(there.bob).toBe("15");
});

it("a typing mistake does not hide what a colleague wrote", async () => {
  there.bob = "15";
  await write("bob", "x");
  await write("bob", "12");
  expect(there.bob).toBe("15");
  expect(sent.map((one) => one.seen)).toEqual(["10", "10"]);
});

it("a request that was lost is sent again, knowingly if it was", async () => {
  there.bob = "15";
  await write("bob", "12");
  vi.useFakeTimers();
  vi.mocked(fetch).mockRejectedValueOnce(new Error("lost"));
  field("bob").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  await vi.runAllTimersAsync();
  vi.useRealTimers();
  expect(there.bob).toBe("12");
});
