"""Statements of random static programs about objects of classes: operators, enums, chains of tests, `super()`.

    class Body(Objects, …): …       body.operated() adds `v4: object = seen(v2[3])`

As `Forms`.
"""

OPERATED = {
    "__eq__": ("$x == $y", "$x != $a"), "__lt__": ("$x < $y", "$x > $a", "sorted([$x, $y]) is None"), "__len__": ("len($x)",),
    "__bool__": ("bool($x)", "not $x", "($x and 3) == 3", "1 if $x else 2"), "__getitem__": ("$x[$i]", "$x[0]"), "__contains__": ("$a in $x", "$a not in $x"),
    "__call__": ("$x($i, $s)", "$x(b=$s, a=$i)"), "__str__": ("str($x)", "f'{$x}'", "f'{$x!s:>9}'"), "__add__": ("$x + $a",), "__radd__": ("$a + $x",),
    "__neg__": ("-$x",), "__index__": ("[1, 2, 3][$x]", "hex($x)"), "__int__": ("int($x)",), "__iter__": ("list($x)", "[*$x]", "sum($x, [])"),
    "__format__": ("f'{$x:abc}'", "format($x)"), "__abs__": ("abs($x)",),
    "both": ("$x.both()",),
}  # fmt: skip


class Objects:
    """Statements, for `Body`."""

    def object_statements(self):
        """Those that may stand here."""
        options = [self.operated, self.compared, self.class_called, self.enum_used]
        if self.above:
            options += [self.super_called] * 3
        if self.depth < 2:
            options += [self.enum_tested, self.enum_matched, self.chained, self.set_by_property]
        return options

    def held(self, wanted=lambda cls: True):
        """Names of instances of such classes whose methods may be called here."""
        found = []
        for name, kind in self.scope.items():
            cls = self.classes.get(kind)
            if cls is None or not wanted(cls) or name in self.own:
                continue
            if any(cls.is_a(self.classes[own]) or self.classes[own].is_a(cls) for own in self.own_classes):
                continue
            found.append(name)
        return found

    def operated(self):
        """An operator of a class."""
        names = self.held(lambda cls: any(name in OPERATED and self.affordable(4 * cost) for name, cost in cls.specials.items()))
        if not names:
            return self.compared()
        name = self.choose(names)
        cls = self.classes[self.scope[name]]
        method = self.choose(sorted(one for one, cost in cls.specials.items() if one in OPERATED and self.affordable(4 * cost)))
        self.cost += 4 * cls.specials[method] * self.times
        made = {"$a": self.any_boxed(1), "$i": self.expression("int", 1), "$s": self.expression("str", 1), "$y": (name, name)}
        static = plain = self.choose(OPERATED[method]).replace("$x", name)
        for hole, value in made.items():
            static, plain = static.replace(hole, value[0]), plain.replace(hole, value[1])
        result = self.program.new()
        self.program.line(f"{result}: object = seen({static})", f"{result} = seen({plain})")
        self.scope[result] = "object"

    def compared(self):
        """Dataclasses compared and printed, one of them frozen perhaps set."""
        names = self.held(lambda cls: cls.dataclass is not None)
        if not names:
            return self.class_called()
        name = self.choose(names)
        cls = self.classes[self.scope[name]]
        other = self.expression(cls.name, 1)
        forms = [f"{name} == {{}}", f"{name} != {{}}", f"{name} is {{}}", f"({name} == 3, {{}} is None)"]
        if any("order" in option for option in cls.dataclass):
            forms += [f"{name} < {{}}", f"{name} >= {{}}"] * 2
        if cls.shown:
            forms += ["repr({})", f"f'{{{{{name}}}}}' + str({{}})"] * 2
        result = self.program.new()
        self.program.line(f"{result}: object = None")
        self.program.line("try:")
        text = self.choose(forms)
        self.program.line(f"    {result} = {text.format(other[0])}", f"    {result} = {text.format(other[1])}")
        if cls.frozen and self.chance(0.6):
            field = self.choose(sorted(cls.fields))
            self.program.line(f"    hidden({name}).{field} = 3")
        self.program.line("except Exception as e:")
        self.program.line(f"    {result} = type(e).__name__")
        self.scope[result] = "object"

    def class_called(self):
        """A static or class method."""
        found = []
        for cls in self.program.classes.values():
            found += [(cls.name, method, what) for method, what in cls.statics.items() if self.affordable(4 * what[3])]
        for name in self.held():
            found += [(name, method, what) for method, what in self.classes[self.scope[name]].statics.items() if self.affordable(4 * what[3])]
        if not found:
            return self.declare()
        name, method, (_, parameters, returns, cost) = self.choose(found)
        self.cost += 4 * cost * self.times
        arguments = [self.expression(kind, 1) for _, kind in parameters]
        call = tuple(f"{name}.{method}({', '.join(one[side] for one in arguments)})" for side in (0, 1))
        self.keep_result(call, returns)

    def super_called(self):
        """`super()`"""
        name, (parameters, returns, cost) = self.above
        if not self.affordable(cost):
            return self.declare()
        self.cost += cost * self.times
        arguments = [self.expression(kind, 1) for _, kind in parameters]
        call = tuple(f"super().{name}({', '.join(one[side] for one in arguments)})" for side in (0, 1))
        self.keep_result(call, returns)

    def set_by_property(self):
        """A property is set."""
        found = []
        for name in self.held(lambda cls: cls.setters):
            found += [(f"{name}.{setter}", kind) for setter, kind in self.classes[self.scope[name]].setters.items()]
        if not found:
            return self.store()
        target, kind = self.choose(found)
        if kind in ("double", "int64", "int32", "uint8") and self.chance(0.4):
            right = self.expression(kind, 1)
            return self.program.line(f"{target} += {right[0]}", f"{target} = {self.wrapped(kind, f'{target} + {right[1]}')}")
        return self.program.lines(f"{target} = {{}}", self.expression(kind, 1))

    # ---- enums

    def member(self, enum):
        """A member of an enum."""
        base, members, _ = self.program.enums[enum]
        name = self.choose(members)
        return (self.choose([f"{enum}.{name}", f"{enum}.{name}", f"{enum}({members[name]})"]),) * 2

    def enum_used(self):
        """What a member has."""
        if not self.program.enums:
            return self.declare()
        enum = self.choose(sorted(self.program.enums))
        _, members, methods = self.program.enums[enum]
        names = [name for name, kind in self.scope.items() if kind == enum]
        text = self.choose(names) if names else self.member(enum)[0]
        result = self.program.new()
        usable = [method for method, (_, cost) in methods.items() if self.affordable(cost)]
        if usable and self.chance(0.5):
            method = self.choose(usable)
            kind, cost = methods[method]
            self.cost += cost * self.times
            argument = self.expression(kind, 1)
            text = self.choose(names) if names else f"{enum}.{self.choose(members)}"
            return self.keep_result((f"{text}.{method}({argument[0]})", f"{text}.{method}({argument[1]})"), kind)
        forms = [f"{text}.value", f"{text}.name", f"({text}.name, {text}.value)", f"[x.name for x in {enum}]", f"{text} is {self.member(enum)[0]}",
                 f"{text} == {self.member(enum)[0]}", f"isinstance({text}, {enum})", f"{{{text}: 1}}[{self.member(enum)[0]}]",
                 f"{text} in ({self.member(enum)[0]}, None)"]  # fmt: skip
        self.program.line(f"{result}: object = {self.choose(forms)}")
        self.scope[result] = "object"
        return None

    def enum_subject(self):
        """A name of an enum's member, and its enum."""
        enum = self.choose(sorted(self.program.enums))
        name = self.program.new()
        self.program.line(f"{name}: {enum} = {self.member(enum)[0]}")
        self.scope[name] = enum
        return name, enum

    def enum_tested(self):
        """A chain of tests."""
        if not self.program.enums:
            return self.if_()
        name, enum = self.enum_subject()
        _, members, _ = self.program.enums[enum]
        word = "if"
        for member in self.random.sample(sorted(members), min(2, len(members))):
            self.form(f"{word} {name} {self.choose(['is', 'is', '==', 'is not'])} {enum}.{member}:\n    ...")
            word = "elif"
        self.form("else:\n    ...")

    def enum_matched(self):
        """`match`"""
        if not self.program.enums:
            return self.match()
        name, enum = self.enum_subject()
        _, members, _ = self.program.enums[enum]
        self.program.line(f"match {name}:")
        for member in self.random.sample(sorted(members), min(2, len(members))):
            self.form(f"    case {enum}.{member}{self.choose(['', ' if hidden(True)', ' as x'])}:\n        ...")
        if self.chance(0.7):
            self.form("    case _:\n        ...")

    # ---- tests of classes

    def chained(self):
        """`isinstance` after `isinstance`."""
        classes = sorted(self.program.classes)
        if not classes:
            return self.if_()
        name = self.program.new()
        names = [one for one, kind in self.scope.items() if kind in self.classes]
        subject = (self.choose(names),) * 2 if names and self.chance(0.6) else self.expression(self.choose(classes), 1)
        self.program.line(f"{name}: object = {subject[0]}", f"{name} = {subject[1]}")
        word = "if"
        for cls in self.random.sample(classes, min(3, len(classes))):
            outer = dict(self.scope)
            if self.chance(0.3):
                self.program.line(f"{word} isinstance({name}, ({cls}, {self.choose([*classes, 'int', 'str'])})):")
            else:
                self.program.line(f"{word} isinstance({name}, {cls}):")
                self.scope[name] = cls
                self.fixed.add(name)
            self.block()
            self.scope = outer
            self.fixed.discard(name)
            word = "elif"
        if self.chance(0.5):
            self.form("else:\n    ...")
        return None
