"""A reader and a writer of JSON with a tree of classes: strings, virtual methods, checked collections.

`run(rounds)` reads a text so often, writes it again and returns a sum of lengths.
"""

import __static__
from __static__ import CheckedDict, CheckedList, box, int64
from typing import Final, Optional, final

SOURCE: Final[str] = (
    '{"a": [1, 2, 3, {"b": "text", "c": [10, 20, 30]}], "name": "value", "n": 12345,'
    ' "deep": [[[[1]]], {"x": {"y": {"z": 1}}}]}'
)


class Value:
    """Anything in a document."""

    def text(self) -> str:
        """As JSON."""
        return ""

    def weight(self) -> int64:
        """How many values it is."""
        return 1


@final
class Number(Value):
    """A whole number."""

    def __init__(self, value: int) -> None:
        self.value: int = value

    def text(self) -> str:
        return str(self.value)


@final
class Text(Value):
    """A string."""

    def __init__(self, value: str) -> None:
        self.value: str = value

    def text(self) -> str:
        return '"' + self.value + '"'


@final
class Items(Value):
    """An array."""

    def __init__(self) -> None:
        self.items: CheckedList[Value] = CheckedList[Value]([])

    def text(self) -> str:
        parts: list = []
        for item in self.items:
            parts.append(item.text())
        return "[" + ", ".join(parts) + "]"

    def weight(self) -> int64:
        total: int64 = 1
        for item in self.items:
            total += item.weight()
        return total


@final
class Fields(Value):
    """An object."""

    def __init__(self) -> None:
        self.fields: CheckedDict[str, Value] = CheckedDict[str, Value]({})

    def text(self) -> str:
        parts: list = []
        for key, value in self.fields.items():
            parts.append('"' + key + '": ' + value.text())
        return "{" + ", ".join(parts) + "}"

    def get(self, key: str) -> Optional[Value]:
        """The value of a key."""
        if key in self.fields:
            return self.fields[key]
        return None

    def weight(self) -> int64:
        total: int64 = 1
        for key in self.fields:
            total += self.fields[key].weight()
        return total


class Reader:
    """A place in a text."""

    def __init__(self, source: str) -> None:
        self.source: str = source
        self.place: int = 0

    def blank(self) -> None:
        """Skips spaces."""
        while self.place < len(self.source) and self.source[self.place] == " ":
            self.place += 1

    def peek(self) -> str:
        """The next character."""
        return self.source[self.place]

    def read(self) -> Value:
        """The value that starts here."""
        self.blank()
        c = self.peek()
        if c == "{":
            return self.fields()
        if c == "[":
            return self.items()
        if c == '"':
            return Text(self.string())
        return self.number()

    def string(self) -> str:
        """A string without escapes."""
        self.place += 1
        start = self.place
        while self.peek() != '"':
            self.place += 1
        self.place += 1
        return self.source[start : self.place - 1]

    def number(self) -> Value:
        """Digits."""
        n = 0
        while self.peek().isdigit():
            n = n * 10 + (ord(self.peek()) - 48)
            self.place += 1
        return Number(n)

    def items(self) -> Value:
        """An array."""
        result = Items()
        self.place += 1
        self.blank()
        while self.peek() != "]":
            result.items.append(self.read())
            self.blank()
            if self.peek() == ",":
                self.place += 1
            self.blank()
        self.place += 1
        return result

    def fields(self) -> Value:
        """An object."""
        result = Fields()
        self.place += 1
        self.blank()
        while self.peek() != "}":
            key = self.string()
            self.blank()
            self.place += 1
            result.fields[key] = self.read()
            self.blank()
            if self.peek() == ",":
                self.place += 1
            self.blank()
        self.place += 1
        return result


def run(rounds: int) -> int:
    """So many times twenty documents."""
    total = 0
    for i in range(rounds * 20):
        value = Reader(SOURCE).read()
        total += len(value.text())
        weight: int64 = value.weight()
        total += box(weight)
        if isinstance(value, Fields):
            name = value.get("name")
            if name is not None:
                total += len(name.text())
    return total
