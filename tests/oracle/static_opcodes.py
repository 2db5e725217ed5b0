"""Compares the typed opcodes of pyclast's code with those of the reference, function by function.

    static_opcodes.py --pyclast target/debug/pyclast               the corpus: a tally by opcode and by file
    static_opcodes.py --pyclast … --only methods.md -v             each function that is worse
    static_opcodes.py --pyclast … a.py b.jsonl                     other programs: modules, or a program a line
    static_opcodes.py --pyclast … --only "a private method" -vv    with what is better, and both listings

A function of ours whose body is in a twin is compared with that body, and by its own flags and trailing constant.

What is said of a function, the worse first:

    MISSING   a typed opcode that the reference has and we do not: what it types stays dynamic in ours
    OPERAND   as many of that opcode, with another operand
    EXTRA     one that only we have
    CONST     another trailing constant (argument checks and return type; imported names of a module)
    FLAGS     other flags of the code object
    ABSENT    a function only the reference has; ADDED one only we have

Differences that are meant are listed in tests/data/static-opcodes.toml with their reasons, and counted apart: any of file,
subject, kind, function, opcode, theirs and ours, as -v prints them, as regular expressions that match the whole.
Exit status 1 if anything MISSING, OPERAND, CONST, FLAGS or ABSENT is left.
"""

import argparse
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import meant
import static_code
from codecmp import show_const

MEANT = static_code.ROOT / "tests/data/static-opcodes.toml"
WORSE = ("MISSING", "OPERAND", "CONST", "FLAGS", "ABSENT")


def compare(ours, theirs):
    """Differences of two modules as (kind, function, opcode, their operand, our operand)."""
    mine, reference = without_twins(static_code.functions(ours)), static_code.functions(theirs)
    for key, code in reference.items():
        name = key[0]
        if key not in mine:
            yield "ABSENT", name, "", len(typed(code)), None
            for opcode, operand in typed(code):
                yield "MISSING", name, opcode, operand, None
            continue
        yield from compare_function(name, *mine[key], code)
    for name, _ in mine.keys() - reference.keys():
        yield "ADDED", name, "", None, None


def without_twins(functions):
    """Each function with the code of its body, which may be a twin of its own: that gives an object, the function unboxes it."""
    twins = {twin: code for code in functions.values() if (twin := twin_called(code))}
    pairs, bodies, seen = [], {}, Counter()
    for (name, _), code in functions.items():
        caller = twins.get(("<boxed", code.co_qualname, code.co_firstlineno))
        if caller is None or caller is code:
            pairs.append((name, code))
        else:
            bodies[id(caller)] = code
    found = {}
    for name, code in pairs:
        found[name, seen[name]] = code, bodies.get(id(code), code)
        seen[name] += 1
    return found


def twin_called(code):
    """The twin that a function calls and nothing else, by its mark, qualified name and line."""
    for opcode, operand in typed(code):
        if opcode == "INVOKE_FUNCTION":
            name = operand.const[0][1]
            if name == f"<boxed {code.co_qualname} {code.co_firstlineno}>":
                return "<boxed", code.co_qualname, code.co_firstlineno
    return None


def typed_body(code, body):
    """The typed opcodes of a function whose body may be in a twin, where primitives are boxed to be returned."""
    if body is code:
        return typed(code)
    found, before = [], None
    for name, operand, is_typed in static_code.operations(body):
        if name == "RETURN_VALUE" and before and before[0] == "PRIMITIVE_BOX":
            found[-1] = ("RETURN_PRIMITIVE", before[1])
        elif is_typed:
            found.append((name, operand))
        before = (name, operand)
    return found


def compare_function(name, ours, body, theirs):
    """Differences of two functions, the body of ours given apart."""
    a, b = Counter(typed_body(ours, body)), Counter(typed(theirs))
    missing, extra = list((b - a).elements()), list((a - b).elements())
    for opcode, operand in missing:
        partner = next((item for item in extra if item[0] == opcode), None)
        if partner is None:
            yield "MISSING", name, opcode, operand, None
        else:
            extra.remove(partner)
            yield "OPERAND", name, opcode, operand, partner[1]
    for opcode, operand in extra:
        yield "EXTRA", name, opcode, None, operand
    if ours.co_flags != theirs.co_flags:
        yield "FLAGS", name, "", hex(theirs.co_flags), hex(ours.co_flags)
    if theirs.co_flags & static_code.STATICALLY_COMPILED:
        x, y = ours.co_consts[-1:], theirs.co_consts[-1:]
        if static_code.Operand(x) != static_code.Operand(y):
            yield "CONST", name, "", *map(show_const, y), *(map(show_const, x) if x else [None])


def typed(code):
    """The typed opcodes of a function with their operands, in order."""
    return [(name, operand) for name, operand, is_typed in static_code.operations(code) if is_typed]


def listing(code):
    """All instructions of a function, for people; the typed ones marked."""
    for name, operand, is_typed in static_code.operations(code):
        if is_typed:
            yield f"* {name} {'' if operand is None else operand}"
        elif name in ("LOAD_CONST", "RETURN_CONST"):
            yield f"  {name} {show_const(code.co_consts[operand])[:60]}"
        elif name.endswith(("_NAME", "_GLOBAL")) and name != "IMPORT_NAME":
            yield f"  {name} {code.co_names[operand >> (name == 'LOAD_GLOBAL')]}"
        elif "FAST" in name and name.count("FAST") == 1:
            yield f"  {name} {code.co_localsplusnames[operand]}"
        else:
            yield f"  {name} {operand}"


def is_meant(entries, file, program, difference):
    """Whether an entry of the list covers a difference."""
    kind, function, opcode, theirs, ours = difference
    where = {"file": file, "subject": program.subject, "function": function}
    return meant.covers(entries, **where, kind=kind, opcode=opcode, theirs=str(theirs), ours=str(ours))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="*", type=Path, default=[static_code.ROOT / "tests/static"])
    parser.add_argument("--pyclast", default=str(static_code.ROOT / "target/debug/pyclast"))
    parser.add_argument("--only", default="", help="programs with this in `file: row: subject`")
    parser.add_argument("--op", default="", help="print only differences of this opcode")
    parser.add_argument("-v", "--verbose", action="count", default=0)
    parser.add_argument("--every", type=int, default=1, help="every n-th program only")
    parser.add_argument("-j", "--jobs", type=int, default=1)
    options = parser.parse_args()
    pyclast = str(Path(options.pyclast).resolve())

    chosen = list(static_code.accepted(options.paths, options.only))[:: options.every]
    programs = [program for _, program in chosen]
    theirs = static_code.reference_codes(programs, options.jobs)
    ours = static_code.our_codes(pyclast, programs, options.jobs)
    entries = meant.load(MEANT)

    by_kind, by_opcode, by_file, total = Counter(), defaultdict(Counter), defaultdict(Counter), Counter()
    failed = Counter()
    for (file, program), mine, reference in zip(chosen, ours, theirs, strict=True):
        tally = by_file[file]
        tally["programs"] += 1
        if "error" in reference:
            print(f"{file}: {program.subject}: the reference: {reference['error']}")
            continue
        if "error" in mine:
            tally["not compiled"] += 1
            failed[re.sub(r"\(\d+\)|offset \d+", "#", " ".join(mine["error"].split("\nstack backtrace")[0].split())[:200])] += 1
            if options.verbose:
                print(f"\n{file}: {program.subject}: NOT COMPILED: {mine['error'][:600]}")
            continue
        clean = True
        for path, data in reference.items():
            a, b = static_code.load(mine[path]), static_code.load(data)
            for code in static_code.functions(b).values():
                total.update(opcode for opcode, _ in typed(code))
            differences = list(compare(a, b))
            left = [item for item in differences if not is_meant(entries, file, program, item)]
            tally["meant"] += len(differences) - len(left)
            shown = set()
            for kind, function, opcode, their, our in left:
                by_kind[kind] += 1
                tally[kind] += 1
                by_opcode[opcode or kind][kind] += 1
                clean = clean and kind not in WORSE
                if options.verbose and (not options.op or options.op == opcode) and (kind in WORSE or options.verbose > 1):
                    place = f"{file}: {program.subject}: {path}: {function}"
                    if place not in shown:
                        shown.add(place)
                        print(f"\n{place}")
                    print(f"    {kind:8}{opcode} {their if their is not None else ''}"
                          + (f"   ours {our}" if our is not None else ""))
            if options.verbose > 1 and shown:
                print("".join(f"\n{path} `{name}` of {side}:\n  " + "\n  ".join(listing(code))
                              for side, code_set in (("ours", a), ("the reference", b))
                              for (name, _), code in static_code.functions(code_set).items()))
        tally["equal or better"] += clean
    report(by_kind, by_opcode, by_file, total, failed)
    return 1 if failed or any(by_kind[kind] for kind in WORSE) else 0


def report(by_kind, by_opcode, by_file, total, failed):
    """Prints the tallies."""
    print(f"\n{'opcode':24}{'theirs':>8}{'missing':>9}{'operand':>9}{'extra':>9}")
    for opcode in sorted(total.keys() | by_opcode.keys(), key=lambda name: -sum(by_opcode[name].values())):
        row = by_opcode[opcode]
        if opcode in total or row["EXTRA"]:
            print(f"{opcode:24}{total[opcode]:8}{row['MISSING']:9}{row['OPERAND']:9}{row['EXTRA']:9}")
    print("\n" + "  ".join(f"{kind} {by_kind[kind]}" for kind in (*WORSE, "EXTRA", "ADDED")))
    print(f"\n{'file':44}{'programs':>9}{'good':>6}{'failed':>7}{'MISSING':>8}{'OPERAND':>8}{'CONST':>6}{'FLAGS':>6}{'EXTRA':>6}")
    sums = Counter()
    for file, row in sorted(by_file.items(), key=lambda item: -sum(item[1][kind] for kind in WORSE)):
        sums.update(row)
        cells = (row["programs"], row["equal or better"], row["not compiled"], row["MISSING"], row["OPERAND"], row["CONST"], row["FLAGS"], row["EXTRA"])
        print(f"{file:44}" + "".join(f"{cell:{width}}" for cell, width in zip(cells, (9, 6, 7, 8, 8, 6, 6, 6))))
    for reason, count in failed.most_common(15):
        print(f"not compiled, {count}: {reason}")
    print(f"{sums['programs']} programs: {sums['equal or better']} equal or better, {sums['not compiled']} not compiled, "
          f"{sums['meant']} differences meant")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        sys.exit(1)
