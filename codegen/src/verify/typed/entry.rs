//! What holds when code starts: the checks of its arguments, and what it promises to return.
//!
//! ```text
//! last constant (((0, ("m", "C"), 1, ("__static__", "int64", "#")), ("builtins", "None", "!"))
//!     local 0 is a C, local 1 an int64, other arguments are any objects; None is returned
//! ```
//!
//! Callers that are compiled rely on the signature in the world; so it has to be what the code says.
//!
//! Invariant: what is assumed of an argument is checked on entry, or was proved of it by the caller.

use super::Prover;
use super::state::State;
use super::step::Proof;
use super::value::Value;
use super::world::{ClassId, Shape, Signature, Type};
use crate::{CodeFlags, Constant, LocalKind};

/// The state before the first instruction; sets what the code returns.
pub(super) fn state(prover: &mut Prover<'_>) -> Proof<State> {
    let code = prover.code;
    let mut locals: Vec<Value> = code.local_kinds.iter().map(|kind| initial(*kind)).collect();
    let is_static = code.flags.intersects(CodeFlags::STATICALLY_COMPILED);
    if is_static && code.flags.intersects(CodeFlags::OPTIMIZED) {
        let (checks, returns) = trailing(code.constants.last())?;
        let arguments = (code.arg_count + code.kw_only_arg_count) as usize;
        let parameters = parameters(prover, checks, arguments)?;
        for (local, shape) in locals.iter_mut().zip(&parameters) {
            *local = match shape {
                Shape::Object(class) => Value::object(*class),
                Shape::Primitive(code) => Value::primitive(*code),
            };
        }
        let returns = prover.world.shape_of(returns).ok_or("what is returned is no type")?;
        check_signature(prover, &parameters, returns)?;
        if !code.flags.intersects(CodeFlags(CodeFlags::GENERATOR.0 | CodeFlags::ASYNC_GENERATOR.0)) {
            prover.returns = Some(returns);
        }
    }
    variadic(prover, &mut locals);
    Ok(State { stack: Vec::new(), locals, lowest: 0 })
}

fn initial(kind: LocalKind) -> Value {
    let arguments = LocalKind::ARG_POS | LocalKind::ARG_KW | LocalKind::ARG_VAR;
    if kind.0 & (arguments | LocalKind::CELL | LocalKind::FREE) != 0 { Value::ANY } else { Value::UNSET }
}

/// `*args` is a tuple, `**kwargs` a dict.
fn variadic(prover: &Prover<'_>, locals: &mut [Value]) {
    let code = prover.code;
    let mut next = (code.arg_count + code.kw_only_arg_count) as usize;
    for (flag, class) in [(CodeFlags::VARARGS, ClassId::TUPLE), (CodeFlags::VARKEYWORDS, ClassId::DICT)] {
        if code.flags.intersects(flag) {
            if let Some(local) = locals.get_mut(next) {
                *local = Value::exact(class);
            }
            next += 1;
        }
    }
}

/// The checks of arguments and what is returned.
fn trailing(constant: Option<&Constant>) -> Proof<(&[Constant], &Constant)> {
    let Some(Constant::Tuple(parts)) = constant else { return Err("static code has no checks of arguments".into()) };
    match &parts[..] {
        [Constant::Tuple(checks), returns] => Ok((checks, returns)),
        _ => Err("the checks of arguments have another form".into()),
    }
}

/// What the checks say of each argument.
fn parameters(prover: &mut Prover<'_>, checks: &[Constant], count: usize) -> Proof<Vec<Shape>> {
    let mut parameters = vec![Shape::ANY; count];
    let mut next = 0;
    let (pairs, rest) = checks.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("a check of an argument has no type".into());
    }
    for [position, class] in pairs {
        let position = position.as_small_int().and_then(|position| usize::try_from(position).ok());
        let position = position.filter(|position| (next..count).contains(position));
        let position = position.ok_or("a check names no argument, or they are not in order")?;
        next = position + 1;
        match prover.world.shape_of(class).ok_or("a check of an argument names no type")? {
            Shape::Object(Type::OBJECT) => return Err("an argument is checked to be an object".into()),
            Shape::Primitive(_) if prover.code.local_kinds[position].0 & LocalKind::CELL != 0 => {
                return Err(format!("argument {position} is a primitive and captured"));
            }
            shape => parameters[position] = shape,
        }
    }
    Ok(parameters)
}

/// What callers take for granted is what the code says; where properties share a name, of one of them.
fn check_signature(prover: &Prover<'_>, parameters: &[Shape], returns: Shape) -> Proof {
    let qualname = prover.code.qualname.to_string();
    let is_coroutine = prover.code.flags.intersects(CodeFlags::COROUTINE);
    let mut is_known = false;
    for signature in prover.world.functions_called(&qualname) {
        let Some(expected) = &signature.parameters else { continue };
        is_known = true;
        if expected.len() <= parameters.len() && agrees(prover, signature, expected, parameters, returns, is_coroutine) {
            return Ok(());
        }
    }
    if is_known { Err("callers take another signature for granted".into()) } else { Ok(()) }
}

fn agrees(
    prover: &Prover<'_>,
    signature: &Signature,
    expected: &[Shape],
    parameters: &[Shape],
    returns: Shape,
    is_coroutine: bool,
) -> bool {
    let fits = |given: Shape, wanted: Shape| match (given, wanted) {
        (Shape::Object(given), Shape::Object(wanted)) => prover.world.is_subtype(given, wanted),
        (given, wanted) => given == wanted,
    };
    let takes = expected.iter().zip(parameters).all(|(&given, &wanted)| fits(given, wanted));
    let gives = signature.is_coroutine == is_coroutine && fits(returns, signature.returns);
    takes && (gives || signature.returns == Shape::ANY && !matches!(returns, Shape::Primitive(_)))
}
