"""What the browser's Python says about visible tests and errors (``candyce_kernel.check``)."""

from __future__ import annotations

import importlib.util
import json
import linecache
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "editor/pyodide/python/candyce_kernel/check.py"


@pytest.fixture(scope="module")
def check():
    spec = importlib.util.spec_from_file_location("candyce_check", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture
def run(check):
    """Runs an answer as a cell, then tests; gives the tests' results."""

    def run(answer: str, tests: str):
        return check.run_tests(tests, make_cell(answer))

    return run


def make_cell(source: str, name: str = "<ipython-input-1>") -> dict:
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace: dict = {}
    exec(compile(source, name, "exec"), namespace)
    return namespace


def statuses(results):
    return [result["status"] for result in results]


ANSWER = "def double(x):\n    return x + x\n\ndef rien(x):\n    x * 2"


def test_each_test_has_its_result(run):
    results = run(ANSWER, "assert double(2) == 4\nassert double(3) == 7\nassert double(0) == 0")
    assert statuses(results) == ["passed", "failed", "passed"]
    assert results[1]["code"] == "double(3) == 7"
    assert results[1]["compared"] == {
        "kind": "==", "code": "double(3)", "got": "6", "expected": "7", "got_type": "int",
        "expected_type": "int",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("test", "kind", "code", "got", "expected"),
    [
        ("assert 7 == double(3)", "==", "double(3)", "6", "7"),
        ("assert 7 < double(3)", ">", "double(3)", "6", "7"),
        ("assert 1 in double([2])", "contains", "double([2])", "[2, 2]", "1"),
        ("assert double(1) in [3]", "in", "double(1)", "2", "[3]"),
        ("assert rien(1) == 2", "==", "rien(1)", "None", "2"),
        ("assert abs(double(1) - 3) < 0.1", "close", "double(1)", "2", "3"),
        ("import math\nassert math.isclose(double(1), 3)", "close", "double(1)", "2", "3"),
        ("assert isinstance(double(1), str)", "type", "double(1)", "2", "str"),
        ("assert isinstance(double(1), (str, list))", "type", "double(1)", "2", "str, list"),
        ("assert not double(1)", "false", "double(1)", "2", "None"),
        ("assert double(0)", "true", "double(0)", "0", "None"),
        ("assert double(1) == 2 and double(2) == 5", "==", "double(2)", "4", "5"),
        ("assert double(1) is None", "is", "double(1)", "2", "None"),
        ("for x in [1, 2]:\n    assert double(x) == 2", "==", "double(x)", "4", "2"),
        ("def look(x):\n    assert double(x) == 2\nlook(3)", "==", "double(x)", "6", "2"),
    ],
)
def test_both_sides_of_a_comparison_are_told(  # noqa: PLR0917
    run, test, kind, code, got, expected
):
    results = run(ANSWER, test)
    assert statuses(results) == ["failed"]
    compared = results[0]["compared"]
    told = (compared["kind"], compared["code"], compared["got"], compared["expected"])
    assert told == (kind, code, got, expected)


def test_what_passes_is_not_changed_by_being_told(run):
    lines = [
        "values = []",
        "def note(x):\n    values.append(x)\n    return x",
        "assert note(1) == 1",
        "assert 0 < note(2) < 3",
        "assert note(3) == 3 and note(4)",
        "assert isinstance(note(5), int), 'un entier'",
        "assert note(6) or note(7)",
        "assert values == [1, 2, 3, 4, 5, 6]",
        "class T:\n    def go(self):\n        assert note(8) == 8",
        "T().go()",
        "try:\n    assert double('a') == 3\nexcept AssertionError as error:\n    seen = str(error)",
        "assert seen == ''",
    ]
    assert set(statuses(run(ANSWER, "\n".join(lines)))) == {"passed"}


def test_the_author_s_words_come_along(run):
    result = run(ANSWER, "assert double(1) == 3, f'avec {1 + 1}'")[0]
    assert result["message"] == "avec 2"


def test_an_error_in_the_answer_is_placed_there(run):
    answer = "def f(x):\n    total = 0\n    return totl + x"
    results = run(answer, "assert f(1) == 1\nassert f(2) == 2")
    assert statuses(results) == ["error", "error"]
    error = results[0]["error"]
    assert (error["name"], error["line"], error["text"]) == ("NameError", 3, "return totl + x")
    assert error["near"] == ["total"]
    assert error["source"].startswith("def f(x)")


def test_what_prepares_and_fails_ends_the_cell(run):
    results = run(ANSWER, "t = inconnu\nassert double(1) == 2\nassert double(2) == 4")
    assert statuses(results) == ["error", "not_run", "not_run"]


def test_an_interruption_ends_the_cell(run):
    answer = "def f():\n    raise KeyboardInterrupt\ndef g():\n    raise SystemExit"
    results = run(answer, "assert g()\nassert f()\nassert f()")
    assert [result.get("error", {}).get("name") for result in results] == [
        "SystemExit", "KeyboardInterrupt", None,
    ]  # fmt: skip


def test_a_cell_without_assertions_is_one_test(run):
    assert run(ANSWER, "x = double(2)") == [{"status": "passed", "code": ""}]
    assert statuses(run(ANSWER, "x = inconnu")) == ["error"]
    assert statuses(run(ANSWER, "x = = 2")) == ["error"]


def test_hostile_values_are_shown_in_bounds(run, check):
    answer = (
        "class Bad:\n    def __repr__(self):\n        raise SystemExit\n    def __eq__(self, o):\n        return False\n"
        "def f(kind):\n    return {'bad': Bad(), 'long': [['x' * 10**6] * 10**4] * 10, 'big': 'y' * 10**7}[kind]"
    )
    for kind in ("bad", "long", "big"):
        results = run(answer, f"assert f('{kind}') == 1")
        assert len(json.dumps(results)) < 4_000
    many = check.run_tests("assert 1 == 2\n" * 5_000, {})
    assert len(many) == check.TESTS


def test_errors_are_described_with_near_names(check):
    def describe(source):
        namespace = {}
        try:
            namespace = make_cell(source)
        except Exception as error:  # noqa: BLE001
            return check.describe(error, {"moyenne": 1, **namespace})
        raise AssertionError(source)

    assert describe("Moyenne")["near"] == ["moyenne"]
    assert describe("pritn(2)")["near"] == ["print"]
    assert "append" in describe("[].apend(1)")["near"]
    assert "numpy" in describe("import numpi")["near"]
    syntax = describe("x = 1\nif x = 2:\n    pass")
    assert (syntax["name"], syntax["line"]) == ("SyntaxError", 2)
    assert syntax["text"].startswith("if x = 2")
    assert describe("{}['a']")["kinds"] == ["LookupError"]


def test_report_is_what_the_page_reads(check):
    sys.last_value = ZeroDivisionError("division by zero")
    try:
        asked = json.dumps({"tests": ["assert 1 == 1"], "error": "ZeroDivisionError"})
        told = check.report(asked, {}, lambda source: source)._repr_mimebundle_()[check.MIME]
        other = json.dumps({"tests": [], "error": "NameError"})
        assert check.report(other, {}, str)._repr_mimebundle_()[check.MIME]["error"] is None
    finally:
        del sys.last_value
    assert json.loads(json.dumps(told))["tests"] == [[{"status": "passed", "code": "1 == 1"}]]
    assert told["error"]["name"] == "ZeroDivisionError"
