"""Runs the accepted programs of the corpus as compiled by the reference and by pyclast, and compares what is seen.

    static_run.py --pyclast target/debug/pyclast                the corpus, interpreted and compiled by the JIT: a table
    static_run.py --pyclast … --only methods.md -v              each line that differs
    static_run.py --pyclast … --mode jit a.py b.jsonl           other programs, one mode
    static_run.py --show --only "a private method"              what is seen under the reference alone

What is done with a program says static_plan.py, and how it is run static_observe.py. Kinds of differences, the worse first:

    crash       ours kills the process (or takes too long) where the reference's code does not
    refused     the JIT compiles a function of the reference's code and not ours
    returns     ours returns where theirs raises         raises    the other way round
    exception   another class of exception               message   the same class, another message
    value       another value                            printed   other output
    modes       ours does not do the same interpreted and under the JIT, nor what theirs does in both

Where the reference's code kills the process there is nothing to agree with. Differences that are meant are listed in
tests/data/static-run.toml, with reasons: [[difference]] with any of file, subject, mode, line, kind, theirs, ours as regular
expressions that match the whole. Exit status 1 if any other is left.

What was seen is kept under target/ by a hash of program, code and scripts.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from pathlib import Path

import meant
import static_code

MEANT = static_code.ROOT / "tests/data/static-run.toml"
KINDS = ("crash", "refused", "returns", "raises", "exception", "message", "value", "printed", "modes")
SCRIPTS = ("static_observe.py", "static_plan.py", "static_reference.py")
DEAD = re.compile(r"crash .*|timeout|exit|not run")


class Observer:
    """Asks worker processes, and remembers."""

    def __init__(self, modes, jobs):
        self.modes, self.jobs = modes, jobs
        digest = hashlib.sha256()
        for script in SCRIPTS:
            digest.update(Path(__file__).with_name(script).read_bytes())
        self.digest = digest.hexdigest()[:12]
        self.path = static_code.ROOT / "target" / "static-reference" / f"seen-{self.digest}.jsonl"
        self.known = {}
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                self.known[entry["key"]] = entry["seen"]

    def key(self, program, codes, mode):
        """Names a run."""
        content = json.dumps([program.files, codes, mode], ensure_ascii=True)
        return hashlib.sha256(content.encode()).hexdigest()[:24]

    def observe(self, pairs):
        """For each (program, codes) what is seen, by mode; None where there is no code."""
        wanted = {}
        for program, codes in pairs:
            if "error" not in codes:
                for mode in self.modes:
                    key = self.key(program, codes, mode)
                    if key not in self.known:
                        wanted[key] = (program, codes, mode)
        if wanted:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            items = list(wanted.items())
            with open(self.path, "a", encoding="utf-8") as out, concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
                lock = threading.Lock()

                def keep(key, seen):
                    with lock:
                        self.known[key] = seen
                        out.write(json.dumps({"key": key, "seen": seen}) + "\n")
                        out.flush()

                list(pool.map(lambda part: self.serve(part, keep), [items[i :: self.jobs] for i in range(self.jobs)]))
        return [
            None if "error" in codes else {mode: self.known[self.key(program, codes, mode)] for mode in self.modes}
            for program, codes in pairs
        ]

    @staticmethod
    def serve(items, keep):
        """Asks a worker for some runs."""
        command = [static_code.cinderx(), "-B", str(Path(__file__).with_name("static_observe.py"))]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            encoding="utf-8", env=environment | {"PYTHONHASHSEED": "0"},
        ) as process:  # fmt: skip
            for key, (program, codes, mode) in items:
                process.stdin.write(json.dumps({"files": program.files, "codes": codes, "modes": [mode]}) + "\n")
                process.stdin.flush()
                keep(key, json.loads(process.stdout.readline())[mode])
            process.stdin.close()


def compare(ours, theirs):
    """Differences of what was seen in one mode as (kind, path, line, theirs, ours), and how many lines there were."""
    # By the number of its occurrence: the same line may stand in a plan twice.
    mine = dict(numbered(ours))
    found, count = [], 0
    for key, their in numbered(theirs):
        count += 1
        if key in mine and mine[key] != their and (kind := kind_of(key[1], mine[key], their)):
            found.append((kind, *key[:2], their, mine[key]))
    return found, count


def numbered(seen):
    """Lines with how often they occurred before."""
    occurred = Counter()
    for path, line, what in seen:
        yield (path, line, occurred[path, line]), what
        occurred[path, line] += 1


def kind_of(line, ours, theirs):
    """The kind of a difference; nothing where the reference is dead."""
    if DEAD.fullmatch(theirs):
        return None
    if DEAD.fullmatch(ours):
        return "crash"
    if line == "compile":
        return "refused" if functions_in(ours) - functions_in(theirs) else None
    if (ours[0] == "!") != (theirs[0] == "!"):
        return "raises" if ours[0] == "!" else "returns"
    if ours[0] == "!":
        return "message" if ours.split(":")[0] == theirs.split(":")[0] else "exception"
    return "value" if ours.split(" | printed ")[0] != theirs.split(" | printed ")[0] else "printed"


def functions_in(text):
    """The functions a compile line names."""
    return set(re.findall(r"['\"]([\w.<>]+): ", text))


def compare_modes(seen, theirs):
    """Lines that ours does not do the same interpreted and under the JIT, and not as the reference's code does in both."""
    jitted, other, other_jitted = dict(numbered(seen["jit"])), dict(numbered(theirs["interpreted"])), dict(numbered(theirs["jit"]))
    for key, what in numbered(seen["interpreted"]):
        same = (what, jitted.get(key)) == (other.get(key), other_jitted.get(key))
        if key in jitted and jitted[key] != what and not same:
            yield "modes", *key[:2], f"jit: {jitted[key]}", f"interpreted: {what}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="*", type=Path, default=[static_code.ROOT / "tests/static"])
    parser.add_argument("--pyclast", default=str(static_code.ROOT / "target/debug/pyclast"))
    parser.add_argument("--only", default="", help="programs with this in `file: row: subject`")
    parser.add_argument("--mode", choices=("interpreted", "jit"), help="one of the two only")
    parser.add_argument("--kind", default="", help="print only differences of this kind")
    parser.add_argument("--show", action="store_true", help="print what is seen under the reference, and compare nothing")
    parser.add_argument("-v", "--verbose", action="store_true", help="print each difference")
    parser.add_argument("--every", type=int, default=1, help="every n-th program only")
    parser.add_argument("-j", "--jobs", type=int, default=1)
    options = parser.parse_args()

    chosen = list(static_code.accepted(options.paths, options.only))[:: options.every]
    programs = [program for _, program in chosen]
    observer = Observer([options.mode] if options.mode else ["interpreted", "jit"], options.jobs)
    their_codes = static_code.reference_codes(programs, options.jobs)
    theirs = observer.observe(list(zip(programs, their_codes, strict=True)))
    if options.show:
        return show(chosen, theirs)
    our_codes = static_code.our_codes(str(Path(options.pyclast).resolve()), programs, options.jobs)
    ours = observer.observe(list(zip(programs, our_codes, strict=True)))
    entries = meant.load(MEANT)
    by_file, failed, static = defaultdict(Counter), Counter(), 0
    for (file, program), mine, their, codes in zip(chosen, ours, theirs, our_codes, strict=True):
        tally = by_file[file]
        tally["programs"] += 1
        if mine is None or their is None:
            tally["not compiled"] += 1
            failed[re.sub(r"\(\d+\)|offset \d+", "#", " ".join(codes.get("error", "by the reference").split("\nstack backtrace")[0].split())[:200])] += 1
            continue
        static += all(static_code.load(code).co_flags & static_code.STATICALLY_COMPILED for code in codes.values())
        found = []
        for mode in observer.modes:
            different, count = compare(mine[mode], their[mode])
            tally["lines"] += count
            found += [(mode, *item) for item in different]
        if not options.mode:
            found += [("both", *item) for item in compare_modes(mine, their)]
        left = []
        for mode, kind, path, line, their_s, our_s in found:
            names = {"file": file, "subject": program.subject, "mode": mode, "line": line, "kind": kind,
                     "theirs": their_s, "ours": our_s}  # fmt: skip
            if meant.covers(entries, **names):
                tally["meant"] += 1
            else:
                left.append((mode, kind, path, line, their_s, our_s))
                tally[kind] += 1
        tally["good"] += not left
        shown = [item for item in left if not options.kind or item[1] == options.kind]
        if options.verbose and shown:
            print(f"\n{file}: {program.subject}")
            for mode, kind, path, line, their_s, our_s in shown:
                print(f"    {kind} ({mode}): {path}: {line}\n        theirs {their_s[:400]}\n        ours   {our_s[:400]}")
    return report(by_file, failed, static)


def show(chosen, theirs):
    """Prints what is seen under the reference."""
    for (file, program), seen in zip(chosen, theirs, strict=True):
        print(f"\n{file}: {program.subject}")
        if seen is None:
            print("    no code")
            continue
        for mode, lines in seen.items():
            print(f"  {mode}")
            for path, line, what in lines:
                print(f"    {path}: {line}\n        {what[:400]}")
    return 0


def report(by_file, failed, static):
    """Prints the tallies."""
    columns = ("programs", "good", "not compiled", *KINDS)
    print(f"\n{'file':40}" + "".join(f"{name[:9]:>10}" for name in columns))
    sums = Counter()
    for file, row in sorted(by_file.items(), key=lambda item: -sum(item[1][kind] for kind in KINDS)):
        sums.update(row)
        print(f"{file:40}" + "".join(f"{row[name]:10}" for name in columns))
    print(f"{'all':40}" + "".join(f"{sums[name]:10}" for name in columns))
    for reason, count in failed.most_common(15):
        print(f"not compiled, {count}: {reason}")
    print(f"{sums['programs']} programs ({static} of them static code in ours), {sums['lines']} lines compared: "
          f"{sums['good']} programs equal, {sum(sums[kind] for kind in KINDS)} lines differ, {sums['meant']} are meant to")
    return 1 if failed or any(sums[kind] for kind in KINDS) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        sys.exit(1)
