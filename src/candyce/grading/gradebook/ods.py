"""A small OpenDocument spreadsheet (ISO/IEC 26300, OpenDocument 1.3, parts 2 and 3): texts and numbers.

The package is a zip whose first entry is ``mimetype``, stored and without an extra field (part 2, 3.3). Texts are
``office:value-type="string"``, so that no program takes one for a formula.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from candyce.assignments.marks import say_mark

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{value}:1.0"'
    for name, value in {
        "office": "office",
        "table": "table",
        "text": "text",
        "style": "style",
        "fo": "xsl-fo-compatible",
    }.items()
)
# What XML 1.0 (2.2) does not allow.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{MIMETYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
_STYLES = (
    '<style:style style:name="head" style:family="table-cell">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
)


@dataclass(frozen=True)
class Sheet:
    """``heads``: how many first rows are bold and repeated on each printed page."""

    title: str
    rows: Sequence[Sequence[str | Decimal | None]]
    heads: int = 0


def make_ods(sheets: Sequence[Sheet]) -> bytes:
    """At least one sheet; titles differ."""
    content = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<office:document-content {_NAMESPACES} office:version="1.3">'
        f"<office:automatic-styles>{_STYLES}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{''.join(map(_write_sheet, sheets))}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", MIMETYPE, zipfile.ZIP_STORED)
        package.writestr("META-INF/manifest.xml", _MANIFEST)
        package.writestr("content.xml", content)
    return target.getvalue()


def _write_sheet(sheet: Sheet) -> str:
    rows = [_write_row(row, head=place < sheet.heads) for place, row in enumerate(sheet.rows)]
    heads, rest = "".join(rows[: sheet.heads]), "".join(rows[sheet.heads :])
    if heads:
        heads = f"<table:table-header-rows>{heads}</table:table-header-rows>"
    return f"<table:table table:name={quoteattr(_clean(sheet.title))}>{heads}{rest}</table:table>"


def _write_row(row: Sequence[str | Decimal | None], *, head: bool) -> str:
    style = ' table:style-name="head"' if head else ""
    return f"<table:table-row>{''.join(_write_cell(one, style) for one in row)}</table:table-row>"


def _write_cell(value: str | Decimal | None, style: str) -> str:
    if value is None or value == "":
        return f"<table:table-cell{style}/>"
    if isinstance(value, Decimal):
        kind, text = f'office:value-type="float" office:value="{value:f}"', say_mark(value)
    else:
        kind, text = 'office:value-type="string"', escape(_clean(value))
    return f"<table:table-cell{style} {kind}><text:p>{text}</text:p></table:table-cell>"


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)
