//! The primitives of Static Python, by CinderX's numbers.
//!
//! ```text
//! int64    7    signed, 64 bits
//! cbool   12    no integer
//! ```
//!
//! Invariant: a code has one name; several names may mean one code (`char` is an `int8`).

/// CinderX's codes of primitives.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
#[expect(missing_docs, reason = "named as the types they stand for")]
pub enum TypeCode {
    UInt8 = 0,
    Int8 = 1,
    UInt16 = 2,
    Int16 = 3,
    UInt32 = 4,
    Int32 = 5,
    UInt64 = 6,
    Int64 = 7,
    Double = 9,
    Bool = 12,
}

impl TypeCode {
    /// Its name in `__static__`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UInt8 => "uint8",
            Self::Int8 => "int8",
            Self::UInt16 => "uint16",
            Self::Int16 => "int16",
            Self::UInt32 => "uint32",
            Self::Int32 => "int32",
            Self::UInt64 => "uint64",
            Self::Int64 => "int64",
            Self::Double => "double",
            Self::Bool => "cbool",
        }
    }

    /// The primitive of that name in `__static__`; a `char` is an `int8` to the runtime.
    pub fn named(name: &str) -> Option<Self> {
        if name == "char" {
            return Some(Self::Int8);
        }
        (0..=Self::Bool as u8).filter_map(Self::from_code).find(|code| code.name() == name)
    }

    /// Whether it is an integer with a sign.
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::Int8 | Self::Int16 | Self::Int32 | Self::Int64)
    }

    /// Whether it is an integer of less than 64 bits; not `cbool`.
    pub const fn is_narrow(self) -> bool {
        matches!(self, Self::UInt8 | Self::Int8 | Self::UInt16 | Self::Int16 | Self::UInt32 | Self::Int32)
    }

    /// Whether it is an integer; not `cbool`.
    pub const fn is_integer(self) -> bool {
        !matches!(self, Self::Double | Self::Bool)
    }

    /// The integer of the same width with a sign.
    #[must_use]
    pub const fn to_signed(self) -> Self {
        match self {
            Self::UInt8 => Self::Int8,
            Self::UInt16 => Self::Int16,
            Self::UInt32 => Self::Int32,
            Self::UInt64 => Self::Int64,
            _ => self,
        }
    }

    /// The integer of the same width without a sign.
    #[must_use]
    pub const fn to_unsigned(self) -> Self {
        match self {
            Self::Int8 => Self::UInt8,
            Self::Int16 => Self::UInt16,
            Self::Int32 => Self::UInt32,
            Self::Int64 => Self::UInt64,
            _ => self,
        }
    }

    /// The bits of an integer.
    pub const fn bits(self) -> u32 {
        8 << (self as u32 >> 1 & 3)
    }

    /// The code of that number.
    pub const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::UInt8,
            1 => Self::Int8,
            2 => Self::UInt16,
            3 => Self::Int16,
            4 => Self::UInt32,
            5 => Self::Int32,
            6 => Self::UInt64,
            7 => Self::Int64,
            9 => Self::Double,
            12 => Self::Bool,
            _ => return None,
        })
    }
}
