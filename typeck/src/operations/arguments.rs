//! Arguments of a call, mapped to the parameters of a function (`ArgMapping`).
//!
//! ```text
//! f(1, b=x)   with   def f(a: int, b: str, c: int = 3)        [Position 1, Keyword x, Default]
//! ```
//!
//! Invariant: every argument is visited, mapped or not.

use crate::bind::Binder;
use crate::errors::Check;
use crate::facts::ArgumentPlan;
use crate::types::{ClassId, ClassKind, DefaultValue, FunctionId, Param, ParamStyle, Value};
use pyclast_syntax::node_index;
use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::Ranged;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

/// The reason given where a primitive is passed to a dynamic call.
pub(super) const ARGUMENT_CANNOT_BE_PRIMITIVE: &str = "Call argument cannot be a primitive";

/// A call, and what it calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a> {
    /// What is called, as messages name it.
    pub(super) callable: Value,
    /// The function.
    pub(super) function: FunctionId,
    /// The call.
    pub(super) call: &'a ExprCall,
    /// The receiver: of a method, static method or class method.
    pub(super) receiver: Option<&'a Expr>,
    /// An expression passed before the arguments.
    pub(super) first: Option<&'a Expr>,
    /// The first parameter is filled by something that is no expression.
    pub(super) skip_self: bool,
    /// Whether type parameters are inferred.
    pub(super) has_generics: bool,
}

/// How arguments reach parameters.
#[derive(Debug, Default)]
pub(super) struct Mapping {
    /// What is passed, in order.
    pub(super) arguments: Vec<ArgumentPlan>,
    /// Whether the call is made as in ordinary code.
    pub(super) is_dynamic: bool,
    /// Type parameters, and what they stand for here.
    generics: FxHashMap<ClassId, ClassId>,
}

impl Mapping {
    /// `infer_return_type`
    pub(super) fn returned(&self, class: ClassId) -> ClassId {
        self.generics.get(&class).copied().unwrap_or(class)
    }

    /// Type parameters among the classes of arguments become what they stand for.
    fn finish_generics(&mut self) {
        for argument in &mut self.arguments {
            if let ArgumentPlan::Position { class, .. }
            | ArgumentPlan::Keyword { class, .. }
            | ArgumentPlan::Spilled { class, .. } = argument
                && let Some(&concrete) = self.generics.get(class)
            {
                *class = concrete;
            }
        }
    }
}

/// A mapping being made.
struct Filling<'f, 'a> {
    request: Request<'a>,
    params: &'f [Param<'a>],
    mapping: Mapping,
    /// Parameters that are filled.
    seen: usize,
}

impl<'a> Binder<'_, 'a> {
    /// `Object.bind_dynamic_call`
    pub(super) fn bind_dynamic_call(&mut self, call: &'a ExprCall) {
        self.set_type(call, Value::DYNAMIC);
        self.visit_boxed_arguments(call);
    }

    /// Visits all arguments, none of which may be a primitive.
    pub(super) fn visit_boxed_arguments(&mut self, call: &'a ExprCall) {
        for argument in &call.arguments.args {
            self.visit_expected(argument, Value::DYNAMIC, ARGUMENT_CANNOT_BE_PRIMITIVE);
        }
        for keyword in &call.arguments.keywords {
            self.visit_expected(&keyword.value, Value::DYNAMIC, ARGUMENT_CANNOT_BE_PRIMITIVE);
        }
    }

    /// `ArgMapping.bind_args`
    pub(super) fn map_arguments(&mut self, request: Request<'a>) -> Check<Mapping> {
        self.settle_parameters(request.function);
        let function = self.types.shared_function(request.function);
        let Some(params) = function.params.as_deref().filter(|params| self.can_call_statically(&request, params))
        else {
            self.bind_dynamic_call(request.call);
            return Ok(Mapping { is_dynamic: true, ..Mapping::default() });
        };
        let mapping = Mapping { arguments: Vec::with_capacity(params.len()), ..Mapping::default() };
        let mut filling = Filling { request, params, mapping, seen: 0 };
        let has_starred = self.map_positional(&mut filling)?;
        self.map_keywords(&mut filling)?;
        self.check_keyword_names(&filling);
        if !has_starred && filling.seen != filling.params.len() {
            let name = self.types.name(request.callable);
            let message = format!(
                "Mismatched number of args for {name}. Expected {}, got {}",
                filling.params.len(),
                filling.seen
            );
            self.error_on(request.call, message);
        }
        filling.mapping.finish_generics();
        Ok(filling.mapping)
    }

    /// Whether the shape of the call and the parameters fit each other (`can_call_statically`).
    fn can_call_statically(&mut self, request: &Request<'a>, params: &[Param<'a>]) -> bool {
        let function = self.types.function(request.function);
        if function.has_vararg || function.has_kwarg {
            return false;
        }
        let arguments = &request.call.arguments;
        let count = arguments.args.len() + usize::from(request.first.is_some());
        let starred = arguments.args.iter().filter(|argument| argument.is_starred_expr()).count();
        let last_is_starred = arguments.args.last().is_some_and(Expr::is_starred_expr);
        if starred > 1 || starred == 1 && !last_is_starred {
            let after = arguments.args.iter().skip_while(|argument| !argument.is_starred_expr()).nth(1);
            return self.cannot_be_static(
                request.call,
                match after {
                    Some(after) if after.is_starred_expr() => "Multiple *args prevents",
                    _ => "Positional arg after *args prevents",
                },
            );
        }
        let mappings = arguments.keywords.iter().filter(|keyword| keyword.arg.is_none()).count();
        let start = usize::from(request.receiver.is_some()) + arguments.args.len();
        let is_given = |name: &str| arguments.keywords.iter().any(|keyword| keyword.arg.as_deref() == Some(name));
        let misses_expression = params
            .iter()
            .skip(start)
            .any(|param| param.default.is_some_and(DefaultValue::is_expression) && !is_given(&param.name));
        let has_defaults = function.required < count;
        if misses_expression {
            return false;
        }
        let obstacle = if mappings + starred > 1 {
            "Multiple **kwargs prevents"
        } else if has_defaults && starred > 0 {
            "Passing *args to function with default values prevents"
        } else if params.iter().any(|param| param.style == ParamStyle::KwOnly) {
            "Keyword-only args in called function prevents"
        } else {
            return true;
        };
        self.cannot_be_static(request.call, obstacle)
    }

    /// Warns that a call is made at run time.
    fn cannot_be_static(&mut self, call: &'a ExprCall, obstacle: &str) -> bool {
        let module = self.module;
        self.warn(module, call.range().into(), format!("{obstacle} more efficient static call"));
        false
    }

    /// Arguments by position; whether one is starred.
    fn map_positional(&mut self, filling: &mut Filling<'_, 'a>) -> Check<bool> {
        let Request { callable, call, first, skip_self, .. } = filling.request;
        let implicit = usize::from(skip_self);
        filling.seen = implicit;
        let arguments = first.into_iter().chain(&call.arguments.args);
        let given = call.arguments.args.len() + usize::from(first.is_some());
        let expected = filling.params.len().saturating_sub(implicit);
        if given > expected {
            let name = self.types.name(callable);
            let message = format!(
                "Mismatched number of args for {name}. Expected {}, got {}",
                expected + implicit,
                given + implicit
            );
            self.error_on(call, message);
        }
        for (position, argument) in arguments.clone().enumerate().take(expected) {
            let position = position + implicit;
            if let Expr::Starred(starred) = argument {
                let first = u32::try_from(position).unwrap_or(u32::MAX);
                filling.mapping.arguments.push(ArgumentPlan::Starred { node: node_index(&*starred.value), first });
                filling.seen = filling.params.len();
                for argument in arguments.skip(position - implicit) {
                    match argument {
                        Expr::Starred(starred) => self.visit_expected(
                            &starred.value,
                            Value::DYNAMIC,
                            "starred expression cannot be primitive",
                        ),
                        _ => self.visit_expected(argument, Value::DYNAMIC, ARGUMENT_CANNOT_BE_PRIMITIVE),
                    };
                }
                return Ok(true);
            }
            let params = filling.params;
            let class = self.visit_argument(filling, &params[position], argument, "positional")?;
            filling.mapping.arguments.push(ArgumentPlan::Position { node: node_index(argument), class });
            filling.seen += 1;
        }
        Ok(false)
    }

    /// The parameters that are left: by keyword, from `**mapping`, or by default (`bind_kwargs`).
    fn map_keywords(&mut self, filling: &mut Filling<'_, 'a>) -> Check<()> {
        if filling.seen >= filling.params.len() {
            return Ok(());
        }
        let call = filling.request.call;
        let keywords = &call.arguments.keywords;
        let mut spills: BTreeMap<usize, ArgumentPlan> = BTreeMap::new();
        let mut spill_start = filling.mapping.arguments.len();
        // The next keyword while keywords come in the order of parameters.
        let mut in_order = Some(0);
        for position in filling.seen..filling.params.len() {
            let params = filling.params;
            let param = &params[position];
            if param.style == ParamStyle::PosOnly {
                if let Some(default) = param.default {
                    filling.mapping.arguments.push(default_plan(default, position));
                    filling.seen += 1;
                    continue;
                }
                self.error_on(call, format!("Missing value for positional-only arg {position}"));
            }
            let is_named = |index: usize| keywords[index].arg.as_deref() == Some(&*param.name);
            if let Some(current) = in_order
                && current < keywords.len()
                && is_named(current)
            {
                let argument = &keywords[current].value;
                let class = self.visit_argument(filling, param, argument, "keyword")?;
                in_order = Some(current + 1);
                filling.mapping.arguments.push(ArgumentPlan::Keyword { node: node_index(argument), class });
                filling.seen += 1;
                continue;
            }
            let named = (0..keywords.len()).find(|&index| is_named(index));
            let mapped = keywords.iter().rposition(|keyword| keyword.arg.is_none());
            if let Some(index) = named {
                let keyword = to_u32(index);
                spills.insert(index, ArgumentPlan::Spill { keyword });
                if in_order.take().is_some() {
                    spill_start = filling.mapping.arguments.len();
                }
                let class = self.visit_argument(filling, param, &keywords[index].value, "keyword")?;
                filling.mapping.arguments.push(ArgumentPlan::Spilled { keyword, class });
            } else if let Some(index) = mapped {
                if spills.insert(index, ArgumentPlan::Spill { keyword: to_u32(index) }).is_none()
                    && in_order.take().is_some()
                {
                    spill_start = filling.mapping.arguments.len();
                }
                filling.mapping.arguments.push(ArgumentPlan::Mapping { parameter: to_u32(position) });
            } else if let Some(default) = param.default {
                filling.mapping.arguments.push(default_plan(default, position));
            } else {
                let function = self.types.function_name(filling.request.function);
                self.error_on(call, format!("Function {function} expects a value for argument {}", param.name));
            }
            filling.seen += 1;
        }
        filling.mapping.arguments.splice(spill_start..spill_start, spills.into_values());
        Ok(())
    }

    /// Keywords that no parameter has, and `**mapping`s.
    fn check_keyword_names(&mut self, filling: &Filling<'_, 'a>) {
        let is_builtin = self.types.is_builtin_function(filling.request.function);
        for keyword in &filling.request.call.arguments.keywords {
            let Some(name) = &keyword.arg else {
                self.visit_expr(&keyword.value, None);
                continue;
            };
            let is_known = filling
                .params
                .iter()
                .any(|param| *param.name == **name && !(is_builtin && param.style == ParamStyle::PosOnly));
            if !is_known {
                let function = self.types.function_name(filling.request.function);
                let message = format!("Given argument {name} does not exist in the definition of {function}");
                self.error_on(filling.request.call, message);
            }
        }
    }

    /// `visit_arg`: the class the argument is passed as.
    fn visit_argument(
        &mut self,
        filling: &mut Filling<'_, 'a>,
        param: &Param<'a>,
        argument: &'a Expr,
        style: &str,
    ) -> Check<ClassId> {
        let class = self.resolve(&param.type_ref);
        let reason = ArgumentMismatch { param, style };
        if self.types.contains_generic_parameters(class) {
            return self.visit_generic_argument(filling, class, argument, &reason.to_string());
        }
        let expected = self.types.instance(class);
        self.visit_expected(argument, expected, &reason);
        Ok(class)
    }

    fn visit_generic_argument(
        &mut self,
        filling: &mut Filling<'_, 'a>,
        class: ClassId,
        argument: &'a Expr,
        reason: &str,
    ) -> Check<ClassId> {
        self.visit_expr(argument, None);
        let given = self.get_type(argument);
        let given = self.types.class_of(given);
        let Some(inferred) = self.substitute(class, given)? else {
            let message = self.types.assign_error(class, given, reason);
            self.error_at(argument, message);
            return Ok(given);
        };
        if filling.request.has_generics {
            let combined = match filling.mapping.generics.get(&class) {
                None => inferred,
                Some(&current) => self.types.union(&[current, inferred])?,
            };
            filling.mapping.generics.insert(class, combined);
        }
        Ok(inferred)
    }

    /// What a type with parameters becomes for an argument (`_substitute_generic_params`).
    fn substitute(&mut self, class: ClassId, given: ClassId) -> Check<Option<ClassId>> {
        if let ClassKind::GenericParameter { bound, .. } = self.types.kind(class) {
            let fits = bound.is_none_or(|bound| self.types.can_assign(bound, given));
            return Ok(fits.then_some(given));
        }
        let params = Rc::clone(&self.types.class(class).type_args);
        if self.types.is_union(class) {
            let mut result = None;
            for &param in &*params {
                if let Some(added) = self.substitute(param, given)? {
                    result = Some(match result {
                        None => added,
                        Some(current) => self.types.union(&[current, added])?,
                    });
                }
            }
            return Ok(result);
        }
        let mut args = self.types.class(given).type_args.to_vec();
        if !self.types.is_generic(given) || args.len() != params.len() {
            return Ok(None);
        }
        for (arg, &param) in args.iter_mut().zip(&*params) {
            if self.types.contains_generic_parameters(param) {
                match self.substitute(param, *arg)? {
                    None => return Ok(None),
                    Some(inferred) => *arg = inferred,
                }
            }
        }
        // The reference asks the last argument, not the class, to make the type: a parameter makes none.
        match params.last() {
            Some(&last) if self.types.is_generic(last) => Ok(Some(self.types.generic(last, &args)?)),
            _ => Ok(None),
        }
    }
}

/// Why an argument does not fit, in words; asked for only then.
struct ArgumentMismatch<'p, 'a> {
    param: &'p Param<'a>,
    style: &'p str,
}

impl fmt::Display for ArgumentMismatch<'_, '_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { param, style } = self;
        write!(formatter, "type mismatch: {{}} received for {style} arg ")?;
        if param.name.is_empty() {
            write!(formatter, "{}", param.index)?;
        } else {
            write!(formatter, "'{}'", param.name)?;
        }
        write!(formatter, ", expected {{}}")
    }
}

fn default_plan(default: DefaultValue<'_>, parameter: usize) -> ArgumentPlan {
    if default.is_expression() {
        ArgumentPlan::Unreachable
    } else {
        ArgumentPlan::Default { parameter: to_u32(parameter) }
    }
}

fn to_u32(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
