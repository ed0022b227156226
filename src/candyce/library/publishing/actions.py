"""Verbs of publishing: publish an edition, describe, unpublish and publish again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from candyce.accounts.audit import do_audit
from candyce.accounts.models import User
from candyce.lib.errors import Conflict, Forbidden
from candyce.library.editions import do_make_edition, do_note_change, make_search_text
from candyce.library.models import Draft, Edition, Resource
from candyce.library.publishing.access import find_origin
from candyce.library.publishing.authors import do_invite
from candyce.library.publishing.content import get_digest
from candyce.library.publishing.queries import list_credits
from candyce.library.publishing.stale import do_forget_typed
from candyce.library.publishing.telling import do_tell_of_edition
from candyce.library.slugs import make_slug
from candyce.projects import live
from candyce.projects.files import do_lock
from candyce.projects.models import Project


class Changed(Conflict):
    code = "changed"
    default_message = _(
        "The project has changed since it was checked. Look at the checks again, then publish."
    )


class Barred(Forbidden):
    code = "barred"
    default_message = _(
        "A moderator has withdrawn this resource: it cannot be published again from here. Write to them."
    )


@dataclass(frozen=True)
class Outcome:
    """``edition``: None where the files were published already and nothing but the description changed.
    ``restored``: it was unpublished, and is in the library again.
    ``repeated``: where this very publication was made before, by a double click or in another tab."""

    resource: Resource
    edition: Edition | None
    repeated: bool = False
    restored: bool = False


def get_present_tree(project: Project) -> dict[str, list]:
    """The project's files as they are now, what is typed in open notebooks included."""
    live.get().materialise(project)
    project.refresh_from_db(fields=("tree",))
    return project.tree


def save_draft(project: Project, values: dict[str, Any], *, acting_user: User) -> Draft:
    """Keep what stands in the form."""
    draft, _new = Draft.objects.update_or_create(
        project=project, user=acting_user, defaults={"values": values}
    )
    return draft


def publish(
    project: Project,
    values: dict[str, Any],
    *,
    acting_user: User,
    digest: str,
    target: Resource | None = None,
    notes: str = "",
    co_authors: list[User] | None = None,
) -> Outcome:
    """Publish the project as a new resource, or as the next edition of ``target``.

    ``digest`` is that of the tree that was checked; raises :class:`Changed` when it is another by now. The same
    files published twice by the same person make one resource and one edition.
    """
    with transaction.atomic(), do_lock(project.pk) as locked:
        # Two tabs, even with two copies of the project, come one after the other.
        User.objects.select_for_update().get(pk=acting_user.pk)
        if get_digest(locked.tree) != digest:
            raise Changed
        before = target or _find_same(acting_user, digest, locked)
        if before is not None:
            before = Resource.objects.select_for_update().get(pk=before.pk)
        if before is not None and before.content_hash == digest:
            outcome = _do_publish_again(before, values, acting_user=acting_user, asked=target)
        else:
            slug = before.pk if before else make_slug(values["title"])
            given = dict(values)
            values = values | _get_links(locked, before, acting_user)
            values |= {"content_hash": digest, "withdrawn_at": None}
            taken = _do_credit(values, locked)
            changed = [name for name in given if before and getattr(before, name) != values[name]]
            edition = do_make_edition(
                slug, values, locked.tree, acting_user=acting_user, notes=notes
            )
            do_tell_of_edition(edition, taken, acting_user=acting_user)
            do_forget_typed(edition.resource, changed)
            outcome = Outcome(edition.resource, edition)
        if co_authors is not None and not outcome.repeated:
            do_invite(outcome.resource, co_authors, acting_user=acting_user)
            do_forget_typed(outcome.resource, ("co_authors",))
        Draft.objects.filter(project=locked, user=acting_user).delete()
    return outcome


def _find_same(user: User, digest: str, project: Project) -> Resource | None:
    """What the person has published before of these very files, or of this project."""
    own = Resource.objects.filter(owner=user)
    return own.filter(content_hash=digest).first() or own.filter(source=project).first()


def _do_publish_again(
    resource: Resource, values: dict[str, Any], *, acting_user: User, asked: Resource | None
) -> Outcome:
    """These files are its last edition already: at most the description changes."""
    if asked is None:
        return Outcome(resource, None, repeated=True)
    do_describe(resource, values, acting_user=acting_user)
    back = resource.withdrawn_at is not None and resource.moderated_at is None
    if back:
        _do_restore(resource, acting_user=acting_user)
    return Outcome(resource, None, restored=back)


def _get_links(project: Project, before: Resource | None, user: User) -> dict[str, Any]:
    """Whose it is, where it is written and what it comes from: decided once, when it is first published."""
    if before is not None:
        written = before.source is not None and before.source.deleted_at is None
        return {} if written else {"source": project}
    links: dict[str, Any] = {"owner": user, "source": project}
    origin = find_origin(project)
    if origin is not None:
        links |= {"adapted_from": origin.resource, "adapted_edition": origin}
    return links


def _do_credit(values: dict[str, Any], project: Project) -> list[dict[str, Any]]:
    """Name those whose changes were merged into the project, whatever was typed; gives whose they are."""
    taken = list_credits(project)
    Draft.objects.filter(project=project).update(credits=[])
    names = [name for credit in taken for name in credit["names"]]
    known = {name.casefold() for name in values["authors"]}
    missing = [name for name in dict.fromkeys(names) if name.casefold() not in known]
    values["authors"] = [*values["authors"], *missing]
    return taken


@transaction.atomic
def describe(resource: Resource, values: dict[str, Any], *, acting_user: User) -> Resource:
    """Change what is said of the resource, its visibility included; its files stay."""
    locked = Resource.objects.select_for_update().get(pk=resource.pk)
    return do_describe(locked, values, acting_user=acting_user)


def do_describe(resource: Resource, values: dict[str, Any], *, acting_user: User) -> Resource:
    changed = sorted(name for name, value in values.items() if getattr(resource, name) != value)
    if not changed:
        return resource
    for name, value in values.items():
        setattr(resource, name, value)
    resource.search_text = make_search_text(resource)
    resource.save(update_fields=(*changed, "search_text", "updated_at"))
    if {"visibility", "establishment"} & set(changed):  # older editions stay for whom they were
        last = resource.editions.values_list("pk", flat=True)[:1]
        resource.editions.filter(pk__in=list(last)).update(
            visibility=resource.visibility, establishment=resource.establishment
        )
    data = {"visibility": resource.visibility} if "visibility" in changed else {}
    do_audit("resource.described", resource, acting_user=acting_user, fields=changed, **data)
    do_forget_typed(resource, changed)
    do_note_change(resource)
    return resource


@transaction.atomic
def withdraw(resource: Resource, *, acting_user: User) -> Resource:
    """Unpublish: only its authors find it. Work given with it and adaptations of it stay."""
    locked = Resource.objects.select_for_update().get(pk=resource.pk)
    if locked.withdrawn_at is None:
        locked.withdrawn_at = timezone.now()
        locked.save(update_fields=("withdrawn_at", "updated_at"))
        do_audit("resource.withdrawn", locked, acting_user=acting_user)
        do_note_change(locked)
    return locked


@transaction.atomic
def restore(resource: Resource, *, acting_user: User) -> Resource:
    """Publish again what was unpublished; raises :class:`Barred` for what a moderator has withdrawn."""
    locked = Resource.objects.select_for_update().get(pk=resource.pk)
    if locked.withdrawn_at is None:
        return locked
    if locked.moderated_at is not None:
        raise Barred
    _do_restore(locked, acting_user=acting_user)
    return locked


def _do_restore(resource: Resource, *, acting_user: User) -> None:
    resource.withdrawn_at = None
    resource.save(update_fields=("withdrawn_at", "updated_at"))
    do_audit("resource.restored", resource, acting_user=acting_user)
    do_note_change(resource)
