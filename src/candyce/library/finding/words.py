"""Words as they are indexed and asked for: folded, cut, without the small ones, reduced to their stems.

A text is stemmed in the language of its resource; a word that is asked for, in both languages.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from candyce.lib.text import fold

LONGEST = 40  # letters of a word that count
_WORD = re.compile(r"[^\W_]+")
# Words that say nothing of a subject. Those of programming languages (for, if, in, not, or…) do.
SMALL = frozenset(
    [
        "le",
        "la",
        "les",
        "l",
        "de",
        "du",
        "des",
        "d",
        "un",
        "une",
        "et",
        "a",
        "au",
        "aux",
        "en",
        "dans",
        "pour",
        "par",
        "sur",
        "avec",
        "ce",
        "cet",
        "cette",
        "ces",
        "se",
        "s",
        "sa",
        "son",
        "ses",
        "qui",
        "que",
        "qu",
        "quoi",
        "dont",
        "ou",
        "est",
        "sont",
        "il",
        "elle",
        "on",
        "ils",
        "elles",
        "ne",
        "n",
        "pas",
        "plus",
        "y",
        "nous",
        "vous",
        "leur",
        "leurs",
        "mais",
        "the",
        "of",
        "an",
        "to",
        "is",
        "are",
        "be",
        "with",
        "this",
        "that",
        "these",
        "those",
        "it",
        "its",
        "at",
        "as",
        "by",
        "from",
        "on",
        "we",
        "you",
        "your",
    ]
) - {"son", "plus", "ou"}


@cache
def _analyzer(language: str) -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer(language)).build()


@lru_cache(maxsize=100_000)
def _fold_word(word: str) -> tuple[str, ...]:
    return tuple(one[:LONGEST] for one in _WORD.findall(fold(word)))


def split(text: str) -> list[str]:
    """Folded words in their order: ``"L'Élève code"`` -> ``["l", "eleve", "code"]``."""
    words = _WORD.findall(unicodedata.normalize("NFC", text))
    return [folded for word in words for folded in _fold_word(word)]


def split_content(text: str) -> list[str]:
    """The words that say something."""
    return [word for word in split(text) if word not in SMALL]


def stem_all(words: list[str], language: str) -> list[str]:
    """Stems of folded words, one for each; ``language`` is ``fr``, or anything else for English."""
    stems: list[str] = _analyzer("french" if language == "fr" else "english").analyze(
        " ".join(words)
    )
    if len(stems) != len(words):
        return words
    # The stemmer expects accents; without them it leaves a feminine: "derivee" -> "derive".
    return [stem.rstrip("e") if len(stem) > 4 else stem for stem in stems]


@lru_cache(maxsize=20_000)
def get_stems(word: str) -> tuple[str, ...]:
    """The stems that a word asked for may have in the index, French first."""
    return tuple(dict.fromkeys([stem_all([word], "fr")[0], stem_all([word], "en")[0]]))


@cache
def get_synonyms() -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """What else a word or a group of words of the school world is called, all folded."""
    path = Path(__file__).with_name("synonyms.toml")
    groups = tomllib.loads(path.read_text(encoding="utf-8"))["same"]
    found: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for group in groups:
        names = [tuple(split_content(name)) for name in group]
        for name in names:
            others = [other for other in names if other != name]
            found[name] = [*found.get(name, []), *others]
    return {name: tuple(dict.fromkeys(others)) for name, others in found.items()}


def measure_distance(one: str, other: str, most: int, *, beginning: bool = False) -> int:
    """Damerau-Levenshtein (optimal string alignment); ``most + 1`` for anything further than ``most``.

    With ``beginning``: to the nearest beginning of ``other``.
    """
    if len(one) - len(other) > most or (not beginning and len(other) - len(one) > most):
        return most + 1
    other = other[: len(one) + most]
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        fresh = [i]
        for j, against in enumerate(other, 1):
            cost = min(row[j] + 1, fresh[j - 1] + 1, row[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, before[j - 2] + 1)
            fresh.append(cost)
        if min(fresh) > most:
            return most + 1
        before, row = row, fresh
    return min(min(row) if beginning else row[-1], most + 1)
