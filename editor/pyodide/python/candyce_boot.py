"""Makes the modules outside the boot archive importable: the rest arrives when first asked for.

The boot archive holds the modules that the kernel imports at start, precompiled. Everything else of
the standard library and of the built-in packages is in a second archive, which the first import that
needs it fetches (synchronously: imports are).
"""

import sys
from importlib.machinery import PathFinder

from candyce_rest import NAMES  # written by the build

BOOT = next(p for p in sys.path if p.endswith(".zip"))
REST = BOOT.removesuffix(".zip") + "-rest.zip"


class RestFinder:
    """Comes last on `sys.meta_path`; `fetch(path)` writes the second archive there."""

    def __init__(self, fetch):
        self.fetch = fetch
        self.mounted = False
        self.first = ""

    def find_spec(self, name, path=None, target=None):
        if name not in NAMES:
            return None
        if not self.mounted:
            self.first = name
            self.fetch(REST)
            self.mounted = True
        if path is None:
            return PathFinder.find_spec(name, [REST], target)
        places = [REST + p[len(BOOT) :] for p in path if p.startswith(BOOT)]
        return PathFinder.find_spec(name, places + [p for p in path if p.startswith(REST)], target)


def install(fetch):
    sys.meta_path.append(RestFinder(fetch))
