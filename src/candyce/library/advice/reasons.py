"""Why a resource is shown, in one sentence of the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from candyce.lib.text import fold
from candyce.library.models import Resource, Use

LIKED = 3.8  # of 5: from here on it is said that colleagues appreciate it
RATED = 3
WORDS = 3  # keywords in common that are named


def get_short(label: object) -> str:
    """``NSI (computer science)`` -> ``NSI``."""
    return str(label).split(" (", 1)[0]


def get_place(resource: Resource, level: str = "") -> str:
    """The discipline, with the level when one is meant: ``première, NSI``."""
    discipline = get_short(resource.get_discipline_display())
    if not level:
        return discipline
    return f"{get_short(Resource.Level(level).label).lower()}, {discipline}"


def get_common_level(one: Resource, other: Resource) -> str:
    """The lowest level that both are for, or nothing."""
    both = set(one.levels) & set(other.levels)
    return next((level for level in Resource.Level.values if level in both), "")


def is_liked(resource: Resource) -> bool:
    """Whether enough people rated it, and well."""
    rating, count = resource.rating, resource.rating_count
    return rating is not None and count >= RATED and rating >= LIKED


def say_because(source: Resource, verb: str) -> str:
    """It goes with what the person used."""
    texts = {
        Use.Verb.GIVEN: _("Because you gave “%(title)s”"),
        Use.Verb.ADAPTED: _("Because you adapted “%(title)s”"),
        Use.Verb.KEPT: _("Because you kept “%(title)s”"),
        Use.Verb.OPENED: _("Because you opened “%(title)s”"),
    }
    return texts[Use.Verb(verb)] % {"title": source.title}


def say_alike(source: Resource) -> str:
    return _("Close to “%(title)s”, which you used") % {"title": source.title}


def say_often(source: Resource) -> str:
    return _("Often used with “%(title)s”") % {"title": source.title}


def say_used_together(people: int) -> str:
    return _("%(count)d colleagues used both") % {"count": people}


def say_next(source: Resource, resource: Resource) -> str:
    """It comes later in the programme of a level that both are for."""
    level = get_common_level(source, resource)
    values = {"title": source.title, "place": get_place(resource, level)}
    return _("Comes after “%(title)s” in %(place)s") % values


def say_new_year(resource: Resource, level: str) -> str:
    return _("Begins the following year: %(place)s") % {"place": get_place(resource, level)}


def say_in_sequence(title: str) -> str:
    return _("What follows in the sequence “%(title)s”") % {"title": title}


def say_later(source: Resource) -> str:
    return _("Often used after “%(title)s”") % {"title": source.title}


def say_close(source: Resource, resource: Resource) -> str:
    """What both have in common: the theme, keywords, else the place in school."""
    same = source.discipline == resource.discipline
    if same and source.theme and fold(source.theme) == fold(resource.theme):
        return _("Same theme: %(theme)s") % {"theme": resource.theme}
    known = {fold(str(word)) for word in source.keywords}
    if words := [str(word) for word in resource.keywords if fold(str(word)) in known][:WORDS]:
        return _("Keywords in common: %(words)s") % {"words": ", ".join(words)}
    level = get_common_level(source, resource)
    if level and not same:
        place = get_short(Resource.Level(level).label).lower()
    else:
        place = get_place(resource, level)
    return _("Also in %(place)s") % {"place": place}


def say_of_itself(resource: Resource, *, fresh: bool, people: int) -> str:
    """Nothing of the person's speaks for it: what it is."""
    place = {"place": get_place(resource)}
    liked = is_liked(resource)
    if fresh and liked:
        return _("New and appreciated in %(place)s") % place
    if resource.recommendation:
        return _("Recommended by an inspector, in %(place)s") % place
    if liked:
        return _("Appreciated by colleagues in %(place)s") % place
    if people:
        return _("Much used in %(place)s") % place
    if fresh:
        return _("New in %(place)s") % place
    return _("To discover in %(place)s") % place
