"""Random static programs, compiled, run interpreted and under the JIT, and compared with plain CPython.

    static_fuzz.py --pyclast target/debug/pyclast --count 1000 [--seed 0]    a tally; exit status 1 if anything failed
    static_fuzz.py --modules --count 100                             programs of several modules (static_generate_modules.py)
    static_fuzz.py --reference --count 100                                   the same for the reference's code
    static_fuzz.py --pyclast … --seed 17 --count 1 --minimise                the shortest program that fails as 17 does

static_generate.py makes the programs. Those of `tests/data/static-random.toml` are known to go wrong, and how; they are told of
and no failure; the list has to be true (but that a crash depends on where memory lies). What may happen to one:

    rejected    the checker does not accept it, and the reference's says the same (no failure: some are not well typed)
    verdict     the checker does not accept it, and the reference's does, or has another error (but for its own failures)
    broken      the compiler fails in another way: an internal error, a proof that fails
    crash       the process is killed, interpreted or under the JIT
    modes       the interpreter and the JIT do not agree
    differs     what is seen is not what the untyped program does under CPython
    refused     the JIT does not take a function
"""

import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from collections import Counter
from pathlib import Path

import static_code
import static_corpus
import static_generate
import static_generate_modules

# A function that the code itself leaves to the interpreter, and those made for dataclasses, which the JIT may not take.
LEFT = re.compile(r"'([\w.]+: PYJIT_RESULT_CANNOT_SPECIALIZE|[\w.]+__(setattr|delattr|init)__: PYJIT_RESULT_UNKNOWN_ERROR)'(, )?")
FAILURES = ("verdict", "broken", "crash", "modes", "differs", "refused")
CHECKED = re.compile(r"chk(list|dict)(\[[^\]]*\])?\(")
MESSAGE = re.compile(r"! (\w+): [^;|]*")
REJECTED = re.compile(r"TypedSyntaxError|^\S+: status 1: error\[|StrictModuleError")
# "TypedSyntaxError: bad name provided for @inline (main.py, line 3)"
RAISED = re.compile(r"(?P<message>.*) \((?P<path>[^ ]*), line (?P<line>\d+)\)$", re.DOTALL)
# Compiled by the JIT before anything ran, and when the interpreter knows the code.
MODES = ["interpreted", "jit", "warm"]
# The reference fails with an exception that is no diagnostic.
FAILED = ("AssertionError", "AttributeError", "KeyError", "IndexError", "NotImplementedError", "RecursionError", "TypeError")
BATCH = 100
KNOWN = Path(__file__).parents[1] / "data/static-random.toml"


class Workers:
    """One process for static code, one for plain."""

    def __init__(self, plain_python):
        self.static = self.start([static_code.cinderx()], [])
        self.plain = self.start([plain_python], ["--plain"])

    @staticmethod
    def start(python, options):
        """A process of static_observe_all.py, in which nobody can use objects that were freed unseen."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return subprocess.Popen(
            [*python, "-B", str(Path(__file__).with_name("static_observe_all.py")), *options], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
            env=environment | {"PYTHONHASHSEED": "0", "PYTHONMALLOC": "debug"},
        )  # fmt: skip

    @staticmethod
    def ask(process, programs, modes):
        """What it says of programs."""
        process.stdin.write(json.dumps({"programs": programs, "modes": modes}) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    def close(self):
        """Ends both."""
        for process in (self.static, self.plain):
            process.stdin.close()
            process.wait()
            process.stdout.close()


def judge_all(workers, programs, codes):
    """What happened to programs, and a line about each."""
    verdicts, running = [None] * len(programs), []
    for number, (made, code) in enumerate(zip(programs, codes, strict=True)):
        if "error" in code:
            text = " ".join(code["error"].split())
            verdicts[number] = ("rejected" if REJECTED.search(text) else "broken"), text
            continue
        lines = [f"{name}()" for name in re.findall(r"^def (t\d+)\(", made["files"][0][1], re.MULTILINE)]
        running.append((number, {"files": made["files"], "lines": lines * 4, "warm": len(lines) * 3}, code, made["plain"]))
    seen = workers.ask(workers.static, [request | {"codes": code} for _, request, code, _ in running], MODES)
    plain = workers.ask(workers.plain, [request | {"plain": text} for _, request, _, text in running], ["interpreted"])
    for (number, *_), typed, untyped in zip(running, seen, plain, strict=True):
        verdicts[number] = judge(typed, untyped["interpreted"])
    return verdicts


def judge(seen, plain):
    """What happened to a program that was run."""
    for mode in MODES:
        for _, line, what in seen[mode]:
            if what.startswith(("crash", "exit", "timeout")) or line == "driver":
                return "crash", f"{mode}: {line}: {what}"
    # The messages of the runtime itself differ.
    interpreted = normal(seen["interpreted"])
    for mode in MODES[1:]:
        jitted = normal([item for item in seen[mode] if item[1] != "compile"])
        if interpreted != jitted:
            return "modes", f"{mode}: {first_difference(interpreted, jitted)}"
    if normal(plain) != interpreted:
        return "differs", first_difference(normal(plain), interpreted)
    refused = [item for item in seen["jit"] if item[1] == "compile" and LEFT.sub("", item[2]) != "list()"]
    return ("refused", refused[0][2][:300]) if refused else ("good", "")


def normal(items):
    """What is seen, as far as it has to be the same in both worlds: messages need not, nor the number of modules."""
    return [[line, MESSAGE.sub(r"! \1", CHECKED.sub(r"\1(", what))] for _, line, what in items if (line, what) != ("import", "None")]


def first_difference(a, b):
    """The first items that differ."""
    return next((f"{x[-2]}: {x[-1][:250]} AND {y[-1][:250]}" for x, y in zip(a, b, strict=False) if x != y), "not as many lines")


def wrap(programs):
    """Programs as the corpus has them."""
    return [static_corpus.Program("", made["subject"], files=[tuple(file) for file in made["files"]]) for made in programs]


def compare_rejected(programs, verdicts):
    """Makes "verdict" of what we reject and the reference does not, or with another error first."""
    rejected = [number for number, (what, _) in enumerate(verdicts) if what == "rejected"]
    answers = static_code.answers("static_code.py", wrap([programs[number] for number in rejected]))
    for number, answer in zip(rejected, answers, strict=True):
        ours = verdicts[number][1]
        theirs = " ".join(answer.get("error", "accepted").split())
        raised = RAISED.match(theirs)
        # Of several modules the reference stops at the first error, and at what it has no reason to refuse.
        if theirs.startswith(FAILED) or is_meant(programs[number], theirs) or raised and len(programs[number]["files"]) > 1:
            continue
        if not raised or raised["message"] not in ours or f"{raised['path']}:{raised['line']}:" not in ours:
            verdicts[number] = "verdict", f"{theirs[:200]} AND {ours[:200]}"


def is_meant(made, error):
    """Whether the reference refuses what ours does not, and so stops before the error that ours has: a name that
    `a, *b = …` bound, a machine integer of the function boxed in a comprehension."""
    unknown = re.match(r"TypedSyntaxError: Name `(\w+)` is not defined", error)
    if unknown:
        return any(re.search(rf"\*{unknown[1]}\b[^=]* = ", source) for _, source in made["files"])
    boxed = re.match(r"TypedSyntaxError: can't box non-primitive: dynamic \((?P<path>.*), line (?P<line>\d+)\)", error)
    return bool(boxed) and " for " in dict(made["files"])[boxed["path"]].splitlines()[int(boxed["line"]) - 1]


def compile_all(options, programs):
    """Codes of programs."""
    wrapped = wrap(programs)
    if options.reference:
        answers = static_code.answers("static_code.py", wrapped)
        return list(answers)
    return static_code.our_codes(str(Path(options.pyclast).resolve()), wrapped)


def run(options, seeds):
    """(seed, verdict, line) of some programs."""
    workers = Workers(options.python)
    programs = [options.generator.program(seed) for seed in seeds]
    verdicts = judge_all(workers, programs, compile_all(options, programs))
    if not options.reference:
        compare_rejected(programs, verdicts)
    found = [(seed, *verdict) for seed, verdict in zip(seeds, verdicts, strict=True)]
    workers.close()
    return found


def minimise(options, seed):
    """Prints the shortest program found that fails as that of a seed."""
    made = static_generate.Program(seed)
    workers = Workers(options.python)

    def verdict(keep):
        static = static_generate.HEADER + static_generate.COMMON + "\n".join(made.static[i] for i in keep) + "\n"
        plain = static_generate.HELPERS + static_generate.COMMON + "\n".join(made.plain[i] for i in keep) + "\n"
        try:
            compile(static, "", "exec")
            compile(plain, "", "exec")
        except SyntaxError:
            return "", "", static
        program = {"subject": "", "files": [["main.py", static]], "plain": plain}
        what, line = judge_all(workers, [program], compile_all(options, [program]))[0]
        return what, re.sub(r".*(crash \w+|unsound code).*", r"\1", line) if what in ("crash", "broken") else "", static

    keep = list(range(len(made.static)))
    wanted = verdict(keep)[:2]

    def indent(index):
        return len(made.static[index]) - len(made.static[index].lstrip())

    changed = True
    while changed:
        changed = False
        at = 0
        while at < len(keep):
            # A line with the block under it, else the line alone.
            end = at + 1
            while end < len(keep) and indent(keep[end]) > indent(keep[at]):
                end += 1
            for stop in dict.fromkeys((end, at + 1)):
                less = keep[:at] + keep[stop:]
                if verdict(less)[:2] == wanted:
                    keep, changed = less, True
                    break
            else:
                at += 1
    print(f"# {seed}: {wanted}\n{verdict(keep)[2]}")
    if wanted[0] == "differs":
        print("# plain\n" + "\n".join("# " + made.plain[i] for i in keep))
    workers.close()
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pyclast", default=str(static_code.ROOT / "target/debug/pyclast"))
    parser.add_argument("--reference", action="store_true", help="the reference's compiler instead")
    parser.add_argument("--python", default=str(static_code.ROOT / "target/oracle/python3.14"), help="plain CPython")
    parser.add_argument("--seed", type=int, default=0, help="the number of the first program")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--modules", action="store_true", help="programs of several modules")
    parser.add_argument("--minimise", action="store_true", help="shorten the program of --seed")
    parser.add_argument("--show", type=int, default=5, help="how many failures of each kind to print")
    parser.add_argument("-j", "--jobs", type=int, default=1)
    options = parser.parse_args()
    options.generator = static_generate_modules if options.modules else static_generate
    if options.minimise and options.modules:
        parser.error("programs of several modules cannot be shortened")
    if options.minimise:
        return minimise(options, options.seed)
    started = time.monotonic()
    seeds = range(options.seed, options.seed + options.count)
    batches = [seeds[i : i + BATCH] for i in range(0, len(seeds), BATCH)]
    known = {} if options.reference or options.modules else {entry["seed"]: entry["what"] for entry in tomllib.loads(KNOWN.read_text())["known"]}
    tally, shown, stale = Counter(), Counter(), 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for found in pool.map(lambda batch: run(options, batch), batches):
            for seed, what, line in found:
                if seed in known:
                    print(f"{seed}: known: {what}" + ("" if what == known[seed] else f", not {known[seed]}: see {KNOWN.name}"))
                if what in FAILURES and what == known.get(seed):
                    tally["known"] += 1
                    continue
                stale += what != known.get(seed, what) and known[seed] != "crash"
                tally[what] += 1
                kind = (what, re.sub(r"\d+", "#", line)[:60]) if what == "broken" else (what,)
                shown[kind] += 1
                if what in FAILURES and shown[kind] <= options.show:
                    print(f"{seed}: {what}: {line[:600]}", flush=True)
    print("  ".join(f"{what} {tally[what]}" for what in ("good", "rejected", "known", *FAILURES)), f" in {time.monotonic() - started:.0f} s")
    return 1 if stale or any(tally[what] for what in FAILURES) else 0


if __name__ == "__main__":
    sys.exit(main())
