"""Writes what the running interpreter makes of Python sources, for tests of what reads and writes code objects.

    code_objects.py compile SOURCES OUT      OUT/<number>.pyc for every source that compiles, in one process
    code_objects.py dis PYCS OUT             OUT/<stem>.txt: `dis.dis` of each OUT/<stem>.pyc

In disassemblies code objects have no address and frozensets the order of marshal, so that the text depends on nothing
but the code object.
"""

import builtins
import dis
import importlib._bootstrap_external as bootstrap
import marshal
import pathlib
import sys
import types
import warnings


def compile_tree(sources, out):
    warnings.simplefilter("ignore")
    paths = sorted(path for path in pathlib.Path(sources).rglob("*.py") if path.is_file())
    for number, path in enumerate(paths):
        try:
            code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            continue
        pathlib.Path(out, f"{number}.pyc").write_bytes(bootstrap._code_to_timestamp_pyc(code))


def stable_repr(value):
    match value:
        case types.CodeType():
            return f'<code object {value.co_name}, file "{value.co_filename}", line {value.co_firstlineno or -1}>'
        case tuple() if type(value) is tuple:
            return "(" + ", ".join(map(stable_repr, value)) + (",)" if len(value) == 1 else ")")
        case frozenset():
            members = sorted(value, key=lambda member: (marshal.dumps(member), member))
            return "frozenset({" + ", ".join(map(stable_repr, members)) + "})"
    return builtins.repr(value)


def disassemble(code, file):
    dis.disassemble(code, file=file)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            print(f"\nDisassembly of {stable_repr(constant)}:", file=file)
            disassemble(constant, file)


def disassemble_tree(pycs, out):
    dis.repr = stable_repr
    for path in sorted(pathlib.Path(pycs).glob("*.pyc")):
        code = marshal.loads(path.read_bytes()[16:])
        with open(pathlib.Path(out, path.stem + ".txt"), "w", encoding="utf-8", errors="surrogatepass") as file:
            disassemble(code, file)


{"compile": compile_tree, "dis": disassemble_tree}[sys.argv[1]](*sys.argv[2:])
