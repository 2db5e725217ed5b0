"""Items and the stock that holds them."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


class Unit(enum.Enum):
    PIECE = "pc"
    KILOGRAM = "kg"
    LITRE = "l"


class ParseError(ValueError):
    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line}: cannot read {text!r}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Item:
    name: str
    amount: float
    unit: Unit = Unit.PIECE
    tags: frozenset[str] = field(default_factory=frozenset)

    def __add__(self, other: Item) -> Item:
        if (self.name, self.unit) != (other.name, other.unit):
            return NotImplemented
        return Item(self.name, self.amount + other.amount, self.unit, self.tags | other.tags)


class Stock[T: Item]:
    """Items by name; equal names add up."""

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._items: dict[str, T] = {}
        for item in items:
            self.add(item)

    def add(self, item: T) -> None:
        known = self._items.get(item.name)
        self._items[item.name] = item if known is None else known + item

    def __iter__(self) -> Iterator[T]:
        return iter(sorted(self._items.values(), key=lambda item: item.name))

    def tagged(self, *tags: str) -> list[T]:
        wanted = {*tags}
        return [item for item in self if wanted <= item.tags]


def parse(lines: Iterable[str]) -> Stock[Item]:
    """Reads `name amount unit #tag #tag` lines."""
    stock = Stock[Item]()
    for number, line in enumerate(lines, start=1):
        match line.split():
            case [] | ["#", *_]:
                continue
            case [name, amount, unit, *tags] if all(tag.startswith("#") for tag in tags):
                try:
                    stock.add(Item(name, float(amount), Unit(unit), frozenset(tag[1:] for tag in tags)))
                except ValueError as error:
                    raise ParseError(number, line) from error
            case [name, amount]:
                stock.add(Item(name, float(amount)))
            case _:
                raise ParseError(number, line)
    return stock
