"""What a resource's content says of itself: its kernel, the packages it imports, whether it needs a network."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from candyce.compute.kernels import SERVER, get_environment
from candyce.exercises import format as notebooks
from candyce.projects.blobs import read_blob
from candyce.projects.paths import is_notebook

SIZE = 5_000_000  # bytes of a file that is still read
PACKAGES = 30  # named of one tree
# With every kernel, or of no use where the browser's is not.
GIVEN = {
    "IPython", "pyodide", "js", "pyodide_js", "candyce_kernel", "micropip", "piplite", "__main__",
}  # fmt: skip
NETWORK = {
    "requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http.client", "socket", "ftplib",
    "smtplib", "websockets", "pyodide.http", "micropip", "yfinance", "js.fetch", "js.XMLHttpRequest",
}  # fmt: skip
NETWORK_CALLS = {"pyfetch", "open_url", "urlopen", "urlretrieve"}
ADDRESS_CALLS = {"fetch", "loadtxt", "genfromtxt"}  # and read_…: of an address, or of a file
# What such code looks like where it is no Python yet: an exercise to complete.
_LIKELY = re.compile(
    r"\b(?:open_url|pyfetch|urlopen|urlretrieve)\(|\brequests\.(?:get|post)\(|\bXMLHttpRequest\b|\bpyodide\.http\b"
    r"|\b(?:read_\w+|fetch)\(\s*[rf]?[\"']https?://"
)


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
    networked = False
    environments: set[str] = set()
    for source in _read_sources(tree, environments):
        parsed = _parse(source)
        modules |= _find_modules(parsed)
        networked = networked or _is_networked(source, parsed)
    tops = {name.split(".")[0] for name in modules}
    packages = tops - set(sys.stdlib_module_names) - GIVEN - own
    environment = min(environments, default="")
    return Derived(
        tuple(sorted(packages, key=lambda name: (name.lower(), name))[:PACKAGES]),
        offline=not networked and not environment,
        kernel=SERVER + environment if environment else "python",
    )


def uses_network(source: str) -> bool:
    """Whether a cell's code, or a module's, reads something from the network."""
    return _is_networked(source, _parse(source))


def _is_networked(source: str, parsed: ast.AST | None) -> bool:
    if parsed is None:
        return _LIKELY.search(source) is not None
    calls = (node for node in ast.walk(parsed) if isinstance(node, ast.Call))
    return any(map(_uses, _find_modules(parsed))) or any(map(_calls_network, calls))


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


def _find_modules(parsed: ast.AST | None) -> set[str]:
    """What is imported, by its whole name: ``a.b`` of ``from a import b`` too."""
    modules: set[str] = set()
    for node in ast.walk(parsed) if parsed is not None else ():
        if isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules.add(node.module)
            modules.update(f"{node.module}.{alias.name}" for alias in node.names)
    return modules


def _calls_network(call: ast.Call) -> bool:
    path = _get_path(call.func)
    if not path:
        return False
    name = path[-1]
    of_module = len(path) > 1 and _uses(".".join(path[:2]))  # imported in another cell
    reads = name in ADDRESS_CALLS or name.startswith("read_")
    return name in NETWORK_CALLS or of_module or (reads and _names_address(call))


def _get_path(function: ast.expr) -> list[str]:
    """``["a", "b"]`` of ``a.b``; what is before the last call or index is left out."""
    path: list[str] = []
    while isinstance(function, ast.Attribute):
        path.insert(0, function.attr)
        function = function.value
    return [function.id, *path] if isinstance(function, ast.Name) else path


def _names_address(call: ast.Call) -> bool:
    first: ast.expr | None = call.args[0] if call.args else None
    if isinstance(first, ast.JoinedStr) and first.values:
        first = first.values[0]
    value = first.value if isinstance(first, ast.Constant) else None
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def _parse(source: str) -> ast.AST | None:
    """A cell's tree without what only a notebook's kernel knows; None for what is no Python."""
    lines = source.split("\n")
    kept = ["" if line.lstrip().startswith(("%", "!", "?")) else line for line in lines]
    for text in (source, "\n".join(kept)):
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None
