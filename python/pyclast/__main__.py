"""`python -m pyclast …` is `pyclast …`."""

import os
import sys

from pyclast import find_program

if __name__ == "__main__":
    program = find_program()
    # What it runs, it runs with the interpreter it was asked by.
    os.environ.setdefault("PYCLAST_RUN_PYTHON", sys.executable)
    os.execv(program, [program, *sys.argv[1:]])
