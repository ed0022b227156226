"""Compiles the extension and the kernel's worker."""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

from paths import EDITOR, NODE_MODULES


def compile_extension() -> Path:
    """TypeScript to JavaScript, then a federated extension; return its folder."""
    for generated in ("lib", "labextension"):
        shutil.rmtree(EDITOR / generated, ignore_errors=True)
    (EDITOR / "tsconfig.tsbuildinfo").unlink(missing_ok=True)
    # types are checked by `npm run check`; here only the output counts
    _run([str(NODE_MODULES / ".bin" / "tsc"), "--noCheck"])
    builder = Path(sysconfig.get_path("scripts")) / "jupyter-builder"
    _run([str(builder), "build", "."])
    return EDITOR / "labextension"


def bundle_worker(out: Path) -> None:
    """The kernel's worker and Pyodide's loader as one module."""
    _bundle("src/kernel/worker.ts", out, "esm", "--external:node:*", "--external:ws")


def bundle_service(out: Path) -> None:
    """The service worker as one classic script."""
    _bundle("src/offline/service.ts", out, "iife")


def _bundle(source: str, out: Path, form: str, *more: str) -> None:
    _run(
        [
            str(NODE_MODULES / ".bin" / "esbuild"),
            source,
            "--bundle",
            "--minify",
            f"--format={form}",
            "--target=es2022",
            "--legal-comments=none",
            *more,
            f"--outfile={out}",
        ]
    )


def _run(command: list[str]) -> None:
    environment = {**os.environ, "NO_UPDATE_NOTIFIER": "1"}
    done = subprocess.run(
        command, cwd=EDITOR, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        words = "\n".join(line[:500] for line in (done.stdout + done.stderr).splitlines()[-40:])
        raise RuntimeError(f"{Path(command[0]).name} failed:\n{words}")
