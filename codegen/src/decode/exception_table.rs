//! `co_exceptiontable` → handlers of ranges of code units (`dis.py: _parse_exception_table`).

use super::MalformedTable;

/// Where exceptions of a range of code units go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExceptionEntry {
    /// The first code unit.
    pub start: u32,
    /// One past the last code unit.
    pub end: u32,
    /// The first code unit of the handler.
    pub target: u32,
    /// The stack is unwound to this depth before anything is pushed.
    pub depth: u32,
    /// Push the offset of the raising instruction.
    pub lasti: bool,
}

/// The entries of an exception table.
pub fn exception_entries(table: &[u8]) -> impl Iterator<Item = Result<ExceptionEntry, MalformedTable>> + '_ {
    let mut reader = Reader { table, position: 0 };
    let mut failed = false;
    std::iter::from_fn(move || {
        if failed || reader.position >= table.len() {
            return None;
        }
        let entry = reader.entry().ok_or(MalformedTable { position: reader.position });
        failed = entry.is_err();
        Some(entry)
    })
}

struct Reader<'table> {
    table: &'table [u8],
    position: usize,
}

impl Reader<'_> {
    fn entry(&mut self) -> Option<ExceptionEntry> {
        self.table.get(self.position).filter(|&&byte| byte & 0x80 != 0)?;
        let start = self.number(0x80)?;
        let end = start.checked_add(self.number(0)?)?;
        let target = self.number(0)?;
        let depth_and_lasti = self.number(0)?;
        Some(ExceptionEntry { start, end, target, depth: depth_and_lasti >> 1, lasti: depth_and_lasti & 1 != 0 })
    }

    /// A number whose first byte has the given bit 7.
    fn number(&mut self, mark: u8) -> Option<u32> {
        let mut mark = mark;
        let mut value = 0_u32;
        for _ in 0..5 {
            let byte = *self.table.get(self.position).filter(|&&byte| byte & 0x80 == mark)?;
            self.position += 1;
            mark = 0;
            value = value << 6 | u32::from(byte & 0x3F);
            if byte & 0x40 == 0 {
                return Some(value);
            }
        }
        None
    }
}
