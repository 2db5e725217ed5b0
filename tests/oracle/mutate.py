"""Makes slightly wrong programs of real ones, the same in every run.

    mutate.py --seed 7 lib/             prints mutant number 7 of the statements below lib/

A mutant is one top-level statement of a module, of 60 lines at most, with one or two changes: a token deleted, doubled,
replaced by another of the module or by one that often matters, or swapped with the next; a line joined to the next or
moved in or out. Most mutants are no programs any more: what counts is that both compilers say the same of them.

Invariant: the seed and the modules decide the mutant.
"""

import argparse
import ast
import functools
import io
import random
import tokenize
import warnings
from pathlib import Path

OTHERS = """( ) [ ] { } , : ; . = == := -> * ** @ / ... ! != <> ~ - + not in is and or if else elif for while with as try except
finally def class lambda return yield await async import from global nonlocal del assert raise pass break continue match case
type print None True __debug__ 0 0777 1_ 0x 1j 'a' b'b' f'{x}' f'{' t'{x!r}' '' \\ $ ? \t # \n""".split(" ")
LONGEST = 60


def modules(folder):
    """The texts of all modules below a folder that are UTF-8."""
    texts = []
    for path in sorted(folder.rglob("*.py")):
        try:
            texts.append(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            pass
    return texts


@functools.cache
def spans(text):
    """First and last line of each statement of a module that is not too long."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found = []
    for node in body:
        first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
        if node.end_lineno - first < LONGEST:
            found.append((first, node.end_lineno))
    return found


def statement(chosen, texts):
    """The lines of a statement of one of the modules."""
    while True:
        text = chosen.choice(texts)
        if found := spans(text):
            first, last = chosen.choice(found)
            return "\n".join(text.split("\n")[first - 1 : last]) + "\n"


def mutant(seed, texts):
    """Mutant number `seed`."""
    chosen = random.Random(seed)
    text = statement(chosen, texts)
    for _ in range(chosen.choice([1, 1, 2])):
        text = chosen.choice([change_token, change_token, change_token, change_line])(chosen, text)
    return text


def change_token(chosen, text):
    """The text with one token changed; as it is where its tokens cannot be found any more."""
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    places = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.string.strip():
                places.append((starts[token.start[0] - 1] + token.start[1], starts[token.end[0] - 1] + token.end[1]))
    except (tokenize.TokenError, SyntaxError):
        pass
    if not places:
        return text
    index = chosen.randrange(len(places))
    start, end = places[index]
    old, other = text[start:end], text[slice(*chosen.choice(places))]
    match chosen.randrange(6):
        case 0:
            new = ""
        case 1:
            new = f"{old} {old}"
        case 2:
            new = f" {other} "
        case 3:
            new = f" {chosen.choice(OTHERS)} "
        case 4:
            new = f"{old} {chosen.choice(OTHERS)} "
        case _:
            if index + 1 == len(places):
                return text
            following, end = places[index + 1]
            new = text[following:end] + " " + old
    return text[:start] + new + text[end:]


def change_line(chosen, text):
    """The text with one line changed."""
    lines = text.splitlines(keepends=True)
    if not lines:
        return text
    index = chosen.randrange(len(lines))
    match chosen.randrange(5):
        case 0:
            lines[index] = lines[index].rstrip("\n")
        case 1:
            lines[index] = chosen.choice([" ", "    ", "\t"]) + lines[index]
        case 2:
            lines[index] = lines[index][chosen.choice([1, 2, 4]) :]
        case 3:
            lines[index] += lines[index]
        case _:
            del lines[index]
    return "".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("modules", type=Path, help="the folder with the modules")
    options = parser.parse_args()
    print(mutant(options.seed, modules(options.modules)), end="")


if __name__ == "__main__":
    main()
