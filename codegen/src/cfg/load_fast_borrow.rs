//! Loads of locals that need no reference of their own (`optimize_load_fast`).
//!
//! ```text
//! return a.b      LOAD_FAST_BORROW a · LOAD_ATTR b · RETURN_VALUE
//! b = a           LOAD_FAST a · STORE_FAST b                the value outlives the load
//! ```
//!
//! A load may borrow if, on the way to where its value is consumed, the local keeps the value: it is
//! not stored to, deleted or cleared; and the value is neither stored in another local nor left on
//! the stack at the end of the block.
//!
//! After: nothing may be inserted any more. Blocks that only exceptions reach are left as they are.

use super::graph::{BlockId, Graph, Instr};
use crate::{Opcode, Target};

/// A value on the stack: the instruction that pushed it, and the local it is.
#[derive(Clone, Copy, Default)]
struct Ref {
    instr: Option<usize>,
    local: Option<i32>,
}

/// Borrows wherever it is safe, block by block.
pub(super) fn optimize(graph: &mut Graph, target: &Target) {
    let mut visited = vec![false; graph.block_count()];
    visited[Graph::ENTRY.index()] = true;
    graph.block_mut(Graph::ENTRY).start_depth = 0;
    let mut pending = vec![Graph::ENTRY];
    let mut scan = Scan { refs: Vec::new(), owned: Vec::new(), shadowing_bug: target.borrow_shadowing_bug };
    while let Some(id) = pending.pop() {
        let mut visit = |id: BlockId| {
            if !std::mem::replace(&mut visited[id.index()], true) {
                pending.push(id);
            }
        };
        let block = graph.block(id);
        scan.start(block.start_depth, block.len());
        for (index, instr) in block.instrs().iter().enumerate() {
            if let Some(target) = instr.target {
                visit(target);
            }
            scan.instruction(index, instr);
        }
        let goes_on = !(block.is_empty() && target.borrow_empty_block_bug);
        if let Some(next) = block.next.filter(|_| goes_on && block.has_fallthrough()) {
            visit(next);
        }
        scan.finish();
        for (instr, &owned) in graph.block_mut(id).instrs_mut().iter_mut().zip(&scan.owned) {
            match instr.opcode {
                Opcode::LoadFast if !owned => instr.opcode = Opcode::LoadFastBorrow,
                Opcode::LoadFastLoadFast if !owned => instr.opcode = Opcode::LoadFastBorrowLoadFastBorrow,
                _ => {}
            }
        }
    }
}

/// The stack of one block.
struct Scan {
    refs: Vec<Ref>,
    /// By instruction: its value needs a reference of its own.
    owned: Vec<bool>,
    shadowing_bug: bool,
}

impl Scan {
    fn start(&mut self, depth: i32, length: usize) {
        self.refs.clear();
        self.refs.resize(usize::try_from(depth).unwrap_or(0), Ref::default());
        self.owned.clear();
        self.owned.resize(length, false);
    }

    /// What is left on the stack must be owned.
    fn finish(&mut self) {
        for reference in std::mem::take(&mut self.refs) {
            self.own(reference);
        }
    }

    fn own(&mut self, reference: Ref) {
        if let Some(instr) = reference.instr {
            self.owned[instr] = true;
        }
    }

    fn pop(&mut self) -> Ref {
        self.refs.pop().unwrap_or_default()
    }

    fn pop_many(&mut self, count: i32) {
        for _ in 0..count {
            self.pop();
        }
    }

    fn push(&mut self, instr: usize, local: Option<i32>) {
        self.refs.push(Ref { instr: Some(instr), local });
    }

    fn push_many(&mut self, instr: usize, count: i32) {
        for _ in 0..count {
            self.push(instr, None);
        }
    }

    /// The local loses its value: loads of it that are on the stack must own theirs.
    fn kill(&mut self, local: i32) {
        for index in 0..self.refs.len() {
            if self.refs[index].local == Some(local) {
                self.own(self.refs[index]);
            }
        }
    }

    fn store(&mut self, local: i32) {
        let value = self.pop();
        self.kill(local);
        self.own(value);
    }

    fn instruction(&mut self, index: usize, instr: &Instr) {
        let oparg = instr.oparg;
        match instr.opcode {
            Opcode::DeleteFast => self.kill(oparg),
            Opcode::LoadFast => self.push(index, Some(oparg)),
            Opcode::LoadFastAndClear => {
                self.kill(oparg);
                self.push(index, Some(oparg));
            }
            Opcode::LoadFastLoadFast => {
                self.push(index, Some(oparg >> 4));
                self.push(index, Some(oparg & 15));
            }
            Opcode::StoreFast => self.store(oparg),
            Opcode::StoreFastLoadFast => {
                self.store(oparg >> 4);
                self.push(index, Some(oparg & 15));
            }
            Opcode::StoreFastStoreFast => {
                self.store(oparg >> 4);
                self.store(oparg & 15);
            }
            Opcode::Copy => {
                let copied = self.place_from_top(oparg).map_or_else(Ref::default, |place| self.refs[place]);
                self.refs.push(copied);
            }
            Opcode::Swap => {
                if let (Some(top), Some(other)) = (self.place_from_top(1), self.place_from_top(oparg)) {
                    self.refs.swap(top, other);
                }
            }
            _ => self.values(index, instr),
        }
    }

    /// The place of the `depth`-th value from the top, which is the first.
    fn place_from_top(&self, depth: i32) -> Option<usize> {
        self.refs.len().checked_sub(usize::try_from(depth).ok()?)
    }

    /// Opcodes that touch no local. Those that leave operands on the stack are listed; the others
    /// consume all they take.
    fn values(&mut self, index: usize, instr: &Instr) {
        let (pops, pushes) = instr.opcode.stack_use(instr.oparg);
        match instr.opcode {
            Opcode::FormatSimple
            | Opcode::GetAnext
            | Opcode::GetLen
            | Opcode::GetYieldFromIter
            | Opcode::ImportFrom
            | Opcode::MatchKeys
            | Opcode::MatchMapping
            | Opcode::MatchSequence
            | Opcode::WithExceptStart => {
                for pushed in 0..pushes - pops {
                    // gh-138679: CPython's loop variable hides the instruction's index.
                    let shadowed = usize::try_from(pushed).unwrap_or(0);
                    self.push(if self.shadowing_bug { shadowed } else { index }, None);
                }
            }
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
                self.refs.push(top);
            }
            Opcode::CheckExcMatch => {
                self.pop();
                self.push(index, None);
            }
            Opcode::ForIter => self.push(index, None),
            Opcode::LoadAttr | Opcode::LoadSuperAttr => {
                let receiver = self.pop();
                self.pop_many(pops - 1);
                self.push(index, None);
                if instr.oparg & 1 != 0 {
                    // A method call: the receiver may be pushed again.
                    self.refs.push(receiver);
                }
            }
            Opcode::LoadSpecial | Opcode::PushExcInfo => {
                let top = self.pop();
                self.push(index, None);
                self.refs.push(top);
            }
            Opcode::Send => {
                self.pop();
                self.push(index, None);
            }
            opcode if opcode.is_block_push() => {}
            _ => {
                self.pop_many(pops);
                self.push_many(index, pushes);
            }
        }
    }
}
