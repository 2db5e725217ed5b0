//! Where CPython says an error is.
//!
//! ```text
//! { range a b "…" }   →   from the start of a to the end of b
//! { last "…" }        →   at the token read last, which may be far behind the rule
//! ```
//!
//! Follows `pegen_errors.c` and the `RAISE_…` macros of `pegen.h`.
//!
//! Invariant: columns are bytes from 0; −1 stands for an end that CPython leaves out.

use super::grammar::{Kind, Message, MessagePart, Raise, Selector, Step};
use super::place::{Fault, Place};
use super::recogniser::{Recogniser, Slots, Stopped};
use super::tokenizer::{Failure, Token, TokenKind};
use super::value::Value;
use crate::Exception;

impl Recogniser<'_> {
    /// Carries out an error action.
    pub(super) fn raise(&mut self, raise: &Raise, values: &Slots) -> Stopped {
        let (exception, place, message) = match raise {
            Raise::Known(value, message) => (Exception::SyntaxError, self.selected(value, values), message),
            Raise::Range(first, last, message) => {
                let place = self.selected(first, values).to(self.selected(last, values));
                (Exception::SyntaxError, place, message)
            }
            Raise::From(value, message) => {
                let place = self.selected(value, values);
                let end_column = self.tokenizer.column() - 1;
                let place = Place { end_line: self.tokenizer.line(), end_column, ..place };
                (Exception::SyntaxError, place, message)
            }
            Raise::Last(message) => (Exception::SyntaxError, self.last_place(), message),
            Raise::Next(message) => match self.peek() {
                Ok(token) => (Exception::SyntaxError, self.raised_at(&token), message),
                Err(stopped) => return stopped,
            },
            Raise::Indentation(message) => (Exception::IndentationError, self.last_place(), message),
        };
        let message = self.message(message, values);
        self.stop(Fault { exception, message, place })
    }

    /// The text of a message.
    pub(super) fn message(&self, message: &Message, values: &Slots) -> String {
        let mut text = String::new();
        for part in message {
            match part {
                MessagePart::Literal(literal) => text.push_str(literal),
                MessagePart::Name(slot) => text.push_str(self.kind(values[*slot]).description()),
                MessagePart::Text(slot) => text.push_str(self.text_of(values[*slot])),
                MessagePart::Line(slot) => text.push_str(&self.place(values[*slot]).line.to_string()),
            }
        }
        text
    }

    fn selected(&self, selector: &Selector, values: &Slots) -> Place {
        let mut value = values[selector.slot];
        for step in &selector.steps {
            let parts = self.arena.parts(value);
            let part = if *step == Step::First { parts.first() } else { parts.last() };
            value = part.copied().unwrap_or(value);
        }
        self.place(value)
    }

    /// What kind of expression a value is.
    pub(super) fn kind(&self, value: Value) -> Kind {
        match value {
            Value::Token(token) => match self.tokens[token as usize].kind {
                TokenKind::Name => Kind::Name,
                TokenKind::Number | TokenKind::String => Kind::Literal,
                _ => Kind::Other,
            },
            _ => self.arena.get(value).map_or(Kind::Other, |node| node.kind),
        }
    }

    /// Where a value is.
    pub(super) fn place(&self, value: Value) -> Place {
        match value {
            Value::Token(token) => self.tokens[token as usize].place,
            Value::Node(_) => self.arena.get(value).map_or(Place::START, |node| node.place),
            Value::List(_) => match self.arena.parts(value) {
                [first, .., last] => self.place(*first).to(self.place(*last)),
                [only] => self.place(*only),
                [] => Place::START,
            },
            Value::Absent | Value::Dummy => Place::START,
        }
    }

    /// The text of a token.
    pub(super) fn text_of(&self, value: Value) -> &str {
        match value {
            Value::Token(token) => {
                let token = self.tokens[token as usize];
                &self.text[token.start..token.end]
            }
            _ => "",
        }
    }

    /// From a token to the last token read that is no white space (`EXTRA`).
    pub(super) fn place_since(&self, start: usize) -> Place {
        let is_space = |token: &Token| {
            matches!(token.kind, TokenKind::EndMarker | TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent)
        };
        let last = self.tokens[..self.mark].iter().rev().find(|token| !is_space(token));
        match (self.tokens.get(start), last) {
            (Some(first), Some(last)) => first.place.to(last.place),
            _ => Place::START,
        }
    }

    /// The place of an error at the token read last.
    pub(super) fn last_place(&self) -> Place {
        self.tokens.last().map_or(Place::START, |token| self.raised_at(token))
    }

    /// The place of an error at a token; at the cursor if the token has none (`_PyPegen_raise_error`).
    fn raised_at(&self, token: &Token) -> Place {
        match token.place.column {
            -1 => Place { column: self.tokenizer.column() - 1, ..token.place },
            _ => token.place,
        }
    }

    /// The error for what stopped the tokenizer (`_Pypegen_tokenizer_error`).
    pub(super) fn tokenizer_fault(&self, failure: Failure) -> Fault {
        let at_column = |column: i32| {
            let line = self.tokenizer.line();
            Place { line, column, end_line: line, end_column: -1 }
        };
        match failure {
            Failure::Raised(fault) => *fault,
            Failure::EndOfText => match self.unclosed_bracket() {
                Some(fault) => fault,
                None => Fault::syntax(self.last_place(), "unexpected EOF while parsing"),
            },
            Failure::Dedent => Fault {
                exception: Exception::IndentationError,
                message: "unindent does not match any outer indentation level".to_owned(),
                place: self.last_place(),
            },
            Failure::TabSpace => Fault {
                exception: Exception::TabError,
                message: "inconsistent use of tabs and spaces in indentation".to_owned(),
                place: at_column(0),
            },
            Failure::TooDeep => Fault {
                exception: Exception::IndentationError,
                message: "too many levels of indentation".to_owned(),
                place: at_column(0),
            },
            Failure::LineContinuation(column) => {
                Fault::syntax(at_column(column), "unexpected character after line continuation character")
            }
        }
    }

    /// `raise_unclosed_parentheses_error`
    pub(super) fn unclosed_bracket(&self) -> Option<Fault> {
        let (character, line, column) = self.tokenizer.open_bracket()?;
        let place = Place { line, column, end_line: line, end_column: -1 };
        Some(Fault::syntax(place, format!("'{character}' was never closed")))
    }

    /// `_Pypegen_stack_overflow`
    pub(super) fn too_deep(&self) -> Fault {
        Fault {
            exception: Exception::MemoryError,
            message: "Parser stack overflowed - Python source too complex to parse".to_owned(),
            place: self.last_place(),
        }
    }
}
