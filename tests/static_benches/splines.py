"""Points on a curve through chosen at random, as in the game of chaos: many small vectors.

`run(rounds)` plays so often and returns a sum of distances.
"""

import __static__
from __static__ import CheckedList, box, crange, double, int64
from typing import final


@final
class Vector:
    """A point of the plane; never changed."""

    def __init__(self, x: double, y: double) -> None:
        self.x: double = x
        self.y: double = y

    def add(self, other: "Vector") -> "Vector":
        """The sum."""
        return Vector(self.x + other.x, self.y + other.y)

    def sub(self, other: "Vector") -> "Vector":
        """The difference."""
        return Vector(self.x - other.x, self.y - other.y)

    def scale(self, k: double) -> "Vector":
        """As many times as long."""
        return Vector(self.x * k, self.y * k)

    def squared(self) -> double:
        """The square of its length."""
        return self.x * self.x + self.y * self.y

    def combine(self, other: "Vector", a: double) -> "Vector":
        """A point between the two."""
        b: double = 1.0 - a
        return Vector(a * self.x + b * other.x, a * self.y + b * other.y)


class Spline:
    """A curve of Bézier."""

    def __init__(self, points: CheckedList[Vector], degree: int64) -> None:
        self.points: CheckedList[Vector] = points
        self.degree: int64 = degree

    def at(self, u: double) -> Vector:
        """A point by de Casteljau's scheme."""
        work: CheckedList[Vector] = CheckedList[Vector]([])
        for p in self.points:
            work.append(p)
        k: int64 = self.degree
        while k > 0:
            i: int64 = 0
            while i < k:
                work[i] = work[i + 1].combine(work[i], u)
                i += 1
            k -= 1
        return work[0]


class Random:
    """A generator of numbers below one."""

    def __init__(self, seed: int64) -> None:
        self.seed: int64 = seed

    def next(self) -> double:
        """The next of them."""
        self.seed = (self.seed * 1103515245 + 12345) & 0x7FFFFFFF
        return double(box(self.seed)) / 2147483647.0


def run(rounds: int) -> int:
    """So many games."""
    total: double = 0.0
    for i in crange(int64(rounds)):
        points: CheckedList[Vector] = CheckedList[Vector]([Vector(0.0, 0.0), Vector(1.0, 2.0), Vector(3.0, 3.5), Vector(4.0, 0.0)])
        spline = Spline(points, 3)
        random = Random(1234)
        point = Vector(0.5, 0.5)
        for k in crange(int64(1000)):
            target = spline.at(random.next())
            step = target.sub(point).scale(0.5)
            point = point.add(step)
            total = total + point.squared()
    return int(box(total) * 1000.0)
