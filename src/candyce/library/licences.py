"""Licences by their SPDX identifiers: what each says in plain words, and what may be made of what.

Compatibility follows Creative Commons' adapter's licence chart and list of compatible licences, the licence of
Etalab 2.0 (section "compatibility") and the Free Software Foundation's list. It is an explanation for teachers,
not legal advice: where a text of its own decides, the verdict says that it is not certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

RESERVED = "LicenseRef-AllRightsReserved"
OWN = "LicenseRef-Own"
DEFAULT = "CC-BY-4.0"
CC = re.compile(r"CC-BY(-NC)?(-SA|-ND)?-(1\.0|2\.0|2\.5|3\.0|4\.0)(?:-([A-Z]{2,4}))?")


@dataclass(frozen=True)
class Licence:
    """One licence. ``family`` is ``public``, ``cc``, ``etalab``, ``mit``, ``gpl``, ``reserved`` or ``own``."""

    identifier: str
    family: str
    name: Any
    sentence: Any
    url: str = ""
    non_commercial: bool = False
    share_alike: bool = False
    no_derivatives: bool = False
    version: str = ""

    @property
    def is_open(self) -> bool:
        """Whether anybody may use, change and share it for any purpose."""
        closed = self.non_commercial or self.no_derivatives
        return not closed and self.family not in ("reserved", "own")


@dataclass(frozen=True)
class Verdict:
    """Whether a work under ``chosen`` may be made of one under ``original``, in one sentence.

    ``certain`` is false where the terms have to be read: they are of the authors' own writing.
    """

    allowed: bool
    sentence: str
    certain: bool = True


CC_SENTENCES = {
    "": gettext_lazy(
        "You may copy, change and share it, even for sale, as long as you name its authors and say what you changed."
    ),
    "-SA": gettext_lazy(
        "You may copy, change and share it, even for sale, as long as you name its authors and share what you make of it under the same licence."
    ),
    "-ND": gettext_lazy(
        "You may copy and share it as it is, even for sale, as long as you name its authors. You may not share a changed one."
    ),
    "-NC": gettext_lazy(
        "You may copy, change and share it as long as you name its authors and nobody earns money with it."
    ),
    "-NC-SA": gettext_lazy(
        "You may copy, change and share it as long as you name its authors, nobody earns money with it and what you make of it has the same licence."
    ),
    "-NC-ND": gettext_lazy(
        "You may copy and share it as it is, as long as you name its authors and nobody earns money with it. You may not share a changed one."
    ),
}
PUBLIC = gettext_lazy(
    "It belongs to everybody: copy, change, share and sell it as you like. Naming its authors is good practice."
)
GPL = gettext_lazy(
    "You may copy, change and share it, even for sale, as long as what you make of it keeps this licence and comes with its source."
)
OTHERS = (
    Licence(
        "CC0-1.0",
        "public",
        gettext_lazy("CC0 1.0 (given to the public domain)"),
        PUBLIC,
        "https://creativecommons.org/publicdomain/zero/1.0/",
    ),
    Licence(
        "CC-PDDC",
        "public",
        gettext_lazy("Public domain"),
        PUBLIC,
        "https://creativecommons.org/publicdomain/mark/1.0/",
    ),
    Licence(
        "etalab-2.0",
        "etalab",
        gettext_lazy("Open licence 2.0 (Etalab)"),
        gettext_lazy(
            "You may copy, change and share it, even for sale, as long as you name the source and the date of its last change."
        ),
        "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
    ),
    Licence(
        "MIT",
        "mit",
        gettext_lazy("MIT licence"),
        gettext_lazy(
            "You may copy, change and share it, even for sale, as long as you keep its notice of copyright."
        ),
        "https://opensource.org/license/mit",
    ),
    Licence(
        "GPL-3.0-or-later",
        "gpl",
        gettext_lazy("GNU GPL 3 or later"),
        GPL,
        "https://www.gnu.org/licenses/gpl-3.0.html",
        share_alike=True,
    ),
    Licence(
        "GPL-3.0-only",
        "gpl",
        gettext_lazy("GNU GPL 3 only"),
        GPL,
        "https://www.gnu.org/licenses/gpl-3.0.html",
        share_alike=True,
    ),
    Licence(
        RESERVED,
        "reserved",
        gettext_lazy("All rights reserved"),
        gettext_lazy(
            "You may read it and use it with your classes here. To copy, change or share it elsewhere, ask its authors."
        ),
        no_derivatives=True,
    ),
    Licence(
        OWN,
        "own",
        gettext_lazy("Terms written by the authors"),
        gettext_lazy("Its authors wrote their own terms: read them before you use it."),
    ),
)
# What a form offers, the most useful first.
OFFERED = (
    "CC-BY-4.0",
    "CC-BY-SA-4.0",
    "CC-BY-NC-4.0",
    "CC-BY-NC-SA-4.0",
    "CC-BY-ND-4.0",
    "CC-BY-NC-ND-4.0",
    *(one.identifier for one in OTHERS),
)


def normalise(text: str) -> str:
    """The identifier meant (``cc by-sa 4.0`` is ``CC-BY-SA-4.0``), or the text itself, stripped."""
    text = text.strip()
    plain = re.sub(r"[\s_]+", "-", text)
    for known in OTHERS:
        if plain.lower() == known.identifier.lower():
            return known.identifier
    return plain.upper() if CC.fullmatch(plain.upper()) else text


@lru_cache(maxsize=256)
def get_licence(identifier: str) -> Licence:
    """The licence of an SPDX identifier; one that nobody here knows counts as the authors' own terms."""
    identifier = normalise(identifier)
    for known in OTHERS:
        if known.identifier == identifier:
            return known
    match = CC.fullmatch(identifier)
    if not match:
        name = identifier or gettext_lazy("Licence not stated")
        return Licence(identifier, "own", name, OTHERS[-1].sentence)
    money, changes, version, country = (part or "" for part in match.groups())
    path = f"{identifier[3 : -len(version) - (len(country) + 1 if country else 0) - 1].lower()}/{version}/"
    return Licence(
        identifier,
        "cc",
        identifier.replace("CC-", "CC ", 1).replace(f"-{version}", f" {version}"),
        CC_SENTENCES[money + changes],
        f"https://creativecommons.org/licenses/{path}{country.lower() + '/' if country else ''}",
        non_commercial=bool(money),
        share_alike=changes == "-SA",
        no_derivatives=changes == "-ND",
        version=version,
    )


def is_known(identifier: str) -> bool:
    """Whether the identifier names a licence of the table (and not terms that must be written out)."""
    return get_licence(identifier).family != "own" or identifier == OWN


def get_choices() -> list[tuple[str, str]]:
    """``(identifier, name)`` of the licences that a form offers."""
    return [(identifier, str(get_licence(identifier).name)) for identifier in OFFERED]


def explain(original: str, chosen: str, *, same_authors: bool = False) -> Verdict:
    """Whether what is adapted from a work under ``original`` may be shared under ``chosen``, and why.

    ``same_authors``: those who publish wrote the original too, alone; their licence binds others, not them.
    """
    a, b = get_licence(original), get_licence(chosen)
    names = {"original": a.name, "chosen": b.name}
    if same_authors:
        return Verdict(True, _("You wrote the original: its licence does not bind you."))
    if a.family == "own":
        return Verdict(
            True, _("The original has terms of its own: read whether they allow this."), False
        )
    if a.no_derivatives:
        return _explain_closed(a, names)
    if a.family == "public":
        return Verdict(True, _("The original is in the public domain: any licence will do."))
    if a.share_alike:
        return _explain_share_alike(a, b, names)
    return _explain_attribution(a, b, names)


def _explain_closed(a: Licence, names: dict[str, Any]) -> Verdict:
    """The original may not be shared changed."""
    if a.family == "reserved":
        text = _(
            "All rights on the original are reserved: ask its authors for a written permission first."
        )
        return Verdict(False, text)
    text = _(
        "The original is under %(original)s: you may change it for yourself, but not share what you changed."
    )
    return Verdict(False, text % names)


def _explain_share_alike(a: Licence, b: Licence, names: dict[str, Any]) -> Verdict:
    """The original asks that what is made of it stays under its licence."""
    if _continues(a, b):
        if a.identifier == b.identifier:
            return Verdict(
                True,
                _("The original asks for its own licence, %(original)s: it is the one chosen.")
                % names,
            )
        return Verdict(
            True, _("%(chosen)s is accepted by the original's licence, %(original)s.") % names
        )
    text = _(
        "The original is under %(original)s: what is made of it must stay under that licence, not under %(chosen)s."
    )
    return Verdict(False, text % names)


def _continues(a: Licence, b: Licence) -> bool:
    """Whether ``b`` is one of the licences that the share-alike licence ``a`` accepts."""
    if a.family == "gpl":
        return b.family == "gpl" and (a == b or a.identifier.endswith("or-later"))
    if a.identifier == "CC-BY-SA-4.0" and b.identifier == "GPL-3.0-only":
        return True  # one way, since 2015; for version 3 alone
    same = b.family == "cc" and b.share_alike and a.non_commercial == b.non_commercial
    if a.version == "1.0":
        return same and b.version == "1.0"  # later versions were not foreseen yet
    return same and b.version >= a.version


def _explain_attribution(a: Licence, b: Licence, names: dict[str, Any]) -> Verdict:
    """The original asks to be named, and perhaps that nobody earns money with it."""
    if b.family == "public":
        text = _(
            "The original is under %(original)s: its authors must stay named, so it cannot be given to the public domain."
        )
        return Verdict(False, text % names)
    if a.non_commercial and not (b.non_commercial or b.family in ("reserved", "own")):
        text = _(
            "The original is under %(original)s: %(chosen)s would let others earn money with it. Choose a licence with NC."
        )
        return Verdict(False, text % names)
    if b.family == "own":
        if a.non_commercial:
            text = _(
                "Your terms must name the original's authors and forbid commercial use, as its licence (%(original)s) asks."
            )
        else:
            text = _(
                "Your terms must name the original's authors, as its licence (%(original)s) asks."
            )
        return Verdict(True, text % names, False)
    if a.family == "mit":
        return Verdict(
            True, _("Keep the original's notice of copyright: that is all its licence asks.")
        )
    text = _(
        "The original is under %(original)s: its authors stay named, with a link to it and what you changed."
    )
    return Verdict(True, text % names)


def get_possible(originals: Iterable[str]) -> list[str]:
    """Identifiers, of those offered, that a work made of all the ``originals`` may have."""
    found = list(originals)
    return [chosen for chosen in OFFERED if all(explain(one, chosen).allowed for one in found)]


def explain_mix(originals: Iterable[str]) -> Verdict:
    """Whether works under these licences may be mixed into one that is shared, and under what."""
    found = list(dict.fromkeys(normalise(one) for one in originals))
    possible = get_possible(found)
    names = ", ".join(str(get_licence(one).name) for one in found)
    if not possible:
        text = _("What is under %(names)s cannot be mixed into one work that is shared.")
        return Verdict(False, text % {"names": names})
    certain = all(get_licence(one).family != "own" for one in found)
    choices = ", ".join(str(get_licence(one).name) for one in possible)
    text = _("A work made of %(names)s may be shared under: %(choices)s.")
    return Verdict(True, text % {"names": names, "choices": choices}, certain)
