"""Compares pyclast's symbol tables with CPython's.

    cargo build -p pyclast-syntax --example symtable_dump
    python3.14 tests/oracle/symtable_dump.py target/debug/examples/symtable_dump DIR_OR_FILE...

Prints the first differing line of each file and the number of equal files. `--snippets FILE` takes
programs separated by lines of `---` instead. Files that pyclast's parser refuses are counted apart.
"""

import _symtable
import itertools
import pathlib
import subprocess
import sys
import tempfile
import warnings

DEF_FREE_CLASS = 2 << 5


def scope_lines(entry, depth=0):
    symbols = [(name, value & 0xFFF, value >> 12) for name, value in entry.symbols.items()]
    # The module does not preprocess the tree as the compiler does: `__debug__` is a name to it.
    symbols = [symbol for symbol in symbols if symbol[0] != "__debug__"]
    text = ""
    # Names that pass through a scope (or a comprehension that was inlined in it) come in the order of
    # a hash set.
    for passing, run in itertools.groupby(symbols, key=lambda symbol: symbol[1] in (0, DEF_FREE_CLASS)):
        for name, flags, scope in sorted(run) if passing else run:
            text += f" {name}={flags}:{scope}"
    parameters = " ".join(entry.varnames)
    yield f"{' ' * depth}{entry.type} {entry.name} {entry.nested} {entry.lineno} ({parameters}){text}"
    for child in entry.children:
        yield from scope_lines(child, depth + 1)


def expected(source):
    try:
        return list(scope_lines(_symtable.symtable(source, "<oracle>", "exec")))
    except SyntaxError as error:
        place = f"{error.lineno}:{error.offset}-{error.end_lineno}:{error.end_offset}"
        return [f"!! {place} {error.msg}"]
    except (MemoryError, RecursionError, ValueError) as error:
        return [f"!! {type(error).__name__}: {error}"]


def actual(program, paths):
    listing = "".join(f"{path}\n" for path in paths)
    output = subprocess.run([program], input=listing, capture_output=True, text=True, check=True).stdout
    for section in ("\n" + output.rstrip("\n")).split("\n== ")[1:]:
        path, *lines = section.split("\n")
        yield path, lines


def compare(program, paths):
    equal = refused = 0
    differing = []
    for path, lines in actual(program, paths):
        wanted = expected(pathlib.Path(path).read_bytes())
        if lines == wanted:
            equal += 1
        elif lines and lines[0].startswith("??"):
            refused += 1
            if not wanted[0].startswith("!!"):
                print(f"{path}: refused by the parser, CPython accepts it")
        else:
            differing.append(path)
            pairs = itertools.zip_longest(wanted, lines, fillvalue="(nothing)")
            first = next(pair for pair in pairs if pair[0] != pair[1])
            print(f"{path}\n  CPython: {first[0]}\n  pyclast: {first[1]}")
    print(f"{equal} equal, {len(differing)} different, {refused} refused by the parser")
    return not differing


def main():
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(100_000)
    program, *arguments = sys.argv[1:]
    if arguments[0] == "--snippets":
        with tempfile.TemporaryDirectory() as directory:
            paths = []
            snippets = pathlib.Path(arguments[1]).read_text().split("\n---\n")
            for number, snippet in enumerate(snippets):
                path = pathlib.Path(directory, f"{number}.py")
                path.write_text(snippet)
                paths.append(path)
            return compare(program, paths)
    paths = []
    for argument in map(pathlib.Path, arguments):
        paths += sorted(filter(pathlib.Path.is_file, argument.rglob("*.py"))) if argument.is_dir() else [argument]
    return compare(program, paths)


if __name__ == "__main__":
    sys.exit(not main())
