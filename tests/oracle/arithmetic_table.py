"""What CPython folds: random constant operands -> codegen/src/arithmetic/table.txt.

    python3.14 tests/oracle/arithmetic_table.py 3000 > codegen/src/arithmetic/table.txt

One row each: operator, operands, result; values as marshal in hexadecimal digits, `-` if the
operation is left to the run. Binary operators are the numbers of BINARY_OP.
"""

import ast
import dis
import marshal
import math
import random
import sys
import warnings

BINARY = {
    0: ast.Add, 1: ast.BitAnd, 2: ast.FloorDiv, 3: ast.LShift, 4: ast.MatMult, 5: ast.Mult, 6: ast.Mod,
    7: ast.BitOr, 8: ast.Pow, 9: ast.RShift, 10: ast.Sub, 11: ast.Div, 12: ast.BitXor, 26: None,
}
UNARY = {"neg": ast.USub, "invert": ast.Invert, "pos": ast.UAdd, "not": ast.Not}
STRINGS = ["", "a", "ab", "h\xe9", "\u20ac\U0001f600x", "\ud800a", "\udc00", "%s", "0123456789", "x" * 100, "\xff" * 2049]
BYTES = [b"", b"a", b"\x00\xff", b"0123456789", b"%d", b"q" * 64]
TUPLES = [(), (1,), (1, "a", None), ((), (1, 2)), (((1,) * 100,) * 3), (0.0, -0.0, 1j), (1,) * 30, (((1, 2), 3),) * 20, ("\ud800",)]
ODD = [None, ..., True, False]
# On both sides of each limit, and what random operands seldom meet.
FIXED = [
    (5, "ab", 2048), (5, "ab", 2049), (5, 4097, "a"), (5, "\u20ac", 1365), (5, b"abc", 1366), (5, 1365, b"abc"),
    (5, (1, 2), 128), (5, (1, 2), 129), (5, 257, (1,)), (5, ((1,) * 100,) * 3, 4), (5, ((1,) * 127, 1), 8), (5, ((1,) * 126, 1), 8),
    (5, ((1,) * 127,), 8), (5, "", 10**30), (5, (), -(10**18)), (5, "a", -1), (5, True, "a"), (5, "a", 0),
    (5, 1 << 63, 1 << 63), (5, 1 << 64, 1 << 63), (5, -(1 << 63), (1 << 64) - 1), (5, 0, 1 << 500),
    (3, 1, 127), (3, 1, 128), (3, 0, 10**30), (3, 1 << 200, 0), (3, 1, -1), (3, -1, 127), (9, -1, 10**30), (9, 1 << 80, 10**30),
    (8, 2, 64), (8, 2, 65), (8, 3, 64), (8, -1, 128), (8, 1, 129), (8, 0, 10**30), (8, 0, 0), (8, 0, -1), (8, 2, -1), (8, 1 << 129, 1),
    (8, 0j, complex(float("nan"), -0.0)), (8, -8.0, 1 / 3), (8, -8, 0.5), (8, 1j, 101), (8, 1j, -100), (8, 0j, -1), (8, 10**400, -1),
    (11, 1 << 1024, 1), (11, (1 << 1024) - (1 << 970), 1), (11, (1 << 1024) - (1 << 970) - 1, 1), (11, 1, 1 << 1074), (11, 1, 1 << 1075),
    (11, 3, 1 << 1076), (11, 0, -5), (11, (1 << 53) + 1, 1), (11, 1, 0), (0, 1 << 1024, 1.0), (10, 1.0, 0j), (6, "%s", 1), (6, b"%d", 1),
    (26, "a\ud800b", 1), (26, "\U0001f600x", -2), (26, b"abc", slice(None, None, 0)), (26, "abc", slice(1 << 70, None, -(1 << 70))),
    ("neg", 0.0), ("neg", 1j), ("neg", True), ("pos", True), ("invert", True), ("invert", -1), ("not", ()), ("not", 0j),
]


def an_int(rng):
    kind = rng.randrange(8)
    if kind < 3:
        value = rng.randint(-12, 12)
    elif kind == 3:
        value = rng.choice([52, 53, 54, 62, 63, 64, 65, 126, 127, 128, 129, 255, 256, 257, 1023, 1024, 4096, 4097])
    elif kind == 4:
        value = (1 << rng.choice([31, 32, 52, 53, 54, 62, 63, 64, 127, 128, 1023, 1024, 1074])) + rng.randint(-3, 3)
    elif kind == 5:
        value = rng.getrandbits(rng.choice([20, 40, 53, 56, 63, 64, 100, 127, 128, 200]))
    elif kind == 6:
        value = rng.getrandbits(rng.choice([60, 110, 1020, 1024, 1030, 1100, 2100]))
    else:
        value = rng.getrandbits(60) << rng.choice([1, 60, 960, 964, 1000])
    return -value if rng.random() < 0.35 else value


def a_float(rng):
    kind = rng.randrange(8)
    if kind < 3:
        value = rng.choice([0.0, 0.5, 1.0, 2.0, 3.0, 0.1, 1.5, 2.5, 1e300, 1e308, 1.7976931348623157e308, 5e-324,
                            2.2250738585072014e-308, 1e-310, math.inf, math.nan, 9007199254740993.0, 1e16, 100.0, 101.0])
    elif kind == 3:
        value = float(rng.randint(0, 120))
    elif kind == 4:
        value = rng.uniform(0, 10)
    elif kind == 5:
        value = rng.uniform(0, 1) * 10.0 ** rng.randint(-320, 308)
    elif kind == 6:
        value = rng.randint(0, 40) / 8
    else:
        value = rng.uniform(0.9, 1.1)
    return -value if rng.random() < 0.4 else value


def a_complex(rng):
    return complex(a_float(rng), a_float(rng))


def a_number(rng):
    return rng.choice([an_int, an_int, a_float, a_float, a_complex, lambda rng: rng.random() < 0.5])(rng)


def a_sequence(rng):
    return rng.choice(rng.choice([STRINGS, BYTES, TUPLES]))


def a_value(rng):
    return rng.choice([a_number, a_number, a_sequence, lambda rng: rng.choice(ODD)])(rng)


def a_slice_part(rng):
    kind = rng.randrange(12)
    if kind < 4:
        return None
    if kind < 9:
        return rng.randint(-12, 12)
    return rng.choice([True, False, 1 << 63, -(1 << 63), (1 << 63) - 1, 1 << 70, -(1 << 70), 2.0, "a", 1 - (1 << 63)])


def operands(rng):
    operator = rng.choice(list(BINARY))
    kind = rng.randrange(10)
    if operator == 26:
        left = a_sequence(rng) if kind else a_value(rng)
        if kind < 5:
            return operator, left, slice(*(a_slice_part(rng) for _ in range(3)))
        return operator, left, rng.choice([lambda rng: rng.randint(-11, 11), lambda rng: rng.randint(-2, 2), an_int, a_value])(rng)
    if kind < 7:
        if rng.random() < 0.4:
            operator = rng.choice([8, 8, 11, 11, 5, 2, 6])
        return operator, a_number(rng), a_number(rng)
    if kind == 7:
        return rng.choice([0, 5, 6]), a_sequence(rng), rng.choice([an_int, a_sequence])(rng)
    if kind == 8:
        return 5, rng.choice([an_int, lambda rng: rng.randint(-1, 300), lambda rng: rng.random() < 0.5])(rng), a_sequence(rng)
    return operator, a_value(rng), a_value(rng)


def node(value):
    if isinstance(value, slice):
        return ast.Slice(*(ast.Constant(part) for part in (value.start, value.stop, value.step)))
    return ast.Constant(value)


def expression(operator, values):
    if operator in UNARY:
        return ast.UnaryOp(UNARY[operator](), node(values[0]))
    left, right = map(node, values)
    return ast.Subscript(left, right, ast.Load()) if operator == 26 else ast.BinOp(left, BINARY[operator](), right)


def row(operator, values):
    body = ast.Module([ast.Assign([ast.Name("x", ast.Store())], expression(operator, values))], [])
    code = compile(ast.fix_missing_locations(body), "x", "exec")
    names = [instruction.opname for instruction in dis.get_instructions(code)]
    loads = [instruction for instruction in dis.get_instructions(code) if instruction.opname.startswith("LOAD_")]
    left_to_run = any(name.startswith(("BINARY_", "UNARY_", "CALL_INTRINSIC", "TO_BOOL")) for name in names)
    fields = [marshal.dumps(value).hex() for value in values]
    fields.append("-" if left_to_run else marshal.dumps(loads[0].argval).hex())
    return " ".join([str(operator), *fields])


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 314
    limit = int(sys.argv[3]) if len(sys.argv) > 3 else 400
    warnings.simplefilter("ignore")
    rng = random.Random(seed)
    print("# operator left [right] result, by CPython", sys.version.split()[0])
    rows = {row(operator, values) for operator, *values in FIXED}
    print(*sorted(rows), sep="\n")
    while len(rows) < count:
        if rng.random() < 0.05:
            line = row(rng.choice(list(UNARY)), [a_value(rng)])
        else:
            operator, *values = operands(rng)
            line = row(operator, values)
        if len(line) < limit and line not in rows:
            rows.add(line)
            print(line)


main()
