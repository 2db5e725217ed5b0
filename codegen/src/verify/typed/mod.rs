//! Proves that static code gives every typed opcode what it trusts.
//!
//! ```text
//! LOAD_FAST c · LOAD_FIELD (("m", "C"), "x")      c is proved to be a C: or the program would read wild memory
//! ```
//!
//! An abstract interpreter of the stack and the locals. Where code comes from does not matter: what a function may
//! take for granted is in its code (checks of arguments, casts) and in the [`World`] (fields, signatures), which the
//! checker vouches for. Not proved, and taken for granted:
//!
//! * nobody changes locals of a running function from outside (`frame.f_locals`);
//! * variables whose names no source can have (`<classes>`) are only changed by compiled code;
//! * the class that a class method is called on has that method (`cls` is only checked to be a class);
//! * `super()` and methods find functions whose signatures the checker compared with those they override.
//!
//! | file | what |
//! | --- | --- |
//! | [`structure`] | operands have the form that their opcodes need |
//! | [`locals`] | which locals hold machine values |
//! | [`value`], [`state`] | what is known |
//! | [`flow`] | paths, loops, handlers |
//! | [`step`], [`ordinary`], [`objects`], [`calls`], [`primitive`], [`sequence`] | what instructions do |
//! | [`world`], [`builtins`], [`relations`] | what is taken for granted |
//! | [`handover`] | what is given away is not what a `CAST` gave |
//! | [`missing`], [`weave`] | checks that make unproved code sound |
//!
//! Invariant: code that is accepted gives no opcode a value of another representation or type than it trusts.

mod builtins;
mod calls;
mod entry;
mod flow;
mod handover;
mod locals;
mod missing;
mod objects;
mod ordinary;
mod primitive;
mod relations;
mod sequence;
mod state;
mod step;
pub(in crate::verify) mod structure;
#[cfg(test)]
mod tests;
mod value;
mod weave;
mod world;

pub(super) use handover::handed_over;
pub(crate) use weave::{Draft, has_typed_code, with_missing_checks};
pub(crate) use world::Proved;
pub use world::World;

use super::blocks::Blocks;
use super::instructions::{ASKS_FOR_TYPE, Program, does};
use super::tables::Handlers;
use super::{Fault, Page, Structure};
use crate::{CodeObject, Constant};
use missing::MissingChecks;
use pyclast_syntax::PyString;
use rustc_hash::FxHashMap;
use std::fmt;
use std::sync::Arc;
use world::Shape;

/// Why static code is not proved sound: a bug of the compiler.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TypedUnsound {
    /// The qualified name of the code object.
    pub qualname: String,
    /// The byte of its `co_code`.
    pub offset: usize,
    /// The opcode there.
    pub opcode: &'static str,
    /// What is not proved, in words.
    pub reason: String,
}

impl fmt::Display for TypedUnsound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: offset {}: {}: {}", self.qualname, self.offset, self.opcode, self.reason)
    }
}

impl std::error::Error for TypedUnsound {}

/// Proves a code object of static code sound, and all code objects among its constants.
pub fn prove(code: &CodeObject, world: &mut World) -> Result<(), TypedUnsound> {
    prove_alone(code, world)?;
    let definitions = definitions(code);
    // Of definitions of one name, callers find the last; the parts of a property stay.
    let mut last: FxHashMap<&PyString, Result<(), String>> = FxHashMap::default();
    for code in &definitions {
        let proved = if is_scope_of_type_parameters(code) { prove_alone(code, world) } else { prove(code, world) };
        proved?;
        let agrees = entry::check_signature(code, world);
        let is_settled = agrees.is_err() && last.get(&code.qualname).is_some_and(Result::is_ok);
        if !(is_settled && world.is_property(&code.qualname)) {
            last.insert(&code.qualname, agrees);
        }
    }
    match definitions.iter().find_map(|code| Some((code, last.remove(&code.qualname)?.err()?))) {
        Some((code, reason)) => Err(at_start(code, reason)),
        None => Ok(()),
    }
}

/// What a body defines: of generic functions what is in the scopes of their type parameters, too.
fn definitions(code: &CodeObject) -> Vec<&CodeObject> {
    let mut found = Vec::new();
    for constant in &*code.constants {
        if let Constant::Code(inner) = constant {
            found.push(&**inner);
            if is_scope_of_type_parameters(inner) {
                found.extend(definitions(inner));
            }
        }
    }
    found
}

/// No function or class can have such a name.
fn is_scope_of_type_parameters(code: &CodeObject) -> bool {
    code.name.as_bytes().starts_with(b"<generic parameters of ")
}

/// Proves what it can of code objects and all those among their constants, and gives what is proved. What is not is left to
/// [`prove`], to say why.
pub(crate) fn prove_ahead<'c>(codes: impl Iterator<Item = &'c Arc<CodeObject>>, world: &mut World) -> Proved {
    let mut pending: Vec<&Arc<CodeObject>> = codes.collect();
    while let Some(code) = pending.pop() {
        if !world.has_proved(code) && examine(code, world, None).is_ok() {
            world.remember(code);
        }
        pending.extend(code.constants.iter().filter_map(|constant| match constant {
            Constant::Code(inner) => Some(inner),
            _ => None,
        }));
    }
    world.take_proved()
}

/// Proves what it can of code objects that rely on nothing, and gives what is proved. Those among their constants are not
/// looked at.
pub(crate) fn prove_untyped<'c>(codes: impl Iterator<Item = &'c Arc<CodeObject>>) -> Proved {
    let mut proved = Proved::default();
    for code in codes {
        if super::check(code, Page::Ordinary).is_ok_and(|structure| relies_on_nothing(code, &structure.program)) {
            proved.add(code);
        }
    }
    proved
}

/// Proves a code object sound; code objects among its constants are not looked at.
fn prove_alone(code: &CodeObject, world: &mut World) -> Result<(), TypedUnsound> {
    if world.has_proved(code) {
        return Ok(());
    }
    examine(code, world, None).map(drop).map_err(|error| {
        // Behind a check that is missing there may be the reason why none was put there.
        examine(code, world, Some(MissingChecks::default())).err().unwrap_or(error)
    })
}

/// Looks at a code object; with a place for them, missing checks are no errors but put there.
fn examine(
    code: &CodeObject,
    world: &mut World,
    missing: Option<MissingChecks>,
) -> Result<MissingChecks, TypedUnsound> {
    let structure = super::structure(code, Page::Typed).map_err(|fault| structural(code, &fault))?;
    let check_structure = || super::check_structure(code, &structure).map_err(|fault| structural(code, &fault));
    let is_draft = missing.is_some();
    if !is_draft {
        check_structure()?;
    }
    let missing = examine_types(code, &structure, world, missing)?;
    // What lacks checks is no code to keep: with them it is looked at again.
    if is_draft && missing.is_empty() {
        check_structure()?;
    }
    Ok(missing)
}

/// Looks at the values of a code object; gives the checks that it lacks.
fn examine_types(
    code: &CodeObject,
    structure: &Structure,
    world: &mut World,
    missing: Option<MissingChecks>,
) -> Result<MissingChecks, TypedUnsound> {
    let Structure { program, handlers, blocks } = structure;
    if relies_on_nothing(code, program) {
        return Ok(missing.unwrap_or_default());
    }
    let unsound = |(index, reason): (usize, String)| {
        let (unit, opcode) = program.instructions.get(index).map_or((0, ""), |at| (at.start, at.opcode.name()));
        TypedUnsound { qualname: code.qualname.to_string(), offset: 2 * unit as usize, opcode, reason }
    };
    locals::primitives(code, program).map_err(unsound)?;
    let mut prover = Prover { world, code, program, handlers, blocks, returns: None, missing };
    let entry = entry::state(&mut prover).map_err(|reason| unsound((0, reason)))?;
    flow::check(&mut prover, entry).map_err(unsound)?;
    Ok(prover.missing.unwrap_or_default())
}

/// Whether a code object promises nothing and nothing in it asks for a type: then all its values are objects, and that
/// is all its opcodes want.
fn relies_on_nothing(code: &CodeObject, program: &Program) -> bool {
    let asks = program.instructions.iter().any(|instruction| does(instruction.opcode, ASKS_FOR_TYPE));
    !asks && !entry::is_static_function(code)
}

/// What is wrong with a code object as a whole.
fn at_start(code: &CodeObject, reason: String) -> TypedUnsound {
    TypedUnsound { qualname: code.qualname.to_string(), offset: 0, opcode: "RESUME", reason }
}

fn structural(code: &CodeObject, fault: &Fault) -> TypedUnsound {
    let at = crate::decode::instructions(&code.code).find(|instruction| instruction.end > fault.unit);
    TypedUnsound {
        qualname: code.qualname.to_string(),
        offset: 2 * fault.unit as usize,
        opcode: at.and_then(|instruction| instruction.known()).map_or("", crate::Opcode::name),
        reason: format!("{} ({:?})", fault.message, fault.rule),
    }
}

/// The proof of one code object.
struct Prover<'a> {
    world: &'a mut World,
    code: &'a CodeObject,
    program: &'a Program,
    handlers: &'a Handlers,
    blocks: &'a Blocks,
    /// What the code returns; none if nobody relies on it.
    returns: Option<Shape>,
    /// Where missing checks go; without it they are errors.
    missing: Option<MissingChecks>,
}
