"""Words counted in checked dictionaries, and what is asked of them.

`run(rounds)` counts so often and returns a sum of the answers.
"""

import __static__
from __static__ import CheckedDict, CheckedList, box, int64
from typing import Final

WORDS: Final[str] = (
    "the quick brown fox jumps over the lazy dog and the cat sat on the mat while the dog ran over the hill to the fox"
)


class Counter:
    """How often each word was seen, and the words of each length."""

    def __init__(self) -> None:
        self.counts: CheckedDict[str, int] = CheckedDict[str, int]({})
        self.lengths: CheckedDict[int, CheckedList[str]] = CheckedDict[int, CheckedList[str]]({})

    def add(self, word: str) -> None:
        """Sees a word."""
        counts = self.counts
        if word in counts:
            counts[word] += 1
        else:
            counts[word] = 1
            n = len(word)
            if n not in self.lengths:
                self.lengths[n] = CheckedList[str]([])
            self.lengths[n].append(word)

    def get(self, word: str) -> int:
        """How often it was seen."""
        if word in self.counts:
            return self.counts[word]
        return 0

    def most(self) -> str:
        """The word seen most."""
        best = ""
        top = 0
        for word, count in self.counts.items():
            if count > top or (count == top and word < best):
                best = word
                top = count
        return best

    def total(self) -> int:
        """How many words were seen."""
        result = 0
        for value in self.counts.values():
            result += value
        return result

    def score(self) -> int:
        """The letters of all of them."""
        result = 0
        for n in self.lengths:
            for word in self.lengths[n]:
                result += n * self.get(word)
        return result


def letters(word: str) -> int64:
    """How many of two letters."""
    n: int64 = 0
    for c in word:
        if c == "e" or c == "o":
            n += 1
    return n


def run(rounds: int) -> int:
    """So many texts."""
    total = 0
    words = WORDS.split(" ")
    for i in range(rounds):
        counter = Counter()
        for k in range(20):
            for word in words:
                counter.add(word)
        total += counter.total() + counter.score() + len(counter.most())
        extra: int64 = 0
        for word in words:
            extra += letters(word)
        total += box(extra)
        table: dict = {}
        for word in words:
            table[word] = len(word)
        total += len(table)
    return total
