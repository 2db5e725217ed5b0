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
//! Invariant: one pass over the tokens, two over those of long statements and if there is more than ASCII.
//! A text that is not suspicious is one that CPython's tokenizer accepts, if the parser did.

mod escapes;
mod fields;
mod identifiers;
mod indentation;
mod nesting;
mod numbers;
mod screen;

pub(crate) use screen::screen;

use crate::checks::{LINE_BEGINNERS, last_kind};
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

/// Checks the tokens of `text` from `start`, where a statement of the module begins.
pub(crate) fn check_tokens(text: &str, start: usize, tokens: &Tokens) -> TokenFindings {
    let checked = &text[start..];
    let indents_oddly = may_indent_oddly(checked);
    let escapes = memchr::memchr(b'\\', checked.as_bytes()).map(|_| EscapeWarnings::new(text));
    let mut sought = Look::FEW;
    if escapes.is_some() {
        sought |= Look::String.bit();
    }
    let mut checks = Checks {
        text,
        tokens,
        sought,
        statement: 0,
        may_be_deep: false,
        indents_oddly,
        indentation: Indentation::default(),
        blocks: 0,
        fields: Fields::default(),
        elifs: 0,
        escapes,
        findings: TokenFindings::default(),
        at_line_start: indents_oddly,
    };
    let mut sought = checks.sought();
    for (index, token) in tokens.iter().enumerate() {
        let kind = token.kind() as usize;
        // Most tokens are passed by.
        if sought & BITS[kind] != 0 {
            if let Err(suspicious) = checks.check(*token, LOOKS[kind], index) {
                checks.findings.suspicion = Some(suspicious);
            }
            sought = checks.sought();
        }
    }
    checks.end_statement(tokens.len());
    let may_be_deep = checks.may_be_deep || checks.elifs > MANY;
    let mut findings = checks.findings;
    if let Some(escapes) = checks.escapes {
        findings.warnings.extend(escapes.warnings);
        findings.warnings.sort_by_key(|&(offset, _)| offset);
    }
    if !checked.is_ascii() && !identifiers::are_known(text, tokens) {
        findings.suspicion = Some(Suspicious);
    }
    if backslash_at_end(text, tokens) || (may_be_deep && is_deep(tokens)) {
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
    /// A parenthesis opens.
    Group,
    /// Another bracket opens.
    Open,
    Close,
    Colon,
    /// Operators inside of operators lead deep into the parser.
    Operator,
    /// The same, and for [`crate::checks`].
    Power,
    Elif,
    /// It is for [`crate::checks`], as some of the others are.
    Grammar,
    Number,
    /// A string or text of one.
    String,
    /// An f-string or t-string begins or ends.
    Interpolated,
}

impl Look {
    /// What is looked at in every text.
    const FEW: u16 = Self::Indent.bit()
        | Self::Dedent.bit()
        | Self::Newline.bit()
        | Self::Group.bit()
        | Self::Power.bit()
        | Self::Elif.bit()
        | Self::Grammar.bit()
        | Self::Number.bit()
        | Self::Interpolated.bit();
    /// What is looked at inside of f-strings.
    const OF_FIELDS: u16 = Self::Open.bit() | Self::Close.bit() | Self::Colon.bit();

    #[inline]
    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// What is counted of the tokens of a long statement, without a branch: nobody can predict the kind of the
/// next.
#[derive(Default)]
struct Tally {
    /// Brackets that are open, and the most that were.
    brackets: i32,
    most_brackets: i32,
    /// Operators that may be inside each other.
    operators: u32,
}

impl Tally {
    /// No statement of fewer tokens may be deep.
    const LEAST: usize = MAX_BRACKETS as usize / 2;

    fn of(statement: &[Token]) -> Self {
        let mut tally = Self::default();
        for token in statement {
            let facts = FACTS[token.kind() as usize];
            tally.brackets += i32::from(facts.opened);
            tally.most_brackets = tally.most_brackets.max(tally.brackets);
            tally.operators += u32::from(facts.is_operator);
        }
        tally
    }

    fn may_be_deep(&self) -> bool {
        self.most_brackets.cast_unsigned() > MAX_BRACKETS / 2 || self.operators > MANY
    }
}

/// What is counted of a kind of token.
#[derive(Clone, Copy)]
struct Facts {
    /// 1 for an opening bracket, -1 for a closing one.
    opened: i8,
    is_operator: bool,
}

/// By kind of token.
const FACTS: [Facts; 256] = {
    let mut facts = [Facts { opened: 0, is_operator: false }; 256];
    let mut index = 0;
    while index < facts.len() {
        let fact = &mut facts[index];
        match LOOKS[index] {
            Look::Group | Look::Open => fact.opened = 1,
            Look::Close => fact.opened = -1,
            Look::Operator | Look::Power => fact.is_operator = true,
            _ => {}
        }
        index += 1;
    }
    facts
};

/// The bit of its look, by kind of token.
const BITS: [u16; 256] = {
    let mut bits = [0; 256];
    let mut index = 0;
    while index < bits.len() {
        bits[index] = LOOKS[index].bit();
        index += 1;
    }
    bits
};

/// By kind of token.
const LOOKS: [Look; 256] = {
    use TokenKind as Kind;
    let mut looks = [Look::No; 256];
    let kinds: [(Look, &[Kind]); 15] = [
        (Look::Outside, &[Kind::Comment, Kind::NonLogicalNewline, Kind::EndOfFile, Kind::Unknown]),
        (Look::Indent, &[Kind::Indent]),
        (Look::Dedent, &[Kind::Dedent]),
        (Look::Newline, &[Kind::Newline]),
        (Look::Group, &[Kind::Lpar]),
        (Look::Open, &[Kind::Lsqb, Kind::Lbrace]),
        (Look::Close, &[Kind::Rpar, Kind::Rsqb, Kind::Rbrace]),
        (Look::Colon, &[Kind::Colon]),
        (Look::Operator, &[Kind::Minus, Kind::Plus, Kind::Tilde, Kind::Not, Kind::Lambda, Kind::Else]),
        (Look::Power, &[Kind::DoubleStar]),
        (Look::Elif, &[Kind::Elif]),
        (Look::Grammar, &[Kind::Yield, Kind::ColonEqual, Kind::Case, Kind::Star]),
        (Look::Number, &[Kind::Int, Kind::Float, Kind::Complex]),
        (Look::String, &[Kind::String, Kind::FStringMiddle, Kind::TStringMiddle]),
        (Look::Interpolated, &[Kind::FStringStart, Kind::FStringEnd, Kind::TStringStart, Kind::TStringEnd]),
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
    tokens: &'a [Token],
    /// The bits of what is looked at here.
    sought: u16,
    /// The index of the statement's first token.
    statement: usize,
    /// Whether brackets or operators may be deep inside each other.
    may_be_deep: bool,
    /// Whether the indentation of lines has to be looked at.
    indents_oddly: bool,
    indentation: Indentation,
    /// Indented blocks around.
    blocks: usize,
    fields: Fields,
    /// `elif`s of the text.
    elifs: u32,
    /// None in a text without backslashes.
    escapes: Option<EscapeWarnings<'a>>,
    findings: TokenFindings,
    at_line_start: bool,
}

impl Checks<'_> {
    /// The bits of what is looked at next.
    fn sought(&self) -> u16 {
        if self.at_line_start { u16::MAX } else { self.sought }
    }

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
                self.end_statement(index);
                self.at_line_start = self.indents_oddly;
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
            Look::Group => {
                // Not one of those of calls.
                if LINE_BEGINNERS.contains(&last_kind(&self.tokens[..index])) {
                    self.findings.for_grammar.push(index);
                }
                self.fields.open()?;
            }
            Look::Open => self.fields.open()?,
            Look::Close => self.fields.close(),
            Look::Colon => self.fields.colon(),
            Look::Elif => self.elifs += 1,
            Look::Power | Look::Grammar => self.findings.for_grammar.push(index),
            Look::Number => self.number(kind, range.into())?,
            Look::String | Look::Interpolated => self.string(token)?,
            Look::No | Look::Outside | Look::Indent | Look::Dedent | Look::Newline | Look::Operator => {}
        }
        Ok(())
    }

    /// The statement ends before the token at `end`.
    fn end_statement(&mut self, end: usize) {
        let start = std::mem::replace(&mut self.statement, end);
        if end - start > Tally::LEAST {
            self.may_be_deep |= Tally::of(&self.tokens[start..end]).may_be_deep();
        }
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
            TokenKind::FStringStart | TokenKind::TStringStart => {
                self.sought |= Look::OF_FIELDS;
                self.fields.open_string()
            }
            TokenKind::FStringEnd | TokenKind::TStringEnd => {
                self.fields.close_string();
                if self.fields.is_outside() {
                    self.sought &= !Look::OF_FIELDS;
                }
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
