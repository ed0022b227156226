/**
 * `<a data-dialog="title" data-dialog-close="Close">`: the page behind the link is shown in a dialog. The server answers
 * `X-Requested-With: fetch` with the part that stands there; a form of it that goes to the same page is sent the same
 * way. What goes wrong goes to the page itself.
 */
import { setUpLive } from "./live";

type SetUp = (root: ParentNode) => void;

async function getPart(url: string, body?: FormData): Promise<string> {
  const answer = await fetch(url, {
    method: body ? "POST" : "GET",
    body,
    headers: { "X-Requested-With": "fetch" },
    redirect: "error",
  });
  if (!answer.ok && answer.status !== 422) {
    throw new Error(String(answer.status));
  }
  return answer.text();
}

function makeDialog(link: HTMLElement, body: HTMLElement): HTMLDialogElement {
  const dialog = document.createElement("dialog");
  dialog.className = "part-dialog";
  const title = document.createElement("h2");
  title.id = "part-dialog-title";
  title.textContent = link.dataset.dialog ?? "";
  dialog.setAttribute("aria-labelledby", title.id);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button-small";
  close.textContent = link.dataset.dialogClose ?? "×";
  close.addEventListener("click", () => dialog.close());
  const head = document.createElement("div");
  head.className = "part-head";
  head.append(title, close);
  dialog.append(head, body);
  return dialog;
}

async function open(link: HTMLAnchorElement, setUp: SetUp): Promise<void> {
  const body = document.createElement("div");
  const dialog = makeDialog(link, body);
  let stop = (): void => undefined;
  const show = (html: string): void => {
    stop();
    body.innerHTML = html;
    setUp(body);
    stop = setUpLive(body, setUp);
  };
  show(await getPart(link.href));
  dialog.addEventListener("close", () => {
    stop();
    dialog.remove();
    link.focus();
  });
  body.addEventListener("submit", async (event) => {
    const form = event.target as HTMLFormElement;
    const here = new URL(form.action).pathname === new URL(link.href).pathname;
    if (event.defaultPrevented || !here) {
      return;
    }
    event.preventDefault();
    const button = (event as SubmitEvent).submitter as HTMLButtonElement | null;
    if (button?.disabled) {
      return;
    }
    button?.setAttribute("disabled", "");
    try {
      show(await getPart(form.action, new FormData(form)));
      body.querySelector<HTMLElement>("[aria-invalid='true'], textarea")?.focus();
    } catch {
      form.submit();
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  body.querySelector("textarea")?.focus();
}

export function setUpDialogs(document: Document, setUp: SetUp): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-dialog]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) {
      return;
    }
    event.preventDefault();
    open(link, setUp).catch(() => location.assign(link.href));
  });
}
