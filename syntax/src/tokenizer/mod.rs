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
//! Invariant: one pass over the tokens, two if there is more than ASCII. A text that is not suspicious is one that CPython's tokenizer
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
use indentation::{Indentation, MAX_LEVELS, may_indent_oddly};
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
    /// The indices of the tokens that [`crate::checks`] looks at.
    pub(crate) for_grammar: Vec<usize>,
}

/// Checks the tokens of `text`.
pub(crate) fn check_tokens(text: &str, tokens: &Tokens) -> TokenFindings {
    let indents_oddly = may_indent_oddly(text);
    let mut checks = Checks {
        text,
        indents_oddly,
        indentation: Indentation::default(),
        blocks: 0,
        fields: Fields::default(),
        brackets: 0,
        elifs: 0,
        operators: 0,
        may_be_deep: false,
        escapes: memchr::memchr(b'\\', text.as_bytes()).map(|_| EscapeWarnings::new(text)),
        findings: TokenFindings::default(),
        at_line_start: indents_oddly,
    };
    for (index, token) in tokens.iter().enumerate() {
        let look = LOOKS[token.kind() as usize];
        // Inside of a line most tokens are not looked at.
        if matches!(look, Look::No | Look::Outside) && !checks.at_line_start {
            continue;
        }
        if let Err(suspicious) = checks.check(*token, look, index) {
            checks.findings.suspicion = Some(suspicious);
        }
    }
    let mut findings = checks.findings;
    if let Some(escapes) = checks.escapes {
        findings.warnings.extend(escapes.warnings);
        findings.warnings.sort_by_key(|&(offset, _)| offset);
    }
    if !text.is_ascii() && !identifiers::are_known(text, tokens) {
        findings.suspicion = Some(Suspicious);
    }
    if backslash_at_end(text, tokens) || (checks.may_be_deep && is_deep(tokens)) {
        findings.suspicion = Some(Suspicious);
    }
    findings
}

/// From here on it is worth to look how deep operators are inside each other.
const MANY: u32 = 1000;

/// How a token is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Nothing can be wrong with it, unless it begins a line.
    No,
    /// It is not part of a line.
    Outside,
    Indent,
    Dedent,
    Newline,
    Open,
    Close,
    Colon,
    /// Operators inside of operators lead deep into the parser.
    Operator,
    Elif,
    /// It is for [`crate::checks`], as some of the others are.
    Grammar,
    Number,
    String,
}

/// By kind of token.
const LOOKS: [Look; 256] = {
    use TokenKind as Kind;
    let mut looks = [Look::No; 256];
    let kinds: [(Look, &[Kind]); 12] = [
        (Look::Outside, &[Kind::Comment, Kind::NonLogicalNewline, Kind::EndOfFile, Kind::Unknown]),
        (Look::Indent, &[Kind::Indent]),
        (Look::Dedent, &[Kind::Dedent]),
        (Look::Newline, &[Kind::Newline]),
        (Look::Open, &[Kind::Lpar, Kind::Lsqb, Kind::Lbrace]),
        (Look::Close, &[Kind::Rpar, Kind::Rsqb, Kind::Rbrace]),
        (Look::Colon, &[Kind::Colon]),
        (
            Look::Operator,
            &[Kind::Minus, Kind::Plus, Kind::Tilde, Kind::Not, Kind::DoubleStar, Kind::Lambda, Kind::Else],
        ),
        (Look::Elif, &[Kind::Elif]),
        (Look::Grammar, &[Kind::Yield, Kind::ColonEqual, Kind::Case, Kind::Star]),
        (Look::Number, &[Kind::Int, Kind::Float, Kind::Complex]),
        (
            Look::String,
            &[
                Kind::String,
                Kind::FStringStart,
                Kind::FStringMiddle,
                Kind::FStringEnd,
                Kind::TStringStart,
                Kind::TStringMiddle,
                Kind::TStringEnd,
            ],
        ),
    ];
    let mut group = 0;
    while group < kinds.len() {
        let (look, kinds) = kinds[group];
        let mut index = 0;
        while index < kinds.len() {
            looks[kinds[index] as usize] = look;
            index += 1;
        }
        group += 1;
    }
    looks
};

struct Checks<'a> {
    text: &'a str,
    /// Whether the indentation of lines has to be looked at.
    indents_oddly: bool,
    indentation: Indentation,
    /// Indented blocks around.
    blocks: usize,
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
    fn check(&mut self, token: Token, look: Look, index: usize) -> Result<(), Suspicious> {
        match look {
            Look::Outside => return Ok(()),
            Look::Indent => {
                self.blocks += 1;
                return if self.blocks < MAX_LEVELS { Ok(()) } else { Err(Suspicious) };
            }
            Look::Dedent => {
                self.blocks = self.blocks.saturating_sub(1);
                return Ok(());
            }
            Look::Newline => {
                self.at_line_start = self.indents_oddly;
                self.operators = 0;
                return Ok(());
            }
            _ => {}
        }
        let (kind, range) = token.as_tuple();
        if self.at_line_start {
            self.at_line_start = false;
            self.indentation.line(self.text, range.start().to_u32())?;
        }
        match look {
            Look::Open => {
                if kind == TokenKind::Lpar {
                    self.findings.for_grammar.push(index);
                }
                self.brackets += 1;
                self.may_be_deep |= self.brackets > MAX_BRACKETS / 2;
                self.fields.open()?;
            }
            Look::Close => {
                self.brackets = self.brackets.saturating_sub(1);
                self.fields.close();
            }
            Look::Colon => self.fields.colon(),
            Look::Operator => {
                if kind == TokenKind::DoubleStar {
                    self.findings.for_grammar.push(index);
                }
                self.operators += 1;
                self.may_be_deep |= self.operators > MANY;
            }
            Look::Elif => {
                self.elifs += 1;
                self.may_be_deep |= self.elifs > MANY;
            }
            Look::Grammar => self.findings.for_grammar.push(index),
            Look::Number => self.number(kind, range.into())?,
            Look::String => self.string(token)?,
            Look::No | Look::Outside | Look::Indent | Look::Dedent | Look::Newline => {}
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
