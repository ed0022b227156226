"""The notebooks among files as MyST Markdown, and back.

``lesson.ipynb`` becomes ``lesson.md`` and, beside it, ``lesson.md.json`` with what MyST cannot carry.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from candyce.lib.myst import (
    MystTooLarge,
    NoMyst,
    is_extras,
    is_myst,
    join_myst,
    measure,
    read_myst,
    write_myst,
)
from candyce.projects.notebooks import (
    InvalidNotebook,
    clean_notebook,
    read_notebook,
    write_notebook,
)
from candyce.projects.paths import Names, is_notebook

TEXT, EXTRAS = ".md", ".md.json"


FILES = 200  # notebooks of one archive that are read as texts
TEXT_TOTAL = 8 * 2**20  # characters of all of them
YAML_TOTAL = 384 * 2**10  # of which so many of YAML, which is slow to read


class NotMyst(InvalidNotebook):
    code = "not_myst"
    default_message = _(
        "This Markdown file is no notebook: a notebook in MyST begins with a header (“jupytext:” or"
        " “kernelspec:” between two lines of ---) or holds {code-cell} blocks. To keep a plain text, add the"
        " file to a project."
    )


class TooMuchMyst(InvalidNotebook):
    code = "too_much_myst"
    default_message = _(
        "These Markdown notebooks are too large to be read: too many cells, too long a header, or too many files."
        " Convert them to .ipynb (jupytext --to ipynb) or bring them in several parts."
    )


class _Room:
    """What one archive may still hold of texts in MyST."""

    def __init__(self) -> None:
        self.files, self.text, self.yaml = FILES, TEXT_TOTAL, YAML_TOTAL

    def take(self, text: str) -> None:
        """Raises :class:`MystTooLarge` when there is no room for the text; it takes none then."""
        yaml = measure(text)
        if not self.files or len(text) > self.text or yaml > self.yaml:
            raise MystTooLarge
        self.files, self.text, self.yaml = self.files - 1, self.text - len(text), self.yaml - yaml


def read_text(data: bytes, room: _Room | None = None) -> bytes:
    """A MyST file as a stored notebook; raises :class:`NotMyst`, :class:`TooMuchMyst`."""
    try:
        text = data.decode("utf-8-sig")
        (room or _Room()).take(text)
        return write_notebook(clean_notebook(read_myst(text)))
    except MystTooLarge as error:
        raise TooMuchMyst from error
    except (NoMyst, UnicodeDecodeError) as error:
        raise NotMyst from error


def to_myst(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with each notebook in two parts; one that MyST cannot express stays as it is."""
    result = {path: data for path, data in files.items() if not is_notebook(path)}
    names = Names(result)
    room = _Room()
    for path, data in files.items():
        if not is_notebook(path):
            continue
        try:
            text, extras = write_myst(read_notebook(data))
            room.take(text)
        except (InvalidNotebook, NoMyst, ValueError, KeyError, TypeError):
            result[path] = data
            continue
        stem = path.rpartition(".")[0]
        text_path = _find_free(names, stem)
        names.add(text_path)
        names.add(f"{text_path}.json")
        extras["path"] = path
        result[text_path] = text.encode()
        result[f"{text_path}.json"] = json.dumps(extras, ensure_ascii=False, indent=1).encode()
    return result


def _find_free(names: Names, stem: str) -> str:
    """A name of which that of the extras is free too."""
    path, number = stem + TEXT, 1
    while not (names.is_free(path) and names.is_free(f"{path}.json")):
        number += 1
        path = f"{stem} ({number}){TEXT}"
    return path


def may_hold_myst(names: list[str]) -> bool:
    """Whether files of these names need :func:`from_myst`."""
    lowered = [name.lower() for name in names]
    if any(name.endswith(EXTRAS) for name in lowered):
        return True
    return any(name.endswith(TEXT) for name in lowered) and not any(map(is_notebook, lowered))


def from_myst(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with the notebooks that :func:`to_myst` took apart put together again.

    Where there is no notebook at all, texts in MyST from elsewhere become notebooks too.
    """
    result = dict(files)
    room = _Room()
    extras = {
        path: found
        for path in files
        if path.endswith(EXTRAS) and (found := _read_extras(files, path))
    }
    for path, found in extras.items():
        text = path.removesuffix(".json")
        try:
            content = files[text].decode()
            room.take(content)
            notebook = clean_notebook(join_myst(content, found))
        except MystTooLarge as error:
            raise TooMuchMyst from error
        except (NoMyst, UnicodeDecodeError) as error:
            raise NotMyst from error
        del result[text], result[path]
        result[_get_target(found, text, result)] = write_notebook(notebook)
    if not any(map(is_notebook, result)):
        return {_rename(path, data): _convert(path, data, room) for path, data in result.items()}
    return result


def _read_extras(files: Mapping[str, bytes], path: str) -> dict[str, Any] | None:
    if path.removesuffix(".json") not in files:
        return None
    try:
        found = json.loads(files[path])
    except (ValueError, RecursionError):
        return None
    return found if is_extras(found) else None


def _get_target(extras: dict[str, Any], text: str, taken: Mapping[str, bytes]) -> str:
    """The notebook's old name, in the folder where the text stands now."""
    old = str(extras.get("path") or "").rpartition("/")[2]
    name = old if is_notebook(old) else f"{text.rpartition('/')[2].removesuffix(TEXT)}.ipynb"
    folder = text.rpartition("/")[0]
    path = f"{folder}/{name}" if folder else name
    return Names(taken).find_free(path)


def _is_text(path: str, data: bytes) -> bool:
    return path.lower().endswith(TEXT) and is_myst(data.decode(errors="replace"))


def _rename(path: str, data: bytes) -> str:
    return f"{path[: -len(TEXT)]}.ipynb" if _is_text(path, data) else path


def _convert(path: str, data: bytes, room: _Room) -> bytes:
    return read_text(data, room) if _is_text(path, data) else data
