"""Several people in one notebook: who is here, their cursors, following, undo, whose results are shown."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from candyce.collab import protocol
from e2e.conftest import NewPerson, take_picture
from e2e.looks import get_overflow, get_violations
from e2e.notebook import (
    add_cell_below,
    find_text,
    run_active_cell,
    wait_for_notebook,
    wait_until_saved,
)
from e2e.test_editor import STOCK, open_new_project

# JupyterLab's own, and a table that a lesson's code drew.
NOT_OURS = (STOCK, "empty-table-header")

TYPED = "vitesse = distance / temps"


def share(owner: Page, project: str, username: str, right: str = "write") -> None:
    """Let a schoolmate into the project, as the project's page does."""
    status = owner.request.get(project)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', status.text())
    assert token is not None
    answer = owner.request.post(
        f"{project}members/",
        form={"csrfmiddlewaretoken": token[1], "username": username, "right": right},
        headers={"Referer": owner.url, "Origin": str(status.url).split("/projects")[0]},
        max_redirects=0,
    )
    assert answer.status == 302, answer.text()[:2000]


def open_project(page: Page, project: str) -> None:
    page.goto(f"{project}open/")
    wait_for_notebook(page)


def get_source(page: Page, text: str) -> Locator:
    return page.locator(
        ".jp-Notebook .jp-Cell", has=page.locator(".cm-content", has_text=text)
    ).last


def put_caret(page: Page, text: str, key: str = "End") -> Locator:
    """Click into the cell that holds ``text``, then press a key; returns the cell."""
    cell = get_source(page, text)
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-line", has_text=text).first.click()
    page.keyboard.press(key)
    return cell


def watch_long_tasks(page: Page) -> None:
    page.evaluate(
        "() => { window.slow = []; new PerformanceObserver(list => list.getEntries().forEach("
        "one => slow.push(one.duration))).observe({entryTypes: ['longtask']}); }"
    )


def get_long_tasks(page: Page) -> list[int]:
    """Tasks of over 50 ms since :func:`watch_long_tasks`, in milliseconds."""
    return sorted(map(round, page.evaluate("slow")))


def open_people(page: Page) -> Locator:
    panel = page.locator("#cy-people")
    if not panel.is_visible():
        page.locator(".cy-people-button").click()
    expect(panel).to_be_visible()
    return panel


def go_and_follow(ines: Page, bilal: Page) -> None:
    """By keyboard alone: the list, "go there", "follow", and the end of it."""
    for number in range(1, 9):
        add_cell_below(ines, f"# étape {number}\n" + "\n" * 9 + f"x = {number}")
    wait_until_saved(ines)
    put_caret(ines, "# étape 7")
    last = get_source(bilal, "# étape 7")
    put_caret(bilal, "# étape 1")
    expect(last).not_to_be_in_viewport()

    bilal.keyboard.press("Escape")
    bilal.locator(".cy-people-button").focus()
    bilal.keyboard.press("Enter")
    panel = bilal.locator("#cy-people")
    row = panel.locator("li", has_text="Inès Moreau")
    expect(row).to_contain_text(re.compile(r"cellule \d+"))
    expect(panel).to_be_focused()
    bilal.keyboard.press("Tab")
    bilal.keyboard.press("Enter")
    expect(last).to_be_in_viewport()
    expect(last).to_have_class(re.compile("jp-mod-active"))

    # follow: Bilal's window goes where Inès goes …
    bilal.locator(".cy-people-button").focus()
    bilal.keyboard.press("Enter")
    assert [one for one in get_violations(bilal) if not one.startswith(NOT_OURS)] == []
    take_picture(bilal, "a-plusieurs-liste")
    bilal.keyboard.press("Tab")
    bilal.keyboard.press("Tab")
    bilal.keyboard.press("Enter")
    expect(row.locator("[aria-pressed=true]")).to_have_count(1)
    expect(bilal.locator(".cy-following")).to_contain_text("Vous suivez Inès Moreau")
    expect(bilal.get_by_role("button", name="Arrêter")).to_be_focused()
    put_caret(ines, "# étape 2")
    expect(get_source(bilal, "# étape 2")).to_be_in_viewport()
    put_caret(ines, "# étape 8")
    expect(get_source(bilal, "# étape 8")).to_be_in_viewport()
    take_picture(bilal, "a-plusieurs-suivre")
    # … until Bilal presses Escape
    bilal.keyboard.press("Escape")
    expect(bilal.locator(".cy-following")).to_be_hidden()
    expect(bilal.locator(".cy-people-button")).to_be_focused()
    put_caret(ines, "# étape 2")
    bilal.wait_for_timeout(600)
    expect(get_source(bilal, "# étape 8")).to_be_in_viewport()


def stands_at(caret: Locator, offset: str) -> None:
    """The text and the caret in it come in messages of their own."""
    for _ in range(100):
        if abs(caret.evaluate(offset)) < 3:
            return
        caret.page.wait_for_timeout(100)
    raise AssertionError(f"{caret.evaluate(offset)} px away")


def test_people_see_each_other_undo_their_own_and_follow(new_person: NewPerson) -> None:
    ines = new_person("ines.moreau")
    project = open_new_project(ines, "Vitesse à deux")
    share(ines, project, "bilal.simon")
    add_cell_below(ines, f"{TYPED}\nprint('ici')")
    wait_until_saved(ines)
    bilal = new_person("bilal.simon", height=700)
    open_project(bilal, project)
    find_text(bilal, TYPED)

    # Inès' cursor stands in Bilal's page where she put it, with her name; then her selection.
    put_caret(ines, TYPED, "Home")
    for _ in range(7):
        ines.keyboard.press("ArrowRight")
    caret = get_source(bilal, TYPED).locator(".cy-caret[data-person='Inès Moreau']")
    expect(caret).to_have_count(1)
    expect(get_source(bilal, TYPED).locator(".cy-name")).to_have_text("Inès Moreau")
    offset = """caret => {
      const line = caret.closest('.cm-editor').querySelector('.cm-line');
      const range = document.createRange();
      const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
      let left = 7, node;
      while ((node = walker.nextNode()) && node.data.length < left) { left -= node.data.length; }
      range.setStart(node, left);
      range.setEnd(node, left);
      return caret.getBoundingClientRect().x - range.getBoundingClientRect().x;
    }"""
    stands_at(caret, offset)
    # … and stays at its letter when Bilal types before it.
    put_caret(bilal, TYPED, "Home")
    bilal.keyboard.insert_text("la_")
    find_text(ines, f"la_{TYPED}")
    stands_at(caret, offset.replace("left = 7", "left = 10"))
    ines.keyboard.press("Shift+End")
    expect(get_source(bilal, TYPED).locator(".cy-selection").first).to_be_visible()
    expect(get_source(bilal, TYPED).locator(".cy-visitors")).to_have_text("IM")
    take_picture(bilal, "a-plusieurs-curseurs")

    # Undo takes back one's own: Inès' word, not Bilal's after it.
    put_caret(ines, "print('ici')")
    ines.keyboard.insert_text("  # Inès")
    find_text(bilal, "# Inès")
    put_caret(bilal, "# Inès")
    bilal.keyboard.insert_text(" et Bilal")
    find_text(ines, "et Bilal")
    ines.keyboard.press("Control+z")
    expect(get_source(ines, TYPED)).not_to_contain_text("# Inès")
    expect(get_source(bilal, TYPED)).to_contain_text("et Bilal")
    expect(get_source(bilal, TYPED)).to_contain_text("la_vitesse")

    # A third may only read, and sees both.
    share(ines, project, "salome.julien", "read")
    salome = new_person("salome.julien", dark=True)
    open_project(salome, project)
    expect(salome.locator("#cy-people li")).to_have_count(2)
    put_caret(bilal, TYPED)
    put_caret(ines, "et Bilal")
    expect(salome.locator(".cy-caret")).to_have_count(2)
    expect(ines.locator("#cy-people-title")).to_have_text("Avec vous (2)")
    take_picture(salome, "a-plusieurs-sombre")

    # A tab of one's own is not a stranger.
    tab = ines.context.new_page()
    open_project(tab, project)
    expect(tab.locator("#cy-people li")).to_have_count(2)
    expect(bilal.locator("#cy-people li")).to_have_count(2)
    tab.close()
    salome.context.close()

    go_and_follow(ines, bilal)


def test_results_are_shared_or_to_each_their_own(new_person: NewPerson) -> None:
    ines = new_person("ines.moreau")
    project = open_new_project(ines, "Résultats")
    share(ines, project, "bilal.simon")
    add_cell_below(ines, "print('bonjour ' * 2)")
    wait_until_saved(ines)
    bilal = new_person("bilal.simon")
    open_project(bilal, project)
    get_source(ines, "bonjour").locator(".cm-content").click()
    run_active_cell(ines)
    shown = get_source(bilal, "bonjour").locator(".jp-Cell-outputArea")
    expect(shown).to_contain_text("bonjour bonjour", timeout=60_000)
    ran = get_source(bilal, "bonjour").locator(".cy-ran")
    expect(ran).to_have_text(re.compile(r"Exécuté par Inès Moreau, \d+ h \d\d"))
    take_picture(bilal, "a-plusieurs-execute-par")

    # A huge output stays with her; Bilal reads how large it is.
    add_cell_below(ines, "for i in range(500_000): print('x' * 99)\nprint('la fin du grand')")
    for page in (ines, bilal):
        watch_long_tasks(page)
    started = time.monotonic()
    run_active_cell(ines)
    huge = get_source(ines, "la fin du grand")
    expect(huge.locator(".cy-ran")).to_contain_text("trop grand pour être partagé (50 Mo)", timeout=60_000)  # fmt: skip
    print(f"\n50 MB printed in {time.monotonic() - started:.1f} s")
    print("long tasks meanwhile, ms: hers", get_long_tasks(ines), "his", get_long_tasks(bilal))
    find_text(bilal, "Résultat de 50\u00a0Mo, trop grand pour être partagé")
    with ines.expect_download() as download:
        huge.get_by_role("button", name="Télécharger tout").click()
    whole = download.value.path().read_text()
    assert whole.count("x" * 99 + "\n") == 500_000
    assert whole.endswith("la fin du grand\n")
    take_picture(ines, "a-plusieurs-grand-resultat")
    add_cell_below(ines, "from IPython.display import Image, display\nimport os\ndisplay(Image(b'\\x89PNG\\r\\n\\x1a\\n' + os.urandom(3_900_000), format='png'))")  # fmt: skip
    run_active_cell(ines)
    find_text(bilal, "Résultat de 5,2\u00a0Mo, trop grand")
    expect(get_source(ines, "urandom").locator(".jp-OutputArea-output img")).to_have_count(1)
    wait_until_saved(ines)

    # To each their own: Bilal's run is nobody else's.
    panel = open_people(ines)
    panel.get_by_label("Chacun les siens").check()
    expect(panel.get_by_label("Chacun les siens")).to_be_checked()
    take_picture(ines, "a-plusieurs-resultats")
    ines.keyboard.press("Escape")
    add_cell_below(ines, "import os\nqui = 'moi'\nprint(f'{qui} seul')")
    run_active_cell(ines)
    own = get_source(bilal, "seul')")
    expect(own.locator(".jp-Cell-outputArea")).to_contain_text("moi seul", timeout=20_000)
    own.locator(".cm-content").click()
    bilal.keyboard.press("Control+End")
    bilal.keyboard.insert_text("; print('à Bilal')")
    run_active_cell(bilal)
    expect(own.locator(".jp-Cell-outputArea")).to_contain_text("à Bilal", timeout=60_000)
    expect(own.locator(".cy-ran")).to_contain_text("Résultat visible par vous seul")
    wait_until_saved(bilal)
    find_text(ines, "print('à Bilal')")
    expect(get_source(ines, "à Bilal").locator(".jp-Cell-outputArea")).to_have_text("moi seul")
    take_picture(bilal, "a-plusieurs-chacun-les-siens")
    own.get_by_role("button", name="Voir le résultat partagé").click()
    expect(own.locator(".jp-Cell-outputArea")).to_have_text("moi seul")


def test_pupil_always_sees_the_teacher(new_person: NewPerson) -> None:
    pupil = new_person("salome.julien", width=360, height=740)
    pupil.goto("/my-work/")
    pupil.locator("main a[href*='/assignments/copies/'], main a[href*='/c/']").first.click()
    if "/edit/" not in pupil.url:
        pupil.get_by_role("link", name=re.compile("Ouvrir|Lire")).first.click()
    wait_for_notebook(pupil)
    expect(pupil.locator(".cy-teacher")).to_be_hidden()
    title = pupil.locator(".cy-title").inner_text()

    teacher = new_person("nadia.benali", dark=True)
    teacher.goto("/assignments/")
    teacher.get_by_role("link", name=title).first.click()
    row = teacher.get_by_role("row", name=re.compile("JULIEN"))
    row.get_by_role("link", name=re.compile("Ouvrir")).click()
    wait_for_notebook(teacher)
    chip = pupil.locator(".cy-teacher")
    expect(chip).to_have_text("Nadia Benali (professeur) est dans votre copie", timeout=20_000)
    assert get_overflow(pupil) == 0
    expect(pupil.locator(".cy-bar .cy-primary:visible").first).to_be_in_viewport(ratio=1)
    take_picture(pupil, "professeur-vu-telephone")
    chip.click()
    panel = pupil.locator("#cy-people")
    expect(panel).to_contain_text("voit ce que vous écrivez")
    expect(panel.locator("li", has_text="Nadia Benali")).to_contain_text("professeur")
    assert get_overflow(pupil) == 0
    assert [one for one in get_violations(pupil) if not one.startswith(NOT_OURS)] == []
    take_picture(pupil, "personnes-telephone")
    pupil.keyboard.press("Escape")
    open_people(teacher)
    take_picture(teacher, "personnes-sombre")
    teacher.close()
    expect(chip).to_be_hidden(timeout=20_000)


class Line:
    """The page's line to its room, to listen in on and to speak into as the server would."""

    def __init__(self, page: Page) -> None:
        self.told: dict[str, object] = {}
        page.route_web_socket(re.compile("/collab/"), self._relay)

    def _relay(self, route: WebSocketRoute) -> None:
        self._route = route
        server = route.connect_to_server()

        def forward(message: str | bytes) -> None:
            if isinstance(message, bytes) and message[0] == protocol.AWARENESS:
                heard = protocol.read_message(message)
                assert isinstance(heard, protocol.Awareness)
                self.told = next(iter(heard.states.values()))[1] or self.told
            server.send(message)

        route.on_message(forward)

    def say(self, states: dict[int, tuple[int, object]]) -> None:
        self._route.send(protocol.awareness_message(states))


NAMES = "Adam Alice Anouk Basile Camille Élise Esteban Fanny Gabin Hana Ilyes Jade Kenza Léo Lina Louis Maël Malia Nina Noé Océane Paul Quentin Rose Sacha Théo Ugo Victoire Yanis Zoé"  # fmt: skip


def test_thirty_people_do_not_make_the_page_stutter(new_person: NewPerson) -> None:
    """Thirty others move ten times a second each, as thirty pages would tell it."""
    page = new_person("ines.moreau", width=360, height=740)
    line = Line(page)
    open_new_project(page, "Trente")
    add_cell_below(page, "# une ligne assez longue pour trente")
    wait_until_saved(page)
    page.keyboard.press("Home")
    page.wait_for_timeout(300)
    colours = ("#c2410c", "#0f766e", "#1d6fd1", "#a21caf", "#4d7c0f", "#b91c5c")
    watch_long_tasks(page)
    cell = line.told["cell"]
    for step in range(1, 31):
        states: dict[int, tuple[int, object]] = {}
        for number, name in enumerate(NAMES.split()):
            user = {"username": name, "name": f"{name} Moreau", "initials": f"{name[0]}M"}
            user |= {"color": colours[number % 6], "role": "pupil"}
            cursor = line.told["cursor"]
            view = {"cell": cell, "at": step / 100}
            states[1000 + number] = (step, {"user": user, "cell": cell, "cursor": cursor, "view": view})  # fmt: skip
        line.say(states)
        page.keyboard.type("abc")
        page.wait_for_timeout(100)
    expect(page.locator("#cy-people li")).to_have_count(30)
    expect(page.locator(".cy-face-more")).to_have_text("+27")
    expect(page.locator(".cy-caret")).to_have_count(30)
    find_text(page, "abc" * 30)
    wait_until_saved(page)
    print(f"\nlong tasks while thirty moved, ms: {get_long_tasks(page)}")
    open_people(page)
    assert get_overflow(page) == 0
    assert [one for one in get_violations(page) if not one.startswith(NOT_OURS)] == []
    take_picture(page, "trente-personnes-telephone")
    page.set_viewport_size({"width": 1280, "height": 820})
    expect(page.locator("#cy-people")).to_be_visible()
    take_picture(page, "trente-personnes")
