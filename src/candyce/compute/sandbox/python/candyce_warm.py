"""What the two sides often do, done beforehand: an interpreter that is divided has it compiled well already."""

import ast
import contextlib
import io
import json
import traceback

import candyce_wire as wire

SOURCE = '''
import math, random, collections
from itertools import chain
mesures = [4, 2, 8, 5, 7]

class Point:
    """A point."""
    def __init__(self, x, y=0):
        self.x, self.y = x, y
    def norme(self):
        return math.hypot(self.x, self.y)
    def __eq__(self, other):
        return isinstance(other, Point) and (self.x, self.y) == (other.x, other.y)

def moyenne(notes, poids=None):
    total = 0
    for rang, note in enumerate(notes):
        if note is not None and note >= 0:
            total += note * (poids[rang] if poids else 1)
    return total / len(notes)

def compter(texte):
    vus = {}
    for lettre in texte.lower().split():
        vus[lettre] = vus.get(lettre, 0) + 1
    return sorted(vus.items(), key=lambda paire: (-paire[1], paire[0]))

def suite(n):
    a, b = 0, 1
    while n > 0:
        yield a
        a, b, n = b, a + b, n - 1

print(f"{moyenne(mesures):.2f}", compter("un deux un"), list(suite(12)), Point(3, 4).norme())
assert [x ** 2 for x in range(5) if x % 2 == 0] == [0, 4, 16] and "a" in {"a": 1}
try:
    {}["absent"]
except KeyError as error:
    print(repr(error))
with_default = lambda valeurs, *, ordre=False: sorted(valeurs, reverse=ordre)
mesures.sort()
'''
BAD = ("1 / 0", "inconnu + 1", "assert moyenne([1]) == 2, 'non'", "def (:", "int('x')")


def warm(rounds):
    """Run it so many times, in names of its own, and keep nothing."""
    for _ in range(rounds):
        names = {}
        with contextlib.redirect_stdout(io.StringIO()):
            for node in ast.parse(SOURCE).body:
                exec(compile(ast.Module([node], []), "<warm>", "exec"), names)
            exec(compile(SOURCE, "<warm>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
            for bad in BAD:
                try:
                    exec(compile(bad, "<warm>", "exec"), names)
                except Exception as error:
                    traceback.format_exception_only(error)
        ast.unparse(ast.parse(SOURCE))
        value = [1, 2.5, "x", {"a": (1, {2}), "b": [None, True]}, range(3), b"y"] * 4
        data = json.loads(json.dumps(wire.encode(value, lambda item: {"t": "ref", "id": 0})))
        wire.decode(data, lambda kind, item: item)
