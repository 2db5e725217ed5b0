"""Reads and writes the corpus of static modules: Markdown, a section a program.

    ## box-unbox: box and unbox                      a row of the feature list (rows.md); what follows belongs to it
    ### box takes one argument                       a program: its subject, then a sentence if the subject needs one
    ```python
    import __static__
    from __static__ import box, int64
    def f(x: int64) -> int:
        return box(x, 1)  # error[12]: box only accepts a single argument
    ```

Several files: before each block a line with its path, `` `pkg/__init__.py`: ``; a block without one is `main.py`.
They are compiled in the order they stand in, by one compiler. A line `static: always` before the blocks makes all of them
static, whether they say `import __static__` or not.

Comments in the code state the verdict of the reference, and are no part of the program:

    ...  # error[12]: message              the first error, a TypedSyntaxError, at this line and column (from 1, in characters)
    ...  # error[12] SyntaxError: message  an error of another class

and at the end of the last block, on lines of their own:

    # accepted
    # error[none] BadFlagException: message   an error without a place
    # error[3:12]: message                    for a line that cannot hold a comment; `lib.py` before the 3 if not the last file
    # crash: KeyError: message                the reference fails with an exception that is no diagnostic
    # differs: accepted: reason               what we say instead (accepted or rejected), and why

Invariant: reading what `write` wrote gives the same programs, and a file that `write` wrote is written the same again.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

ROW = re.compile(r"## ([a-z0-9-]+): (.+)")
FILE = re.compile(r"`([\w/.]+\.pyi?)`:")
AT_LINE = re.compile(r"\s*# error\[(\d+)\](?: (\w+))?: (.*)$")
AT_END = re.compile(r"# error\[(none|(?:([\w/.]+) )?(\d+):(\d+))\](?: (\w+))?: (.*)$")
CRASH = re.compile(r"# crash: ([\w.]+)(?:: (.*))?$")
DIFFERS = re.compile(r"# differs: (accepted|rejected): (.+)$")
TYPED = "TypedSyntaxError"


class Malformed(ValueError):
    """A corpus file that breaks the format."""


@dataclass
class Verdict:
    """What the reference says of a program."""

    kind: str  # "accepted", "error", "crash"
    cls: str = ""
    message: str = ""
    module: str = ""  # the path of the file
    line: int | None = None
    column: int | None = None


@dataclass
class Program:
    """One section of the corpus."""

    row: str
    subject: str
    prose: list[str] = field(default_factory=list)
    static: str = "auto"
    files: list[tuple[str, str]] = field(default_factory=list)  # path and source, without markers
    verdict: Verdict | None = None
    differs: str = ""

    def key(self):
        """Names the program by its content."""
        content = json.dumps([self.static, self.files], ensure_ascii=True)
        return hashlib.sha256(content.encode()).hexdigest()[:24]


@dataclass
class Row:
    """A `##` heading: the name of a feature, its title and the text up to the first program."""

    name: str
    title: str
    prose: list[str] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)


@dataclass
class Document:
    """A corpus file."""

    head: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def programs(self):
        """All programs, in order."""
        return [program for row in self.rows for program in row.programs]


def read(text, name="<corpus>"):
    """A document from its text."""
    document, row, program, path = Document(), None, None, None
    lines = iter(enumerate(text.split("\n"), 1))
    for number, line in lines:
        if match := ROW.fullmatch(line):
            row, program = Row(*match.groups()), None
            document.rows.append(row)
        elif line.startswith("## "):
            raise Malformed(f"{name}:{number}: a heading that names no row: {line}")
        elif line.startswith("### "):
            if row is None:
                raise Malformed(f"{name}:{number}: a program before the first row")
            program = Program(row.name, line[4:].strip())
            row.programs.append(program)
        elif line.startswith("```"):
            if program is None or line != "```python":
                raise Malformed(f"{name}:{number}: a block outside of a program: {line}")
            _read_block(program, path or "main.py", lines, f"{name}:{number}")
            path = None
        elif program is not None and (match := FILE.fullmatch(line)):
            path = match[1]
        elif program is not None and line.startswith("static: "):
            program.static = line[8:].strip()
        elif line.strip() or row is None:
            (document.head if row is None else row.prose if program is None else program.prose).append(line)
    while document.head and not document.head[-1].strip():
        document.head.pop()
    return document


def _read_block(program, path, lines, place):
    source = []
    for _, line in lines:
        if line == "```":
            break
        source.append(_strip_marker(program, path, line, len(source) + 1, place))
    else:
        raise Malformed(f"{place}: a block without an end")
    text = "".join(line + "\n" for line in source if line is not None)
    program.files.append((path, text))


def _strip_marker(program, path, line, number, place):
    """The line without its marker; None if it was nothing but that."""
    verdict = None
    stripped = None
    if line == "# accepted":
        verdict = Verdict("accepted")
    elif match := AT_END.match(line):
        where, file, at_line, column, cls, message = match.groups()
        verdict = Verdict("error", cls or TYPED, message)
        if where != "none":
            verdict.module, verdict.line, verdict.column = file or path, int(at_line), int(column)
    elif match := CRASH.match(line):
        verdict = Verdict("crash", match[1], match[2] or "")
    elif match := DIFFERS.match(line):
        program.differs = f"{match[1]}: {match[2]}"
    elif match := AT_LINE.search(line):
        verdict = Verdict("error", match[2] or TYPED, match[3], path, number, int(match[1]))
        stripped = line[: match.start()]
    elif re.match(r"# ?(accepted|error|crash|differs)", line):
        raise Malformed(f"{place}: no marker looks like this: {line}")
    else:
        stripped = line
    if verdict is not None:
        if program.verdict is not None:
            raise Malformed(f"{place}: a second verdict: {line}")
        program.verdict = verdict
    return stripped


def write(document):
    """The text of a document."""
    out = [*document.head, ""]
    for row in document.rows:
        out += [f"## {row.name}: {row.title}", ""]
        if row.prose:
            out += [*row.prose, ""]
        for program in row.programs:
            out += [*_section(program), ""]
    return "\n".join(out).rstrip("\n") + "\n"


def _section(program):
    out = [f"### {program.subject}"]
    out += program.prose
    if program.static != "auto":
        out.append(f"static: {program.static}")
    for index, (path, source) in enumerate(program.files):
        if len(program.files) > 1 or path != "main.py":
            out.append(f"`{path}`:")
        last = index == len(program.files) - 1
        out += ["```python", *_marked(program, path, source.split("\n")[:-1], last), "```"]
    return out


def _marked(program, path, lines, last):
    verdict, lines, tail = program.verdict, list(lines), []
    if verdict is None:
        pass
    elif verdict.kind == "accepted":
        tail.append("# accepted")
    elif verdict.kind == "crash":
        tail.append(f"# crash: {verdict.cls}" + (f": {verdict.message}" if verdict.message else ""))
    else:
        cls = "" if verdict.cls == TYPED else f" {verdict.cls}"
        here = verdict.module == path
        fits = verdict.line is not None and _holds_comment(program, verdict)
        if verdict.line is None:
            tail.append(f"# error[none]{cls}: {verdict.message}")
        elif fits and here:
            lines[verdict.line - 1] += f"  # error[{verdict.column}]{cls}: {verdict.message}"
        elif not fits:
            file = "" if here else f"{verdict.module} "
            tail.append(f"# error[{file}{verdict.line}:{verdict.column}]{cls}: {verdict.message}")
    if program.differs:
        tail.append(f"# differs: {program.differs}")
    return lines + tail if last else lines


def _holds_comment(program, verdict):
    """Whether a comment can be put at the end of the line of an error without changing the program."""
    source = dict(program.files).get(verdict.module, "")
    lines = source.split("\n")
    if not 0 < verdict.line < len(lines) or not lines[verdict.line - 1].strip():
        return False
    line = lines[verdict.line - 1]
    if line.endswith("\\") or source.count('"""') or source.count("'''"):
        return False
    return "#" not in line


def files(paths):
    """The corpus files among paths and in folders, in sorted order."""
    for path in map(Path, paths):
        found = sorted(path.glob("*.md")) if path.is_dir() else [path]
        yield from (file for file in found if file.name not in ("rows.md", "README.md"))


def rows(text):
    """The rows of rows.md: name → (feature, whether something must be accepted, whether something must be rejected)."""
    table = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 4 and (match := re.fullmatch(r"`([a-z0-9-]+)`", cells[0])):
            table[match[1]] = (cells[1], cells[2] == "yes", cells[3] == "yes")
    return table
