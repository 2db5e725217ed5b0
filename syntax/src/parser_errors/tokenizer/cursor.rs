//! The characters of the text, one at a time, with the line they are on.
//!
//! Follows `tok_nextc` and `tok_backup` of CPython's `lexer.c`: reading past the end of a line begins
//! the next one, and stepping back does not undo that.
//!
//! Invariant: the text ends with a newline; `line_start <= position <= line_end` except after an error
//! that moved the cursor back.

/// A place in the text.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    text: &'a [u8],
    /// The next byte.
    pub(super) position: usize,
    /// Where the current line starts.
    pub(super) line_start: usize,
    /// One past the newline of the current line.
    pub(super) line_end: usize,
    /// The current line, from 1; 0 before the first.
    pub(super) line: i32,
    /// Where the token being read starts.
    pub(super) token_start: Option<usize>,
    /// Where the line that began the current token starts (`tok->buf`).
    pub(super) buffer_start: usize,
    /// Whether the end was met.
    pub(super) at_end: bool,
}

impl<'a> Cursor<'a> {
    /// Before the first character.
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            position: 0,
            line_start: 0,
            line_end: 0,
            line: 0,
            token_start: None,
            buffer_start: 0,
            at_end: false,
        }
    }

    /// The text.
    pub(super) fn text(&self) -> &'a [u8] {
        self.text
    }

    /// Reads a byte; none at the end of the text.
    pub(super) fn next(&mut self) -> Option<u8> {
        if self.position == self.line_end && !self.begin_line() {
            return None;
        }
        let byte = self.text[self.position];
        self.position += 1;
        Some(byte)
    }

    /// Steps back over a byte that was read.
    pub(super) fn back(&mut self, byte: Option<u8>) {
        if byte.is_some() {
            self.position -= 1;
        }
    }

    /// The next byte, not read; a new line begins if need be.
    pub(super) fn peek(&mut self) -> Option<u8> {
        let byte = self.next();
        self.back(byte);
        byte
    }

    /// Reads bytes while `wanted` holds; gives the first other one, read too.
    pub(super) fn skip(&mut self, wanted: impl Fn(u8) -> bool) -> Option<u8> {
        loop {
            match self.next() {
                Some(byte) if wanted(byte) => {}
                other => return other,
            }
        }
    }

    /// Leaves the rest of the line.
    pub(super) fn skip_line(&mut self) {
        self.position = self.line_end;
    }

    fn begin_line(&mut self) -> bool {
        if self.at_end {
            return false;
        }
        let Some(length) = memchr::memchr(b'\n', &self.text[self.line_end..]) else {
            self.at_end = true;
            return false;
        };
        if self.token_start.is_none() {
            self.buffer_start = self.position;
        }
        self.line_start = self.position;
        self.line += 1;
        self.line_end += length + 1;
        true
    }
}
