"""What `./candyce` does before it hands over to its own Python."""

from __future__ import annotations

import subprocess
import sys

from candyce.launch.environment import keep_bytecode


def test_what_is_compiled_once_is_found_again_and_no_source_folder_is_written_to(
    tmp_path, monkeypatch
):
    source, root = tmp_path / "source", tmp_path / "root"
    source.mkdir()
    (source / "something.py").write_text("print('here')")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "")
    keep_bytecode(root)
    subprocess.run([sys.executable, "-c", "import something"], cwd=source, check=True)
    assert [file.name for file in source.iterdir()] == ["something.py"]
    assert list((root / "var/bytecode").rglob("something.*.pyc"))
