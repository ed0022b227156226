"""What one may choose among: the facets of a resource, their values and what these are called."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from candyce.library.models import LANGUAGE_NAMES, Resource

SHOWN = 12  # values of an open facet (themes, packages…) that are in sight; the others unfold
MOST = 100  # of its values that can be chosen
# Minutes: up to and with the second.
BANDS = {
    "30": (0, 30, _("Up to 30 min")),
    "60": (31, 60, _("30 min to 1 h")),
    "120": (61, 120, _("1 h to 2 h")),
    "more": (121, 10**9, _("More than 2 h")),
}
MARKS = {
    "offline": _("Works without a network"),
    "verified": _("Verified"),
    "recommended": _("Recommended by an inspector"),
}


@dataclass(frozen=True)
class Facet:
    """``open``: its values are whatever resources say, most frequent first. ``every``: a resource must have all
    that are chosen, not one of them."""

    name: str
    label: Any
    labels: dict[str, Any]
    open: bool = False
    every: bool = False

    def get_label(self, value: str) -> str:
        return str(self.labels.get(value, value))


FACETS = (
    Facet("discipline", _("Discipline"), dict(Resource.Discipline.choices)),
    Facet("level", _("Level"), dict(Resource.Level.choices)),
    Facet("kind", _("Kind"), dict(Resource.Kind.choices)),
    Facet("duration", _("Duration"), {value: band[2] for value, band in BANDS.items()}),
    Facet("mark", _("Trust"), MARKS, every=True),
    Facet("theme", _("Theme of the programme"), {}, open=True),
    Facet("language", _("Language"), LANGUAGE_NAMES, open=True),
    Facet("kernel", _("Kernel"), {"python": "Python"}, open=True),
    Facet("package", _("Packages"), {}, open=True),
    Facet("licence", _("Licence"), {}, open=True),
)
NAMES = tuple(facet.name for facet in FACETS)
BY_NAME = {facet.name: facet for facet in FACETS}
Chosen = dict[str, tuple[str, ...]]
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Choice:
    """One value of a facet with how many resources it would leave; ``about``: rounded from a sample."""

    value: str
    label: str
    count: int
    chosen: bool
    about: bool = False


@dataclass(frozen=True)
class Shown:
    """A facet as the page shows it; ``whole``: with all values that were found."""

    name: str
    label: str
    choices: list[Choice]
    in_sight: int
    whole: bool = True

    @property
    def chosen(self) -> int:
        return sum(choice.chosen for choice in self.choices)

    @property
    def head(self) -> list[Choice]:
        return self.choices[: self.in_sight]

    @property
    def more(self) -> list[Choice]:
        """What unfolds."""
        return self.choices[self.in_sight :]

    @property
    def more_chosen(self) -> bool:
        return any(choice.chosen for choice in self.more)


def get_band(minutes: int) -> str:
    return next(name for name, (low, high, _label) in BANDS.items() if low <= minutes <= high)


def get_values(resource: Resource) -> dict[str, list[str]]:
    """The values of each facet that a resource has."""
    marks = {
        "offline": resource.offline,
        "verified": resource.execution == "passed",
        "recommended": bool(resource.recommendation),
    }
    return {
        "discipline": [resource.discipline],
        "level": [str(level) for level in resource.levels],
        "kind": [resource.kind],
        "duration": [get_band(resource.duration)],
        "mark": [name for name, true in marks.items() if true],
        "theme": [resource.theme] if resource.theme else [],
        "language": [resource.language],
        "kernel": [resource.kernel],
        "package": [str(name) for name in resource.packages][:50],
        "licence": [resource.licence],
    }


def matches(values: dict[str, list[str]], chosen: Chosen, *, but: str = "") -> bool:
    """Whether a resource with these values is left by the choices, those of the facet ``but`` aside."""
    return all(
        (all if BY_NAME[name].every else any)(value in values[name] for value in wanted)
        for name, wanted in chosen.items()
        if name != but or BY_NAME[name].every
    )


def show(counts: Counts, chosen: Chosen, is_about: Callable[[str, str], bool]) -> list[Shown]:
    """The facets for the page: what can be chosen, in the order of the school, or by how many there are."""
    shown = []
    for facet in FACETS:
        found, wanted = counts.get(facet.name, {}), chosen.get(facet.name, ())
        values: Iterable[str]
        if facet.open:
            ranked = sorted(found, key=lambda value: (-found[value], value))[:MOST]
            values = [*ranked, *(value for value in wanted if value not in ranked)]
        else:
            values = [value for value in facet.labels if found.get(value) or value in wanted]
        choices = [
            Choice(
                value,
                facet.get_label(value),
                found.get(value, 0),
                value in wanted,
                is_about(facet.name, value),
            )
            for value in values
        ]
        if choices:
            in_sight = SHOWN if facet.open else len(choices)
            shown.append(
                Shown(facet.name, str(facet.label), choices, in_sight, len(found) <= len(choices))
            )
    return shown
