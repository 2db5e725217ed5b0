"""Compares what pyclast and the running CPython make of random programs: code objects, first errors, warnings.

    fuzz.py PYCLAST --count 100000 [--first 1] [-O 2]
        programs 100000: equal 71204, refused by both 28796, different 0

Programs are those of generate.py, or with --mutants FOLDER those that mutate.py makes of the modules there. Of one that both compile every field of every code object is compared, and the
warnings; of one that both refuse the first error's type, message, line and column.

Invariant: the exit status is 0 only if nothing differs. Each difference is printed with its seed.
"""

import argparse
import collections
import marshal
import sys
import tempfile
import types
import warnings
from pathlib import Path

import codecmp
import codeobject
import compare_errors
import generate
import mutate

BATCH = 2000
# `types.CodeType` shows what is marshalled under these names; the kinds of local variables are seen through three of them.
FIELDS = [name for name in codeobject.FIELDS if not name.startswith(("co_localsplus", "co_consts", "co_filename"))] + [
    "co_varnames", "co_cellvars", "co_freevars"]


def equal(ours, theirs):
    """A quick comparison of two real code objects; what it calls different is looked at closely afterwards."""
    return all(getattr(ours, name) == getattr(theirs, name) for name in FIELDS) and len(ours.co_consts) == len(
        theirs.co_consts
    ) and all(map(_equal_const, ours.co_consts, theirs.co_consts))


def _equal_const(x, y):
    if isinstance(x, types.CodeType) and isinstance(y, types.CodeType):
        return equal(x, y)
    # Equal sets may have other representations: then the close look decides.
    return type(x) is type(y) and repr(x) == repr(y)


def expectation(source, path, optimize):
    """What CPython says: a code object or None, an error as `compare_errors` describes it or None, warnings."""
    code = error = None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            code = compile(source, path, "exec", dont_inherit=True, optimize=optimize)
        except SyntaxError as problem:
            error = (problem.msg, problem.lineno, compare_errors.column(problem))
        except (ValueError, MemoryError, RecursionError, OverflowError) as problem:
            error = (str(problem), None, None)
    return code, error, {(str(w.message), w.lineno) for w in caught if w.category is SyntaxWarning}


def in_characters(error, source):
    """The error with its offset counted in characters: CPython's symbol table and code generator count bytes."""
    message, line, offset = error
    text = source.splitlines()[line - 1] if 0 < (line or 0) <= len(source.splitlines()) else b""
    return message, line, offset and len(text[: offset - 1].decode(errors="replace")) + 1


def compare(path, source, found, warned, pyc, optimize):
    """What differs for one program, as text, or None; and what became of it."""
    code, error, expected_warnings = expectation(source, str(path), optimize)
    if error is not None:
        if not found:
            return f"accepted, but CPython says {error}", None
        first = found[0]
        ours = (first["message"], first["line"], first["column"])
        same = ours in (error, in_characters(error, source)) if error[1] is not None else first["message"] == error[0]
        return (None if same else f"error {ours}, CPython's is {error}"), "refused by both"
    if found or not pyc.exists():
        return f"refused with {found and found[0]['message']}", None
    data = pyc.read_bytes()[16:]
    if not equal(marshal.loads(data), code):
        differences = codecmp.compare(codeobject.read_marshal(data), codeobject.from_real(code))
        if differences:
            return "\n".join(map(codecmp.explain, differences[:2])), None
    if warned != expected_warnings:
        return f"warnings {sorted(warned)}, CPython's are {sorted(expected_warnings)}", None
    return None, "equal"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("-O", "--optimize", type=int, choices=(0, 1, 2), default=0)
    parser.add_argument("--mutants", type=Path, metavar="FOLDER", help="mutate the modules of a folder")
    parser.add_argument("--show", type=int, default=20, help="how many differences to print")
    arguments = parser.parse_args()
    sys.stdout.reconfigure(errors="backslashreplace")
    counts = collections.Counter()
    texts = mutate.modules(arguments.mutants) if arguments.mutants else None
    make = generate.program if texts is None else lambda seed: mutate.mutant(seed, texts)
    end = arguments.first + arguments.count
    for start in range(arguments.first, end, BATCH):
        with tempfile.TemporaryDirectory() as folder:
            tree, out = Path(folder, "tree"), Path(folder, "out")
            tree.mkdir()
            sources = {tree / f"{seed}.py": make(seed).encode("utf-8", "surrogatepass") for seed in range(start, min(start + BATCH, end))}
            for path, source in sources.items():
                path.write_bytes(source)
            errors, warned = compare_errors.ours(arguments.program, tree, out, arguments.optimize)
            suffix = f".opt-{arguments.optimize}" if arguments.optimize else ""
            for path, source in sources.items():
                pyc = out / "__pycache__" / f"{path.stem}.cpython-314{suffix}.pyc"
                difference, outcome = compare(path, source, errors.get(str(path)), warned.get(str(path), set()), pyc, arguments.optimize)
                counts["different" if difference else outcome] += 1
                if difference and counts["different"] <= arguments.show:
                    print(f"seed {path.stem}: {difference}", flush=True)
    total = ", ".join(f"{outcome} {counts[outcome]}" for outcome in ("equal", "refused by both", "different"))
    print(f"programs {arguments.count}: {total}")
    sys.exit(bool(counts["different"]))


if __name__ == "__main__":
    main()
