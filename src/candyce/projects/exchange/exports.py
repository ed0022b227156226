"""What stands in a tree, in the forms that other programs and people read."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from candyce.exercises.course import lay_out
from candyce.exercises.format import get_cells, get_source
from candyce.lib import bounded_process
from candyce.lib.errors import BadRequest, CandyceError, NotFound, TooLarge
from candyce.lib.markdown import Room
from candyce.lib.notebook_page import Cover, make_page
from candyce.projects.archives import write_archive
from candyce.projects.blobs import read_blob
from candyce.projects.exchange.myst_files import to_myst
from candyce.projects.paths import find_main, is_notebook, make_name
from candyce.projects.pictures import put_pictures

PDF_SECONDS = 60
PAGE_LIMIT = 20 * 2**20  # characters of a page that is drawn as PDF
# Of all notebooks that are converted at once. A million characters take up to twelve seconds.
NOTEBOOKS = 100
SIZE = 20 * 2**20  # bytes
TEXT = 2_000_000  # characters of cells, and of outputs in Markdown or TeX
FORMATS = ("zip", "ipynb", "myst", "nbgrader", "html", "pdf")
NOTEBOOK_TYPE = "application/x-ipynb+json"
CONFIG = """\
# A course of one assignment, exported from Candyce. In this folder:
#   nbgrader generate_assignment {name}
c = get_config()
c.CourseDirectory.course_id = {name!r}
"""


class NoPdf(CandyceError):
    code = "no_pdf"
    status = 503
    default_message = _(
        "The PDF could not be made here. Download the web page instead and print it: it is made for paper."
    )


class PdfBusy(CandyceError):
    code = "pdf_busy"
    status = 503
    retry_after = 20
    default_message = _("Two documents are being made just now. Try again in a moment.")


class NoNotebook(BadRequest):
    code = "no_notebook"
    default_message = _("There is no notebook in this project to be put on a page.")


class TooMuchToConvert(TooLarge):
    code = "too_much_to_convert"
    default_message = _(
        "This is too much to be converted at once: at most 100 notebooks, 20 MB and 2 million characters of text"
        " and code in all. Take the notebooks one by one, or all files (zip)."
    )


@dataclass(frozen=True)
class Download:
    """A file to be sent: its name, content and type."""

    name: str
    content: bytes
    mimetype: str


def export_tree(tree: Mapping[str, list], cover: Cover, format_: str, path: str = "") -> Download:
    """The tree in one of ``FORMATS``; with ``path``, that notebook alone (``ipynb``, ``html`` and ``pdf``).

    ``ipynb`` is always one notebook: the main one of the tree without ``path``.

    Raises :class:`NotFound` for a format or a file that is not there, :class:`NoPdf`, :class:`PdfBusy`,
    :class:`NoNotebook`, :class:`TooMuchToConvert`.
    """
    name = make_name(cover.title)
    if format_ == "zip":
        return Download(f"{name}.zip", write_archive(dict(tree), name), "application/zip")
    if format_ == "myst":
        _load(tree, sorted(filter(is_notebook, tree)))  # so much and no more
        content = _zip(to_myst(_read(tree)), name)
        return Download(f"{name} (MyST).zip", content, "application/zip")
    if format_ == "nbgrader":
        return _export_course(tree, cover)
    if format_ not in {"ipynb", "html", "pdf"}:
        raise NotFound
    if path:
        if path not in tree or not is_notebook(path):
            raise NotFound
        name = make_name(path.rpartition("/")[2].rpartition(".")[0])
    if format_ == "ipynb":
        return _export_notebook(tree, path)
    room = Room()
    page = make_page(cover, _read_documents(tree, path, room), room)
    if format_ == "html":
        return Download(f"{name}.html", page.encode(), "text/html; charset=utf-8")
    return Download(f"{name}.pdf", draw_pdf(page), "application/pdf")


def _read(tree: Mapping[str, list]) -> dict[str, bytes]:
    return {
        path: b"" if path.endswith("/") else read_blob(entry[0]) for path, entry in tree.items()
    }


def _zip(files: Mapping[str, bytes], root: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in sorted(files.items()):
            archive.writestr(f"{root}/{path}", data)
    return target.getvalue()


def _export_course(tree: Mapping[str, list], cover: Cover) -> Download:
    """nbgrader's layout, with solutions and hidden tests: ``nbgrader generate_assignment`` makes the rest."""
    name = slugify(cover.title)[:60].strip("-") or "assignment"
    files = {"nbgrader_config.py": CONFIG.format(name=name).encode()}
    files |= lay_out(name, _read(tree), {})
    return Download(f"{name}-nbgrader.zip", _zip(files, f"{name}-course"), "application/zip")


def _export_notebook(tree: Mapping[str, list], path: str) -> Download:
    """One notebook as it stands in the tree, under its own name; raises :class:`NotFound` without any."""
    path = path or find_main(tree) or ""
    if path not in tree:
        raise NotFound
    return Download(path.rpartition("/")[2], read_blob(tree[path][0]), NOTEBOOK_TYPE)


def _read_documents(
    tree: Mapping[str, list], path: str, room: Room
) -> list[tuple[str, dict[str, Any]]]:
    paths = [path] if path else sorted(filter(is_notebook, tree))
    documents = _load(tree, paths)
    for one, notebook in documents:
        for cell in get_cells(notebook):
            if cell.get("cell_type") == "markdown":
                cell["source"] = put_pictures(get_source(cell), one, tree, room)
    if not documents:
        raise NoNotebook
    return documents


def _load(tree: Mapping[str, list], paths: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """These notebooks of the tree; raises :class:`TooMuchToConvert`."""
    if len(paths) > NOTEBOOKS or sum(tree[one][1] for one in paths) > SIZE:
        raise TooMuchToConvert
    documents = [(one, json.loads(read_blob(tree[one][0]))) for one in paths]
    cells = [cell for _path, notebook in documents for cell in get_cells(notebook)]
    if sum(map(_measure, cells)) > TEXT:
        raise TooMuchToConvert
    return documents


def _measure(cell: dict[str, Any]) -> int:
    """Characters of a cell that take time: what is highlighted, or rendered as Markdown."""
    outputs = cell.get("outputs")
    texts = [
        text if isinstance(text, str) else "".join(map(str, text))
        for output in (outputs if isinstance(outputs, list) else ())
        if isinstance(output, dict) and isinstance(data := output.get("data"), dict)
        for name in ("text/markdown", "text/latex")
        if isinstance(text := data.get(name), str | list)
    ]
    return len(get_source(cell)) + sum(map(len, texts))


def draw_pdf(page: str) -> bytes:
    """The page as PDF; raises :class:`NoPdf` when that cannot be done here, or takes too long.

    Raises :class:`PdfBusy` while others are being drawn.
    """
    if len(page) > PAGE_LIMIT:
        raise NoPdf
    with tempfile.TemporaryDirectory(prefix="candyce-pdf-") as name:
        folder = Path(name)
        (folder / "page.html").write_text(page, encoding="utf-8")
        try:
            answer = bounded_process.run(
                "candyce.lib.pdf_draw", {"folder": name}, folder=folder, seconds=PDF_SECONDS
            )
        except bounded_process.ProcessFailed as error:
            raise (PdfBusy if error.reason == "busy" else NoPdf) from error
        if "error" in answer:
            raise NoPdf
        return (folder / "page.pdf").read_bytes()
