//! Johab, Korean syllables by their parts → text (`_codecs_kr.c: DECODER(johab)`).
//!
//! ```text
//! 88 61   →   가      (0x8000 | ㄱ 2 << 10 | ㅏ 3 << 5 | no final 1)
//! D9 31   →   　      (a KS X 1001 character, packed)
//! ```
//!
//! Invariant: what is refused is refused in CPython's words.

use super::DecodeError;
use super::shifting::read_ksx1001;

/// The consonants that start a syllable, from code 2 on.
const INITIALS: &str = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
/// The consonants that end one, from code 2 on; code 18 is left out.
const FINALS: &str = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";
/// The first vowel; the others follow it in order.
const FIRST_VOWEL: u32 = 0x314F;
/// The first syllable.
const FIRST_SYLLABLE: u32 = 0xAC00;

/// The text of bytes in Johab.
pub(super) fn decode(bytes: &[u8]) -> Result<String, DecodeError> {
    let mut text = String::with_capacity(bytes.len());
    let mut position = 0;
    while let Some(&first) = bytes.get(position) {
        if first.is_ascii() {
            text.push(char::from(first));
            position += 1;
            continue;
        }
        let error = |reason| DecodeError::new("johab", bytes, position, 1, reason);
        let &second = bytes.get(position + 1).ok_or_else(|| error("incomplete multibyte sequence"))?;
        let known = match first {
            0x80..0xD8 => syllable(first, second).map(|character| text.push(character)).is_some(),
            _ => read_packed(first, second, &mut text),
        };
        if !known {
            return Err(error("illegal multibyte sequence"));
        }
        position += 2;
    }
    Ok(text)
}

/// A part of a syllable: the one of that number, or none.
type Part = Option<u32>;

/// The syllable of five bits a part, or the part if it is alone.
fn syllable(first: u8, second: u8) -> Option<char> {
    let initial = initial(u32::from(first >> 2 & 0x1F))?;
    let vowel = vowel(u32::from(first << 3 & 0x1F | second >> 5))?;
    let last = last(u32::from(second & 0x1F))?;
    match (initial, vowel, last) {
        (None, None, None) => Some('\u{3000}'),
        (Some(initial), None, None) => INITIALS.chars().nth(initial as usize),
        (None, Some(vowel), None) => char::from_u32(FIRST_VOWEL + vowel),
        (None, None, Some(last)) => FINALS.chars().nth(last as usize),
        (Some(initial), Some(vowel), last) => {
            char::from_u32(FIRST_SYLLABLE + (initial * 21 + vowel) * 28 + last.map_or(0, |last| last + 1))
        }
        _ => None,
    }
}

fn initial(code: u32) -> Option<Part> {
    match code {
        1 => Some(None),
        2..=20 => Some(Some(code - 2)),
        _ => None,
    }
}

fn vowel(code: u32) -> Option<Part> {
    match code {
        2 => Some(None),
        3..=7 => Some(Some(code - 3)),
        10..=15 => Some(Some(code - 5)),
        18..=23 => Some(Some(code - 7)),
        26..=29 => Some(Some(code - 9)),
        _ => None,
    }
}

fn last(code: u32) -> Option<Part> {
    match code {
        1 => Some(None),
        2..=17 => Some(Some(code - 2)),
        19..=29 => Some(Some(code - 3)),
        _ => None,
    }
}

/// Appends a character of KS X 1001 that is no syllable: two rows of 94 for each first byte.
fn read_packed(first: u8, second: u8, text: &mut String) -> bool {
    let is_gap = matches!(second, 0..0x31 | 0x7F..0x91 | 0xFF);
    let is_jamo = first == 0xDA && matches!(second, 0xA1..=0xD3);
    if is_gap || is_jamo || first == 0xDF || !(0xD9..=0xF9).contains(&first) {
        return false;
    }
    let row = if first < 0xE0 { 2 * (first - 0xD9) } else { 2 * (first - 0xE0) + 0x29 };
    let cell = if second < 0x91 { second - 0x31 } else { second - 0x43 };
    read_ksx1001(row + cell / 94 + 0x21, cell % 94 + 0x21, text)
}
