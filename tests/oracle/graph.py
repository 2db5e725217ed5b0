"""Compares the graph passes and the assembler with CPython's, fed with CPython's own instruction sequences.

    graph.py target/debug/examples/optimize_sequence lib/*.py
        units 5000: equal 4990, different 10

CPython's code generation (`_testinternalcapi.compiler_codegen`) gives the sequence of each code unit; pyclast's
passes run on it (`cargo build -p pyclast-codegen --example optimize_sequence`), and code, line table, exception
table and stack size are compared with the finished code object. Constants of nested units are not to be had at
that stage: they are taken from the literals in the source, from the finished code or else stand for themselves, so
a few units with folded constants may differ for that reason alone. Modules with annotations are left out: their
second sequence is not to be had.
"""

import ast
import collections
import difflib
import dis
import json
import os
import re
import struct
import subprocess
import sys
import types
import warnings
from pathlib import Path

import stages

LOAD_CONST, LOAD_SMALL_INT, IMPORT_NAME = (dis.opmap[name] for name in ("LOAD_CONST", "LOAD_SMALL_INT", "IMPORT_NAME"))
PLACEHOLDER = 256
FIELDS = ("code", "linetable", "exceptiontable", "stacksize")


def encode(value, unique=iter(range(10**9))):
    match value:
        case None:
            return ["none"]
        case bool():
            return ["bool", value]
        case int():
            return ["int", str(value)]
        case float():
            return ["float", bits(value)]
        case complex():
            return ["complex", bits(value.real), bits(value.imag)]
        case str():
            return ["str", value.encode("utf-8", "surrogatepass").hex()]
        case bytes():
            return ["bytes", value.hex()]
        case tuple():
            return ["tuple", [encode(item) for item in value]]
        case slice():
            return ["slice", [encode(item) for item in (value.start, value.stop, value.step)]]
        case types.EllipsisType():
            return ["ellipsis"]
    return ["unique", str(next(unique))]


def bits(value):
    return str(struct.unpack("<Q", struct.pack("<d", value))[0])


def by_location(code):
    """What the finished code loads, by location, if that is one thing."""
    found = {}
    for instruction in dis.get_instructions(code):
        if instruction.opcode in (LOAD_CONST, LOAD_SMALL_INT):
            found.setdefault(tuple(instruction.positions), []).append(instruction.argval)
    return found


def guess_constants(instructions, code, literals):
    """The constants of a nested unit, as far as they can be known."""
    loaded = by_location(code)
    imports = {tuple(location) for op, _, *location in instructions if op == IMPORT_NAME}
    loads = {}
    count = int(len(code.co_consts) > 0)
    for op, arg, *location in instructions:
        if op == LOAD_CONST:
            loads.setdefault(tuple(location), []).append(arg)
            count = max(count, arg + 1)
    # Each place that loads a constant has an opinion on what it is; most are right.
    opinions = [collections.Counter() for _ in range(count)]
    if code.co_consts:
        opinions[0][json.dumps(encode(code.co_consts[0]))] += 1
    for location, args in loads.items():
        values = loaded.get(location, [])
        for number, arg in enumerate(args):
            weight, opinion = 1, ["none"]
            if location in literals:
                weight, opinion = 3, encode(literals[location])
            elif location[0] < 0:
                weight = 2
            elif len(values) == len(args):
                weight, opinion = 2, encode(values[number])
            elif location in imports and number == 0:
                opinion = encode(next((value for value in values if type(value) is int), None))
            elif location == (code.co_firstlineno, code.co_firstlineno, 0, 0) and number == 1:
                opinion = encode(code.co_firstlineno)
            elif None not in values:
                continue
            opinions[arg][json.dumps(opinion)] += weight
    return [
        json.loads(opinion.most_common(1)[0][0]) if opinion else ["unique", f"unknown {index}"]
        for index, opinion in enumerate(opinions)
    ]


def units(path):
    content = path.read_bytes()
    warnings.simplefilter("ignore")
    tree = ast.parse(content, str(path))
    code = compile(content, str(path), "exec", dont_inherit=True)
    literals = stages._literals(tree)
    sequence, metadata = stages._generate(tree, str(path), 0)
    for number, (owner, qualname, instructions) in enumerate(stages._units(sequence, code)):
        if owner is None:
            continue
        if any(op == PLACEHOLDER for op, *_ in instructions) and "__annotate__" in owner.co_names:
            continue
        constants = [encode(c) for c in metadata["consts"]] if number == 0 else guess_constants(instructions, owner, literals)
        flags = owner.co_flags
        is_function = flags & 2
        yield owner, {
            "instructions": instructions,
            "constants": constants,
            "varnames": owner.co_varnames,
            "cellvars": sorted(owner.co_cellvars) if is_function else owner.co_cellvars,
            "freevars": owner.co_freevars,
            "nparams": owner.co_argcount + owner.co_kwonlyargcount + bool(flags & 4) + bool(flags & 8),
            "flags": flags,
            "firstlineno": owner.co_firstlineno,
        }


def compare(tool, path, verbose):
    """Number of equal and of different units of a file."""
    found = list(units(path))
    lines = "\n".join(json.dumps(unit) for _, unit in found)
    result = subprocess.run([tool], input=lines, capture_output=True, text=True)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    if len(answers) != len(found):
        print(path, "failed after", len(answers), "units:", found[len(answers)][0].co_qualname, result.stderr[-600:])
    equal = 0
    for (code, unit), answer in zip(found, answers):
        wanted = {
            "code": code.co_code.hex(),
            "linetable": code.co_linetable.hex(),
            "exceptiontable": code.co_exceptiontable.hex(),
            "stacksize": code.co_stacksize,
        }
        wrong = [field for field in FIELDS if answer[field] != wanted[field]]
        if not wrong or (code.co_name != "<module>" and masked(code) == masked(ours(code, answer))):
            equal += 1
            continue
        print(path, code.co_qualname, code.co_firstlineno, *wrong)
        if verbose:
            show(code, answer)
    return equal, len(found) - equal


def ours(code, answer):
    """What pyclast made, as a code object."""
    return code.replace(
        co_code=bytes.fromhex(answer["code"]),
        co_linetable=bytes.fromhex(answer["linetable"]),
        co_exceptiontable=bytes.fromhex(answer["exceptiontable"]),
        co_stacksize=answer["stacksize"],
        co_consts=tuple(answer["constants"]) + ("?",) * 999,
    )


def masked(code):
    """A listing that does not say which constant is loaded: nested units are fed with guesses."""
    return [re.sub(r"LOAD_CONST \d+", "LOAD_CONST", line) for line in listing(code)]


def show(code, answer):
    left, right = listing(code), listing(ours(code, answer))
    print("\n".join(list(difflib.unified_diff(left, right, "cpython", "ours", lineterm="", n=2))[:80]))


def listing(code):
    lines = []
    instructions = dis.Bytecode(code, show_caches=False)
    for i in instructions:
        p = i.positions
        lines.append(f"{i.opname} {'' if i.arg is None or i.jump_target else i.arg} {i.argrepr if i.opcode != LOAD_CONST else ''} @{p.lineno},{p.end_lineno},{p.col_offset},{p.end_col_offset}")
    for entry in instructions.exception_entries:
        lines.append(str(entry))
    return lines + [f"stack {code.co_stacksize}"]


def dump(out, paths):
    """Writes the units of files as the tool reads them."""
    for path in paths:
        if os.fork() == 0:
            try:
                text = "".join(json.dumps(unit) + "\n" for _, unit in units(Path(path)))
                with open(out, "a") as stream:
                    stream.write(text)
            finally:
                os._exit(0)
        os.wait()


def main():
    if sys.argv[1] == "--dump":
        return dump(sys.argv[2], sys.argv[3:])
    verbose = "-v" in sys.argv
    tool, *paths = [argument for argument in sys.argv[1:] if argument != "-v"]
    equal = different = 0
    for path in paths:
        read, write = os.pipe()
        if (child := os.fork()) == 0:
            result = (0, 0)
            try:
                result = compare(tool, Path(path), verbose)
            except (SyntaxError, UnicodeError, ValueError) as error:
                print(path, type(error).__name__, str(error)[:100])
            except Exception:
                import traceback
                traceback.print_exc()
            sys.stdout.flush()
            os.write(write, json.dumps(result).encode())
            os._exit(0)  # see stages._generate
        os.close(write)
        with os.fdopen(read) as stream:
            text = stream.read()
        os.waitpid(child, 0)
        if not text:
            print(path, "crashed")
            continue
        e, d = json.loads(text)
        equal += e
        different += d
    print(f"units {equal + different}: equal {equal}, different {different}")


if __name__ == "__main__":
    main()
