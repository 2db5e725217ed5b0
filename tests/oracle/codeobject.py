"""A code object of CPython 3.14 as plain data, read from marshal data, with decoders for its packed fields.

    code = read_pyc("m.cpython-314.pyc").code
    code.co_names                       # ('print',)
    list(instructions(code))            # [(0, 128, 0), (2, 93, 0), ...]     offset, opcode, argument
    list(positions(code))               # [(0, 1, 0, 0), (1, 1, 0, 5), ...]  for each code unit

Read with a reader of our own, because Python code cannot see every field (`co_localspluskinds` is nowhere an
attribute) and because damaged data should be reported and not crash the interpreter.

Invariant: for the data of any real code object every field is as the interpreter has it, and the decoders agree
with `dis`; for any other data there is a MarshalError, or decoders that yield less.
"""

import dis
import marshal
import math
import struct
import sys
import types
from dataclasses import dataclass, field, fields
from pathlib import Path

FLAG_REF = 0x80
PYC_HEADER_SIZE = 16

# Marshal data may nest 2,000 levels deep, each some calls of the reader.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 20_000))


# ---- reading ----------------------------------------------------------------------


class MarshalError(ValueError):
    """The data is not what a code object of CPython 3.14 looks like."""


@dataclass(slots=True, eq=False)
class Code:
    """One code object. The names are those of `types.CodeType`, in the order in which marshal stores them."""

    co_argcount: int
    co_posonlyargcount: int
    co_kwonlyargcount: int
    co_stacksize: int
    co_flags: int
    co_code: bytes
    co_consts: tuple
    co_names: tuple
    co_localsplusnames: tuple
    co_localspluskinds: bytes
    co_filename: str
    co_name: str
    co_qualname: str
    co_firstlineno: int
    co_linetable: bytes
    co_exceptiontable: bytes

    def nested(self):
        """The code objects among the constants."""
        return [const for const in self.co_consts if isinstance(const, Code)]


FIELDS = tuple(field.name for field in fields(Code))


def read_marshal(data):
    """The code object in marshal data; MarshalError if there is anything else, anything more or anything less."""
    reader = _Reader(bytes(data))
    try:
        code = reader.value()
    except (IndexError, struct.error, UnicodeDecodeError, TypeError) as error:
        raise MarshalError(f"bad data near byte {reader.position}: {error}") from error
    if not isinstance(code, Code):
        raise MarshalError(f"a {type(code).__name__} instead of a code object")
    if reader.position != len(reader.data):
        raise MarshalError(f"{len(reader.data) - reader.position} bytes too many at the end")
    return code


class _Reader:
    """Reads marshal version 5. A container takes its number among the references before its items do."""

    def __init__(self, data):
        self.data = data
        self.position = 0
        self.refs = []

    def value(self):
        tag = self.data[self.position]
        self.position += 1
        kind = chr(tag & ~FLAG_REF)
        if kind == "r":
            value = self.refs[self.int32()]
            if value is _Unfinished:
                raise MarshalError(f"a value that contains itself, near byte {self.position}")
            return value
        read = _READERS.get(kind)
        if read is None:
            raise MarshalError(f"unknown type code {kind!r} at byte {self.position - 1}")
        if not tag & FLAG_REF:
            return read(self)
        index = len(self.refs)
        self.refs.append(_Unfinished)
        value = self.refs[index] = read(self)
        return value

    def take(self, size):
        start = self.position
        self.position = start + size
        if size < 0 or self.position > len(self.data):
            raise MarshalError(f"{size} bytes wanted at byte {start}, {len(self.data) - start} left")
        return self.data[start : self.position]

    def int32(self):
        (value,) = _INT32.unpack_from(self.data, self.position)
        self.position += 4
        return value

    def long(self):
        """An int beyond 32 bits: the signed number of its digits, each of 15 bits, the lowest first."""
        size = self.int32()
        digits = struct.unpack(f"<{abs(size)}H", self.take(2 * abs(size)))
        if any(digit >= 1 << 15 for digit in digits) or (digits and digits[-1] == 0):
            raise MarshalError(f"malformed long near byte {self.position}")
        value = sum(digit << (15 * place) for place, digit in enumerate(digits))
        return -value if size < 0 else value

    def complex(self):
        return complex(*_TWO_DOUBLES.unpack(self.take(16)))

    def code(self):
        head = [self.int32() for _ in range(5)]
        body = [self.value() for _ in range(8)]
        firstlineno = self.int32()
        code = Code(*head, *body, firstlineno, self.value(), self.value())
        for name, kind in _FIELD_TYPES.items():
            if type(getattr(code, name)) is not kind:
                raise MarshalError(f"{name} is a {type(getattr(code, name)).__name__}, not a {kind.__name__}")
        return code

    def items(self, size):
        return tuple([self.value() for _ in range(size)])


class _Unfinished:
    """Stands among the references for a container that is still being read."""


_INT32 = struct.Struct("<i")
_TWO_DOUBLES = struct.Struct("<dd")
_FIELD_TYPES = {
    "co_code": bytes, "co_consts": tuple, "co_names": tuple, "co_localsplusnames": tuple, "co_localspluskinds": bytes,
    "co_filename": str, "co_name": str, "co_qualname": str, "co_linetable": bytes, "co_exceptiontable": bytes,
}  # fmt: skip
_READERS = {
    "N": lambda r: None,
    "T": lambda r: True,
    "F": lambda r: False,
    ".": lambda r: ...,
    "S": lambda r: StopIteration,
    "i": _Reader.int32,
    "l": _Reader.long,
    "g": lambda r: struct.unpack("<d", r.take(8))[0],
    "y": _Reader.complex,
    "s": lambda r: r.take(r.int32()),
    "t": lambda r: r.take(r.int32()).decode("utf-8", "surrogatepass"),
    "u": lambda r: r.take(r.int32()).decode("utf-8", "surrogatepass"),
    "a": lambda r: r.take(r.int32()).decode("ascii"),
    "A": lambda r: r.take(r.int32()).decode("ascii"),
    "z": lambda r: r.take(r.take(1)[0]).decode("ascii"),
    "Z": lambda r: r.take(r.take(1)[0]).decode("ascii"),
    "(": lambda r: r.items(r.int32()),
    ")": lambda r: r.items(r.take(1)[0]),
    "<": lambda r: frozenset(map(_Exact, r.items(r.int32()))),
    ">": lambda r: frozenset(map(_Exact, r.items(r.int32()))),
    ":": lambda r: slice(r.value(), r.value(), r.value()),
    "c": _Reader.code,
}


@dataclass(slots=True)
class Pyc:
    """A .pyc file: its header's fields, the marshal data behind it, and the code object in that."""

    magic: int
    flags: int
    stamp: bytes
    data: bytes
    code: Code = field(repr=False)


def read_pyc(path):
    """Reads a .pyc file; MarshalError if it is none."""
    content = Path(path).read_bytes()
    if len(content) < PYC_HEADER_SIZE or content[2:4] != b"\r\n":
        raise MarshalError("not a .pyc file")
    magic, flags = struct.unpack_from("<H2xI", content)
    data = content[PYC_HEADER_SIZE:]
    return Pyc(magic, flags, content[8:PYC_HEADER_SIZE], data, read_marshal(data))


# ---- constants ----------------------------------------------------------------------


class _Exact:
    """An item of a frozenset, equal to another only if type and value are the same: {1, 1.0} would be one item else."""

    __slots__ = ("key", "value")

    def __init__(self, value):
        self.value = value
        self.key = const_key(value)

    def __eq__(self, other):
        return self.key == other.key

    def __hash__(self):
        return hash(self.key)


def const_key(const):
    """Something hashable that is equal for two constants if and only if they are the same constant.

    A nested code object counts by its name here: `compare` goes into those itself.
    """
    kind = type(const)
    if kind is float:
        return (kind, _float_key(const))
    if kind is complex:
        return (kind, _float_key(const.real), _float_key(const.imag))
    if kind is tuple:
        return (kind, *map(const_key, const))
    if kind is frozenset:
        return (kind, frozenset(item.key for item in const))
    if kind is slice:
        return (kind, const_key(const.start), const_key(const.stop), const_key(const.step))
    if kind is Code:
        return (kind, const.co_name)
    return (kind, const)


def _float_key(value):
    return "nan" if math.isnan(value) else struct.pack("<d", value)


# ---- decoding


def from_real(code):
    """The record of a code object of the running interpreter."""
    assert isinstance(code, types.CodeType)
    return read_marshal(marshal.dumps(code))


def instructions(code):
    """The instructions of a code object as (offset, opcode, arg): prefixes are folded in, caches left out."""
    arg = 0
    start = offset = 0
    while offset + 1 < len(code.co_code):
        opcode, low = code.co_code[offset], code.co_code[offset + 1]
        arg = arg << 8 | low
        offset += 2
        if opcode == dis.EXTENDED_ARG:
            continue
        yield start, opcode, arg
        offset += 2 * CACHES.get(opcode, 0)
        start, arg = offset, 0


CACHES = {dis.opmap[name]: size for name, size in dis._inline_cache_entries.items() if name in dis.opmap}


def positions(code):
    """(line, end line, column, end column) for each code unit, as `co_positions` has them."""
    for length, position in line_entries(code):
        for _ in range(length):
            yield position


def line_entries(code):
    """The location table's entries as (code units, position)."""
    data = iter(code.co_linetable)
    line = code.co_firstlineno

    def varint():
        byte = next(data)
        value, shift = byte & 63, 0
        while byte & 64:
            byte = next(data)
            shift += 6
            value |= (byte & 63) << shift
        return value

    def signed():
        value = varint()
        return -(value >> 1) if value & 1 else value >> 1

    try:
        for head in data:
            kind, length = head >> 3 & 15, (head & 7) + 1
            match kind:
                case 15:
                    position = (None, None, None, None)
                case 14:
                    line += signed()
                    end_line = line + varint()
                    column, end_column = varint() - 1, varint() - 1
                    position = (line, end_line, *(None if c < 0 else c for c in (column, end_column)))
                case 13:
                    line += signed()
                    position = (line, line, None, None)
                case 10 | 11 | 12:
                    line += kind - 10
                    position = (line, line, next(data), next(data))
                case _:
                    second = next(data)
                    column = kind << 3 | second >> 4 & 7
                    position = (line, line, column, column + (second & 15))
            yield length, position
    except StopIteration:
        yield 0, ("the table ends inside an entry",)


def exception_entries(table):
    """The exception table's entries as (start, end, target, depth, lasti), offsets in bytes."""
    data = iter(table)

    def varint():
        byte = next(data)
        value = byte & 63
        while byte & 64:
            byte = next(data)
            value = value << 6 | byte & 63
        return value

    entries = []
    try:
        while True:
            start, size, target, depth = varint(), varint(), varint(), varint()
            entries.append((2 * start, 2 * (start + size), 2 * target, depth >> 1, bool(depth & 1)))
    except StopIteration:
        return entries
