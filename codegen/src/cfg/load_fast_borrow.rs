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

use super::graph::{BlockId, Features, Graph, Node};
use crate::opcode::by_opcode;
use crate::{Opcode, Target};

/// Who pushed a value, and the local whose value it is; negative for none.
#[derive(Clone, Copy, Debug)]
struct Reference {
    /// Index of the instruction in the block; [`NOWHERE`](Self::NOWHERE) for values that were there before.
    producer: u32,
    local: i32,
}

impl Reference {
    const NOWHERE: u32 = u32::MAX;
    const OUTSIDE: Self = Self::fresh(Self::NOWHERE);

    const fn fresh(producer: u32) -> Self {
        Self::local(producer, -1)
    }

    const fn local(producer: u32, local: i32) -> Self {
        Self { producer, local }
    }
}

/// Turns loads into borrowing loads.
#[inline(never)]
pub(super) fn optimize_load_fast(graph: &mut Graph, target: &Target) {
    if !graph.features.has(Features::LOCAL_LOADS) {
        return;
    }
    let Memory { must_own, stack } = std::mem::take(&mut graph.borrow_memory);
    let mut pass = Pass { target, must_own, stack };
    let mut work = graph.start_visit();
    graph[BlockId::ENTRY].start_depth = 0;
    graph.visit(&mut work, BlockId::ENTRY);
    while let Some(block) = work.pop() {
        pass.run_block(graph, block, &mut work);
    }
    graph.finish_visit(work);
    graph.borrow_memory = Memory { must_own: pass.must_own, stack: pass.stack };
}

/// What the pass works in, from one code unit to the next.
#[derive(Debug, Default)]
pub(super) struct Memory {
    must_own: Vec<bool>,
    stack: Vec<Reference>,
}

struct Pass<'a> {
    target: &'a Target,
    /// By instruction of the block: whether what it loads may not be borrowed.
    must_own: Vec<bool>,
    stack: Vec<Reference>,
}

impl Pass<'_> {
    fn run_block(&mut self, graph: &mut Graph, block: BlockId, work: &mut Vec<BlockId>) {
        self.push_successors(graph, block, work);
        if !graph[block].features.has(Features::LOCAL_LOADS) {
            return;
        }
        let start_depth = usize::try_from(graph[block].start_depth).unwrap_or(0);
        let nodes = graph.nodes_mut(block);
        let is_load = |node: &Node| matches!(node.opcode, Opcode::LoadFast | Opcode::LoadFastLoadFast);
        if !nodes.iter().any(is_load) {
            return;
        }
        self.must_own.clear();
        self.must_own.resize(nodes.len(), false);
        self.stack.clear();
        self.stack.resize(start_depth, Reference::OUTSIDE);
        for (index, node) in (0..).zip(&*nodes) {
            self.run_instruction(index, node);
        }
        for &reference in &self.stack {
            own(&mut self.must_own, reference);
        }
        for (node, &must_own) in nodes.iter_mut().zip(&self.must_own) {
            node.opcode = if must_own { node.opcode } else { BORROWING[node.opcode as usize] };
        }
    }

    /// Visits the blocks that control goes to. A conditional jump is followed by `NOT_TAKEN` only.
    fn push_successors(&self, graph: &mut Graph, block: BlockId, work: &mut Vec<BlockId>) {
        let len = graph.len(block);
        for index in len.saturating_sub(2)..len {
            if let Some(target) = graph.nodes(block)[index].destination() {
                graph.visit(work, target);
            }
        }
        let goes_through = len > 0 || !self.target.borrow_empty_block_bug;
        if goes_through && let Some(next) = graph.fall_through(block) {
            graph.visit(work, next);
        }
    }

    fn run_instruction(&mut self, index: u32, node: &Node) {
        let oparg = node.oparg;
        // Which of the frequent opcodes it is nobody can predict: they take one way.
        if node.opcode.consumes_operands() {
            let local = if node.opcode == Opcode::LoadFast { oparg } else { -1 };
            return self.consume(Reference::local(index, local), node);
        }
        match node.opcode {
            Opcode::DeleteFast => self.kill_local(oparg),
            Opcode::LoadFastAndClear => {
                self.kill_local(oparg);
                self.stack.push(Reference::local(index, oparg));
            }
            Opcode::LoadFastLoadFast => {
                self.stack.push(Reference::local(index, oparg >> 4));
                self.stack.push(Reference::local(index, oparg & 15));
            }
            Opcode::StoreFast => self.store_local(oparg),
            Opcode::LoadAttr => {
                let object = self.pop();
                self.stack.push(Reference::fresh(index));
                if oparg & 1 != 0 {
                    // A method call may push the object back.
                    self.stack.push(object);
                }
            }
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
    fn run_by_stack_use(&mut self, index: u32, node: &Node) {
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
                for pushed in 0..u32::try_from(pushes - pops).unwrap_or(0) {
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
            // What they give may be what they took: it stays where it is.
            Opcode::Cast
            | Opcode::RefineType
            | Opcode::PrimitiveBox
            | Opcode::PrimitiveUnbox
            | Opcode::ConvertPrimitive => {}
            // The interpreter keeps the very reference.
            Opcode::StoreLocal | Opcode::ReturnPrimitive => {
                let kept = self.pop();
                own(&mut self.must_own, kept);
            }
            Opcode::LoadMethodStatic | Opcode::LoadIterableArg => {
                let object = self.pop();
                self.stack.push(Reference::fresh(index));
                self.stack.push(object);
            }
            Opcode::LoadSuperAttr => {
                let object = self.pop();
                self.pop_many(pops - 1);
                self.stack.push(Reference::fresh(index));
                if oparg & 1 != 0 {
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
            _ => self.consume(Reference::fresh(index), node),
        }
    }

    /// All operands go, and what comes is new.
    #[inline]
    fn consume(&mut self, new: Reference, node: &Node) {
        let (pops, pushes) = node.opcode.stack_use(node.oparg);
        let [pops, pushes] = [pops, pushes].map(|count| count.cast_unsigned() as usize);
        let kept = self.stack.len().saturating_sub(pops);
        self.stack.truncate(kept);
        // Few give more than two values; which of the others how many is not branched on.
        self.stack.extend([new, new]);
        self.stack.resize(kept + pushes, new);
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
        if count > 0 {
            self.stack.truncate(self.stack.len().saturating_sub(count.cast_unsigned() as usize));
        }
    }

    /// `store_local`
    fn store_local(&mut self, local: i32) {
        let stored = self.pop();
        self.kill_local(local);
        own(&mut self.must_own, stored);
    }

    /// The local loses its value: what is on the stack of it must own it (`kill_local`).
    fn kill_local(&mut self, local: i32) {
        for reference in self.stack.iter().filter(|reference| reference.local == local) {
            own(&mut self.must_own, *reference);
        }
    }
}

/// By opcode: the one that borrows what it loads, or itself.
const BORROWING: [Opcode; Opcode::ALL.len()] = by_opcode!(|opcode| match opcode {
    Opcode::LoadFast => Opcode::LoadFastBorrow,
    Opcode::LoadFastLoadFast => Opcode::LoadFastBorrowLoadFastBorrow,
    other => other,
});

/// What a reference's producer loads may not be borrowed.
fn own(must_own: &mut [bool], reference: Reference) {
    if let Some(must_own) = must_own.get_mut(reference.producer as usize) {
        *must_own = true;
    }
}
