"""Projects to publish, forms as they are sent, and trials that have ended."""

from __future__ import annotations

import json

from django.urls import reverse
from django.utils import timezone

from candyce.library.models import Draft, Resource
from candyce.library.publishing.actions import get_present_tree
from candyce.projects import actions, files

TEXT = (
    "# Le tri par insertion\n\nOn range des cartes à jouer, puis on écrit l’algorithme en Python et l’on compte les"
    " comparaisons : c’est une leçon pour la classe de seconde.\n\n## Objectifs\n\n- Écrire un tri\n- Compter"
)
CODE = "import math\nimport matplotlib.pyplot as plt\nfor i in range(3):\n    print(i)"


def make_notebook(text, *cells, metadata=None):
    first = {"cell_type": "markdown", "id": "text", "metadata": {}, "source": text}
    code = {
        "cell_type": "code",
        "id": "code",
        "metadata": {},
        "source": CODE,
        "outputs": [],
        "execution_count": None,
    }
    notebook = {
        "cells": [first, code, *cells],
        "metadata": metadata or {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook).encode()


def make_project(user, text=TEXT, **more):
    contents = {"tri.ipynb": make_notebook(text), **more}
    return actions.create_project(acting_user=user, title="Mon tri", files=contents)


def give_notebook(project, text, *cells, path="tri.ipynb", metadata=None):
    """Replace the notebook of the project."""
    data = make_notebook(text, *cells, metadata=metadata)
    saved = files.put_file(project, path, data, acting_user=project.owner)
    project.tree = saved.tree


def typed(**changes):
    """The form as a browser sends it."""
    return {
        "title": "Le tri par insertion", "abstract": "On range des cartes à jouer, puis on écrit le programme.",
        "discipline": "nsi", "levels": ["premiere"], "kind": "lesson", "duration": "55", "language": "fr",
        "authors": "Alice Test", "licence": "CC-BY-4.0", "visibility": "teachers", "offline": "on",
        "target": "edition", **changes,
    }  # fmt: skip


def settle(project, result="passed", **more):
    """What the worker would have found for the project as it is now."""
    trial = {"state": "done", "at": timezone.now().isoformat(), "result": result, **more}
    Draft.objects.filter(project=project).update(trial=trial, tree=get_present_tree(project))


def publish(portal, user, project, **changes):
    """Sign in, open the form, send it; gives the resource."""
    portal.force_login(user)
    url = reverse("library:publish", args=[project.pk])
    assert portal.get(url).status_code == 200
    settle(project)
    answer = portal.post(url, typed(action="publish", **changes))
    assert answer.status_code == 302, (
        answer.context["form"].errors, answer.context["publication"].refusals,
    )  # fmt: skip
    return Resource.objects.get(pk=answer.url.rstrip("/").rpartition("/")[2])
