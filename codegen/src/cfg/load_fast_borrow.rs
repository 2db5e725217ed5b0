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
pub(super) struct Reference {
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
    let mut stack = std::mem::take(&mut graph.borrow_memory);
    let mut work = graph.start_visit();
    graph[BlockId::ENTRY].start_depth = 0;
    graph.visit(&mut work, BlockId::ENTRY);
    while let Some(block) = work.pop() {
        push_successors(graph, block, target, &mut work);
        if graph[block].features.has(Features::LOCAL_LOADS) {
            run_block(graph, block, target, &mut stack);
        }
    }
    graph.finish_visit(work);
    graph.borrow_memory = stack;
}

/// Visits the blocks that control goes to. A conditional jump is followed by `NOT_TAKEN` only.
fn push_successors(graph: &mut Graph, block: BlockId, target: &Target, work: &mut Vec<BlockId>) {
    let len = graph.len(block);
    for index in len.saturating_sub(2)..len {
        if let Some(target) = graph.nodes(block)[index].destination() {
            graph.visit(work, target);
        }
    }
    let goes_through = len > 0 || !target.borrow_empty_block_bug;
    if goes_through && let Some(next) = graph.fall_through(block) {
        graph.visit(work, next);
    }
}

/// Every load borrows, until one is found that has to own.
fn run_block(graph: &mut Graph, block: BlockId, target: &Target, stack: &mut Vec<Reference>) {
    stack.clear();
    stack.resize(usize::try_from(graph[block].start_depth).unwrap_or(0), Reference::OUTSIDE);
    let nodes = graph.nodes_mut(block);
    let mut run = Run { target, nodes, stack };
    for index in 0..u32::try_from(run.nodes.len()).expect("instructions are fewer than 2**32") {
        run.run_instruction(index);
    }
    while let Some(left) = run.stack.pop() {
        run.own(left);
    }
}

/// The way through a block.
struct Run<'a> {
    target: &'a Target,
    nodes: &'a mut [Node],
    stack: &'a mut Vec<Reference>,
}

impl Run<'_> {
    #[inline]
    fn run_instruction(&mut self, index: u32) {
        let node = &mut self.nodes[index as usize];
        let Node { opcode, oparg, .. } = *node;
        node.opcode = BORROWING[opcode as usize];
        // Which of the frequent opcodes it is nobody can predict: they take one way.
        if opcode.consumes_operands() {
            let local = if opcode == Opcode::LoadFast { oparg } else { -1 };
            return self.consume(Reference::local(index, local), opcode, oparg);
        }
        match opcode {
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
            _ => self.run_by_stack_use(index, opcode, oparg),
        }
    }

    /// Opcodes that leave some of their inputs on the stack one by one; all others consume theirs.
    fn run_by_stack_use(&mut self, index: u32, opcode: Opcode, oparg: i32) {
        let (pops, pushes) = opcode.stack_use(oparg);
        match opcode {
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
                self.own(kept);
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
            _ if opcode.is_block_push() => {}
            _ => self.consume(Reference::fresh(index), opcode, oparg),
        }
    }

    /// All operands go, and what comes is new.
    #[inline]
    fn consume(&mut self, new: Reference, opcode: Opcode, oparg: i32) {
        let (pops, pushes) = opcode.stack_use(oparg);
        let (pops, pushes) = (pops.cast_unsigned() as usize, pushes.cast_unsigned() as usize);
        let kept = self.stack.len().saturating_sub(pops);
        self.stack.truncate(kept);
        // Few give more than two values; which of the others how many is not branched on.
        self.stack.extend_from_slice(&[new, new]);
        if pushes <= 2 {
            self.stack.truncate(kept + pushes);
        } else {
            self.stack.resize(kept + pushes, new);
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
        if count > 0 {
            self.stack.truncate(self.stack.len().saturating_sub(count.cast_unsigned() as usize));
        }
    }

    /// `store_local`
    fn store_local(&mut self, local: i32) {
        let stored = self.pop();
        self.kill_local(local);
        self.own(stored);
    }

    /// The local loses its value: what is on the stack of it must own it (`kill_local`).
    fn kill_local(&mut self, local: i32) {
        for place in 0..self.stack.len() {
            let reference = self.stack[place];
            if reference.local == local {
                self.own(reference);
            }
        }
    }

    /// What a reference's producer loads may not be borrowed.
    fn own(&mut self, reference: Reference) {
        if let Some(node) = self.nodes.get_mut(reference.producer as usize) {
            node.opcode = OWNING[node.opcode as usize];
        }
    }
}

/// By opcode: the one that borrows what it loads, or itself.
const BORROWING: [Opcode; Opcode::ALL.len()] = by_opcode!(|opcode| match opcode {
    Opcode::LoadFast => Opcode::LoadFastBorrow,
    Opcode::LoadFastLoadFast => Opcode::LoadFastBorrowLoadFastBorrow,
    other => other,
});

/// The other way round.
const OWNING: [Opcode; Opcode::ALL.len()] = by_opcode!(|opcode| match opcode {
    Opcode::LoadFastBorrow => Opcode::LoadFast,
    Opcode::LoadFastBorrowLoadFastBorrow => Opcode::LoadFastLoadFast,
    other => other,
});
