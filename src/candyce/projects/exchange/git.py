"""Projects from a folder of a public git repository."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from candyce.accounts.models import User
from candyce.lib import bounded_process, outgoing_errors
from candyce.lib.errors import BadRequest, CandyceError
from candyce.lib.git_links import Link, parse_link
from candyce.projects import courses
from candyce.projects.models import Project
from candyce.projects.quota import FILE_COUNT_LIMIT

SECONDS = 40  # on the network; a reader waits for it
MORE_SECONDS = 10  # to unpack what came
WIRE_LIMIT = 2  # times the quota of a project may come over the network


class GitRefused(BadRequest):
    code = "git"
    default_message = _("This repository cannot be read.")


SENTENCES: dict[str, Any] = {
    "git_url": _(
        "This is not the address of a git repository. Copy it from your browser when the repository or its"
        " folder is shown: it begins with https://."
    ),
    "git_not": _(
        "There is no git repository at this address. Open it in your browser, go to the folder that you"
        " want, and copy the address from there."
    ),
    "git_private": _(
        "This repository does not exist, or asks for a password. Only public repositories can be imported;"
        " of another, download the folder as a zip and import that."
    ),
    "git_missing": _("There is no repository at this address. Check its spelling."),
    "git_empty": _("This repository is empty."),
    "git_ref": _("This repository has no branch or tag “%(ref)s”."),
    "git_path": _("This repository has no folder or file “%(path)s”."),
    "git_deep": _("The folders of this repository are nested too deeply."),
    "git_many": _("This repository has too many files to be looked through. Give the folder."),
    "git_count": _(
        "This folder has too many files: a project may have %(limit)s at most. Choose a folder inside it."
    ),
    "git_file": _(
        "“%(path)s” is larger than %(limit)s MB, the most that a file of a project may have. Choose"
        " another folder."
    ),
    "git_large": _(
        "This folder is too large: a project may have %(limit)s MB at most. Choose a folder inside it."
    ),
    "git_names": _("This repository holds file names that may be malicious. Nothing was imported."),
    "git_swells": _("This repository swells too much when unpacked. Nothing was imported."),
    "git_none": _("There is no notebook in this repository. Check the address and the branch."),
    "time": _("Reading this repository takes too long. Give a smaller folder, or try again later."),
    "busy": _("Other repositories are being read just now. Try again in a minute."),
    "failed": _("This repository could not be read. Nothing was imported."),
}
LEFT_OUT: dict[str, Any] = {
    "links": _("Left out, because a project has no links between files: %(names)s."),
    "modules": _("Left out, because they are other repositories (submodules): %(names)s."),
    "large": _(
        "Left out, because their content is kept elsewhere (Git LFS): %(names)s. Download them and add them"
        " to the project."
    ),
}


@dataclass(frozen=True)
class Choice:
    """What of a repository can be taken: a folder with this many notebooks, or one file."""

    path: str
    notebooks: int = 0
    file: bool = False


@dataclass(frozen=True)
class Listing:
    """The places of a repository to choose from; ``link`` is sure of its branch."""

    link: Link
    choices: list[Choice]
    more: bool = False


@dataclass(frozen=True)
class Taken:
    """The projects made, and sentences on what could not come along."""

    projects: list[Project]
    notes: list[str]


def read_link(text: str, ref: str = "", path: str = "") -> Link:
    """The place that a person means; a branch and a folder given apart win over the address's own."""
    link = parse_link(text)
    if link is None:
        raise GitRefused(SENTENCES["git_url"], code="git_url")
    if ref.strip():
        link = replace(link, ref=ref.strip(), mixed=False)
    if path.strip(" /"):
        link = replace(link, path=path.strip(" /"))
    return link


def look(link: Link) -> Listing:
    """The places with notebooks, without fetching what is in the files; one place, when the link says which."""
    with _working() as folder:
        answer = _ask("look", link, folder)
    known = replace(link, ref=answer["ref"], path=answer["path"], mixed=False)
    if answer["file"]:
        folder_of = answer["path"].rpartition("/")[0]
        return Listing(known, [Choice(answer["path"], file=True), Choice(folder_of)])
    choices = [Choice(one["path"], one["notebooks"]) for one in answer["folders"]]
    if not choices:
        raise GitRefused(SENTENCES["git_none"], code="git_none")
    if known.path:
        return Listing(known, [Choice(known.path)])
    whole = Choice(answer["path"], sum(choice.notebooks for choice in choices))
    if len(choices) > 1 and choices[0].path != whole.path:
        choices.insert(0, whole)
    elif len(choices) > 1:
        choices[0] = whole
    return Listing(known, choices, answer["more"])


def take(link: Link, *, acting_user: User) -> Taken:
    """A project of the folder or, of an nbgrader course, one for each assignment. All or nothing."""
    with _working() as folder:
        answer = _ask("take", link, folder)
        path = answer["path"] or link.repository.removesuffix(".git")
        title = path.rstrip("/").rpartition("/")[2].removesuffix(".ipynb")
        with (folder / "folder.zip").open("rb") as file:
            projects = courses.import_archive(file, title, acting_user=acting_user, keep_root=True)
    return Taken(projects, [_say_left(kind, names) for kind, names in answer["left"].items()])


def _say_left(kind: str, names: list[str]) -> str:
    shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    return gettext(str(LEFT_OUT[kind])) % {"names": shown}


@contextmanager
def _working() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="candyce-git-") as folder:
        yield Path(folder)


def _ask(verb: str, link: Link, folder: Path) -> dict[str, Any]:
    request = {
        "verb": verb,
        "link": asdict(link),
        "folder": str(folder),
        "limits": {
            "count": FILE_COUNT_LIMIT,
            "file": settings.FILE_LIMIT,
            "total": settings.PROJECT_QUOTA,
        },
        "net": {
            "hosts": settings.CANDYCE_OUTGOING_HOSTS,
            "proxy": settings.CANDYCE_OUTGOING_PROXY,
            "seconds": SECONDS,
            "size": WIRE_LIMIT * settings.PROJECT_QUOTA,
        },
    }
    try:
        answer = bounded_process.run(
            "candyce.lib.git_fetch", request, folder=folder, seconds=SECONDS + MORE_SECONDS
        )
    except bounded_process.ProcessFailed as error:
        raise GitRefused(SENTENCES[error.reason], code=f"git_{error.reason}") from error
    if "error" in answer:
        raise _make_error(answer["error"], answer["names"])
    result: dict[str, Any] = answer
    return result


def _make_error(code: str, names: dict[str, Any]) -> CandyceError:
    if code in outgoing_errors.BY_CODE:
        return outgoing_errors.BY_CODE[code](**names)
    return GitRefused(gettext(str(SENTENCES[code])) % names, code=code)
