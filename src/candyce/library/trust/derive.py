"""What a resource's content says of itself: its kernel, the packages it imports, whether it needs a network."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from candyce.compute.kernels import SERVER, get_environment
from candyce.exercises import format as notebooks
from candyce.projects.blobs import read_blob
from candyce.projects.paths import is_notebook

SIZE = 5_000_000  # bytes of a file that is still read
GIVEN = {"IPython", "pyodide", "js", "pyodide_js", "candyce_kernel"}  # with every kernel
NETWORK = {
    "requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http.client", "socket", "ftplib",
    "smtplib", "websockets", "pyodide.http", "micropip", "yfinance",
}  # fmt: skip
NETWORK_CALLS = {"fetch", "pyfetch", "open_url", "urlopen", "XMLHttpRequest"}


@dataclass(frozen=True)
class Derived:
    """``packages``: modules that neither Python nor the kernel nor the tree itself has."""

    packages: tuple[str, ...]
    offline: bool
    kernel: str


def derive(tree: Mapping[str, list]) -> Derived:
    """Read all notebooks and modules of a tree; what cannot be read says nothing."""
    own = {part.removesuffix(".py") for path in tree for part in path.split("/")}
    modules: set[str] = set()
    called: set[str] = set()
    environments: set[str] = set()
    for source in _read_sources(tree, environments):
        _find_names(source, modules, called)
    tops = {name.split(".")[0] for name in modules}
    packages = tops - set(sys.stdlib_module_names) - GIVEN - own
    networked = any(_uses(name) for name in modules) or bool(called & NETWORK_CALLS)
    environment = min(environments, default="")
    return Derived(
        tuple(sorted(packages)),
        offline=not networked and not environment,
        kernel=SERVER + environment if environment else "python",
    )


def _uses(name: str) -> bool:
    return name in NETWORK or name.split(".", maxsplit=1)[0] in NETWORK


def _read_sources(tree: Mapping[str, list], environments: set[str]) -> Iterator[str]:
    for path, entry in tree.items():
        if entry[1] > SIZE or not (path.endswith(".py") or is_notebook(path)):
            continue
        try:
            data = read_blob(entry[0]).decode()
            notebook = json.loads(data) if is_notebook(path) else None
        except (OSError, ValueError, RecursionError):
            continue
        if notebook is None:
            yield data
            continue
        if environment := get_environment(notebook):
            environments.add(environment)
        for cell in notebooks.get_cells(notebook):
            if notebooks.get_type(cell) == "code":
                yield notebooks.get_source(cell)


def _find_names(source: str, modules: set[str], called: set[str]) -> None:
    for node in ast.walk(parse(source)):
        if isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules.add(node.module)
            modules.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call):
            called.add(_get_called(node.func))


def _get_called(function: Any) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def parse(source: str) -> ast.AST:
    """A cell's tree without what only a notebook's kernel knows; an empty one of what is no Python."""
    lines = source.split("\n")
    kept = ["" if line.lstrip().startswith(("%", "!", "?")) else line for line in lines]
    for text in (source, "\n".join(kept)):
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return ast.Module([], [])
