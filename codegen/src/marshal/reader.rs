//! Bytes → constant or code object (`marshal.c: r_object`).
//!
//! Reads what a `.pyc` file may hold, in the formats 2 to 5: refused are the types that no compiler
//! puts into one (`list`, `dict`, `set`), references to unfinished objects (code that contains
//! itself), and code objects whose fields have wrong types.
//!
//! Invariant: no input panics, overflows the stack, or allocates more than a multiple of its length.

use super::format;
use crate::{CodeFlags, CodeObject, Constant, LocalKind};
use indexmap::IndexSet;
use num_bigint::{BigInt, BigUint, Sign};
use pyclast_syntax::{PyInt, PyString};
use rustc_hash::FxBuildHasher;
use std::fmt;
use std::sync::Arc;

/// Why bytes could not be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadError {
    /// The byte where reading stopped.
    pub position: usize,
    /// What is wrong there.
    pub reason: ReadErrorReason,
}

/// What is wrong with marshalled bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReadErrorReason {
    /// The bytes end inside an object.
    UnexpectedEnd,
    /// A type byte that no value in a code object has.
    UnknownType(u8),
    /// A reference to an object that does not exist or is not finished.
    InvalidReference,
    /// More than [`format::DEPTH_LIMIT`] objects inside each other.
    TooDeep,
    /// A negative size.
    InvalidSize,
    /// A number that is not in its normal form.
    InvalidNumber,
    /// A string that is not in its encoding.
    InvalidString,
    /// A field of a code object that has the wrong type.
    InvalidField(&'static str),
}

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "bad marshal data at byte {}: ", self.position)?;
        match self.reason {
            ReadErrorReason::UnexpectedEnd => formatter.write_str("it ends too early"),
            ReadErrorReason::UnknownType(byte) => write!(formatter, "unknown type {:?}", char::from(byte)),
            ReadErrorReason::InvalidReference => formatter.write_str("invalid reference"),
            ReadErrorReason::TooDeep => formatter.write_str("nested too deeply"),
            ReadErrorReason::InvalidSize => formatter.write_str("size out of range"),
            ReadErrorReason::InvalidNumber => formatter.write_str("invalid number"),
            ReadErrorReason::InvalidString => formatter.write_str("invalid string"),
            ReadErrorReason::InvalidField(name) => write!(formatter, "wrong type of {name}"),
        }
    }
}

impl std::error::Error for ReadError {}

/// The first object in `bytes`; what follows it is ignored, as `marshal.loads` does.
pub fn read(bytes: &[u8]) -> Result<Constant, ReadError> {
    Reader { bytes, position: 0, depth: 0, objects: Vec::new() }.object()
}

/// The first object in `bytes`, and what follows it.
pub fn read_first(bytes: &[u8]) -> Result<(Constant, &[u8]), ReadError> {
    let mut reader = Reader { bytes, position: 0, depth: 0, objects: Vec::new() };
    let object = reader.object()?;
    Ok((object, &bytes[reader.position..]))
}

struct Reader<'bytes> {
    bytes: &'bytes [u8],
    position: usize,
    depth: usize,
    /// The flagged objects, by number; `None` while unfinished.
    objects: Vec<Option<Constant>>,
}

type Read<T> = Result<T, ReadError>;

/// Stack that one level of nesting may need, and what is added when it runs low.
const STACK_RESERVE: usize = 64 << 10;
const STACK_STEP: usize = 1 << 20;

impl Reader<'_> {
    fn object(&mut self) -> Read<Constant> {
        let byte = self.byte()?;
        let number = if byte & format::FLAG_REF == 0 {
            None
        } else {
            self.objects.push(None);
            Some(self.objects.len() - 1)
        };
        let value = self.content(byte & !format::FLAG_REF)?;
        if let Some(number) = number {
            self.objects[number] = Some(value.clone());
        }
        Ok(value)
    }

    fn content(&mut self, type_byte: u8) -> Read<Constant> {
        Ok(match type_byte {
            format::NONE => Constant::None,
            format::ELLIPSIS => Constant::Ellipsis,
            format::FALSE => Constant::Bool(false),
            format::TRUE => Constant::Bool(true),
            format::INT => Constant::int(self.i32()?.into()),
            format::INT64 => Constant::int(i64::from_le_bytes(self.array()?)),
            format::LONG => self.long()?,
            format::FLOAT => Constant::Float(f64::from_le_bytes(self.array()?)),
            format::FLOAT_TEXT => Constant::Float(self.float_text()?),
            format::COMPLEX => Constant::Complex(f64::from_le_bytes(self.array()?), f64::from_le_bytes(self.array()?)),
            format::COMPLEX_TEXT => Constant::Complex(self.float_text()?, self.float_text()?),
            format::BYTES => Constant::Bytes(self.sized()?.into()),
            format::UNICODE | format::INTERNED => {
                let text = self.sized()?;
                if !is_surrogatepass(text) {
                    return Err(self.error(ReadErrorReason::InvalidString));
                }
                Constant::Str(PyString::from_surrogatepass(text))
            }
            format::ASCII | format::ASCII_INTERNED => {
                let text = self.sized()?;
                self.ascii(text)?
            }
            format::SHORT_ASCII | format::SHORT_ASCII_INTERNED => {
                let length = self.byte()?;
                let text = self.take(length.into())?;
                self.ascii(text)?
            }
            format::SMALL_TUPLE => {
                let count = self.byte()?;
                Constant::Tuple(self.items(count.into())?.into())
            }
            format::TUPLE => {
                let count = self.size()?;
                Constant::Tuple(self.items(count)?.into())
            }
            format::FROZENSET => {
                let count = self.size()?;
                let members: IndexSet<Constant, FxBuildHasher> = self.items(count)?.into_iter().collect();
                Constant::FrozenSet(members.into_iter().collect())
            }
            format::SLICE => Constant::Slice(Arc::new(
                self.nested(|reader| Ok([reader.object()?, reader.object()?, reader.object()?]))?,
            )),
            format::CODE => Constant::Code(Arc::new(self.nested(Self::code)?)),
            format::REF => {
                let number = self.u32()? as usize;
                let object = self.objects.get(number).cloned().flatten();
                object.ok_or_else(|| self.error(ReadErrorReason::InvalidReference))?
            }
            other => return Err(self.error(ReadErrorReason::UnknownType(other))),
        })
    }

    fn code(&mut self) -> Read<CodeObject> {
        Ok(CodeObject {
            arg_count: self.u32()?,
            pos_only_arg_count: self.u32()?,
            kw_only_arg_count: self.u32()?,
            stack_size: self.u32()?,
            flags: CodeFlags(self.u32()?),
            code: self.bytes_field("co_code")?,
            constants: self.tuple_field("co_consts")?,
            names: self.names_field("co_names")?,
            local_names: self.names_field("co_localsplusnames")?,
            local_kinds: self.bytes_field("co_localspluskinds")?.iter().map(|&kind| LocalKind(kind)).collect(),
            filename: self.str_field("co_filename")?,
            name: self.str_field("co_name")?,
            qualname: self.str_field("co_qualname")?,
            first_line: self.i32()?,
            line_table: self.bytes_field("co_linetable")?,
            exception_table: self.bytes_field("co_exceptiontable")?,
        })
    }

    fn bytes_field(&mut self, name: &'static str) -> Read<Arc<[u8]>> {
        match self.object()? {
            Constant::Bytes(bytes) => Ok(bytes),
            _ => Err(self.error(ReadErrorReason::InvalidField(name))),
        }
    }

    fn str_field(&mut self, name: &'static str) -> Read<PyString> {
        match self.object()? {
            Constant::Str(text) => Ok(text),
            _ => Err(self.error(ReadErrorReason::InvalidField(name))),
        }
    }

    fn tuple_field(&mut self, name: &'static str) -> Read<Arc<[Constant]>> {
        match self.object()? {
            Constant::Tuple(items) => Ok(items),
            _ => Err(self.error(ReadErrorReason::InvalidField(name))),
        }
    }

    fn names_field(&mut self, name: &'static str) -> Read<Arc<[PyString]>> {
        let items = self.tuple_field(name)?;
        let names: Option<_> =
            items.iter().map(|item| if let Constant::Str(text) = item { Some(text.clone()) } else { None }).collect();
        names.ok_or_else(|| self.error(ReadErrorReason::InvalidField(name)))
    }

    /// Reads what lies one level deeper.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= format::DEPTH_LIMIT {
            return Err(self.error(ReadErrorReason::TooDeep));
        }
        self.depth += 1;
        let result = stacker::maybe_grow(STACK_RESERVE, STACK_STEP, || read(self));
        self.depth -= 1;
        result
    }

    fn items(&mut self, count: usize) -> Read<Vec<Constant>> {
        self.nested(|reader| {
            // Every item takes a byte at least: a wrong count cannot reserve more than there is.
            let mut items = Vec::with_capacity(count.min(reader.bytes.len() - reader.position));
            for _ in 0..count {
                items.push(reader.object()?);
            }
            Ok(items)
        })
    }

    /// `r_PyLong`
    fn long(&mut self) -> Read<Constant> {
        let count = self.i32()?;
        let bytes = self.take((count.unsigned_abs() as usize).saturating_mul(2))?;
        let mut magnitude = Vec::with_capacity(bytes.len() / 4 + 1);
        let (mut accumulator, mut bits) = (0_u64, 0);
        let mut highest = 1;
        for pair in bytes.as_chunks::<2>().0 {
            highest = u16::from_le_bytes(*pair);
            if highest >> format::LONG_DIGIT_BITS != 0 {
                return Err(self.error(ReadErrorReason::InvalidNumber));
            }
            accumulator |= u64::from(highest) << bits;
            bits += format::LONG_DIGIT_BITS;
            if bits >= 32 {
                let [low, high] = halves(accumulator);
                magnitude.push(low);
                accumulator = high.into();
                bits -= 32;
            }
        }
        if highest == 0 {
            return Err(self.error(ReadErrorReason::InvalidNumber));
        }
        magnitude.extend(halves(accumulator));
        let sign = if count < 0 { Sign::Minus } else { Sign::Plus };
        Ok(Constant::Int(PyInt::from(BigInt::from_biguint(sign, BigUint::new(magnitude)))))
    }

    /// A number as text, its length in a byte.
    fn float_text(&mut self) -> Read<f64> {
        let length = self.byte()?;
        let text = self.take(length.into())?;
        let value = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
        value.ok_or_else(|| self.error(ReadErrorReason::InvalidNumber))
    }

    fn ascii(&self, text: &[u8]) -> Read<Constant> {
        if text.is_ascii() {
            Ok(Constant::Str(PyString::from_surrogatepass(text)))
        } else {
            Err(self.error(ReadErrorReason::InvalidString))
        }
    }

    fn error(&self, reason: ReadErrorReason) -> ReadError {
        ReadError { position: self.position, reason }
    }
}

/// The bytes underneath.
impl<'bytes> Reader<'bytes> {
    fn take(&mut self, count: usize) -> Read<&'bytes [u8]> {
        let end = self.position.checked_add(count).filter(|&end| end <= self.bytes.len());
        let end = end.ok_or_else(|| self.error(ReadErrorReason::UnexpectedEnd))?;
        let taken = &self.bytes[self.position..end];
        self.position = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Read<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn byte(&mut self) -> Read<u8> {
        self.array().map(|[byte]| byte)
    }

    fn u32(&mut self) -> Read<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn i32(&mut self) -> Read<i32> {
        self.array().map(i32::from_le_bytes)
    }

    fn size(&mut self) -> Read<usize> {
        let size = self.i32()?;
        usize::try_from(size).map_err(|_| self.error(ReadErrorReason::InvalidSize))
    }

    fn sized(&mut self) -> Read<&'bytes [u8]> {
        let size = self.size()?;
        self.take(size)
    }
}

/// The low and the high 32 bits.
fn halves(value: u64) -> [u32; 2] {
    [value, value >> 32].map(|half| u32::try_from(half & u64::from(u32::MAX)).unwrap_or(0))
}

/// Whether bytes are UTF-8 in which lone surrogates are allowed, each in three bytes.
fn is_surrogatepass(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    loop {
        match std::str::from_utf8(rest) {
            Ok(_) => return true,
            Err(error) => match &rest[error.valid_up_to()..] {
                [0xED, 0xA0..=0xBF, 0x80..=0xBF, tail @ ..] => rest = tail,
                _ => return false,
            },
        }
    }
}
