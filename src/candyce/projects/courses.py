"""A course of nbgrader as projects: one for each of its assignments, with solutions and hidden tests."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import IO

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from candyce.accounts.access import is_teacher
from candyce.accounts.models import User
from candyce.exercises import course
from candyce.lib.errors import TooLarge
from candyce.projects import imports, quota
from candyce.projects.actions import TITLE_LIMIT, check_title, do_create, make_tree
from candyce.projects.archives import read_archive
from candyce.projects.models import Project
from candyce.projects.paths import is_notebook

NAMES_LIMIT = 20_000


class TooManyAssignments(TooLarge):
    default_message = _("This course has too many assignments to be imported at once.")


def import_upload(file: IO[bytes], name: str, size: int, *, acting_user: User) -> list[Project]:
    """The projects made from an upload: a notebook, a zip of a project or, of a teacher, a course.

    All or nothing; raises the typed errors of :func:`imports.import_file`.
    """
    imports.check_size(size)
    if is_teacher(acting_user) and _looks_like_course(file):
        projects = _import_course(file, acting_user=acting_user)
        if projects:
            return projects
    file.seek(0)
    return [imports.import_file(file, name, size, acting_user=acting_user)]


def import_archive(
    file: IO[bytes], title: str, *, acting_user: User, keep_root: bool
) -> list[Project]:
    """The same of a zip that is known to be one."""
    if _looks_like_course(file):
        projects = _import_course(file, acting_user=acting_user)
        if projects:
            return projects
    file.seek(0)
    project = imports.import_archive(file, title, acting_user=acting_user, keep_root=keep_root)
    return [project]


def _looks_like_course(file: IO[bytes]) -> bool:
    """Whether the names of a zip are a course's; what cannot be read is not."""
    file.seek(0)
    if not file.read(4).startswith(b"PK"):
        return False
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            names = [info.filename for info in archive.infolist()[:NAMES_LIMIT]]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
        return False
    return bool(course.find_assignments(name.replace("\\", "/") for name in names))


def _import_course(file: IO[bytes], *, acting_user: User) -> list[Project]:
    """A project for each assignment; none where the files turn out to be no course."""
    file.seek(0)
    files = dict(read_archive(file, keep_root=True))
    found = course.find_assignments(files)
    notebooks = (data for path, data in files.items() if is_notebook(path))
    if not found or not course.is_course(files, notebooks):
        return []
    if len(found) > course.ASSIGNMENT_LIMIT:
        raise TooManyAssignments
    projects = []
    with transaction.atomic():
        for name, inner in sorted(found.items()):
            quota.check_project_count(acting_user)
            tree = make_tree(_pick(files, inner))
            title = check_title(name[:TITLE_LIMIT])
            projects.append(
                do_create(tree, acting_user=acting_user, title=title, kind=Project.Kind.PROJECT)
            )
    return projects


def _pick(files: dict[str, bytes], inner: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    for path, given in inner.items():
        yield path, imports.upgrade(path, files[given])
