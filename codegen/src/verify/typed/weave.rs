//! Puts the checks into code that it lacks to be proved.
//!
//! ```text
//! LOAD_FAST x · LOAD_FIELD (C, "f")                     → … · CAST C · LOAD_FIELD (C, "f")
//! LOAD_FAST x · LOAD_SMALL_INT 1 · INVOKE_FUNCTION f    → … · SWAP 2 · COPY 1 · CAST C · POP_TOP · SWAP 2 · INVOKE_FUNCTION f
//! ```
//!
//! Invariant: afterwards the code does the same, or raises `TypeError` where it would have trusted a wrong object.

use super::missing::{Cure, MissingCheck, MissingChecks};
use super::world::World;
use crate::{CodeFlags, CodeObject, Constant, FinalInstruction, Opcode, OptimizedUnit};
use std::sync::Arc;

/// `INTRINSIC_UNARY_POSITIVE`
const UNARY_POSITIVE: i32 = 5;

/// Whether a unit has anything to prove: typed opcodes, or a promise to its callers.
pub(crate) fn has_typed_code(unit: &OptimizedUnit) -> bool {
    unit.unit.flags.intersects(CodeFlags::STATICALLY_COMPILED)
        || unit.instructions.iter().any(|instruction| instruction.opcode.is_extended())
}

/// The instructions of a unit and of its assembled code, to which checks may come.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) instructions: Vec<FinalInstruction>,
    pub(crate) stack_size: u32,
    /// How many of the code's constants its instructions may name.
    pub(crate) constants: usize,
}

impl Draft {
    pub(crate) fn new(unit: &OptimizedUnit) -> Self {
        let OptimizedUnit { unit, instructions, stack_size } = unit;
        Self { instructions: instructions.clone(), stack_size: *stack_size, constants: unit.constants.len() }
    }
}

/// The draft with the checks that its assembled code lacks, and the constants they name; none if it lacks none, and so is
/// proved, or cannot be helped.
pub(crate) fn with_missing_checks(
    draft: &Draft,
    code: &Arc<CodeObject>,
    world: &mut World,
) -> Option<(Draft, Arc<[Constant]>)> {
    let checks = super::examine(code, world, Some(MissingChecks::default())).ok()?.into_sorted();
    if checks.is_empty() {
        world.remember(code);
        return None;
    }
    Some(weave(draft, &code.constants, &checks, world))
}

fn weave(
    draft: &Draft,
    constants: &Arc<[Constant]>,
    checks: &[MissingCheck],
    world: &World,
) -> (Draft, Arc<[Constant]>) {
    let Draft { instructions, .. } = draft;
    let mut stack_size = draft.stack_size;
    let (named, trailing) = constants.split_at(draft.constants);
    let mut added: Vec<Constant> = Vec::new();
    let mut copies = false;
    let mut woven = Vec::with_capacity(instructions.len() + 3 * checks.len());
    // By instruction: where it is now, its checks included.
    let mut places = Vec::with_capacity(instructions.len());
    let mut checks = checks.iter().peekable();
    for (index, &instruction) in instructions.iter().enumerate() {
        places.push(i32::try_from(woven.len()).expect("instructions are fewer than 2**31"));
        let inserted = |opcode, oparg| FinalInstruction { opcode, oparg, ..instruction };
        let mut behind = Vec::new();
        while let Some(check) = checks.next_if(|check| check.index == index) {
            let depth = i32::try_from(check.depth).expect("the stack is lower than 2**31");
            let is_copied = matches!(check.cure, Cure::CastCopy(_) | Cure::Alone);
            stack_size += u32::from(is_copied && !copies);
            copies |= is_copied;
            let mut place_of = |constant: Constant| {
                let mut known = named.iter().chain(&added);
                let place = known.position(|known| *known == constant).unwrap_or_else(|| {
                    added.push(constant);
                    named.len() + added.len() - 1
                });
                i32::try_from(place).expect("constants are fewer than 2**31")
            };
            let (opcode, oparg) = match check.cure {
                Cure::Alone => {
                    woven.push(inserted(Opcode::Copy, 1));
                    behind.push(inserted(Opcode::PopTop, 0));
                    continue;
                }
                Cure::Zero(local, code) => {
                    let zero = Constant::tuple([Constant::zero(code), Constant::int(i64::from(code as u8))]);
                    let local = i32::try_from(local).expect("constants are fewer than 2**31");
                    let zero = inserted(Opcode::PrimitiveLoadConst, place_of(zero));
                    behind.extend([zero, inserted(Opcode::StoreLocal, local)]);
                    continue;
                }
                Cure::Hide => (Opcode::CallIntrinsic1, UNARY_POSITIVE),
                Cure::Cast(class) | Cure::CastCopy(class) => (Opcode::Cast, place_of(world.constant(class))),
            };
            let swap = (depth > 1).then(|| inserted(Opcode::Swap, depth));
            let [copy, pop] = [(Opcode::Copy, 1), (Opcode::PopTop, 0)]
                .map(|(opcode, oparg)| is_copied.then(|| inserted(opcode, oparg)));
            woven.extend(swap.into_iter().chain(copy).chain([inserted(opcode, oparg)]).chain(pop).chain(swap));
        }
        woven.push(instruction);
        woven.append(&mut behind);
    }
    for instruction in &mut woven {
        if instruction.opcode.has_jump() {
            instruction.oparg = moved(&places, instruction.oparg);
        }
        if let Some(handler) = &mut instruction.handler {
            handler.target = moved(&places, handler.target.cast_signed()).cast_unsigned();
        }
    }
    let draft = Draft { instructions: woven, stack_size, constants: named.len() + added.len() };
    if added.is_empty() {
        return (draft, Arc::clone(constants));
    }
    (draft, named.iter().cloned().chain(added).chain(trailing.iter().cloned()).collect())
}

fn moved(places: &[i32], index: i32) -> i32 {
    usize::try_from(index).ok().and_then(|index| places.get(index)).copied().unwrap_or(index)
}
