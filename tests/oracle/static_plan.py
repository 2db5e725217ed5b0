"""Makes a static module do something observable: from its syntax tree, lines for a driver to run in its namespace.

    def half(n: int64) -> int64: …     →     half(3)   half(0)   half(-1)   half(9223372036854775807)   half('a')   half()   …
    class P: x: int                    →     p1 = P()   p1.x   p1.x = 3   p1.x = 'a'   p1.x   del p1.x   …

Arguments follow from annotations: right ones first, the ends of a width, just beyond them, wrong types, None.

Invariant: a plan depends on the source alone, so that the lines are the same whoever compiled the module. A line is one
expression, whose value is of interest, or one statement.
"""

import ast

WRONG = ["'a'", "None", "1.5", "True"]
WIDTHS = {f"{sign}int{bits}": bits for sign in ("", "u") for bits in (8, 16, 32, 64)} | {"char": 8, "ssize_t": 64, "size_t": 64}
VALUES = {
    "int": ["3", "0", "1", "-1", "300", "2**70", *WRONG],
    "bool": ["True", "False", "0", "1", "'a'", "None"],
    "cbool": ["True", "False", "0", "1", "2", "'a'", "None"],
    "float": ["1.5", "0.0", "-2.25", "3", "'a'", "None", "True"],
    "double": ["1.5", "0.0", "-2.25", "float('inf')", "float('nan')", "3", "'a'", "None"],
    "complex": ["1j", "2", "None"],
    "str": ["'abc'", "''", "'7'", "'\\u20ac'", "3", "None", "b'x'", "SubStr('s')"],
    "bytes": ["b'abc'", "b''", "'abc'", "None"],
    "list": ["[3, 1, 2]", "[]", "['a', None]", "SubList([5, 6])", "(1, 2)", "None", "3"],
    "tuple": ["(3, 1)", "()", "(1, 'a', None)", "[1, 2]", "None"],
    "dict": ["{'a': 1}", "{}", "{1: 2, 'b': None}", "SubDict(z=1)", "[]", "None"],
    "set": ["{3}", "set()", "frozenset()", "[1]", "None"],
    "frozenset": ["frozenset({3})", "frozenset()", "{1}", "None"],
    "object": ["3", "'a'", "None", "[1]"],
    "type": ["int", "str", "3", "None"],
    "Callable": ["Function()", "len", "3", "None"],
    "None": ["None", "3"],
    "range": ["range(3)", "None"],
    "Exception": ["ValueError('v')", "None", "3"],
    "BaseException": ["ValueError('v')", "None", "3"],
    "": ["3", "'abc'", "None", "[3, 1, 2]", "2.5", "{'a': 1}", "0", "True", "Anything()"],
}  # fmt: skip
SAME = {
    "List": "list", "Dict": "dict", "Tuple": "tuple", "Type": "type", "Set": "set", "Iterable": "list",
    "Sequence": "list", "Iterator": "list", "PyDict": "dict", "pydict": "dict", "Mapping": "dict",
}  # fmt: skip
DATACLASS = "dataclass"
CALLS = 40  # of one function


def plan(source):
    """The lines for a module."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    return Planner(tree).lines()


class Planner:
    """What is known of a module: its classes and functions at the top, whatever statement they stand in."""

    def __init__(self, tree):
        self.classes, self.functions, self.variables = {}, {}, set()
        self.out, self.count = [], 0
        self._declare(tree.body)

    def _declare(self, body):
        for node in body:
            if isinstance(node, ast.ClassDef):
                self.classes[node.name] = node
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.functions[node.name] = node
            elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                self.variables |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
            else:
                for field in ("body", "orelse", "finalbody"):
                    self._declare(getattr(node, field, []))
                for handler in getattr(node, "handlers", []):
                    self._declare(handler.body)

    def lines(self):
        """The lines, in order."""
        self.out += [f"module_facts({name!r})" for name in sorted(self.variables | set(self.functions) | set(self.classes))]
        for name, node in sorted(self.functions.items()):
            self.function(name, node)
        for name, node in sorted(self.classes.items()):
            self.class_(name, node)
        return self.out

    # ---- values

    def values(self, annotation, depth=0):
        """Expressions for an annotation, a right one first."""
        match annotation:
            case None:
                return VALUES[""]
            case ast.Constant(value=None):
                return VALUES["None"]
            case ast.Constant(value=str(text)):
                try:
                    return self.values(ast.parse(text, mode="eval").body, depth)
                except SyntaxError:
                    return VALUES[""]
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return self.named(name, depth)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                if isinstance(left, ast.Constant) and left.value is None:
                    left, right = right, left
                return list(dict.fromkeys([*self.values(left, depth)[:4], *self.values(right, depth)[:2], *self.values(left, depth)]))
            case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner):
                return self.generic(name, inner, ast.unparse(annotation), depth)
        return VALUES[""]

    def named(self, name, depth):
        """Expressions for a plain name."""
        if name in self.classes:
            return self.instances(name, depth)
        if name in WIDTHS:
            bits = WIDTHS[name]
            low, high = (0, 2**bits - 1) if name[0] == "u" or name == "size_t" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
            return ["3", "0", "1", "-1", str(high), str(low), str(high + 1), str(low - 1), *WRONG]
        return VALUES.get(SAME.get(name, name), VALUES[""])

    def generic(self, name, inner, text, depth):
        """Expressions for a subscripted name."""
        parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        if name == "Optional":
            right = self.values(parts[0], depth)
            return list(dict.fromkeys([right[0], "None", *right[1:]]))
        if name == "Union":
            return list(dict.fromkeys([value for part in parts for value in self.values(part, depth)[:2]] + ["None", "2.5"]))
        if name in ("Final", "ClassVar", "Annotated", "InitVar", "Required"):
            return self.values(parts[0], depth)
        if name == "Literal":
            return [*map(ast.unparse, parts), "7", "'z'", "None"]
        item = self.values(parts[-1], depth + 1)
        if name == "Array":
            return [f"filled({text}(3))", f"{text}(0)", "[1, 2]", "None"]
        if name == "CheckedList":
            return [f"{text}([{item[0]}, {item[0]}])", f"{text}([])", f"[{item[0]}]", "None"]
        if name == "CheckedDict":
            key = self.values(parts[0], depth + 1)[0]
            return [f"{text}({{{key}: {item[0]}}})", f"{text}({{}})", f"{{{key}: {item[0]}}}", "None"]
        kind = SAME.get(name, name)
        if kind == "list":
            return [f"[{item[0]}, {item[0]}]", *VALUES["list"]]
        if kind == "dict" and len(parts) == 2:
            return [f"{{{self.values(parts[0], depth + 1)[0]}: {item[0]}}}", *VALUES["dict"]]
        if kind == "tuple":
            parts = [part for part in parts if not (isinstance(part, ast.Constant) and part.value is ...)]
            return [f"({''.join(self.values(part, depth + 1)[0] + ', ' for part in parts)})", *VALUES["tuple"]]
        if kind == "type":
            return [ast.unparse(parts[0]), *VALUES["type"]]
        return self.named(name, depth)

    def instances(self, name, depth):
        """Expressions for an instance of a class of the module, its subclasses and strangers."""
        if self.is_enum(self.classes[name]):
            members = [target.id for node in self.classes[name].body if isinstance(node, ast.Assign)
                       for target in node.targets if isinstance(target, ast.Name)]  # fmt: skip
            return [*(f"{name}.{member}" for member in members), "None", "3"]
        if depth > 2:
            return ["None"]
        below = [other for other, node in sorted(self.classes.items())
                 if any(isinstance(base, ast.Name) and base.id == name for base in node.bases)]  # fmt: skip
        made = [self.construct(one, depth) for one in (name, *below[:2])]
        return [*made, "None", "3", "Anything()", f"outside({name}, {made[0]})"]

    def construct(self, name, depth):
        """The plainest call that makes an instance."""
        parameters = self.constructor(name)
        return f"{name}({', '.join(self.arguments(parameters, [self.values(p[1], depth + 1)[0] for p in parameters]))})"

    # ---- parameters

    def constructor(self, name, seen=()):
        """Parameters of a class as (name, annotation, kind, whether there is a default)."""
        node = self.classes[name]
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and method.name in ("__init__", "__new__"):
                return self.parameters(method)[1:]
        inherited = []
        for base in node.bases:
            if isinstance(base, ast.Name) and base.id in self.classes and base.id not in seen:
                inherited = self.constructor(base.id, (*seen, name))
                break
        if not any(DATACLASS in ast.unparse(decorator) for decorator in node.decorator_list):
            return inherited
        own = []
        for field in node.body:
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                text = ast.unparse(field.annotation)
                if not text.startswith(("ClassVar", "typing.ClassVar")):
                    default = field.value is not None and not ast.unparse(field.value).startswith(("field()", "field(init"))
                    own.append((field.target.id, field.annotation, "plain", default))
        return [p for p in inherited if p[0] not in {o[0] for o in own}] + own

    @staticmethod
    def parameters(node):
        """Parameters of a function, in order, without * and **."""
        args = node.args
        positional = args.posonlyargs + args.args
        defaults = len(positional) - len(args.defaults)
        found = []
        for index, arg in enumerate(positional):
            kind = "positional" if index < len(args.posonlyargs) else "plain"
            found.append((arg.arg, arg.annotation, kind, index >= defaults))
        for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
            found.append((arg.arg, arg.annotation, "keyword", default is not None))
        return found

    @staticmethod
    def arguments(parameters, values):
        """The arguments of a call."""
        return [f"{p[0]}={value}" if p[2] == "keyword" else value for p, value in zip(parameters, values, strict=True)]

    def calls(self, parameters, node=None, limit=CALLS):
        """Argument lists worth trying."""
        choices = [self.values(parameter[1]) for parameter in parameters]
        base = [choice[0] for choice in choices]
        lists = [base]
        for index, choice in enumerate(choices):
            lists += [[*base[:index], value, *base[index + 1 :]] for value in choice[1:]]
        numbers = [index for index, choice in enumerate(choices) if choice[0] == "3"][:2]
        if len(numbers) == 2:
            first, second = numbers
            for x in choices[first][1:6]:
                for y in choices[second][1:6]:
                    values = list(base)
                    values[first], values[second] = x, y
                    lists.append(values)
        texts = [", ".join(self.arguments(parameters, values)) for values in lists[:limit]]
        if parameters:
            texts.append(", ".join(self.arguments(parameters[:-1], base[:-1])))
            needed = [index for index, p in enumerate(parameters) if not p[3]]
            texts.append(", ".join(self.arguments([parameters[i] for i in needed], [base[i] for i in needed])))
        named = [f"{p[0]}={value}" if p[2] != "positional" else value for p, value in zip(parameters, base, strict=True)]
        texts += [", ".join(named), ", ".join([*named, "other=3"])]
        positional = [value for p, value in zip(parameters, base, strict=True) if p[2] != "keyword"]
        texts.append(", ".join([*positional, "8", "'z'"]))
        return list(dict.fromkeys(texts))

    # ---- definitions

    def function(self, name, node):
        """Lines that call a function."""
        self.out += [f"{name}({arguments})" for arguments in self.calls(self.parameters(node), node)]

    @staticmethod
    def is_enum(node):
        """Whether the class is some enumeration."""
        return any("Enum" in ast.unparse(base) for base in node.bases)

    def class_(self, name, node):
        """Lines that make instances and use them."""
        self.out.append(f"class_facts({name})")
        if self.is_enum(node):
            self.out += [f"list({name})", f"{name}('a')", f"{name}(1)", f"{name}.x = 3"]
            for value in self.instances(name, 0)[:-2]:
                self.out += [value, f"{value}.value", f"{value}.name", f"{value} == {value}", f"{value} == 1"]
        parameters = self.constructor(name)
        self.out += [f"{name}({arguments})" for arguments in self.calls(parameters, limit=20)]
        made = self.construct(name, 0)
        self.out += [f"{made} == {made}", f"{made} < {made}", f"hash({made}) == hash({made})", f"{made}.no_such_name", f"outside({name}, {made})"]
        for field, annotation in self.fields(node).items():
            self.field(made, name, field, annotation)
        seen = {}
        self.methods(name, made, seen, ())

    def methods(self, name, made, seen, above):
        """Lines for methods, the class's own in full, inherited ones shortly."""
        node = self.classes[name]
        for method in node.body:
            if not isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            decorators = " ".join(map(ast.unparse, method.decorator_list))
            if method.name in ("__init__", "__new__", "__init_subclass__") or "overload" in decorators:
                continue
            full = not above and method.name not in seen
            seen[method.name] = True
            self.method(made, method, decorators, full)
        for base in node.bases:
            if isinstance(base, ast.Name) and base.id in self.classes and base.id not in (*above, name):
                self.methods(base.id, made, seen, (*above, name))

    def method(self, made, method, decorators, full):
        """Lines for one method or property."""
        parameters = self.parameters(method)
        if "property" in decorators or ".setter" in decorators or ".deleter" in decorators:
            if ".setter" in decorators:
                self.field(made, "", method.name, parameters[-1][1])
            else:
                self.count += 1
                self.out += [f"o{self.count} = {made}", f"o{self.count}.{method.name}", f"o{self.count}.{method.name}",
                             f"o{self.count}.{method.name} = 3", f"o{self.count}.{method.name}", f"del o{self.count}.{method.name}"]  # fmt: skip
            return
        parameters = parameters if "staticmethod" in decorators else parameters[1:]
        calls = self.calls(parameters, limit=CALLS if full else 1)
        self.count += 1
        self.out.append(f"o{self.count} = {made}")
        self.out += [f"o{self.count}.{method.name}({arguments})" for arguments in (calls if full else calls[:1])]
        if full:
            self.out.append(f"o{self.count}")
            if "classmethod" in decorators or "staticmethod" in decorators:
                self.out.append(f"type(o{self.count}).{method.name}({calls[0]})")

    def fields(self, node):
        """Fields of a class and their annotations: annotated in its body, or assigned to `self` in a method."""
        found = {}
        for statement in node.body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                found[statement.target.id] = statement.annotation
            elif isinstance(statement, ast.Assign):
                found |= {target.id: None for target in statement.targets if isinstance(target, ast.Name) and not target.id.startswith("__")}
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and method.name == "__init__" and method.args.args:
                types = {p[0]: p[1] for p in self.parameters(method)}
                for inner in ast.walk(method):
                    match inner:
                        case ast.AnnAssign(target=ast.Attribute(value=ast.Name(id=owner), attr=field), annotation=annotation):
                            pass
                        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=owner), attr=field)], value=value):
                            annotation = types.get(value.id) if isinstance(value, ast.Name) else None
                        case _:
                            continue
                    if owner == method.args.args[0].arg:
                        found.setdefault(field, annotation)
        return found

    def field(self, made, owner, field, annotation):
        """Lines that read, set and delete an attribute."""
        self.count += 1
        one = f"o{self.count}"
        self.out += [f"{one} = {made}", f"{one}.{field}"]
        if owner:
            self.out.append(f"{owner}.{field}")
        for value in self.values(annotation)[:9]:
            self.out += [f"{one}.{field} = {value}", f"{one}.{field}"]
        self.out += [f"del {one}.{field}", f"{one}.{field}", f"{one}.{field} = {self.values(annotation)[0]}", one]
