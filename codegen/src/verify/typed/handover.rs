//! What is given away is not what a `CAST` gave.
//!
//! ```text
//! LOAD_FAST x · CAST str · LOAD_FAST c · STORE_FIELD s                       x may be freed while it is used
//! LOAD_FAST x · COPY 1 · CAST str · POP_TOP · LOAD_FAST c · STORE_FIELD s    x is
//! ```
//!
//! To the JIT the result of `CAST` is a second name of one reference. Where an instruction takes over a reference and this
//! is the last time that its own name of it is used, the JIT hands over the one there is, though the object is used by its
//! first name afterwards: it is freed too early. Functions are put in place of their calls, so what is passed to one, or
//! returned, may be handed over elsewhere.
//!
//! Invariant: an instruction that takes over a reference, and a call, get objects by their first names.

use super::missing::{Cure, MissingCheck};
use super::step::{Proof, Step};
use crate::Opcode;

/// Which values an instruction takes over or passes on, if any: the place of the first from the top, counted from 1, and
/// how many there are. `values` is the number that its constant says.
pub(in crate::verify) const fn handed_over(opcode: Opcode, oparg: usize, values: usize) -> Option<(usize, usize)> {
    Some(match opcode {
        Opcode::BuildList | Opcode::BuildTuple | Opcode::RaiseVarargs => (1, oparg),
        Opcode::Call => (1, oparg + 2),
        Opcode::CallKw => (2, oparg + 2),
        Opcode::BuildCheckedList | Opcode::InvokeFunction => (1, values),
        Opcode::ReturnValue | Opcode::YieldValue | Opcode::StoreDeref => (1, 1),
        Opcode::StoreField | Opcode::StoreAttr => (2, 1),
        Opcode::SequenceSet | Opcode::StoreSubscr => (3, 1),
        _ => return None,
    })
}

impl Step<'_, '_> {
    /// No reference that the instruction takes over is what a `CAST` gave.
    pub(super) fn check_handover(&mut self) -> Proof {
        let handed_over = handed_over(self.instruction.opcode, self.oparg() as usize, self.values());
        let Some((first, count)) = handed_over else { return Ok(()) };
        for depth in first..first + count {
            let cast = self.state.stack[self.place(depth)?].cast;
            if cast == 0 {
                continue;
            }
            let Some(missing) = self.prover.missing.as_mut() else {
                return Err("what CAST gave is handed over: the JIT may free it too early".into());
            };
            missing.add(MissingCheck { index: cast as usize - 1, depth: 0, cure: Cure::Alone });
        }
        Ok(())
    }

    /// Whether the instruction takes nothing over of the `depth`-th value from the top, and passes it on to nobody.
    pub(super) fn only_looks_at(&self, depth: usize) -> bool {
        match self.instruction.opcode {
            Opcode::LoadField | Opcode::FastLen | Opcode::SequenceGet | Opcode::PrimitiveUnbox => true,
            Opcode::StoreField => depth == 1,
            Opcode::SequenceSet => depth == 2,
            _ => false,
        }
    }
}
