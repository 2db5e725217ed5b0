//! Arguments of known functions: the value of each parameter, in order, of its type.
//!
//! ```text
//! f(x, b=y, a=z)    x · y · STORE_FAST b' · z · LOAD_FAST b' …        with the values given out of order kept in temporaries
//! f(*t)             t as a tuple · as long as there are parameters? · its items
//! f(**d)            d as a dict · each parameter taken out · is anything left?
//! ```
//!
//! Invariant: as many values as there are parameters, or a `TypeError` before the call.

use super::super::Builder;
use super::constant::constant;
use crate::Opcode;
use pyclast_syntax::type_facts::{ArgumentFact, Invocation, TypeCode, TypeId, TypeKind};
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::{Expr, ExprCall};

impl<'a> Builder<'a> {
    /// Puts arguments on the stack.
    pub(super) fn emit_arguments(
        &mut self,
        call: &'a ExprCall,
        invocation: &'a Invocation,
        arguments: &'a [ArgumentFact],
        location: Location,
    ) {
        let function = &*invocation.function.name;
        let boxed = self.boxed_arguments(invocation);
        self.note_doubles(arguments);
        let spills = arguments.iter().any(|argument| matches!(argument, ArgumentFact::Spill { .. }));
        // A call among the arguments has temporaries of its own.
        self.unit_mut().spilling += u32::from(spills);
        for (position, argument) in arguments.iter().enumerate() {
            match argument {
                ArgumentFact::Expression { node, parameter } => {
                    let Some(value) = self.argument_expression(call, *node) else { continue };
                    self.visit_expr(value);
                    self.emit_conversion(*parameter, self.type_id(value), self.expr_location(value));
                    self.emit_settled(value, *parameter);
                    self.box_passed(*parameter, boxed, self.expr_location(value));
                    if self.primitive_type(*parameter).is_none() {
                        // The JIT may put the function in place of its call.
                        self.emit_taken(value, self.expr_location(value));
                    }
                }
                ArgumentFact::Spill { keyword } => self.spill_keyword(call, *keyword, arguments, location),
                ArgumentFact::Spilled { keyword, parameter } => {
                    self.load_spilled(call, *keyword, *parameter, location);
                    self.box_passed(*parameter, boxed, location);
                }
                ArgumentFact::Starred { node, parameters } => {
                    let Some(value) = self.argument_expression(call, *node) else { continue };
                    self.emit_starred(value, parameters, position, (function, boxed));
                }
                ArgumentFact::Mapping { name, parameter, default } => {
                    let mapping = self.spill_local("**");
                    self.emit_from_mapping(mapping, name, default.as_ref(), function, location);
                    self.emit_conversion(*parameter, None, location);
                    self.box_passed(*parameter, boxed, location);
                }
                ArgumentFact::Default { value, parameter } => {
                    self.emit_default(constant(value), *parameter, location);
                    self.box_passed(*parameter, boxed, location);
                }
            }
        }
        self.settle_arguments(call, arguments, boxed, location);
        if arguments.iter().any(|argument| matches!(argument, ArgumentFact::Mapping { .. })) {
            let mapping = self.spill_local("**");
            self.emit_leftover_test(mapping, function, location);
        }
        self.unit_mut().spilling -= u32::from(spills);
    }

    /// A generator that the JIT has compiled passes other arguments than these, if there are doubles and more than fits
    /// in registers.
    fn note_doubles(&mut self, arguments: &'a [ArgumentFact]) {
        let codes = arguments.iter().filter_map(|argument| match argument {
            ArgumentFact::Expression { parameter, .. }
            | ArgumentFact::Spilled { parameter, .. }
            | ArgumentFact::Mapping { parameter, .. }
            | ArgumentFact::Default { parameter, .. } => self.primitive_type(*parameter),
            _ => None,
        });
        let codes: Vec<_> = codes.collect();
        if arguments.len() > 5 && codes.contains(&TypeCode::Double) {
            self.suppress_suspended();
        }
        for code in codes {
            self.note_narrow(code);
        }
    }

    fn emit_default(&mut self, value: crate::Constant, parameter: TypeId, location: Location) {
        match self.primitive_type(parameter) {
            Some(code) => self.emit_as_primitive(value, code, location),
            None => self.emit_const(value, location),
        }
    }

    pub(super) fn primitive_type(&self, id: TypeId) -> Option<TypeCode> {
        match self.typed_facts()?.get(id).kind {
            TypeKind::Primitive(code) => Some(code),
            _ => None,
        }
    }

    /// The expression of a node: of the call, or one that the checker made.
    pub(super) fn argument_expression(&self, call: &'a ExprCall, node: u32) -> Option<&'a Expr> {
        let arguments = &call.arguments;
        let receiver = match &*call.func {
            Expr::Attribute(attribute) => Some(&*attribute.value),
            _ => None,
        };
        let values = arguments.args.iter().map(|argument| match argument {
            Expr::Starred(starred) => &*starred.value,
            _ => argument,
        });
        values
            .chain(arguments.keywords.iter().map(|keyword| &keyword.value))
            .chain(receiver)
            .chain([&*call.func])
            .find(|expr| node_index(*expr) == node)
            .or_else(|| self.typed_facts()?.made.get(&node))
    }

    /// Keeps the value of a keyword in a temporary.
    fn spill_keyword(&mut self, call: &'a ExprCall, keyword: u32, arguments: &[ArgumentFact], location: Location) {
        let Some(keyword_node) = call.arguments.keywords.get(keyword as usize) else { return };
        let value = &keyword_node.value;
        let Some(name) = &keyword_node.arg else {
            self.emit_mapping_copy(value);
            let local = self.spill_local("**");
            return self.emit_arg(Opcode::StoreFast, local, location);
        };
        self.visit_expr(value);
        let Some(code) = self.primitive_of(value) else {
            self.emit_taken(value, location);
            let local = self.spill_local(name);
            return self.emit_arg(Opcode::StoreFast, local, location);
        };
        let wanted = arguments.iter().find_map(|argument| match argument {
            ArgumentFact::Spilled { keyword: of, parameter } if *of == keyword => self.primitive_type(*parameter),
            _ => None,
        });
        let wanted = wanted.unwrap_or(code);
        self.emit_primitive_conversion(code, wanted, location);
        let local = self.spill_primitive(name, wanted);
        self.emit_primitive_local(Opcode::StoreLocal, local, wanted, location);
    }

    fn load_spilled(&mut self, call: &'a ExprCall, keyword: u32, parameter: TypeId, location: Location) {
        let Some(keyword) = call.arguments.keywords.get(keyword as usize) else { return };
        let Some(name) = &keyword.arg else { return };
        match (self.primitive_of(&keyword.value), self.primitive_type(parameter)) {
            (Some(_), Some(wanted)) => {
                let local = self.spill_primitive(name, wanted);
                self.load_primitive(local, wanted, location);
            }
            _ => {
                let local = self.spill_local(name);
                self.emit_arg(Opcode::LoadFast, local, location);
                self.emit_conversion(parameter, None, location);
            }
        }
    }

    fn spill_local(&mut self, name: &str) -> usize {
        match self.unit().spilling {
            0 | 1 => self.temporary(name),
            depth => self.temporary(&format!("{name}.{depth}")),
        }
    }

    fn spill_primitive(&mut self, name: &str, code: TypeCode) -> usize {
        let depth = self.unit().spilling;
        self.temporary(&format!("{name}.{depth}#{}", code as u8))
    }
}
