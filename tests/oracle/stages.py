"""Shows what CPython's compiler makes of one source, stage by stage, in a text that stays the same from run to run.

    stages.py -c 'x = y'
        == <module>
           0  RESUME              0                    0:0-1:0
           1  ANNOTATIONS_PLACEHOLDER                  0:0-1:0
           2  LOAD_NAME           0 (y)                1:4-1:5
           ...
    stages.py FILE --final      the finished code: offsets, positions, exception table, and every other field

The default is the stage before the control-flow graph: the instruction sequence of each code unit, pseudo
instructions included, jump targets as instruction indices (`-> 7`). A unit's sequence is followed by those nested
in it. What a name's or a variable's index means is taken from the finished code object and shown in brackets; the
constants of a nested unit are not to be had at this stage, so there a constant shows only where a literal stands at
the very same location (`~1.5`).

Invariant: one line is one instruction: index, name, argument, location `line:column-end line:end column` (`-`: none).
"""

import argparse
import ast
import dis
import gc
import itertools
import os
import sys
import types
import warnings
from pathlib import Path

import codecmp
import codeobject
from _testinternalcapi import compiler_codegen


# ---- before the graph ----------------------------------------------------------------------


def show_sequences(content, filename, optimize, unit):
    """Prints the instruction sequences that code generation makes."""
    tree = ast.parse(content, filename)
    code = compile(content, filename, "exec", dont_inherit=True, optimize=optimize)
    literals = _literals(tree)
    sequence, metadata = _generate(tree, filename, optimize)
    for owner, qualname, instructions in _units(sequence, code):
        if unit in (None, qualname):
            consts = metadata["consts"] if qualname == "<module>" else None
            print(f"== {qualname}")
            for index, instruction in enumerate(instructions):
                print(_line(index, instruction, owner, consts, literals))
            print()


def _generate(tree, filename, optimize):
    """Calls compiler_codegen, which frees one list twice for a module with annotations (seen in 3.14.8).

    The interpreter's store of free lists then ends in a wild pointer: it crashes as soon as that is reached, by new
    lists, by a garbage collection or at exit. So the store is emptied before, filled above the bad place after, the
    collector stays off, and the process must end with os._exit.
    """
    gc.disable()
    spare = [[] for _ in range(200)]
    result = compiler_codegen(tree, filename, optimize)
    spare.clear()
    return result


def _units(sequence, code):
    """Each sequence with its finished code object (None if not found) and its qualified name, outer ones first."""
    todo = [(sequence, code)]
    while todo:
        sequence, code = todo.pop()
        instructions = sequence.get_instructions()
        yield code, code.co_qualname if code else "?", instructions
        candidates = [const for const in code.co_consts if isinstance(const, types.CodeType)] if code else []
        nested = sequence.get_nested()
        todo += reversed([(inner, _owner(inner, candidates)) for inner in nested])


def _owner(sequence, candidates):
    """Which of some code objects a nested sequence became. They say no name, but their RESUME has the first line.

    Of several on one line they come in the same order; a `finally` body is compiled twice, so the last may serve again.
    """
    resume = dis.opmap["RESUME"]
    first_line = next((line for opcode, _, line, *_ in sequence.get_instructions() if opcode == resume), None)
    here = [code for code in candidates if code.co_firstlineno == first_line]
    if len(here) > 1:
        candidates.remove(here[0])
    return here[0] if here else None


def _literals(tree):
    """The value of each literal in the source by its location."""
    return {
        (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset): node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
    }


def _line(index, instruction, code, consts, literals):
    opcode, arg, *location = instruction
    name = dis.opname[opcode] if opcode < len(dis.opname) else "?"
    argument = "" if arg is None else str(arg)
    if arg is not None and (meaning := _meaning(name, opcode, arg, code, consts, literals.get(tuple(location)))):
        argument = meaning if meaning.startswith("->") else f"{arg} ({meaning})"
    return f"{index:4}  {name:24}{argument:25} {_show_location(*location)}".rstrip()


def _meaning(name, opcode, arg, code, consts, literal):
    if opcode in dis.hasjump or name in ("SETUP_FINALLY", "SETUP_CLEANUP", "SETUP_WITH") or "JUMP" in name:
        return f"-> {arg}"
    if opcode in dis.hasconst:
        if consts is not None:
            return codecmp.show_const(consts[arg])
        return f"~{codecmp.show_const(literal)}" if literal is not None else None
    if code is None:
        return None
    if name in ("LOAD_CLOSURE", "MAKE_CELL") or name.endswith("_DEREF"):
        table = code.co_cellvars + code.co_freevars
    elif opcode in dis.haslocal or name == "STORE_FAST_MAYBE_NULL":
        table = code.co_varnames
    elif opcode in dis.hasname:
        # The low bits of these are flags.
        arg >>= {"LOAD_GLOBAL": 1, "LOAD_ATTR": 1, "LOAD_SUPER_ATTR": 2}.get(name, 0)
        table = code.co_names
    elif name == "BINARY_OP":
        return dis._nb_ops[arg][1]
    else:
        return None
    return table[arg] if arg < len(table) else "?"


def _show_location(line, end_line, column, end_column):
    return "-" if line < 0 else f"{line}:{column}-{end_line}:{end_column}"


# ---- finished code ----------------------------------------------------------------------


def show_final(content, filename, optimize, unit):
    """Prints all that the finished code objects hold."""
    todo = [codeobject.from_real(compile(content, filename, "exec", dont_inherit=True, optimize=optimize))]
    while todo:
        code = todo.pop()
        if unit in (None, code.co_qualname):
            print(f"== {code.co_qualname}")
            _show_code(code)
            print()
        todo += reversed(code.nested())


def _show_code(code):
    where = list(codeobject.positions(code))
    for offset, opcode, arg in codeobject.instructions(code):
        text = codecmp.show_instruction(code, opcode, arg, offset)
        line, end_line, column, end_column = where[offset // 2]
        place = "-" if line is None else f"{line}:{column}-{end_line}:{end_column}"
        print(f"{offset:4}  {text:49} {place}")
    fields = codecmp.describe(code)
    for name in codeobject.FIELDS:
        match name:
            case "co_code" | "co_linetable":
                pass
            case "co_consts":
                consts = [
                    f"<code {const['co_qualname']}>" if isinstance(const, dict) else const for const in fields[name]
                ]
                print(f"{name}: {'; '.join(consts)}")
            case "co_names" | "co_localsplusnames":
                print(f"{name}: {' '.join(fields[name])}")
            case "co_exceptiontable":
                print(f"{name}:", *(f"\n    {entry}" for entry in fields[name]), sep="")
            case _:
                print(f"{name}: {fields[name]}")
    runs = itertools.groupby(fields["co_linetable"])
    print(f"line entries (code units: line, end line, column, end column): {'; '.join(entry for entry, _ in runs)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("-c", metavar="CODE", dest="text", help="a program, instead of a file")
    parser.add_argument("-O", "--optimize", type=int, choices=(0, 1, 2), default=0)
    parser.add_argument("--final", action="store_true", help="show the finished code")
    parser.add_argument("--unit", help="show only the code unit with this qualified name")
    options = parser.parse_args()
    if (options.file is None) == (options.text is None):
        parser.error("give either a file or -c CODE")
    content = options.text.encode("utf-8", "surrogateescape") if options.file is None else options.file.read_bytes()
    warnings.simplefilter("ignore")
    sys.stdout.reconfigure(errors="backslashreplace")
    show = show_final if options.final else show_sequences
    status = 0
    try:
        show(content, str(options.file or "<string>"), options.optimize, options.unit)
    except SyntaxError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        status = 1
    sys.stdout.flush()
    os._exit(status)  # see _generate


if __name__ == "__main__":
    main()
