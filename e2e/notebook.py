"""What a person does in the editor: type in a cell, run it, read what it says, see that it is saved."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

OPENING = 60_000  # ms; a first visit downloads Python


def wait_for_notebook(page: Page) -> None:
    """Until the cells are there and the first of them can be edited."""
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=OPENING)
    said = re.compile("Enregistré|Lecture seule|Saved|Read only")
    expect(page.locator(".cy-save")).to_contain_text(said, timeout=OPENING)


def get_cells(page: Page) -> Locator:
    return page.locator(".jp-Notebook .jp-Cell")


def add_cell_below(page: Page, code: str) -> Locator:
    """A new code cell at the end of the notebook, with ``code`` typed by hand; returns the cell."""
    last = get_cells(page).last
    last.scroll_into_view_if_needed()
    last.locator(":is(.jp-InputArea-editor, .jp-MarkdownOutput):visible").first.click()
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    cell = page.locator(".jp-Notebook .jp-Cell.jp-mod-active")
    expect(cell).to_have_class(re.compile(r"\bjp-CodeCell\b"))
    page.keyboard.press("Enter")
    first, *_rest = lines = code.split("\n")
    for number, line in enumerate(lines):
        if number:
            page.keyboard.press("Enter")
        page.keyboard.insert_text(line)
    return page.locator(".jp-Notebook .jp-CodeCell", has_text=first).last


def run_active_cell(page: Page) -> None:
    page.keyboard.press("Control+Enter")


def wait_until_saved(page: Page) -> None:
    expect(page.locator(".cy-save")).to_have_text("Enregistré", timeout=15_000)


def find_text(page: Page, text: str, *, timeout: float = 30.0) -> None:
    """Scroll through the notebook (which draws only what is near the window) until ``text`` is drawn."""
    script = """text => {
      const outer = document.querySelector('.jp-Notebook .jp-WindowedPanel-outer') ?? document.querySelector('.jp-Notebook');
      if (outer.textContent.includes(text)) { return true; }
      const end = outer.scrollTop + outer.clientHeight >= outer.scrollHeight - 2;
      outer.scrollTop = end ? 0 : outer.scrollTop + outer.clientHeight * 0.8;
      return false;
    }"""
    page.wait_for_function(script, arg=text, polling=150, timeout=timeout * 1000)
