"""The spectral norm of an infinite matrix, by powers: doubles boxed in lists, with a call in the innermost loop.

`run(rounds)` computes it so often and returns the sum, in millionths.
"""

import __static__
from __static__ import CheckedList, box, crange, double, int64


def entry(i: double, j: double) -> double:
    """An entry of the matrix."""
    return 1.0 / ((i + j) * (i + j + 1.0) * 0.5 + i + 1.0)


def times(v: CheckedList[float], out: CheckedList[float], n: int64) -> None:
    """The matrix times a vector."""
    row: double = 0.0
    for i in crange(n):
        total: double = 0.0
        column: double = 0.0
        for j in crange(n):
            total += entry(row, column) * double(v[j])
            column += 1.0
        out[i] = box(total)
        row += 1.0


def transposed(v: CheckedList[float], out: CheckedList[float], n: int64) -> None:
    """Its transpose times a vector."""
    row: double = 0.0
    for i in crange(n):
        total: double = 0.0
        column: double = 0.0
        for j in crange(n):
            total += entry(column, row) * double(v[j])
            column += 1.0
        out[i] = box(total)
        row += 1.0


def run(rounds: int) -> int:
    """So many norms."""
    total: double = 0.0
    for r in crange(int64(rounds)):
        n: int64 = 40
        u: CheckedList[float] = CheckedList[float]([0.0] * 40)
        v: CheckedList[float] = CheckedList[float]([0.0] * 40)
        t: CheckedList[float] = CheckedList[float]([0.0] * 40)
        for i in crange(n):
            u[i] = 1.0
        for power in crange(int64(4)):
            times(u, t, n)
            transposed(t, v, n)
            times(v, t, n)
            transposed(t, u, n)
        top: double = 0.0
        bottom: double = 0.0
        for k in crange(n):
            top += double(u[k]) * double(v[k])
            bottom += double(v[k]) * double(v[k])
        total += top / bottom
    return int(box(total) * 1000000.0)
