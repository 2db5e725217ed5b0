"""Lifts in a house: states as objects, passengers in queues."""

import __static__
from __static__ import Array, CheckedList, box, cbool, crange, int64
from typing import Final, Optional, final

FLOORS: Final[int] = 12


class Passenger:
    def __init__(self, origin: int64, goal: int64) -> None:
        self.origin: int64 = origin
        self.goal: int64 = goal
        self.waited: int64 = 0
        self.next: Optional[Passenger] = None

    def is_up(self) -> cbool:
        return self.goal > self.origin


class Queue:
    def __init__(self) -> None:
        self.head: Optional[Passenger] = None
        self.tail: Optional[Passenger] = None
        self.size: int64 = 0

    def is_empty(self) -> cbool:
        return self.size == 0

    def push(self, passenger: Passenger) -> None:
        tail = self.tail
        passenger.next = None
        if tail is None:
            self.head = passenger
        else:
            tail.next = passenger
        self.tail = passenger
        self.size += 1

    def pop(self) -> Optional[Passenger]:
        head = self.head
        if head is None:
            return None
        self.head = head.next
        if self.head is None:
            self.tail = None
        self.size -= 1
        return head


class State:
    def __init__(self) -> None:
        self.entered: int64 = 0

    def step(self, lift: "Lift") -> "State":
        raise NotImplementedError

    def enter(self, lift: "Lift") -> "State":
        self.entered += 1
        lift.changes += 1
        return self


class Waiting(State):
    def step(self, lift: "Lift") -> State:
        floor = lift.house.called()
        if floor < 0:
            return self
        lift.goal = floor
        if floor == lift.floor:
            return lift.opening.enter(lift)
        return lift.moving.enter(lift)


class Moving(State):
    def step(self, lift: "Lift") -> State:
        if lift.floor < lift.goal:
            lift.floor += 1
        elif lift.floor > lift.goal:
            lift.floor -= 1
        if lift.floor == lift.goal or lift.wants(lift.floor):
            return lift.opening.enter(lift)
        return self


class Opening(State):
    def step(self, lift: "Lift") -> State:
        lift.unload()
        lift.load()
        if lift.inside.is_empty():
            return lift.waiting.enter(lift)
        first = lift.inside.head
        if first is not None:
            lift.goal = first.goal
        return lift.moving.enter(lift)


class Lift:
    def __init__(self, house: "House") -> None:
        self.house: House = house
        self.floor: int64 = 0
        self.goal: int64 = 0
        self.changes: int64 = 0
        self.inside: Queue = Queue()
        self.waiting: State = Waiting()
        self.moving: State = Moving()
        self.opening: State = Opening()
        self.state: State = self.waiting

    def step(self) -> None:
        self.state = self.state.step(self)

    def wants(self, floor: int64) -> cbool:
        passenger = self.inside.head
        while passenger is not None:
            if passenger.goal == floor:
                return True
            passenger = passenger.next
        return False

    def unload(self) -> None:
        count: int64 = self.inside.size
        while count > 0:
            count -= 1
            passenger = self.inside.pop()
            if passenger is not None:
                if passenger.goal == self.floor:
                    self.house.arrive(passenger)
                else:
                    passenger.waited += 1
                    self.inside.push(passenger)

    def load(self) -> None:
        queue = self.house.queue_of(self.floor)
        while not queue.is_empty() and self.inside.size < 6:
            passenger = queue.pop()
            if passenger is not None:
                self.inside.push(passenger)


class House:
    def __init__(self) -> None:
        self.queues: CheckedList[Queue] = CheckedList[Queue]([])
        self.lifts: CheckedList[Lift] = CheckedList[Lift]([])
        self.arrived: int64 = 0
        self.waited: int64 = 0
        self.seed: int64 = 42
        self.waiting: int64 = 0

    def random(self, limit: int64) -> int64:
        self.seed = (self.seed * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.seed >> 8) % limit

    def queue_of(self, floor: int64) -> Queue:
        return self.queues[floor]

    def called(self) -> int64:
        for floor in crange(int64(FLOORS)):
            if not self.queue_of(floor).is_empty():
                return floor
        return -1

    def arrive(self, passenger: Passenger) -> None:
        self.arrived += 1
        self.waited += passenger.waited
        passenger.waited = 0
        passenger.origin = passenger.goal
        passenger.goal = self.random(int64(FLOORS))
        if passenger.goal == passenger.origin:
            passenger.goal = (passenger.goal + 1) % int64(FLOORS)
        self.queue_of(passenger.origin).push(passenger)

    def step(self) -> None:
        for lift in self.lifts:
            lift.step()


def run(rounds: int) -> int:
    house = House()
    for i in crange(int64(FLOORS)):
        house.queues.append(Queue())
    for j in crange(int64(3)):
        house.lifts.append(Lift(house))
    for k in crange(int64(30)):
        start: int64 = house.random(int64(FLOORS))
        house.queue_of(start).push(Passenger(start, (start + 1 + house.random(int64(FLOORS) - 1)) % int64(FLOORS)))
    for m in crange(int64(rounds) * 200):
        house.step()
    return box(house.arrived * 1000 + house.waited % 1000)
