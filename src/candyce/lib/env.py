"""Settings read from the environment, each declared once with its meaning.

The declarations make the table of the operator's guide, so a setting cannot exist undocumented.
A value may also come from a file: ``NAME_FILE`` names it (for secrets mounted by an orchestrator).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class SettingError(Exception):
    """A setting's value cannot be used; the message names the setting and what is expected."""


@dataclass(frozen=True)
class Setting:
    """One environment variable: its name, default as shown to operators, and meaning."""

    name: str
    default: str
    meaning: str
    secret: bool = False


def parse_bool(text: str) -> bool:
    """Read ``1/true/yes/on`` or ``0/false/no/off``; anything else is an error."""
    value = text.strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("expected true or false")


def parse_list(text: str) -> list[str]:
    """Split on commas, dropping blanks."""
    return [part.strip() for part in text.split(",") if part.strip()]


def parse_folders(text: str) -> dict[str, Path]:
    """Read ``name=/folder`` parted by commas; names are of letters, digits, ``-`` and ``_``."""
    found = {}
    for part in parse_list(text):
        name, _, folder = part.partition("=")
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,23}", name) or not folder.startswith("/"):
            raise ValueError(
                "expected name=/folder, name=/folder; a name of at most 24 small letters"
            )
        found[name] = Path(folder)
    return found


@dataclass
class Env:
    """Reads declared settings from ``source`` and remembers the declarations in order."""

    source: Mapping[str, str] = field(default_factory=lambda: os.environ)
    declared: dict[str, Setting] = field(default_factory=dict)

    def get(
        self,
        name: str,
        default: str,
        meaning: str,
        *,
        parse: Callable[[str], Any] = str,
        secret: bool = False,
        shown: str | None = None,
    ) -> Any:
        """Declare and read a setting; raises :class:`SettingError` on an unusable value."""
        shown_default = default if shown is None else shown
        self.declared[name] = Setting(name, shown_default, meaning, secret)
        text = self._text(name, default)
        try:
            return parse(text)
        except ValueError as error:
            raise SettingError(f"{name}: {error} (got {'***' if secret else text!r})") from error

    def _text(self, name: str, default: str) -> str:
        if name in self.source:
            return self.source[name]
        file_name = self.source.get(f"{name}_FILE")
        if file_name:
            try:
                return Path(file_name).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingError(f"{name}_FILE: cannot read {file_name}: {error}") from error
        return default
