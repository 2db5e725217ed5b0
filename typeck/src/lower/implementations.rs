//! Virtual methods → the functions they are for the classes of the module.
//!
//! ```text
//! class Task:         def work(self) -> int: ...
//! class Idle(Task):   def work(self) -> int: ...
//! class Busy(Task):   def work(self) -> int: ...
//! task.work()         what is exactly an Idle: Idle.work · what is exactly a Busy: Busy.work · anything else: virtual
//! ```
//!
//! Calls that test for these classes name them, so the classes have to be there: classes count as long as no statement of the
//! module before them may have run code that makes such a call.
//!
//! Invariant: what is exactly of such a class has that function, whatever is done to the class.

use super::Lowering;
use super::private::is_private;
use crate::types::{ClassId, ClassKind, FunctionId, FunctionKind, ModuleId, Value};
use pyclast_syntax::node_index;
use pyclast_syntax::type_facts::{ArgumentFact, Implementation};
use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt};
use ruff_python_ast::{Alias, Decorator, Expr, ExprCall, Stmt, StmtClassDef};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// More tests than that cost more than they save.
const MOST: usize = 4;
/// Arguments are compiled once for each class: they are this small.
const MOST_NODES: usize = 8;
/// Modules whose decorators run no code of others, and such decorators among the builtins.
const QUIET_MODULES: [&str; 4] = ["typing", "typing_extensions", "abc", "__static__"];
const QUIET_BUILTINS: [&str; 3] = ["property", "staticmethod", "classmethod"];
/// Methods that making a class calls.
const LOUD_METHODS: [&str; 3] = ["__init_subclass__", "__set_name__", "__class_getitem__"];

impl Lowering<'_, '_> {
    /// Notes which functions a call of a virtual method may be of.
    pub(super) fn note_implementations(
        &mut self,
        call: &ExprCall,
        receiver: ClassId,
        function: FunctionId,
        arguments: &[ArgumentFact],
    ) {
        let are_plain = arguments.iter().all(|argument| matches!(argument, ArgumentFact::Expression { .. }));
        let nodes: Option<usize> = call.arguments.args.iter().map(nodes_of_simple).sum();
        if !are_plain || !call.arguments.keywords.is_empty() || nodes.is_none_or(|count| count > MOST_NODES) {
            return;
        }
        let name = self.checker.types.function(function).name.clone();
        if is_private(&name) {
            // What a subclass calls so is another method.
            return;
        }
        let mut found = Vec::new();
        for &class in self.early_subclasses(receiver).iter().rev() {
            // What others derive from is seldom made; and tests that do not tell are in vain.
            if self.early_subclasses(class).iter().any(|&other| other != class) {
                continue;
            }
            match self.checker.types.own_member(class, &name) {
                Some(Value::Function(own)) if found.len() < MOST && self.is_called_alike(own, function) => {
                    found.push((class, own));
                }
                _ => return,
            }
        }
        if found.is_empty() {
            return;
        }
        let mut implementations = Vec::new();
        for (class, own) in found {
            let Some(class) = self.descriptor(class) else { return };
            let function = self.function_descriptor(own);
            self.note_called(&function, own);
            implementations.push(Implementation { class: class.unmarked(), function });
        }
        self.facts.implementations.insert(node_index(call), implementations);
    }

    /// Whether a method of the module takes and gives what the one does that it overrides.
    fn is_called_alike(&mut self, own: FunctionId, overridden: FunctionId) -> bool {
        let shape = |lowering: &mut Self, function: FunctionId| {
            let data = lowering.checker.types.function(function);
            let count = data.params.as_ref().map(Vec::len)?;
            if data.has_vararg || data.has_kwarg {
                return None;
            }
            let parameters = (1..count).map(|index| lowering.checker.parameter_type(function, index)).collect();
            let parameters: Option<Vec<_>> = parameters;
            Some((parameters?, lowering.checker.returns(function)))
        };
        let data = self.checker.types.function(own);
        let is_plain = data.kind == FunctionKind::Function
            && data.module == Some(self.module)
            && !data.do_not_compile
            && data
                .node
                .is_some_and(|node| !node.is_async && node.decorator_list.is_empty() && !is_abstract(&node.body));
        is_plain && shape(self, own).is_some_and(|own| shape(self, overridden) == Some(own))
    }

    /// The classes that are there before any call is made and derive from a class (or are it), in order.
    fn early_subclasses(&mut self, base: ClassId) -> Rc<[ClassId]> {
        if self.early_subclasses.is_none() {
            let mut subclasses: FxHashMap<ClassId, Vec<ClassId>> = FxHashMap::default();
            for class in self.early_classes() {
                for &base in &*self.checker.types.mro(class) {
                    subclasses.entry(base).or_default().push(class);
                }
            }
            self.early_subclasses =
                Some(subclasses.into_iter().map(|(base, classes)| (base, classes.into())).collect());
        }
        if self.checker.types.is_union(base) {
            let mut classes = self.early_classes();
            classes.retain(|&class| self.checker.types.is_subclass(class, base));
            return classes.into();
        }
        let base = self.checker.types.exact_type(base);
        self.early_subclasses.as_ref().and_then(|known| known.get(&base)).map(Rc::clone).unwrap_or_default()
    }

    /// The classes that are there before any call is made, in order.
    fn early_classes(&mut self) -> Vec<ClassId> {
        let mut early = Vec::new();
        if let Some(source) = self.checker.source(self.module).filter(|source| source.inlines) {
            let body = &source.parsed.module().body;
            let mut bindings = Bindings::default();
            bindings.visit_body(body);
            bindings.names.extend(self.checker.module(self.module).made_by_global.keys().cloned());
            for statement in body {
                let is_quiet = match statement {
                    Stmt::ClassDef(class) => match self.quiet_class(class) {
                        Some(id) => {
                            let is_named = bindings.count(&class.name) == 1;
                            early.extend((is_named && self.is_fixed(id)).then_some(id));
                            true
                        }
                        None => false,
                    },
                    // Without classes nobody makes such calls. What is imported may import this module.
                    Stmt::Import(_) | Stmt::ImportFrom(_) | Stmt::Expr(_) | Stmt::Assign(_) | Stmt::AnnAssign(_)
                        if early.is_empty() =>
                    {
                        true
                    }
                    _ => self.is_quiet(statement),
                };
                if !is_quiet {
                    break;
                }
            }
        }
        early
    }

    /// A class that is made without running code of the module but its own body, which calls nothing.
    fn quiet_class(&mut self, node: &StmtClassDef) -> Option<ClassId> {
        let class = self.checker.type_of(self.module, node).as_class()?;
        let is_quiet_method = |statement: &Stmt| match statement {
            Stmt::FunctionDef(function) => !LOUD_METHODS.contains(&function.name.as_str()),
            _ => true,
        };
        let has_plain_bases = node.arguments.as_deref().is_none_or(|arguments| {
            arguments.keywords.is_empty() && arguments.args.iter().all(|base| nodes_of_simple(base).is_some())
        });
        let are_quiet = has_plain_bases
            && node.type_params.is_none()
            && self.are_quiet_decorators(&node.decorator_list)
            && node.body.iter().all(|statement| self.is_quiet(statement) && is_quiet_method(statement));
        let mro = self.checker.types.mro(class);
        let is_known = |&base: &ClassId| {
            let data = self.checker.types.class(base);
            self.is_of_module(base) || matches!(data.module.as_str(), "builtins" | "__static__" | "typing" | "abc")
        };
        let is_dynamic = |&base: &ClassId| self.checker.types.kind(base) == ClassKind::Dynamic;
        (are_quiet && mro.iter().all(is_known) && !mro.iter().any(is_dynamic)).then_some(class)
    }

    /// Whether instances have the methods of their class and no others: it and its bases are built statically.
    fn is_fixed(&mut self, class: ClassId) -> bool {
        let mro = self.checker.types.mro(class);
        let is_static = |&base: &ClassId| {
            let data = self.checker.types.class(base);
            data.kind == ClassKind::Object
                || (self.is_of_module(base) && data.kind == ClassKind::Plain && !data.do_not_compile)
        };
        mro.iter().all(is_static) && !self.checker.types.class(class).qualname.contains('.')
    }

    fn is_of_module(&self, class: ClassId) -> bool {
        let module: ModuleId = self.module;
        self.checker.types.class(class).module == self.checker.module(module).name
    }

    /// Whether a statement of a module or class runs no code of functions.
    fn is_quiet(&self, statement: &Stmt) -> bool {
        let is_constant = |value: &Expr| nodes_of_simple(value).is_some() && !value.is_attribute_expr();
        match statement {
            Stmt::Pass(_) => true,
            Stmt::Expr(expr) => expr.value.is_literal_expr(),
            Stmt::Assign(assign) => assign.targets.iter().all(Expr::is_name_expr) && is_constant(&assign.value),
            Stmt::AnnAssign(assign) => assign.target.is_name_expr() && assign.value.as_deref().is_none_or(is_constant),
            Stmt::FunctionDef(function) => {
                let mut parameters = function.parameters.iter_non_variadic_params();
                self.are_quiet_decorators(&function.decorator_list)
                    && parameters.all(|parameter| parameter.default.as_deref().is_none_or(is_constant))
            }
            _ => false,
        }
    }

    fn are_quiet_decorators(&self, decorators: &[Decorator]) -> bool {
        let table = self.checker.module(self.module);
        decorators.iter().all(|decorator| {
            let Expr::Name(name) = &decorator.expression else { return false };
            match table.imported_from.get(&name.id) {
                Some((module, _)) => QUIET_MODULES.contains(&module.as_str()),
                None => QUIET_BUILTINS.contains(&name.id.as_str()) && !table.children.contains_key(&name.id),
            }
        })
    }
}

/// The names that the code of a module itself binds or deletes, as often as it does.
#[derive(Default)]
struct Bindings {
    names: Vec<Name>,
}

impl Bindings {
    fn count(&self, name: &str) -> usize {
        self.names.iter().filter(|bound| *bound == name).count()
    }
}

impl<'a> SourceOrderVisitor<'a> for Bindings {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => return self.names.push(function.name.id.clone()),
            Stmt::ClassDef(class) => return self.names.push(class.name.id.clone()),
            _ => {}
        }
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || walk_stmt(self, statement));
    }

    fn visit_alias(&mut self, alias: &'a Alias) {
        let name = alias.asname.as_ref().unwrap_or(&alias.name);
        self.names.extend(name.split('.').next().map(Name::new));
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr
            && !name.ctx.is_load()
        {
            self.names.push(name.id.clone());
        }
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || walk_expr(self, expr));
    }
}

/// Whether a function is for others to override: it raises, and does nothing else.
fn is_abstract(body: &[Stmt]) -> bool {
    let is_docstring = |statement: &Stmt| matches!(statement, Stmt::Expr(expr) if expr.value.is_string_literal_expr());
    matches!(body, [.., Stmt::Raise(_)] if body[..body.len() - 1].iter().all(is_docstring))
}

/// How many nodes an expression has of names, constants and fields; none if there is anything else in it.
fn nodes_of_simple(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Name(_) => Some(1),
        Expr::UnaryOp(operation) if operation.operand.is_literal_expr() => Some(1),
        Expr::Attribute(attribute) => Some(1 + nodes_of_simple(&attribute.value)?),
        _ => expr.is_literal_expr().then_some(1),
    }
}
