"""Between a project's text files and their shared documents, without loss.

The layout is jupyter_ydoc's ``YFile``: the root text ``source``, without formats or embedded things. In
it every line ends with ``\\n``, because a page's editor counts a line end as one character, whatever it
is. How the lines of the file end, and whether it begins with a byte order mark, stands in the root map
``state``, which the server alone writes:

``ends``   ``"\\n"``, ``"\\r\\n"`` or ``"\\r"``
``bom``    true if the file begins with U+FEFF
``mixed``  true if some lines end in another way: those carry a sign before their end, ␊ or ␍ or ␍␊
           (a spreadsheet's CSV has ``\\r\\n`` between rows and ``\\n`` within a cell: data, not style)
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass

from pycrdt import Doc, Map, Text

from candyce.collab import limits
from candyce.collab.textdiff import set_text
from candyce.lib.errors import TooLarge
from candyce.projects.kinds import NotText, read_text

BOM = "\ufeff"
_END = re.compile(r"\r\n|\r|\n")
_SIGNS = {"\n": "␊", "\r": "␍", "\r\n": "␍␊"}
_ENDS = {sign: end for end, sign in _SIGNS.items()}
_SIGNED = re.compile("(␍␊|␍|␊)?\n")
_UNCLEAR = re.compile("[␊␍][\r\n]")


@dataclass(frozen=True)
class Form:
    """How a file writes its lines; see the module."""

    ends: str = "\n"
    bom: bool = False
    mixed: bool = False


def split(text: str) -> tuple[str, Form]:
    """A file's text as lines that end with ``\\n``, and their form; raises :class:`NotText`."""
    bom = text.startswith(BOM)
    text = text.removeprefix(BOM)
    found = _END.findall(text) if "\r" in text else []
    if not found:
        return text, Form(bom=bom)
    counts = {end: found.count(end) for end in ("\n", "\r\n", "\r")}
    ends = max(counts, key=lambda end: counts[end])
    mixed = counts[ends] < len(found)
    if not mixed:
        return text.replace(ends, "\n"), Form(ends, bom)
    if _UNCLEAR.search(text):
        raise NotText  # its own signs could not be told from ours
    content = _END.sub(lambda m: "\n" if m[0] == ends else f"{_SIGNS[m[0]]}\n", text)
    return content, Form(ends, bom, mixed)


def join(content: str, form: Form) -> str:
    """The file's text again: the reverse of :func:`split`."""
    if form.mixed:
        content = _SIGNED.sub(lambda m: _ENDS[m[1]] if m[1] else form.ends, content)
    elif form.ends != "\n":
        content = content.replace("\n", form.ends)
    return BOM + content if form.bom else content


def make_seed(data: bytes) -> bytes:
    """The first update of a document, from the bytes of its file: the same bytes, the same update.

    Raises :class:`NotText`, or :class:`TooLarge` for what should rather be downloaded.
    """
    if len(data) > limits.TEXT:
        raise TooLarge
    text = read_text(data)
    if text is None:
        raise NotText
    content, form = split(text)
    digest = hashlib.sha256(data).digest()
    doc: Doc = Doc(client_id=int.from_bytes(digest[:4], "big") | 1)
    with doc.transaction():
        _set_form(doc.get("state", type=Map), form)
        if content:
            doc.get("source", type=Text).insert(0, content)
    return doc.get_update()


def read(doc: Doc) -> str:
    """The file's text that a document stands for, exactly; the document is not changed."""
    return join(str(doc.get("source", type=Text)), read_form(doc))


def read_form(doc: Doc) -> Form:
    state = doc.get("state", type=Map)
    ends = state.get("ends")
    known = ends if ends in _SIGNS else "\n"
    return Form(known, bool(state.get("bom")), bool(state.get("mixed")))


def replace(doc: Doc, text: str) -> None:
    """Bring ``doc`` to stand for this text of a file, by the least change; raises :class:`NotText`."""
    content, form = split(text)
    source = doc.get("source", type=Text)
    with doc.transaction():
        _set_form(doc.get("state", type=Map), form)
        set_text(source, str(source), content)


def _set_form(state: Map, form: Form) -> None:
    for name, value in asdict(form).items():
        if value and state.get(name) != value:
            state[name] = value
        elif not value and name in state:
            del state[name]
