//! Expectations are those of CPython 3.14.8's `importlib`.

use super::{HeaderError, Validation, header, parse, source_hash};
use crate::Target;

const TARGET: &Target = &Target::CPYTHON_3_14;

#[test]
fn source_hashes() {
    let all_bytes: Vec<u8> = (0..=255).collect();
    let cases: [(&[u8], [u8; 8]); 3] = [
        (b"", [97, 245, 183, 203, 101, 58, 106, 164]),
        (b"x = 1\n", [29, 178, 182, 50, 92, 162, 130, 167]),
        (&all_bytes, [94, 253, 134, 118, 67, 46, 245, 123]),
    ];
    for (source, hash) in cases {
        assert_eq!(source_hash(TARGET, source), hash);
    }
}

#[test]
fn headers() {
    let hash = *b"\x01\x02\x03\x04\x05\x06\x07\x08";
    let cases: [(Validation, &[u8; 16]); 3] = [
        (
            Validation::Timestamp { mtime: 0x0102_0304, size: 5 },
            b"+\x0e\r\n\x00\x00\x00\x00\x04\x03\x02\x01\x05\x00\x00\x00",
        ),
        (Validation::CheckedHash(hash), b"+\x0e\r\n\x03\x00\x00\x00\x01\x02\x03\x04\x05\x06\x07\x08"),
        (Validation::UncheckedHash(hash), b"+\x0e\r\n\x01\x00\x00\x00\x01\x02\x03\x04\x05\x06\x07\x08"),
    ];
    for (validation, bytes) in cases {
        assert_eq!(header(TARGET, validation), *bytes);
        let file = [&bytes[..], b"code"].concat();
        assert_eq!(parse(TARGET, &file), Ok((validation, &b"code"[..])));
    }
}

#[test]
fn headers_of_other_interpreters_are_refused() {
    let cases: [(&[u8], HeaderError); 3] = [
        (b"+\x0e\r\n", HeaderError::TooShort),
        (b"+\x0d\r\n\0\0\0\0\0\0\0\0\0\0\0\0", HeaderError::WrongMagic(*b"+\x0d\r\n")),
        (b"+\x0e\r\n\x02\0\0\0\0\0\0\0\0\0\0\0", HeaderError::InvalidFlags(2)),
    ];
    for (file, error) in cases {
        assert_eq!(parse(TARGET, file), Err(error));
    }
}

/// What the loader of CinderX 2026.10.26 writes for a module that imports the static `lib` and the ordinary `os`.
#[test]
fn artifacts_of_the_strict_loader() {
    use super::strict::{Dependency, header, parse, prefix, source_mark};
    use pyclast_syntax::PyString;
    let target = &Target::CINDERX_3_14;
    let validation = Validation::Timestamp { mtime: 0x6b03_8218, size: 0x67 };
    let mark = source_mark(Validation::Timestamp { mtime: 0x6b03_8218, size: 0xca });
    let dependencies = [
        Dependency { module: PyString::new("lib"), source: Some(mark) },
        Dependency { module: PyString::new("os"), source: None },
    ];
    let head = b"7\x80\r\n+\x0e\r\n\0\0\0\0\x18\x82\x03k\x67\0\0\0";
    assert_eq!(header(target, true, validation), *head);
    let written = prefix(target, true, validation, &dependencies);
    let records = &written[head.len()..];
    assert_eq!(records.split(|&byte| byte == 0x18).count(), 2);
    let file = [&written[..], b"code"].concat();
    let artifact = parse(target, &file).expect("it is an artifact");
    assert!(artifact.is_strict);
    assert_eq!((artifact.validation, artifact.dependencies), (validation, dependencies.to_vec()));
    assert_eq!((artifact.prefix, artifact.code), (&written[..], &b"code"[..]));
    let ordinary = prefix(target, false, Validation::UncheckedHash([1; 8]), &[]);
    assert_eq!(ordinary[..12], *b"\0\0\r\n+\x0e\r\n\x01\0\0\0");
    assert!(!parse(target, &ordinary).expect("it is an artifact").is_strict);
    for cut in 0..written.len() {
        assert!(parse(target, &written[..cut]).is_err(), "{cut}");
    }
}
