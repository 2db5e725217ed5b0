//! The type bytes of the format, and which of its versions brings what.

/// Set on the type byte of an object that gets a reference number.
pub const FLAG_REF: u8 = 0x80;

/// From this version on objects are written once and then referred to.
pub const VERSION_REFERENCES: u8 = 3;
/// From this version on ASCII strings and small tuples have their own forms.
pub const VERSION_SHORT_FORMS: u8 = 4;

/// Containers and code objects nested deeper are refused (`MAX_MARSHAL_STACK_DEPTH`).
pub const DEPTH_LIMIT: usize = 2000;

/// `None`
pub const NONE: u8 = b'N';
/// `False`
pub const FALSE: u8 = b'F';
/// `True`
pub const TRUE: u8 = b'T';
/// `...`
pub const ELLIPSIS: u8 = b'.';
/// An `int` of 32 bits.
pub const INT: u8 = b'i';
/// An `int` of 64 bits (read only).
pub const INT64: u8 = b'I';
/// An `int` in digits of 15 bits.
pub const LONG: u8 = b'l';
/// A `float` as text (read only).
pub const FLOAT_TEXT: u8 = b'f';
/// A `float` in eight bytes.
pub const FLOAT: u8 = b'g';
/// A `complex` as text (read only).
pub const COMPLEX_TEXT: u8 = b'x';
/// A `complex` in sixteen bytes.
pub const COMPLEX: u8 = b'y';
/// A `bytes`.
pub const BYTES: u8 = b's';
/// A `str` in UTF-8.
pub const UNICODE: u8 = b'u';
/// An interned `str` in UTF-8.
pub const INTERNED: u8 = b't';
/// A `str` of ASCII.
pub const ASCII: u8 = b'a';
/// An interned `str` of ASCII.
pub const ASCII_INTERNED: u8 = b'A';
/// A `str` of at most 255 ASCII characters.
pub const SHORT_ASCII: u8 = b'z';
/// An interned `str` of at most 255 ASCII characters.
pub const SHORT_ASCII_INTERNED: u8 = b'Z';
/// A `tuple` of at most 255 items.
pub const SMALL_TUPLE: u8 = b')';
/// A `tuple`.
pub const TUPLE: u8 = b'(';
/// A `frozenset`.
pub const FROZENSET: u8 = b'>';
/// A `slice` (from version 5 on).
pub const SLICE: u8 = b':';
/// A code object.
pub const CODE: u8 = b'c';
/// An object written before, by its number.
pub const REF: u8 = b'r';

/// Bits of a digit of [`LONG`].
pub const LONG_DIGIT_BITS: u32 = 15;
