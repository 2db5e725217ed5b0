"""Writes the parts of the corpus that follow a system: every pair of types, every operator, every way to call.

    static_families.py tests/static            writes primitive_*.md, none_operands.md, call_shapes.md, narrowing_forms.md, …
                                               without verdicts; static_reference.py --write adds them
    static_families.py --check tests/static    says which of these files hold other programs

Invariant: the same output in every run.
"""

import argparse
import sys
from pathlib import Path

from static_corpus import Document, Program, Row, read, write

SIGNED = ["int8", "int16", "int32", "int64"]
UNSIGNED = ["uint8", "uint16", "uint32", "uint64"]
INTEGERS = SIGNED + UNSIGNED
PRIMITIVES = [*INTEGERS, "char", "cbool", "double"]
BINARY = ["+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^"]
# What we say where the reference fails.
DIFFERS = {
    **{f"{name} is {name}": "rejected: 4 (23): primitives have no identity; the reference fails" for name in ("int64", "uint32", "double", "cbool")},
    "double in double": "rejected: 4 (23): a primitive contains nothing; the reference fails",
    "None as double": "rejected: 4 (1): type mismatch; the reference fails",
    "'a' as double": "rejected: 4 (1): type mismatch; the reference fails",
    "@staticmethod overridden with a method": "rejected: 4 (13): another kind of member; the reference fails",
    "@staticmethod overridden with a field": "rejected: 4 (13): another kind of member; the reference fails",
}
COMPARISONS = ["==", "!=", "<", "<=", ">", ">="]


def program(row, subject, body, names=(), typing=()):
    """A program of one file: the flag, imports, and the body."""
    lines = ["import __static__"]
    if names:
        lines.append(f"from __static__ import {', '.join(sorted(set(names)))}")
    if typing:
        lines.append(f"from typing import {', '.join(sorted(set(typing)))}")
    row.programs.append(Program(row.name, subject, files=[("main.py", "\n".join(lines) + "\n" + body + "\n")],
                                differs=DIFFERS.get(subject, "")))


def conversions(sources):
    """Assignment of each primitive type to each other."""
    row = Row("primitive-widths", "conversions between primitives")
    for source in sources:
        for target in PRIMITIVES:
            if source != target:
                body = f"def f(a: {source}) -> {target}:\n    return a"
                program(row, f"{source} returned as {target}", body, [source, target])
    return row


def constructors(targets):
    """A primitive made of another, or of an object."""
    row = Row("primitive-constructors", "`int64(x)`, `double(x)`, `cbool(x)`")
    for target in targets:
        for source in ["int8", "uint64", "double", "cbool"]:
            if source != target:
                body = f"def f(a: {source}) -> {target}:\n    return {target}(a)"
                program(row, f"{target} of {source}", body, [source, target])
        for source in ["int", "float", "bool", "str", "object"]:
            body = f"def f(a: {source}) -> {target}:\n    return {target}(a)"
            program(row, f"{target} of {source}", body, [target])
    return row


def literals():
    """The ends of each range, and what lies beyond."""
    row = Row("primitive-literals", "literals of primitive types")
    for name in INTEGERS:
        bits = int(name.lstrip("uint"))
        low, high = (0, 2**bits - 1) if name in UNSIGNED else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        for value, words in [(low, "least"), (high, "greatest"), (low - 1, "below the least"), (high + 1, "above the greatest")]:
            body = f"def f() -> None:\n    x: {name} = {value}"
            program(row, f"{words} {name}", body, [name])
        program(row, f"{name} argument out of range", f"def g(x: {name}) -> None:\n    pass\ng({high + 1})", [name])
    for name in ["cbool", "char", "double", "int64"]:
        for value in ["1", "True", "1.5", "None", "'a'"]:
            program(row, f"{value} as {name}", f"def f() -> None:\n    x: {name} = {value}", [name])
    return row


def arithmetic():
    """Each operator, and operands of different types."""
    row = Row("primitive-arithmetic", "arithmetic of primitives")
    for name in ["int64", "uint32", "double", "cbool"]:
        for operator in BINARY:
            body = f"def f(a: {name}, b: {name}) -> object:\n    return box(a {operator} b)"
            program(row, f"{name} {operator} {name}", body, ["box", name])
    for operator in BINARY:
        program(row, f"int64 {operator}= a literal", f"def f(a: int64) -> None:\n    a {operator}= 2", ["int64"])
    return row


def mixed_arithmetic():
    """Operands of different types."""
    row = Row("primitive-arithmetic", "arithmetic of primitives of different types")
    for index, left in enumerate(INTEGERS):
        for right in INTEGERS[index + 1 :]:
            body = f"def f(a: {left}, b: {right}) -> object:\n    c = a + b\n    reveal_type(c)"
            program(row, f"{left} + {right}", body, [left, right])
    for left, right in [("int64", "int"), ("int", "int64"), ("double", "float"), ("float", "double"), ("int64", "double"),
                        ("double", "int64"), ("int64", "str"), ("str", "int64"), ("int64", "object"), ("cbool", "int8"),
                        ("uint8", "cbool"), ("char", "int8")]:
        names = [name for name in (left, right) if name in PRIMITIVES]
        program(row, f"{left} * {right}", f"def f(a: {left}, b: {right}) -> object:\n    return a * b", names)
    for literal in ["1", "300", "-1", "1.5", "True"]:
        body = f"def f(a: uint8) -> None:\n    b = a + {literal}\n    reveal_type(b)"
        program(row, f"uint8 + {literal}", body, ["uint8"])
        body = f"def f(a: int64) -> None:\n    b = {literal} - a\n    reveal_type(b)"
        program(row, f"{literal} - int64", body, ["int64"])
    return row


def comparison():
    """Each comparison, and operands of different types."""
    row = Row("primitive-comparison", "comparison of primitives")
    for name in ["int64", "uint32", "double", "cbool"]:
        for operator in [*COMPARISONS, "is", "in"]:
            body = f"def f(a: {name}, b: {name}) -> cbool:\n    return a {operator} b"
            program(row, f"{name} {operator} {name}", body, ["cbool", name])
    pairs = [("int8", "int64"), ("int64", "int8"), ("int64", "uint64"), ("int32", "uint8"), ("uint8", "uint64"), ("cbool", "int8"),
             ("int64", "double"), ("double", "int64"), ("int64", "int"), ("int", "int64"), ("double", "float"), ("float", "double"),
             ("int64", "str"), ("int64", "object"), ("char", "int8"), ("int64", "None")]
    for left, right in pairs:
        names = [name for name in (left, right) if name in PRIMITIVES]
        program(row, f"{left} < {right}", f"def f(a: {left}, b: {right}) -> object:\n    return box(a < b)", ["box", *names])
        program(row, f"{left} == {right}, revealed", f"def f(a: {left}, b: {right}) -> None:\n    reveal_type(a == b)", names)
    return row


def unary():
    """Unary operators."""
    row = Row("primitive-unary", "unary operators")
    for name in ["int64", "uint8", "double", "cbool"]:
        for operator in ["-", "+", "~", "not "]:
            body = f"def f(a: {name}) -> None:\n    reveal_type({operator}a)"
            program(row, f"{operator.strip()} on {name}", body, [name])
            result = "cbool" if operator == "not " else name
            body = f"def f(a: {name}) -> {result}:\n    return {operator}a"
            program(row, f"{operator.strip()} on {name}, returned", body, [name, result])
    return row


def boxing():
    """box and unbox of each type."""
    row = Row("box-unbox", "`box` and `unbox`")
    for name in PRIMITIVES:
        program(row, f"{name} boxed", f"def f(a: {name}) -> None:\n    reveal_type(box(a))", ["box", name])
        result = {"cbool": "bool", "double": "float"}.get(name, "int")
        program(row, f"{name} boxed and returned", f"def f(a: {name}) -> {result}:\n    return box(a)", ["box", name])
        program(row, f"int unboxed to {name}", f"def f(a: int) -> {name}:\n    return unbox(a)", ["unbox", name])
    for name in ["object", "str", "float", "bool"]:
        program(row, f"{name} unboxed", f"def f(a: {name}) -> int64:\n    return unbox(a)", ["unbox", "int64"])
        program(row, f"{name} boxed", f"def f(a: {name}) -> object:\n    return box(a)", ["box"])
    return row


def truth():
    """Conditions."""
    row = Row("primitive-truth", "truth of primitives, `cbool`")
    for name in PRIMITIVES:
        body = f"def f(a: {name}) -> int:\n    if a:\n        return 1\n    return 2"
        program(row, f"{name} as a condition", body, [name])
    for name in ["int64", "cbool", "double"]:
        program(row, f"{name} and {name}", f"def f(a: {name}, b: {name}) -> {name}:\n    return a and b", [name])
        program(row, f"not {name} in a condition", f"def f(a: {name}) -> int:\n    while not a:\n        pass\n    return 1", [name])
        program(row, f"bool of {name}", f"def f(a: {name}) -> bool:\n    return bool(a)", [name])
    return row


OPERATIONS = [
    ("attribute", "x.v"), ("call", "x()"), ("method", "x.m()"), ("subscript", "x[0]"), ("slice", "x[1:2]"), ("negation", "-x"),
    ("inversion", "~x"), ("plus", "+x"), ("addition", "x + 1"), ("reflected addition", "1 + x"), ("less than", "x < 1"),
    ("greater or equal", "1 >= x"), ("equality", "x == 1"), ("membership", "1 in x"), ("identity", "x is None"),
    ("truth", "not x"), ("iteration", "[y for y in x]"), ("unpacking", "(*x,)"),
]


def none_operands():
    """Operations on None and on what may be None."""
    rows = []
    for row_name, words, annotation in [("optional", "`Optional[T]`, `T \\| None`", "Optional[C]"), ("union", "unions", "C | D")]:
        row = Row(row_name, words.replace("\\|", "|"))
        for name, expression in OPERATIONS:
            body = ("class C:\n    v: int = 1\n    def m(self) -> int:\n        return 1\n"
                    + ("class D:\n    v: str = ''\n" if "D" in annotation else "")
                    + f"def f(x: {annotation}) -> object:\n    return {expression}")
            typing = ["Optional"] if "Optional" in annotation else []
            program(row, f"{name} of {annotation}", body, [], typing)
        rows.append(row)
    row = Row("none-narrowing", "narrowing of `None`")
    for name, expression in OPERATIONS:
        program(row, f"{name} of None", f"def f() -> object:\n    x = None\n    return {expression}")
    return [*rows, row]


SIGNATURES = [
    ("no parameters", "()"), ("one", "(a: int)"), ("two", "(a: int, b: str)"), ("a default", "(a: int, b: str = '')"),
    ("positional-only", "(a: int, /, b: str)"), ("keyword-only", "(a: int, *, b: str)"), ("a primitive", "(a: int64, b: str = '')"),
]
CALLS = ["f()", "f(1)", "f(1, 'x')", "f(1, 'x', 2)", "f('x', 1)", "f(b='x', a=1)", "f(1, b='x')", "f(1, a=1)", "f(1, c='x')",
         "f(*[1, 'x'])", "f(**{'a': 1})"]


def call_shapes(signatures):
    """Each signature with each call."""
    row = Row("direct-call", "calls of functions of a module")
    for words, signature in signatures:
        for call in CALLS:
            names = ["int64"] if "int64" in signature else []
            program(row, f"{words}: {call}", f"def f{signature} -> int:\n    return 1\ndef g() -> int:\n    return {call}", names)
    return row


BASE = "(self, a: int, b: C = C()) -> C"
OVERRIDES = [
    ("the same", "(self, a: int, b: C = C()) -> C"), ("a narrower return", "(self, a: int, b: C = C()) -> D"),
    ("a wider return", "(self, a: int, b: C = C()) -> object"), ("an unrelated return", "(self, a: int, b: C = C()) -> int"),
    ("a dynamic return", "(self, a: int, b: C = C())"), ("an optional return", "(self, a: int, b: C = C()) -> C | None"),
    ("a wider parameter", "(self, a: object, b: C = C()) -> C"), ("a narrower parameter", "(self, a: int, b: D = D()) -> C"),
    ("a dynamic parameter", "(self, a, b: C = C()) -> C"), ("an unrelated parameter", "(self, a: str, b: C = C()) -> C"),
    ("one parameter less", "(self, a: int) -> C"), ("one parameter more", "(self, a: int, b: C = C(), c: int = 1) -> C"),
    ("another name", "(self, x: int, b: C = C()) -> C"), ("positional-only", "(self, a: int, /, b: C = C()) -> C"),
    ("keyword-only", "(self, a: int, *, b: C = C()) -> C"), ("an additional keyword", "(self, a: int, b: C = C(), *, c: int = 1) -> C"),
    ("*args", "(self, a: int, b: C = C(), *args) -> C"), ("**kwargs", "(self, a: int, b: C = C(), **kwargs) -> C"),
    ("no default", "(self, a: int, b: C) -> C"), ("another self", "(this, a: int, b: C = C()) -> C"),
    ("nothing but *args, **kwargs", "(self, *args, **kwargs)"),
]


def overrides():
    """One method with each override."""
    row = Row("overrides", "inheritance and overriding")
    for words, signature in OVERRIDES:
        body = ("class C:\n    pass\nclass D(C):\n    pass\n"
                f"class A:\n    def m{BASE}:\n        return C()\nclass B(A):\n    def m{signature}:\n        raise E")
        program(row, f"a method overridden with {words}", body.replace("raise E", "return D()"))
    for kind in ["@staticmethod", "@classmethod", "@property"]:
        first = "" if kind == "@staticmethod" else "cls" if kind == "@classmethod" else "self"
        body = f"class A:\n    {kind}\n    def m({first}) -> int:\n        return 1\nclass B(A):\n"
        for other in ["@staticmethod", "@classmethod", "@property", "a method"]:
            inner = {"@staticmethod": "", "@classmethod": "cls"}.get(other, "self")
            decorator = "" if other == "a method" else f"    {other}\n"
            program(row, f"{kind} overridden with {other}", body + f"{decorator}    def m({inner}) -> int:\n        return 2")
        program(row, f"{kind} overridden with another return", body + f"    {kind}\n    def m({first}) -> str:\n        return ''")
        program(row, f"{kind} overridden with a field", body + "    m: int = 2")
    return row


CONDITIONS = ["x is not None", "x is None", "None is not x", "x", "not x", "isinstance(x, C)", "not isinstance(x, C)", "x == None",
              "x is not None and b", "x is None or b", "not (x is None)", "(y := x) is not None", "x and x.v"]
FORMS = [
    ("in the body", "if {}:\n        return x.v\n    return 0"),
    ("in the other branch", "if {}:\n        return 0\n    else:\n        return x.v"),
    ("after leaving", "if {}:\n        return 0\n    return x.v"),
    ("in a loop", "while {}:\n        b = x.v > 1\n    return 0"),
    ("after an assertion", "assert {}\n    return x.v"),
    ("in a conditional expression", "return x.v if {} else 0"),
    ("on the right of and", "return ({}) and x.v"),
]


def narrowing():
    """Each condition in each place."""
    rows = []
    for name, words, forms in [("none-narrowing", "narrowing of `None`", FORMS[:2]), ("early-exit", "narrowing by leaving", FORMS[2:3]),
                               ("loops", "loops to a fixed point", FORMS[3:4]), ("assert", "`assert`, `prod_assert`", FORMS[4:5]),
                               ("ternary", "conditional expressions", FORMS[5:6]), ("boolean-operators", "`and`, `or`, chained comparison", FORMS[6:])]:
        row = Row(name, words)
        for form, code in forms:
            for condition in CONDITIONS:
                result = "object" if "and x.v" in code else "int"
                body = ("class C:\n    def __init__(self) -> None:\n        self.v: int = 1\n"
                        f"def f(x: Optional[C], b: bool) -> {result}:\n    " + code.format(condition))
                program(row, f"{condition}, {form}", body, [], ["Optional"])
        rows.append(row)
    return rows


STATEMENTS = [
    "pass", "1", "'a'", "a", "self", "self.y", "a.y", "y = 1", "y = a", "y = self.y", "y = a.y", "y = self.x", "y: int = 1", "y = z = 1",
    "y, z = 1, 2", "y += 1", "self.y = 1", "self.y = a", "self.y = self.x", "self.y += 1", "a.y = 1", "self.x = 1", "self.x = None", "a[0] = 1",
    "a[0]", "a()", "self.g()", "len(a)", "isinstance(a, int)", "int(a)", "C()", "a + 1", "-b", "not b", "a and b", "a is None", "a == b",
    "a < 1 < 2", "1 if b else 2", "(1, 2)", "[1]", "{1}", "{1: 2}", "a[1:2]", "f''", "f'{a}'", "lambda: 1", "(y := 1)", "[y for y in a]",
    "self = C()", "del b", "assert b", "assert a is None", "assert b, 'm'", "import sys", "from sys import path", "raise ValueError",
    "if b: pass", "if a: pass", "if a is None: pass", "if b: y = 1", "if b: a()", "while b: pass", "while a: pass", "for y in a: pass",
    "with a: pass", "def h(): pass", "class D: pass", "global w", "type T = int", "return self.x", "match b:\n                case 1: pass",
    "try: pass\n            except ValueError: pass", "try: y = 1\n            finally: pass",
]


def invalidation(statements):
    """Statements between the test of a field and its use."""
    row = Row("field-refinement", "narrowing of fields, and its end")
    for statement in statements:
        body = ("class C:\n    x: Optional[int]\n    y: Optional[int]\n    def g(self) -> None:\n        pass\n"
                "    def f(self, a, b: bool) -> int:\n        if self.x is not None:\n            " + statement
                + "\n            return self.x\n        return 0")
        words = statement.replace("\n", " ").replace("                ", "").replace("            ", "")
        program(row, f"after {words}", body, [], ["Optional"])
    return row


TYPES = ["int", "bool", "str", "float", "object", "None", "Optional[int]", "int | str", "list", "List[int]", "tuple", "dict", "type", "C", "D",
         "Optional[C]", "Any", "CheckedList[int]", "Callable"]


def assignability(targets):
    """A value of each type returned as each type."""
    row = Row("return-type", "types of return values")
    for target in targets:
        for source in TYPES:
            if source != target:
                classes = "class C:\n    pass\n" if {"C", "D", "Optional[C]"} & {source, target} else ""
                classes += "class D(C):\n    pass\n" if "D" in (source, target) else ""
                both = f"{source} {target}"
                names = ["CheckedList"] if "CheckedList" in both else []
                typing = [name for name in ("Any", "Callable", "List", "Optional") if name in both.replace("CheckedList", "")]
                body = f"{classes}def f(x: {source}) -> {target}:\n    return x"
                program(row, f"{source} as {target}", body, names, typing)
    return row


OPERANDS = [("an exact int", "1 + int('1')"), ("an int", "i"), ("a bool", "True"), ("an exact float", "1.5"), ("an exact str", "'a'"),
            ("an exact list", "[1]"), ("an exact tuple", "(1, i)"), ("an unknown value", "u"), ("an Optional", "o")]


def operands(operator):
    """The type of an operation on objects."""
    row = Row("inference", "types of locals from values")
    for left_words, left in OPERANDS:
        for right_words, right in OPERANDS[:6]:
            body = f"def f(i: int, u, o: Optional[int]) -> None:\n    x = {left}\n    y = {right}\n    reveal_type(x {operator} y)"
            program(row, f"{left_words} {operator} {right_words}", body, [], ["Optional"])
    return row


FILES = {
    "narrowing_invalidation": ("Statements that end the narrowing of a field", lambda: [invalidation(STATEMENTS[:30])]),
    "narrowing_invalidation_expressions": ("Expressions that end the narrowing of a field", lambda: [invalidation(STATEMENTS[30:52])]),
    "narrowing_invalidation_blocks": ("Blocks that end the narrowing of a field", lambda: [invalidation(STATEMENTS[52:])]),
    "assignability_numbers": ("Values of each type as numbers", lambda: [assignability(["int", "bool", "float"])]),
    "assignability_objects": ("Values of each type as str, object, None", lambda: [assignability(["str", "object", "None"])]),
    "assignability_unions": ("Values of each type as unions", lambda: [assignability(["Optional[int]", "int | str", "Optional[C]"])]),
    "assignability_sequences": ("Values of each type as sequences", lambda: [assignability(["list", "List[int]", "tuple"])]),
    "assignability_classes": ("Values of each type as classes", lambda: [assignability(["type", "C", "D"])]),
    "assignability_special": ("Values of each type as other types", lambda: [assignability(["dict", "Any", "Callable"])]),
    "assignability_checked": ("Values of each type as a checked list", lambda: [assignability(["CheckedList[int]"])]),
    "operations_sum": ("Sums of objects", lambda: [operands("+")]),
    "operations_product": ("Products of objects", lambda: [operands("*")]),
    "primitive_conversions_signed": ("Conversions of signed integers", lambda: [conversions(SIGNED)]),
    "primitive_conversions_unsigned": ("Conversions of unsigned integers", lambda: [conversions(UNSIGNED)]),
    "primitive_conversions_others": ("Conversions of char, cbool and double", lambda: [conversions(["char", "cbool", "double"]), truth()]),
    "primitive_constructors_signed": ("Signed integers made of other values", lambda: [constructors(SIGNED)]),
    "primitive_constructors_others": ("Unsigned integers, char, cbool and double made of other values",
                                      lambda: [constructors([*UNSIGNED, "char", "cbool", "double"])]),
    "primitive_literals": ("Literals of primitive types", lambda: [literals()]),
    "primitive_arithmetic": ("Arithmetic of primitives", lambda: [arithmetic()]),
    "primitive_mixed_arithmetic": ("Arithmetic of primitives of different types", lambda: [mixed_arithmetic()]),
    "primitive_comparison": ("Comparison of primitives", lambda: [comparison()]),
    "primitive_unary": ("Unary operators on primitives", lambda: [unary()]),
    "primitive_boxing": ("Boxing of primitives", lambda: [boxing()]),
    "none_operands": ("Operations on None", lambda: none_operands()[2:]),
    "union_operands": ("Operations on Optional and on unions", lambda: none_operands()[:2]),
    "call_shapes": ("Every way to call a function", lambda: [call_shapes(SIGNATURES[:4])]),
    "call_shapes_special": ("Every way to call a function with special parameters", lambda: [call_shapes(SIGNATURES[4:])]),
    "overrides": ("Every way to override a method", lambda: [overrides()]),
    "narrowing_forms": ("Every condition that narrows", lambda: narrowing()[:2]),
    "narrowing_places": ("Every place where a condition narrows", lambda: narrowing()[2:4]),
    "narrowing_expressions": ("Every expression in which a condition narrows", lambda: narrowing()[4:]),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    wrong = 0
    for name, (title, rows) in FILES.items():
        path = options.folder / f"{name}.md"
        head = [f"# {title}", "", "Written by `tests/oracle/static_families.py`; the verdicts by `static_reference.py --write`."]
        document = Document(head, rows())
        if not options.check:
            path.write_text(write(document), encoding="utf-8")
        elif without_verdicts(path) != write(document):
            wrong += 1
            print(f"{path.name}: other programs than this script makes")
    return 1 if wrong else 0


def without_verdicts(path):
    """The text of a file as this script wrote it."""
    document = read(path.read_text(encoding="utf-8"), path.name)
    for program in document.programs():
        program.verdict = None
    return write(document)


if __name__ == "__main__":
    sys.exit(main())
