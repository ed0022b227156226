"""How a resource is cited: a sentence, BibTeX, CSL-JSON. Titles and names are strangers' words."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from candyce.library.doi import clean_doi
from candyce.library.licences import get_licence
from candyce.library.models import Edition, Resource

LATEX = {
    "\\": r"\textbackslash{}",
    # BibTeX counts braces before LaTeX sees them, escaped ones too.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "@": "{@}",
    '"': "{''}",
}


def get_address(resource: Resource) -> str:
    """The page's address, for those outside."""
    return settings.CANDYCE_PORTAL_URL.rstrip("/") + reverse("library:detail", args=[resource.pk])


def _one_line(text: str) -> str:
    """Without line breaks or control characters: these would end a field, or a reader's terminal."""
    kept = "".join(" " if unicodedata.category(sign)[0] == "C" else sign for sign in str(text))
    return " ".join(kept.split())


def make_sentence(resource: Resource, edition: Edition | None) -> str:
    """As a bibliography has it."""
    published = edition.published_at if edition else resource.published_at
    words = {
        "authors": ", ".join(_one_line(name) for name in resource.authors) or _("Anonymous"),
        "title": _one_line(resource.title),
        "edition": edition.number if edition else 1,
        "year": published.year,
        "licence": _one_line(str(get_licence(resource.licence).name)),
        "address": get_address(resource),
        "day": date_format(timezone.localdate(), "j F Y"),
    }
    text = (
        _(
            "%(authors)s. “%(title)s” [interactive notebook], edition %(edition)s. Candyce, %(year)s. %(licence)s. %(address)s (read on %(day)s)."
        )
        % words
    )
    doi = clean_doi(resource.doi)
    return f"{text} https://doi.org/{doi}" if doi else text


def escape_latex(text: str) -> str:
    """Text as a BibTeX field: every sign that TeX or BibTeX would obey is written as itself."""
    return "".join(LATEX.get(sign, sign) for sign in _one_line(text))


def _name(text: str) -> str:
    """One author; BibTeX would divide a name at a comma or at “and”."""
    text = escape_latex(text)
    return f"{{{text}}}" if "," in text or re.search(r"\band\b", text, re.IGNORECASE) else text


def make_bibtex(resource: Resource, edition: Edition | None) -> str:
    """One ``@misc`` entry."""
    published = edition.published_at if edition else resource.published_at
    number = edition.number if edition else 1
    fields = {
        "author": " and ".join(_name(name) for name in resource.authors if _one_line(name)),
        "title": f"{{{escape_latex(resource.title)}}}",
        "year": str(published.year),
        "edition": str(number),
        "howpublished": "Candyce",
        "url": get_address(resource),
        "urldate": timezone.localdate().isoformat(),
        "language": escape_latex(resource.language),
        "note": escape_latex(get_licence(resource.licence).identifier),
        "doi": clean_doi(resource.doi),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    key = f"candyce:{resource.pk}:{number}"
    return "\n".join([f"@misc{{{key},", *lines, "}"]) + "\n"


def make_csl(resource: Resource, edition: Edition | None) -> list[dict[str, Any]]:
    """CSL-JSON, which Zotero and others read."""
    published = edition.published_at if edition else resource.published_at
    number = edition.number if edition else 1
    item: dict[str, Any] = {
        "id": f"candyce:{resource.pk}:{number}",
        "type": "document",
        "title": _one_line(resource.title),
        "author": [{"literal": _one_line(name)} for name in resource.authors],
        "issued": {"date-parts": [[published.year, published.month, published.day]]},
        "version": str(number),
        "publisher": "Candyce",
        "language": resource.language,
        "abstract": _one_line(resource.abstract),
        "URL": get_address(resource),
    }
    doi = clean_doi(resource.doi)
    return [item | {"DOI": doi}] if doi else [item]
