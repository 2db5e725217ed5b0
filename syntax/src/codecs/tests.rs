//! Names and mappings that the reference CPython gives.

use super::{Codec, DecodeError, LookupError};

fn decode(name: &str, bytes: &[u8]) -> Result<String, String> {
    Codec::lookup(name).expect("a codec").decode(bytes).map_err(|error| match error {
        DecodeError::Invalid(message) => message,
        DecodeError::Unsupported => "unsupported".into(),
    })
}

#[test]
fn names_are_found_as_pythons_registry_finds_them() {
    for (name, text) in [("Latin-1", "é"), ("ISO_8859-15", "é"), ("l2", "é"), ("KOI8-R", "И"), ("mac-roman", "È")]
    {
        assert_eq!(decode(name, b"\xe9").as_deref(), Ok(text), "{name}");
    }
    assert_eq!(Codec::lookup("foobar").err(), Some(LookupError::Unknown));
    assert_eq!(Codec::lookup("encodings.utf_8").err(), Some(LookupError::Unknown));
    assert_eq!(Codec::lookup("rot13").err(), Some(LookupError::NotText));
    assert_eq!(Codec::lookup("undefined").err(), Some(LookupError::Undefined));
    assert_eq!(Codec::lookup("idna").err(), Some(LookupError::Unsupported));
    assert_eq!(decode("shift_jis_2004", b"a~\\").as_deref(), Ok("a\u{203e}¥"));
    assert_eq!(decode("euc_jis_2004", b"a~\\").as_deref(), Ok("a~\\"));
    assert_eq!(decode("shift_jis_2004", b"\x82\xa0").expect_err("an error"), "unsupported");
}

#[test]
fn east_asian_mappings_are_pythons() {
    assert_eq!(decode("gb2312", b"\xa1\xa4").as_deref(), Ok("\u{30fb}"));
    assert_eq!(decode("gbk", b"\xa1\xa4\xc4\xe3").as_deref(), Ok("\u{b7}你"));
    assert_eq!(decode("euc-jp", b"\xa4\xa2\xa1\xc1\x8f\xb0\xa1").as_deref(), Ok("あ\u{301c}丂"));
    assert_eq!(decode("sjis", b"\x82\xa0\xb1\x5c").as_deref(), Ok("あｱ\\"));
    assert_eq!(decode("cp949", b"\xb0\xa1").as_deref(), Ok("가"));
}

#[test]
fn sequences_are_not_read_together() {
    let refused = decode("gb2312", b"'\x88\x8e'").expect_err("an error");
    assert_eq!(refused, "'gb2312' codec can't decode byte 0x88 in position 1: illegal multibyte sequence");
    assert_eq!(decode("gb18030", b"\x81\x39\xef\x30\x81\x40").as_deref(), Ok("\u{3401}\u{4e02}"));
}

#[test]
fn errors_are_in_pythons_words() {
    assert_eq!(
        decode("cp1252", b"a\x81").expect_err("an error"),
        "'charmap' codec can't decode byte 0x81 in position 1: character maps to <undefined>"
    );
    assert_eq!(
        decode("ascii", b"\xff").expect_err("an error"),
        "'ascii' codec can't decode byte 0xff in position 0: ordinal not in range(128)"
    );
    assert_eq!(
        decode("utf8", b"ab\xe2\x82(").expect_err("an error"),
        "'utf-8' codec can't decode bytes in position 2-3: invalid continuation byte"
    );
    assert_eq!(
        decode("gbk", b"\xff\xff").expect_err("an error"),
        "'gbk' codec can't decode byte 0xff in position 0: illegal multibyte sequence"
    );
}

#[test]
fn utf7_is_pythons() {
    assert_eq!(decode("utf-7", b"1 +- 1 +AKM-2 +2D3cqQ-").as_deref(), Ok("1 + 1 £2 \u{1f4a9}"));
    for (bytes, error) in [
        (&b"a +A"[..], "bytes in position 2-3: unterminated shift sequence"),
        (b"+AKN(x", "bytes in position 0-4: non-zero padding bits in shift sequence"),
        (b"+AKMA-", "bytes in position 0-5: partial character in shift sequence"),
        (b"+(-", "bytes in position 0-1: ill-formed sequence"),
        (b"\xff", "byte 0xff in position 0: unexpected special character"),
    ] {
        assert_eq!(decode("utf-7", bytes), Err(format!("'utf7' codec can't decode {error}")));
    }
}

#[test]
fn escape_sequences_choose_character_sets() {
    for (name, bytes, text) in [
        ("hz", &b"a~{0!~}~~b"[..], "a啊~b"),
        ("iso2022_jp", b"a\x1b$B$\x220!\x1b(B\nb", "aあ亜\nb"),
        ("iso2022_jp", b"\x1b(J\\~", "¥\u{203e}"),
        ("iso2022_jp", b"\x1b[31m$B", "\x1b[31m$B"),
        ("iso2022_jp", b"\x1b&@\x1b$B0!", "亜"),
        ("iso2022_jp", b"\x1b$B\x0e0!", "\u{e}亜"),
        ("iso2022_jp_1", b"\x1b$(D0!\x1b(B", "丂"),
        ("iso2022_jp_2", b"\x1b$(CGQ\x1b(B \x1b$(D*#\x1b(B \x1b$B&A\x1b(B \x1b$(D5Y\x1b(B", "한 Ä α 啊"),
        ("iso2022_jp_ext", b"\x1b(I1\x1b(B", "ｱ"),
        ("iso2022_kr", b"a\x1b$)C\x0eGQ\x0fb", "a한b"),
    ] {
        assert_eq!(decode(name, bytes).as_deref(), Ok(text), "{name}");
    }
    for (name, bytes, error) in [
        ("hz", &b"~x"[..], "byte 0x7e in position 0: illegal multibyte sequence"),
        ("iso2022_jp", b"\x1b(Z", "bytes in position 0-2: illegal multibyte sequence"),
        ("iso2022_jp", b"\x1b$B0", "byte 0x30 in position 3: incomplete multibyte sequence"),
    ] {
        assert_eq!(decode(name, bytes), Err(format!("'{name}' codec can't decode {error}")));
    }
}

#[test]
fn johab_spells_syllables() {
    let text = "aㄱㅏㄺ가힣한　！嫄ㅤ\\";
    let bytes = b"a\x88\x41\x84\x61\x84\x4a\x88\x61\xd3\xbd\xd0\x65\xd9\x31\xda\x31\xf0\x41\xda\xd4\\";
    assert_eq!(decode("johab", bytes).as_deref(), Ok(text));
    let error = decode("johab", b"\x88").expect_err("an error");
    assert_eq!(error, "'johab' codec can't decode byte 0x88 in position 0: incomplete multibyte sequence");
}
