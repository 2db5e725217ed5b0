"""A small operating system, simulated: tasks of different priority that queue packets for each other.

In the style of Martin Richards' benchmark. `run(rounds)` simulates so many times and returns a checksum of the counts.
"""

import __static__
from __static__ import Array, CheckedList, box, cbool, crange, int64
from typing import Final, Optional, final

IDLE: Final[int] = 1
WORKER: Final[int] = 2
HANDLER_A: Final[int] = 3
HANDLER_B: Final[int] = 4
DEVICE_A: Final[int] = 5
DEVICE_B: Final[int] = 6
DEVICE_PACKET: Final[int] = 0
WORK_PACKET: Final[int] = 1
BUFFER: Final[int] = 4


@final
class Packet:
    """What tasks send each other."""

    def __init__(self, link: Optional["Packet"], target: int64, kind: int64) -> None:
        self.link: Optional[Packet] = link
        self.target: int64 = target
        self.kind: int64 = kind
        self.datum: int64 = 0
        self.data: Array[int64] = Array[int64](BUFFER)
        for i in crange(int64(4)):
            self.data[i] = 0

    def append_to(self, queue: Optional["Packet"]) -> "Packet":
        """The queue with this packet at its end."""
        self.link = None
        if queue is None:
            return self
        last: Packet = queue
        following: Optional[Packet] = last.link
        while following is not None:
            last = following
            following = last.link
        last.link = self
        return queue


class Task:
    """One task, in a list by priority; subclasses say what it does with a packet."""

    def __init__(self, system: "System", ident: int64, priority: int64, queue: Optional[Packet], waiting: cbool) -> None:
        self.system: System = system
        self.link: Optional[Task] = system.tasks
        self.ident: int64 = ident
        self.priority: int64 = priority
        self.queue: Optional[Packet] = queue
        self.pending: cbool = cbool(queue is not None)
        self.waiting: cbool = waiting
        self.holding: cbool = False
        system.tasks = self
        system.table.append(self)

    def work(self, packet: Optional[Packet]) -> Optional["Task"]:
        """Handles a packet and says which task is next."""
        raise NotImplementedError

    @final
    def is_blocked(self) -> cbool:
        """Whether it cannot run now."""
        return self.holding or (not self.pending and self.waiting)

    @final
    def add_packet(self, packet: Packet, old: "Task") -> "Task":
        """Queues a packet; the task to run next."""
        if self.queue is None:
            self.queue = packet
            self.pending = True
            if self.priority > old.priority:
                return self
        else:
            packet.append_to(self.queue)
        return old

    @final
    def run(self) -> Optional["Task"]:
        """Takes the first packet if it waited for one, and works."""
        packet: Optional[Packet] = None
        if self.waiting and self.pending and not self.holding:
            packet = self.queue
            if packet is not None:
                self.queue = packet.link
                self.pending = cbool(self.queue is not None)
                self.waiting = False
        return self.work(packet)

    @final
    def wait(self) -> "Task":
        """Waits for a packet."""
        self.waiting = True
        return self

    @final
    def hold(self) -> Optional["Task"]:
        """Stops until released."""
        self.system.holds += 1
        self.holding = True
        return self.link

    @final
    def release(self, ident: int64) -> "Task":
        """Lets another task go on."""
        other: Task = self.system.find(ident)
        other.holding = False
        if other.priority > self.priority:
            return other
        return self

    @final
    def send(self, packet: Packet) -> "Task":
        """Gives a packet to the task it is for."""
        other: Task = self.system.find(packet.target)
        self.system.sent += 1
        packet.link = None
        packet.target = self.ident
        return other.add_packet(packet, self)


@final
class Idle(Task):
    """Releases the devices in a pseudo-random order."""

    def __init__(self, system: "System", ident: int64, priority: int64, count: int64) -> None:
        Task.__init__(self, system, ident, priority, None, False)
        self.control: int64 = 1
        self.count: int64 = count

    def work(self, packet: Optional[Packet]) -> Optional[Task]:
        self.count -= 1
        if self.count == 0:
            return self.hold()
        if self.control & 1 == 0:
            self.control = self.control >> 1
            return self.release(int64(DEVICE_A))
        self.control = (self.control >> 1) ^ 0xD008
        return self.release(int64(DEVICE_B))


@final
class Worker(Task):
    """Fills packets with letters and sends them to one handler after the other."""

    def __init__(self, system: "System", ident: int64, priority: int64, queue: Optional[Packet]) -> None:
        Task.__init__(self, system, ident, priority, queue, True)
        self.destination: int64 = int64(HANDLER_A)
        self.letter: int64 = 0

    def work(self, packet: Optional[Packet]) -> Optional[Task]:
        if packet is None:
            return self.wait()
        destination: int64 = int64(HANDLER_A)
        if self.destination == int64(HANDLER_A):
            destination = int64(HANDLER_B)
        self.destination = destination
        packet.target = destination
        packet.datum = 0
        data: Array[int64] = packet.data
        letter: int64 = self.letter
        for i in crange(int64(4)):
            letter += 1
            if letter > 26:
                letter = 1
            data[i] = 64 + letter
        self.letter = letter
        return self.send(packet)


@final
class Handler(Task):
    """Hands the letters of work packets to its device, one at a time."""

    def __init__(self, system: "System", ident: int64, priority: int64, queue: Optional[Packet]) -> None:
        Task.__init__(self, system, ident, priority, queue, True)
        self.work_in: Optional[Packet] = None
        self.device_in: Optional[Packet] = None

    def work(self, packet: Optional[Packet]) -> Optional[Task]:
        if packet is not None:
            if packet.kind == int64(WORK_PACKET):
                self.work_in = packet.append_to(self.work_in)
            else:
                self.device_in = packet.append_to(self.device_in)
        job: Optional[Packet] = self.work_in
        if job is None:
            return self.wait()
        count: int64 = job.datum
        if count >= int64(BUFFER):
            self.work_in = job.link
            return self.send(job)
        device: Optional[Packet] = self.device_in
        if device is None:
            return self.wait()
        self.device_in = device.link
        device.datum = job.data[count]
        job.datum = count + 1
        return self.send(device)


@final
class Device(Task):
    """Keeps a packet until the idle task releases it."""

    def __init__(self, system: "System", ident: int64, priority: int64) -> None:
        Task.__init__(self, system, ident, priority, None, True)
        self.kept: Optional[Packet] = None

    def work(self, packet: Optional[Packet]) -> Optional[Task]:
        if packet is None:
            kept: Optional[Packet] = self.kept
            if kept is None:
                return self.wait()
            self.kept = None
            return self.send(kept)
        self.kept = packet
        return self.hold()


@final
class System:
    """The tasks by number, and counts of what they did."""

    def __init__(self) -> None:
        self.tasks: Optional[Task] = None
        self.table: CheckedList[Task] = CheckedList[Task]([])
        self.sent: int64 = 0
        self.holds: int64 = 0

    def find(self, ident: int64) -> Task:
        """The task of a number: they are made in that order."""
        return self.table[ident - 1]

    def schedule(self) -> None:
        """Runs tasks until none can."""
        task: Optional[Task] = self.tasks
        while task is not None:
            if task.is_blocked():
                task = task.link
            else:
                task = task.run()


def simulate() -> int64:
    """One run; a checksum."""
    system = System()
    Idle(system, int64(IDLE), 0, 10000)
    queue: Optional[Packet] = Packet(None, 0, int64(WORK_PACKET))
    queue = Packet(queue, 0, int64(WORK_PACKET))
    Worker(system, int64(WORKER), 1000, queue)
    queue = Packet(None, int64(DEVICE_A), int64(DEVICE_PACKET))
    queue = Packet(queue, int64(DEVICE_A), int64(DEVICE_PACKET))
    queue = Packet(queue, int64(DEVICE_A), int64(DEVICE_PACKET))
    Handler(system, int64(HANDLER_A), 2000, queue)
    queue = Packet(None, int64(DEVICE_B), int64(DEVICE_PACKET))
    queue = Packet(queue, int64(DEVICE_B), int64(DEVICE_PACKET))
    queue = Packet(queue, int64(DEVICE_B), int64(DEVICE_PACKET))
    Handler(system, int64(HANDLER_B), 3000, queue)
    Device(system, int64(DEVICE_A), 4000)
    Device(system, int64(DEVICE_B), 5000)
    system.schedule()
    return system.sent * 100000 + system.holds


def run(rounds: int) -> int:
    """So many simulations."""
    total: int64 = 0
    for i in crange(int64(rounds)):
        total += simulate()
    return box(total)
