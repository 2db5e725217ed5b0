//! Encodings that switch character sets by escape sequences → text (`_codecs_iso2022.c`, `_codecs_cn.c: hz`).
//!
//! ```text
//! iso2022_jp   1B 24 42 · 30 21 · 1B 28 42   →   亜
//! hz           ~{ · 30 21 · ~}               →   啊
//! ```
//!
//! The sets of two bytes a character are those of the EUC codecs with the high bits off.
//!
//! Invariant: what is refused is refused in CPython's words.

use super::multibyte::MultibyteTable;
use super::tables::{MULTIBYTE, SINGLE_BYTE};
use super::{DecodeError, find};

const ESCAPE: u8 = 0x1B;
const SHIFT_OUT: u8 = 0x0E;
const SHIFT_IN: u8 = 0x0F;

/// A set of characters that an escape sequence can choose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Charset {
    Ascii,
    Jisx0201Roman,
    Jisx0201Katakana,
    Jisx0208,
    Jisx0212,
    Ksx1001,
    Gb2312,
    Iso8859(&'static str),
}

impl Charset {
    /// Bytes of a character.
    const fn width(self) -> usize {
        match self {
            Self::Jisx0208 | Self::Jisx0212 | Self::Ksx1001 | Self::Gb2312 => 2,
            _ => 1,
        }
    }

    /// Appends the character of a code of seven bits a byte, if there is one.
    fn read(self, code: &[u8], text: &mut String) -> bool {
        let character = match (self, code) {
            (Self::Ascii, &[byte]) => char::from(byte),
            (Self::Jisx0201Roman, b"\\") => '\u{A5}',
            (Self::Jisx0201Roman, b"~") => '\u{203E}',
            (Self::Jisx0201Roman, &[byte]) => char::from(byte),
            (Self::Jisx0201Katakana, &[byte @ 0x21..0x60]) => {
                char::from_u32(0xFF40 + u32::from(byte)).expect("half-width katakana are characters")
            }
            (Self::Iso8859(name), &[byte]) => {
                let table = find(SINGLE_BYTE, name).expect("the table is there");
                match table.chars().nth(usize::from(byte)) {
                    Some(character) if character != '\u{FFFE}' => character,
                    _ => return false,
                }
            }
            (Self::Jisx0208, &[first, second]) => return read_two("euc_jp", &[], first, second, text),
            (Self::Jisx0212, &[first, second]) => return read_two("euc_jp", &[0x8F], first, second, text),
            (Self::Ksx1001, &[first, second]) => return read_two("euc_kr", &[], first, second, text),
            (Self::Gb2312, &[first, second]) => return read_two("gb2312", &[], first, second, text),
            _ => return false,
        };
        text.push(character);
        true
    }
}

/// Appends the character of two bytes with the high bits off.
fn read_two(name: &str, prefix: &[u8], first: u8, second: u8, text: &mut String) -> bool {
    if !(0x21..0x7F).contains(&first) || !(0x21..0x7F).contains(&second) {
        return false;
    }
    let table: &MultibyteTable = MULTIBYTE.iter().find(|table| table.name == name).expect("the table is there");
    table.read_one(&[prefix, &[first | 0x80, second | 0x80]].concat(), text)
}

/// Appends the character of two bytes in KS X 1001.
pub(super) fn read_ksx1001(first: u8, second: u8, text: &mut String) -> bool {
    // What starts a syllable spelled in four characters is a character of its own.
    if (first, second) == (0x24, 0x54) {
        text.push('\u{3164}');
        return true;
    }
    Charset::Ksx1001.read(&[first, second], text)
}

/// An encoding of the ISO 2022 kind.
#[derive(Debug)]
pub(super) struct Iso2022 {
    pub(super) name: &'static str,
    /// Sets by the escape sequence's letter: of one byte, and of two.
    single: &'static [(u8, Charset)],
    double: &'static [(u8, Charset)],
    /// `SO` and `SI` shift to the second set and back.
    has_shifts: bool,
    /// `ESC N` takes one character of the third set.
    has_third_set: bool,
}

const ROMAN: (u8, Charset) = (b'J', Charset::Jisx0201Roman);
const JISX0208: (u8, Charset) = (b'B', Charset::Jisx0208);
const JISX0208_1978: (u8, Charset) = (b'@', Charset::Jisx0208);
const JISX0212: (u8, Charset) = (b'D', Charset::Jisx0212);
const KSX1001: (u8, Charset) = (b'C', Charset::Ksx1001);

/// The encodings of the kind.
pub(super) const ISO2022: &[Iso2022] = &[
    Iso2022 {
        name: "iso2022_jp",
        single: &[ROMAN],
        double: &[JISX0208, JISX0208_1978],
        has_shifts: false,
        has_third_set: false,
    },
    Iso2022 {
        name: "iso2022_jp_1",
        single: &[ROMAN],
        double: &[JISX0208, JISX0208_1978, JISX0212],
        has_shifts: false,
        has_third_set: false,
    },
    Iso2022 {
        name: "iso2022_jp_2",
        single: &[ROMAN, (b'A', Charset::Iso8859("iso8859_1")), (b'F', Charset::Iso8859("iso8859_7"))],
        double: &[JISX0208, JISX0208_1978, JISX0212, KSX1001, (b'A', Charset::Gb2312)],
        has_shifts: false,
        has_third_set: true,
    },
    Iso2022 {
        name: "iso2022_jp_ext",
        single: &[ROMAN, (b'I', Charset::Jisx0201Katakana)],
        double: &[JISX0208, JISX0208_1978, JISX0212],
        has_shifts: false,
        has_third_set: false,
    },
    Iso2022 { name: "iso2022_kr", single: &[], double: &[KSX1001], has_shifts: true, has_third_set: false },
];

/// What an ISO 2022 text has chosen so far.
struct State {
    sets: [Charset; 3],
    shifted: bool,
    /// In an escape sequence that is none of ISO 2022: it is taken as it is.
    through_escape: bool,
}

/// Refused bytes: how many, and whether more would have helped.
enum Fault {
    Illegal(usize),
    Incomplete,
}

impl Iso2022 {
    pub(super) fn decode(&self, bytes: &[u8]) -> Result<String, DecodeError> {
        let mut text = String::with_capacity(bytes.len());
        let mut state = State { sets: [Charset::Ascii; 3], shifted: false, through_escape: false };
        let mut position = 0;
        while position < bytes.len() {
            match self.step(&bytes[position..], &mut state, &mut text) {
                Ok(length) => position += length,
                Err(fault) => return Err(fault.at(self.name, bytes, position)),
            }
        }
        Ok(text)
    }

    /// Reads one character or escape sequence; its length.
    fn step(&self, bytes: &[u8], state: &mut State, text: &mut String) -> Result<usize, Fault> {
        let first = bytes[0];
        if state.through_escape {
            text.push(char::from(first));
            state.through_escape = !ends_escape(first);
            return Ok(1);
        }
        match first {
            ESCAPE => self.escape(bytes, state, text),
            SHIFT_IN | SHIFT_OUT if self.has_shifts => {
                state.shifted = first == SHIFT_OUT;
                Ok(1)
            }
            b'\n' => {
                state.shifted = false;
                text.push('\n');
                Ok(1)
            }
            0x20..0x80 => {
                let set = state.sets[usize::from(state.shifted)];
                let code = bytes.get(..set.width()).ok_or(Fault::Incomplete)?;
                if set.read(code, text) { Ok(code.len()) } else { Err(Fault::Illegal(code.len())) }
            }
            0..0x20 => {
                text.push(char::from(first));
                Ok(1)
            }
            0x80.. => Err(Fault::Illegal(1)),
        }
    }

    /// `iso2022processesc`, `iso2022processg2`
    fn escape(&self, bytes: &[u8], state: &mut State, text: &mut String) -> Result<usize, Fault> {
        match bytes.get(1).ok_or(Fault::Incomplete)? {
            b'(' | b')' | b'$' | b'.' | b'&' => self.designate(bytes, state),
            b'N' if self.has_third_set => {
                let code = *bytes.get(2).ok_or(Fault::Incomplete)?;
                let set = state.sets[2];
                let read = match set {
                    Charset::Iso8859(_) if code < 0x80 => set.read(&[code | 0x80], text),
                    _ => false,
                };
                if read { Ok(3) } else { Err(Fault::Illegal(3)) }
            }
            _ => {
                text.push(char::from(ESCAPE));
                state.through_escape = true;
                Ok(1)
            }
        }
    }

    /// Chooses a set; the length of the escape sequence.
    fn designate(&self, bytes: &[u8], state: &mut State) -> Result<usize, Fault> {
        let length = self.escape_length(bytes)?;
        let (place, charset) = match &bytes[1..length] {
            [b'$', letter] => (0, find_charset(self.double, *letter)),
            [b'$', b'(', letter] => (0, find_charset(self.double, *letter)),
            [b'$', b')', letter] => (1, find_charset(self.double, *letter)),
            [b'(', letter] => (0, self.single(*letter)),
            [b')', letter] => (1, self.single(*letter)),
            [b'.', letter] if self.has_third_set => (2, self.single(*letter)),
            b"&@\x1B$B" if !self.has_shifts => (0, Some(Charset::Jisx0208)),
            _ => return Err(Fault::Illegal(length)),
        };
        state.sets[place] = charset.ok_or(Fault::Illegal(length))?;
        Ok(length)
    }

    fn single(&self, letter: u8) -> Option<Charset> {
        if letter == b'B' { Some(Charset::Ascii) } else { find_charset(self.single, letter) }
    }

    /// How long the escape sequence at the start of `bytes` is.
    fn escape_length(&self, bytes: &[u8]) -> Result<usize, Fault> {
        let mut index = 1;
        while index < 16 {
            let byte = *bytes.get(index).ok_or(Fault::Incomplete)?;
            if ends_escape(byte) {
                return Ok(index + 1);
            }
            let is_prefix = !self.has_shifts && byte == b'&' && bytes.get(index + 1) == Some(&b'@');
            index += if is_prefix { 3 } else { 1 };
        }
        Err(Fault::Illegal(1))
    }
}

impl Fault {
    fn at(&self, name: &str, bytes: &[u8], position: usize) -> DecodeError {
        match self {
            Self::Illegal(length) => DecodeError::new(name, bytes, position, *length, "illegal multibyte sequence"),
            Self::Incomplete => {
                let rest = bytes.len() - position;
                DecodeError::new(name, bytes, position, rest, "incomplete multibyte sequence")
            }
        }
    }
}

fn find_charset(sets: &[(u8, Charset)], letter: u8) -> Option<Charset> {
    sets.iter().find(|(key, _)| *key == letter).map(|(_, charset)| *charset)
}

const fn ends_escape(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'@')
}

/// The text of bytes in HZ.
pub(super) fn decode_hz(bytes: &[u8]) -> Result<String, DecodeError> {
    let mut text = String::with_capacity(bytes.len());
    let mut set = Charset::Ascii;
    let mut position = 0;
    while let [first, rest @ ..] = &bytes[position..] {
        let step = match (first, rest.first(), set) {
            (b'~', None, _) => Err(Fault::Incomplete),
            (b'~', Some(b'~'), Charset::Ascii) => {
                text.push('~');
                Ok(2)
            }
            (b'~', Some(b'{'), Charset::Ascii) => {
                set = Charset::Gb2312;
                Ok(2)
            }
            (b'~', Some(b'}'), Charset::Gb2312) => {
                set = Charset::Ascii;
                Ok(2)
            }
            // The newline continues the line.
            (b'~', Some(b'\n'), Charset::Ascii) => Ok(2),
            (b'~' | 0x80.., _, _) => Err(Fault::Illegal(1)),
            (_, None, Charset::Gb2312) => Err(Fault::Incomplete),
            _ => {
                let code = &bytes[position..position + set.width()];
                if set.read(code, &mut text) { Ok(code.len()) } else { Err(Fault::Illegal(1)) }
            }
        };
        position += step.map_err(|fault| fault.at("hz", bytes, position))?;
    }
    Ok(text)
}
