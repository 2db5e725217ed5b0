//! The operands of typed opcodes have the form that the interpreter and the JIT take for granted.
//!
//! ```text
//! INVOKE_FUNCTION ((("m",), "f"), 2)       a function and a number of values
//! LOAD_LOCAL (0, ("__static__", "int64", "#"))
//! PRIMITIVE_BINARY_OP 5                    one of the operators, but not the modulo of doubles
//! ```

use super::primitive::{Operator, code_named, code_of, holds, is_unary};
use super::sequence;
use crate::{CodeObject, Constant, Opcode, VALUES_SHIFT};

/// More constants than this could not say how many values their instruction takes.
const CONSTANT_LIMIT: u32 = 1 << VALUES_SHIFT;

/// More values than any call has.
const VALUE_LIMIT: i64 = 1 << 10;

/// The operand with the number of values its constant says; none if there is no constant of the right form.
pub(in crate::verify) fn with_values(code: &CodeObject, opcode: Opcode, oparg: u32) -> Option<u32> {
    if !opcode.has_constant() {
        return Some(oparg);
    }
    let constant = code.constants.get(oparg as usize)?;
    let values = match opcode {
        Opcode::InvokeMethod => {
            let (function, rest) = items(constant)?.split_first()?;
            let (values, rest) = rest.split_first()?;
            (is_function(function) && matches!(rest, [] | [Constant::Bool(true)])).then(|| values.as_small_int())??
        }
        Opcode::InvokeFunction => match items(constant)? {
            [function, values] if is_function(function) => values.as_small_int()?,
            _ => return None,
        },
        Opcode::BuildCheckedList | Opcode::BuildCheckedMap => match items(constant)? {
            [class, values] if is_type(class) => values.as_small_int()?,
            _ => return None,
        },
        Opcode::InvokeNative => match items(constant)? {
            [Constant::Tuple(symbol), Constant::Tuple(types)]
                if matches!(symbol[..], [Constant::Str(_), Constant::Str(_)]) && types.iter().all(is_type) =>
            {
                i64::try_from(types.len()).ok()? - 1
            }
            _ => return None,
        },
        _ => return is_constant(code, opcode, constant).then_some(oparg),
    };
    let values = u32::try_from(values).ok().filter(|_| values < VALUE_LIMIT)?;
    (oparg < CONSTANT_LIMIT).then_some(oparg | values << VALUES_SHIFT)
}

/// Whether the constant of an opcode that takes no further values has its form.
fn is_constant(code: &CodeObject, opcode: Opcode, constant: &Constant) -> bool {
    let parts = items(constant);
    match opcode {
        Opcode::Cast | Opcode::RefineType | Opcode::TpAlloc | Opcode::LoadClass => is_type(constant),
        Opcode::LoadField | Opcode::StoreField => {
            matches!(parts, Some([class, Constant::Str(_)]) if is_type(class))
        }
        Opcode::LoadMethodStatic => {
            matches!(parts, Some([function] | [function, Constant::Bool(true)]) if is_function(function))
        }
        Opcode::LoadLocal | Opcode::StoreLocal => match parts {
            Some([local, class]) => {
                let local = local.as_small_int().and_then(|local| usize::try_from(local).ok());
                local.is_some_and(|local| local < code.local_names.len()) && code_named(class).is_some()
            }
            _ => false,
        },
        Opcode::PrimitiveLoadConst => match parts {
            Some([value, kind]) => kind.as_small_int().and_then(code_of).is_some_and(|kind| holds(kind, value)),
            _ => false,
        },
        _ => false,
    }
}

/// Whether the number of a typed opcode is one that interpreter and JIT know.
pub(in crate::verify) fn is_in_range(opcode: Opcode, oparg: u32) -> bool {
    match opcode {
        Opcode::PrimitiveBox | Opcode::PrimitiveUnbox | Opcode::ReturnPrimitive => code_of(oparg).is_some(),
        Opcode::ConvertPrimitive => code_of(oparg >> 4).is_some() && code_of(oparg & 15).is_some(),
        Opcode::PrimitiveBinaryOp => Operator::new(oparg).is_some(),
        Opcode::PrimitiveUnaryOp => is_unary(oparg),
        Opcode::PrimitiveCompareOp => oparg <= 15,
        // Behind a missing key, form 2 reads what is not there.
        Opcode::LoadMappingArg => oparg == 3,
        Opcode::FastLen => sequence::measured(oparg).is_some(),
        Opcode::SequenceGet => sequence::read(oparg).is_some(),
        Opcode::SequenceSet => sequence::stored(oparg).is_some(),
        // Deletes nothing where the index is out of range or negative; unknown to the JIT.
        Opcode::ListDel => false,
        Opcode::LoadIterableArg => oparg < 1 << 16,
        Opcode::LoadType => oparg == 0,
        _ => false,
    }
}

fn items(constant: &Constant) -> Option<&[Constant]> {
    match constant {
        Constant::Tuple(items) => Some(items),
        _ => None,
    }
}

/// `("m", "C")`, `("m", "C", "?")`, `("__static__", "chklist", (…,), "!")`.
pub(super) fn is_type(constant: &Constant) -> bool {
    let Some([Constant::Str(_), path @ ..]) = items(constant) else { return false };
    matches!(path, [Constant::Str(_), ..])
        && path.iter().all(|part| match part {
            Constant::Str(_) => true,
            Constant::Tuple(arguments) => arguments.iter().all(is_type),
            _ => false,
        })
}

/// `(("m",), "f")`, `(("m", "C"), "f")`, `(("m", "C"), ("p", "fget"))`.
fn is_function(constant: &Constant) -> bool {
    let Some([container, name]) = items(constant) else { return false };
    let is_module = matches!(items(container), Some([Constant::Str(_)]));
    let is_name = match name {
        Constant::Str(_) => true,
        Constant::Tuple(parts) => matches!(parts[..], [Constant::Str(_), Constant::Str(_)]),
        _ => false,
    };
    (is_module || is_type(container)) && is_name
}
