//! The units of a static module → the same with the checks that they lack to be proved ([`crate::verify::typed`]).
//!
//! All are looked at once the module is built, not each when it is: builder and prover, turn by turn, would drive each other
//! out of the processor's caches.
//!
//! Invariant: a unit is looked at when those inside it are final.

use super::super::Builder;
use crate::verify::typed::{Draft, with_missing_checks};
use crate::{CodeObject, Constant};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Assembled units that are to be looked at, by the addresses of their code objects, which are kept for that.
#[derive(Debug, Default)]
pub(in crate::build) struct UncheckedUnits(FxHashMap<usize, (Arc<CodeObject>, Draft)>);

impl UncheckedUnits {
    /// Adds a unit.
    pub(in crate::build) fn add(&mut self, code: &Arc<CodeObject>, draft: Draft) {
        self.0.insert(Arc::as_ptr(code).addr(), (Arc::clone(code), draft));
    }
}

impl Builder<'_> {
    /// A code object with the checks that it and those inside it lack.
    pub(in crate::build) fn with_checks(&mut self, mut code: Arc<CodeObject>) -> Arc<CodeObject> {
        let draft = self.unchecked.0.remove(&Arc::as_ptr(&code).addr()).map(|(_, draft)| draft);
        if let Some(constants) = self.checked_constants(&code.constants) {
            Arc::make_mut(&mut code).constants = constants;
        }
        let (Some(mut draft), Some(world)) = (draft, self.world.as_mut()) else { return code };
        // A check that is put there may have to be another one for what follows, loop after loop; each round changes one at least.
        for _ in 0..draft.instructions.len() {
            let Some((checked, constants)) = with_missing_checks(&draft, &code, world) else { break };
            let code = Arc::make_mut(&mut code);
            (code.constants, code.stack_size) = (constants, checked.stack_size);
            self.spare.assembler.reassemble(code, &checked.instructions);
            draft = checked;
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
