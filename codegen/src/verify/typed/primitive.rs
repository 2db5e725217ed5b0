//! Machine values: codes, constants, arithmetic, comparisons, tests.
//!
//! ```text
//! PRIMITIVE_BINARY_OP 0        int64, int64 → int64; int8, int8 → int8, raw
//! PRIMITIVE_BINARY_OP 3        the divisor is proved not to be 0, nor −1 if it is signed
//! POP_JUMP_IF_ZERO             what is taken is not 0 where it does not jump
//! ```
//!
//! Invariant: both operands of an operator have the code of the result, and the operator fits its sign.

use super::step::{Proof, Step};
use super::value::{Fact, Kind, Known, Note, Number, Test, Value};
use super::world::{ClassId, Shape, Type};
use crate::Constant;
use pyclast_syntax::PyInt;
use pyclast_syntax::type_facts::TypeCode;

/// The code of that number.
pub(super) fn code_of(number: impl TryInto<u8>) -> Option<TypeCode> {
    TypeCode::from_code(number.try_into().ok()?)
}

/// The primitive that a constant names: `("__static__", "int64", "#")`.
pub(super) fn code_named(constant: &Constant) -> Option<TypeCode> {
    let Constant::Tuple(parts) = constant else { return None };
    match &parts[..] {
        [Constant::Str(module), Constant::Str(name), Constant::Str(mark)]
            if module.as_bytes() == b"__static__" && mark.as_bytes() == b"#" =>
        {
            TypeCode::named(name.as_str()?)
        }
        _ => None,
    }
}

/// Width in bits of an integer; none for others.
const fn bits(code: TypeCode) -> Option<u32> {
    Some(match code {
        TypeCode::UInt8 | TypeCode::Int8 => 8,
        TypeCode::UInt16 | TypeCode::Int16 => 16,
        TypeCode::UInt32 | TypeCode::Int32 => 32,
        TypeCode::UInt64 | TypeCode::Int64 => 64,
        TypeCode::Double | TypeCode::Bool => return None,
    })
}

/// The least value of a signed integer.
const fn least(code: TypeCode) -> Option<i64> {
    Some(match code {
        TypeCode::Int8 => i8::MIN as i64,
        TypeCode::Int16 => i16::MIN as i64,
        TypeCode::Int32 => i32::MIN as i64,
        TypeCode::Int64 => i64::MIN,
        _ => return None,
    })
}

const fn is_signed(code: TypeCode) -> bool {
    matches!(code, TypeCode::Int8 | TypeCode::Int16 | TypeCode::Int32 | TypeCode::Int64)
}

const fn is_unsigned(code: TypeCode) -> bool {
    bits(code).is_some() && !is_signed(code)
}

/// Whether `PRIMITIVE_LOAD_CONST` may load a value as that primitive.
pub(super) fn holds(code: TypeCode, value: &Constant) -> bool {
    let Some(bits) = bits(code) else {
        return matches!((code, value), (TypeCode::Bool, Constant::Bool(_)) | (TypeCode::Double, Constant::Float(_)));
    };
    let Constant::Int(value) = value else { return false };
    let value = match value {
        PyInt::Small(value) => i128::from(*value),
        PyInt::Big(value) => match i128::try_from(&**value) {
            Ok(value) => value,
            Err(_) => return false,
        },
    };
    if is_signed(code) {
        (-(1_i128 << (bits - 1))..1 << (bits - 1)).contains(&value)
    } else {
        (0..1_i128 << bits).contains(&value)
    }
}

/// Which values an operator takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Integers,
    Signed,
    Unsigned,
    Bits,
    Doubles,
}

/// An operator of `PRIMITIVE_BINARY_OP`.
#[expect(clippy::struct_excessive_bools, reason = "each is asked by itself")]
#[derive(Clone, Copy)]
pub(super) struct Operator {
    takes: Takes,
    divides: bool,
    /// High bits of the operands come into its result's lower ones.
    needs_settled: bool,
    gives_double: bool,
    /// The result may have more bits than its type.
    is_raw: bool,
}

impl Operator {
    /// The operator of that number; none if interpreter or JIT do not know it.
    pub(super) fn new(oparg: u32) -> Option<Self> {
        let plain =
            Self { takes: Takes::Integers, divides: false, needs_settled: false, gives_double: false, is_raw: true };
        let doubles = Self { takes: Takes::Doubles, gives_double: true, is_raw: false, ..plain };
        Some(match oparg {
            // +, -, *, <<
            0..=2 | 8 => plain,
            // /, % of signed and unsigned integers
            3 | 5 => Self { takes: Takes::Signed, divides: true, needs_settled: true, is_raw: false, ..plain },
            4 | 6 => Self { takes: Takes::Unsigned, divides: true, needs_settled: true, is_raw: false, ..plain },
            // ** of signed and unsigned integers
            7 => Self { takes: Takes::Signed, needs_settled: true, gives_double: true, is_raw: false, ..plain },
            20 => Self { takes: Takes::Unsigned, needs_settled: true, gives_double: true, is_raw: false, ..plain },
            // >> of signed and unsigned integers
            9 => Self { takes: Takes::Signed, needs_settled: true, is_raw: false, ..plain },
            10 => Self { takes: Takes::Unsigned, needs_settled: true, is_raw: false, ..plain },
            // ^, |, &
            11..=13 => Self { takes: Takes::Bits, is_raw: false, ..plain },
            // +, -, *, /, ** of doubles; not %, which neither knows.
            14..=17 | 19 => doubles,
            _ => return None,
        })
    }

    fn fits(self, code: TypeCode) -> bool {
        match self.takes {
            Takes::Integers => bits(code).is_some(),
            Takes::Signed => is_signed(code),
            Takes::Unsigned => is_unsigned(code),
            Takes::Bits => code != TypeCode::Double,
            Takes::Doubles => code == TypeCode::Double,
        }
    }
}

/// Whether `PRIMITIVE_UNARY_OP` has that number.
pub(super) const fn is_unary(oparg: u32) -> bool {
    oparg <= 3
}

impl Step<'_, '_> {
    /// A machine value that narrow arithmetic may have left with wrong high bits is not used as it is.
    fn settled(number: Number) -> Proof {
        if number.raw {
            return Err("the result of narrow arithmetic is used before it is converted to its width".into());
        }
        Ok(())
    }

    /// Takes a machine value.
    pub(super) fn pop_primitive(&mut self) -> Proof<(TypeCode, Number, Option<Test>, u32)> {
        let value = self.pop()?;
        match value.kind {
            Kind::Primitive(code, number, test) => Ok((code, number, test, value.name)),
            _ => Err(format!("a primitive is wanted, there is {}", self.describe(value))),
        }
    }

    /// Takes a machine value of that code, with settled bits.
    pub(super) fn pop_code(&mut self, wanted: TypeCode) -> Proof<Number> {
        let (code, number, ..) = self.pop_primitive()?;
        Self::same_code(code, wanted)?;
        Self::settled(number)?;
        Ok(number)
    }

    fn same_code(code: TypeCode, wanted: TypeCode) -> Proof {
        if code == wanted { Ok(()) } else { Err(format!("{wanted:?} is wanted, there is {code:?}")) }
    }

    pub(super) fn load_primitive_const(&mut self) -> Proof {
        let (value, code) = match self.constant() {
            Constant::Tuple(parts) => match &parts[..] {
                [value, code] => (value.clone(), code.as_small_int().and_then(code_of)),
                _ => (Constant::None, None),
            },
            _ => (Constant::None, None),
        };
        let code = code.ok_or("the constant has no type code")?;
        let number = match value.as_small_int() {
            Some(value) => {
                let constant = match value {
                    0 => Known::Zero,
                    1 => Known::One,
                    -1 => Known::MinusOne,
                    _ if Some(value) == least(code) => Known::Least,
                    _ => Known::Other,
                };
                Number { not_zero: value != 0, not_minus_one: value != -1, constant, ..Number::default() }
            }
            None => Number { not_minus_one: true, not_zero: bits(code).is_some(), ..Number::default() },
        };
        self.push(Value::new(Kind::Primitive(code, number, None)));
        Ok(())
    }

    /// An object of the class that the primitive is made of.
    pub(super) fn box_primitive(&mut self) -> Proof {
        let code = self.code_operand()?;
        let (found, number, test, _) = self.pop_primitive()?;
        Self::same_code(found, code)?;
        Self::settled(number)?;
        self.push(match code {
            TypeCode::Bool => Value::truth(test),
            TypeCode::Double => Value::exact(ClassId::FLOAT),
            _ => Value::exact(ClassId::INT),
        });
        Ok(())
    }

    /// Whether it always raises.
    pub(super) fn unbox_primitive(&mut self) -> Proof<bool> {
        let code = self.code_operand()?;
        let wanted = match code {
            TypeCode::Bool => ClassId::BOOL,
            TypeCode::Double => ClassId::FLOAT,
            _ => ClassId::INT,
        };
        let test = self.state.stack.last().and_then(|value| value.test());
        self.require(1, Type::of(wanted))?;
        let is_huge = matches!(self.pop()?.kind, Kind::Object(_, Note::Huge));
        let test = test.filter(|_| code == TypeCode::Bool);
        self.push(Value::new(Kind::Primitive(code, Number::default(), test)));
        Ok(is_huge && is_signed(code))
    }

    fn code_operand(&self) -> Proof<TypeCode> {
        code_of(self.oparg()).ok_or_else(|| "the operand is no type code".to_owned())
    }

    pub(super) fn binary_primitive(&mut self) -> Proof {
        let operator = Operator::new(self.oparg()).ok_or("unknown operator")?;
        let (right_code, right, ..) = self.pop_primitive()?;
        let (code, left, _, name) = self.pop_primitive()?;
        Self::same_code(right_code, code)?;
        if !operator.fits(code) {
            return Err(format!("the operator does not take {code:?}"));
        }
        if operator.needs_settled {
            Self::settled(left)?;
            Self::settled(right)?;
        }
        if operator.divides && !right.not_zero {
            return Err("the divisor may be zero".into());
        }
        let is_paired = name != Value::UNNAMED && right.may_divide == name;
        let overflows = !right.not_minus_one && !left.not_least && !is_paired;
        if operator.divides && is_signed(code) && overflows {
            return Err("the divisor may be -1, which overflows the least integer".into());
        }
        let code = if operator.gives_double { TypeCode::Double } else { code };
        let is_narrow = bits(code).is_some_and(|bits| bits < 64);
        let raw = is_narrow && (operator.is_raw || left.raw || right.raw);
        // ADD
        let successor_of = if self.oparg() == 0 && right.constant == Known::One { name } else { Value::UNNAMED };
        self.push(Value::new(Kind::Primitive(code, Number { successor_of, raw, ..Number::default() }, None)));
        Ok(())
    }

    pub(super) fn unary_primitive(&mut self) -> Proof {
        let (code, number, test, name) = self.pop_primitive()?;
        let is_narrow = bits(code).is_some_and(|bits| bits < 64);
        let (result, test, raw) = match self.oparg() {
            // Negation of an int8 may need nine bits; so has the complement of a uint8.
            0 | 1 if bits(code).is_some() => (code, None, is_narrow),
            2 if code == TypeCode::Double => (code, None, false),
            3 if code != TypeCode::Double => {
                Self::settled(number)?;
                let is_zero = Test { about: name, if_true: Fact::Nothing, if_false: Fact::NotZero };
                let named = (name != Value::UNNAMED).then_some(is_zero);
                (TypeCode::Bool, test.map(Test::negated).or(named), false)
            }
            _ => return Err(format!("the operator does not take {code:?}")),
        };
        self.push(Value::new(Kind::Primitive(result, Number { raw, ..Number::default() }, test)));
        Ok(())
    }

    pub(super) fn compare_primitives(&mut self) -> Proof {
        let (right_code, right, ..) = self.pop_primitive()?;
        let (code, left, _, name) = self.pop_primitive()?;
        Self::same_code(right_code, code)?;
        Self::settled(left)?;
        Self::settled(right)?;
        let oparg = self.oparg();
        let fits = match oparg {
            0 | 1 => code != TypeCode::Double,
            2..=5 => is_signed(code),
            6..=9 => code != TypeCode::Double,
            _ => code == TypeCode::Double,
        };
        if !fits {
            return Err(format!("the comparison does not take {code:?}"));
        }
        let fact = match right.constant {
            Known::Zero => Fact::NotZero,
            Known::MinusOne => Fact::NotMinusOne,
            Known::Least => Fact::NotLeast,
            Known::One | Known::Other => Fact::Nothing,
        };
        let test = match oparg {
            // One more than it is 0 or 1, as an unsigned number.
            7 if right.constant == Known::One && left.successor_of != Value::UNNAMED => {
                let about = left.successor_of;
                let test = Test { about, if_true: Fact::Nothing, if_false: Fact::NotNearZero };
                self.push(Value::new(Kind::Primitive(TypeCode::Bool, Number::default(), Some(test))));
                return Ok(());
            }
            0 => Some(Test { about: name, if_true: Fact::Nothing, if_false: fact }),
            1 => Some(Test { about: name, if_true: fact, if_false: Fact::Nothing }),
            _ => None,
        };
        let test = test.filter(|_| name != Value::UNNAMED && fact != Fact::Nothing);
        self.push(Value::new(Kind::Primitive(TypeCode::Bool, Number::default(), test)));
        Ok(())
    }

    pub(super) fn convert_primitive(&mut self) -> Proof {
        let (to, from) = (code_of(self.oparg() >> 4), code_of(self.oparg() & 15));
        let (Some(to), Some(from)) = (to, from) else { return Err("the operand is no pair of type codes".into()) };
        let value = *self.state.stack.last().ok_or("the stack is empty")?;
        let (code, number, ..) = self.pop_primitive()?;
        let (from_bits, to_bits) = (bits(from), bits(to));
        // The interpreter extends by the sign that the operand names, which need not be the value's own.
        if from_bits.is_none() || bits(code) != from_bits {
            Self::same_code(code, from)?;
        }
        // The JIT cannot narrow: it aborts the process.
        let widens = to_bits.is_some() && to_bits >= from_bits && from != TypeCode::Double;
        if !widens {
            return Err(format!("{from:?} does not convert to {to:?}"));
        }
        if to_bits > from_bits {
            Self::settled(number)?;
        }
        if to == from && code == from {
            // What had its width already is the same value.
            let settled = Number { raw: false, ..number };
            self.push(if number.raw { Value::new(Kind::Primitive(to, settled, None)) } else { value });
            return Ok(());
        }
        self.push(Value::primitive(to));
        Ok(())
    }

    /// `POP_JUMP_IF_ZERO` and its opposite: what holds where it is not zero, and where it is.
    pub(super) fn primitive_branch(&mut self) -> Proof<Option<Test>> {
        let (code, number, test, name) = self.pop_primitive()?;
        if code == TypeCode::Double {
            return Err("a double has no truth".into());
        }
        Self::settled(number)?;
        let own = Test { about: name, if_true: Fact::NotZero, if_false: Fact::Nothing };
        Ok(test.or((name != Value::UNNAMED).then_some(own)))
    }

    pub(super) fn return_primitive(&mut self) -> Proof {
        let code = self.code_operand()?;
        self.pop_code(code)?;
        match self.prover.returns {
            Some(Shape::Primitive(returned)) => Self::same_code(code, returned),
            _ => Err("the function does not return a primitive".into()),
        }
    }
}
