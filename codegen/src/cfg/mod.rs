//! Instruction sequence → control-flow graph → optimized instructions.

use crate::{CodeUnit, OptimizedUnit, Target};

/// Optimizes a code unit.
pub fn optimize(unit: CodeUnit, target: &Target) -> OptimizedUnit {
    let _ = (unit, target);
    todo!()
}
