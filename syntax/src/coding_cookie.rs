//! The encoding that a file's first two lines declare (PEP 263).
//!
//! ```text
//! # -*- coding: Latin_1 -*-   →   iso-8859-1
//! ```
//!
//! `tokenizer/helpers.c: _PyTokenizer_check_coding_spec`.
//!
//! Invariant: the bytes have `\n` newlines only and no byte-order mark.

use std::ops::Range;

/// A declared encoding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct CodingCookie {
    /// The name: as written, or `utf-8` or `iso-8859-1` for the spellings of those.
    pub(crate) name: String,
    /// The line that declares it, without its newline.
    pub(crate) line: Range<usize>,
}

/// The declaration in the first two lines, if there is one. A line without newline does not count.
pub(crate) fn find_coding_cookie(source: &[u8]) -> Option<CodingCookie> {
    let first_end = memchr::memchr(b'\n', source)?;
    let first = &source[..first_end];
    if let Some(name) = declared_name(first) {
        return Some(CodingCookie { name, line: 0..first_end });
    }
    if !may_precede_declaration(first) {
        return None;
    }
    let start = first_end + 1;
    let end = start + memchr::memchr(b'\n', &source[start..])?;
    // CPython hands the second line over with its newline, which lets the search go one byte further.
    let name = declared_name(&source[start..=end])?;
    Some(CodingCookie { name, line: start..end })
}

/// Only blank lines and comments may stand before a declaration on line 2.
fn may_precede_declaration(line: &[u8]) -> bool {
    let mut code = line.iter().take_while(|&&byte| byte != b'#');
    code.all(|byte| matches!(byte, b' ' | b'\t' | b'\x0c'))
}

fn declared_name(line: &[u8]) -> Option<String> {
    const WORD: &[u8] = b"coding";
    // A name of at least one character must follow.
    let last = line.len().checked_sub(WORD.len())?;
    let comment = line[..last].iter().position(|&byte| byte == b'#')?;
    if !may_precede_declaration(&line[..comment]) {
        return None;
    }
    memchr::memmem::find_iter(&line[comment..], WORD)
        .map(|found| comment + found)
        .take_while(|&found| found < last)
        .find_map(|found| name_after(&line[found + WORD.len()..]))
}

/// `: name` or `= name` right after the word.
fn name_after(rest: &[u8]) -> Option<String> {
    let rest = rest.strip_prefix(b":").or_else(|| rest.strip_prefix(b"="))?;
    let spaces = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let rest = &rest[spaces..];
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let length = rest.iter().take_while(|byte| is_name(byte)).count();
    let name = std::str::from_utf8(&rest[..length]).ok().filter(|name| !name.is_empty())?;
    Some(normal_name(name))
}

/// `helpers.c: get_normal_name`.
fn normal_name(name: &str) -> String {
    let start = name.chars().take(12).map(|character| match character {
        '_' => '-',
        character => character.to_ascii_lowercase(),
    });
    let start = start.collect::<String>();
    let is =
        |spelling: &str| start == spelling || start.strip_prefix(spelling).is_some_and(|rest| rest.starts_with('-'));
    if is("utf-8") {
        "utf-8".to_owned()
    } else if ["latin-1", "iso-8859-1", "iso-latin-1"].into_iter().any(is) {
        "iso-8859-1".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::find_coding_cookie;

    fn name(source: &str) -> Option<String> {
        find_coding_cookie(source.as_bytes()).map(|cookie| cookie.name)
    }

    #[test]
    fn a_declaration_stands_in_a_comment_of_the_first_two_lines() {
        assert_eq!(name("# vim: set fileencoding=cp1252 :\n").as_deref(), Some("cp1252"));
        assert_eq!(name("#!/bin/x\n \t# coding: cp1252\n").as_deref(), Some("cp1252"));
        assert_eq!(name("\n\n# coding: cp1252\n"), None);
        assert_eq!(name("x = 1\n# coding: cp1252\n"), None);
        assert_eq!(name("x = 1 # coding: cp1252\n"), None);
        assert_eq!(name("# coding : cp1252\n"), None);
        assert_eq!(name("# coding:\n"), None);
        assert_eq!(name("# coding coding: a\n").as_deref(), Some("a"));
    }

    #[test]
    fn spellings_of_utf_8_and_latin_1_are_normalised() {
        assert_eq!(name("# coding: UTF_8-unix\n").as_deref(), Some("utf-8"));
        assert_eq!(name("# coding: Latin-1\n").as_deref(), Some("iso-8859-1"));
        assert_eq!(name("# coding: latin-10\n").as_deref(), Some("latin-10"));
        assert_eq!(name("# coding: utf8\n").as_deref(), Some("utf8"));
    }
}
