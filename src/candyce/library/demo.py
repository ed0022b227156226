"""Life in the demonstration's library: opinions, an academy's recommendation, an adaptation, a report.

Loaded through the room's own actions, then dated back. Loading twice changes nothing: each step does nothing where
what it makes is there, and is passed over where the resource that it speaks of does not ship.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from candyce.accounts.demo import DemoSchool
from candyce.accounts.models import Organisation, Role, User
from candyce.library import actions
from candyce.library.editions import do_make_edition
from candyce.library.models import Edition, Endorsement, Report, Resource, Review
from candyce.library.news import do_tell_authors
from candyce.library.peers import actions as peers
from candyce.library.peers import moderation
from candyce.library.sequences.actions import Said, add_item, create_collection
from candyce.projects.blobs import read_blob
from candyce.projects.files import save_file
from candyce.projects.models import Project
from candyce.projects.notebooks import read_notebook, write_notebook

ACADEMY = "DEMO-ACADEMY"
ORIGINAL = "interroger-un-fichier-csv"
ADAPTATION = "interroger-un-fichier-csv-une-seance"
COLLECTION = "Mes données de seconde"
INTRODUCTION = (
    "# Interroger un fichier CSV, en une séance\n\n"
    "**SNT, seconde · 1 séance de 55 min** · d'après *Les données structurées : interroger un fichier CSV*.\n\n"
    "On ouvre le fichier des préfectures, on apprend à lire ses descripteurs, puis on **filtre**."
    " Le tri et la carte attendent la séance suivante."
)
HELP = (
    "> **Un coup de pouce.** Un filtre se lit comme une phrase : « chaque ligne de la table, *si* sa région est la"
    " Bretagne ». Commence par changer le nom de la région dans l'exemple, puis écris le tien."
)
# Who (a teacher's place in the school's list), of which resource, on the criteria in order, and what they say.
REVIEWS = (
    (
        1, "algorithmes-de-tri", (5, 4, 5, 4),
        ("Donné tel quel à mes premières. Compter les comparaisons **fait vraiment comprendre** le coût d'un tri.\n\n"
         "Prévoir dix minutes de plus pour le graphique."),
    ),
    (
        2, "algorithmes-de-tri", (5, 5, None, 3),
        "Je ne suis pas spécialiste, et j'ai pu suivre : les consignes sont courtes, les vérifications immédiates.",
    ),
    (
        1, ADAPTATION, (5, 4, 5, 4),
        "Tient dans l'heure, vérification comprise. Il manquait une aide avant le filtre à deux conditions.",
    ),
    (2, ADAPTATION, (4, 5, 4, None), "Utilisé en AP avec un petit groupe : ils ont tous fini la partie 4."),
    (0, "fabriquer-un-son", (4, 4, 5, 2), "Très réussi ; casques indispensables, et une transcription aiderait."),
)  # fmt: skip


def load_demo_library(school: DemoSchool) -> None:
    """Make what is missing of it; each step stands for itself."""
    steps: tuple[Callable[[DemoSchool], None], ...] = (
        _load_academy,
        _load_adaptation,
        _load_reviews,
        _load_recommendation,
        _load_collection,
        _load_report,
    )
    for step in steps:
        with transaction.atomic():
            step(school)


def _find(slug: str) -> Resource | None:
    return Resource.objects.select_related("version").filter(slug=slug).first()


def _load_academy(school: DemoSchool) -> None:
    """The inspector is one of an academy, in whose name he recommends."""
    academy, new = Organisation.objects.get_or_create(
        identifier=ACADEMY,
        defaults={
            "name": "Académie de démonstration",
            "type": Organisation.Type.DISTRICT,
            "is_demo": True,
        },
    )
    if new:
        Role.objects.create(user=school.inspector, organisation=academy, name=Role.Name.INSPECTOR)


def _load_adaptation(school: DemoSchool) -> None:
    """A teacher shortened a shipped lesson to one session, then bettered it after a colleague's remark."""
    original, author = _find(ORIGINAL), school.teachers[0]
    if original is None or _find(ADAPTATION):
        return
    project = actions.adapt(original, acting_user=author)
    cells = _read_cells(project)[:30]
    cells[0]["source"] = INTRODUCTION
    _write(project, cells, author)
    values = {
        **{name: getattr(original, name) for name in SAME},
        "title": "Interroger un fichier CSV, en une séance",
        "abstract": "La leçon sur les données structurées ramenée à une séance de 55 minutes : ouvrir un fichier CSV,"
        " lire ses descripteurs, filtrer. Le tri et la carte attendent la suivante.",
        "authors": [*original.authors, author.full_name],
        "objectives": original.objectives[:2],
        "duration": 55,
        "visibility": Resource.Visibility.TEACHERS,
        "owner": author,
        "source": project,
        "adapted_from": original,
        "adapted_edition": original.editions.first(),
    }
    first = do_make_edition(
        ADAPTATION, values, project.tree, acting_user=author, notes="Ramenée à une séance."
    )
    helped = _read_cells(project)
    place = next(
        (n for n, cell in enumerate(helped) if "deux conditions" in cell["source"]), len(helped)
    )
    cell = {"cell_type": "markdown", "id": "coup-de-pouce", "metadata": {}, "source": HELP}
    _write(project, [*helped[:place], cell, *helped[place:]], author)
    notes = "Un coup de pouce avant le filtre à deux conditions, demandé par Marc Lefèvre."
    second = do_make_edition(ADAPTATION, {}, project.tree, acting_user=author, notes=notes)
    for edition, days in ((first, 40), (second, 12)):
        _date_back(Edition, edition.pk, days, "published_at")
    _date_back(Resource, ADAPTATION, 40, "published_at")
    do_tell_authors(original, "adaptation_published", but=author, who=author.full_name)


SAME = (
    "discipline", "levels", "kind", "keywords", "programme", "theme", "kernel", "packages", "language",
    "licence", "offline",
)  # fmt: skip


def _read_cells(project: Project) -> list[dict[str, Any]]:
    path = next(path for path in project.tree if path.endswith(".ipynb"))
    return copy.deepcopy(read_notebook(read_blob(project.tree[path][0]))["cells"])


def _write(project: Project, cells: list[dict[str, Any]], author: User) -> None:
    """Write the cells into the project's notebook; the project's tree is renewed."""
    path = next(path for path in project.tree if path.endswith(".ipynb"))
    notebook = read_notebook(read_blob(project.tree[path][0]))
    data = write_notebook({**notebook, "cells": cells})
    project.tree = save_file(project, path, data, acting_user=author).tree


def _load_reviews(school: DemoSchool) -> None:
    """Opinions of colleagues, one answered by the author."""
    for days, (place, slug, marks, comment) in enumerate(REVIEWS, start=9):
        resource, teacher = _find(slug), school.teachers[place]
        if resource is None or Review.objects.filter(resource=resource, user=teacher).exists():
            continue
        given = dict(zip(Review.CRITERIA, marks, strict=True))
        review = peers.do_review(resource, marks=given, comment=comment, acting_user=teacher)
        if slug == ADAPTATION and place == 1:
            text = "Merci ! La deuxième édition a un **coup de pouce** juste avant."
            first = resource.editions.order_by("number").first()
            Review.objects.filter(pk=review.pk).update(edition=first)
            peers.do_answer(review, text=text, acting_user=school.teachers[0])
            _date_back(Review, review.pk, 12, "answered_at")
        _date_back(Review, review.pk, days + 5, "created_at", "updated_at")


def _load_recommendation(school: DemoSchool) -> None:
    resource = _find("algorithmes-de-tri")
    academy = Organisation.objects.filter(identifier=ACADEMY).first()
    if resource is None or academy is None or resource.endorsements.exists():
        return
    given = peers.do_endorse(
        resource,
        label="Sélection académique NSI 2026",
        reason="Une progression exemplaire : on observe, on compte, on démontre. Les programmes des élèves sont"
        " vérifiés aussitôt, et la comparaison des coûts prépare bien la terminale.",
        organisation=academy,
        acting_user=school.inspector,
    )
    _date_back(Endorsement, given.pk, 20, "created_at")


def _load_collection(school: DemoSchool) -> None:
    """What a teacher keeps together for her colleagues."""
    owner, found = school.teachers[0], [_find(slug) for slug in (ORIGINAL, ADAPTATION)]
    if not all(found) or owner.collections.filter(title=COLLECTION).exists():
        return
    said = Said(
        title=COLLECTION,
        description="La leçon complète, et la version d'une séance pour les groupes.",
        visibility=Resource.Visibility.TEACHERS,
    )
    collection = create_collection(said, acting_user=owner)
    for resource in found:
        if resource:
            add_item(collection, resource, acting_user=owner)


def _load_report(school: DemoSchool) -> None:
    """A pupil saw a mistake; the administrator has it in her queue."""
    resource, pupil = _find("fabriquer-un-son"), school.pupils["2de1"][0]
    if resource is None or resource.reports.exists():
        return
    report = moderation.do_report(
        resource,
        reason=Report.Reason.ERROR,
        text="Dans le texte sur le la du diapason, je lis 440 Hz, mais mon accordeur affiche 442. Qui a raison ?",
        acting_user=pupil,
    )
    _date_back(Report, report.pk, 2, "created_at")


def _date_back(model: Any, pk: Any, days: int, *names: str) -> None:
    moment = timezone.now() - timedelta(days=days)
    model.objects.filter(pk=pk).update(**dict.fromkeys(names, moment))
