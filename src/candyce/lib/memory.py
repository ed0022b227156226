"""Keep the C library from scattering memory over a heap per thread.

glibc gives each thread an arena of its own, up to eight a core, and freed memory stays in the arena. A
process whose threads come and go with requests ends up with several times what it uses: a class of 200
live documents took 1,780 kB a pupil, and 445 kB with one arena (bench/classroom). Python's own lock lets one
thread allocate at a time anyway. Elsewhere than on glibc nothing is done.
"""

from __future__ import annotations

import ctypes
import gc
import sys

M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3  # <malloc.h>
LARGE = 48 * 1024  # bytes; a block of this size goes straight back to the system when it is freed


def use_one_arena() -> bool:
    """Call at start, before threads exist; says whether it took effect.

    Whole documents pass through memory as blocks of 50 kB and more; kept out of the arena they leave no
    holes in it.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        library = ctypes.CDLL(None)
        return bool(library.mallopt(M_ARENA_MAX, 1) and library.mallopt(M_MMAP_THRESHOLD, LARGE))
    except (AttributeError, OSError):  # another C library
        return False


def calm_collector() -> None:
    """Call once when the process has started, before it serves.

    Python's collector of circular garbage looks at every object of the process each time their number has
    grown by a quarter: with 2,000 live documents it stopped the event loop for half a second, again and
    again. What stands after the start stays for ever and is looked at no more; young garbage is
    collected as before, less often; all of it when :func:`collect` is called.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 50)


def collect() -> None:
    """Collect circular garbage of any age; half a second where there is much to look at."""
    gc.collect()


def give_back() -> None:
    """Return freed memory to the system; a few milliseconds."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError):
        return
