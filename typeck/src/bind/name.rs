//! Names: what they are here, and what an assignment makes of them.
//!
//! ```text
//! x = None        declared dynamic, local type None        x: int = 1        declared int, local type Literal[1]
//! ```
//!
//! Invariant: a name that is assigned has a declaration: its own, or that of the module if it is global.

use super::{Binder, Effect, ScopeNode, TypeDeclaration};
use crate::constants::Constant;
use crate::errors::{Check, Raised};
use crate::operations::TEMPORARY;
use crate::types::{Assignment, ClassId, DecoratedKind, TYPE_MISMATCH, Value};
use pyclast_syntax::symtable::{Resolution, Scope, ScopeKind, Symbol, SymbolFlags};
use pyclast_syntax::{NameId, Span, node_index};
use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, ExprAttribute, ExprContext, ExprName, HasNodeIndex, Identifier};

impl<'a> Binder<'_, 'a> {
    /// Where a name lives, seen from here (`check_name`). Names are not mangled, as in the reference.
    pub(crate) fn var_scope(&self, name: NameId) -> Resolution {
        let scope = self.source.symbols.scope(self.scope().symbols);
        self.resolution(scope, name, scope.symbol(name))
    }

    /// Where a name lives that is that symbol of the current scope, or none.
    fn resolution(&self, scope: &Scope, name: NameId, symbol: Option<Symbol>) -> Resolution {
        match symbol {
            Some(symbol) if symbol.resolution == Resolution::Free => {
                if scope.kind == ScopeKind::Class && symbol.flags.intersects(SymbolFlags::BOUND) {
                    Resolution::Local
                } else {
                    Resolution::Free
                }
            }
            Some(symbol) => symbol.resolution,
            None if self.made_name(name).is_some_and(|name| name.starts_with(TEMPORARY)) => Resolution::Local,
            None if scope.nested => Resolution::Unresolved,
            None => Resolution::GlobalImplicit,
        }
    }

    /// The id of a name in the text, which the scopes have looked up already.
    #[inline]
    pub(crate) fn id_of(&mut self, name: &ExprName) -> NameId {
        self.source.symbols.name_of(node_index(name)).unwrap_or_else(|| self.name_id(&name.id))
    }

    /// The id of the name of an attribute.
    pub(super) fn field_of(&mut self, attribute: &ExprAttribute) -> NameId {
        self.source.symbols.name_of(node_index(attribute)).unwrap_or_else(|| self.name_id(&attribute.attr.id))
    }

    /// The id of the name that a parameter or definition gives.
    pub(super) fn name_given_by(&mut self, node: &impl HasNodeIndex, name: &Identifier) -> NameId {
        self.source.symbols.name_of(node_index(node)).unwrap_or_else(|| self.name_id(&name.id))
    }

    /// The id of a name: of the text, or one that the checker made.
    #[inline(never)]
    pub(crate) fn name_id(&mut self, name: &Name) -> NameId {
        let names = &self.source.symbols.names;
        names.lookup(name).unwrap_or_else(|| {
            let (position, _) = self.made_names.insert_full(name.clone());
            NameId::from_index(names.len() + position)
        })
    }

    /// A name that is not in the text.
    fn made_name(&self, name: NameId) -> Option<&Name> {
        let position = name.index().checked_sub(self.source.symbols.names.len())?;
        self.made_names.get_index(position)
    }

    /// The text of a name.
    fn name_text(&self, name: NameId) -> &str {
        self.made_name(name).map_or_else(|| self.source.symbols.names.text(name), Name::as_str)
    }

    fn is_module_scope(&self) -> bool {
        matches!(self.scope().node, ScopeNode::Module)
    }

    /// Whether the scope is that of a function (`isinstance(self.scope, FunctionDef)`).
    pub(crate) fn is_function_scope(&self) -> bool {
        matches!(self.scope().node, ScopeNode::Function(_))
    }

    /// The class whose body this is (`maybe_get_current_class`).
    pub(crate) fn current_class(&self) -> Option<ClassId> {
        let ScopeNode::Class(node) = self.scope().node else { return None };
        self.get_type(node).as_class()
    }

    /// The innermost class around here (`maybe_get_current_enclosing_class`).
    pub(crate) fn enclosing_class(&self) -> Option<ClassId> {
        let class = self.scopes.iter().rev().find_map(|scope| match scope.node {
            ScopeNode::Class(node) => Some(node),
            _ => None,
        })?;
        self.get_type(class).as_class()
    }

    /// The constant that a name stands for, if it is a `Final` of the module.
    pub(crate) fn get_final_literal(&self, node: &Expr) -> Option<&'a Expr> {
        let Expr::Name(name @ ExprName { ctx: ExprContext::Load, .. }) = node else { return None };
        let symbols = self.source.symbols;
        let id = symbols.name_of(node_index(name)).or_else(|| symbols.names.lookup(&name.id))?;
        if self.is_final.get(id.index()) != Some(&true) {
            return None;
        }
        let value = *self.finals.get(&id)?;
        let scope = symbols.scope(self.scope().symbols);
        let symbol = scope.symbol(id);
        let is_shadowed = scope.kind != ScopeKind::Module
            && symbol.is_some_and(|symbol| {
                symbol.flags.intersects(SymbolFlags::BOUND)
                    && !symbol.flags.intersects(SymbolFlags::NONLOCAL.union(SymbolFlags::GLOBAL))
            });
        if is_shadowed { None } else { Some(value) }
    }

    /// Declares a name in the current scope (`binding_scope.declare`).
    pub(crate) fn declare(&mut self, name: NameId, value: Value, is_final: bool, is_inferred: bool) -> Check<()> {
        if let Some(class) = self.scope().enum_class {
            let name = Name::new(self.name_text(name));
            self.bind_enum_value(class, &name, value)?;
        }
        self.state_changes();
        if self.types.is_primitive(value) {
            self.check_not_caught(name, value);
        }
        let scope = self.scopes.last_mut().expect("nodes are visited in a scope");
        scope.declare(&mut self.checker.types, name, value, is_final, is_inferred);
        Ok(())
    }

    /// A name is no primitive and an exception in one function. (The reference makes code that takes one for the other.)
    pub(super) fn check_not_caught(&mut self, name: NameId, primitive: Value) {
        let caught = self.scope().caught.iter().find(|caught| caught.0 == name).copied();
        if let Some((_, class, place)) = caught {
            let primitive = self.types.class_of(primitive);
            let message = self.types.assign_error(primitive, class, TYPE_MISMATCH);
            self.late_error(place, message);
        }
    }

    /// `declare_local`
    pub(crate) fn declare_local(&mut self, name: NameId, value: Value, is_final: bool, is_inferred: bool) -> Check<()> {
        if let Some(known) = self.scope().declarations.get(name).copied()
            && (self.types.is_nominal(value) || self.types.is_nominal(known.value))
            && !self.repeats(name, TypeDeclaration { value, is_final })
        {
            return Err(Raised::new(format!("Cannot redefine local variable {}", self.name_text(name))));
        }
        if self.types.is_primitive(value) && (self.is_module_scope() || self.var_scope(name) != Resolution::Local) {
            return Err(Raised::new("cannot use primitives in global or closure scope"));
        }
        self.declare(name, value, is_final, is_inferred)
    }

    /// Whether a declaration is that of the other branch of an `if`. (The reference refuses it: §8.1 l.)
    fn repeats(&self, name: NameId, declaration: TypeDeclaration) -> bool {
        self.repeatable.iter().any(|declared| declared.contains(&(name, declaration)))
    }

    /// The declaration that an assignment to a name is held to (`get_target_decl`).
    pub(crate) fn target_declaration(&self, name: NameId) -> Option<TypeDeclaration> {
        if let Some(declaration) = self.scope().declarations.get(name) {
            return Some(*declaration);
        }
        match self.var_scope(name) {
            Resolution::GlobalExplicit | Resolution::GlobalImplicit => self.scopes[0].declarations.get(name).copied(),
            _ => None,
        }
    }

    /// `maybe_set_local_type`
    pub(crate) fn set_local_type(&mut self, name: NameId, mut value: Value) -> Value {
        if let Some(declaration) = self.target_declaration(name) {
            let class = self.types.class_of(declaration.value);
            if value == Value::DYNAMIC || !self.types.can_be_narrowed(class) {
                value = declaration.value;
            }
        }
        self.state().set_local(name, value);
        value
    }

    /// `assign_name`, where the name stands in that node.
    pub(crate) fn assign_name(&mut self, index: u32, place: Span, name: NameId, value: Value) -> Check<()> {
        match self.target_declaration(name) {
            None => self.declare_local(name, value, false, true)?,
            Some(declaration) => {
                if declaration.is_final {
                    self.error_in(place, "Cannot assign to a Final variable");
                }
                let (dest, src) = (self.types.class_of(declaration.value), self.types.class_of(value));
                self.check_can_assign(dest, src, place, TYPE_MISMATCH);
            }
        }
        let value = self.set_local_type(name, value);
        self.set_type_at(index, value);
        Ok(())
    }

    /// `assign_value`
    pub(crate) fn assign_value(
        &mut self,
        target: &'a Expr,
        value: Value,
        source: Option<&'a Expr>,
        assignment: Option<Assignment<'a>>,
    ) -> Check<()> {
        match target {
            Expr::Name(name) => {
                let id = self.id_of(name);
                self.assign_name(node_index(name), self.place(target), id, value)?;
            }
            Expr::Tuple(_) | Expr::List(_) => self.assign_elements(elements(target), source)?,
            // The reference forgets the name.
            Expr::Starred(starred) => self.assign_value(&starred.value, Value::DYNAMIC, None, None)?,
            _ => {
                let (dest, src) = (self.types.class_of(self.get_type(target)), self.types.class_of(value));
                let place = self.place(target);
                self.check_can_assign(dest, src, place, TYPE_MISMATCH);
            }
        }
        self.check_final_attribute(target, assignment);
        Ok(())
    }

    fn assign_elements(&mut self, targets: &'a [Expr], source: Option<&'a Expr>) -> Check<()> {
        let module = self.module;
        let values = match source.map(|source| (source, self.constant(module, source))) {
            Some((_, Some(Constant::Tuple(values)))) if values.len() == targets.len() => {
                let values: Vec<_> = values.iter().map(|value| (self.constant_type(value), None)).collect();
                Some(values)
            }
            Some((source @ (Expr::Tuple(_) | Expr::List(_)), None)) if elements(source).len() == targets.len() => {
                Some(elements(source).iter().map(|value| (self.get_type(value), Some(value))).collect())
            }
            _ => None,
        };
        for (position, target) in targets.iter().enumerate() {
            let (value, source) = values.as_ref().map_or((Value::DYNAMIC, None), |values| values[position]);
            self.assign_value(target, value, source, None)?;
        }
        Ok(())
    }

    /// `_check_final_attribute_reassigned`
    pub(crate) fn check_final_attribute(&mut self, target: &'a Expr, assignment: Option<Assignment<'a>>) {
        let (class, name) = match target {
            Expr::Name(name) => match self.current_class() {
                Some(class) => (class, &*name.id),
                None => return,
            },
            Expr::Attribute(attribute) => {
                let class = match self.get_type(&*attribute.value) {
                    Value::Class(class) => class,
                    value => self.types.class_of(value),
                };
                (class, &*attribute.attr)
            }
            _ => return,
        };
        let is_final = match self.types.get_member(class, name) {
            Some(Value::Slot(slot)) => self.is_final_slot(slot) && self.types.slot(slot).assignment != assignment,
            Some(value @ Value::Function(_)) => self.is_final_function(value),
            Some(Value::Decorated(decorated)) => {
                let data = *self.types.decorated(decorated);
                data.kind == DecoratedKind::Transparent && self.is_final_function(data.inner)
            }
            _ => false,
        };
        if is_final {
            let class = self.types.instance_name(class);
            self.error_at(target, format!("Cannot assign to a Final attribute of {class}:{name}"));
        }
    }

    fn is_final_function(&self, value: Value) -> bool {
        self.types.as_function(value).is_some_and(|function| self.types.function(function).is_final)
    }

    /// `visitName`
    pub(super) fn bind_name(&mut self, name: &'a ExprName, expression: &'a Expr) -> Check<Effect> {
        let id = self.id_of(name);
        let scope = self.scope();
        let symbols = self.source.symbols.scope(scope.symbols);
        let symbol = symbols.symbol(id);
        // Most names are locals that have a value.
        if symbol.is_some_and(|symbol| symbol.resolution == Resolution::Local)
            && !matches!(scope.node, ScopeNode::Module)
            && let Some(&value) = scope.state.locals.get(id)
        {
            self.set_type(name, value);
            return self.refine_true(expression, value);
        }
        let resolution = self.resolution(symbols, id, symbol);
        let found = if resolution == Resolution::Local && !self.is_module_scope() {
            self.scope().state.locals.get(id).copied()
        } else if resolution == Resolution::Free
            && let Some(value) = self.enclosing_primitive(id)
        {
            // A comprehension runs in the function around it, whose primitives it sees.
            Some(value)
        } else {
            self.bind_name_of_module(name, id, expression)?
        };
        let value = found.unwrap_or(Value::DYNAMIC);
        self.set_type(name, value);
        let is_found = self.in_target
            || found.is_some()
            || self.type_params.contains(&id)
            || match resolution {
                Resolution::Free => self.scopes.iter().any(|scope| scope.state.locals.contains(id)),
                Resolution::Cell => self.scope().state.locals.contains(id),
                _ => false,
            };
        if !is_found {
            return Err(Raised::new(format!("Name `{}` is not defined.", name.id)));
        }
        self.refine_true(expression, value)
    }

    /// What a name is that is no local.
    fn bind_name_of_module(&mut self, name: &'a ExprName, id: NameId, expression: &'a Expr) -> Check<Option<Value>> {
        let module = self.module;
        if let Some(value) = self.get_final_literal(expression)
            && let Some(constant) = self.constant(module, value)
        {
            self.facts_mut(module).final_names.insert(node_index(name), constant);
        }
        if let Some((value, is_own)) = self.resolve_name_of(module, Some(id), &name.id)? {
            if is_own {
                self.facts_mut(module).own_names.insert(node_index(name));
            }
            return Ok(Some(value));
        }
        // Names that context decorators make up are declared in the module's scope only.
        if let Some(declaration) = self.scopes[0].declarations.get(id) {
            return Ok(Some(declaration.value));
        }
        if self.may_be_made(module, &name.id) {
            return Ok(Some(Value::DYNAMIC));
        }
        // A name of an inlined function means what it means there. (The reference looks here only.)
        if let Some(home) = self.inline_home
            && let Some((value, _)) = self.resolve_name(home, &name.id)?
        {
            return Ok(Some(value));
        }
        // The reference does not know all of Python's: `ExceptionGroup`, `aiter`, `__import__`.
        Ok(pyclast_stdlib_stubs::is_builtin(&name.id).then_some(Value::DYNAMIC))
    }

    /// A primitive of the function whose frame an inlined comprehension shares. (To the reference it is dynamic there,
    /// which compiles to code that ends the process: §8.1 q, u.)
    pub(super) fn enclosing_primitive(&self, name: NameId) -> Option<Value> {
        for scope in self.scopes.iter().rev() {
            if let Some(&value) = scope.state.locals.get(name) {
                return Some(value).filter(|&value| self.types.is_primitive(value));
            }
            if !self.source.symbols.scope(scope.symbols).inlined {
                return None;
            }
        }
        None
    }
}

/// The elements of a tuple or list display.
pub(super) fn elements(display: &Expr) -> &[Expr] {
    match display {
        Expr::Tuple(tuple) => &tuple.elts,
        Expr::List(list) => &list.elts,
        _ => &[],
    }
}
