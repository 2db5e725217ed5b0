//! `testdata/constants.marshal` is what CPython 3.14.8 writes for `testdata/constants.py`
//! (`python -I -m py_compile`, without the header).

use super::{ReadErrorReason, read, write};
use crate::Constant;
use num_bigint::BigInt;

const GOLDEN: &[u8] = include_bytes!("testdata/constants.marshal");

#[test]
fn cpythons_bytes_are_written_again() {
    let Ok(Constant::Code(code)) = read(GOLDEN) else { panic!("the golden file holds a code object") };
    assert_eq!(write(&code, 5), GOLDEN);
}

#[test]
fn older_formats_hold_the_same_code() {
    let Ok(Constant::Code(code)) = read(GOLDEN) else { panic!("the golden file holds a code object") };
    for version in 2..5 {
        let Ok(Constant::Code(again)) = read(&write(&code, version)) else { panic!("version {version}") };
        assert!(again.same_code(&code), "version {version}");
    }
}

#[test]
fn numbers_and_strings_are_read() {
    // `marshal.dumps(value, version)` of CPython.
    let cases: [(&[u8], Constant); 12] = [
        (b"i\xfe\xff\xff\xff", Constant::int(-2)),
        (b"I\x00\x00\x00\x80\x00\x00\x00\x00", Constant::int(1 << 31)),
        (b"l\x03\x00\x00\x00\x00\x00\x00\x00\x02\x00", Constant::int(1 << 31)),
        (b"l\xfd\xff\xff\xff\x01\x00\x00\x00\x02\x00", Constant::int(-(1 << 31) - 1)),
        (b"l\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x40\x00", big(96)),
        (b"f\x031.5", Constant::Float(1.5)),
        (b"x\x011\x032.5", Constant::Complex(1.0, 2.5)),
        (b"g\x00\x00\x00\x00\x00\x00\xf0?", Constant::Float(1.0)),
        (
            b"u\x03\x00\x00\x00\xed\xa0\x80",
            Constant::Str(pyclast_syntax::PyString::from_surrogatepass(b"\xed\xa0\x80")),
        ),
        (b"z\x02ab", Constant::str("ab")),
        (b":i\x01\x00\x00\x00NN", Constant::Slice([Constant::int(1), Constant::None, Constant::None].into())),
        (b"\xa9\x02\xda\x01ar\x01\x00\x00\x00", Constant::tuple([Constant::str("a"), Constant::str("a")])),
    ];
    for (bytes, expected) in cases {
        assert_eq!(read(bytes), Ok(expected), "{}", bytes.escape_ascii());
    }
}

fn big(exponent: u32) -> Constant {
    Constant::big_int(BigInt::from(1) << exponent)
}

#[test]
fn malformed_bytes_are_refused_with_a_reason() {
    let cases: [(&[u8], ReadErrorReason); 12] = [
        (b"", ReadErrorReason::UnexpectedEnd),
        (b"i\x01", ReadErrorReason::UnexpectedEnd),
        (b"(\xff\xff\xff\x7fN", ReadErrorReason::UnexpectedEnd),
        (b"s\xff\xff\xff\x7f", ReadErrorReason::UnexpectedEnd),
        (b"(\xff\xff\xff\xffN", ReadErrorReason::InvalidSize),
        (b"[\x00\x00\x00\x00", ReadErrorReason::UnknownType(b'[')),
        (b"r\x00\x00\x00\x00", ReadErrorReason::InvalidReference),
        // A tuple that contains itself.
        (b"\xa9\x01r\x00\x00\x00\x00", ReadErrorReason::InvalidReference),
        (b"l\x01\x00\x00\x00\x00\x00", ReadErrorReason::InvalidNumber),
        (b"l\x01\x00\x00\x00\x00\x80", ReadErrorReason::InvalidNumber),
        (b"u\x01\x00\x00\x00\xff", ReadErrorReason::InvalidString),
        (b"z\x01\xe9", ReadErrorReason::InvalidString),
    ];
    for (bytes, reason) in cases {
        assert_eq!(read(bytes).map_err(|error| error.reason), Err(reason), "{}", bytes.escape_ascii());
    }
}

#[test]
fn deep_nesting_is_refused_before_the_stack_ends() {
    for nested in [b")\x01".repeat(1_000_000), b":".repeat(1_000_000), b"c".repeat(1_000_000)] {
        let refused = read(&nested).expect_err("it never ends");
        assert!(matches!(refused.reason, ReadErrorReason::TooDeep | ReadErrorReason::InvalidField(_)));
    }
}

#[test]
fn damaged_files_are_read_or_refused_but_nothing_worse() {
    for end in 0..GOLDEN.len() {
        assert!(read(&GOLDEN[..end]).is_err(), "{end} bytes are not the whole object");
    }
    let mut damaged = GOLDEN.to_vec();
    for index in 0..damaged.len() {
        for bit in 0..8 {
            damaged[index] ^= 1 << bit;
            if let Ok(Constant::Code(code)) = read(&damaged) {
                let _ = write(&code, 5);
                let _ = crate::verify::verify_recursively(&code);
                let _ = crate::disassemble::disassemble(&code, crate::disassemble::DisassembleOptions::default());
            }
            damaged[index] ^= 1 << bit;
        }
    }
}
