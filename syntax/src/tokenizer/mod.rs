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
mod fields;
mod identifiers;
mod indentation;
mod nesting;
mod numbers;
mod screen;

pub(crate) use screen::screen;

use crate::{Diagnostic, Span};
use escapes::EscapeWarnings;
use fields::Fields;
use indentation::Indentation;
use nesting::{MAX_BRACKETS, is_deep};
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
        is_ascii: text.is_ascii(),
        indentation: Indentation::default(),
        fields: Fields::default(),
        brackets: 0,
        elifs: 0,
        operators: 0,
        may_be_deep: false,
        escapes: memchr::memchr(b'\\', text.as_bytes()).map(|_| EscapeWarnings::new(text)),
        findings: TokenFindings::default(),
        at_line_start: true,
    };
    let plain = if checks.is_ascii { &PLAIN } else { &PLAIN_BUT_NAMES };
    for token in tokens {
        // Inside of a line most tokens are not looked at.
        if !checks.at_line_start && plain[token.kind() as usize] {
            continue;
        }
        if let Err(suspicious) = checks.check(*token) {
            checks.findings.suspicion = Some(suspicious);
        }
    }
    let mut findings = checks.findings;
    if let Some(escapes) = checks.escapes {
        findings.warnings.extend(escapes.warnings);
        findings.warnings.sort_by_key(|&(offset, _)| offset);
    }
    if backslash_at_end(text, tokens) || (checks.may_be_deep && is_deep(tokens)) {
        findings.suspicion = Some(Suspicious);
    }
    findings
}

/// From here on it is worth to look how deep operators are inside each other.
const MANY: u32 = 1000;

/// By kind: whether nothing is wrong with a token of the kind inside of a line. These are frequent kinds
/// that [`Checks::check`] has no case for.
const PLAIN_BUT_NAMES: [bool; 256] = {
    use TokenKind::{
        And, Comma, Comment, Dedent, Dot, EqEqual, Equal, False, If, Import, In, Indent, Is, NonLogicalNewline, None,
        Or, Percent, Star, True,
    };
    let mut plain = [false; 256];
    let kinds = [
        Dot,
        Comma,
        Equal,
        Comment,
        NonLogicalNewline,
        Indent,
        Dedent,
        None,
        True,
        False,
        If,
        In,
        Import,
        Is,
        And,
        Or,
        EqEqual,
        Percent,
        Star,
    ];
    let mut index = 0;
    while index < kinds.len() {
        plain[kinds[index] as usize] = true;
        index += 1;
    }
    plain
};

/// The same for texts in which names need no look.
const PLAIN: [bool; 256] = {
    let mut plain = PLAIN_BUT_NAMES;
    plain[TokenKind::Name as usize] = true;
    plain
};

struct Checks<'a> {
    text: &'a str,
    is_ascii: bool,
    indentation: Indentation,
    fields: Fields,
    /// Brackets that are open.
    brackets: u32,
    /// `elif`s of the text.
    elifs: u32,
    /// Operators of the statement that may be inside each other.
    operators: u32,
    may_be_deep: bool,
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
            TokenKind::Newline => {
                self.at_line_start = true;
                self.operators = 0;
                return Ok(());
            }
            _ => {}
        }
        if self.at_line_start {
            self.at_line_start = false;
            self.indentation.line(self.text, range.start().to_u32())?;
        }
        match kind {
            TokenKind::Name if !self.is_ascii => identifiers::check(self.text, range.into())?,
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                self.brackets += 1;
                self.may_be_deep |= self.brackets > MAX_BRACKETS / 2;
                self.fields.open()?;
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                self.brackets = self.brackets.saturating_sub(1);
                self.fields.close();
            }
            TokenKind::Colon => self.fields.colon(),
            TokenKind::Minus
            | TokenKind::Plus
            | TokenKind::Tilde
            | TokenKind::Not
            | TokenKind::DoubleStar
            | TokenKind::Lambda
            | TokenKind::Else => {
                self.operators += 1;
                self.may_be_deep |= self.operators > MANY;
            }
            TokenKind::Elif => {
                self.elifs += 1;
                self.may_be_deep |= self.elifs > MANY;
            }
            TokenKind::Int | TokenKind::Float | TokenKind::Complex => self.number(kind, range.into())?,
            TokenKind::String
            | TokenKind::FStringStart
            | TokenKind::FStringMiddle
            | TokenKind::FStringEnd
            | TokenKind::TStringStart
            | TokenKind::TStringMiddle
            | TokenKind::TStringEnd => self.string(token)?,
            _ => {}
        }
        Ok(())
    }

    fn number(&mut self, kind: TokenKind, span: Span) -> Result<(), Suspicious> {
        if let Some(warning) = numbers::run_into_keyword(self.text, span) {
            self.findings.warnings.push((span.start, warning));
        }
        if kind == TokenKind::Int { numbers::check_digits(span) } else { Ok(()) }
    }

    fn string(&mut self, token: Token) -> Result<(), Suspicious> {
        if let Some(escapes) = &mut self.escapes {
            escapes.token(token, self.fields.in_format_spec());
        }
        match token.kind() {
            TokenKind::FStringStart | TokenKind::TStringStart => self.fields.open_string(),
            TokenKind::FStringEnd | TokenKind::TStringEnd => {
                self.fields.close_string();
                Ok(())
            }
            _ => Ok(()),
        }
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
