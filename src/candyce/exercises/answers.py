"""Where the answer to a closed question stands in its Markdown, read and emptied.

The answer lives in the text, so that it can be read and given in any Jupyter: a task list, a list of arrows, or
a last line ``**Réponse :** …``. French and English marker words are read alike.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

# Every repetition is bounded: these run over pupils' texts, and must be linear whatever stands there.
_ITEM = r"[\s>]{0,40}(?:[-*+]|\d{1,9}[.)])\s{1,20}"
TASK = re.compile(rf"(?P<mark>{_ITEM})\[(?P<tick>[^\]\n]?)\](?P<text>(?:\s.*)?)\Z")
BULLET = re.compile(_ITEM)
ARROW = re.compile(r"→|⟶|⇒|-{1,3}>|={1,3}>")
MARKER = re.compile(
    r"(?P<marker>\s{0,20}(?:[-*+>]\s{1,20})?(?:\*\*|__)?\s{0,4}"
    r"(?P<word>r(?:é|e\u0301|e)ponse|answer|fichier|file)\s{0,4}"
    r"(?:\*\*|__)?\s{0,4}[:\uff1a]\s{0,20}(?:\*\*|__)?)(?P<answer>.*)\Z",
    re.IGNORECASE,
)
ANSWER_WORDS = ("réponse", "re\u0301ponse", "reponse", "answer")
FILE_WORDS = ("fichier", "file")
MARKERS = {
    "answer": {"fr": "**Réponse :** ", "en": "**Answer:** "},
    "file": {"fr": "**Fichier :** ", "en": "**File:** "},
}
OPTIONS = {"fr": "*Au choix : {}*", "en": "*Choose from: {}*"}

LIMIT = 1000  # characters of an answer that are read
COUNT_LIMIT = 200  # lines of a list


@dataclass(frozen=True)
class Tick:
    text: str
    ticked: bool


@dataclass(frozen=True)
class Pair:
    left: str
    right: str


def clean_text(text: str) -> str:
    """One line with single spaces, of bounded length."""
    return " ".join(text[: 4 * LIMIT].split())[:LIMIT]


def read_ticks(source: str) -> list[Tick]:
    """The last task list: lines that follow each other, lines further indented belong to the one above."""
    lists: list[list[Tick]] = [[]]
    for line in source.split("\n"):
        match = TASK.match(line)
        if match:
            lists[-1].append(Tick(clean_text(match["text"]), bool(match["tick"].strip())))
        elif lists[-1] and line[:1] in {" ", "\t"} and line.strip():
            last = lists[-1][-1]
            lists[-1][-1] = Tick(clean_text(f"{last.text} {line}"), last.ticked)
        elif lists[-1] and line.strip():
            lists.append([])
    found = [ticks for ticks in lists if ticks]
    return found[-1][:COUNT_LIMIT] if found else []


def empty_ticks(source: str) -> str:
    """Every box of the text unticked."""
    lines = source.split("\n")
    return "\n".join(
        f"{match['mark']}[ ]{match['text']}" if (match := TASK.match(line)) else line
        for line in lines
    )


@dataclass(frozen=True)
class _Line:
    """A line of the list of arrows, in its three parts."""

    left: str
    arrow: str
    right: str


def _split_pair(line: str) -> _Line | None:
    bullet = BULLET.match(line)
    arrow = ARROW.search(line, bullet.end()) if bullet else None
    if bullet is None or arrow is None or not line[bullet.end() : arrow.start()].strip():
        return None
    return _Line(line[: arrow.start()], arrow.group(), line[arrow.end() :])


def read_pairs(source: str) -> list[Pair]:
    """The lines of the list of arrows, in their order."""
    pairs = []
    for line in source.split("\n"):
        parts = _split_pair(line)
        if parts:
            bullet = BULLET.match(parts.left)
            left = parts.left[bullet.end() :] if bullet else parts.left
            pairs.append(Pair(clean_text(left), clean_text(parts.right)))
    return pairs[:COUNT_LIMIT]


def empty_pairs(source: str, options: list[str], language: str) -> str:
    """The right-hand sides taken away; after the list a line with all of them to choose from."""
    lines = source.split("\n")
    last = None
    for index, line in enumerate(lines):
        parts = _split_pair(line)
        if parts:
            lines[index] = f"{parts.left.rstrip()} {parts.arrow} "
            last = index
    if last is not None and options:
        lines[last + 1 : last + 1] = ["", OPTIONS[language].format(" ; ".join(options))]
    return "\n".join(lines)


def shuffle(options: list[str], seed: str) -> list[str]:
    """Each option once, in an order that depends on the options and the seed alone, not on who goes with whom."""
    known = sorted(set(options))
    random.Random(seed).shuffle(known)  # noqa: S311 (an order on a page, no secret)
    return known


def read_line(source: str, *, file: bool = False) -> str | None:
    """What stands behind the last marker; None where there is no such line."""
    words = FILE_WORDS if file else ANSWER_WORDS
    lines = source.split("\n")
    for index in range(len(lines) - 1, -1, -1):
        match = MARKER.match(lines[index])
        if match and match["word"].lower() in words:
            # What is written below the line, where nothing follows but the answer, belongs to it.
            rest = [match["answer"], *lines[index + 1 :]]
            return clean_text(_take_off_markup(" ".join(rest)))
    return None


def empty_line(source: str, language: str, *, file: bool = False) -> str:
    """What stands behind the markers taken away, with all that follows the last; where there was no marker, a
    line to answer on is added.
    """
    words = FILE_WORDS if file else ANSWER_WORDS
    kept: list[str] = []
    last = 0
    for line in source.split("\n"):
        match = MARKER.match(line)
        if match and match["word"].lower() in words:
            kept.append(f"{match['marker'].rstrip()} ")
            last = len(kept)
        else:
            kept.append(line)
    if last:
        return "\n".join(kept[:last])
    marker = MARKERS["file" if file else "answer"][language]
    return f"{source.rstrip()}\n\n{marker}"


def _take_off_markup(text: str) -> str:
    """Code marks and emphasis around the whole answer, and non-breaking spaces."""
    text = text.strip()
    for mark in ("**", "__", "`", "*", "_"):
        if len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark):
            return text[len(mark) : -len(mark)].strip()
    return text
