//! The control-flow graph: basic blocks in order, each a run of slots in one arena.
//!
//! ```text
//! block0: LOAD_NAME x · POP_JUMP_IF_FALSE block2      next: block1
//! block1: LOAD_CONST None · RETURN_VALUE              next: block2
//! ```
//!
//! A block's slots outlive its instructions, as in CPython: removing an instruction moves the later
//! ones down and leaves the freed slot as it was, and [`Graph::append`] overwrites everything of a
//! freed slot *but its exception handler* (`flowgraph.c: basicblock_addop`). A slot never used has
//! none. That is visible in exception tables, so it is kept.
//!
//! Invariant: a jump or scope exit is the last instruction of its block.

use super::load_fast_borrow;
use crate::{FinalInstruction, Instruction, InstructionSequence, Opcode};
use pyclast_syntax::Location;
use std::ops::{Index, IndexMut, Range};

pub(super) use crate::BlockId;

/// An instruction of a block.
pub(super) type Node = Instruction;

impl Node {
    /// A slot never used.
    const ZERO: Self = Self::new(Opcode::Cache, 0, Location::new(0, 0, 0, 0));

    /// Replaces opcode and operand (`INSTR_SET_OP1`).
    pub(super) fn set(&mut self, opcode: Opcode, oparg: i32) {
        self.opcode = opcode;
        self.oparg = oparg;
    }

    /// Turns it into a `NOP` that keeps its location (`INSTR_SET_OP0(instr, NOP)`).
    pub(super) fn set_nop(&mut self) {
        self.set(Opcode::Nop, 0);
    }

    /// Turns it into a `NOP` without location (`nop_out`).
    pub(super) fn erase(&mut self) {
        self.set_nop();
        self.location = Location::NONE;
    }

    /// Where a jump goes, or a block push's handler is; `None` for any other opcode.
    pub(super) fn destination(&self) -> Option<BlockId> {
        if self.opcode.has_target() { self.target } else { None }
    }

    /// Whether it loads a constant (`loads_const`).
    pub(super) const fn loads_constant(&self) -> bool {
        matches!(self.opcode, Opcode::LoadConst | Opcode::LoadSmallInt)
    }

    /// Whether control never goes on after it.
    pub(super) const fn ends_flow(&self) -> bool {
        self.opcode.ends_flow()
    }
}

/// A basic block (`basicblock`).
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks of separate passes, as in CPython")]
pub(crate) struct Block {
    start: u32,
    used: u32,
    capacity: u32,
    /// The next block in order.
    pub(super) next: Option<BlockId>,
    /// Whether a label was placed here: control may come from elsewhere.
    pub(super) labelled: bool,
    /// Number of ways in, once `unreachable` has counted them.
    pub(super) predecessors: u32,
    /// Stack depth on entry, once `stack_depth` has found it.
    pub(super) start_depth: i32,
    /// As a handler, pushes the offset of the raising instruction.
    pub(super) preserve_lasti: bool,
    /// Whether exceptions are handled here.
    pub(super) except_handler: bool,
    /// What kinds of instructions came in: passes for others pass it by.
    pub(super) features: Features,
    /// Whether there may be a `NOP`; `redundant_nops` knows it of each block it has seen, and whoever
    /// makes one later says so ([`Graph::note_nop`]).
    pub(super) has_nops: bool,
    /// A pass has seen it.
    pub(super) visited: bool,
    /// Reached through exceptions only.
    pub(super) cold: bool,
    /// Reached without exceptions.
    pub(super) warm: bool,
    /// A number of the running pass.
    pub(super) mark: u32,
    /// Locals 0 to 63 that may be unbound on entry.
    pub(super) unbound_locals: u64,
}

impl Block {
    /// Where its instructions are among those of all blocks.
    #[inline]
    pub(super) const fn slots(&self) -> Range<usize> {
        self.start as usize..(self.start + self.used) as usize
    }

    /// Takes all instructions out; their slots stay as they are.
    pub(super) fn empty(&mut self) {
        self.used = 0;
    }
}

/// Basic blocks and their instructions; its memory serves one code unit after the other.
#[derive(Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    blocks: Vec<Block>,
    /// Blocks yet to be visited by the running pass; empty between passes.
    work: Vec<BlockId>,
    /// Memory of sequences that became graphs.
    spare: Vec<InstructionSequence>,
    /// Memory of `to_sequence`.
    pub(super) instructions: Vec<FinalInstruction>,
    /// Memory of `from_sequence`.
    pub(super) places: Vec<u32>,
    /// Memory of `unused_constants`.
    pub(super) constant_uses: Vec<i32>,
    /// Memory of `load_fast_borrow`.
    pub(super) borrow_memory: Vec<load_fast_borrow::Reference>,
    /// Those of all blocks: passes for others have nothing to do.
    pub(super) features: Features,
    /// Whether some block has [`Block::has_nops`].
    pub(super) has_nops: bool,
    /// Whether some way from block to block came or went since `unreachable` counted them.
    pub(super) ways_changed: bool,
}

/// Kinds of instructions in a block or graph: all there are, and maybe some that there were.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Features(u16);

impl Features {
    /// `SETUP_FINALLY` and its kind. Where there is none only the last instruction has a target.
    pub(super) const BLOCK_PUSHES: u16 = 1;
    /// `JUMP_IF_FALSE`, `JUMP_IF_TRUE`.
    pub(super) const PSEUDO_CONDITIONAL_JUMPS: u16 = 1 << 1;
    /// `LOAD_FAST` and what becomes one.
    pub(super) const LOCAL_LOADS: u16 = 1 << 2;
    /// Instructions that may unbind a local.
    pub(super) const UNBINDING: u16 = 1 << 3;
    /// Pseudo instructions that turn into others at last.
    pub(super) const PSEUDO_OPS: u16 = 1 << 4;
    /// Loads of constants and what may become one.
    pub(super) const CONSTANTS: u16 = 1 << 5;
    /// Uses of locals.
    pub(super) const LOCALS: u16 = 1 << 6;
    /// `POP_TOP`.
    pub(super) const POPS: u16 = 1 << 7;
    /// Instructions that handlers come and go with, and those that ask which there are.
    pub(super) const HANDLERS: u16 = 1 << 8;
    /// Instructions that end a block.
    pub(super) const BLOCK_ENDS: u16 = 1 << 9;
    /// Instructions without line.
    pub(super) const LINELESS: u16 = 1 << 10;
    /// Unconditional jumps.
    pub(super) const JUMPS: u16 = 1 << 11;
    /// Conditional jumps, and what becomes one.
    pub(super) const CONDITIONAL_JUMPS: u16 = 1 << 12;

    const BY_OPCODE: [u16; Opcode::ALL.len()] = {
        let mut features = [0; Opcode::ALL.len()];
        let mut index = 0;
        while index < features.len() {
            let opcode = Opcode::ALL[index];
            features[index] = Self::of_opcode(opcode)
                | if opcode.ends_block() { Self::BLOCK_ENDS } else { 0 }
                | if opcode.is_unconditional_jump() { Self::JUMPS } else { 0 }
                | if opcode.is_conditional_jump() { Self::CONDITIONAL_JUMPS } else { 0 }
                | if opcode.has_constant() { Self::CONSTANTS } else { 0 };
            index += 1;
        }
        features
    };

    const fn of_opcode(opcode: Opcode) -> u16 {
        match opcode {
            Opcode::LoadFast => Self::LOCAL_LOADS | Self::LOCALS,
            Opcode::LoadClosure => Self::LOCAL_LOADS | Self::PSEUDO_OPS,
            Opcode::StoreFast | Opcode::LoadFastCheck => Self::LOCALS,
            Opcode::DeleteFast | Opcode::LoadFastAndClear => Self::LOCALS | Self::UNBINDING,
            Opcode::StoreFastMaybeNull => Self::LOCALS | Self::UNBINDING | Self::PSEUDO_OPS,
            Opcode::JumpIfFalse | Opcode::JumpIfTrue => Self::PSEUDO_CONDITIONAL_JUMPS | Self::CONDITIONAL_JUMPS,
            Opcode::SetupFinally | Opcode::SetupWith | Opcode::SetupCleanup => {
                Self::BLOCK_PUSHES | Self::PSEUDO_OPS | Self::HANDLERS
            }
            Opcode::PopBlock | Opcode::YieldValue | Opcode::Resume => Self::HANDLERS,
            // An empty display is a constant too.
            Opcode::LoadConst
            | Opcode::LoadSmallInt
            | Opcode::BuildTuple
            | Opcode::BuildList
            | Opcode::BuildSet
            | Opcode::CallIntrinsic1 => Self::CONSTANTS,
            Opcode::PopTop => Self::POPS,
            _ => 0,
        }
    }

    /// Those of an instruction.
    #[inline]
    pub(super) const fn of(opcode: Opcode, location: Location) -> Self {
        Self(Self::BY_OPCODE[opcode as usize] | if location.line < 0 { Self::LINELESS } else { 0 })
    }

    /// One kind.
    pub(super) const fn only(kind: u16) -> Self {
        Self(kind)
    }

    /// Forgets a kind of which none is left.
    pub(super) const fn remove(&mut self, kind: u16) {
        self.0 &= !kind;
    }

    /// Takes others into account.
    #[inline]
    pub(super) const fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether instructions of the kind came in.
    #[inline]
    pub(super) const fn has(self, kind: u16) -> bool {
        self.0 & kind != 0
    }
}

impl Index<BlockId> for Graph {
    type Output = Block;

    fn index(&self, block: BlockId) -> &Block {
        &self.blocks[block.index()]
    }
}

impl IndexMut<BlockId> for Graph {
    fn index_mut(&mut self, block: BlockId) -> &mut Block {
        &mut self.blocks[block.index()]
    }
}

impl Graph {
    /// An empty sequence, in memory that an earlier one left.
    pub(crate) fn spare_sequence(&mut self) -> InstructionSequence {
        self.spare.pop().unwrap_or_default()
    }

    /// For how many instructions there is memory.
    pub(crate) fn room(&self) -> usize {
        self.nodes.capacity() + self.spare.iter().map(InstructionSequence::room).sum::<usize>()
    }

    /// Takes the memory of a sequence back.
    pub(super) fn recycle(&mut self, mut sequence: InstructionSequence) {
        sequence.clear();
        self.spare.push(sequence);
    }

    /// Takes the memory of final instructions back.
    pub(crate) fn reuse_instructions(&mut self, instructions: Vec<FinalInstruction>) {
        debug_assert!(instructions.is_empty());
        self.instructions = instructions;
    }

    /// Forgets the last code unit: an empty entry block is all there is.
    pub(super) fn reset(&mut self) {
        self.nodes.clear();
        self.blocks.clear();
        self.work.clear();
        self.features = Features::default();
        self.has_nops = false;
        self.ways_changed = false;
        self.new_block_at(0);
    }

    /// The same; and the instructions of `sequence` are there, in no block yet.
    pub(super) fn take_over(&mut self, sequence: &mut InstructionSequence) {
        self.reset();
        self.nodes = sequence.take_instructions(std::mem::take(&mut self.nodes));
    }

    /// All instructions; [`Graph::return_nodes`] takes them back.
    pub(super) fn lend_nodes(&mut self) -> Vec<Node> {
        std::mem::take(&mut self.nodes)
    }

    /// Takes back what was lent.
    pub(super) fn return_nodes(&mut self, nodes: Vec<Node>) {
        self.nodes = nodes;
    }

    /// A new empty block, not yet in order.
    pub(super) fn new_block(&mut self) -> BlockId {
        self.new_block_at(self.end())
    }

    /// The same, with its slots from `start` on.
    pub(super) fn new_block_at(&mut self, start: u32) -> BlockId {
        let id = BlockId::new(self.blocks.len());
        self.blocks.push(Block {
            start,
            used: 0,
            capacity: 0,
            next: None,
            labelled: false,
            predecessors: 0,
            start_depth: 0,
            preserve_lasti: false,
            except_handler: false,
            features: Features::default(),
            has_nops: true,
            visited: false,
            cold: false,
            warm: false,
            mark: 0,
            unbound_locals: 0,
        });
        id
    }

    /// Number of blocks, in order or not.
    pub(super) fn block_count(&self) -> usize {
        self.blocks.len()
    }

    /// The blocks in order.
    pub(super) fn order(&self) -> impl Iterator<Item = BlockId> + '_ {
        std::iter::successors(Some(BlockId::ENTRY), |&block| self[block].next)
    }

    /// Runs `visit` on the blocks in order; it may put blocks after the one it is given.
    pub(super) fn for_each_block(&mut self, mut visit: impl FnMut(&mut Self, BlockId)) {
        let mut cursor = Some(BlockId::ENTRY);
        while let Some(block) = cursor {
            visit(self, block);
            cursor = self[block].next;
        }
    }

    /// The instructions of a block.
    #[inline]
    pub(super) fn nodes(&self, block: BlockId) -> &[Node] {
        &self.nodes[self[block].slots()]
    }

    /// The instructions of a block.
    #[inline]
    pub(super) fn nodes_mut(&mut self, block: BlockId) -> &mut [Node] {
        let slots = self[block].slots();
        &mut self.nodes[slots]
    }

    /// Number of instructions of a block.
    #[inline]
    pub(super) fn len(&self, block: BlockId) -> usize {
        self[block].used as usize
    }

    /// The last instruction of a block.
    #[inline]
    pub(super) fn last(&self, block: BlockId) -> Option<&Node> {
        let Block { start, used, .. } = self[block];
        // Less is asked for than by the last of a slice.
        let last = start + used.checked_sub(1)?;
        self.nodes.get(last as usize)
    }

    /// The last instruction of a block.
    #[inline]
    pub(super) fn last_mut(&mut self, block: BlockId) -> Option<&mut Node> {
        let Block { start, used, .. } = self[block];
        let last = start + used.checked_sub(1)?;
        self.nodes.get_mut(last as usize)
    }

    /// The last instruction of a block if it jumps.
    #[inline]
    pub(super) fn last_jump(&self, block: BlockId) -> Option<&Node> {
        self.last(block).filter(|node| node.opcode.has_jump())
    }

    /// Whether control can go on to the next block (`BB_HAS_FALLTHROUGH`).
    #[inline]
    pub(super) fn falls_through(&self, block: BlockId) -> bool {
        !self.last(block).is_some_and(Node::ends_flow)
    }

    /// The next block, if control can go on to it.
    #[inline]
    pub(super) fn fall_through(&self, block: BlockId) -> Option<BlockId> {
        self[block].next.filter(|_| self.falls_through(block))
    }

    /// Whether the last instruction leaves the code unit (`basicblock_exits_scope`).
    pub(super) fn exits_scope(&self, block: BlockId) -> bool {
        self.last(block).is_some_and(|node| node.opcode.is_scope_exit())
    }

    /// Whether no instruction has a line (`basicblock_has_no_lineno`).
    pub(super) fn has_no_line(&self, block: BlockId) -> bool {
        self.nodes(block).iter().all(|node| node.location.line < 0)
    }

    /// Whether the first instruction of some block has no line.
    pub(super) fn starts_without_line(&self) -> bool {
        let first = |block: &Block| (block.used > 0).then(|| self.nodes[block.start as usize].location.line);
        let mut lineless = self.blocks.iter().filter(|block| block.features.has(Features::LINELESS));
        lineless.any(|block| first(block) == Some(Location::NONE.line))
    }

    /// The first block from `block` on, in order, that has instructions (`next_nonempty_block`).
    pub(super) fn next_nonempty(&self, mut block: Option<BlockId>) -> Option<BlockId> {
        while let Some(id) = block
            && self.len(id) == 0
        {
            block = self[id].next;
        }
        block
    }

    /// All blocks, in order or not, in the order of their numbers.
    pub(super) fn blocks_mut(&mut self) -> &mut [Block] {
        &mut self.blocks
    }

    /// Takes kinds of instructions into account that come to a block.
    pub(super) fn add_features(&mut self, block: BlockId, features: Features) {
        self[block].features.add(features);
        self.features.add(features);
    }

    /// Takes into account that an instruction of a block has become a `NOP`.
    pub(super) fn note_nop(&mut self, block: BlockId) {
        self[block].has_nops = true;
        self.has_nops = true;
    }

    /// Ends the newest block at slot `end`.
    pub(super) fn close(&mut self, block: BlockId, end: u32, features: Features) {
        self.features.add(features);
        let block = &mut self[block];
        block.features = features;
        block.used = end - block.start;
        block.capacity = block.used;
    }

    /// Appends an instruction. It takes over the handler of the slot it lands in.
    pub(super) fn append(&mut self, block: BlockId, opcode: Opcode, oparg: i32, location: Location) {
        self.add_features(block, Features::of(opcode, location));
        let slot = self.next_slot(block);
        slot.opcode = opcode;
        slot.oparg = oparg;
        slot.location = location;
        slot.target = None;
    }

    /// Appends a jump. It takes over the handler of the slot it lands in.
    pub(super) fn append_jump(&mut self, block: BlockId, opcode: Opcode, target: BlockId, location: Location) {
        self.append(block, opcode, 0, location);
        self.last_mut(block).expect("just appended").target = Some(target);
    }

    /// Appends copies of the instructions of `from`, handlers included.
    pub(super) fn append_block(&mut self, to: BlockId, from: BlockId) {
        self.add_features(to, self[from].features);
        self[to].has_nops |= self[from].has_nops;
        for index in 0..self.len(from) {
            let node = self.nodes(from)[index];
            *self.next_slot(to) = node;
        }
    }

    /// A new block with copies of the instructions of `block`, placed right after it.
    pub(super) fn duplicate(&mut self, block: BlockId) -> BlockId {
        let copy = self.new_block();
        self.append_block(copy, block);
        self.place_after(block, copy);
        copy
    }

    /// Puts a new block after another.
    pub(super) fn place_after(&mut self, block: BlockId, new: BlockId) {
        self[new].next = self[block].next;
        self[block].next = Some(new);
    }

    /// Inserts an instruction.
    pub(super) fn insert(&mut self, block: BlockId, index: usize, node: Node) {
        self.add_features(block, Features::of(node.opcode, node.location));
        self.next_slot(block);
        let nodes = self.nodes_mut(block);
        let last = nodes.len() - 1;
        nodes.copy_within(index..last, index + 1);
        nodes[index] = node;
    }

    /// Keeps the first `len` instructions; the slots of the others stay as they are.
    pub(super) fn truncate(&mut self, block: BlockId, len: usize) {
        debug_assert!(len <= self.len(block));
        self[block].used = u32::try_from(len).expect("no longer than the block");
    }

    /// Forgets which blocks were visited and hands out the empty work list
    /// (`make_cfg_traversal_stack`). [`Graph::finish_visit`] takes it back.
    pub(super) fn start_visit(&mut self) -> Vec<BlockId> {
        for block in &mut self.blocks {
            block.visited = false;
        }
        std::mem::take(&mut self.work)
    }

    /// Takes the work list back, for the next pass.
    pub(super) fn finish_visit(&mut self, work: Vec<BlockId>) {
        debug_assert!(work.is_empty());
        self.work = work;
    }

    /// Puts a block on the work list unless it was visited.
    pub(super) fn visit(&mut self, work: &mut Vec<BlockId>, block: BlockId) {
        if !std::mem::replace(&mut self[block].visited, true) {
            work.push(block);
        }
    }

    /// The slot after the last instruction, now in use, with what it held.
    fn next_slot(&mut self, block: BlockId) -> &mut Node {
        let Block { start, used, capacity, .. } = self[block];
        if used == capacity {
            self.grow(block);
        }
        let block = &mut self.blocks[block.index()];
        debug_assert!(block.start == start || used == capacity);
        block.used += 1;
        &mut self.nodes[(block.start + used) as usize]
    }

    /// Makes room for one more instruction: in place at the arena's end, else by moving there.
    fn grow(&mut self, block: BlockId) {
        let Block { start, capacity, .. } = self[block];
        if start + capacity == self.end() {
            self.nodes.push(Node::ZERO);
            self[block].capacity += 1;
            return;
        }
        self[block].start = self.end();
        self.nodes.extend_from_within(start as usize..(start + capacity) as usize);
        let extra = 1 + capacity / 2;
        self.nodes.resize(self.nodes.len() + extra as usize, Node::ZERO);
        self[block].capacity = capacity + extra;
    }

    fn end(&self) -> u32 {
        u32::try_from(self.nodes.len()).expect("instructions are fewer than 2**32")
    }
}
