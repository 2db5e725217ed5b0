"""Prints CinderX's typed opcodes as JSON, for the test of the opcode table.

A row: number, inline caches, and what the instruction takes and gives for some operands: [values, taken, given]. Where the
operand is a constant, `values` is what the constant says of the number of arguments.
"""

import json
import sys

from cinderx import opcode
from cinderx.compiler import opcodes, pyassem

numbers, caches = {}, {}


def collect(*_, **__):
    names = [None] * 256
    opcode.init(names, numbers, [], [], [], [], [], {}, {}, caches)


collect()
# Written by the interpreter only, or by nobody.
INTERNAL = ("_CACHED", "LOAD_OBJ_FIELD", "LOAD_PRIMITIVE_FIELD", "STORE_OBJ_FIELD", "STORE_PRIMITIVE_FIELD")
NATIVE = {"INVOKE_NATIVE"}


def operand(name, values):
    if name in NATIVE:
        return (("lib", "symbol"), (None,) * (values + 1))
    if name in ("INVOKE_FUNCTION", "INVOKE_METHOD", "BUILD_CHECKED_LIST", "BUILD_CHECKED_MAP"):
        return (None, values)
    return values


def use(name, values):
    static = opcodes.opcode
    return [values, static.get_num_popped(name, operand(name, values)), static.get_num_pushed(name, operand(name, values))]


rows = {}
for name, number in numbers.items():
    if name.endswith(INTERNAL):
        continue
    rows[name] = {
        "number": number,
        "caches": caches.get(name, 0),
        "effects": [use(name, values) for values in ((2, 3) if name == "LOAD_MAPPING_ARG" else (0, 1, 2, 5))],
    }
json.dump(rows, sys.stdout)
