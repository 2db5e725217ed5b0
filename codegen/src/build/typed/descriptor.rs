//! Descriptors → the constants in which CinderX's runtime finds them.
//!
//! ```text
//! class C of m, or None      ("m", "C", "?")
//! method f of it             (("m", "C"), "f")
//! CheckedList[int]           ("__static__", "chklist", (("builtins", "int"),), "!")
//! ```

use crate::Constant;
use pyclast_syntax::type_facts::{Descriptor, TypeCode};

/// A type.
pub(crate) fn type_constant(descriptor: &Descriptor) -> Constant {
    let mut parts = vec![Constant::str(&descriptor.module)];
    parts.extend(descriptor.path.iter().map(|name| Constant::str(name)));
    if let Some(arguments) = &descriptor.arguments {
        parts.push(Constant::tuple(arguments.iter().map(type_constant)));
    }
    parts.extend(descriptor.marks.iter().map(|mark| Constant::str(mark.encode_utf8(&mut [0; 4]))));
    Constant::tuple(parts)
}

/// `("builtins", "object")`
pub(super) fn object_constant() -> Constant {
    Constant::tuple([Constant::str("builtins"), Constant::str("object")])
}

/// A member of a container.
pub(super) fn member_constant(container: Constant, name: &str) -> Constant {
    Constant::tuple([container, Constant::str(name)])
}

/// Which primitive a descriptor names.
pub(super) fn primitive_code(descriptor: &Descriptor) -> Option<TypeCode> {
    if !descriptor.marks.contains('#') {
        return None;
    }
    TypeCode::named(descriptor.path.first()?)
}
