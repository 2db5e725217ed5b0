//! Calls of `@inline` functions.
//!
//! ```text
//! @inline
//! def f(x, y): return x + y        f(1, g())   →   _pystatic_.0._tmp__1y = g(); 1 + _pystatic_.0._tmp__1y
//! ```
//!
//! Invariant: a call is inlined once, however often a loop's body is bound. What replaces it is bound again where the arguments
//! have other types then. (The reference keeps those of the first round, and trusts them.)

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

/// A call that is inlined.
#[derive(Debug)]
pub(crate) struct Inlined<'a> {
    /// What stands for it.
    body: &'a Expr,
    temporaries: Vec<Temporary<'a>>,
}

/// An argument that is kept.
#[derive(Debug)]
struct Temporary<'a> {
    name: Name,
    /// It, as an expression.
    node: &'a Expr,
    argument: &'a Expr,
    /// Its type when the body was bound.
    value: Value,
}

impl<'a> Binder<'_, 'a> {
    /// `Function.bind_inline_call`; the plan of the call is in the facts already (`CallPlan::Function`).
    pub(crate) fn bind_inline_call(&mut self, node: &'a ExprCall, function: FunctionId) -> Check<()> {
        let (module, index) = (self.module, node_index(node));
        if self.inline_depth > MAX_DEPTH {
            return Ok(());
        }
        if self.facts(module).inlined.contains_key(&index) {
            return self.bind_inlined_again(index);
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
        let mut temporaries = Vec::new();
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
                        Some(argument) => Some(self.inlined_argument(parameter, argument, &mut temporaries)?),
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
        self.visit_inlined(body);
        let kept = temporaries.iter().map(|kept| (kept.name.clone(), node_index(kept.argument))).collect();
        self.facts_mut(module).inlined.insert(index, (node_index(body), kept));
        self.inlined.insert(index, Inlined { body, temporaries });
        self.inline_depth -= 1;
        Ok(())
    }

    /// Visits what stands for a call a second time, if it depends on types that are others now.
    fn bind_inlined_again(&mut self, index: u32) -> Check<()> {
        let Some(mut call) = self.inlined.remove(&index) else { return Ok(()) };
        let mut differs = false;
        for kept in &mut call.temporaries {
            let value = self.get_type(kept.argument);
            differs |= std::mem::replace(&mut kept.value, value) != value;
        }
        if differs {
            self.inline_depth += 1;
            for kept in &call.temporaries {
                self.assign_value(kept.node, kept.value, None, None)?;
            }
            // The reference reports what it finds when it inlines.
            self.errors.mute();
            self.visit_inlined(call.body);
            self.errors.unmute();
            self.inline_depth -= 1;
        }
        self.inlined.insert(index, call);
        Ok(())
    }

    fn visit_inlined(&mut self, body: &'a Expr) {
        // Functions of other modules are not inlined.
        let outer_home = self.inline_home.replace(self.module);
        self.visit_expr(body, None);
        self.inline_home = outer_home;
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
    fn inlined_argument(
        &mut self,
        parameter: &Name,
        argument: &'a Expr,
        temporaries: &mut Vec<Temporary<'a>>,
    ) -> Check<Expr> {
        let module = self.module;
        if self.constant(module, argument).is_some() || self.get_final_literal(argument).is_some() {
            return Ok(argument.clone());
        }
        let name = Name::new(format!("{TEMPORARY}{}{parameter}", self.inline_calls));
        let id = name.clone();
        let temporary =
            ExprName { id, ctx: ExprContext::Load, range: argument.range(), node_index: AtomicNodeIndex::NONE };
        let temporary = self.adopt(module, Expr::Name(temporary), "");
        let value: Value = self.get_type(argument);
        self.assign_value(temporary, value, None, None)?;
        temporaries.push(Temporary { name, node: temporary, argument, value });
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
