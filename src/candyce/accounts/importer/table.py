"""Reads a table as schools export it: ``;``, ``,`` or tab, UTF-8, UTF-16 or cp1252, French or English headers."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from candyce.accounts.validation import FORMULA_STARTS
from candyce.lib.errors import BadRequest
from candyce.lib.text import clean_spaces, fold

LARGEST_FILE = 2 * 1024 * 1024  # bytes
MOST_ROWS = 5000
MOST_COLUMNS = 50
LONGEST_CELL = 500  # characters

COLUMNS = ("family_name", "given_name", "role", "class", "email", "identifier", "username")
REQUIRED = ("family_name", "given_name")
# Folded headers, without signs, as the French and English exports name them.
_HEADERS = {
    "family_name": ("familyname", "lastname", "surname", "nom", "nomdefamille", "nomdusage"),
    "given_name": ("givenname", "firstname", "forename", "prenom", "prenoms"),
    "role": ("role", "profil", "fonction", "statut", "type"),
    "class": ("class", "classes", "classe", "division", "groupe", "group"),
    "email": (
        "email",
        "mail",
        "courriel",
        "mel",
        "adressemail",
        "adresseelectronique",
        "emailaddress",
    ),
    "identifier": ("identifier", "number", "numero", "ine", "id", "matricule", "sourcedid", "n"),
    "username": ("username", "login", "identifiant", "nomdutilisateur", "user", "compte"),
}
_FIELD_OF = {header: name for name, headers in _HEADERS.items() for header in headers}
# UTF-8 read as cp1252, once or twice: "InÃ¨s".
_DAMAGED = re.compile("[ÃÂ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")


class FileRefused(BadRequest):
    """The file cannot be read as a table at all; the message says what to do."""

    code = "file_refused"


@dataclass(frozen=True)
class Row:
    """One line: its number in the file and its cells by field, spaces cleaned."""

    line: int
    cells: dict[str, str]
    extra: bool = False  # more cells than headers


@dataclass(frozen=True)
class Table:
    """Rows in order; ``headers`` maps a field to the header as written; ``ignored`` are unknown headers."""

    headers: dict[str, str]
    rows: list[Row]
    ignored: list[str] = field(default_factory=list)


def decode(content: bytes) -> str:
    """The text of an uploaded file; raises :class:`FileRefused`."""
    if len(content) > LARGEST_FILE:
        raise FileRefused(_("This file is larger than 2 MB. Import it in parts."))
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise FileRefused(_("This is a spreadsheet. In its program choose “Save as”, then CSV."))
    text = _decode(content)
    if text is None or "\x00" in text:
        raise FileRefused(_("This is not a text file. Save the table as CSV (UTF-8)."))
    if _DAMAGED.search(text):
        raise FileRefused(
            _(
                "The accents of this file are damaged (“Ã©” instead of “é”). Export it again as UTF-8."
            )
        )
    return text


def _decode(content: bytes) -> str | None:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def read_table(text: str) -> Table:
    """Parse the decoded text; raises :class:`FileRefused`."""
    text = re.sub(r"\r\n?", "\n", text).lstrip("\ufeff")
    delimiter = find_delimiter(text)
    offset = 0
    if re.match(r"sep=.\n", text):  # a line that spreadsheets write and read
        text, offset = text.split("\n", 1)[1], 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return _read(reader, offset)
    except csv.Error as error:
        raise FileRefused(
            _(
                "Line %(line)s cannot be read: its quotation marks do not match, or a cell is too long."
            )
            % {"line": reader.line_num + offset}
        ) from error


def find_delimiter(text: str) -> str:
    if text.startswith("sep=") and len(text) > 4 and text[4] in ";,\t":
        return text[4]
    first = text.split("\n", 1)[0]
    return max(";,\t", key=first.count)


def _read(reader: "csv._reader", offset: int) -> Table:  # type: ignore[name-defined]  # noqa: UP037
    places: dict[str, int] | None = None
    names: list[str] = []
    rows: list[Row] = []
    before = 0
    for cells in reader:
        line, before = before + 1 + offset, reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > MOST_COLUMNS:
            raise FileRefused(
                _("Line %(line)s has more than %(most)s columns.")
                % {"line": line, "most": MOST_COLUMNS}
            )
        if places is None:
            names = [clean_spaces(cell)[:60] for cell in cells]
            places = _find_columns(names)
            continue
        if len(rows) == MOST_ROWS:
            raise FileRefused(_("This file has more than 5,000 lines. Import it in parts."))
        rows.append(_make_row(line, cells, places, len(names)))
    if places is None or not rows:
        raise FileRefused(_("This file has no line of data under its headers."))
    headers = {name: names[place] for name, place in places.items()}
    ignored = [name for place, name in enumerate(names) if name and place not in places.values()]
    return Table(headers, rows, ignored)


def _find_columns(names: list[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        found = _FIELD_OF.get(re.sub(r"[^a-z]", "", fold(name)))
        if found is None:
            continue
        if found in places:
            raise FileRefused(
                _("Two columns mean the same: “%(first)s” and “%(second)s”. Remove one.")
                % {"first": names[places[found]], "second": name}
            )
        places[found] = place
    if any(name not in places for name in REQUIRED):
        raise FileRefused(
            _("The first line must name the columns: at least the family name and the given name.")
        )
    return places


def _make_row(line: int, cells: list[str], places: dict[str, int], width: int) -> Row:
    values = {
        name: clean_spaces(cells[place]) if place < len(cells) else ""
        for name, place in places.items()
    }
    return Row(line, values, extra=any(cell.strip() for cell in cells[width:]))


def write_table(rows: list[list[str]], *, delimiter: str = ";") -> bytes:
    """A CSV that spreadsheets open without asking, whose cells they never take for formulas.

    A cell that begins like a formula gets an apostrophe before it (OWASP, CSV Injection).
    """
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([[defuse(cell) for cell in row] for row in rows])
    return target.getvalue().encode("utf-8-sig")


def defuse(cell: str) -> str:
    return (
        f"'{cell}"
        if cell.lstrip().startswith(FORMULA_STARTS) or cell.startswith(FORMULA_STARTS)
        else cell
    )
