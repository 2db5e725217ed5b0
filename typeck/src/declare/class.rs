//! Members of classes and names of modules: fields, methods, and what is settled when all are seen (`finish_bind`).
//!
//! ```text
//! class C:
//!     x: int = 1                    field x, declared and given a value in the class
//!     def __init__(self): self.y = 2      field y
//! ```
//!
//! Invariant: a field that is declared twice is refused; one that is only assigned is dynamic.

use crate::constants::Constant;
use crate::declare::function::first_parameter;
use crate::errors::{Check, Raised};
use crate::module_table::{Child, DeclarationNode};
use crate::program::Checker;
use crate::types::{Assignment, ClassId, ClassKind, FunctionId, ModuleId, SlotData, SlotId, TypeRef, Value};
use pyclast_syntax::Span;
use pyclast_syntax::symtable::SymbolFlags;
use ruff_python_ast::name::Name;
use ruff_python_ast::{ExceptHandler, Expr, Stmt, StmtAnnAssign, StmtFunctionDef};
use ruff_text_size::Ranged;

/// A field to be declared (`define_slot`).
#[derive(Clone, Debug)]
pub struct NewSlot<'a> {
    /// Its name.
    pub name: Name,
    /// The node to blame.
    pub place: Span,
    /// Its declared type.
    pub type_ref: Option<TypeRef<'a>>,
    /// Where it gets a value.
    pub assignment: Option<Assignment<'a>>,
    /// Whether it is annotated in the class body.
    pub declared_on_class: bool,
}

impl<'a> Checker<'a> {
    /// A variable annotated in a class (`Class.declare_variable`).
    pub(super) fn declare_field(&mut self, module: ModuleId, class: ClassId, node: &'a StmtAnnAssign) -> Check<()> {
        let Expr::Name(target) = &*node.target else { return Ok(()) };
        let type_ref = TypeRef::Annotation { module, annotation: &node.annotation };
        let slot = NewSlot {
            name: target.id.clone(),
            place: target.range.into(),
            type_ref: Some(type_ref),
            assignment: node.value.is_some().then_some(Assignment::Annotated(node)),
            declared_on_class: true,
        };
        self.define_slot(class, slot)
    }

    /// `Class.define_slot`
    pub fn define_slot(&mut self, class: ClassId, new: NewSlot<'a>) -> Check<()> {
        match self.types.own_member(class, &new.name) {
            None => {
                let inexact = self.types.inexact_type(class);
                self.types.set_member_place(inexact, &new.name, new.place);
                let slot = self.types.add_slot(SlotData {
                    name: new.name.clone(),
                    container: class,
                    type_ref: new.type_ref,
                    assignment: new.assignment,
                    declared_on_class: new.declared_on_class,
                    assigned_on_class: new.declared_on_class && new.assignment.is_some(),
                    overrides: None,
                });
                self.types.members_mut(class).insert(new.name, Value::Slot(slot));
                Ok(())
            }
            Some(Value::Slot(slot)) => {
                if self.types.slot(slot).type_ref.is_none() {
                    let inexact = self.types.inexact_type(class);
                    self.types.set_member_place(inexact, &new.name, new.place);
                    self.types.slot_mut(slot).type_ref = new.type_ref;
                } else if new.type_ref.is_some() {
                    let class = self.types.instance_name(class);
                    return Err(Raised::new(format!("Cannot re-declare member '{}' in '{class}'", new.name)));
                }
                let data = self.types.slot_mut(slot);
                if data.assignment.is_none() {
                    data.assignment = new.assignment;
                }
                data.declared_on_class |= new.declared_on_class;
                data.assigned_on_class |= new.declared_on_class && new.assignment.is_some();
                Ok(())
            }
            Some(_) => {
                let class = self.types.name(Value::Class(class));
                Err(Raised::new(format!("slot conflicts with other member {} in {class}", new.name)))
            }
        }
    }

    /// `Class.declare_function`
    pub(super) fn declare_method(
        &mut self,
        module: ModuleId,
        class: ClassId,
        node: &'a StmtFunctionDef,
        function: FunctionId,
    ) -> Check<()> {
        let name = node.name.id.clone();
        let member = match self.types.own_member(class, &name) {
            None => Value::Function(function),
            Some(Value::Function(other)) if self.types.function(other).kind.is_function() => {
                Value::Group(self.types.add_group(vec![other, function]))
            }
            Some(value @ Value::Group(group)) => {
                self.types.group_mut(group).push(function);
                value
            }
            Some(_) => {
                let class = self.types.name(Value::Class(class));
                return Err(Raised::new(format!("function conflicts with other member {name} in {class}")));
            }
        };
        let inexact = self.types.inexact_type(class);
        self.types.function_mut(function).container = Some(inexact);
        let place = self.function_place(module, node);
        self.types.set_member_place(inexact, &name, place);
        self.types.members_mut(class).insert(name, member);
        if node.name.as_str() == "__init__"
            && !node.is_async
            && let Some(receiver) = first_parameter(node)
        {
            self.declare_init_body(module, class, receiver.parameter.name.as_str(), &node.body);
        }
        Ok(())
    }

    /// The fields that `__init__` gives values to (`InitVisitor`).
    fn declare_init_body(&mut self, module: ModuleId, class: ClassId, receiver: &str, body: &'a [Stmt]) {
        for statement in body {
            let place = self.stmt_span(module, statement);
            self.at(module, place, |checker| checker.declare_init_statement(module, class, receiver, statement));
            for block in blocks(statement) {
                self.declare_init_body(module, class, receiver, block);
            }
        }
    }

    fn declare_init_statement(
        &mut self,
        module: ModuleId,
        class: ClassId,
        receiver: &str,
        statement: &'a Stmt,
    ) -> Check<()> {
        let field_of = |target: &'a Expr| match target {
            Expr::Attribute(attribute) if matches!(&*attribute.value, Expr::Name(name) if name.id == receiver) => {
                Some(attribute)
            }
            _ => None,
        };
        match statement {
            Stmt::AnnAssign(node) => {
                let Some(target) = field_of(&node.target) else { return Ok(()) };
                let type_ref = TypeRef::Annotation { module, annotation: &node.annotation };
                let slot = NewSlot {
                    name: target.attr.id.clone(),
                    place: target.range.into(),
                    type_ref: Some(type_ref).filter(|_| !self.is_stub(module)),
                    assignment: Some(Assignment::Annotated(node)),
                    declared_on_class: false,
                };
                self.define_slot(class, slot)
            }
            Stmt::Assign(node) => {
                for target in node.targets.iter().filter_map(field_of) {
                    let slot = NewSlot {
                        name: target.attr.id.clone(),
                        place: target.range().into(),
                        type_ref: None,
                        assignment: Some(Assignment::Plain(node)),
                        declared_on_class: false,
                    };
                    self.define_slot(class, slot)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// `ModuleTable.finish_bind`
    pub(super) fn finish_module(&mut self, module: ModuleId) {
        self.module_mut(module).first_pass_done = true;
        for declaration in self.module(module).declarations.clone() {
            let place = self.declaration_place(module, declaration.node);
            self.at(module, place, |checker| {
                if let Some((name, value)) = declaration.named {
                    let finished = checker.finish_value(module, None, value)?;
                    if finished != value {
                        checker.module_mut(module).set(name, finished);
                    }
                }
                if let DeclarationNode::Variable(node) = declaration.node {
                    checker.finish_variable(module, node)?;
                }
                Ok(())
            });
        }
        let made = self.names_made_by_global(module);
        let table = self.module_mut(module);
        for name in std::mem::take(&mut table.implicit_names).into_keys() {
            table.children.entry(name).or_insert(Child::Value(Value::DYNAMIC));
        }
        table.made_by_global = made.into_iter().map(|name| (name, ())).collect();
    }

    /// Names of the module that functions make with `global`. (The reference knows none: §8.1 k.)
    fn names_made_by_global(&self, module: ModuleId) -> Vec<Name> {
        let Some(source) = self.source(module) else { return Vec::new() };
        let symbols = source.symbols;
        (1..symbols.scope_count())
            .flat_map(|index| symbols.scope_at(index).symbols.iter())
            .filter(|(_, symbol)| {
                symbol.flags.intersects(SymbolFlags::GLOBAL)
                    && symbol.flags.intersects(SymbolFlags::LOCAL.union(SymbolFlags::IMPORT))
            })
            .filter_map(|(name, _)| symbols.names.get(name).as_str().map(Name::new))
            .collect()
    }

    fn declaration_place(&self, module: ModuleId, node: DeclarationNode<'a>) -> Span {
        match (node, self.source(module)) {
            (DeclarationNode::Variable(node), _) => node.range.into(),
            (DeclarationNode::Alias(node), _) => node.range.into(),
            (DeclarationNode::Class(node), Some(source)) => source.parsed.class_span(node),
            (DeclarationNode::Function(node), Some(source)) => source.parsed.function_span(node),
            _ => Span::NONE,
        }
    }

    /// A variable annotated at the top of a module.
    fn finish_variable(&mut self, module: ModuleId, node: &'a StmtAnnAssign) -> Check<()> {
        let Expr::Name(target) = &*node.target else { return Ok(()) };
        let Some(class) = self.resolve_annotation(module, &node.annotation, true) else { return Ok(()) };
        let is_final = self.types.kind(class) == ClassKind::Final;
        let mut instance = self.types.instance(class);
        if is_final {
            let unwrapped = self.types.unwrap(class);
            instance = self.types.instance(unwrapped);
            if unwrapped == ClassId::DYNAMIC
                && let Some(Expr::Name(name)) = node.value.as_deref()
                && let Some(inferred) = self.child(module, &name.id)?
            {
                instance = inferred;
            }
        }
        self.module_mut(module).set(target.id.clone(), instance);
        if is_final {
            let Some(value) = node.value.as_deref() else {
                return Err(Raised::new("Must assign a value when declaring a Final"));
            };
            if self.constant(module, value).is_some() {
                self.module_mut(module).named_finals.insert(target.id.clone(), value);
            }
        }
        Ok(())
    }

    /// `value.finish_bind(module, klass)`
    fn finish_value(&mut self, module: ModuleId, class: Option<ClassId>, value: Value) -> Check<Value> {
        match value {
            Value::Function(function) if self.types.function(function).kind.is_function() => {
                self.finish_function(module, class, function)
            }
            Value::Group(group) => self.finish_group(module, class, group),
            Value::Class(finished) => {
                self.finish_class(module, finished)?;
                Ok(value)
            }
            _ => Ok(value),
        }
    }

    /// `Class.finish_bind`
    pub fn finish_class(&mut self, module: ModuleId, class: ClassId) -> Check<()> {
        if let ClassKind::Dataclass(_) = self.types.kind(class) {
            self.finish_dataclass(module, class)?;
        }
        let mut position = 0;
        // Finishing one member may add others.
        while let Some((name, &value)) = self.types.members(class).get_index(position) {
            let name = name.clone();
            position += 1;
            let finished = match self.types.member_place(class, &name) {
                Some(place) => self.at(module, place, |checker| checker.finish_value(module, Some(class), value)),
                None => Some(self.finish_value(module, Some(class), value)?),
            };
            self.types.members_mut(class).insert(name, finished.unwrap_or(value));
        }
        Ok(())
    }

    /// The declared type of a field, wrappers included (`Slot._resolved_type`).
    pub fn slot_type(&mut self, slot: SlotId) -> ClassId {
        let type_ref = match &self.types.slot(slot).type_ref {
            None => return ClassId::DYNAMIC,
            Some(TypeRef::Resolved(class)) => return *class,
            Some(type_ref) => type_ref.clone(),
        };
        let class = self.resolve_declared(&type_ref, true);
        if let Some(class) = self.settled(&type_ref, true) {
            self.types.slot_mut(slot).type_ref = Some(TypeRef::Resolved(class));
        }
        class
    }

    /// The type of a field (`Slot.decl_type`).
    pub fn slot_decl_type(&mut self, slot: SlotId) -> ClassId {
        let class = self.slot_type(slot);
        self.types.unwrap(class)
    }

    /// `Slot.is_final`
    pub fn is_final_slot(&mut self, slot: SlotId) -> bool {
        let class = self.slot_type(slot);
        self.types.kind(class) == ClassKind::Final
    }

    /// `Slot.is_classvar`: class-level finals are class variables too.
    pub fn is_classvar_slot(&mut self, slot: SlotId) -> bool {
        let class = self.slot_type(slot);
        match self.types.kind(class) {
            ClassKind::ClassVar => true,
            ClassKind::Final => self.types.slot(slot).assigned_on_class,
            _ => false,
        }
    }

    /// `Slot.is_typed_descriptor_with_default_value`
    pub fn is_slot_with_default(&mut self, slot: SlotId) -> bool {
        let data = self.types.slot(slot);
        data.type_ref.is_some() && data.assigned_on_class && !self.is_classvar_slot(slot)
    }

    /// The field of an instance: not a class variable. (`klass.find_slot` passes over members that hide the field.)
    pub fn find_slot(&mut self, class: ClassId, name: &str) -> Option<SlotId> {
        let mro = self.types.mro(class);
        match mro.iter().find_map(|&base| self.types.own_member(base, name))? {
            Value::Slot(slot) if !self.is_classvar_slot(slot) => Some(slot),
            _ => None,
        }
    }

    /// Whether an expression folds to `None`.
    pub fn is_none_constant(&self, module: ModuleId, node: &Expr) -> bool {
        matches!(self.constant(module, node), Some(Constant::None))
    }
}

/// The statements inside a statement, in the order of the reference's walk.
fn blocks(statement: &Stmt) -> Vec<&[Stmt]> {
    match statement {
        Stmt::For(node) => vec![&node.body, &node.orelse],
        Stmt::While(node) => vec![&node.body, &node.orelse],
        Stmt::If(node) => {
            let mut blocks: Vec<&[Stmt]> = vec![&node.body];
            blocks.extend(node.elif_else_clauses.iter().map(|clause| &*clause.body));
            blocks
        }
        Stmt::With(node) => vec![&node.body],
        Stmt::Try(node) => {
            let mut blocks: Vec<&[Stmt]> = vec![&node.body];
            blocks.extend(node.handlers.iter().map(|ExceptHandler::ExceptHandler(handler)| &*handler.body));
            blocks.extend([&*node.orelse, &*node.finalbody]);
            blocks
        }
        Stmt::Match(node) => node.cases.iter().map(|case| &*case.body).collect(),
        Stmt::FunctionDef(node) => vec![&node.body],
        Stmt::ClassDef(node) => vec![&node.body],
        _ => Vec::new(),
    }
}
