"""Mirrors Python packages built for Pyodide, so that classes can import numpy without leaving Candyce.

    python -m candyce.lib.pyodide_mirror [numpy pandas …] [--from ADDRESS|ARCHIVE|FOLDER] [--to FOLDER]

Names are looked up, with what they depend on, in the lock of the Pyodide that is served; each file's
SHA-256 must be the lock's. Interrupted downloads go on where they stopped. The result is a folder of
wheels and an `index.json` in the lock's own form, which the kernel merges with what it has.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from candyce.lib.pyodide_sources import (
    ENGLISH,
    MirrorError,
    Report,
    open_source,
    say,
)

ROOT = Path(__file__).resolve().parents[3]
DEFAULT_PACKAGES = ("numpy", "pandas", "matplotlib", "sympy", "scipy")
# The address that Pyodide's documentation gives for its own distribution.
DISTRIBUTION = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"
MAX_TOTAL = 2 * 1024**3
INDEX = "index.json"


@dataclass
class Distribution:
    """The Pyodide that is served: its version, its lock, and what the kernel has already."""

    version: str
    info: dict[str, str]
    packages: dict[str, dict[str, Any]]
    built_in: frozenset[str]


@dataclass
class MirrorReport:
    """What a run brought: names by outcome, and the bytes that were fetched."""

    fetched: list[str] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    bytes: int = 0


def normalise(name: str) -> str:
    return name.replace("_", "-").replace(".", "-").lower()


def read_distribution(data: Path) -> Distribution:
    """Read what the editor's build left, or npm's package when there is no build yet."""
    built = data / "build" / "editor" / "pyodide"
    npm = ROOT / "node_modules" / "pyodide"
    try:
        if (built / "upstream-lock.json").exists():
            lock = json.loads((built / "upstream-lock.json").read_text())
            own = json.loads((built / "distribution.json").read_text())
            version, built_in = own["version"], {*own["built_in"], *own["lock"]["packages"]}
        else:
            lock = json.loads((npm / "pyodide-lock.json").read_text())
            version = json.loads((npm / "package.json").read_text())["version"]
            built_in = set()
    except (OSError, ValueError, KeyError) as error:
        raise MirrorError(
            say(
                "L’éditeur n’est pas construit : lancez d’abord ./candyce up.",
                "The editor is not built: run ./candyce up first.",
            )
        ) from error
    packages = {normalise(name): entry for name, entry in lock["packages"].items()}
    return Distribution(version, lock["info"], packages, frozenset(built_in))


def closure(names: Iterable[str], distribution: Distribution) -> list[str]:
    """The packages to mirror: `names` and all they depend on, less what the kernel has."""
    found: list[str] = []
    queue = [normalise(name) for name in names]
    while queue:
        name = queue.pop(0)
        if name in distribution.built_in or name in found:
            continue
        if name not in distribution.packages:
            raise MirrorError(
                say(
                    f"« {name} » n’existe pas dans Pyodide {distribution.version}.",
                    f"There is no “{name}” in Pyodide {distribution.version}.",
                )
            )
        found.append(name)
        queue += [normalise(d) for d in distribution.packages[name]["depends"]]
    return found


def mirror(
    packages: Sequence[str],
    source: str | Path,
    destination: Path,
    progress: Report | None = None,
    *,
    distribution: Distribution | None = None,
) -> MirrorReport:
    """Bring `packages` and what they need from `source` into `destination`.

    `source` is an address ending in a slash, a folder, or an archive. Raises `MirrorError` with a
    sentence for the operator; what was brought before stays and is not fetched again.
    """
    distribution = distribution or read_distribution(destination.parent)
    wanted = closure(packages, distribution)
    destination.mkdir(parents=True, exist_ok=True)
    report = MirrorReport()
    entries = {name: distribution.packages[name] for name in wanted}
    missing = []
    for name, entry in entries.items():
        if _is_good(destination / _file_name(entry), entry["sha256"]):
            report.present.append(name)
        else:
            missing.append(name)
    if missing:
        files = {_file_name(entries[name]): name for name in missing}
        with open_source(str(source)) as opened:
            for file_name, part in opened.fetch(list(files), destination, progress or _silent):
                name = files[file_name]
                report.bytes += _accept(part, destination / file_name, entries[name])
                report.fetched.append(name)
                if report.bytes > MAX_TOTAL:
                    raise MirrorError(say("Trop de données.", "Too much data."))
                _write_index(destination, distribution)
    _write_index(destination, distribution)
    return report


def _silent(_name: str, _done: int, _total: int | None) -> None:
    return


def _file_name(entry: dict[str, Any]) -> str:
    name = entry["file_name"]
    if not isinstance(name, str) or name in {"", ".", ".."} or set(name) & set("/\\\0"):
        raise MirrorError(say("Nom de fichier refusé.", "Refused file name."))
    return name


def _is_good(path: Path, sha256: str) -> bool:
    return path.is_file() and _digest(path) == sha256


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _accept(part: Path, target: Path, entry: dict[str, Any]) -> int:
    """Make a fetched file visible once its hash is the lock's; return its size."""
    if _digest(part) != entry["sha256"]:
        part.unlink()
        raise MirrorError(
            say(
                f"{target.name} n’est pas le fichier attendu (empreinte différente).",
                f"{target.name} is not the expected file (its hash differs).",
            )
        )
    size = part.stat().st_size
    part.replace(target)
    return size


def _write_index(destination: Path, distribution: Distribution) -> None:
    """All packages of the distribution whose files are there, in the form of Pyodide's lock.

    Dependencies that the kernel has built in are left out: it would look for them in vain.
    """
    entries = {
        name: entry
        | {
            "depends": [
                d for d in map(normalise, entry["depends"]) if d not in distribution.built_in
            ]
        }
        for name, entry in distribution.packages.items()
        if name not in distribution.built_in and (destination / entry["file_name"]).is_file()
    }
    content = {"pyodide": distribution.version, "info": distribution.info, "packages": entries}
    part = destination / (INDEX + ".part")
    part.write_text(json.dumps(content), encoding="utf-8")
    part.replace(destination / INDEX)


def _bar(stream: Any) -> Callable[[str, int, int | None], None]:
    """Shows one line a package: redrawn on a terminal, once at its end elsewhere."""
    interactive = stream.isatty()

    def show(name: str, done: int, total: int | None) -> None:
        megabytes = f"{done / 1e6:.1f} Mo" if not ENGLISH else f"{done / 1e6:.1f} MB"
        if interactive:
            filled = int(24 * done / total) if total else 0
            line = f"\r\x1b[2K [{'█' * filled}{'·' * (24 - filled)}] {megabytes}  {name}"
            print(line, end="\n" if done == total else "", file=stream, flush=True)
        elif done == total:
            print(f"   {name}  {megabytes}", file=stream, flush=True)

    return show


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    data = Path(os.environ.get("CANDYCE_DATA", ROOT / "var"))
    parser = argparse.ArgumentParser(
        prog="./candyce packages",
        description=say(
            "Copie sur ce serveur des paquets Python pour le navigateur.",
            "Mirrors Python packages for the browser on this server.",
        ),
    )
    parser.add_argument("packages", nargs="*", default=list(DEFAULT_PACKAGES))
    parser.add_argument(
        "--from",
        dest="source",
        default=os.environ.get("CANDYCE_PYODIDE_SOURCE"),
        help=say("adresse, archive ou dossier", "address, archive or folder"),
    )
    parser.add_argument("--to", type=Path, default=data / "packages")
    parser.add_argument("--background", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--list", action="store_true", help=say("les paquets déjà copiés", "what is mirrored")
    )
    return parser.parse_args(argv)


def _mirrored(destination: Path) -> Iterator[str]:
    try:
        packages = json.loads((destination / INDEX).read_text())["packages"]
    except (OSError, ValueError, KeyError):
        return
    for name, entry in sorted(packages.items()):
        yield f"{name} {entry['version']}"


def main(argv: Sequence[str] | None = None) -> int:
    """The command. 0 when all is there, 1 with a sentence when not."""
    options = _arguments(argv)
    if options.list:
        print("\n".join(_mirrored(options.to)) or say("Aucun paquet.", "No package."))
        return 0
    try:
        distribution = read_distribution(options.to.parent)
        source = options.source or DISTRIBUTION.format(version=distribution.version)
        report = mirror(
            options.packages,
            source,
            options.to,
            _silent if options.background else _bar(sys.stderr),
            distribution=distribution,
        )
    except MirrorError as error:
        print(f"{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(say("\nInterrompu ; relancez pour continuer.", "\nStopped; run again to go on."))
        return 130
    ready = ", ".join(sorted([*report.fetched, *report.present]))
    print(say(f"Prêts à être importés : {ready}.", f"Ready to import: {ready}."))
    return 0


if __name__ == "__main__":
    sys.exit(main())
