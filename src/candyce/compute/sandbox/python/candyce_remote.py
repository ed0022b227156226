"""Objects of the pupil's interpreter, as the teacher's tests see them.

An object that cannot travel by value is named, and using it asks the pupil's side. What is asked never holds a
value that the pupil's object could answer by heart: operators and comparisons reach it only when one operand
was made, in the tests, by calling a class that the author's own notebook defines. Anything else is equal to
itself alone, and ``in`` looks through its items here.
"""

import builtins
import json
import sys
import types

import candyce_wire as wire

QUESTIONS = 20_000  # in one tests cell
NESTED = 40  # callbacks within callbacks

state = {"ask": None, "count": 0, "nested": 0}
callbacks: dict = {}
class_cache: dict = {}
exception_ids: dict = {}
STANDS_FOR = {
    "function": types.FunctionType, "generator": types.GeneratorType, "module": types.ModuleType,
    "method": types.MethodType, "builtin_function_or_method": types.BuiltinFunctionType,
}  # fmt: skip


class Gone(BaseException):
    """The pupil's interpreter ended: timeout, crash or output. No ``except Exception`` stops it."""


class Unreadable(Exception):
    """A value of the tests that the pupil's code cannot be given."""


def reset():
    callbacks.clear()
    class_cache.clear()
    exception_ids.clear()
    state["count"] = state["nested"] = 0


def request(do, *args, named=None, **fields):
    """Ask the pupil's side; the answer's value, or the exception it raised there."""
    state["count"] += 1
    if state["count"] > QUESTIONS:
        raise Gone("timeout")
    question = {"do": do, "args": [write(value) for value in args], **fields}
    if named:
        question["kw"] = {name: write(value) for name, value in named.items()}
    line = json.dumps(question)
    while True:
        answer = json.loads(state["ask"](line))
        if "gone" in answer:
            raise Gone(answer["gone"])
        if answer.get("do") != "callback":
            break
        line = json.dumps(run_callback(answer))
    try:
        return take(answer, args)
    except (wire.Malformed, KeyError, IndexError, AttributeError) as error:
        if "error" in answer and not isinstance(error, wire.Malformed):
            raise
        raise Gone("crash") from None


def take(answer, args):
    """What an answer holds; see ``candyce_pupil.answer_question``."""
    if type(answer.get("out")) is str:
        sys.stdout.write(answer["out"])
    if "error" in answer:
        raise make_exception(answer["error"])
    for place, data in answer.get("args", {}).items():
        if wire.is_mutable(args[int(place)]):
            wire.renew(args[int(place)], read(data))
    return read(answer["ok"])


def run_callback(message):
    """Run one of our functions for the pupil's code; what it answers."""
    if state["nested"] >= NESTED:
        return {"error": {"name": "RecursionError", "message": "too many calls within calls"}}
    state["nested"] += 1
    try:
        args = [read(data) for data in message["args"]]
        named = {str(name): read(data) for name, data in message["kw"].items()}
        return {"ok": write(callbacks[message["id"]](*args, **named))}
    except Exception as error:
        name = type(error).__name__
        known = isinstance(getattr(builtins, name, None), type)
        return {"error": {"name": name if known else "RuntimeError", "message": str(error)[:300]}}
    finally:
        state["nested"] -= 1


# --- values -------------------------------------------------------------------------------------


def write(value):
    return wire.encode(value, refer)


def read(data):
    return wire.decode(data, find)


def refer(value):
    kind = type(value)
    if isinstance(value, Remote):
        return {"t": "own", "id": object.__getattribute__(value, "_candyce_id")}
    if isinstance(value, RemoteClass):
        return {"t": "own", "id": type.__getattribute__(value, "_candyce_class")}
    if value in exception_ids if isinstance(value, type) else False:
        return {"t": "own", "id": exception_ids[value]}
    name = getattr(value, "__name__", None)
    if isinstance(name, str) and getattr(builtins, name, None) is value:
        return {"t": "builtin", "name": name}
    if callable(value):
        callbacks[id(value)] = value
        return {"t": "cb", "id": id(value)}
    raise Unreadable(f"a value of the type {kind.__name__} cannot be given to the pupil's code")


def find(kind, data):
    if kind == "own":  # one of our callbacks came home
        raise wire.Malformed(kind)
    if kind != "ref" or type(data.get("id")) is not int:
        raise wire.Malformed(kind)
    if "is" in data:
        made = get_class(data["is"])
        if issubclass(made, BaseException):
            exception_ids.setdefault(made, data["id"])
            return made
        return make(get_class({"name": "type", "module": "builtins", "has": ["call"]}), data["id"])
    kind = get_class(data["cls"])
    if issubclass(kind, BaseException):
        return kind()
    return make(kind, data["id"])


def make(kind, number, *, made=False):
    value = object.__new__(kind)
    object.__setattr__(value, "_candyce_id", number)
    object.__setattr__(value, "_candyce_made", made)
    return value


def make_exception(data):
    """The exception that the pupil's code raised: of a builtin class, or of one that stands for its own."""
    message = data["message"] if type(data.get("message")) is str else ""
    kind = get_class(data["cls"])
    if not issubclass(kind, Exception):
        kind = RuntimeError  # leaving, interrupting: an error like another
    try:
        return kind(message)
    except TypeError:  # UnicodeDecodeError and its like want more
        return RuntimeError(message)


# --- classes ------------------------------------------------------------------------------------


def get_class(data):
    """The class here that stands for one there; made once."""
    name, module = data["name"], data["module"]
    if type(name) is not str or type(module) is not str:
        raise wire.Malformed("class")
    if module == "builtins":
        kind = getattr(builtins, name, None)
        if isinstance(kind, type) and issubclass(kind, BaseException):
            return kind
        key = ("builtins", name, tuple(map(str, data.get("has", ()))))
    else:
        if type(data.get("id")) is not int:
            raise wire.Malformed("class")
        key = data["id"]
    if key not in class_cache:
        class_cache[key] = build_class(data, name, module)
    return class_cache[key]


def build_class(data, name, module):
    bases = [get_class(base) for base in data.get("bases", ())]
    errors = [base for base in bases if issubclass(base, BaseException)]
    if errors:
        base = errors[0] if issubclass(errors[0], Exception) else RuntimeError
        kind = type(name, (base,), {"__module__": module})
        exception_ids[kind] = data["id"]
        return kind
    bases = [base for base in bases if issubclass(base, Remote)] or [Remote]
    space = {"__slots__": (), "__module__": module}
    has = {item for item in data.get("has", ()) if type(item) is str}
    for special in has:
        if special in METHODS:
            space[f"__{special}__"] = METHODS[special]
    for special in BINARY & {item.removeprefix("r") for item in has} | BINARY & has:
        space[f"__{special}__"] = make_binary(special)
        if special not in COMPARISONS:
            space[f"__r{special}__"] = make_binary(special, reflected=True)
    if has & {"iter", "contains", "getitem"}:
        space["__contains__"] = contains
    if has & {"len", "bool"}:
        space["__bool__"] = lambda self: bool(request("unary", self, op="bool"))
    if "eq" in has or "ne" in has:
        space["__eq__"], space["__ne__"] = make_binary("eq"), make_binary("ne")
    space["__hash__"] = METHODS["hash"] if {"hash", "eq"} <= has else hash_identity
    try:
        kind = RemoteClass(name, tuple(dict.fromkeys(bases)), space)
    except TypeError:
        kind = RemoteClass(name, (Remote,), space)
    type.__setattr__(kind, "_candyce_class", data.get("id", 0))
    return kind


class RemoteClass(type):
    """A class of the pupil's. Its instances, made by calling it in the tests, may use operators."""

    def __call__(cls, *args, **kwargs):
        number = type.__getattribute__(cls, "_candyce_class")
        value = request("call", make(Remote, number), *args, named=kwargs)
        if isinstance(value, Remote):
            object.__setattr__(value, "_candyce_made", True)
        return value

    def __getattr__(cls, name):
        if name.startswith(("_candyce", "__")):
            raise AttributeError(name)
        return request(
            "attr", make(Remote, type.__getattribute__(cls, "_candyce_class")), name=name
        )


class Remote(metaclass=RemoteClass):
    """An object of the pupil's."""

    __slots__ = ("_candyce_id", "_candyce_made")

    def __getattribute__(self, name):
        if name == "__class__":
            kind = type(self)
            stands = kind.__module__ == "builtins"
            return STANDS_FOR.get(kind.__name__, kind) if stands else kind
        return request("attr", self, name=name)

    def __setattr__(self, name, value):
        request("setattr", self, value, name=name)

    def __delattr__(self, name):
        request("delattr", self, name=name)

    def __repr__(self):
        return need_text(request("unary", self, op="repr"))

    def __str__(self):
        return need_text(request("unary", self, op="str"))

    def __format__(self, spec):
        return need_text(request("format", self, spec))

    def __dir__(self):
        return request("unary", self, op="dir")

    def __reduce_ex__(self, protocol):
        raise TypeError("an object of the pupil's cannot be copied")


def need_text(value):
    if type(value) is not str:
        raise TypeError("not a text")
    return value


def hash_identity(self):
    return hash(object.__getattribute__(self, "_candyce_id"))


def is_made(value):
    return isinstance(value, Remote) and object.__getattribute__(value, "_candyce_made")


def make_binary(name, *, reflected=False):
    def method(self, other):
        if isinstance(other, Remote) and name in {"eq", "ne"} and same(self, other):
            return name == "eq"
        if not (is_made(self) or is_made(other)):
            return NotImplemented
        first, second = (other, self) if reflected else (self, other)
        return request("binary", first, second, op=name)

    return method


def same(first, second):
    get = object.__getattribute__
    return get(first, "_candyce_id") == get(second, "_candyce_id")


def contains(self, item):
    if is_made(self):
        return bool(request("binary", self, item, op="contains"))
    return any(found is item or found == item for found in self)


def iterate(self):
    inside = request("unary", self, op="iter")
    while step := request("next", inside):
        yield step[0]


def go_on(self):
    step = request("next", self)
    if not step:
        raise StopIteration
    return step[0]


def call(self, *args, **kwargs):
    return request("call", self, *args, named=kwargs)


def enter(self):
    return request("attr", self, name="__enter__")()


def leave(self, *_error):
    return request("attr", self, name="__exit__")(None, None, None)


def make_unary(name):
    return lambda self: request("unary", self, op=name)


UNARY = ("len", "hash", "int", "float", "complex", "index", "abs", "neg", "pos", "invert", "reversed")  # fmt: skip
METHODS = {name: make_unary(name) for name in UNARY} | {
    "call": call,
    "iter": iterate,
    "next": go_on,
    "enter": enter,
    "exit": leave,
    "getitem": lambda self, key: request("getitem", self, key),
    "setitem": lambda self, key, value: request("setitem", self, key, value),
    "delitem": lambda self, key: request("delitem", self, key),
    "round": lambda self, *digits: request("round", self, *digits),
}
BINARY = {
    "lt", "le", "gt", "ge", "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul",
    "and", "or", "xor", "lshift", "rshift", "divmod",
}  # fmt: skip
COMPARISONS = {"lt", "le", "gt", "ge"}


class Names(dict):
    """The tests' namespace: their own names first, then the pupil's; builtins stay Python's own.

    ``own``: names that the author's notebook defines, which alone may hide a builtin.
    ``made``: those that are classes there.
    """

    def __init__(self, own, made):
        super().__init__(__builtins__=builtins, __name__="__main__")
        self.own, self.made = own, made

    def __missing__(self, name):
        if not self.is_pupils(name):
            raise KeyError(name)
        value = self.get_class(name) if name in self.made else None
        if value is not None:
            return value
        try:
            return request("get", name=name)
        except NameError:
            raise KeyError(name) from None

    def is_pupils(self, name):
        if type(name) is not str or name.startswith("__"):
            return False
        return name in self.own or not hasattr(builtins, name)

    def get_class(self, name):
        """The class of this name, or None when it is no class there."""
        answer = json.loads(state["ask"](json.dumps({"do": "get", "name": name})))
        data = answer.get("ok")
        if type(data) is dict and data.get("t") == "ref" and "is" in data:
            return get_class(data["is"])
        return None

    def __contains__(self, name):
        if super().__contains__(name):
            return True
        return self.is_pupils(name) and request("has", name=name) is True
