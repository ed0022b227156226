"""A sandbox where the machine has one; ``candyce.conftest`` offers the fixtures to every room."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from candyce.compute.sandbox.box import NoSandbox, find_bwrap
from candyce.compute.sandbox.browser import BrowserPython
from candyce.compute.sandbox.native import NativePython


def has_sandbox() -> bool:
    try:
        find_bwrap()
    except NoSandbox:
        return False
    return True


needs_sandbox = pytest.mark.skipif(not has_sandbox(), reason="bubblewrap is not on this machine")


def make_runner(folder: Path, **options: bool) -> BrowserPython:
    from django.conf import settings

    return BrowserPython(settings.ROOT / "node_modules" / "pyodide", folder, **options)


@pytest.fixture(scope="session")
def sandbox_cache(tmp_path_factory) -> Path:
    """Where the snapshot is, made once for all tests."""
    return tmp_path_factory.mktemp("marking")


@pytest.fixture(scope="session")
def runner(sandbox_cache) -> BrowserPython:
    return make_runner(sandbox_cache)


@pytest.fixture(scope="session")
def runner_alone(sandbox_cache) -> BrowserPython:
    """As on a machine where a process cannot be divided."""
    return make_runner(sandbox_cache, divides=False)


@pytest.fixture(scope="session")
def native() -> NativePython:
    """The environment in which the tests themselves run."""
    return NativePython("tests", Path(sys.prefix))
