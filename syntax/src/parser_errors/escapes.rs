//! Malformed escapes in string and bytes literals, as CPython's codecs put it.
//!
//! ```text
//! \x4   →   (unicode error) 'unicodeescape' codec can't decode bytes in position 0-2: truncated \xXX escape
//! ```
//!
//! Positions count the bytes of what CPython gives to the codec: each character that is not ASCII
//! has become `\UXXXXXXXX` there (`string_parser.c: decode_unicode_with_escapes`).
//!
//! Invariant: a text without a backslash has no problem.

/// Bytes of a non-ASCII character after CPython has replaced it.
const REPLACED: usize = 10;

/// The first problem in the inside of a text literal.
pub(super) fn text_problem(inside: &str) -> Option<String> {
    let mut position = 0;
    let mut rest = inside;
    while let Some(first) = rest.chars().next() {
        if first != '\\' {
            position += if first.is_ascii() { 1 } else { REPLACED };
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let after = &rest[1..];
        let length = match escape(after) {
            Ok(length) => length,
            Err(problem) => return Some(problem.message(position)),
        };
        let (read, unread) = after.split_at(length);
        // A backslash before a non-ASCII character becomes `\u005c`.
        let backslash = if unread.is_ascii() || !read.is_empty() || starts_ascii(unread) { 1 } else { 6 };
        position += backslash + read.len();
        rest = unread;
    }
    None
}

fn starts_ascii(text: &str) -> bool {
    text.as_bytes().first().is_none_or(u8::is_ascii)
}

/// The first problem in the inside of a bytes literal.
pub(super) fn bytes_problem(inside: &str) -> Option<String> {
    let bytes = inside.as_bytes();
    let mut position = 0;
    while position < bytes.len() {
        if bytes[position] != b'\\' {
            position += 1;
            continue;
        }
        let digits = bytes.get(position + 2..position + 4);
        if bytes.get(position + 1) == Some(&b'x') {
            if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                return Some(format!("(value error) invalid \\x escape at position {position}"));
            }
            position += 2;
        }
        position += 2;
    }
    None
}

/// What is wrong, and how many bytes belong to it.
struct Problem {
    reason: &'static str,
    length: usize,
}

impl Problem {
    fn message(&self, start: usize) -> String {
        let Self { reason, length } = self;
        let codec = "(unicode error) 'unicodeescape' codec can't decode";
        match length {
            1 => format!("{codec} byte 0x5c in position {start}: {reason}"),
            _ => format!("{codec} bytes in position {start}-{}: {reason}", start + length - 1),
        }
    }
}

/// How many bytes after a backslash belong to the escape.
fn escape(after: &str) -> Result<usize, Problem> {
    match after.as_bytes().first() {
        // A backslash before the brace of a field.
        None => Ok(0),
        Some(b'x') => hexadecimal(after, 2, "truncated \\xXX escape"),
        Some(b'u') => hexadecimal(after, 4, "truncated \\uXXXX escape"),
        Some(b'U') => hexadecimal(after, 8, "truncated \\UXXXXXXXX escape"),
        Some(b'N') => named(after),
        Some(first) if first.is_ascii() => Ok(1),
        Some(_) => Ok(0),
    }
}

fn hexadecimal(after: &str, digits: usize, reason: &'static str) -> Result<usize, Problem> {
    let found = after.bytes().skip(1).take(digits).take_while(u8::is_ascii_hexdigit).count();
    if found < digits {
        return Err(Problem { reason, length: 2 + found });
    }
    match u32::from_str_radix(&after[1..=digits], 16) {
        Ok(0..=0x10_FFFF) => Ok(1 + digits),
        _ => Err(Problem { reason: "illegal Unicode character", length: 2 + digits }),
    }
}

fn named(after: &str) -> Result<usize, Problem> {
    const MALFORMED: &str = "malformed \\N character escape";
    let Some(rest) = after[1..].strip_prefix('{') else {
        return Err(Problem { reason: MALFORMED, length: 2 });
    };
    let Some((name, _)) = rest.split_once('}') else {
        return Err(Problem { reason: MALFORMED, length: 3 + replaced_length(rest) });
    };
    if name.is_empty() {
        return Err(Problem { reason: MALFORMED, length: 3 });
    }
    if unicode_names2::character(name).is_none() {
        return Err(Problem { reason: "unknown Unicode character name", length: 4 + replaced_length(name) });
    }
    Ok(3 + name.len())
}

fn replaced_length(text: &str) -> usize {
    text.chars().map(|character| if character.is_ascii() { 1 } else { REPLACED }).sum()
}
