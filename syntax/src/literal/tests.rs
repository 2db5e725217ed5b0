//! Values that CPython 3.14.8 gives for the same literals.

use super::{
    InterpolatedPiece, NumberValue, PyInt, bytes_value, format_spec_pieces, fstring_pieces, has_u_prefix,
    interpolation_text, number_value, string_value, template_pieces,
};
use crate::{ParsedModule, PyString, SourceText, parse};
use num_bigint::BigInt;
use ruff_python_ast::{Expr, Stmt};

fn with_expression<T>(source: &str, check: impl FnOnce(&Expr, &ParsedModule) -> T) -> T {
    let module = parse(SourceText::decode(source.as_bytes()).expect("text")).expect("a module");
    let [Stmt::Expr(statement)] = &*module.module().body else { panic!("one expression") };
    check(&statement.value, &module)
}

fn string(source: &str) -> PyString {
    with_expression(source, |expression, module| match expression {
        Expr::StringLiteral(literal) => string_value(literal, module.text()),
        _ => panic!("a string"),
    })
}

fn number(source: &str) -> NumberValue {
    with_expression(source, |expression, _| match expression {
        Expr::NumberLiteral(literal) => number_value(&literal.value),
        _ => panic!("a number"),
    })
}

/// Constants as text, fields as their conversion in braces.
fn pieces(source: &str) -> Vec<String> {
    with_expression(source, |expression, module| {
        let text = module.text();
        let pieces = match expression {
            Expr::FString(fstring) => fstring_pieces(fstring, text),
            Expr::TString(template) => template_pieces(template, text),
            _ => panic!("an f-string"),
        };
        pieces.iter().map(show).collect()
    })
}

fn show(piece: &InterpolatedPiece<'_>) -> String {
    match piece {
        InterpolatedPiece::Constant { value, span } => format!("{value}@{}..{}", span.start, span.end),
        InterpolatedPiece::Value(field) => {
            format!("{{{}}}", InterpolatedPiece::conversion(field).map_or(String::new(), String::from))
        }
    }
}

#[test]
fn strings_hold_surrogates() {
    assert_eq!(string(r"'\ud800a'").as_bytes(), b"\xed\xa0\x80a");
    assert_eq!(string(r"'\ud83d\ude00'").as_bytes(), b"\xed\xa0\xbd\xed\xb8\x80");
    assert_eq!(
        string("'\u{fffd}\\udfff\\x41\\n\\N{DIGIT ONE}\\101\\d\\\n'").as_bytes(),
        b"\xef\xbf\xbd\xed\xbf\xbfA\n1A\\d"
    );
    assert_eq!(string("r'\\ud800\u{fffd}'").as_bytes(), b"\\ud800\xef\xbf\xbd");
}

#[test]
fn parts_are_joined() {
    assert_eq!(string(r#"'a' r"\b" '\ud800'"#).as_bytes(), b"a\\b\xed\xa0\x80");
    assert!(with_expression(
        "u'a' 'b'",
        |expression, _| matches!(expression, Expr::StringLiteral(literal) if has_u_prefix(literal))
    ));
    let bytes = with_expression(r"b'\x00\400' rb'\d'", |expression, _| match expression {
        Expr::BytesLiteral(literal) => bytes_value(literal).into_owned(),
        _ => panic!("bytes"),
    });
    assert_eq!(bytes, b"\x00\x00\\d");
}

#[test]
fn integers_have_any_size_and_one_form() {
    let big = |digits: &str| NumberValue::Int(PyInt::Big(digits.parse::<BigInt>().expect("digits").into()));
    assert_eq!(number("1_000"), NumberValue::Int(PyInt::Small(1000)));
    assert_eq!(number("0x7fff_ffff_ffff_ffff"), NumberValue::Int(PyInt::Small(i64::MAX)));
    assert_eq!(number("0x8000_0000_0000_0000"), big("9223372036854775808"));
    assert_eq!(number("0xFFFF_FFFF_FFFF_FFFF_F"), big("295147905179352825855"));
    assert_eq!(number("0o7_777_777_777_777_777_777_777"), big("73786976294838206463"));
    assert_eq!(number("1_0000000000_0000000000"), big("100000000000000000000"));
    assert_eq!(number("00_0"), NumberValue::Int(PyInt::ZERO));
    assert_eq!(PyInt::from(BigInt::from(i64::MIN)), PyInt::Small(i64::MIN));
}

#[test]
fn floats_are_rounded_correctly() {
    assert_eq!(number("1_0.0_1e1_0"), NumberValue::Float(10.01e10));
    assert_eq!(number("1e400"), NumberValue::Float(f64::INFINITY));
    assert_eq!(number("1e-400"), NumberValue::Float(0.0));
    assert_eq!(number("4.9e-324"), NumberValue::Float(f64::from_bits(1)));
    assert_eq!(number("9007199254740993.0"), NumberValue::Float(9_007_199_254_740_992.0));
    assert_eq!(number("01e1"), NumberValue::Float(10.0));
    assert_eq!(number("1_0.5J"), NumberValue::Imaginary(10.5));
}

#[test]
fn text_of_f_strings_is_joined_across_parts() {
    assert_eq!(pieces(r#"f"a{{b" "c{{" f'{x = }' """#), ["a{bc{{x = @2..21", "{r}"]);
    assert_eq!(pieces(r#"f"{x=!s}{y=:>3}{z!a}""#), ["x=@3..5", "{s}", "y=@9..11", "{}", "{a}"]);
    assert_eq!(pieces(r#"f"" """#), Vec::<String>::new());
    assert_eq!(pieces("f'''{x # !c\n=  !r}'''"), ["x \n=  @5..15", "{r}"]);
    assert_eq!(pieces(r#"f"{x}\ud800" rf"\d{x}""#), ["{}", "\u{fffd}\u{fffd}\u{fffd}\\d@5..18", "{}"]);
}

#[test]
fn format_specifications_are_f_strings() {
    let spec = |source: &str| {
        with_expression(source, |expression, module| match expression {
            Expr::FString(fstring) => {
                let pieces = fstring_pieces(fstring, module.text());
                let Some(InterpolatedPiece::Value(field)) = pieces.first() else { panic!("a field") };
                let spec = field.format_spec.as_deref().expect("a specification");
                format_spec_pieces(spec, module.text()).iter().map(show).collect::<Vec<_>>()
            }
            _ => panic!("an f-string"),
        })
    };
    assert_eq!(spec(r#"f"{x:a{y=}b}""#), ["ay=@5..9", "{r}", "b@10..11"]);
    assert_eq!(spec(r#"f"{x:}""#), Vec::<String>::new());
    assert_eq!(spec(r#"rf"{x:\x41}""#), ["\\x41@6..10"]);
    // Two tokens: a constant in the place of the whole.
    assert_eq!(spec(r#"f"{x:\N{DIGIT ONE}>5}""#), ["1>5@4..20"]);
    assert_eq!(spec(r#"f"{x:\N{DIGIT ONE}}""#), ["1@5..18"]);
}

#[test]
fn interpolations_keep_their_source() {
    let text = |source: &str| {
        with_expression(source, |expression, module| match expression {
            Expr::TString(template) => {
                let pieces = template_pieces(template, module.text());
                let fields = pieces.iter().find_map(|piece| match piece {
                    InterpolatedPiece::Value(field) => Some(interpolation_text(field, module.text()).into_owned()),
                    InterpolatedPiece::Constant { .. } => None,
                });
                fields.expect("a field")
            }
            _ => panic!("a t-string"),
        })
    };
    assert_eq!(text(r#"t"{ x }""#), " x ");
    assert_eq!(text(r#"t"{a==b =  }""#), "a==b ");
    assert_eq!(text(r#"t"{ (x) !r:>5}""#), " (x) ");
    assert_eq!(text("t'''{ \"#\" # c\n + y}'''"), " \"#\" \n + y");
}
