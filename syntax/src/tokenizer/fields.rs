//! Fields of f-strings and t-strings: which text is a format specification, and how they nest.
//!
//! ```text
//! f"{x:{y:{z:{w}}}}"      suspicious: at most three fields inside each other
//! ```
//!
//! Invariant: outside of f-strings nothing is kept.

use super::Suspicious;

/// `MAXFSTRINGLEVEL`, the text around the outermost included.
const MAX_STRINGS: usize = 150;
/// `MAX_EXPR_NESTING`: fields of one f-string inside each other.
const MAX_FIELDS: usize = 3;

/// What is open in an f-string.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Frame {
    /// The literal text of a string.
    Text,
    /// The expression of a field.
    Field,
    /// The format specification of a field.
    Spec,
    /// A bracket in the expression.
    Bracket,
}

/// What is open, outermost first; empty outside of f-strings.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    frames: Vec<Frame>,
    strings: usize,
}

impl Fields {
    /// Whether text that comes next belongs to a format specification.
    pub(super) fn in_format_spec(&self) -> bool {
        self.frames.last() == Some(&Frame::Spec)
    }

    /// Whether no f-string is open.
    pub(super) fn is_outside(&self) -> bool {
        self.frames.is_empty()
    }

    /// Takes an opening bracket.
    #[inline]
    pub(super) fn open(&mut self) -> Result<(), Suspicious> {
        match self.frames.last() {
            None => Ok(()),
            Some(Frame::Field | Frame::Bracket) => {
                self.frames.push(Frame::Bracket);
                Ok(())
            }
            Some(Frame::Text | Frame::Spec) => {
                let around = self.frames.iter().rev().take_while(|&&frame| frame != Frame::Text);
                let around = around.filter(|&&frame| frame == Frame::Spec).count();
                self.frames.push(Frame::Field);
                if around < MAX_FIELDS { Ok(()) } else { Err(Suspicious) }
            }
        }
    }

    /// Takes a closing bracket.
    #[inline]
    pub(super) fn close(&mut self) {
        if self.frames.last().is_some_and(|&frame| frame != Frame::Text) {
            self.frames.pop();
        }
    }

    /// Takes a colon.
    #[inline]
    pub(super) fn colon(&mut self) {
        if let Some(frame @ Frame::Field) = self.frames.last_mut() {
            *frame = Frame::Spec;
        }
    }

    /// Takes the start of an f-string.
    pub(super) fn open_string(&mut self) -> Result<(), Suspicious> {
        self.strings += 1;
        self.frames.push(Frame::Text);
        if self.strings < MAX_STRINGS { Ok(()) } else { Err(Suspicious) }
    }

    /// Takes the end of an f-string. A field may be unfinished in it.
    pub(super) fn close_string(&mut self) {
        if let Some(text) = self.frames.iter().rposition(|&frame| frame == Frame::Text) {
            self.frames.truncate(text);
            self.strings -= 1;
        }
    }
}
