//! Can a value of one class be assigned to another?
//!
//! ```text
//! object ← C: yes      Exact[C] ← C: no      int64 ← Literal[5]: yes      dynamic ← int64: no
//! ```
//!
//! Invariant: `dynamic` on the right is not special here; the binder lets it pass where it casts.

use super::{ClassId, ClassKind, Types, Value, Variance};
use std::rc::Rc;

impl Types<'_> {
    /// `dest.can_assign_from(src)`
    pub fn can_assign(&mut self, dest: ClassId, src: ClassId) -> bool {
        match self.kind(dest) {
            ClassKind::Dynamic => return !self.is_primitive_class(src),
            ClassKind::PrimitiveInt(to) => {
                if let ClassKind::PrimitiveInt(from) = self.kind(src) {
                    if let Some(literal) = self.literal_int(src) {
                        return to.fits(literal);
                    }
                    if from.size() <= to.size() && from.is_signed() == to.is_signed() {
                        return true;
                    }
                    if from.size() < to.size() && to.is_signed() {
                        return true;
                    }
                }
            }
            ClassKind::ClassDecorator => {
                if let ClassKind::NestedFunction(function) = self.kind(src)
                    && self.is_identity_decorator(function)
                {
                    return true;
                }
            }
            _ => {}
        }
        if src == dest {
            return true;
        }
        if self.is_primitive_class(src) {
            return false;
        }
        let source = self.instance(src);
        let plain = self.nonliteral(source);
        if self.class(dest).is_exact && plain != self.instance(dest) {
            return false;
        }
        let plain = self.class_of(plain);
        self.is_subclass(plain, dest)
    }

    /// A function of one parameter of a type parameter, which it gives back.
    fn is_identity_decorator(&self, function: super::FunctionId) -> bool {
        let data = self.function(function);
        let Some([parameter]) = data.params.as_deref() else { return false };
        match (&parameter.type_ref, &data.returns) {
            (super::TypeRef::Resolved(parameter), super::TypeRef::Resolved(returns)) => {
                parameter == returns && matches!(self.kind(*parameter), ClassKind::GenericParameter { .. })
            }
            _ => false,
        }
    }

    /// `class.is_subclass_of(other)`
    pub fn is_subclass(&mut self, class: ClassId, other: ClassId) -> bool {
        if self.is_union(class) {
            let args = Rc::clone(&self.class(class).type_args);
            return args.iter().all(|&arg| self.is_subclass(arg, other));
        }
        match (self.kind(class), self.kind(other)) {
            (ClassKind::Number(_), ClassKind::Number(_)) | (ClassKind::Bool, ClassKind::Bool) => {
                if let Some(literal) = &self.class(other).literal {
                    return self.class(class).literal.as_ref() == Some(literal);
                }
            }
            _ => {}
        }
        if let (Some(definition), Some(other_definition)) = (self.class(class).type_def, self.class(other).type_def)
            && self.is_subclass(definition, other_definition)
        {
            return self.are_arguments_compatible(definition, class, other);
        }
        if self.is_union(other) {
            let args = Rc::clone(&self.class(other).type_args);
            return args.iter().any(|&arg| self.is_subclass(class, arg));
        }
        let other = self.exact_type(other);
        self.mro(class).contains(&other)
    }

    fn are_arguments_compatible(&mut self, definition: ClassId, class: ClassId, other: ClassId) -> bool {
        let [parameters, left, right] = [definition, class, other].map(|class| Rc::clone(&self.class(class).type_args));
        parameters.iter().zip(left.iter().zip(&*right)).all(|(&parameter, (&left, &right))| {
            let ClassKind::GenericParameter { variance, .. } = self.kind(parameter) else { return true };
            match variance {
                Variance::Invariant => self.is_subclass(left, right) && self.is_subclass(right, left),
                Variance::Covariant => self.is_subclass(left, right),
                Variance::Contravariant => self.is_subclass(right, left),
            }
        })
    }

    /// `can_assign` for the class of a value.
    pub fn can_assign_value(&mut self, dest: ClassId, value: Value) -> bool {
        let class = self.class_of(value);
        self.can_assign(dest, class)
    }

    /// The message of a failed assignment (`resolve_assign_error_msg`): `{0}` or the first `{}` is the
    /// source, `{1}` or the second the destination. Exactness is named only where it makes the difference.
    pub fn assign_error(&mut self, dest: ClassId, src: ClassId, reason: &str) -> String {
        let inexact = self.inexact_type(dest);
        let (source, destination) = (self.instance(src), self.instance(dest));
        let (source, destination) = if self.can_assign(inexact, src) {
            (self.name_with_exact(source), self.name_with_exact(destination))
        } else {
            (self.name(source), self.name(destination))
        };
        reason.replace("{0}", &source).replace("{1}", &destination).replacen("{}", &source, 1).replacen(
            "{}",
            &destination,
            1,
        )
    }
}

/// The usual reason of [`Types::assign_error`].
pub(crate) const TYPE_MISMATCH: &str = "type mismatch: {} cannot be assigned to {}";
