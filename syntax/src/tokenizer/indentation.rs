//! Indentation by CPython's rule: tabs to columns of 8, and the same with tabs of 1 must agree.
//!
//! ```text
//! if x:
//!         a       column 8, alternative column 8
//! →   b           column 8, alternative column 1: TabError
//! ```
//!
//! `lexer.c: tok_get_normal_mode`, the part under `tok->atbol`.
//!
//! Invariant: lines come in order, each once, blank lines and comments left out.

use super::TokenError;
use crate::{Diagnostic, Exception, Span};

const TAB_SIZE: u32 = 8;

/// `MAXINDENT`, the outermost level included.
const MAX_LEVELS: usize = 100;

/// The columns of a line's first token.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Column {
    /// With tabs to multiples of 8.
    column: u32,
    /// With tabs as wide as spaces.
    alternative: u32,
}

/// The indented blocks around a line.
#[derive(Clone, Debug, Default)]
pub(super) struct Indentation {
    /// Without the outermost, which is at column 0.
    levels: Vec<Column>,
}

impl Indentation {
    /// Takes the logical line whose first token starts at `start`.
    pub(super) fn line(&mut self, text: &str, start: u32) -> Result<(), Box<TokenError>> {
        let bytes = &text.as_bytes()[..start as usize];
        let indentation = indentation_start(bytes);
        if indentation > 0 && bytes[indentation - 1] != b'\n' {
            // The line starts with something that is no token; the parser reports it.
            return Ok(());
        }
        let column = measure(&bytes[indentation..]);
        let current = self.levels.last().copied().unwrap_or_default();
        if column.column > current.column {
            if self.levels.len() + 2 > MAX_LEVELS {
                let message = "too many levels of indentation";
                return Err(at_line(bytes, Exception::IndentationError, message));
            }
            if column.alternative <= current.alternative {
                return Err(tab_error(bytes));
            }
            self.levels.push(column);
            return Ok(());
        }
        while self.levels.last().is_some_and(|level| column.column < level.column) {
            self.levels.pop();
        }
        let block = self.levels.last().copied().unwrap_or_default();
        if column.column != block.column {
            return Err(dedent_error(text, start));
        }
        if column.alternative != block.alternative {
            return Err(tab_error(bytes));
        }
        Ok(())
    }
}

/// Where the space before the end of `bytes` starts; lines of nothing but a backslash belong to it.
fn indentation_start(bytes: &[u8]) -> usize {
    let space_start = |end: usize| {
        let last = bytes[..end].iter().rposition(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c'));
        last.map_or(0, |last| last + 1)
    };
    let mut start = space_start(bytes.len());
    while let Some(joined) = bytes[..start].strip_suffix(b"\\\n") {
        let before = space_start(joined.len());
        if before > 0 && bytes[before - 1] != b'\n' {
            // The backslash ends a comment.
            break;
        }
        start = before;
    }
    start
}

fn measure(indentation: &[u8]) -> Column {
    let mut column = Column::default();
    let mut before_backslash = 0;
    for byte in indentation {
        match byte {
            b' ' => {
                column.column += 1;
                column.alternative += 1;
            }
            b'\t' => {
                column.column = (column.column / TAB_SIZE + 1) * TAB_SIZE;
                column.alternative += 1;
            }
            b'\x0c' => column = Column::default(),
            b'\\' if before_backslash == 0 => before_backslash = column.column,
            _ => {}
        }
    }
    if before_backslash != 0 {
        return Column { column: before_backslash, alternative: before_backslash };
    }
    column
}

/// An error at the start of the line that `bytes` ends in.
fn at_line(bytes: &[u8], exception: Exception, message: &str) -> Box<TokenError> {
    let start = line_start(bytes);
    Box::new(TokenError::reported(start, Diagnostic::error(exception, Span::new(start, start), message)))
}

fn tab_error(bytes: &[u8]) -> Box<TokenError> {
    at_line(bytes, Exception::TabError, "inconsistent use of tabs and spaces in indentation")
}

/// CPython reports this one at the end of the line.
fn dedent_error(text: &str, start: u32) -> Box<TokenError> {
    let (before, rest) = text.as_bytes().split_at(start as usize);
    let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let end = start + u32::try_from(length).unwrap_or_default();
    let message = "unindent does not match any outer indentation level";
    let diagnostic = Diagnostic::error(Exception::IndentationError, Span::new(end, end), message);
    Box::new(TokenError::reported(line_start(before), diagnostic))
}

fn line_start(bytes: &[u8]) -> u32 {
    let start = memchr::memrchr(b'\n', bytes).map_or(0, |newline| newline + 1);
    u32::try_from(start).unwrap_or_default()
}
