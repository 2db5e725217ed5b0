"""Bodies that attract each other, moved in equal steps of time, in the style of the benchmarks game's n-body.

`run(rounds)` takes a hundred steps a round and returns the energy in units of 1e-9.
"""

import __static__
from __static__ import CheckedList, box, crange, double, int64
from typing import final


@final
class Body:
    """A mass with place and speed."""

    def __init__(self, x: double, y: double, z: double, vx: double, vy: double, vz: double, mass: double) -> None:
        self.x: double = x
        self.y: double = y
        self.z: double = z
        self.vx: double = vx
        self.vy: double = vy
        self.vz: double = vz
        self.mass: double = mass


def solar_system() -> CheckedList[Body]:
    """The sun and four planets; lengths in astronomical units, times in days."""
    year: double = 365.24
    sun: double = 39.47841760435743
    return CheckedList[Body]([
        Body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, sun),
        Body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
             0.00166007664274403694 * year, 0.00769901118419740425 * year, -0.0000690460016972063023 * year,
             0.000954791938424326609 * sun),
        Body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
             -0.00276742510726411100 * year, 0.00499852801234917238 * year, 0.0000230417297573763929 * year,
             0.000285885980666130812 * sun),
        Body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
             0.00296460137564761618 * year, 0.00237847173959480950 * year, -0.0000296589568540237556 * year,
             0.0000436624404335156298 * sun),
        Body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
             0.00268067772490389322 * year, 0.00162824170038242295 * year, -0.0000951592254519715870 * year,
             0.0000515138902046611451 * sun),
    ])


def rest(bodies: CheckedList[Body]) -> None:
    """Gives the sun the speed that leaves the whole at rest."""
    px: double = 0.0
    py: double = 0.0
    pz: double = 0.0
    for body in bodies:
        px += body.vx * body.mass
        py += body.vy * body.mass
        pz += body.vz * body.mass
    sun = bodies[0]
    sun.vx = -px / sun.mass
    sun.vy = -py / sun.mass
    sun.vz = -pz / sun.mass


def advance(bodies: CheckedList[Body], dt: double) -> None:
    """One step: speeds by the attraction of each pair, then places."""
    for i in crange(int64(5)):
        a = bodies[i]
        for j in crange(i + 1, int64(5)):
            b = bodies[j]
            dx: double = a.x - b.x
            dy: double = a.y - b.y
            dz: double = a.z - b.z
            square: double = dx * dx + dy * dy + dz * dz
            force: double = dt / (square * square**0.5)
            mine: double = b.mass * force
            theirs: double = a.mass * force
            a.vx -= dx * mine
            a.vy -= dy * mine
            a.vz -= dz * mine
            b.vx += dx * theirs
            b.vy += dy * theirs
            b.vz += dz * theirs
    for k in crange(int64(5)):
        body = bodies[k]
        body.x += dt * body.vx
        body.y += dt * body.vy
        body.z += dt * body.vz


def energy(bodies: CheckedList[Body]) -> double:
    """Of motion and of attraction."""
    total: double = 0.0
    for i in crange(int64(5)):
        a = bodies[i]
        total += 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz)
        for j in crange(i + 1, int64(5)):
            b = bodies[j]
            dx: double = a.x - b.x
            dy: double = a.y - b.y
            dz: double = a.z - b.z
            total -= a.mass * b.mass / (dx * dx + dy * dy + dz * dz) ** 0.5
    return total


def run(rounds: int) -> int:
    """So many rounds from the start."""
    bodies = solar_system()
    rest(bodies)
    for i in crange(int64(rounds) * 100):
        advance(bodies, 0.01)
    return int(box(energy(bodies)) * 1e9)
