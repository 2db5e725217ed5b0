//! The classes of the interpreter that instructions make and rely on, and the C functions with typed signatures.
//!
//! ```text
//! bool: int: object                       PRIMITIVE_BOX makes ints; PRIMITIVE_UNBOX takes them, and bools
//! CheckedList[T].append(T) -> None        called by the JIT without a look at the argument
//! ```

use super::world::{ClassId, Family, Shape, Signature, Type, World};
use pyclast_syntax::type_facts::{Descriptor, TypeCode};

/// Declares the constants of [`ClassId`] and the rows they are made from.
macro_rules! classes {
    ($($constant:ident $number:literal $name:literal $base:expr, $is_final:literal;)*) => {
        impl ClassId {
            $(pub(super) const $constant: Self = Self($number);)*
        }

        /// Names, bases but `object`, finality.
        const CLASSES: &[(&str, Option<ClassId>, bool)] = &[$(($name, $base, $is_final)),*];
    };
}

classes! {
    OBJECT 0 "object" None, false;
    NONE 1 "None" None, true;
    TYPE 2 "type" None, false;
    INT 3 "int" None, false;
    BOOL 4 "bool" Some(ClassId::INT), true;
    FLOAT 5 "float" None, false;
    COMPLEX 6 "complex" None, false;
    STR 7 "str" None, false;
    BYTES 8 "bytes" None, false;
    TUPLE 9 "tuple" None, false;
    LIST 10 "list" None, false;
    DICT 11 "dict" None, false;
    SET 12 "set" None, false;
    FROZENSET 13 "frozenset" None, false;
    SLICE 14 "slice" None, true;
}

/// How many there are.
pub(super) const COUNT: u32 = 15;

impl ClassId {
    /// Whether it is one of these.
    pub(super) const fn is_builtin(self) -> bool {
        self.0 < COUNT
    }
}

/// Adds them all.
pub(super) fn add_classes(world: &mut World) {
    for (name, base, is_final) in CLASSES {
        world.add_class(Descriptor::builtin(name), base.as_slice(), *is_final);
    }
}

/// Which layout the classes of `__static__` have.
pub(super) fn family(class: &Descriptor) -> Family {
    match (class.module.as_str(), &class.path[..]) {
        ("__static__", [name]) => match name.as_str() {
            "chklist" | "CheckedList" => Family::CheckedList,
            "chkdict" | "CheckedDict" => Family::CheckedDict,
            "Array" | "staticarray" => Family::Array,
            _ => Family::Other,
        },
        _ => Family::Other,
    }
}

/// The signature of a function that is not of the program.
pub(super) fn signature(world: &World, class: Option<ClassId>, module: &str, name: &str) -> Option<Signature> {
    let untyped = Some(Signature { parameters: None, returns: Shape::ANY, is_coroutine: false, is_static: false });
    match class {
        None => match (module, name) {
            ("__static__", "rand") => {
                let returns = Shape::Primitive(TypeCode::Int32);
                Some(Signature { parameters: Some(Box::default()), returns, is_coroutine: false, is_static: false })
            }
            ("builtins" | "_static" | "__static__" | "cinder" | "cinderx", _) => untyped,
            _ => None,
        },
        Some(class) => {
            let family = world.class(class).family;
            let is_foreign =
                matches!(world.class(class).descriptor.module.as_str(), "builtins" | "_static" | "__static__");
            typed_method(world, class, family, name).or_else(|| untyped.filter(|_| is_foreign))
        }
    }
}

/// The methods of checked collections that state what they take (`ALT_SIGS`).
fn typed_method(world: &World, class: ClassId, family: Family, name: &str) -> Option<Signature> {
    let arguments = &world.class(class).arguments;
    let any = Shape::ANY;
    let none = Shape::Object(Type::NONE);
    let argument = |index: usize| arguments.get(index).map(|&class| Shape::Object(class));
    let optional = |index: usize| arguments.get(index).map(|&class| Shape::Object(Type { optional: true, ..class }));
    let (parameters, returns) = match (family, name) {
        (Family::CheckedDict, "__getitem__") => (vec![argument(0)?], optional(1)?),
        (Family::CheckedDict, "__setitem__") => (vec![argument(0)?, argument(1)?], none),
        (Family::CheckedDict, "get" | "setdefault") => (vec![argument(0)?, optional(1)?], optional(1)?),
        (Family::CheckedList, "__getitem__" | "extend") => (vec![any], if name == "extend" { none } else { any }),
        (Family::CheckedList, "__setitem__") => (vec![any, any], none),
        (Family::CheckedList, "append") => (vec![argument(0)?], none),
        (Family::CheckedList, "copy") => (Vec::new(), any),
        (Family::CheckedList, "insert") => (vec![Shape::Primitive(TypeCode::Int64), argument(0)?], none),
        (Family::CheckedList, "pop") => (vec![any], argument(0)?),
        _ => return None,
    };
    let receiver = Shape::Object(Type::exact(class));
    let parameters = Some([receiver].into_iter().chain(parameters).collect());
    Some(Signature { parameters, returns, is_coroutine: false, is_static: false })
}
