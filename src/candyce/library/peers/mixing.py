"""What may be made of works under several licences: what a reader ticks, and the answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from candyce.library import licences
from candyce.library.licences import Licence, Verdict, explain, explain_mix, get_licence

ASKED = 20  # licences of one question


@dataclass(frozen=True)
class Answer:
    """What a whole made of the works may be: under ``possible``, not under ``others``, each with the reason."""

    verdict: Verdict
    possible: list[Licence]
    others: list[tuple[Licence, str]]


def name_asked(identifiers: Iterable[str]) -> list[str]:
    """The licences meant, each once; one that nobody knows counts as terms of its authors."""
    known = [
        licences.normalise(one) if licences.is_known(one) else licences.OWN
        for one in list(identifiers)[:ASKED]
    ]
    return list(dict.fromkeys(known))


def make_query(identifiers: Iterable[str]) -> str:
    """``of=…&of=…``: the question about these licences, as the page's address has it."""
    return urlencode([("of", one) for one in name_asked(identifiers)])


def list_offered(asked: Iterable[str]) -> list[Licence]:
    """What may be ticked: the licences that forms offer, and those asked for besides."""
    return [get_licence(one) for one in dict.fromkeys((*licences.OFFERED, *asked))]


def answer(asked: list[str]) -> Answer | None:
    """None where nothing is asked."""
    if not asked:
        return None
    possible = licences.get_possible(asked)
    others = [
        (get_licence(chosen), _say_why_not(asked, chosen))
        for chosen in licences.OFFERED
        if chosen not in possible
    ]
    return Answer(explain_mix(asked), [get_licence(one) for one in possible], others)


def _say_why_not(asked: list[str], chosen: str) -> str:
    verdicts = [explain(one, chosen) for one in asked]
    return " ".join(dict.fromkeys(one.sentence for one in verdicts if not one.allowed))
