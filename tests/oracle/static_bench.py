"""Times static programs: compiled by the reference and by pyclast under the JIT, and untyped under plain CPython.

    static_bench.py --pyclast target/release/pyclast            the programs of tests/static_benches: a table
    static_bench.py --pyclast … --mypyc ENV/bin/python a.py     other programs; and mypyc of that environment beside them
    static_bench.py --print plain a.py                          a form of a program

A program is one static module with primitives and `run(rounds: int) -> int`. Three forms are made of it:

    primitives    as it is
    typed         without primitives: int64 → int, double → float, Array[int64] → list, crange → range, box(x) → x
    plain         without any types: what one writes for CPython

Each measurement is a process of its own: it compiles, imports, warms up (until all background compiles are done) and takes
the best of several runs, in seconds of the processor. Processes of one program alternate, so that a busy machine is busy
for all. All forms must return the same, or there are no figures.
"""

import argparse
import ast
import base64
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import static_code
import static_corpus

FORMS = ("primitives", "typed", "plain")
WIDTHS = {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
NAMES = dict.fromkeys(WIDTHS, "int") | {"double": "float", "cbool": "bool"}
CALLS = {"crange": "range", "clen": "len"}
GENERIC = {"Array", "CheckedList", "CheckedDict"}
# Rounds that take CPython about a quarter of a second.
ROUNDS = {
    **{"richards": 4, "deltablue": 50, "nbody": 250, "fannkuch": 20, "trees": 50},
    **{"splines": 50, "spectral": 25, "documents": 200, "raytracer": 200, "words": 2000},
    **{"elevator": 150, "circuit": 250},
}

MEASURE = '''
import sys, time, json
sys.path.insert(0, sys.argv[1])
name, rounds, kind, repeats = sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
if kind == "static":
    import base64, builtins, marshal
    sys.path.insert(0, sys.argv[6])
    import __static__, static_observe
    from _cinderx import install_frame_evaluator, watch_sys_modules, StrictModule
    from cinderx import jit
    install_frame_evaluator(); watch_sys_modules()
    import types
    code = marshal.loads(open(sys.argv[7], "rb").read())
    module = types.ModuleType(name)
    space = {"<fixed-modules>": static_observe.fixed_modules(), "<builtins>": vars(builtins),
             "<init-cached-properties>": None, "<imported-from>": code.co_consts[-1]} | vars(module)
    module = sys.modules[name] = StrictModule(space, False)
    jit.auto()
    exec(code, space)
    # As many calls as it takes until everything is compiled, the JIT's own threshold being 1,000 calls.
    for _ in range(3):
        module.run(rounds)
        jit.wait_for_background_compiles()
    for _ in range(1100):
        module.run(0)
    jit.wait_for_background_compiles()
    module.run(rounds)
    jit.wait_for_background_compiles()
else:
    import importlib
    module = importlib.import_module(name)
    module.run(rounds)
best, result = 1e9, None
for _ in range(repeats):
    start = time.process_time()
    result = module.run(rounds)
    best = min(best, time.process_time() - start)
print(json.dumps([best, result]))
'''


class Untype(ast.NodeTransformer):
    """Makes a form of a program."""

    def __init__(self, form):
        self.form = form

    def visit_ImportFrom(self, node):
        """Drops imports of what is no longer used."""
        if node.module == "__static__" or self.form == "plain" and node.module == "typing":
            return None
        return node

    def visit_Import(self, node):
        """Drops the directive of an untyped form."""
        return None if self.form == "plain" and node.names[0].name == "__static__" else node

    def visit_Name(self, node):
        """Names of primitives become those of their classes."""
        return ast.copy_location(ast.Name(NAMES.get(node.id, node.id), node.ctx), node)

    def visit_Subscript(self, node):
        """`Array[int64]`, as a type, is a list."""
        if isinstance(node.value, ast.Name) and node.value.id in GENERIC:
            return ast.copy_location(ast.Name("list" if node.value.id != "CheckedDict" else "dict", node.ctx), node)
        return self.generic_visit(node)

    def visit_Call(self, node):
        """Conversions are their argument, `Array[int64](n)` is a list of zeros."""
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in ("box", "unbox") or name in NAMES:
            return self.visit(node.args[0])
        if name in CALLS:
            node.func = ast.Name(CALLS[name], ast.Load())
        if isinstance(node.func, ast.Subscript) and isinstance(node.func.value, ast.Name):
            argument = self.visit(node.args[0])
            if node.func.value.id == "Array":
                return ast.BinOp(ast.List([ast.Constant(0)], ast.Load()), ast.Mult(), argument)
            if node.func.value.id in GENERIC:
                return argument
        return self.generic_visit(node)

    def visit_AnnAssign(self, node):
        """A declaration is an assignment."""
        self.generic_visit(node)
        if self.form == "plain":
            return ast.Assign([node.target], node.value, lineno=node.lineno) if node.value is not None else None
        return node

    def visit_arg(self, node):
        """Parameters lose their annotations."""
        self.generic_visit(node)
        node.annotation = None if self.form == "plain" else node.annotation
        return node

    def visit_FunctionDef(self, node):
        """Functions lose decorators that are about types."""
        self.generic_visit(node)
        if self.form == "plain":
            node.returns, node.decorator_list = None, [d for d in node.decorator_list if ast.unparse(d) != "final"]
        return node

    def visit_ClassDef(self, node):
        """Classes likewise."""
        self.generic_visit(node)
        if self.form == "plain":
            node.decorator_list = [d for d in node.decorator_list if ast.unparse(d) != "final"]
        return node


def form_of(source, form):
    """A form of a program."""
    if form == "primitives":
        return source
    return ast.unparse(ast.fix_missing_locations(Untype(form).visit(ast.parse(source)))) + "\n"


def measure(python, folder, name, rounds, kind, repeats, code=None):
    """Seconds of the best run, and what it returned."""
    command = [python, "-c", MEASURE, str(folder), name, str(rounds), kind, str(repeats)]
    if code:
        command += [str(Path(__file__).parent), str(code)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment | {"PYTHONHASHSEED": "0"})
    if done.returncode:
        sys.exit(f"{name}, {kind}: status {done.returncode}\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def compiled_by_mypyc(python, folder, name, source):
    """A folder with a form as an extension module; None with the reason said if mypyc cannot."""
    (folder / f"{name}.py").write_text(source, encoding="utf-8")
    done = subprocess.run([str(Path(python).with_name("mypyc")), f"{name}.py"], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        print(f"{name}: mypyc: {(done.stderr or done.stdout).strip().splitlines()[-1][:200]}")
        return None
    (folder / f"{name}.py").unlink()
    return folder


def bench(path, options, folder):
    """The figures of one program, in seconds, by (form, who compiled it)."""
    name, source = path.stem, path.read_text(encoding="utf-8")
    rounds = options.rounds or ROUNDS.get(name, 1)
    plain = folder / "plain"
    plain.mkdir(exist_ok=True)
    (plain / f"{name}.py").write_text(form_of(source, "plain"), encoding="utf-8")
    runs = {("plain", "CPython"): (options.python, plain, "plain", None)}
    for form in FORMS[:2]:
        program = static_corpus.Program("", name, files=[(f"{name}.py", form_of(source, form))])
        codes = {"reference": static_code.reference_codes([program])[0]}
        if options.pyclast:
            codes["pyclast"] = static_code.our_codes(str(Path(options.pyclast).resolve()), [program])[0]
        for who, code in codes.items():
            if "error" in code:
                print(f"{name}, {form}: {who}: {' '.join(code['error'].split())[:300]}")
                continue
            file = folder / f"{name}-{form}-{who}.code"
            file.write_bytes(base64.b64decode(code[f"{name}.py"]))
            runs[form, who] = (static_code.cinderx(), folder, "static", file)
    if options.mypyc:
        place = folder / f"mypyc-{name}"
        place.mkdir()
        if compiled_by_mypyc(options.mypyc, place, name, form_of(source, "typed").replace("import __static__\n", "")):
            runs["typed", "mypyc"] = (options.mypyc, place, "mypyc", None)
    seconds, results = {key: [] for key in runs}, {}
    for _ in range(options.processes):
        for key, (python, where, kind, code) in runs.items():
            best, results[key] = measure(python, where, name, rounds, kind, options.repeats, code)
            seconds[key].append(best)
    if len(set(results.values())) != 1:
        sys.exit(f"{name}: not the same results: {results}")
    return {key: min(values) for key, values in seconds.items()}, {
        key: statistics.median(values) for key, values in seconds.items()
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--pyclast", help="the compiler; without it, the reference alone is measured")
    parser.add_argument("--python", default=str(static_code.ROOT / "target/oracle/python3.14"), help="plain CPython")
    parser.add_argument("--mypyc", help="an interpreter with mypyc")
    parser.add_argument("--print", dest="form", choices=FORMS, help="print a form, measure nothing")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--processes", type=int, default=3)
    options = parser.parse_args()
    paths = options.paths or sorted((static_code.ROOT / "tests/static_benches").glob("*.py"))
    if options.form:
        for path in paths:
            print(form_of(path.read_text(encoding="utf-8"), options.form), end="")
        return 0
    print(f"{'program':12}{'form':12}{'compiler':12}{'ms':>9}{'x CPython':>11}{'x reference':>13}")
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            best, _ = bench(path, options, Path(folder))
            base = best["plain", "CPython"]
            for (form, who), value in best.items():
                reference = best.get((form, "reference")) if who == "pyclast" else None
                ratio = f"{reference / value:13.3f}" if reference else ""
                print(f"{path.stem:12}{form:12}{who:12}{1000 * value:9.2f}{base / value:11.2f}{ratio}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
