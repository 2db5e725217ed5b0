//! Expressions looked up while declaring: names, attributes and decorators (`ReferenceVisitor`).
//!
//! ```text
//! @mod.decorator(1)      resolve_decorator → what calling mod.decorator gives
//! ```
//!
//! Invariant: nothing is recorded of the nodes.

use crate::errors::Check;
use crate::program::Checker;
use crate::types::{BoundKind, ClassId, FunctionId, FunctionKind, ModuleId, TypeRef, Value};
use pyclast_syntax::node_index;
use ruff_python_ast::Expr;

impl<'a> Checker<'a> {
    /// `ref_visitor.visit(node)`
    pub fn reference(&mut self, module: ModuleId, node: &'a Expr) -> Check<Option<Value>> {
        match node {
            Expr::Name(name) => {
                if let Some(&value) = self.module(module).local_names.get(&name.id) {
                    return Ok(Some(value));
                }
                let source = self.module(module).source.as_ref();
                let id = source.and_then(|source| source.symbols.name_of(node_index(name)));
                let known = self.resolve_name_of(module, id, &name.id)?.map(|(value, _)| value);
                Ok(known.or_else(|| self.may_be_made(module, &name.id).then_some(Value::DYNAMIC)))
            }
            Expr::Attribute(attribute) => match self.reference(module, &attribute.value)? {
                Some(value) => self.resolve_attr(module, value, attribute),
                None => Ok(None),
            },
            // Other expressions are walked through, which finds nothing.
            _ => Ok(None),
        }
    }

    /// What a decorator is (`resolve_decorator`).
    pub fn resolve_decorator(&mut self, module: ModuleId, node: &'a Expr) -> Check<Option<Value>> {
        let Expr::Call(call) = node else { return self.reference(module, node) };
        let function = self.reference(module, &call.func)?;
        Ok(match function {
            Some(Value::Class(class)) => Some(self.types.instance(class)),
            Some(value @ Value::Function(FunctionId::DATACLASS | FunctionId::NATIVE)) => Some(value),
            Some(Value::Function(function)) => {
                let returns = self.returns(function);
                Some(self.types.instance(returns))
            }
            Some(Value::Bound(bound)) => {
                let data = self.types.bound(bound).clone();
                match data.kind {
                    BoundKind::Method | BoundKind::Super(_) => {
                        let returns = self.returns(data.function);
                        Some(self.types.instance(returns))
                    }
                    BoundKind::Builtin(returns) => {
                        let returns = self.resolve(&returns);
                        Some(self.types.instance(returns))
                    }
                    _ => self.reference(module, node)?,
                }
            }
            // The reference visits the call, which walks its children and finds nothing.
            _ => None,
        })
    }

    /// The class a type reference stands for (`TypeRef.resolved`).
    pub fn resolve(&mut self, type_ref: &TypeRef<'a>) -> ClassId {
        self.resolve_declared(type_ref, false)
    }

    /// The same where `Final` and `ClassVar` may stand (`resolved(is_declaration=True)`).
    pub fn resolve_declared(&mut self, type_ref: &TypeRef<'a>, is_declaration: bool) -> ClassId {
        match type_ref {
            TypeRef::Resolved(class) | TypeRef::SelfType(class) => *class,
            TypeRef::Annotation { module, annotation } => {
                self.resolve_annotation(*module, annotation, is_declaration).unwrap_or(ClassId::DYNAMIC)
            }
            TypeRef::Awaitable(inner) => {
                let inner = self.resolve_declared(inner, is_declaration);
                self.types.generic(ClassId::AWAITABLE, &[inner]).unwrap_or(ClassId::DYNAMIC)
            }
            TypeRef::Container(function) => self.types.function(*function).container.unwrap_or(ClassId::DYNAMIC),
        }
    }

    /// What a function returns (`return_type.resolved()`).
    pub fn returns(&mut self, function: FunctionId) -> ClassId {
        let returns = match &self.types.function(function).returns {
            TypeRef::Resolved(class) => return *class,
            returns => returns.clone(),
        };
        let class = self.resolve(&returns);
        if let Some(class) = self.settled(&returns, false) {
            self.types.function_mut(function).returns = TypeRef::Resolved(class);
        }
        class
    }

    /// The type of a parameter of a function, and whether there is one.
    pub fn parameter_type(&mut self, function: FunctionId, index: usize) -> Option<ClassId> {
        let type_ref = match &self.types.function(function).params.as_ref()?.get(index)?.type_ref {
            TypeRef::Resolved(class) => return Some(*class),
            type_ref => type_ref.clone(),
        };
        Some(self.resolve(&type_ref))
    }

    /// Replaces the annotations of parameters by what is known not to change any more.
    pub(crate) fn settle_parameters(&mut self, function: FunctionId) {
        let data = self.types.function(function);
        if data.has_settled_params {
            return;
        }
        let (mut settled, mut is_complete) = (Vec::new(), true);
        for (position, param) in data.params.iter().flatten().enumerate() {
            if matches!(param.type_ref, TypeRef::Annotation { .. }) {
                let class = self.settled(&param.type_ref, false);
                settled.extend(class.map(|class| (position, class)));
                is_complete &= class.is_some();
            }
        }
        if settled.is_empty() && !is_complete {
            return;
        }
        let data = self.types.function_mut(function);
        data.has_settled_params = is_complete;
        if let Some(params) = &mut data.params {
            for (position, class) in settled {
                params[position].type_ref = TypeRef::Resolved(class);
            }
        }
    }

    /// The class an annotation stands for, if that was found out and does not change any more.
    pub(crate) fn settled(&self, type_ref: &TypeRef<'a>, is_declaration: bool) -> Option<ClassId> {
        let TypeRef::Annotation { module, annotation } = type_ref else { return None };
        self.settled_annotation(*module, annotation, is_declaration)
    }

    /// Whether a value is one of the decorators that the checker knows as a function of C.
    pub fn is_known_function(&self, value: Value, kind: FunctionKind) -> bool {
        matches!(value, Value::Function(function) if self.types.function(function).kind == kind)
    }
}
