//! Expectations are what CPython 3.14.8 prints.

use super::{bytes_repr, complex_repr, float_repr, repr, str_repr};
use crate::Constant;
use pyclast_syntax::PyString;

#[test]
fn floats() {
    let cases: [(u64, &str); 26] = [
        (0x0000_0000_0000_0000, "0.0"),
        (0x8000_0000_0000_0000, "-0.0"),
        (0x3FF0_0000_0000_0000, "1.0"),
        (0xBFF8_0000_0000_0000, "-1.5"),
        (0x430C_6BF5_2634_0000, "1000000000000000.0"),
        (0x4341_C379_37E0_8000, "1e+16"),
        (0x437B_69B4_BA63_0F35, "1.2345678901234568e+17"),
        (0x3F1A_36E2_EB1C_432D, "0.0001"),
        (0x3EE4_F8B5_88E3_68F1, "1e-05"),
        (0x3F20_2E4B_6CE5_DC68, "0.00012345"),
        (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
        (0x0000_0000_0000_0001, "5e-324"),
        (0x0010_0000_0000_0000, "2.2250738585072014e-308"),
        (0x4480_F0CF_064D_D592, "1e+22"),
        (0x44B5_2D02_C7E1_4AF6, "1e+23"),
        (0x4340_0000_0000_0000, "9007199254740992.0"),
        (0x3FB9_9999_9999_999A, "0.1"),
        (0x3FD5_5555_5555_5555, "0.3333333333333333"),
        (0x4059_0000_0000_0000, "100.0"),
        (0x7FF0_0000_0000_0000, "inf"),
        (0xFFF0_0000_0000_0000, "-inf"),
        (0x7FF8_0000_0000_0000, "nan"),
        (0x54B2_49AD_2594_C37D, "1e+100"),
        (0x3E84_21F5_F40D_8376, "1.5e-07"),
        (0x4341_C379_37E0_7FFF, "9999999999999998.0"),
        (0x4376_3457_85D8_9FFF, "9.999999999999998e+16"),
    ];
    for (bits, expected) in cases {
        assert_eq!(float_repr(f64::from_bits(bits)), expected);
    }
}

#[test]
fn complex_numbers() {
    let cases: [(f64, f64, &str); 9] = [
        (0.0, 1.0, "1j"),
        (-0.0, -1.0, "(-0-1j)"),
        (1.0, 2.0, "(1+2j)"),
        (-0.0, 1.0, "(-0+1j)"),
        (0.0, -0.0, "-0j"),
        (1.0, -0.0, "(1-0j)"),
        (0.0, 1e+20, "1e+20j"),
        (1.5, f64::NAN, "(1.5+nanj)"),
        (f64::INFINITY, -2.0, "(inf-2j)"),
    ];
    for (real, imaginary, expected) in cases {
        assert_eq!(complex_repr(real, imaginary), expected);
    }
}

#[test]
fn strings() {
    let cases: [(&[u32], &str); 11] = [
        (&[], "''"),
        (&[0x61], "'a'"),
        (&[0x69, 0x74, 0x27, 0x73], "\"it's\""),
        (&[0x22], "'\"'"),
        (&[0x27, 0x22], "'\\'\"'"),
        (
            &[0x61, 0x5C, 0x62, 0xA, 0xD, 0x9, 0x0, 0x1F, 0x7F, 0x80, 0xA0, 0xAD, 0xFF],
            "'a\\\\b\\n\\r\\t\\x00\\x1f\\x7f\\x80\\xa0\\xadÿ'",
        ),
        (
            &[0x378, 0x20AC, 0x200B, 0x2028, 0xE000, 0x1_F600, 0xE_0001, 0x10_FFFF],
            "'\\u0378€\\u200b\\u2028\\ue000😀\\U000e0001\\U0010ffff'",
        ),
        (&[0xD800, 0x61], "'\\ud800a'"),
        (&[0x1C89], "'Ᲊ'"),
        (&[0x3000], "'\\u3000'"),
        (&[0x1_0D4A], "'𐵊'"),
    ];
    for (points, expected) in cases {
        let mut bytes = Vec::new();
        for &point in points {
            PyString::push_code_point(&mut bytes, point);
        }
        assert_eq!(str_repr(&PyString::from_surrogatepass(&bytes)), expected);
    }
}

#[test]
fn bytes() {
    let cases: [(&[u8], &str); 5] = [
        (&[], "b''"),
        (&[97, 98], "b'ab'"),
        (&[105, 116, 39, 115], "b\"it's\""),
        (&[39, 34], "b'\\'\"'"),
        (&[0, 9, 10, 13, 92, 127, 255, 126, 32], "b'\\x00\\t\\n\\r\\\\\\x7f\\xff~ '"),
    ];
    for (value, expected) in cases {
        assert_eq!(bytes_repr(value), expected);
    }
}

#[test]
fn containers() {
    let one = || Constant::int(1);
    let cases = [
        (Constant::tuple([]), "()"),
        (Constant::tuple([one()]), "(1,)"),
        (Constant::tuple([one(), Constant::Ellipsis, Constant::Bool(true)]), "(1, Ellipsis, True)"),
        (Constant::FrozenSet([Constant::str("a")].into()), "frozenset({'a'})"),
        (Constant::FrozenSet([].into()), "frozenset()"),
        (Constant::Slice([one(), Constant::None, Constant::int(-2)].into()), "slice(1, None, -2)"),
    ];
    for (value, expected) in cases {
        assert_eq!(repr(&value), expected);
    }
}
