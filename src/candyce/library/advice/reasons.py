"""Why a resource is shown, in one sentence of the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from candyce.library.models import Resource, Use

LIKED = 3.8  # of 5: from here on it is said that colleagues appreciate it
RATED = 3


def get_short(label: object) -> str:
    """``NSI (computer science)`` -> ``NSI``."""
    return str(label).split(" (", 1)[0]


def get_place(resource: Resource, level: str = "") -> str:
    """The discipline, with the level when one is meant: ``première, NSI``."""
    discipline = get_short(resource.get_discipline_display())
    if not level:
        return discipline
    return f"{get_short(Resource.Level(level).label).lower()}, {discipline}"


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
    level = next((one for one in Resource.Level.values if one in resource.levels and one in source.levels), "")  # fmt: skip
    values = {"title": source.title, "place": get_place(resource, level)}
    return _("Comes after “%(title)s” in %(place)s") % values


def say_new_year(resource: Resource, level: str) -> str:
    return _("Begins the following year: %(place)s") % {"place": get_place(resource, level)}


def say_in_sequence(title: str) -> str:
    return _("What follows in the sequence “%(title)s”") % {"title": title}


def say_later(source: Resource) -> str:
    return _("Often used after “%(title)s”") % {"title": source.title}


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
