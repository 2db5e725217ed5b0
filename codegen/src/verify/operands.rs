//! Operands are in the ranges of their opcodes, and name variables of the right kind.
//!
//! ```text
//! LOAD_CONST 7         7 < len(co_consts)
//! LOAD_DEREF 2         variable 2 is a cell or free variable
//! CALL_INTRINSIC_1 11  11 is one of the intrinsics
//! ```

use super::instructions::{Instruction, Program};
use super::typed::structure;
use super::{Check, Fault, Rule};
use crate::{CodeFlags, CodeObject, LocalKind, Opcode, Operand};

/// Checks variables, then every operand.
pub(super) fn check(code: &CodeObject, program: &Program) -> Check {
    check_variables(code)?;
    program.instructions.iter().try_for_each(|instruction| {
        if !is_in_range(code, instruction) {
            let Instruction { opcode, oparg, start, .. } = *instruction;
            let message = format!("{} has no operand {oparg}", opcode.name());
            return Err(Fault::new(start, Rule::OperandRange, message));
        }
        check_kind(code, instruction)
    })
}

/// Names, kinds and argument counts agree (`codeobject.c: _PyCode_Validate`).
fn check_variables(code: &CodeObject) -> Check {
    let fault = |message: &str| Err(Fault::new(0, Rule::Variables, message));
    if code.local_names.len() != code.local_kinds.len() {
        return fault("variables have not as many kinds as names");
    }
    if code.pos_only_arg_count > code.arg_count {
        return fault("more positional-only arguments than arguments");
    }
    let flag = |flag: CodeFlags| u64::from(code.flags.intersects(flag));
    let arguments = u64::from(code.arg_count)
        + u64::from(code.kw_only_arg_count)
        + flag(CodeFlags::VARARGS)
        + flag(CodeFlags::VARKEYWORDS);
    let locals = code.local_kinds.iter().filter(|kind| kind.0 & LocalKind::LOCAL != 0).count();
    if arguments > locals as u64 {
        return fault("more arguments than locals");
    }
    let mut kinds = code.local_kinds.iter();
    let argument_bits = LocalKind::ARG_POS | LocalKind::ARG_KW | LocalKind::ARG_VAR;
    let leading = kinds.by_ref().take_while(|kind| kind.0 & argument_bits != 0).count();
    if leading as u64 != arguments || kinds.any(|kind| kind.0 & argument_bits != 0) {
        return fault("the arguments are not the first locals");
    }
    // Locals, then cells, then free variables: the interpreter copies the latter by position.
    let section = |kind: &LocalKind| match kind.0 {
        kind if kind & LocalKind::LOCAL != 0 => 0,
        kind if kind & LocalKind::CELL != 0 => 1,
        kind if kind & LocalKind::FREE != 0 => 2,
        _ => 3,
    };
    if !code.local_kinds.is_sorted_by_key(section) || code.local_kinds.last().is_some_and(|kind| section(kind) == 3) {
        return fault("variables are not locals, then cells, then free variables");
    }
    Ok(())
}

fn is_in_range(code: &CodeObject, instruction: &Instruction) -> bool {
    let Instruction { opcode, oparg, .. } = *instruction;
    let index = opcode.assembled_operand(oparg.cast_signed()).cast_unsigned() as usize;
    match opcode.operand() {
        Operand::Const | Operand::ConstValues => index < code.constants.len(),
        Operand::Name => index < code.names.len(),
        Operand::AttributeName | Operand::GlobalName => index >> 1 < code.names.len(),
        Operand::SuperName => index >> 2 < code.names.len(),
        Operand::Local | Operand::Deref => index < code.local_names.len(),
        Operand::LocalPair => oparg < 256 && index >> 4 < code.local_names.len() && index & 15 < code.local_names.len(),
        Operand::Binary => oparg <= 26,
        Operand::Compare => oparg >> 5 < 6,
        Operand::Invert => oparg < 2,
        Operand::Intrinsic1 => (1..=11).contains(&oparg),
        Operand::Intrinsic2 => (1..=5).contains(&oparg),
        Operand::CommonConstant => oparg < 5,
        Operand::SpecialMethod => oparg < 4,
        Operand::Conversion => (1..=3).contains(&oparg),
        Operand::FunctionAttribute => oparg.is_power_of_two() && oparg <= 16,
        // The byte is not read; only the target matters.
        Operand::None | Operand::Jump => true,
        Operand::Count => is_count_in_range(opcode, oparg),
    }
}

/// Limits of plain numbers. What only takes values off the stack is bounded by its depth.
fn is_count_in_range(opcode: Opcode, oparg: u32) -> bool {
    match opcode {
        Opcode::Copy
        | Opcode::ListAppend
        | Opcode::ListExtend
        | Opcode::SetAdd
        | Opcode::SetUpdate
        | Opcode::MapAdd
        | Opcode::DictUpdate
        | Opcode::DictMerge => oparg >= 1,
        Opcode::Swap => oparg >= 2,
        Opcode::BuildSlice => oparg == 2 || oparg == 3,
        Opcode::RaiseVarargs | Opcode::GetAwaitable | Opcode::Reraise => oparg <= 2,
        Opcode::YieldValue => oparg <= 1,
        Opcode::Resume => oparg < 8,
        Opcode::LoadSmallInt => oparg < 256,
        _ if opcode.is_extended() => structure::is_in_range(opcode, oparg),
        // Far above any source file, and far below what could overflow a depth.
        _ => oparg < 1 << 24,
    }
}

fn check_kind(code: &CodeObject, instruction: &Instruction) -> Check {
    let Instruction { opcode, oparg, start, .. } = *instruction;
    let is = |index: u32, kinds: u8| code.local_kinds.get(index as usize).is_some_and(|kind| kind.0 & kinds != 0);
    let sound = match opcode {
        // A cell of an inlined comprehension may take the place of a free variable of its name.
        _ if opcode.operand() == Operand::Deref => is(oparg, LocalKind::CELL | LocalKind::FREE),
        // Loads may take a cell itself, to put it into a closure; a free variable is never replaced.
        Opcode::StoreFast | Opcode::DeleteFast | Opcode::LoadFastAndClear | Opcode::LoadFastCheck => {
            is(oparg, LocalKind::LOCAL)
        }
        Opcode::StoreFastLoadFast => is(oparg >> 4, LocalKind::LOCAL),
        Opcode::StoreFastStoreFast => is(oparg >> 4, LocalKind::LOCAL) && is(oparg & 15, LocalKind::LOCAL),
        Opcode::CopyFreeVars => {
            let free = code.local_kinds.iter().filter(|kind| kind.0 & LocalKind::FREE != 0).count();
            free == oparg as usize
        }
        _ => true,
    };
    if sound {
        Ok(())
    } else {
        let message = format!("{} {oparg} names a variable of another kind", opcode.name());
        Err(Fault::new(start, Rule::VariableKind, message))
    }
}
