"""Random static programs that are well typed, each with an untyped program that does the same under plain CPython.

    static_generate.py --seed 7 --count 100        programs as lines of JSON: {"files": [["p7.py", "…"]], "plain": "…"}
    static_generate.py --seed 7 --print            one program, to look at

Directed by types: an expression is made for the type that is wanted there, of what is in scope. What machine integers do
(wrap round, divide towards zero) is spelled out in the plain program:

    static                                         plain
    def f2(a: int8, b: int64) -> int8:             def f2(a, b):
        v1: int8 = a * int8(b)                         v1 = wrap(a * wrap(b, 8, 1), 8, 1)
        return v1                                      return v1

What there is to see are functions `t0`, `t1`, … without parameters; they return objects or raise. They are called in rounds;
in the fourth, `later(a, b)` is no longer `a`, but `b`: what the interpreter and the JIT have learned of it is wrong then.

Invariant: all loops end, and all calls go to functions defined before, so that a program takes some milliseconds.
"""

import argparse
import json
import random
import sys

sys.modules.setdefault("static_generate", sys.modules[__name__])
from static_generate_calls import Signatures  # noqa: E402
from static_generate_classes import Class, Classes  # noqa: E402
from static_generate_data import Shared  # noqa: E402

WIDTHS = {f"{sign}int{bits}": (bits, sign == "") for sign in ("", "u") for bits in (8, 16, 32, 64)}
PRIMITIVES = (*WIDTHS, "double", "cbool")
BOXED = ("int", "str", "bool")
EXCEPTIONS = ("ValueError", "KeyError", "TypeError", "IndexError", "ZeroDivisionError", "OverflowError")

HELPERS = """
from dataclasses import dataclass, field
from enum import Enum, IntEnum, StrEnum as StringEnum
from functools import cached_property
from typing import Optional
class Plain:
    def __init__(self, made):
        self.made = made
    def __getitem__(self, kinds):
        return self.made
CheckedList, CheckedDict = Plain(list), Plain(dict)
def wrap(value, bits, signed):
    value &= (1 << bits) - 1
    return value - (1 << bits) if signed and value >> bits - 1 else value
def unboxed(value, bits, signed):
    if wrap(value, bits, signed) != value:
        raise OverflowError('int overflow')
    return value
def divided(a, b, bits, signed):
    if b == 0:
        raise ZeroDivisionError
    if b == -1 and signed and a == -1 << bits - 1:
        raise OverflowError
    q = abs(a) // abs(b)
    return wrap(q if (a < 0) == (b < 0) else -q, bits, signed)
def rest(a, b, bits, signed):
    if b == 0:
        raise ZeroDivisionError
    r = abs(a) % abs(b)
    return -r if a < 0 else r
def over(a, b):
    if b != 0.0:
        return a / b
    if a == 0.0 or a != a:
        return float('nan')
    from math import copysign
    return copysign(float('inf'), a) * copysign(1.0, b)
def mixin(cls):
    return cls
def at(items, index):
    return items[index]
def put(items, index, value):
    items[index] = value
"""

COMMON = """import sys
from builtins import ExceptionGroup
SHOWN = ('chk', 'int', 'str', 'bool', 'float', 'list', 'tuple', 'dict', 'bytes', 'NoneType')
def awaited(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
def drive(generator, steps):
    found = []
    for what, value in steps:
        try:
            if what == 'next':
                found.append(next(generator))
            elif what == 'close':
                found.append(generator.close())
            else:
                found.append(getattr(generator, what)(value))
        except StopIteration as stop:
            found.append(('stop', stop.value))
        except Exception as error:
            found.append(type(error).__name__)
    return found
def hidden(value):
    return value
ROUNDS = []
def later(value, other):
    return value if len(ROUNDS) <= FIRST_ROUNDS else other
def raised():
    return type(sys.exception()).__name__
def seen(value):
    return value if type(value).__name__.startswith(SHOWN) else type(value).__name__.removeprefix('chk').partition('[')[0]
"""

HEADER = """import __static__
from __static__ import Array, CheckedDict, CheckedList, box, cast, cbool, clen, crange, double, inline
from __static__ import int8, int16, int32, int64, uint8, uint16, uint32, uint64
from __static__ import Enum, IntEnum, StringEnum, mixin
from cinderx import cached_property
from dataclasses import dataclass, field
from typing import Final, Optional, final
"""


class Program(Classes, Shared, Signatures):
    """Makes one program: two lists of lines, always of the same length."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.static, self.plain = [], []
        self.classes, self.functions, self.generators, self.constants = {}, {}, {}, {}
        self.managers, self.coroutines, self.enums, self.signatures, self.driven, self.delegates, self.asynchronous = [], {}, {}, {}, {}, {}, []
        self.globals, self.nodes, self.recursive = {}, {}, {}
        self.indent, self.number = 0, 0
        self.body()

    # ---- helpers

    def chance(self, probability):
        """True that often."""
        return self.random.random() < probability

    def choose(self, items):
        """One of them."""
        return self.random.choice(list(items))

    def new(self, letter="v"):
        """A name never used before."""
        self.number += 1
        return f"{letter}{self.number}"

    def line(self, static, plain=None):
        """Adds a line to both."""
        self.static.append("    " * self.indent + static)
        self.plain.append("    " * self.indent + (static if plain is None else plain))

    def lines(self, template, *parts):
        """Adds a line with expressions in it."""
        self.line(template.format(*(part[0] for part in parts)), template.format(*(part[1] for part in parts)))

    def some_type(self, fields=False):
        """A type to declare something with."""
        kinds = [*PRIMITIVES, "int64", "int64", *BOXED, "int", "list", "CheckedList[int]", "CheckedList[str]", "Array[int64]", "CheckedDict[str, int]"]
        kinds += self.enums
        for name in self.classes:
            kinds += [name, name, f"Optional[{name}]", f"CheckedList[{name}]"]
        return self.choose(kinds)

    # ---- the whole

    def body(self):
        """All of a module."""
        for _ in range(self.random.randint(0, 2)):
            name, value = self.new("K"), self.random.randint(-300, 300)
            self.line(f"{name}: Final[int] = {value}", f"{name} = {value}")
            self.constants[name] = value
        for _ in range(self.random.choice([0, 0, 1, 2])):
            self.enum()
        for _ in range(self.random.randint(1, 3)):
            self.class_()
        for _ in range(self.random.choice([0, 0, 1, 1, 2])):
            self.dataclass()
        if self.chance(0.2):
            self.chain()
        if self.chance(0.3):
            self.manager()
        for _ in range(self.random.choice([0, 0, 1, 2])):
            self.shared()
        if self.chance(0.4):
            self.node()
        for _ in range(self.random.randint(2, 4)):
            self.function(self.new("f"))
        if self.chance(0.4):
            self.recursion()
        for _ in range(self.random.choice([0, 1, 1, 2])):
            self.signature()
        if self.chance(0.4):
            self.generator(self.new("g"))
        for _ in range(self.random.choice([0, 0, 1, 2])):
            self.protocol_generator()
        if self.chance(0.4):
            self.coroutine(self.new("k"))
            if self.chance(0.7):
                self.asynchronous_class()
            self.coroutine_of_coroutines()
            self.coroutine_of_coroutines()
        tests = self.random.randint(2, 3)
        self.line(f"FIRST_ROUNDS = {3 * tests}")
        for index in range(tests):
            self.test(f"t{index}")

    def source(self):
        """The static module."""
        return HEADER + COMMON + "\n".join(self.static) + "\n"

    def untyped(self):
        """The plain one."""
        return HELPERS + COMMON + "\n".join(self.plain) + "\n"

    def class_(self):
        """A class: fields, a constructor, methods, properties; perhaps below another."""
        base = self.choose([cls for cls in self.classes.values() if not cls.final]) if self.chance(0.45) and any(not c.final for c in self.classes.values()) else None
        cls = Class(self.new("C"), base)
        cls.final = self.chance(0.25)
        if cls.final:
            self.line("@final", "# final")
        own = {self.new("a"): self.choose([kind for kind in [*PRIMITIVES, *BOXED, "list", "Array[int64]", *(f"Optional[{c}]" for c in self.classes), *self.classes]]) for _ in range(self.random.randint(1, 4))}
        self.line(f"class {cls.name}({base.name}):" if base else f"class {cls.name}:")
        self.indent += 1
        cls.parameters = [(self.new("p"), kind) for kind in own.values()]
        inherited = [(self.new("p"), kind) for _, kind in base.parameters] if base else []
        every = inherited + cls.parameters
        typed = "".join(f", {name}: {kind}" for name, kind in every)
        self.line(f"def __init__(self{typed}) -> None:", f"def __init__(self{''.join(', ' + name for name, _ in every)}):")
        self.indent += 1
        if base:
            arguments = ", ".join(name for name, _ in inherited)
            self.line(self.choose([f"super().__init__({arguments})", f"{base.name}.__init__(self{', ' if arguments else ''}{arguments})"]))
        for (field, kind), (name, _) in zip(own.items(), cls.parameters, strict=True):
            self.line(f"self.{field}: {kind} = {name}" if self.chance(0.8) or kind in PRIMITIVES or "[" in kind else f"self.{field} = {name}",
                      f"self.{field} = {name}")  # fmt: skip
            # An unannotated field has no type: it is not used again then.
            if ": " in self.static[-1]:
                cls.fields[field] = kind
        self.indent -= 1
        cls.parameters = every
        inherited = set(cls.methods)
        for _ in range(self.random.randint(1, 3)):
            overridden = self.choose(sorted(inherited)) if inherited and self.chance(0.5) else None
            if overridden:
                inherited.discard(overridden)
                parameters, returns, _ = cls.methods[overridden]
                above = (overridden, cls.methods[overridden])
                self.function(overridden, cls, [kind for _, kind in parameters], self.narrower(returns), [name for name, _ in parameters], above)
            else:
                self.function(self.new("m"), cls)
        self.extras(cls, own)
        self.indent -= 1
        self.classes[cls.name] = cls

    def narrower(self, kind):
        """A type that what overrides may give instead."""
        kind = kind[9:-1] if kind.startswith("Optional[") and self.chance(0.5) else kind
        below = [cls.name for cls in self.classes.values() if kind in self.classes and cls.is_a(self.classes[kind])]
        return self.choose(below) if below and self.chance(0.5) else kind

    def property(self, cls):
        """A property that computes."""
        name, kind = self.new("q"), self.choose([*WIDTHS, *BOXED, "double"])
        self.line("@property")
        self.line(f"def {name}(self) -> {kind}:", f"def {name}(self):")
        Body(self, kind, {"self": cls.name}, {"self": cls}).fill(1)
        cls.properties[name] = kind

    def function(self, name, cls=None, kinds=None, returns=None, names=None, above=None):
        """A function or method, perhaps in the place of the one `above`."""
        kinds = kinds if kinds is not None else [self.some_type() for _ in range(self.random.randint(0, 3))]
        returns = returns or self.choose([self.some_type(), "int64", "None", "int", "object"])
        if returns == "object":
            returns = "int"
        parameters = list(zip(names or [self.new("p") for _ in kinds], kinds, strict=True))
        scope = dict(parameters)
        start = len(self.static)
        decorators = []
        if cls is None and len(kinds) <= 2 and returns in (*WIDTHS, "double") and self.chance(0.15):
            decorators.append("@inline")
        for decorator in decorators:
            self.line(decorator, "# inline")
        typed = ", ".join([*(["self"] if cls else []), *(f"{p}: {kind}" for p, kind in parameters)])
        plain = ", ".join([*(["self"] if cls else []), *(p for p, _ in parameters)])
        self.line(f"def {name}({typed}) -> {returns}:", f"def {name}({plain}):")
        body = Body(self, returns, {"self": cls.name, **scope} if cls else scope, {"self": cls} if cls else {})
        body.above = above
        if decorators:
            self.indent += 1
            self.lines("return {}", body.expression(returns, 2))
            self.indent -= 1
        else:
            body.fill(self.random.randint(1, 4))
        assert len(self.static) == len(self.plain) and start < len(self.static)
        if cls is not None:
            cost = max(body.cost, cls.methods[name][2] if name in cls.methods else 0)
            cls.methods[name] = (parameters, returns, cost)
        else:
            self.functions[name] = (parameters, returns, body.cost)

    def generator(self, name):
        """A generator function."""
        parameters = [(self.new("p"), self.some_type()) for _ in range(self.random.randint(0, 2))]
        typed = "".join(f"{p}: {kind}, " for p, kind in parameters)
        self.line(f"def {name}({typed}):", f"def {name}({''.join(p + ', ' for p, _ in parameters)}):")
        body = Body(self, "generator", dict(parameters), {})
        body.fill(self.random.randint(2, 4))
        self.generators[name] = (parameters, "generator", body.cost)

    def manager(self):
        """A class for `with`, which keeps some exceptions."""
        name, kept = self.new("M"), self.choose(EXCEPTIONS)
        self.line(f"class {name}:")
        self.indent += 1
        self.line("def __init__(self, n: int) -> None:", "def __init__(self, n):")
        self.line("    self.n: int = n", "    self.n = n")
        self.line("def __enter__(self) -> int:", "def __enter__(self):")
        self.line("    return self.n")
        self.line("def __exit__(self, kind, error, trace) -> bool:", "def __exit__(self, kind, error, trace):")
        self.line(f"    return kind is {kept}")
        self.indent -= 1
        self.managers.append(name)

    def coroutine(self, name):
        """A coroutine."""
        kinds = [*PRIMITIVES, *BOXED]
        parameters = [(self.new("p"), self.choose(kinds)) for _ in range(self.random.randint(0, 3))]
        returns = self.choose(BOXED)
        typed, plain = ", ".join(f"{p}: {kind}" for p, kind in parameters), ", ".join(p for p, _ in parameters)
        self.line(f"async def {name}({typed}) -> {returns}:", f"async def {name}({plain}):")
        body = Body(self, returns, dict(parameters), {})
        body.fill(self.random.randint(1, 3))
        self.coroutines[name] = (parameters, returns, body.cost)

    def test(self, name):
        """A function whose result is seen."""
        self.line(f"def {name}() -> object:", f"def {name}():")
        self.line("    ROUNDS.append(None)")
        Body(self, "object", {}, {}).fill(self.random.randint(3, 6))


from static_generate_body import Body  # noqa: E402 - it makes the insides of what this file makes


def program(seed):
    """The program of a number."""
    made = Program(seed)
    # Modules of one name would be taken for each other in one process.
    return {"subject": str(seed), "files": [[f"p{seed}.py", made.source()]], "plain": made.untyped()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0, help="the number of the first program")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--print", action="store_true", help="print them for people")
    options = parser.parse_args()
    for seed in range(options.seed, options.seed + options.count):
        made = program(seed)
        if options.print:
            print(made["files"][0][1] + "\n# ---- plain\n" + made["plain"].removeprefix(HELPERS))
        else:
            print(json.dumps(made))


if __name__ == "__main__":
    main()
