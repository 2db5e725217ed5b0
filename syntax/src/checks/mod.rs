//! Finds programs that ruff's parser takes and CPython's grammar might not.
//!
//! ```text
//! (yield < x)        ruff: a comparison        CPython: invalid syntax
//! ((x) := 1)         ruff: a named expression  CPython: cannot use assignment expressions with name
//! case _.b:          ruff: a value pattern     CPython: invalid syntax
//! ```
//!
//! The checks only look for what could be wrong; the verdict is that of the recogniser of CPython's
//! grammar ([`crate::parser_errors::diagnose`]), so a check may be too careful but must miss nothing.
//!
//! Invariant: for a program without any of these forms nothing but its tokens is looked at.

mod patterns;
#[cfg(test)]
mod tests;

use crate::parser_errors::constant_in_disguise;
use patterns::has_suspicious_pattern;
use ruff_python_ast::ModModule;
use ruff_python_ast::token::{Token, TokenKind, Tokens};
use ruff_text_size::Ranged;

/// Bytes of `False` in the widest characters.
const LONGEST_DISGUISE: usize = 20;

/// Whether CPython's parser might refuse the program, which is the text from `start`. `looked_at` are the
/// indices of the tokens with which what it refuses begins.
pub(crate) fn is_suspicious(
    module: &ModModule,
    tokens: &Tokens,
    looked_at: &[usize],
    text: &str,
    start: usize,
) -> bool {
    let scan = scan(tokens, looked_at);
    let program = &text.as_bytes()[start..];
    scan.is_suspicious
        || (!program.is_ascii() && has_constant_in_disguise(tokens, text))
        || (scan.may_match && has_suspicious_pattern(module, text))
        || memchr::memmem::find_iter(program, FLUFL).any(|place| may_import(tokens, start + place))
}

/// The future feature that changes the grammar.
const FLUFL: &[u8] = b"barry_as_FLUFL";

/// Whether a name at `place` may be one that an import lists.
fn may_import(tokens: &[Token], place: usize) -> bool {
    let index = tokens.partition_point(|token| token.start().to_usize() < place);
    let is_name =
        tokens.get(index).is_some_and(|token| token.kind() == TokenKind::Name && token.start().to_usize() == place);
    is_name && matches!(last_kind(&tokens[..index]), TokenKind::Import | TokenKind::Comma | TokenKind::Lpar)
}

/// Whether some name is normalized to `None`, `True` or `False`.
fn has_constant_in_disguise(tokens: &Tokens, text: &str) -> bool {
    let names = tokens.iter().filter(|token| token.kind() == TokenKind::Name);
    names
        .map(|token| std::ops::Range::<usize>::from(token.range()))
        .filter(|range| range.len() <= LONGEST_DISGUISE && !text.as_bytes()[range.clone()].is_ascii())
        .any(|range| text.get(range).is_some_and(|name| constant_in_disguise(name).is_some()))
}

/// What a look at the tokens shows.
#[derive(Default)]
struct Scan {
    is_suspicious: bool,
    /// Whether there may be `match` statements.
    may_match: bool,
}

fn scan(tokens: &Tokens, looked_at: &[usize]) -> Scan {
    let mut scan = Scan::default();
    for &index in looked_at {
        let token = tokens[index];
        match token.kind() {
            TokenKind::Yield => scan.is_suspicious |= goes_on_after_yield(&tokens[index + 1..]),
            // `(x) := 1`
            TokenKind::ColonEqual => scan.is_suspicious |= last_kind(&tokens[..index]) == TokenKind::Rpar,
            TokenKind::Case => scan.may_match = true,
            TokenKind::Star | TokenKind::DoubleStar if !ends_operand(last_kind(&tokens[..index])) => {
                scan.is_suspicious |= goes_on_after_group(&tokens[index + 1..]) && !begins_argument(&tokens[..index]);
            }
            TokenKind::Lpar if LINE_BEGINNERS.contains(&last_kind(&tokens[..index])) => {
                scan.is_suspicious |= annotates_part_of_group(&tokens[index..]);
            }
            _ => {}
        }
    }
    scan
}

/// The kind of the last token that counts.
#[inline]
pub(crate) fn last_kind(tokens: &[Token]) -> TokenKind {
    let mut kinds = tokens.iter().rev().map(Token::kind);
    kinds.find(|kind| !matches!(kind, TokenKind::Comment | TokenKind::NonLogicalNewline)).unwrap_or(TokenKind::Newline)
}

/// Whether an operator after a token has a left operand.
const fn ends_operand(previous: TokenKind) -> bool {
    matches!(
        previous,
        TokenKind::Name
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::FStringEnd
            | TokenKind::TStringEnd
            | TokenKind::Rpar
            | TokenKind::Rsqb
            | TokenKind::Rbrace
            | TokenKind::True
            | TokenKind::False
            | TokenKind::None
            | TokenKind::Ellipsis
            | TokenKind::Case
            | TokenKind::Type
    )
}

/// Whether the operand of a star looks like `(x) or y`: ruff allows any operator after a group.
fn goes_on_after_group(tokens: &[Token]) -> bool {
    if tokens.first().map(Token::kind) != Some(TokenKind::Lpar) {
        return false;
    }
    let mut depth = 0;
    for token in tokens {
        match token.kind() {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => depth += 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace if depth == 0 => return false,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => depth -= 1,
            TokenKind::Comma | TokenKind::Colon | TokenKind::Newline | TokenKind::Semi if depth == 0 => {
                return false;
            }
            kind if depth == 0 && binds_loosely(kind) => return true,
            _ => {}
        }
    }
    false
}

/// Whether an argument of a call begins after these tokens: behind a star it may be any expression.
fn begins_argument(tokens: &[Token]) -> bool {
    if !matches!(last_kind(tokens), TokenKind::Lpar | TokenKind::Comma) {
        return false;
    }
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate().rev() {
        match token.kind() {
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => depth += 1,
            TokenKind::Lpar if depth == 0 => {
                return matches!(last_kind(&tokens[..index]), TokenKind::Name | TokenKind::Rpar | TokenKind::Rsqb);
            }
            TokenKind::Lsqb | TokenKind::Lbrace | TokenKind::Newline if depth == 0 => return false,
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => depth -= 1,
            _ => {}
        }
    }
    false
}

/// Whether an operator binds less tightly than `|`.
const fn binds_loosely(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Less
            | TokenKind::Greater
            | TokenKind::EqEqual
            | TokenKind::NotEqual
            | TokenKind::LessEqual
            | TokenKind::GreaterEqual
            | TokenKind::Is
            | TokenKind::In
            | TokenKind::Not
            | TokenKind::And
            | TokenKind::Or
            | TokenKind::If
    )
}

/// The tokens after which a statement begins, or what looks like one.
pub(crate) const LINE_BEGINNERS: [TokenKind; 5] =
    [TokenKind::Newline, TokenKind::Indent, TokenKind::Dedent, TokenKind::Semi, TokenKind::Colon];

/// Whether a statement that begins with a bracket looks like `(x).y: int`: CPython takes `(x)` for
/// the whole target.
fn annotates_part_of_group(tokens: &[Token]) -> bool {
    let mut depth = 0;
    let mut group_goes_on = false;
    for (index, token) in tokens.iter().enumerate() {
        match token.kind() {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => depth += 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                depth -= 1;
                let next = tokens.get(index + 1).map(Token::kind);
                group_goes_on |= depth == 0 && matches!(next, Some(TokenKind::Dot | TokenKind::Lsqb | TokenKind::Lpar));
                if depth < 0 || (depth == 0 && !group_goes_on) {
                    return false;
                }
            }
            TokenKind::Colon if depth == 0 => return group_goes_on,
            TokenKind::Newline | TokenKind::Semi | TokenKind::Equal | TokenKind::Comma if depth == 0 => {
                return false;
            }
            _ => {}
        }
    }
    false
}

/// Whether an operator follows `yield`, or a comma behind it: ruff goes on with the expression, for
/// CPython it has ended.
fn goes_on_after_yield(tokens: &[Token]) -> bool {
    let mut depth = 0;
    let mut after_gap = true;
    for token in tokens {
        match token.kind() {
            TokenKind::Comment | TokenKind::NonLogicalNewline => continue,
            TokenKind::Comma if depth == 0 && after_gap => return true,
            TokenKind::For if depth == 0 => return true,
            kind if depth == 0 && after_gap && is_infix(kind) => return true,
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => depth += 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace if depth > 0 => depth -= 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => return false,
            TokenKind::Newline | TokenKind::Semi | TokenKind::Equal if depth == 0 => return false,
            _ => {}
        }
        after_gap = token.kind() == TokenKind::Comma;
    }
    false
}

/// Whether a token can only stand after an expression. `*`, `**`, `+` and `-` can begin one too.
const fn is_infix(kind: TokenKind) -> bool {
    binds_loosely(kind)
        || matches!(
            kind,
            TokenKind::Slash
                | TokenKind::DoubleSlash
                | TokenKind::Percent
                | TokenKind::At
                | TokenKind::Amper
                | TokenKind::Vbar
                | TokenKind::CircumFlex
                | TokenKind::LeftShift
                | TokenKind::RightShift
                | TokenKind::DoubleStar
                | TokenKind::Dot
        )
}
