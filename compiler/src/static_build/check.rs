//! Static modules → what is wrong with them, and the facts their code is made of.
//!
//! ```text
//! [a (bind), b]      a is checked, b declared; a's errors, or a's facts
//! ```
//!
//! Invariant: modules are taken in the order given, so errors come in the order of the reference; a panic of the checker
//! costs the module that made it panic.

use super::program::StaticModule;
use crate::jobs::{Panicked, panic_message};
use crate::static_program::{ProgramProblem, type_problem};
use pyclast_syntax::type_facts::TypeFacts;
use pyclast_typeck::{Arena, Folds, Source, check_program_with_facts, fold};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What checking gave.
#[derive(Debug, Default)]
pub struct Checked {
    /// The problems, in the order of the reference; `module` is the position among those given.
    pub problems: Vec<ProgramProblem>,
    /// The facts of modules that were bound and have no errors.
    pub facts: Vec<Option<TypeFacts>>,
    /// Modules on which the checker failed.
    pub panicked: Vec<(usize, Panicked)>,
}

/// Checks the modules for which `binds` holds; the others are declared where something imports them. `optimize`: asserts are
/// off.
pub fn check(modules: &[StaticModule], binds: impl Fn(usize) -> bool, optimize: bool) -> Checked {
    let folds: Vec<Folds> = modules.iter().map(|module| fold(&module.parsed, optimize)).collect();
    let all: Vec<bool> = (0..modules.len()).map(binds).collect();
    let attempt = |bind: &[bool]| {
        catch_unwind(AssertUnwindSafe(|| check_some(modules, &folds, bind)))
            .map_err(|payload| Panicked(panic_message(&*payload)))
    };
    if let Ok(checked) = attempt(&all) {
        return checked;
    }
    // Something in there makes the checker panic: one module after the other, then.
    let mut checked = Checked { facts: modules.iter().map(|_| None).collect(), ..Checked::default() };
    for module in (0..modules.len()).filter(|&module| all[module]) {
        let alone: Vec<bool> = (0..modules.len()).map(|other| other == module).collect();
        match attempt(&alone) {
            Ok(mut found) => {
                let own = found.problems.into_iter().filter(|problem| !checked.problems.contains(problem));
                let own: Vec<_> = own.collect();
                checked.problems.extend(own);
                checked.facts[module] = found.facts[module].take();
            }
            Err(panicked) => checked.panicked.push((module, panicked)),
        }
    }
    checked
}

fn check_some(modules: &[StaticModule], folds: &[Folds], binds: &[bool]) -> Checked {
    /// What the checker takes, whatever the trees.
    const BASE: usize = 4 << 20;
    /// What one level of a tree takes at most.
    const LEVEL: usize = 48 << 10;
    let mut sources = Vec::with_capacity(modules.len());
    for ((module, folds), &bind) in modules.iter().zip(folds).zip(binds) {
        sources.push(Source {
            name: module.name.as_str(),
            parsed: &module.parsed,
            symbols: &module.symbols,
            folds,
            is_package: module.is_package,
            is_stub: module.is_stub,
            bind,
        });
    }
    let nesting = modules.iter().map(|module| module.parsed.nesting()).max().unwrap_or(0);
    let needed = BASE + nesting as usize * LEVEL;
    let arena = Arena::default();
    let (checked, facts) = stacker::maybe_grow(needed, needed + BASE, || check_program_with_facts(&sources, &arena));
    let problems: Vec<_> = checked.errors.into_iter().map(|(module, error)| type_problem(module, error)).collect();
    let mut has_errors = vec![false; modules.len()];
    problems.iter().for_each(|problem| has_errors[problem.module] = true);
    let usable = |(module, facts): (usize, TypeFacts)| (binds[module] && !has_errors[module]).then_some(facts);
    let facts = facts.into_iter().enumerate().map(usable).collect();
    Checked { problems, facts, panicked: Vec::new() }
}
