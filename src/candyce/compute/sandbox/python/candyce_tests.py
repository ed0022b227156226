"""The tests' side: runs the teacher's tests in an interpreter of its own, one verdict for each test."""

import ast
import io
import json
import operator
import random
import re
import sys

import candyce_remote as remote
import candyce_wire as wire
from candyce_remote import Gone, Names

SHOWN = 300
HIDDEN = re.compile(r"^\s*###\s*(BEGIN|END) HIDDEN TESTS")
COMPARE = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda left, right: left in right, ast.NotIn: lambda left, right: left not in right,
}  # fmt: skip
MAKERS = {"namedtuple", "NamedTuple", "Enum", "IntEnum", "make_dataclass"}

space = {"names": None, "mentioned": set(), "bound": set()}


# --- what the author's notebook says of names ---------------------------------------------------


def parse(source):
    """The statements of a cell, its magics left out; none when it is no Python."""
    for text in (
        source,
        "\n".join(
            "" if line.lstrip().startswith(("%", "!", "?")) else line for line in source.split("\n")
        ),
    ):
        try:
            return ast.parse(text).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return []


def get_bound(node):
    """Names that a statement binds in the namespace in which it stands."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names} - {"*"}
    return {
        item.id
        for item in ast.walk(node)
        if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)
    }


def is_class(node):
    if isinstance(node, ast.ClassDef):
        return True
    call = node.value if isinstance(node, ast.Assign) else None
    if not isinstance(call, ast.Call):
        return False
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    return name in MAKERS


def start(author, folder):
    """A fresh namespace that knows the author's notebook; its imports are made here too."""
    remote.reset()
    random.seed()
    sys.stdout = sys.stderr = io.StringIO()
    wire.enter_folder(folder)
    own, made, mentioned, bound, imports = set(), set(), set(), set(), []
    for cell in author:
        for node in parse(cell["source"]):
            own |= get_bound(node)
            if is_class(node):
                made |= get_bound(node)
            if isinstance(node, ast.Import | ast.ImportFrom):
                imports.append(node)
            elif cell["role"] == "solution":
                bound |= get_bound(node)
                mentioned |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    space.update(names=Names(own, made), mentioned=mentioned, bound=bound)
    for node in imports:
        attempt(node)


def attempt(node):
    """Run a statement of the author's; what it cannot do here is left to the pupil's side.

    It cannot end the cell either, nor can a pupil's function that it calls: the names of the statements after
    it would be the pupil's.
    """
    try:
        run(node)
    except BaseException:
        return


def run(node):
    module = ast.fix_missing_locations(ast.Module([node], []))
    exec(compile(module, "<tests>", "exec"), space["names"])


def run_given(source):
    """A cell that the author gave, read-only: its functions, imports and data are ours, not the pupil's.

    Its classes are the pupil's, so that the pupil's functions can be given their objects; so are data that
    the author's own solution touches.
    """
    names = space["names"]
    for node in parse(source):
        if isinstance(node, ast.Expr | ast.ClassDef | ast.Delete):
            continue
        before = set(dict.keys(names))
        attempt(node)
        if isinstance(node, ast.Import | ast.ImportFrom):
            continue
        gone = (
            space["bound"]
            if isinstance(node, ast.FunctionDef)
            else space["mentioned"] | space["bound"] | names.made
        )
        for name in (set(dict.keys(names)) - before | get_bound(node)) & gone:
            names.pop(name, None)


# --- tests --------------------------------------------------------------------------------------


def get_hidden(source):
    """The numbers of the lines that stand in a region of hidden tests."""
    hidden, inside = set(), False
    for number, line in enumerate(source.split("\n"), 1):
        found = HIDDEN.match(line)
        if found:
            inside = found[1] == "BEGIN"
        elif inside:
            hidden.add(number)
    return hidden


def is_test(node):
    """Whether a statement deserves a verdict of its own also when it passes."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call)
    return any(isinstance(item, ast.Assert | ast.Raise) for item in ast.walk(node))


def get_title(node, lines, hidden, number):
    """What a test is called: the comment above it, else its own words; of a hidden one, a number."""
    above = lines[node.lineno - 2].strip() if node.lineno >= 2 else ""
    if above.startswith("#") and not above.startswith("###"):
        return above.lstrip("# ").strip()[:SHOWN]
    if hidden:
        return f"Test {number}"
    shown = node.test if isinstance(node, ast.Assert) else node
    return ast.unparse(shown).split("\n")[0][:SHOWN]


def run_tests(source):
    """Verdicts of a tests cell, in order."""
    remote.state["count"] = 0
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        return [make_verdict("error", error="SyntaxError", message=str(error), name="Test 1")]
    hidden, lines, verdicts, stopped = get_hidden(source), source.split("\n"), [], False
    for node in body:
        counts = is_test(node)
        if stopped:
            verdict = make_verdict("not_run") if counts else None
        else:
            verdict = judge(node)
            stopped = verdict["status"] == "error" and not isinstance(node, ast.Assert)
            stopped = stopped or (verdict["status"] == "timeout" and not counts)
            if not counts and verdict["status"] == "passed":
                verdict = None
            tell_test()
        if verdict is not None:
            verdict["hidden"] = node.lineno in hidden
            verdict["name"] = get_title(node, lines, verdict["hidden"], len(verdicts) + 1)
            verdicts.append(verdict)
    return verdicts


def tell_test():
    """A test is over: the broker may now revive the pupil's interpreter."""
    remote.state["ask"]('{"do":"test"}')


def make_verdict(status, **more):
    fields = {"name": "", "error": "", "message": "", "hidden": False, "expected": "", "given": ""}
    return {**fields, "status": status, **more}


def judge(node):
    try:
        if isinstance(node, ast.Assert):
            return judge_assert(node)
        run(node)
    except AssertionError as error:
        return make_verdict("failed", message=show(error, str))
    except Gone as error:
        why = str(error)
        return make_verdict("timeout" if why == "timeout" else "error", error=why)
    except BaseException as error:
        return make_verdict("error", error=type(error).__name__[:100], message=show(error, str))
    return make_verdict("passed")


def evaluate(node):
    expression = ast.fix_missing_locations(ast.Expression(node))
    return eval(compile(expression, "<tests>", "eval"), space["names"])


def judge_assert(node):
    test, shown = node.test, {}
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        left, right = evaluate(test.left), evaluate(test.comparators[0])
        good = COMPARE[type(test.ops[0])](left, right)
        if not good:
            if isinstance(test.left, ast.Constant):
                left, right = right, left
            shown = {"given": show(left, repr), "expected": show(right, repr)}
            if not isinstance(test.ops[0], ast.Eq):
                shown["expected"] = ""
    else:
        good = evaluate(test)
    if good:
        return make_verdict("passed")
    message = show(evaluate(node.msg), str) if node.msg is not None else ""
    return make_verdict("failed", message=message, **shown)


def show(value, how):
    """A value in words, up to a bound; empty when it cannot be said."""
    try:
        return how(value)[:SHOWN]
    except BaseException:
        return ""


def handle(line, ask):
    """One message of the broker; gives the answering line."""
    remote.state["ask"] = ask
    message = json.loads(line)
    done = {"do": "done"}
    try:
        if message["do"] == "start":
            start(message["author"], message["folder"])
        elif message["do"] == "fresh":  # divided from what was started: all but chance is right
            random.seed()
        elif message["do"] == "file":
            return wire.take_file(message)
        elif message["do"] == "given":
            run_given(message["source"])
        elif message["do"] == "tests":
            done["tests"] = run_tests(message["source"])
    except Gone as error:
        done["gone"] = str(error)
    return json.dumps(done)
