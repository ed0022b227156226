"""Addresses under which people know a folder of a git repository, as repository, branch and path.

Forges write them each in their own way, and nbgitpuller, Binder, nbviewer and Colab wrap them:

* ``https://github.com/owner/name/tree/branch/folder`` (``blob``: a file)
* ``https://gitlab.com/group/subgroup/name/-/tree/branch/folder`` (La Forge des communs numériques too)
* ``https://codeberg.org/owner/name/src/branch/main/folder`` (Gitea, Forgejo)
* ``https://hub.example.org/hub/user-redirect/git-pull?repo=…&branch=…&urlpath=lab/tree/name/folder/a.ipynb``
  (source: nbgitpuller's documentation, "URL options"; ``subPath`` in its older links)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

_OLD_SSH = re.compile(r"(?:ssh://)?git@([\w.-]+)[:/](?!/)(.+)")
_NO_SCHEME = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?/")
_INTERFACES = re.compile(r"^/?(?:lab/|retro/|nbclassic/)?(?:tree|notebooks|edit)/|^/?(?:lab|tree)$")
_NESTED = 3  # a link in a link in a link


@dataclass(frozen=True)
class Link:
    """A place in a repository. ``ref`` may go on into ``path``, for a branch's name may hold slashes
    (``mixed``): only the repository knows where it ends. ``path`` is "" at the top.
    """

    repository: str
    ref: str = ""
    path: str = ""
    mixed: bool = False


def parse_link(text: str) -> Link | None:
    """The place that an address names; None when it is no address of the web."""
    return _parse(_tidy(text), _NESTED)


def _tidy(text: str) -> str:
    text = "".join(text.split())
    ssh = _OLD_SSH.fullmatch(text)
    if ssh:
        return f"https://{ssh[1]}/{ssh[2]}"
    return f"https://{text}" if _NO_SCHEME.match(text) else text


def _parse(text: str, depth: int) -> Link | None:
    try:
        parts = urlsplit(text)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return None
    if depth and "repo" in query and "git-pull" in parts.path:
        return _parse_puller(query, depth)
    if depth and (inner := _unwrap(parts, query)):
        return _parse(inner, depth - 1)
    return _parse_forge(parts)


def _parse_puller(query: dict[str, str], depth: int) -> Link | None:
    link = _parse(_tidy(query["repo"]), depth - 1)
    if link is None:
        return None
    path = query.get("subPath", query.get("subpath", ""))
    shown = query.get("urlpath", "")
    if not path and shown:
        inside = _INTERFACES.sub("", urlsplit(shown).path, count=1).strip("/")
        # The puller puts the repository in a folder of its name, or where the link says.
        home = query.get("targetpath") or query.get("targetPath") or ""
        home = home.strip("/") or link.repository.rpartition("/")[2].removesuffix(".git")
        path = inside[len(home) + 1 :] if f"{inside}/".startswith(f"{home}/") else ""
    branch = query.get("branch", "")
    link = replace(link, path=_clean(path) or link.path)
    return replace(link, ref=branch, mixed=False) if branch else link


def _unwrap(parts: SplitResult, query: dict[str, str]) -> str | None:
    """The address inside an address of nbviewer, Colab or Binder."""
    segments = parts.path.strip("/").split("/")
    host = parts.hostname or ""
    if host in {"nbviewer.org", "nbviewer.jupyter.org"} and segments[0] == "github":
        return f"https://github.com/{'/'.join(segments[1:])}"
    if host == "colab.research.google.com" and segments[0] == "github":
        return f"https://github.com/{'/'.join(segments[1:])}"
    if len(segments) >= 4 and segments[:2] == ["v2", "gh"]:
        inner = query.get("urlpath", "")
        if "git-pull" in inner:
            return f"https://{host}/{inner.lstrip('/')}"
        shown = query.get("labpath") or query.get("filepath") or _INTERFACES.sub("", inner)
        ref = "/".join(segments[4:]) or "HEAD"
        return f"https://github.com/{segments[2]}/{segments[3]}/blob/{ref}/{shown.strip('/')}"
    return None


def _parse_forge(parts: SplitResult) -> Link:
    path = parts.path.rstrip("/")
    base = f"{parts.scheme}://{parts.netloc}"
    gitlab = re.match(r"(/.+?)/-/(?:tree|blob|raw)/(.+)", path)
    if gitlab:
        return Link(base + gitlab[1], _clean(gitlab[2]), mixed=True)
    github = re.match(r"(/[^/]+/[^/]+)/(?:tree|blob|raw)/(.+)", path)
    if github:
        return Link(base + github[1], _clean(github[2]), mixed=True)
    gitea = re.match(r"(/[^/]+/[^/]+)/src/(?:branch|tag|commit)/(.+)", path)
    if gitea:
        return Link(base + gitea[1], _clean(gitea[2]), mixed=True)
    bitbucket = re.match(r"(/[^/]+/[^/]+)/src/(.+)", path)
    if bitbucket and parts.hostname == "bitbucket.org":
        return Link(base + bitbucket[1], _clean(bitbucket[2]), mixed=True)
    return Link(base + path.removesuffix("/-"))


def _clean(path: str) -> str:
    return unquote(path).strip("/")


def split_ref(link: Link, names: set[str]) -> Link:
    """The link with ``ref`` and ``path`` told apart by the names of the branches and tags."""
    if not link.mixed:
        return link
    parts = link.ref.split("/")
    for count in range(len(parts), 0, -1):
        name = "/".join(parts[:count])
        if name in names:
            return _tell_apart(link, name, parts[count:])
    return _tell_apart(link, parts[0], parts[1:])


def _tell_apart(link: Link, ref: str, rest: list[str]) -> Link:
    return replace(link, ref=ref, path=link.path or "/".join(rest), mixed=False)
