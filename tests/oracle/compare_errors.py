"""Compares pyclast's verdicts on snippets with CPython's.

    compare_errors.py PYCLAST SNIPPETS [--show N]

SNIPPETS is a folder of `.py` files. Each is compiled by the running interpreter, as `py_compile` does it (from
bytes), and all of them by `PYCLAST compile --error-format json`. What is compared is the first error (or that there
is none), its message, line and column, and the warnings of what compiles.

    verdicts       13956 of 13956 equal (3120 refused)
    messages       3050 of 3120 equal
    lines          3115 of 3120 equal
    columns        3001 of 3120 equal
    warnings       812 of 812 equal

The last line is those numbers as JSON. The exit code is 1 if a verdict differs.
"""

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path


ANYWHERE = "anywhere"  # the place of an error that has none


def column(error):
    """Where an error is; some of CPython's are one before the first column."""
    return error.offset and max(error.offset, 0) if not error.lineno or error.offset is None else max(error.offset, 1)


def theirs(path):
    """CPython's error, or None, and its warnings."""
    source = path.read_bytes()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            compile(source, str(path), "exec", dont_inherit=True, optimize=0)
            error = None
        except SyntaxError as caught_error:
            error = (type(caught_error).__name__, caught_error.msg, caught_error.lineno, column(caught_error))
        except (ValueError, MemoryError, RecursionError, OverflowError) as caught_error:
            error = (type(caught_error).__name__, str(caught_error), ANYWHERE, ANYWHERE)
    found = {(str(w.message), w.lineno) for w in caught if w.category is SyntaxWarning}
    return error, found


def ours(program, folder, out, optimize=0):
    """By path: the errors in the order they are given, and the warnings. Artifacts are written below `out`."""
    command = [program, "compile", "-q", "-f", "-o", str(optimize), "--error-format", "json", "--out-dir", out, folder]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "RUST_BACKTRACE": "0"})
    errors, warned = collections.defaultdict(list), collections.defaultdict(set)
    for line in done.stdout.splitlines():
        found = json.loads(line)
        if found["severity"] == "warning":
            warned[found["path"]].add((found["message"], found["line"]))
        else:
            errors[found["path"]].append(found)
    return errors, warned


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("program")
    parser.add_argument("snippets", type=Path)
    parser.add_argument("--show", type=int, default=20, help="how many differences of each kind to print")
    arguments = parser.parse_args()
    paths = sorted(arguments.snippets.glob("*.py"))
    with tempfile.TemporaryDirectory() as out:
        errors, warned = ours(arguments.program, arguments.snippets, out)
    counts = collections.Counter()
    differences = collections.defaultdict(list)
    for path in paths:
        error, expected_warnings = theirs(path)
        found = errors.get(str(path))
        counts["files"] += 1
        if (error is None) != (not found):
            differences["verdicts"].append((path, error, found and found[0]["message"]))
            continue
        counts["verdicts"] += 1
        if error is None:
            counts["accepted"] += 1
            actual = warned.get(str(path), set())
            counts["warnings"] += actual == expected_warnings
            if actual != expected_warnings:
                differences["warnings"].append((path, sorted(expected_warnings - actual), sorted(actual - expected_warnings)))
            continue
        counts["refused"] += 1
        _, message, line, column = error
        first = found[0]
        for kind, expected, actual in [("messages", message, first["message"]), ("lines", line, first["line"]),
                                       ("columns", column, first["column"])]:
            equal = expected is ANYWHERE or expected == actual
            counts[kind] += equal
            if not equal:
                differences[kind].append((path, error, (first["message"], first["line"], first["column"])))
    for kind, total in [("verdicts", "files"), ("messages", "refused"), ("lines", "refused"), ("columns", "refused"),
                        ("warnings", "accepted")]:
        print(f"{kind:<12}{counts[kind]} of {counts[total]} equal")
        for difference in differences[kind][:arguments.show]:
            print("   ", *difference, sep="\n        ")
    print(json.dumps({kind: counts[kind] for kind in sorted(counts)}))
    sys.exit(bool(differences["verdicts"]))


if __name__ == "__main__":
    main()
