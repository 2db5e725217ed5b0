"""What the reference, CinderX's own static compiler, says of programs: accepted, or its first error.

    static_reference.py tests/static              one line of JSON for each program of the corpus:
        {"file": "calls.md", "row": "direct-call", "subject": "too many arguments", "key": "…", "verdict": "error",
         "class": "TypedSyntaxError", "message": "Mismatched number of args …", "module": "main.py", "line": 6,
         "column": 12, "end_line": 6, "end_column": 19}
    static_reference.py --write tests/static      puts the verdicts into the corpus, as its markers
    static_reference.py --check tests/static      says where the markers are not the verdicts, or not in their normal form
    static_reference.py programs.jsonl            programs as lines of JSON: {"static": "auto", "files": [["main.py", "…"]]}

Run it with an interpreter that imports cinderx. The files of a program are compiled in order, by one compiler, to the end
(code generation included), and nothing of them is run. Lines and columns count from 1, columns in characters.
Where the rewriter of syntax trees fails, which changes nothing in a static module, it is passed by.
An exception that is no diagnostic is a "crash"; so is a process that dies or takes too long.

Invariant: a verdict depends on the program only; `--cache FILE` keeps them by a hash of the content.
"""

import argparse
import ast
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import static_corpus

DIAGNOSTICS = ("TypedSyntaxError", "SyntaxError", "IndentationError", "TabError", "BadFlagException", "ModuleTableException")
TIMEOUT = 20  # seconds, for a program that takes milliseconds


def module_name(path):
    """pkg/__init__.py → pkg, pkg/mod.py → pkg.mod"""
    name = path.removesuffix(".pyi").removesuffix(".py").replace("/", ".")
    return "__init__" if name == "__init__" else name.removesuffix(".__init__")


def make_compiler(sources, always):
    """CinderX's compiler, which finds its modules among `sources` (path → bytes) and nowhere else."""
    from cinderx.compiler.strict import compiler as strict
    from cinderx.compiler.strict.flag_extractor import Flags

    class Extractor(strict.FlagExtractor):
        """Takes every module as static."""

        def get_flags(self, node):
            return Flags(is_static=True)

    class Compiler(strict.Compiler):
        """Keeps the places of errors, which upstream's drops."""

        def _get_source(self, name, *, need_contents):
            base = name.replace(".", "/")
            for path in (f"{base}/__init__.py", f"{base}.py", f"{base}.pyi"):
                if path in sources:
                    data = sources[path]
                    return strict.SourceInfo(name, "", path, path, data, 0, len(data))
            return None

        def import_module(self, name, optimize):
            original = strict.FlagExtractor
            if always:
                strict.FlagExtractor = Extractor
            try:
                return super().import_module(name, optimize)
            except SyntaxError as error:
                info = self.get_source(name)
                if error.filename == "<unknown>" and not _parses(info.source):
                    error.filename = info.path
                raise
            finally:
                strict.FlagExtractor = original

        def get_flags(self, module_name, pyast, override_flags):
            if always:
                return Flags(is_static=True)
            return super().get_flags(module_name, pyast, override_flags)

        def _get_rewritten_ast(self, name, root, symbols, filename, optimize):
            try:
                return super()._get_rewritten_ast(name, root, symbols, filename, optimize)
            except (AssertionError, KeyError):
                # It gives up on scopes of type parameters. What it would return is a copy.
                return root

        def _compile_static(self, root, source, symbols, filename, name, optimize):
            root = self.ast_cache.get(source) or self._get_rewritten_ast(name, root, symbols, filename, optimize)
            return self.compile(name, filename, root, source, optimize, builtins=self.original_builtins)

    return Compiler([], "", [], [], raise_on_error=True)


def verdict(files, static):
    """The verdict on one program, in this process."""
    sources = {path: text.encode("utf-8", "surrogatepass") for path, text in files}
    at = ""
    try:
        compiler = make_compiler(sources, static == "always")
        for path, _ in files:
            at = path
            if path.endswith(".pyi"):
                continue
            data = sources[path]
            # As the loader does: CPython's own compiler first.
            compile(data, path, "exec", dont_inherit=True, optimize=0)
            places = [path.removesuffix("/__init__.py")] if path.endswith("/__init__.py") else None
            compiler.load_compiled_module_from_source(data, path, module_name(path), 0, places)
    except BaseException as error:  # noqa: BLE001 - whatever the reference fails with is its verdict
        return _describe(error, sources, at)
    return {"verdict": "accepted"}


def _describe(error, sources, at):
    name = type(error).__name__
    if name not in DIAGNOSTICS:
        return {"verdict": "crash", "class": name, "message": _one_line(str(error)), "where": _innermost(error)}
    if not isinstance(error, SyntaxError):
        return {"verdict": "error", "class": name, "message": _one_line(str(error)), "module": at}
    module = error.filename if error.filename in sources else at
    result = {"verdict": "error", "class": name, "message": _one_line(error.msg or ""), "module": module}
    if error.lineno is None or error.filename == "<unknown>":
        # What it calls unknown is the text of an annotation: lines and columns of that say nothing.
        return result
    columns = [(error.lineno, error.offset), (error.end_lineno, error.end_offset)]
    if name == "TypedSyntaxError":
        # Its columns are the syntax tree's, which count bytes.
        columns = [(line, _characters(sources[module], line, column)) for line, column in columns]
    (line, column), (end_line, end_column) = columns
    return result | {"line": line, "column": column, "end_line": end_line, "end_column": end_column}


def _characters(source, line, column):
    lines = source.split(b"\n")
    if line is None or column is None or not 0 < line <= len(lines):
        return column
    return len(lines[line - 1][: column - 1].decode("utf-8", "replace")) + 1


def _innermost(error):
    trace, place = error.__traceback__, ""
    while trace:
        code = trace.tb_frame.f_code
        place, trace = f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}", trace.tb_next
    return place


def _parses(source):
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def _one_line(text):
    return " ".join(text.split("\n")).strip()


def work():
    """A worker: programs in, verdicts out, a line each."""
    import warnings

    warnings.simplefilter("ignore")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # What the reference prints is no answer.
    for line in sys.stdin:
        program = json.loads(line)
        answers.write(json.dumps(verdict(program["files"], program["static"])) + "\n")
        answers.flush()


class Worker:
    """A process that answers one program after the other, started anew after it died or was too slow."""

    def __init__(self, folder):
        self.folder, self.process = folder, None

    def ask(self, program):
        if self.process is None or self.process.poll() is not None:
            command = [sys.executable, "-B", os.path.abspath(__file__), "--worker"]
            environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                encoding="utf-8", cwd=self.folder, env=environment,
            )
        timer = threading.Timer(TIMEOUT, self.process.kill)
        timer.start()
        try:
            self.process.stdin.write(json.dumps({"files": program.files, "static": program.static}) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        late = not timer.is_alive()
        timer.cancel()
        if answer:
            return json.loads(answer)
        status = self.process.wait()
        return {"verdict": "crash", "class": "Timeout" if late else "Died", "message": "" if late else f"status {status}"}

    def close(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait()
            self.process.stdout.close()


def verdicts(programs, jobs=2, cache=None):
    """The verdicts on programs, in order, by `jobs` processes."""
    known = {}
    if cache and Path(cache).exists():
        for line in Path(cache).read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            known[entry.pop("key")] = entry
    asked = {program.key(): program for program in programs if program.key() not in known}
    pending = queue.SimpleQueue()
    for item in asked.items():
        pending.put(item)

    def serve(folder):
        worker = Worker(folder)
        while True:
            try:
                key, program = pending.get_nowait()
            except queue.Empty:
                break
            known[key] = worker.ask(program)
        worker.close()

    with tempfile.TemporaryDirectory() as folder:
        threads = [threading.Thread(target=serve, args=(folder,)) for _ in range(min(jobs, len(asked)))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if cache and asked:
        with open(cache, "a", encoding="utf-8") as out:
            for key in asked:
                out.write(json.dumps({"key": key} | known[key]) + "\n")
    return [known[program.key()] for program in programs]


def as_marker(entry):
    """A verdict as the corpus states it."""
    if entry["verdict"] == "accepted":
        return static_corpus.Verdict("accepted")
    if entry["verdict"] == "crash":
        return static_corpus.Verdict("crash", entry["class"], entry["message"])
    placed = entry.get("line") is not None
    module = entry["module"] if placed else ""
    return static_corpus.Verdict(
        "error", entry["class"], entry["message"], module, entry.get("line"), entry.get("column")
    )


def load(path, static):
    """The document (None for .jsonl) and the programs of a file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        entries = [json.loads(line) for line in text.splitlines()]
        programs = [
            static_corpus.Program(
                entry.get("row", ""), entry.get("subject", str(number)), [], entry.get("static", "auto"),
                [tuple(file) for file in entry["files"]],
            )
            for number, entry in enumerate(entries)
        ]
        return None, programs
    document = static_corpus.read(text, path.name)
    programs = document.programs()
    if static:
        for program in programs:
            program.static = static
    return document, programs


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="*", type=Path, help="corpus files, folders of them, and .jsonl files")
    parser.add_argument("--static", choices=("auto", "always"), help="for all programs, whatever they say")
    parser.add_argument("--cache", help="a file that keeps verdicts between runs")
    parser.add_argument("--every", type=int, default=1, help="every n-th program of a file only")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="put the verdicts into the corpus files")
    parser.add_argument("--check", action="store_true", help="compare with the verdicts in the corpus files")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        return work()
    loaded = [(path, *load(path, options.static)) for path in static_corpus.files(options.paths)]
    asked = [(path, program) for path, _, programs in loaded for program in programs[:: options.every]]
    results = verdicts([program for _, program in asked], options.jobs, options.cache)
    wrong = 0
    for (path, program), entry in zip(asked, results, strict=True):
        name = {"file": path.name, "row": program.row, "subject": program.subject, "key": program.key()}
        if options.write:
            program.verdict = as_marker(entry)
        elif options.check:
            if program.verdict != as_marker(entry):
                wrong += 1
                print(f"{path.name}: {program.subject}\n  corpus:    {program.verdict}\n  reference: {as_marker(entry)}")
        else:
            print(json.dumps(name | entry, ensure_ascii=False))
    if options.write:
        for path, document, _ in loaded:
            path.write_text(static_corpus.write(document), encoding="utf-8")
    if options.check:
        for path, document, _ in loaded:
            if document and static_corpus.write(document) != path.read_text(encoding="utf-8"):
                wrong += 1
                print(f"{path.name}: not as static_corpus.write would write it")
        print(f"compared {len(asked)} programs: {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
