"""Compares two compiled modules field by field and says precisely where they differ first.

    ours, theirs = codeobject.read_pyc(path).code, codeobject.from_real(compile(source, name, "exec"))
    for difference in compare(ours, theirs):
        print(difference.path, difference.field)      # 'f.<locals>.g'  'co_code'
        print(explain(difference))                    # for people: what differs, side by side

Invariant: `compare` returns nothing exactly when all fields of all nested code objects are equal, where constants are
compared type-exact: `1`, `1.0` and `True` differ, so do `0.0` and `-0.0`; a NaN equals a NaN; frozensets are sets.
`code.__eq__` would not do: it ignores co_qualname, co_filename and co_stacksize, among others.

From the shell: `codecmp.py OURS.pyc THEIRS.pyc` prints all differences, `codecmp.py --describe FILE.pyc` all fields.
"""

import argparse
import dis
import itertools
import json
import sys
import types
from dataclasses import dataclass
from pathlib import Path

from codeobject import (
    CACHES,
    FIELDS,
    Code,
    const_key,
    exception_entries,
    instructions,
    line_entries,
    positions,
    read_pyc,
)

# ---- comparing ----------------------------------------------------------------------


@dataclass(slots=True)
class Difference:
    """One field of one code object that differs."""

    path: str  # the qualified names down to it: '<module>', 'C', 'C.method'
    field: str  # a field's name; for a constant 'co_consts'
    ours: Code
    theirs: Code


def compare(ours, theirs):
    """All differences between two code objects and those nested in them, outer ones first."""
    differences = []
    # A worklist: code objects may be nested deeper than Python likes to recurse.
    pairs = [(ours, theirs)]
    while pairs:
        a, b = pairs.pop()
        path = b.co_qualname
        same_consts = len(a.co_consts) == len(b.co_consts) and all(map(_same_const, a.co_consts, b.co_consts))
        for name in FIELDS:
            if not (same_consts if name == "co_consts" else getattr(a, name) == getattr(b, name)):
                differences.append(Difference(path, name, a, b))
        pairs += reversed(list(_pair_nested(a, b, same_consts)))
    return differences


def _same_const(x, y):
    kind = type(x)
    if kind is not type(y):
        return False
    if kind is str or kind is int or x is None:
        return x == y
    return const_key(x) == const_key(y)


def _pair_nested(a, b, same_consts):
    """Which nested code object to compare with which: by position if the names agree, else by name and line.

    What is left is paired in order: where the numbers agree, none may escape the comparison.
    """
    ours, theirs = a.nested(), b.nested()
    if same_consts or [code.co_name for code in ours] == [code.co_name for code in theirs]:
        yield from zip(ours, theirs, strict=True)
        return
    alone = []
    for code in theirs:
        named = [candidate for candidate in ours if candidate.co_name == code.co_name]
        named.sort(key=lambda candidate: candidate.co_firstlineno != code.co_firstlineno)
        if named:
            ours.remove(named[0])
            yield named[0], code
        else:
            alone.append(code)
    yield from zip(ours, alone, strict=False)


# ---- explaining ----------------------------------------------------------------------


def explain(difference, context=3):
    """Says, in a few lines for people, how one field differs first."""
    a, b, name = difference.ours, difference.theirs, difference.field
    x, y = getattr(a, name), getattr(b, name)
    match name:
        case "co_code":
            lines = _explain_code(a, b, context)
        case "co_linetable":
            lines = _explain_linetable(a, b)
        case "co_exceptiontable":
            lines = _explain_entries(exception_entries(x), exception_entries(y), "entry", (x, y))
        case "co_consts":
            lines = _explain_items(x, y, _same_const, show_const)
        case "co_names" | "co_localsplusnames":
            lines = _explain_items(x, y, lambda p, q: p == q, repr)
        case "co_localspluskinds":
            lines = [f"ours   {_show_kinds(a)}", f"theirs {_show_kinds(b)}"]
        case "co_flags":
            lines = [f"ours   {_show_flags(x)}", f"theirs {_show_flags(y)}"]
        case _:
            lines = [f"ours   {x!r}", f"theirs {y!r}"]
    return "\n".join([f"{difference.path} (line {b.co_firstlineno}): {name}", *("    " + line for line in lines)])


def show_instruction(code, opcode, arg, offset):
    """One instruction as `LOAD_FAST 0 (self)`. Never fails: an argument out of range shows as `(?)`."""
    name = dis.opname[opcode]
    if opcode < dis.HAVE_ARGUMENT:
        return name
    try:
        meaning = _meaning(code, name, opcode, arg, offset)
    except IndexError:
        meaning = "?"
    return f"{name} {arg}" + (f" ({meaning})" if meaning is not None else "")


def _meaning(code, name, opcode, arg, offset):
    if opcode in dis.hasconst:
        return show_const(code.co_consts[arg])
    if name in ("LOAD_ATTR", "LOAD_GLOBAL"):
        return code.co_names[arg >> 1] + ("", " + NULL")[arg & 1]
    if name == "LOAD_SUPER_ATTR":
        return f"{code.co_names[arg >> 2]}, flags {arg & 3}"
    if opcode in dis.hasname:
        return code.co_names[arg]
    if opcode in dis.haslocal or opcode in dis.hasfree:
        pair = dis.opname[opcode].count("FAST") == 2
        return ", ".join(code.co_localsplusnames[slot] for slot in ((arg >> 4, arg & 15) if pair else (arg,)))
    if opcode in dis.hasjrel:
        after = offset + 2 * (1 + CACHES.get(opcode, 0) + sum(arg >= 1 << bits for bits in (8, 16, 24)))
        if name == "END_ASYNC_FOR":
            return f"from {after - 2 * arg}"
        return f"to {after - 2 * arg if 'BACKWARD' in name else after + 2 * arg}"
    if name == "BINARY_OP":
        return dis._nb_ops[arg][1]
    if name == "COMPARE_OP":
        return dis.cmp_op[arg >> 5] + (" to bool" if arg & 16 else "")
    return None


def _explain_code(a, b, context):
    """Both disassemblies side by side round the first instruction that differs."""
    ours, theirs = (
        [
            (offset, opcode, arg, show_instruction(code, opcode, arg, offset))
            for offset, opcode, arg in instructions(code)
        ]
        for code in (a, b)
    )
    # Compare what an instruction does (`LOAD_CONST 1 ('x')`), not where it stands: a constant that moved shows at once.
    texts = [[text for *_, text in side] for side in (ours, theirs)]
    first = next((i for i, (x, y) in enumerate(itertools.zip_longest(*texts)) if x != y), None)
    if first is None:
        place = next(
            (i for i, (x, y) in enumerate(zip(a.co_code, b.co_code)) if x != y), min(len(a.co_code), len(b.co_code))
        )
        return [
            f"equal instructions, but byte {place} differs (a cache that is not zero, or a superfluous EXTENDED_ARG)"
        ]
    lines = [f"{len(ours)} instructions, theirs {len(theirs)}; the first that differs is number {first}"]
    for index in range(max(0, first - context), first + context + 1):
        x, y = (f"{side[index][0]:5} {side[index][3]}" if index < len(side) else "    -" for side in (ours, theirs))
        mark = "  " if x[6:] == y[6:] else "! "
        lines.append(f"{mark}{x[:58]:58} | {y[:58]}")
    return lines


def _explain_linetable(a, b):
    ours, theirs = list(positions(a)), list(positions(b))
    first = next((i for i, (x, y) in enumerate(itertools.zip_longest(ours, theirs)) if x != y), None)
    if first is None:
        return [
            "equal positions, but the entries differ",
            *_explain_entries(list(line_entries(a)), list(line_entries(b)), "entry"),
        ]
    names = {}
    for offset, opcode, arg in instructions(b):
        names[offset // 2] = show_instruction(b, opcode, arg, offset)
    at = max((unit for unit in names if unit <= first), default=0)
    x, y = (side[first] if first < len(side) else "nothing" for side in (ours, theirs))
    lines = [
        "(line, end line, column, end column) of " + f"{names.get(at, '?')} at offset {2 * at}",
        f"ours   {x}",
        f"theirs {y}",
    ]
    if len(ours) != len(theirs):
        lines.append(f"the table covers {len(ours)} code units, theirs {len(theirs)}")
    return lines


def _explain_entries(ours, theirs, what, raw=None):
    if ours == theirs:
        return [
            f"equal entries, but the bytes differ: ours {raw[0].hex()} theirs {raw[1].hex()}"
            if raw
            else "equal entries"
        ]
    first = next(i for i, (x, y) in enumerate(itertools.zip_longest(ours, theirs)) if x != y)
    lines = [f"{len(ours)} entries, theirs {len(theirs)}; the first that differs is {what} {first}"]
    for side, entries in ("ours  ", ours), ("theirs", theirs):
        lines.append(f"{side} {' '.join(map(str, entries[first : first + 3])) or 'nothing'}")
    return lines


def _explain_items(ours, theirs, same, show):
    first = next((i for i, (x, y) in enumerate(zip(ours, theirs)) if not same(x, y)), min(len(ours), len(theirs)))
    lines = [f"{len(ours)} items, theirs {len(theirs)}; the first that differs is number {first}"]
    for side, items in ("ours  ", ours), ("theirs", theirs):
        lines.append(f"{side} {', '.join(show(item) for item in items[first : first + 4]) or 'nothing'}"[:300])
    moved = sorted(map(show, ours)) == sorted(map(show, theirs))
    return [*lines, "(the same items in another order)"] if moved else lines


def show_const(const):
    """A constant as `repr` has it, but cut if long, and the same for the same set."""
    match const:
        case Code() | types.CodeType():
            return f"<code {const.co_qualname}>"
        case tuple():
            return f"({', '.join(map(show_const, const))}{',' * (len(const) == 1)})"
        case frozenset():
            return f"frozenset({{{', '.join(sorted(show_const(getattr(item, 'value', item)) for item in const))}}})"
        case slice():
            return f"slice({show_const(const.start)}, {show_const(const.stop)}, {show_const(const.step)})"
        case int() if const.bit_length() > 1000:
            # Decimal digits of such a number take long, and beyond 4,300 there is an error instead.
            text = hex(const)
        case _:
            text = repr(const)
    return text if len(text) <= 120 else f"{text[:100]}... ({len(text)} characters)"


def _show_kinds(code):
    """Each variable with its kind, for example `x:local|cell`."""
    names = {
        0x02: "arg-pos",
        0x04: "arg-kw",
        0x08: "arg-var",
        0x10: "hidden",
        0x20: "local",
        0x40: "cell",
        0x80: "free",
    }
    return " ".join(
        f"{name}:{'|'.join(text for bit, text in names.items() if kind & bit)}"
        for name, kind in itertools.zip_longest(code.co_localsplusnames, code.co_localspluskinds, fillvalue=0)
    )


def _show_flags(flags):
    names = dis.COMPILER_FLAG_NAMES | {0x4000000: "HAS_DOCSTRING", 0x8000000: "METHOD"}
    return f"{flags:#x} " + " ".join(name for bit, name in names.items() if flags & bit)


def describe(code):
    """All fields of a code object and of those nested in it, as data for JSON."""
    result = {}
    for name in FIELDS:
        value = getattr(code, name)
        if name == "co_consts":
            value = [
                describe(const) if isinstance(const, Code) else f"{type(const).__name__}: {show_const(const)}"
                for const in value
            ]
        elif name == "co_code":
            value = [
                f"{offset} {show_instruction(code, opcode, arg, offset)}" for offset, opcode, arg in instructions(code)
            ]
        elif name == "co_linetable":
            value = [f"{length}: {' '.join(map(str, position))}" for length, position in line_entries(code)]
        elif name == "co_exceptiontable":
            value = [
                f"{start}-{end} to {target} depth {depth}{' lasti' * lasti}"
                for start, end, target, depth, lasti in exception_entries(value)
            ]
        elif name == "co_localspluskinds":
            value = _show_kinds(code)
        result[name] = value
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("ours", type=Path)
    parser.add_argument("theirs", type=Path, nargs="?")
    parser.add_argument("--describe", action="store_true", help="print all fields of one file")
    options = parser.parse_args()
    if options.describe:
        print(json.dumps(describe(read_pyc(options.ours).code), indent=1))
        return 0
    if options.theirs is None:
        parser.error("two files are needed to compare")
    differences = compare(read_pyc(options.ours).code, read_pyc(options.theirs).code)
    for difference in differences:
        print(explain(difference))
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
