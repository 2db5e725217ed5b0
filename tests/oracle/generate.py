"""Makes random programs that combine every construct of the grammar, the same in every run.

    generate.py --seed 7          prints program number 7
    program(7)                    returns it

Programs nest try, with, match, comprehensions, async, type parameters, annotations, assignment expressions, f- and
t-strings in each other, with few names, so that scopes meet; they break lines inside parentheses anywhere. Most of them
compile; those that do not are as good: both compilers must give the same error.

Invariant: the seed alone decides the program. Programs are compiled, never run.
"""

import argparse
import random

NAMES = ["a", "b", "c", "x", "y", "z", "self", "__m", "é"]
RARE_NAMES = ["super", "all", "any", "tuple", "list", "set", "__class__", "T", "U", "_", "type", "match", "format", "Exc"]
NUMBERS = ["0", "1", "2", "3", "7", "255", "256", "-1", "-5", "1.5", "0.0", "-0.0", "2j", "1e400", "0x1F", "10**3", "1 << 5", "2**70", "1_000"]
STRINGS = ["'a'", "''", '"é"', "b'b'", "'a' 'b'", "'%s'", "'''m\nn'''", r"'\n\x41'", "r'\\d'", r"'\ud800'", "'x' * 3", "b'' b'c'", '"😀"']
CONSTANTS = ["None", "True", "False", "...", "__debug__", "()", "(1, 2)", "(1, (2, 'a'))", "(1, 2, 3)[1]", "'abc'[0]", "not 1", "~3", "-(-2)", "(0.0, -0.0)"]
BINARY = ["+", "-", "*", "/", "//", "%", "@", "&", "|", "^", "<<", ">>", "**"]
COMPARE = ["==", "!=", "<", ">", "<=", ">=", "is", "is not", "in", "not in"]


class Generator:
    """Builds one program. `line_breaks` counts the open parentheses: inside them a line may end anywhere."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.line_breaks = 0
        # The statements' surroundings, innermost last: "module", "class", "function" or "async".
        self.scopes = ["module"]
        self.in_comprehension = 0
        self.in_loop = [False]
        self.in_star_handler = False

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def pick(self, *choices):
        """One of the choices, called if it is a method."""
        choice = self.random.choice(choices)
        return choice() if callable(choice) else choice

    def space(self):
        if self.line_breaks and self.chance(6):
            return self.pick("\n", "\n  ", "  # comment\n    ", "\n\n ")
        return " " if self.chance(95) else "  "

    def some(self, make, low=0, high=3):
        return [make() for _ in range(self.random.randint(low, high))]

    def commas(self, parts, trailing=True):
        text = "".join(("," + self.space() if index else "") + part for index, part in enumerate(parts))
        return text + ("," if parts and trailing and self.chance(10) else "")

    def inside(self, opening, make, closing):
        """Text between parentheses of some kind; whatever `make` makes may break lines."""
        self.line_breaks += 1
        try:
            gap = self.pick("", "", "", "\n  ") if self.chance(15) else ""
            return opening + gap + make() + gap + closing
        finally:
            self.line_breaks -= 1

    # ---- expressions ------------------------------------------------------------------

    def name(self):
        return self.random.choice(NAMES if self.chance(93) else RARE_NAMES)

    def constant(self):
        kind = self.random.randrange(10)
        return self.random.choice(NUMBERS if kind < 4 else STRINGS if kind < 7 else CONSTANTS)

    def atom(self, depth):
        kind = self.random.randrange(100)
        if depth <= 0 or kind < 40:
            return self.name() if self.chance(65) else f"({self.constant()})"
        if kind < 50:
            return self.inside("(", lambda: self.wide(depth - 1), ")")
        if kind < 58:
            return self.display(depth - 1)
        if kind < 66:
            return self.comprehension(depth - 1)
        if kind < 76:
            return self.call(depth - 1)
        if kind < 84:
            return f"{self.atom(depth - 1)}{self.pick('', self.broken)}.{self.name()}"
        if kind < 92:
            return self.atom(depth - 1) + self.inside("[", lambda: self.subscript(depth - 1), "]")
        return self.interpolated(depth - 1)

    def broken(self):
        return "\n " if self.line_breaks else ""

    def expression(self, depth):
        """What may stand where an expression may, without parentheses around it."""
        kind = self.random.randrange(100)
        if depth <= 0 or kind < 45:
            return self.atom(depth)
        sub = depth - 1
        if kind < 58:
            return f"{self.operand(sub)}{self.space()}{self.random.choice(BINARY)} {self.operand(sub)}"
        if kind < 66:
            word = self.pick(" and ", " or ")
            return word.join(self.some(lambda: self.operand(sub), 2, 3))
        if kind < 76:
            parts = self.some(lambda: f" {self.random.choice(COMPARE)}{self.space()}{self.operand(sub)}", 1, 2)
            return self.operand(sub) + "".join(parts)
        if kind < 81:
            return f"not {self.operand(sub)}"
        if kind < 86:
            return f"{self.pick('-', '+', '~')}{self.operand(sub)}"
        if kind < 92:
            return f"{self.operand(sub)} if {self.operand(sub)}{self.space()}else {self.expression(sub)}"
        if kind < 95:
            return self.lambda_(sub)
        if kind < 97 and self.scopes[-1] == "async":
            return f"await {self.atom(sub)}"
        formats = ["'%s'", "'%r and %s'", "'%5d%%'", "'a%-3sb'", "'%s'"]
        values = self.inside("(", lambda: self.commas(self.some(lambda: self.expression(0), 1, 2)) + ",", ")")
        return f"{self.random.choice(formats)} % {values}".replace(",,", ",")

    def operand(self, depth):
        """What binds closer than any operator that may be beside it."""
        if depth > 0 and self.chance(35):
            return self.inside("(", lambda: self.expression(depth - 1), ")")
        return self.atom(depth)

    def wide(self, depth):
        """What may stand in parentheses only."""
        kind = self.random.randrange(100)
        if kind < 12 and not self.in_comprehension and self.scopes[-1] != "class" or kind < 3:
            return f"{self.name()} := {self.expression(depth)}"
        if kind < 22 and self.scopes[-1] in ("function", "async") and not self.in_comprehension:
            if self.scopes[-1] == "function" and self.chance(30):
                return f"yield from {self.expression(depth)}"
            return self.pick("yield", lambda: f"yield {self.expression(depth)}")
        if kind < 34:
            return self.commas(self.some(lambda: self.starred(depth), 2, 4))
        return self.expression(depth)

    def starred(self, depth):
        return f"*{self.operand(depth)}" if self.chance(12) else self.expression(depth)

    def display(self, depth):
        if self.chance(35):
            pair = lambda: f"**{self.operand(depth)}" if self.chance(12) else f"{self.expression(depth)}: {self.expression(depth)}"
            return self.inside("{", lambda: self.commas(self.some(pair, 0, 20 if self.chance(8) else 4)), "}")
        item = (lambda: self.constant()) if self.chance(35) else (lambda: self.starred(depth))
        many = 36 if self.chance(8) else 4
        if self.chance(25):
            return self.inside("{", lambda: self.commas(self.some(item, 1, many)), "}")
        return self.inside("[", lambda: self.commas(self.some(item, 0, many)), "]")

    def comprehension(self, depth, call=False):
        opening, closing = ("(", ")") if call else self.random.choice(["[]", "[]", "{}", "()", "::"])
        pair = opening == ":"
        if pair:
            opening, closing = "{", "}"
        first_iterable = self.expression(depth)
        self.in_comprehension += 1
        self.line_breaks += 1
        element = f"{self.expression(depth)}: {self.expression(depth)}" if pair else self.expression(depth)
        if not pair and self.scopes[-1] != "class" and self.chance(7):
            element = f"({self.pick('w', 'v')} := {element})"
        clauses = []
        for index in range(self.random.choice([1, 1, 1, 2])):
            asynchronous = "async " if self.scopes[-1] == "async" and self.chance(25) else ""
            iterable = self.operand(depth) if index else first_iterable
            if " if " in iterable or "lambda" in iterable:
                iterable = f"({iterable})"
            clauses.append(f"{self.space()}{asynchronous}for {self.target(1)} in {iterable}")
            clauses += self.some(lambda: f"{self.space()}if {self.operand(depth)}", 0, self.random.choice([0, 0, 1, 2]))
        self.line_breaks -= 1
        self.in_comprehension -= 1
        return opening + element + "".join(clauses) + closing

    def call(self, depth):
        function = self.pick(lambda: self.atom(depth), self.name, lambda: f"{self.atom(depth)}.{self.name()}",
                             lambda: f"super().{self.name()}", "super", lambda: self.random.choice(["all", "any", "tuple", "list", "set"]))
        if self.chance(15):
            return function + self.comprehension(depth, call=True)
        many = 34 if self.chance(4) else 3
        positional = self.some(lambda: self.starred(depth), 0, many)
        if positional and self.chance(5):
            positional[-1] = f"({self.name()} := {self.expression(depth)})"
        names = self.random.sample(["k", "key", "__p", "c", "n", "v"] + [f"k{i}" for i in range(20)], self.random.choice([0, 0, 0, 1, 2, 18 if self.chance(10) else 3]))
        keywords = [f"{name}={self.expression(depth)}" if self.chance(88) else f"**{self.operand(depth)}" for name in names]
        return function + self.inside("(", lambda: self.commas(positional + keywords), ")")

    def subscript(self, depth):
        one = lambda: self.pick(lambda: self.expression(depth), self.slice_, lambda: self.constant())
        return one() if self.chance(80) else self.commas(self.some(one, 1, 3)) + ("," if self.chance(20) else "")

    def slice_(self):
        part = lambda: self.pick("", lambda: self.constant(), self.name)
        return f"{part()}:{part()}" + (f":{part()}" if self.chance(30) else "")

    def lambda_(self, depth):
        self.scopes.append("function")
        outer, self.in_comprehension = self.in_comprehension, 0
        parameters = self.parameters(0, annotated=False)
        body = self.expression(depth) if self.chance(90) else self.inside("(", lambda: self.wide(depth), ")")
        self.in_comprehension = outer
        self.scopes.pop()
        return f"lambda{' ' + parameters if parameters else ''}: {body}"

    def interpolated(self, depth):
        """An f-string or a t-string, with fields that may break lines if the quotes are triple."""
        quotes = self.random.choice(['"', '"', "'", '"""', "'''"])
        parts = self.some(lambda: self.pick("a", "{{", "é", " }} ", r"\n", "%", lambda: self.field(depth), lambda: self.field(depth)), 0, 20 if self.chance(5) else 4)
        prefix = self.random.choice(["f", "f", "f", "t", "rf", "F"])
        text = f"{prefix}{quotes}{''.join(parts)}{quotes}"
        return text + (self.pick(" 'tail'", ' f"{a}"', "") if prefix not in "t" and self.chance(20) else "")

    def field(self, depth):
        value = self.expression(min(depth, 1))
        if value.startswith("{") or value.endswith("}"):
            value = f" {value} "
        if "lambda" in value or ":=" in value:
            value = f"({value})"
        debug = self.pick("=", " = ", "=") if self.chance(15) else ""
        conversion = self.random.choice(["!r", "!s", "!a"]) if self.chance(20) else ""
        spec = self.random.choice([":>10", ":{w}", ":", ":.{n}f", ":{a!r:>{b}}", ":%H:%M"]) if self.chance(25) else ""
        return "{" + value + debug + conversion + spec + "}"

    # ---- targets, parameters, patterns ------------------------------------------------------------------

    def target(self, depth, parts=True):
        kind = self.random.randrange(100)
        if depth <= 0 or kind < 60:
            return self.name()
        if kind < 70:
            return f"{self.atom(1)}.{self.name()}"
        if kind < 80:
            return self.atom(1) + self.inside("[", lambda: self.subscript(1), "]")
        if not parts:
            return self.name()
        targets = self.some(lambda: self.target(depth - 1), 2, 4)
        if self.chance(20):
            index = self.random.randrange(len(targets))
            targets[index] = "*" + targets[index]
        return self.inside(*self.pick(("(", lambda: self.commas(targets), ")"), ("[", lambda: self.commas(targets), "]")))

    def parameters(self, depth, annotated=True):
        names = [name for name in self.random.sample(NAMES + ["k", "__p", "w", "v"], self.random.choice([0, 0, 1, 2, 3, 5]))]
        if self.scopes[-2:-1] == ["class"] and self.chance(70):
            names = ["self"] + [name for name in names if name != "self"]
        parts, defaulted, starred = [], False, False
        note = lambda: f": {self.expression(depth)}" if annotated and self.chance(30) else ""
        for index, name in enumerate(names):
            if not starred and self.chance(12):
                starred = True
                last = index == len(names) - 1
                parts.append(f"*{name}{note()}" if last or self.chance(50) else "*")
                if parts[-1] != "*":
                    continue
            default = ""
            if (defaulted and not starred) or self.chance(20):
                default, defaulted = f"={self.expression(depth)}", defaulted or not starred
            parts.append(name + note() + default)
        if parts and not starred and self.chance(10):
            parts.insert(self.random.randint(1, len(parts)), "/")
        if self.chance(10):
            parts.append("**kw" + note())
        return ", ".join(parts)

    def type_parameters(self):
        if not self.chance(20):
            return ""
        names = self.random.sample(["T", "U", "V", "a"], self.random.randint(1, 3))
        make = lambda name: self.pick(name, f"{name}: {self.expression(1)}", f"*{name}", f"**{name}")
        parts = [make(name) for name in names]
        if self.chance(20):
            parts[-1] += f" = {self.expression(1)}"
        return f"[{', '.join(parts)}]"

    def pattern(self, depth, captures=True):
        kind = self.random.randrange(100)
        capture = lambda: self.random.choice(["p", "q", "r", "s"]) + str(self.random.randrange(40)) if captures else "_"
        if depth <= 0 or kind < 25:
            return self.pick(capture, "1", "-2", "'s'", "None", "True", "a.b", "a.b.c", "1+2j", "-1.5", "b'x'", "'a' 'b'", "_")
        sub = depth - 1
        if kind < 45:
            parts = self.some(lambda: self.pattern(sub, captures), 0, 3)
            if self.chance(35):
                parts.insert(self.random.randint(0, len(parts)), "*" + self.pick("_", capture))
            return self.inside("[", lambda: self.commas(parts), "]") if self.chance(60) else self.inside("(", lambda: self.commas(parts) + ("," if len(parts) == 1 else ""), ")").replace(",,", ",")
        if kind < 60:
            keys = self.random.sample(["1", "'k'", "a.b", "None", "-3", "b'z'"], self.random.randint(0, 3))
            parts = [f"{key}: {self.pattern(sub, captures)}" for key in keys]
            if captures and self.chance(30):
                parts.append("**" + capture())
            return self.inside("{", lambda: self.commas(parts, trailing=False), "}")
        if kind < 78:
            parts = self.some(lambda: self.pattern(sub, captures), 0, 2)
            parts += [f"{name}={self.pattern(sub, captures)}" for name in self.random.sample(["u", "v", "__w"], self.random.randint(0, 2))]
            return self.pick("C", "a.D", "int", "str") + self.inside("(", lambda: self.commas(parts), ")")
        if kind < 90:
            parts = [part for part in self.some(lambda: self.pattern(sub, False), 2, 3)]
            return "(" + " | ".join(part if part != "_" else "0" for part in parts) + ")"
        return f"({self.pattern(sub, captures)} as {capture()})" if captures else f"({self.pattern(sub, False)})"

    # ---- statements ------------------------------------------------------------------

    def block(self, indent, depth, most=3):
        inner = indent + self.random.choice(["  ", "    ", " "])
        if self.chance(6):
            return " " + self.simple(depth) + "\n"
        return "\n" + "".join(self.statement(inner, depth) for _ in range(self.random.randint(1, most)))

    def statement(self, indent, depth):
        if depth <= 0 or self.chance(50):
            second = f"; {self.simple(1)}" if self.chance(4) else ""
            comment = "  # comment" if self.chance(3) else ""
            return f"{indent}{self.simple(self.random.choice([1, 2, 3]))}{second}{comment}\n"
        make = self.random.choice([self.if_, self.while_, self.for_, self.try_, self.try_, self.with_, self.match_, self.function, self.function, self.class_])
        return self.pick("", "", "", "\n") + make(indent, depth - 1)

    def simple(self, depth):
        kind = self.random.randrange(100)
        scope = self.scopes[-1]
        if kind < 22:
            return "".join(f"{self.assigned()} = " for _ in range(self.random.choice([1, 1, 1, 2]))) + self.value(depth)
        if kind < 29:
            return f"{self.target(1, parts=False)} {self.random.choice(BINARY)}= {self.value(depth)}"
        if kind < 37:
            name = self.target(1, parts=False)
            name = f"({name})" if self.chance(10) else name
            return f"{name}: {self.expression(depth)}" + (f" = {self.value(depth)}" if self.chance(50) else "")
        if kind < 55:
            return self.expression(depth)
        if kind < 58:
            return "del " + self.commas(self.some(lambda: self.target(2), 1, 3)).replace("*", "")
        if kind < 66 and scope in ("function", "async"):
            return self.pick("return", lambda: f"return {self.value(depth)}", lambda: f"return {self.constant()}")
        if kind < 69:
            return self.pick("raise", lambda: f"raise {self.expression(depth)}", lambda: f"raise {self.expression(1)} from {self.expression(1)}")
        if kind < 75 and self.in_loop[-1] and not self.in_star_handler:
            return self.pick("break", "continue")
        if kind < 78:
            return self.pick("import a", "import a.b.c", "import a.b as c, x", "from . import z", "from a.b import (c, x as y)", "from ..m import __m")
        if kind < 81:
            return f"assert {self.expression(depth)}" + (f", {self.expression(1)}" if self.chance(40) else "")
        if kind < 83:
            return f"type {self.random.choice(['X', 'Y', 'a'])}{self.type_parameters()} = {self.expression(depth)}"
        if kind < 85 and scope == "async":
            return self.pick(lambda: f"await {self.atom(depth)}", lambda: f"yield {self.expression(depth)}")
        if kind < 88 and scope in ("function", "async"):
            return f"{self.assigned()} = yield {self.expression(depth)}"
        if kind < 94:
            return self.constant()
        return "pass"

    def assigned(self):
        if self.chance(20):
            targets = self.some(self.name, 2, 4)
            if self.chance(15):
                targets[0] = "*" + targets[0]
            return ", ".join(targets)
        return self.target(2)

    def value(self, depth):
        return self.expression(depth) if self.chance(80) else self.commas(self.some(lambda: self.starred(depth - 1), 2, 4), trailing=False)

    def condition(self, depth=2):
        kind = self.random.randrange(10)
        return self.constant() if kind == 0 else f"({self.name()} := {self.expression(1)})" if kind == 1 else self.expression(depth)

    def loop_block(self, indent, depth):
        self.in_loop.append(True)
        text = self.block(indent, depth)
        self.in_loop.pop()
        return text

    def else_(self, indent, depth, percent=25):
        return f"{indent}else:{self.block(indent, depth, 2)}" if self.chance(percent) else ""

    def if_(self, indent, depth):
        text = f"{indent}if {self.condition()}:{self.block(indent, depth)}"
        text += "".join(self.some(lambda: f"{indent}elif {self.condition()}:{self.block(indent, depth)}", 0, self.random.choice([0, 0, 2])))
        return text + self.else_(indent, depth, 40)

    def while_(self, indent, depth):
        return f"{indent}while {self.condition()}:{self.loop_block(indent, depth)}" + self.else_(indent, depth)

    def for_(self, indent, depth):
        word = "async for" if self.scopes[-1] == "async" and self.chance(50) else "for"
        target = self.target(2) if self.chance(80) else ", ".join(self.some(self.name, 2, 3))
        return f"{indent}{word} {target} in {self.value(2)}:{self.loop_block(indent, depth)}" + self.else_(indent, depth)

    def try_(self, indent, depth):
        text = f"{indent}try:{self.block(indent, depth)}"
        handlers = self.random.choice([0, 1, 1, 2])
        star = self.chance(25)
        for index in range(handlers):
            kind = self.expression(1) if self.chance(80) else ", ".join(self.some(self.name, 2, 3))
            name = f" as {self.random.choice(['e', 'e', 'a', '__m'])}" if self.chance(50) and "," not in kind else ""
            if not star and index == handlers - 1 and self.chance(25):
                kind = name = ""
            if star:
                outer, self.in_star_handler = self.in_star_handler, True
                scope, self.scopes[-1] = self.scopes[-1], "class" if self.scopes[-1] == "class" else "module"
                text += f"{indent}except* {kind}{name}:{self.block(indent, depth, 2)}"
                self.in_star_handler, self.scopes[-1] = outer, scope
            else:
                text += f"{indent}except{' ' if kind else ''}{kind}{name}:{self.block(indent, depth, 2)}"
        if handlers:
            text += self.else_(indent, depth)
        if not handlers or self.chance(30):
            text += f"{indent}finally:{self.block(indent, depth, 2)}"
        return text

    def with_(self, indent, depth):
        word = "async with" if self.scopes[-1] == "async" and self.chance(50) else "with"
        item = lambda: self.expression(2) + (f" as {self.target(2)}" if self.chance(50) else "")
        items = self.some(item, 1, 3)
        header = self.inside("(", lambda: self.commas(items), ")") if self.chance(25) else ", ".join(items)
        return f"{indent}{word} {header}:{self.block(indent, depth)}"

    def match_(self, indent, depth):
        inner = indent + "  "
        text = f"{indent}match {self.value(2)}:\n"
        for _ in range(self.random.randint(1, 4)):
            guard = f" if {self.condition()}" if self.chance(30) else ""
            text += f"{inner}case {self.pattern(3)}{guard}:{self.block(inner, depth, 2)}"
        if self.chance(40):
            text += f"{inner}case {self.pick('_', 'z', '(1 | 2)', 'a, *b')}:{self.block(inner, depth, 2)}"
        return text

    def function(self, indent, depth):
        asynchronous = self.chance(30)
        text = "".join(f"{indent}@{self.atom(1)}\n" for _ in range(self.random.choice([0, 0, 0, 1, 2])))
        name = self.random.choice(["f", "g", "a", "__m", "__init__"])
        types = self.type_parameters()
        self.scopes.append("async" if asynchronous else "function")
        parameters = self.parameters(1)
        result = f" -> {self.expression(1)}" if self.chance(20) else ""
        self.scopes.pop()
        text += f"{indent}{'async ' if asynchronous else ''}def {name}{types}({parameters}){result}:"
        return text + self.body(indent, depth, "async" if asynchronous else "function")

    def class_(self, indent, depth):
        text = "".join(f"{indent}@{self.atom(1)}\n" for _ in range(self.random.choice([0, 0, 0, 1])))
        bases = self.some(lambda: self.starred(1), 0, 2) + ([f"k={self.expression(1)}"] if self.chance(10) else [])
        header = f"({', '.join(bases)})" if bases or self.chance(10) else ""
        return f"{text}{indent}class {self.random.choice(['C', '_D', 'a'])}{self.type_parameters()}{header}:" + self.body(indent, depth, "class")

    def body(self, indent, depth, scope):
        """The body of a function or class: a docstring and declarations may come first."""
        self.scopes.append(scope)
        star, self.in_star_handler = self.in_star_handler, False
        comprehension, self.in_comprehension = self.in_comprehension, 0
        self.in_loop.append(False)
        inner = indent + self.random.choice(["  ", "    "])
        text = "\n"
        if self.chance(15):
            text += inner + self.pick('"doc"', '"""Long\n\n      text\n  """', "'''\\ttab\n\tx'''", '"a" "b"', 'f"no"', "b'no'") + "\n"
        if scope != "module" and self.chance(12):
            text += f"{inner}global {', '.join(set(self.some(lambda: self.random.choice('xyz'), 1, 2)))}\n"
        if self.scopes[-2] in ("function", "async") and self.chance(12):
            text += f"{inner}nonlocal {self.random.choice('abc')}\n"
        text += "".join(self.statement(inner, depth) for _ in range(self.random.randint(1, 4)))
        self.in_loop.pop()
        self.in_star_handler, self.in_comprehension = star, comprehension
        self.scopes.pop()
        return text

    def module(self):
        text = self.pick("", "", "", '"""A module."""\n', "'one'\n'two'\n")
        if self.chance(8):
            text += "from __future__ import annotations\n"
        depth = self.random.choice([1, 2, 3, 3, 4])
        return text + "".join(self.statement("", depth) for _ in range(self.random.randint(1, 6)))


def program(seed):
    return Generator(seed).module()


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    print(program(parser.parse_args().seed), end="")


if __name__ == "__main__":
    main()
