//! `lambda` and its parameters → text.
//!
//! `lambda a,/,b=1,*,c:0` → `lambda a, /, b=1, *, c: 0`; `lambda *a:0` → `lambda*a: 0`.
//!
//! Invariant: as in CPython, a space follows `lambda` only if there are positional parameters.

use super::{Precedence, Unparser};
use ruff_python_ast::{ExprLambda, ParameterWithDefault, Parameters};

impl Unparser<'_> {
    pub(super) fn lambda(&mut self, node: &ExprLambda, level: Precedence) {
        self.grouped(level, Precedence::Test, |it| {
            it.text("lambda");
            if let Some(parameters) = &node.parameters {
                if !parameters.posonlyargs.is_empty() || !parameters.args.is_empty() {
                    it.text(" ");
                }
                it.parameters(parameters);
            }
            it.text(": ");
            it.expr(&node.body, Precedence::Test);
        });
    }

    /// `append_ast_args`
    fn parameters(&mut self, parameters: &Parameters) {
        let mut first = true;
        for (index, parameter) in parameters.posonlyargs.iter().enumerate() {
            self.comma(&mut first);
            self.parameter(parameter);
            if index + 1 == parameters.posonlyargs.len() {
                self.text(", /");
            }
        }
        for parameter in &parameters.args {
            self.comma(&mut first);
            self.parameter(parameter);
        }
        if parameters.vararg.is_some() || !parameters.kwonlyargs.is_empty() {
            self.comma(&mut first);
            self.text("*");
            if let Some(vararg) = &parameters.vararg {
                self.text(&vararg.name);
            }
        }
        for parameter in &parameters.kwonlyargs {
            self.comma(&mut first);
            self.parameter(parameter);
        }
        if let Some(kwarg) = &parameters.kwarg {
            self.comma(&mut first);
            self.text("**");
            self.text(&kwarg.name);
        }
    }

    fn comma(&mut self, first: &mut bool) {
        if !std::mem::take(first) {
            self.text(", ");
        }
    }

    fn parameter(&mut self, parameter: &ParameterWithDefault) {
        self.text(&parameter.parameter.name);
        if let Some(default) = &parameter.default {
            self.text("=");
            self.expr(default, Precedence::Test);
        }
    }
}
