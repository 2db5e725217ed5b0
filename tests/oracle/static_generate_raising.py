"""Statements of random static programs that raise, mostly out of C, and what programs do about it.

    class Body(Raising, …): …       body.attempted() adds `try: v3 = [1].index(2)`, handlers, perhaps `finally`

The forms are templates, the same text in the static and in the plain program but for `$x`, an expression; a line `...`
is a block of other statements, `...*3` one in a loop that goes round three times (see `Forms.form`).
"""

# What raises, or not: `$l` is a list, `$a` any object, `$i` an int, `$s` a str, `$n` a small int.
CALLS = (
    "$l.remove($a)", "$l.index($a)", "$l.pop()", "$l.pop($n)", "$l.insert($n, $a)", "$l[$n]", "$l.count($a)", "$l.extend($l)",
    "set($l).pop() if len($l) == 1 else set().pop()", "{'a': 1}.popitem()", "{}.popitem()", "{'a': $a}[$s]", "dict(a=$a).pop($s)",
    "{1: $a}.setdefault($n, $a)", "$s.index($s)", "$s.rindex('b')", "$s.split($s)", "$s.split($s, $n)", "int($s)", "int($s, $n)",
    "next(iter($l))", "next(iter([]), $a)", "$s.encode('ascii')", "bytes([$n])", "chr($n)", "ord($s)", "(1, 2, $a)[$n]", "max($l)",
    "min([])", "sorted($l)", "sum($l)", "divmod($n, $n)", "int($i // $n)", "int($i % $n)", "pow($n, $n, $n)", "getattr($l, $s)",
    "float($s)", "$s.join($l)", "'%d' % ($a,)", "'{} {}'.format($a)", "$s[$n]", "$s[$n:$n]", "$l[$n:$n]", "list(zip($l, [1], strict=True))",
    "[*$l, *$s]", "{**{'a': $a}, 'b': 2}", "hash($a) == hash($a)", "isinstance($a, int)", "reversed($l).__next__()", "range($n)[$n]",
    "range(1, 9, $n)", "memoryview(b'ab')[$n]", "bytearray(b'ab').pop($n)", "frozenset($l).issubset($l)", "{$a}.remove($a)",
    "'abc'.translate({97: $s})", "$s.center($n, 'xy')", "list(map(int, $l))", "dict([($a, 1), ($s, 2)])", "dict($l)",
    "round(1.5, $n)", "abs($a)", "str.upper($a)", "list.append($l, $a)", "object().nothing", "slice($n).indices($n)",
    "any(x == 3 for x in $l)", "[x[0] for x in $l]", "iter($a)", "len($a)", "$a + $a", "-$a", "$a < $a", "$a[0]", "$a()",
    "type($a)()", "type($a).__name__", "callable($a)", "int($a)", "list($a)", "tuple($s)", "str($a).zfill($n)", "print",
)  # fmt: skip
CAUGHT = (
    "Exception", "ValueError", "(KeyError, IndexError)", "LookupError", "(TypeError, ValueError)", "ArithmeticError",
    "(AttributeError, LookupError, TypeError)", "StopIteration", "BaseException", "UnicodeError",
)  # fmt: skip


class Raising:
    """Statements, for `Body`."""

    def raising_statements(self):
        """Those that may stand here."""
        options = [self.attempted] * 3 + [self.deleted]
        if self.depth < 2:
            options += [self.attempted_with_blocks, self.attempted_in_loop, self.raised_from, self.grouped, self.left, self.retried, self.nested_handlers]
        return options

    def raising_call(self):
        """An expression that may raise, mostly out of C; its value is hidden if it would not print."""
        call = self.filled(self.choose(CALLS))
        return tuple(f"seen({side})" for side in call)

    def filled(self, text):
        """A template of an expression with its holes filled."""
        makers = {
            "$l": lambda: self.expression("list", 1), "$a": lambda: self.any_boxed(1), "$i": lambda: self.expression("int", 1),
            "$s": lambda: self.expression("str", 1), "$n": lambda: self.hidden(self.literal_int(-3, 4)),
        }  # fmt: skip
        static = plain = text
        for hole, maker in makers.items():
            while hole in static:
                made = maker()
                if hole in ("$a", "$l") and self.chance(0.15):
                    made = self.later_object(made)
                made = self.hidden(made) if hole == "$a" or self.chance(0.2) else made
                static, plain = static.replace(hole, made[0], 1), plain.replace(hole, made[1], 1)
        return static, plain

    def later_object(self, made):
        """The same object, and one of perhaps another class in later rounds."""
        other = self.choose([lambda: self.any_boxed(1), lambda: self.expression("list", 1)])()
        return tuple(f"later({one}, {two})" for one, two in zip(made, other, strict=True))

    def hidden(self, made):
        """The same value as an object of no known type, half of the time."""
        return tuple(f"hidden({side})" for side in made) if self.chance(0.5) else made

    def result(self, kind="object"):
        """A new variable for what is seen, set to None at first."""
        name = self.program.new()
        self.program.line(f"{name}: {kind} = None")
        self.scope[name] = kind
        return name

    def attempted(self):
        """A call that may raise, caught."""
        name, error = self.result(), self.program.new("e")
        self.form(
            f"""
            try:
                {name} = $call
            except {self.choose(CAUGHT)} as {error}:
                {name} = (type({error}).__name__, {name})
            except Exception as {error}:
                {name} = type({error}).__name__
            """,
            call=self.raising_call(),
        )

    def attempted_with_blocks(self):
        """The same with other statements around."""
        name, error = self.result(), self.program.new("e")
        inside = self.choose(["raise", "pass", f"raise KeyError('again') from {error}", f"{name} = ({name}, {error}.__context__ is None)"])
        self.form("try:\n    ...")
        self.form(f"    {name} = $call\n    ...", call=self.raising_call())
        self.form(f"except {self.choose(CAUGHT)} as {error}:\n    {name} = type({error}).__name__\n    ...\n    {inside}")
        if self.chance(0.4):
            self.form("except Exception:\n    ...")
        if self.chance(0.4):
            self.form("else:\n    ...")
        if self.chance(0.5):
            self.form("finally:\n    ...")

    def attempted_in_loop(self):
        """In a loop, which goes on or not."""
        name, item, error = self.result(), self.program.new("i"), self.program.new("e")
        left = self.choose(["break", "continue", "pass"])
        self.form(f"for {item} in [1, 'a', None, (2, 3), 0]:")
        self.form(
            f"""
            try:
                {name} = (seen({self.choose(["1 // " + item, item + "[0]", "len(" + item + ")", "int(" + item + ")", "{}[" + item + "]", item + " + 1"])}), $call)
            except {self.choose(CAUGHT)} as {error}:
                {name} = type({error}).__name__
                {left}
            except Exception:
                {self.choose(["break", "continue", "pass"])}
            """,
            1, call=self.raising_call(),
        )  # fmt: skip
        if self.chance(0.5):
            self.form("    finally:\n        ...*5" if not self.loops else "    finally:\n        pass")
        if self.chance(0.4):
            self.form("else:\n    ...")

    def retried(self):
        """Until it works."""
        name, count, error = self.result(), self.program.new("n"), self.program.new("e")
        self.form(
            f"""
            {count}: int = 0
            while {count} < 4:
                {count} = int({count} + 1)
                try:
                    if {count} < 3:
                        raise {self.choose(["ValueError", "KeyError"])}({count})
                    {name} = ($a, $call)
                    break
                except ValueError as {error}:
                    {name} = {error}.args
                finally:
                    {name} = ({name}, {count})
            """,
            a=self.any_boxed(1), call=self.raising_call(),
        )  # fmt: skip

    def raised_from(self):
        """`raise … from`, and what is known of it afterwards."""
        name, error, outer = self.result(), self.program.new("e"), self.program.new("e")
        cause = self.choose([f" from {error}", " from None", "", f" from KeyError('c', {error}.args)"])
        self.form(
            f"""
            try:
                try:
                    {name} = $call
                    raise IndexError($a)
                except {self.choose(CAUGHT)} as {error}:
                    {name} = type({error}).__name__
                    raise {self.choose(["ValueError", "RuntimeError", "OSError"])}($a2){cause}
            except Exception as {outer}:
                {name} = ({name}, type({outer}).__name__, type({outer}.__cause__).__name__, type({outer}.__context__).__name__, {outer}.__suppress_context__)
            """,
            call=self.raising_call(), a=self.any_boxed(1), a2=self.any_boxed(1),
        )  # fmt: skip

    def nested_handlers(self):
        """A handler in a handler: which exception is the present one."""
        name = self.result()
        self.form(
            f"""
            try:
                raise ValueError($a)
            except ValueError:
                try:
                    {name} = $call
                except Exception:
                    {name} = raised()
                    ...
                {name} = ({name}, raised())
            {name} = ({name}, raised())
            """,
            call=self.raising_call(), a=self.any_boxed(1),
        )  # fmt: skip

    def grouped(self):
        """`except*`"""
        name, error = self.result(), self.program.new("e")
        kinds = [self.choose(["ValueError", "KeyError", "TypeError", "IndexError"]) for _ in range(3)]
        self.form(
            f"""
            try:
                try:
                    raise ExceptionGroup('g', [{kinds[0]}($a), {kinds[1]}(2), ExceptionGroup('h', [{kinds[2]}(3)])])
                except* ValueError as {error}:
                    {name} = len({error}.exceptions)
                    {name} = ($c, {name})
                except* (KeyError, TypeError) as {error}:
                    {name} = ({name}, {error}.message)
                    {self.choose(["raise", "pass", "raise OSError('o')"])}
                {self.choose(["finally:", "else:"])}
                    {name} = ({name}, $b)
            except ExceptionGroup as {error}:
                {name} = ({name}, [type(x).__name__ for x in {error}.exceptions])
            """,
            a=self.any_boxed(1), b=self.any_boxed(1), c=self.raising_call(),
        )  # fmt: skip

    def left(self):
        """`try` … `finally` in a loop, left in any way."""
        item = self.program.new("i")
        ways = ["break", "continue", "pass", "raise ValueError('left')"]
        if self.returns not in ("generator", "object"):
            ways += ["return"] * 2
        ways = [self.choose(ways), self.choose(ways)]
        self.program.line(f"for {item} in range({self.random.randint(1, 3)}):")
        self.program.line("    try:")
        self.program.indent += 1
        self.block(1)
        self.program.indent += 1
        for way in ways[:1]:
            self.program.lines("if {}:", self.condition(1))
            self.leave(way)
        self.program.indent -= 2
        if self.chance(0.4):
            self.form("    except Exception:\n        ...")
        self.program.line("    finally:")
        self.program.indent += 1
        self.block(1)
        if self.chance(0.2):
            self.program.line("    " + self.choose(["if hidden(True): break", "if hidden(False): continue", "pass"]))
        self.program.indent -= 1
        if self.chance(0.3):
            self.form("else:\n    ...")

    def leave(self, way):
        """One statement deeper: leaves a loop or a function."""
        if way != "return":
            self.program.line("    " + way)
        elif self.returns == "None":
            self.program.line("    return")
        else:
            self.program.lines("    return {}", self.expression(self.returns, 1))

    def deleted(self):
        """`del` of a variable, an item, a key; what is read afterwards is not there."""
        name, held, error = self.result(), self.program.new(), self.program.new("e")
        made, target = self.choose([
            ("$a", held), ("[1, $a, 3]", f"{held}[$n]"), ("{'a': 1, 'b': $a}", f"{held}[$s]"), ("[1, 2, $a, 4]", f"{held}[$n:$n]"),
            ("CheckedDict[str, int]({'a': 1})", f"{held}[$s]"),
        ])  # fmt: skip
        self.program.lines(f"{held}: object = {{}}" if made == "$a" else f"{held} = {{}}", self.filled(made))
        self.program.plain[-1] = self.program.plain[-1].replace(f"{held}: object", held)
        self.program.line("try:")
        self.program.lines("    del {}", self.filled(target))
        self.form(f"    {name} = seen({held})\nexcept Exception as {error}:\n    {name} = type({error}).__name__")
