"""Compiles `.po` catalogues with Babel, so that no gettext program is needed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def compile_messages(catalogues: Iterable[Path]) -> None:
    """Write the `.mo` beside each `.po`; fuzzy entries are left out."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for po in catalogues:
        with po.open("rb") as source:
            catalogue = read_po(source, locale=po.parts[-3], abort_invalid=True)
        with po.with_suffix(".mo").open("wb") as target:
            write_mo(target, catalogue)
