"""Prints the opcodes of the running interpreter as JSON, for the test of the opcode table.

A row: name, number, inline caches, what the operand means as far as CPython says, and the stack effects for some
operands: [oparg, without jump, with jump, maximum], each a number, or null where the interpreter refuses.
"""

import json
import opcode
import sys

import _opcode

# Enough to see every bit that some operand gives a meaning of its own, and the two bytes of UNPACK_EX.
OPARGS = [0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 88, 255, 256, 257, 1000, 0x0203]


def effect(number, oparg, jump):
    try:
        if number > opcode.HAVE_ARGUMENT:
            return _opcode.stack_effect(number, oparg, jump=jump)
        return _opcode.stack_effect(number, None, jump=jump)
    except ValueError:
        return None


def row(name, number):
    return {
        "name": name,
        "number": number,
        "caches": opcode._inline_cache_entries.get(name, 0),
        "has_arg": _opcode.has_arg(number),
        "has_const": _opcode.has_const(number),
        "has_name": _opcode.has_name(number),
        "has_jump": _opcode.has_jump(number),
        "has_free": _opcode.has_free(number),
        "has_local": _opcode.has_local(number),
        "has_exc": _opcode.has_exc(number),
        "effects": [[oparg, *(effect(number, oparg, jump) for jump in (False, True, None))] for oparg in OPARGS],
    }


json.dump(
    {
        "opcodes": [row(*item) for item in opcode.opmap.items()],
        "have_argument": opcode.HAVE_ARGUMENT,
        "magic": int.from_bytes(__import__("importlib.util").util.MAGIC_NUMBER[:2], "little"),
        "version": list(sys.version_info[:3]),
    },
    sys.stdout,
)
