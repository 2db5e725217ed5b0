"""The insides of functions of random static programs: statements, and expressions of a wanted type.

    Body(program, "int64", {"p1": "C1"}, {}).fill(3)      adds three statements and a `return` to the program's lines
    body.expression("int64", 2)                           ("p1.a3 + int64(7)", "wrap(p1.a3 + 7, 64, 1)")

An expression is two texts, the static and the plain one. `scope` maps names to types; names declared in a block are
forgotten after it, so nothing is read before it is set.
"""

import static_generate as top
from static_generate_calls import Calls
from static_generate_data import Data
from static_generate_forms import Forms
from static_generate_objects import Objects
from static_generate_raising import Raising

MOST = 4000  # of a function, with what it calls, in steps


class Body(Forms, Calls, Data, Objects, Raising):
    """The inside of one function."""

    def __init__(self, program, returns, scope, classes):
        self.program, self.returns, self.scope = program, returns, dict(scope)
        self.random, self.classes = program.random, {**program.classes, **{cls.name: cls for cls in classes.values()}}
        self.own, self.own_classes = set(classes), {cls.name for cls in classes.values()}
        self.cost, self.times, self.loops, self.depth = 1, 1, 0, 0
        self.fixed, self.above, self.asynchronous = set(), None, False

    def chance(self, probability):
        """True that often."""
        return self.random.random() < probability

    def choose(self, items):
        """One of them."""
        return self.random.choice(list(items))

    def fill(self, count):
        """All statements, with a return at the end."""
        self.program.indent += 1
        for _ in range(count):
            self.statement()
        if self.returns == "object":
            self.final_return()
        elif self.returns == "generator":
            self.program.lines("yield {}", self.any_boxed(1))
        elif self.returns != "None":
            self.program.lines("return {}", self.expression(self.returns, 2))
        else:
            self.program.line("return None" if self.chance(0.3) else "pass")
        self.program.indent -= 1

    def final_return(self):
        """What a test shows: all that is in scope."""
        parts = [self.boxed_name(name) for name in sorted(self.scope)] + [self.any_boxed(2)]
        shown = [part for part in parts if part is not None]
        self.program.line(f"return ({', '.join(part[0] for part in shown)},)", f"return ({', '.join(part[1] for part in shown)},)")

    def boxed_name(self, name):
        """A name as an object that prints."""
        kind = self.scope[name]
        if kind in top.PRIMITIVES:
            return f"box({name})", name
        if kind in top.BOXED or kind in ("list", "CheckedList[int]", "CheckedList[str]", "CheckedDict[str, int]", "object"):
            return name, name
        if kind in self.program.enums:
            return f"{name}.name", f"{name}.name"
        return f"{name} is None", f"{name} is None"

    # ---- statements

    def block(self, count=None):
        """Some statements, one deeper."""
        outer = dict(self.scope)
        self.program.indent += 1
        self.depth += 1
        for _ in range(count or self.random.randint(1, 2)):
            self.statement()
        self.depth -= 1
        self.program.indent -= 1
        self.scope = outer

    def statement(self):
        """One statement."""
        options = [self.declare] * 6 + [self.assign] * 3 + [self.call] * 2 + [self.store] * 2
        if self.depth < 2:
            options += [self.if_] * 3 + [self.try_, self.crange, self.while_, self.for_list, self.narrow, self.match, self.with_loop]
            options += [self.raise_maybe]
        options += self.more_statements() + self.raising_statements() + self.object_statements() + self.call_statements()
        options += self.data_statements()
        if self.returns == "generator":
            options += [self.yield_] * 4
        elif self.returns == "object":
            options += [self.use_generator, self.nested, self.comprehension]
        else:
            options += [self.return_maybe, self.nested, self.comprehension]
        self.choose(options)()

    def declare(self):
        """A new local."""
        name, kind = self.program.new(), self.program.some_type()
        value = self.assigned(kind)
        plain_type = kind in ("int", "str", "bool", "list") or kind in self.classes
        if plain_type and self.chance(0.3):
            # Without an annotation a local is not known to have the type afterwards: so it is only shown.
            self.program.lines(name + " = {}", value)
            return
        self.program.line(f"{name}: {kind} = {value[0]}", f"{name} = {value[1]}")
        self.scope[name] = kind

    def assign(self):
        """Another value for a local."""
        names = [name for name in self.scope if name not in self.own and name not in self.fixed]
        if not names:
            return self.declare()
        name = self.choose(names)
        kind = self.scope[name]
        if (kind in top.WIDTHS or kind == "double") and self.chance(0.5):
            operator, right = self.choose("+-*" if kind == "double" else "+-*&|^"), self.expression(kind, 1)
            self.program.line(f"{name} {operator}= {right[0]}", f"{name} = {self.wrapped(kind, f'{name} {operator} {right[1]}')}")
        else:
            self.program.lines(name + " = {}", self.assigned(kind))

    def assigned(self, kind):
        """A value for a local. What is None by itself would be known to be nothing else."""
        value = self.expression(kind, 2)
        return ("hidden(None)",) * 2 if value[0] == "None" else value

    def store(self):
        """A field or an item is set."""
        targets = []
        for name, kind in self.scope.items():
            if kind in self.classes and self.classes[kind].fields and not self.classes[kind].frozen:
                targets.append((name, kind))
            elif kind in ("Array[int64]", "CheckedDict[str, int]", "CheckedList[int]", "list"):
                targets.append((name, kind))
        if not targets:
            return self.declare()
        name, kind = self.choose(targets)
        if kind in self.classes:
            field = self.choose(self.classes[kind].fields)
            kind = self.classes[kind].fields[field]
            if (kind in top.WIDTHS or kind == "double") and self.chance(0.4):
                right = self.expression(kind, 1)
                return self.program.line(f"{name}.{field} += {right[0]}", f"{name}.{field} = {self.wrapped(kind, f'{name}.{field} + {right[1]}')}")
            return self.program.lines(f"{name}.{field} = {{}}", self.expression(kind, 2))
        if kind == "Array[int64]":
            return self.program.lines(f"{name}[{{}}] = {{}}", self.index(), self.expression("int64", 1))
        if kind == "CheckedDict[str, int]":
            return self.program.lines(f"{name}[{{}}] = {{}}", self.expression("str", 1), self.expression("int", 1))
        if self.chance(0.7):
            return self.program.lines(f"{name}.append({{}})", self.expression("int", 1))
        return self.program.lines(f"{name}[{{}}] = {{}}", self.literal_int(-4, 4), self.expression("int", 1))

    def call(self):
        """A call for its effect."""
        made = self.called(None, 2)
        if made:
            self.program.lines("{}", made)
        else:
            self.declare()

    def if_(self):
        """If, else."""
        self.program.lines("if {}:", self.condition(2))
        self.block()
        if self.chance(0.3):
            self.program.lines("elif {}:", self.condition(1))
            self.block()
        if self.chance(0.5):
            self.program.line("else:")
            self.block()

    def narrow(self):
        """A test of something optional, used in its branch."""
        names = [name for name, kind in self.scope.items() if kind.startswith("Optional[")]
        if not names:
            return self.if_()
        name = self.choose(names)
        kind = self.scope[name]
        self.program.line(self.choose([f"if {name} is not None:", f"if {name}:"]))
        self.scope[name] = kind[9:-1]
        self.fixed.add(name)
        self.block()
        self.fixed.discard(name)
        self.scope[name] = kind

    def try_(self):
        """Try, except, finally."""
        self.program.line("try:")
        self.block(2)
        if self.chance(0.5):
            self.program.line("    " + "raise ValueError('x')" if self.chance(0.3) else "    pass")
        name = self.program.new("e")
        caught = self.choose(["Exception", "Exception", *top.EXCEPTIONS])
        self.program.line(f"except {caught} as {name}:")
        self.block()
        if self.chance(0.3):
            self.program.line("finally:")
            self.program.indent += 1
            outer = dict(self.scope)
            self.declare()
            self.scope = outer
            self.program.indent -= 1

    def raise_maybe(self):
        """A raise under a condition."""
        self.program.lines("if {}:", self.condition(1))
        self.program.line(f"    raise {self.choose(top.EXCEPTIONS)}('r')")

    def return_maybe(self):
        """A return under a condition."""
        self.program.lines("if {}:", self.condition(1))
        if self.returns == "None":
            self.program.line("    return")
        else:
            self.program.lines("    return {}", self.expression(self.returns, 1))

    def loop(self, times, declared):
        """The inside of a loop."""
        if self.cost * times > MOST or self.loops > 1:
            self.program.line("    pass")
            return
        outer, before = dict(self.scope), self.times
        self.scope |= declared
        self.fixed |= set(declared)
        self.times *= times
        self.loops += 1
        self.block(2)
        if self.chance(0.3):
            self.program.lines("    if {}:", self.condition(1))
            self.program.line(f"        {self.choose(['break', 'continue'])}")
        self.loops -= 1
        self.times, self.scope = before, outer
        self.cost += times

    def crange(self):
        """A loop over machine integers."""
        name, stop = self.program.new("i"), self.random.randint(0, 5)
        if self.chance(0.5):
            self.program.line(f"for {name} in crange(int64({stop})):", f"for {name} in range({stop}):")
        else:
            self.program.line(f"for {name} in crange(int64(-1), int64({stop})):", f"for {name} in range(-1, {stop}):")
        self.loop(stop + 1, {name: "int64"})

    def with_loop(self):
        """A loop over objects."""
        name, stop = self.program.new("i"), self.random.randint(0, 4)
        self.program.line(f"for {name} in range({stop}):")
        # What range gives is not known to be an int.
        self.loop(stop, {})

    def while_(self):
        """A loop that counts."""
        name, kind, stop = self.program.new("n"), self.choose(["int", *top.WIDTHS]), self.random.randint(0, 5)
        self.program.line(f"{name}: {kind} = 0", f"{name} = 0")
        self.program.line(f"while {name} < {stop}:")
        if kind == "int":
            self.program.line(f"    {name} = {name} + 1")
        else:
            self.program.line(f"    {name} += 1")
        self.loop(stop, {name: kind})

    def for_list(self):
        """A loop over a checked list or an array."""
        names = [name for name, kind in self.scope.items() if kind.startswith("CheckedList[") or kind == "Array[int64]"]
        if not names:
            return self.crange()
        name, item = self.choose(names), self.program.new("x")
        kind = "int64" if self.scope[name] == "Array[int64]" else self.scope[name][12:-1]
        self.program.line(f"for {item} in {name}:")
        held = self.scope.pop(name)
        self.loop(6, {item: kind})
        self.scope[name] = held

    def match(self):
        """Match."""
        subject = self.expression(self.choose(["int", "str"]), 1)
        self.program.lines("match {}:", subject)
        self.program.indent += 1
        for pattern in self.random.sample(["0", "'abc'", "1 | 2 | 3", "[x]", "str()", "int(imag=0)", "-1"], 2):
            self.program.line(f"case {pattern}:")
            self.block(1)
        self.program.line("case _:")
        self.block(1)
        self.program.indent -= 1

    def yield_(self):
        """Yields an object."""
        self.program.lines("yield {}", self.any_boxed(1))

    def use_generator(self):
        """All that a generator yields."""
        usable = [item for item in self.program.generators.items() if self.affordable(item[1][2])]
        if not usable:
            return self.declare()
        name, (parameters, _, cost) = self.choose(usable)
        self.cost += cost * self.times
        arguments = [self.expression(kind, 1) for _, kind in parameters]
        # Machine integers cannot be given to something untyped.
        result = self.program.new()
        call = tuple(f"{name}({', '.join(argument[side] for argument in arguments)})" for side in (0, 1))
        self.program.lines(result + ": object = list({})", call)
        self.program.plain[-1] = self.program.plain[-1].replace(": object", "")

    def nested(self):
        """An inner function that sees an object of this one, and its call."""
        captured = [name for name, kind in self.scope.items() if kind in top.BOXED and name not in self.own]
        name, parameter = self.program.new("h"), self.program.new("p")
        inside = self.choose([parameter, f"({parameter}, {self.choose(captured)})" if captured else parameter, f"[{parameter}] * 2"])
        if self.chance(0.5):
            self.program.line(f"def {name}({parameter}):")
            self.program.line(f"    return {inside}")
        else:
            self.program.line(f"{name} = lambda {parameter}: {inside}")
        self.program.lines(f"{self.program.new()} = {name}({{}})", self.any_boxed(1))

    def comprehension(self):
        """A list made in a loop."""
        item, name = self.program.new("x"), self.program.new()
        captured = [one for one, kind in self.scope.items() if kind in top.BOXED and one not in self.own]
        value = self.choose([item, f"({item}, {self.choose(captured)})" if captured else f"[{item}]", f"str({item})"])
        condition = self.choose(["", f" if {item} != 2", f" if {item}"])
        self.program.lines(f"{name}: list = [{value} for {item} in {{}}{condition}]", self.choose([self.list_, self.range_])())
        self.program.plain[-1] = self.program.plain[-1].replace(": list", "")
        self.scope[name] = "list"

    # ---- expressions

    def range_(self):
        """A short range."""
        return (f"range({self.random.randint(0, 4)})",) * 2

    def list_(self):
        """A list."""
        return self.expression("list", 1)

    def literal_int(self, low, high):
        """A literal."""
        return (str(self.random.randint(low, high)),) * 2

    def index(self):
        """An index of an array, mostly inside of it."""
        return self.choose([lambda: self.literal_int(0, 2), lambda: self.literal_int(-4, 4), lambda: self.expression("int64", 1)])()

    def wrapped(self, kind, text):
        """The plain text of an arithmetic result."""
        if kind == "double":
            return f"({text})"
        bits, signed = top.WIDTHS[kind]
        return f"wrap({text}, {bits}, {int(signed)})"

    def affordable(self, cost):
        """Whether something of that cost may be called here."""
        return self.cost + cost * self.times < MOST

    def any_boxed(self, depth):
        """An object that prints."""
        kind = self.choose([*top.BOXED, *top.PRIMITIVES, "int64"])
        value = self.expression(kind, depth)
        return (f"box({value[0]})", value[1]) if kind in top.PRIMITIVES else value

    def expression(self, kind, depth):
        """An expression of a type."""
        names = [name for name, known in self.scope.items() if known == kind or kind in self.classes and known in self.classes and self.classes[known].is_a(self.classes[kind])]
        names += [name for name, known in self.scope.items() if kind == f"Optional[{known}]"]
        if names and self.chance(0.5 if depth > 0 else 0.8):
            return (self.choose(names),) * 2
        if depth > 0 and self.chance(0.06) and (kind in top.BOXED or kind in self.program.classes):
            return self.later(kind, depth)
        if depth > 0 and self.chance(0.35):
            made = self.read(kind) if self.chance(0.5) else self.called(kind, depth)
            if made:
                return made
        if kind in self.program.enums:
            return self.member(kind)
        if kind == "object":
            return self.any_boxed(depth)
        if kind in top.WIDTHS:
            return self.integer(kind, depth)
        if kind in self.classes:
            return self.construct(kind, depth)
        if kind.startswith("Optional["):
            return ("None",) * 2 if depth <= 0 or self.chance(0.4) or kind[9:-1] not in self.classes else self.expression(kind[9:-1], depth - 1)
        if kind.startswith("CheckedList["):
            items = [self.expression(kind[12:-1], depth - 1) for _ in range(self.random.randint(0, 3) if depth > 0 else 0)]
            return tuple(("{}([{}])" if not side else "{}[{}]").format(kind if not side else "", ", ".join(item[side] for item in items)) for side in (0, 1))
        return getattr(self, {"Array[int64]": "array", "CheckedDict[str, int]": "dictionary"}.get(kind, f"{kind}_expression"))(depth)

    def later(self, kind, depth):
        """A value that is another one in later rounds, of a type that Python has: its class is found out where it is used."""
        first, second = self.expression(kind, depth - 1), self.expression(kind, depth - 1)
        plain = f"later({first[1]}, {second[1]})"
        return f"cast({kind}, later({first[0]}, {second[0]}))", plain

    def read(self, kind):
        """A field, property or item of that type."""
        found = []
        for name, known in self.scope.items():
            if known in self.classes:
                cls = self.classes[known]
                found += [(f"{name}.{field}",) * 2 for field, other in [*cls.fields.items(), *cls.properties.items()] if other == kind]
            elif known == f"CheckedList[{kind}]":
                found.append(self.item(name, self.literal_int(-2, 2)))
            elif known == "Array[int64]" and kind == "int64":
                found.append(self.item(name, self.index()))
            elif known == "CheckedDict[str, int]" and kind == "int":
                found.append(self.item(name, self.expression("str", 0)))
        return self.choose(found) if found else None

    @staticmethod
    def item(name, index):
        """A subscript."""
        return f"{name}[{index[0]}]", f"{name}[{index[1]}]"

    def called(self, kind, depth):
        """A call that returns that type (any, for None)."""
        found = []
        for name, (parameters, returns, cost) in self.program.functions.items():
            if (returns == kind or kind is None) and self.affordable(cost):
                found.append((name, parameters, cost))
        for name, known in self.scope.items():
            if known in self.classes:
                cls = self.classes[known]
                # What is called on another name may be the method that calls.
                if any(cls.is_a(self.classes[own]) or self.classes[own].is_a(cls) for own in self.own_classes):
                    continue
                for method, (parameters, returns, cost) in cls.methods.items():
                    if (returns == kind or kind is None) and self.affordable(4 * cost) and name not in self.own:
                        found.append((f"{name}.{method}", parameters, 4 * cost))
        if not found:
            return None
        name, parameters, cost = self.choose(found)
        self.cost += cost * self.times
        arguments = [self.expression(one, depth - 1) for _, one in parameters]
        if parameters and self.chance(0.2) and "." not in name:
            keyword = parameters[-1][0]
            last = arguments[-1]
            arguments[-1] = (f"{keyword}={last[0]}", f"{keyword}={last[1]}")
        return tuple(f"{name}({', '.join(argument[side] for argument in arguments)})" for side in (0, 1))

    def construct(self, kind, depth):
        """A new instance."""
        cls = self.classes[kind]
        if cls.name not in self.program.classes:
            return ("self",) * 2 if "self" in self.scope else ("None",) * 2
        below = [other for other in self.program.classes.values() if other.is_a(cls)]
        cls = self.choose(below) if self.chance(0.4) else cls
        arguments, named = [], bool(cls.by_keyword)
        for name, one in cls.parameters:
            if name in cls.defaults and self.chance(0.5):
                named = True
                continue
            value = self.expression(one, depth - 1)
            named = named or cls.dataclass is not None and self.chance(0.1)
            arguments.append(tuple(f"{name}={side}" for side in value) if named else value)
        return tuple(f"{cls.name}({', '.join(argument[side] for argument in arguments)})" for side in (0, 1))

    def integer(self, kind, depth):
        """A machine integer."""
        bits, signed = top.WIDTHS[kind]
        low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
        if depth <= 0 or self.chance(0.2):
            value = self.choose([self.random.randint(0, 9), self.random.randint(max(low, -9), 9), low, high, self.random.randint(low, high)])
            return f"{kind}({value})", f"({value})"
        form = self.random.randint(0, 12)
        if form <= 5:
            left, right = self.expression(kind, depth - 1), self.expression(kind, depth - 1)
            operator = self.choose("+-*&|^")
            return f"({left[0]} {operator} {right[0]})", self.wrapped(kind, f"{left[1]} {operator} {right[1]}")
        if form == 6:
            left, right = self.expression(kind, depth - 1), self.expression(kind, depth - 1)
            operator, helper = self.choose([("//", "divided"), ("%", "rest")])
            return f"({left[0]} {operator} {right[0]})", f"{helper}({left[1]}, {right[1]}, {bits}, {int(signed)})"
        if form == 7:
            left, count = self.expression(kind, depth - 1), self.random.randint(0, bits - 1)
            operator = self.choose(["<<", ">>"])
            return f"({left[0]} {operator} {kind}({count}))", self.wrapped(kind, f"({left[1]} {operator} {count})")
        if form == 8:
            value, operator = self.expression(kind, depth - 1), self.choose("-~")
            return f"({operator}{value[0]})", self.wrapped(kind, f"{operator}{value[1]}")
        if form in (9, 10):
            value = self.expression(self.choose(top.WIDTHS), depth - 1)
            return f"{kind}({value[0]})", self.wrapped(kind, value[1])
        if form == 11:
            # A literal would have to be in range: what is called is known to be an int only.
            value = self.expression("int", depth - 1)
            return f"{kind}(int({value[0]}))", f"unboxed({value[1]}, {bits}, {int(signed)})"
        if kind == "int64" and self.chance(0.5):
            value = self.expression(self.choose(["list", "CheckedList[int]", "str"]), depth - 1)
            # Of what an inner function sees, the type is not known.
            return f"clen({value[0]})" if not value[0].isidentifier() else f"int64(len({value[0]}))", f"len({value[1]})"
        condition, left, right = self.condition(depth - 1), self.expression(kind, depth - 1), self.expression(kind, depth - 1)
        return tuple(f"({left[side]} if {condition[side]} else {right[side]})" for side in (0, 1))

    def double_expression(self, depth):
        """A double."""
        if depth <= 0 or self.chance(0.3):
            value = self.choose(["0.0", "1.5", "-2.25", "1e300", "0.1", "3.0"])
            return f"double({value})", f"({value})"
        if self.chance(0.2):
            value = self.expression("int", 0)
            return f"double({value[0]})", f"float({value[1]})"
        left, right = self.expression("double", depth - 1), self.expression("double", depth - 1)
        if self.chance(0.2):
            return f"(-{left[0]})", f"(-{left[1]})"
        operator = self.choose("+-*/")
        return f"({left[0]} {operator} {right[0]})", f"over({left[1]}, {right[1]})" if operator == "/" else f"({left[1]} {operator} {right[1]})"

    def condition(self, depth):
        """Something to test."""
        return self.expression(self.choose(["cbool", "cbool", "bool"]), depth)

    def cbool_expression(self, depth):
        """A machine truth value."""
        if depth <= 0 or self.chance(0.1):
            value = self.choose(["True", "False"])
            return f"cbool({value})", value
        form = self.random.randint(0, 7)
        if form == 0:
            value = self.expression("cbool", depth - 1)
            return f"(not {value[0]})", f"(not {value[1]})"
        if form == 1:
            left, right, operator = self.expression("cbool", depth - 1), self.expression("cbool", depth - 1), self.choose(["and", "or"])
            return f"({left[0]} {operator} {right[0]})", f"({left[1]} {operator} {right[1]})"
        kind = self.choose([*top.WIDTHS, "double", "int64"])
        left, right = self.expression(kind, depth - 1), self.expression(kind, depth - 1)
        operator = self.choose(["<", "<=", "==", "!=", ">", ">="])
        return tuple(f"({left[side]} {operator} {right[side]})" for side in (0, 1))

    def bool_expression(self, depth):
        """A truth value, an object."""
        if depth <= 0:
            return (self.choose(["True", "False"]),) * 2
        if self.chance(0.3):
            value = self.expression("cbool", depth - 1)
            return f"box({value[0]})", f"{value[1]}"
        names = [name for name, kind in self.scope.items() if kind.startswith("Optional[") or kind in self.classes]
        if names and self.chance(0.5):
            name = self.choose(names)
            # A test of what is known to be something else makes the name dynamic: that may go wrong with primitives.
            tested = name if self.scope[name].startswith("Optional[") and self.chance(0.4) else f"hidden({name})"
            return (self.choose([f"({tested} is None)", f"isinstance(hidden({name}), {self.choose(self.program.classes)})"]) if self.program.classes else f"({tested} is None)",) * 2
        left, right = self.expression("int", depth - 1), self.expression("int", depth - 1)
        return tuple(f"bool({left[side]} < {right[side]})" for side in (0, 1))

    def int_expression(self, depth):
        """An int."""
        if self.program.constants and self.chance(0.15):
            return (self.choose(self.program.constants),) * 2
        if depth <= 0 or self.chance(0.25):
            value = self.choose([self.random.randint(-9, 9), self.random.randint(-300, 300), 1 << self.random.randint(0, 70)])
            return (f"({value})",) * 2
        form = self.random.randint(0, 6)
        if form <= 2:
            value = self.expression(self.choose(top.WIDTHS), depth - 1)
            return f"box({value[0]})", value[1]
        if form == 3:
            value = self.expression(self.choose(["list", "str", "CheckedList[int]", "CheckedDict[str, int]"]), depth - 1)
            return f"len({value[0]})", f"len({value[1]})"
        if form == 4:
            condition, left, right = self.condition(depth - 1), self.expression("int", depth - 1), self.expression("int", depth - 1)
            return tuple(f"({left[side]} if {condition[side]} else {right[side]})" for side in (0, 1))
        left, right, operator = self.expression("int", depth - 1), self.expression("int", depth - 1), self.choose("+-*")
        return tuple(f"int({left[side]} {operator} {right[side]})" for side in (0, 1))

    def str_expression(self, depth):
        """A str."""
        if depth <= 0 or self.chance(0.4):
            return (repr(self.choose(["", "a", "abc", "\u20ac", "x y"])),) * 2
        form = self.random.randint(0, 2)
        if form == 0:
            value = self.any_boxed(depth - 1)
            return f"str({value[0]})", f"str({value[1]})"
        if form == 1:
            value = self.expression(self.choose(["int", "str"]), depth - 1)
            # The value goes to a helper first: quotes may be nested, but not lines.
            return f"f'<{{{value[0]}}}>'", f"f'<{{{value[1]}}}>'"
        value = self.expression("str", depth - 1)
        return f"{value[0]}.upper()", f"{value[1]}.upper()"

    def list_expression(self, depth):
        """A list."""
        items = [self.any_boxed(depth - 1) for _ in range(self.random.randint(0, 3))]
        return tuple(f"[{', '.join(item[side] for item in items)}]" for side in (0, 1))

    def array(self, depth):
        """An array of zeros."""
        size = self.random.randint(0, 4)
        return f"Array[int64]({size})", f"([0] * {size})"

    def dictionary(self, depth):
        """A checked dictionary."""
        items = [(self.str_expression(0), self.int_expression(0)) for _ in range(self.random.randint(0, 2))]
        texts = [", ".join(f"{key[side]}: {value[side]}" for key, value in items) for side in (0, 1)]
        return f"CheckedDict[str, int]({{{texts[0]}}})", f"{{{texts[1]}}}"
