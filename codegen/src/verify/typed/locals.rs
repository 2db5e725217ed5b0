//! Which locals hold machine values.
//!
//! ```text
//! STORE_LOCAL (1, ("__static__", "int64", "#"))      local 1 is an int64, in all of this code
//! ```
//!
//! The JIT keeps such a local in a register, as it is.
//!
//! Invariant: no other opcode touches it, and it has one type.

use super::primitive::code_named;
use crate::verify::instructions::Program;
use crate::{CodeObject, Constant, LocalKind, Opcode, Operand};
use pyclast_syntax::type_facts::TypeCode;

/// The local and the type that an operand of `LOAD_LOCAL` names.
pub(super) fn operand(constant: &Constant) -> Option<(usize, TypeCode)> {
    let Constant::Tuple(parts) = constant else { return None };
    let [local, class] = &parts[..] else { return None };
    Some((usize::try_from(local.as_small_int()?).ok()?, code_named(class)?))
}

/// By local: the primitive it holds; or the instruction that cannot be, and why.
pub(super) fn primitives(code: &CodeObject, program: &Program) -> Result<Box<[Option<TypeCode>]>, (usize, String)> {
    let mut locals: Box<[Option<TypeCode>]> = vec![None; code.local_names.len()].into();
    let mut any = false;
    for (index, instruction) in program.instructions.iter().enumerate() {
        if !matches!(instruction.opcode, Opcode::LoadLocal | Opcode::StoreLocal) {
            continue;
        }
        let named = operand(&code.constants[instruction.oparg as usize]);
        let Some((local, class)) = named.filter(|(local, _)| *local < locals.len()) else {
            return Err((index, "the operand names no local".into()));
        };
        if locals[local].is_some_and(|known| known != class) {
            return Err((index, format!("local {local} has two types")));
        }
        if code.local_kinds[local].0 & (LocalKind::CELL | LocalKind::FREE) != 0 {
            return Err((index, format!("local {local} is captured")));
        }
        locals[local] = Some(class);
        any = true;
    }
    if any {
        check_others(program, &locals)?;
    }
    Ok(locals)
}

/// No other opcode names a local that holds a primitive.
fn check_others(program: &Program, locals: &[Option<TypeCode>]) -> Result<(), (usize, String)> {
    let holds = |local: u32| locals.get(local as usize).copied().flatten().is_some();
    for (index, instruction) in program.instructions.iter().enumerate() {
        let oparg = instruction.oparg;
        let touched = match instruction.opcode.operand() {
            Operand::Local | Operand::Deref => Some(oparg).filter(|&local| holds(local)),
            Operand::LocalPair => [oparg >> 4, oparg & 15].into_iter().find(|&local| holds(local)),
            _ => None,
        };
        if let Some(local) = touched {
            return Err((
                index,
                format!(
                    "local {local} holds a primitive, which {} would take for an object",
                    instruction.opcode.name()
                ),
            ));
        }
    }
    Ok(())
}
