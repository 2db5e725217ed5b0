"""Writes `src/c_types/table.rs`: what Static Python knows of the classes and functions of C, and what its intrinsic modules hold.

    python stdlib-stubs/tools/c_types.py > stdlib-stubs/src/c_types/table.rs      (an interpreter that imports cinderx)

Taken from the running interpreter (3.14.8) through CinderX's own environment of types: `TypeEnvironment` reflects the members of
a C type by what its `__dict__` holds (`Class.make_type_dict`), and `Compiler` says which module holds which class.
`--text` prints the same as plain lines, which a test compares with the table.
"""

import sys
import typing

from cinderx.compiler.static import Static314CodeGenerator, types as static
from cinderx.compiler.static.compiler import Compiler

# What the reference calls a member, and what the table calls it.
KINDS = {
    "BuiltinMethodDescriptor": "Method",
    "BuiltinFunction": "Function",
    "BuiltinNewFunction": "New",
    "GetSetDescriptor": "GetSet",
    "ClassGetSetDescriptor": "ClassOf",
    "TypeDunderNameGetSetDescriptor": "TypeName",
    "ListAppendMethod": "ListAppend",
}


def classes(environment):
    """The classes of the environment that have members or a Python type, each once, in its order."""
    seen = set()
    for value in vars(environment).values():
        if isinstance(value, static.Class) and (value.members or value.pytype):
            key = (value.type_name.module, value.qualname)
            if key not in seen:
                seen.add(key)
                yield value


def type_of(klass, owner):
    """A class in a signature: its name, and whether None is allowed beside it."""
    if isinstance(klass, static.OptionalType):
        # `opt_type` refuses parameters of a generic class.
        argument, = (argument for argument in klass.type_args if not isinstance(argument, static.NoneType))
        name, _ = type_of(argument, owner)
        return name, True
    if isinstance(klass, static.GenericParameter):
        return ("parameter", klass.index), False
    if isinstance(klass, static.DynamicClass):
        return ("dynamic",), False
    if owner is not None and klass.qualname == owner.qualname:
        return ("self",), False
    return ("class", klass.qualname, klass.is_exact), False


def signature(member, owner):
    args, returns = getattr(member, "args", None), getattr(member, "return_type", None)
    returns = returns and type_of(returns.resolved(), owner)
    if args is None:
        if returns in (None, (("dynamic",), False)) or type(member).__name__ == "ListAppendMethod":
            return None
        return None, returns
    parameters = [
        (arg.name, type_of(arg.type_ref.resolved(), owner), repr(arg.default_val) if arg.has_default else None)
        for arg in args
    ]
    return parameters, returns


def members(klass):
    """Members by name: kind, signature and whether only the exact flavour has it so."""
    inexact, exact = klass.inexact_type(), klass.exact_type()
    for name in dict.fromkeys([*inexact.members, *exact.members]):
        def known(flavour):
            member = flavour.members[name]
            return KINDS[type(member).__name__], signature(member, flavour)
        common, special = known(inexact), known(exact)
        yield name, common, special if special != common else None


def intrinsic(value, environment):
    """A member of an intrinsic module."""
    if value is environment.DYNAMIC:
        return ("Dynamic",)
    if value is environment.dynamic:
        return ("AnyClass",)
    if isinstance(value, static.Class):
        if type(value).__name__ in ("IdentityDecorator", "OverrideDecorator"):
            return ("Identity", value.type_name.module, value.qualname)
        return ("Class", value.type_name.module, value.qualname, value.is_exact)
    if type(value) is static.BuiltinFunction:
        return ("Function", signature(value, None))
    if type(value).__name__ == "StrictBuiltins":
        return ("Mapping",)
    plain = (static.Object, static.NumInstance, static.NoneInstance, static.StrInstance, static.BoolInstance)
    if type(value) in plain or type(value).__name__ == "NumExactInstance":
        return ("Instance", value.klass.type_name.module, value.klass.qualname, value.klass.is_exact)
    name = type(value).__name__
    for flag in ("boxed", "is_min"):
        if hasattr(value, flag):
            name += f"({flag}={getattr(value, flag)})"
    return ("Special", name)


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def rust_bool(value):
    return "true" if value else "false"


def rust_type(known):
    name, optional = known
    kind = {
        "dynamic": lambda: "TypeKind::Dynamic",
        "self": lambda: "TypeKind::Owner",
        "parameter": lambda: f"TypeKind::Parameter({name[1]})",
        "class": lambda: f"TypeKind::Class({quoted(name[1])})",
    }[name[0]]()
    return f"TypeStub {{ kind: {kind}, optional: {rust_bool(optional)} }}"


def rust_signature(known):
    if known is None:
        return "None"
    parameters, returns = known
    if parameters is None:
        listed = "None"
    else:
        rows = ", ".join(
            f"ParameterStub {{ name: {quoted(name)}, type_: {rust_type(kind)}, "
            f"default: {'None' if default is None else f'Some({quoted(default)})'} }}"
            for name, kind, default in parameters
        )
        listed = f"Some(&[{rows}])"
    return f"Some(&Signature {{ parameters: {listed}, returns: {rust_type(returns)} }})"


def rust_shape(known):
    kind, sig = known
    return f"Shape {{ kind: MemberKind::{kind}, signature: {rust_signature(sig)} }}"


def rust_intrinsic(known):
    match known:
        case ("Dynamic",) | ("AnyClass",) | ("Mapping",):
            return f"Intrinsic::{known[0]}"
        case ("Identity", module, name):
            return f"Intrinsic::Identity({quoted(module)}, {quoted(name)})"
        case ("Class" | "Instance" as kind, module, name, exact):
            return f"Intrinsic::{kind} {{ module: {quoted(module)}, name: {quoted(name)}, exact: {rust_bool(exact)} }}"
        case ("Function", sig):
            return f"Intrinsic::Function({rust_signature(sig)})"
        case ("Special", name):
            return f"Intrinsic::Special({quoted(name)})"


def print_rust(environment, modules):
    print("//! Written by `tools/c_types.py`.")
    print()
    print("use super::{ClassStub, Intrinsic, MemberKind, MemberStub, ModuleStub, ParameterStub, Shape, Signature, TypeKind, TypeStub};")
    print()
    print("/// In the order the reference makes them in: bases before what derives from them.\n#[rustfmt::skip]")
    print("pub(super) static CLASSES: &[ClassStub] = &[")
    for klass in classes(environment):
        bases = ", ".join(quoted(base.qualname) for base in klass.bases)
        print(f"    ClassStub {{ module: {quoted(klass.type_name.module)}, name: {quoted(klass.qualname)}, bases: &[{bases}], "
              f"is_exact: {rust_bool(klass.is_exact)}, is_final: {rust_bool(klass.is_final)}, members: &[")
        for name, common, special in members(klass):
            exact = f"Some({rust_shape(special)})" if special else "None"
            print(f"        MemberStub {{ name: {quoted(name)}, shape: {rust_shape(common)}, exact: {exact} }},")
        print("    ] },")
    print("];")
    print()
    print("/// The intrinsic modules.\n#[rustfmt::skip]")
    print("pub(super) static MODULES: &[ModuleStub] = &[")
    for name, children in modules:
        print(f"    ModuleStub {{ name: {quoted(name)}, members: &[")
        for child, known in children:
            print(f"        ({quoted(child)}, {rust_intrinsic(known)}),")
        print("    ] },")
    print("];")
    print()
    print("/// `typing.__all__`, sorted: what `from typing import` finds in the fixed module.\n#[rustfmt::skip]")
    print("pub(super) static TYPING: &[&str] = &[")
    for name in sorted(typing.__all__):
        print(f"    {quoted(name)},")
    print("];")


def print_text(environment, modules):
    for klass in classes(environment):
        flags = (" exact" if klass.is_exact else "") + (" final" if klass.is_final else "")
        print(f"class {klass.type_name.module} {klass.qualname} ({' '.join(base.qualname for base in klass.bases)}){flags}")
        for name, common, special in members(klass):
            print(f"  {name} {text_shape(common)}" + (f" | {text_shape(special)}" if special else ""))
    for name, children in modules:
        print(f"module {name}")
        for child, known in children:
            print(f"  {child} {text_intrinsic(known)}")
    print("typing", *sorted(typing.__all__))


def text_type(known):
    name, optional = known
    return (str(name[1]) if name[0] in ("parameter", "class") else f"<{name[0]}>") + ("?" if optional else "")


def text_signature(known):
    if known is None:
        return ""
    parameters, returns = known
    listed = "..." if parameters is None else ", ".join(
        f"{name}: {text_type(kind)}" + ("" if default is None else f" = {default}") for name, kind, default in parameters
    )
    return f"({listed}) -> {text_type(returns)}"


def text_shape(known):
    return known[0] + text_signature(known[1])


def text_intrinsic(known):
    match known:
        case ("Class" | "Instance" as kind, module, name, exact):
            return f"{kind} {module} {name}" + (" exact" if exact else "")
        case ("Function", sig):
            return "Function" + text_signature(sig)
    return " ".join(known)


def main():
    compiler = Compiler(Static314CodeGenerator)
    environment = compiler.type_env
    modules = [
        (name, [(child, intrinsic(value, environment)) for child, value in table._children.items()])
        for name, table in compiler.modules.items()
    ]
    (print_text if "--text" in sys.argv else print_rust)(environment, modules)


main()
