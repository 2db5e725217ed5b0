"""Writes `src/modules.rs`: the names of the standard library's modules and of the builtins.

    python3.14 stdlib-stubs/tools/modules.py > stdlib-stubs/src/modules.rs

Taken from the running interpreter (3.14.8): `sys.stdlib_module_names` and `dir(builtins)`.
"""

import builtins
import sys


def table(name, doc, values):
    print(f"/// {doc}")
    print(f"pub(crate) const {name}: &[&str] = &[")
    for value in sorted(values):
        print(f'    "{value}",')
    print("];")


print("//! Names of CPython's standard library and builtins, sorted. Written by `tools/modules.py`.")
print()
print(f"/// The interpreter they were taken from.\npub(crate) const SOURCE: &str = \"{sys.version.split()[0]}\";\n")
table("MODULES", "`sys.stdlib_module_names`", sys.stdlib_module_names)
print()
table("BUILTINS", "`dir(builtins)`, without what only the interactive interpreter has",
      [name for name in dir(builtins) if name != "_" and not name.startswith("__") or name in ("__import__", "__build_class__", "__debug__")])
