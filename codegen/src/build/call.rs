//! Calls.
//!
//! ```text
//! f(a)         LOAD f · PUSH_NULL · LOAD a · CALL 1
//! x.f(a)       LOAD x · LOAD_ATTR f (method) · LOAD a · CALL 1
//! f(*a)        LOAD f · PUSH_NULL · LOAD a · PUSH_NULL · CALL_FUNCTION_EX
//! ```
//!
//! Invariant: below the arguments stand the callable and `self` or NULL.

use super::Builder;
use super::call_arguments::STACK_USE_GUIDELINE;
use crate::Opcode;
use pyclast_syntax::node_index;
use pyclast_syntax::symtable::SymbolFlags;
use ruff_python_ast::{Expr, ExprAttribute, ExprCall, ExprContext};

impl<'a> Builder<'a> {
    /// `func(…)` (`codegen_call`).
    pub(super) fn visit_call(&mut self, expr: &'a Expr, call: &'a ExprCall) {
        self.check_keywords(&call.arguments.keywords);
        if let Some(method) = self.method_call(call) {
            return self.emit_method_call(expr, call, method);
        }
        let end = self.new_label();
        self.check_callable(&call.func);
        self.visit_expr(&call.func);
        self.hide_called(call);
        self.emit_generator_call(call, end);
        self.emit(Opcode::PushNull, self.expr_location(&call.func));
        let location = self.expr_location(expr);
        self.emit_call(location, 0, &call.arguments.args, None, &call.arguments.keywords);
        self.use_label(end);
    }

    /// The attribute of a call that can be made as a method call
    /// (`maybe_optimize_method_call`).
    fn method_call(&self, call: &'a ExprCall) -> Option<&'a ExprAttribute> {
        let Expr::Attribute(method) = &*call.func else { return None };
        let args = &call.arguments.args;
        let keywords = &call.arguments.keywords;
        let pushed = args.len() + keywords.len() + usize::from(!keywords.is_empty());
        let plain = method.ctx == ExprContext::Load
            && !self.is_import_originated(&method.value)
            && pushed < STACK_USE_GUIDELINE
            && !args.iter().any(Expr::is_starred_expr)
            && keywords.iter().all(|keyword| keyword.arg.is_some());
        plain.then_some(method)
    }

    fn emit_method_call(&mut self, expr: &'a Expr, call: &'a ExprCall, method: &'a ExprAttribute) {
        let name = self.name_of(node_index(method), &method.attr);
        let location = self.expr_location(&call.func);
        let at_name = self.update_start_location_to_match_attr(location, method);
        if let Some(super_call) = self.optimizable_super(method) {
            self.emit_super_arguments(super_call);
            self.emit_super_attribute(super_call, name, true, location);
            self.emit(Opcode::Nop, at_name);
        } else {
            self.visit_expr(&method.value);
            self.emit_name_bits(Opcode::LoadAttr, name, 1, 1, at_name);
        }
        let args = &call.arguments.args;
        let keywords = &call.arguments.keywords;
        self.visit_elements(args);
        let location = self.update_start_location_to_match_attr(self.expr_location(expr), method);
        if keywords.is_empty() {
            self.emit_arg(Opcode::Call, args.len(), location);
        } else {
            self.emit_keyword_values(keywords, at_name);
            self.emit_arg(Opcode::CallKw, args.len() + keywords.len(), location);
        }
    }

    /// Whether an expression is a name that the module's scope imports (`is_import_originated`):
    /// its attributes are functions rather than methods.
    fn is_import_originated(&self, expr: &Expr) -> bool {
        let Expr::Name(name) = expr else { return false };
        let known = self.table.name_of(node_index(name)).or_else(|| self.names.lookup(&name.id));
        let symbol = known.and_then(|name| self.module_symbol(name));
        symbol.is_some_and(|symbol| symbol.flags.intersects(SymbolFlags::IMPORT))
    }
}
