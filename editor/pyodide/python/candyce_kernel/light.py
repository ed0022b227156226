"""Keeps out what `import IPython` brings for terminals only: prompt_toolkit, a fifth of the modules."""

import sys
import types


def _embed(**_):
    raise RuntimeError("IPython.embed() needs a terminal")


if "IPython" not in sys.modules:
    _stand_in = types.ModuleType("IPython.terminal.embed")
    _stand_in.embed = _embed
    sys.modules["IPython.terminal.embed"] = _stand_in
