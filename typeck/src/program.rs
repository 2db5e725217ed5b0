//! A program: its modules, their tables, and the checker over them (`Compiler`).
//!
//! ```text
//! check_program([a, b])   →   declares a (and what it imports), checks overrides, binds a; then b
//! ```
//!
//! Invariant: a module is declared once, when it is first asked for; what is not in the list is unknown, so dynamic.

use crate::arena::Arena;
use crate::bind::Binder;
use crate::constant_fold::{fold_expression, may_fold};
use crate::constants::{Constant, Folds};
use crate::errors::{Check, CheckError, ErrorClass, Errors, Fault, ForeignPlace, Raised};
use crate::facts::Facts;
use crate::module_table::{AnnotationKey, Child, IntrinsicModules, ModuleTable, Start};
use crate::types::{ClassId, DecoratedId, ModuleId, Types, Value};
use pyclast_syntax::type_facts::TypeFacts;
use pyclast_syntax::{ParsedModule, Span, SymbolTable, node_index};
use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, TraversalSignal, walk_expr};
use ruff_python_ast::{AnyNodeRef, Expr, HasNodeIndex, NodeIndex, Stmt};

use rustc_hash::{FxHashMap, FxHashSet};
use std::fmt::Debug;
use std::rc::Rc;

/// A static module, parsed.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
pub struct Source<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its tree.
    pub parsed: &'a ParsedModule,
    /// Its scopes.
    pub symbols: &'a SymbolTable,
    /// What the optimizer folds.
    pub folds: &'a Folds,
    /// Whether it is the `__init__` of a package.
    pub is_package: bool,
    /// Whether it is a stub (`.pyi`): its annotations count for nothing, as in the reference.
    pub is_stub: bool,
    /// Whether it is one of those to be bound; others are declared if they are imported.
    pub bind: bool,
    /// Whether calls of `@inline` functions in it are replaced by their bodies; a module made for patching calls them.
    pub inlines: bool,
}

/// Where modules are found by name.
pub trait Modules<'a>: Debug {
    /// A static module.
    fn find(&self, name: &str) -> Option<Source<'a>>;
}

/// The modules of a program that are all given.
#[derive(Debug)]
struct GivenModules<'a>(FxHashMap<&'a str, Source<'a>>);

impl<'a> Modules<'a> for GivenModules<'a> {
    fn find(&self, name: &str) -> Option<Source<'a>> {
        self.0.get(name).copied()
    }
}

/// What is found in a program.
#[derive(Debug)]
pub struct CheckedProgram<'a> {
    /// The errors, in the order of the reference; `module` is the position among the modules given.
    pub errors: Vec<(usize, CheckError)>,
    /// What stays dynamic, if anyone wants to know.
    pub warnings: Vec<(usize, CheckError)>,
    /// Facts by module given.
    pub facts: Vec<Facts>,
    /// The types that facts refer to.
    pub types: Types<'a>,
}

/// Checks static modules that import each other: all errors, and what the code generator needs.
pub fn check_program<'a>(sources: &'a [Source<'a>], arena: &'a Arena) -> CheckedProgram<'a> {
    check_program_for(sources, arena, false)
}

/// Checks one module of a program whose other modules are asked for when they are needed.
pub fn check_module<'a, 'o: 'a>(
    source: &'a Source<'a>,
    others: &'a dyn Modules<'o>,
    arena: &'a Arena,
    performance: bool,
) -> CheckedProgram<'a> {
    let sources = std::slice::from_ref(source);
    finish(
        bind(Checker::new(Box::new(OneAmongOthers { source: *source, others }), arena), sources, performance),
        sources,
    )
}

/// A module that is checked, and the others.
#[derive(Debug)]
struct OneAmongOthers<'a, 'o> {
    source: Source<'a>,
    others: &'a dyn Modules<'o>,
}

impl<'a, 'o: 'a> Modules<'a> for OneAmongOthers<'a, 'o> {
    fn find(&self, name: &str) -> Option<Source<'a>> {
        if name == self.source.name { Some(self.source) } else { self.others.find(name) }
    }
}

/// The same, with what stays dynamic if `performance`.
pub fn check_program_for<'a>(sources: &'a [Source<'a>], arena: &'a Arena, performance: bool) -> CheckedProgram<'a> {
    finish(bind_program(sources, arena, performance), sources)
}

/// Checks, and gives what the code generator needs, by module given; nothing for modules with errors.
pub fn check_program_with_facts<'a>(
    sources: &'a [Source<'a>],
    arena: &'a Arena,
) -> (CheckedProgram<'a>, Vec<TypeFacts>) {
    let mut checker = bind_program(sources, arena, false);
    let facts = sources
        .iter()
        .map(|source| match checker.loaded.get(source.name).copied() {
            Some(module) if source.bind && checker.errors.list.iter().all(|error| error.module != module) => {
                checker.type_facts(module)
            }
            _ => TypeFacts::default(),
        })
        .collect();
    (finish(checker, sources), facts)
}

/// Declares and binds those of all given modules that are to be bound.
fn bind_program<'a>(sources: &'a [Source<'a>], arena: &'a Arena, performance: bool) -> Checker<'a> {
    let given = GivenModules(sources.iter().map(|source| (source.name, *source)).collect());
    bind(Checker::new(Box::new(given), arena), sources, performance)
}

/// Declares and binds the modules that are to be bound.
fn bind<'a>(mut checker: Checker<'a>, sources: &[Source<'_>], performance: bool) -> Checker<'a> {
    checker.errors.wants_warnings = performance;
    for source in sources.iter().filter(|source| source.bind) {
        let name = Name::new(source.name);
        // About so many of the nodes are annotations.
        checker.annotations.reserve(source.parsed.node_count() as usize / 12);
        // A module that is named as an intrinsic one is not looked into.
        if let Some(module) = checker.load_module(&name).filter(|module| checker.source(*module).is_some()) {
            Binder::new(&mut checker, module).bind_module();
            checker.check_base_orders(module);
            if checker.errors.list.iter().all(|error| error.module != module) {
                checker.warn_of_slow_code(module);
            }
        }
    }
    checker
}

/// What was found, by module given.
fn finish<'a>(checker: Checker<'a>, sources: &[Source<'_>]) -> CheckedProgram<'a> {
    let positions: FxHashMap<&str, usize> = sources.iter().map(|source| source.name).zip(0..).collect();
    let mut facts: Vec<Facts> = sources.iter().map(|_| Facts::default()).collect();
    let Checker { errors, modules, facts: mut known, types, .. } = checker;
    let position_of =
        |module: &ModuleTable<'_>| positions.get(&*module.name).copied().filter(|_| module.source.is_some());
    let placed = |list: Vec<CheckError>| {
        list.into_iter().filter_map(|error| Some((position_of(&modules[error.module.index()])?, error))).collect()
    };
    let (errors, warnings): (_, Vec<_>) = (placed(errors.list), placed(errors.warnings));
    let errors = without_consequences(errors, sources);
    for (module, known) in modules.iter().zip(&mut known) {
        if let Some(position) = position_of(module) {
            facts[position] = std::mem::take(known);
        }
    }
    CheckedProgram { errors, warnings, facts, types }
}

/// Drops errors that only follow from earlier ones: at the same place, or around it in the same simple statement.
fn without_consequences(errors: Vec<(usize, CheckError)>, sources: &[Source<'_>]) -> Vec<(usize, CheckError)> {
    /// Where there are more, nobody reads them all.
    const LOOK_BACK: usize = 200;
    let mut kept: Vec<(usize, CheckError)> = Vec::with_capacity(errors.len());
    for (position, error) in errors {
        let text = sources[position].parsed.text();
        let Span { start, end } = error.span;
        let is_simple = error.span.is_place()
            && text
                .get(start as usize..end as usize)
                .is_some_and(|text| !text.contains(":\n") && !text.contains(": #"));
        let follows = kept.iter().rev().take(LOOK_BACK).any(|(other, earlier)| {
            *other == position
                && earlier.span.is_place()
                && (earlier.span == error.span || (is_simple && start <= earlier.span.start && earlier.span.end <= end))
        });
        if !follows {
            kept.push((position, error));
        }
    }
    kept
}

/// All that is known while checking.
#[derive(Debug)]
pub struct Checker<'a> {
    /// The types.
    pub types: Types<'a>,
    /// The tables of modules that are loaded: intrinsic ones first.
    pub modules: Vec<Rc<ModuleTable<'a>>>,
    /// What is known of their nodes.
    pub facts: Vec<Facts>,
    /// Loaded modules by name (`compiler.modules`).
    pub loaded: FxHashMap<Name, ModuleId>,
    /// The intrinsic modules that are asked for by name.
    pub intrinsic: IntrinsicModules,
    /// Static modules by name, loaded or not.
    pub sources: Box<dyn Modules<'a> + 'a>,
    /// Modules declared whose overrides are not checked yet (`decl_visitors`).
    pub pending: Vec<ModuleId>,
    /// How many modules are being declared.
    pub(crate) declaring: u32,
    /// Names that are being looked for.
    pub resolving: FxHashSet<(ModuleId, Name)>,
    /// The errors.
    pub errors: Errors,
    /// Expressions the checker makes.
    pub arena: &'a Arena,
    /// What annotations without faults stand for.
    pub(crate) annotations: FxHashMap<AnnotationKey, Option<ClassId>>,
    /// Parsed string annotations by their node.
    pub(crate) parsed_annotations: FxHashMap<(ModuleId, u32), Option<&'a Expr>>,
    /// Context expressions of decorated functions.
    pub(crate) context_items: FxHashMap<DecoratedId, &'a Expr>,
    /// Expressions the checker made, by node.
    pub(crate) made_expressions: FxHashMap<(ModuleId, u32), &'a Expr>,
    /// Constants among the expressions the checker made.
    pub(crate) made_constants: FxHashMap<(ModuleId, u32), Constant>,
    /// Where nodes of string annotations are.
    pub(crate) foreign_places: FxHashMap<(ModuleId, u32), ForeignPlace>,
}

impl<'a> Checker<'a> {
    /// A checker that has loaded the intrinsic modules.
    pub fn new(sources: Box<dyn Modules<'a> + 'a>, arena: &'a Arena) -> Self {
        let Start { types, modules, loaded, intrinsic } = Start::new();
        Self {
            types,
            facts: modules.iter().map(|_| Facts::default()).collect(),
            modules,
            loaded,
            intrinsic,
            sources,
            pending: Vec::new(),
            declaring: 0,
            resolving: FxHashSet::default(),
            errors: Errors::default(),
            arena,
            annotations: FxHashMap::default(),
            parsed_annotations: FxHashMap::default(),
            context_items: FxHashMap::default(),
            made_expressions: FxHashMap::default(),
            made_constants: FxHashMap::default(),
            foreign_places: FxHashMap::default(),
        }
    }

    /// Reports classes whose bases have no order, as the reference does when it makes code for them.
    fn check_base_orders(&mut self, module: ModuleId) {
        let name = self.module(module).name.clone();
        let values: Vec<Value> = self
            .module(module)
            .children
            .values()
            .filter_map(|child| if let Child::Value(value) = child { Some(*value) } else { None })
            .collect();
        for class in values.into_iter().filter_map(Value::as_class) {
            if self.types.class(class).module == name {
                self.types.mro(class);
            }
        }
        if let Some(message) = self.types.mro_failure.take() {
            self.report(module, Span::NONE, Raised::of(message, ErrorClass::Other("SyntaxError")));
        }
    }

    /// The table of a module.
    pub fn module(&self, module: ModuleId) -> &ModuleTable<'a> {
        &self.modules[module.index()]
    }

    /// The table of a module, to change.
    pub fn module_mut(&mut self, module: ModuleId) -> &mut ModuleTable<'a> {
        Rc::make_mut(&mut self.modules[module.index()])
    }

    /// What is known of the nodes of a module.
    #[inline]
    pub fn facts(&self, module: ModuleId) -> &Facts {
        &self.facts[module.index()]
    }

    /// What is known of the nodes of a module, to change.
    #[inline]
    pub fn facts_mut(&mut self, module: ModuleId) -> &mut Facts {
        &mut self.facts[module.index()]
    }

    /// The source of a module of the program.
    pub fn source(&self, module: ModuleId) -> Option<Source<'a>> {
        self.module(module).source
    }

    /// Reports an error at a place (`syntax_error`).
    pub fn error(&mut self, module: ModuleId, span: Span, message: impl Into<String>) {
        self.report(module, span, Raised::new(message));
    }

    /// Reports a raised error at a place.
    pub fn report(&mut self, module: ModuleId, span: Span, raised: Raised) {
        let Fault { message, class } = raised.into_fault();
        let span = if class == ErrorClass::Type { span } else { Span::NONE };
        self.errors.report(CheckError { module, span, foreign: None, message, class });
    }

    /// Runs a step in the error context of a place: what it raises is reported there.
    pub fn at<T>(&mut self, module: ModuleId, span: Span, step: impl FnOnce(&mut Self) -> Check<T>) -> Option<T> {
        match step(self) {
            Ok(value) => Some(value),
            Err(raised) => {
                self.report(module, span, raised);
                None
            }
        }
    }

    /// The place of an expression, as CPython has it.
    pub fn expr_span(&self, module: ModuleId, expression: &Expr) -> Span {
        self.source(module).map_or(Span::NONE, |source| source.parsed.expr_span(expression))
    }

    /// The place of a statement, as CPython has it.
    pub fn stmt_span(&self, module: ModuleId, statement: &Stmt) -> Span {
        self.source(module).map_or(Span::NONE, |source| source.parsed.stmt_span(statement))
    }

    /// What a node is, if it was found out.
    #[inline]
    pub fn opt_type(&self, module: ModuleId, node: &impl HasNodeIndex) -> Option<Value> {
        self.facts(module).type_of(node_index(node))
    }

    /// What a node is; dynamic if nothing is known.
    #[inline]
    pub fn type_of(&self, module: ModuleId, node: &impl HasNodeIndex) -> Value {
        self.opt_type(module, node).unwrap_or(Value::DYNAMIC)
    }

    /// Says what a node is.
    #[inline]
    pub fn set_type_of(&mut self, module: ModuleId, node: &impl HasNodeIndex, value: Value) {
        self.facts_mut(module).set_type(node_index(node), value);
    }

    /// The constant an expression is, or folds to (`isinstance(node, ast.Constant)`).
    pub fn constant(&self, module: ModuleId, expression: &Expr) -> Option<Constant> {
        let may_fold = may_fold(expression);
        if !may_fold && !expression.is_literal_expr() {
            return None;
        }
        let source = self.module(module).source.as_ref()?;
        let index = expression.node_index().load().as_u32()?;
        if index >= source.parsed.node_count() {
            return self.made_constants.get(&(module, index)).cloned();
        }
        if may_fold {
            source.folds.constants.get(&index).cloned()
        } else {
            literal_constant(expression, source.parsed.text())
        }
    }

    /// Keeps an expression that the checker made of `text`: its nodes get indices of their own, and its constants are known.
    pub fn adopt(&mut self, module: ModuleId, expression: Expr, text: &str) -> &'a Expr {
        let expression = self.arena.alloc(expression);
        self.number(module, expression);
        self.made_expressions.insert((module, node_index(expression)), expression);
        let mut literals = Literals { text, found: Vec::new() };
        literals.visit_expr(expression);
        let folds = fold_expression(expression, text, false);
        let constants = literals.found.into_iter().chain(folds.constants);
        self.made_constants.extend(constants.map(|(index, constant)| ((module, index), constant)));
        expression
    }

    /// Gives new indices to the nodes of an expression that the checker made.
    pub fn number(&mut self, module: ModuleId, expression: &Expr) {
        let table = self.module_mut(module);
        let first = table.source.map_or(0, |source| source.parsed.node_count()) + table.made_nodes;
        let mut numbering = Numbering { next: first };
        numbering.visit_expr(expression);
        table.made_nodes += numbering.next - first;
    }

    /// Reports a raised error at an expression, of a string annotation too.
    pub fn report_at(&mut self, module: ModuleId, expression: &Expr, raised: Raised) {
        let index = expression.node_index().load().as_u32();
        let place = index.and_then(|index| self.foreign_places.get(&(module, index)).copied());
        let Fault { message, class } = raised.into_fault();
        let span = match place {
            Some(place) => place.span,
            None if class == ErrorClass::Type => self.expr_span(module, expression),
            None => Span::NONE,
        };
        self.errors.report(CheckError { module, span, foreign: place.map(|place| place.stated), message, class });
    }
}

/// Numbers nodes in source order.
struct Numbering {
    next: u32,
}

impl<'n> SourceOrderVisitor<'n> for Numbering {
    fn enter_node(&mut self, node: AnyNodeRef<'n>) -> TraversalSignal {
        node.node_index().set(NodeIndex::from(self.next));
        self.next += 1;
        TraversalSignal::Traverse
    }
}

/// Finds literals.
struct Literals<'t> {
    text: &'t str,
    found: Vec<(u32, Constant)>,
}

impl<'n> SourceOrderVisitor<'n> for Literals<'_> {
    fn visit_expr(&mut self, expression: &'n Expr) {
        if let Some(constant) = literal_constant(expression, self.text) {
            self.found.push((node_index(expression), constant));
        } else {
            walk_expr(self, expression);
        }
    }
}

/// The constant that a literal is.
pub(crate) fn literal_constant(expression: &Expr, text: &str) -> Option<Constant> {
    use pyclast_syntax::literal::{NumberValue, bytes_value, number_value, string_value};
    Some(match expression {
        Expr::NoneLiteral(_) => Constant::None,
        Expr::EllipsisLiteral(_) => Constant::Ellipsis,
        Expr::BooleanLiteral(literal) => Constant::Bool(literal.value),
        Expr::NumberLiteral(literal) => match number_value(&literal.value) {
            NumberValue::Int(value) => Constant::Int(value.to_big()),
            NumberValue::Float(value) => Constant::Float(value),
            NumberValue::Imaginary(value) => Constant::Complex(0.0, value),
        },
        Expr::StringLiteral(literal) => Constant::Str(string_value(literal, text)),
        Expr::BytesLiteral(literal) => Constant::Bytes(bytes_value(literal).into()),
        _ => return None,
    })
}
