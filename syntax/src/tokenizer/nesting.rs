//! How deep an expression leads into CPython's parser.
//!
//! ```text
//! 201 × "("       suspicious: at most 200
//! 6000 × "-"      suspicious: the parser's stack
//! ```
//!
//! CPython's parser counts the grammar rules it is inside of (`MAXSTACK`). About how many those are
//! follows from the tokens: a bracket leads through all levels of precedence, a prefix operator is
//! one rule more.
//!
//! Invariant: closing tokens that close nothing are ignored; the parser has refused them.

use ruff_python_ast::token::{TokenKind, Tokens};

/// `MAXLEVEL`: open brackets, those of f-string fields included.
pub(super) const MAX_BRACKETS: u32 = 200;
/// `MAXSTACK` of the parser, less what the estimate may be wrong by.
const MAX_RULES: u32 = 6000 - 100;
/// Rules around the operand of a top-level expression.
const STATEMENT_RULES: u32 = 32;
/// Rules from one operand to that in a bracket.
const BRACKET_RULES: u32 = 28;

/// Whether CPython's parser may find the text too complex.
pub(super) fn is_deep(tokens: &Tokens) -> bool {
    let mut nesting = Nesting::default();
    tokens.iter().any(|token| {
        nesting.token(token.kind());
        nesting.brackets > MAX_BRACKETS || nesting.elifs > MAX_RULES || nesting.rules() > MAX_RULES
    })
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
struct Nesting {
    /// The chains around the open brackets and strings.
    around: Vec<Chain>,
    brackets: u32,
    /// Rules of the chains in `around`.
    rules_around: u32,
    /// `elif`s of the text: each is inside of the one before, if they belong together.
    elifs: u32,
    chain: Chain,
}

impl Nesting {
    const fn rules(&self) -> u32 {
        STATEMENT_RULES + BRACKET_RULES * self.brackets + self.rules_around + self.chain.rules()
    }

    fn token(&mut self, kind: TokenKind) {
        match kind {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                self.brackets += 1;
                self.push();
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                self.brackets = self.brackets.saturating_sub(1);
                self.pop();
            }
            TokenKind::FStringStart | TokenKind::TStringStart => self.push(),
            TokenKind::FStringEnd | TokenKind::TStringEnd => self.pop(),
            TokenKind::FStringMiddle | TokenKind::TStringMiddle => {}
            TokenKind::Elif => self.elifs += 1,
            _ => self.chain.token(kind),
        }
    }

    fn push(&mut self) {
        self.around.push(self.chain);
        self.rules_around += self.chain.rules();
        self.chain = Chain::default();
    }

    fn pop(&mut self) {
        if let Some(chain) = self.around.pop() {
            self.rules_around -= chain.rules();
            self.chain = Chain { after_operand: true, ..chain };
        }
    }
}

impl Chain {
    fn token(&mut self, kind: TokenKind) {
        let after_operand = std::mem::replace(&mut self.after_operand, false);
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
            | TokenKind::Type => self.after_operand = true,
            TokenKind::Minus | TokenKind::Plus | TokenKind::Tilde if !after_operand => self.prefix += 1,
            TokenKind::Not if !after_operand => self.prefix += 1,
            TokenKind::DoubleStar if after_operand => self.prefix += 2,
            TokenKind::Lambda => {
                self.outer += 2;
                self.lambdas += 1;
            }
            TokenKind::Else => {
                *self = Self { outer: self.outer + 1, lambdas: self.lambdas, ..Self::default() };
            }
            TokenKind::Or => *self = Self { or: 2, and: 0, prefix: 0, ..*self },
            TokenKind::And => *self = Self { and: 2, prefix: 0, ..*self },
            TokenKind::Colon if self.lambdas > 0 => self.lambdas -= 1,
            TokenKind::Comma if self.lambdas > 0 => {}
            TokenKind::Colon | TokenKind::Comma | TokenKind::Semi | TokenKind::Newline | TokenKind::Equal => {
                *self = Self::default();
            }
            // Binary operators, and keywords that an expression may follow.
            _ if after_operand && kind != TokenKind::Dot => self.prefix = 0,
            _ => {}
        }
    }
}
