"""What stands on the page of a publication: the form with its first answers, the checks, and what they decide."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from candyce.accounts.models import User
from candyce.library import licences
from candyce.library.access import visible_to
from candyce.library.models import Draft, Resource
from candyce.library.publishing import queries
from candyce.library.publishing.checks import CONFIRM, Finding, find_all, sort_findings
from candyce.library.publishing.content import Content, get_digest, read_content
from candyce.library.publishing.forms import EDITION, SEPARATE, PublishForm, describe_resource
from candyce.library.publishing.suggest import suggest
from candyce.library.publishing.trial import Trial, read_trial
from candyce.projects.models import Project


@dataclass
class Publication:
    """A project on its way to the library: everything is about one state of its files, ``tree``."""

    project: Project
    user: User
    tree: dict[str, list]
    draft: Draft | None = None
    refusals: list[str] = field(default_factory=list)

    @cached_property
    def digest(self) -> str:
        return get_digest(self.tree)

    @cached_property
    def content(self) -> Content:
        return read_content(self.tree)

    @cached_property
    def links(self) -> queries.Links:
        return queries.get_links(self.user, self.project)

    @cached_property
    def shows_origin(self) -> bool:
        """Whether the person may read what the project comes from: it may be hidden, or another's whose copy this is."""
        origin = self.links.origin
        return origin is not None and visible_to(self.user).filter(pk=origin.resource_id).exists()

    @cached_property
    def findings(self) -> list[Finding]:
        return find_all(self.content, self.user)

    @cached_property
    def trial(self) -> Trial:
        if self.draft is None:
            return Trial(waiting=True)
        return read_trial(self.draft, self.digest, self.numbers)

    @cached_property
    def numbers(self) -> dict[tuple[str, int], str]:
        """Notebook and cell's number -> its id."""
        return {(place.path, place.number): place.cell_id for place in self.content.iter_places()}

    @property
    def all_findings(self) -> list[Finding]:
        return sort_findings([*self.trial.findings, *self.findings])

    @cached_property
    def confirmation(self) -> str:
        """What the author confirms by a tick: these findings and no others; "" where there are none."""
        asked = [(one.code, one.path, one.text) for one in self.findings if one.level == CONFIRM]
        return hashlib.sha256(repr(sorted(asked)).encode()).hexdigest()[:32] if asked else ""

    @cached_property
    def changes(self) -> list[queries.FileChange]:
        """What a new edition changes."""
        last = self.links.last
        return queries.compare_trees(last.version.tree, self.tree) if last else []

    def get_targets(self) -> list[tuple[str, Any]]:
        target = self.links.target
        if target is None:
            return [(SEPARATE, _("A new resource"))]
        edition = (EDITION, _("A new edition of “%(title)s”") % {"title": target.title})
        if not self.links.chooses:
            return [edition]
        return [edition, (SEPARATE, _("A resource apart, adapted from it"))]

    def get_initial(self) -> dict[str, Any]:
        """What stands in the form at first: what was typed, what was published, what the content says."""
        said = suggest(self.content, self.user, visible_to(self.user), title=self.project.title)
        start: dict[str, Any] = {
            **said,
            "kind": said["kind"],
            "licence": licences.DEFAULT,
            "visibility": Resource.Visibility.TEACHERS,
            "target": self.get_targets()[0][0],
        }
        if self.links.target is not None:
            start |= describe_resource(self.links.target)
            start |= {"packages": said["packages"], "offline": said["offline"]}
            start |= self._take_credits(start["authors"])
        elif self.links.origin is not None and self.shows_origin:
            start |= self._take_up(self.links.origin.resource, said)
        start |= self.draft.values if self.draft is not None else {}
        if self.is_separate(start) and not (self.draft and "co_authors" in self.draft.values):
            start.pop("co_authors", None)  # those of the other resource are not asked unseen
        return start

    def _take_up(self, original: Resource, said: dict[str, Any]) -> dict[str, Any]:
        """Of an adaptation: the original's description, with its authors after oneself."""
        known = describe_resource(original)
        apart = (
            "co_authors",
            "doi",
            "visibility",
            "establishment",
            "packages",
            "offline",
            "language",
        )
        taken = {name: value for name, value in known.items() if name not in apart and value}
        others = [name for name in original.authors if name != self.user.full_name]
        return taken | {"authors": [self.user.full_name, *others], "title": said["title"]}

    def _take_credits(self, authors: list[str]) -> dict[str, Any]:
        """Those whose changes were merged, named with the authors and in the notes."""
        taken = queries.list_credits(self.project)
        names = [name for one in taken for name in one["names"] if name not in authors]
        text = _("Takes over changes by %(names)s, from “%(title)s”.")
        notes = [text % {"names": ", ".join(one["names"]), "title": one["title"]} for one in taken]
        return {"authors": [*authors, *dict.fromkeys(names)], "notes": "\n".join(notes)}

    def is_separate(self, values: Mapping[str, Any]) -> bool:
        """Whether these answers make a resource apart of what could be an edition."""
        return self.links.chooses and values.get("target") == SEPARATE

    def get_form(self, data: Any = None) -> PublishForm:
        initial = None if data is not None else self.get_initial()
        separate = self.is_separate(data if data is not None else initial or {})
        return PublishForm(
            data,
            initial=initial,
            user=self.user,
            resource=self.links.get_edited(separate=separate),
            original=self.links.get_original(separate=separate),
            targets=self.get_targets(),
        )

    def find_refusals(self, visibility: str, confirmed: str) -> list[str]:
        """Why it cannot be published now to these readers: sentences, none where it can."""
        said = []
        blocking = [one for one in self.all_findings if one.blocks(visibility)]
        if blocking:
            said.append(_("Something is to be mended first: look at the checks."))
        private = visibility == Resource.Visibility.ME
        if self.confirmation and confirmed != self.confirmation and not private:
            said.append(
                _(
                    "Data that look personal were found: take them away, or confirm that they are invented."
                )
            )
        if self.trial.waiting and not private:
            said.append(
                _(
                    "The notebooks are still being run from top to bottom. Wait for the result, then publish."
                )
            )
        return said
