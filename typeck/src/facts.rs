//! What the checker finds out about nodes, for the code generator.
//!
//! Invariant: by node index; written while binding, never read by the checker except where the reference reads
//! its own node data back.

use crate::constants::Constant;
use crate::types::{BoundId, ClassId, FunctionId, Value};
use ruff_python_ast::name::Name;
use rustc_hash::{FxBuildHasher, FxHashMap};

/// Facts about the nodes of one module.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// What each expression, parameter and definition is.
    pub types: Vec<Option<Value>>,
    /// How calls are made.
    pub calls: FxHashMap<u32, CallPlan>,
    /// Calls that are inlined, the expressions that stand for them, and the arguments that are kept in locals before.
    pub inlined: FxHashMap<u32, (u32, Vec<(Name, u32)>)>,
    /// Attributes that are read from a temporary.
    pub refined_fields: FxHashMap<u32, RefinedField>,
    /// The common type of the operands of arithmetic on primitives.
    pub common_types: FxHashMap<u32, Value>,
    /// The types comparisons are made in, by comparison node and operator.
    pub compare_types: FxHashMap<(u32, u32), Value>,
    /// Managers of the context decorators of functions, by definition: made expressions, outermost first.
    pub managers: FxHashMap<u32, Vec<u32>>,
    /// Names of `Final`s of the module, and what they are.
    pub final_names: FxHashMap<u32, Constant>,
    /// Names that are the module's own, not builtins or locals (`TypeDescr` of a name).
    pub own_names: NodeSet,
    /// What assertions tell, by statement: names and attributes, and their types.
    pub asserted: FxHashMap<u32, Vec<(u32, Value)>>,
    /// Tests known while declaring (`sys.hexversion`).
    pub known_booleans: FxHashMap<u32, bool>,
}

impl Facts {
    /// No facts yet about so many nodes.
    pub fn of_nodes(count: u32) -> Self {
        let count = count as usize;
        // About so many of them are calls.
        let calls = FxHashMap::with_capacity_and_hasher(count / 32, FxBuildHasher);
        Self { types: vec![None; count], calls, ..Self::default() }
    }

    /// What a node is.
    #[inline]
    pub fn type_of(&self, index: u32) -> Option<Value> {
        self.types.get(index as usize).copied().flatten()
    }

    /// Says what a node is.
    #[inline]
    pub fn set_type(&mut self, index: u32, value: Value) {
        match self.types.get_mut(index as usize) {
            Some(known) => *known = Some(value),
            None => self.set_type_of_made(index, value),
        }
    }

    /// Says what a node that the checker made is.
    #[cold]
    fn set_type_of_made(&mut self, index: u32, value: Value) {
        self.types.resize(index as usize + 1, None);
        self.types[index as usize] = Some(value);
    }
}

/// A set of nodes.
#[derive(Clone, Debug, Default)]
pub struct NodeSet {
    /// A bit for each node.
    bits: Vec<u64>,
}

impl NodeSet {
    /// Adds a node.
    pub fn insert(&mut self, node: u32) {
        let word = node as usize / 64;
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        self.bits[word] |= 1 << (node % 64);
    }

    /// Whether a node is in the set.
    pub fn contains(&self, node: u32) -> bool {
        self.bits.get(node as usize / 64).is_some_and(|word| word >> (node % 64) & 1 != 0)
    }
}

/// An attribute that is read from a temporary (`UsedRefinementField`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefinedField {
    /// The temporary.
    pub temporary: u32,
    /// Whether the value is kept here.
    pub is_source: bool,
    /// Whether it is needed.
    pub is_used: bool,
}

/// How a call is made.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "fields are named as what they hold")]
pub enum CallPlan {
    /// As in ordinary code.
    Dynamic,
    /// A function.
    Function { function: FunctionId, arguments: Vec<ArgumentPlan> },
    /// A bound method.
    Method { bound: BoundId, arguments: Vec<ArgumentPlan> },
    /// A constructor (`ClassCallInfo`).
    Class { class: ClassId, new: Option<Vec<ArgumentPlan>>, init: Option<Vec<ArgumentPlan>>, is_dynamic: bool },
    /// An inlined body: the node index of its expression.
    Inlined { expression: u32 },
}

/// Where an argument comes from (`ArgEmitter`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "fields are named as what they hold")]
pub enum ArgumentPlan {
    /// The expression of that node, in place.
    Position { node: u32, class: ClassId },
    /// The expression of that node, given by name, in order.
    Keyword { node: u32, class: ClassId },
    /// Given by name, out of order: kept in a temporary.
    Spill { keyword: u32 },
    /// The temporary of a spilled keyword.
    Spilled { keyword: u32, class: ClassId },
    /// `*x`, for the parameters from that position.
    Starred { node: u32, first: u32 },
    /// From the mapping of `**x`.
    Mapping { parameter: u32 },
    /// The default of that parameter.
    Default { parameter: u32 },
    /// Never emitted: the call is dynamic.
    Unreachable,
}
