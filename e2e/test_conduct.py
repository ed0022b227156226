"""Leading a class: a cell locked while pupils are in it, a notebook held, the pen, the class frozen and seen live.

The guides' pictures of « Conduire la classe » are made here.
"""

from __future__ import annotations

import json
import re

import nbformat
from playwright.sync_api import Locator, Page, expect

from e2e.conftest import NewPerson, Site, take_picture
from e2e.crowd import Crowd, Pupil, error, image, issue_token, join, let_time_pass, stream
from e2e.giving import import_notebook
from e2e.looks import get_overflow, get_violations
from e2e.notebook import get_cells, wait_for_notebook, wait_until_saved
from e2e.test_story import give

NOTEBOOK = nbformat.v4.new_notebook(
    cells=[
        nbformat.v4.new_markdown_cell("# Loi d'Ohm\n\nOn mesure une tension.", id="titre"),
        nbformat.v4.new_code_cell("def tension(r, i):\n    return r * i", id="outil"),
        nbformat.v4.new_code_cell("tension(220, 0.05)", id="mesure"),
    ]
)


def share_notebook(teacher: Page, *usernames: str) -> str:
    """A notebook of the teacher's own, to be written in by these people too; returns the project's id."""
    project = import_notebook(teacher, "Loi d'Ohm", nbformat.writes(NOTEBOOK).encode())
    for username in usernames:
        members = teacher.locator("section[aria-labelledby=members]")
        members.get_by_label("Identifiant").fill(username)
        members.locator("select[name=right]").select_option("write")
        members.get_by_role("button", name="Ajouter", exact=True).click()
    return project


def open_project(page: Page, project: str) -> None:
    page.goto(f"/projects/{project}/open/")
    wait_for_notebook(page)


def get_cell(page: Page, index: int) -> Locator:
    return get_cells(page).nth(index)


def type_into(page: Page, index: int, text: str) -> None:
    get_cell(page, index).locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def open_menu(teacher: Page) -> Locator:
    panel = teacher.locator("#cy-conduct")
    if not panel.is_visible():
        teacher.get_by_role("button", name="Conduire").click()
    return panel


def test_a_teacher_leads_in_one_notebook(site: Site, new_person: NewPerson) -> None:
    teacher = new_person("marc.lefevre")
    project = share_notebook(teacher, "ines.moreau", "bilal.simon")
    ines, bilal = new_person("ines.moreau"), new_person("bilal.simon", width=900)
    for page in (teacher, ines, bilal):
        page.goto(f"/projects/{project}/open/", wait_until="commit")
    for page in (teacher, ines, bilal):
        wait_for_notebook(page)

    # A cell is locked while the class is in it: everybody reads so, pupils cannot change it.
    get_cell(teacher, 1).locator(".jp-InputPrompt").click()
    teacher.keyboard.press("q")
    for page in (ines, bilal):
        lock = get_cell(page, 1).locator(".cy-lock")
        expect(lock).to_have_text("Cellule verrouillée par le professeur")
    type_into(ines, 1, "# moi !")
    expect(ines.locator(".cy-said")).to_contain_text("vous pouvez l’exécuter, pas la changer")
    expect(ines.locator(".cy-bar [aria-live]")).to_contain_text("verrouillée par votre professeur")
    expect(get_cell(ines, 1)).not_to_contain_text("# moi !")
    ines.keyboard.press("Escape")
    ines.keyboard.press("d")
    ines.keyboard.press("d")
    expect(get_cells(ines)).to_have_count(3)
    ines.keyboard.press("Control+Enter")
    expect(get_cell(ines, 1).locator(".jp-InputPrompt")).to_contain_text("1", timeout=60_000)
    take_picture(ines, "cellule-verrouillee")
    write_behind_the_page(site, project)
    expect(get_cell(bilal, 1)).not_to_contain_text("piraté")

    # The notebook is held: the others read why, and their letters go nowhere.
    menu = open_menu(teacher)
    assert get_violations(teacher) == []
    menu.get_by_role("switch", name=re.compile("Verrouiller le carnet")).click()
    for page in (ines, bilal):
        expect(page.locator(".cy-notice")).to_contain_text(
            "Votre professeur a verrouillé le carnet : regardez l’écran. Ce que vous avez écrit est gardé."
        )
    type_into(bilal, 2, "#chut")
    expect(get_cell(bilal, 2)).not_to_contain_text("#chut")
    take_picture(bilal, "carnet-verrouille")

    # The pen goes to one.
    open_menu(teacher).get_by_role("button", name="Donner la main à Inès Moreau").click()
    expect(ines.locator(".cy-pen-fact")).to_have_text("Vous avez la main")
    expect(teacher.locator(".cy-pen-fact")).to_have_text("Inès Moreau a la main")
    take_picture(teacher, "conduire")
    expect(bilal.locator(".cy-notice")).to_contain_text("Inès Moreau a la main")
    type_into(ines, 2, "  # 11 V")
    wait_until_saved(ines)
    expect(get_cell(teacher, 2)).to_contain_text("# 11 V")
    take_picture(ines, "la-main")

    # And everybody writes again.
    open_menu(teacher).get_by_role("switch", name=re.compile("Verrouiller le carnet")).click()
    expect(bilal.locator(".cy-notice")).to_be_hidden()
    type_into(bilal, 2, " oui")
    wait_until_saved(bilal)
    expect(get_cell(teacher, 2)).to_contain_text("# 11 V oui")
    get_cell(teacher, 1).get_by_role("button", name="Déverrouiller", exact=True).click()
    expect(get_cell(ines, 1).locator(".cy-lock")).to_have_count(0)
    type_into(ines, 1, "  # moi")
    expect(get_cell(teacher, 1)).to_contain_text("# moi")


def write_behind_the_page(site: Site, project: str) -> None:
    """A program with Bilal's token writes into the locked cell: the server puts it back."""
    token, path = issue_token(site, project, "bilal.simon")
    pupil = Pupil("bilal.simon", "Bilal Simon", project, path, token)
    with Crowd(site) as crowd:
        client = crowd.enter(pupil)
        before = client.source(1)

        async def attack() -> None:
            client.type(1, "\n# piraté")
            client.cells[1]["metadata"]["editable"] = True
            await client.wait_for(
                lambda: (
                    client.source(1) == before
                    and client.cells[1]["metadata"].to_py().get("editable") is False
                )
            )

        crowd.run(attack())


LINES = [
    (
        "t = [0, 0.1, 0.2, 0.3]\nv = [9.81 * x for x in t]\nprint(v)",
        [stream("[0.0, 0.981, 1.962]\n")],
    ),
    (
        "import matplotlib.pyplot as plt\n\nplt.plot(t, v)\nplt.xlabel('t (s)')\nplt.show()",
        [image()],
    ),
    (
        "m = 80\nk = 0.25\nv_limite = (m * g / k) ** 0.5",
        [error("NameError", "name 'g' is not defined")],
    ),
    ("def vitesse(t):\n    return 9.81 * t\n\nprint(vitesse(2))", [stream("19.62\n")]),
    ("# Je ne comprends pas la question 2 :\n# que vaut k ?", []),
    ("for i in range(5)\n    print(i)", [error("SyntaxError", "expected ':'")]),
]


def test_a_class_seen_live_and_frozen(site: Site, new_person: NewPerson) -> None:
    teacher = new_person("nadia.benali", width=1440, height=900)
    code = give(teacher)
    assignment = re.search(r"/assignments/([0-9a-f-]{36})/", teacher.url)
    assert assignment is not None
    pupil = new_person("ines.moreau")
    pupil.goto(f"/c/{code}/", wait_until="commit")
    crowd_pupils = join(site, code, 26, "ines.moreau")
    with Crowd(site) as crowd:
        for number, one in enumerate(crowd_pupils[:23]):
            client = crowd.enter(one)
            lines, outputs = LINES[number % len(LINES)]
            code_cells = [i for i, cell in enumerate(client.cells) if cell["cell_type"] == "code"]
            crowd.rerun(client, code_cells[: number * 5 % 13])
            if number % 7 != 6:
                crowd.work(client, lines, *outputs, number=number % 4 + 1 if outputs else None)
        silences = {one.username: 17 * number for number, one in enumerate(crowd_pupils[:23])}
        let_time_pass(site, silences)
        teacher.goto(f"/assignments/{assignment[1]}/")
        teacher.get_by_role("link", name="La classe en direct").click()
        board = teacher.locator(".board")
        first = crowd_pupils[0]
        expect(get_card(board, first)).to_contain_text("v = [9.81 * x for x in t]")
        expect(get_card(board, crowd_pupils[2])).to_contain_text("NameError: name 'g'")
        expect(get_card(board, crowd_pupils[21])).to_contain_text("Sans activité")
        expect(teacher.locator("[data-board-state]")).to_have_text("En direct")

        # What a pupil does comes by itself; the rest of the class is not sent again.
        wait_for_notebook(pupil)
        answers = listen(teacher)
        crowd.work(crowd.clients[first.username], "print('fini')", stream("fini\n"), number=9)
        expect(get_card(board, first)).to_contain_text("print('fini')", timeout=10_000)
        changed = find_answer(teacher, answers, "fini")
        assert len(changed["cards"]) < len(crowd_pupils) / 2
        take_picture(teacher, "classe-en-direct")
        assert get_violations(teacher) == []

        # The pupil sees that she is looked at, and calmly so.
        expect(pupil.locator(".cy-bar")).to_contain_text("Nadia Benali", timeout=10_000)
        expect(pupil.locator(".cy-bar")).to_contain_text("la classe")
        take_picture(pupil, "le-professeur-regarde")

        # Names are hidden for the projector.
        teacher.get_by_role("link", name="Masquer les noms").click()
        expect(board).to_contain_text("Élève 1")
        expect(board).not_to_contain_text(first.name)
        take_picture(teacher, "classe-sans-noms")
        teacher.get_by_role("link", name="Montrer les noms").click()

        # Eyes up.
        teacher.get_by_role("button", name="Figer la classe").click()
        expect(teacher.locator("#class-frozen")).to_be_visible()
        expect(pupil.locator(".cy-notice")).to_contain_text(
            "Votre professeur a figé la classe : regardez l’écran."
        )
        take_picture(pupil, "classe-figee")
        colleague = new_person("helene.dubois", width=360, height=720, dark=True)
        colleague.goto(f"/assignments/{assignment[1]}/board/?sort=status")
        expect(colleague.locator("#class-frozen")).to_be_visible()
        expect(colleague.get_by_role("button", name="Figer la classe")).to_be_hidden()
        assert get_overflow(colleague) == 0
        assert get_violations(colleague) == []
        colleague.locator(".board").scroll_into_view_if_needed()
        take_picture(colleague, "classe-en-direct-telephone")
        colleague.get_by_role("button", name="Reprendre la classe").click()
        expect(teacher.locator("#class-frozen")).to_be_hidden(timeout=10_000)
        expect(pupil.locator(".cy-notice")).to_be_hidden()


def get_card(board: Locator, pupil: Pupil) -> Locator:
    return board.get_by_role("listitem").filter(
        has=board.page.get_by_role("heading", name=pupil.name, exact=True)
    )


def listen(page: Page) -> list[dict]:
    """The board's answers from now on; None for those that say that nothing changed."""
    answers: list[dict] = []

    def hear(response) -> None:  # type: ignore[no-untyped-def]
        if "/board/cards/" in response.url and response.status == 200:
            answers.append(response.json())

    page.on("response", hear)
    return answers


def find_answer(page: Page, answers: list[dict], text: str) -> dict:
    """The answer that brought this text; it is heard a moment after the page has shown it."""
    for _try in range(100):
        for one in answers:
            if text in json.dumps(one):
                return one
        page.wait_for_timeout(100)
    raise AssertionError(f"no answer holds {text!r}")
