//! Calls of functions, methods and C functions.
//!
//! ```text
//! INVOKE_FUNCTION ((("m",), "f"), 2)     two values, as f's signature wants them → what it returns
//! LOAD_METHOD_STATIC ((("m", "C"), "g"),) · … · INVOKE_METHOD ((("m", "C"), "g"), 1)
//! ```
//!
//! Compiled code jumps into compiled code and checks nothing.
//!
//! Invariant: each argument has the representation and the type of its parameter.

use super::step::{Proof, Step};
use super::value::{Kind, Note, Value};
use super::world::{ClassId, Shape, Signature, Type};
use crate::Constant;
use std::sync::Arc;

/// What a tuple holds.
fn parts(constant: &Constant) -> &[Constant] {
    match constant {
        Constant::Tuple(parts) => parts,
        _ => &[],
    }
}

impl Step<'_, '_> {
    /// The function that the constant names first.
    fn function_operand(&mut self) -> Proof<(Option<ClassId>, Arc<Signature>)> {
        let function = parts(self.constant()).first().ok_or("the operand names no function")?;
        let known = self.prover.world.function(function);
        known.ok_or_else(|| format!("the signature of {} is not known", crate::repr::repr(function)))
    }

    /// Takes arguments for these parameters.
    fn take_arguments(&mut self, parameters: Option<&[Shape]>, count: usize) -> Proof {
        let Some(parameters) = parameters else {
            for _ in 0..count {
                self.pop_object()?;
            }
            return Ok(());
        };
        if parameters.len() != count {
            return Err(format!("{count} arguments for {} parameters", parameters.len()));
        }
        for (&parameter, depth) in parameters.iter().rev().zip(1..) {
            if let Shape::Object(class) = parameter {
                self.require(depth, class)?;
            }
        }
        for &parameter in parameters.iter().rev() {
            self.pop_shape(parameter)?;
        }
        Ok(())
    }

    fn push_result(&mut self, signature: &Signature) {
        match signature.returns {
            Shape::Object(class) if signature.is_coroutine => {
                self.push(Value::noted(Type::OBJECT, Note::Awaits(class)));
            }
            _ if signature.is_coroutine => self.push(Value::ANY),
            returns => self.push_shape(returns),
        }
    }

    pub(super) fn invoke_function(&mut self) -> Proof {
        let (_, signature) = self.function_operand()?;
        self.take_arguments(signature.parameters.as_deref(), self.values())?;
        self.push_result(&signature);
        Ok(())
    }

    /// Pushes the method and leaves the receiver.
    pub(super) fn load_method(&mut self) -> Proof {
        let (class, _) = self.function_operand()?;
        let class = class.ok_or("a method is wanted, not a function")?;
        let is_class_call = parts(self.constant()).len() == 2;
        let wanted = if is_class_call { Type::of(ClassId::TYPE) } else { Type::of(class) };
        self.require(1, wanted)?;
        let receiver = self.pop()?;
        let index = u32::try_from(self.constant_index()).unwrap_or(u32::MAX);
        let outer = self.methods();
        self.push(Value::new(Kind::Method(index, outer)));
        self.push(receiver);
        Ok(())
    }

    /// `method, receiver, arguments…`
    pub(super) fn invoke_method(&mut self) -> Proof {
        let (_, signature) = self.function_operand()?;
        let count = self.values();
        let loaded = self.state.stack[self.place(count + 2)?];
        let Kind::Method(method, outer) = loaded.kind else {
            return Err(format!("a method is wanted, there is {}", self.describe(loaded)));
        };
        if !self.is_same_method(method as usize) {
            return Err("the method called is not the one loaded".into());
        }
        if self.methods() != outer + 1 {
            return Err("the method called is not the one that was loaded last".into());
        }
        // The receiver is a parameter, except of static methods; that it fits was seen when the method was loaded.
        let parameters = signature.parameters.as_deref();
        let taken = parameters.map(|parameters| &parameters[usize::from(!signature.is_static).min(parameters.len())..]);
        self.take_arguments(taken, count)?;
        self.pop_object()?;
        self.pop()?;
        self.push_result(&signature);
        Ok(())
    }

    /// How many methods are on the stack. The JIT keeps their addresses on a stack of its own while it translates.
    fn methods(&self) -> u32 {
        let methods = self.state.stack.iter().filter(|value| matches!(value.kind, Kind::Method(..)));
        u32::try_from(methods.count()).unwrap_or(u32::MAX)
    }

    /// Whether the constant of a `LOAD_METHOD_STATIC` names what this one does.
    fn is_same_method(&self, loaded: usize) -> bool {
        let (loaded, called) = (parts(&self.prover.code.constants[loaded]), parts(self.constant()));
        loaded.first() == called.first() && loaded.get(1) == called.get(2)
    }

    /// `((library, symbol), (arguments…, result))`
    pub(super) fn invoke_native(&mut self) -> Proof {
        let Constant::Tuple(parts) = self.constant() else { return Err("the operand names no function".into()) };
        let Some(Constant::Tuple(types)) = parts.get(1) else { return Err("the operand names no types".into()) };
        let mut shapes = Vec::with_capacity(types.len());
        for class in types.iter() {
            match self.prover.world.shape_of(class) {
                Some(shape @ Shape::Primitive(_)) => shapes.push(shape),
                _ => return Err("native functions take and give primitives only".into()),
            }
        }
        let returns = shapes.pop().ok_or("the operand names no result")?;
        self.take_arguments(Some(&shapes), shapes.len())?;
        self.push_shape(returns);
        Ok(())
    }
}
