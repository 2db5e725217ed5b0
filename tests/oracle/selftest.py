"""Tests of the comparison tools themselves: a comparison that overlooks something is worse than none.

selftest.py                 runs them all, as `python -m unittest` does
"""

import contextlib
import json
import marshal
import math
import py_compile
import random
import subprocess
import sys
import tempfile
import textwrap
import unittest
from dataclasses import replace
from pathlib import Path

import codecmp
import codeobject
import errors
import snippets
import traps

TOOLS = Path(__file__).parent
SAMPLE = textwrap.dedent('''
    """A module that has something of everything."""
    import asyncio as a
    CONSTANTS = (1, 1.0, True, 0.0, -0.0, 1e999 - 1e999, 2j, b"b", "é", "\\ud800", ...,
                  10**30, -(2**70), x[1:2], x in {1, "a"})
    [y for y in a if y]
    annotated: int = 2
    class C[T](a.B):
        field: int = 1
        def method(self, *args, key=None, **rest):
            try:
                with self as s:
                    return lambda: (s, super().method)
            except* ValueError as error:
                print(error)
    async def f():
        async for i in g(): yield i
''').encode()


def sample():
    return codeobject.from_real(compile(SAMPLE, "sample.py", "exec", dont_inherit=True))


def nested(code, qualname):
    """The nested code object with this qualified name."""
    if code.co_qualname == qualname:
        return code
    return next((found for inner in code.nested() if (found := nested(inner, qualname))), None)


def const(source):
    """What the reader makes of a constant that stands alone in a module's constants."""
    return codeobject.from_real(compile("", "", "exec").replace(co_consts=(source,))).co_consts


class Reading(unittest.TestCase):
    def test_every_field_is_as_the_interpreter_has_it(self):
        real = compile(SAMPLE, "sample.py", "exec", dont_inherit=True)
        todo = [(codeobject.from_real(real), real)]
        while todo:
            ours, real = todo.pop()
            for name in codeobject.FIELDS:
                if name not in ("co_consts", "co_localsplusnames", "co_localspluskinds"):
                    self.assertEqual(getattr(ours, name), getattr(real, name))
            self.assertEqual(list(codeobject.positions(ours)), list(real.co_positions()))
            todo += zip(ours.nested(), (item for item in real.co_consts if hasattr(item, "co_code")))

    def test_the_hidden_variables_of_an_inlined_comprehension_show(self):
        self.assertIn("y:hidden", codecmp.describe(sample())["co_localspluskinds"])

    def test_damaged_data_is_refused_with_one_kind_of_error(self):
        data = marshal.dumps(compile(SAMPLE, "sample.py", "exec"))
        for size in range(len(data)):
            with self.assertRaises(codeobject.MarshalError):
                codeobject.read_marshal(data[:size])
        with self.assertRaises(codeobject.MarshalError):
            codeobject.read_marshal(data + b"N")
        chance = random.Random(1)
        original = codeobject.read_marshal(data)
        for _ in range(1000):
            damaged = bytearray(data)
            damaged[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            with contextlib.suppress(codeobject.MarshalError):
                for difference in codecmp.compare(codeobject.read_marshal(damaged), original):
                    codecmp.explain(difference)


class Comparing(unittest.TestCase):
    def test_equal_code_has_no_differences(self):
        self.assertEqual(codecmp.compare(sample(), sample()), [])

    def test_a_change_of_any_field_of_any_code_object_is_found(self):
        changes = {
            int: lambda value: value ^ 1,
            bytes: lambda value: value[:-1] + bytes([value[-1] ^ 1]) if value else b"\x80\0\0\0",
            str: lambda value: value + "x",
            tuple: lambda value: (*value, "x"),
        }
        for qualname in "<module>", "C", "C.method", "f", "C.method.<locals>.<lambda>":
            for name in codeobject.FIELDS:
                ours, theirs = sample(), sample()
                code = nested(ours, qualname)
                value = getattr(code, name)
                setattr(code, name, changes[type(value)](value))
                found = codecmp.compare(ours, theirs)
                with self.subTest(code=qualname, field=name):
                    # A changed name shows among the constants of the code round it, too.
                    self.assertIn((qualname, name), [(difference.path, difference.field) for difference in found])
                    for difference in found:
                        self.assertIn(difference.field, codecmp.explain(difference))

    def test_constants_are_compared_with_their_types_and_signs(self):
        different = [0, 0.0, -0.0, False, 1, 1.0, True, 1 + 0j, complex(1, -0.0), None, ..., "a", b"a", (1,), (1.0,), (True,),
                     frozenset({1}), frozenset({1.0}), frozenset({True}), slice(1), slice(1.0), math.nan, math.inf, "1", ()]  # fmt: skip
        for i, x in enumerate(different):
            for j, y in enumerate(different):
                a, b = (replace(sample(), co_consts=const(value)) for value in (x, y))
                self.assertEqual(codecmp.compare(a, b) == [], i == j, (x, y))

    def test_nans_are_equal_and_sets_have_no_order(self):
        a, b = (
            replace(sample(), co_consts=const((value, frozenset(items))))
            for value, items in ((math.nan, "abc"), (-math.nan, "cba"))
        )
        self.assertEqual(codecmp.compare(a, b), [])

    def test_the_first_difference_of_the_code_is_shown_side_by_side(self):
        ours, theirs = (codeobject.from_real(compile(f"def f(x):\n return x {op} 1", "", "exec")) for op in "+-")
        (difference,) = codecmp.compare(ours, theirs)
        text = codecmp.explain(difference)
        self.assertIn("f (line 1): co_code", text)
        self.assertRegex(text, r"! .*BINARY_OP 0 \(\+\) .*\| .*BINARY_OP 10 \(-\)")


class Tree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.source = self.folder / "pkg" / "a.py"
        self.source.parent.mkdir()
        self.source.write_bytes(SAMPLE)
        (self.folder / "bad.py").write_text("1 +")
        self.pyc = Path(py_compile.compile(self.source, dfile="<any>"))

    def run_tool(self, *arguments):
        command = [sys.executable, TOOLS / "compare_tree.py", self.folder, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def test_what_cpython_compiled_is_equal_with_and_without_the_cache(self):
        for _ in range(2):
            status, text = self.run_tool("--cache", self.folder / "cache", "-j", "2")
            self.assertEqual(status, 0, text)
            self.assertIn("files 2: equal 1, different 0, refused by both 1", text)

    def test_a_mirrored_folder_is_found(self):
        out = self.folder / "out"
        (out / "pkg" / "__pycache__").mkdir(parents=True)
        self.pyc.rename(out / "pkg" / "__pycache__" / self.pyc.name)
        self.assertEqual(self.run_tool()[0], 1)
        self.assertEqual(self.run_tool("--pyc-dir", out)[0], 0)

    def test_a_wrong_file_name_a_missing_and_a_superfluous_file_are_differences(self):
        status, text = self.run_tool("--filename-prefix", "x/")
        self.assertIn("fields that differ: co_filename", text)
        self.assertEqual(status, 1)
        self.pyc.rename(self.pyc.parent.parent.parent / "bad.pyc")
        status, text = self.run_tool("--json", self.folder / "report.json")
        self.assertIn("refused by ours only 1, refused by CPython only 1", text)
        self.assertEqual(status, 1)
        self.assertEqual(len(json.loads((self.folder / "report.json").read_text())["results"]), 2)

    def test_a_stale_and_a_damaged_file_are_differences(self):
        self.source.write_bytes(SAMPLE + b"\n\n")
        self.assertIn("fields that differ: pyc header 1", self.run_tool()[1])
        self.pyc.write_bytes(self.pyc.read_bytes()[:-5])
        self.assertIn("unreadable 1", self.run_tool()[1])


class Others(unittest.TestCase):
    def test_a_verdict_has_the_place_and_the_warnings(self):
        refused = errors.verdict(b"if x:\ny")
        self.assertEqual(refused["error"]["class"], "IndentationError")
        self.assertEqual((refused["error"]["line"], refused["error"]["offset"]), (2, 1))
        accepted = errors.verdict(b"x is 1")
        self.assertTrue(accepted["accepted"])
        self.assertEqual(accepted["warnings"][0]["line"], 1)

    def test_traps_are_exported_with_what_cpython_says(self):
        with tempfile.TemporaryDirectory() as folder:
            listed = [{"id": "a.b", "area": "x", "src": "return", "optimize": -1}]
            (entry,) = traps.export(listed, Path(folder))
            self.assertEqual(entry["error"]["message"], "'return' outside function")
            self.assertEqual(Path(folder, entry["file"]).read_text(), "return")

    def test_snippets_come_from_literals_sums_and_doctests(self):
        with tempfile.TemporaryDirectory() as folder:
            module = Path(folder, "t.py")
            module.write_text('"""\n>>> f(1)\n"""\ncheck("(" * 3 + "x")\n')
            texts = [text for text, *_ in snippets.texts_of(module, "t.py")]
            self.assertIn(b"f(1)\n", texts)
            self.assertIn(b"(((x", texts)

    def test_the_stages_of_every_construct_can_be_shown(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "sample.py")
            file.write_bytes(SAMPLE)
            for more in [], ["--final"]:
                command = [sys.executable, TOOLS / "stages.py", file, *more]
                text = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
                self.assertIn("== C.method.<locals>.<lambda>", text)
                self.assertNotIn("== ?", text)


if __name__ == "__main__":
    unittest.main()
