"""Verbs on a history: restore a moment, fork it, name it, take the name away."""

from __future__ import annotations

import time

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from candyce.accounts.audit import do_audit
from candyce.accounts.models import User
from candyce.collab.actions import materialise_document, replace_notebook, replace_text
from candyce.collab.history import content as contents
from candyce.collab.history.content import Content
from candyce.collab.history.moments import Moment
from candyce.collab.models import KeptState, LiveDocument
from candyce.lib.errors import BadRequest, NotFound, TooLarge
from candyce.projects import live, quota
from candyce.projects.actions import TITLE_LIMIT, check_title, do_create
from candyce.projects.files import do_store
from candyce.projects.models import Project

NAME_LIMIT = 80
NAMES = 100  # of one document


def restore(
    document: LiveDocument, content: Content, *, seq: int | None, acting_user: User
) -> None:
    """Give the document the content of a moment again: an edit like any other, which open pages see."""
    project = document.project
    with transaction.atomic():
        if not _replace(document, content, acting_user):
            raise NotFound
        do_audit("moment_restored", project, acting_user=acting_user, path=document.path, seq=seq)
    materialise_document(document.pk)


def _replace(document: LiveDocument, content: Content, acting_user: User) -> bool:
    project, path = document.project, document.path
    if isinstance(content, str):
        return replace_text(project, path, content, acting_user=acting_user)
    return replace_notebook(project, path, content, acting_user=acting_user)


def fork(
    project: Project, path: str, content: Content, *, acting_user: User, title: str
) -> Project:
    """A project of one's own: the files as they are now, and this one as it was."""
    quota.check_project_count(acting_user)
    live.get().materialise(project)
    data = contents.write_file(content)
    entry = [*do_store(path, data)[:2], int(time.time())]
    tree = project.tree | {path: entry}
    quota.check_totals(sum(one[1] for one in tree.values()), len(tree))
    with transaction.atomic():
        made = do_create(
            tree,
            acting_user=acting_user,
            title=check_title(title)[:TITLE_LIMIT],
            kind=Project.Kind.PROJECT,
        )
        do_audit("moment_forked", project, acting_user=acting_user, path=path, made=str(made.pk))
    return made


def check_name(text: str) -> str:
    """One line, trimmed; raises :class:`BadRequest`."""
    name = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not name:
        message = _("Give the version a name.")
        raise BadRequest(message, fields={"name": message})
    if len(name) > NAME_LIMIT:
        message = _("This name is too long.")
        raise BadRequest(message, fields={"name": message})
    return name


def name_moment(
    document: LiveDocument, moment: Moment, content: Content, *, name: str, acting_user: User
) -> KeptState:
    """Keep a moment under a name, for as long as the document stands."""
    name, data = check_name(name), contents.pack(content)
    with transaction.atomic():
        LiveDocument.objects.select_for_update().only("pk").get(pk=document.pk)
        named = KeptState.objects.filter(document=document, kind=KeptState.Kind.NAMED)
        used = named.aggregate(size=Sum("size"))["size"] or 0
        if named.count() >= NAMES or used + len(data) > settings.HISTORY_LIMIT:
            raise TooLarge(gettext("There are too many named versions. Delete one first."))
        kept = KeptState.objects.create(
            document=document,
            kind=KeptState.Kind.NAMED,
            seq=moment.seq,
            at=moment.at,
            content=data,
            size=len(data),
            name=name,
            user=acting_user,
        )
        do_audit(
            "moment_named", document.project, acting_user=acting_user, seq=moment.seq, name=name
        )
    return kept


def unname(kept: KeptState, *, acting_user: User) -> None:
    """Take the name away; the moment itself stays for as long as the history has it."""
    with transaction.atomic():
        do_audit(
            "name_deleted", kept.document.project, acting_user=acting_user, seq=kept.seq,
            name=kept.name,
        )  # fmt: skip
        kept.delete()
