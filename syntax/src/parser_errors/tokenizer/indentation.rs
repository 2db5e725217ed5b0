//! The white space at the start of a line → indents and dedents.
//!
//! ```text
//! "if x:\n  y\nz"   →   … Indent y Newline Dedent z
//! ```
//!
//! Columns are counted twice, with tabs of 8 and of 1: lines that compare differently are an error.
//!
//! Invariant: `levels` is never empty and grows strictly.

use super::{Failure, TokenKind, Tokenizer};

/// `MAXINDENT`.
const MAX_LEVELS: usize = 100;
const TAB_SIZE: usize = 8;

/// An open block's column with tabs of 8 and with tabs of 1.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Level {
    column: usize,
    alternative: usize,
}

/// The open blocks.
#[derive(Debug)]
pub(super) struct Indentation {
    levels: Vec<Level>,
    /// Indents (positive) or dedents (negative) not yet given out.
    pending: isize,
}

impl Default for Indentation {
    fn default() -> Self {
        Self { levels: vec![Level::default()], pending: 0 }
    }
}

impl Indentation {
    /// One indent or dedent that is due.
    pub(super) fn take_pending(&mut self) -> Option<TokenKind> {
        match self.pending {
            0 => None,
            1.. => {
                self.pending -= 1;
                Some(TokenKind::Indent)
            }
            _ => {
                self.pending += 1;
                Some(TokenKind::Dedent)
            }
        }
    }

    fn innermost(&self) -> Level {
        self.levels.last().copied().unwrap_or_default()
    }

    fn enter(&mut self, level: Level) -> Result<(), Failure> {
        if level.column > self.innermost().column {
            if self.levels.len() >= MAX_LEVELS {
                return Err(Failure::TooDeep);
            }
            if level.alternative <= self.innermost().alternative {
                return Err(Failure::TabSpace);
            }
            self.pending += 1;
            self.levels.push(level);
            return Ok(());
        }
        while self.levels.len() > 1 && level.column < self.innermost().column {
            self.pending -= 1;
            self.levels.pop();
        }
        if level.column != self.innermost().column {
            return Err(Failure::Dedent);
        }
        if level.alternative != self.innermost().alternative {
            return Err(Failure::TabSpace);
        }
        Ok(())
    }
}

impl Tokenizer<'_> {
    /// Reads the white space at the start of a line; says whether the line is blank.
    pub(super) fn read_indentation(&mut self) -> Result<bool, Failure> {
        let mut level = Level::default();
        // The column before the first backslash counts for the whole continued line.
        let mut continued = 0;
        let first = loop {
            match self.cursor.next() {
                Some(b' ') => {
                    level.column += 1;
                    level.alternative += 1;
                }
                Some(b'\t') => {
                    level.column = (level.column / TAB_SIZE + 1) * TAB_SIZE;
                    level.alternative += 1;
                }
                Some(0x0C) => level = Level::default(),
                Some(b'\\') => {
                    if continued == 0 {
                        continued = level.column;
                    }
                    self.continuation_line()?;
                }
                other => break other,
            }
        };
        self.cursor.back(first);
        if matches!(first, Some(b'#' | b'\n')) {
            return Ok(true);
        }
        if self.brackets.is_empty() {
            if continued != 0 {
                level = Level { column: continued, alternative: continued };
            }
            if let Err(failure) = self.indentation.enter(level) {
                self.cursor.skip_line();
                return Err(failure);
            }
        }
        Ok(false)
    }
}
