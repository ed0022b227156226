"""What the pages of publishing read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from candyce.accounts.access import is_teacher
from candyce.accounts.models import User
from candyce.library.access import Visitor, is_author, visible_to, written_by
from candyce.library.models import Draft, Edition, Invitation, Resource, Use
from candyce.library.publishing.access import find_origin, find_target
from candyce.library.publishing.content import Tree
from candyce.projects import access as projects
from candyce.projects.models import Project


@dataclass(frozen=True)
class FileChange:
    """A file that differs between two trees: ``kind`` is added, removed or changed."""

    path: str
    kind: str


def compare_trees(before: Tree, after: Tree) -> list[FileChange]:
    """Files by what happened to them, in the order of their names."""
    changes = []
    for path in sorted(set(before) | set(after)):
        if path.endswith("/"):
            continue
        if path not in before:
            changes.append(FileChange(path, "added"))
        elif path not in after:
            changes.append(FileChange(path, "removed"))
        elif before[path][0] != after[path][0]:
            changes.append(FileChange(path, "changed"))
    return changes


@dataclass(frozen=True)
class Links:
    """What a project is published as: the next edition of ``target``, or a resource that comes from ``origin``."""

    target: Resource | None
    origin: Edition | None
    last: Edition | None

    def get_original(self, *, separate: bool) -> Resource | None:
        """The work by somebody else whose licence binds this one; ``separate``: as for :meth:`get_edited`."""
        edited = self.get_edited(separate=separate)
        if edited is not None:
            return edited.adapted_from
        return self.origin.resource if self.origin else None

    def get_edited(self, *, separate: bool) -> Resource | None:
        """The resource of which this is an edition; ``separate``: a resource apart is chosen, where one may choose."""
        return None if separate and self.chooses else self.target

    @property
    def chooses(self) -> bool:
        """Whether the person decides between an edition and a resource apart."""
        return (
            self.target is not None
            and self.origin is not None
            and self.target.pk == self.origin.resource_id
        )


def get_links(user: User, project: Project) -> Links:
    origin = find_origin(project)
    target = find_target(user, project, origin)
    last = target.editions.select_related("author", "version").first() if target else None
    if target is not None and target.source_id == project.pk:
        origin = None
    return Links(target, origin, last)


def list_mine(user: User) -> QuerySet[Resource]:
    """Resources of which the person is an author, with what is said and done with them."""
    return (
        Resource.objects.filter(written_by(user))
        .select_related("owner", "establishment", "adapted_from", "source")
        .annotate(
            edition_number=Max("editions__number"),
            adaptation_count=Count(
                "adaptations", filter=Q(adaptations__withdrawn_at=None), distinct=True
            ),
        )
        .order_by("-updated_at")
    )


def get_uses(resources: list[Resource]) -> dict[str, list[tuple[str, int]]]:
    """How many teachers did what with each: slug -> (word, people) for each verb that somebody did."""
    rows = Use.objects.filter(resource__in=resources).values("resource_id", "verb")
    counts = {(row["resource_id"], row["verb"]): row["n"] for row in rows.annotate(n=Count("pk"))}
    return {
        one.pk: [
            (str(label), counts[one.pk, verb])
            for verb, label in Use.Verb.choices
            if (one.pk, verb) in counts
        ]
        for one in resources
    }


def get_source(user: Visitor, resource: Resource) -> Project | None:
    """The project in which the next edition is written, if the person may write there: not every author may."""
    source = resource.source
    if source is None or not user.is_authenticated:
        return None
    return source if projects.WRITE in projects.get_rights(user, source) else None


def list_drafts(user: User) -> QuerySet[Draft]:
    """Publications begun and not made: something was typed, or changes were merged."""
    begun = Draft.objects.filter(user=user, project__deleted_at=None).exclude(values={}, credits=[])
    return begun.select_related("project")


def list_credits(project: Project) -> list[dict[str, Any]]:
    """Whose changes were merged into the project, by whichever of its authors: each adaptation once."""
    drafts = Draft.objects.filter(project=project).order_by("pk")
    found = [credit for draft in drafts for credit in draft.credits]
    return list({credit["slug"]: credit for credit in found}.values())


def list_invitations(user: User) -> QuerySet[Invitation]:
    found = Invitation.objects.filter(user=user).select_related("resource", "invited_by")
    return found.defer("resource__search_text")


def list_adaptations(user: Visitor, resource: Resource) -> QuerySet[Resource]:
    """What was made from the resource, of which the person may read."""
    adaptations = visible_to(user).filter(adapted_from=resource)
    return adaptations.select_related("owner", "adapted_edition").order_by("-updated_at")


def get_detail(user: Visitor, resource: Resource) -> dict[str, Any]:
    """For the resource's page."""
    author = user.is_authenticated and is_author(user, resource) and is_teacher(user)
    return {
        "may_edit": author,
        "invitation": user.is_authenticated
        and list_invitations(user).filter(resource=resource).first(),
        "edition_source": get_source(user, resource) if author else None,
        "adaptation_count": list_adaptations(user, resource).count(),
    }
