"""Programs that the reference compiles into code that kills the process, or does what nobody wrote; and what ours must do.

    static_bugs.py --pyclast target/debug/pyclast      each bug: does the reference still have it, and do we not? 1 if not so
    static_bugs.py --write                             puts what is seen under the reference into the list

The list is tests/data/static-bugs.toml: a program, lines to run in it (see static_observe.py), what is wanted of each line, as
regular expressions that match the whole (or `rejected`, of all lines, for a program that must not compile), and what the reference's code does, interpreted and under the JIT.
With `warm_after`, the program is also run as code that the JIT compiles after that many of the lines.
`refused` is what the JIT may refuse to take, where that is meant; `gap` says why ours does not what is wanted yet: a gap that is closed must go.

Invariant: every bug is one: in one of the modes a line does not match what is wanted, or the JIT refuses a function.
"""

import argparse
import re
import sys
import tomllib
from pathlib import Path

import static_code
import static_corpus
import static_fuzz

LIST = static_code.ROOT / "tests/data/static-bugs.toml"
# An address that is taken for a number, or its bits for a double.
GARBAGE = re.compile(r"^(?:\d{8}|1\d{14}|\d\.\d+e-3\d\d)$")


def modes(bug):
    """How a program is run."""
    return ["interpreted", "jit", "warm"] if "warm_after" in bug else ["interpreted", "jit"]


def steps(bug, mode, lines, compiled):
    """What belongs to each line, and `compiled` to where the JIT compiles."""
    at = {"jit": 0, "warm": bug.get("warm_after")}.get(mode)
    return lines if at is None else [*lines[:at], compiled, *lines[at:]]


def seen(workers, bug, codes):
    """What each line does, by mode; the JIT's refusals as a line of their own."""
    request = {"files": [["main.py", bug["source"]]], "lines": bug["lines"], "warm": bug.get("warm_after"), "codes": codes}
    [answer] = workers.ask(workers.static, [request], modes(bug))
    return {
        mode: [GARBAGE.sub("garbage", what) for _, line, what in answer[mode] if line not in ("import", "rest")]
        for mode in modes(bug)
    }


def faults(bug, found):
    """How what was seen is not what is wanted."""
    for mode in modes(bug):
        expected = steps(bug, mode, bug["wanted"], bug.get("refused", r"list\(\)"))
        if len(found[mode]) != len(expected):
            yield f"{mode}: {len(found[mode])} lines seen: {found[mode]}"
            continue
        lines = steps(bug, mode, bug["lines"], "compile")
        for line, pattern, what in zip(lines, expected, found[mode], strict=True):
            if not re.fullmatch(pattern, what, re.DOTALL):
                yield f"{mode}: {line}: {what}, wanted {pattern}"


def quote(text):
    """A TOML string."""
    return f"'{text}'" if "'" not in text and "\n" not in text else '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def write(head, bugs):
    """The text of the list."""
    out = [head.rstrip("\n")]
    for bug in bugs:
        out += ["", "[[bug]]", f"name = {quote(bug['name'])}", f"source = '''\n{bug['source']}'''"]
        out += [f"{key} = {quote(bug[key])}" for key in ("refused", "gap") if key in bug]
        out += [f"warm_after = {bug['warm_after']}"] if "warm_after" in bug else []
        for key in ("lines", "wanted"):
            out += [f"{key} = [", *(f"    {quote(text)}," for text in bug[key]), "]"]
        for mode in modes(bug):
            out += [f"{mode} = [", *(f"    {quote(text)}," for text in bug["reference"][mode]), "]"]
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pyclast", default=str(static_code.ROOT / "target/debug/pyclast"))
    parser.add_argument("--python", default=str(static_code.ROOT / "target/oracle/python3.14"))
    parser.add_argument("--only", default="", help="bugs with this in their name")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.write and options.only:
        parser.error("--write takes all of the list")
    text = LIST.read_text(encoding="utf-8")
    bugs = [bug for bug in tomllib.loads(text)["bug"] if options.only in bug["name"]]
    programs = [static_corpus.Program("", bug["name"], files=[("main.py", bug["source"])]) for bug in bugs]
    theirs = static_code.reference_codes(programs)
    workers = static_fuzz.Workers(options.python)
    bad = 0
    for bug, codes in zip(bugs, theirs, strict=True):
        bug["reference"] = seen(workers, bug, codes) if "error" not in codes else dict.fromkeys(modes(bug), [codes["error"]])
    if options.write:
        LIST.write_text(write(text[: text.index("\n[[bug]]")], bugs), encoding="utf-8")
    ours = static_code.our_codes(str(Path(options.pyclast).resolve()), programs)
    for bug, codes in zip(bugs, ours, strict=True):
        stated = {mode: bug.get(mode) for mode in modes(bug)}
        problems, known = [], []
        if not list(faults({**bug, "refused": r"list\(\)"}, bug["reference"])):
            problems.append("the reference does what is wanted")
        if not options.write and stated != bug["reference"]:
            problems.append(f"the reference does {bug['reference']}, and the list says {stated}")
        if "error" in codes and static_fuzz.REJECTED.search(" ".join(codes["error"].split())) and set(bug["wanted"]) == {"rejected"}:
            pass
        elif "error" in codes:
            problems.append(f"ours: {codes['error'][:400]}")
        elif not static_code.load(codes["main.py"]).co_flags & static_code.STATICALLY_COMPILED:
            problems.append("ours: no static code")
        else:
            found = [f"ours: {fault}" for fault in faults(bug, seen(workers, bug, codes))]
            if "gap" not in bug:
                problems += found
            elif found:
                known = [f" (a gap: {bug['gap']})"]
            else:
                problems.append("ours: the gap is closed")
        bad += bool(problems)
        verdict = "".join(f"\n    {problem}" for problem in problems) or "".join(["not as wanted", *known] if known else ["good"])
        print(f"{bug['name']}: {verdict}")
    workers.close()
    print(f"{len(bugs)} bugs: {bad} not as wanted")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
