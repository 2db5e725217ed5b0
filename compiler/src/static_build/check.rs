//! Static modules → what is wrong with them, and the facts their code is made of.
//!
//! ```text
//! [a (bound), b (declared)]      a is checked, b looked at where a imports it; a's errors, or a's facts
//! ```
//!
//! Invariant: modules are taken in the order given, so errors come in the order of the reference; a panic of the checker
//! costs the module that made it panic.

use super::program::StaticModule;
use crate::jobs::{Panicked, panic_message, run_in_order};
use crate::stack::for_checker;
use crate::static_program::{ProgramProblem, type_problem};
use pyclast_syntax::type_facts::TypeFacts;
use pyclast_typeck::{Arena, Folds, Source, check_program_for, check_program_with_facts, fold};
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What becomes of a module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// It is checked.
    Bound,
    /// It is declared where something imports it.
    Declared,
    /// It has errors: whoever imports it knows nothing of it.
    Absent,
}

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

/// What modules are checked for.
#[derive(Clone, Copy, Default, Debug)]
pub struct Purpose {
    /// Asserts are off.
    pub optimize: bool,
    /// Tests may replace what is called: nothing is inlined.
    pub patchable: bool,
}

/// Checks modules, each in its role, on that many threads.
///
/// Types are not shared between threads: each declares what its part of the modules leads to.
pub fn check(modules: &[StaticModule], roles: &[Role], purpose: Purpose, workers: usize) -> Checked {
    /// With fewer modules a thread is not worth what it declares again.
    const LEAST_PART: usize = 64;
    let folds: Vec<Folds> = modules.iter().map(|module| fold(&module.parsed, purpose.optimize)).collect();
    let bound: Vec<usize> = (0..modules.len()).filter(|&index| roles[index] == Role::Bound).collect();
    let parts = workers.min(bound.len() / LEAST_PART);
    if parts < 2 {
        return check_part(modules, &folds, roles, purpose);
    }
    let parts: Vec<&[usize]> = bound.chunks(bound.len().div_ceil(parts)).collect();
    let of_part = |part: usize| -> Vec<Role> {
        let mut own = roles.to_vec();
        for &index in &bound {
            own[index] = if parts[part].contains(&index) { Role::Bound } else { Role::Declared };
        }
        own
    };
    let mut all = Checked { facts: modules.iter().map(|_| None).collect(), ..Checked::default() };
    let work = |part: usize| check_part(modules, &folds, &of_part(part), purpose);
    let done: Result<(), Infallible> = run_in_order(parts.len(), parts.len(), work, |part, result| {
        match result {
            Ok(mut checked) => {
                // What is wrong with a module is said where it is bound.
                let is_own = |module: &usize| parts[part].contains(module) || roles[*module] != Role::Bound;
                checked.problems.retain(|problem| is_own(&problem.module) && !all.problems.contains(problem));
                all.problems.append(&mut checked.problems);
                all.panicked.append(&mut checked.panicked);
                for &index in parts[part] {
                    all.facts[index] = checked.facts[index].take();
                }
            }
            Err(panicked) => all.panicked.extend(parts[part].iter().map(|&index| (index, panicked.clone()))),
        }
        Ok(())
    });
    let Ok(()) = done;
    all
}

fn check_part(modules: &[StaticModule], folds: &[Folds], roles: &[Role], purpose: Purpose) -> Checked {
    let attempt = |roles: &[Role]| {
        catch_unwind(AssertUnwindSafe(|| check_once(modules, folds, roles, purpose)))
            .map_err(|payload| Panicked(panic_message(&*payload)))
    };
    if let Ok(checked) = attempt(roles) {
        return checked;
    }
    // Something in there makes the checker panic: one module after the other, then.
    let mut checked = Checked { facts: modules.iter().map(|_| None).collect(), ..Checked::default() };
    for (module, _) in roles.iter().enumerate().filter(|(_, role)| **role == Role::Bound) {
        let alone = |(other, role): (usize, &Role)| match role {
            Role::Bound if other != module => Role::Declared,
            role => *role,
        };
        let alone: Vec<Role> = roles.iter().enumerate().map(alone).collect();
        match attempt(&alone) {
            Ok(mut found) => {
                for problem in found.problems {
                    if !checked.problems.contains(&problem) {
                        checked.problems.push(problem);
                    }
                }
                checked.facts[module] = found.facts[module].take();
            }
            Err(panicked) => checked.panicked.push((module, panicked)),
        }
    }
    checked
}

/// What stays dynamic in the modules that are bound and have no errors; nothing if the checker fails.
pub fn slow_code(modules: &[StaticModule], roles: &[Role]) -> Vec<ProgramProblem> {
    let folds: Vec<Folds> = modules.iter().map(|module| fold(&module.parsed, false)).collect();
    let find = || {
        let (positions, sources) = sources(modules, &folds, roles, Purpose::default());
        let arena = Arena::default();
        let checked = for_checker(nesting(modules), || check_program_for(&sources, &arena, true));
        let placed = |(module, error)| ProgramProblem { module: positions[module], ..type_problem(module, error) };
        checked.warnings.into_iter().map(placed).collect()
    };
    catch_unwind(AssertUnwindSafe(find)).unwrap_or_default()
}

fn nesting(modules: &[StaticModule]) -> u32 {
    modules.iter().map(|module| module.parsed.nesting()).max().unwrap_or(0)
}

/// The modules that are there, and the position of each.
fn sources<'m>(
    modules: &'m [StaticModule],
    folds: &'m [Folds],
    roles: &[Role],
    purpose: Purpose,
) -> (Vec<usize>, Vec<Source<'m>>) {
    let mut sources = Vec::with_capacity(modules.len());
    let mut positions = Vec::with_capacity(modules.len());
    for (position, ((module, folds), role)) in modules.iter().zip(folds).zip(roles).enumerate() {
        if *role == Role::Absent || !module.flags.is_static {
            continue;
        }
        positions.push(position);
        sources.push(Source {
            name: module.name.as_str(),
            parsed: &module.parsed,
            symbols: &module.symbols,
            folds,
            is_package: module.is_package,
            is_stub: module.is_stub,
            bind: *role == Role::Bound,
            inlines: !purpose.patchable,
        });
    }
    (positions, sources)
}

fn check_once(modules: &[StaticModule], folds: &[Folds], roles: &[Role], purpose: Purpose) -> Checked {
    let (positions, sources) = sources(modules, folds, roles, purpose);
    let arena = Arena::default();
    let (checked, found) = for_checker(nesting(modules), || check_program_with_facts(&sources, &arena));
    let placed = |(module, error)| ProgramProblem { module: positions[module], ..type_problem(module, error) };
    let problems: Vec<ProgramProblem> = checked.errors.into_iter().map(placed).collect();
    // Of what is only strict there is nothing to find out.
    let is_done = |(module, role): (&StaticModule, &Role)| !module.flags.is_static && *role == Role::Bound;
    let mut facts: Vec<Option<TypeFacts>> =
        modules.iter().zip(roles).map(|of| is_done(of).then(TypeFacts::default)).collect();
    for (&position, found) in positions.iter().zip(found) {
        facts[position] = (roles[position] == Role::Bound).then_some(found);
    }
    for problem in &problems {
        facts[problem.module] = None;
    }
    Checked { problems, facts, panicked: Vec::new() }
}
