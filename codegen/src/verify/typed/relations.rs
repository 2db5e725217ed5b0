//! How types of a world are to each other, and what they are called.
//!
//! ```text
//! exactly m.D ⊂ m.C or None       if D is below C
//! m.D, None → m.D or None         what holds of both, where paths meet
//! ```
//!
//! Invariant: what holds of two types holds of every value of each.

use super::world::{ClassId, Type, World};
use crate::Constant;
use pyclast_syntax::type_facts::ClassDescriptor;

impl World {
    /// Whether all that is `mine` is `wanted`.
    pub(super) fn is_subtype(&self, mine: Type, wanted: Type) -> bool {
        if wanted.class == ClassId::OBJECT {
            return true;
        }
        if mine.class == ClassId::NONE {
            return wanted.optional || wanted.class == ClassId::NONE;
        }
        if mine.optional && !wanted.optional {
            return false;
        }
        if wanted.exact {
            mine.class == wanted.class && (mine.exact || self.class(mine.class).is_final)
        } else {
            self.is_subclass(mine.class, wanted.class)
        }
    }

    pub(super) fn is_subclass(&self, class: ClassId, base: ClassId) -> bool {
        class == base || self.class(class).mro.contains(&base)
    }

    /// What is known of a value that is of one type, and now found to be of another.
    pub(super) fn both(&self, known: Type, found: Type) -> Type {
        let optional = known.optional && found.optional;
        let present = Type { optional, ..known };
        // Of two classes that have nothing to do with each other, what was found is what is wanted.
        if known.class != ClassId::OBJECT && self.is_subtype(present, found) { present } else { found }
    }

    /// What holds of both.
    pub(super) fn join(&self, left: Type, right: Type) -> Type {
        if left == right {
            return left;
        }
        match (left.class, right.class) {
            (ClassId::NONE, _) => return Type { optional: true, ..right },
            (_, ClassId::NONE) => return Type { optional: true, ..left },
            _ => {}
        }
        let optional = left.optional || right.optional;
        if left.class == right.class {
            return Type { class: left.class, exact: left.exact && right.exact, optional };
        }
        let mut bases = self.class(left.class).mro.iter().copied();
        let class = bases.find(|&base| self.is_subclass(right.class, base)).unwrap_or(ClassId::OBJECT);
        if class == ClassId::OBJECT { Type::OBJECT } else { Type { class, exact: false, optional } }
    }

    /// The constant that names a type.
    pub(super) fn constant(&self, class: Type) -> Constant {
        let descriptor = &self.class(class.class).descriptor;
        let is_marked_exact = class.exact && !(self.class(class.class).is_final && descriptor.arguments.is_none());
        let marks = [(class.optional, '?'), (is_marked_exact, '!')];
        let marks = marks.iter().filter(|(is_set, _)| *is_set).map(|&(_, mark)| mark);
        crate::build::type_constant(&descriptor.marked(marks))
    }

    /// A type in words: `m.C | None`.
    pub(super) fn describe(&self, class: Type) -> String {
        if class == Type::OBJECT {
            return "any object".to_owned();
        }
        let ClassDescriptor { module, path, arguments } = &*self.class(class.class).descriptor.class;
        let mut text = module.to_string();
        for name in path {
            text = text + "." + name;
        }
        if arguments.is_some() {
            let inner: Vec<String> =
                self.class(class.class).arguments.iter().map(|&inner| self.describe(inner)).collect();
            text = text + "[" + &inner.join(", ") + "]";
        }
        let exact = if class.exact { "exactly " } else { "" };
        let optional = if class.optional { " or None" } else { "" };
        format!("{exact}{text}{optional}")
    }
}
