"""A circuit of gates, simulated by events; gates are classes."""

import __static__
from __static__ import CheckedList, box, cbool, crange, int64
from typing import Optional


class Wire:
    def __init__(self) -> None:
        self.value: int64 = 0
        self.readers: CheckedList[Gate] = CheckedList[Gate]([])

    def set(self, value: int64, agenda: "Agenda") -> None:
        if self.value != value:
            self.value = value
            for gate in self.readers:
                agenda.add(gate)


class Gate:
    def __init__(self, left: Wire, right: Wire, out: Wire) -> None:
        self.left: Wire = left
        self.right: Wire = right
        self.out: Wire = out
        self.next: Optional[Gate] = None
        self.queued: int64 = 0
        self.runs: int64 = 0

    def compute(self) -> int64:
        return 0

    def update(self, agenda: "Agenda") -> None:
        self.queued = 0
        self.runs += 1
        self.out.set(self.compute(), agenda)


class And(Gate):
    def compute(self) -> int64:
        return self.left.value & self.right.value


class Or(Gate):
    def compute(self) -> int64:
        return self.left.value | self.right.value


class Xor(Gate):
    def compute(self) -> int64:
        return self.left.value ^ self.right.value


class Agenda:
    def __init__(self) -> None:
        self.head: Optional[Gate] = None
        self.tail: Optional[Gate] = None
        self.steps: int64 = 0

    def add(self, gate: Gate) -> None:
        if gate.queued == 1:
            return
        gate.queued = 1
        gate.next = None
        tail = self.tail
        if tail is None:
            self.head = gate
        else:
            tail.next = gate
        self.tail = gate

    def take(self) -> Optional[Gate]:
        gate = self.head
        if gate is not None:
            self.head = gate.next
            if self.head is None:
                self.tail = None
        return gate

    def settle(self) -> None:
        gate = self.take()
        while gate is not None:
            self.steps += 1
            gate.update(self)
            gate = self.take()


class Adder:
    def __init__(self, width: int) -> None:
        self.agenda: Agenda = Agenda()
        self.a: CheckedList[Wire] = CheckedList[Wire]([Wire() for _ in range(width)])
        self.b: CheckedList[Wire] = CheckedList[Wire]([Wire() for _ in range(width)])
        self.sums: CheckedList[Wire] = CheckedList[Wire]([])
        carry: Wire = Wire()
        for i in range(width):
            carry = self.full(self.a[i], self.b[i], carry)

    def connect(self, gate: Gate) -> Wire:
        gate.left.readers.append(gate)
        gate.right.readers.append(gate)
        self.agenda.add(gate)
        return gate.out

    def full(self, a: Wire, b: Wire, carry: Wire) -> Wire:
        half: Wire = self.connect(Xor(a, b, Wire()))
        self.sums.append(self.connect(Xor(half, carry, Wire())))
        both: Wire = self.connect(And(a, b, Wire()))
        late: Wire = self.connect(And(half, carry, Wire()))
        return self.connect(Or(both, late, Wire()))

    def load(self, wires: CheckedList[Wire], number: int64) -> None:
        for wire in wires:
            wire.set(number & 1, self.agenda)
            number = number >> 1

    def result(self) -> int64:
        total: int64 = 0
        weight: int64 = 1
        for wire in self.sums:
            total += wire.value * weight
            weight = weight * 2
        return total

    def add(self, a: int64, b: int64) -> int64:
        self.load(self.a, a)
        self.load(self.b, b)
        self.agenda.settle()
        return self.result()


def run(rounds: int) -> int:
    adder = Adder(16)
    total: int64 = 0
    for i in crange(int64(rounds) * 10):
        total += adder.add((i * 7919) & 0x7FFF, (i * 104729) & 0x7FFF)
    return box(total + adder.agenda.steps)
