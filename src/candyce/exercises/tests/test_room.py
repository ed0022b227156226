from __future__ import annotations

import ast
import sys
from pathlib import Path

import candyce.exercises

ALLOWED = sys.stdlib_module_names | {"candyce"}


def test_the_rules_are_plain_python_without_nbgrader_or_django():
    folder = Path(candyce.exercises.__file__).parent
    imported = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.split(".")[0])

    assert imported <= ALLOWED
