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
use super::world::{ClassId, Shape, Signature, Type, World};
use crate::{CodeFlags, CodeObject, Constant, LocalKind};

/// The state before the first instruction; sets what the code returns.
pub(super) fn state(prover: &mut Prover<'_>) -> Proof<State> {
    let code = prover.code;
    let mut locals: Vec<Value> = code.local_kinds.iter().map(|kind| initial(*kind)).collect();
    if is_static_function(code) {
        let (checks, returns) = trailing(code.constants.last())?;
        let parameters = parameters(code, prover.world, checks)?;
        for (local, shape) in locals.iter_mut().zip(&parameters) {
            *local = match shape {
                Shape::Object(class) => Value::object(*class),
                Shape::Primitive(code) => Value::primitive(*code),
            };
        }
        let returns = prover.world.shape_of(returns).ok_or("what is returned is no type")?;
        if !code.flags.intersects(CodeFlags(CodeFlags::GENERATOR.0 | CodeFlags::ASYNC_GENERATOR.0)) {
            prover.returns = Some(returns);
        }
    }
    variadic(prover, &mut locals);
    Ok(State::new(locals))
}

/// Whether it checks its arguments and promises what it returns.
pub(super) fn is_static_function(code: &CodeObject) -> bool {
    code.flags.intersects(CodeFlags::STATICALLY_COMPILED) && code.flags.intersects(CodeFlags::OPTIMIZED)
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
fn parameters(code: &CodeObject, world: &mut World, checks: &[Constant]) -> Proof<Vec<Shape>> {
    let count = (code.arg_count + code.kw_only_arg_count) as usize;
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
        match world.shape_of(class).ok_or("a check of an argument names no type")? {
            Shape::Object(Type::OBJECT) => return Err("an argument is checked to be an object".into()),
            Shape::Primitive(_) if code.local_kinds[position].0 & LocalKind::CELL != 0 => {
                return Err(format!("argument {position} is a primitive and captured"));
            }
            shape => parameters[position] = shape,
        }
    }
    Ok(parameters)
}

/// What callers take for granted is what the code says; where the parts of a property share a name, of one of them.
pub(super) fn check_signature(code: &CodeObject, world: &mut World) -> Proof {
    if !is_static_function(code) {
        return Ok(());
    }
    let (checks, returns) = trailing(code.constants.last())?;
    let parameters = parameters(code, world, checks)?;
    let returns = world.shape_of(returns).ok_or("what is returned is no type")?;
    let is_coroutine = code.flags.intersects(CodeFlags::COROUTINE);
    // No function of the program has a name that is no text.
    let qualname = code.qualname.as_str().unwrap_or_default();
    let mut found = world.functions_called(qualname).filter(|signature| signature.parameters.is_some()).peekable();
    let own = Own { world, parameters: &parameters, returns, is_coroutine };
    if found.peek().is_none() || found.any(|signature| own.is_as(signature)) {
        Ok(())
    } else {
        Err("callers take another signature for granted".into())
    }
}

/// What a function says of itself.
struct Own<'w> {
    world: &'w World,
    parameters: &'w [Shape],
    returns: Shape,
    is_coroutine: bool,
}

impl Own<'_> {
    /// Whether callers that know this signature give what it takes and get what they expect.
    fn is_as(&self, signature: &Signature) -> bool {
        let fits = |given: Shape, wanted: Shape| match (given, wanted) {
            (Shape::Object(given), Shape::Object(wanted)) => self.world.is_subtype(given, wanted),
            (given, wanted) => given == wanted,
        };
        let expected = signature.parameters.as_deref().unwrap_or_default();
        let takes = expected.len() == self.parameters.len()
            && expected.iter().zip(self.parameters).all(|(&given, &wanted)| fits(given, wanted));
        let gives = signature.is_coroutine == self.is_coroutine && fits(self.returns, signature.returns);
        takes && (gives || signature.returns == Shape::ANY && !matches!(self.returns, Shape::Primitive(_)))
    }
}
