"""Binary trees: built and folded by recursion, and one that is searched.

`run(rounds)` builds them so many times and returns a sum of what is found.
"""

import __static__
from __static__ import box, crange, int64
from typing import Optional, final


@final
class Node:
    """A number and two smaller trees."""

    def __init__(self, left: Optional["Node"], right: Optional["Node"], value: int64) -> None:
        self.left: Optional[Node] = left
        self.right: Optional[Node] = right
        self.value: int64 = value

    def check(self) -> int64:
        """The alternating sum."""
        left = self.left
        right = self.right
        if left is None or right is None:
            return self.value
        return self.value + left.check() - right.check()

    def depth(self) -> int64:
        """Of the left edge."""
        left = self.left
        if left:
            return 1 + left.depth()
        return 0


def make(value: int64, depth: int64) -> Node:
    """A full tree."""
    if depth == 0:
        return Node(None, None, value)
    return Node(make(2 * value + 1, depth - 1), make(2 * value, depth - 1), value)


class Search:
    """A set of numbers, not balanced."""

    def __init__(self) -> None:
        self.root: Optional[Node] = None
        self.size: int64 = 0

    def insert(self, value: int64) -> bool:
        """Whether it was new."""
        if self.root is None:
            self.root = Node(None, None, value)
            self.size += 1
            return True
        node: Node = self.root
        while True:
            if value == node.value:
                return False
            if value < node.value:
                if node.left is None:
                    node.left = Node(None, None, value)
                    break
                node = node.left
            else:
                if node.right is None:
                    node.right = Node(None, None, value)
                    break
                node = node.right
        self.size += 1
        return True

    def contains(self, value: int64) -> bool:
        """Whether it is there."""
        node = self.root
        while node is not None:
            if value == node.value:
                return True
            node = node.left if value < node.value else node.right
        return False


def run(rounds: int) -> int:
    """So many times all of it."""
    total: int64 = 0
    for i in crange(int64(rounds)):
        tree = make(i, 10)
        total += tree.check() + tree.depth()
        search = Search()
        seed: int64 = 42
        for k in crange(int64(800)):
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            search.insert(seed % 5000)
        for j in crange(int64(800)):
            if search.contains(j):
                total += 1
        total += search.size
    return box(total)
