//! Constants that name types, fields and functions: made once a module, since many instructions name the same ones.
//!
//! ```text
//! c.x + c.x · d.x        (("m", "C"), "x") is one constant, and ("m", "C") in it another
//! ```

use super::super::Builder;
use super::descriptor::{member_constant, type_constant};
use super::emit::primitive_constant;
use crate::Constant;
use pyclast_syntax::type_facts::{Descriptor, FunctionDescriptor, TypeCode};
use ruff_python_ast::name::Name;
use rustc_hash::FxHashMap;

/// The constants made so far.
#[derive(Debug, Default)]
pub(in crate::build) struct SharedConstants {
    /// By class: its place in `containers`.
    classes: FxHashMap<Descriptor, usize>,
    containers: Vec<Container>,
    /// Locals of primitives.
    locals: FxHashMap<(usize, TypeCode), Constant>,
    modules: FxHashMap<Name, Container>,
}

/// What names a class or a module, and what names things in it.
#[derive(Debug)]
struct Container {
    constant: Constant,
    members: FxHashMap<Name, Constant>,
}

impl Container {
    fn new(constant: Constant) -> Self {
        Self { constant, members: FxHashMap::default() }
    }

    fn member(&mut self, name: &Name) -> Constant {
        if let Some(known) = self.members.get(name) {
            return known.clone();
        }
        let member = member_constant(self.constant.clone(), name);
        self.members.insert(name.clone(), member.clone());
        member
    }
}

impl SharedConstants {
    fn class(&mut self, class: &Descriptor) -> &mut Container {
        let place = match self.classes.get(class) {
            Some(&known) => known,
            None => {
                self.containers.push(Container::new(type_constant(class)));
                self.classes.insert(class.clone(), self.containers.len() - 1);
                self.containers.len() - 1
            }
        };
        &mut self.containers[place]
    }

    fn module(&mut self, module: &Name) -> &mut Container {
        let named = || Container::new(Constant::tuple([Constant::str(module)]));
        self.modules.entry(module.clone()).or_insert_with(named)
    }
}

impl Builder<'_> {
    /// A type.
    pub(super) fn type_constant(&mut self, class: &Descriptor) -> Constant {
        self.shared.class(class).constant.clone()
    }

    /// A local and the primitive it holds.
    pub(super) fn local_constant(&mut self, local: usize, code: TypeCode) -> Constant {
        let make = || {
            let place = i64::try_from(local).expect("a unit has few locals");
            Constant::tuple([Constant::int(place), primitive_constant(code)])
        };
        self.shared.locals.entry((local, code)).or_insert_with(make).clone()
    }

    /// A field: the class that declares it, and its name.
    pub(super) fn field_constant(&mut self, class: &Descriptor, name: &Name) -> Constant {
        self.shared.class(class).member(name)
    }

    /// Where a function is: its class, or its module.
    pub(super) fn container_constant(&mut self, function: &FunctionDescriptor) -> Constant {
        match &function.class {
            Some(class) => self.type_constant(class),
            None => self.shared.module(&function.module).constant.clone(),
        }
    }

    /// A function or method.
    pub(super) fn function_constant(&mut self, function: &FunctionDescriptor) -> Constant {
        match &function.class {
            Some(class) => self.shared.class(class).member(&function.name),
            None => self.shared.module(&function.module).member(&function.name),
        }
    }
}
