"""How long CinderX's own compiler takes for static modules: `static_time.py ROUNDS FILE…` prints milliseconds, a line each.

The start of the process and the imports of the compiler are left out. Each round has a compiler of its own, as each program has.
Printed are two figures: until the types are bound, and until there is a code object; the least of all rounds.
"""

import sys
import time

import static_reference


def measure(source, rounds, work):
    times = []
    for _ in range(rounds):
        compiler = static_reference.make_compiler({"main.py": source}, False)
        started = time.perf_counter()
        work(compiler)
        times.append(time.perf_counter() - started)
    return min(times) * 1000


def main():
    sys.setrecursionlimit(100_000)
    rounds = int(sys.argv[1])
    for path in sys.argv[2:]:
        with open(path, "rb") as file:
            source = file.read()

        def bind(compiler):
            import ast

            compiler.bind("main", "main.py", ast.parse(source), source, 0)

        def compile_all(compiler):
            compiler.load_compiled_module_from_source(source, "main.py", "main", 0, None)

        print(measure(source, rounds, bind), measure(source, rounds, compile_all))


main()
