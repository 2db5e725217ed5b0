//! Whose object a value is, and objects that are owned wherever they are stored.
//!
//! ```text
//! if (best := current): …             current · BUILD_LIST 1 · UNPACK_SEQUENCE 1 · COPY 1 · STORE_FAST best
//! match current: case C() as best     … · BUILD_LIST 1 · UNPACK_SEQUENCE 1 · STORE_FAST best      in functions with loops
//! ```
//!
//! [`super::loop_copies`] says why, and finds out where it matters for plain assignments; these are rare.
//!
//! Invariant: a value that may be the object of a name is found to be, but for what comes out of calls.

use super::super::Builder;
use crate::Opcode;
use pyclast_syntax::type_facts::{CallFact, KnownFunction};
use pyclast_syntax::{Location, NameId};
use ruff_python_ast::{Expr, ExprNamed, Pattern};

impl<'a> Builder<'a> {
    /// Takes the object on the stack through a list.
    pub(super) fn emit_owned(&mut self, location: Location) {
        self.emit_arg(Opcode::BuildList, 1, location);
        self.emit_arg(Opcode::UnpackSequence, 1, location);
    }

    /// Lets the target of `target := value` own the object on the stack.
    pub(in crate::build) fn own_named(&mut self, named: &'a ExprNamed, location: Location) {
        if let Expr::Name(target) = &*named.target
            && self.typed_facts().is_some()
            && self.is_of_a_name(&named.value)
            && self.is_counted_local(target)
        {
            self.emit_owned(location);
        }
    }

    /// Lets a captured name own the object on the stack, if that is the whole subject.
    pub(in crate::build) fn own_captured(&mut self, subject: &'a Expr, pattern: &Pattern, name: NameId) {
        if self.unit().loop_copies.has_loops
            && self.is_of_a_name(subject)
            && self.names.get(name).as_str().is_some_and(|name| captures_whole(pattern, name))
        {
            self.emit_owned(self.location(pattern));
        }
    }

    /// Whether the value of an expression may be the object of a name.
    pub(super) fn is_of_a_name(&self, value: &'a Expr) -> bool {
        let mut names = Vec::new();
        add_names(self, value, &mut names);
        !names.is_empty()
    }
}

/// Adds the names whose objects may be the value of an expression.
pub(super) fn add_names<'a>(builder: &Builder<'a>, value: &'a Expr, names: &mut Vec<&'a str>) {
    match value {
        Expr::Name(name) => names.push(&name.id),
        Expr::If(conditional) => {
            add_names(builder, &conditional.body, names);
            add_names(builder, &conditional.orelse, names);
        }
        Expr::BoolOp(operation) => operation.values.iter().for_each(|value| add_names(builder, value, names)),
        Expr::Named(named) => add_names(builder, &named.value, names),
        Expr::Call(call) => match builder.call_fact(call) {
            Some(CallFact::Known(KnownFunction::Cast)) => {
                call.arguments.args.iter().skip(1).for_each(|value| add_names(builder, value, names));
            }
            Some(CallFact::Inlined { .. }) => {
                let body = inlined(builder, value);
                if !body.is_call_expr() {
                    add_names(builder, body, names);
                }
            }
            _ => {}
        },
        _ => {}
    }
}

/// What stands for an inlined call; the argument, if that is all there is.
pub(super) fn inlined<'a>(builder: &Builder<'a>, value: &'a Expr) -> &'a Expr {
    let Expr::Call(call) = value else { return value };
    let Some(CallFact::Inlined { expression, kept }) = builder.call_fact(call) else { return value };
    let Some(body) = builder.typed_facts().and_then(|facts| facts.made.get(expression)) else { return value };
    let is_body = |name: &str| body.as_name_expr().is_some_and(|body| body.id == name);
    match kept.iter().find(|(name, _)| is_body(name)).and_then(|&(_, node)| builder.argument_expression(call, node)) {
        Some(argument) => inlined(builder, argument),
        None => inlined(builder, body),
    }
}

/// Whether a name of a pattern is one for the whole subject.
fn captures_whole(pattern: &Pattern, name: &str) -> bool {
    match pattern {
        Pattern::MatchAs(pattern) => {
            pattern.name.as_ref().is_some_and(|own| own.as_str() == name)
                || pattern.pattern.as_deref().is_some_and(|inner| captures_whole(inner, name))
        }
        Pattern::MatchOr(pattern) => pattern.patterns.iter().any(|pattern| captures_whole(pattern, name)),
        _ => false,
    }
}
