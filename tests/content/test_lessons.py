"""Every lesson that ships is executed from top to bottom in the very Pyodide that is served."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted(path.parent for path in (ROOT / "content").glob("*/resource.toml"))


def execute(folders: list[Path]) -> dict[str, dict]:
    """The runner's result of each notebook, by the name of its folder."""
    command = ["node", "editor/build/run-notebooks.mjs", *map(str, folders)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert "{" in done.stdout, (done.stdout + done.stderr)[-2000:]
    results = json.loads(done.stdout[done.stdout.index("{") :])["notebooks"]
    return {Path(result["path"]).parent.name: result for result in results}


@pytest.fixture(scope="module")
def report() -> dict[str, dict]:
    """All of them, by two runners: each uses one processor."""
    with ThreadPoolExecutor() as pool:
        halves = pool.map(execute, (SHIPPED[::2], SHIPPED[1::2]))
        return {name: result for half in halves for name, result in half.items()}


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_lesson_runs_in_the_browsers_python(report, folder):
    result = report[folder.name]
    assert result["ok"], result
