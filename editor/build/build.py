"""Builds the editor: the JupyterLite site with our extension and our Pyodide, ready to be served at /edit/.

    python editor/build/build.py [--out var/build/editor] [--cache var/cache/editor] [--check]

`--check` exits with 0 when the site in `--out` is up to date, with 1 when it is not. The build replaces
the old site only once the new one is complete.
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

import stamp
from paths import DEFAULT_CACHE, DEFAULT_OUT


def build(out: Path, cache: Path, quality: int) -> None:
    import compress
    import extension
    import hashed
    import offline
    import python_files
    import site_files
    from progress import step

    if not site_files.node_modules_ready():
        sys.exit("node_modules is missing: run `npm ci` first.")
    inputs = stamp.inputs_hash()
    out.parent.mkdir(parents=True, exist_ok=True)
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".editor-") as temporary:
        work, site = Path(temporary) / "work", Path(temporary) / "site"
        site.mkdir()
        with step("Python for the browser"):
            python = python_files.build(site, work, cache)
        with step("extension"):
            labextension = extension.compile_extension()
            extension.bundle_worker(work / "kernel-worker.js")
            extension.bundle_service(work / offline.SCRIPT)
        with step("JupyterLite"):
            lite = site_files.run_jupyter_lite(work)
            site_files.assemble(lite, labextension, work / "kernel-worker.js", python, site)
            shutil.copyfile(work / offline.SCRIPT, site / offline.SCRIPT)
            offline.write(site)
        with step("compression"):
            compress.compress_all(site, cache, quality)
        paths = (str(p.relative_to(site)) for p in site.rglob("*") if p.is_file())
        immutable = sorted(p for p in paths if hashed.is_immutable(p.removesuffix(".br")))
        (site / "immutable.json").write_text(json.dumps(immutable) + "\n")
        stamp.write(site, inputs)
        _replace(out, site, Path(temporary) / "old")


def _replace(out: Path, site: Path, old: Path) -> None:
    if out.exists():
        out.rename(old)
    site.rename(out)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE)
    parser.add_argument("--check", action="store_true", help="only say whether it is up to date")
    parser.add_argument("--quality", type=int, default=11, help="of brotli; 5 is quick, for trying")
    options = parser.parse_args()
    if options.check:
        return 0 if stamp.is_fresh(options.out) else 1
    build(options.out.resolve(), options.cache.resolve(), options.quality)
    return 0


if __name__ == "__main__":
    sys.exit(main())
