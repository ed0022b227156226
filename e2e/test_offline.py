"""Without a network: the real server is stopped, the browser is closed and opened, and nothing is lost.

The last story is an attack: a notebook that reads, poisons and impersonates whatever the browser keeps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from e2e.conftest import Site, sign_in, start_site, stop_site, take_picture
from e2e.looks import get_violations
from e2e.notebook import (
    add_cell_below,
    find_text,
    wait_for_notebook,
    wait_until_saved,
)
from e2e.test_editor import open_new_project, run

SAVE = ".cy-save"
ON_DEVICE = "Enregistré sur cet appareil seulement"


class Network:
    """The server behind its address: there, or not."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.up = True

    def cut(self) -> None:
        stop_site(self.site)
        self.up = False

    def mend(self) -> None:
        port = urlsplit(self.site.portal).port
        self.site = start_site(self.site.data, "--no-prepare", port=port)
        self.up = True


@pytest.fixture(scope="module")
def network(new_data: Path) -> Iterator[Network]:
    running = Network(start_site(new_data, "--no-prepare"))
    yield running
    if running.up:
        stop_site(running.site)


NewBrowser = Callable[..., BrowserContext]


@pytest.fixture
def new_browser(browser: Browser, network: Network) -> Iterator[NewBrowser]:
    contexts: list[BrowserContext] = []
    if not network.up:
        network.mend()

    def make(*, dark: bool = False, language: str = "fr-FR", width: int = 1280) -> BrowserContext:
        context = browser.new_context(
            base_url=network.site.portal,
            locale=language,
            timezone_id="Europe/Paris",
            viewport={"width": width, "height": 820},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


def open_portal(context: BrowserContext, username: str) -> Page:
    """Signed in, with the portal's service worker in charge."""
    page = context.new_page()
    sign_in(page, username)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def wait_until_ready(page: Page) -> None:
    """The editor's service worker has all that it needs, and is in charge of this page."""
    page.wait_for_function("navigator.serviceWorker.controller !== null", timeout=60_000)


def read_keys(page: Page) -> list[str]:
    """Ids of the projects whose keys the portal's origin remembers."""
    return page.evaluate(
        """() => new Promise(resolve => {
          const request = indexedDB.open('candyce-keys', 1);
          request.onupgradeneeded = () => request.result.createObjectStore('keys');
          request.onsuccess = () => {
            const get = request.result.transaction('keys').objectStore('keys').get('keys');
            get.onsuccess = () => {
              request.result.close();
              resolve((get.result?.projects ?? []).map(project => project.id));
            };
          };
        })"""
    )


def open_without_network(context: BrowserContext, title: str) -> Page:
    """From the portal's own address to the notebook, with no server anywhere."""
    page = context.new_page()
    page.goto("/")
    item = page.locator(".offline-list li", has_text=title)
    item.get_by_role("link").click()
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
    return page


def test_work_goes_on_without_a_server_and_is_merged_once(
    network: Network, new_browser: NewBrowser
) -> None:
    context = new_browser()
    pupil = open_portal(context, "bilal.simon")
    address = open_new_project(pupil, "Sans réseau")
    project = address.split("/")[2]
    # the device fetches a file of the project a moment after it was written
    with pupil.expect_response(re.compile(r"/api/raw/mesures\.csv"), timeout=60_000):
        run(pupil, "open('mesures.csv', 'w').write('12;30')\nprint('avec', 6 * 7)", "avec 42")
    wait_until_saved(pupil)
    wait_until_ready(pupil)
    pupil.wait_for_function(KEEPS_FILES, arg=4, polling=500)

    network.cut()
    expect(pupil.locator(SAVE)).to_contain_text("Hors ligne", timeout=20_000)
    run(pupil, "print('page ouverte', 6 * 8)", "page ouverte 48")
    expect(pupil.locator(SAVE)).to_have_text(ON_DEVICE, timeout=20_000)
    take_picture(pupil, "sur-cet-appareil")
    pupil.close()

    pupil = open_without_network(context, "Sans réseau")
    assert "key" not in pupil.url
    find_text(pupil, "page ouverte 48")
    expect(pupil.locator(SAVE)).to_have_text(ON_DEVICE, timeout=20_000)
    assert pupil.evaluate("self.crossOriginIsolated")
    run(pupil, "print('rouverte', open('mesures.csv').read())", "rouverte 12;30")
    pupil.wait_for_timeout(1000)  # a result is kept within half a second
    expect(pupil.locator(SAVE)).to_have_text(ON_DEVICE)
    pupil.reload()
    pupil.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
    find_text(pupil, "rouverte 12;30")

    other = open_without_network(context, "Sans réseau")
    find_text(other, "rouverte 12;30")
    add_cell_below(other, "onglet = 'deux'")
    find_text(pupil, "onglet = 'deux'")
    expect(other.locator(SAVE)).to_have_text(ON_DEVICE, timeout=20_000)

    network.mend()
    wait_until_saved(pupil)
    wait_until_saved(other)
    reader = open_portal(new_browser(), "bilal.simon")
    reader.goto(f"/projects/{project}/open/")
    wait_for_notebook(reader)
    for text in ("avec 42", "page ouverte 48", "rouverte 12;30", "onglet = 'deux'"):
        find_text(reader, text)
    source = reader.evaluate(CELLS)
    for text in ("'avec'", "'page ouverte'", "'rouverte'", "'deux'"):
        assert sum(text in cell for cell in source) == 1, text


# Bytes sealed on this device: the document, the project, its tree, its file.
KEEPS_FILES = """least => new Promise(resolve => {
  const request = indexedDB.open('candyce-offline');
  request.onerror = () => resolve(false);
  request.onsuccess = () => {
    const names = new Set();
    try {
      const cursor = request.result.transaction('rows').objectStore('rows').openCursor();
      cursor.onsuccess = () => {
        if (cursor.result) {
          names.add(cursor.result.value.name);
          cursor.result.continue();
        } else {
          request.result.close();
          resolve(names.size > least);
        }
      };
    } catch { request.result.close(); resolve(false); }
  };
})"""
CELLS = """() => {
  const cells = document.querySelectorAll('.jp-Notebook .jp-Cell');
  return [...cells].map(cell => cell.querySelector('.cm-content')?.textContent ?? '');
}"""


def test_signing_out_forgets_and_another_person_finds_nothing(
    network: Network, new_browser: NewBrowser
) -> None:
    context = new_browser()
    pupil = open_portal(context, "bilal.simon")
    address = open_new_project(pupil, "À oublier")
    pupil.goto("/")
    pupil.wait_for_function("() => navigator.serviceWorker.controller !== null")
    expect_keys(pupil, [address.split("/")[2]])
    pupil.locator("details.account summary").click()
    pupil.get_by_role("button", name="Se déconnecter").click()
    pupil.wait_for_url("**/sign-in/")
    assert read_keys(pupil) == []
    other = open_portal(context, "salome.julien")
    assert read_keys(other) == []


def expect_keys(page: Page, ids: list[str]) -> None:
    """The service worker fetches keys a moment after a project was opened."""
    for _turn in range(40):
        if read_keys(page) == ids:
            return
        page.wait_for_timeout(250)
    assert read_keys(page) == ids


ATTACK = """async ({secret}) => {
  const said = {};
  const all = request => new Promise(done => {
    request.onsuccess = () => done(request.result); request.onerror = () => done([]);
  });
  let seen = '';
  for (const {name} of await indexedDB.databases()) {
    const database = await all(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      for (const row of await all(database.transaction(store).objectStore(store).getAll())) {
        seen += JSON.stringify(row, (_, v) => v instanceof Uint8Array ? new TextDecoder('latin1').decode(v) : v);
      }
    }
    database.close();
  }
  said.rows = seen.length > 0;
  said.leak = seen.includes(secret) || seen.includes('ipynb') || seen.includes('Simon');
  const evil = new Response('<script>window.pwned = 1</script><h1>pwned</h1>', {headers: {'Content-Type': 'text/html'}});
  let poisoned = 0;
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      await cache.put(request, evil.clone());
      poisoned += 1;
    }
    await cache.put('/edit/notebooks/index.html', evil.clone());
  }
  said.poisoned = poisoned;
  const worker = JSON.parse(JSON.parse(document.getElementById('jupyter-config-data').textContent).candycePython).worker;
  said.registered = [];
  for (const [script, options] of [
    [worker, {}], [worker, {type: 'module', updateViaCache: 'all'}], [worker, {updateViaCache: 'all'}],
    ['/api/raw/evil.js', {}], [URL.createObjectURL(new Blob(['']))  , {}],
  ]) {
    try {
      await navigator.serviceWorker.register(script, options);
      said.registered.push(script);
    } catch { /* refused */ }
  }
  new BroadcastChannel('candyce-look').postMessage('f'.repeat(32));
  navigator.serviceWorker.controller?.postMessage({kind: 'evil', clear: true});
  return said;
}"""


def test_hostile_notebook_finds_ciphertext_and_poisons_nothing(
    network: Network, new_browser: NewBrowser
) -> None:
    context = new_browser()
    pupil = open_portal(context, "bilal.simon")
    open_new_project(pupil, "Journal intime")
    add_cell_below(pupil, "secret = 'cerf-volant'")
    wait_until_saved(pupil)
    wait_until_ready(pupil)
    pupil.wait_for_function(KEEPS_FILES, arg=3, polling=500)

    pupil.goto("/")
    open_new_project(pupil, "Hostile")
    wait_until_ready(pupil)
    # what a notebook's code can do, it can do from this page's own scripts
    said = pupil.evaluate(ATTACK, {"secret": "cerf-volant"})
    assert said["rows"]
    assert not said["leak"]
    assert said["poisoned"] > 20
    assert said["registered"] == []
    pupil.close()

    network.cut()
    page = context.new_page()
    page.goto("/")
    page.locator(".offline-list li", has_text="Journal intime").get_by_role("link").click()
    page.wait_for_timeout(2000)
    assert page.evaluate("window.pwned") is None
    assert "pwned" not in page.content()
    network.mend()
    page.goto("/")
    page.get_by_role("link", name="Journal intime").first.click()
    if "/edit/" not in page.url:
        page.get_by_role("link", name=re.compile("^Ouvrir")).first.click()
    wait_for_notebook(page)
    assert page.evaluate("window.pwned") is None
    find_text(page, "cerf-volant")


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("sans-reseau", {}),
        ("sans-reseau-telephone", {"dark": True, "language": "en-GB", "width": 360}),
    ],
)
def test_page_for_no_network_is_handsome_and_accessible(
    network: Network, new_browser: NewBrowser, name: str, look: dict[str, object]
) -> None:
    context = new_browser(**look)
    page = open_portal(context, "bilal.simon")
    page.goto("/offline/")
    take_picture(page, f"{name}-vide")
    page.goto("/my-work/")
    page.evaluate(LISTED)
    page.goto("/offline/")
    expect(page.locator(".offline-list li")).to_have_count(3)
    assert get_violations(page) == []
    take_picture(page, name, full=True)


# What the list looks like once three projects were opened.
LISTED = """() => new Promise(done => {
  const titles = ['Trier une liste : trois algorithmes', 'Chute libre', 'Le climat en chiffres'];
  const projects = titles.map((title, i) => ({
    id: `00000000-0000-4000-8000-00000000000${i}`, title, key: 'k', address: 'http://127.0.0.1/edit/',
    until: Date.now() + 7 * 24 * 3600 * 1000,
  }));
  const request = indexedDB.open('candyce-keys', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('keys');
  request.onsuccess = () => {
    const put = request.result.transaction('keys', 'readwrite').objectStore('keys');
    put.put({person: 'x', name: '', language: 'fr', theme: '', at: 0, projects}, 'keys').onsuccess = () => {
      request.result.close(); done();
    };
  };
})"""
