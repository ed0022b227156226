"""Co-authors: asked, accepting or declining, taken out; and a resource handed over to one of them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from candyce.accounts.audit import do_audit
from candyce.accounts.models import User
from candyce.lib.errors import BadRequest, NotFound
from candyce.library.editions import do_note_change
from candyce.library.models import Invitation, Resource
from candyce.library.news import do_tell
from candyce.library.publishing.stale import do_forget_typed


def do_invite(resource: Resource, people: Iterable[User], *, acting_user: User) -> list[Invitation]:
    """Ask these to be co-authors too; who is asked or co-author already stays so."""
    wanted = [one for one in people if one.pk != resource.owner_id]
    already = set(resource.co_authors.values_list("pk", flat=True))
    made = []
    for person in wanted:
        if person.pk in already:
            continue
        invitation, new = Invitation.objects.get_or_create(
            resource=resource, user=person, defaults={"invited_by": acting_user}
        )
        if new:
            made.append(invitation)
            do_tell(person, "co_author_asked", resource, who=acting_user.full_name)
            do_audit("resource.invited", resource, acting_user=acting_user, user=str(person.pk))
    return made


@transaction.atomic
def accept(invitation: Invitation, *, acting_user: User) -> Resource:
    """Become co-author: the name is added to those that are cited. Raises :class:`NotFound` for an invitation that went."""
    resource = Resource.objects.select_for_update().get(pk=invitation.resource_id)
    gone, _rows = Invitation.objects.filter(pk=invitation.pk, user=acting_user).delete()
    if not gone:  # withdrawn, or answered in another tab, since it was read
        raise NotFound
    resource.co_authors.add(acting_user)
    if acting_user.full_name not in resource.authors:
        resource.authors = [*resource.authors, acting_user.full_name]
        resource.save(update_fields=("authors", "updated_at"))
    if invitation.invited_by is not None and invitation.invited_by != acting_user:
        do_tell(invitation.invited_by, "co_author_joined", resource, who=acting_user.full_name)
    do_forget_typed(resource, ("authors", "co_authors"))
    do_audit("resource.joined", resource, acting_user=acting_user)
    do_note_change(resource)
    return resource


@transaction.atomic
def decline(invitation: Invitation, *, acting_user: User) -> None:
    do_audit("resource.declined", invitation.resource, acting_user=acting_user)
    invitation.delete()


@transaction.atomic
def remove(resource: Resource, person: User, *, acting_user: User) -> None:
    """Take a co-author, or somebody asked, out. Their name stays where they wrote: an author edits it."""
    Resource.objects.select_for_update().get(pk=resource.pk)  # who accepts meanwhile waits
    resource.invitations.filter(user=person).delete()
    do_forget_typed(resource, ("co_authors",))
    resource.co_authors.remove(person)
    do_audit("resource.author_removed", resource, acting_user=acting_user, user=str(person.pk))
    do_note_change(resource)


@transaction.atomic
def hand_over(resource: Resource, person: User, *, acting_user: User) -> Resource:
    """Make a co-author the owner; the owner becomes a co-author."""
    locked = Resource.objects.select_for_update().get(pk=resource.pk)
    if locked.owner_id != acting_user.pk or not locked.co_authors.filter(pk=person.pk).exists():
        raise BadRequest(_("Only a co-author can take this resource over."))
    locked.owner = person
    locked.save(update_fields=("owner", "updated_at"))
    locked.co_authors.remove(person)
    locked.co_authors.add(acting_user)
    do_forget_typed(locked, ("co_authors",))
    do_audit("resource.handed_over", locked, acting_user=acting_user, user=str(person.pk))
    do_note_change(locked)
    return locked


@transaction.atomic
def set_co_authors(resource: Resource, people: Iterable[User], *, acting_user: User) -> None:
    """The owner's whole list: those who are new are asked, those who are missing are taken out.

    From the page of the description alone: a form begun earlier, for an edition, knows nobody who came since.
    """
    wanted = list(people)
    Resource.objects.select_for_update().get(pk=resource.pk)  # who accepts meanwhile waits
    for person in resource.co_authors.exclude(pk__in=[one.pk for one in wanted]):
        remove(resource, person, acting_user=acting_user)
    resource.invitations.exclude(user__in=wanted).delete()
    do_invite(resource, wanted, acting_user=acting_user)
