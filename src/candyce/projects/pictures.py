"""The pictures among a project's files, put into the Markdown that shows them."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import PurePosixPath
from urllib.parse import unquote

from candyce.lib.markdown import Room
from candyce.projects.blobs import read_blob
from candyce.projects.preview import get_image_type

PICTURE_LIMIT = 2 * 2**20  # bytes of a picture put into a page
PICTURES = 40  # of a page of the portal
PAGE_LIMIT = 4 * 2**20  # bytes of all of them
# Neither goes past the next beginning of its like, so hostile text takes no longer than other text.
_PICTURE = re.compile(r"""(!\[[^\[\]]*\]\(<?|<img\b[^<>]*?\bsrc=["'])([^)>"'\s]+)""")


def put_pictures(source: str, path: str, tree: Mapping[str, list], room: Room | None = None) -> str:
    """The Markdown of the notebook at ``path`` with the project's own pictures in it, as far as there is room."""
    space = room or Room()

    def replace(found: re.Match[str]) -> str:
        place = _find(found[2], path, tree)
        if place is None or not space.take(-(-tree[place][1] // 3) * 4):
            return found[0]
        return found[1] + _read(place, tree)

    return _PICTURE.sub(replace, source)


@dataclass
class Frames:
    """The pictures of a page of the portal: of the notebook at ``path``, as many as one page may hold.

    :meth:`hold` puts short addresses into the Markdown, which go through its sanitiser; :meth:`fill` puts the
    pictures into the HTML that was made of it.
    """

    tree: Mapping[str, list]
    path: str
    left: int = PICTURES
    size: int = PAGE_LIMIT
    held: dict[str, tuple[str, str]] = field(default_factory=dict)  # address: (place, as written)

    def hold(self, source: str) -> str:
        return _PICTURE.sub(self._hold, source)

    def _hold(self, found: re.Match[str]) -> str:
        place = _find(found[2], self.path, self.tree)
        if place is None or not self.left or self.tree[place][1] > self.size:
            return found[0]
        self.left -= 1
        self.size -= self.tree[place][1]
        # Nobody guesses it, so no text of the notebook's is taken for it.
        address = f"data:image/png;base64,{secrets.token_hex(16)}"
        self.held[address] = (place, found[2])
        return found[1] + address

    def fill(self, html: str) -> str:
        """The pictures where they are one; what only looked like one, as in code, as it was written."""
        for address, (place, written) in self.held.items():
            if address not in html:
                continue
            wanted = f'src="{address}"'
            if wanted in html:
                html = html.replace(wanted, self._show(place))
            html = html.replace(address, escape(written))
        self.held.clear()
        return html

    def _show(self, place: str) -> str:
        try:
            return f'src="{_read(place, self.tree)}"'
        except OSError:
            return ""  # its alternative text is left


def _find(address: str, path: str, tree: Mapping[str, list]) -> str | None:
    """The picture among the files that the address means; None for anything else, and for what is too large."""
    folder = PurePosixPath(path).parent
    for name in (address, unquote(address)):
        place = _normalise(folder / name)
        if place in tree and get_image_type(place) is not None:
            return place if tree[place][1] <= PICTURE_LIMIT else None
    return None


def _read(place: str, tree: Mapping[str, list]) -> str:
    data = base64.b64encode(read_blob(tree[place][0])).decode()
    return f"data:{get_image_type(place)};base64,{data}"


def _normalise(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts:
            parts.pop()
        elif part not in {"..", "."}:
            parts.append(part)
    return "/".join(parts)
