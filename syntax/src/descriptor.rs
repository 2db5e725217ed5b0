//! Types and functions as CinderX's runtime finds them.
//!
//! ```text
//! Optional[m.C.D]    ("m", "C", "D", "?")        Exact[int]   ("builtins", "int", "!")       int64   ("__static__", "int64", "#")
//! ```
//!
//! Invariant: copies share the class, so that they cost nothing.

use crate::type_code::TypeCode;
use ruff_python_ast::name::Name;
use smallvec::SmallVec;
use std::ops::Deref;
use std::sync::Arc;

/// A type as CinderX's runtime finds it (`type_descr`); copies share the class.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Descriptor {
    /// The class.
    pub class: Arc<ClassDescriptor>,
    /// What follows, in order: `!` exact, `?` optional, `#` primitive.
    pub marks: Marks,
}

/// Marks of a descriptor, in order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Marks([Option<char>; Self::MOST]);

/// Where a class is found.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ClassDescriptor {
    /// The module.
    pub module: Name,
    /// The names from there.
    pub path: SmallVec<[Name; 1]>,
    /// The arguments of a generic class.
    pub arguments: Option<Vec<Descriptor>>,
}

impl Deref for Descriptor {
    type Target = ClassDescriptor;

    fn deref(&self) -> &ClassDescriptor {
        &self.class
    }
}

/// A function, or the part of a property, as CinderX's runtime finds it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FunctionDescriptor {
    /// The class it is in; none for the module.
    pub class: Option<Descriptor>,
    /// The module it is in.
    pub module: Name,
    /// Its name.
    pub name: Name,
}

impl Descriptor {
    /// The class whose objects hold a primitive's values.
    pub fn boxing(code: TypeCode) -> Self {
        let name = match code {
            TypeCode::Double => "float",
            TypeCode::Bool => "bool",
            _ => "int",
        };
        let descriptor = Self::builtin(name);
        if code == TypeCode::Bool { descriptor.marked(['!']) } else { descriptor }
    }

    /// A class without marks.
    pub fn new(module: Name, path: impl IntoIterator<Item = Name>, arguments: Option<Vec<Self>>) -> Self {
        let class = ClassDescriptor { module, path: path.into_iter().collect(), arguments };
        Self { class: Arc::new(class), marks: Marks::default() }
    }

    /// A class of `builtins`.
    pub fn builtin(name: &'static str) -> Self {
        Self::new(Name::new_static("builtins"), [Name::new_static(name)], None)
    }

    /// The class with those marks alone.
    #[must_use]
    pub fn marked(&self, marks: impl IntoIterator<Item = char>) -> Self {
        Self { class: Arc::clone(&self.class), marks: marks.into_iter().collect() }
    }

    /// The class without marks.
    #[must_use]
    pub fn unmarked(&self) -> Self {
        self.marked([])
    }

    /// `("builtins", "object")`, exact or not.
    pub fn is_object(&self) -> bool {
        self.module == "builtins" && matches!(&self.path[..], [name] if name == "object")
    }
}

impl Marks {
    /// More than that no descriptor has.
    const MOST: usize = 3;

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0[0].is_none()
    }

    /// Whether a mark is there.
    pub fn contains(self, mark: char) -> bool {
        self.0.contains(&Some(mark))
    }

    /// Adds a mark after the others, unless it is there.
    pub fn add(&mut self, mark: char) {
        if !self.contains(mark)
            && let Some(place) = self.0.iter_mut().find(|place| place.is_none())
        {
            *place = Some(mark);
        }
    }

    /// The marks but one.
    #[must_use]
    pub fn without(self, mark: char) -> Self {
        self.iter().filter(|&known| known != mark).collect()
    }

    /// The marks in order.
    pub fn iter(self) -> impl Iterator<Item = char> {
        self.0.into_iter().flatten()
    }
}

impl FromIterator<char> for Marks {
    fn from_iter<I: IntoIterator<Item = char>>(marks: I) -> Self {
        let mut made = Self::default();
        marks.into_iter().for_each(|mark| made.add(mark));
        made
    }
}
