"""Brotli beside every file that gains by it, kept in a cache by content so that rebuilds are quick."""

import hashlib
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli

SUFFIXES = {
    ".js",
    ".mjs",
    ".json",
    ".css",
    ".html",
    ".svg",
    ".wasm",
    ".zip",
    ".ttf",
    ".eot",
    ".ico",
}
WINDOW = 24
MIN_BYTES = 600


def compress_all(site: Path, cache: Path, quality: int) -> None:
    """Write `<file>.br` wherever it is smaller."""
    store = cache / f"brotli-{quality}"
    store.mkdir(parents=True, exist_ok=True)
    files = [p for p in site.rglob("*") if p.is_file() and p.suffix in SUFFIXES]
    # the largest first: they decide how long it takes
    files.sort(key=lambda p: -p.stat().st_size)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda path: _compress(path, store, quality), files))


def _compress(path: Path, store: Path, quality: int) -> None:
    content = path.read_bytes()
    if len(content) < MIN_BYTES:
        return
    kept = store / hashlib.sha256(content).hexdigest()
    if not kept.exists():
        part = kept.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(brotli.compress(content, quality=quality, lgwin=WINDOW))
        part.replace(kept)
    if kept.stat().st_size < len(content) * 0.98:
        shutil.copyfile(kept, path.with_name(path.name + ".br"))
