//! The control-flow graph: basic blocks in order, each a list of instructions.
//!
//! ```text
//! if a: b        block 0: LOAD_NAME a · TO_BOOL · POP_JUMP_IF_FALSE block2
//!                block 1: LOAD_NAME b · POP_TOP
//!                block 2: LOAD_CONST None · RETURN_VALUE
//! ```
//!
//! **Removed instructions leave traces.** CPython never clears the slots of removed instructions, and
//! appending one writes everything but its exception handler. So an instruction appended late takes
//! the handler of whatever stood in its slot before: usually the block's last instruction, if an
//! earlier one had been removed; none, if nothing had. That decides which `NOT_TAKEN`s an exception
//! table covers. [`Block`] keeps such slots: `slots` only grows, `used` says how many are in force.
//!
//! Invariant: only the last instruction of a block jumps or leaves the code object; blocks follow each
//! other by `next`, from the entry.

use crate::Opcode;
use pyclast_syntax::Location;
use std::num::NonZeroU32;

/// A block of one graph.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub(crate) struct BlockId(NonZeroU32);

impl BlockId {
    const FIRST: Self = Self(NonZeroU32::MIN);

    fn new(index: usize) -> Self {
        let number = u32::try_from(index + 1).ok().and_then(NonZeroU32::new);
        Self(number.expect("blocks are fewer than 2**32"))
    }

    /// The number of the block, from 0.
    pub(crate) const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// An instruction of the graph.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Instr {
    pub(crate) opcode: Opcode,
    pub(crate) oparg: i32,
    pub(crate) location: Location,
    /// Where it jumps to; for a block push, the handler.
    pub(crate) target: Option<BlockId>,
    /// Where its exceptions go (`i_except`).
    pub(crate) handler: Option<BlockId>,
}

impl Instr {
    /// An instruction without target or handler.
    pub(crate) const fn new(opcode: Opcode, oparg: i32, location: Location) -> Self {
        Self { opcode, oparg, location, target: None, handler: None }
    }

    /// Becomes an opcode without operand or target (`INSTR_SET_OP0`).
    pub(crate) const fn set(&mut self, opcode: Opcode) {
        self.set_arg(opcode, 0);
    }

    /// Becomes an opcode with an operand that is no target (`INSTR_SET_OP1`).
    pub(crate) const fn set_arg(&mut self, opcode: Opcode, oparg: i32) {
        self.opcode = opcode;
        self.oparg = oparg;
        self.target = None;
    }

    /// Whether it has a line.
    pub(crate) const fn has_line(&self) -> bool {
        self.location.line >= 0
    }

    /// Whether it lacks any location (`lineno == NO_LOCATION.lineno`).
    pub(crate) const fn is_artificial(&self) -> bool {
        self.location.line == Location::NONE.line
    }
}

/// A basic block.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "CPython's blocks have these flags, each with its own meaning")]
pub(crate) struct Block {
    /// Instructions, then the slots of removed ones.
    slots: Vec<Instr>,
    used: usize,
    /// The block that follows in the code.
    pub(crate) next: Option<BlockId>,
    /// Something may jump here.
    pub(crate) labelled: bool,
    /// Jumps, block pushes and fall-throughs that lead here.
    pub(crate) predecessors: i32,
    /// Stack depth on entry; −1 if never entered.
    pub(crate) start_depth: i32,
    /// Its handler pushes the raising instruction's offset.
    pub(crate) preserve_lasti: bool,
    /// Starts an exception handler.
    pub(crate) except_handler: bool,
    /// Reached without an exception.
    pub(crate) warm: bool,
    /// Reached only by exceptions.
    pub(crate) cold: bool,
}

impl Block {
    /// The instructions in force.
    #[inline]
    pub(crate) fn instrs(&self) -> &[Instr] {
        &self.slots[..self.used]
    }

    /// The instructions in force.
    #[inline]
    pub(crate) fn instrs_mut(&mut self) -> &mut [Instr] {
        &mut self.slots[..self.used]
    }

    /// Number of instructions in force.
    pub(crate) const fn len(&self) -> usize {
        self.used
    }

    /// Whether no instruction is in force.
    pub(crate) const fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// The first instruction.
    pub(crate) fn first(&self) -> Option<&Instr> {
        self.instrs().first()
    }

    /// The last instruction.
    pub(crate) fn last(&self) -> Option<&Instr> {
        self.instrs().last()
    }

    /// The last instruction.
    pub(crate) fn last_mut(&mut self) -> Option<&mut Instr> {
        self.instrs_mut().last_mut()
    }

    /// Appends as `basicblock_addop`: everything is set but the handler, which stays what the slot
    /// holds from before.
    pub(crate) fn append(&mut self, opcode: Opcode, oparg: i32, location: Location, target: Option<BlockId>) {
        let fresh = Instr { target, ..Instr::new(opcode, oparg, location) };
        match self.slots.get_mut(self.used) {
            Some(slot) => *slot = Instr { handler: slot.handler, ..fresh },
            None => self.slots.push(fresh),
        }
        self.used += 1;
    }

    /// Appends a copy of a whole instruction, its handler too.
    pub(crate) fn append_copy(&mut self, instr: Instr) {
        match self.slots.get_mut(self.used) {
            Some(slot) => *slot = instr,
            None => self.slots.push(instr),
        }
        self.used += 1;
    }

    /// Inserts an instruction (`basicblock_insert_instruction`); those behind move, and so the last
    /// one's slot is taken from the removed ones.
    pub(crate) fn insert(&mut self, index: usize, instr: Instr) {
        if self.used < self.slots.len() {
            self.slots.remove(self.used);
        }
        self.slots.insert(index, instr);
        self.used += 1;
    }

    /// Shortens the block to what was kept by moving instructions down by hand.
    pub(crate) fn truncate(&mut self, used: usize) {
        debug_assert!(used <= self.used);
        self.used = used;
    }

    /// `basicblock_exits_scope`
    pub(crate) fn exits_scope(&self) -> bool {
        self.last().is_some_and(|last| last.opcode.is_scope_exit())
    }

    /// `BB_HAS_FALLTHROUGH`
    pub(crate) fn has_fallthrough(&self) -> bool {
        self.last().is_none_or(|last| !last.opcode.is_scope_exit() && !last.opcode.is_unconditional_jump())
    }

    /// `basicblock_has_no_lineno`
    pub(crate) fn has_no_line(&self) -> bool {
        self.instrs().iter().all(|instr| !instr.has_line())
    }
}

/// The graph of one code unit.
///
/// A graph is used for one unit after the other: blocks keep the memory of their instructions.
#[derive(Debug, Default)]
pub struct Graph {
    blocks: Vec<Block>,
    live: usize,
}

impl Graph {
    /// The block where the code starts.
    pub(crate) const ENTRY: BlockId = BlockId::FIRST;

    /// Forgets every block.
    pub(crate) fn clear(&mut self) {
        self.live = 0;
    }

    /// A new block, not yet in the order.
    pub(crate) fn new_block(&mut self) -> BlockId {
        match self.blocks.get_mut(self.live) {
            Some(block) => {
                let mut slots = std::mem::take(&mut block.slots);
                slots.clear();
                *block = Block { slots, start_depth: -1, ..Block::default() };
            }
            None => self.blocks.push(Block { start_depth: -1, ..Block::default() }),
        }
        self.live += 1;
        BlockId::new(self.live - 1)
    }

    /// Number of blocks made.
    pub(crate) const fn block_count(&self) -> usize {
        self.live
    }

    /// A block.
    pub(crate) fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id.index()]
    }

    /// A block.
    pub(crate) fn block_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.blocks[id.index()]
    }

    /// Every block, in no particular order.
    pub(crate) fn blocks_mut(&mut self) -> impl Iterator<Item = &mut Block> {
        self.blocks[..self.live].iter_mut()
    }

    /// The blocks in the order of the code.
    pub(crate) fn order(&self) -> impl Iterator<Item = BlockId> + '_ {
        std::iter::successors(Some(Self::ENTRY), |&id| self.block(id).next)
    }

    /// Calls `visit` for each block in order; blocks it puts in after the current one are met too.
    pub(crate) fn for_each(&mut self, mut visit: impl FnMut(&mut Self, BlockId)) {
        let mut current = Some(Self::ENTRY);
        while let Some(id) = current {
            visit(self, id);
            current = self.block(id).next;
        }
    }

    /// The block itself, or the first after it that is not empty (`next_nonempty_block`).
    pub(crate) fn nonempty(&self, mut id: Option<BlockId>) -> Option<BlockId> {
        while let Some(current) = id.filter(|&id| self.block(id).is_empty()) {
            id = self.block(current).next;
        }
        id
    }

    /// Copies the instructions of `from` behind those of `to`.
    pub(crate) fn append_instrs(&mut self, to: BlockId, from: BlockId) {
        for index in 0..self.block(from).len() {
            let instr = self.block(from).instrs()[index];
            self.block_mut(to).append_copy(instr);
        }
    }
}
