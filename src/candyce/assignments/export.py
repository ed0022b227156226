"""All copies of an assignment as one zip, written while it is sent; and the assignment itself for nbgrader."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from time import localtime

from django.utils.text import slugify
from django.utils.translation import gettext as _

from candyce.accounts.models import User
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.queries import get_main_path, get_tree
from candyce.exercises.course import lay_out
from candyce.projects.archives import write_archive
from candyce.projects.blobs import read_blob

LENGTH = 60  # characters of a name


class _Sink:
    """A file that ``zipfile`` can only append to; what was written is taken away at once."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        data = b"".join(self.parts)
        self.parts.clear()
        return data


def make_file_name(user: User) -> str:
    """``NOM_Prenom`` in characters that every system's file names allow; never empty."""
    parts = (_plain(user.family_name).upper(), _plain(user.given_name))
    return "_".join(part for part in parts if part) or _plain(user.username) or "copie"


def make_copy_name(copy: Copy) -> str:
    """The pupil's name; of a group, its number and its members' family names: ``Groupe-3_MOREAU_NGUYEN``."""
    if copy.group is None:
        return make_file_name(copy.pupil)
    families = (_plain(pupil.family_name or pupil.username).upper() for pupil in copy.members)
    label = _plain(_("Group %(number)s") % {"number": copy.group.number})
    return "_".join(part for part in (label, *families) if part)


def _plain(text: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9-]+", "-", ascii_text).strip("-")[:LENGTH]


def _safe_path(path: str) -> str:
    """A path of a tree with what Windows refuses in names taken out."""
    parts = (re.sub(r'[<>:"|?*\\\x00-\x1f\x7f]', "_", part) for part in path.split("/"))
    return "/".join(part.rstrip(". ") or "_" for part in parts if part not in {"", ".", ".."})


def _get_entries(tree: dict[str, list], name: str) -> Iterator[tuple[str, list]]:
    """Where each file goes: a notebook alone is ``name.ipynb``, else a folder ``name`` holds all."""
    files = {path: entry for path, entry in tree.items() if entry[0]}
    main = get_main_path(files)
    for path, entry in sorted(files.items()):
        if path == main and "/" not in path and f"{name}.ipynb" not in files:
            path = f"{name}.ipynb"  # noqa: PLW2901
        if len(files) == 1 and "/" not in path:
            yield path if path.endswith(".ipynb") else f"{name}/{_safe_path(path)}", entry
        else:
            yield f"{name}/{_safe_path(path)}", entry


def stream_zip(copies: Iterable[Copy]) -> Iterator[bytes]:
    """The archive's bytes, one file in memory at a time; two pupils of one name both have theirs."""
    sink = _Sink()
    used: set[str] = set()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for copy in copies:
            name = _unused(make_copy_name(copy), used)
            for path, (sha256, _size, modified) in _get_entries(get_tree(copy), name):
                info = zipfile.ZipInfo(
                    path, date_time=max(localtime(modified)[:6], (1980, 1, 1, 0, 0, 0))
                )
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, read_blob(sha256))
                yield sink.take()
    yield sink.take()


def make_course(assignment: Assignment) -> tuple[str, bytes]:
    """File name and content of the assignment as nbgrader keeps it: ``source`` and ``release``."""
    name = slugify(assignment.title)[:LENGTH].strip("-") or "assignment"
    tree = lay_out(name, assignment.version.tree, assignment.given_version.tree)
    return f"{name}-nbgrader.zip", write_archive(tree, name)


def _unused(name: str, used: set[str]) -> str:
    found, number = name, 1
    while found.lower() in used:
        number += 1
        found = f"{name}_{number}"
    used.add(found.lower())
    return found
