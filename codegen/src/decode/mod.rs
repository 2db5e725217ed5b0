//! The bytes of a code object → instructions, locations, handlers: what the assembler did, undone.
//!
//! ```text
//! 45 01 52 2c      LOAD_CONST 300, starting at unit 0, itself at unit 1, ending at unit 2
//! ```
//!
//! Invariant: nothing here panics on malformed bytes; offsets count code units.

mod exception_table;
mod instructions;
mod location_table;

pub use exception_table::{ExceptionEntry, exception_entries};
pub use instructions::{DecodedInstruction, DecodedOpcode, instructions};
pub use location_table::{LocationEntry, location_entries};

/// A table that does not follow its format: where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MalformedTable {
    /// The byte of the table where reading stopped.
    pub position: usize,
}
