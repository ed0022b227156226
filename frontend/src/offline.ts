/**
 * Working without a network. On every page: the service worker, and the keys of what was opened here, which belong
 * to who is signed in and to nobody else. On the page for no network: the list of what can be opened.
 */
import { forgetKeys, type Keys, makeAddress, type OfflineProject, readKeys, refreshKeys } from "./keys";

const WORKER = "/sw.js";
const KEYS = "/offline/keys.json";
const ALIVE = "/healthz";
/** The keys are confirmed again when they are older than this. */
const OLD = 10 * 60 * 1000;
/** How often the page for no network looks for one. */
const LOOK = 5000;

export function setUpOffline(root: Document): void {
  const { offlineDays, offlinePage, person = "" } = root.body.dataset;
  if (offlinePage !== undefined) {
    void showPage(root).catch(() => undefined);
  } else if (navigator.serviceWorker && window.indexedDB) {
    // after everything else that the page has to do
    const start = () => void prepare(person, Number(offlineDays)).catch(() => undefined);
    window.addEventListener("load", () => window.setTimeout(start, 200));
  }
}

async function prepare(person: string, days: number): Promise<void> {
  const keys = await readKeys();
  if (keys && (keys.person !== person || days <= 0)) {
    await forgetKeys();
  }
  if (days <= 0) {
    const registrations = await navigator.serviceWorker.getRegistrations();
    await Promise.all(registrations.map((registration) => registration.unregister()));
    return;
  }
  await navigator.serviceWorker.register(WORKER);
  if (person && (!keys || keys.person !== person || keys.at < Date.now() - OLD)) {
    await refreshKeys(KEYS);
  }
}

async function showPage(root: Document): Promise<void> {
  // a link of ours leads straight on; one from elsewhere ends at a button
  const keys = await readKeys();
  const wanted = /^\/projects\/([0-9a-f-]{36})\/open\/$/.exec(location.pathname)?.[1];
  const project = keys?.projects.find(({ id }) => id === wanted);
  const path = new URLSearchParams(location.search).get("path");
  if (keys && project && root.referrer.startsWith(`${location.origin}/`)) {
    location.replace(makeAddress(project, keys, path));
    return;
  }
  if (keys?.theme) {
    root.documentElement.dataset.theme = keys.theme;
  }
  showList(root, keys, wanted ?? null, path);
  watch(root);
}

function showList(root: Document, keys: Keys | null, wanted: string | null, path: string | null): void {
  const list = root.querySelector<HTMLElement>("[data-offline-list]")!;
  if (!keys?.projects.length) {
    return;
  }
  const rank = (project: OfflineProject): number => (project.id === wanted ? 0 : 1);
  const projects = [...keys.projects].sort((a, b) => rank(a) - rank(b));
  const items = projects.map((project) => makeItem(root, project, keys, project.id === wanted ? path : null));
  items[0].classList.toggle("offline-wanted", projects[0].id === wanted);
  list.querySelector("ul")!.replaceChildren(...items);
  list.hidden = false;
  root.querySelector<HTMLElement>("[data-offline-empty]")!.hidden = true;
}

function makeItem(root: Document, project: OfflineProject, keys: Keys, path: string | null): HTMLElement {
  const template = root.querySelector<HTMLTemplateElement>("template[data-offline-item]")!;
  const item = template.content.firstElementChild!.cloneNode(true) as HTMLElement;
  item.querySelector("h3")!.textContent = project.title;
  const hint = item.querySelector("p")!;
  const date = new Date(project.until).toLocaleDateString(root.documentElement.lang, { day: "numeric", month: "long", weekday: "long" });
  hint.textContent = hint.textContent!.replace("{date}", date);
  const link = item.querySelector("a")!;
  link.setAttribute("aria-label", `${link.textContent!.trim()} : ${project.title}`);
  // the key is not left lying in the page's links
  link.href = `/projects/${project.id}/open/`;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    location.assign(makeAddress(project, keys, path));
  });
  return item;
}

/** Say when the network is back; going on is the person's decision. */
function watch(root: Document): void {
  for (const link of root.querySelectorAll<HTMLAnchorElement>("[data-offline-again]")) {
    link.href = location.pathname === "/offline/" ? "/" : location.href;
  }
  const timer = window.setInterval(async () => {
    const answer = await fetch(ALIVE, { cache: "no-store" }).catch(() => null);
    if (answer?.ok) {
      window.clearInterval(timer);
      root.querySelector<HTMLElement>("[data-offline-back]")!.hidden = false;
    }
  }, LOOK);
}
