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
use crate::opcode::by_opcode;
use crate::{CodeFlags, CodeObject, LocalKind, Opcode, Operand, VALUES_SHIFT};

/// Checks variables, then every operand.
pub(super) fn check(code: &CodeObject, program: &Program) -> Check {
    check_variables(code)?;
    let limits = Limits::of(code);
    program.instructions.iter().try_for_each(|instruction| {
        let Instruction { opcode, oparg, start, .. } = *instruction;
        let (is_in_range, has_kind) = match &RANGES[opcode as usize] {
            Some(range) => range.holds(oparg, &limits, &code.local_kinds),
            None => (is_in_range(code, opcode, oparg), has_kind(code, opcode, oparg)),
        };
        match (is_in_range, has_kind) {
            (true, true) => Ok(()),
            (false, _) => {
                Err(Fault::new(start, Rule::OperandRange, format!("{} has no operand {oparg}", opcode.name())))
            }
            (true, false) => {
                let message = format!("{} {oparg} names a variable of another kind", opcode.name());
                Err(Fault::new(start, Rule::VariableKind, message))
            }
        }
    })
}

/// How many there are of what operands name.
struct Limits([u32; 4]);

/// Places in [`Limits`].
const NO_LIMIT: u8 = 0;
const CONSTANTS: u8 = 1;
const NAMES: u8 = 2;
const LOCALS: u8 = 3;

impl Limits {
    fn of(code: &CodeObject) -> Self {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self([u32::MAX, count(code.constants.len()), count(code.names.len()), count(code.local_names.len())])
    }
}

/// Which operands an opcode may have.
#[derive(Clone, Copy)]
struct Range {
    least: u32,
    most: u32,
    /// In what it is an index, and which of its bits are.
    of: u8,
    shift: u8,
    mask: u32,
    /// The kinds of which its local has to have one; any if that is 0.
    kinds: u8,
}

/// By opcode: its operands, where they are a range.
static RANGES: [Option<Range>; Opcode::ALL.len()] = by_opcode!(|opcode| Range::of(opcode));

impl Range {
    const fn between(least: u32, most: u32) -> Self {
        Self { least, most, of: NO_LIMIT, shift: 0, mask: u32::MAX, kinds: 0 }
    }

    const fn index(of: u8, shift: u8) -> Self {
        Self { of, shift, ..Self::between(0, u32::MAX) }
    }

    /// The operands of an opcode, if they are a range.
    const fn of(opcode: Opcode) -> Option<Self> {
        Some(match opcode.operand() {
            Operand::Const => Self::index(CONSTANTS, 0),
            Operand::ConstValues => Self { mask: (1 << VALUES_SHIFT) - 1, ..Self::index(CONSTANTS, 0) },
            Operand::Name => Self::index(NAMES, 0),
            Operand::AttributeName | Operand::GlobalName => Self::index(NAMES, 1),
            Operand::SuperName => Self::index(NAMES, 2),
            Operand::Local => Self { kinds: kinds_of_local(opcode), ..Self::index(LOCALS, 0) },
            // A cell of an inlined comprehension may take the place of a free variable of its name.
            Operand::Deref => Self { kinds: LocalKind::CELL | LocalKind::FREE, ..Self::index(LOCALS, 0) },
            Operand::Binary => Self::between(0, 26),
            Operand::Compare => Self::between(0, (6 << 5) - 1),
            Operand::Invert => Self::between(0, 1),
            Operand::Intrinsic1 => Self::between(1, 11),
            Operand::Intrinsic2 => Self::between(1, 5),
            Operand::CommonConstant => Self::between(0, 4),
            Operand::SpecialMethod => Self::between(0, 3),
            Operand::Conversion => Self::between(1, 3),
            // The byte is not read; only the target matters.
            Operand::None | Operand::Jump => Self::between(0, u32::MAX),
            Operand::LocalPair | Operand::FunctionAttribute => return None,
            Operand::Count => match opcode {
                Opcode::CopyFreeVars => return None,
                _ if opcode.is_extended() => return None,
                _ => Self::count(opcode),
            },
        })
    }

    /// Limits of plain numbers. What only takes values off the stack is bounded by its depth.
    const fn count(opcode: Opcode) -> Self {
        match opcode {
            Opcode::Copy
            | Opcode::ListAppend
            | Opcode::ListExtend
            | Opcode::SetAdd
            | Opcode::SetUpdate
            | Opcode::MapAdd
            | Opcode::DictUpdate
            | Opcode::DictMerge => Self::between(1, u32::MAX),
            Opcode::Swap => Self::between(2, u32::MAX),
            Opcode::BuildSlice => Self::between(2, 3),
            Opcode::RaiseVarargs | Opcode::GetAwaitable | Opcode::Reraise => Self::between(0, 2),
            Opcode::YieldValue => Self::between(0, 1),
            Opcode::Resume => Self::between(0, 7),
            Opcode::LoadSmallInt => Self::between(0, 255),
            // Far above any source file, and far below what could overflow a depth.
            _ => Self::between(0, (1 << 24) - 1),
        }
    }

    /// Whether it has this operand, and whether that names a local of the right kind.
    #[inline]
    fn holds(&self, oparg: u32, limits: &Limits, kinds: &[LocalKind]) -> (bool, bool) {
        let index = (oparg & self.mask) >> self.shift;
        let is_in_range = self.least <= oparg && oparg <= self.most && index < limits.0[usize::from(self.of)];
        let has_kind = || kinds.get(index as usize).is_some_and(|kind| kind.0 & self.kinds != 0);
        (is_in_range, self.kinds == 0 || has_kind())
    }
}

/// Loads may take a cell itself, to put it into a closure; a free variable is never replaced.
const fn kinds_of_local(opcode: Opcode) -> u8 {
    match opcode {
        Opcode::StoreFast | Opcode::DeleteFast | Opcode::LoadFastAndClear | Opcode::LoadFastCheck => LocalKind::LOCAL,
        _ => 0,
    }
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

/// Whether an operand is in the range of its opcode, where that is no [`Range`].
fn is_in_range(code: &CodeObject, opcode: Opcode, oparg: u32) -> bool {
    let is_local = |index: u32| (index as usize) < code.local_names.len();
    match opcode.operand() {
        Operand::LocalPair => oparg < 256 && is_local(oparg >> 4) && is_local(oparg & 15),
        Operand::FunctionAttribute => oparg.is_power_of_two() && oparg <= 16,
        _ => opcode == Opcode::CopyFreeVars || structure::is_in_range(opcode, oparg),
    }
}

/// Whether the variables that an operand names have the right kind, where it is in no [`Range`].
fn has_kind(code: &CodeObject, opcode: Opcode, oparg: u32) -> bool {
    let is_local = |index: u32| code.local_kinds.get(index as usize).is_some_and(|kind| kind.0 & LocalKind::LOCAL != 0);
    match opcode {
        Opcode::StoreFastLoadFast => is_local(oparg >> 4),
        Opcode::StoreFastStoreFast => is_local(oparg >> 4) && is_local(oparg & 15),
        Opcode::CopyFreeVars => {
            let free = code.local_kinds.iter().filter(|kind| kind.0 & LocalKind::FREE != 0).count();
            free == oparg as usize
        }
        _ => true,
    }
}
