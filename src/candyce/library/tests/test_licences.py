"""Licences: what each says, and which may follow which, pair by pair."""

from __future__ import annotations

import pytest

from candyce.library import licences
from candyce.library.licences import OFFERED, explain, explain_mix, get_licence, get_possible

SHORT = {
    "BY": "CC-BY-4.0", "SA": "CC-BY-SA-4.0", "NC": "CC-BY-NC-4.0", "NCSA": "CC-BY-NC-SA-4.0",
    "ND": "CC-BY-ND-4.0", "NCND": "CC-BY-NC-ND-4.0", "CC0": "CC0-1.0", "PD": "CC-PDDC",
    "ETA": "etalab-2.0", "MIT": "MIT", "GPL+": "GPL-3.0-or-later", "GPL": "GPL-3.0-only",
    "ARR": licences.RESERVED, "OWN": licences.OWN,
}  # fmt: skip
# Rows: the original; columns: the licence chosen. + yes, - no, ? the text of their own decides.
TABLE = """
     BY SA NC NCSA ND NCND CC0 PD ETA MIT GPL+ GPL ARR OWN
BY   +  +  +  +    +  +    -   -  +   +   +    +   +   ?
SA   -  +  -  -    -  -    -   -  -   -   -    +   -   -
NC   -  -  +  +    -  +    -   -  -   -   -    -   +   ?
NCSA -  -  -  +    -  -    -   -  -   -   -    -   -   -
ND   -  -  -  -    -  -    -   -  -   -   -    -   -   -
NCND -  -  -  -    -  -    -   -  -   -   -    -   -   -
CC0  +  +  +  +    +  +    +   +  +   +   +    +   +   +
PD   +  +  +  +    +  +    +   +  +   +   +    +   +   +
ETA  +  +  +  +    +  +    -   -  +   +   +    +   +   ?
MIT  +  +  +  +    +  +    -   -  +   +   +    +   +   ?
GPL+ -  -  -  -    -  -    -   -  -   -   +    +   -   -
GPL  -  -  -  -    -  -    -   -  -   -   -    +   -   -
ARR  -  -  -  -    -  -    -   -  -   -   -    -   -   -
OWN  ?  ?  ?  ?    ?  ?    ?   ?  ?   ?   ?    ?   ?   ?
"""


def _mark(original: str, chosen: str) -> str:
    verdict = explain(original, chosen)
    if not verdict.certain:
        return "?"
    return "+" if verdict.allowed else "-"


def test_each_pair_of_licences_has_the_verdict_of_the_table():
    lines = [line.split() for line in TABLE.strip().splitlines()]
    assert lines[0] == list(SHORT)
    assert [row[0] for row in lines[1:]] == list(SHORT)
    assert set(SHORT.values()) == set(OFFERED)
    found = [
        [row[0], *(_mark(SHORT[row[0]], SHORT[column]) for column in lines[0])] for row in lines[1:]
    ]
    assert found == lines[1:]


def test_each_verdict_says_a_whole_sentence():
    for original in OFFERED:
        for chosen in OFFERED:
            sentence = explain(original, chosen).sentence
            assert sentence.endswith(".")
            assert "%" not in sentence


@pytest.mark.parametrize(
    ("original", "chosen", "allowed"),
    [
        ("CC-BY-SA-3.0", "CC-BY-SA-4.0", True),
        ("CC-BY-SA-3.0-FR", "CC-BY-SA-4.0", True),
        ("CC-BY-SA-4.0", "CC-BY-SA-3.0", False),
        ("CC-BY-SA-1.0", "CC-BY-SA-4.0", False),
        ("CC-BY-SA-3.0", "GPL-3.0-only", False),
        ("cc by-sa 4.0", "CC-BY-SA-4.0", True),
        ("CC-BY-2.0-FR", "MIT", True),
    ],
)
def test_versions_of_creative_commons_follow_one_another_forwards(original, chosen, allowed):
    assert explain(original, chosen).allowed is allowed


def test_an_author_is_not_bound_by_her_own_licence():
    assert not explain("CC-BY-ND-4.0", "CC-BY-4.0").allowed
    assert explain("CC-BY-ND-4.0", "CC-BY-4.0", same_authors=True).allowed


def test_a_mix_is_explained():
    assert get_possible(["CC-BY-4.0", "CC-BY-SA-4.0"]) == ["CC-BY-SA-4.0", "GPL-3.0-only"]
    assert get_possible(["CC-BY-SA-4.0", "CC-BY-NC-4.0"]) == []
    assert not explain_mix(["CC-BY-SA-4.0", "CC-BY-NC-SA-4.0"]).allowed
    mix = explain_mix(["etalab-2.0", "CC-BY-NC-SA-4.0", "CC0-1.0"])
    assert (mix.allowed, mix.certain) == (True, True)
    assert mix.sentence.endswith("CC BY-NC-SA 4.0.")
    assert not explain_mix(["CC-BY-4.0", "© le manuel"]).certain


@pytest.mark.parametrize(
    ("identifier", "url"),
    [
        ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("CC-BY-NC-SA-3.0-FR", "https://creativecommons.org/licenses/by-nc-sa/3.0/fr/"),
        ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("javascript:alert(1)", ""),
    ],
)
def test_address_of_a_licence_is_that_of_its_text(identifier, url):
    assert get_licence(identifier).url == url


def test_identifiers_fit_the_column_and_choices_have_names():
    assert all(len(one) <= 32 for one in OFFERED)
    assert [identifier for identifier, _name in licences.get_choices()] == list(OFFERED)
    assert licences.is_known("CC-BY-SA-3.0-FR")
    assert not licences.is_known("à voir")
    assert [get_licence(one).is_open for one in ("CC-BY-4.0", "MIT", "CC-BY-ND-4.0", licences.OWN)] == [
        True, True, False, False,
    ]  # fmt: skip
