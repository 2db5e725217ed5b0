"""Print every node of the files named on standard input, with location and value, as
`examples/ast_locations.rs` does from our tree. Run it with the reference CPython."""

import ast
import struct
import sys
import warnings


def bits(value):
    return "%016x" % struct.unpack(">Q", struct.pack(">d", value))


def constant(value):
    match value:
        case bool() | None:
            return repr(value)
        case str():
            return "s" + value.encode("utf-8", "surrogatepass").hex()
        case bytes():
            return "b" + value.hex()
        case int():
            return "i%x" % value
        case float():
            return "f" + bits(value)
        case complex():
            return "j" + bits(value.imag)
    return "Ellipsis"


def value(node):
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return node.attr
        case ast.Constant():
            return constant(node.value)
        case ast.FormattedValue():
            return str(node.conversion)
        case ast.Interpolation():
            return "%d %s" % (node.conversion, constant(node.str))
        case ast.arg() | ast.keyword():
            return node.arg or ""
        case ast.alias() | ast.TypeVar() | ast.ParamSpec() | ast.TypeVarTuple():
            return node.name
        case ast.MatchStar() | ast.MatchAs():
            return node.name or ""
    return ""


def nodes(tree):
    todo = list(ast.iter_child_nodes(tree))
    while todo:
        node = todo.pop()
        todo.extend(ast.iter_child_nodes(node))
        if hasattr(node, "lineno"):
            yield node


def dump(path):
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError:
        return None
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            tree = ast.parse(source, path)
    except SyntaxError as error:
        return [f"Error {type(error).__name__} {error.msg}"]
    except Exception as error:
        return [f"Error {type(error).__name__} {error}"]
    lines = [
        f"{type(node).__name__} {node.lineno} {node.end_lineno} {node.col_offset} {node.end_col_offset} {value(node)}"
        for node in nodes(tree)
    ]
    lines += [f"Warning {warning.lineno} {warning.message}" for warning in caught]
    return sorted(lines, key=lambda line: line.encode())


sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
for path in sys.stdin.read().splitlines():
    if (lines := dump(path)) is not None:
        print("===", path)
        for line in lines:
            print(line)
