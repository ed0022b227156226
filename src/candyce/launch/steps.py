"""Steps that say what they do and how long they took, in the language of the terminal.

Standard library only: the launcher uses it before any dependency is there.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ENGLISH = os.environ.get("LC_ALL", os.environ.get("LANG", "fr"))[:2] == "en"


class StepFailed(Exception):
    """A step could not be done; the message says what to do about it."""


def say(french: str, english: str) -> str:
    """The sentence in the language of the terminal."""
    return english if ENGLISH else french


def _seconds(duration: float) -> str:
    text = f"{duration:.1f}"
    return f"{text if ENGLISH else text.replace('.', ',')} s"


class Step:
    """A running step: ``note`` changes what it shows as its progress."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.detail = ""
        self.started = time.monotonic()
        self._done = threading.Event()
        self._interactive = sys.stdout.isatty()

    def note(self, detail: str) -> None:
        self.detail = detail.strip()[:60]

    def _spin(self) -> None:
        for sign in itertools.cycle("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"):
            if self._done.wait(0.15):
                return
            elapsed = _seconds(time.monotonic() - self.started)
            print(f"\r\x1b[2K {sign} {self.title} … {elapsed}  {self.detail}", end="", flush=True)

    def _beat(self) -> None:
        while not self._done.wait(20):
            elapsed = _seconds(time.monotonic() - self.started)
            print(f"   {self.title} … {elapsed}  {self.detail}", flush=True)

    def start(self) -> None:
        target = self._spin if self._interactive else self._beat
        threading.Thread(target=target, daemon=True).start()

    def end(self, sign: str) -> None:
        self._done.set()
        clear = "\r\x1b[2K" if self._interactive else ""
        print(
            f"{clear} {sign} {self.title}  ({_seconds(time.monotonic() - self.started)})",
            flush=True,
        )


@contextlib.contextmanager
def step(french: str, english: str) -> Iterator[Step]:
    """Show a step while the block runs, then how long it took."""
    current = Step(say(french, english))
    current.start()
    try:
        yield current
    except BaseException:
        current.end("✗")
        raise
    current.end("✓")


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    show: Step | None = None,
    env: dict[str, str] | None = None,
) -> str:
    """Run a command, its last line as the step's progress; raises :class:`StepFailed` with its end."""
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    lines: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line[:2000])
        if show is not None and line.strip():
            show.note(line)
    if process.wait() != 0:
        tail = "".join(lines[-40:])
        name = Path(str(command[0])).name
        raise StepFailed(f"{name}: {say('échec', 'failed')} ({process.returncode})\n{tail}")
    return "".join(lines)
