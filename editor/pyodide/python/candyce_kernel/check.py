"""Checking a question in the reader's own Python.

The visible tests are run one by one, so that one that fails does not hide the next; of a comparison both
sides are kept; of an error, the line of the reader's own code and names that are nearly the one that is
missing. Nothing here is a secret or counts as a mark: the server marks by itself.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import json
import keyword
import linecache
import reprlib
import sys
import traceback

MIME = "application/vnd.candyce.check+json"
TESTS = 200  # reported of one question
TEXT = 300  # characters of one text
NAME = "__candyce_check__"  # under which rewritten tests find this module
LEFT, RIGHT = "__candyce_left__", "__candyce_right__"

_OPERATORS = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
# the same said from the other side, when what is expected stands first
_FLIPPED = {
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
    "in": "contains",
    "not in": "does not contain",
}
_CLOSE = {"isclose", "allclose", "array_equal", "approx_equal"}

_repr = reprlib.Repr()
_repr.maxlevel = 5
_repr.maxlist = _repr.maxtuple = _repr.maxset = _repr.maxfrozenset = _repr.maxdeque = 20
_repr.maxdict = 12
_repr.maxstring = _repr.maxother = TEXT
_repr.maxlong = 60


class Failed(AssertionError):
    """An assertion that did not hold, with what was compared."""

    def __init__(self, kind, code, sides, swapped=False, message=None):
        got, expected = sides
        if swapped:
            got, expected = expected, got
            kind = _FLIPPED.get(kind, kind)
        super().__init__("" if message is None else message)
        self.details = {
            "kind": kind,
            "code": code[:TEXT],
            "got": show(got),
            "expected": show(expected),
            "got_type": type(got).__name__,
            "expected_type": type(expected).__name__,
        }
        if kind == "type":
            kinds = expected if isinstance(expected, tuple) else (expected,)
            self.details["expected"] = ", ".join(
                getattr(one, "__name__", show(one)) for one in kinds
            )
        if isinstance(got, (list, tuple, str)) and isinstance(expected, type(got)):
            self.details |= {"got_length": len(got), "expected_length": len(expected)}


def show(value):
    """A short text for any value, whatever its class does."""
    try:
        return _repr.repr(value)[: 2 * TEXT]
    except BaseException:
        return f"<{type(value).__name__}>"


# --- tests, rewritten so that they tell ------------------------------------------------------------


def _name(text):
    return ast.Name(text, ast.Load())


def _set(name, value):
    return ast.Assign([ast.Name(name, ast.Store())], value)


def _is_literal(node):
    return not any(
        isinstance(part, (ast.Name, ast.Call, ast.Attribute, ast.Await)) for part in ast.walk(node)
    )


class _Telling(ast.NodeTransformer):
    """Each ``assert`` becomes: keep the sides, try the condition, raise :class:`Failed` with them."""

    def visit_Assert(self, node):
        test = node.test
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
            parts = [ast.Assert(value, node.msg) for value in test.values]
            return [line for part in parts for line in self._rewrite(part, node)]
        return self._rewrite(node, node)

    def _rewrite(self, node, place):
        kind, first, second, condition = _split(node.test)
        swapped = second is not None and _is_literal(first) and not _is_literal(second)
        lines = [_set(LEFT, first)]
        if second is not None:
            lines.append(_set(RIGHT, second))
        code = ast.unparse(second if swapped else first)
        other = _name(RIGHT) if second is not None else ast.Constant(None)
        failure = ast.Call(
            ast.Attribute(_name(NAME), "Failed", ast.Load()),
            [
                ast.Constant(kind),
                ast.Constant(code),
                ast.Tuple([_name(LEFT), other], ast.Load()),
                ast.Constant(swapped),
                node.msg or ast.Constant(None),
            ],
            [],
        )
        lines.append(
            ast.If(ast.UnaryOp(ast.Not(), condition), [ast.Raise(failure, None)], []),
        )
        return [ast.fix_missing_locations(ast.copy_location(line, place)) for line in lines]


def _split(test):
    """``(kind, left, right or None, condition on the two names)`` of an assertion."""
    left, right = _name(LEFT), _name(RIGHT)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        sides = _difference(test)
        if sides:
            call = ast.Call(test.left.func, [ast.BinOp(left, ast.Sub(), right)], [])
            return "close", *sides, ast.Compare(call, test.ops, test.comparators)
        kind = _OPERATORS[type(test.ops[0])]
        return kind, test.left, test.comparators[0], ast.Compare(left, test.ops, [right])
    if isinstance(test, ast.Call) and len(test.args) >= 2 and not _has_star(test):
        name = getattr(test.func, "attr", getattr(test.func, "id", ""))
        if name in _CLOSE or name == "isinstance":
            call = ast.Call(test.func, [left, right, *test.args[2:]], test.keywords)
            return "type" if name == "isinstance" else "close", test.args[0], test.args[1], call
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return "false", test.operand, None, ast.UnaryOp(ast.Not(), left)
    return "true", test, None, left


def _has_star(call):
    return any(isinstance(argument, ast.Starred) for argument in call.args[:2])


def _difference(test):
    """The two sides of ``abs(a - b) < tolerance``."""
    call = test.left
    if (
        isinstance(test.ops[0], (ast.Lt, ast.LtE))
        and isinstance(call, ast.Call)
        and len(call.args) == 1
        and isinstance(call.args[0], ast.BinOp)
        and isinstance(call.args[0].op, ast.Sub)
    ):
        return call.args[0].left, call.args[0].right
    return None


# --- running them ----------------------------------------------------------------------------------


def _has_assert(node):
    return any(isinstance(part, ast.Assert) for part in ast.walk(node))


def _find_tests(body):
    """The places of the statements that are tests; the others prepare."""
    helpers = {
        node.name
        for node in body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and _has_assert(node)
    }
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = []
    for index, node in enumerate(body):
        calls = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        called = getattr(node.value.func, "id", None) if calls else None
        if called in helpers or (_has_assert(node) and not isinstance(node, definitions)):
            found.append(index)
    return found


def run_tests(source, namespace, number=0):
    """Run the tests of one cell in ``namespace``; one result for each."""
    filename = f"<candyce-tests-{number}>"
    try:
        body = ast.parse(source, filename).body
    except SyntaxError as error:
        return [{"status": "error", "code": "", "error": describe(error, namespace)}]
    tests = _find_tests(body)
    namespace[NAME] = sys.modules[__name__]
    results = []
    for index, node in enumerate(body):
        result = {"status": "passed", "code": _say_test(node)}
        try:
            part = ast.Module(_listed(_Telling().visit(node)), [])
            exec(compile(part, filename, "exec"), namespace)
        except BaseException as error:
            result |= _judge(error, namespace, is_test=index in tests)
        if index in tests or result["status"] != "passed":
            results.append(result)
        stopped = result["status"] == "error" and (
            index not in tests or result["error"]["name"] == "KeyboardInterrupt"
        )
        if stopped:
            rest = [body[other] for other in tests if other > index]
            results += [{"status": "not_run", "code": _say_test(one)} for one in rest]
            break
    if not tests and not results:
        results.append({"status": "passed", "code": ""})
    return results[:TESTS]


def _listed(node):
    return node if isinstance(node, list) else [node]


def _say_test(node):
    part = node.test if isinstance(node, ast.Assert) else node
    return ast.unparse(part)[:TEXT]


def _judge(error, namespace, *, is_test):
    if isinstance(error, Failed):
        message = str(error)[:TEXT]
        return {"status": "failed", "message": message, "compared": error.details}
    if isinstance(error, AssertionError) and is_test:
        return {"status": "failed", "message": str(error)[:TEXT]}
    return {"status": "error", "error": describe(error, namespace)}


# --- what an error was about -----------------------------------------------------------------------


def describe(error, namespace):
    """Name, message, the line of the reader's code, and names that are nearly the missing one."""
    answer = {"name": type(error).__name__, "message": _say(error), "near": _near(error, namespace)}
    if isinstance(error, SyntaxError):
        answer["message"] = str(error.msg)[:TEXT]
        place = {"line": error.lineno, "column": error.offset, "text": (error.text or "").rstrip()}
        answer |= place | {"source": _source(error.filename)}
    else:
        answer |= _place(error)
    answer["text"] = (answer.get("text") or "")[:TEXT]
    cause = [kind.__name__ for kind in type(error).__mro__[1:-3]]
    return answer | {"kinds": cause}


def _say(error):
    try:
        return str(error)[:TEXT]
    except BaseException:
        return ""


def _source(filename):
    return "".join(linecache.getlines(filename or ""))[:20_000]


def _place(error):
    """The deepest line of the traceback that stands in a cell; tests only when there is no other."""
    frames = traceback.extract_tb(error.__traceback__)[-200:]
    cells = [one for one in frames if one.filename.startswith("<") and _source(one.filename)]
    if not cells:
        return {"line": None, "text": "", "source": ""}
    frame = cells[-1]
    return {"line": frame.lineno, "text": frame.line or "", "source": _source(frame.filename)}


def _near(error, namespace):
    """At most three names that may have been meant."""
    name = getattr(error, "name", None)
    if not isinstance(name, str):
        return []
    if isinstance(error, ImportError):
        known = set(sys.stdlib_module_names) | {"numpy", "pandas", "matplotlib", "scipy", "sympy"}
        if not isinstance(error, ModuleNotFoundError):
            known = set(dir(sys.modules.get(name, None)))
            name = getattr(error, "name_from", None) or ""
    elif isinstance(error, NameError):
        known = {key for key in namespace if not key.startswith("_")}
        known |= set(dir(builtins)) | set(keyword.kwlist) | _locals(error)
    elif isinstance(error, AttributeError):
        known = _attributes(error)
    else:
        return []
    known = {one for one in known if not one.startswith("__")} - {name}
    same = sorted(one for one in known if one.lower() == name.lower())
    close = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.7)
    return list(dict.fromkeys(same + close))[:3]


def _attributes(error):
    try:
        return set(dir(error.obj))
    except BaseException:
        return set()


def _locals(error):
    found = set()
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename.startswith("<"):
            found |= set(step.tb_frame.f_locals)
        step = step.tb_next
    return {name for name in found if not name.startswith("_")}


# --- asked by the page -----------------------------------------------------------------------------


class Report:
    """What the page reads, as a display of its own type."""

    def __init__(self, content):
        self._content = content

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {MIME: self._content}


def report(asked, namespace, transform):
    """``asked``: JSON ``{"tests": [sources], "error": name of the last error or ""}``."""
    wanted = json.loads(asked)
    tests = [
        run_tests(transform(source), namespace, number)
        for number, source in enumerate(wanted["tests"])
    ]
    last = getattr(sys, "last_value", None)
    is_asked = wanted.get("error") and type(last).__name__ == wanted["error"]
    return Report({"tests": tests, "error": describe(last, namespace) if is_asked else None})


def publish(asked):
    """Run what the page asks for, in the notebook's own names, and show the report to the page."""
    from IPython.display import display

    from .kernel import shell

    display(report(asked, shell.user_ns, shell.transform_cell))
