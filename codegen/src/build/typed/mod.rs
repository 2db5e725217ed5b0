//! Static code: what the checker knows of a node → CinderX's typed opcodes.
//!
//! ```text
//! c.x + 1   (c: C, x: int64)     LOAD_FAST c · LOAD_FIELD (("m", "C"), "x") · PRIMITIVE_LOAD_CONST (1, 7) · PRIMITIVE_BINARY_OP +
//! ```
//!
//! Each `visit_typed_…` is asked first and says whether it built the node; what it leaves is built as in
//! ordinary code. Facts count in units that are typed: not in functions and classes compiled as ordinary
//! code, nor in what is inside them.
//!
//! Invariant: a value on the stack has the type of its node; where another is wanted,
//! [`Builder::emit_conversion`] comes between.

mod ahead;
mod annotations_ahead;
mod apart;
mod argument_error;
mod arguments;
mod arithmetic;
mod assertion;
mod assignment;
mod attribute;
mod boxed_parameters;
mod c_method;
mod call;
mod checked;
mod class;
mod class_body;
mod compare;
mod condition;
mod constant;
mod construct;
mod conversion;
mod dataclass;
mod dataclass_methods;
mod decorator;
mod descriptor;
mod dispatch;
mod display;
mod division;
mod emit;
mod expression;
mod fixed_modules;
mod function;
mod given_objects;
mod kept;
mod known_call;
mod loop_;
mod loop_copies;
mod made_function;
mod module;
mod name;
mod nesting;
mod owned;
mod return_;
mod shared;
mod statement;
pub(super) mod strict;
mod subscript;
mod twin;
mod unbox;
mod unit;
mod unused_item;
mod view;
mod width;

pub(super) use ahead::CodeAhead;
pub use annotations_ahead::AnnotationsAhead;
pub(super) use checked::UncheckedUnits;
pub(super) use loop_copies::LoopCopies;
pub(super) use nesting::ModuleFunctions;
pub(super) use shared::SharedConstants;
pub(super) use twin::Twins;
pub(super) use unit::FunctionFacts;

pub(crate) use boxed_parameters::BoxedParameters;
pub(crate) use descriptor::type_constant;

use super::Builder;
use pyclast_syntax::node_index;
use pyclast_syntax::type_facts::{TypeCode, TypeFact, TypeFacts, TypeId, TypeKind};
use ruff_python_ast::HasNodeIndex;

impl<'a> Builder<'a> {
    /// Whether a unit entered now is typed: as the one around it.
    pub(super) fn inherits_types(&self) -> bool {
        self.facts.is_some() && self.units.last().is_none_or(|unit| unit.is_typed)
    }

    /// The facts, if they count in this unit.
    pub(super) fn typed_facts(&self) -> Option<&'a TypeFacts> {
        self.facts.filter(|_| self.unit().is_typed)
    }

    /// The type of a node.
    fn type_id(&self, node: &impl HasNodeIndex) -> Option<TypeId> {
        self.typed_facts()?.node(node_index(node))
    }

    /// What is known of a node.
    fn type_of(&self, node: &impl HasNodeIndex) -> Option<&'a TypeFact> {
        let facts = self.typed_facts()?;
        Some(facts.get(facts.node(node_index(node))?))
    }

    /// Which primitive an expression is, if it is one.
    pub(super) fn primitive_of(&self, node: &impl HasNodeIndex) -> Option<TypeCode> {
        match self.type_of(node)?.kind {
            TypeKind::Primitive(code) => Some(code),
            _ => None,
        }
    }
}
