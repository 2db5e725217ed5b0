//! Numbers with too many digits, and numbers with a keyword right behind them.
//!
//! ```text
//! 1if x else 2    SyntaxWarning: invalid decimal literal
//! 0xfor x         SyntaxWarning: invalid hexadecimal literal        (0xf or x)
//! ```
//!
//! Invariant: the spans are of number tokens.

use super::TokenError;
use crate::{Diagnostic, Span};

/// `sys.int_info.default_max_str_digits`.
const MAX_DIGITS: usize = 4300;

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

/// `action_helpers.c: parsenumber`, which refuses what `int()` would.
pub(super) fn check_digits(text: &str, span: Span) -> Result<(), Box<TokenError>> {
    if span.end - span.start <= MAX_DIGITS as u32 {
        return Ok(());
    }
    let token = &text.as_bytes()[span.start as usize..span.end as usize];
    let digits = token.iter().filter(|byte| byte.is_ascii_digit()).count();
    let is_radix = token.get(1).is_some_and(u8::is_ascii_alphabetic);
    if is_radix || digits <= MAX_DIGITS || token.iter().all(|byte| matches!(byte, b'0' | b'_')) {
        return Ok(());
    }
    let before = &text.as_bytes()[..span.start as usize];
    let line = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    let line = u32::try_from(line).unwrap_or_default();
    let message = format!(
        "Exceeds the limit ({MAX_DIGITS} digits) for integer string conversion: value has {digits} digits; \
         use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge \
         integer literals to avoid decimal conversion limits."
    );
    let diagnostic = Diagnostic::syntax_error(Span::new(line, line), message);
    Err(Box::new(TokenError::reported(span.start, diagnostic)))
}
