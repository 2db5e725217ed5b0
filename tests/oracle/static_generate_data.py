"""Statements of random static programs about data: what may be None, checked collections, comprehensions, module variables.

    class Body(Data, …): …          body.narrowed() adds `if v3 is None: …` and what follows from it
    class Program(Shared, …): …     program.shared() adds `G7: int = 3`, program.recursion() a function that calls itself

Invariant: variables of the module have, whenever a test starts, what the tests before left in them, in both programs.
"""

import static_generate as top

NESTED = ("CheckedList[CheckedList[int]]", "CheckedDict[int, str]", "CheckedDict[str, CheckedList[int]]", "CheckedList[bool]")


class Shared:
    """What a module may hold, for `Program`."""

    def shared(self):
        """Variables of the module, and functions that change them."""
        name, kind = self.new("G"), self.choose([*top.BOXED, "list"])
        self.line(f"{name}: {kind} = {dict(int='3', str=repr('g'), bool='True', list='[1]')[kind]}")
        self.globals[name] = kind
        change = self.new("f")
        self.line(f"def {change}(p: {kind}) -> {kind}:")
        self.line(f"    global {name}")
        self.line(f"    old = {name}")
        self.line(f"    {name} = " + {"int": f"int({name} + p) % 1000", "str": f"({name} + p)[-5:]", "bool": f"bool({name}) != p", "list": f"(list({name}) + p)[-3:]"}[kind])
        self.line("    return old")
        self.functions[change] = ([("p", kind)], kind, 2)

    def node(self):
        """A list of linked objects."""
        if self.nodes:
            return
        name, kind = self.new("N"), self.choose(["int", "int64", "str"])
        self.nodes[name] = kind
        make = {"int": "n", "int64": "int64(n)", "str": "str(n)"}[kind]
        self.line(f"class {name}:")
        self.line(f"    def __init__(self, value: {kind}, next: Optional[{name}]) -> None:")
        self.line(f"        self.value: {kind} = value")
        self.line(f"        self.next: Optional[{name}] = next")
        self.line(f"def linked_{name}(count: int) -> Optional[{name}]:")
        self.line(f"    last: Optional[{name}] = None")
        self.line("    for i in range(count):")
        self.line("        n: int = int(i)")
        self.line(f"        last = {name}({make}, last)", f"        last = {name}(n{' * 1' if kind != 'str' else ''}, last)" if kind != "str" else f"        last = {name}(str(n), last)")
        self.line("    return last")

    def recursion(self):
        """A function that calls itself."""
        name, kind = self.new("r"), self.choose(["int64", "int32", "uint8", "int", "double"])
        extra = [(self.new("p"), self.choose([*top.PRIMITIVES, *top.BOXED])) for _ in range(self.random.randint(0, 2))]
        typed = "".join(f", {p}: {one}" for p, one in extra)
        counter = self.choose(["int64", "int", "int8"])
        self.line(f"def {name}(n: {counter}{typed}) -> {kind}:")
        body = top.Body(self, kind, {"n": counter, **dict(extra)}, {})
        body.fixed.add("n")
        self.indent += 1
        self.line("if n <= 0:")
        self.lines("    return {}", body.expression(kind, 1))
        if self.chance(0.5):
            body.statement()
        less = "int(n - 1)" if counter == "int" else "n - 1"
        arguments = [body.expression(one, 1) for _, one in extra]
        call = tuple(f"{name}({less}{''.join(', ' + one[side] for one in arguments)})" for side in (0, 1))
        other = body.expression(kind, 1)
        if kind == "int":
            self.line(f"return int({call[0]} + {other[0]})", f"return int({call[1]} + {other[1]})")
        else:
            self.line(f"return {call[0]} + {other[0]}", f"return {body.wrapped(kind, f'{call[1]} + {other[1]}')}")
        self.indent -= 1
        if body.cost * 5 < 1000:
            self.recursive[name] = (counter, extra, kind, 5 * body.cost)


class Data:
    """Statements, for `Body`."""

    def data_statements(self):
        """Those that may stand here."""
        options = [self.chosen, self.sliced, self.comprehended, self.global_changed, self.recursive, self.template, self.swapped, self.literal_dict]
        if self.depth < 2:
            options += [self.narrowed] * 2 + [self.walked, self.nested_lists, self.union, self.several_managers, self.array_filled, self.grown]
        return options

    def maybe(self, kind):
        """A new variable of that type or None."""
        name = self.program.new()
        value = self.expression(kind, 1)
        value = self.choose([value, ("hidden(None)",) * 2, ("hidden(None)",) * 2]) if self.chance(0.6) else (f"(hidden({value[0]}))", f"({value[1]})")
        self.program.line(f"{name}: Optional[{kind}] = {value[0]}", f"{name} = {value[1]}")
        return name

    def narrowed(self):
        """Something that may be None, and what is done about it."""
        kinds = [*top.BOXED, "list", *self.program.classes]
        kind = self.choose(kinds)
        name = self.maybe(kind)
        outer = dict(self.scope)
        way = self.random.randint(0, 8)
        other = self.expression(kind, 1)
        if way == 0:
            self.program.line(f"if {name} is None:")
            self.program.lines(f"    {name} = {{}}", other)
        elif way == 1:
            self.program.line(f"{name} = {name} or {other[0]}", f"{name} = {name} or {other[1]}")
        elif way == 2:
            self.program.line(f"{name} = {name} if {name} is not None else {other[0]}", f"{name} = {name} if {name} is not None else {other[1]}")
        elif way == 3 and self.returns not in ("generator",):
            self.program.line(f"if {name} is None:")
            if self.returns == "object":
                self.program.line("    return 'none'")
            else:
                self.leave("return")
        elif way == 4:
            self.program.line(f"while {name} is None:")
            self.program.lines(f"    {name} = {{}}", other)
        elif way == 5:
            self.program.line(f"assert {name} is not None")
        elif way == 6:
            self.program.line(f"if not {name}:")
            self.program.line("    raise ValueError('none')")
        elif way == 7:
            self.program.lines(f"if {name} is None or {{}}:", self.bool_expression(1))
            self.block(1)
            self.program.line("else:")
            return self.block_with(name, kind, outer)
        else:
            self.program.line(f"if {name} is not None and {self.tested(name, kind)}:")
            return self.block_with(name, kind, outer)
        # From here on it is something; in a block that lasts as long as the block.
        self.scope[name] = kind
        self.fixed.add(name)

    def block_with(self, name, kind, outer):
        """A block in which a name has that type; behind it the scope is the outer one."""
        self.scope[name] = kind
        self.fixed.add(name)
        self.block(2)
        self.fixed.discard(name)
        self.scope = outer

    def tested(self, name, kind):
        """A test that needs it to be no None."""
        return {"int": f"{name} + 1 > 3", "str": f"{name}.upper() != 'A'", "bool": f"{name}", "list": f"len({name}) < 3"}.get(kind, f"hidden({name}) is {name}")

    def walked(self):
        """Along linked objects."""
        if not self.program.nodes or self.loops > 1 or self.cost * 4 > 4000:
            return self.narrowed()
        cls, kind = self.choose(self.program.nodes.items())
        node, total = self.program.new(), self.program.new()
        start = {"int": "0", "int64": "int64(0)", "str": "''"}[kind]
        self.program.line(f"{node}: Optional[{cls}] = linked_{cls}({self.random.randint(0, 4)})")
        self.program.line(f"{total}: {kind} = {start}", f"{total} = {start.removeprefix('int64')}")
        form = self.choose([f"while {node} is not None:", f"while {node}:", "while True:"])
        self.program.line(form)
        if form == "while True:":
            self.program.line(f"    if {node} is None:")
            self.program.line("        break")
        added = f"{total} + {node}.value"
        self.program.line(f"    {total} = " + (f"int({added})" if kind == "int" else added))
        if self.chance(0.4):
            self.program.line(f"    if {node}.next is None:")
            self.program.line(f"        {self.choose(['break', f'{total} = {total}'])}")
        if self.chance(0.3):
            self.program.line(f"    if ({self.program.new()} := {node}.next) is not None:")
            self.program.indent += 1
            self.block(1)
            self.program.indent -= 1
        self.program.line(f"    {node} = {node}.next")
        self.scope[total] = kind
        return None

    def union(self):
        """Something of several types, told apart."""
        name = self.program.new()
        kinds = self.random.sample([*top.BOXED, *self.program.classes], 2)
        value = self.expression(self.choose(kinds), 1)
        self.program.line(f"{name}: {' | '.join(kinds)} = hidden({value[0]})", f"{name} = {value[1]}")
        outer = dict(self.scope)
        self.program.line(f"if isinstance({name}, {kinds[0]}):")
        self.scope[name] = kinds[0]
        self.fixed.add(name)
        self.block(1)
        self.fixed.discard(name)
        self.scope = outer
        self.form("else:\n    ...")

    def chosen(self):
        """A chain of comparisons of machine values."""
        kind, name = self.choose([*top.WIDTHS, "double"]), self.program.new()
        values = [self.expression(kind, 1) for _ in range(3)]
        signs = [self.choose(["<", "<=", "==", "!=", ">", ">="]) for _ in range(2)]
        static, plain = (f"{values[0][side]} {signs[0]} {values[1][side]} {signs[1]} {values[2][side]}" for side in (0, 1))
        self.program.line(f"{name}: int = 1 if {static} else 2", f"{name} = 1 if {plain} else 2")
        self.scope[name] = "int"

    def sliced(self):
        """A slice of something, or what a method of it gives."""
        kinds = ["list", "str", "CheckedList[int]", "CheckedList[str]", "CheckedDict[str, int]"]
        kind = self.choose(kinds)
        value, result, held = self.expression(kind, 1), self.program.new(), self.program.new()
        self.program.line(f"{held}: {kind} = {value[0]}", f"{held} = {value[1]}")
        self.scope[held] = kind
        numbers = [str(self.random.randint(-3, 4)) for _ in range(3)]
        forms = {
            "str": [f"{held}[{numbers[0]}:{numbers[1]}]", f"{held} * 2", f"'a' in {held}", f"list({held})", f"{held}.split('b')", f"{held}[::-1]"],
            "list": [f"{held}[{numbers[0]}:{numbers[1]}]", f"{held}[::{self.choose([-1, 2])}]", f"{held} * 2", f"{held} + [1]", f"[*{held}, 3]", f"3 in {held}",
                     f"{held}.copy()", f"list(reversed({held}))", f"{held} == {held}", f"{held}.sort()", f"{held}.reverse()", f"{held}.clear()"],
            "CheckedList[int]": [f"list({held}[{numbers[0]}:{numbers[1]}])", f"[*{held}]", f"3 in {held}", f"sum({held})", f"sorted({held})", f"{held}.pop()",
                                 f"{held}.insert({numbers[0]}, 5)", f"{held}.remove({numbers[1]})", f"{held}.index({numbers[2]})", f"{held}.reverse()",
                                 f"{held}.extend([1, 2])", f"{held}.count(3)", f"len({held}.copy())", f"max({held})", f"{held}.sort()", f"{held} == [1]"],
            "CheckedList[str]": [f"'-'.join({held})", f"[*{held}]", f"{held}.pop(0)", f"{held}.append('z')", f"{held}.index('a')", f"{held}.sort()", f"'a' in {held}"],
            "CheckedDict[str, int]": [f"list({held}.items())", f"{held}.get('a')", f"{held}.get('q', 5)", f"'a' in {held}", f"{held}.pop('a')", f"{held}.setdefault('s', 4)",
                                      f"sorted({held})", f"{held}.update({{'u': 5}})", f"len({held}.copy())", f"list({held}.values())", f"{held}.popitem()", f"{held}.clear()",
                                      f"{{**{held}}}", f"{held}.keys() == {held}.keys()", f"{held} == {{'a': 1}}"],
        }  # fmt: skip
        self.program.line(f"{result}: object = seen({self.choose(forms[kind])})")
        self.scope[result] = "object"

    def nested_lists(self):
        """Checked collections in one another, and of what may be None."""
        name = self.program.new()
        numbers = [self.expression("int", 1) for _ in range(3)]
        way = self.random.randint(0, 3)
        if way == 0:
            items = [f"CheckedList[int]([{numbers[0][0]}])", f"CheckedList[int]([{numbers[1][0]}, {numbers[2][0]}])"]
            self.program.line(f"{name}: CheckedList[CheckedList[int]] = CheckedList[CheckedList[int]]([{', '.join(items)}])",
                              f"{name} = [[{numbers[0][1]}], [{numbers[1][1]}, {numbers[2][1]}]]")  # fmt: skip
            first, second = self.program.new("x"), self.program.new("x")
            self.program.line(f"for {first} in {name}:")
            self.program.line(f"    for {second} in {first}:")
            self.program.indent += 1
            self.loop(3, {second: "int"})
            self.program.indent -= 1
            if self.chance(0.5):
                self.program.lines(f"    {first}.append({{}})", self.expression("int", 1))
        elif way == 1:
            self.program.line(f"{name}: CheckedDict[str, CheckedList[int]] = CheckedDict[str, CheckedList[int]]({{'a': CheckedList[int]([{numbers[0][0]}])}})",
                              f"{name} = {{'a': [{numbers[0][1]}]}}")  # fmt: skip
            self.program.lines(f"{name}[{{}}] = CheckedList[int]([1])", self.expression("str", 0))
            self.program.lines(f"{name}['a'].append({{}})", numbers[1])
            item = self.program.new("x")
            self.program.line(f"for {item} in {name}['a']:")
            self.loop(3, {item: "int"})
        elif way == 2 and self.program.classes:
            cls, item = self.choose(self.program.classes), self.program.new("x")
            made = self.expression(cls, 1)
            self.program.line(f"{name}: CheckedList[Optional[{cls}]] = CheckedList[Optional[{cls}]]([None, {made[0]}])", f"{name} = [None, {made[1]}]")
            self.program.line(f"for {item} in {name}:")
            self.program.line(f"    if {item} is not None:")
            self.program.indent += 1
            self.loop(2, {item: cls})
            self.program.indent -= 1
        else:
            key, value = self.literal_int(-9, 9), self.expression("str", 1)
            self.program.line(f"{name}: CheckedDict[int, str] = CheckedDict[int, str]({{{key[0]}: str({value[0]}), 3: 'c'}})", f"{name} = {{{key[1]}: {value[1]}, 3: 'c'}}")
            result = self.program.new()
            self.program.lines(f"{result}: object = ({name}[{{}}], {name}.get(9), {name}[3])", self.choose([key, ("3", "3"), numbers[0]]))
            self.program.plain[-1] = self.program.plain[-1].replace(": object", "", 1)
            self.scope[result] = "object"

    def comprehended(self):
        """A comprehension over something typed."""
        item, result = self.program.new("x"), self.program.new()
        sources = [(name, kind) for name, kind in self.scope.items() if kind in ("CheckedList[int]", "CheckedList[str]", "CheckedDict[str, int]", "list", "str")]
        source, kind = self.choose(sources) if sources else ("[3, 1, 2]", "list")
        value = self.choose([item, f"({item}, 1)", f"str({item})", f"[{item} for _ in range(2)]", f"{item} in (1, 'a')"])
        names = [name for name, known in self.scope.items() if known in top.PRIMITIVES]
        if names and self.chance(0.4):
            primitive = self.choose(names)
            value = (f"({item}, box({primitive}))", f"({item}, {primitive})")
        else:
            value = (value, value)
        forms = ["[{} for %s in %s]", "[{} for %s in %s if %s]", "list({} for %s in %s)", "{{{{1: {}}}}} and [{} for %s in %s]"]
        form = self.choose(forms[:2]) if value[0] != value[1] else self.choose([*forms[:3], "{{%s: {} for %s in %s}}", "sorted({{str({}) for %s in %s}})"])
        form = form.replace("%s", item, 2).replace("%s", source, 1).replace("%s", item) if form.startswith("{{%s") else form.replace("%s", item, 1).replace("%s", source, 1).replace("%s", item)
        self.program.line(f"{result}: object = {form.format(value[0])}", f"{result} = {form.format(value[1])}")
        self.scope[result] = "object"

    def global_changed(self):
        """A variable of the module is read."""
        if not self.program.globals:
            return self.declare()
        name, kind = self.choose(self.program.globals.items())
        result = self.program.new()
        if kind == "list" or self.chance(0.5):
            self.program.line(f"{result}: object = {'list' if kind == 'list' else kind}({name})")
            self.scope[result] = "object"
        else:
            self.program.line(f"{result}: {kind} = {name}")
            self.scope[result] = kind
        return None

    def recursive(self):
        """A function that calls itself."""
        found = [(name, what) for name, what in self.program.recursive.items() if self.affordable(what[3])]
        if not found:
            return self.declare()
        name, (counter, extra, kind, cost) = self.choose(found)
        self.cost += cost * self.times
        count = self.random.randint(-1, 5)
        arguments = [(f"{counter}({count})" if counter != "int" else str(count), str(count))] + [self.expression(one, 1) for _, one in extra]
        return self.keep_result(tuple(f"{name}({', '.join(one[side] for one in arguments)})" for side in (0, 1)), kind)

    def template(self):
        """A t-string."""
        result, value, other = self.program.new(), self.any_boxed(1), self.any_boxed(1)
        held = self.program.new()
        self.program.line(f"{held} = t'a{{{value[0]}}}b{{{other[0]}!r:>4}}'", f"{held} = t'a{{{value[1]}}}b{{{other[1]}!r:>4}}'")
        self.program.line(f"{result}: object = ({held}.strings, [(x.value, x.conversion, x.format_spec) for x in {held}.interpolations])")
        self.scope[result] = "object"

    def swapped(self):
        """Several targets at once."""
        names = [name for name, kind in self.scope.items() if kind in top.BOXED and name not in self.own and name not in self.fixed]
        kinds = {kind: [name for name in names if self.scope[name] == kind] for kind in top.BOXED}
        pairs = [found for found in kinds.values() if len(found) > 1]
        result = self.program.new()
        if pairs:
            first, second = self.random.sample(self.choose(pairs), 2)
            self.program.line(f"{first}, {second} = {second}, {first}")
        value = self.any_boxed(1)
        form = self.choose(["{1} = {2} = {0}", "{1}, *{2} = [{0}, 2, 3]", "[{1}, ({2}, *_)] = [{0}, (4, 5)]", "({1}, {2}), _ = 'ab', {0}"])
        other = self.program.new()
        self.program.line(form.format(value[0], result, other), form.format(value[1], result, other))
        self.program.line(f"{self.program.new()} = ({result}, {other})")

    def literal_dict(self):
        """A dictionary, changed and shown."""
        held, result = self.program.new(), self.program.new()
        a, b, key = self.any_boxed(1), self.any_boxed(1), self.expression("str", 1)
        self.form(f"{held} = {{'a': $a, $k: $b}}", a=a, b=b, k=key)
        form = self.choose([f"{held}['c'] = $a", f"{held} |= {{'a': $b}}", f"{held}.update(d=$a)", f"for {result}, _ in {held}.items():\n    pass", f"{held}.setdefault($k, []) is None"])
        self.form(form, a=a, b=b, k=key)
        self.program.line(f"{result}: object = list({held}.items())" if "for" not in form else f"{self.program.new()} = list({held}.items())")
        if "for" not in form:
            self.scope[result] = "object"

    def several_managers(self):
        """`with` of several managers, left in some way."""
        if not self.program.managers:
            return self.narrowed()
        names = [self.choose(self.program.managers) for _ in range(2)]
        first, second = self.program.new(), self.program.new()
        a, b = self.expression("int", 1), self.expression("int", 1)
        self.form(f"with {names[0]}($a) as {first}, {names[1]}($b) as {second}:\n    ...", a=a, b=b)
        if self.chance(0.5):
            self.program.line(f"    raise {self.choose(top.EXCEPTIONS)}({first}, {second})")
        elif self.returns not in ("generator", "object") and self.chance(0.4):
            self.program.indent += 1
            self.program.lines("if {}:", self.condition(1))
            self.leave("return")
            self.program.indent -= 1
        else:
            self.form("    ...")
        return None

    def array_filled(self):
        """An array filled in a loop."""
        name, index, size = self.program.new(), self.program.new("i"), self.random.randint(0, 5)
        self.program.line(f"{name}: Array[int64] = Array[int64]({size})", f"{name} = [0] * {size}")
        outer = dict(self.scope)
        self.program.line(f"for {index} in crange(int64({size})):", f"for {index} in range({size}):")
        self.scope[index] = "int64"
        self.fixed.add(index)
        value = self.expression("int64", 1)
        self.program.line(f"    {name}[{index}] = {value[0]} + {index}", f"    {name}[{index}] = {self.wrapped('int64', f'{value[1]} + {index}')}")
        if size and self.chance(0.4):
            self.program.line(f"    {name}[0] += {name}[{index}]", f"    {name}[0] = {self.wrapped('int64', f'{name}[0] + {name}[{index}]')}")
        self.scope = outer
        self.scope[name] = "Array[int64]"
        total, item, result = self.program.new(), self.program.new("x"), self.program.new()
        self.program.line(f"{total}: int64 = 0", f"{total} = 0")
        self.program.line(f"for {item} in {name}:")
        operator = self.choose("+^|*-")
        self.program.line(f"    {total} {operator}= {item}", f"    {total} = {self.wrapped('int64', f'{total} {operator} {item}')}")
        self.scope[total] = "int64"
        if self.chance(0.5):
            self.program.line(f"{result}: object = [box({item}) for {item} in {name}]", f"{result} = [{item} for {item} in {name}]")
            self.scope[result] = "object"

    def grown(self):
        """A list grown in a loop, then read back by machine integers."""
        name, index, total = self.program.new(), self.program.new("i"), self.program.new()
        kind = self.choose(["list", "CheckedList[int]"])
        size = self.random.randint(0, 4)
        self.program.line(f"{name}: {kind} = {'[]' if kind == 'list' else kind + '([])'}", f"{name} = []")
        value = self.expression("int", 1)
        self.program.line(f"for {index} in range({size}):")
        self.program.lines(f"    {name}.append({{}})", value)
        self.program.line(f"{total}: int = 0", f"{total} = 0")
        self.program.line(f"{index}n: int64 = 0", f"{index}n = 0")
        self.program.line(f"while {index}n < clen({name}):", f"while {index}n < len({name}):")
        self.program.line(f"    {total} = int({total} + {name}[{index}n])")
        self.program.line(f"    {index}n += 1")
        self.scope[total], self.scope[name] = "int", kind
