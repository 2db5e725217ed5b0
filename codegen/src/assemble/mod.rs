//! Final instructions → code object.

use crate::{CodeObject, OptimizedUnit};
use pyclast_syntax::PyString;

/// Assembles a code unit.
pub fn assemble(unit: OptimizedUnit, filename: &PyString) -> CodeObject {
    let _ = (unit, filename);
    todo!()
}
