"""Stock to text."""

import contextlib
import io

from .model import Item, Stock, Unit

HEADINGS = ("name", "amount", "unit")


@contextlib.contextmanager
def ruled(out, width: int, *, mark: str = "-"):
    print(mark * width, file=out)
    try:
        yield
    finally:
        print(mark * width, file=out)


def row(item: Item) -> str:
    amount = f"{item.amount:>10.2f}" if item.unit is not Unit.PIECE else f"{int(item.amount):>10}"
    return f"{item.name:<20}{amount} {item.unit.value}"


def render(stock: Stock[Item]) -> str:
    out = io.StringIO()
    print("%-20s%10s %s" % HEADINGS, file=out)
    with ruled(out, 34):
        for item in stock:
            print(row(item), file=out)
    total = sum(item.amount for item in stock if item.unit is Unit.PIECE)
    print(f"{total = :g}", file=out)
    return out.getvalue()
