//! Exact, inexact and literal flavours of classes and values.
//!
//! ```text
//! C ⇄ Exact[C]        Literal[1] → Exact[int] (nonliteral) → int (inexact)        Final[int] → int (unwrap)
//! ```
//!
//! Invariant: the exact flavour of a class is made when it is first asked for, and copies what
//! decorators have set by then (as the reference does).

use super::{ClassData, ClassId, ClassKind, Literal, NameMap, Number, Types, Value};
use std::rc::Rc;

impl Types<'_> {
    /// `Class.exact_type`
    pub fn exact_type(&mut self, class: ClassId) -> ClassId {
        if self.is_union(class) {
            if self.class(class).type_def.is_none() {
                return class;
            }
            let args = Rc::clone(&self.class(class).type_args);
            let args: Vec<_> = args.iter().map(|&arg| self.exact_type(arg)).collect();
            return self.union(&args).unwrap_or(class);
        }
        if self.class(class).is_exact {
            return class;
        }
        if let Some(exact) = self.class(class).exact {
            return exact;
        }
        if let ClassKind::Dataclass(dataclass) = self.kind(class) {
            let exact = self.make_exact_dataclass(class, dataclass);
            self.class_mut(class).exact = Some(exact);
            return exact;
        }
        let mut data =
            ClassData { is_exact: true, exact: None, inexact: Some(class), mro: None, ..self.class(class).clone() };
        if matches!(data.kind, ClassKind::Enum(_)) {
            data.members = self.add_member_table(NameMap::default());
        }
        let exact = self.add_class(data);
        self.class_mut(class).exact = Some(exact);
        self.fill_exact_members(class, exact);
        exact
    }

    /// `Class.inexact_type`
    pub fn inexact_type(&mut self, class: ClassId) -> ClassId {
        if self.is_union(class) {
            if self.class(class).type_def.is_none() {
                return class;
            }
            if let Some(&known) = self.inexact_unions.get(&class) {
                return known;
            }
            let args = Rc::clone(&self.class(class).type_args);
            let args: Vec<_> = args.iter().map(|&arg| self.inexact_type(arg)).collect();
            let inexact = self.union(&args).unwrap_or(class);
            self.inexact_unions.insert(class, inexact);
            return inexact;
        }
        self.class(class).inexact.unwrap_or(class)
    }

    /// The inexact flavour of a class that is no union.
    pub fn inexact_of(&self, class: ClassId) -> ClassId {
        self.class(class).inexact.unwrap_or(class)
    }

    /// `Value.exact`
    pub fn exact(&mut self, value: Value) -> Value {
        let Value::Instance(class) = value else { return value };
        match self.kind(class) {
            ClassKind::Number(_) if self.class(class).is_exact => value,
            ClassKind::Number(number) => Value::Instance(self.exact_number(number)),
            ClassKind::Tuple => self.exact_instance(ClassId::TUPLE),
            ClassKind::List => self.exact_instance(ClassId::LIST),
            ClassKind::Dict => self.exact_instance(ClassId::DICT),
            ClassKind::Set => self.exact_instance(ClassId::SET),
            ClassKind::Str => self.exact_instance(ClassId::STR),
            ClassKind::Union | ClassKind::Optional => Value::Instance(self.exact_type(class)),
            _ => value,
        }
    }

    /// `Value.inexact`
    pub fn inexact(&mut self, value: Value) -> Value {
        let Value::Instance(class) = value else { return value };
        match self.kind(class) {
            ClassKind::Number(_) if !self.class(class).is_exact => value,
            ClassKind::Number(number) => Value::Instance(Self::number_class(number)),
            ClassKind::Tuple => Value::Instance(ClassId::TUPLE),
            ClassKind::List => Value::Instance(ClassId::LIST),
            ClassKind::Dict => Value::Instance(ClassId::DICT),
            ClassKind::Set => Value::Instance(ClassId::SET),
            ClassKind::Str => Value::Instance(ClassId::STR),
            ClassKind::Union | ClassKind::Optional => Value::Instance(self.inexact_type(class)),
            _ => value,
        }
    }

    /// `klass.exact_type().instance`
    pub fn exact_instance(&mut self, class: ClassId) -> Value {
        let exact = self.exact_type(class);
        self.instance(exact)
    }

    /// The class of a number.
    pub fn number_class(number: Number) -> ClassId {
        match number {
            Number::Int => ClassId::INT,
            Number::Float => ClassId::FLOAT,
            Number::Complex => ClassId::COMPLEX,
        }
    }

    fn exact_number(&mut self, number: Number) -> ClassId {
        self.exact_type(Self::number_class(number))
    }

    /// The literal type of an int, a bool or a primitive (`get_literal_type(base, value)`).
    pub fn literal(&mut self, base: Value, literal: Literal) -> Value {
        let base = self.exact(base);
        let Value::Instance(class) = base else { return base };
        if let Some(&known) = self.literals.get(&(class, literal.clone())) {
            return Value::Instance(known);
        }
        let original = self.class(class).clone();
        let bases = match original.kind {
            ClassKind::Number(_) => vec![self.exact_type(ClassId::INT)],
            ClassKind::Bool => vec![ClassId::BOOL],
            _ => original.bases.clone(),
        };
        // The reference makes a `CIntType` of the type code, which drops the name `char`.
        let qualname = match original.kind {
            ClassKind::PrimitiveInt(primitive) => Self::primitive_name(primitive),
            _ => original.qualname.clone(),
        };
        let members = self.add_member_table(NameMap::default());
        let data = ClassData {
            literal: Some(literal.clone()),
            bases,
            qualname,
            members,
            is_exact: true,
            is_final: original.kind == ClassKind::Bool,
            exact: None,
            inexact: None,
            mro: None,
            ..original
        };
        let made = self.add_class(data);
        self.literals.insert((class, literal), made);
        self.nonliterals.insert(made, class);
        Value::Instance(made)
    }

    /// `Value.nonliteral`
    pub fn nonliteral(&mut self, value: Value) -> Value {
        let Value::Instance(class) = value else { return value };
        let is_union = self.is_union(class);
        if !is_union && self.class(class).literal.is_none() {
            return value;
        }
        if let Some(&plain) = self.nonliterals.get(&class) {
            return Value::Instance(plain);
        }
        if !is_union {
            return value;
        }
        let args = Rc::clone(&self.class(class).type_args);
        let args: Vec<_> = args
            .iter()
            .map(|&arg| {
                let instance = self.instance(arg);
                let plain = self.nonliteral(instance);
                self.class_of(plain)
            })
            .collect();
        let plain = self.union(&args).unwrap_or(class);
        self.nonliterals.insert(class, plain);
        Value::Instance(plain)
    }

    /// The int of a literal type of `int` or a primitive.
    pub fn literal_int(&self, class: ClassId) -> Option<&num_bigint::BigInt> {
        if let Some(Literal::Int(value)) = &self.class(class).literal { Some(value) } else { None }
    }

    /// The bool of a literal type.
    pub fn literal_bool(&self, class: ClassId) -> Option<bool> {
        if let Some(Literal::Bool(value)) = self.class(class).literal { Some(value) } else { None }
    }

    /// `is_truthy_literal`
    pub fn is_truthy_literal(&self, value: Value) -> bool {
        let Value::Instance(class) = value else { return false };
        match (self.kind(class), &self.class(class).literal) {
            (ClassKind::Number(_), Some(Literal::Int(value))) => *value != num_bigint::BigInt::ZERO,
            (ClassKind::Bool, Some(Literal::Bool(value))) => *value,
            _ => false,
        }
    }

    /// `Class.unwrap`: without `Final`, `ClassVar`, `InitVar` and `Exact`.
    pub fn unwrap(&self, class: ClassId) -> ClassId {
        match self.kind(class) {
            ClassKind::Final | ClassKind::ClassVar | ClassKind::InitVar | ClassKind::ExactWrapper => {
                self.class(class).type_args.first().copied().unwrap_or(class)
            }
            _ => class,
        }
    }
}
