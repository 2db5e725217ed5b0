//! Prints what `encoding_rs` makes of every byte sequence of the multi-byte encodings, for
//! `tools/codec_tables.py` to compare with CPython's codecs.
//!
//! ```text
//! gbk 8140 4e02
//! ```

#![expect(clippy::print_stdout, reason = "a tool that prints")]

use encoding_rs::Encoding;

fn main() {
    for label in ["gbk", "gb18030", "big5", "euc-jp", "shift_jis", "euc-kr"] {
        let Some(encoding) = Encoding::for_label(label.as_bytes()) else { continue };
        let decode = |bytes: &[u8]| {
            encoding
                .decode_without_bom_handling_and_without_replacement(bytes)
                .map(|text| text.chars().map(|c| format!("{:x}", u32::from(c))).collect::<Vec<_>>().join("_"))
        };
        let show = |bytes: &[u8]| {
            if let Some(text) = decode(bytes) {
                let key = bytes.iter().fold(String::new(), |key, byte| key + &format!("{byte:02x}"));
                println!("{label} {key} {text}");
            }
        };
        (0..=255).for_each(|byte| show(&[byte]));
        for lead in (0x80..=255).filter(|&lead| decode(&[lead]).is_none()) {
            (0..=255).for_each(|trail| show(&[lead, trail]));
        }
        if label == "euc-jp" {
            for (second, third) in pairs(0xA1..=0xFE, 0xA1..=0xFE) {
                show(&[0x8F, second, third]);
            }
        }
        if label == "gb18030" {
            for (first, second) in pairs(0x81..=0xFE, 0x30..=0x39) {
                for (third, fourth) in pairs(0x81..=0xFE, 0x30..=0x39) {
                    show(&[first, second, third, fourth]);
                }
            }
        }
    }
}

fn pairs(outer: std::ops::RangeInclusive<u8>, inner: std::ops::RangeInclusive<u8>) -> impl Iterator<Item = (u8, u8)> {
    outer.flat_map(move |first| inner.clone().map(move |second| (first, second)))
}
