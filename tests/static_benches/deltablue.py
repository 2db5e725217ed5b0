"""Constraints between variables, kept satisfied as they are added and removed, in the style of the DeltaBlue solver.

`run(rounds)` builds a chain of equalities and a projection of scales so many times, changes them, and returns a checksum.
"""

import __static__
from __static__ import CheckedList, box, cbool, clen, crange, int64
from typing import Final, Optional, final

REQUIRED: Final[int] = 0
STRONG: Final[int] = 1
PREFERRED: Final[int] = 2
DEFAULT: Final[int] = 4
WEAKEST: Final[int] = 6
NONE: Final[int] = 0
FORWARD: Final[int] = 1
BACKWARD: Final[int] = 2


@final
class Variable:
    """A value, what determines it and what depends on it."""

    def __init__(self, value: int64) -> None:
        self.value: int64 = value
        self.constraints: CheckedList[Constraint] = CheckedList[Constraint]([])
        self.determined_by: Optional[Constraint] = None
        self.mark: int64 = 0
        self.strength: int64 = int64(WEAKEST)
        self.stays: cbool = True

    def add(self, constraint: "Constraint") -> None:
        """Tells it of a constraint."""
        self.constraints.append(constraint)

    def remove(self, constraint: "Constraint") -> None:
        """Forgets a constraint."""
        left: CheckedList[Constraint] = CheckedList[Constraint]([])
        for other in self.constraints:
            if other is not constraint:
                left.append(other)
        self.constraints = left
        if self.determined_by is constraint:
            self.determined_by = None


class Constraint:
    """A relation that a method can make hold, by setting one of its variables."""

    def __init__(self, strength: int64) -> None:
        self.strength: int64 = strength

    def connect(self) -> None:
        """Tells the variables of it."""
        raise NotImplementedError

    def disconnect(self) -> None:
        """Lets the variables forget it."""
        raise NotImplementedError

    def is_satisfied(self) -> cbool:
        """Whether a method is chosen."""
        raise NotImplementedError

    def choose(self, mark: int64) -> None:
        """Chooses a method, if one may."""
        raise NotImplementedError

    def mark_inputs(self, mark: int64) -> None:
        """Marks what the method reads."""
        raise NotImplementedError

    def inputs_known(self, mark: int64) -> cbool:
        """Whether what the method reads is up to date."""
        raise NotImplementedError

    def output(self) -> Variable:
        """What the method sets."""
        raise NotImplementedError

    def unsatisfy(self) -> None:
        """Chooses no method."""
        raise NotImplementedError

    def recalculate(self) -> None:
        """Strength and value of the output, from those of the inputs."""
        raise NotImplementedError

    def execute(self) -> None:
        """Makes the relation hold."""
        raise NotImplementedError

    def is_input(self) -> cbool:
        """Whether its value comes from outside."""
        return False

    @final
    def satisfy(self, mark: int64, planner: "Planner") -> Optional["Constraint"]:
        """Makes it hold, and returns a weaker constraint that no longer does."""
        self.choose(mark)
        if not self.is_satisfied():
            if self.strength == int64(REQUIRED):
                raise ValueError("a required constraint does not hold")
            return None
        self.mark_inputs(mark)
        out: Variable = self.output()
        overridden: Optional[Constraint] = out.determined_by
        if overridden is not None:
            overridden.unsatisfy()
        out.determined_by = self
        if not planner.propagate(self, mark):
            raise ValueError("a cycle")
        out.mark = mark
        return overridden

    @final
    def install(self, planner: "Planner") -> None:
        """Adds it to the variables, and makes it hold."""
        self.connect()
        planner.add(self)

    @final
    def destroy(self, planner: "Planner") -> None:
        """Takes it away."""
        if self.is_satisfied():
            planner.remove(self)
        self.disconnect()


class Unary(Constraint):
    """A constraint on one variable."""

    def __init__(self, variable: Variable, strength: int64) -> None:
        Constraint.__init__(self, strength)
        self.variable: Variable = variable
        self.satisfied: cbool = False

    @final
    def connect(self) -> None:
        self.variable.add(self)
        self.satisfied = False

    @final
    def disconnect(self) -> None:
        self.variable.remove(self)
        self.satisfied = False

    @final
    def is_satisfied(self) -> cbool:
        return self.satisfied

    @final
    def choose(self, mark: int64) -> None:
        variable: Variable = self.variable
        self.satisfied = variable.mark != mark and self.strength < variable.strength

    @final
    def mark_inputs(self, mark: int64) -> None:
        pass

    @final
    def inputs_known(self, mark: int64) -> cbool:
        return True

    @final
    def output(self) -> Variable:
        return self.variable

    @final
    def unsatisfy(self) -> None:
        self.satisfied = False

    @final
    def recalculate(self) -> None:
        variable: Variable = self.variable
        variable.strength = self.strength
        variable.stays = not self.is_input()
        if variable.stays:
            self.execute()


@final
class Stay(Unary):
    """The variable keeps its value."""

    def execute(self) -> None:
        pass


@final
class Edit(Unary):
    """The variable is about to be set."""

    def execute(self) -> None:
        pass

    def is_input(self) -> cbool:
        return True


class Binary(Constraint):
    """A constraint that can set either of two variables from the other."""

    def __init__(self, first: Variable, second: Variable, strength: int64) -> None:
        Constraint.__init__(self, strength)
        self.first: Variable = first
        self.second: Variable = second
        self.direction: int64 = int64(NONE)

    def connect(self) -> None:
        self.first.add(self)
        self.second.add(self)
        self.direction = int64(NONE)

    def disconnect(self) -> None:
        self.first.remove(self)
        self.second.remove(self)
        self.direction = int64(NONE)

    @final
    def is_satisfied(self) -> cbool:
        return self.direction != int64(NONE)

    @final
    def choose(self, mark: int64) -> None:
        first: Variable = self.first
        second: Variable = self.second
        direction: int64 = int64(NONE)
        if first.mark == mark:
            if second.mark != mark and self.strength < second.strength:
                direction = int64(FORWARD)
        elif second.mark == mark:
            if self.strength < first.strength:
                direction = int64(BACKWARD)
        elif first.strength > second.strength:
            if self.strength < first.strength:
                direction = int64(BACKWARD)
        elif self.strength < second.strength:
            direction = int64(FORWARD)
        self.direction = direction

    def mark_inputs(self, mark: int64) -> None:
        self.input().mark = mark

    def inputs_known(self, mark: int64) -> cbool:
        source: Variable = self.input()
        return source.mark == mark or source.stays or cbool(source.determined_by is None)

    @final
    def input(self) -> Variable:
        """What the method reads."""
        if self.direction == int64(FORWARD):
            return self.first
        return self.second

    @final
    def output(self) -> Variable:
        if self.direction == int64(FORWARD):
            return self.second
        return self.first

    @final
    def unsatisfy(self) -> None:
        self.direction = int64(NONE)

    def recalculate(self) -> None:
        source: Variable = self.input()
        out: Variable = self.output()
        strength: int64 = self.strength
        if source.strength > strength:
            strength = source.strength
        out.strength = strength
        out.stays = source.stays
        if out.stays:
            self.execute()


@final
class Equal(Binary):
    """Both variables have the same value."""

    def execute(self) -> None:
        self.output().value = self.input().value


@final
class Scale(Binary):
    """The second variable is the first, scaled and moved."""

    def __init__(self, first: Variable, scale: Variable, offset: Variable, second: Variable, strength: int64) -> None:
        Binary.__init__(self, first, second, strength)
        self.scale: Variable = scale
        self.offset: Variable = offset

    def connect(self) -> None:
        Binary.connect(self)
        self.scale.add(self)
        self.offset.add(self)

    def disconnect(self) -> None:
        Binary.disconnect(self)
        self.scale.remove(self)
        self.offset.remove(self)

    def mark_inputs(self, mark: int64) -> None:
        Binary.mark_inputs(self, mark)
        self.scale.mark = mark
        self.offset.mark = mark

    def recalculate(self) -> None:
        source: Variable = self.input()
        out: Variable = self.output()
        strength: int64 = self.strength
        if source.strength > strength:
            strength = source.strength
        out.strength = strength
        out.stays = source.stays and self.scale.stays and self.offset.stays
        if out.stays:
            self.execute()

    def execute(self) -> None:
        if self.direction == int64(FORWARD):
            self.second.value = self.first.value * self.scale.value + self.offset.value
        else:
            self.first.value = (self.second.value - self.offset.value) // self.scale.value


@final
class Planner:
    """Adds and removes constraints, and makes plans to keep them satisfied."""

    def __init__(self) -> None:
        self.mark: int64 = 0

    def next_mark(self) -> int64:
        """A mark never used before."""
        self.mark += 1
        return self.mark

    def add(self, constraint: Constraint) -> None:
        """Makes a constraint hold, and again those that it overrides."""
        mark: int64 = self.next_mark()
        overridden: Optional[Constraint] = constraint.satisfy(mark, self)
        while overridden is not None:
            overridden = overridden.satisfy(mark, self)

    def remove(self, constraint: Constraint) -> None:
        """Takes a constraint away, and lets weaker ones take its place."""
        out: Variable = constraint.output()
        constraint.unsatisfy()
        constraint.disconnect()
        loose: CheckedList[Constraint] = self.remove_downstream(out)
        strength: int64 = int64(REQUIRED)
        while strength < int64(WEAKEST):
            for other in loose:
                if other.strength == strength:
                    self.add(other)
            strength += 1

    def plan_of(self, sources: CheckedList[Constraint]) -> CheckedList[Constraint]:
        """The constraints to execute, in order, when the sources change."""
        mark: int64 = self.next_mark()
        plan: CheckedList[Constraint] = CheckedList[Constraint]([])
        pending: CheckedList[Constraint] = sources
        at: int64 = 0
        while at < clen(pending):
            constraint: Constraint = pending[at]
            at += 1
            if constraint.output().mark != mark and constraint.inputs_known(mark):
                plan.append(constraint)
                out: Variable = constraint.output()
                out.mark = mark
                self.add_consumers(out, pending)
        return plan

    def plan_from(self, edits: CheckedList[Constraint]) -> CheckedList[Constraint]:
        """The plan for edits."""
        sources: CheckedList[Constraint] = CheckedList[Constraint]([])
        for edit in edits:
            if edit.is_input() and edit.is_satisfied():
                sources.append(edit)
        return self.plan_of(sources)

    def propagate(self, constraint: Constraint, mark: int64) -> cbool:
        """Recalculates all that follows from a constraint; whether there is no cycle."""
        pending: CheckedList[Constraint] = CheckedList[Constraint]([])
        pending.append(constraint)
        at: int64 = 0
        while at < clen(pending):
            one: Constraint = pending[at]
            at += 1
            if one.output().mark == mark:
                return False
            one.recalculate()
            self.add_consumers(one.output(), pending)
        return True

    def remove_downstream(self, out: Variable) -> CheckedList[Constraint]:
        """Forgets what followed from a variable; the constraints that no longer hold."""
        out.determined_by = None
        out.strength = int64(WEAKEST)
        out.stays = True
        loose: CheckedList[Constraint] = CheckedList[Constraint]([])
        pending: CheckedList[Variable] = CheckedList[Variable]([])
        pending.append(out)
        at: int64 = 0
        while at < clen(pending):
            variable: Variable = pending[at]
            at += 1
            for constraint in variable.constraints:
                if not constraint.is_satisfied():
                    loose.append(constraint)
            determined: Optional[Constraint] = variable.determined_by
            for constraint in variable.constraints:
                if cbool(constraint is not determined) and constraint.is_satisfied():
                    constraint.recalculate()
                    pending.append(constraint.output())
        return loose

    def add_consumers(self, variable: Variable, pending: CheckedList[Constraint]) -> None:
        """Queues the constraints that read a variable."""
        determined: Optional[Constraint] = variable.determined_by
        for constraint in variable.constraints:
            if cbool(constraint is not determined) and constraint.is_satisfied():
                pending.append(constraint)


def execute(plan: CheckedList[Constraint]) -> None:
    """Carries a plan out."""
    for constraint in plan:
        constraint.execute()


def change(variable: Variable, value: int64, planner: Planner) -> None:
    """Sets a variable, with all that follows, ten times."""
    edit = Edit(variable, int64(PREFERRED))
    edit.install(planner)
    edits: CheckedList[Constraint] = CheckedList[Constraint]([])
    edits.append(edit)
    plan: CheckedList[Constraint] = planner.plan_from(edits)
    for i in crange(int64(10)):
        variable.value = value
        execute(plan)
    edit.destroy(planner)


def chain(size: int64) -> int64:
    """A chain of equal variables; a value goes through it from end to end."""
    planner = Planner()
    first = Variable(0)
    last: Variable = first
    for i in crange(size):
        following = Variable(0)
        Equal(last, following, int64(REQUIRED)).install(planner)
        last = following
    Stay(last, int64(DEFAULT)).install(planner)
    edit = Edit(first, int64(PREFERRED))
    edit.install(planner)
    edits: CheckedList[Constraint] = CheckedList[Constraint]([])
    edits.append(edit)
    plan: CheckedList[Constraint] = planner.plan_from(edits)
    total: int64 = 0
    for k in crange(int64(100)):
        first.value = k
        execute(plan)
        total += last.value
    edit.destroy(planner)
    return total


def projection(size: int64) -> int64:
    """Pairs of variables, the second a scaled first, changed from both sides."""
    planner = Planner()
    scale = Variable(10)
    offset = Variable(1000)
    source = Variable(0)
    image = Variable(0)
    images: CheckedList[Variable] = CheckedList[Variable]([])
    for i in crange(size):
        source = Variable(i)
        image = Variable(i)
        images.append(image)
        Stay(source, int64(DEFAULT)).install(planner)
        Scale(source, scale, offset, image, int64(REQUIRED)).install(planner)
    change(source, 17, planner)
    total: int64 = image.value
    change(image, 1050, planner)
    total += source.value
    change(scale, 5, planner)
    for one in images:
        total += one.value
    change(offset, 2000, planner)
    for one in images:
        total += one.value
    return total


def run(rounds: int) -> int:
    """So many of both."""
    total: int64 = 0
    for i in crange(int64(rounds)):
        total += chain(100) + projection(100)
    return box(total)
