"""`./candyce test`: static checks, unit tests on each database, editor tests, content, faults, stories."""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from candyce.launch import build, checks
from candyce.launch.bubblewrap import prepare_bubblewrap
from candyce.launch.chromium import prepare_chromium
from candyce.launch.node import prepare_modules, prepare_node
from candyce.launch.pango import prepare_pango
from candyce.launch.postgres import find_programs, throw_away_postgres
from candyce.launch.redis import prepare_redis
from candyce.launch.steps import StepFailed, say

Environment = dict[str, str]


@dataclass
class Stage:
    """One part of the tests; ``run`` returns the exit code, or ``None`` when it cannot apply here."""

    name: str
    french: str
    english: str
    run: Callable[[Path, Environment], int | None]


def _call(root: Path, environment: Environment, *command: str) -> int:
    return subprocess.run(command, cwd=root, env=environment, check=False).returncode


def _pytest(root: Path, environment: Environment, *arguments: str) -> int:
    return _call(root, environment, sys.executable, "-m", "pytest", *arguments)


def _check(root: Path, _environment: Environment) -> int:
    return checks.main(root, [])


def _unit(root: Path, environment: Environment) -> int:
    with contextlib.suppress(StepFailed):  # without a Redis its tests are left out, and say so
        prepare_redis(root)
    prepare_bubblewrap(root)  # idem
    prepare_pango(root)  # idem
    return _pytest(root, environment, "src", "-n", "2", "--create-db")


def _postgres(root: Path, environment: Environment) -> int | None:
    if find_programs() is None:
        return None
    with throw_away_postgres() as url:
        # What no database has a part in has been tested by the stage before.
        apart = {"CANDYCE_DATABASE_URL": url, "CANDYCE_TEST_ONLY_DATABASE": "1"}
        options = ["-n", "2", "--create-db", "-m", "not sandbox"]
        return _pytest(root, {**environment, **apart}, "src", *options)


def _editor(root: Path, environment: Environment) -> int:
    return _call(root, environment, "npm", "test", "--workspaces", "--if-present")


def _content(root: Path, environment: Environment) -> int:
    return _pytest(root, environment, "tests/content", "-v")


def _faults(root: Path, environment: Environment) -> int:
    prepare_redis(root)
    return _pytest(root, environment, "tests/faults", "-v", "-n", "2")


def _stories(root: Path, environment: Environment) -> int:
    chromium = prepare_chromium(root)
    with_browser = {**environment, "CANDYCE_CHROMIUM": chromium}
    # A story waits more than it works: two at a time, each file with a server of its own.
    return _pytest(root, with_browser, "e2e", "-v", "-n", "2", "--dist", "loadfile")


def run_faults(root: Path, arguments: list[str]) -> int:
    """`./candyce faults`: the long form of the stage above."""
    return _call(root, dict(os.environ), sys.executable, "-m", "tests.faults.campaign", *arguments)


STAGES = (
    Stage("check", "vérifications statiques", "static checks", _check),
    Stage("unit", "tests unitaires (SQLite)", "unit tests (SQLite)", _unit),
    Stage("postgres", "tests unitaires (PostgreSQL)", "unit tests (PostgreSQL)", _postgres),
    Stage("editor", "tests de l'éditeur", "editor tests", _editor),
    Stage("content", "leçons dans Pyodide", "lessons in Pyodide", _content),
    Stage("faults", "pannes provoquées", "injected faults", _faults),
    Stage("e2e", "récits dans Chromium", "stories in Chromium", _stories),
)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./candyce test")
    names = [stage.name for stage in STAGES]
    parser.add_argument("--only", choices=names, action="append")
    parser.add_argument(
        "--quick",
        action="store_true",
        help=say("sans pannes ni Chromium", "without faults and Chromium"),
    )
    return parser.parse_args(arguments)


def main(root: Path, arguments: list[str]) -> int:
    """Run the stages; all of them run even when one fails. Returns 0 when all pass."""
    options = _parse(arguments)
    environment = prepare_node(root)
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    prepare_modules(root, environment)
    build.build_messages(root)
    build.build_portal(root, root / "var")
    build.build_editor(root, root / "var")
    results: list[tuple[Stage, int | None, float]] = []
    for stage in STAGES:
        if options.only and stage.name not in options.only:
            continue
        if options.quick and stage.name in {"faults", "e2e", "content"}:
            continue
        print(f"\n━━ {say(stage.french, stage.english)}", flush=True)
        started = time.monotonic()
        try:
            code = stage.run(root, environment)
        except StepFailed as error:
            print(error)
            code = 1
        results.append((stage, code, time.monotonic() - started))
    return _report(results)


def _report(results: list[tuple[Stage, int | None, float]]) -> int:
    print("\n━━")
    for stage, code, seconds in results:
        sign = "–" if code is None else "✗" if code else "✓"
        left_out = (
            say("  (absent de cette machine)", "  (not on this machine)") if code is None else ""
        )
        print(f" {sign} {say(stage.french, stage.english)}  ({seconds:.0f} s){left_out}")
    failed = [stage for stage, code, _seconds in results if code]
    total = sum(code is not None for _stage, code, _seconds in results)
    print(f"{total - len(failed)} passed, {len(failed)} failed", flush=True)
    return 1 if failed else 0


if os.name == "nt":  # pragma: no cover
    raise SystemExit("./candyce test runs on Linux and macOS.")
