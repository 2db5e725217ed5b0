//! Calls of `@inline` functions.
//!
//! ```text
//! @inline
//! def f(x, y): return x + y        f(1, g())   →   _pystatic_.0._tmp__1y = g(); 1 + _pystatic_.0._tmp__1y
//! ```
//!
//! Invariant: a call is inlined once, however often a loop's body is bound.

use crate::bind::Binder;
use crate::errors::Check;
use crate::facts::{ArgumentPlan, CallPlan};
use crate::types::{DefaultValue, FunctionId, Value};
use pyclast_syntax::node_index;
use ruff_python_ast::helpers::any_over_expr;
use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::transformer::{Transformer, walk_expr};
use ruff_python_ast::{AtomicNodeIndex, Expr, ExprCall, ExprContext, ExprName, ExprNoneLiteral, Stmt};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashMap;

/// How names of temporaries begin.
pub(crate) const TEMPORARY: &str = "_pystatic_.0._tmp__";

/// How deep inlined calls may stand inside each other.
const MAX_DEPTH: u32 = 20;

impl<'a> Binder<'_, 'a> {
    /// `Function.bind_inline_call`; the plan of the call is in the facts already (`CallPlan::Function`).
    pub(crate) fn bind_inline_call(&mut self, node: &'a ExprCall, function: FunctionId) -> Check<()> {
        let (module, index) = (self.module, node_index(node));
        if self.facts(module).inlined.contains_key(&index) || self.inline_depth > MAX_DEPTH {
            return Ok(());
        }
        let data = self.types.function(function);
        let (Some(definition), Some(home)) = (data.node, data.module) else { return Ok(()) };
        // Names of a function of another module mean nothing here. (The reference inlines it all the same.)
        if home != module {
            return Ok(());
        }
        let Some(Stmt::Return(returned)) = definition.body.first() else { return Ok(()) };
        // What has a scope of its own stays where its scope is.
        if returned.value.as_deref().is_some_and(has_scopes) {
            return Ok(());
        }
        let plans = match self.facts(module).calls.get(&index) {
            Some(CallPlan::Function { arguments, .. }) => arguments.clone(),
            // Calls that are made at run time replace nothing, and yet are inlined.
            _ => Vec::new(),
        };
        self.inline_depth += 1;
        self.inline_calls += 1;
        let mut replacements = FxHashMap::default();
        let mut kept = Vec::new();
        let parameters = &definition.parameters;
        let parameters = parameters.posonlyargs.iter().chain(&parameters.args).chain(&parameters.kwonlyargs);
        for (plan, parameter) in plans.into_iter().zip(parameters) {
            let parameter = &parameter.parameter.name.id;
            let replacement = match plan {
                ArgumentPlan::Default { parameter: position } => {
                    self.default_argument(function, position, node.range())
                }
                ArgumentPlan::Position { node: argument, .. } | ArgumentPlan::Keyword { node: argument, .. } => {
                    match argument_of(node, argument) {
                        Some(argument) => Some(self.inlined_argument(parameter, argument, &mut kept)?),
                        None => None,
                    }
                }
                _ => None,
            };
            // The reference does not inline complicated calls, and counts them as deep.
            let Some(replacement) = replacement else { return Ok(()) };
            replacements.insert(parameter.clone(), replacement);
        }
        let mut body = returned.value.as_deref().cloned().unwrap_or_else(|| none(returned.range));
        Rewrite { replacements }.visit_expr(&mut body);
        let text = self.source(home).map_or("", |source| source.parsed.text());
        let body = self.adopt(module, body, text);
        let outer_home = self.inline_home.replace(home);
        self.visit_expr(body, None);
        self.inline_home = outer_home;
        self.facts_mut(module).inlined.insert(index, (node_index(body), kept));
        self.inline_depth -= 1;
        Ok(())
    }

    fn default_argument(&self, function: FunctionId, position: u32, range: TextRange) -> Option<Expr> {
        let parameter = self.types.function(function).params.as_ref()?.get(position as usize)?;
        match parameter.default? {
            DefaultValue::Constant(expression) => Some(expression.clone()),
            DefaultValue::Builtin("None") => Some(none(range)),
            _ => None,
        }
    }

    /// What stands for a parameter: a constant itself, a temporary for everything else.
    fn inlined_argument(&mut self, parameter: &Name, argument: &'a Expr, kept: &mut Vec<(Name, u32)>) -> Check<Expr> {
        let module = self.module;
        if self.constant(module, argument).is_some() || self.get_final_literal(argument).is_some() {
            return Ok(argument.clone());
        }
        let id = Name::new(format!("{TEMPORARY}{}{parameter}", self.inline_calls));
        kept.push((id.clone(), node_index(argument)));
        let temporary =
            ExprName { id, ctx: ExprContext::Load, range: argument.range(), node_index: AtomicNodeIndex::NONE };
        let temporary = self.adopt(module, Expr::Name(temporary), "");
        let value: Value = self.get_type(argument);
        self.assign_value(temporary, value, None, None)?;
        Ok(temporary.clone())
    }
}

fn argument_of(call: &ExprCall, index: u32) -> Option<&Expr> {
    let keywords = call.arguments.keywords.iter().map(|keyword| &keyword.value);
    call.arguments.args.iter().chain(keywords).find(|argument| node_index(*argument) == index)
}

/// Whether functions or comprehensions are in an expression.
fn has_scopes(expression: &Expr) -> bool {
    any_over_expr(expression, &|part: &Expr| {
        matches!(part, Expr::Lambda(_) | Expr::Generator(_) | Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_))
    })
}

fn none(range: TextRange) -> Expr {
    Expr::NoneLiteral(ExprNoneLiteral { range, node_index: AtomicNodeIndex::NONE })
}

/// Puts arguments in the place of parameters (`InlineRewriter`).
struct Rewrite {
    replacements: FxHashMap<Name, Expr>,
}

impl Transformer for Rewrite {
    fn visit_expr(&self, expression: &mut Expr) {
        match expression {
            Expr::Name(name) => {
                if let Some(replacement) = self.replacements.get(&name.id) {
                    *expression = replacement.clone();
                }
            }
            _ => walk_expr(self, expression),
        }
    }
}
