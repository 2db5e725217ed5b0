//! The text of an error → its code.
//!
//! ```text
//! "Name `x` is not defined."      →  undefined-name        "cannot add int64 and double"  →  operand-type
//! ```
//!
//! The reference has no codes; its texts are ours word for word, so they tell the kinds apart.
//!
//! Invariant: every text has a code; what no line knows is `unsupported`.

use crate::errors::ErrorClass;
use pyclast_syntax::Code;

/// The code of an error.
pub fn code_of(class: ErrorClass, message: &str) -> Code {
    match class {
        ErrorClass::ModuleTable => Code::ModuleTable,
        ErrorClass::Performance => Code::Performance,
        // Of two bases without a common order; all else that escapes is a limit of the reference.
        ErrorClass::Other("SyntaxError") if message.contains("MRO") => Code::BadBase,
        ErrorClass::Other(_) => Code::Unsupported,
        ErrorClass::Type => code_of_text(message),
    }
}

fn code_of_text(message: &str) -> Code {
    let of_member = message.strip_prefix("Optional[").is_some_and(|rest| rest.contains("]: "))
        || message.strip_prefix("Union[").is_some_and(|rest| rest.contains("]: "));
    if of_member {
        return Code::UnionOperation;
    }
    let starts = STARTS.iter().find(|(start, _)| message.starts_with(start)).map(|&(_, code)| code);
    let holds = || HELD.iter().find(|(part, _)| message.contains(part)).map(|&(_, code)| code);
    match starts {
        Some(Code::TypeMismatch) if message.contains(" received for ") => Code::ArgumentType,
        Some(Code::TypeMismatch) if message.contains(" cannot be created from ") => Code::PrimitiveConversion,
        Some(code) => code,
        None => holds().unwrap_or(Code::Unsupported),
    }
}

/// How texts begin.
const STARTS: &[(&str, Code)] = &[
    ("type mismatch: ", Code::TypeMismatch),
    ("mismatched types: expected", Code::ReturnType),
    ("Function has declared return type", Code::MissingReturn),
    ("Name `", Code::UndefinedName),
    ("Cannot redefine local variable", Code::Redefinition),
    ("Cannot re-declare member", Code::Redefinition),
    ("slot conflicts with", Code::Redefinition),
    ("function conflicts with", Code::Redefinition),
    ("function '", Code::Redefinition),
    ("cannot use primitives in global or closure scope", Code::PrimitiveScope),
    ("Cannot assign to a Final", Code::FinalAssignment),
    ("Must assign a value when declaring a Final", Code::FinalAssignment),
    ("Final attribute not initialized", Code::FinalAssignment),
    ("Final annotation is only valid", Code::TypeQualifier),
    ("ClassVar is allowed only", Code::TypeQualifier),
    ("InitVar is allowed only", Code::TypeQualifier),
    ("Cannot assign to classvar", Code::ClassVariable),
    ("class cannot hide inherited member", Code::BadOverride),
    ("Cannot change type of inherited attribute", Code::BadOverride),
    ("Cannot override attribute with property", Code::BadOverride),
    ("Class `", Code::BadBase),
    ("Incompatible subtypes", Code::BadBase),
    ("Primitive type ", Code::BadBase),
    ("Mismatched number of args", Code::CallArguments),
    ("Given argument ", Code::CallArguments),
    ("Missing value for positional-only", Code::CallArguments),
    ("Function ", Code::CallArguments),
    ("'NoneType' object", Code::NoneOperation),
    ("bad operand type for unary", Code::NoneOperation),
    ("unsupported operand type(s)", Code::OperandType),
    ("can't compare ", Code::OperandType),
    ("cbool is not a valid operand", Code::OperandType),
    ("Cannot invert/not a double", Code::OperandType),
    ("deleting primitives not supported", Code::PrimitiveConversion),
    ("box only accepts", Code::BuiltinCall),
    ("can't box ", Code::BuiltinCall),
    ("unbox", Code::BuiltinCall),
    ("crange() ", Code::BuiltinCall),
    ("can't use crange", Code::BuiltinCall),
    ("cannot unpack multiple values", Code::BuiltinCall),
    ("len() ", Code::BuiltinCall),
    ("bad argument type ", Code::BuiltinCall),
    ("sorted() ", Code::BuiltinCall),
    ("Can only pass a single argument", Code::BuiltinCall),
    ("isinstance() ", Code::BuiltinCall),
    ("issubclass() ", Code::BuiltinCall),
    ("reveal_type() ", Code::BuiltinCall),
    ("reveal_type(", Code::RevealType),
    ("cast ", Code::BuiltinCall),
    ("prod_assert() ", Code::BuiltinCall),
    ("can't slice generic types", Code::InvalidType),
    ("incorrect number of generic arguments", Code::InvalidType),
    ("cannot create instances of a generic", Code::InvalidType),
    ("Annotated types must", Code::InvalidType),
    ("Literal must be", Code::InvalidType),
    ("invalid union type", Code::InvalidType),
    ("Invalid ", Code::InvalidType),
    ("Static arrays cannot be sliced", Code::InvalidType),
    ("dataclass() ", Code::BadDataclass),
    ("Dataclass ", Code::BadDataclass),
    ("dataclasses.field() ", Code::BadDataclass),
    ("eq must be true", Code::BadDataclass),
    ("Cannot overwrite attribute", Code::BadDataclass),
    ("Cannot decorate a function or method with @dataclass", Code::BadDataclass),
    ("cannot specify both default", Code::BadDataclass),
    ("mutable default ", Code::BadDataclass),
    ("InitVar fields must", Code::BadDataclass),
    ("non-default argument", Code::BadDataclass),
    ("Override of field", Code::BadDataclass),
    ("Type of field", Code::BadDataclass),
    ("cannot inherit", Code::BadDataclass),
    ("Static Enum", Code::BadEnum),
    ("Static IntEnum", Code::BadEnum),
    ("Static StringEnum", Code::BadEnum),
    ("Enum values", Code::BadEnum),
    ("IntEnum values", Code::BadEnum),
    ("StringEnum values", Code::BadEnum),
    ("@inline only", Code::BadDecorator),
    ("Cannot decorate a method with @native", Code::BadNative),
    ("Cannot decorate", Code::BadDecorator),
    ("cached_property ", Code::BadDecorator),
    ("async_cached_property ", Code::BadDecorator),
    ("@native", Code::BadNative),
    ("empty module name", Code::BadImport),
    ("from __static__ import *", Code::BadImport),
    ("unsupported static import", Code::BadImport),
    ("attempted relative import", Code::BadImport),
    ("RHS of type alias", Code::BadImport),
    ("cannot add ", Code::OperandType),
    ("cannot subtract ", Code::OperandType),
    ("cannot multiply ", Code::OperandType),
    ("cannot divide ", Code::OperandType),
    ("cannot modulus ", Code::OperandType),
    ("cannot pow ", Code::OperandType),
    ("cannot left shift ", Code::OperandType),
    ("cannot right shift ", Code::OperandType),
    ("cannot bitwise ", Code::OperandType),
    ("cannot xor ", Code::OperandType),
    ("cannot iterate over", Code::NoOperation),
    ("cannot load attribute", Code::NoOperation),
    ("cannot call ", Code::NoOperation),
    ("cannot get descriptor", Code::NoOperation),
    ("cannot index ", Code::NoOperation),
    ("cannot compare with", Code::NoOperation),
    ("cannot reverse ", Code::NoOperation),
    ("cannot bin op ", Code::NoOperation),
    ("cannot constant with", Code::NoOperation),
];

/// What texts hold that begin with a name.
const HELD: &[(&str, Code)] = &[
    (" overrides ", Code::BadOverride),
    (" positional args but ", Code::CallArguments),
    ("() takes no arguments", Code::CallArguments),
    (" requires a single argument", Code::PrimitiveConversion),
    (" not supported between ", Code::NoneOperation),
    (" unbound Union", Code::UnionOperation),
    ("cannot have a default factory", Code::BadDataclass),
    ("of frozen dataclass", Code::BadDataclass),
    ("primitive", Code::PrimitiveValue),
];

#[cfg(test)]
mod tests {
    use super::code_of;
    use crate::errors::ErrorClass;
    use pyclast_syntax::Code;

    #[test]
    fn texts_tell_their_code() {
        let code = |message| code_of(ErrorClass::Type, message);
        assert_eq!(code("type mismatch: str cannot be assigned to int"), Code::TypeMismatch);
        assert_eq!(code("type mismatch: str received for positional arg 'x', expected int"), Code::ArgumentType);
        assert_eq!(code("Optional[a.C]: 'NoneType' object has no attribute 'x'"), Code::UnionOperation);
        assert_eq!(code("Call argument cannot be a primitive"), Code::PrimitiveValue);
        assert_eq!(code("m.D.f overrides m.B.f inconsistently. Number of arguments differ"), Code::BadOverride);
        assert_eq!(code("reveal_type(x): 'int'"), Code::RevealType);
        assert_eq!(code_of(ErrorClass::ModuleTable, "Cannot find a.b due to cyclic reference"), Code::ModuleTable);
    }
}
