"""Runs compiled static programs by lines of a plan and says what was seen: values, exceptions, output, crashes.

    {"files": […], "codes": {"main.py": "<marshal>"}, "modes": ["interpreted", "jit"]}
    → {"interpreted": [["main.py", "f(3)", "3"], ["main.py", "f('a')", "! StaticTypeError: f expected …"], …], "jit": […]}

Other lines may be given as "lines", and an untyped program as "plain", for an interpreter without cinderx (`--plain`).

A worker of an interpreter that imports cinderx: requests in, answers out, a line of JSON each. Each run is a process of
its own, forked from one that has imported everything. It is killed by a line, that line's observation is `crash SIGSEGV`
(or `timeout`), and another process goes on after it, having run all lines before it again.

Modules are run as CinderX's loader runs them (StrictModule, fixed modules), from code objects only. With "jit" every
function found in a module or class is compiled by the JIT before the first line, with "warm" after the first `warm` lines
(of the request), when the interpreter has specialized its code; one it refuses is observed as that.

Invariant: observations of the same code are the same in each run: no addresses, no times, hashes seeded by the caller.
"""

import asyncio
import base64
import builtins
import contextlib
import importlib.machinery
import importlib.util
import io
import json
import marshal
import os
import re
import resource
import signal
import sys
import types
import warnings

import static_plan

# Where objects lie, and how much of the stack was used when it ran out: both differ from run to run.
MEASURED = re.compile(r"(?<=0x)[0-9a-f]{6,}|(?<=used )\d+(?= kB)")
LINE_SECONDS = 0.5  # of computing; a busy machine changes nothing then
CRASHES = 6  # of one program; then the rest is not run
STATICALLY_COMPILED = 0x4000
DEPTH = 3


class SubStr(str):
    """A subclass of str."""


class SubList(list):
    """A subclass of list."""


class SubDict(dict):
    """A subclass of dict."""


class Anything:
    """An object of a class nobody declared."""

    def __repr__(self):
        return "Anything()"


class Function:
    """Something callable."""

    def __call__(self, *args, **kwargs):
        return 3


def outside(cls, instance):
    """An instance of a subclass from untyped code, whose methods return what nobody expects."""

    def wrong(self, *args, **kwargs):
        return "wrong"

    names = [name for name, value in vars(cls).items() if isinstance(value, types.FunctionType) and name[:2] != "__"]
    sub = types.new_class("Outside", (cls,), {}, lambda space: space.update(dict.fromkeys(names, wrong)))
    made = sub.__new__(sub)
    for name in slots(cls):
        with contextlib.suppress(AttributeError, TypeError):
            setattr(made, name, getattr(instance, name))
    return made


def filled(array):
    """An array with numbers in it."""
    for index in range(len(array)):
        array[index] = 7 - 3 * index
    return array


def class_facts(cls):
    """What a class is like."""
    hidden = {"__init_subclass__", "__static_attributes__", "__firstlineno__", "__annotate_func__", "__annotations_cache__"}
    return [
        cls.__qualname__, cls.__module__, [base.__qualname__ for base in cls.__mro__], cls.__doc__,
        sorted(name for name in vars(cls) if name not in hidden),
        sorted(getattr(cls, "__final_method_names__", ()) or ()),
    ]  # fmt: skip


# ---- showing ----------------------------------------------------------------------


def show(value, depth=0):
    """A value as text that tells apart what a program could tell apart, types included."""
    kind = type(value)
    if depth > DEPTH:
        return f"<{kind.__name__}>"
    if value is None or kind in (int, float, str, bytes, bool, complex, range, slice, type(...), SubStr):
        text = repr(value) if kind is not int or value.bit_length() < 4000 else hex(value)
        return text if kind is not SubStr else f"SubStr {text}"
    if kind in (list, tuple, set, frozenset):
        items = [show(item, depth + 1) for item in list(value)[:50]]
        return f"{kind.__name__}({', '.join(sorted(items) if kind in (set, frozenset) else items)})"
    if kind is dict or kind.__name__.startswith(("chkdict", "chklist", "Array", "array")):
        if hasattr(value, "items"):
            items = [f"{show(key, depth + 1)}: {show(item, depth + 1)}" for key, item in list(value.items())[:50]]
        else:
            items = [show(item, depth + 1) for item in list(value)[:50]]
        return f"{kind.__name__}({', '.join(items)})"
    if isinstance(value, types.GeneratorType):
        return f"generator({', '.join(drain(value, depth))})"
    if isinstance(value, (types.CoroutineType, types.AsyncGeneratorType)):
        return f"{kind.__name__}({awaited(value, depth)})"
    if isinstance(value, types.FunctionType):
        return f"<function {value.__qualname__}>" + ("" if depth else inside(value))
    if isinstance(value, type):
        return f"<class {value.__qualname__}>"
    if isinstance(value, BaseException):
        return f"{kind.__name__}{show(value.args, depth + 1)}"
    if getattr(kind, "__module__", "") in PROGRAM:
        return f"{kind.__qualname__} {{{', '.join(f'{name}: {attribute(value, name, depth)}' for name in slots(kind, value))}}}"
    return mask(repr(value))[:300]


def inside(function):
    """What a function that was returned does."""
    force(function)
    seen = []
    for arguments in ((), (3,), ("a",), (3, 4)):
        try:
            seen.append(show(function(*arguments), 2))
        except Exception as error:  # noqa: BLE001 - exceptions are what we look for
            seen.append(f"! {describe(error)}")
    return f" → {'; '.join(seen)}"


def drain(generator, depth):
    """Up to ten items of a generator."""
    for _ in range(10):
        try:
            yield show(next(generator), depth + 1)
        except StopIteration as stop:
            yield f"→ {show(stop.value, depth + 1)}"
            return
        except Exception as error:  # noqa: BLE001
            yield f"! {describe(error)}"
            return
    generator.close()


def awaited(value, depth):
    """What a coroutine returns, or an asynchronous generator yields."""

    async def items():
        return [show(item, depth + 1) async for item in value]

    coroutine = value if isinstance(value, types.CoroutineType) else items()
    try:
        return show(asyncio.run(asyncio.wait_for(coroutine, 1)), depth + 1)
    except Exception as error:  # noqa: BLE001
        return f"! {describe(error)}"


def slots(kind, value=None):
    """Names of the fields of an instance."""
    names = []
    for base in kind.__mro__[::-1]:
        own = vars(base).get("__slots__", ())
        names += [own] if isinstance(own, str) else own
    names += getattr(value, "__dict__", ())
    return [name for name in dict.fromkeys(names) if name not in ("__weakref__", "__dict__")]


def attribute(value, name, depth):
    """A field's value."""
    try:
        return show(getattr(value, name), depth + 1)
    except AttributeError:
        return "unset"
    except Exception as error:  # noqa: BLE001
        return f"! {describe(error)}"


def describe(error):
    """An exception's class and message, with those it was raised from."""
    text = f"{type(error).__name__}: {mask(str(error))[:500]}"
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return text + (f" (from {type(cause).__name__})" if cause is not None else "")


def mask(text):
    """Text without addresses and sizes of stacks."""
    return MEASURED.sub("…", text)


# ---- running ----------------------------------------------------------------------

PROGRAM = set()  # names of the modules of the program
JIT = False


def force(function):
    """Lets the JIT compile a function; says whether it did."""
    if not JIT or not isinstance(function, types.FunctionType):
        return True
    from cinderx import jit

    try:
        return jit.is_jit_compiled(function) or jit.force_compile(function)
    except RuntimeError as error:
        return mask(str(error))


class Loader:
    """Finds the modules of a program among code objects, and runs them as CinderX's loader does."""

    def __init__(self, codes):
        from static_reference import module_name

        self.codes = {module_name(path): (path, marshal.loads(base64.b64decode(code))) for path, code in codes.items()}

    def find_spec(self, name, path=None, target=None):
        """Part of the protocol of importers."""
        if name not in self.codes:
            packages = any(known.startswith(name + ".") for known in self.codes)
            return importlib.machinery.ModuleSpec(name, None, is_package=True) if packages and name != "" else None
        package = self.codes[name][0].endswith("__init__.py")
        return importlib.machinery.ModuleSpec(name, self, origin=self.codes[name][0], is_package=package)

    def create_module(self, spec):
        """Part of the protocol of importers."""
        return None

    def exec_module(self, module):
        """Part of the protocol of importers."""
        path, code = self.codes[module.__name__]
        vars(module)["__file__"] = path
        if not code.co_flags & STATICALLY_COMPILED:
            exec(code, vars(module))
            return
        from _cinderx import StrictModule

        space = {
            "<fixed-modules>": FIXED_MODULES, "<builtins>": vars(builtins), "<init-cached-properties>": None,
            "<imported-from>": code.co_consts[-1],
        } | vars(module)  # fmt: skip
        sys.modules[module.__name__] = StrictModule(space, False)
        exec(code, space)


def fixed_modules():
    """What CinderX's loader gives to modules."""
    import typing

    from _cinderx import freeze_type

    def mutable(cls):
        return cls

    strict = {"freeze_type": freeze_type, "mutable": mutable}
    return {"typing": {name: getattr(typing, name) for name in typing.__all__}, "strict_modules": dict(strict), "__strict__": dict(strict)}


def run(request, plans, mode, skipped, report):
    """Runs all lines of a program in this process, but those of the numbers `skipped`."""
    global JIT
    JIT = mode in ("jit", "warm")
    from static_reference import module_name

    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.path[:] = [entry for entry in sys.path if not entry.endswith("oracle")]
    loader = Loader(request["codes"])
    PROGRAM.update(loader.codes)
    sys.meta_path.insert(0, loader)
    number = 0
    for path in request["codes"]:
        name = module_name(path)
        space = None
        for line in steps(request, plans[path], mode):
            number = step(number, path, line, skipped, report, action(line, name, space))
            if name not in sys.modules:
                break
            space = space or Space(sys.modules[name])


def steps(request, plan, mode):
    """What is done with a module: its lines, the import before them, and when its functions are compiled."""
    at = {"jit": 0, "warm": request.get("warm", len(plan))}.get(mode)
    return ["import", *plan] if at is None else ["import", *plan[:at], "compile", *plan[at:]]


def action(line, name, space):
    """A function that does a step."""
    if space is None:
        return lambda: importlib.import_module(name) and None
    return lambda: refused(space) if line == "compile" else space.run(line)


class Space(dict):
    """The names a line may use: those of a module and those of this file."""

    def __init__(self, module):
        super().__init__()
        self.module = module
        if "__static__" in sys.modules:
            from __static__ import Array, CheckedDict, CheckedList, int64

            self |= {"Array": Array, "CheckedDict": CheckedDict, "CheckedList": CheckedList, "int64": int64}
        self |= {thing.__name__: thing for thing in (SubStr, SubList, SubDict, Anything, Function, outside, filled, class_facts)}
        self["module_facts"] = self.module_facts
        self |= {name: value for name, value in vars(module).items() if not name.startswith(("__", "<"))}
        self.names = set(vars(module))

    def module_facts(self, name):
        """What a name of the module stands for."""
        if name not in self.names:
            return "absent"
        value = vars(self.module)[name]
        if isinstance(value, types.FunctionType):
            # Of ours, functions that the JIT must not inline have an empty dictionary of keyword defaults.
            return [value.__qualname__, value.__defaults__, value.__kwdefaults__ or None, value.__doc__]
        return value if not isinstance(value, type) else value.__qualname__

    def run(self, line):
        """The value of an expression, nothing for a statement."""
        try:
            code = compile(line, "<line>", "eval")
        except SyntaxError:
            exec(compile(line, "<line>", "exec"), self)
            return None
        return eval(code, self)


def step(number, path, line, skipped, report, action):
    """One line: what came of it."""
    if number not in skipped:
        report(["begin", number])
        out = io.StringIO()
        signal.setitimer(signal.ITIMER_VIRTUAL, LINE_SECONDS)
        with contextlib.redirect_stdout(out):
            try:
                seen = show(action())
            except (SystemExit, GeneratorExit) as error:
                seen = f"! {describe(error)}"
            except Exception as error:  # noqa: BLE001
                seen = f"! {describe(error)}"
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        printed = out.getvalue()
        report([path, line, mask(seen) + (f" | printed {mask(printed)[:500]!r}" if printed else "")])
    return number + 1


def refused(space):
    """Functions of a module that the JIT does not compile."""
    bad = []
    for name, value in sorted(space.items()):
        for label, function in callables(name, value, space.module.__name__):
            verdict = force(function)
            if verdict is not True:
                bad.append(f"{label}: {verdict}")
    return bad


def callables(label, value, module, depth=0):
    """The functions in a value of a module: itself, or those of a class."""
    if isinstance(value, types.FunctionType):
        yield label, value
    elif isinstance(value, (staticmethod, classmethod)):
        yield from callables(label, value.__func__, module, depth)
    elif isinstance(value, property):
        for part in ("fget", "fset", "fdel"):
            yield from callables(f"{label}.{part}", getattr(value, part), module, depth)
    elif isinstance(value, type) and depth < 3 and value.__module__ == module:
        for name, member in sorted(vars(value).items()):
            if name != "__annotate_func__":  # The JIT never takes those.
                yield from callables(f"{label}.{name}", member, module, depth + 1)
    elif type(value).__name__ in ("cached_property", "async_cached_property"):
        yield from callables(label, getattr(value, "func", None), module, depth)


# ---- the worker -------------------------------------------------------------------


def observe(request, plans, mode):
    """All observations of a program in one mode, by as many processes as it takes."""
    seen, skipped = {}, set()
    while True:
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            os.close(reader)
            out = os.fdopen(writer, "w", encoding="utf-8", errors="backslashreplace")
            status = 0
            try:
                run(request, plans, mode, skipped, lambda item: (out.write(json.dumps(item) + "\n"), out.flush()))
            except BaseException as error:  # noqa: BLE001
                out.write(json.dumps(["", "driver", f"! {describe(error)}"]) + "\n")
            out.flush()
            os._exit(status)
        os.close(writer)
        at = None
        with os.fdopen(reader, encoding="utf-8") as lines:
            for line in lines:
                if not line.endswith("\n"):
                    continue
                item = json.loads(line)
                if item[0] == "begin":
                    at = item[1]
                else:
                    seen[at] = item
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status) and not os.WEXITSTATUS(status):
            return [seen[number] for number in sorted(seen, key=lambda key: -1 if key is None else key)]
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        what = "timeout" if number == signal.SIGVTALRM else f"crash {signal.Signals(number).name}" if number else "exit"
        path, line = name_of(request, plans, mode, at)
        seen[at] = [path, line, what]
        skipped.add(at)
        if len(skipped) >= CRASHES or at is None:
            return [seen[number] for number in sorted(seen, key=lambda key: -1 if key is None else key)] + [["", "rest", "not run"]]


def name_of(request, plans, mode, at):
    """The path and the text of a line, by its number."""
    number = 0
    for path in request["codes"]:
        for line in steps(request, plans[path], mode):
            if number == at:
                return path, line
            number += 1
    return "", str(at)


def prepare():
    """Imports all that static modules need."""
    global FIXED_MODULES
    import __static__  # noqa: F401
    import _static  # noqa: F401
    from _cinderx import install_frame_evaluator, watch_sys_modules
    from cinderx import jit
    from cinderx.static import install_sp_audit_hook

    install_frame_evaluator()
    watch_sys_modules()
    install_sp_audit_hook()
    jit.background_compile(False)
    FIXED_MODULES = fixed_modules()


def main():
    warnings.simplefilter("ignore")
    if "--plain" not in sys.argv:
        prepare()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for line in sys.stdin:
        request = json.loads(line)
        if "plain" in request:
            request["codes"] = {"main.py": base64.b64encode(marshal.dumps(compile(request["plain"], "main.py", "exec"))).decode()}
        lines = request.get("lines")
        plans = {path: static_plan.plan(source) if lines is None else lines for path, source in request["files"]}
        answers.write(json.dumps({mode: observe(request, plans, mode) for mode in request["modes"]}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
