"""What the content of a project already says of it: a first answer to each question of the form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from candyce.accounts.access import taught_classes
from candyce.accounts.models import User
from candyce.exercises.format import get_cells, get_kernel, get_source, get_type
from candyce.exercises.questions import get_questions
from candyce.lib.text import fold
from candyce.library.models import Reader, Resource
from candyce.library.needs import derive
from candyce.library.publishing.content import Content
from candyce.library.publishing.texts import clean_line
from candyce.library.publishing.words import DISCIPLINES, LANGUAGES, LEVELS, OBJECTIVES

KEYWORDS = 8
ABSTRACT = 600  # characters
TEXT = 200_000  # characters of a project that are weighed
SHORTEST, LONGEST = 15, 240  # minutes
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+(.*)$")


def suggest(
    content: Content, user: User, resources: QuerySet[Resource], *, title: str
) -> dict[str, Any]:
    """Values for the form, by the names of its fields; ``resources``: those the person may read."""
    main = content.main or {}
    needs = derive(content.tree)
    text = read_text(content)
    words = Counter(re.findall(r"[a-z0-9]+", fold(text)))
    known = list(resources.values_list("keywords", "discipline", "theme", "levels")[:2000])
    discipline = guess_discipline(text, words, known, user)
    levels = guess_levels(words, user)
    return {
        "title": (find_title(main) or clean_line(title))[:200],
        "abstract": find_abstract(main),
        "language": guess_language(text),
        "discipline": discipline,
        "levels": levels,
        "keywords": guess_keywords(text, known),
        "theme": guess_theme(text, known, discipline, levels),
        "objectives": find_objectives(main),
        "kind": guess_kind(content),
        "duration": guess_duration(content),
        "packages": list(needs.packages),
        "kernel": get_kernel(main) or "python",
        "offline": needs.offline,
        "authors": [user.full_name],
    }


def read_text(content: Content) -> str:
    """The words of all notebooks, in order."""
    parts = [place.source for place in content.iter_places() if place.kind == "markdown"]
    return "\n\n".join(parts)[:TEXT]


# --- what stands in the first notebook ------------------------------------------------------------


def _paragraphs(notebook: dict[str, Any]) -> Iterable[str]:
    for cell in get_cells(notebook):
        if get_type(cell) == "markdown":
            yield from re.split(r"\n\s*\n|\n(?=#)|(?<=\n)(?=#)", get_source(cell))


def find_title(notebook: dict[str, Any]) -> str:
    for paragraph in _paragraphs(notebook):
        for line in paragraph.strip().split("\n"):
            found = _HEADING.match(line.strip())
            if found:
                return to_plain(found[2])
    return ""


def find_abstract(notebook: dict[str, Any]) -> str:
    """The first paragraphs of prose that make a sentence or two."""
    found = ""
    for paragraph in _paragraphs(notebook):
        lines = [line for line in paragraph.strip().split("\n") if not _HEADING.match(line.strip())]
        if not lines or _ITEM.match(lines[0]) or lines[0].lstrip().startswith(("|", "```", "$$")):
            continue
        plain = to_plain(" ".join(lines))
        if len(plain) > 20:
            found = f"{found} {plain}".strip()
        if len(found) >= 50:
            break
    return _shorten(found, ABSTRACT)


def _shorten(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    cut = text[:limit].rpartition(". ")[0]
    return f"{cut}." if len(cut) > limit // 3 else text[: limit - 1].rpartition(" ")[0] + "…"


def find_objectives(notebook: dict[str, Any]) -> list[str]:
    """The list below a heading, or after a line, that announces objectives."""
    found: list[str] = []
    announced = False
    for paragraph in _paragraphs(notebook):
        for line in paragraph.split("\n"):
            item = _ITEM.match(line)
            if announced and item:
                found.append(to_plain(item[1])[:300])
            elif line.strip():
                if found:
                    return found[:8]
                plain = fold(to_plain(line.strip().lstrip("#"))).strip(" :.")
                announced = plain in OBJECTIVES
    return found[:8]


def to_plain(markdown: str) -> str:
    """Markdown without its signs, well enough for a sentence."""
    text = re.sub(r"!\[([^\]]*)\]\([^)]*\)", "", markdown)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"<[^>]{0,500}>", "", text)
    text = re.sub(r"(\*\*|__|~~|`)", "", text)
    text = re.sub(r"(?<!\w)[*_](\S(?:.*?\S)?)[*_](?!\w)", r"\1", text)
    return clean_line(text.lstrip("> "))


# --- guesses --------------------------------------------------------------------------------------


def guess_language(text: str) -> str:
    words = re.findall(r"[a-zàâçéèêëîïôûùü']+", text.lower()[:50_000])
    counts = {code: sum(word in known for word in words) for code, known in LANGUAGES.items()}
    return "en" if counts["en"] > counts["fr"] else "fr"


def guess_discipline(text: str, words: Counter[str], known: list[tuple], user: User) -> str:
    """Words first, then the library's own keywords, then what the person teaches; "" for no idea."""
    folded = f" {fold(text)} "
    score: Counter[str] = Counter()
    for discipline, typical in DISCIPLINES.items():
        score[discipline] += sum(min(words[word], 3) for word in set(typical.split()))
    for keywords, discipline, _theme, _levels in known:
        score[discipline] += sum(2 for word in keywords if _stands(word, folded))
    for discipline in _taught_disciplines(user):
        score[discipline] += 4
    best = score.most_common(1)
    return best[0][0] if best and best[0][1] >= 4 else ""


def _taught_disciplines(user: User) -> set[str]:
    reader = Reader.objects.filter(user=user).first()
    found = set(reader.disciplines if reader else [])
    names = {fold(str(label)): value for value, label in Resource.Discipline.choices}
    for subject in taught_classes(user).exclude(subject="").values_list("subject", flat=True):
        folded = fold(subject)
        found |= {value for name, value in names.items() if folded in {name, fold(value)}}
    return found & set(Resource.Discipline.values)


def guess_levels(words: Counter[str], user: User) -> list[str]:
    """Levels that the text names; else the only one that the person teaches."""
    named = [level for level, names in LEVELS.items() if any(words[name] for name in names)]
    # "première" and "seconde" are everyday words: of several levels, those of the person's classes count.
    taught = set(taught_classes(user).exclude(level="").values_list("level", flat=True))
    taught &= set(Resource.Level.values)
    both = [level for level in named if level in taught]
    if both or named:
        return both or named[:2]
    return list(taught) if len(taught) == 1 else []


def _stands(keyword: str, folded: str) -> bool:
    word = fold(keyword)
    return len(word) > 2 and (f" {word} " in folded or f" {word}s " in folded)


def guess_keywords(text: str, known: list[tuple]) -> list[str]:
    """Keywords of the library that stand in the text, those that stand most often first."""
    folded = re.sub(r"[^\w+#'’-]+", " ", f" {fold(text)} ")
    vocabulary = {fold(word): word for keywords, *_rest in known for word in keywords}
    counts = {
        word: folded.count(f" {key}") for key, word in vocabulary.items() if _stands(word, folded)
    }
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return ranked[:KEYWORDS]


def guess_theme(text: str, known: list[tuple], discipline: str, levels: list[str]) -> str:
    folded = re.sub(r"[^\w+#'’-]+", " ", f" {fold(text)} ")
    votes: Counter[str] = Counter()
    for keywords, of, theme, of_levels in known:
        if theme and of == discipline and (not levels or set(levels) & set(of_levels)):
            votes[theme] += sum(_stands(word, folded) for word in keywords)
    best = votes.most_common(1)
    return best[0][0] if best and best[0][1] >= 2 else ""


def guess_kind(content: Content) -> str:
    questions = sum(len(get_questions(one)) for one in content.notebooks.values() if one)
    return Resource.Kind.EXERCISE if questions >= 3 else Resource.Kind.LESSON


def guess_duration(content: Content) -> int:
    """Minutes, by fives: reading at 150 words a minute, two minutes a cell of code, six an exercise."""
    text = read_text(content)
    code = [
        place for place in content.iter_places() if place.kind == "code" and place.source.strip()
    ]
    questions = sum(len(get_questions(one)) for one in content.notebooks.values() if one)
    minutes = len(text.split()) / 150 + 2 * len(code) + 6 * questions
    return int(min(max(round(minutes / 5) * 5, SHORTEST), LONGEST))
