//! Code units → instructions, `EXTENDED_ARG` prefixes merged and caches skipped.
//!
//! Invariant: the instructions cover all code units; `start..end` of one follows that of the former.

use crate::opcode::by_opcode;
use crate::{EXTENDED_OPCODE, Opcode};

/// The byte of `EXTENDED_ARG`, which comes before typed opcodes too.
const EXTENDED_ARG: u8 = 69;

/// By opcode: its inline caches.
static CACHES: [u8; Opcode::ALL.len()] = by_opcode!(|opcode| opcode.caches().to_le_bytes()[0]);

/// What the opcode byte of an instruction says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecodedOpcode {
    /// An opcode of the table.
    Known(Opcode),
    /// A byte that names no opcode the compiler writes: unused, specialized or instrumented.
    Unknown(u8),
}

/// One instruction of a code object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DecodedInstruction {
    /// The code unit where its first `EXTENDED_ARG` stands, or itself.
    pub start: u32,
    /// The code unit of the opcode.
    pub offset: u32,
    /// The code unit after its caches.
    pub end: u32,
    /// The opcode.
    pub opcode: DecodedOpcode,
    /// The operand, prefixes included.
    pub oparg: u32,
    /// The operand of the `EXTENDED_OPCODE` before a typed opcode: `taken << 2 | given`.
    pub extended: Option<u32>,
}

impl DecodedInstruction {
    /// The opcode, if it is one of the table.
    #[inline]
    pub const fn known(&self) -> Option<Opcode> {
        match self.opcode {
            DecodedOpcode::Known(opcode) => Some(opcode),
            DecodedOpcode::Unknown(_) => None,
        }
    }

    /// Where the instruction jumps to, in code units; `None` if it does not jump, or out of range.
    ///
    /// The operand of `END_ASYNC_FOR` names its `END_SEND`, to which it does not jump.
    #[inline]
    pub fn jump_target(&self) -> Option<u32> {
        let opcode = self.known().filter(|opcode| opcode.has_jump())?;
        if opcode.is_backward() { self.end.checked_sub(self.oparg) } else { self.end.checked_add(self.oparg) }
    }
}

/// The instructions of `code`. An odd last byte and a prefix without instruction are left out.
#[inline]
pub fn instructions(code: &[u8]) -> impl Iterator<Item = DecodedInstruction> + '_ {
    let units = code.as_chunks::<2>().0;
    let count = u32::try_from(units.len()).unwrap_or(u32::MAX);
    let mut offset = 0_u32;
    std::iter::from_fn(move || {
        let start = offset;
        let mut extended = None;
        let &[mut byte, low] = units.get(offset as usize)?;
        let mut oparg = u32::from(low);
        let mut opcode = Opcode::from_byte(byte);
        // Most instructions have no prefix.
        while byte == EXTENDED_ARG || byte == EXTENDED_OPCODE && extended.is_none() {
            let prefix = if byte == EXTENDED_ARG {
                oparg << 8
            } else {
                extended = Some(oparg);
                0
            };
            offset += 1;
            let &[next, low] = units.get(offset as usize)?;
            byte = next;
            oparg = prefix | u32::from(low);
            let is_typed = extended.is_some() && byte != EXTENDED_ARG;
            opcode = if is_typed { Opcode::from_extended_byte(byte) } else { Opcode::from_byte(byte) };
        }
        let own = offset;
        let caches = opcode.map_or(0, |opcode| u32::from(CACHES[opcode as usize]));
        let end = own + 1 + caches;
        offset = end.min(count);
        let opcode = opcode.map_or(DecodedOpcode::Unknown(byte), DecodedOpcode::Known);
        Some(DecodedInstruction { start, offset: own, end, opcode, oparg, extended })
    })
}
