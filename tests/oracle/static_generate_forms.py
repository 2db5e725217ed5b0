"""More forms of statements in random static programs: what programs have beside arithmetic and calls.

    class Body(Forms): …        body.manager() adds `with M1(…) as v7: …`

Each method adds a statement to both texts, static and plain, and keeps `scope` true.
"""

import re

import static_generate as top


class Forms:
    """Statements, for `Body`."""

    def form(self, template, deeper=0, **holes):
        """Lines of a template: `$x` is an expression of `holes`, `...` a block, `...*3` one in a loop of three rounds."""
        self.program.indent += deeper
        lines = template.strip("\n").splitlines()
        margin = len(lines[0]) - len(lines[0].lstrip()) if template.startswith("\n") else 0
        for line in lines:
            text = line[margin:].rstrip()
            block = re.fullmatch(r"( *)\.\.\.(?:\*(\d+))?", text)
            if block:
                more = len(block[1]) // 4 - 1
                self.program.indent += more
                if block[2]:
                    self.loop(int(block[2]), {})
                else:
                    self.block(1)
                self.program.indent -= more
            elif text:
                self.program.line(*(re.sub(r"\$(\w+)", lambda hole, side=side: holes[hole[1]][side], text) for side in (0, 1)))
        self.program.indent -= deeper

    def more_statements(self):
        """Those that may stand here."""
        options = [self.unpacked, self.formatted, self.starred, self.augmented_item, self.walrus, self.asserted, self.keywords]
        if self.depth < 2:
            options += [self.manager, self.finally_, self.enumerated, self.classes_matched, self.isinstance_, self.dictionary_loop]
            options += [self.closure, self.optional_attribute, self.while_true, self.loop_else, self.awaited]
        return options

    def unpacked(self):
        """A tuple taken apart."""
        first, second = self.program.new(), self.program.new()
        values = [self.any_boxed(1), self.any_boxed(1)]
        self.program.lines(f"{first}, {second} = {{}}, {{}}", *values)
        self.program.lines(f"{self.program.new()} = ({first}, {second}, {{}})", self.any_boxed(0))

    def formatted(self):
        """A formatted string of primitives."""
        name = self.program.new()
        value, other = self.any_boxed(1), self.any_boxed(1)
        specification = self.choose(["", "!r", "!s"])
        self.program.line(f"{name}: str = f'{{{value[0]}{specification}}}|{{{other[0]}}}'", f"{name} = f'{{{value[1]}{specification}}}|{{{other[1]}}}'")
        self.scope[name] = "str"

    def starred(self):
        """A call with `*`, or with `**`."""
        found = [item for item in self.program.functions.items() if item[1][0] and self.affordable(item[1][2])]
        found = [item for item in found if all(kind in top.BOXED or kind in top.PRIMITIVES for _, kind in item[1][0])]
        if not found:
            return self.unpacked()
        name, (parameters, returns, cost) = self.choose(found)
        self.cost += cost * self.times
        arguments = [self.expression(kind, 1) for _, kind in parameters]
        arguments = [(f"box({one[0]})" if kind in top.PRIMITIVES else one[0], one[1]) for one, (_, kind) in zip(arguments, parameters, strict=True)]
        if self.chance(0.5):
            call = tuple(f"{name}(*({', '.join(one[side] for one in arguments)},))" for side in (0, 1))
        else:
            texts = [", ".join(f"'{parameter}': {one[side]}" for one, (parameter, _) in zip(arguments, parameters, strict=True)) for side in (0, 1)]
            call = tuple(f"{name}(**{{{text}}})" for text in texts)
        self.keep_result(call, returns)

    def keep_result(self, call, returns):
        """The value of a call goes into a variable, if that can be shown."""
        if returns in top.PRIMITIVES or returns in top.BOXED or returns == "object":
            result = self.program.new()
            self.program.line(f"{result}: {returns} = {call[0]}", f"{result} = {call[1]}")
            self.scope[result] = returns
        else:
            self.program.lines("{}", call)

    def awaited(self):
        """A coroutine, run to its end."""
        found = [item for item in self.program.coroutines.items() if self.affordable(item[1][2])]
        if not found:
            return self.starred()
        name, (parameters, _, cost) = self.choose(found)
        self.cost += cost * self.times
        arguments = [self.expression(kind, 1) for _, kind in parameters]
        call = tuple(f"awaited({name}({', '.join(one[side] for one in arguments)}))" for side in (0, 1))
        self.program.lines(f"{self.program.new()} = {{}}", call)

    def keywords(self):
        """A call with all arguments by name, in another order."""
        found = [item for item in self.program.functions.items() if len(item[1][0]) > 1 and self.affordable(item[1][2])]
        if not found:
            return self.formatted()
        name, (parameters, returns, cost) = self.choose(found)
        self.cost += cost * self.times
        shuffled = self.random.sample(parameters, len(parameters))
        given = [(parameter, self.expression(kind, 1)) for parameter, kind in shuffled]
        call = tuple(f"{name}({', '.join(f'{parameter}={one[side]}' for parameter, one in given)})" for side in (0, 1))
        self.keep_result(call, returns)

    def augmented_item(self):
        """`x[i] += …`"""
        kinds = {"Array[int64]": "int64", "CheckedList[int]": "int", "CheckedDict[str, int]": "int"}
        names = [name for name, kind in self.scope.items() if kind in kinds]
        if not names:
            return self.formatted()
        name = self.choose(names)
        kind = kinds[self.scope[name]]
        index = self.expression("str", 0) if self.scope[name].startswith("CheckedDict") else self.literal_int(-3, 3)
        operator, value = self.choose("+-*"), self.expression(kind, 1)
        if kind == "int64":
            result = self.wrapped("int64", f"at({name}, {index[1]}) {operator} {value[1]}")
            self.program.line(f"{name}[{index[0]}] {operator}= {value[0]}", f"put({name}, {index[1]}, {result})")
        else:
            self.program.line(f"{name}[{index[0]}] {operator}= {value[0]}", f"{name}[{index[1]}] {operator}= {value[1]}")

    def walrus(self):
        """`:=` in a condition."""
        name, value = self.program.new(), self.expression("int", 1)
        self.program.line(f"if ({name} := {value[0]}) is not None:", f"if ({name} := {value[1]}) is not None:")
        self.program.lines(f"    {self.program.new()} = ({name}, {{}})", self.any_boxed(0))

    def asserted(self):
        """An assertion."""
        self.program.lines("assert {}, 'no'", self.condition(1))

    def manager(self):
        """`with`."""
        if not self.program.managers:
            return self.finally_()
        name = self.choose(self.program.managers)
        bound = self.program.new()
        self.program.lines(f"with {name}({{}}) as {bound}:", self.expression("int", 1))
        self.block()

    def finally_(self):
        """`try` with `finally` and nothing else, perhaps left by a `return`."""
        self.program.line("try:")
        self.block(1)
        if self.chance(0.3) and self.returns in ("int", "str", "bool"):
            self.program.lines("    return {}", self.expression(self.returns, 1))
        self.program.line("finally:")
        self.block(1)

    def enumerated(self):
        """A loop over pairs, or over a literal."""
        first, second = self.program.new("i"), self.program.new("x")
        items = self.expression("list", 1)
        form = self.choose(["enumerate(list({}))", "zip({}, range(9))", "[(1, 2), (3, 'a')]"])
        self.program.lines(f"for {first}, {second} in {form}:", items)
        self.loop(4, {})

    def dictionary_loop(self):
        """A loop over a checked dictionary."""
        names = [name for name, kind in self.scope.items() if kind == "CheckedDict[str, int]"]
        if not names:
            return self.enumerated()
        name, key, value = self.choose(names), self.program.new("x"), self.program.new("x")
        held = self.scope.pop(name)
        if self.chance(0.5):
            self.program.line(f"for {key}, {value} in list({name}.items()):")
        else:
            self.program.line(f"for {key} in list({name}):")
        self.loop(4, {})
        self.scope[name] = held

    def classes_matched(self):
        """`match` on classes of the program."""
        names = [name for name, kind in self.scope.items() if kind.removeprefix("Optional[").removesuffix("]") in self.classes]
        if not names:
            return self.match()
        subject = self.program.new()
        self.program.line(f"{subject}: object = {self.choose(names)}")
        self.program.line(f"match {subject}:")
        self.program.indent += 1
        for cls in self.random.sample(sorted(self.program.classes), min(2, len(self.program.classes))):
            self.program.line(f"case {cls}():")
            self.block(1)
        self.program.line("case None:")
        self.block(1)
        self.program.line("case _:")
        self.block(1)
        self.program.indent -= 1

    def isinstance_(self):
        """A test for a subclass, and a field of it."""
        found = []
        for name, kind in self.scope.items():
            if kind in self.classes:
                found += [(name, cls) for cls in self.program.classes.values() if cls.base is self.classes[kind] and cls.fields]
        if not found:
            return self.optional_attribute()
        name, cls = self.choose(found)
        kind = self.scope[name]
        self.program.line(f"if isinstance({name}, {cls.name}):")
        self.scope[name] = cls.name
        self.fixed.add(name)
        self.block()
        self.fixed.discard(name)
        self.scope[name] = kind

    def optional_attribute(self):
        """A field that may be None, tested and used."""
        found = []
        for name, kind in self.scope.items():
            if kind in self.classes:
                fields = self.classes[kind].fields.items()
                found += [(f"{name}.{field}", held[9:-1]) for field, held in fields if held.startswith("Optional[")]
        if not found:
            return self.narrow()
        path, kind = self.choose(found)
        name = self.program.new()
        self.program.line(f"{name}: Optional[{kind}] = {path}", f"{name} = {path}")
        self.program.line(f"if {name} is None:")
        self.program.line("    pass")
        self.program.line("else:")
        outer = dict(self.scope)
        self.scope[name] = kind
        self.fixed.add(name)
        self.block()
        self.fixed.discard(name)
        self.scope = outer

    def closure(self):
        """An inner function that sees an object, and changes another with `nonlocal`."""
        captured = [name for name, kind in self.scope.items() if kind in top.BOXED and name not in self.own]
        count, name = self.program.new(), self.program.new("h")
        self.program.lines(f"{count} = {{}}", self.literal_int(-5, 5))
        self.program.line(f"def {name}(a):")
        self.program.line(f"    nonlocal {count}")
        self.program.line(f"    {count} += 1")
        seen = f", {self.choose(captured)}" if captured else ""
        self.program.line(f"    return (a, {count}{seen})")
        self.program.lines(f"{self.program.new()} = ({name}({{}}), {name}({{}}), {count})", self.any_boxed(1), self.any_boxed(1))

    def while_true(self):
        """A loop that is left from inside."""
        name = self.program.new("n")
        self.program.line(f"{name}: int64 = 0", f"{name} = 0")
        self.program.line("while True:")
        self.program.line(f"    {name} += 1")
        self.program.line(f"    if {name} > {self.random.randint(0, 3)}:")
        self.program.line("        break")
        self.loop(4, {name: "int64"})

    def loop_else(self):
        """A loop with `else`."""
        name, stop = self.program.new("i"), self.random.randint(0, 3)
        self.program.line(f"for {name} in crange(int64({stop})):", f"for {name} in range({stop}):")
        self.loop(stop + 1, {name: "int64"})
        self.program.line("else:")
        self.block(1)
