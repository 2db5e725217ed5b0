//! Loads that need not own their value (`flowgraph.c: optimize_load_fast`).
//!
//! ```text
//! a + b        LOAD_FAST a · LOAD_FAST b · BINARY_OP +   →  LOAD_FAST_BORROW a · LOAD_FAST_BORROW b · …
//! return a     LOAD_FAST a · RETURN_VALUE                →  LOAD_FAST_BORROW a · RETURN_VALUE
//! b = a        LOAD_FAST a · STORE_FAST b                stays: the value outlives the stack
//! ```
//!
//! The stack is followed through each block as references: which instruction pushed a value, and the
//! local it is the value of. A load may borrow if its reference is consumed in the block, is not
//! stored to a local, and its local is not rebound while the reference is on the stack.
//!
//! Handlers are not visited: their loads never borrow. Neither are, by gh-138250, blocks behind an
//! empty block only.
//!
//! After: instructions must not be moved or removed.

use super::graph::{BlockId, Graph, Node};
use crate::{Opcode, Target};

/// Who pushed a value.
#[derive(Clone, Copy)]
struct Reference {
    /// Index of the instruction in the block; `None` for values that were there before.
    producer: Option<u32>,
    /// The local whose value it is.
    local: Option<i32>,
}

impl Reference {
    const OUTSIDE: Self = Self { producer: None, local: None };

    fn fresh(producer: usize) -> Self {
        Self { producer: Some(number(producer)), local: None }
    }

    fn local(producer: usize, local: i32) -> Self {
        Self { producer: Some(number(producer)), local: Some(local) }
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("instructions are fewer than 2**32")
}

/// Turns loads into borrowing loads.
pub(super) fn optimize_load_fast(graph: &mut Graph, target: &Target) {
    let mut pass = Pass { target, must_own: Vec::new(), stack: Vec::new() };
    let mut work = graph.start_visit();
    graph[BlockId::ENTRY].start_depth = 0;
    graph.visit(&mut work, BlockId::ENTRY);
    while let Some(block) = work.pop() {
        pass.run_block(graph, block, &mut work);
    }
    graph.finish_visit(work);
}

struct Pass<'a> {
    target: &'a Target,
    /// By instruction of the block: whether what it loads may not be borrowed.
    must_own: Vec<bool>,
    stack: Vec<Reference>,
}

impl Pass<'_> {
    fn run_block(&mut self, graph: &mut Graph, block: BlockId, work: &mut Vec<BlockId>) {
        let len = graph.len(block);
        self.must_own.clear();
        self.must_own.resize(len, false);
        self.stack.clear();
        let start_depth = usize::try_from(graph[block].start_depth).unwrap_or(0);
        self.stack.resize(start_depth, Reference::OUTSIDE);
        for index in 0..len {
            let node = graph.nodes(block)[index];
            if let Some(target) = node.destination() {
                graph.visit(work, target);
            }
            self.run_instruction(index, &node);
        }
        let goes_through = len > 0 || !self.target.borrow_empty_block_bug;
        if goes_through && let Some(next) = graph.fall_through(block) {
            graph.visit(work, next);
        }
        for index in 0..self.stack.len() {
            self.own(self.stack[index]);
        }
        for (node, must_own) in graph.nodes_mut(block).iter_mut().zip(&self.must_own) {
            node.opcode = match node.opcode {
                Opcode::LoadFast if !must_own => Opcode::LoadFastBorrow,
                Opcode::LoadFastLoadFast if !must_own => Opcode::LoadFastBorrowLoadFastBorrow,
                other => other,
            };
        }
    }

    fn run_instruction(&mut self, index: usize, node: &Node) {
        let oparg = node.oparg;
        match node.opcode {
            Opcode::DeleteFast => self.kill_local(oparg),
            Opcode::LoadFast => self.stack.push(Reference::local(index, oparg)),
            Opcode::LoadFastAndClear => {
                self.kill_local(oparg);
                self.stack.push(Reference::local(index, oparg));
            }
            Opcode::LoadFastLoadFast => {
                self.stack.push(Reference::local(index, oparg >> 4));
                self.stack.push(Reference::local(index, oparg & 15));
            }
            Opcode::StoreFast => self.store_local(oparg),
            Opcode::StoreFastLoadFast => {
                self.store_local(oparg >> 4);
                self.stack.push(Reference::local(index, oparg & 15));
            }
            Opcode::StoreFastStoreFast => {
                self.store_local(oparg >> 4);
                self.store_local(oparg & 15);
            }
            Opcode::Copy => {
                let copied = self.at_depth(oparg).map_or(Reference::OUTSIDE, |place| self.stack[place]);
                self.stack.push(copied);
            }
            Opcode::Swap => {
                if let (Some(top), Some(other)) = (self.at_depth(1), self.at_depth(oparg)) {
                    self.stack.swap(top, other);
                }
            }
            _ => self.run_by_stack_use(index, node),
        }
    }

    /// Opcodes that leave some of their inputs on the stack one by one; all others consume theirs.
    fn run_by_stack_use(&mut self, index: usize, node: &Node) {
        let oparg = node.oparg;
        let (pops, pushes) = node.opcode.stack_use(oparg);
        match node.opcode {
            // Consume nothing.
            Opcode::FormatSimple
            | Opcode::GetAnext
            | Opcode::GetLen
            | Opcode::GetYieldFromIter
            | Opcode::ImportFrom
            | Opcode::MatchKeys
            | Opcode::MatchMapping
            | Opcode::MatchSequence
            | Opcode::WithExceptStart => {
                for pushed in 0..usize::try_from(pushes - pops).unwrap_or(0) {
                    // gh-138679: the number of the pushed value is taken for the instruction's.
                    let producer = if self.target.borrow_shadowing_bug { pushed } else { index };
                    self.stack.push(Reference::fresh(producer));
                }
            }
            // Consume some and push nothing new.
            Opcode::DictMerge
            | Opcode::DictUpdate
            | Opcode::ListAppend
            | Opcode::ListExtend
            | Opcode::MapAdd
            | Opcode::Reraise
            | Opcode::SetAdd
            | Opcode::SetUpdate => self.pop_many(pops - pushes),
            Opcode::EndSend | Opcode::SetFunctionAttribute => {
                let top = self.pop();
                self.pop();
                self.stack.push(top);
            }
            Opcode::CheckExcMatch => {
                self.pop();
                self.stack.push(Reference::fresh(index));
            }
            Opcode::ForIter => self.stack.push(Reference::fresh(index)),
            Opcode::LoadAttr | Opcode::LoadSuperAttr => {
                let object = self.pop();
                self.pop_many(pops - 1);
                self.stack.push(Reference::fresh(index));
                if oparg & 1 != 0 {
                    // A method call may push the object back.
                    self.stack.push(object);
                }
            }
            Opcode::LoadSpecial | Opcode::PushExcInfo => {
                let top = self.pop();
                self.stack.push(Reference::fresh(index));
                self.stack.push(top);
            }
            Opcode::Send => {
                self.pop();
                self.stack.push(Reference::fresh(index));
            }
            opcode if opcode.is_block_push() => {}
            _ => {
                self.pop_many(pops);
                for _ in 0..pushes {
                    self.stack.push(Reference::fresh(index));
                }
            }
        }
    }

    /// The stack index of the value `depth` from the top, counted from 1.
    fn at_depth(&self, depth: i32) -> Option<usize> {
        self.stack.len().checked_sub(usize::try_from(depth).ok()?)
    }

    fn pop(&mut self) -> Reference {
        debug_assert!(!self.stack.is_empty(), "start depths give every block its values");
        self.stack.pop().unwrap_or(Reference::OUTSIDE)
    }

    fn pop_many(&mut self, count: i32) {
        let count = usize::try_from(count).unwrap_or(0);
        self.stack.truncate(self.stack.len().saturating_sub(count));
    }

    /// `store_local`
    fn store_local(&mut self, local: i32) {
        let stored = self.pop();
        self.kill_local(local);
        self.own(stored);
    }

    /// The local loses its value: what is on the stack of it must own it (`kill_local`).
    fn kill_local(&mut self, local: i32) {
        for index in 0..self.stack.len() {
            if self.stack[index].local == Some(local) {
                self.own(self.stack[index]);
            }
        }
    }

    fn own(&mut self, reference: Reference) {
        if let Some(producer) = reference.producer
            && let Some(must_own) = self.must_own.get_mut(producer as usize)
        {
            *must_own = true;
        }
    }
}
