"""Jupyter's requests, answered by IPython."""

import asyncio
import builtins
import contextlib
import getpass
import importlib
import json
import os
import re
import sys
import time

import pyodide_kernel
from IPython.core.completer import provisionalcompleter, rectify_completions
from IPython.utils.tokenutil import token_at_cursor
from pyodide_kernel.jsonutil import json_clean

from . import packages, streams, words

shell = pyodide_kernel.ipython_shell
kernel = pyodide_kernel.kernel_instance
kernel._parent_header = {}
# jedi takes seconds to import in WebAssembly; IPython's own completer answers at once
shell.Completer.use_jedi = False
# pygal offers a PNG that only cairosvg could draw; its SVG is what we show
shell.display_formatter.formatters["image/png"].for_type_by_name(
    "pygal.graph.base", "BaseGraph", lambda graph: None
)

_send = None
_task = None
_cancelled = False


def _emit(kind, content, buffers=None):
    if _send is not None:
        _send(kind, json.dumps(json_clean(content)), buffers)


_streams = [
    streams.Stream(name, _emit, lambda: words.say("truncated")) for name in ("stdout", "stderr")
]


def _flush():
    for stream in _streams:
        stream.flush()


def _show(kind):
    def show(data, metadata=None, transient=None):
        _flush()
        _emit(
            kind,
            {"data": data or {}, "metadata": metadata or {}, "transient": transient or {}},
        )

    return show


def _result(count, data, metadata):
    _flush()
    _emit("execute_result", {"execution_count": count, "data": data, "metadata": metadata or {}})


def _clear(wait=False):
    _flush()
    _emit("clear_output", {"wait": bool(wait)})


def _comm(kind, content, metadata, topic, buffers):
    _flush()
    _emit(kind, {"content": content, "metadata": metadata or {}}, buffers)


def connect(send, ask=None, language="en"):
    """`send(kind, json, buffers)` takes messages; `ask(prompt, password)` waits for the reader's answer."""
    global _send
    _send = send
    words.language = language
    sys.stdout, sys.stderr = _streams
    shell.display_pub.display_data_callback = _show("display_data")
    shell.display_pub.update_display_data_callback = _show("update_display_data")
    shell.display_pub.clear_output_callback = _clear
    shell.displayhook.publish_execution_result = _result
    shell.send_comm = _comm

    def question(prompt="", password=False):
        if ask is None:
            raise RuntimeError(words.say("no_input"))
        _flush()
        answer = ask(str(prompt), password)
        if answer is None:
            raise KeyboardInterrupt
        return answer

    builtins.input = lambda prompt="", /: question(prompt)
    getpass.getpass = lambda prompt="Password: ", stream=None, **_: question(prompt, True)


def sleep_with(nap):
    """Let `time.sleep` sleep in slices of `nap(seconds)`: between two of them it can be interrupted."""

    def sleep(seconds, /):
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        _flush()
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            nap(min(left, 0.05))

    time.sleep = sleep


def _keep_traceback(etype, evalue, stb):
    if _cancelled and issubclass(etype, asyncio.CancelledError):
        etype = KeyboardInterrupt
        stb = [line.replace("CancelledError", "KeyboardInterrupt") for line in stb]
    shell._last_traceback = {
        "ename": etype.__name__ if isinstance(etype, type) else str(etype),
        "evalue": str(evalue),
        "traceback": [line for line in stb if "[... skipping hidden" not in line],
    }


shell._showtraceback = _keep_traceback

PIP = re.compile(r"^(?P<indent>\s*)[%!]pip\b(?P<rest>.*)$", re.MULTILINE)


def _with_pip(code):
    """`%pip install x` becomes an awaited call: packages come from Candyce's lock."""
    return PIP.sub(
        lambda m: (
            f"{m['indent']}await __import__('candyce_kernel.packages').packages"
            f".pip({m['rest'].strip()!r})"
        ),
        code,
    )


async def execute(code, silent=False, store_history=True, user_expressions="{}"):
    """Run a cell; return the reply's content as JSON. Errors are in the reply, never raised."""
    shell._last_traceback = None
    streams.start_execution()
    _keep_reserve()
    code = _with_pip(code)
    with contextlib.suppress(Exception):  # the import itself will fail, with Python's own message
        await packages.load_imports(code)
    try:
        await _interruptible(_run(code, silent, store_history))
    except BaseException:  # an interruption between two statements of ours
        shell.showtraceback()
    finally:
        _flush()
    payload = shell.payload_manager.read_payload()
    shell.payload_manager.clear_payload()
    reply = {"execution_count": shell.execution_count - 1, "payload": payload}
    if shell._last_traceback is None:
        expressions = shell.user_expressions(json.loads(user_expressions) or {})
        reply |= {"status": "ok", "user_expressions": expressions}
    else:
        reply |= {"status": "error", **shell._last_traceback}
    return json.dumps(json_clean(reply))


async def _interruptible(coroutine):
    """Run a cell as a task, so that an interruption reaches a cell that is waiting."""
    global _task, _cancelled
    _cancelled = False
    _task = asyncio.ensure_future(coroutine)
    try:
        await _task
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        _task = None


def cancel():
    """Interrupt the cell that waits for something (a running one sees Pyodide's interrupt buffer)."""
    global _cancelled
    if _task is not None:
        _cancelled = True
        _task.cancel()


def enter(folder):
    """Make `folder` the place of the notebook: relative paths and imports start there."""
    os.chdir(folder)
    if "" not in sys.path:
        sys.path.insert(0, "")
    importlib.invalidate_caches()


async def _run(code, silent, store_history):
    transformed, problem = code, None
    try:
        transformed = shell.transform_cell(code)
    except Exception:
        problem = sys.exc_info()
    options = {"silent": silent, "store_history": store_history and not silent}
    if shell.should_run_async(code, transformed_cell=transformed, preprocessing_exc_tuple=problem):
        await shell.run_cell_async(
            code, transformed_cell=transformed, preprocessing_exc_tuple=problem, **options
        )
    else:
        shell.run_cell(code, **options)


# given back when memory runs out, so that the error itself can be shown
RESERVE = 16 * 2**20
_reserve = bytearray()


def _keep_reserve():
    global _reserve
    if not _reserve:
        with contextlib.suppress(MemoryError):
            _reserve = bytearray(RESERVE)


def recovered():
    """Whether there is room to go on after memory ran out."""
    _keep_reserve()
    return bool(_reserve)


def _out_of_memory(shell, etype, value, tb, tb_offset=None):
    global _reserve
    _reserve = bytearray()
    del tb
    _keep_traceback(etype, value, [f"{etype.__name__}: {words.say('memory')}"])


def _explained(shell, etype, value, tb, tb_offset=None):
    packages.explain(value)
    offset = 1 if tb_offset is None else tb_offset
    stb = shell.InteractiveTB.structured_traceback(etype, value, tb, tb_offset=offset)
    _keep_traceback(etype, value, stb)


def _handled(shell, etype, value, tb, tb_offset=None):
    handler = _out_of_memory if issubclass(etype, MemoryError) else _explained
    handler(shell, etype, value, tb, tb_offset)


shell.set_custom_exc((ModuleNotFoundError, MemoryError), _handled)


def complete(code, cursor):
    with provisionalcompleter():
        found = list(rectify_completions(code, shell.Completer.completions(code, cursor)))
    types = [
        {"start": c.start, "end": c.end, "text": c.text, "type": c.type, "signature": c.signature}
        for c in found
    ]
    return json.dumps(
        {
            "status": "ok",
            "matches": [c.text for c in found],
            "cursor_start": found[0].start if found else cursor,
            "cursor_end": found[0].end if found else cursor,
            "metadata": {"_jupyter_types_experimental": types},
        }
    )


def inspect(code, cursor, detail_level=0):
    data = {}
    name = token_at_cursor(code, cursor)
    try:
        data = shell.object_inspect_mime(name, detail_level)
    except Exception:
        data = _inspect_keyword(name)
    return json.dumps({"status": "ok", "found": bool(data), "data": data, "metadata": {}})


def _inspect_keyword(name):
    try:
        value = getattr(builtins, name)
    except (AttributeError, TypeError):
        return {}
    text = getattr(value, "__doc__", None)
    return {"text/plain": text} if text else {}


def is_complete(code):
    status, indent = shell.input_transformer_manager.check_complete(code)
    reply = {"status": status}
    if status == "incomplete":
        reply["indent"] = " " * (indent or 0)
    return json.dumps(reply)


def comm_info(target=""):
    comms = kernel.comm_info(target or "")
    return json.dumps({"status": "ok", "comms": comms})


def _comm_message(content, metadata, buffers):
    return {"content": json.loads(content), "metadata": json.loads(metadata), "buffers": buffers}


def comm_open(content, metadata="{}", buffers=()):
    kernel.comm_manager.comm_open(None, None, _comm_message(content, metadata, list(buffers)))
    _flush()


def comm_msg(content, metadata="{}", buffers=()):
    kernel.comm_manager.comm_msg(None, None, _comm_message(content, metadata, list(buffers)))
    _flush()


def comm_close(content, metadata="{}", buffers=()):
    kernel.comm_manager.comm_close(None, None, _comm_message(content, metadata, list(buffers)))
    _flush()
