"""The code of static programs: compiled by the reference and by pyclast, and decoded with its typed opcodes.

    theirs = reference_codes(programs)            # for each program {"main.py": b"<marshal>"} or {"error": "…"}
    ours = our_codes("target/debug/pyclast", programs)
    for name, operand, typed in operations(code): # ("LOAD_FIELD", (('main', 'C'), 'x'), True)

Instructions of CinderX follow the real opcode 126, EXTENDED_OPCODE, whose own argument is the stack effect:

    [EXTENDED_ARG…] EXTENDED_OPCODE effect, [EXTENDED_ARG…] number argument, a cache unit after the two jumps only

Run by CPython 3.14; the reference is asked in processes of an interpreter that imports cinderx, and what it answers is
kept under target/ by a hash of the program and of this file.

Invariant: operands are resolved (constants, names of locals), so equal ones mean the same wherever constants stand.
"""

import base64
import concurrent.futures
import dis
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import codeobject
import static_corpus
from static_reference import make_compiler, module_name

ROOT = Path(__file__).resolve().parents[2]
STATICALLY_COMPILED = 0x4000

EXTENDED_OPCODE = 126
TYPED = {
    1: "INVOKE_METHOD", 2: "LOAD_FIELD", 6: "STORE_FIELD", 9: "BUILD_CHECKED_LIST", 11: "LOAD_TYPE", 12: "CAST",
    14: "LOAD_LOCAL", 15: "STORE_LOCAL", 17: "PRIMITIVE_BOX", 18: "PRIMITIVE_UNBOX", 19: "PRIMITIVE_BINARY_OP",
    20: "PRIMITIVE_UNARY_OP", 21: "PRIMITIVE_COMPARE_OP", 22: "LOAD_ITERABLE_ARG", 23: "LOAD_MAPPING_ARG",
    24: "INVOKE_FUNCTION", 27: "FAST_LEN", 28: "CONVERT_PRIMITIVE", 29: "INVOKE_NATIVE", 30: "LOAD_CLASS",
    31: "BUILD_CHECKED_MAP", 33: "SEQUENCE_GET", 34: "SEQUENCE_SET", 35: "LIST_DEL", 36: "REFINE_TYPE",
    37: "PRIMITIVE_LOAD_CONST", 40: "RETURN_PRIMITIVE", 41: "TP_ALLOC", 43: "LOAD_METHOD_STATIC",
    100: "POP_JUMP_IF_ZERO", 103: "POP_JUMP_IF_NONZERO",
}  # fmt: skip
WITH_CONST = {
    "INVOKE_METHOD", "LOAD_FIELD", "STORE_FIELD", "BUILD_CHECKED_LIST", "CAST", "LOAD_LOCAL", "STORE_LOCAL",
    "INVOKE_FUNCTION", "INVOKE_NATIVE", "LOAD_CLASS", "BUILD_CHECKED_MAP", "REFINE_TYPE", "PRIMITIVE_LOAD_CONST",
    "TP_ALLOC", "LOAD_METHOD_STATIC",
}  # fmt: skip
JUMPS = {"POP_JUMP_IF_ZERO": 1, "POP_JUMP_IF_NONZERO": 1}  # with the size of their caches
PRIMITIVE_TYPES = (
    "uint8 int8 uint16 int16 uint32 int32 uint64 int64 object double single char bool".split()
)
BINARY_OPERATORS = (
    "+ - * / u/ % u% ** << >> u>> ^ | & +. -. *. /. %. **. u**".split()
)
UNARY_OPERATORS = ("-", "~", "-.", "not")
COMPARISONS = "== != < <= > >= u< u<= u> u>= ==. !=. <. <=. >. >=.".split()
# Names the compiler makes up for locals count as one: how it numbers them is its own affair.
TEMPORARY = re.compile(r"_pystatic_\.0\._tmp__.*|.*\.__refined_field__\..*")


# ---- decoding ----------------------------------------------------------------------


def operations(code):
    """Each instruction as (name, operand, whether it is one of CinderX's). Jumps have no operand, for it is a distance."""
    data, at = code.co_code, 0
    while at + 1 < len(data):
        opcode, arg, at = _unit(data, at)
        if opcode == EXTENDED_OPCODE:
            number, arg, at = _unit(data, at)
            name = TYPED.get(number, f"<{number}>")
            at += 2 * JUMPS.get(name, 0)
            yield name, typed_operand(code, name, arg), True
        else:
            at += 2 * codeobject.CACHES.get(opcode, 0)
            yield dis.opname[opcode], arg, False


def _unit(data, at):
    """One opcode with its argument, EXTENDED_ARG folded in, and where the next unit starts."""
    arg = 0
    while at + 1 < len(data):
        opcode, arg = data[at], arg << 8 | data[at + 1]
        at += 2
        if opcode != dis.EXTENDED_ARG:
            return opcode, arg, at
    return dis.EXTENDED_ARG, arg, at


def typed_operand(code, name, arg):
    """What the argument of a typed instruction means, as something that prints well and compares by type too."""
    try:
        if name in WITH_CONST:
            const = code.co_consts[arg]
            if name in ("LOAD_LOCAL", "STORE_LOCAL"):
                local = code.co_localsplusnames[const[0]]
                return ("<temporary>" if TEMPORARY.fullmatch(local) else local, const[1])
            return Operand(const)
        match name:
            case "PRIMITIVE_BOX" | "PRIMITIVE_UNBOX" | "RETURN_PRIMITIVE":
                return PRIMITIVE_TYPES[arg]
            case "CONVERT_PRIMITIVE":
                return f"{PRIMITIVE_TYPES[arg & 15]} to {PRIMITIVE_TYPES[arg >> 4]}"
            case "PRIMITIVE_BINARY_OP":
                return BINARY_OPERATORS[arg]
            case "PRIMITIVE_UNARY_OP":
                return UNARY_OPERATORS[arg]
            case "PRIMITIVE_COMPARE_OP":
                return COMPARISONS[arg]
    except (IndexError, TypeError):
        return f"bad operand {arg}"
    return None if name in JUMPS else arg


class Operand:
    """A constant, equal to another only if all of it has the same types: `(1, 7)` is not `(True, 7)`."""

    def __init__(self, const):
        self.const, self.key = const, codeobject.const_key(const)

    def __eq__(self, other):
        return isinstance(other, Operand) and self.key == other.key

    def __hash__(self):
        return hash(self.key)

    def __repr__(self):
        return repr(self.const)


def functions(code):
    """A code object and those nested in it, by (names from the module inwards, which of that name), outer ones first."""
    found, pending, seen = {}, [(code, "<module>")], {}
    while pending:
        # Qualified names of methods that are made, and of nested classes, are short in the reference.
        here, name = pending.pop(0)
        seen[name] = seen.get(name, -1) + 1
        found[name, seen[name]] = here
        path = "" if here is code else name + "."
        pending += ((inner, path + inner.co_name) for inner in here.nested())
    return found


# ---- the reference -------------------------------------------------------------------


def cinderx():
    """An interpreter that imports cinderx."""
    named = os.environ.get("PYCLAST_CINDERX")
    return named or str(ROOT / "target/cinderx/bin/python")


def reference_codes(programs, jobs=1):
    """For each program its files' code as marshal data, by the reference; {"error": …} if it has none."""
    return asked(programs, "code", [__file__, "static_reference.py"], jobs)


def asked(programs, what, scripts, jobs=1):
    """Answers of `scripts[0] --worker` on programs, from target/static-<what>.jsonl if asked before."""
    digest = hashlib.sha256()
    for script in scripts:
        digest.update(Path(__file__).with_name(Path(script).name).read_bytes())
    cache = ROOT / "target" / "static-reference" / f"{what}-{digest.hexdigest()[:12]}.jsonl"
    known = {}
    if cache.exists():
        for line in cache.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            known[entry["key"]] = entry["answer"]
    missing = list({p.key(): p for p in programs if p.key() not in known}.values())
    if missing:
        cache.parent.mkdir(parents=True, exist_ok=True)
        lock = threading.Lock()
        with open(cache, "a", encoding="utf-8") as out:

            def serve(part):
                for program, answer in zip(part, answers(scripts[0], part), strict=True):
                    with lock:
                        known[program.key()] = answer
                        out.write(json.dumps({"key": program.key(), "answer": answer}) + "\n")

            with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
                list(pool.map(serve, [missing[i::jobs] for i in range(jobs)]))
    return [known[program.key()] for program in programs]


def answers(script, programs):
    """Yields what a worker process says of each program; one that dies is started anew."""
    process = None
    for program in programs:
        if process is None:
            command = [cinderx(), "-B", str(Path(__file__).with_name(Path(script).name)), "--worker"]
            environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                encoding="utf-8", env=environment | {"PYTHONHASHSEED": "0"},
            )  # fmt: skip
        line = ""
        try:
            process.stdin.write(json.dumps({"files": program.files, "static": program.static}) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            pass
        if line:
            yield json.loads(line)
        else:
            yield {"error": f"the process died: {process.wait()}"}
            process = None
    if process is not None:
        process.stdin.close()
        process.wait()


def compile_files(files, static):
    """The files' code objects, by the reference, in order."""
    sources = {path: text.encode("utf-8", "surrogatepass") for path, text in files}
    compiler = make_compiler(sources, static == "always")
    codes = {}
    for path, _ in files:
        if path.endswith(".pyi"):
            continue
        places = [path.removesuffix("/__init__.py")] if path.endswith("/__init__.py") else None
        codes[path] = compiler.load_compiled_module_from_source(sources[path], path, module_name(path), 0, places)[0]
    return codes


def work():
    """A worker: programs in, code out, a line each."""
    import marshal
    import warnings

    warnings.simplefilter("ignore")
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # What the reference prints is no answer.
    for line in sys.stdin:
        program = json.loads(line)
        try:
            codes = compile_files(program["files"], program["static"])
            answer = {path: base64.b64encode(marshal.dumps(code)).decode() for path, code in codes.items()}
        except BaseException as error:  # noqa: BLE001 - whatever the reference fails with
            answer = {"error": f"{type(error).__name__}: {error}"}
        out.write(json.dumps(answer) + "\n")
        out.flush()


# ---- ours ----------------------------------------------------------------------------


def our_codes(pyclast, programs, jobs=1, extra=()):
    """For each program its files' code as marshal data, by pyclast; {"error": what it said} if it fails."""
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(lambda item: _ours(pyclast, item[1], Path(folder) / str(item[0]), extra), enumerate(programs)))


def _ours(pyclast, program, folder, extra):
    for path, source in program.files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(source, encoding="utf-8", errors="surrogatepass", newline="")
    codes = {}
    for path, _ in program.files:
        if path.endswith(".pyi"):
            continue
        out = folder / (path + ".code")
        command = [
            pyclast, "compile", path, "--module-name", module_name(path), "--search-path", ".", "--static",
            program.static, "--target", "cinderx-3.14", "--emit", "code", "--output", str(out), *extra,
        ]  # fmt: skip
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=30)
        except subprocess.TimeoutExpired:
            return {"error": f"{path}: no answer in 30 s"}
        if done.returncode or not out.exists():
            return {"error": f"{path}: status {done.returncode}: {done.stderr.strip() or done.stdout.strip()}"}
        codes[path] = base64.b64encode(out.read_bytes()).decode()
    return codes


def load(data):
    """The code object in an answer's text."""
    return codeobject.read_marshal(base64.b64decode(data))


# ---- the corpus ----------------------------------------------------------------------


def accepted(paths, only=""):
    """(file name, program) for each program of the corpus that the reference accepts and we too; all of other files."""
    for path in static_corpus.files(paths):
        if path.suffix != ".md":
            yield from ((path.name, program) for program in others(path) if only in f"{path.name}: : {program.subject}")
            continue
        for program in static_corpus.read(path.read_text(encoding="utf-8"), path.name).programs():
            if program.verdict.kind != "accepted" or program.differs:
                continue
            if only in f"{path.name}: {program.row}: {program.subject}":
                yield path.name, program


def others(path):
    """The programs of a file that is no corpus file: a module, or lines of JSON."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return [static_corpus.Program("", path.stem, files=[("main.py", text)])]
    entries = map(json.loads, text.splitlines())
    return [
        static_corpus.Program(
            entry.get("row", ""), entry.get("subject", str(number)), [], entry.get("static", "auto"),
            [tuple(file) for file in entry["files"]],
        )
        for number, entry in enumerate(entries)
    ]  # fmt: skip


if __name__ == "__main__" and "--worker" in sys.argv:
    work()
