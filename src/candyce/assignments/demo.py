"""Work under way in the demonstration school: pupils in every state, marks, appraisals.

Loaded through the room's own actions, then dated back. Loading twice changes nothing.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from candyce.accounts.demo import DemoSchool
from candyce.accounts.models import User
from candyce.assignments import access, actions
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.queries import get_main_path
from candyce.library.models import Resource
from candyce.projects.blobs import read_blob
from candyce.projects.files import save_file
from candyce.projects.models import Project, Version
from candyce.projects.notebooks import read_notebook, write_notebook


@dataclass(frozen=True)
class Story:
    """One assignment. ``states`` counts pupils, in the order of the class list from its second pupil.

    ``first`` is the state of the class's first pupil, who stands on the sign-in page. ``given`` and
    ``closes`` are days from now.
    """

    teacher: int
    school_class: str
    resources: tuple[str, ...]
    instructions: str
    given: int
    closes: int
    first: str
    states: tuple[tuple[str, int], ...]


# None has exercises that are marked by themselves: the demonstration would wait for the marking of its copies.
STORIES = (
    Story(
        teacher=0,
        school_class="2de1",
        resources=("art-generatif-hasard-carre",),
        instructions=(
            "Travaillez **seuls**, dans l'ordre des questions.\n\n"
            "1. Exécutez chaque cellule et lisez le résultat avant de continuer.\n"
            "2. Répondez dans les cellules prévues, avec des phrases.\n"
            "3. Rendez votre copie avant la date limite ; vous pouvez la reprendre jusque-là."
        ),
        given=-2,
        closes=5,
        first="not_started",
        states=(("working", 13), ("handed_in", 6)),
    ),
    Story(
        teacher=2,
        school_class="2de1",
        resources=("population-france-depuis-1801",),
        instructions=(
            "Lisez la série de recensements, tracez la courbe, puis répondez aux trois questions"
            " de la fin en vous appuyant sur **des chiffres précis**."
        ),
        given=-16,
        closes=-4,
        first="returned",
        states=(("returned", 24), ("handed_in", 4), ("working", 2)),
    ),
    Story(
        teacher=0,
        school_class="1nsi",
        resources=("fluctuation-echantillonnage", "parcours-de-graphes-metro"),
        instructions=(
            "Simulez mille échantillons, puis tranchez le procès de la fin.\n\n"
            "- Vérifiez chaque fonction sur un petit exemple.\n"
            "- Expliquez en deux phrases ce que montre chaque graphique."
        ),
        given=-9,
        closes=1,
        first="working",
        states=(("handed_in", 11), ("working", 15)),
    ),
    Story(
        teacher=1,
        school_class="2de2",
        resources=("fabriquer-un-son", "chute-avec-frottements"),
        instructions="À faire avant la séance de travaux pratiques : apportez un casque audio.",
        given=-1,
        closes=6,
        first="not_started",
        states=(("working", 7), ("handed_in", 2)),
    ),
)
ANSWERS = (
    "Le graphique montre une croissance régulière, puis une rupture que l'on retrouve dans le tableau.",
    "J'ai vérifié mon résultat avec un deuxième exemple : on obtient la même valeur.",
    "Ce que je retiens : il faut toujours regarder l'unité de l'axe avant de conclure.",
    "Je n'ai pas réussi la dernière question, mais les précédentes fonctionnent.",
    "La valeur la plus grande n'est pas celle que j'attendais ; c'est sans doute une erreur de saisie.",
)
APPRAISALS = (
    (17, "Excellent travail : les calculs sont justes et **chaque résultat est commenté**."),
    (15, "Très bonne copie. Pensez à préciser les unités sur les axes du graphique."),
    (13, "Travail sérieux. La lecture du graphique est juste, la conclusion reste à étoffer."),
    (11.5, "Ensemble correct. Relisez la question 3 : il fallait un taux, pas un écart."),
    (9.5, "Des bases solides, mais la dernière partie manque. Reprenez l'exemple vu en classe."),
    (7, "Le début est réussi. Venez me voir pour la suite : on reprend ensemble la méthode."),
)


def load_demo_assignments(school: DemoSchool) -> None:
    """Give the stories' work; one already given (or whose resource is not there) is passed over."""
    chance = random.Random(1843)  # noqa: S311 - an invented class, not secrets
    for story in STORIES:
        resource = _find_resource(story)
        teacher = school.teachers[story.teacher]
        if resource is None:
            continue
        if Assignment.objects.filter(
            author=teacher, version__project=resource.version.project_id
        ).exists():
            continue
        with transaction.atomic():
            _load(story, school, resource, chance)


def _find_resource(story: Story) -> Resource | None:
    for slug in story.resources:
        found = Resource.objects.select_related("version").filter(slug=slug).first()
        if found is not None:
            return found
    return None


def _load(story: Story, school: DemoSchool, resource: Resource, chance: random.Random) -> None:
    teacher, now = school.teachers[story.teacher], timezone.now()
    assignment = actions.give(
        acting_user=teacher,
        classes=[school.classes[story.school_class]],
        title=resource.title,
        version=resource.version,
        instructions=story.instructions,
    )
    first, *others = school.pupils[story.school_class]
    chance.shuffle(others)
    states = [state for state, count in story.states for _one in range(count)]
    plan = [(first, story.first), *zip(others, states, strict=False)]
    given = _at(now + timedelta(days=story.given), 7, chance)
    done = min(now, now + timedelta(days=story.closes))
    for pupil, state in plan:
        if state == "not_started":
            continue
        copy = _work(assignment, pupil, state, chance)
        if state == "returned":
            _return(copy, teacher, chance)
        _date(copy, given, done, chance)
    Assignment.objects.filter(pk=assignment.pk).update(
        created_at=given, closes_at=_evening(now + timedelta(days=story.closes))
    )


def _evening(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(hour=20, minute=0, second=0, microsecond=0)


def _work(assignment: Assignment, pupil: User, state: str, chance: random.Random) -> Copy:
    seen = access.get_assignment(pupil, assignment.pk)
    copy = actions.open_copy(seen, acting_user=pupil)
    _write(copy.project, pupil, chance.choice(ANSWERS))
    if state != "working":
        copy = actions.hand_in(copy, acting_user=pupil)
    return copy


def _write(project: Project, pupil: User, answer: str) -> None:
    """The pupil's answer at the end of the notebook."""
    path = get_main_path(project.tree)
    if path is None:
        return
    notebook = read_notebook(read_blob(project.tree[path][0]))
    cell = {"cell_type": "markdown", "id": "reponse", "metadata": {}, "source": answer}
    notebook["cells"].append(cell)
    save_file(project, path, write_notebook(notebook), acting_user=pupil)


def _return(copy: Copy, teacher: User, chance: random.Random) -> None:
    mark, appraisal = chance.choice(APPRAISALS)
    actions.set_mark(copy, Decimal(str(mark)), acting_user=teacher)
    actions.set_appraisal(copy, appraisal, acting_user=teacher)
    actions.return_copies([copy], acting_user=teacher)


def _date(copy: Copy, given: datetime, done: datetime, chance: random.Random) -> None:
    """Spread what happened between the giving and the end, in the order in which it did."""
    copy.refresh_from_db()
    days = max((done - given).days, 1)
    first = chance.randrange(days)
    started = _at(given + timedelta(days=first), chance.randint(8, 12), chance)
    worked = _at(
        given + timedelta(days=chance.randrange(first, days)), chance.randint(13, 18), chance
    )
    Copy.objects.filter(pk=copy.pk).update(
        started_at=started,
        handed_in_at=worked if copy.handed_in_at else None,
        returned_at=_at(done + timedelta(days=1), 18, chance) if copy.returned_at else None,
    )
    Project.objects.filter(pk=copy.project_id).update(created_at=started, updated_at=worked)
    Version.objects.filter(project=copy.project_id).update(created_at=worked)


def _at(day: datetime, hour: int, chance: random.Random) -> datetime:
    """That day at this hour of the school."""
    local = timezone.localtime(day)
    return local.replace(hour=hour, minute=chance.randrange(60), second=0, microsecond=0)
