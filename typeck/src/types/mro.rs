//! The method resolution order of a class: C3 over exact flavours.
//!
//! ```text
//! class C(A, B)   →   [C, A, B, object], each exact
//! ```
//!
//! Invariant: computed once, when first asked for.

use super::{ClassId, Types};
use std::rc::Rc;

impl Types<'_> {
    /// `Class.mro`
    pub fn mro(&mut self, class: ClassId) -> Rc<[ClassId]> {
        if let Some(mro) = &self.class(class).mro {
            return Rc::clone(mro);
        }
        let bases: Vec<_> = self.class(class).bases.clone();
        let bases: Vec<_> = bases.into_iter().map(|base| self.exact_type(base)).collect();
        let own = self.exact_type(class);
        if let [base] = bases[..] {
            let inherited = self.mro(base);
            if inherited.first() == Some(&base) {
                // Nothing to merge: long chains of classes need not be looked through again and again.
                let mro: Rc<[ClassId]> = std::iter::once(own).chain(inherited.iter().copied()).collect();
                self.class_mut(class).mro = Some(Rc::clone(&mro));
                return mro;
            }
        }
        let mut sequences = vec![vec![own]];
        for &base in &bases {
            sequences.push(self.mro(base).to_vec());
        }
        sequences.push(bases);
        let mro: Rc<[ClassId]> = match merge(sequences) {
            Ok(mro) => mro.into(),
            Err((partial, heads)) => {
                let names: Vec<_> = heads.iter().map(|&head| self.name(super::Value::Class(head))).collect();
                let names = names.join(", ");
                let message = format!("Cannot create a consistent method resolution order (MRO) for bases: {names}");
                self.mro_failure.get_or_insert(message);
                partial.into()
            }
        };
        self.class_mut(class).mro = Some(Rc::clone(&mro));
        mro
    }
}

/// Merges the orders of the bases; or gives how far it got, and the classes none of which can be next.
fn merge(mut sequences: Vec<Vec<ClassId>>) -> Result<Vec<ClassId>, (Vec<ClassId>, Vec<ClassId>)> {
    let mut result = Vec::new();
    loop {
        sequences.retain(|sequence| !sequence.is_empty());
        if sequences.is_empty() {
            return Ok(result);
        }
        let next = sequences
            .iter()
            .map(|sequence| sequence[0])
            .find(|head| !sequences.iter().any(|sequence| sequence[1..].contains(head)));
        let Some(next) = next else {
            let mut heads = Vec::new();
            for sequence in &sequences {
                if !heads.contains(&sequence[0]) {
                    heads.push(sequence[0]);
                }
            }
            return Err((result, heads));
        };
        result.push(next);
        for sequence in &mut sequences {
            if sequence[0] == next {
                sequence.remove(0);
            }
        }
    }
}
