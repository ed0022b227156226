"""What the index holds of a resource, and what is read from it: one document each."""

from __future__ import annotations

import calendar
import zlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache

from django.utils import translation
from tantivy import Document, Schema, SchemaBuilder

from candyce.library.editions import read_sources
from candyce.library.finding import facets
from candyce.library.finding.words import split_content, stem_all
from candyce.library.models import Resource

VERSION = 2  # of what is indexed: another one makes the index anew
# How often a word of each part is said, so to speak: the better the part, the heavier its words (BM25F).
WEIGHTS = {"title": 8, "keywords": 5, "objectives": 3, "abstract": 2, "other": 1}
HEAVIEST = 12
BEGINNINGS = range(2, 6)  # letters of the beginnings that are words of the index
MAX_CONTENT = 200_000  # letters of notebooks that are searched
SAMPLES = (16, 64)  # one of so many resources stands for all when a count is rounded


@dataclass(frozen=True)
class Entry:
    """A resource as the index wants it. ``parts``: text by the names of :data:`WEIGHTS`; ``hidden``: from whom."""

    slug: str
    language: str
    parts: dict[str, str]
    content: str
    values: dict[str, list[str]]
    hidden: list[str]
    weight: float
    published_at: datetime
    title: str = field(default="")


@cache
def make_schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_text_field("slug", stored=True, tokenizer_name="raw", index_option="basic")
    # Words of the metadata: stems, beginnings, as they stand.
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("begins", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("names", stored=True, tokenizer_name="whitespace", index_option="basic")
    # Stems of the notebooks' own text and code.
    builder.add_text_field("content", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("hidden", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("sample", tokenizer_name="raw", index_option="basic")
    for name in facets.NAMES:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_float_field("weight", fast=True)
    builder.add_unsigned_field("newest", fast=True)
    builder.add_unsigned_field("title", fast=True)
    return builder.build()


def make_document(entry: Entry) -> Document:
    """The document of an entry; raises ValueError for what Tantivy does not take."""
    weights: Counter[str] = Counter()
    begun: Counter[str] = Counter()
    for name, text in entry.parts.items():
        for word in split_content(text):
            weights[word] += WEIGHTS[name]
            if name != "other":
                begun[word] += WEIGHTS[name] // 2
    content = list(dict.fromkeys(split_content(entry.content[:MAX_CONTENT])))
    stems: Counter[str] = Counter()
    for stem, weight in zip(stem_all(list(weights), entry.language), weights.values(), strict=True):
        stems[stem] += weight
    begins: Counter[str] = Counter()
    for word, weight in begun.items():
        for beginning in _get_beginnings(word):
            begins[beginning] += weight
    document = Document(
        slug=entry.slug,
        words=_repeat(stems),
        begins=_repeat(begins),
        names=" ".join(weights),
        content=" ".join(stem_all(content, entry.language)),
        hidden=entry.hidden,
        sample=get_samples(entry.slug),
        **entry.values,
    )
    document.add_float("weight", entry.weight)
    document.add_unsigned("newest", max(0, calendar.timegm(entry.published_at.utctimetuple())))
    document.add_unsigned("title", _order_title(entry.title))
    return document


@lru_cache(maxsize=100_000)
def _get_beginnings(word: str) -> tuple[str, ...]:
    return tuple(word[:length] for length in BEGINNINGS if length <= len(word))


def _repeat(weights: Counter[str]) -> str:
    return "".join((word + " ") * (min(HEAVIEST, weight)) for word, weight in weights.items())


def _order_title(title: str) -> int:
    """The first eight letters as a number that sorts as they do: a fast field of text cannot be sorted by."""
    letters = "".join(split_content(title)).encode()[:8]
    return int.from_bytes(letters.ljust(8, b"\0"), "big")


def get_samples(slug: str) -> list[str]:
    """In which of the samples the resource stands: the same on every node."""
    number = zlib.crc32(slug.encode())
    return [str(one_of) for one_of in SAMPLES if number % one_of == 0]


def make_entry(resource: Resource) -> Entry:
    """What is indexed of a resource, of the version for everybody: else one could guess a solution word by word.

    Wants ``co_authors``, ``version`` and ``released`` fetched with it.
    """
    values = facets.get_values(resource)
    return Entry(
        slug=resource.pk,
        language=resource.language,
        title=resource.title,
        parts={
            "title": resource.title,
            "keywords": " ".join(map(str, resource.keywords)),
            "objectives": " ".join(map(str, resource.objectives)),
            "abstract": resource.abstract,
            "other": " ".join(
                [
                    resource.theme,
                    resource.programme,
                    *map(str, resource.authors),
                    *_name_values(values),
                ]
            ),
        },
        content=_read_content(resource),
        values=values,
        hidden=_hide(resource),
        weight=weigh(values["mark"], resource.published_at),
        published_at=resource.published_at,
    )


def _name_values(values: dict[str, list[str]]) -> list[str]:
    """What discipline, levels and kind are called, in both languages."""
    names = []
    for language in ("fr", "en"):
        with translation.override(language):
            for facet in ("discipline", "level", "kind"):
                names += [facets.BY_NAME[facet].get_label(value) for value in values[facet]]
    return names


def _hide(resource: Resource) -> list[str]:
    """From whom it is hidden, and who sees it all the same: :func:`access.readable`, said in words."""
    people = {one.pk for one in resource.co_authors.all()} | {resource.owner_id} - {None}
    tokens = [f"by:{pk}" for pk in people]
    if resource.withdrawn_at is not None:
        return [*tokens, "not:everyone", "not:teachers"]
    visibility = resource.visibility
    if visibility != Resource.Visibility.EVERYONE:
        tokens.append("not:everyone")
    if visibility not in {Resource.Visibility.EVERYONE, Resource.Visibility.TEACHERS}:
        tokens.append("not:teachers")
    if visibility == Resource.Visibility.ESTABLISHMENT and resource.establishment_id:
        tokens.append(f"at:{resource.establishment_id}")
    return tokens


def weigh(marks: list[str], published_at: datetime) -> float:
    """What the score is multiplied by: a little more for what was tried, recommended, or is recent."""
    years = max(0.0, (published_at.year - 2020) + published_at.month / 12)
    return (
        1 + 0.08 * ("verified" in marks) + 0.12 * ("recommended" in marks) + 0.01 * min(years, 20)
    )


def _read_content(resource: Resource) -> str:
    version = resource.released or resource.version
    parts: list[str] = []
    for name, entry in version.tree.items():
        if name.endswith(".ipynb"):
            parts += read_sources(entry[0])
    return "\n".join(parts)[:MAX_CONTENT]
