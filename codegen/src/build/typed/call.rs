//! Calls of functions and methods that the checker knows.
//!
//! ```text
//! f(1)       1 · INVOKE_FUNCTION ((("m",), "f"), 1)
//! c.m(1)     c · LOAD_METHOD_STATIC ((("m", "C"), "m"),) · 1 · INVOKE_METHOD ((("m", "C"), "m"), 1)
//! ```
//!
//! Invariant: on the stack are the values of all parameters, each of its parameter's type.

use super::super::Builder;
use super::c_method::loses_exception;
use super::descriptor::{primitive_code, type_constant};
use super::emit::primitive_constant;
use crate::{Constant, Opcode};
use pyclast_syntax::type_facts::{
    Binding, CallFact, Descriptor, Invocation, KnownFunction, Sequence, TypeCode, TypeKind,
};
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, ExprCall};

impl<'a> Builder<'a> {
    /// How a call is made.
    pub(super) fn call_fact(&self, call: &ExprCall) -> Option<&'a CallFact> {
        self.typed_facts()?.calls.get(&node_index(call))
    }

    /// `func(…)` of something known.
    pub(super) fn visit_typed_call(&mut self, expr: &'a Expr, call: &'a ExprCall) -> bool {
        if self.typed_facts().is_none() {
            return false;
        }
        if self.visit_set_view(expr, call) {
            return true;
        }
        let Some(fact) = self.call_fact(call) else { return self.visit_bool_of_primitive(expr, call) };
        self.check_keywords(&call.arguments.keywords);
        let location = self.expr_location(expr);
        match fact {
            CallFact::Function(invocation) => {
                self.emit_arguments(call, invocation, &invocation.arguments, location);
                let function = self.function_constant(&invocation.function);
                self.emit_invoke_function(function, invocation.parameters as usize, location);
            }
            CallFact::Method { invocation, .. } if loses_exception(invocation) => return false,
            CallFact::Method { invocation, binding, is_virtual, refine } => {
                self.emit_bound_call(call, invocation, *binding, *is_virtual, location);
                if let Some(refine) = refine {
                    self.emit_with_type(Opcode::RefineType, refine, location);
                }
            }
            CallFact::Construct { class, new, init } => {
                self.emit_construction(call, class, new.as_ref(), init.as_ref(), location);
                if matches!(self.sequence_of(expr), Some((Sequence::Array, _)))
                    && let Some(class) = self.type_of(expr).and_then(|fact| fact.descriptor.as_ref())
                {
                    self.emit_with_type(Opcode::RefineType, class, location);
                }
            }
            CallFact::Native { library, name, arguments, returns } => {
                self.emit_native_call(call, [library, name], arguments, returns, location);
            }
            CallFact::Convert { .. } | CallFact::Known(KnownFunction::Unbox) => {
                let ([argument], Some(wanted)) = (&*call.arguments.args, self.type_id(expr)) else { return false };
                self.visit_expr(argument);
                self.emit_conversion(wanted, self.type_id(argument), location);
            }
            CallFact::Inlined { expression, kept } => return self.emit_inlined(expr, call, *expression, kept),
            CallFact::Known(known) => return self.visit_known_call(expr, call, *known),
        }
        true
    }

    /// A call of a method; what it is bound to comes first.
    fn emit_bound_call(
        &mut self,
        call: &'a ExprCall,
        invocation: &'a Invocation,
        binding: Binding,
        is_virtual: bool,
        location: Location,
    ) {
        let Invocation { function, parameters, arguments } = invocation;
        let count = *parameters as usize;
        let function = self.function_constant(function);
        match binding {
            Binding::Instance | Binding::Super => {
                let rest = match arguments.split_first() {
                    Some((receiver, rest)) => {
                        self.emit_arguments(call, invocation, std::slice::from_ref(receiver), location);
                        Some(rest)
                    }
                    None => {
                        // A method of C without signature: its arguments are as they come.
                        self.visit_receiver(call);
                        None
                    }
                };
                let emit_rest = |this: &mut Self| match rest {
                    Some(rest) => this.emit_arguments(call, invocation, rest, location),
                    None => call.arguments.args.iter().for_each(|argument| this.visit_boxed(argument)),
                };
                if is_virtual && rest.is_some() && binding == Binding::Instance {
                    self.emit_dispatched_call(call, invocation, location);
                } else if is_virtual {
                    self.emit_virtual_call(&function, count - 1, false, location, emit_rest);
                } else {
                    emit_rest(self);
                    self.emit_invoke_function(function, count, location);
                }
            }
            Binding::Static => {
                if is_virtual || !receiver(call).is_some_and(Expr::is_name_expr) {
                    self.visit_receiver(call);
                }
                let emit_all = |this: &mut Self| this.emit_arguments(call, invocation, arguments, location);
                if is_virtual {
                    self.emit_virtual_call(&function, count, false, location, emit_all);
                } else {
                    if !receiver(call).is_some_and(Expr::is_name_expr) {
                        self.emit(Opcode::PopTop, location);
                    }
                    emit_all(self);
                    self.emit_invoke_function(function, count, location);
                }
            }
            Binding::Class | Binding::ClassOfInstance => {
                let of_class = binding == Binding::Class;
                self.visit_receiver(call);
                let emit_all = |this: &mut Self| this.emit_arguments(call, invocation, arguments, location);
                if is_virtual {
                    self.emit_virtual_call(&function, count - 1, of_class, location, emit_all);
                } else {
                    if !of_class {
                        self.emit_arg(Opcode::LoadType, 0, location);
                    }
                    emit_all(self);
                    self.emit_invoke_function(function, count, location);
                }
            }
        }
    }

    /// What stands before the dot.
    pub(super) fn visit_receiver(&mut self, call: &'a ExprCall) {
        if let Some(receiver) = receiver(call) {
            self.visit_expr(receiver);
        }
    }

    /// A call of a function of a shared library.
    fn emit_native_call(
        &mut self,
        call: &'a ExprCall,
        [library, name]: [&str; 2],
        arguments: &[Descriptor],
        returns: &Descriptor,
        location: Location,
    ) {
        for (argument, wanted) in call.arguments.args.iter().zip(arguments) {
            self.visit_expr(argument);
            let wanted = wanted.path.last().and_then(|name| TypeCode::named(name));
            if let (Some(from), Some(to)) = (self.primitive_of(argument), wanted) {
                self.emit_primitive_conversion(from, to, self.expr_location(argument));
                if let Some(given) = self.type_id(argument).filter(|_| from == to) {
                    self.emit_settled(argument, given);
                }
            }
        }
        // What gives nothing gives any bits.
        let is_void = primitive_code(returns).is_none();
        let result = if is_void { primitive_constant(TypeCode::Int64) } else { type_constant(returns) };
        let signature = arguments.iter().map(type_constant).chain([result]);
        let symbol = Constant::tuple([Constant::str(library), Constant::str(name)]);
        let constant = Constant::tuple([symbol, Constant::tuple(signature)]);
        self.emit_typed_values(Opcode::InvokeNative, constant, call.arguments.args.len(), location);
        if is_void {
            self.emit_with_code(Opcode::PrimitiveBox, TypeCode::Int64, location);
            self.emit(Opcode::PopTop, location);
            self.emit_const(Constant::None, location);
        }
    }

    /// The expression that stands for a call, after the arguments that are not in it.
    fn emit_inlined(&mut self, expr: &'a Expr, call: &'a ExprCall, body: u32, kept: &'a [(Name, u32)]) -> bool {
        let location = self.expr_location(expr);
        let Some(body) = self.typed_facts().and_then(|facts| facts.made.get(&body)) else { return false };
        // Copies of names, for the JIT: see `loop_copies.rs`.
        let mut copies = Vec::new();
        for (name, node) in kept {
            let Some(argument) = self.argument_expression(call, *node) else { continue };
            self.visit_expr(argument);
            let at_argument = self.expr_location(argument);
            let code = self.primitive_of(argument);
            let id = self.names.intern(name);
            match code {
                Some(code) => {
                    let local = self.unit_mut().var_names.insert_full(id).0;
                    self.emit_primitive_local(Opcode::StoreLocal, local, code, at_argument);
                }
                None if self.in_function_unit() => {
                    let local = self.unit_mut().var_names.insert_full(id).0;
                    self.emit_taken(argument, at_argument);
                    self.emit_arg(Opcode::StoreFast, local, at_argument);
                    if self.is_of_a_name(argument) {
                        copies.push(local);
                    }
                }
                None => self.emit_name_access(id, ruff_python_ast::ExprContext::Store, at_argument),
            }
        }
        self.visit_expr(body);
        match self.type_id(expr) {
            Some(wanted) => self.emit_conversion(wanted, self.type_id(body), location),
            None => self.box_primitive(body),
        }
        for local in copies {
            self.emit_const(Constant::None, location);
            self.emit_arg(Opcode::StoreFast, local, location);
        }
        true
    }

    /// `bool(c)` of a `cbool`.
    fn visit_bool_of_primitive(&mut self, expr: &'a Expr, call: &'a ExprCall) -> bool {
        let [argument] = &*call.arguments.args else { return false };
        let is_class = self.type_of(&*call.func).is_some_and(|fact| fact.kind == TypeKind::Class);
        if !is_class || !call.arguments.keywords.is_empty() || self.primitive_of(argument) != Some(TypeCode::Bool) {
            return false;
        }
        self.visit_expr(argument);
        self.emit_with_code(Opcode::PrimitiveBox, TypeCode::Bool, self.expr_location(expr));
        true
    }

    /// Calls a method of the object on the stack, with so many arguments.
    ///
    /// The JIT looks the method up in the block that it is called in, or not at all: arguments that branch come first.
    pub(super) fn emit_virtual_call(
        &mut self,
        function: &Constant,
        count: usize,
        of_class: bool,
        location: Location,
        arguments: impl FnOnce(&mut Self),
    ) {
        let start = self.unit().sequence.instructions().len();
        self.emit_load_method(function.clone(), of_class, location);
        arguments(self);
        if self.unit().sequence.branches_since(start) {
            self.unit_mut().sequence.blank(start);
            // object · arguments → last argument · arguments · function · object → function · object · arguments
            self.emit_swap(count + 1, location);
            self.emit_load_method(function.clone(), of_class, location);
            (2..=count + 1).rev().chain([count + 2]).for_each(|depth| self.emit_swap(depth, location));
        }
        self.emit_invoke_method(function.clone(), count, of_class, location);
    }

    /// `LOAD_METHOD_STATIC`: the function that a method is for the object on the stack, below it.
    pub(super) fn emit_load_method(&mut self, function: Constant, of_class: bool, location: Location) {
        let mark = of_class.then_some(Constant::Bool(true));
        self.emit_typed(Opcode::LoadMethodStatic, Constant::tuple([function].into_iter().chain(mark)), location);
    }

    /// `INVOKE_METHOD`, with so many arguments besides the object.
    pub(super) fn emit_invoke_method(&mut self, function: Constant, count: usize, of_class: bool, location: Location) {
        let mark = of_class.then_some(Constant::Bool(true));
        let parts = [function, Constant::int(i64::try_from(count).unwrap_or_default())];
        let constant = Constant::tuple(parts.into_iter().chain(mark));
        self.emit_typed_values(Opcode::InvokeMethod, constant, count, location);
    }

    /// `INVOKE_FUNCTION`
    pub(in crate::build) fn emit_invoke_function(&mut self, function: Constant, count: usize, location: Location) {
        let count_constant = Constant::int(i64::try_from(count).unwrap_or_default());
        let constant = Constant::tuple([function, count_constant]);
        self.emit_typed_values(Opcode::InvokeFunction, constant, count, location);
    }
}

pub(super) fn receiver(call: &ExprCall) -> Option<&Expr> {
    match &*call.func {
        Expr::Attribute(attribute) => Some(&attribute.value),
        _ => None,
    }
}
