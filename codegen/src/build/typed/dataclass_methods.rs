//! The methods of a dataclass.
//!
//! ```text
//! @dataclass            def __init__(self, x): self.x = x                STORE_FIELD, x checked on entry
//! class C: x: int       def __eq__(self, other):                         LOAD_FIELD of both, if their classes are the same
//!                           return (self.x,) == (other.x,) if type(other) is type(self) else NotImplemented
//! ```
//!
//! Invariant: what is stored in a field has its type: arguments are checked on entry, what factories give by a cast.

use super::boxed_parameters::BoxedParameters;
use super::dataclass::{FROZEN_ERROR, HAS_FACTORY};
use super::descriptor::{member_constant, primitive_code, type_constant};
use super::made_function::MadeFunction;
use crate::{Constant, Opcode};
use pyclast_syntax::Location;
use pyclast_syntax::type_facts::{DataclassFact, Descriptor, FieldDefault, FieldFact, TypeCode};

/// `FVC_REPR`
const REPR: usize = 2;

/// Makes the methods of a dataclass.
#[derive(Clone, Copy, Debug)]
pub(super) struct DataclassMethods<'a> {
    /// The dataclass.
    pub(super) fact: &'a DataclassFact,
    /// Where it is.
    pub(super) location: Location,
}

/// A comparison of dataclasses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Comparison {
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `==`
    Eq,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl Comparison {
    /// The method, and the operand of `COMPARE_OP`.
    const fn method(self) -> (&'static str, usize) {
        match self {
            Self::Lt => ("__lt__", 2),
            Self::Le => ("__le__", (1 << 5) | 0b1010),
            Self::Eq => ("__eq__", (2 << 5) | 0b1000),
            Self::Gt => ("__gt__", (4 << 5) | 0b0100),
            Self::Ge => ("__ge__", (5 << 5) | 0b1100),
        }
    }
}

impl<'a> DataclassMethods<'a> {
    /// `__eq__` and the like.
    pub(super) fn comparison(self, comparison: Comparison) -> MadeFunction {
        let (name, operand) = comparison.method();
        let mut method = self.method(name, &["self", "other"], &[], &object());
        let different = method.new_label();
        for local in [1, 0] {
            method.emit_arg(Opcode::LoadFast, local);
            method.emit_arg(Opcode::LoadType, 0);
        }
        method.emit_arg(Opcode::IsOp, 0);
        method.emit_jump(Opcode::PopJumpIfFalse, different);
        for local in [0, 1] {
            let mut count = 0;
            for field in self.fields().filter(|field| field.compare) {
                load_field(&mut method, local, field);
                count += 1;
            }
            method.emit_arg(Opcode::BuildTuple, count);
        }
        method.emit_arg(Opcode::CompareOp, operand);
        method.emit(Opcode::ReturnValue);
        method.use_label(different);
        method.load_global("NotImplemented");
        method.emit(Opcode::ReturnValue);
        method
    }

    /// `__setattr__` or `__delattr__` of a frozen dataclass: fields cannot be changed.
    pub(super) fn frozen(self, is_deleting: bool) -> MadeFunction {
        let (name, parameters, message): (_, &[&str], _) = if is_deleting {
            ("__delattr__", &["self", "name"], "cannot delete field ")
        } else {
            ("__setattr__", &["self", "name", "value"], "cannot assign to field ")
        };
        let mut method = self.method(name, parameters, &[(1, Descriptor::builtin("str"))], &none());
        let (refused, allowed) = (method.new_label(), method.new_label());
        method.emit_arg(Opcode::LoadFast, 0);
        method.emit_arg(Opcode::LoadType, 0);
        self.load_class(&mut method);
        method.emit_arg(Opcode::IsOp, 0);
        method.emit_jump(Opcode::PopJumpIfTrue, refused);
        method.emit_arg(Opcode::LoadFast, 1);
        let names = Constant::tuple(self.fields().map(|field| Constant::str(&field.name)));
        method.emit_const(Opcode::LoadConst, names);
        method.emit_arg(Opcode::ContainsOp, 0);
        method.emit_jump(Opcode::PopJumpIfFalse, allowed);
        method.use_label(refused);
        self.load_class(&mut method);
        method.load_method(FROZEN_ERROR);
        method.emit_const(Opcode::LoadConst, Constant::str(message));
        method.emit_arg(Opcode::LoadFast, 1);
        emit_repr(&mut method);
        method.emit_arg(Opcode::BuildString, 2);
        method.emit_arg(Opcode::Call, 1);
        method.emit_arg(Opcode::RaiseVarargs, 1);
        method.use_label(allowed);
        method.load_global("super");
        self.load_class(&mut method);
        method.emit_arg(Opcode::LoadFast, 0);
        method.load_super_method(name, false);
        for local in 1..parameters.len() {
            method.emit_arg(Opcode::LoadFast, local);
        }
        method.emit_arg(Opcode::Call, parameters.len() - 1);
        method.emit(Opcode::PopTop);
        method.emit_const(Opcode::LoadConst, Constant::None);
        method.emit(Opcode::ReturnValue);
        method
    }

    /// `__hash__`
    pub(super) fn hash(self) -> MadeFunction {
        let mut method = self.method("__hash__", &["self"], &[], &Descriptor::builtin("int"));
        method.load_global("hash");
        method.emit(Opcode::PushNull);
        let mut count = 0;
        for field in self.fields().filter(|field| field.hash.unwrap_or(field.compare)) {
            load_field(&mut method, 0, field);
            count += 1;
        }
        method.emit_arg(Opcode::BuildTuple, count);
        method.emit_arg(Opcode::Call, 1);
        method.emit(Opcode::ReturnValue);
        method
    }

    /// `__repr__`
    pub(super) fn repr(self) -> MadeFunction {
        let mut method = self.method("__repr__", &["self"], &[], &Descriptor::builtin("str"));
        method.emit_arg(Opcode::LoadFast, 0);
        method.emit_arg(Opcode::LoadType, 0);
        method.load_attribute("__qualname__");
        method.emit_const(Opcode::RefineType, type_constant(&Descriptor::builtin("str")));
        let mut count = 0;
        for field in self.fields().filter(|field| field.repr) {
            let start = if count == 0 { "(" } else { ", " };
            method.emit_const(Opcode::LoadConst, Constant::str(&format!("{start}{}=", field.name)));
            load_field(&mut method, 0, field);
            emit_repr(&mut method);
            count += 1;
        }
        method.emit_const(Opcode::LoadConst, Constant::str(if count == 0 { "()" } else { ")" }));
        method.emit_arg(Opcode::BuildString, 2 + 2 * count);
        method.emit(Opcode::ReturnValue);
        method
    }

    /// `__init__`
    pub(super) fn init(self) -> MadeFunction {
        let is_self_taken = self.fact.fields.iter().any(|field| field.name == "self");
        let self_name = if is_self_taken { "__dataclass_self__" } else { "self" };
        let parameters: Vec<&FieldFact> =
            self.fact.fields.iter().filter(|field| field.init && !field.is_classvar).collect();
        let names: Vec<&str> = [self_name].into_iter().chain(parameters.iter().map(|field| &*field.name)).collect();
        let is_double = |field: &&&FieldFact| primitive_code(&field.class) == Some(TypeCode::Double);
        let doubles = parameters.iter().filter(is_double).count();
        let boxed = BoxedParameters::new(true, "__init__", names.len(), doubles);
        let checks: Vec<(i64, Descriptor)> = (1..)
            .zip(&parameters)
            .filter(|(_, field)| field.default != FieldDefault::Factory && field.class != object())
            .map(|(position, field)| (position, boxed.checked_class(&field.class).into_owned()))
            .collect();
        let local_of = |field: &FieldFact| names.iter().skip(1).position(|&name| name == field.name).map(|at| at + 1);
        let mut method = self.method("__init__", &names, &checks, &none());
        for field in self.fields() {
            let local = local_of(field);
            match (field.default, local) {
                (FieldDefault::Factory, Some(local)) => init_from_factory(&mut method, field, local),
                (FieldDefault::Factory, None) => call_factory(&mut method, field),
                (_, Some(local)) => load_parameter(&mut method, local, field, boxed),
                (FieldDefault::Value, None) => load_default(&mut method, field),
                // Neither given nor of a default: it stays unset.
                (FieldDefault::None, None) => continue,
            }
            method.emit_arg(Opcode::LoadFast, 0);
            method.emit_const(Opcode::StoreField, field_constant(field));
        }
        if self.fact.has_post_init {
            method.emit_arg(Opcode::LoadFast, 0);
            method.load_method("__post_init__");
            let mut count = 0;
            for field in self.fact.fields.iter().filter(|field| field.is_initvar) {
                let Some(local) = local_of(field) else { continue };
                load_parameter(&mut method, local, field, boxed);
                box_field(&mut method, field);
                count += 1;
            }
            method.emit_arg(Opcode::Call, count);
            method.emit(Opcode::PopTop);
        }
        method.emit_const(Opcode::LoadConst, Constant::None);
        method.emit(Opcode::ReturnValue);
        method
    }

    /// The fields of instances.
    fn fields(self) -> impl Iterator<Item = &'a FieldFact> {
        self.fact.fields.iter().filter(|field| !field.is_classvar && !field.is_initvar)
    }

    fn load_class(self, method: &mut MadeFunction) {
        method.emit_const(Opcode::LoadClass, type_constant(&self.fact.class));
    }

    /// A method that checks its receiver and these arguments.
    fn method(
        self,
        name: &'static str,
        parameters: &[&str],
        checks: &[(i64, Descriptor)],
        returns: &Descriptor,
    ) -> MadeFunction {
        let mut method = MadeFunction::new(name, parameters, self.location);
        let mut class = self.fact.class.clone();
        class.marks = class.marks.without('!');
        let checks: Vec<_> = [(0, class)].into_iter().chain(checks.iter().cloned()).collect();
        let stated = checks.iter().flat_map(|(position, class)| [Constant::int(*position), type_constant(class)]);
        method.trailing_constant = Some(Constant::tuple([Constant::tuple(stated), type_constant(returns)]));
        method.check_given_objects(&checks);
        method
    }
}

/// Loads the field of the object in a local; an object, whatever the field holds.
fn load_field(method: &mut MadeFunction, local: usize, field: &FieldFact) {
    method.emit_arg(Opcode::LoadFast, local);
    method.emit_const(Opcode::LoadField, field_constant(field));
    box_field(method, field);
}

/// The value of a field that has a factory: the argument, unless it was left out.
fn init_from_factory(method: &mut MadeFunction, field: &FieldFact, local: usize) {
    let (given, store) = (method.new_label(), method.new_label());
    method.emit_arg(Opcode::LoadFast, local);
    load_own_class(method);
    method.load_attribute(HAS_FACTORY);
    method.emit_arg(Opcode::IsOp, 0);
    method.emit_jump(Opcode::PopJumpIfFalse, given);
    call_factory(method, field);
    method.emit_jump(Opcode::Jump, store);
    method.use_label(given);
    // Not checked on entry: the parameter has two types.
    method.emit_arg(Opcode::LoadFast, local);
    cast(method, &field.class);
    method.use_label(store);
}

fn call_factory(method: &mut MadeFunction, field: &FieldFact) {
    load_own_class(method);
    method.load_method(&field.name);
    method.emit_arg(Opcode::Call, 0);
    cast(method, &field.class);
}

/// The default of a field that nobody gives: `__hash__` and others read the field itself.
fn load_default(method: &mut MadeFunction, field: &FieldFact) {
    load_own_class(method);
    method.load_attribute(&field.name);
    cast(method, &field.class);
}

/// The class, as its methods know it. (The reference loads it by its name, with an opcode that the JIT does not take.)
fn load_own_class(method: &mut MadeFunction) {
    method.free("__class__");
    method.emit_arg(Opcode::LoadDeref, 0);
}

/// A parameter, in the representation of its field.
fn load_parameter(method: &mut MadeFunction, local: usize, field: &FieldFact, boxed: BoxedParameters) {
    let Some(code) = primitive_code(&field.class) else { return method.emit_arg(Opcode::LoadFast, local) };
    if boxed.contains(code) {
        method.emit_arg(Opcode::LoadFast, local);
        method.emit_arg(Opcode::PrimitiveUnbox, code as usize);
    } else {
        let local = i64::try_from(local).expect("a dataclass has few fields");
        method.emit_const(Opcode::LoadLocal, Constant::tuple([Constant::int(local), type_constant(&field.class)]));
    }
    if code.is_narrow() {
        // The JIT stores 64 bits of what is no result of an operator.
        method.emit_const(
            Opcode::PrimitiveLoadConst,
            Constant::tuple([Constant::int(0), Constant::int(i64::from(code as u8))]),
        );
        method.emit_arg(Opcode::PrimitiveBinaryOp, super::attribute::OR);
    }
}

fn box_field(method: &mut MadeFunction, field: &FieldFact) {
    if let Some(code) = primitive_code(&field.class) {
        method.emit_arg(Opcode::PrimitiveBox, code as usize);
    }
}

/// An object of unknown type as one of that class.
fn cast(method: &mut MadeFunction, class: &Descriptor) {
    if let Some(code) = primitive_code(class) {
        let boxed = Descriptor::builtin(if class.path[0] == "double" { "float" } else { "int" });
        method.emit_const(Opcode::Cast, type_constant(&boxed));
        method.emit_arg(Opcode::PrimitiveUnbox, code as usize);
    } else if *class != object() {
        method.emit_const(Opcode::Cast, type_constant(class));
    }
}

fn emit_repr(method: &mut MadeFunction) {
    method.emit_arg(Opcode::ConvertValue, REPR);
    method.emit(Opcode::FormatSimple);
}

fn field_constant(field: &FieldFact) -> Constant {
    member_constant(type_constant(&field.owner), &field.name)
}

fn object() -> Descriptor {
    Descriptor::builtin("object")
}

fn none() -> Descriptor {
    Descriptor::builtin("None").marked(['!'])
}
