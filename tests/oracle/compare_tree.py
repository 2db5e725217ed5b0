"""Compares the .pyc files of a whole tree with what CPython itself compiles from the same sources.

    pyclast compile lib --out-dir out; compare_tree.py lib --pyc-dir out -j 2
        files 1703: equal 1701, different 1, refused by both 1, ...
        code objects 86969: equal 86968, different 1
        fields that differ: co_linetable 1
        lib/a.py: f (line 3): co_linetable ...

SOURCES are folders (every .py file below), .py files, or lists (any other file: one path a line, relative to
--root, which is the list's own folder if not given). Our file for `PATH/NAME.py` is looked for as compileall names
it, `PATH/__pycache__/NAME.cpython-314.pyc` (`.opt-N` before `.pyc` for -O), then as `PATH/NAME.pyc`; with --pyc-dir
DIR below DIR instead, at the same path relative to the source folder (or to --root).

The file name that is compiled in: by default the one recorded in our file is taken as meant, and only checked to be
the same in all nested code objects. With --filename-prefix P it must be P + the relative path.

Invariant: the exit status is 0 only if every source was looked at and each was either compiled equal or refused by
both. A source that CPython refuses must have no .pyc file; one that it accepts must have one.
"""

import argparse
import collections
import functools
import hashlib
import importlib.util
import itertools
import json
import marshal
import multiprocessing
import os
import struct
import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import codecmp
import codeobject

EQUAL, DIFFERENT, REFUSED = "equal", "different", "refused by both"
OURS_REFUSED, CPYTHON_REFUSED, UNREADABLE = "refused by ours only", "refused by CPython only", "unreadable"
OUTCOMES = (EQUAL, DIFFERENT, REFUSED, OURS_REFUSED, CPYTHON_REFUSED, UNREADABLE)

# The oracle compiles under this name, so that what it made can be kept for a tree that lies elsewhere the next time.
NEUTRAL_FILENAME = "<source>"


@dataclass(frozen=True)
class Source:
    """A file to compare: where it is, and its path relative to the tree's root."""

    path: Path
    relative: Path


@dataclass
class Result:
    """What came out for one source."""

    source: str
    outcome: str
    codes: int = 0
    differing_codes: int = 0
    fields: list = field(default_factory=list)
    details: list = field(default_factory=list)


# ---- the sources ----------------------------------------------------------------------


def collect(arguments, root):
    """All sources that the arguments name, each once, in a stable order."""
    found = {}
    for argument in arguments:
        path = Path(argument)
        if path.is_dir():
            sources = [Source(file, file.relative_to(root or path)) for file in _python_files(path)]
        elif path.suffix == ".py":
            sources = [Source(path, path.relative_to(root or path.parent))]
        else:
            base = root or path.parent
            names = [
                line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
            ]
            sources = [Source(base / name, Path(os.path.relpath(base / name, base))) for name in names]
        for source in sources:
            found.setdefault(source.path, source)
    return list(found.values())


def _python_files(folder):
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            if name.endswith(".py"):
                yield Path(parent, name)


def find_pyc(source, pyc_dir, optimize):
    """Our file for a source, or None."""
    name = source.path.name.removesuffix(".py")
    tagged = f"{name}.{sys.implementation.cache_tag}{f'.opt-{optimize}' if optimize else ''}.pyc"
    folder = source.path.parent if pyc_dir is None else pyc_dir / source.relative.parent
    candidates = [folder / "__pycache__" / tagged, folder / tagged, folder / f"{name}.pyc"]
    return next((candidate for candidate in candidates if candidate.is_file()), None)


# ---- the oracle ----------------------------------------------------------------------


def oracle(content, optimize, cache):
    """What CPython makes of a source: (marshal data, None) or (None, the reason why it refuses)."""
    if cache is None:
        return _compile(content, optimize)
    key = hashlib.sha256(f"{sys.version}\n{optimize}\n".encode() + content).hexdigest()
    place = cache / key[:2] / key[2:]
    try:
        kept = place.read_bytes()
        return (kept[1:], None) if kept[:1] == b"c" else (None, kept[1:].decode("utf-8", "surrogatepass"))
    except OSError:
        pass
    data, refusal = _compile(content, optimize)
    place.parent.mkdir(parents=True, exist_ok=True)
    # Renamed into place, so that another process never reads half a file.
    unfinished = place.with_suffix(f".{os.getpid()}")
    unfinished.write_bytes(b"c" + data if refusal is None else b"e" + refusal.encode("utf-8", "surrogatepass"))
    unfinished.replace(place)
    return data, refusal


def _compile(content, optimize):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return marshal.dumps(compile(content, NEUTRAL_FILENAME, "exec", dont_inherit=True, optimize=optimize)), None
        except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as error:
            # UnicodeError is a ValueError. The other three are limits: a program too large or too deep.
            line = getattr(error, "lineno", None)
            return (
                None,
                f"{type(error).__name__}: {error}"
                if line is None
                else f"{type(error).__name__}: {error.msg} (line {line})",
            )


# ---- one file ----------------------------------------------------------------------


def compare_file(options, source):
    """Compares one source; every way in which that can go wrong is an outcome, never an exception."""
    name = str(source.path)
    try:
        content = source.path.read_bytes()
    except OSError as error:
        return Result(name, UNREADABLE, details=[f"cannot read the source: {error}"])
    data, refusal = oracle(content, options.optimize, options.cache)
    pyc = find_pyc(source, options.pyc_dir, options.optimize)
    if pyc is None:
        if refusal is not None:
            return Result(name, REFUSED)
        return Result(name, OURS_REFUSED, details=["CPython accepts it, but there is no .pyc file of ours"])
    if refusal is not None:
        return Result(name, CPYTHON_REFUSED, details=[f"CPython refuses it ({refusal}), but there is {pyc}"])
    try:
        ours = codeobject.read_pyc(pyc)
        # CPython's own reader must accept it, too: it checks what ours does not.
        marshal.loads(ours.data)
    except (OSError, ValueError, EOFError, TypeError) as error:
        return Result(name, UNREADABLE, details=[f"{pyc}: {error}"])

    theirs = codeobject.read_marshal(data)
    expected = (
        ours.code.co_filename if options.filename_prefix is None else options.filename_prefix + str(source.relative)
    )
    codes = _rename(theirs, expected)
    differences = codecmp.compare(ours.code, theirs)
    fields = [difference.field for difference in differences]
    details = [codecmp.explain(difference) for difference in differences[: options.details]]
    if problem := check_header(ours, source.path, content):
        fields.insert(0, "pyc header")
        details.insert(0, problem)
    changed = len({id(difference.theirs) for difference in differences})
    return Result(name, DIFFERENT if fields else EQUAL, codes, changed, fields, details)


def check_header(pyc, path, content):
    """What is wrong with a .pyc file's header, or None."""
    magic = int.from_bytes(importlib.util.MAGIC_NUMBER[:2], "little")
    if pyc.magic != magic:
        return f"the magic number is {pyc.magic}, not {magic}"
    if pyc.flags == 0:
        stamp = struct.pack("<II", int(path.stat().st_mtime) & 0xFFFFFFFF, len(content) & 0xFFFFFFFF)
    elif pyc.flags in (1, 3):
        stamp = importlib.util.source_hash(content)
    else:
        return f"the flags are {pyc.flags}"
    if pyc.stamp != stamp:
        return f"the header (flags {pyc.flags}) says {pyc.stamp.hex()}, the source {stamp.hex()}: a stale file?"
    return None


def _rename(code, filename):
    """Gives a code object and all nested in it a file name; returns how many they are."""
    count, todo = 0, [code]
    while todo:
        code = todo.pop()
        code.co_filename = filename
        count += 1
        todo += code.nested()
    return count


# ---- the whole tree ----------------------------------------------------------------------


def compare_all(options, sources):
    """The results of all sources, in their order."""
    work = functools.partial(compare_file, options)
    if options.jobs == 1:
        return map(work, sources)
    # fork: the workers need nothing that would have to be set up again.
    pool = multiprocessing.get_context("fork").Pool(options.jobs)
    return pool.imap(work, sources, chunksize=8)


def summary(results):
    """The totals as data for --json; `print_summary` renders the same."""
    return {
        "python": sys.version.split()[0],
        "files": {outcome: sum(result.outcome == outcome for result in results) for outcome in OUTCOMES},
        "codes": sum(result.codes for result in results),
        "differing_codes": sum(result.differing_codes for result in results),
        "fields": dict(
            collections.Counter(itertools.chain.from_iterable(result.fields for result in results)).most_common()
        ),
    }


def print_summary(totals, results, limit):
    files, codes, changed = totals["files"], totals["codes"], totals["differing_codes"]
    print(f"files {sum(files.values())}: " + ", ".join(f"{outcome} {count}" for outcome, count in files.items()))
    print(f"code objects {codes}: equal {codes - changed}, different {changed}")
    if totals["fields"]:
        print("fields that differ: " + ", ".join(f"{name} {count}" for name, count in totals["fields"].items()))
    bad = [result for result in results if result.outcome not in (EQUAL, REFUSED)]
    for result in bad[:limit]:
        print(f"\n{result.source}: {result.outcome}")
        for detail in result.details:
            print("  " + detail.replace("\n", "\n  "))
    if len(bad) > limit:
        print(f"\n... and {len(bad) - limit} files more (--first shows more of them, --json all)")


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sources", nargs="+", help="folders, .py files, or lists of paths")
    parser.add_argument(
        "--root", type=Path, help="what the paths of a list, and those below --pyc-dir, are relative to"
    )
    parser.add_argument("--pyc-dir", type=Path, help="where our .pyc files are (default: beside the sources)")
    parser.add_argument("-O", "--optimize", type=int, choices=(0, 1, 2), default=0)
    parser.add_argument("-j", "--jobs", type=int, default=1)
    parser.add_argument("--cache", type=Path, help="a folder to keep what CPython compiled in")
    parser.add_argument("--filename-prefix", help="co_filename must be this followed by the relative path")
    parser.add_argument("--first", type=int, default=20, help="how many differing files to show (default: 20)")
    parser.add_argument("--details", type=int, default=3, help="how many differences to show of each (default: 3)")
    parser.add_argument("--json", type=Path, help="write the totals and all differences to this file")
    return parser.parse_args()


def main():
    options = parse_options()
    sources = collect(options.sources, options.root)
    if not sources:
        sys.exit("compare_tree.py: error: no sources found")
    # Names and constants may hold lone surrogates.
    sys.stdout.reconfigure(errors="backslashreplace")
    results = list(compare_all(options, sources))
    totals = summary(results)
    print_summary(totals, results, options.first)
    if options.json:
        bad = [vars(result) for result in results if result.outcome not in (EQUAL, REFUSED)]
        options.json.write_text(
            json.dumps(totals | {"results": bad}, indent=1), encoding="utf-8", errors="backslashreplace"
        )
    return 0 if all(result.outcome in (EQUAL, REFUSED) for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
