//! Code object → text, in the layout of `python -m dis`.
//!
//! ```text
//!   1   L1:     RESUME                   0
//!
//!   2           LOAD_NAME                0 (spam)
//!               JUMP_BACKWARD            4 (to L1)
//! ```
//!
//! Code objects are shown without their address; see [`crate::repr`].
//!
//! Invariant: any code object gives text; operands that mean nothing are shown as numbers only.

mod layout;
mod operand;
mod table;

pub use layout::DisassembleOptions;

use crate::repr::code_repr;
use crate::{CodeObject, Constant};
use layout::Layout;

/// The text of a code object and of all code objects in its constants (`dis.dis`).
pub fn disassemble(code: &CodeObject, options: DisassembleOptions) -> String {
    let mut text = String::new();
    write_recursively(&mut text, code, options);
    text
}

/// `dis.py: _disassemble_recursive`
fn write_recursively(text: &mut String, code: &CodeObject, options: DisassembleOptions) {
    Layout::new(code, options).write(text);
    for constant in code.constants.iter() {
        if let Constant::Code(inner) = constant {
            text.push_str("\nDisassembly of ");
            text.push_str(&code_repr(inner));
            text.push_str(":\n");
            write_recursively(text, inner, options);
        }
    }
}
