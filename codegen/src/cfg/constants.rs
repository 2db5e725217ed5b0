//! The constants of a unit while the graph is optimized.
//!
//! Invariant: indices given out stay valid until [`super::unused_constants`] runs.

use crate::{Constant, Opcode};
use rustc_hash::FxHashMap;

/// The unit's constants; folding appends to them.
#[derive(Debug)]
pub(super) struct Constants {
    list: Vec<Constant>,
    /// Made when first something is appended: most units fold nothing.
    index: Option<FxHashMap<Constant, usize>>,
}

impl Constants {
    pub(super) fn new(list: Vec<Constant>) -> Self {
        Self { list, index: None }
    }

    /// The constant at an index.
    pub(super) fn get(&self, index: i32) -> &Constant {
        &self.list[index.cast_unsigned() as usize]
    }

    /// What an instruction loads, if it loads a constant (`get_const_value`).
    pub(super) fn loaded(&self, opcode: Opcode, oparg: i32) -> Option<Constant> {
        match opcode {
            Opcode::LoadConst => Some(self.get(oparg).clone()),
            Opcode::LoadSmallInt => Some(Constant::int(i64::from(oparg))),
            _ => None,
        }
    }

    /// The index of a constant, new or known (`add_const`).
    pub(super) fn add(&mut self, constant: Constant) -> i32 {
        let list = &mut self.list;
        let index = self.index.get_or_insert_with(|| {
            let known = list.iter().enumerate().rev();
            known.map(|(index, constant)| (constant.clone(), index)).collect()
        });
        let next = list.len();
        let found = *index.entry(constant.clone()).or_insert(next);
        if found == next {
            list.push(constant);
        }
        i32::try_from(found).expect("constants are fewer than 2**31")
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn into_list(self) -> Vec<Constant> {
        self.list
    }
}
