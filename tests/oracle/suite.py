"""Runs CPython's own tests on a library whose `.pyc` files somebody else wrote.

    suite.py WORK PYCLAST [TEST ...]

Copies the running interpreter's library twice, compiles one copy with `python -m compileall` and the other with
PYCLAST, both as unchecked-hash files (so that import never looks at a source), and runs the tests in each. What is
compared is the outcome of each test case.

    ours    run=5012 failures=0 errors=0 skipped=131
    theirs  run=5012 failures=0 errors=0 skipped=131

Invariant: no `.pyc` file of the library changes while its tests run; so what ran is what was compiled.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TESTS = """test_grammar test_compile test_dis test_code test_peepholer test_generators test_coroutines test_asyncgen
test_patma test_listcomps test_type_annotations test_type_params test_sys_settrace test_monitoring test_traceback
test_exceptions test_with test_fstring test_tstring test_super test_scope test_dataclasses test_typing test_enum
test.test_asyncio.test_tasks""".split()


def copy_library(home):
    """A home for the interpreter: its library with its extension modules, without compiled files."""
    library = Path(sysconfig.get_path("stdlib"))
    shutil.copytree(library, home / "lib" / library.name, symlinks=True,
                    ignore=shutil.ignore_patterns("__pycache__", "site-packages", "dist-packages"))
    return home / "lib" / library.name


def fingerprints(library):
    """By file: a hash of each compiled file that was there before the tests."""
    return {path: hashlib.sha256(path.read_bytes()).digest() for path in library.rglob("*.pyc")}


def run(home, tests, report):
    """Runs the tests; by case: its outcome."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment["PYTHONHOME"] = str(home)
    scratch = home / "scratch"
    scratch.mkdir()
    names = [name if name.startswith("test.") else f"test.{name}" for name in tests]
    names = [name.removeprefix("test.") for name in names]
    command = [sys.executable, "-m", "test", "--junit-xml", str(report), "--tempdir", str(scratch), *names]
    with open(report.with_suffix(".log"), "w") as log:
        subprocess.run(command, env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=scratch, check=False)
    outcomes = {}
    for case in ElementTree.parse(report).iter("testcase"):
        kinds = sorted({child.tag for child in case} & {"failure", "error", "skipped"})
        outcomes[case.get("name")] = kinds[0] if kinds else case.get("result", "passed")
    return outcomes


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("pyclast")
    parser.add_argument("tests", nargs="*", default=TESTS)
    arguments = parser.parse_args()
    compilers = {
        "theirs": [sys.executable, "-m", "compileall", "-q", "-q", "--invalidation-mode", "unchecked-hash"],
        "ours": [arguments.pyclast, "compile", "-q", "-q", "--invalidation-mode", "unchecked-hash"],
    }
    libraries = {}
    for name, compiler in compilers.items():
        home = arguments.work / name
        libraries[name] = copy_library(home)
        subprocess.run([*compiler, str(libraries[name])], check=False)
    before = {name: fingerprints(library) for name, library in libraries.items()}
    with ThreadPoolExecutor() as pool:
        jobs = {name: pool.submit(run, arguments.work / name, arguments.tests, arguments.work / f"{name}.xml")
                for name in compilers}
    outcomes = {name: job.result() for name, job in jobs.items()}
    for name, cases in outcomes.items():
        found = list(cases.values())
        print(f"{name:<8}run={len(found)} failures={found.count('failure')} errors={found.count('error')} "
              f"skipped={found.count('skipped')}")
        changed = [path for path, digest in before[name].items()
                   if not path.exists() or hashlib.sha256(path.read_bytes()).digest() != digest]
        if changed or len(before[name]) < 1000:
            sys.exit(f"{name}: {len(changed)} of {len(before[name])} compiled files changed: {changed[:3]}")
    different = {case for case in outcomes["ours"].keys() | outcomes["theirs"].keys()
                 if outcomes["ours"].get(case) != outcomes["theirs"].get(case)}
    for case in sorted(different):
        print(f"{case}: ours {outcomes['ours'].get(case)}, theirs {outcomes['theirs'].get(case)}")
    sys.exit(bool(different))


if __name__ == "__main__":
    main()
