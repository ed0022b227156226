"""Files of a project: a table written by two people and a program, a picture put in, shown, replaced."""

from __future__ import annotations

import contextlib
import re
import struct
import zlib

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from e2e.conftest import NewPerson, take_picture
from e2e.looks import get_overflow, get_violations
from e2e.notebook import OPENING, find_text, wait_until_saved
from e2e.test_editor import STOCK, open_new_project, run

PATIENCE = 30_000  # ms; a page that appears at once may take long on a busy machine
CSV = b"mois,pluie\r\njanvier,51\r\nf\xc3\xa9vrier,41\r\n"
NOTES = "# Relevés de pluie\n\nStation de Brest.\n".encode()


def make_png(width: int, colour: bytes) -> bytes:
    """A picture of one colour, ``width`` by 90 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = b"".join(b"\0" + colour * width for _ in range(90))
    head = struct.pack(">IIBBBBB", width, 90, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


def as_file(name: str, data: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def add_files(page: Page, *files: dict[str, object]) -> None:
    page.get_by_label("Ajouter des fichiers de cet ordinateur").set_input_files(list(files))
    page.get_by_role("button", name=re.compile("^Ajouter ces fichiers")).click()
    expect(page.locator("main")).to_contain_text("Ajouté", timeout=PATIENCE)


def share(page: Page, project: str, username: str) -> None:
    page.goto(project)
    page.get_by_label("Identifiant").fill(username)
    page.locator("main select[name=right]").select_option("write")
    page.locator("form[action$='/members/'] button", has_text="Ajouter").click()


def open_text(page: Page, project: str, path: str) -> Locator:
    """The file in the text editor of the full interface; gives its editor."""
    page.goto(f"{project}open/?path={path}")
    edit = page.get_by_role("button", name="Modifier le texte")
    editor = page.locator(".jp-FileEditor .cm-content")
    expect(edit.or_(editor).first).to_be_visible(timeout=OPENING)
    if not editor.count():  # the button itself may be away for a moment, see below
        expect(
            page.get_by_label("Délimiteur").or_(page.locator(".jp-MarkdownViewer")).first
        ).to_be_visible()
        press_until_there(edit, editor)
    expect(editor).to_be_visible(timeout=PATIENCE)
    return editor


def press_until_there(button: Locator, wanted: Locator) -> None:
    """JupyterLab takes a toolbar's buttons out and puts them back while it measures the toolbar; a press
    that falls on that moment is lost, and a person presses again."""
    for _ in range(3):
        button.click(timeout=OPENING)
        with contextlib.suppress(PlaywrightTimeout):
            wanted.wait_for(timeout=10_000)
            return


def type_at_end(page: Page, editor: Locator, text: str) -> None:
    editor.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def get_width(page: Page) -> int:
    picture = page.locator(".file-image img")
    expect(picture).to_be_visible(timeout=PATIENCE)
    return picture.evaluate("img => img.decode().then(() => img.naturalWidth)")


def test_two_people_and_a_program_write_one_table(new_person: NewPerson) -> None:
    nadia, colleague = new_person("nadia.benali"), new_person("marc.lefevre")
    project = open_new_project(nadia, "Pluie à Brest")
    nadia.goto(project)
    add_files(nadia, as_file("mesures.csv", CSV), as_file("notes.md", NOTES))
    share(nadia, project, "marc.lefevre")
    theirs = open_text(colleague, project, "mesures.csv")

    # The notebook's page leads to the files.
    nadia.goto(f"{project}open/")
    run(nadia, "print(len(open('mesures.csv').readlines()), 'lignes')", "3 lignes")
    nadia.get_by_role("button", name="Fichiers").click()
    expect(nadia.locator("#cy-files")).to_contain_text("notes.md", timeout=PATIENCE)
    take_picture(nadia, "menu-fichiers")
    with nadia.context.expect_page() as opened:
        nadia.locator("#cy-files button", has_text="mesures.csv").click()
    table = opened.value
    mine = table.locator(".jp-FileEditor .cm-content")
    press_until_there(table.get_by_role("button", name="Modifier le texte"), mine)

    type_at_end(table, mine, "mars,38\n")
    expect(theirs).to_contain_text("mars,38", timeout=PATIENCE)
    type_at_end(colleague, theirs, "avril,44\n")
    expect(mine).to_contain_text("avril,44", timeout=PATIENCE)
    wait_until_saved(table)
    wait_until_saved(colleague)
    table.wait_for_timeout(1500)  # the table is drawn again a second after the last letter
    take_picture(table, "csv-a-deux")

    # A cell reads what was typed in another tab a moment ago; what it writes appears there.
    run(nadia, "print(open('mesures.csv', newline='').read().count('\\r\\n'), 'fins')", "5 fins")
    run(nadia, "open('mesures.csv', 'a').write('mai,60\\n')\nprint('écrit')", "écrit")
    expect(mine).to_contain_text("mai,60", timeout=PATIENCE)
    expect(theirs).to_contain_text("mai,60", timeout=PATIENCE)
    assert [one for one in get_violations(table) if not one.startswith(STOCK)] == []

    # Markdown, with its preview beside it.
    notes = open_text(colleague, project, "notes.md")
    colleague.get_by_role("button", name="Aperçu").click()
    type_at_end(colleague, notes, "Mesures de **mars**.\n")
    expect(colleague.locator(".jp-RenderedMarkdown strong")).to_have_text("mars", timeout=PATIENCE)
    wait_until_saved(colleague)
    find_text(nadia, "écrit")


def test_a_picture_is_put_in_shown_and_replaced(new_person: NewPerson) -> None:
    nadia = new_person("nadia.benali")
    project = open_new_project(nadia, "Carte")
    nadia.goto(project)
    assert get_violations(nadia) == []
    add_files(
        nadia, as_file("carte.png", make_png(160, b"\x3b\x45\xc4")), as_file("pluie.csv", CSV)
    )
    take_picture(nadia, "projet-fichiers", full=True)
    nadia.get_by_role("link", name="carte.png", exact=True).click()
    assert get_width(nadia) == 160
    assert get_violations(nadia) == []
    nadia.get_by_role("link", name="Remplacer").click()
    nadia.get_by_label("Nouveau contenu").set_input_files(
        [as_file("autre.png", make_png(320, b"\x17\x68\x3f"))]
    )
    assert get_violations(nadia) == []
    nadia.locator("main").get_by_role("button", name="Remplacer").click()
    assert get_width(nadia) == 320
    nadia.goto(project)
    nadia.get_by_role("link", name="pluie.csv", exact=True).click()
    expect(nadia.get_by_role("columnheader", name="pluie")).to_be_visible(timeout=PATIENCE)
    assert get_violations(nadia) == []
    nadia.set_viewport_size({"width": 360, "height": 740})
    for address in (project, nadia.url):
        nadia.goto(address)
        assert get_overflow(nadia) <= 0

    # A pupil's own way: from the notebook, and the picture opens in the editor.
    nadia.set_viewport_size({"width": 1280, "height": 820})
    nadia.goto(f"{project}open/")
    nadia.get_by_role("button", name="Fichiers").click(timeout=OPENING)
    nadia.locator("#cy-files input").set_input_files(
        [as_file("schéma.png", make_png(200, b"\xa8\x20\x1a"))]
    )
    expect(nadia.locator("#cy-files [role=status]")).to_contain_text("Ajouté", timeout=PATIENCE)
    with nadia.context.expect_page() as opened:
        nadia.locator("#cy-files button", has_text="schéma.png").click()
    expect(opened.value.locator(".jp-ImageViewer img")).to_be_visible(timeout=OPENING)
