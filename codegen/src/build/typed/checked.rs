//! The units of a static module → the same with the checks that they lack to be proved ([`crate::verify::typed`]).
//!
//! All are looked at once the module is built, not each when it is: builder and prover, turn by turn, would drive each other
//! out of the processor's caches.
//!
//! Invariant: a unit is looked at when those inside it are final.

use super::super::Builder;
use crate::verify::typed::with_missing_checks;
use crate::{CodeObject, Constant, OptimizedUnit};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// How often a unit is looked at, at most.
const ROUNDS: usize = 4;

/// Assembled units that are to be looked at, by the addresses of their code objects, which are kept for that.
#[derive(Debug, Default)]
pub(in crate::build) struct UncheckedUnits(FxHashMap<usize, (Arc<CodeObject>, OptimizedUnit)>);

impl UncheckedUnits {
    /// Adds a unit.
    pub(in crate::build) fn add(&mut self, code: &Arc<CodeObject>, unit: OptimizedUnit) {
        self.0.insert(Arc::as_ptr(code).addr(), (Arc::clone(code), unit));
    }
}

impl Builder<'_> {
    /// A code object with the checks that it and those inside it lack.
    pub(in crate::build) fn with_checks(&mut self, mut code: Arc<CodeObject>) -> Arc<CodeObject> {
        let unit = self.unchecked.0.remove(&Arc::as_ptr(&code).addr()).map(|(_, unit)| unit);
        if let Some(constants) = self.checked_constants(&code.constants) {
            code = Arc::new(CodeObject { constants, ..(*code).clone() });
        }
        let (Some(mut unit), Some(world)) = (unit, self.world.as_mut()) else { return code };
        // A check that is put there may have to be another one for what follows.
        for _ in 0..ROUNDS {
            let Some(mut checked) = with_missing_checks(&unit, &code, world) else { break };
            let own = unit.unit.constants.len();
            checked.unit.constants[..own].clone_from_slice(&code.constants[..own]);
            unit = checked.clone();
            code = Arc::new(self.spare.assembler.assemble(checked, &self.options.filename));
        }
        code
    }

    /// Constants with the code objects among them checked; none if those are as they were.
    fn checked_constants(&mut self, constants: &Arc<[Constant]>) -> Option<Arc<[Constant]>> {
        let mut changed: Option<Vec<Constant>> = None;
        for (index, constant) in constants.iter().enumerate() {
            let Constant::Code(inner) = constant else { continue };
            let checked = self.with_checks(Arc::clone(inner));
            if !Arc::ptr_eq(&checked, inner) {
                changed.get_or_insert_with(|| constants.to_vec())[index] = Constant::Code(checked);
            }
        }
        changed.map(Into::into)
    }
}
