"""Makes many slightly wrong programs of the corpus of static modules, the same in every run.

    static_mutate.py --count 5000 tests/static        lines of JSON that static_reference.py reads:
        {"row": "fields", "subject": "read as another type ~ rename C → D", "static": "auto", "files": [["main.py", "…"]],
         "passed": ""}              the error of the reference that the program mutated is accepted in spite of

Each mutant is one program with one to three changes: a name replaced by another of the program or of a builtin, an
annotation or a constant replaced, a statement deleted, doubled, moved or wrapped, two arguments swapped, an operator
replaced. Mutants may be programs that Python itself refuses; most are not.

Invariant: `--seed`, `--count` and the corpus decide everything; mutants are distinct and differ from every corpus program.
"""

import argparse
import ast
import copy
import json
import random
import sys
from pathlib import Path

import static_corpus

ANNOTATIONS = [
    "int", "str", "bool", "float", "object", "None", "list", "dict", "tuple", "Optional[int]", "int | None", "int | str", "int64",
    "uint8", "cbool", "double", "CheckedList[int]", "CheckedDict[str, int]", "Array[int64]", "Final[int]", "ClassVar[int]",
    "Literal[1]", 'Annotated[int, "Exact"]', "type",
]
CONSTANTS = ["0", "1", "-1", "256", "2 ** 63", "True", "None", "''", "1.5", "[]", "{}", "()"]
NAMES = ["int", "str", "len", "print", "box", "int64", "cast", "unbox", "nothing", "self", "None"]
IMPORTS = {
    "__static__": ["Array", "CheckedDict", "CheckedList", "box", "cast", "cbool", "clen", "double", "int64", "uint8", "unbox"],
    "typing": ["Annotated", "ClassVar", "Final", "Literal", "Optional"],
}
BLOCKS = ("body", "orelse", "finalbody")
BINARY = [ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.LShift, ast.BitAnd, ast.BitOr]
COMPARE = [ast.Eq, ast.NotEq, ast.Lt, ast.GtE, ast.Is, ast.IsNot, ast.In]


def expression(text):
    return ast.parse(text, mode="eval").body


def nodes(tree, *kinds):
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def blocks(tree):
    """All lists of statements."""
    found = []
    for node in ast.walk(tree):
        found += [block for name in BLOCKS if isinstance(block := getattr(node, name, None), list) and block]
    return found


def rename(tree, chance):
    """One name, at one place, becomes another of the program."""
    names = nodes(tree, ast.Name)
    known = sorted({node.id for node in names} | {node.name for node in nodes(tree, ast.FunctionDef, ast.ClassDef)})
    node = chance.choice(names)
    old, node.id = node.id, chance.choice(known + NAMES)
    return f"name {old} → {node.id}"


def rename_attribute(tree, chance):
    """One attribute becomes another."""
    attributes = nodes(tree, ast.Attribute)
    node = chance.choice(attributes)
    old, node.attr = node.attr, chance.choice(sorted({other.attr for other in attributes} | {"nothing", "__init__"}))
    return f"attribute {old} → {node.attr}"


def annotate(tree, chance):
    """One annotation is replaced, added or removed."""
    places = [(node, "annotation") for node in nodes(tree, ast.arg, ast.AnnAssign)]
    places += [(node, "returns") for node in nodes(tree, ast.FunctionDef, ast.AsyncFunctionDef)]
    node, name = chance.choice(places)
    text = chance.choice([*ANNOTATIONS, None])
    if text is None and isinstance(node, ast.AnnAssign):
        text = "object"
    setattr(node, name, None if text is None else expression(text))
    return f"annotation → {text}"


def replace_constant(tree, chance):
    """One constant becomes another expression."""
    node = chance.choice(nodes(tree, ast.Constant))
    text = chance.choice(CONSTANTS)

    class Replace(ast.NodeTransformer):
        def visit_JoinedStr(self, string):
            return string

        def visit_Constant(self, constant):
            return ast.copy_location(expression(text), constant) if constant is node else constant

    Replace().visit(tree)
    return f"constant {node.value!r} → {text}"


def delete(tree, chance):
    """One statement goes."""
    block = chance.choice(blocks(tree))
    place = chance.randrange(len(block))
    line = block[place].lineno
    del block[place]
    if not block:
        block.append(ast.Pass())
    return f"statement {line} deleted"


def double(tree, chance):
    """One statement comes twice."""
    block = chance.choice(blocks(tree))
    place = chance.randrange(len(block))
    block.insert(place, copy.deepcopy(block[place]))
    return f"statement {block[place].lineno} doubled"


def move(tree, chance):
    """One statement goes to the end of a block, its own or another."""
    source, target = chance.choice(blocks(tree)), chance.choice(blocks(tree))
    statement = source.pop(chance.randrange(len(source)))
    if not source:
        source.append(ast.Pass())
    target.append(copy.deepcopy(statement))
    return f"statement {statement.lineno} moved"


def wrap(tree, chance):
    """One statement goes into an if, a while, a for, a try, a with or a function."""
    block = chance.choice(blocks(tree))
    place = chance.randrange(len(block))
    header = chance.choice(["if x:", "while x:", "for x in y:", "try:", "with open(x) as y:", "def g(x):", "class X:"])
    footer = "\nfinally:\n    pass" if header == "try:" else ""
    outer = ast.parse(f"{header}\n    pass{footer}").body[0]
    outer.body = [block[place]]
    line, block[place] = block[place].lineno, outer
    return f"statement {line} in {header}"


def swap_arguments(tree, chance):
    """Two arguments change places, or one goes."""
    call = chance.choice([node for node in nodes(tree, ast.Call) if node.args])
    if len(call.args) > 1 and chance.random() < 0.5:
        call.args[0], call.args[1] = call.args[1], call.args[0]
        return "arguments swapped"
    if chance.random() < 0.5:
        call.args.append(copy.deepcopy(call.args[0]))
        return "argument doubled"
    call.args.pop()
    return "argument dropped"


def replace_operator(tree, chance):
    """One operator becomes another."""
    node = chance.choice(nodes(tree, ast.BinOp, ast.AugAssign, ast.Compare))
    if isinstance(node, ast.Compare):
        node.ops[0] = chance.choice(COMPARE)()
    else:
        node.op = chance.choice(BINARY)()
    return "operator replaced"


def drop_decorator(tree, chance):
    """One decorator goes, or goes to another definition."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    node = chance.choice([node for node in nodes(tree, *kinds) if node.decorator_list])
    decorator = node.decorator_list.pop(chance.randrange(len(node.decorator_list)))
    if chance.random() < 0.7:
        chance.choice(nodes(tree, *kinds)).decorator_list.append(decorator)
    return "decorator moved"


OPERATIONS = [rename, rename, rename_attribute, annotate, annotate, replace_constant, delete, double, move, wrap, swap_arguments,
              replace_operator, drop_decorator]


def mutate(source, chance):
    """The changed source and what was changed; None if nothing could be."""
    tree = ast.parse(source)
    changes = []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        try:
            changes.append(chance.choice(OPERATIONS)(tree, chance))
            ast.fix_missing_locations(tree)
        except IndexError:
            continue  # There is none of what it changes.
    add_imports(tree)
    try:
        text = ast.unparse(tree) + "\n"
    except (ValueError, TypeError):
        return None
    return (text, "; ".join(changes)) if changes else None


def add_imports(tree):
    """Imports what annotations brought in."""
    used = {node.id for node in nodes(tree, ast.Name)}
    bound = {alias.asname or alias.name for node in nodes(tree, ast.ImportFrom) for alias in node.names}
    flag = [place for place, node in enumerate(tree.body) if isinstance(node, ast.Import) and node.names[0].name == "__static__"]
    for module, names in IMPORTS.items():
        missing = [name for name in names if name in used and name not in bound]
        if missing and flag:
            tree.body.insert(flag[-1] + 1, ast.ImportFrom(module, [ast.alias(name) for name in missing], 0))


def mutants(programs, count, seed):
    """`count` distinct mutants of the programs, as data for JSON."""
    chance = random.Random(seed)
    seen = {program.key() for program in programs}
    whole = [program for program in programs if all(parses(source) for _, source in program.files)]
    while count > 0:
        program = chance.choice(whole)
        place = chance.randrange(len(program.files))
        path, source = program.files[place]
        changed = mutate(source, chance)
        if changed is None:
            continue
        text, change = changed
        files = [*program.files[:place], (path, text), *program.files[place + 1 :]]
        mutant = static_corpus.Program(program.row, f"{program.subject} ~ {change}", [], program.static, files)
        if mutant.key() not in seen:
            seen.add(mutant.key())
            count -= 1
            made = {"row": mutant.row, "subject": mutant.subject, "static": mutant.static, "files": mutant.files}
            yield made | {"passed": passed(program)}


def passed(program):
    """The message of the reference's error that a program is accepted in spite of."""
    is_passed = program.differs.startswith("accepted: ") and program.verdict.kind == "error"
    return program.verdict.message if is_passed else ""


def parses(source):
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="+", type=Path, help="corpus files and folders of them")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    programs = [
        program
        for path in static_corpus.files(options.paths)
        for program in static_corpus.read(path.read_text(encoding="utf-8"), path.name).programs()
    ]
    for mutant in mutants(programs, options.count, options.seed):
        print(json.dumps(mutant, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
