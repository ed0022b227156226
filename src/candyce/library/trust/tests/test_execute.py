"""Executing notebooks from top to bottom in the sandbox: what passes, what fails and where, what is kept."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from candyce.compute.kernels import Kernel
from candyce.compute.sandbox import box, execute, limits
from candyce.compute.sandbox.tests.fixtures import needs_sandbox
from candyce.library.trust import execute as library
from candyce.library.trust.execute import run_tree
from candyce.library.trust.tests.conftest import code, notebook, store, text

pytestmark = [pytest.mark.django_db, pytest.mark.sandbox]

LESSON = notebook(
    "%time x = 1\nimport math\nprint(open('mesures.csv').read())",
    "from IPython.display import HTML, SVG\nHTML('<table><tr><td>1</td></tr></table>')",
    'SVG(\'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"><rect width="2" height="1"/></svg>\')',
    code("1 / 0", tags=["raises-exception"]),
    code("raise SystemError", tags=["skip-execution"], outputs=[]),
    "nom = input('Nom ? ')\nnom",
    "import os, sys\nsorted(os.environ), 'cours' in os.getcwd(), os.path.exists('/etc/passwd')",
    candyce={"test_answers": ["Ada"]},
)
HOSTILE = notebook(
    "from js import process, Object\nfs = process.getBuiltinModule('fs')\ncp = process.getBuiltinModule('child_process')\n"
    "def tente(f):\n    try:\n        return str(f())\n    except BaseException as e:\n        return 'refus'",
    "[tente(lambda: fs.readdirSync('/home')), tente(lambda: fs.writeFileSync('/site/x', 'x')),"
    " tente(lambda: cp.execSync('id')), tente(lambda: fs.readFileSync('/etc/passwd', 'utf8'))]",
    "from pyodide.http import pyfetch\nr = 'refus'\ntry:\n    await pyfetch('http://127.0.0.1:8000/')\n    r = 'ouvert'\nexcept BaseException: pass\nr",
    "print('x' * 3_000_000)",
    "import time\nwhile True: pass",
)


def get_text(cell: dict) -> str:
    return "".join(
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell["outputs"]
    )


def test_a_lesson_is_executed_as_in_the_browser(served):
    tree = store(cours__a_ipynb=LESSON, cours__mesures_csv=b"1;2\n")
    report = run_tree(tree)
    assert (report.result, report.message, report.cell) == ("unavailable", "skipped", None)
    assert report.kernel.startswith("Python 3")
    assert report.environment.startswith("pyodide-")
    cells = report.notebooks["cours/a.ipynb"]["cells"]
    assert get_text(cells[0]).endswith("1;2\n\n")
    assert cells[1]["outputs"][0]["data"]["text/html"].startswith("<table>")
    assert "<rect" in cells[2]["outputs"][0]["data"]["image/svg+xml"]
    assert cells[3]["outputs"][0]["ename"] == "ZeroDivisionError"
    assert "Ada" in get_text(cells[5])
    assert "SECRET" not in get_text(cells[6])
    assert get_text(cells[6]).replace("\n", "").endswith("True, False)")


def test_a_notebook_that_asks_waits_and_one_that_fails_goes_on_where_that_is_wanted(served):
    asks = notebook("1", "", "input()", "print(1)")
    report = run_tree(store(a_ipynb=notebook("1/0", "print(2)"), b_ipynb=asks), past_errors=True)
    assert (report.result, report.path, report.cell) == ("waiting", "b.ipynb", 2)
    assert get_text(report.notebooks["a.ipynb"]["cells"][1]) == "2\n"


def test_a_hostile_notebook_gets_nowhere(served, monkeypatch):
    monkeypatch.setattr(limits, "RUN_CELL_SECONDS", 2.0)
    report = run_tree(store(a_ipynb=HOSTILE))
    assert (report.result, report.cell) == ("too_long", 4)
    cells = report.notebooks["a.ipynb"]["cells"]
    said = get_text(cells[1])
    assert said.count("refus") == 4, said
    assert get_text(cells[2]) == "'refus'"
    assert len(get_text(cells[3])) <= 200_000


@needs_sandbox
def test_a_server_environment_executes_what_asks_for_it(settings):
    pytest.importorskip("IPython")
    settings.CANDYCE_ENVIRONMENTS = {"tests": Path(sys.prefix)}
    spec = {"kernelspec": {"name": "candyce-tests", "display_name": "x"}}
    first = notebook("import sys\nprint(sys.platform)", "6 * 7", "1 / 0", "2", **spec)
    report = run_tree(store(a_ipynb=first, b_ipynb=notebook("1", **spec)))
    assert (report.result, report.path, report.cell) == ("failed", "a.ipynb", 2)
    assert report.message == "ZeroDivisionError: division by zero"
    assert list(report.notebooks) == ["a.ipynb"]
    cells = report.notebooks["a.ipynb"]["cells"]
    assert [get_text(cell) for cell in cells[:2]] == ["linux\n", "42"]
    assert report.environment.startswith("server-tests-")


def test_nothing_is_said_to_pass_that_was_not_executed(settings, monkeypatch, tmp_path):
    tree = store(a_ipynb=notebook("1"))
    settings.EDITOR_SITE = tmp_path
    assert run_tree(tree).message == "no_environment"
    (tmp_path / "pyodide").mkdir()
    served = '{"version": "1", "lock": {"info": {"python": "3.14"}, "packages": {}}}'
    (tmp_path / "pyodide/distribution.json").write_text(served)

    def refuse() -> str:
        raise box.NoSandbox

    monkeypatch.setattr(box, "find_bwrap", refuse)
    report = run_tree(tree)
    assert (report.result, report.message) == ("unavailable", "no_sandbox")
    other = notebook("1", kernelspec={"name": "candyce-missing", "display_name": "x"})
    assert run_tree(store(a_ipynb=other)).result == "unavailable"
    assert run_tree(store(lire_csv=b"1")).message == "no_notebook"
    assert run_tree(store(a_ipynb=b"{")).message == "unreadable"


class Ran:
    """A kernel in which everything goes well."""

    def __init__(self) -> None:
        self.sources: list[str] = []

    def run(self, source, deadline):
        self.sources.append(source)
        return SimpleNamespace(outputs=[], status="ok", name="", message="")


@pytest.fixture
def ran(monkeypatch):
    kernel = Ran()
    monkeypatch.setattr(library, "open_session", lambda *_args, **_more: nullcontext(kernel))
    monkeypatch.setattr(library, "describe_kernel", lambda *_args: Kernel("Python", "a"))
    return kernel


def test_only_what_ran_wholly_has_passed(ran):
    assert run_tree(store(a_ipynb=notebook("1"))).result == "passed"
    skipped = notebook("1", code("2", tags=["skip-execution"]))
    nothing = notebook(text("Bonjour"), " ", code("", tags=["skip-execution"]))
    many = {f"n{number:02}_ipynb": notebook("1") for number in range(library.NOTEBOOKS + 1)}
    found = [
        run_tree(store(a_ipynb=skipped)),
        run_tree(store(a_ipynb=nothing)),
        run_tree(store(**many)),
    ]
    assert [(one.result, one.message) for one in found] == [
        ("unavailable", "skipped"), ("unavailable", "nothing"), ("unavailable", "too_many"),
    ]  # fmt: skip
    assert len(found[2].notebooks) == library.NOTEBOOKS


def test_a_notebook_is_one_however_its_name_is_written(ran):
    tree = store(a_ipynb=notebook("1"), b=notebook("2"))
    tree["B.IPYNB"] = tree.pop("b")
    assert run_tree(tree).result == "passed"
    assert sorted(ran.sources) == ["1", "2"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"output_type": "stream", "name": "x", "text": "a"}, {"output_type": "stream", "name": "stdout", "text": "a"}),
        ({"output_type": "stream", "text": ["a"]}, {"output_type": "stream", "name": "stdout", "text": ""}),
        (
            {"output_type": "execute_result", "data": {"text/plain": "1", "../x": "y", "text/html": 3}, "x": 1},
            {"output_type": "display_data", "data": {"text/plain": "1"}, "metadata": {}},
        ),
        ({"output_type": "display_data", "data": "x"}, None),
        ("x", None),
        ({"output_type": ["stream"]}, None),
    ],
)  # fmt: skip
def test_only_outputs_of_the_right_shape_are_kept(said, kept):
    assert execute.clean_output(said) == kept
