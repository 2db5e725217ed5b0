"""Functions of random static programs with all sorts of parameters, and ways to call them; generators; coroutines.

    class Program(Signatures): …    program.signature() adds `def s7(p8: int64, p9: str = 'd', *p10, p11: int = 3, **p12) -> object:`
    class Body(Calls, …): …         body.called_somehow() adds `v13: int = s7(int64(3), *('x',), p11=4)`

Invariant: each call gives each parameter that has no default one value, so that calls only raise what the function does.
"""

import static_generate as top

DEFAULTS = {"int": "4", "str": "'d'", "bool": "False", "double": "1.5", "cbool": "True", "list": "None"}


class Parameter:
    """One parameter: how it may be given, and its default."""

    def __init__(self, name, kind, how, default):
        self.name, self.kind, self.how, self.default = name, kind, how, default


class Signatures:
    """What a module may hold, for `Program`."""

    def parameters_of_all_sorts(self):
        """Parameters in the order they stand in."""
        kinds = [*top.PRIMITIVES, *top.BOXED, *top.BOXED, "int64", *self.enums, *self.classes]
        made, defaulted = [], False
        for how, most in (("positional", 1), ("any", 3)):
            for _ in range(self.random.randint(0, most)):
                kind = self.choose(kinds)
                default = DEFAULTS.get(kind, "3" if kind in top.WIDTHS else None)
                defaulted = defaulted or default is not None and self.chance(0.4)
                if defaulted and default is None:
                    kind, default = "int", "9"
                made.append(Parameter(self.new("p"), kind, how, default if defaulted else None))
        if self.chance(0.25):
            made.append(Parameter(self.new("p"), "int", "star", None))
        names = 0 if not self.chance(0.4) else self.random.randint(1, 2)
        for _ in range(names):
            kind = self.choose(kinds)
            default = DEFAULTS.get(kind, "3" if kind in top.WIDTHS else None) if self.chance(0.5) else None
            made.append(Parameter(self.new("p"), kind, "keyword", default))
        if self.chance(0.2):
            made.append(Parameter(self.new("p"), "str", "stars", None))
        return made

    @staticmethod
    def header(parameters):
        """The text between the parentheses."""
        parts, hows = [], [parameter.how for parameter in parameters]
        for number, parameter in enumerate(parameters):
            if parameter.how == "keyword" and "star" not in hows and "keyword" not in hows[:number]:
                parts.append("*")
            star = {"star": "*", "stars": "**"}.get(parameter.how, "")
            kind = "" if star else f": {parameter.kind}"
            default = f" = {parameter.default}" if parameter.default is not None else ""
            parts.append(f"{star}{parameter.name}{kind}{default}")
            if parameter.how == "positional" and "positional" not in hows[number + 1 :]:
                parts.append("/")
        return ", ".join(parts)

    def signature(self, cls=None):
        """A function, or method."""
        name, parameters = self.new("s"), self.parameters_of_all_sorts()
        returns = self.choose(["object", "object", "int", "str", *top.WIDTHS])
        header = self.header(parameters)
        header = ", ".join(filter(None, ["self" if cls else "", header]))
        self.line(f"def {name}({header}) -> {returns}:")
        scope = {one.name: one.kind for one in parameters if one.how not in ("star", "stars") and not (one.kind == "list" and one.default)}
        scope |= {one.name: "object" for one in parameters if one.how in ("star", "stars")}
        if cls:
            scope["self"] = cls.name
        body = top.Body(self, returns, scope, {"self": cls} if cls else {})
        body.fixed |= {one.name for one in parameters if one.how in ("star", "stars")}
        body.fill(self.random.randint(1, 3))
        if cls:
            cls.signatures[name] = (parameters, returns, body.cost)
        else:
            self.signatures[name] = (parameters, returns, body.cost)

    def protocol_generator(self):
        """A generator that takes what is sent and thrown."""
        name, parameters = self.new("g"), [(self.new("p"), self.choose([*top.PRIMITIVES, *top.BOXED])) for _ in range(self.random.randint(0, 2))]
        self.line(f"def {name}({', '.join(f'{p}: {kind}' for p, kind in parameters)}):")
        body = top.Body(self, "generator", dict(parameters), {})
        self.indent += 1
        got, error = self.new(), self.new("e")
        self.line(f"{got}: object = None")
        body.scope[got] = "object"
        lasting = self.chance(0.5)
        if lasting:
            self.line(f"for {self.new('i')} in range({self.random.randint(1, 3)}):")
            self.indent += 1
        forms = [f"{got} = yield $a", f"{got} = (yield ({got}, $a))", f"{got} = [(yield $a), (yield $b)]"]
        if self.delegates:
            other, cost = self.choose(self.delegates.items())
            if body.affordable(3 * cost):
                body.cost += 3 * cost
                forms += [f"{got} = yield from {other}()"] * 2
        forms += [f"{got} = yield from [1, $a]", f"yield from {{'k': $a}}"]
        body.form(f"try:\n    {self.choose(forms)}\n    ...\n    {self.choose(forms)}", a=body.any_boxed(1), b=body.any_boxed(1))
        body.form(f"except {self.choose(['ValueError', 'KeyError', '(ValueError, TypeError)', 'Exception', 'GeneratorExit'])} as {error}:")
        body.form(f"    {got} = type({error}).__name__\n    {self.choose(['yield 5', 'pass', 'raise', 'return ($a, 1)', 'raise KeyError(1) from ' + error])}", a=body.any_boxed(1))
        if self.chance(0.4):
            body.form(f"finally:\n    {got} = ({got}, 'f')\n    ...")
        if lasting:
            self.indent -= 1
        body.form("yield $a\nreturn $b", a=body.any_boxed(1), b=body.any_boxed(1))
        self.indent -= 1
        self.driven[name] = (parameters, body.cost)
        if not parameters:
            self.delegates[name] = body.cost

    def coroutine_of_coroutines(self):
        """A coroutine that awaits others, in all sorts of statements."""
        name = self.new("k")
        parameters = [(self.new("p"), self.choose([*top.PRIMITIVES, *top.BOXED, *self.classes])) for _ in range(self.random.randint(0, 3))]
        returns = self.choose([*top.BOXED, "list", "None", "object"])
        self.line(f"async def {name}({', '.join(f'{p}: {kind}' for p, kind in parameters)}) -> {returns}:")
        body = top.Body(self, returns, dict(parameters), {})
        body.asynchronous = True
        body.fill(self.random.randint(2, 4))
        self.coroutines[name] = (parameters, returns, body.cost)

    def asynchronous_class(self):
        """What `async with` and `async for` take."""
        name, kept = self.new("M"), self.choose(top.EXCEPTIONS)
        self.line(f"class {name}:")
        for text in (
            "def __init__(self, n: int) -> None:", "    self.n: int = n", "async def __aenter__(self) -> int:", "    return self.n",
            "async def __aexit__(self, kind, error, trace) -> bool:", f"    return kind is {kept}",
            f"def __aiter__(self) -> {name}:", "    return self", "async def __anext__(self) -> int:", "    self.n = int(self.n - 1)",
            "    if self.n < 0 or self.n > 3:", "        raise StopAsyncIteration", "    return self.n",
        ):  # fmt: skip
            self.line("    " + text)
        self.asynchronous.append(name)


class Calls:
    """Statements, for `Body`."""

    def call_statements(self):
        """Those that may stand here."""
        options = [self.called_somehow] * 3 + [self.driven]
        if self.depth < 2:
            options += [self.inner, self.inner]
        if self.asynchronous:
            options += [self.await_] * 5
            if self.depth < 2:
                options += [self.async_with, self.async_for, self.await_caught]
        return options

    def called_somehow(self):
        """A call, its arguments given in any way."""
        found = [(name, what) for name, what in self.program.signatures.items() if self.affordable(what[2])]
        for name in self.held(lambda cls: cls.signatures):
            found += [(f"{name}.{method}", what) for method, what in self.classes[self.scope[name]].signatures.items() if self.affordable(4 * what[2])]
        if not found:
            return self.call()
        name, (parameters, returns, cost) = self.choose(found)
        self.cost += (4 if "." in name else 1) * cost * self.times
        call = self.arranged(name, parameters)
        return self.keep_result(call, returns)

    def arranged(self, name, parameters):
        """The text of a call."""
        positional, named, later = [], [], False
        extra = {"star": [], "stars": []}
        for one in parameters:
            if one.how in extra:
                count = 0 if later and one.how == "star" else self.random.randint(0, 2)
                extra[one.how] = [self.any_boxed(1) for _ in range(count)]
                continue
            if one.default is not None and self.chance(0.4):
                later = later or one.how in ("positional", "any")
                continue
            value = self.expression(one.kind, 1)
            # What stands behind one left out has to be named.
            if one.how == "keyword" or one.how == "any" and (later or self.chance(0.25)):
                later = later or one.how == "any"
                named.append((one.name, one.kind, value))
            elif not later:
                positional.append((one.kind, value))
        if later:
            extra["star"] = []
        # Where the parameters are of these sorts, the checker knows nothing of the call.
        unknown = any(one.how in ("star", "stars", "keyword") for one in parameters)
        boxed = lambda kind, value: (f"box({value[0]})", value[1]) if kind in top.PRIMITIVES else value  # noqa: E731
        # `*` with `**`, or with defaults, is not checked as either.
        starred, packing = self.chance(0.2) and not later and (unknown or bool(positional) and all(one.default is None for one in parameters)), self.chance(0.2)
        packing = packing and (unknown or not starred)
        parts = [boxed(kind, value) if unknown else value for kind, value in positional]
        if starred:
            # The last ones in a tuple.
            at = self.random.randint(0, len(positional) if unknown else max(0, len(positional) - 1))
            packed = [boxed(kind, value) for kind, value in positional[at:]] + extra["star"]
            texts = tuple("".join(value[side] + ", " for value in packed) for side in (0, 1))
            parts = parts[:at] + [(f"*({texts[0]})", f"*({texts[1]})")]
        else:
            parts += extra["star"]
        self.random.shuffle(named)
        at = self.random.randint(0, len(named)) if packing else len(named)
        for parameter, kind, value in named[:at]:
            value = boxed(kind, value) if unknown else value
            parts.append(tuple(f"{parameter}={side}" for side in value))
        pairs = [(f"'{parameter}'", boxed(kind, value)) for parameter, kind, value in named[at:]]
        pairs += [(f"'x{number}'", value) for number, value in enumerate(extra["stars"])]
        if packing:
            texts = [", ".join(f"{key}: {value[side]}" for key, value in pairs) for side in (0, 1)]
            parts.append(tuple(f"**{{{text}}}" for text in texts))
        else:
            parts += [tuple(f"x{number}={side}" for side in value) for number, value in enumerate(extra["stars"])]
        return tuple(f"{name}({', '.join(part[side] for part in parts)})" for side in (0, 1))

    def driven(self):
        """A generator, sent values, thrown exceptions, closed."""
        found = [(name, what) for name, what in self.program.driven.items() if self.affordable(what[1])]
        if not found:
            return self.formatted()
        name, (parameters, cost) = self.choose(found)
        self.cost += cost * self.times
        arguments = [self.expression(kind, 1) for _, kind in parameters]
        steps = []
        for _ in range(self.random.randint(1, 4)):
            steps.append(self.choose(["('next', 0)", "('send', 4)", "('send', 'x')", "('throw', ValueError)", "('throw', KeyError)", "('close', 0)"]))
        result = self.program.new()
        call = tuple(f"drive({name}({', '.join(one[side] for one in arguments)}), [('next', 0), {', '.join(steps)}])" for side in (0, 1))
        self.program.line(f"{result}: object = {call[0]}", f"{result} = {call[1]}")
        self.scope[result] = "object"
        return None

    def inner(self):
        """An inner function with typed parameters, which sees objects of this one."""
        name, kinds = self.program.new("h"), [self.choose([*top.BOXED, *top.PRIMITIVES]) for _ in range(self.random.randint(0, 2))]
        returns = self.choose([*top.BOXED, "int64", "object", "None"])
        parameters = [(self.program.new("p"), kind) for kind in kinds]
        captured = [one for one, kind in self.scope.items() if kind in top.BOXED and one not in self.own]
        outer = self.choose(captured) if captured and self.chance(0.7) else None
        self.program.line(f"def {name}({', '.join(f'{p}: {kind}' for p, kind in parameters)}) -> {returns}:")
        scope = dict(parameters)
        if outer is not None:
            seen = self.program.new()
            self.program.line(f"    {seen}: {self.scope[outer]} = {outer}")
            scope[seen] = self.scope[outer]
            self.fixed.add(outer)
        body = top.Body(self.program, returns, scope, {})
        body.classes, body.own_classes = self.classes, self.own_classes
        body.depth = 1
        body.fill(self.random.randint(1, 2))
        if not self.affordable(2 * body.cost):
            return
        self.cost += 2 * body.cost * self.times
        arguments = [self.expression(kind, 1) for kind in kinds]
        arguments = [(f"box({one[0]})", one[1]) if kind in top.PRIMITIVES else one for one, kind in zip(arguments, kinds, strict=True)]
        result = self.program.new()
        call = tuple(f"{name}({', '.join(one[side] for one in arguments)})" for side in (0, 1))
        self.program.line(f"{result}: object = {call[0]}", f"{result} = {call[1]}")
        self.scope[result] = "object"

    # ---- coroutines

    def coroutine_call(self):
        """A call of a coroutine, and what it gives."""
        found = [item for item in self.program.coroutines.items() if self.affordable(item[1][2])]
        if not found:
            return None
        name, (parameters, returns, cost) = self.choose(found)
        self.cost += cost * self.times
        arguments = [self.expression(kind, 1) for _, kind in parameters]
        return tuple(f"{name}({', '.join(one[side] for one in arguments)})" for side in (0, 1)), returns

    def await_(self):
        """`await`"""
        made = self.coroutine_call()
        if made is None:
            return self.declare()
        call, returns = made
        call = tuple(f"await {side}" for side in call)
        if returns in top.BOXED and self.chance(0.7):
            return self.keep_result(call, returns)
        result = self.program.new()
        form = self.choose(["{}", "[{}, 1]", "[x for x in [{}, 2]]", "(1 if {} else 2)", "f'<{{{}}}>'"])
        self.program.line(f"{result}: object = {form.format(call[0])}", f"{result} = {form.format(call[1])}")
        self.scope[result] = "object"
        return None

    def await_caught(self):
        """`await` of what raises."""
        made = self.coroutine_call()
        if made is None:
            return self.declare()
        result, error = self.result(), self.program.new("e")
        self.form(f"try:\n    {result} = await $call\n    ...", call=made[0])
        self.form(f"except {self.choose(['Exception', *top.EXCEPTIONS])} as {error}:\n    {result} = type({error}).__name__\n    ...")
        if self.chance(0.4):
            self.form("finally:\n    ...")
        return None

    def async_with(self):
        """`async with`"""
        if not self.program.asynchronous:
            return self.await_()
        bound = self.program.new()
        self.program.lines(f"async with {self.choose(self.program.asynchronous)}({{}}) as {bound}:", self.expression("int", 1))
        return self.block()

    def async_for(self):
        """`async for`"""
        if not self.program.asynchronous:
            return self.await_()
        item = self.program.new("x")
        self.program.line(f"async for {item} in {self.choose(self.program.asynchronous)}({self.random.randint(0, 3)}):")
        return self.loop(3, {})
