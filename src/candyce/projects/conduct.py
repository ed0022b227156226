"""Leading people who are in one project: holding it, handing the pen, whose results are kept."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from candyce.accounts.audit import do_audit
from candyce.accounts.models import User
from candyce.lib.errors import BadRequest, NotFound
from candyce.projects.access import READ, Rights, get_rights, keeps_outputs
from candyce.projects.files import do_lock
from candyce.projects.models import Project
from candyce.projects.signals import access_changed


def describe_conduct(user: User, project: Project, rights: Rights) -> dict[str, Any]:
    """How the project is led now, for its pages: the object ``room`` of the API and the live status.

    ``keeps_outputs``: what this person runs is written into the live notebooks.
    """
    pen = project.pen
    return {
        "held": project.held_at is not None,
        "pen": pen.username if pen else None,
        "pen_name": pen.full_name if pen else None,
        "outputs": project.outputs,
        "keeps_outputs": keeps_outputs(user, project, rights),
    }


def hold(project: Project, *, held: bool, acting_user: User) -> Project:
    """Let only those who manage the project, and the pen's holder, write; or let everybody again.

    Ending it takes the pen back too.
    """
    if held == (project.held_at is not None):
        return project
    values = {"held_at": timezone.now()} if held else {"held_at": None, "pen": None}
    return _do_conduct(project, values, "project_held" if held else "project_let_go", acting_user)


def give_pen(project: Project, person: User | None, *, acting_user: User) -> Project:
    """Hand the pen to someone who may read the project, or take it back (None).

    Raises :class:`NotFound` for a person who is not in the project.
    """
    if person is not None and READ not in get_rights(person, project):
        raise NotFound
    return _do_conduct(project, {"pen": person}, "pen_given", acting_user)


def set_outputs(project: Project, mode: str, *, acting_user: User) -> Project:
    """Whose runs are kept in the notebooks: ``shared`` or ``owner``; raises :class:`BadRequest`."""
    if mode not in Project.Outputs.values:
        raise BadRequest
    return _do_conduct(project, {"outputs": mode}, "outputs_set", acting_user)


def _do_conduct(project: Project, values: dict[str, Any], verb: str, acting_user: User) -> Project:
    with do_lock(project.pk) as locked:
        for field, value in values.items():
            setattr(locked, field, value)
        locked.save(update_fields=tuple(values))
        said = {field: str(getattr(value, "pk", value)) for field, value in values.items()}
        do_audit(verb, locked, acting_user=acting_user, **said)
        announce = partial(access_changed.send, Project, project_ids=[locked.pk])
        transaction.on_commit(announce, robust=True)
    return locked
