/**
 * `<a data-dialog="title" data-dialog-close="Close">`: the page behind the link (or behind a form that is sent with GET) is
 * shown in a dialog. The server answers `X-Requested-With: fetch` with the part that stands there; a form of it that goes
 * to the same page is sent the same way. What goes wrong goes to the page itself.
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

function makeDialog({ dataset }: HTMLElement, body: HTMLElement): HTMLDialogElement {
  const dialog = document.createElement("dialog");
  dialog.className = "part-dialog";
  const title = document.createElement("h2");
  title.id = "part-dialog-title";
  title.textContent = dataset.dialog ?? "";
  dialog.setAttribute("aria-labelledby", title.id);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button-small";
  close.textContent = dataset.dialogClose ?? "×";
  close.addEventListener("click", () => dialog.close());
  const head = document.createElement("div");
  head.className = "part-head";
  head.append(title, close);
  dialog.append(head, body);
  return dialog;
}

/** What opened the dialog, or what stands in its place since the page was brought up to date. */
function findAgain(opener: HTMLElement): HTMLElement | null {
  const href = opener.getAttribute("href");
  return opener.isConnected || !href ? opener : document.querySelector<HTMLElement>(`a[href="${CSS.escape(href)}"]`);
}

/** @param element has the words; `opener` the focus, at the end */
async function open(url: string, element: HTMLElement, opener: HTMLElement, setUp: SetUp): Promise<void> {
  const body = document.createElement("div");
  const dialog = makeDialog(element, body);
  let stop = (): void => undefined;
  const show = (html: string): void => {
    stop();
    body.innerHTML = html;
    setUp(body);
    stop = setUpLive(body, setUp);
  };
  show(await getPart(url));
  dialog.addEventListener("close", () => {
    stop();
    dialog.remove();
    findAgain(opener)?.focus();
  });
  body.addEventListener("submit", async (event) => {
    const form = event.target as HTMLFormElement;
    const here = new URL(form.action).pathname === new URL(url, location.href).pathname;
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
    open(link.href, link, link, setUp).catch(() => location.assign(link.href));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("form[data-dialog]")) {
      return;
    }
    event.preventDefault();
    const url = new URL(form.action);
    new FormData(form).forEach((value, name) => url.searchParams.append(name, String(value)));
    const opener = (event as SubmitEvent).submitter ?? form;
    open(url.href, form, opener, setUp).catch(() => form.submit());
  });
}
