"""Personal data in text, code, results and files: each is shown to the author, who says whether it is real."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from stdnum.fr import nir

from candyce.accounts.access import taught_classes
from candyce.accounts.models import Enrolment, User
from candyce.lib.text import fold
from candyce.library.publishing.checks.findings import CONFIRM, Finding
from candyce.library.publishing.content import (
    Content,
    Place,
    get_widget_text,
    iter_output_texts,
)

LENGTH = 1_000_000  # characters of one text that are looked through
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,5}[A-Za-z]{2,24}\b")
_INVENTED_HOSTS = re.compile(
    r"@(?:[\w-]+\.)*(?:example|exemple)\.\w+$|\.(?:test|invalid|example|localhost)$|^git@",
    re.IGNORECASE,
)
# Without separators only mobile numbers are meant: "0123456789" is the alphabet of digits.
_PHONE = re.compile(
    r"(?<![\d.,])(?:(?:\+|00)33[ .-]?(?:\(0\)[ .-]?)?[1-9](?:[ .-]?\d{2}){4}|0[1-9](?:[ .-]\d{2}){4}|0[67]\d{8})(?![\d.,]\d|\d)"
)
# Numbers that Arcep keeps for films and books (decision 2018-0881).
_INVENTED_PHONES = ("019900", "026191", "035301", "046571", "053649", "063998")
_NIR = re.compile(
    r"(?<!\d)[12][ .]?\d{2}[ .]?\d{2}[ .]?(?:\d{2}|2[AB])[ .]?\d{3}[ .]?\d{3}[ .]?\d{2}(?!\d)"
)
_INE = re.compile(r"(?<![\w])(?:\d{9}[A-HJK]{2}|\d{10}[A-Z])(?![\w])")
_HOME = re.compile(r"(?:/home/|/Users/|[A-Z]:\\{1,2}Users\\{1,2})([\w.-]{2,64})")
_NOBODY = {
    "pyodide",
    "web_user",
    "jovyan",
    "user",
    "username",
    "runner",
    "public",
    "shared",
    "nom",
    "eleve",
}


@dataclass(frozen=True)
class Text:
    """A text and where it stands; ``widgets``: in what the widgets of the notebook said when it was saved."""

    place: Place | None
    path: str
    text: str
    widgets: bool = False


def find_personal(content: Content, user: User) -> Iterator[Finding]:
    pupils = _get_pupils(user)
    for text in _iter_texts(content):
        yield from _find(text, pupils)


def _iter_texts(content: Content) -> Iterator[Text]:
    for place in content.iter_places():
        outputs = "\n".join(iter_output_texts(place.cell))
        yield Text(place, place.path, f"{place.source}\n{outputs}"[:LENGTH])
    for path, notebook in content.notebooks.items():
        yield Text(None, path, get_widget_text(notebook or {})[:LENGTH], widgets=True)
    for path, text in content.texts.items():
        yield Text(None, path, text[:LENGTH])


def _find(text: Text, pupils: dict[str, str]) -> Iterator[Finding]:
    body = text.text
    emails = [one for one in _EMAIL.findall(body) if not _INVENTED_HOSTS.search(one)]
    if emails:
        yield _make(text, "email", _("An e-mail address stands here: %(shown)s."), emails)
    phones = [one for one in _PHONE.findall(body) if not _is_invented(one)]
    if phones:
        yield _make(text, "phone", _("A telephone number stands here: %(shown)s."), phones)
    numbers = [one for one in _NIR.findall(body) if nir.is_valid(one.replace(".", ""))]
    if numbers:
        yield _make(
            text, "nir", _("A social security number (NIR) stands here: %(shown)s."), numbers
        )
    ines = _INE.findall(body)
    if ines:
        yield _make(
            text, "ine", _("This looks like a pupil’s national number (INE): %(shown)s."), ines
        )
    homes = [one for one in _HOME.findall(body) if fold(one) not in _NOBODY]
    if homes:
        yield _make(
            text, "home", _("A path of a computer shows its user’s name: %(shown)s."), homes
        )
    names = _find_names(body, pupils)
    if names:
        yield _make(text, "pupil", _("A pupil of yours is named here: %(shown)s."), names)


def _is_invented(phone: str) -> bool:
    digits = re.sub(r"\D", "", phone)
    return ("0" + digits[-9:]).startswith(_INVENTED_PHONES)


def _make(text: Text, code: str, message: str, found: list[str]) -> Finding:
    shown = ", ".join(dict.fromkeys(found[:20]))
    sentence = message % {"shown": shown if len(shown) < 120 else shown[:117] + "…"}
    mend = _("Take it away, in the results too, or write something invented.")
    if text.widgets:
        mend = _(
            "The saved state of the widgets holds it: take “widgets” out of the notebook’s metadata, or save it"
            " in Jupyter without the state of widgets."
        )
    if text.place is not None:
        return Finding.at(text.place, code, CONFIRM, sentence, mend)
    return Finding(code, CONFIRM, sentence, mend, text.path)


def _get_pupils(user: User) -> dict[str, str]:
    """Both orders of the folded names of the pupils whom the person teaches -> the name."""
    pupils = User.objects.filter(
        enrolments__school_class__in=taught_classes(user),
        enrolments__role=Enrolment.Role.STUDENT,
    )
    found = {}
    for given, family in pupils.values_list("given_name", "family_name").distinct():
        if given and family:
            one, other = _words(given), _words(family)
            found[f" {one} {other} "] = found[f" {other} {one} "] = f"{given} {family}"
    return found


def _words(text: str) -> str:
    return re.sub(r"[\W_]+", " ", fold(text)).strip()


def _find_names(body: str, pupils: dict[str, str]) -> list[str]:
    if not pupils:
        return []
    words = f" {_words(body)} "
    return sorted({name for folded, name in pupils.items() if folded in words})
