"""Writes the programs of tests/programs/*.md as files, one a program.

    programs.py tests/programs OUT      OUT/constants_001_fold_negative_literal.py ...

A program is the block under a heading: ```python, the program itself; or ```text, an expression that makes it, for
programs that are long or have characters an editor might change.

Invariant: every block is a program of its own; a heading without a block is an error.
"""

import argparse
import re
from pathlib import Path

PROGRAM = re.compile(r"^## (?P<title>[^\n]+)\n\n```(?P<kind>python|text)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def programs(page):
    """The (title, program as bytes) pairs of a page."""
    text = page.read_text(encoding="utf-8")
    found = list(PROGRAM.finditer(text))
    titles = re.findall(r"^## ", text, re.MULTILINE)
    assert len(found) == len(titles), f"{page}: {len(titles)} headings, {len(found)} programs"
    for match in found:
        body = match["body"]
        program = body if match["kind"] == "python" else eval(body, {})
        yield match["title"], program.encode("utf-8", "surrogatepass")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pages", type=Path, help="the folder with the pages")
    parser.add_argument("out", type=Path, help="the folder to write to")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    count = 0
    for page in sorted(options.pages.glob("*.md")):
        for number, (title, program) in enumerate(programs(page), 1):
            slug = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")
            (options.out / f"{page.stem}_{number:03}_{slug}.py").write_bytes(program)
            count += 1
    print(f"{count} programs")


if __name__ == "__main__":
    main()
