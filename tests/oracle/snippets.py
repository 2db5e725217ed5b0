"""Collects every program-like text in CPython's own tests: samples to accept or to refuse just as CPython does.

    snippets.py OUT
        OUT/00001.py ...        one text each
        OUT/index.json          [{"file": "00001.py", "origin": "test_syntax.py:42", "kind": "doctest"}, ...]

Taken are, from the test modules listed below (or given with --test), every string and bytes literal (most are
arguments of compile, exec, eval, check, assertRaises..., but error messages do no harm: they are programs with
errors), with constant `+` and `*` carried out; the same text with its common indentation removed; each example of
each doctest; and the data files with bad syntax or unusual encodings. Use errors.py to see what CPython says of
them.

Invariant: no text is written twice, and the same tests give the same files in the same order.
"""

import argparse
import ast
import doctest
import json
import test
import textwrap
from pathlib import Path

LIBRARY = Path(test.__file__).parent
MODULES = """
    test_syntax test_exceptions test_fstring test_tstring test_named_expressions test_patma test_type_params
    test_global test_scope test_compile test_grammar test_future_stmt/test_future test_string_literals test_eof
    test_unicode_identifiers test_positional_only_arg test_keywordonlyarg test_except_star test_coroutines
    test_asyncgen test_generators test_genexps test_listcomps test_setcomps test_dictcomps test_unpack
    test_unpack_ex test_source_encoding test_tokenize test_ast/test_ast test_symtable test_type_annotations
    test_type_aliases test_with test_decorators test_super test_peepholer test_int_literal test_float
    test_complex test_flufl test_dis test_code test_codeop test_bytes test_contextlib test_descr test_extcall
    test_metaclass test_cmd_line_script test_traceback test_inspect/test_inspect test_unparse test_utf8source
    test_class test_raise test_yield_from test_crossinterp test_typing test_annotationlib test_monitoring
    test_sys_settrace test_ordered_dict test_pep646_syntax test_subclassinit test_funcattrs test_builtin
    test_import/__init__ test_warnings/__init__
""".split()
DATA = ["tokenizedata/*.py", "tokenizedata/*.txt", "test_future_stmt/badsyntax_*.py", "encoded_modules/*.py"]
MAX_SIZE = 100_000


def texts_of(path, origin):
    """All texts in a test module as (bytes, origin, kind)."""
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, (ast.Constant, ast.BinOp)):
            value = _constant(node)
            place = f"{origin}:{node.lineno}"
            if isinstance(value, bytes):
                yield value, place, "bytes"
            elif isinstance(value, str):
                yield _encode(value), place, "string"
                yield _encode(textwrap.dedent(value)), place, "dedented"
                for example in _examples(value):
                    yield _encode(example.source), place, "doctest"


def _encode(text):
    return text.encode("utf-8", "surrogatepass")


def _constant(node):
    """The value of a literal or of a sum or multiple of such, within a limit; else None."""
    match node:
        case ast.Constant(value=str() | bytes() | int() as value):
            return value
        case ast.BinOp(left=left, op=ast.Add() | ast.Mult() as op, right=right):
            a, b = _constant(left), _constant(right)
            if isinstance(op, ast.Add):
                return a + b if type(a) is type(b) and isinstance(a, (str, bytes)) else None
            if isinstance(a, (str, bytes)) and isinstance(b, int) and len(a) * b <= MAX_SIZE:
                return a * b
    return None


def _examples(text):
    try:
        return doctest.DocTestParser().get_examples(text) if ">>>" in text else []
    except ValueError:
        # The text only looks like a doctest.
        return []


def collect(modules):
    """All texts as (bytes, origin, kind), each once."""
    seen = {b""}

    def fresh(texts):
        for content, origin, kind in texts:
            if content not in seen:
                seen.add(content)
                yield content, origin, kind

    for module in modules:
        yield from fresh(texts_of(LIBRARY / f"{module}.py", f"{module}.py"))
    for pattern in DATA:
        yield from fresh(
            (path.read_bytes(), str(path.relative_to(LIBRARY)), "file") for path in sorted(LIBRARY.glob(pattern))
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("out", type=Path, help="the folder to write to")
    parser.add_argument(
        "--test", action="append", metavar="NAME", help="take this test module, instead of those in the list"
    )
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    index = []
    for content, origin, kind in collect(options.test or MODULES):
        name = f"{len(index) + 1:05}.py"
        (options.out / name).write_bytes(content)
        index.append({"file": name, "origin": origin, "kind": kind})
    (options.out / "index.json").write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")
    print(f"{len(index)} texts")


if __name__ == "__main__":
    main()
