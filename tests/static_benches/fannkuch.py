"""Flips of pancakes: the most flips any permutation needs, and a checksum, in the style of the benchmarks game's fannkuch.

`run(rounds)` goes through all permutations of seven numbers so many times.
"""

import __static__
from __static__ import Array, box, crange, int64


def flips(permutation: Array[int64], scratch: Array[int64], size: int64) -> int64:
    """How often the first so many, as the first says, are turned round until a 0 is first."""
    for i in crange(size):
        scratch[i] = permutation[i]
    count: int64 = 0
    first: int64 = scratch[0]
    while first != 0:
        low: int64 = 0
        high: int64 = first
        while low < high:
            kept: int64 = scratch[low]
            scratch[low] = scratch[high]
            scratch[high] = kept
            low += 1
            high -= 1
        count += 1
        first = scratch[0]
    return count


def fannkuch(size: int64) -> int64:
    """All permutations, each from the one before by a rotation."""
    permutation: Array[int64] = Array[int64](box(size))
    scratch: Array[int64] = Array[int64](box(size))
    counts: Array[int64] = Array[int64](box(size))
    for i in crange(size):
        permutation[i] = i
        counts[i] = i + 1
    most: int64 = 0
    checksum: int64 = 0
    number: int64 = 0
    done: int64 = 0
    while done == 0:
        if permutation[0] != 0:
            found: int64 = flips(permutation, scratch, size)
            if found > most:
                most = found
            if number & 1 == 0:
                checksum += found
            else:
                checksum -= found
        done = 1
        rank: int64 = 1
        while rank < size:
            first: int64 = permutation[0]
            for k in crange(rank):
                permutation[k] = permutation[k + 1]
            permutation[rank] = first
            counts[rank] -= 1
            if counts[rank] > 0:
                done = 0
                break
            counts[rank] = rank + 1
            rank += 1
        number += 1
    return checksum * 100 + most


def run(rounds: int) -> int:
    """So many times."""
    total: int64 = 0
    for i in crange(int64(rounds)):
        total += fannkuch(7)
    return box(total)
