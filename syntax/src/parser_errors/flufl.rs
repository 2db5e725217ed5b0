//! `from __future__ import barry_as_FLUFL` makes `<>` the way to write "not equal".
//!
//! ```text
//! from __future__ import barry_as_FLUFL\n1 <> 2   →   …\n1 != 2
//! ```
//!
//! Invariant: the rewritten text has the same length and the same lines.

use super::recogniser::Recogniser;
use super::tokenizer::TokenKind;

/// The text with every `<>` that means "not equal" written `!=`, for the parser of the tree; none if
/// there is nothing to rewrite or CPython refuses the text.
pub fn flufl_rewrite(text: &str) -> Option<String> {
    memchr::memmem::find(text.as_bytes(), b"barry_as_FLUFL")?;
    memchr::memmem::find(text.as_bytes(), b"<>")?;
    let mut recogniser = Recogniser::new(text);
    if !matches!(recogniser.pass(false), Ok(Some(_))) {
        return None;
    }
    let mut rewritten = text.to_owned();
    for token in &recogniser.tokens {
        if matches!(token.kind, TokenKind::Fixed(_)) && text.get(token.start..token.end) == Some("<>") {
            rewritten.replace_range(token.start..token.end, "!=");
        }
    }
    Some(rewritten)
}
