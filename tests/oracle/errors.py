"""Says of each of many programs whether CPython compiles it, and if not, with which error and where.

    errors.py snippets/            one line of JSON for each .py file below, in sorted order:
        {"file": "00001.py", "accepted": false,
         "error": {"class": "SyntaxError", "message": "invalid syntax", "line": 1, "offset": 3,
                   "end_line": 1, "end_offset": 4},
         "warnings": [{"category": "SyntaxWarning", "message": "...", "line": 1}]}

Arguments are folders and files. Offsets are as in the exception: 1-based, in characters; the end is exclusive.
Other exceptions than SyntaxErrors (MemoryError and RecursionError: too deep; ValueError) have no place.

Invariant: programs are compiled from bytes, like a file, and never run; one line of output for each file.
"""

import argparse
import json
import sys
import warnings
from pathlib import Path


def verdict(content, filename="<snippet>", optimize=0):
    """What CPython says of one program (bytes), as data for JSON."""
    error = None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            compile(content, filename, "exec", dont_inherit=True, optimize=optimize)
        except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as problem:
            error = _describe(problem)
    return {
        "accepted": error is None,
        "error": error,
        "warnings": [
            {"category": warning.category.__name__, "message": str(warning.message), "line": warning.lineno}
            for warning in caught
        ],
    }


def _describe(error):
    if not isinstance(error, SyntaxError):
        return {"class": type(error).__name__, "message": str(error)}
    return {
        "class": type(error).__name__,
        "message": error.msg,
        "line": error.lineno,
        "offset": error.offset,
        "end_line": error.end_lineno,
        "end_offset": error.end_offset,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="+", type=Path, help="folders and .py files")
    parser.add_argument("-O", "--optimize", type=int, choices=(0, 1, 2), default=0)
    parser.add_argument("--filename", help="compile all under this name (default: each under its own)")
    options = parser.parse_args()
    for path in options.paths:
        # The name of a file below a folder is given relative to it, so that the output does not depend on the place.
        for file, name in (
            [(f, f.relative_to(path)) for f in sorted(path.rglob("*.py"))] if path.is_dir() else [(path, path)]
        ):
            answer = verdict(file.read_bytes(), options.filename or str(name), options.optimize)
            sys.stdout.write(json.dumps({"file": str(name), **answer}) + "\n")


if __name__ == "__main__":
    main()
