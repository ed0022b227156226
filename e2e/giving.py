"""A notebook of a teacher's own, put in and given, as several stories begin."""

from __future__ import annotations

import re

from playwright.sync_api import Page


def import_notebook(teacher: Page, title: str, data: bytes) -> str:
    """Put the ``.ipynb`` in as a project; returns the project's id."""
    teacher.goto("/projects/import/")
    teacher.locator("main input[type=file]").set_input_files(
        {"name": f"{title}.ipynb", "mimeType": "application/json", "buffer": data}
    )
    teacher.locator("main form button[type=submit]").first.click()
    project = re.search(r"/projects/([0-9a-f-]{36})/", teacher.url)
    assert project is not None
    return project[1]


def give_notebook(teacher: Page, title: str, data: bytes) -> str:
    """Put the ``.ipynb`` in and give it to 2de 1; returns the code."""
    import_notebook(teacher, title, data)
    teacher.get_by_role("link", name="Donner à une classe").first.click()
    teacher.get_by_label("Titre").fill(title)
    teacher.get_by_label("2de 1").check()
    teacher.get_by_role("button", name="Donner", exact=True).click()
    return re.sub(r"\s", "", teacher.locator(".code-big").inner_text())
