"""Documents that can fail: what they promise is there."""

import re
from pathlib import Path

import pytest

from candyce import cli
from candyce.launch.docs import replace_table

ROOT = Path(__file__).resolve().parents[4]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_settings_table_is_the_codes():
    guide = (ROOT / "docs/operator.md").read_text(encoding="utf-8")
    assert replace_table(guide) == guide, "run ./candyce docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_exist(page):
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_of_the_documents_exist(page):
    names = set(re.findall(r"\./candyce ([a-z]+)", page.read_text(encoding="utf-8")))
    assert names <= set(cli.COMMANDS)
