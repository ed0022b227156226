"""The browser's Python kernel, on IPython, spoken to in JSON from the worker (or from Node in tests).

Importing this module boots IPython. `connect` says where messages go; `execute`, `complete`,
`inspect`, … answer Jupyter's requests with JSON text.
"""

from . import light  # noqa: F401  (first: it keeps IPython's terminal parts out)

from pyodide_kernel import ipython_shell as shell  # isort: skip

from .kernel import (
    cancel,
    comm_close,
    comm_info,
    comm_msg,
    comm_open,
    complete,
    connect,
    enter,
    execute,
    inspect,
    is_complete,
    recovered,
    sleep_with,
)

__all__ = [
    "cancel",
    "comm_close",
    "comm_info",
    "comm_msg",
    "comm_open",
    "complete",
    "connect",
    "enter",
    "execute",
    "inspect",
    "is_complete",
    "recovered",
    "shell",
    "sleep_with",
]
