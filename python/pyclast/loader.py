"""Loads what `pyclast compile --target cinderx-3.14` wrote, with no compiler in the process.

    import pyclast.loader
    pyclast.loader.install(["/srv/app"])        # modules below /srv/app come from their .strict.pyc files
    import app

Three kinds of artifacts are found in the directories given, with their sources or without:

    __pycache__/m.cpython-314.strict.pyc        a static or strict module: runs on CinderX, as a StrictModule
    __pycache__/m.cpython-314.pyc               an ordinary module: runs as CPython's own loader has it
    m.strict.pyc, m.pyc                         the same, written by `compile -b`

Where CinderX or its JIT is missing, a static module that says it needs neither runs from its ordinary `.pyc`.

Invariants: everything this module imports is there before it installs itself, so the hook never meets its own imports;
a module is published before it runs, so imports may go in circles; nothing stale runs: a static artifact whose source
or dependency changed is an ImportError that says so.
"""

import sys
import _imp
import builtins
import io
import marshal
import os
import typing
import _frozen_importlib as bootstrap
import _frozen_importlib_external as external

__all__ = ["install", "uninstall", "run", "StaleArtifact", "MissingRuntime"]

MAGIC_SIZE = 4
HEADER_SIZE = 20
STATIC_MAGIC = (55 | 0x8000).to_bytes(2, "little") + b"\r\n"
ORDINARY_MAGIC = b"\0\0\r\n"
# Ends an artifact whose module, and all that it shares types with, may run from ordinary code as well.
FALLBACK_MARK = b"pyclast:fallback"
STATICALLY_COMPILED = 0x4000

# Their names in `__static__` mean machine numbers or native code: no ordinary code does the same.
PRIMITIVES = frozenset(
    "int8 int16 int32 int64 uint8 uint16 uint32 uint64 char cbool double size_t ssize_t single"
    " box unbox clen crange Array staticarray native".split()
)


class StaleArtifact(ImportError):
    """An artifact is of another text than the source beside it, or than a source it was checked against."""


class MissingRuntime(ImportError):
    """A static module needs CinderX, and it is not there."""


def _import_cinderx():
    """The C modules of CinderX, if it can run here."""
    disabled = os.environ.get("CINDERX_DISABLE", "")
    if disabled not in ("", "0") or sys.version_info[:2] != (3, 14):
        return None
    try:
        import _cinderx
        import _static
    except ImportError:
        return None
    return _cinderx, _static


def _import_jit():
    try:
        import cinderjit
    except ImportError:
        return None
    return cinderjit


_cinderx = _import_cinderx()
_jit = _import_jit() if _cinderx else None


def _identity(obj, *_):
    return obj


def _freeze_type(cls):
    if _cinderx and _types_freeze:
        _cinderx[0].freeze_type(cls)
    return cls


def _set_freeze_enabled(flag):
    global _types_freeze
    old, _types_freeze = _types_freeze, flag
    return old


_types_freeze = True


class _Typing(dict):
    """`typing`, name by name: some of its names import more when they are asked for."""

    def __missing__(self, name):
        if name not in typing.__all__:
            raise KeyError(name)
        value = self[name] = getattr(typing, name)
        return value


_strict_names = {"freeze_type": _freeze_type, "mutable": _identity}
_fixed_modules = {"typing": _Typing(), "strict_modules": dict(_strict_names), "__strict__": _strict_names}


def _provide_flag_modules():
    """`import __strict__` without the compiler it comes from; `import __static__` without what it seldom needs."""
    if "__strict__" not in sys.modules:
        strict = _Module("__strict__", "Flags and decorators of strict modules.")
        strict.__dict__.update(_strict_names)
        strict.__dict__.update(
            extra_slot=_identity,
            loose_slots=_identity,
            strict_slots=_identity,
            set_freeze_enabled=_set_freeze_enabled,
            allow_side_effects=object(),
        )
        sys.modules["__strict__"] = strict
    if "__static__" not in sys.modules:
        spec = bootstrap._find_spec("__static__", None) if _cinderx else None
        if spec is None:
            sys.meta_path.append(_StandIn)
        else:
            module = _LazyStatic("__static__")
            bootstrap._init_module_attrs(spec, module)
            sys.modules["__static__"] = module


_Module = type(sys)


class _LazyStatic(_Module):
    """`__static__`, which is run when a name of it is first asked for: most modules only say its name."""

    def __getattr__(self, name):
        with bootstrap._ModuleLockManager("__static__"):
            if type(self) is _LazyStatic:
                self.__class__ = _Module
                forwarders = [_Forwarder(heavy) for heavy in ("inspect", "platform", "random") if heavy not in sys.modules]
                sys.modules.update((forwarder.__name__, forwarder) for forwarder in forwarders)
                try:
                    self.__spec__.loader.exec_module(self)
                finally:
                    for forwarder in forwarders:
                        forwarder.step_aside()
        return getattr(self, name)


class _Forwarder(_Module):
    """A module that is imported when something of it is used; in its place only while `__static__` is run.

    `__static__` imports three modules for functions that it calls in rare cases, and they take longer than all the rest.
    """

    def step_aside(self):
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]

    def __getattr__(self, name):
        if name.startswith("__"):
            # The import system asks for them.
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if name == "iscoroutinefunction":
            return lambda function: self._real().iscoroutinefunction(function)
        return getattr(self._real(), name)

    def _real(self):
        self.step_aside()
        return __import__(self.__name__)


class _StandIn:
    """Finds `__static__` where nobody else does."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in ("__static__", "__static__.compiler_flags"):
            return None
        return bootstrap.ModuleSpec(name, _StandIn, is_package=name == "__static__")

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        names = module.__dict__
        if module.__name__ != "__static__":
            names.update(checked_dicts=True, checked_lists=True)
            return
        import enum

        class StringEnum(str, enum.Enum):
            pass

        class ContextDecorator:
            def __enter__(self):
                return self

            def __exit__(self, *exception):
                return False

            def _recreate_cm(self):
                return self

            def __call__(self, function):
                def inner(*args, **kwargs):
                    with self._recreate_cm():
                        return function(*args, **kwargs)

                return inner

        def prod_assert(value, message=None):
            if not value:
                raise AssertionError(*() if message is None else (message,))

        def __getattr__(name):
            if name in PRIMITIVES:
                raise MissingRuntime(f"__static__.{name} needs CinderX, which cannot be imported here", name=name)
            raise AttributeError(f"module '__static__' has no attribute {name!r}")

        for name in ("inline", "_donotcompile", "allow_weakrefs", "dynamic_return", "mixin", "set_type_static"):
            names[name] = _identity
        names.update(
            Enum=enum.Enum,
            IntEnum=enum.IntEnum,
            StringEnum=StringEnum,
            ContextDecorator=ContextDecorator,
            ExcContextDecorator=ContextDecorator,
            CheckedDict=dict,
            CheckedList=list,
            chkdict=dict,
            chklist=list,
            PyDict=dict,
            pydict=dict,
            cast=typing.cast,
            prod_assert=prod_assert,
            __getattr__=__getattr__,
        )


class _Options:
    """What holds for all directories of one installation."""

    def __init__(self, directories, patching):
        self.directories = directories
        self.patching = patching
        level = sys.flags.optimize
        tag = f".{sys.implementation.cache_tag}" + (f".opt-{level}" if level else "")
        strict = ".strict.patch.pyc" if patching else ".strict.pyc"
        self.cached, self.strict_cached = f"{tag}.pyc", f"{tag}{strict}"
        self.beside = strict
        self.dependencies = {}

    def covers(self, path):
        return any(path == root or path.startswith(root + os.sep) for root in self.directories)

    def source_of(self, name):
        """The source of a module in the directories, as the compiler finds it."""
        path = name.replace(".", os.sep)
        for root in self.directories:
            for ending in (os.sep + "__init__.py", ".py"):
                source = os.path.join(root, path + ending)
                if os.path.isfile(source):
                    return source
        return None

    def dependency_is_current(self, name, recorded, by_hash):
        """Whether the source of a module is what a dependent one was compiled with."""
        key = name, by_hash
        if key not in self.dependencies:
            source = self.source_of(name)
            self.dependencies[key] = None if source is None else _fingerprint(source, by_hash)
        found = self.dependencies[key]
        # Without a source there is nothing that could have changed.
        return found is None or found == recorded


def _fingerprint(source, by_hash):
    if by_hash:
        with open(source, "rb") as file:
            return _source_hash(file.read())
    status = os.stat(source)
    return external._pack_uint32(int(status.st_mtime)) + external._pack_uint32(status.st_size)


def _source_hash(data):
    return _imp.source_hash(_imp.pyc_magic_number_token, data)


class _Finder:
    """Finds the modules of one directory."""

    def __init__(self, directory, options):
        self.directory = directory
        self.options = options
        self.ordinary = external.FileFinder(
            directory,
            (external.ExtensionFileLoader, _imp.extension_suffixes()),
            (external.SourceFileLoader, external.SOURCE_SUFFIXES),
            (external.SourcelessFileLoader, external.BYTECODE_SUFFIXES),
        )
        self.modified = None
        self.entries = frozenset()

    def invalidate_caches(self):
        self.modified = None
        self.options.dependencies.clear()
        self.ordinary.invalidate_caches()

    def find_spec(self, fullname, target=None):
        tail = fullname.rpartition(".")[2]
        self._refresh()
        if tail in self.entries:
            package = os.path.join(self.directory, tail)
            found = self._find(fullname, package, "__init__", os.path.isfile(os.path.join(package, "__init__.py")))
            if found is not None:
                found.submodule_search_locations = [package]
                return found
        found = self._find(fullname, self.directory, tail, tail + ".py" in self.entries)
        return found or self.ordinary.find_spec(fullname, target)

    def _refresh(self):
        try:
            modified = os.stat(self.directory or ".").st_mtime_ns
        except OSError:
            modified = -1
        if modified != self.modified:
            try:
                self.entries = frozenset(os.listdir(self.directory or "."))
            except OSError:
                self.entries = frozenset()
            self.modified = modified

    def _find(self, fullname, directory, name, has_source):
        """The spec of a module, if the ordinary finder would not find it as well."""
        source = os.path.join(directory, name + ".py")
        cache = os.path.dirname(external.cache_from_source(source, optimization=""))
        for artifact in (
            os.path.join(cache, name + self.options.strict_cached),
            os.path.join(directory, name + self.options.beside),
        ):
            if os.path.isfile(artifact) and _has_runtime(artifact):
                loader = _ArtifactLoader(fullname, source if has_source else artifact, artifact, self.options)
                return _spec(fullname, loader, has_source)
        if not has_source:
            artifact = os.path.join(cache, name + self.options.cached)
            if os.path.isfile(artifact):
                return _spec(fullname, external.SourcelessFileLoader(fullname, artifact), False)
        return None


def _spec(fullname, loader, has_source):
    artifact = getattr(loader, "artifact", loader.path)
    spec = bootstrap.ModuleSpec(fullname, loader, origin=loader.path)
    spec.has_location = True
    spec.cached = artifact
    return spec


def _has_runtime(artifact):
    """Whether an artifact is to be loaded, and not the ordinary code of the module."""
    if _jit is not None:
        return True
    # Static code without the JIT is slower than ordinary code, if there is any that means the same.
    with open(artifact, "rb") as file:
        if file.read(MAGIC_SIZE) == ORDINARY_MAGIC:
            return True
        file.seek(-len(FALLBACK_MARK), os.SEEK_END)
        return file.read() != FALLBACK_MARK


class _ArtifactLoader(external.SourceFileLoader):
    """Loads one module from a file in the form of CinderX's strict loader."""

    def __init__(self, fullname, path, artifact, options):
        super().__init__(fullname, path)
        self.artifact = artifact
        self.options = options

    @property
    def has_source(self):
        return self.path is not self.artifact

    def get_source(self, fullname):
        return super().get_source(fullname) if self.has_source else None

    def get_code(self, fullname):
        return self._load(fullname)[0]

    def _load(self, fullname):
        """The code, and whether the module is static or strict."""
        data = self.get_data(self.artifact)
        details = {"name": fullname, "path": self.artifact}
        magic = data[:MAGIC_SIZE]
        if magic not in (STATIC_MAGIC, ORDINARY_MAGIC):
            raise ImportError(f"bad magic number {magic!r} in {self.artifact!r}: compile it again", **details)
        view = memoryview(data)
        flags = external._classify_pyc(view[MAGIC_SIZE:], fullname, details)
        dependencies, code = _unmarshal(data)
        is_strict = magic == STATIC_MAGIC
        try:
            if self.has_source:
                self._validate(fullname, data, flags, dependencies, details)
        except StaleArtifact:
            if is_strict:
                raise
            return external.SourceFileLoader.get_code(self, fullname), False
        if self.has_source:
            _imp._fix_co_filename(code, self.path)
        return code, is_strict

    def _validate(self, fullname, data, flags, dependencies, details):
        by_hash = flags & 1 != 0
        if by_hash and (_imp.check_hash_based_pycs == "never" or not (flags & 2 or _imp.check_hash_based_pycs == "always")):
            return
        if data[12:HEADER_SIZE] != _fingerprint(self.path, by_hash):
            raise StaleArtifact(f"{self.artifact!r} is not of the present {self.path!r}: compile it again", **details)
        for name, recorded in dependencies:
            # What was not static says nothing about its time.
            if recorded and not self.options.dependency_is_current(name, recorded, by_hash):
                raise StaleArtifact(
                    f"{fullname!r} was compiled with another {name!r} than the present one: compile it again", **details
                )

    def exec_module(self, module):
        code, is_strict = self._load(module.__name__)
        module.__cached__ = self.artifact
        if not is_strict:
            bootstrap._call_with_frames_removed(exec, code, module.__dict__)
            return
        names = _static_globals(module, code)
        sys.modules[module.__name__] = _cinderx[0].StrictModule(names, self.options.patching)
        bootstrap._call_with_frames_removed(exec, code, names)


def _unmarshal(data):
    """The dependencies and the code behind a header."""
    file = io.BytesIO(data)
    file.seek(HEADER_SIZE)
    dependencies = marshal.load(file)
    return dependencies, marshal.loads(memoryview(data)[file.tell() :])


def _static_globals(module, code):
    """The names a static or strict module starts with."""
    if _cinderx is None:
        raise MissingRuntime(f"{module.__name__!r} needs CinderX, which cannot be imported here", name=module.__name__)
    names = {
        "<fixed-modules>": _fixed_modules,
        "<builtins>": builtins.__dict__,
        "<init-cached-properties>": None,
    }
    if code.co_flags & STATICALLY_COMPILED:
        _init_static_python()
        names["<imported-from>"] = code.co_consts[-1]
    names.update(module.__dict__)
    return names


def _init_static_python():
    native, static = _cinderx
    native.install_frame_evaluator()
    native.watch_sys_modules()
    static.install_sp_audit_hook()


class _Hook:
    """The path hook of one installation."""

    def __init__(self, options):
        self.options = options

    def __call__(self, path):
        absolute = os.path.abspath(path or ".")
        if not self.options.covers(absolute) or not os.path.isdir(absolute):
            raise ImportError("only directories given to pyclast.loader.install", path=path)
        return _Finder(path, self.options)


def install(directories, *, patching=False, jit=True):
    """Loads modules below `directories` from what pyclast wrote for them; they come first on `sys.path`.

    `patching` takes the artifacts of `--enable-patching`, whose modules tests may change. `jit` has CinderX's JIT compile
    what is called often, unless something else decided about it before. Returns what `uninstall` takes.
    """
    roots = [os.path.abspath(directory) for directory in directories]
    _provide_flag_modules()
    hook = _Hook(_Options(roots, patching))
    sys.path_hooks.insert(0, hook)
    _forget_importers(roots)
    sys.path[:0] = [root for root in roots if root not in sys.path]
    if jit and _jit is not None and _jit.get_compile_after_n_calls() is None:
        _jit.auto()
    return hook


def uninstall(hook):
    """Undoes `install`; `sys.path` and modules stay as they are."""
    sys.path_hooks.remove(hook)
    _forget_importers(hook.options.directories)


def _forget_importers(roots):
    for path in list(sys.path_importer_cache):
        if any(os.path.abspath(path or ".").startswith(root) for root in roots):
            del sys.path_importer_cache[path]


def run(script, artifact, arguments, *, jit=True):
    """Runs a script as `python SCRIPT ARGUMENTS` does, from an artifact of the module `__main__`."""
    directory = os.path.dirname(os.path.abspath(script))
    sys.argv[:] = [script, *arguments]
    if not sys.flags.safe_path:
        # The directory of this file, which Python put there.
        sys.path[0] = directory
    hook = install([directory], jit=jit)
    loader = _ArtifactLoader("__main__", script, artifact, hook.options)
    main = type(sys)("__main__")
    main.__dict__.update(__file__=script, __loader__=loader, __spec__=None, __cached__=None, __builtins__=builtins)
    sys.modules["__main__"] = main
    main.__spec__ = bootstrap.ModuleSpec("__main__", loader, origin=script)
    try:
        loader.exec_module(main)
    except Exception as error:
        traceback = error.__traceback__
        while traceback is not None and traceback.tb_frame.f_globals in (globals(), bootstrap.__dict__):
            traceback = traceback.tb_next
        sys.excepthook(type(error), error.with_traceback(traceback), traceback)
        sys.exit(1)


if __name__ == "__main__":
    # pyclast run: SCRIPT's code is in ARTIFACT. The script becomes `__main__`; this stays what it is.
    sys.modules[__name__ := "pyclast.loader"] = sys.modules["__main__"]
    _, _artifact, _jit_switch, _script, *_arguments = sys.argv
    run(_script, _artifact, _arguments, jit=_jit_switch != "--no-jit")
