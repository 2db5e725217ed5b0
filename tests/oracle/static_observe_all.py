"""Runs many compiled static programs, several in one process, and says what was seen of each.

    {"programs": [{"files": …, "codes": …, "lines": […]}, …], "modes": ["interpreted", "jit"]}
    → [{"interpreted": [["main.py", "t0()", "3"], …], "jit": […]}, …]

As static_observe.py, which does the work, but programs share a process for as long as it lives: what it died of, or
timed out with, is run again by itself. Untyped programs ("plain") are run by an interpreter without cinderx (`--plain`).

Invariant: what is seen of a program does not depend on those before it, as long as the process lives.
"""

import base64
import contextlib
import gc
import json
import marshal
import os
import sys
import warnings

import static_observe


def observe_all(programs, mode):
    """All observations of programs in one mode, by as few processes as it takes."""
    seen = [None] * len(programs)
    while None in seen:
        first = seen.index(None)
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            os.close(reader)
            with contextlib.suppress(BaseException), os.fdopen(writer, "w", encoding="utf-8", errors="backslashreplace") as out:
                for number in range(first, len(programs)):
                    out.write(json.dumps([number, observe_here(programs[number], mode)]) + "\n")
                    out.flush()
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, encoding="utf-8") as lines:
            for line in lines:
                if line.endswith("\n"):
                    number, items = json.loads(line)
                    seen[number] = items
        os.waitpid(child, 0)
        if None in seen:
            alone = seen.index(None)
            seen[alone] = static_observe.observe(programs[alone], plans(programs[alone]), mode)
    return seen


def observe_here(program, mode):
    """All observations of a program in this process."""
    items = []
    static_observe.run(program, plans(program), mode, (), items.append)
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, static_observe.Loader)]
    for name in static_observe.PROGRAM:
        sys.modules.pop(name, None)
    static_observe.PROGRAM.clear()
    return [item for item in items if item[0] != "begin"]


def plans(program):
    """The lines of each file: those of the first, which imports the others."""
    (main, _), *others = program["files"]
    return {main: program["lines"]} | {path: [] for path, _ in others}


def steps(request, plan, mode, of_one=static_observe.steps):
    """What is done with a module; those without lines are compiled when the first one is."""
    return of_one(request, plan, mode) if plan else ["import"]


def refused(space, of_one=static_observe.refused):
    """Functions of a program that the JIT does not compile."""
    others = [sys.modules[name] for name in sorted(static_observe.PROGRAM) if name in sys.modules and name != space.module.__name__]
    return [bad for each in (space, *map(static_observe.Space, others)) for bad in of_one(each)]


static_observe.steps, static_observe.refused = steps, refused


def main():
    warnings.simplefilter("ignore")
    if "--plain" not in sys.argv:
        static_observe.prepare()
    gc.freeze()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for line in sys.stdin:
        request = json.loads(line)
        for program in request["programs"]:
            if "plain" in program:
                path = program["files"][0][0]
                code = marshal.dumps(compile(program["plain"], path, "exec"))
                program["codes"] = {path: base64.b64encode(code).decode()}
        seen = [observe_all(request["programs"], mode) for mode in request["modes"]]
        answers.write(json.dumps([dict(zip(request["modes"], each, strict=True)) for each in zip(*seen, strict=True)]) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
