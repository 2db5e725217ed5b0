//! Calls → how they are made (`emit_call`).
//!
//! Invariant: a call without a fact is one of ordinary code.

use super::Lowering;
use super::constant::constant_fact;
use crate::constant_fold::is_leaf;
use crate::constants::Constant;
use crate::declare::function::first_parameter;
use crate::facts::{ArgumentPlan, CallPlan};
use crate::types::{BoundId, BoundKind, ClassId, ClassKind, DefaultValue, FunctionId, FunctionKind, Special, Value};
use pyclast_syntax::node_index;
use pyclast_syntax::type_facts::{
    ArgumentFact, Binding, CallFact, ConstantFact, FunctionDescriptor, Invocation, KnownFunction, TypeCode,
};
use pyclast_syntax::world_facts::FunctionPart;
use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_expr};
use ruff_python_ast::{Expr, ExprCall};

/// Methods that are never virtual, and are called as in ordinary code when named.
const NOT_VIRTUAL: [&str; 3] = ["__init__", "__new__", "__init_subclass__"];

/// Finds the calls of a module.
#[derive(Default)]
struct Calls<'a> {
    found: Vec<&'a ExprCall>,
}

impl<'a> SourceOrderVisitor<'a> for Calls<'a> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression {
            self.found.push(call);
        }
        if !is_leaf(expression) {
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || walk_expr(self, expression));
        }
    }
}

impl Lowering<'_, '_> {
    pub(super) fn lower_calls(&mut self) {
        let Some(source) = self.checker.source(self.module) else { return };
        let mut calls = Calls::default();
        calls.visit_body(&source.parsed.module().body);
        for call in calls.found {
            self.lower_call(call);
        }
    }

    /// The calls and attributes in an expression that the checker made, which may be inlined in turn.
    pub(super) fn lower_made(&mut self, index: u32) {
        let Some(&made) = self.checker.made_expressions.get(&(self.module, index)) else { return };
        if self.facts.made.insert(index, made.clone()).is_some() {
            return;
        }
        self.visit_expr(made);
        let mut calls = Calls::default();
        calls.visit_expr(made);
        for call in calls.found {
            self.lower_call(call);
        }
    }

    fn lower_call(&mut self, call: &ExprCall) {
        if let Some(fact) = self.call_fact(call) {
            if let CallFact::Inlined { expression, .. } = fact {
                self.lower_made(expression);
            }
            self.facts.calls.insert(node_index(call), fact);
        }
    }

    fn call_fact(&mut self, call: &ExprCall) -> Option<CallFact> {
        let facts = self.checker.facts(self.module);
        if let Some((expression, kept)) = facts.inlined.get(&node_index(call)) {
            return Some(CallFact::Inlined { expression: *expression, kept: kept.clone() });
        }
        let plan = facts.calls.get(&node_index(call)).cloned();
        match self.checker.type_of(self.module, &*call.func) {
            Value::Special(special) => return known(special).map(CallFact::Known),
            Value::Class(class) => {
                let code = match self.checker.types.kind(class) {
                    ClassKind::PrimitiveInt(primitive) => TypeCode::from_code(primitive.constant),
                    ClassKind::Double => Some(TypeCode::Double),
                    _ => None,
                };
                if let Some(to) = code {
                    return Some(CallFact::Convert { to });
                }
            }
            _ => {}
        }
        match plan? {
            CallPlan::Dynamic | CallPlan::Inlined { .. } => None,
            CallPlan::Function { function, arguments } => {
                match self.checker.types.function(function).kind {
                    FunctionKind::Native => self.native_fact(function),
                    // Understood while declaring: no code is made for it.
                    FunctionKind::NativeDecorator => None,
                    _ => {
                        let mut invocation = self.invocation(function, arguments)?;
                        if let Some(named) = self.named_function(&call.func) {
                            self.note_function(named.clone(), FunctionPart::Whole, function);
                            invocation.function = named;
                        }
                        Some(CallFact::Function(invocation))
                    }
                }
            }
            CallPlan::Method { bound, arguments } => self.method_fact(bound, arguments, call),
            CallPlan::Class { is_dynamic: true, .. } => None,
            CallPlan::Class { class, new, init, is_dynamic: false } => self.construct_fact(class, new, init),
        }
    }

    /// A function is found through the name it is called by: that of this module, or of the module before the dot.
    fn named_function(&self, callee: &Expr) -> Option<FunctionDescriptor> {
        let table = self.checker.module(self.module);
        match callee {
            Expr::Name(name) if self.checker.facts(self.module).own_names.contains(node_index(name)) => {
                Some(FunctionDescriptor { class: None, module: table.name.clone(), name: name.id.clone() })
            }
            Expr::Attribute(attribute) => match self.checker.type_of(self.module, &*attribute.value) {
                Value::Module(module) => {
                    let module = self.checker.types.module_name_of(module).clone();
                    Some(FunctionDescriptor { class: None, module, name: attribute.attr.id.clone() })
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn parameter_count(&self, function: FunctionId) -> u32 {
        let params = self.checker.types.function(function).params.as_ref();
        params.map_or(0, |params| u32::try_from(params.len()).unwrap_or(u32::MAX))
    }

    fn method_fact(&mut self, bound: BoundId, arguments: Vec<ArgumentPlan>, call: &ExprCall) -> Option<CallFact> {
        let data = self.checker.types.bound(bound).clone();
        let function = data.function;
        if NOT_VIRTUAL.contains(&self.checker.types.function(function).name.as_str()) {
            return None;
        }
        // A method that has a name of its own is what it was when it got it. (The reference finds the receiver again.)
        if !call.func.is_attribute_expr() {
            return None;
        }
        if let FunctionKind::BuiltinMethod { list_append: true, .. } = self.checker.types.function(function).kind
            && call.arguments.args.len() == 1
            && call.arguments.keywords.is_empty()
        {
            return Some(CallFact::Known(KnownFunction::ListAppend));
        }
        let receiver = self.checker.type_of(self.module, data.target);
        let mut class = self.checker.types.class_of(receiver);
        let (mut binding, mut refine) = (Binding::Instance, None);
        match &data.kind {
            BoundKind::Method => {}
            BoundKind::Super(base) => {
                (binding, class) = (Binding::Super, *base);
                self.facts.made.insert(node_index(data.target), data.target.clone());
            }
            BoundKind::Static => binding = Binding::Static,
            BoundKind::Class { .. } if !self.takes_class(function) => return None,
            BoundKind::Class { is_instance_call: true, .. } => binding = Binding::ClassOfInstance,
            BoundKind::Class { class: bound, .. } => (binding, class) = (Binding::Class, *bound),
            BoundKind::Builtin(returns) => {
                if !call.arguments.keywords.is_empty() || call.arguments.args.iter().any(Expr::is_starred_expr) {
                    return None;
                }
                let returns = self.checker.resolve(returns);
                // With a signature, the result is what that says.
                let is_untyped = self.checker.types.function(function).params.is_none();
                refine = self.descriptor(returns).filter(|descriptor| is_untyped && !descriptor.is_object());
            }
        }
        let is_settled = {
            let data = self.checker.types.class(class);
            data.is_exact || data.is_final
        };
        let is_virtual = !self.checker.types.function(function).is_final && !is_settled;
        let is_untyped = self.checker.types.function(function).params.is_none();
        let mut invocation = self.invocation(function, arguments)?;
        if is_untyped {
            invocation.parameters = u32::try_from(call.arguments.args.len() + 1).unwrap_or(u32::MAX);
        }
        if is_virtual && binding == Binding::Instance && refine.is_none() {
            self.note_implementations(call, class, function, &invocation.arguments);
        }
        Some(CallFact::Method { invocation, binding, is_virtual, refine })
    }

    /// Whether a class method takes a class: one whose `cls` is annotated to be something else is only called to raise.
    fn takes_class(&mut self, function: FunctionId) -> bool {
        let data = self.checker.types.function(function);
        let Some((module, parameter)) = data.module.zip(data.node.and_then(first_parameter)) else { return true };
        let Some(annotation) = &parameter.parameter.annotation else { return true };
        let class = self.checker.resolve_annotation(module, annotation, false).unwrap_or(ClassId::DYNAMIC);
        !self.is_type_checked(class) || self.checker.types.can_assign(class, ClassId::TYPE)
    }

    fn invocation(&mut self, function: FunctionId, plans: Vec<ArgumentPlan>) -> Option<Invocation> {
        if self.checker.types.function(function).is_hidden {
            return None;
        }
        let arguments = plans.into_iter().map(|plan| self.argument(function, plan)).collect::<Option<_>>()?;
        let descriptor = self.function_descriptor(function);
        self.note_called(&descriptor, function);
        Some(Invocation { function: descriptor, parameters: self.parameter_count(function), arguments })
    }

    /// A function of a shared library, which its decorator names.
    fn native_fact(&mut self, function: FunctionId) -> Option<CallFact> {
        let data = self.checker.types.function(function);
        let (node, module, name) = (data.node?, data.module?, data.name.clone());
        let Expr::Call(decorator) = &node.decorator_list.first()?.expression else { return None };
        let mut library = decorator.arguments.args.first()?;
        if let Expr::Name(name) = library {
            library = self.checker.module(module).named_finals.get(&name.id)?;
        }
        let Some(Constant::Str(library)) = self.checker.constant(module, library) else { return None };
        let arguments = (0..self.parameter_count(function)).map(|index| {
            let class = self.checker.parameter_type(function, index as usize)?;
            // Where it is defined in another module, that module's errors are not this one's.
            let is_primitive = self.checker.types.is_primitive_class(class);
            is_primitive.then(|| self.descriptor(class)).flatten()
        });
        let arguments = arguments.collect::<Option<_>>()?;
        let returns = self.checker.returns(function);
        Some(CallFact::Native {
            library: library.as_str()?.to_owned(),
            name,
            arguments,
            returns: self.descriptor(returns)?,
        })
    }

    fn construct_fact(
        &mut self,
        class: ClassId,
        new: Option<Vec<ArgumentPlan>>,
        init: Option<Vec<ArgumentPlan>>,
    ) -> Option<CallFact> {
        let mut function_of = |name| match self.checker.types.find_member(class, name) {
            Some((_, Value::Function(function))) => Some(function),
            _ => None,
        };
        let (new_function, init_function) = (function_of("__new__"), function_of("__init__"));
        let descriptor = self.descriptor(class)?;
        // The lists and tuples that the reference takes constructors from are those that are no subclass's.
        let mut invocation = |plans: Option<Vec<ArgumentPlan>>, function: Option<FunctionId>| {
            let Some((arguments, function)) = plans.zip(function) else { return Some(None) };
            // An object is no machine value: such a function is only called to raise.
            let receiver = self.checker.parameter_type(function, 0);
            if receiver.is_some_and(|class| self.checker.types.is_primitive_class(class)) {
                return None;
            }
            let mut invocation = self.invocation(function, arguments)?;
            let container = self.checker.types.function(function).container;
            let container = container.map(|container| self.checker.types.inexact_of(container));
            if let (Some(ClassId::LIST | ClassId::TUPLE), Some(class)) = (container, &mut invocation.function.class) {
                *class = class.marked(['!']);
            }
            Some(Some(invocation))
        };
        let (new, init) = (invocation(new, new_function)?, invocation(init, init_function)?);
        self.facts.world.allocated.push(descriptor.unmarked());
        Some(CallFact::Construct { class: descriptor, new, init })
    }

    fn argument(&mut self, function: FunctionId, plan: ArgumentPlan) -> Option<ArgumentFact> {
        Some(match plan {
            ArgumentPlan::Position { node, class } | ArgumentPlan::Keyword { node, class } => {
                ArgumentFact::Expression { node, parameter: self.class_type_id(class) }
            }
            ArgumentPlan::Spill { keyword } => ArgumentFact::Spill { keyword },
            ArgumentPlan::Spilled { keyword, class } => {
                ArgumentFact::Spilled { keyword, parameter: self.class_type_id(class) }
            }
            ArgumentPlan::Starred { node, first } => {
                let rest = first..self.parameter_count(function);
                let parameters = rest.map(|index| {
                    let params = self.checker.types.function(function).params.as_ref()?;
                    let name = params.get(index as usize)?.name.clone();
                    Some((name, self.parameter_id(function, index)?))
                });
                ArgumentFact::Starred { node, parameters: parameters.collect::<Option<_>>()? }
            }
            ArgumentPlan::Mapping { parameter } => {
                let id = self.parameter_id(function, parameter)?;
                let param = self.checker.types.function(function).params.as_ref()?.get(parameter as usize)?;
                let (name, has_default) = (param.name.clone(), param.default.is_some());
                let default = if has_default { Some(self.default_value(function, parameter)?) } else { None };
                ArgumentFact::Mapping { name, parameter: id, default }
            }
            ArgumentPlan::Default { parameter } => ArgumentFact::Default {
                value: self.default_value(function, parameter)?,
                parameter: self.parameter_id(function, parameter)?,
            },
            ArgumentPlan::Unreachable => return None,
        })
    }

    /// The constant that a parameter is by default.
    fn default_value(&self, function: FunctionId, parameter: u32) -> Option<ConstantFact> {
        let data = self.checker.types.function(function);
        match data.params.as_ref()?.get(parameter as usize)?.default? {
            DefaultValue::Constant(expression) => {
                self.checker.constant(data.module?, expression).as_ref().map(constant_fact)
            }
            DefaultValue::Builtin("None") => Some(ConstantFact::None),
            DefaultValue::Builtin(_) => Some(ConstantFact::Tuple(Vec::new())),
            DefaultValue::Expression(_) | DefaultValue::Synthetic => None,
        }
    }

    fn parameter_id(&mut self, function: FunctionId, index: u32) -> Option<pyclast_syntax::type_facts::TypeId> {
        let class = self.checker.parameter_type(function, index as usize)?;
        Some(self.class_type_id(class))
    }
}

fn known(special: Special) -> Option<KnownFunction> {
    Some(match special {
        Special::Len => KnownFunction::Len,
        Special::CLen => KnownFunction::CLen,
        Special::Sorted => KnownFunction::Sorted,
        Special::Box => KnownFunction::Box,
        Special::Unbox => KnownFunction::Unbox,
        Special::Cast => KnownFunction::Cast,
        Special::CRange => KnownFunction::CRange,
        Special::ProdAssert => KnownFunction::ProdAssert,
        Special::Min | Special::Max | Special::IsInstance | Special::IsSubclass | Special::RevealType => return None,
    })
}
