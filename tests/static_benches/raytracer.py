"""A small picture of spheres over a floor, by rays: doubles in fields, virtual methods, many short-lived objects.

`run(rounds)` draws it so often and returns a sum of its brightness.
"""

import __static__
from __static__ import CheckedList, box, crange, double, int64
from typing import Optional, final


def root(x: double) -> double:
    """The square root, by Newton's steps."""
    if x == 0.0:
        return 0.0
    g: double = x
    if g < 1.0:
        g = 1.0
    for i in crange(int64(12)):
        g = 0.5 * (g + x / g)
    return g


@final
class Vector:
    """A point of space, or a way; never changed."""

    def __init__(self, x: double, y: double, z: double) -> None:
        self.x: double = x
        self.y: double = y
        self.z: double = z

    def dot(self, o: "Vector") -> double:
        """The product."""
        return self.x * o.x + self.y * o.y + self.z * o.z

    def plus(self, o: "Vector") -> "Vector":
        """The sum."""
        return Vector(self.x + o.x, self.y + o.y, self.z + o.z)

    def minus(self, o: "Vector") -> "Vector":
        """The difference."""
        return Vector(self.x - o.x, self.y - o.y, self.z - o.z)

    def times(self, k: double) -> "Vector":
        """As many times as long."""
        return Vector(self.x * k, self.y * k, self.z * k)

    def unit(self) -> "Vector":
        """Of the same way, of length one."""
        return self.times(1.0 / root(self.dot(self)))


@final
class Ray:
    """Where it starts and where it goes."""

    def __init__(self, start: Vector, way: Vector) -> None:
        self.start: Vector = start
        self.way: Vector = way

    def at(self, t: double) -> Vector:
        """A point of it."""
        return self.start.plus(self.way.times(t))


class Shape:
    """Something to be seen."""

    def hit(self, ray: Ray) -> double:
        """How far along the ray; below zero if it is missed."""
        return -1.0

    def normal(self, p: Vector) -> Vector:
        """Upright on the surface."""
        raise NotImplementedError

    def color(self, p: Vector) -> double:
        """How light it is."""
        return 0.5


@final
class Sphere(Shape):
    """A ball."""

    def __init__(self, center: Vector) -> None:
        self.center: Vector = center
        self.radius: double = 1.0

    def hit(self, ray: Ray) -> double:
        cp = self.center.minus(ray.start)
        v: double = cp.dot(ray.way)
        d: double = self.radius * self.radius - (cp.dot(cp) - v * v)
        if d < 0.0:
            return -1.0
        return v - root(d)

    def normal(self, p: Vector) -> Vector:
        return p.minus(self.center).unit()


@final
class Floor(Shape):
    """A plane in two colors."""

    def __init__(self) -> None:
        self.height: double = 0.0
        self.up: Vector = Vector(0.0, 1.0, 0.0)

    def hit(self, ray: Ray) -> double:
        if ray.way.y >= 0.0:
            return -1.0
        return (self.height - ray.start.y) / ray.way.y

    def normal(self, p: Vector) -> Vector:
        return self.up

    def color(self, p: Vector) -> double:
        if p.x * p.z > 0.0:
            return 1.0
        return 0.2


class Scene:
    """Shapes and a light."""

    def __init__(self) -> None:
        self.shapes: CheckedList[Shape] = CheckedList[Shape]([])
        self.light: Vector = Vector(5.0, 10.0, -5.0)

    def nearest(self, ray: Ray) -> Optional[Shape]:
        """What the ray meets first."""
        best: Optional[Shape] = None
        distance: double = 1000000.0
        for shape in self.shapes:
            t: double = shape.hit(ray)
            if t > 0.001 and t < distance:
                distance = t
                best = shape
        return best

    def shade(self, ray: Ray, depth: int64) -> double:
        """The brightness a ray brings."""
        shape = self.nearest(ray)
        if shape is None:
            return 0.1
        p = ray.at(shape.hit(ray))
        n = shape.normal(p)
        to = self.light.minus(p).unit()
        brightness: double = to.dot(n)
        if brightness < 0.0:
            brightness = 0.0
        if self.nearest(Ray(p, to)) is not None:
            brightness = brightness * 0.3
        result: double = shape.color(p) * (0.2 + brightness)
        if depth > 0:
            d: double = 2.0 * ray.way.dot(n)
            result = result + 0.3 * self.shade(Ray(p, ray.way.minus(n.times(d))), depth - 1)
        return result


def run(rounds: int) -> int:
    """So many pictures."""
    total: double = 0.0
    for r in crange(int64(rounds)):
        scene = Scene()
        scene.shapes.append(Floor())
        place: double = 0.0
        while place < 4.0:
            scene.shapes.append(Sphere(Vector(place * 2.0 - 3.0, 1.0, 3.0 + place)))
            place = place + 1.0
        eye = Vector(0.0, 1.8, -4.0)
        y: double = -5.0
        while y < 5.0:
            x: double = -5.0
            while x < 5.0:
                way = Vector(x / 6.0, -y / 6.0, 1.0).unit()
                total = total + scene.shade(Ray(eye, way), 2)
                x = x + 1.0
            y = y + 1.0
    return int(box(total) * 1000.0)
