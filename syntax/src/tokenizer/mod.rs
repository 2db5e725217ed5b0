//! Tokens → what CPython's tokenizer refuses or warns about and ruff's does not.
//!
//! ```text
//! if x:
//!         a
//! →   b          suspicious: tabs and spaces disagree
//! "\d"           SyntaxWarning: "\d" is an invalid escape sequence. …
//! ```
//!
//! Indentation by CPython's rules, nesting, identifiers of Unicode 16, integers of too many digits, a
//! backslash at the end of the file; invalid escapes, numbers run into keywords.
//!
//! The checks are quick and only raise a suspicion; [`diagnose`](crate::parser_errors::diagnose)
//! then decides, and has the words.
//!
//! Invariant: one pass over the tokens. A text that is not suspicious is one that CPython's tokenizer
//! accepts, if the parser did.

mod escapes;
mod identifiers;
mod indentation;
mod nesting;
mod numbers;
mod screen;

pub(crate) use screen::screen;

use crate::Diagnostic;
use escapes::EscapeWarnings;
use indentation::Indentation;
use nesting::Nesting;
use ruff_python_ast::token::{Token, TokenKind, Tokens};
use ruff_text_size::Ranged;

/// CPython may refuse the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Suspicious;

/// What the tokens show.
#[derive(Clone, Debug, Default)]
pub(crate) struct TokenFindings {
    /// Whether CPython may refuse what the parser accepts.
    pub(crate) suspicion: Option<Suspicious>,
    /// Warnings, and where CPython is in the text when it gives them.
    pub(crate) warnings: Vec<(u32, Diagnostic)>,
}

/// Checks the tokens of `text`.
pub(crate) fn check_tokens(text: &str, tokens: &Tokens) -> TokenFindings {
    let mut checks = Checks {
        text,
        indentation: Indentation::default(),
        nesting: Nesting::default(),
        escapes: memchr::memchr(b'\\', text.as_bytes()).map(|_| EscapeWarnings::new(text)),
        findings: TokenFindings::default(),
        at_line_start: true,
    };
    for token in tokens {
        if let Err(suspicious) = checks.check(*token) {
            checks.findings.suspicion = Some(suspicious);
        }
    }
    let mut findings = checks.findings;
    if let Some(escapes) = checks.escapes {
        findings.warnings.extend(escapes.warnings);
        findings.warnings.sort_by_key(|&(offset, _)| offset);
    }
    if backslash_at_end(text, tokens) {
        findings.suspicion = Some(Suspicious);
    }
    findings
}

struct Checks<'a> {
    text: &'a str,
    indentation: Indentation,
    nesting: Nesting,
    /// None in a text without backslashes.
    escapes: Option<EscapeWarnings<'a>>,
    findings: TokenFindings,
    at_line_start: bool,
}

impl Checks<'_> {
    fn check(&mut self, token: Token) -> Result<(), Suspicious> {
        let (kind, range) = token.as_tuple();
        match kind {
            TokenKind::Comment
            | TokenKind::NonLogicalNewline
            | TokenKind::Indent
            | TokenKind::Dedent
            | TokenKind::EndOfFile
            | TokenKind::Unknown => return Ok(()),
            _ => {}
        }
        let start = range.start().to_u32();
        if self.at_line_start {
            self.indentation.line(self.text, start)?;
        }
        self.at_line_start = kind == TokenKind::Newline;
        self.nesting.token(kind)?;
        match kind {
            TokenKind::Name => identifiers::check(self.text, range.into())?,
            TokenKind::Int | TokenKind::Float | TokenKind::Complex => {
                if let Some(warning) = numbers::run_into_keyword(self.text, range.into()) {
                    self.findings.warnings.push((start, warning));
                }
                if kind == TokenKind::Int {
                    numbers::check_digits(range.into())?;
                }
            }
            TokenKind::String
            | TokenKind::FStringStart
            | TokenKind::FStringMiddle
            | TokenKind::FStringEnd
            | TokenKind::TStringStart
            | TokenKind::TStringMiddle
            | TokenKind::TStringEnd => {
                if let Some(escapes) = &mut self.escapes {
                    escapes.token(token, self.nesting.in_format_spec());
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// A backslash that continues the last line into nothing (`lexer.c: tok_continuation_line`).
fn backslash_at_end(text: &str, tokens: &Tokens) -> bool {
    let Some(rest) = text.strip_suffix("\\\n") else { return false };
    let covers = |token: &&Token| token.start().to_usize() <= rest.len() && token.end().to_usize() > rest.len();
    !tokens.iter().rev().take(4).any(|token| covers(&token))
}

#[cfg(test)]
mod tests;
