//! `co_linetable` → locations of ranges of code units (`codeobject.c: advance_with_locations`).

use super::MalformedTable;
use pyclast_syntax::Location;

/// The location of a range of code units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LocationEntry {
    /// The first code unit.
    pub start: u32,
    /// One past the last code unit.
    pub end: u32,
    /// The kind of the entry: 0..=9 short, 10..=12 one line, 13 no columns, 14 long, 15 none.
    pub kind: u8,
    /// The location; [`Location::NONE`] for kind 15.
    pub location: Location,
}

/// The entries of a location table.
pub fn location_entries(
    table: &[u8],
    first_line: i32,
) -> impl Iterator<Item = Result<LocationEntry, MalformedTable>> + '_ {
    let mut reader = Reader { table, position: 0, line: first_line, unit: 0 };
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
    line: i32,
    unit: u32,
}

impl Reader<'_> {
    fn entry(&mut self) -> Option<LocationEntry> {
        let first = self.byte()?;
        if first & 0x80 == 0 {
            return None;
        }
        let kind = first >> 3 & 0x0F;
        let start = self.unit;
        self.unit = start.checked_add(u32::from(first & 7) + 1)?;
        let location = match kind {
            0..=9 => {
                let second = self.data_byte()?;
                let column = i32::from(kind) << 3 | i32::from(second >> 4);
                Location::new(self.line, self.line, column, column + i32::from(second & 15))
            }
            10..=12 => {
                self.line = self.line.checked_add(i32::from(kind) - 10)?;
                let [column, end_column] = [self.data_byte()?, self.data_byte()?];
                Location::new(self.line, self.line, i32::from(column), i32::from(end_column))
            }
            13 => {
                self.line = self.line.checked_add(self.signed()?)?;
                Location::new(self.line, self.line, -1, -1)
            }
            14 => {
                self.line = self.line.checked_add(self.signed()?)?;
                let end_line = self.line.checked_add(i32::try_from(self.unsigned()?).ok()?)?;
                let column = i32::try_from(self.unsigned()?).ok()? - 1;
                let end_column = i32::try_from(self.unsigned()?).ok()? - 1;
                Location::new(self.line, end_line, column, end_column)
            }
            _ => Location::NONE,
        };
        Some(LocationEntry { start, end: self.unit, kind, location })
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.table.get(self.position)?;
        self.position += 1;
        Some(byte)
    }

    /// A byte inside an entry: bit 7 marks the first one only.
    fn data_byte(&mut self) -> Option<u8> {
        let byte = *self.table.get(self.position).filter(|&&byte| byte & 0x80 == 0)?;
        self.position += 1;
        Some(byte)
    }

    fn unsigned(&mut self) -> Option<u32> {
        let mut value = 0_u64;
        for shift in (0..36).step_by(6) {
            let byte = self.data_byte()?;
            value |= u64::from(byte & 0x3F) << shift;
            if byte & 0x40 == 0 {
                return u32::try_from(value).ok();
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i32> {
        let value = self.unsigned()?;
        let magnitude = i32::try_from(value >> 1).ok()?;
        Some(if value & 1 == 0 { magnitude } else { -magnitude })
    }
}
