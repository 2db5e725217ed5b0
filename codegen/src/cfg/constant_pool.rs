//! The constants of a code unit while folding adds to them (`flowgraph.c: add_const`).
//!
//! `1 + 2 * 150` adds 300 and 301 after the constants of the source.
//!
//! Invariant: indices of constants never change; equal constants are one.

use crate::{Constant, Opcode};
use rustc_hash::FxHashMap;

use super::graph::Node;

/// Up to this many constants are compared one by one; more are hashed.
const LINEAR_SEARCH: usize = 16;

/// A growing list of constants.
#[derive(Debug, Default)]
pub(super) struct ConstantPool {
    constants: Vec<Constant>,
    /// Index by constant, made when first needed.
    index: FxHashMap<Constant, usize>,
}

impl ConstantPool {
    /// A pool of the constants of the source.
    pub(super) fn new(constants: Vec<Constant>) -> Self {
        Self { constants, index: FxHashMap::default() }
    }

    /// The constants in order.
    pub(super) fn into_constants(self) -> Vec<Constant> {
        self.constants
    }

    /// The constants in order.
    pub(super) fn constants_mut(&mut self) -> &mut Vec<Constant> {
        &mut self.constants
    }

    /// What a constant load puts on the stack (`get_const_value`).
    pub(super) fn value(&self, node: &Node) -> Constant {
        match node.opcode {
            Opcode::LoadSmallInt => Constant::int(i64::from(node.oparg)),
            _ => self.loaded(node.oparg).clone(),
        }
    }

    /// The constant of a `LOAD_CONST` operand.
    pub(super) fn loaded(&self, oparg: i32) -> &Constant {
        usize::try_from(oparg)
            .ok()
            .and_then(|index| self.constants.get(index))
            .expect("constant operands are indices of constants")
    }

    /// The operand that loads `constant`, new or known.
    pub(super) fn add(&mut self, constant: Constant) -> i32 {
        let found = self.find(&constant);
        let index = found.unwrap_or_else(|| {
            if !self.index.is_empty() {
                self.index.insert(constant.clone(), self.constants.len());
            }
            self.constants.push(constant);
            self.constants.len() - 1
        });
        i32::try_from(index).expect("constants are fewer than 2**31")
    }

    /// Makes an instruction load `constant` (`instr_make_load_const`).
    pub(super) fn make_load(&mut self, node: &mut Node, constant: Constant) {
        match small_int(&constant) {
            Some(value) => node.set(Opcode::LoadSmallInt, value),
            None => node.set(Opcode::LoadConst, self.add(constant)),
        }
    }

    fn find(&mut self, constant: &Constant) -> Option<usize> {
        if self.constants.len() <= LINEAR_SEARCH {
            return self.constants.iter().position(|known| known == constant);
        }
        if self.index.is_empty() {
            // The first of equal constants wins, as in a search from the front.
            for (index, known) in self.constants.iter().enumerate() {
                self.index.entry(known.clone()).or_insert(index);
            }
        }
        self.index.get(constant).copied()
    }
}

/// The operand of `LOAD_SMALL_INT` for an `int` from 0 to 255 (`maybe_instr_make_load_smallint`).
pub(super) fn small_int(constant: &Constant) -> Option<i32> {
    constant.as_small_int().and_then(|value| u8::try_from(value).ok()).map(i32::from)
}
