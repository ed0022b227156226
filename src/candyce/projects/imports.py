"""Projects from files of elsewhere, and back: a notebook or a zip of a project. All or nothing."""

from __future__ import annotations

import zipfile
from typing import IO

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from candyce.accounts.models import User
from candyce.exercises.format import normalise
from candyce.lib.errors import BadRequest, TooLarge
from candyce.projects import live, quota
from candyce.projects.actions import TITLE_LIMIT, check_title, create_project, do_create, make_tree
from candyce.projects.archives import read_archive, write_archive
from candyce.projects.contents import get_stored
from candyce.projects.exchange import myst_files
from candyce.projects.models import Project
from candyce.projects.notebooks import EmptyNotebook, read_notebook, write_notebook
from candyce.projects.paths import NOTEBOOK, InvalidName, check_path, is_notebook, make_name


class UnknownFile(BadRequest):
    code = "invalid_archive"
    default_message = _("Choose a notebook (.ipynb, or .md in MyST) or a zip file of a project.")


def import_file(file: IO[bytes], name: str, size: int, *, acting_user: User) -> Project:
    """A new project from an uploaded file, a notebook or a zip, whatever its extension says.

    Raises a typed error that says what is wrong with the file; nothing is kept then.
    """
    check_size(size)
    name = name.replace("\\", "/").rpartition("/")[2]
    start = file.read(64)
    file.seek(0)
    if start.startswith(b"PK"):
        return import_archive(file, name.rpartition(".")[0] or name, acting_user=acting_user)
    if not name.lower().endswith((NOTEBOOK, ".json", myst_files.TEXT)):
        raise UnknownFile
    quota.check_file_size(size)
    data = file.read()
    if not data.strip():
        raise EmptyNotebook
    if name.lower().endswith(myst_files.TEXT):
        data, name = myst_files.read_text(data), f"{name[: -len(myst_files.TEXT)]}{NOTEBOOK}"
    path = _make_file_name(name)
    files = {path: upgrade(path, data)}
    return create_project(
        acting_user=acting_user, title=_make_title(name.rpartition(".")[0] or name), files=files
    )


def check_size(size: int) -> None:
    """Raises :class:`TooLarge` for an upload that is not even looked at."""
    if size > settings.UPLOAD_LIMIT:
        message = gettext("This file is too large: %(limit)s MB at most.")
        raise TooLarge(message % {"limit": settings.UPLOAD_LIMIT // settings.MEGABYTE})


def upgrade(path: str, data: bytes) -> bytes:
    """The file; a notebook with the exercise cells of an older nbgrader gets the present metadata.

    Raises :class:`InvalidNotebook` for exercise cells in a notebook that cannot be read.
    """
    if not is_notebook(path) or b'"nbgrader"' not in data:
        return data
    return write_notebook(normalise(read_notebook(data)))


def import_archive(
    file: IO[bytes], title: str, *, acting_user: User, keep_root: bool = False
) -> Project:
    """A new project from a zip; ``keep_root``: also when a single folder holds everything."""
    quota.check_project_count(acting_user)
    files = read_archive(file, keep_root=keep_root)
    if _may_hold_myst(file):
        files = iter(myst_files.from_myst(dict(files)).items())
    tree = make_tree((path, upgrade(path, data)) for path, data in files)
    title = _make_title(title)
    return do_create(tree, acting_user=acting_user, title=title, kind=Project.Kind.PROJECT)


def _may_hold_myst(file: IO[bytes]) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            return myst_files.may_hold_myst(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
        return False  # reading it will say what is wrong


def _make_title(stem: str) -> str:
    try:
        return check_title(stem[:TITLE_LIMIT])
    except BadRequest:
        return gettext("Untitled notebook")


def _make_file_name(name: str) -> str:
    """The upload's own name where it may stand, else one as near as possible; always a notebook's."""
    try:
        name = check_path(name)
    except InvalidName:
        name = make_name(name, fallback="notebook")
    if is_notebook(name):
        return name
    stem = name.rpartition(".")[0]  # a browser may have added ".json"
    return stem if is_notebook(stem) else f"{make_name(stem, fallback='notebook')}.ipynb"


def export_project(project: Project) -> tuple[str, bytes]:
    """File name and content of a zip with the project as it is now, open notebooks included."""
    live.get().materialise(project)
    project.refresh_from_db()
    root = make_name(project.title)
    return f"{root}.zip", write_archive(project.tree, root)


def export_file(project: Project, path: str) -> tuple[str, bytes]:
    """Name and content of one file as it is now; raises :class:`NotFound`."""
    path = check_path(path)
    return path.rpartition("/")[2], get_stored(project, path)
