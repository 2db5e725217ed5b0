"""Exports the list of traps as files to compile, with what CPython says of each.

    traps.py cpython_3_14_traps.py OUT
        OUT/pct-format.py ...       the sources, as bytes
        OUT/expectations.json       [{"id": "pct-format", "area": "ast", "file": "pct-format.py", "optimize": 0,
                                      "accepted": true, "error": null, "warnings": []}, ...]

A trap is a snippet that a reimplementation of the compiler is likely to get wrong. Whether code objects are equal
is for compare_tree.py to say (`level-N.list` names those to be compiled with `-O N`); this file adds the exact
errors and warnings. Fields are as in errors.py.

Invariant: what is written comes from compiling with the running interpreter, not from the claims in the list.
"""

import argparse
import importlib.util
import json
import re
from pathlib import Path

import errors


def load(path):
    """The entries of a list of traps, which is a Python module with a global TRAPS."""
    spec = importlib.util.spec_from_file_location("traps_list", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.TRAPS


def export(traps, out):
    """Writes the sources, and returns the expectations."""
    out.mkdir(parents=True, exist_ok=True)
    expectations, names = [], set()
    for trap in traps:
        name = re.sub(r"[^A-Za-z0-9_-]", "_", trap["id"])
        assert name not in names, f"two traps would be written to {name}.py"
        names.add(name)
        # The list marks 'the default level' as -1; the oracle runs without -O.
        optimize = max(trap["optimize"], 0)
        content = trap["src"].encode("utf-8", "surrogatepass")
        (out / f"{name}.py").write_bytes(content)
        about = {"id": trap["id"], "area": trap["area"], "file": f"{name}.py", "optimize": optimize}
        expectations.append(about | errors.verdict(content, f"{name}.py", optimize))
    return expectations


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("traps", type=Path, help="the Python file with the list")
    parser.add_argument("out", type=Path, help="the folder to write to")
    options = parser.parse_args()
    expectations = export(load(options.traps), options.out)
    (options.out / "expectations.json").write_text(json.dumps(expectations, indent=1) + "\n", encoding="utf-8")
    for level in 0, 1, 2:
        files = [entry["file"] for entry in expectations if entry["optimize"] == level]
        (options.out / f"level-{level}.list").write_text("".join(f"{name}\n" for name in files), encoding="utf-8")
    refused = sum(not entry["accepted"] for entry in expectations)
    print(f"{len(expectations)} traps: {len(expectations) - refused} accepted, {refused} refused")


if __name__ == "__main__":
    main()
