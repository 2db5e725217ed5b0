//! What the checker found out about a module → what the code generator needs ([`TypeFacts`]).
//!
//! ```text
//! Instance(C)         → object of ("m", "C")              c.x   → Field(("m", "C"), "x")
//! Instance(int64)     → primitive                         f(1)  → Function((("m",), "f"), 1 argument)
//! ```
//!
//! Invariant: equal values give equal ids within a module; nothing is bound anew.

mod attribute;
mod call;
mod constant;
mod definition;
mod descriptor;
mod implementations;
mod inherited_defaults;
mod primitives;
mod private;
mod view;
mod world;

use crate::constant_fold::is_leaf;
use crate::program::Checker;
use crate::types::{ClassId, ClassKind, FunctionId, Literal, ModuleId, SlotId, Value};
use indexmap::IndexSet;
use pyclast_syntax::node_index;
use pyclast_syntax::type_facts::{
    Descriptor, DictView, FunctionDescriptor, LiteralFact, Refinement, Sequence, TypeCode, TypeFact, TypeFacts, TypeId,
    TypeKind,
};
use pyclast_syntax::world_facts::FunctionPart;
use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt, StmtAnnAssign};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::rc::Rc;

/// Makes the facts of a module.
#[derive(Debug)]
struct Lowering<'c, 'a> {
    checker: &'c mut Checker<'a>,
    module: ModuleId,
    facts: TypeFacts,
    /// The types of instances, by class.
    instance_ids: Vec<Option<TypeId>>,
    /// Those of functions.
    function_ids: Vec<Option<TypeId>>,
    /// Those of other values.
    ids: FxHashMap<Value, TypeId>,
    /// Classes whose descriptors were made.
    named: RefCell<IndexSet<ClassId, FxBuildHasher>>,
    /// The descriptors of classes that have one, once made.
    descriptors: RefCell<Vec<Option<Descriptor>>>,
    /// The functions that the world has under their own names.
    noted_ids: FxHashSet<FunctionId>,
    /// What the world has of functions.
    noted_functions: FxHashMap<FunctionPart, FxHashSet<FunctionDescriptor>>,
    /// The slots whose fields the world has.
    noted_slots: FxHashSet<SlotId>,
    /// What the world has of fields.
    noted_fields: FxHashSet<(Descriptor, Name)>,
    /// The class whose body is visited.
    private: Option<Name>,
    /// Whether the visit is in the body of a class under `@_donotcompile`.
    in_uncompiled_class: bool,
    /// Names of variables and attributes that are used as sets, once known.
    searched: Option<FxHashSet<Name>>,
    /// The classes that are there before any call is made, by what they derive from, once known.
    early_subclasses: Option<FxHashMap<ClassId, Rc<[ClassId]>>>,
    /// Which numbers the instances of classes are.
    numbers: FxHashMap<ClassId, Numbers>,
}

/// Which numbers the instances of a class are.
#[derive(Clone, Copy, Debug)]
struct Numbers {
    is_int: bool,
    is_float: bool,
    is_bool: bool,
}

impl Checker<'_> {
    /// The facts of a module that was bound without errors.
    pub fn type_facts(&mut self, module: ModuleId) -> TypeFacts {
        let Some(source) = self.source(module) else { return TypeFacts::default() };
        let mut lowering = Lowering {
            checker: self,
            module,
            facts: TypeFacts::default(),
            instance_ids: Vec::new(),
            function_ids: Vec::new(),
            ids: FxHashMap::default(),
            named: RefCell::default(),
            descriptors: RefCell::default(),
            noted_ids: FxHashSet::default(),
            noted_functions: FxHashMap::default(),
            noted_slots: FxHashSet::default(),
            noted_fields: FxHashSet::default(),
            private: None,
            in_uncompiled_class: false,
            searched: None,
            early_subclasses: None,
            numbers: FxHashMap::default(),
        };
        lowering.facts.ordinary.clone_from(&lowering.checker.module(module).compile_non_static);
        lowering.lower_nodes();
        lowering.lower_calls();
        lowering.visit_body(&source.parsed.module().body);
        lowering.lower_module();
        lowering.lower_world();
        lowering.facts
    }
}

impl<'a> Lowering<'_, 'a> {
    /// An expression with others in it.
    fn lower_expression(&mut self, expression: &'a Expr) {
        if let Expr::Attribute(attribute) = expression {
            self.lower_attribute(attribute);
        }
        self.lower_constant(expression);
        self.lower_views(expression);
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || walk_expr(self, expression));
    }
}

impl Lowering<'_, '_> {
    /// The types of nodes, and what was noted beside them.
    fn lower_nodes(&mut self) {
        let known = self.checker.facts_mut(self.module);
        self.facts.calls.reserve(known.calls.len());
        let nodes = std::mem::take(&mut known.types);
        let (common_types, compare_types) = (known.common_types.clone(), known.compare_types.clone());
        let (refined_fields, asserted) = (known.refined_fields.clone(), known.asserted.clone());
        self.facts.known_tests.clone_from(&known.known_booleans);
        let ids = nodes.iter().map(|value| value.map(|value| self.type_id(value))).collect();
        self.facts.set_nodes(ids);
        self.checker.facts_mut(self.module).types = nodes;
        // Types are numbered in the order they are met in: that of the nodes.
        for (node, value) in sorted(common_types) {
            let id = self.type_id(value);
            self.facts.arithmetic.insert(node, id);
        }
        for (key, value) in sorted(compare_types) {
            let id = self.type_id(value);
            self.facts.comparisons.insert(key, id);
        }
        for (node, refined) in sorted(refined_fields) {
            let refinement =
                Refinement { temporary: refined.temporary, is_source: refined.is_source, is_used: refined.is_used };
            self.facts.refinements.insert(node, refinement);
        }
        for (node, narrowed) in sorted(asserted) {
            let narrowed = narrowed.into_iter().filter_map(|(place, value)| {
                let class = self.checker.types.class_of(value);
                let is_nominal = self.checker.types.is_nominal_class(class);
                Some((place, self.descriptor(class).filter(|_| is_nominal)?))
            });
            let narrowed = narrowed.collect();
            self.facts.asserted.insert(node, narrowed);
        }
    }

    /// What is said of the module as a whole.
    fn lower_module(&mut self) {
        let table = self.checker.module(self.module);
        self.facts.imported_from = table
            .imported_from
            .iter()
            .map(|(local, (module, name))| (local.clone(), module.clone(), name.clone()))
            .collect();
        let mut constants: Vec<_> =
            table.named_finals.iter().map(|(name, value)| (node_index(*value), name.clone())).collect();
        // In the order they are declared in.
        constants.sort_unstable();
        self.facts.final_constants = constants.into_iter().map(|(_, name)| name).collect();
        self.facts.checked_dicts = table.checked_dicts;
        self.facts.checked_lists = table.checked_lists;
    }

    /// The id of a value's type.
    fn type_id(&mut self, value: Value) -> TypeId {
        // Most nodes are instances, or functions.
        let known = match value {
            Value::Instance(class) => self.instance_ids.get(class.index()).copied().flatten(),
            Value::Function(function) => self.function_ids.get(function.index()).copied().flatten(),
            _ => self.ids.get(&value).copied(),
        };
        if let Some(id) = known {
            return id;
        }
        let fact = self.type_fact(value);
        let id = self.facts.add_type(fact);
        let (ids, index) = match value {
            Value::Instance(class) => (&mut self.instance_ids, class.index()),
            Value::Function(function) => (&mut self.function_ids, function.index()),
            _ => {
                self.ids.insert(value, id);
                return id;
            }
        };
        if ids.len() <= index {
            ids.resize(index + 1, None);
        }
        ids[index] = Some(id);
        id
    }

    /// The id of the type of a class's instances.
    fn class_type_id(&mut self, class: ClassId) -> TypeId {
        let instance = self.checker.types.instance(class);
        self.type_id(instance)
    }

    fn type_fact(&mut self, value: Value) -> TypeFact {
        let class = self.checker.types.class_of(value);
        let descriptor = self.descriptor(class);
        let kind = match self.type_kind(value) {
            // `Array` without arguments: of what, nobody knows. (The reference fails.)
            TypeKind::Sequence(_) if descriptor.is_none() => TypeKind::Object,
            kind => kind,
        };
        let Numbers { is_int, is_float, is_bool } = self.numbers(class);
        let types = &self.checker.types;
        let data = types.class(class);
        let (is_exact, is_final) = (data.is_exact, data.is_final);
        let literal = match (&data.literal, kind) {
            (Some(Literal::Int(value)), _) => Some(LiteralFact::Int(value.to_string())),
            (Some(Literal::Bool(value)), _) => Some(LiteralFact::Bool(*value)),
            (None, _) => None,
        };
        TypeFact {
            kind,
            descriptor,
            is_exact,
            is_final,
            is_nominal: types.is_nominal_class(class),
            is_int,
            is_float,
            is_bool,
            literal,
        }
    }

    fn numbers(&mut self, class: ClassId) -> Numbers {
        let types = &mut self.checker.types;
        *self.numbers.entry(class).or_insert_with(|| Numbers {
            is_int: types.can_assign(ClassId::INT, class),
            is_float: types.can_assign(ClassId::FLOAT, class),
            is_bool: types.can_assign(ClassId::BOOL, class),
        })
    }

    fn type_kind(&self, value: Value) -> TypeKind {
        let types = &self.checker.types;
        match value {
            _ if types.class_of(value) == ClassId::DYNAMIC => TypeKind::Dynamic,
            Value::Class(_) => TypeKind::Class,
            Value::Function(_) | Value::Decorated(_) | Value::Bound(_) | Value::Special(_) | Value::Group(_) => {
                TypeKind::Callable
            }
            Value::Module(_) => TypeKind::Module,
            Value::CRangeIterator => TypeKind::CRange,
            Value::Instance(ClassId::DYNAMIC) | Value::Mapping => TypeKind::Dynamic,
            Value::Instance(class) => match types.kind(class) {
                ClassKind::PrimitiveInt(primitive) => {
                    TypeCode::from_code(primitive.constant).map_or(TypeKind::Object, TypeKind::Primitive)
                }
                ClassKind::Double => TypeKind::Primitive(TypeCode::Double),
                ClassKind::List => TypeKind::Sequence(Sequence::List),
                ClassKind::Dict => TypeKind::Sequence(Sequence::Dict),
                ClassKind::Set => TypeKind::Sequence(Sequence::Set),
                ClassKind::Tuple => TypeKind::Sequence(Sequence::Tuple),
                ClassKind::Str => TypeKind::Sequence(Sequence::Str),
                ClassKind::Array => TypeKind::Sequence(Sequence::Array),
                ClassKind::CheckedList => TypeKind::Sequence(Sequence::CheckedList),
                ClassKind::CheckedDict => TypeKind::Sequence(Sequence::CheckedDict),
                ClassKind::Super => TypeKind::Super,
                _ => TypeKind::Object,
            },
            _ => TypeKind::Object,
        }
    }
}

impl<'a> SourceOrderVisitor<'a> for Lowering<'_, 'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let outer = self.in_uncompiled_class;
        match statement {
            Stmt::FunctionDef(node) => {
                self.lower_function(node);
                self.in_uncompiled_class = false;
            }
            Stmt::ClassDef(node) if outer || self.facts.ordinary.contains(&node_index(node)) => {
                self.facts.ordinary.push(node_index(node));
                return;
            }
            Stmt::AugAssign(node) => self.lower_view(&node.value, DictView::OfCopy),
            Stmt::Assign(node) => self.lower_kept_view(&node.targets, &node.value),
            Stmt::AnnAssign(StmtAnnAssign { target, value: Some(value), .. }) => {
                self.lower_kept_view(std::slice::from_ref(target), value);
            }
            Stmt::ClassDef(node) => {
                self.lower_class(node);
                self.in_uncompiled_class = self.is_uncompiled_class(node);
            }
            _ => {}
        }
        let class = statement.as_class_def_stmt().map(|class| self.private.replace(class.name.id.clone()));
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || walk_stmt(self, statement));
        if let Some(class) = class {
            self.private = class;
        }
        self.in_uncompiled_class = outer;
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) => self.lower_name(name),
            leaf if is_leaf(leaf) => {}
            _ => self.lower_expression(expression),
        }
    }
}

/// The entries of a map, by key.
fn sorted<K: Ord, V>(map: FxHashMap<K, V>) -> Vec<(K, V)> {
    let mut entries: Vec<_> = map.into_iter().collect();
    entries.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
    entries
}

#[cfg(test)]
mod tests;
