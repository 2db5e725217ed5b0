//! Limits on nesting: brackets, f-strings, format specifications, and the parser's own stack.
//!
//! ```text
//! 201 × "("       SyntaxError: too many nested parentheses
//! 6000 × "-"      MemoryError: Parser stack overflowed - Python source too complex to parse
//! ```
//!
//! CPython's parser counts the grammar rules it is inside of (`MAXSTACK`). How many those are
//! follows from the tokens: a bracket leads through all levels of precedence, a prefix operator is
//! one rule more.
//!
//! Invariant: closing tokens that close nothing are ignored; the parser has refused them.

use super::TokenError;
use crate::{Diagnostic, Exception, Span};
use ruff_python_ast::token::TokenKind;

/// `MAXLEVEL`: open brackets, those of f-string fields included.
pub(super) const MAX_BRACKETS: u32 = 200;
/// `MAXFSTRINGLEVEL`, the text around the outermost included.
const MAX_STRINGS: u32 = 150;
/// `MAX_EXPR_NESTING`: fields of one f-string inside each other.
const MAX_FIELDS: u32 = 3;
/// `MAXSTACK` of the parser.
const MAX_RULES: u32 = 6000;
/// Rules around the operand of a top-level expression.
const STATEMENT_RULES: u32 = 32;
/// Rules from one operand to that in a bracket.
const BRACKET_RULES: u32 = 28;

/// What is open around a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Frame {
    Bracket,
    /// The literal text of an f-string (`f`) or t-string (`t`).
    Text(char),
    /// The expression of its field.
    Field,
    /// The format specification of its field.
    Spec,
}

/// Parser rules an operand stands in, counted from the innermost bracket.
#[derive(Clone, Copy, Debug, Default)]
struct Chain {
    /// `lambda`s and `else`s: until the expression ends.
    outer: u32,
    /// Prefix operators and powers: until another operator.
    prefix: u32,
    /// Being the right operand of `or`.
    or: u32,
    /// Being the right operand of `and`.
    and: u32,
    /// `lambda`s whose colon is to come.
    lambdas: u32,
    /// The last token ends an operand, so that `-` is binary.
    after_operand: bool,
}

impl Chain {
    const fn rules(self) -> u32 {
        self.outer + self.prefix + self.or + self.and
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Nesting {
    frames: Vec<(Frame, Chain)>,
    brackets: u32,
    strings: u32,
    /// Rules of the chains in `frames`.
    rules: u32,
    chain: Chain,
}

impl Nesting {
    /// Whether text that comes next belongs to a format specification.
    pub(super) fn in_format_spec(&self) -> bool {
        matches!(self.frames.last(), Some((Frame::Spec, _)))
    }

    /// Takes the next token.
    #[inline]
    pub(super) fn token(&mut self, kind: TokenKind, span: Span) -> Result<(), Box<TokenError>> {
        match kind {
            TokenKind::Name
            | TokenKind::String
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::Ellipsis
            | TokenKind::True
            | TokenKind::False
            | TokenKind::None
            | TokenKind::Case
            | TokenKind::Lazy
            | TokenKind::Match
            | TokenKind::Type => {
                self.chain.after_operand = true;
                Ok(())
            }
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => self.open(span),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                self.close();
                Ok(())
            }
            TokenKind::FStringStart => self.open_string('f', span),
            TokenKind::TStringStart => self.open_string('t', span),
            TokenKind::FStringEnd | TokenKind::TStringEnd => {
                self.close_string();
                Ok(())
            }
            TokenKind::FStringMiddle | TokenKind::TStringMiddle => Ok(()),
            _ => self.operator(kind, span),
        }
    }

    fn open(&mut self, span: Span) -> Result<(), Box<TokenError>> {
        if self.brackets >= MAX_BRACKETS {
            return Err(Box::new(TokenError::raised(span.start, "too many nested parentheses")));
        }
        let frame = match self.frames.last() {
            Some((Frame::Text(_) | Frame::Spec, _)) => {
                self.check_fields(span)?;
                Frame::Field
            }
            _ => Frame::Bracket,
        };
        self.brackets += 1;
        self.push(frame);
        self.check_rules(span)
    }

    fn check_fields(&self, span: Span) -> Result<(), Box<TokenError>> {
        let mut fields = 0;
        for (frame, _) in self.frames.iter().rev() {
            match frame {
                Frame::Text(_) if fields < MAX_FIELDS => return Ok(()),
                Frame::Text(kind) => {
                    let message = format!("{kind}-string: expressions nested too deeply");
                    return Err(Box::new(TokenError::raised(span.start - 1, message)));
                }
                Frame::Spec => fields += 1,
                Frame::Bracket | Frame::Field => {}
            }
        }
        Ok(())
    }

    fn close(&mut self) {
        if matches!(self.frames.last(), Some((Frame::Bracket | Frame::Field | Frame::Spec, _))) {
            self.brackets -= 1;
            self.pop();
        }
    }

    fn open_string(&mut self, kind: char, span: Span) -> Result<(), Box<TokenError>> {
        if self.strings + 1 >= MAX_STRINGS {
            let message = "too many nested f-strings or t-strings";
            return Err(Box::new(TokenError::raised(span.end - 1, message)));
        }
        self.strings += 1;
        self.push(Frame::Text(kind));
        Ok(())
    }

    fn close_string(&mut self) {
        // An unfinished field may be open in it.
        while let Some(&(frame, _)) = self.frames.last() {
            self.pop();
            if matches!(frame, Frame::Text(_)) {
                self.strings -= 1;
                return;
            }
            self.brackets -= 1;
        }
    }

    fn push(&mut self, frame: Frame) {
        self.frames.push((frame, self.chain));
        self.rules += self.chain.rules();
        self.chain = Chain::default();
    }

    fn pop(&mut self) {
        if let Some((_, chain)) = self.frames.pop() {
            self.rules -= chain.rules();
            self.chain = Chain { after_operand: true, ..chain };
        }
    }

    fn operator(&mut self, kind: TokenKind, span: Span) -> Result<(), Box<TokenError>> {
        let chain = &mut self.chain;
        let after_operand = std::mem::replace(&mut chain.after_operand, false);
        match kind {
            TokenKind::Minus | TokenKind::Plus | TokenKind::Tilde if !after_operand => chain.prefix += 1,
            TokenKind::Not if !after_operand => chain.prefix += 1,
            TokenKind::DoubleStar if after_operand => chain.prefix += 2,
            TokenKind::Lambda => {
                chain.outer += 2;
                chain.lambdas += 1;
            }
            TokenKind::Else => {
                *chain = Chain { outer: chain.outer + 1, lambdas: chain.lambdas, ..Chain::default() };
            }
            TokenKind::Or => *chain = Chain { or: 2, and: 0, prefix: 0, ..*chain },
            TokenKind::And => *chain = Chain { and: 2, prefix: 0, ..*chain },
            TokenKind::Colon if chain.lambdas > 0 => chain.lambdas -= 1,
            TokenKind::Colon => {
                *chain = Chain::default();
                if let Some((frame @ Frame::Field, _)) = self.frames.last_mut() {
                    *frame = Frame::Spec;
                }
                return Ok(());
            }
            TokenKind::Comma if chain.lambdas > 0 => return Ok(()),
            TokenKind::Comma | TokenKind::Semi | TokenKind::Newline | TokenKind::Equal => {
                *chain = Chain::default();
                return Ok(());
            }
            // Binary operators, and keywords that an expression may follow.
            _ => {
                if after_operand && kind != TokenKind::Dot {
                    chain.prefix = 0;
                }
                return Ok(());
            }
        }
        self.check_rules(span)
    }

    fn check_rules(&self, span: Span) -> Result<(), Box<TokenError>> {
        let rules = STATEMENT_RULES + BRACKET_RULES * self.brackets + self.rules + self.chain.rules();
        if rules <= MAX_RULES {
            return Ok(());
        }
        Err(Box::new(parser_stack_overflow(span.start)))
    }
}

/// The parser's stack is full at `offset`. CPython gives no place.
pub(super) fn parser_stack_overflow(offset: u32) -> TokenError {
    let message = "Parser stack overflowed - Python source too complex to parse";
    TokenError::reported(offset, Diagnostic::error(Exception::MemoryError, Span::NONE, message))
}
