//! `from __future__ import barry_as_FLUFL` makes `<>` the way to write "not equal".
//!
//! ```text
//! from __future__ import barry_as_FLUFL\n1 <> 2   →   …\n1 != 2
//! ```
//!
//! Invariant: the rewritten text has the same length and the same lines.

use super::recogniser::Recogniser;
use super::tokenizer::TokenKind;

/// The text that was recognised, with `!=` for every `<>` that means "not equal"; none if there is
/// none.
pub(super) fn rewritten(recogniser: &Recogniser<'_>) -> Option<String> {
    let mut text = recogniser.text.to_owned();
    let mut found = false;
    for token in &recogniser.tokens {
        let range = token.start..token.end;
        if matches!(token.kind, TokenKind::Fixed(_)) && &text[range.clone()] == "<>" {
            text.replace_range(range, "!=");
            found = true;
        }
    }
    found.then_some(text)
}
