//! Numbers with too many digits, and numbers with a keyword right behind them.
//!
//! ```text
//! 1if x else 2    SyntaxWarning: invalid decimal literal
//! 0xfor x         SyntaxWarning: invalid hexadecimal literal        (0xf or x)
//! ```
//!
//! Invariant: the spans are of number tokens.

use super::Suspicious;
use crate::{Diagnostic, Span};

/// `sys.int_info.default_max_str_digits`.
const MAX_DIGITS: u32 = 4300;

/// `lexer.c: verify_end_of_number`: the warning for a keyword that starts right after a number.
pub(super) fn run_into_keyword(text: &str, span: Span) -> Option<Diagnostic> {
    const KEYWORDS: [&str; 8] = ["and", "else", "for", "if", "in", "is", "or", "not"];
    let rest = &text.as_bytes()[span.end as usize..];
    if !matches!(rest.first(), Some(b'a' | b'e' | b'f' | b'i' | b'n' | b'o')) {
        return None;
    }
    if !KEYWORDS.into_iter().any(|keyword| rest.starts_with(keyword.as_bytes())) {
        return None;
    }
    let kind = match &text.as_bytes()[span.start as usize..span.end as usize] {
        [b'0', b'x' | b'X', ..] => "hexadecimal",
        [b'0', b'o' | b'O', ..] => "octal",
        [b'0', b'b' | b'B', ..] => "binary",
        [.., b'j' | b'J'] => "imaginary",
        _ => "decimal",
    };
    let last = Span::new(span.end - 1, span.end);
    Some(Diagnostic::syntax_warning(last, format!("invalid {kind} literal")))
}

/// `action_helpers.c: parsenumber` refuses what `int()` would. Leading zeros and other bases make a
/// long token that is fine.
pub(super) fn check_digits(span: Span) -> Result<(), Suspicious> {
    if span.end - span.start <= MAX_DIGITS { Ok(()) } else { Err(Suspicious) }
}
