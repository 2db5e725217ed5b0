//! Tokens → the errors and warnings of CPython's tokenizer that the parser does not give.
//!
//! ```text
//! if x:
//!         a
//! →   b          TabError: inconsistent use of tabs and spaces in indentation
//! "\d"           SyntaxWarning: "\d" is an invalid escape sequence. …
//! ```
//!
//! Indentation by CPython's rules, nesting limits, identifiers of Unicode 16, integers of too many
//! digits, backslash at the end of the file; invalid escapes, numbers run into keywords.
//!
//! Invariant: one pass over the tokens; what it finds is in the order CPython finds it.

mod escapes;
mod identifiers;
mod indentation;
mod nesting;
mod numbers;
mod screen;

pub(crate) use screen::screen;

use crate::{Diagnostic, Span};
use escapes::EscapeWarnings;
use indentation::Indentation;
use nesting::Nesting;
use ruff_python_ast::token::{Token, TokenKind, Tokens};
use ruff_text_size::Ranged;

/// An error of the tokenizer, or of a parser action that runs as soon as its token is read.
#[derive(Clone, Debug)]
pub(crate) struct TokenError {
    /// Where CPython is in the text when it finds the error.
    pub(crate) offset: u32,
    /// Whether the error counts although the parser gave up before it
    /// (`pegen_errors.c: _PyPegen_tokenize_full_source_to_check_for_errors`).
    pub(crate) overrides: bool,
    pub(crate) diagnostic: Diagnostic,
}

impl TokenError {
    /// An error that the tokenizer raises itself.
    fn raised(offset: u32, message: impl Into<String>) -> Self {
        let diagnostic = Diagnostic::syntax_error(Span::new(offset, offset), message);
        Self { offset, overrides: true, diagnostic }
    }

    /// An error that stops the tokenizer, for the parser to report if it gets that far.
    fn reported(offset: u32, diagnostic: Diagnostic) -> Self {
        Self { offset, overrides: false, diagnostic }
    }
}

/// What the tokens show.
#[derive(Clone, Debug, Default)]
pub(crate) struct TokenFindings {
    /// The first error. CPython's tokenizer does not go on after it.
    pub(crate) error: Option<TokenError>,
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
        if let Err(error) = checks.check(*token) {
            checks.findings.error = Some(*error);
            break;
        }
    }
    let mut findings = checks.findings;
    if let Some(escapes) = checks.escapes {
        findings.warnings.extend(escapes.warnings);
        findings.warnings.sort_by_key(|&(offset, _)| offset);
    }
    if findings.error.is_none() {
        findings.error = backslash_at_end(text, tokens);
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
    fn check(&mut self, token: Token) -> Result<(), Box<TokenError>> {
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
        self.nesting.token(kind, range.into())?;
        match kind {
            TokenKind::Name => identifiers::check(self.text, range.into())?,
            TokenKind::Int | TokenKind::Float | TokenKind::Complex => {
                if let Some(warning) = numbers::run_into_keyword(self.text, range.into()) {
                    self.findings.warnings.push((start, warning));
                }
                if kind == TokenKind::Int {
                    numbers::check_digits(self.text, range.into())?;
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
fn backslash_at_end(text: &str, tokens: &Tokens) -> Option<TokenError> {
    let backslash = u32::try_from(text.strip_suffix("\\\n")?.len()).ok()?;
    let covered = tokens
        .iter()
        .rev()
        .find(|token| token.start().to_u32() <= backslash && !token.range().is_empty())
        .is_some_and(|token| token.end().to_u32() > backslash && token.kind() != TokenKind::Unknown);
    let after = backslash + 1;
    let diagnostic = Diagnostic::syntax_error(Span::new(after, after), "unexpected EOF while parsing");
    (!covered).then(|| TokenError::reported(backslash, diagnostic))
}

#[cfg(test)]
mod tests;
