"""Files that somebody puts into a project from a computer: any kind, small, new or in place of others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext

from candyce.accounts.models import User
from candyce.lib.errors import CandyceError, TooLarge
from candyce.projects import files, quota
from candyce.projects.models import Project
from candyce.projects.paths import Exists, InvalidName, check_path, make_name

FILES_AT_ONCE = 50


@dataclass
class Outcome:
    """What became of an upload: paths, and for each file refused its name and why."""

    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def upload_files(
    project: Project, uploads: Iterable[UploadedFile], *, acting_user: User, replace: bool
) -> Outcome:
    """Put files at the top of the project, each for itself: one that is refused stops no other.

    ``replace``: a file of the same name takes the new content, and is refused otherwise.
    """
    outcome = Outcome()
    for upload in uploads:
        name = upload.name or ""
        try:
            path = _find_name(name)
            exists = path in project.tree
            if exists and not replace:
                raise Exists
            if exists:
                project = replace_file(project, path, upload, acting_user=acting_user)
            else:
                data = _read(upload)
                project = files.save_file(project, path, data, acting_user=acting_user, new=True)
        except CandyceError as error:
            outcome.refused.append((name, str(error)))
        else:
            (outcome.replaced if exists else outcome.added).append(path)
    return outcome


def replace_file(
    project: Project, path: str, upload: UploadedFile, *, acting_user: User
) -> Project:
    """Give a file of the project the content of another, whatever that one is called."""
    return files.put_file(project, path, _read(upload), acting_user=acting_user)


def _read(upload: UploadedFile) -> bytes:
    quota.check_file_size(upload.size or 0)
    return upload.read()


def _find_name(name: str) -> str:
    """The upload's own name where it may stand, else one as near as possible."""
    name = name.replace("\\", "/").rpartition("/")[2]
    try:
        return check_path(name)
    except InvalidName:
        return check_path(make_name(name, fallback=gettext("file")))


def check_upload(uploads: Sequence[UploadedFile]) -> None:
    """Raises :class:`TooLarge` for more at once than one request may bring."""
    if len(uploads) > FILES_AT_ONCE:
        message = gettext("Send %(limit)s files at a time at most.")
        raise TooLarge(message % {"limit": FILES_AT_ONCE})
    if sum(upload.size or 0 for upload in uploads) > settings.UPLOAD_LIMIT:
        message = gettext("These files are too large: %(limit)s MB together at most.")
        raise TooLarge(message % {"limit": settings.UPLOAD_LIMIT // settings.MEGABYTE})
