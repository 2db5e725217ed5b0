//! Sequences of instructions that the interpreter takes for granted.
//!
//! ```text
//! FOR_ITER →L          an exhausted iterator jumps over the END_FOR at L to its POP_ITER
//! SEND →L              a generator that returns goes on at the END_SEND at L
//! END_ASYNC_FOR →L     monitoring finds the SEND of the loop five code units before L
//! POP_JUMP_IF_x        NOT_TAKEN marks the other way for monitoring
//! ```

use super::instructions::{HAS_ORDER, Instruction, Program, does};
use super::{Check, Fault, Rule};
use crate::{CodeFlags, CodeObject, LocalKind, Opcode};

/// What `END_ASYNC_FOR` names lies this far behind a `SEND`: its `END_SEND`, unless a `CLEANUP_THROW`
/// stands in between (`assemble.c: END_SEND_OFFSET`).
const END_SEND_OFFSET: u32 = 5;

/// Checks the prologue, and each instruction with its neighbours.
pub(super) fn check(code: &CodeObject, program: &Program) -> Check {
    check_prologue(code, program)?;
    for (index, instruction) in program.instructions.iter().enumerate() {
        if does(instruction.opcode, HAS_ORDER) {
            check_neighbours(code, program, index, *instruction)?;
        }
    }
    Ok(())
}

fn is_generator(code: &CodeObject) -> bool {
    [CodeFlags::GENERATOR, CodeFlags::COROUTINE, CodeFlags::ASYNC_GENERATOR]
        .into_iter()
        .any(|flag| code.flags.intersects(flag))
}

/// `COPY_FREE_VARS`, `MAKE_CELL` for every cell, `RETURN_GENERATOR; POP_TOP`, `RESUME`
/// (`flowgraph.c: insert_prefix_instructions`).
fn check_prologue(code: &CodeObject, program: &Program) -> Check {
    let fault = |unit: u32, message: &str| Err(Fault::new(unit, Rule::Prologue, message));
    let mut rest = &program.instructions[..];
    let has_free = code.local_kinds.iter().any(|kind| kind.0 & LocalKind::FREE != 0);
    let copies_free = matches!(rest.first(), Some(first) if first.opcode == Opcode::CopyFreeVars);
    if has_free != copies_free {
        return fault(0, "COPY_FREE_VARS does not fit the free variables");
    }
    rest = &rest[usize::from(copies_free)..];
    let made = rest.iter().take_while(|instruction| instruction.opcode == Opcode::MakeCell).count();
    // Most code has no cells.
    let mut is_made = vec![false; if made > 0 { code.local_kinds.len() } else { 0 }];
    for instruction in &rest[..made] {
        is_made[instruction.oparg as usize] = true;
    }
    let is_made = is_made.into_iter().chain(std::iter::repeat(false));
    if code.local_kinds.iter().zip(is_made).any(|(kind, made)| kind.0 & LocalKind::CELL != 0 && !made) {
        return fault(0, "a cell is not made");
    }
    rest = &rest[made..];
    let returns_generator = matches!(
        rest,
        [first, second, ..] if first.opcode == Opcode::ReturnGenerator && second.opcode == Opcode::PopTop
    );
    if returns_generator != is_generator(code) {
        return Err(Fault::new(0, Rule::Generator, "RETURN_GENERATOR does not fit the flags"));
    }
    rest = &rest[if returns_generator { 2 } else { 0 }..];
    match rest.iter().find(|instruction| instruction.opcode != Opcode::Nop) {
        Some(resume) if resume.opcode == Opcode::Resume && is_at_start(resume.oparg) => Ok(()),
        other => fault(other.map_or(0, |instruction| instruction.start), "RESUME is missing"),
    }
}

/// Whether a `RESUME` is that of a call, not one after a suspension: its low two bits say.
const fn is_at_start(oparg: u32) -> bool {
    oparg.is_multiple_of(4)
}

fn check_neighbours(code: &CodeObject, program: &Program, index: usize, instruction: Instruction) -> Check {
    let is = |place: Option<usize>, opcode: Opcode| {
        place.and_then(|place| program.instructions.get(place)).is_some_and(|other| other.opcode == opcode)
    };
    let next = Some(index + 1);
    let target = instruction.target();
    let (sound, rule, message) = match instruction.opcode {
        opcode if opcode.is_conditional_jump() => {
            (is(next, Opcode::NotTaken), Rule::NotTaken, "NOT_TAKEN does not follow a conditional jump")
        }
        Opcode::ForIter => (
            is(target, Opcode::EndFor) && is(target.map(|place| place + 1), Opcode::PopIter),
            Rule::LoopEnd,
            "FOR_ITER does not end at END_FOR and POP_ITER",
        ),
        Opcode::Send => (
            is(target, Opcode::EndSend) && is(next, Opcode::YieldValue),
            Rule::SendOrder,
            "SEND does not go to END_SEND, or YIELD_VALUE does not follow",
        ),
        Opcode::YieldValue if !is_generator(code) => (false, Rule::Generator, "YIELD_VALUE outside a generator"),
        Opcode::YieldValue => {
            let resumes = program
                .instructions
                .get(index + 1)
                .is_some_and(|next| next.opcode == Opcode::Resume && !is_at_start(next.oparg));
            (resumes, Rule::SendOrder, "RESUME does not follow YIELD_VALUE")
        }
        Opcode::ReturnGenerator if !is_generator(code) => {
            (false, Rule::Generator, "RETURN_GENERATOR outside a generator")
        }
        Opcode::EndAsyncFor => {
            let named = instruction.end.checked_sub(instruction.oparg);
            let send = named.and_then(|unit| unit.checked_sub(END_SEND_OFFSET));
            let place = send.and_then(|unit| program.index_at(unit));
            (is(place, Opcode::Send), Rule::AsyncLoopEnd, "END_ASYNC_FOR does not name the SEND of its loop")
        }
        Opcode::CopyFreeVars => (index == 0, Rule::Prologue, "COPY_FREE_VARS after the start"),
        _ => return Ok(()),
    };
    if sound { Ok(()) } else { Err(Fault::new(instruction.start, rule, message)) }
}
