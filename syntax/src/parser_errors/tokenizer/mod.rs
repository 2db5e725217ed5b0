//! Text → tokens, one at a time, with CPython's tokenizer errors.
//!
//! ```text
//! x = (1,       →   Name, Fixed("="), Fixed("("), Number, Fixed(","), then Failure::EndOfText
//! x = 0777      →   Name, Fixed("="), then Failure::Raised("leading zeros in decimal …")
//! ```
//!
//! Follows `Parser/lexer/lexer.c`. It is used only for texts that are refused (or suspected), so it is
//! written for likeness, not for speed.
//!
//! Invariant: after a failure no more tokens are asked for.

mod cursor;
mod fstring;
mod identifier;
mod indentation;
mod number;
mod punctuation;
mod string;
mod token;

pub(super) use token::{Fixed, Flavour, Token, TokenKind};

use super::place::{Fault, Place};
use crate::Exception;
use cursor::Cursor;
use fstring::Interpolated;
use indentation::Indentation;
use punctuation::Bracket;

/// Why there is no further token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Failure {
    /// The tokenizer raised the error itself.
    Raised(Box<Fault>),
    /// The text ended inside brackets or after a backslash (`E_EOF`).
    EndOfText,
    /// A dedent to a column that no open block has (`E_DEDENT`).
    Dedent,
    /// Tabs and spaces that mean different things at different tab sizes (`E_TABSPACE`).
    TabSpace,
    /// 100 blocks inside each other (`E_TOODEEP`).
    TooDeep,
    /// Something after a backslash; the column CPython reports (`E_LINECONT`).
    LineContinuation(i32),
}

type Read = Result<Token, Failure>;

/// The tokenizer's state (`struct tok_state`).
#[derive(Debug)]
pub(super) struct Tokenizer<'a> {
    cursor: Cursor<'a>,
    at_line_start: bool,
    indentation: Indentation,
    brackets: Vec<Bracket>,
    /// The f-strings and t-strings that are open, outermost first.
    open: Vec<Interpolated>,
    /// Line and line start of the literal being read.
    literal_line: i32,
    literal_line_start: usize,
    /// Whether `<>` is one token: `from __future__ import barry_as_FLUFL` was met.
    pub(super) flufl: bool,
}

impl<'a> Tokenizer<'a> {
    /// Before the first token. The text must end with a newline.
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            cursor: Cursor::new(text.as_bytes()),
            at_line_start: true,
            indentation: Indentation::default(),
            brackets: Vec::new(),
            open: Vec::new(),
            literal_line: 0,
            literal_line_start: 0,
            flufl: false,
        }
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Read {
        match self.open.last() {
            Some(interpolated) if interpolated.in_text => self.interpolated_text(),
            _ => self.code(),
        }
    }

    /// Whether the end of the text was met (`tok->done == E_EOF`).
    pub(super) fn at_end(&self) -> bool {
        self.cursor.at_end
    }

    /// The current line.
    pub(super) fn line(&self) -> i32 {
        self.cursor.line
    }

    /// The byte column of the cursor.
    pub(super) fn column(&self) -> i32 {
        to_column(self.cursor.position.saturating_sub(self.cursor.line_start))
    }

    /// The innermost open bracket: character, line, column.
    pub(super) fn open_bracket(&self) -> Option<(char, i32, i32)> {
        self.brackets.last().map(|bracket| (char::from(bracket.character), bracket.line, bracket.column))
    }

    /// The flavour of the innermost open f-string or t-string.
    pub(super) fn flavour(&self) -> Flavour {
        self.open.last().map_or(Flavour::Format, |interpolated| interpolated.flavour)
    }

    /// Whether an f-string or t-string is open.
    pub(super) fn is_inside_interpolated(&self) -> bool {
        !self.open.is_empty()
    }

    /// The token that stands for the failure in the parser's list.
    pub(super) fn error_token(&self) -> Token {
        self.placeless(TokenKind::Error)
    }

    /// `tok_get_normal_mode`.
    fn code(&mut self) -> Read {
        loop {
            self.cursor.token_start = None;
            let mut blank = false;
            if self.at_line_start {
                self.at_line_start = false;
                blank = self.read_indentation()?;
            }
            self.cursor.token_start = Some(self.cursor.position);
            if let Some(kind) = self.indentation.take_pending() {
                return Ok(self.placeless(kind));
            }
            self.cursor.peek();
            if let Some(token) = self.token_on_line(blank)? {
                return Ok(token);
            }
        }
    }

    /// A token of the current logical line; none when a line ended that makes no token.
    fn token_on_line(&mut self, blank: bool) -> Result<Option<Token>, Failure> {
        loop {
            self.cursor.token_start = None;
            let mut byte = self.cursor.skip(|byte| matches!(byte, b' ' | b'\t' | 0x0C));
            self.cursor.token_start = Some(self.cursor.position.saturating_sub(usize::from(byte.is_some())));
            if byte == Some(b'#') {
                byte = self.cursor.skip(|byte| byte != b'\n');
            }
            let Some(byte) = byte else { return self.end_of_text().map(Some) };
            return match byte {
                b'\n' => {
                    self.at_line_start = true;
                    if blank || !self.brackets.is_empty() {
                        return Ok(None);
                    }
                    Ok(Some(self.token_until(TokenKind::Newline, self.cursor.position - 1)))
                }
                b'\\' => {
                    self.continuation_line()?;
                    continue;
                }
                b'.' => self.dot().map(Some),
                b'0'..=b'9' => self.number(byte).map(Some),
                b'"' | b'\'' => self.string(byte).map(Some),
                _ if identifier::is_start_byte(byte) => self.name_or_string(byte).map(Some),
                _ => self.punctuation(byte).map(Some),
            };
        }
    }

    fn end_of_text(&self) -> Read {
        if self.brackets.is_empty() { Ok(self.placeless(TokenKind::EndMarker)) } else { Err(Failure::EndOfText) }
    }

    /// After a backslash: only a newline may follow, and not the end (`tok_continuation_line`).
    fn continuation_line(&mut self) -> Result<(), Failure> {
        if self.cursor.next() != Some(b'\n') {
            let column = to_column(self.cursor.position.saturating_sub(self.cursor.buffer_start));
            return Err(Failure::LineContinuation(column - 1));
        }
        if self.cursor.peek().is_none() {
            self.cursor.skip_line();
            return Err(Failure::EndOfText);
        }
        Ok(())
    }

    /// `.`, `...` or a number that begins with a point.
    fn dot(&mut self) -> Read {
        let text = self.cursor.text();
        let rest = &text[self.cursor.position..self.cursor.line_end];
        if rest.first().is_some_and(u8::is_ascii_digit) {
            let digit = self.cursor.next();
            return self.fraction(digit);
        }
        let spelling = if rest.starts_with(b"..") {
            self.cursor.position += 2;
            "..."
        } else {
            "."
        };
        Ok(self.fixed(spelling))
    }

    fn fixed(&self, spelling: &str) -> Token {
        self.token(TokenKind::Fixed(Fixed::of(spelling).expect("the spelling is in the table")))
    }

    /// A token from `token_start` to the cursor.
    fn token(&self, kind: TokenKind) -> Token {
        self.token_until(kind, self.cursor.position)
    }

    /// A token from `token_start` to `end` (`_PyLexer_token_setup`).
    fn token_until(&self, kind: TokenKind, end: usize) -> Token {
        let start = self.cursor.token_start.unwrap_or(end);
        let is_literal =
            matches!(kind, TokenKind::String | TokenKind::Start(_) | TokenKind::Middle(_) | TokenKind::End(_));
        let (line, line_start) = if is_literal {
            (self.literal_line, self.literal_line_start)
        } else {
            (self.cursor.line, self.cursor.line_start)
        };
        let column = |offset: usize, line_start: usize| offset.checked_sub(line_start).map_or(-1, to_column);
        let place = Place {
            line,
            column: column(start, line_start),
            end_line: self.cursor.line,
            end_column: column(end, self.cursor.line_start),
        };
        Token { kind, start, end, place, level: self.brackets.len() }
    }

    fn placeless(&self, kind: TokenKind) -> Token {
        let line = self.cursor.line;
        let place = Place { line, column: -1, end_line: line, end_column: -1 };
        let position = self.cursor.position;
        Token { kind, start: position, end: position, place, level: self.brackets.len() }
    }

    /// An error at the character before the cursor (`_PyTokenizer_syntaxerror`).
    fn error(&self, message: impl Into<String>) -> Failure {
        let line_start = self.cursor.line_start;
        let before = &self.cursor.text()[line_start..self.cursor.position];
        let mut column = before.len();
        // To the start of the character, not of its last byte.
        while column > 0 {
            column -= 1;
            if !(0x80..0xC0).contains(&before[column]) {
                break;
            }
        }
        self.error_between(to_column(column), to_column(column), message)
    }

    /// An error from a column to a column of the current line.
    fn error_between(&self, column: i32, end_column: i32, message: impl Into<String>) -> Failure {
        let line = self.cursor.line;
        let place = Place { line, column, end_line: line, end_column };
        Failure::Raised(Box::new(Fault { exception: Exception::SyntaxError, message: message.into(), place }))
    }
}

fn to_column(offset: usize) -> i32 {
    i32::try_from(offset).unwrap_or(i32::MAX)
}
