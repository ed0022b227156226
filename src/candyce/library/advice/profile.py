"""What a teacher teaches: as they said, else guessed from their classes and from what they used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from candyce.accounts.access import taught_classes
from candyce.accounts.models import User
from candyce.lib.text import fold
from candyce.library.advice.ranking import Item, Profile, guess_profile
from candyce.library.models import Reader, Resource

# Words of a class's title or subject, folded.
WORDS = {
    "nsi": Resource.Discipline.NSI,
    "informatique": Resource.Discipline.NSI,
    "snt": Resource.Discipline.SNT,
    "maths": Resource.Discipline.MATHEMATICS,
    "math": Resource.Discipline.MATHEMATICS,
    "mathematiques": Resource.Discipline.MATHEMATICS,
    "physique": Resource.Discipline.PHYSICS,
    "physique-chimie": Resource.Discipline.PHYSICS,
    "chimie": Resource.Discipline.PHYSICS,
    "pc": Resource.Discipline.PHYSICS,
    "svt": Resource.Discipline.SVT,
    "histoire": Resource.Discipline.HISTORY,
    "histoire-geographie": Resource.Discipline.HISTORY,
    "geographie": Resource.Discipline.HISTORY,
    "hg": Resource.Discipline.HISTORY,
    "hggsp": Resource.Discipline.HISTORY,
    "francais": Resource.Discipline.FRENCH,
    "lettres": Resource.Discipline.FRENCH,
    "anglais": Resource.Discipline.ENGLISH,
    "ses": Resource.Discipline.ECONOMICS,
    "arts": Resource.Discipline.ARTS,
    "musique": Resource.Discipline.MUSIC,
}
CLASSES = 3.0  # what one's classes count for, in openings


def get_reader(user: User) -> Reader:
    """What the person decided; unsaved defaults when nothing was."""
    return Reader.objects.filter(user=user).first() or Reader(user=user)


def get_profile(
    user: User, reader: Reader, used: Mapping[str, float], items: Mapping[str, Item]
) -> Profile:
    """Of each side, disciplines and levels, the person's own choice wins."""
    chosen = Profile(
        {one: 1.0 for one in reader.disciplines if one in Resource.Discipline.values},
        {one: 1.0 for one in reader.levels if one in Resource.Level.values},
        sure=True,
    )
    if chosen.disciplines and chosen.levels:
        return chosen
    guessed = guess_profile(used, items)
    disciplines, levels = _read_classes(user)
    weight = sum(used.values())
    return Profile(
        chosen.disciplines or _mix(guessed.disciplines, weight, disciplines),
        chosen.levels or _mix(guessed.levels, weight, levels),
        sure=bool(chosen.disciplines),
    )


def _read_classes(user: User) -> tuple[list[str], list[str]]:
    disciplines: list[str] = []
    levels: list[str] = []
    for title, subject, level in taught_classes(user).values_list("title", "subject", "level"):
        words = fold(f"{title} {subject}").split()
        disciplines += {WORDS[word].value for word in words if word in WORDS}
        if fold(level) in Resource.Level.values:
            levels.append(fold(level))
    return disciplines, levels


def _mix(shares: Mapping[str, float], weight: float, said: Iterable[str]) -> dict[str, float]:
    """Shares of uses that weigh ``weight`` together, with what classes say."""
    found = {key: share * weight for key, share in shares.items()}
    names = list(said)
    for name in names:
        found[name] = found.get(name, 0.0) + CLASSES / len(names)
    total = sum(found.values())
    return {key: value / total for key, value in found.items()} if total else {}
