"""A resource that Alice wrote, which her colleagues, an inspector and pupils read."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from django.utils import timezone

from candyce.accounts.models import Organisation, Role, User
from candyce.conftest import make_user
from candyce.lib.notebook_diff import match_by_id
from candyce.library.editions import do_make_edition
from candyce.library.models import Resource
from candyce.projects.blobs import do_store_blob


def make_tree(*cells, **files):
    """A tree with one notebook of Markdown cells (or cells as they are given), and other files."""
    whole = [
        cell
        if isinstance(cell, dict)
        else {"cell_type": "markdown", "id": f"c{n}", "metadata": {}, "source": cell}
        for n, cell in enumerate(cells)
    ]
    notebook = {"cells": whole, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    data = {"cours.ipynb": json.dumps(notebook).encode(), **files}
    return {
        path: [do_store_blob(content).sha256, len(content), timezone.now().isoformat()]
        for path, content in data.items()
    }


@pytest.fixture
def by_id(monkeypatch):
    """Cells are paired by their identifiers: for tests of who compares, which need no process of nbdime's."""
    monkeypatch.setattr("candyce.collab.history.compare.compare_notebooks", match_by_id)


def make_resource(slug, owner, tree=None, **values):
    values = {
        "title": "Les élèves comptent", "abstract": "Une leçon.", "discipline": "nsi",
        "levels": ["premiere"], "duration": 55, "authors": ["Alice Test"], "owner": owner, **values,
    }  # fmt: skip
    return do_make_edition(slug, values, tree or make_tree("# Un"), acting_user=owner).resource


@dataclass
class Library:
    resource: Resource
    academy: Organisation
    people: dict[str, User]


@pytest.fixture
def library(school):
    """People by what they are to the resource; the academy stands above the first school, with an administrator."""
    academy = Organisation.objects.create(
        name="Académie de Paris", identifier="A01", type=Organisation.Type.DISTRICT
    )
    school.organisation.parent = academy
    school.organisation.save()
    Role.objects.create(user=school.inspector, organisation=academy, name=Role.Name.INSPECTOR)
    resource = make_resource("essai", school.alice, make_tree("# Un"))
    coauthor = make_user("diane", Role.Name.TEACHER, school.organisation)
    resource.co_authors.add(coauthor)
    elsewhere = Organisation.objects.get(identifier="0750002B")
    people = {
        "pupil": school.bob,
        "author": school.alice,
        "coauthor": coauthor,
        "colleague": school.charlie,
        "inspector": school.inspector,
        "administrator": school.admin,
        "rector": make_user("rector", Role.Name.ADMINISTRATOR, academy),
        "stranger": make_user("stranger", Role.Name.ADMINISTRATOR, elsewhere),
    }
    return Library(resource, academy, people)


EVERYBODY = (
    "anonymous", "pupil", "author", "coauthor", "colleague", "inspector", "administrator", "rector",
    "stranger",
)  # fmt: skip


@pytest.fixture
def ask(portal, library):
    """``ask(who, method, path, data)``: the status of the answer."""

    def call(who, method, path, data=None):
        portal.logout()
        if who != "anonymous":
            portal.force_login(library.people[who])
        return getattr(portal, method)(path, data or {})

    return call
