//! Removes NOPs that carry no line of their own, pairs that do nothing, and jumps to what follows.
//!
//! ```text
//! NOP (line 1) · LOAD_NAME a (line 1)      →   LOAD_NAME a
//! LOAD_CONST 1 · POP_TOP                   →   NOP · NOP
//! ```
//!
//! A NOP that is left is a line event: `pass`, `try:`, `while True:`.

use super::graph::{BlockId, Graph};
use crate::Opcode;
use pyclast_syntax::Location;

/// `remove_redundant_nops`
pub(super) fn remove(graph: &mut Graph) {
    graph.for_each(remove_from);
}

/// `remove_redundant_nops_and_jumps`: each round removes a jump, so it ends.
pub(super) fn remove_with_jumps(graph: &mut Graph) {
    loop {
        remove(graph);
        if !remove_redundant_jumps(graph) {
            return;
        }
    }
}

/// `remove_redundant_nops_and_pairs`
pub(super) fn remove_with_pairs(graph: &mut Graph) {
    loop {
        let mut found_pair = false;
        // The instruction that ran before, if nothing else can lead to the next one.
        let mut previous: Option<(BlockId, usize)> = None;
        graph.for_each(|graph, id| {
            remove_from(graph, id);
            if graph.block(id).labelled {
                previous = None;
            }
            for index in 0..graph.block(id).len() {
                let before = previous.replace((id, index));
                if graph.block(id).instrs()[index].opcode != Opcode::PopTop {
                    continue;
                }
                let Some((block, place)) = before else { continue };
                let instr = &mut graph.block_mut(block).instrs_mut()[place];
                if loads_const(instr.opcode) || (instr.opcode == Opcode::Copy && instr.oparg == 1) {
                    instr.set(Opcode::Nop);
                    graph.block_mut(id).instrs_mut()[index].set(Opcode::Nop);
                    found_pair = true;
                }
            }
            let block = graph.block(id);
            let jumps = previous.is_some_and(|(block, index)| graph.block(block).instrs()[index].opcode.has_jump());
            if jumps || !block.has_fallthrough() {
                previous = None;
            }
        });
        if !found_pair {
            return;
        }
    }
}

/// Whether the opcode loads a constant of the source.
pub(super) const fn loads_const(opcode: Opcode) -> bool {
    matches!(opcode, Opcode::LoadConst | Opcode::LoadSmallInt)
}

/// `basicblock_remove_redundant_nops`
fn remove_from(graph: &mut Graph, id: BlockId) {
    if !graph.block(id).instrs().iter().any(|instr| instr.opcode == Opcode::Nop) {
        return;
    }
    let next_line = line_after(graph, id);
    let block = graph.block_mut(id);
    let mut kept = 0;
    let mut previous_line = Location::NONE.line;
    for index in 0..block.len() {
        let instr = block.instrs()[index];
        let line = instr.location.line;
        if instr.opcode == Opcode::Nop {
            if instr.is_artificial() || line == previous_line {
                continue;
            }
            match block.instrs_mut().get_mut(index + 1) {
                Some(next) if next.location.line == line => continue,
                Some(next) if !next.has_line() => {
                    next.location = instr.location;
                    continue;
                }
                Some(_) => {}
                None if next_line == Some(line) => continue,
                None => {}
            }
        }
        block.instrs_mut()[kept] = block.instrs()[index];
        kept += 1;
        previous_line = line;
    }
    block.truncate(kept);
}

/// The line of the first instruction behind a block that will stay.
fn line_after(graph: &Graph, id: BlockId) -> Option<i32> {
    let next = graph.nonempty(graph.block(id).next)?;
    let stays = |instr: &&super::graph::Instr| instr.opcode != Opcode::Nop || !instr.is_artificial();
    Some(graph.block(next).instrs().iter().find(stays).map_or(Location::NONE.line, |instr| instr.location.line))
}

/// `remove_redundant_jumps`; says whether there was one.
fn remove_redundant_jumps(graph: &mut Graph) -> bool {
    let mut removed = false;
    graph.for_each(|graph, id| {
        let block = graph.block(id);
        let Some(last) = block.last().filter(|last| last.opcode.is_unconditional_jump()) else { return };
        if graph.nonempty(last.target) == graph.nonempty(block.next) {
            if let Some(last) = graph.block_mut(id).last_mut() {
                last.set(Opcode::Nop);
            }
            removed = true;
        }
    });
    removed
}
