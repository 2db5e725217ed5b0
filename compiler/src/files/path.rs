//! Paths as Python's `os.path` joins and prints them.
//!
//! `join("/usr", "lib/x.py")` is `/usr/lib/x.py`; a name that is not UTF-8 is kept byte for byte
//! (Python's `surrogateescape`).

use pyclast_codegen::repr::str_repr;
use pyclast_syntax::PyString;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

/// `os.path.join(left, right)`: an absolute right side wins; nothing is normalised.
pub fn join(left: &OsStr, right: &OsStr) -> OsString {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let mut joined = Vec::with_capacity(left.len() + right.len() + 1);
    if !right.starts_with(b"/") {
        joined.extend_from_slice(left);
        if !left.is_empty() && !left.ends_with(b"/") {
            joined.push(b'/');
        }
    }
    joined.extend_from_slice(right);
    OsString::from_vec(joined)
}

/// `os.fsdecode(path)`: bytes that are not UTF-8 become lone surrogates U+DC80–U+DCFF.
pub fn decode(path: &OsStr) -> PyString {
    let mut decoded = Vec::with_capacity(path.len());
    for chunk in path.as_bytes().utf8_chunks() {
        decoded.extend_from_slice(chunk.valid().as_bytes());
        for &byte in chunk.invalid() {
            PyString::push_code_point(&mut decoded, 0xDC00 | u32::from(byte));
        }
    }
    PyString::from_surrogatepass(&decoded)
}

/// `repr(path)`, as compileall prints it.
pub fn repr(path: &Path) -> String {
    str_repr(&decode(path.as_os_str()))
}

/// The parts between slashes, empty ones included (`path.split("/")`).
pub fn parts(path: &OsStr) -> Vec<&OsStr> {
    path.as_bytes().split(|&byte| byte == b'/').map(OsStr::from_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::{decode, join};
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn joins_as_os_path_does() {
        for (left, right, joined) in
            [("a", "b", "a/b"), ("a/", "b", "a/b"), ("", "b", "b"), ("a", "/b", "/b"), ("a", "", "a/")]
        {
            assert_eq!(join(OsStr::new(left), OsStr::new(right)), joined, "{left:?} {right:?}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf_8_become_surrogates() {
        assert_eq!(decode(OsStr::from_bytes(b"a\xff")).as_bytes(), b"a\xed\xb3\xbf");
    }
}
