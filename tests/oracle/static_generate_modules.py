"""Random static programs of several modules: a program of one, its definitions spread over files that import each other.

    static_generate_modules.py --seed 7        the files, to look at

What static_generate.py makes is cut into its classes, functions and variables. Classes and constants go to modules in their
order, functions anywhere, so that modules import each other in circles; a name of another module is reached in any way:

    from p7a import C3            from q7.b import f9 as f9x      import q7.sub.c        from q7 import E1 (by its __init__)
    import p7a as m2              from p7mid import f4            (a module that is not static)

Tests may stand in an untyped module, as untyped callers of static functions. The plain program stays one module.

Invariant: what a module needs while it is run stands in modules before it; what only its functions need may come from
those behind it, imported at its end.
"""

import argparse
import random
import re
import sys

import static_generate as top

DEFINED = re.compile(r"(?:async )?def (\w+)|class (\w+)|(\w+)(?::| =)")
# Plain lists and the like would be given where static functions want their own.
OWN = re.compile(r"Checked|Array|clen|cast\(|list")
TOOLS = ("ROUNDS", *re.findall(r"^def (\w+)", top.COMMON, re.MULTILINE))
TEST = re.compile(r"t\d+$")
# Where the JIT puts an untyped function into another, it puts what that calls there too, and forgets that machine integers
# are to be unboxed (`canInline` asks of `VectorCall` only): a function it does not know it leaves where it is.
CALLER = "def {0}9{1}():\n    return [{0}{1}][0]()\n"
PLAIN_KINDS = (*top.BOXED, "None", "object", "list")


class Chunk:
    """A definition at the level of the module, with its decorators."""

    def __init__(self, static, plain):
        self.static, self.plain = "\n".join(static), "\n".join(plain)
        head = next(line for line in static if not line.startswith("@"))
        self.name = next(filter(None, DEFINED.match(head).groups()))
        self.is_function = "def " in head
        self.module = 0
        used = [line for line in static if not line.startswith("         ")]
        self.now = "" if self.is_function else "\n".join(line for line in used if re.match(r" {0,4}\S", line) and "def " not in line)

    def uses(self, names, text=None):
        """Those of the names that stand in it."""
        return [name for name in dict.fromkeys(re.findall(r"(?<![\w.])[A-Za-z]\w*", self.static if text is None else text)) if name in names and name != self.name]


def chunks(made):
    """The definitions of a program."""
    found, start = [], None
    for at, line in enumerate(made.static):
        begins = not line.startswith(" ")
        if begins and not (at and made.static[at - 1].startswith("@")):
            if start is not None:
                found.append(Chunk(made.static[start:at], made.plain[start:at]))
            start = at
    found.append(Chunk(made.static[start:], made.plain[start:]))
    return found


class Spread:
    """The files of one program."""

    def __init__(self, seed):
        self.random = random.Random(-1 - seed)
        self.seed = seed
        self.made = top.Program(seed)
        self.chunks = chunks(self.made)
        # A function that all modules use asks for it.
        self.first_rounds = next(chunk.static for chunk in self.chunks if chunk.name == "FIRST_ROUNDS")
        self.chunks = [chunk for chunk in self.chunks if chunk.name != "FIRST_ROUNDS"]
        self.by_name = {chunk.name: chunk for chunk in self.chunks}
        self.names = self.layout()
        self.main = len(self.names) - 2
        self.place()
        self.facade, self.middle = {}, {}
        # Submodules are no attributes of static packages, and what comes from others has no types.
        self.static_package = self.chance(0.7)

    def chance(self, probability):
        """True that often."""
        return self.random.random() < probability

    def layout(self):
        """Names of the modules, the one of the tests last."""
        seed, package = self.seed, f"q{self.seed}"
        forms = [f"p{seed}a", f"{package}.b", f"{package}.c", f"{package}.sub.d", f"p{seed}e"]
        count = self.random.randint(1, 3)
        return [*sorted(self.random.sample(forms, count), key=lambda _: self.random.random()), f"p{seed}", f"p{seed}user"]

    def place(self):
        """Gives each definition a module."""
        for chunk in self.chunks:
            # All that assigns to a variable stands where it does.
            shared = [one for one in re.findall(r"\bglobal (\w+)", chunk.static) if one in self.by_name]
            least = max((self.by_name[name].module for name in chunk.uses(self.by_name, chunk.now)), default=0)
            chunk.module = self.random.randint(least, self.main) if self.chance(0.75) else least
            if TEST.match(chunk.name):
                chunk.module = self.main
            if chunk.is_function and shared:
                variable = self.by_name[shared[0]]
                chunk.module = variable.module
                if TEST.match(chunk.name) and variable.module != self.main:
                    chunk.module = variable.module = self.main
        for chunk in self.chunks:
            for name in re.findall(r"\bglobal (\w+)", chunk.static):
                if name in self.by_name:
                    chunk.module = self.by_name[name].module

    def simple(self, name):
        """Whether a function may be called without knowing its types."""
        function = self.made.functions.get(name)
        kinds = [*(kind for _, kind in function[0]), function[1]] if function else [None]
        return "@" not in self.by_name[name].static and all(kind in PLAIN_KINDS for kind in kinds)

    def reexported(self, name, index):
        """How a package's __init__, or a module that is not static, names it; nothing if they may not."""
        chunk = self.by_name[name]
        module = self.names[chunk.module]
        variable = name.startswith("G")
        if self.simple(name) and chunk.module < index and self.chance(0.15):
            self.middle.setdefault(chunk.module, []).append(name)
            return f"p{self.seed}mid{chunk.module}", name
        if "." in module and self.static_package and self.main <= index and chunk.module < index and not variable and self.chance(0.5):
            self.facade.setdefault(name, self.random.choice([name, name + "y"]))
            return f"q{self.seed}", self.facade[name]
        return None

    def imports(self, index, text):
        """Imports for a module's text: those above it, the text as it uses them, and those below it."""
        above, below, ways, of_module = [], [], {}, {}
        for name in dict.fromkeys(re.findall(r"(?<![\w.])[A-Za-z]\w*", text)):
            chunk = self.by_name.get(name)
            if chunk is None or chunk.module == index:
                continue
            module = self.names[chunk.module]
            behind = chunk.module > index
            where = below if behind else above
            other = self.reexported(name, index)
            by_module = name.startswith("G") or behind and (index > 0 or chunk.module == self.main)
            if other and not by_module:
                how, known = other
                way = self.random.choice([known, known + "x"])
                where.append(f"from {how} import {known}" + (f" as {way}" if way != known else ""))
                ways[name] = way
                continue
            if not by_module and self.chance(0.6):
                way = self.random.choice([name, name, name + "x"])
                source = module
                if "." in module and self.names[index].count(".") == 1 and module.count(".") == 1 and self.chance(0.4):
                    source = "." + module.partition(".")[2]
                where.append(f"from {source} import {name}" + (f" as {way}" if way != name else ""))
                ways[name] = way
                continue
            if module not in of_module:
                parent, _, last = module.rpartition(".")
                forms = [(f"import {module} as m{chunk.module}x", f"m{chunk.module}x")]
                if not parent or not self.static_package and all(self.simple(one) for one in chunk.uses(self.by_name, text) if self.by_name[one].module == chunk.module):
                    forms.append((f"import {module}", module))
                if parent and not behind:
                    forms.append((f"from {parent} import {last} as m{chunk.module}x", f"m{chunk.module}x"))
                line, of_module[module] = self.random.choice(forms)
                where.append(line)
            ways[name] = f"{of_module[module]}.{name}"
        text = re.sub(r"(?<![\w.])[A-Za-z]\w*", lambda match: ways.get(match[0], match[0]), text)
        lines = lambda found: "".join(line + "\n" for line in dict.fromkeys(found))  # noqa: E731
        return lines(above), text, lines(below)

    def files(self):
        """(path, text) of all, the one of the tests first."""
        tools = f"p{self.seed}tools"
        common = f"from {tools} import {', '.join(TOOLS)}\nimport sys\nfrom builtins import ExceptionGroup\n"
        untyped = []
        for chunk in self.chunks:
            if TEST.match(chunk.name) and "global" not in chunk.static and not OWN.search(chunk.static) and self.chance(0.6):
                untyped.append(chunk)
                chunk.module = self.main + 1
        found = []
        for index, name in enumerate(self.names[: self.main + 1]):
            here = [chunk.static for chunk in self.chunks if chunk.module == index]
            above, text, below = self.imports(index, "\n".join(here) + "\n")
            if index == self.main:
                # Circles are entered at one place.
                above = "".join(f"import {other}\n" for other in self.names[:index]) + above
                # What is looked for are definitions.
                below += "".join(CALLER.format(chunk.name[0], chunk.name[1:]) for chunk in untyped)
                below += "".join(f"from {self.names[-1]} import {chunk.name}\n" for chunk in untyped)
            found.insert(0, [name, top.HEADER + common + above + text + below])
        if untyped:
            above, text, _ = self.imports(self.main + 1, "\n".join(chunk.plain for chunk in untyped) + "\n")
            found.append([self.names[-1], top.HELPERS + common + above + text])
        static_tools = "import __static__\n" if self.chance(0.5) else ""
        found.append([tools, static_tools + top.COMMON + self.first_rounds + "\n"])
        packages = {name.rpartition(".")[0] for name in self.names if "." in name}
        packages |= {name.partition(".")[0] for name in packages}
        for package in sorted(packages):
            text = "import __static__\n" * self.static_package
            if package == f"q{self.seed}":
                # As it is the first to be imported, circles are entered here.
                text += "".join(f"import {name}\n" for name in self.names if "." in name and self.facade)
                for name in self.facade:
                    known, module = self.facade[name], "." + self.names[self.by_name[name].module].partition(".")[2]
                    text += f"from {module} import {name}" + (f" as {known}\n" if known != name else "\n")
            found.append([f"{package}.__init__", text])
        for module, names in self.middle.items():
            found.append([f"p{self.seed}mid{module}", "".join(f"from {self.names[module]} import {name}\n" for name in names)])
        return [[name.replace(".", "/") + ".py", text] for name, text in found], untyped


def program(seed):
    """The program of a number."""
    spread = Spread(seed)
    files, untyped = spread.files()
    plain = spread.made.untyped()
    plain += "".join(CALLER.format(chunk.name[0], chunk.name[1:]) for chunk in untyped)
    return {"subject": str(seed), "files": files, "plain": plain}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    for path, text in program(parser.parse_args().seed)["files"]:
        print(f"# ---- {path}\n{text.replace(top.HEADER, '# …' + chr(10))}")


if __name__ == "__main__":
    sys.exit(main())
