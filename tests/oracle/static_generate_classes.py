"""Classes of random static programs beside plain ones: enums, dataclasses, diamonds, what a class may have beside methods.

    class Program(Classes): …       program.enum() adds `class E7(IntEnum): …`

What is made is noted in `classes` and `enums`, for expressions to use.

Invariant: a method only calls what was there before its class, so that no program calls itself for ever.
"""

import static_generate as top

SPECIALS = {
    "__eq__": ("other: object", "bool"), "__lt__": ("other: object", "bool"), "__len__": ("", "int"), "__bool__": ("", "bool"),
    "__getitem__": ("i: int", "int"), "__contains__": ("i: object", "bool"), "__call__": ("a: int, b: str", "str"),
    "__str__": ("", "str"), "__add__": ("other: object", "int"), "__radd__": ("other: object", "object"), "__neg__": ("", "list"),
    "__iadd__": ("other: object", "int"), "__setitem__": ("i: int, v: object", "None"), "__index__": ("", "int"), "__int__": ("", "int"),
    "__delitem__": ("i: int", "None"), "__iter__": ("", "generator"), "__format__": ("how: str", "str"), "__abs__": ("", "int"),
}  # fmt: skip


class Class:
    """A class of the program."""

    def __init__(self, name, base):
        self.name, self.base, self.others = name, base, []
        self.fields = dict(base.fields) if base else {}
        self.methods = dict(base.methods) if base else {}
        self.properties = dict(base.properties) if base else {}
        self.setters = dict(base.setters) if base else {}
        self.statics = dict(base.statics) if base else {}
        self.signatures = dict(base.signatures) if base else {}
        self.specials = dict(base.specials) if base else {}
        self.parameters, self.final = [], False
        self.dataclass = None
        self.defaults, self.by_keyword, self.shown = set(), set(), False

    def is_a(self, other):
        """Whether it is that class or below it."""
        return self is other or any(base.is_a(other) for base in [self.base, *self.others] if base)

    @property
    def frozen(self):
        """Whether its fields may not be set."""
        return self.dataclass is not None and "frozen=True" in self.dataclass


class Classes:
    """What a module may hold, for `Program`."""

    def enum(self):
        """An enum."""
        name, base = self.new("E"), self.choose(["Enum", "IntEnum", "StringEnum"])
        self.line(f"class {name}({base}):")
        members = {}
        for number in range(self.random.randint(1, 4)):
            value = repr("abcd"[number]) if base == "StringEnum" or base == "Enum" and self.chance(0.3) else str(number * 3 - 2)
            members[self.new("A")] = value
            self.line(f"    {list(members)[-1]} = {value}")
        methods = {}
        if base == "Enum" and self.chance(0.5):
            method, returns = self.new("m"), self.choose(["int", "str"])
            self.indent += 1
            self.line(f"def {method}(self, p: {returns}) -> {returns}:")
            body = top.Body(self, returns, {"p": returns}, {})
            body.fill(1)
            self.indent -= 1
            methods[method] = (returns, body.cost)
        self.enums[name] = (base, members, methods)

    def extras(self, cls, own):
        """What a class has beside fields and methods."""
        if self.chance(0.4):
            self.property(cls)
        if self.chance(0.3):
            self.setter(cls, own)
        if self.chance(0.25):
            self.cached(cls)
        for _ in range(self.random.randint(0, 2)):
            self.without_self(cls)
        for _ in range(self.random.randint(0, 2)):
            self.special(cls)
        if self.chance(0.3):
            self.signature(cls)

    def setter(self, cls, own):
        """A property that can be set."""
        fields = [(field, kind) for field, kind in own.items() if kind in (*top.WIDTHS, *top.BOXED, "double", "cbool") and cls.fields.get(field) == kind]
        if not fields:
            return
        field, kind = self.choose(fields)
        name, value = self.new("q"), self.new("p")
        self.line("@property")
        self.line(f"def {name}(self) -> {kind}:")
        self.line(f"    return self.{field}")
        self.line(f"@{name}.setter")
        self.line(f"def {name}(self, {value}: {kind}) -> None:")
        self.line(f"    self.{field} = {value}")
        top.Body(self, "None", {"self": cls.name, value: kind}, {"self": cls}).fill(1)
        cls.properties[name] = cls.setters[name] = kind

    def cached(self, cls):
        """A property that computes once."""
        name, kind = self.new("q"), self.choose([*top.BOXED, "list"])
        self.line("@cached_property")
        self.line(f"def {name}(self) -> {kind}:")
        top.Body(self, kind, {"self": cls.name}, {"self": cls}).fill(1)
        cls.properties[name] = kind

    def without_self(self, cls):
        """A static or class method, perhaps one in the place of another."""
        inherited = [name for name in (sorted(cls.base.statics) if cls.base else []) if cls.statics[name] is cls.base.statics[name]]
        name = self.choose(inherited) if inherited and self.chance(0.4) else self.new("s")
        first, parameters, returns, cost = cls.statics.get(name, ("", None, None, 0)) if name in inherited else ("", None, None, 0)
        first = first if name in inherited else self.choose(["", "cls"])
        if parameters is None:
            parameters = [(self.new("p"), self.some_type()) for _ in range(self.random.randint(0, 3))]
            returns = self.choose([self.some_type(), "int64", "int", "str", "None"])
        self.line("@classmethod" if first else "@staticmethod")
        typed = ", ".join(filter(None, [first, *(f"{p}: {kind}" for p, kind in parameters)]))
        self.line(f"def {name}({typed}) -> {returns}:")
        body = top.Body(self, returns, dict(parameters), {})
        body.fill(self.random.randint(1, 2))
        cls.statics[name] = (first, parameters, returns, max(cost, body.cost))

    def special(self, cls):
        """A method of an operator."""
        name = self.choose(sorted(set(SPECIALS) - set(vars(cls).get("made", ()))))
        if cls.dataclass is not None and name in ("__eq__", "__lt__") or cls.final and name == "__eq__":
            return
        cls.made = {*vars(cls).get("made", ()), name}
        parameters, returns = SPECIALS[name]
        scope = dict(parameter.split(": ") for parameter in parameters.split(", ") if parameter)
        result = "" if returns == "generator" else f" -> {returns}"
        self.line(f"def {name}(self{', ' if parameters else ''}{parameters}){result}:")
        body = top.Body(self, returns, {"self": cls.name, **{p: kind for p, kind in scope.items() if kind != "object"}}, {"self": cls})
        body.fill(self.random.randint(1, 2))
        cls.specials[name] = max(body.cost, cls.specials.get(name, 0))

    def dataclass(self):
        """A dataclass, perhaps below another."""
        bases = [cls for cls in self.classes.values() if cls.dataclass is not None and not cls.by_keyword and not cls.defaults]
        base = self.choose(bases) if bases and self.chance(0.6) else None
        cls = Class(self.new("C"), base)
        options = {option for option in ("order=True", "frozen=True", "kw_only=True", "unsafe_hash=True", "eq=True") if self.chance(0.25)}
        if base is not None:
            options = options - {"frozen=True", "kw_only=True", "unsafe_hash=True"} | {option for option in base.dataclass if "frozen" in option}
        cls.dataclass = options
        self.line(f"@dataclass({', '.join(sorted(options))})" if options or self.chance(0.5) else "@dataclass")
        self.line(f"class {cls.name}({base.name}):" if base else f"class {cls.name}:")
        self.indent += 1
        kinds = [*top.WIDTHS, "int64", "double", "cbool", *top.BOXED, *top.BOXED, "list", *self.classes, *(f"Optional[{name}]" for name in self.classes)]
        own = [(self.new("a"), self.choose(kinds)) for _ in range(self.random.randint(1, 5))]
        cls.parameters = [*(base.parameters if base else []), *own]
        cls.fields.update(own)
        cls.shown = all(kind in (*top.WIDTHS, *top.BOXED, "double", "cbool", "list") for _, kind in cls.parameters)
        if "kw_only=True" in options:
            cls.by_keyword = {name for name, _ in own}
        # A class with defaults is called as something unknown, which takes no machine values.
        made, primitive = False, any(kind in top.PRIMITIVES for _, kind in cls.parameters)
        for name, kind in own:
            default = {"int": "7", "str": "'d'", "bool": "True", "list": "field(default_factory=list)"}.get(kind, "None" if kind.startswith("Opt") else "")
            made = bool(default) and not primitive and (made or self.chance(0.3))
            if made and not all(later in ("int", "str", "bool", "list") or later.startswith("Opt") for _, later in own[own.index((name, kind)) :]):
                made = False
            self.line(f"{name}: {kind} = {default}" if made else f"{name}: {kind}")
            cls.defaults |= {name} if made else set()
        if self.chance(0.3) and not cls.frozen and any(kind == "int" for _, kind in own):
            field = next(name for name, kind in own if kind == "int")
            self.line("def __post_init__(self) -> None:")
            self.line(f"    self.{field} = int(self.{field} + 1)")
        if self.chance(0.6):
            self.function(self.new("m"), cls)
        self.indent -= 1
        self.classes[cls.name] = cls

    def chain(self):
        """Three or four classes below one another, with a method that calls `super()`; perhaps a class beside them."""
        kinds = [*top.WIDTHS, *top.BOXED, "double", "list"]
        parameters = [(self.new("p"), self.choose(kinds)) for _ in range(self.random.randint(0, 2))]
        mixin, name, other = self.new("X") if self.chance(0.5) else None, self.new("m"), self.new("m")
        # The runtime takes no doubles from methods of objects that have a `__dict__`.
        returns = self.choose([kind for kind in [*kinds, "None"] if kind != "double" or not mixin])
        if mixin:
            self.line("@mixin")
            self.line(f"class {mixin}:")
            self.line(f"    def {other}(self, a):")
            self.line(f"        return (a, hidden(self).{name} is None)")
        last = None
        for number in range(self.random.randint(3, 4)):
            cls, last = Class(self.new("C"), last), None
            bases = [cls.base.name] if cls.base else []
            if number == 2 and mixin:
                bases.append(mixin)
            self.line(f"class {cls.name}({', '.join(bases)}):" if bases else f"class {cls.name}:")
            self.indent += 1
            # With a class beside it, what is above is not known.
            above = cls.methods.get(name) if not mixin or number < 2 else None
            if number == 0 or self.chance(0.8):
                self.function(name, cls, [kind for _, kind in parameters], returns, [p for p, _ in parameters], above=above and (name, above))
            else:
                self.line("pass")
            if self.chance(0.4):
                self.without_self(cls)
            if number == 2 and mixin:
                self.line("def both(self) -> object:")
                self.line(f"    return (self.{other}(3), super().{other}(4), isinstance(self, {mixin}))")
                cls.specials["both"] = 3
            self.indent -= 1
            self.classes[cls.name] = last = cls
