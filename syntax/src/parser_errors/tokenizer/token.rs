//! The tokens of CPython's parser: their kinds and their places.
//!
//! ```text
//! if x:   →   Fixed("if") 1:0-1:2, Name 1:3-1:4, Fixed(":") 1:4-1:5, Newline
//! ```
//!
//! Invariant: columns are bytes from the start of the line; −1 where CPython has no place (indents,
//! dedents, the end marker).

use super::super::place::Place;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::parser_errors) enum TokenKind {
    /// The end of the text.
    EndMarker,
    /// An identifier, soft keywords among them.
    Name,
    /// A number.
    Number,
    /// A string or bytes literal.
    String,
    /// The end of a logical line.
    Newline,
    /// One level more.
    Indent,
    /// One level less.
    Dedent,
    /// Prefix and opening quote of an f-string or t-string.
    Start(Flavour),
    /// Text of an f-string or t-string.
    Middle(Flavour),
    /// The closing quote.
    End(Flavour),
    /// A keyword, operator or bracket.
    Fixed(Fixed),
    /// A character that begins no token (`$`, `?`, a backquote).
    Unknown,
    /// Where the tokenizer gave up.
    Error,
}

/// f-string or t-string.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::parser_errors) enum Flavour {
    /// `f"…"`
    Format,
    /// `t"…"`
    Template,
}

impl Flavour {
    /// The letter that stands for it in messages.
    pub(in crate::parser_errors) const fn letter(self) -> char {
        match self {
            Self::Format => 'f',
            Self::Template => 't',
        }
    }
}

/// A keyword, operator or bracket: an index into [`SPELLINGS`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::parser_errors) struct Fixed(u8);

/// Every token with only one spelling. Operators first, the longest before their beginnings.
const SPELLINGS: [&str; 83] = [
    "**=", "//=", "<<=", ">>=", "...", "!=", "%=", "&=", "**", "*=", "+=", "-=", "->", "//", "/=", ":=", "<<", "<=",
    "==", ">=", ">>", "@=", "^=", "|=", "!", "%", "&", "(", ")", "*", "+", ",", "-", ".", "/", ":", ";", "<", "=", ">",
    "@", "[", "]", "^", "{", "|", "}", "~", "False", "None", "True", "and", "as", "assert", "async", "await", "break",
    "class", "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// How many of [`SPELLINGS`] are operators and brackets.
const OPERATORS: usize = 48;

impl Fixed {
    /// The token spelled so.
    pub(in crate::parser_errors) fn of(spelling: &str) -> Option<Self> {
        let index = SPELLINGS.iter().position(|&known| known == spelling)?;
        u8::try_from(index).ok().map(Self)
    }

    /// The keyword spelled so.
    pub(super) fn keyword(spelling: &str) -> Option<Self> {
        let index = SPELLINGS[OPERATORS..].iter().position(|&known| known == spelling)?;
        u8::try_from(index + OPERATORS).ok().map(Self)
    }

    /// The longest operator or bracket at the start of `text`.
    pub(super) fn operator(text: &[u8]) -> Option<Self> {
        let operators = &SPELLINGS[..OPERATORS];
        let index = operators.iter().position(|known| text.starts_with(known.as_bytes()))?;
        u8::try_from(index).ok().map(Self)
    }

    /// How it is written.
    pub(in crate::parser_errors) fn spelling(self) -> &'static str {
        SPELLINGS[usize::from(self.0)]
    }
}

/// One token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::parser_errors) struct Token {
    /// What it is.
    pub(in crate::parser_errors) kind: TokenKind,
    /// Its first byte in the text.
    pub(in crate::parser_errors) start: usize,
    /// One past its last byte.
    pub(in crate::parser_errors) end: usize,
    /// Its lines and columns.
    pub(in crate::parser_errors) place: Place,
    /// How many brackets are open after it.
    pub(in crate::parser_errors) level: usize,
}
