"""The inside of a sandbox around a server's own Python: executes one notebook cell by cell, on IPython.

The messages are those of ``execute.mjs``. Nothing here is a wall.
"""

import builtins
import getpass
import json
import os
import shutil
import sys

sys.path.insert(0, "/python")
import candyce_native

os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
OUTPUTS, TEXT, DATA = 300, 200_000, 1_400_000


class Waiting(KeyboardInterrupt):
    """The cell asks, and nobody answers."""


state = {"waiting": False, "answers": []}


def ask(prompt="", *_rest, **_named):
    if not state["answers"]:
        state["waiting"] = True
        raise Waiting
    return state["answers"].pop(0)


def make_hook(shell):
    """What shows the value of a cell's last line: as any other display."""
    from IPython.core.displayhook import DisplayHook
    from IPython.display import publish_display_data

    class Hook(DisplayHook):
        def write_output_prompt(self):
            return

        def write_format_data(self, format_dict, md_dict=None):
            publish_display_data(format_dict, metadata=md_dict)

        def finish_displayhook(self):
            self._is_active = False

    return Hook(shell=shell, parent=shell)


def make_shell():
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    shell = InteractiveShell.instance(config=config)
    shell.displayhook = make_hook(shell)
    shell.display_trap.hook = shell.displayhook
    shell.showtraceback = lambda *args, **named: None
    builtins.input, getpass.getpass = ask, ask
    return shell


def trim(data):
    return {
        kind: value
        for kind, value in data.items()
        if len(value if isinstance(value, str) else json.dumps(value, default=str)) <= DATA
    }


def as_text(data):
    """Bytes of pictures as base64, as notebooks hold them."""
    import base64

    return {
        kind: base64.b64encode(value).decode() if isinstance(value, bytes) else value
        for kind, value in data.items()
    }


def run_cell(shell, source):
    """The messages that answer a cell."""
    from IPython.utils.capture import capture_output

    with capture_output() as captured:
        result = shell.run_cell(source, store_history=True)
    for name in ("stdout", "stderr"):
        text = getattr(captured, name)[:TEXT]
        if text:
            yield {"do": "output", "output": {"output_type": "stream", "name": name, "text": text}}
    for shown in captured.outputs[:OUTPUTS]:
        data = trim(as_text(shown.data or {}))
        yield {"do": "output", "output": {"output_type": "display_data", "data": data}}
    error = result.error_before_exec or result.error_in_exec
    done = {"do": "done", "status": "error" if error else "ok"}
    if error:
        done["ename"], done["evalue"] = type(error).__name__, str(error)[:2000]
        done["traceback"] = [f"{done['ename']}: {done['evalue']}"]
    if state["waiting"]:
        done["status"] = "waiting"
    yield done


def main():
    source, target = candyce_native.take_streams()

    def write(message):
        data = memoryview(json.dumps(message, default=str).encode() + b"\n")
        while data:
            data = data[os.write(target, data) :]

    start = json.loads(source.readline())
    state["answers"] = start["answers"]
    if os.path.isdir("/files"):
        shutil.copytree("/files", "/drive", dirs_exist_ok=True, copy_function=shutil.copyfile)
    place = os.path.join("/drive", start["folder"])
    os.makedirs(place, exist_ok=True)
    os.chdir(place)
    sys.path.remove("/python")
    sys.path.insert(0, "")
    try:
        shell = make_shell()
    except ImportError:
        write({"do": "no_kernel"})
        return
    write({"do": "ready"})
    while line := source.readline():
        for message in run_cell(shell, json.loads(line)["source"]):
            write(message)


if __name__ == "__main__":
    main()
