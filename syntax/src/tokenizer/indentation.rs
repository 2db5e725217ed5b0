//! Indentation by CPython's rule: tabs to columns of 8, and the same with tabs of 1 must agree.
//!
//! ```text
//! if x:
//!         a       column 8, alternative column 8
//! →   b           column 8, alternative column 1: suspicious
//! ```
//!
//! `lexer.c: tok_get_normal_mode`, the part under `tok->atbol`.
//!
//! Invariant: lines come in order, each once, blank lines and comments left out.

use super::Suspicious;

const TAB_SIZE: u32 = 8;

/// `MAXINDENT`, the outermost level included.
pub(super) const MAX_LEVELS: usize = 100;

/// Whether some line may be indented by more than spaces. By spaces alone the parser compares as CPython
/// does.
pub(super) fn may_indent_oddly(text: &str) -> bool {
    let bytes = text.as_bytes();
    let follows_space_only = |end: usize| {
        let before = bytes[..end].iter().rposition(|&byte| byte != b' ');
        before.is_none_or(|before| bytes[before] == b'\n')
    };
    memchr::memchr2(b'\t', b'\x0c', bytes).is_some()
        || memchr::memmem::find_iter(bytes, b"\\\n").any(follows_space_only)
}

/// The columns of a line's first token.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Column {
    /// With tabs to multiples of 8.
    column: u32,
    /// With tabs as wide as spaces.
    alternative: u32,
}

impl Column {
    /// Whether the line that `bytes` ends in is this many spaces, and nothing else: most lines are.
    fn is_all_before(self, bytes: &[u8]) -> bool {
        const SPACES: [u8; 32] = [b' '; 32];
        let width = self.column as usize;
        self.alternative == self.column
            && SPACES.get(..width).and_then(|spaces| bytes.strip_suffix(spaces)).is_some_and(|before| match before {
                [.., b'\\', b'\n'] => false,
                [.., b'\n'] | [] => true,
                _ => false,
            })
    }
}

/// The indented blocks around a line.
#[derive(Clone, Debug, Default)]
pub(super) struct Indentation {
    /// Without the outermost, which is at column 0.
    levels: Vec<Column>,
}

impl Indentation {
    /// Takes the logical line whose first token starts at `start`.
    pub(super) fn line(&mut self, text: &str, start: u32) -> Result<(), Suspicious> {
        let bytes = &text.as_bytes()[..start as usize];
        let current = self.levels.last().copied().unwrap_or_default();
        if current.is_all_before(bytes) {
            return Ok(());
        }
        let indentation = indentation_start(bytes);
        if indentation > 0 && bytes[indentation - 1] != b'\n' {
            return Err(Suspicious);
        }
        let column = measure(&bytes[indentation..]);
        if column.column > current.column {
            self.levels.push(column);
            return if column.alternative > current.alternative { Ok(()) } else { Err(Suspicious) };
        }
        while self.levels.last().is_some_and(|level| column.column < level.column) {
            self.levels.pop();
        }
        let block = self.levels.last().copied().unwrap_or_default();
        if column == block { Ok(()) } else { Err(Suspicious) }
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
