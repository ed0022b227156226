"""The pupil's side: runs the pupil's cells, and answers what the tests' side asks about what they made.

Nothing that is said from here is believed to be more than an answer of the pupil's: the code above us may have
replaced any part of this module.
"""

import ast
import builtins
import inspect
import io
import json
import operator
import random
import sys
import types

import candyce_wire as wire

OUTPUT = 20_000  # characters that one answer prints, at most
MESSAGE = 500
LINE = 1_500_000
# What tells the other side how an object can be used; everything else goes through attributes.
SPECIAL = [
    "call",
    "getitem",
    "setitem",
    "delitem",
    "len",
    "iter",
    "next",
    "enter",
    "exit",
    "contains",
    "reversed",
    "hash",
    "bool",
    "int",
    "float",
    "complex",
    "index",
    "abs",
    "neg",
    "pos",
    "invert",
    "round",
    "trunc",
    "floor",
    "ceil",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "add",
    "radd",
    "sub",
    "rsub",
    "mul",
    "rmul",
    "truediv",
    "rtruediv",
    "floordiv",
    "rfloordiv",
    "mod",
    "rmod",
    "pow",
    "rpow",
    "matmul",
    "rmatmul",
    "and",
    "rand",
    "or",
    "ror",
    "xor",
    "rxor",
    "lshift",
    "rlshift",
    "rshift",
    "rrshift",
    "divmod",
]
FROM_OBJECT = {f"__{name}__": getattr(object, f"__{name}__", None) for name in SPECIAL}
UNARY = {
    "len": len, "next": next, "hash": hash, "bool": bool, "int": int, "float": float,
    "complex": complex, "index": operator.index, "abs": abs, "neg": operator.neg,
    "pos": operator.pos, "invert": operator.invert, "str": str, "repr": repr,
    "reversed": reversed, "iter": iter, "dir": dir,
}  # fmt: skip
BINARY = {
    name: getattr(operator, f"__{name}__")
    for name in [
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "add",
        "sub",
        "mul",
        "truediv",
        "floordiv",
        "mod",
        "pow",
        "matmul",
        "and",
        "or",
        "xor",
        "lshift",
        "rshift",
    ]
} | {"divmod": divmod, "contains": operator.contains}

home = types.ModuleType("__main__")
known: dict = {}  # id: object
ids: dict = {}  # id(object): id
classes: dict = {}  # class: id
state = {"next": 1, "cell": 0, "ask": None}


class Output(io.TextIOBase):
    """What is printed, up to a bound; the rest is forgotten."""

    def __init__(self):
        self.parts, self.size = [], 0

    def writable(self):
        return True

    def write(self, text):
        text = str(text)
        if self.size < OUTPUT:
            self.parts.append(text[: OUTPUT - self.size])
        self.size += len(text)
        return len(text)

    def take(self):
        text = "".join(self.parts)
        self.parts, self.size = [], 0
        return text


out = Output()


def begin(base, folder):
    """A fresh namespace; ``base`` keeps the names of one life apart from those of the next."""
    state["next"] = base + 1
    sys.modules["__main__"] = home
    home.__dict__["__builtins__"] = builtins
    sys.stdout = sys.stderr = out
    random.seed()
    wire.enter_folder(folder)


# --- cells --------------------------------------------------------------------------------------


def clean(source):
    """A cell without what only a notebook's kernel knows: magics and shell commands."""
    if source.lstrip().startswith("%%"):
        first, _, rest = source.lstrip().partition("\n")
        return rest if first.split()[0] in {"%%time", "%%timeit", "%%capture"} else ""
    try:
        ast.parse(source)
    except SyntaxError:
        lines = source.split("\n")
        return "\n".join(
            line[: len(line) - len(line.lstrip())] + "pass"
            if line.lstrip().startswith(("%", "!", "?"))
            else line
            for line in lines
        )
    except (ValueError, RecursionError, MemoryError):
        pass
    return source


def run_cell(source):
    """Run one cell; gives its end, or a coroutine of it when the cell awaits something."""
    state["cell"] += 1
    try:
        code = compile(
            clean(source), f"<cell {state['cell']}>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        )
        if code.co_flags & inspect.CO_COROUTINE:
            return finish(eval(code, home.__dict__))
        exec(code, home.__dict__)
    except BaseException as error:
        return say(tell_error(error))
    return say({"ok": None})


async def finish(running):
    try:
        await running
    except BaseException as error:
        return say(tell_error(error))
    return say({"ok": None})


def tell_error(error):
    """An exception as the other side may know it: its class, its first words, the line of the cell."""
    kind = type(error)
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith("<cell"):
            line = trace.tb_lineno
        trace = trace.tb_next
    if isinstance(error, SyntaxError):
        line = error.lineno
    try:
        message = str(error)[:MESSAGE]
    except BaseException:
        message = ""
    return {"error": {"cls": describe_class(kind), "message": message, "line": line}}


# --- names of objects ---------------------------------------------------------------------------


def refer(value):
    """The name of an object that stays here."""
    if type(value) is Callback:
        return {"t": "own", "id": value.id}
    found = ids.get(id(value))
    if found is None or known.get(found) is not value:
        found = state["next"]
        state["next"] += 1
        known[found], ids[id(value)] = value, found
    data = {"t": "ref", "id": found, "cls": describe_class(type(value))}
    if isinstance(value, type):
        data["is"] = describe_class(value)
    return data


def describe_class(kind):
    """What the other side needs to make a class that stands for this one."""
    module = getattr(kind, "__module__", "")
    data = {"name": str(kind.__name__)[:100], "module": str(module)[:100]}
    if module == "builtins":
        return {**data, "has": get_specials(kind)}
    if kind not in classes:
        classes[kind] = state["next"]
        known[state["next"]] = kind
        ids[id(kind)] = state["next"]
        state["next"] += 1
    bases = [describe_class(base) for base in kind.__bases__[:4] if base is not object]
    return {**data, "id": classes[kind], "bases": bases, "has": get_specials(kind)}


def get_specials(kind):
    found = []
    for name in SPECIAL:
        method = getattr(kind, f"__{name}__", None)
        if method is not None and method is not FROM_OBJECT[f"__{name}__"]:
            found.append(name)
    return found


def find(kind, data):
    if kind == "own":
        if data["id"] not in known:
            raise ReferenceError("this object is gone")
        return known[data["id"]]
    if kind == "cb":
        return Callback(data["id"])
    if kind == "builtin":
        return getattr(builtins, data["name"])
    raise wire.Malformed(kind)


class Callback:
    """A function of the tests' side, given to the pupil's code: it can be called, nothing else."""

    __slots__ = ("id",)

    def __init__(self, number):
        self.id = number

    def __call__(self, *args, **kwargs):
        question = {
            "do": "callback",
            "id": self.id,
            "args": [write(value) for value in args],
            "kw": {name: write(value) for name, value in kwargs.items()},
        }
        line = json.dumps(question)
        while True:
            answer = json.loads(state["ask"](line))
            if "do" not in answer:
                break
            line = answer_question(answer)
        if "error" in answer:
            kind = getattr(builtins, answer["error"]["name"], RuntimeError)
            raise kind(answer["error"]["message"])
        return read(answer["ok"])


def write(value):
    return wire.encode(value, refer)


def read(data):
    return wire.decode(data, find)


# --- questions ----------------------------------------------------------------------------------


def say(answer):
    """The line of an answer, with what was printed meanwhile."""
    try:
        text = out.take()
    except BaseException:
        text = ""
    if text:
        answer["out"] = text
    line = json.dumps(answer)
    if len(line) > LINE:
        return json.dumps(tell_error(OverflowError("the result is too large")))
    return line


def answer_question(question):
    """The line that answers one question of the tests' side."""
    try:
        sent = [read(data) for data in question.get("args", ())]
        named = {name: read(data) for name, data in question.get("kw", {}).items()}
        before = [json.dumps(data) for data in question.get("args", ())]
        answer = {"ok": write(DEEDS[question["do"]](question, sent, named))}
        changed = {}
        for place, value in enumerate(sent):
            if wire.is_mutable(value):
                now = write(value)
                if json.dumps(now) != before[place]:
                    changed[str(place)] = now
        if changed:
            answer["args"] = changed
        return say(answer)
    except BaseException as error:
        return say(tell_error(error))


def get_name(question, _sent, _named):
    try:
        return home.__dict__[question["name"]]
    except KeyError:
        raise NameError(f"name '{question['name']}' is not defined") from None


def do_unary(question, sent, _named):
    return UNARY[question["op"]](sent[0])


def do_binary(question, sent, _named):
    return BINARY[question["op"]](sent[0], sent[1])


def do_next(_question, sent, _named):
    """Up to a hundred steps of an iteration, as pairs: (0, value), or (1,) at its end."""
    try:
        return [next(sent[0])]
    except StopIteration:
        return ()


DEEDS = {
    "get": get_name,
    "has": lambda question, sent, named: question["name"] in home.__dict__,
    "call": lambda question, sent, named: sent[0](*sent[1:], **named),
    "attr": lambda question, sent, named: getattr(sent[0], question["name"]),
    "setattr": lambda question, sent, named: setattr(sent[0], question["name"], sent[1]),
    "delattr": lambda question, sent, named: delattr(sent[0], question["name"]),
    "getitem": lambda question, sent, named: sent[0][sent[1]],
    "setitem": lambda question, sent, named: operator.setitem(sent[0], sent[1], sent[2]),
    "delitem": lambda question, sent, named: operator.delitem(sent[0], sent[1]),
    "format": lambda question, sent, named: format(sent[0], sent[1]),
    "round": lambda question, sent, named: round(*sent),
    "unary": do_unary,
    "binary": do_binary,
    "next": do_next,
}


def handle(line, ask):
    """One message of the broker; gives the answering line, or a coroutine of it."""
    state["ask"] = ask
    message = json.loads(line)
    if message["do"] == "begin":
        begin(message["base"], message["folder"])
        return say({"ok": None})
    if message["do"] == "file":
        return wire.take_file(message)
    if message["do"] == "cell":
        return run_cell(message["source"])
    return answer_question(message)
