//! The walk over a module (`DeclarationVisitor`).
//!
//! ```text
//! class C(B): x: int        C in the module's names, with the field x
//! if cond: class D: ...     dynamic: nobody knows whether it is there
//! ```
//!
//! Invariant: a module is in [`Checker::loaded`] before its statements are seen, so that cycles find it.

use super::scope::{DeclarationScope, Owner};
use crate::constants::Constant;
use crate::errors::{Check, ErrorClass, Raised};
use crate::facts::Facts;
use crate::module_table::{Child, Declaration, DeclarationNode, DeferredImport, ModuleTable};
use crate::program::{Checker, Source};
use crate::types::{ClassData, ClassId, ClassKind, DecoratedData, DecoratedKind, ModuleId, NameMap, Value};
use num_traits::ToPrimitive;
use pyclast_syntax::{Span, node_index};
use ruff_python_ast::name::Name;
use ruff_python_ast::{
    CmpOp, ElifElseClause, Expr, Stmt, StmtAnnAssign, StmtAssign, StmtClassDef, StmtFunctionDef, StmtImport,
    StmtImportFrom, StmtTypeAlias,
};
use ruff_text_size::Ranged;
use rustc_hash::FxBuildHasher;
use std::rc::Rc;

/// `sys.hexversion` of the target.
const HEXVERSION: i64 = 0x030e_08f0;

/// Room for the members of most classes.
const FEW_MEMBERS: usize = 12;

impl<'a> Checker<'a> {
    /// Declares a module (`Compiler.add_module`).
    pub fn declare_module(&mut self, source: Source<'a>) -> ModuleId {
        let module = ModuleId(u32::try_from(self.modules.len()).expect("a program has fewer than 2**32 modules"));
        self.modules.push(Rc::new(ModuleTable::new(Name::new(source.name), Some(source))));
        let nodes = source.parsed.node_count();
        self.facts.push(Facts::of_nodes(nodes));
        // About so many of them are annotations.
        self.annotations.reserve(nodes as usize / 16);
        self.loaded.insert(Name::new(source.name), module);
        let is_outermost = self.pending.is_empty();
        self.pending.push(module);
        self.declaring += 1;
        let scope = DeclarationScope { owner: Owner::Module, qualname: None };
        self.declare_body(module, &source.parsed.module().body, &scope);
        self.finish_module(module);
        self.declaring -= 1;
        if is_outermost {
            // More may be loaded on the way.
            let mut position = 0;
            while let Some(&pending) = self.pending.get(position) {
                self.validate_module(pending);
                position += 1;
            }
            self.pending.clear();
        }
        module
    }

    /// Declares statements in a scope.
    pub(super) fn declare_body(&mut self, module: ModuleId, body: &'a [Stmt], scope: &DeclarationScope) {
        for statement in body {
            self.declare_statement(module, statement, scope);
        }
    }

    fn declare_statement(&mut self, module: ModuleId, statement: &'a Stmt, scope: &DeclarationScope) {
        if let Err(raised) = self.declare(module, statement, scope) {
            let place = self.stmt_span(module, statement);
            self.report(module, place, raised);
        }
    }

    fn declare(&mut self, module: ModuleId, statement: &'a Stmt, scope: &DeclarationScope) -> Check<()> {
        match statement {
            Stmt::AnnAssign(assign) => return self.declare_variable(module, assign, scope),
            Stmt::Assign(assign) => self.declare_variables(module, assign, scope),
            Stmt::TypeAlias(alias) => return self.declare_alias(module, alias, scope),
            Stmt::ClassDef(class) => {
                let place = self.stmt_span(module, statement);
                return self.declare_class(module, class, place, scope);
            }
            Stmt::FunctionDef(function) => return self.declare_function(module, function, scope),
            Stmt::Import(import) => self.declare_import(module, import),
            Stmt::ImportFrom(import) => self.declare_import_from(module, import),
            Stmt::For(statement) => {
                let nested = scope.nested();
                self.declare_body(module, &statement.body, &nested);
                self.declare_body(module, &statement.orelse, &nested);
            }
            Stmt::While(statement) => {
                let nested = scope.nested();
                self.declare_body(module, &statement.body, &nested);
                self.declare_body(module, &statement.orelse, &nested);
            }
            Stmt::With(statement) => self.declare_body(module, &statement.body, &scope.nested()),
            Stmt::Try(statement) => {
                // The reference knows no `except*`: it walks through it.
                let nested = if statement.is_star { scope.clone() } else { scope.nested() };
                self.declare_body(module, &statement.body, &nested);
                for handler in &statement.handlers {
                    let ruff_python_ast::ExceptHandler::ExceptHandler(handler) = handler;
                    self.declare_body(module, &handler.body, &nested);
                }
                self.declare_body(module, &statement.orelse, &nested);
                self.declare_body(module, &statement.finalbody, &nested);
            }
            Stmt::If(statement) => {
                self.declare_if(module, &statement.test, &statement.body, &statement.elif_else_clauses, scope);
            }
            Stmt::Match(statement) => {
                for case in &statement.cases {
                    self.declare_body(module, &case.body, scope);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn declare_if(
        &mut self,
        module: ModuleId,
        test: &'a Expr,
        body: &'a [Stmt],
        rest: &'a [ElifElseClause],
        scope: &DeclarationScope,
    ) {
        if matches!(test, Expr::Name(name) if name.id == "TYPE_CHECKING") {
            self.declare_body(module, body, scope);
        } else if let Some(known) = self.hexversion_check(module, test) {
            self.facts_mut(module).known_booleans.insert(node_index(test), known);
            if known {
                self.declare_body(module, body, scope);
            } else {
                self.declare_rest(module, rest, scope);
            }
            return;
        } else {
            self.declare_body(module, body, &scope.nested());
        }
        if !rest.is_empty() {
            self.declare_rest(module, rest, &scope.nested());
        }
    }

    fn declare_rest(&mut self, module: ModuleId, rest: &'a [ElifElseClause], scope: &DeclarationScope) {
        let Some((first, rest)) = rest.split_first() else { return };
        match &first.test {
            Some(test) => self.declare_if(module, test, &first.body, rest, scope),
            None => self.declare_body(module, &first.body, scope),
        }
    }

    /// `sys_hexversion_check`
    fn hexversion_check(&self, module: ModuleId, test: &Expr) -> Option<bool> {
        let Expr::Compare(compare) = test else { return None };
        let ([operator], [right]) = (&*compare.ops, &*compare.comparators) else { return None };
        let is_version = |node: &Expr| {
            matches!(node, Expr::Attribute(attribute)
                if attribute.attr.as_str() == "hexversion" && matches!(&*attribute.value, Expr::Name(name) if name.id == "sys"))
        };
        let number = |node: &Expr| match self.constant(module, node)? {
            Constant::Int(value) => Some(value.to_i64().unwrap_or(i64::MAX)),
            Constant::Bool(value) => Some(i64::from(value)),
            _ => None,
        };
        let (left, right) = if is_version(&compare.left) {
            (HEXVERSION, number(right)?)
        } else if is_version(right) {
            (number(&compare.left)?, HEXVERSION)
        } else {
            return None;
        };
        Some(match operator {
            CmpOp::Gt => left > right,
            CmpOp::GtE => left >= right,
            CmpOp::Lt => left < right,
            CmpOp::LtE => left <= right,
            CmpOp::Eq => left == right,
            CmpOp::NotEq => left != right,
            _ => return None,
        })
    }

    fn declare_variable(&mut self, module: ModuleId, assign: &'a StmtAnnAssign, scope: &DeclarationScope) -> Check<()> {
        match scope.owner {
            Owner::Module if self.is_stub(module) => {
                if let Expr::Name(name) = &*assign.target {
                    self.module_mut(module).implicit_names.insert(name.id.clone(), ());
                }
                Ok(())
            }
            Owner::Class(_) if self.is_stub(module) => Ok(()),
            Owner::Module => {
                let declaration = Declaration { node: DeclarationNode::Variable(assign), named: None };
                self.module_mut(module).declarations.push(declaration);
                Ok(())
            }
            Owner::Class(class) => self.declare_field(module, class, assign),
            Owner::Nested => Ok(()),
        }
    }

    fn declare_variables(&mut self, module: ModuleId, assign: &'a StmtAssign, scope: &DeclarationScope) {
        if let Owner::Module = scope.owner {
            for target in &assign.targets {
                if let Expr::Name(name) = target {
                    self.module_mut(module).implicit_names.insert(name.id.clone(), ());
                }
            }
        }
    }

    fn declare_alias(&mut self, module: ModuleId, alias: &'a StmtTypeAlias, scope: &DeclarationScope) -> Check<()> {
        let (Owner::Module, Expr::Name(name)) = (scope.owner, &*alias.name) else { return Ok(()) };
        let Some(class) = self.resolve_type(module, &alias.value) else {
            let text = self.source_text(module, &alias.value);
            return Err(Raised::new(format!("RHS of type alias {} is not a type: {text}", name.id)));
        };
        let value = Value::Class(class);
        let named = Some((name.id.clone(), value));
        let table = self.module_mut(module);
        table.declarations.push(Declaration { node: DeclarationNode::Alias(alias), named });
        table.set(name.id.clone(), value);
        table.type_aliases.insert(name.id.clone(), ());
        Ok(())
    }

    /// The text of an expression, as it is written.
    pub fn source_text(&self, module: ModuleId, node: &Expr) -> String {
        let Some(source) = self.source(module) else { return String::new() };
        source
            .parsed
            .text()
            .get(node.range().start().to_usize()..node.range().end().to_usize())
            .unwrap_or_default()
            .to_owned()
    }

    fn declare_class(
        &mut self,
        module: ModuleId,
        node: &'a StmtClassDef,
        place: Span,
        scope: &DeclarationScope,
    ) -> Check<()> {
        let qualname = scope.qualify(&node.name);
        let arguments = node.arguments.as_deref();
        let mut bases: Vec<ClassId> = arguments
            .iter()
            .flat_map(|arguments| &*arguments.args)
            .map(|base| self.resolve_type(module, base).unwrap_or(ClassId::DYNAMIC))
            .collect();
        if bases.is_empty() {
            bases.push(ClassId::OBJECT);
        }
        let mut class = self.make_class(module, &qualname, &bases, place)?;
        for &base in &bases {
            if matches!(base, ClassId::NAMED_TUPLE | ClassId::TUPLE | ClassId::PROTOCOL | ClassId::TYPED_DICT) {
                class = ClassId::DYNAMIC;
                break;
            }
            if self.types.class(base).is_final {
                let (name, base) = (self.types.instance_name(class), self.types.instance_name(base));
                self.error(module, place, format!("Class `{name}` cannot subclass a Final class: `{base}`"));
            }
        }
        let has_metaclass = arguments.is_some_and(|arguments| {
            arguments
                .keywords
                .iter()
                .any(|keyword| keyword.arg.as_ref().is_some_and(|name| name.as_str() == "metaclass"))
        });
        if has_metaclass || scope.owner == Owner::Nested {
            class = ClassId::DYNAMIC;
        }
        let inner = if class == ClassId::DYNAMIC {
            scope.nested()
        } else {
            DeclarationScope { owner: Owner::Class(class), qualname: Some(qualname) }
        };
        self.declare_body(module, &node.body, &inner);
        for decorator in node.decorator_list.iter().rev() {
            if class == ClassId::DYNAMIC {
                break;
            }
            let place = self.expr_span(module, &decorator.expression);
            let decorated = self.at(module, place, |checker| {
                let value = checker.resolve_decorator(module, &decorator.expression)?;
                checker.decorate_class(
                    module,
                    value.unwrap_or(Value::Class(ClassId::DYNAMIC)),
                    class,
                    &decorator.expression,
                )
            });
            class = decorated.unwrap_or(class);
        }
        let exact = self.types.exact_type(class);
        self.declare_class_in(module, node, exact, place, scope);
        self.set_type_of(module, node, Value::Class(exact));
        if let Some(message) = self.types.mro_failure.take() {
            return Err(Raised::of(message, ErrorClass::Other("SyntaxError")));
        }
        Ok(())
    }

    fn declare_class_in(
        &mut self,
        module: ModuleId,
        node: &'a StmtClassDef,
        class: ClassId,
        place: Span,
        scope: &DeclarationScope,
    ) {
        let value = Value::Class(class);
        match scope.owner {
            Owner::Module => {
                let named = Some((node.name.id.clone(), value));
                let table = self.module_mut(module);
                table.declarations.push(Declaration { node: DeclarationNode::Class(node), named });
                table.set(node.name.id.clone(), value);
            }
            Owner::Class(parent) => {
                self.types.set_member_place(parent, &node.name.id, place);
                self.types.members_mut(parent).insert(node.name.id.clone(), value);
            }
            Owner::Nested => {}
        }
    }

    /// The class that the bases make (`make_subclass` of each).
    fn make_class(&mut self, module: ModuleId, qualname: &Name, bases: &[ClassId], place: Span) -> Check<ClassId> {
        let module_name = self.module(module).name.clone();
        let mut first = None;
        for &base in bases {
            let made = match self.types.kind(base) {
                ClassKind::PrimitiveInt(_) | ClassKind::Double => {
                    let base = self.types.instance_name(base);
                    return Err(Raised::new(format!(
                        "Primitive type {base} cannot be subclassed: {module_name}.{qualname}"
                    )));
                }
                ClassKind::Enum(flavour) => self.make_enum_subclass(flavour, &module_name, qualname, bases)?,
                ClassKind::ContextDecorator { .. } if bases.len() == 1 => {
                    self.plain_class(&module_name, qualname, bases, ClassKind::ContextDecorator { subclass: true })
                }
                _ if first.is_some_and(|first| self.types.kind(first) == ClassKind::Plain) => continue,
                _ => self.plain_class(&module_name, qualname, bases, ClassKind::Plain),
            };
            match first {
                None => first = Some(made),
                Some(first)
                    if std::mem::discriminant(&self.types.kind(first))
                        != std::mem::discriminant(&self.types.kind(made)) =>
                {
                    self.error(module, place, "Incompatible subtypes");
                }
                Some(_) => {}
            }
        }
        Ok(first.unwrap_or(ClassId::DYNAMIC))
    }

    /// A new class of the program.
    pub fn plain_class(&mut self, module_name: &Name, qualname: &Name, bases: &[ClassId], kind: ClassKind) -> ClassId {
        let end = bases.iter().position(|&base| base == ClassId::DYNAMIC).map_or(bases.len(), |position| position + 1);
        let members = self.types.add_member_table(NameMap::with_capacity_and_hasher(FEW_MEMBERS, FxBuildHasher));
        self.types.add_class(ClassData {
            module: module_name.clone(),
            qualname: qualname.clone(),
            kind,
            bases: bases[..end].to_vec(),
            members,
            class: ClassId::TYPE,
            is_exact: false,
            is_final: false,
            allow_weakrefs: false,
            do_not_compile: false,
            dynamic_dispatch: false,
            has_init_subclass: false,
            literal: None,
            type_args: Rc::default(),
            type_def: None,
            exact: None,
            inexact: None,
            mro: None,
        })
    }

    fn declare_function(&mut self, module: ModuleId, node: &'a StmtFunctionDef, scope: &DeclarationScope) -> Check<()> {
        let function = self.make_function(module, node, scope);
        let value = Value::Function(function);
        let declared = match node.decorator_list.first() {
            // What decorators make of it is known in `finish_bind`; an unknown one stays if there is none.
            Some(decorator) => Value::Decorated(self.types.add_decorated(DecoratedData {
                kind: DecoratedKind::Unknown,
                inner: value,
                decorator: &decorator.expression,
                class: ClassId::DYNAMIC,
            })),
            None => value,
        };
        self.set_type_of(module, node, declared);
        match scope.owner {
            Owner::Module => self.declare_module_function(module, node, function),
            Owner::Class(class) => self.declare_method(module, class, node, function),
            Owner::Nested => Ok(()),
        }
    }

    fn declare_module_function(
        &mut self,
        module: ModuleId,
        node: &'a StmtFunctionDef,
        function: crate::types::FunctionId,
    ) -> Check<()> {
        let name = node.name.id.clone();
        let existing = self.module(module).children.get(&name).cloned();
        let member = match existing {
            None => Value::Function(function),
            Some(Child::Value(Value::Function(other))) if self.types.function(other).kind.is_function() => {
                Value::Group(self.types.add_group(vec![other, function]))
            }
            Some(Child::Value(value @ Value::Group(group))) => {
                self.types.group_mut(group).push(function);
                value
            }
            Some(_) => {
                let table = &self.module(module).name;
                return Err(Raised::new(format!("function conflicts with other member {name} in {table}")));
            }
        };
        let table = self.module_mut(module);
        table
            .declarations
            .push(Declaration { node: DeclarationNode::Function(node), named: Some((name.clone(), member)) });
        table.set(name, member);
        Ok(())
    }

    fn declare_import(&mut self, module: ModuleId, import: &'a StmtImport) {
        for alias in &import.names {
            let path = &alias.name.id;
            let (name, returns) = match &alias.asname {
                Some(asname) => (asname.id.clone(), None),
                None => {
                    let top = Name::new(path.split('.').next().unwrap_or_default());
                    (top.clone(), Some(top))
                }
            };
            let deferred = DeferredImport { module: path.clone(), name: None, returns };
            self.module_mut(module).children.insert(name, Child::Import(deferred));
        }
    }

    fn declare_import_from(&mut self, module: ModuleId, import: &'a StmtImportFrom) {
        let place = Span::from(import.range);
        let name = import.module.as_ref().map(|name| name.id.clone());
        let target =
            if import.level > 0 { self.relative_import(module, import.level, name.as_deref(), place) } else { name };
        let Some(target) = target else {
            self.error(module, place, "empty module name in import");
            return;
        };
        for alias in &import.names {
            if alias.name.as_str() == "*" {
                let table = self.module_mut(module);
                table.stars.push(target.clone());
                table.imported_from.insert(alias.name.id.clone(), (target.clone(), alias.name.id.clone()));
                continue;
            }
            let bound = alias.asname.as_ref().unwrap_or(&alias.name).id.clone();
            let name = alias.name.id.clone();
            let deferred = DeferredImport { module: target.clone(), name: Some(name.clone()), returns: None };
            let table = self.module_mut(module);
            table.children.insert(bound.clone(), Child::Import(deferred));
            table.imported_from.insert(bound, (target.clone(), name));
        }
    }
}
