"""Names of files: what may stand in a tree.

A path is relative, POSIX, in Unicode NFC, of parts of at most 255 bytes (the limit of common file
systems) and 1000 bytes in all. What Windows or macOS could not unpack again is refused, so that an
exported project opens everywhere: reserved device names, ``<>:"|?*`` and backslash, trailing dots and
spaces, two names that differ by case alone. Emoji, accents, spaces and quotes are welcome.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from candyce.lib.errors import BadRequest, Conflict

PART_LIMIT = 255  # bytes
PATH_LIMIT = 1000  # bytes
NOTEBOOK = ".ipynb"

_FORBIDDEN = re.compile(r'[<>:"|?*\\/]')
# Line and paragraph separators and the bidirectional controls, which can make a name lie about itself
# (Unicode TR 36 section 2.6). The joiners U+200C and U+200D stay: emoji and scripts need them.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?$", re.IGNORECASE)


class InvalidName(BadRequest):
    code = "invalid_name"
    default_message = _("This name cannot be used.")


class Exists(Conflict):
    code = "exists"
    default_message = _("A file or folder of this name is there already.")


def is_notebook(path: str) -> bool:
    return path.lower().endswith(NOTEBOOK)


def find_main(tree: Iterable[str]) -> str | None:
    """The notebook that stands for a whole tree: the first of those on top."""
    found = sorted((path.count("/"), path) for path in tree if is_notebook(path))
    return found[0][1] if found else None


def check_path(path: object) -> str:
    """The path in its one spelling (NFC); raises :class:`InvalidName` when it breaks a rule."""
    if not isinstance(path, str) or not path:
        raise InvalidName(_("A name is needed."))
    if not _is_encodable(path):
        raise InvalidName
    path = unicodedata.normalize("NFC", path)
    if len(path.encode()) > PATH_LIMIT:
        raise InvalidName(_("This name is too long."))
    for part in path.split("/"):
        _check_part(part)
    return path


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True


def _check_part(part: str) -> None:
    if part in {"", ".", ".."}:
        raise InvalidName(_("A name may not be empty, “.” or “..”, nor start with “/”."))
    if any(unicodedata.category(letter) in {"Cc", "Cs", "Cn"} for letter in part):
        raise InvalidName(_("A name may not hold control characters."))
    if _INVISIBLE.search(part):
        raise InvalidName(_("A name may not hold invisible characters."))
    if _FORBIDDEN.search(part):
        raise InvalidName(_('A name may not hold any of < > : " | ? * \\'))
    if part != part.strip() or part.endswith("."):
        raise InvalidName(_("A name may not start or end with a space, nor end with a dot."))
    if _DEVICES.match(part):
        raise InvalidName(_("This name is reserved by some computers; choose another."))
    if len(part.encode()) > PART_LIMIT:
        raise InvalidName(_("This name is too long."))


def make_name(text: str, *, fallback: str = "project") -> str:
    """A valid single name as near as possible to the text (a title, a foreign file's name)."""
    text = text.encode("utf-8", "replace").decode()
    text = unicodedata.normalize("NFC", text)
    text = _INVISIBLE.sub("", text)
    text = "".join(" " if unicodedata.category(c) in {"Cc", "Cs", "Cn"} else c for c in text)
    text = _strip_end(_FORBIDDEN.sub("_", text).strip())
    text = _shorten(text, PART_LIMIT - 20) or fallback  # room for " (2)" and an extension
    return f"_{text}" if _DEVICES.match(text) else text


def _shorten(name: str, limit: int) -> str:
    """Cut the stem to at most ``limit`` bytes, keeping the extension."""
    if len(name.encode()) <= limit:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension.encode()) > 16:
        stem, dot, extension = name, "", ""
    room = limit - len((dot + extension).encode())
    return _strip_end(stem.encode()[:room].decode(errors="ignore")) + dot + extension


def _strip_end(name: str) -> str:
    """Without dots and spaces of any kind at its end."""
    return re.sub(r"[.\s]+\Z", "", name)


def fold(path: str) -> str:
    """Paths with the same fold are one and the same on Windows and macOS."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def get_parents(path: str) -> list[str]:
    """``a/b/c`` -> ``["a", "a/b"]``."""
    parts = path.rstrip("/").split("/")[:-1]
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def get_folders(tree: Mapping[str, Any] | Iterable[str]) -> set[str]:
    """All folders of a tree, implied by files or kept empty, without trailing slash."""
    folders = {key[:-1] for key in tree if key.endswith("/")}
    for key in tree:
        folders.update(get_parents(key))
    return folders


class Names:
    """The names of a tree, ready to be asked whether a further one would collide."""

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._files: set[str] = set()
        self._folders: dict[str, str] = {}
        for key in keys:
            self.add(key)

    def add(self, key: str) -> None:
        """Take in a file, or a folder when it ends with a slash."""
        for folder in get_parents(key):
            self._folders.setdefault(fold(folder), folder)
        if key.endswith("/"):
            self._folders.setdefault(fold(key[:-1]), key[:-1])
        else:
            self._files.add(fold(key))

    def is_free(self, path: str) -> bool:
        """Whether a new file or folder of this path collides with none, on any system."""
        if fold(path) in self._files or fold(path) in self._folders:
            return False
        return not any(
            fold(parent) in self._files or self._folders.get(fold(parent), parent) != parent
            for parent in get_parents(path)
        )

    def find_free(self, path: str) -> str:
        """A free path as near as possible: folders as they are spelled, ``a (2).txt`` for ``a.txt``.

        Raises :class:`Exists` when a file stands where a folder is needed.
        """
        folder, slash, name = path.rpartition("/")
        spelled = ""
        for part in folder.split("/") if folder else ():
            spelled = f"{spelled}/{part}" if spelled else part
            if fold(spelled) in self._files:
                raise Exists
            spelled = self._folders.get(fold(spelled), spelled)
        stem, dot, extension = name.rpartition(".")
        if not stem:
            stem, dot, extension = name, "", ""
        path, number = f"{spelled}{slash}{name}", 1
        while fold(path) in self._files or fold(path) in self._folders:
            number += 1
            path = f"{spelled}{slash}{stem} ({number}){dot}{extension}"
        return path


def check_free(tree: Iterable[str], path: str) -> None:
    """Raises :class:`Exists` when a new file or folder ``path`` would collide with the tree."""
    if not Names(tree).is_free(path):
        raise Exists


def find_free(tree: Iterable[str], path: str) -> str:
    """See :meth:`Names.find_free`."""
    return Names(tree).find_free(path)
