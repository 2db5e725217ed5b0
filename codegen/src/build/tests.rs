//! What building refuses and warns about in expressions. The texts and places were read from
//! CPython 3.14.8.

use crate::{Constant, Opcode, Optimize, Options, Target, compile_module, decode};
use pyclast_syntax::{Diagnostic, PyString, SourceText, Span, SymbolTable, parse};

fn compile(source: &str) -> Result<super::Compiled, Vec<Diagnostic>> {
    let text = SourceText::decode(source.as_bytes()).expect("the test's source is UTF-8");
    let module = parse(text).expect("the test's source parses");
    let table = SymbolTable::build(&module).expect("the symbol table accepts the test's source");
    let filename = PyString::new("<test>");
    let options = Options { target: &Target::CPYTHON_3_14, optimize: Optimize::None, filename, strict: false };
    compile_module(&module, &table, &options)
}

#[test]
fn errors_have_the_words_and_places_of_cpython() {
    for (source, message, span) in [
        ("x = (yield)", "'yield' outside function", Span::new(5, 10)),
        ("async def f(): yield from x", "'yield from' inside async function", Span::new(15, 27)),
        ("f(a=1, b=2, a=3)", "keyword argument repeated: a", Span::new(12, 15)),
        ("*a, *b = c", "multiple starred expressions in assignment", Span::new(0, 6)),
        ("*a = b", "starred assignment target must be in a list or tuple", Span::new(0, 2)),
        ("*a", "can't use starred expression here", Span::new(0, 2)),
    ] {
        let errors = compile(source).expect_err(source);
        assert_eq!((&*errors[0].message, errors[0].span), (message, span), "{source}");
    }
}

#[test]
fn targets_before_a_star_are_at_most_255() {
    let unpacking = |before: usize| format!("{}*b = c", "a, ".repeat(before));
    assert!(compile(&unpacking(255)).is_ok());
    let errors = compile(&unpacking(256)).expect_err("256 targets before the star");
    assert_eq!(errors[0].message, "too many expressions in star-unpacking assignment");
}

#[test]
fn inlined_comprehensions_are_nested_21_deep_at_most() {
    let nested = |depth| (0..depth).fold("x".to_owned(), |element, _| format!("[{element} for a in b]"));
    assert!(compile(&nested(21)).is_ok());
    let errors = compile(&nested(22)).expect_err("22 comprehensions");
    assert_eq!(errors[0].message, "too many statically nested blocks");
}

#[test]
fn warnings_judge_literals_and_displays() {
    for (source, message) in [
        ("x is (1, None)", "\"is\" with 'tuple' literal. Did you mean \"==\"?"),
        ("b'' is not x", "\"is not\" with 'bytes' literal. Did you mean \"!=\"?"),
        ("('%s' % (x,))()", "'str' object is not callable; perhaps you missed a comma?"),
        ("(lambda: 0)[0]", "'function' object is not subscriptable; perhaps you missed a comma?"),
        ("[1][2, 3]", "list indices must be integers or slices, not tuple; perhaps you missed a comma?"),
        ("t''()", "'string.templatelib.Template' object is not callable; perhaps you missed a comma?"),
    ] {
        let warnings = compile(source).expect(source).warnings;
        assert_eq!(warnings.first().map(|warning| &*warning.message), Some(message), "{source}");
    }
    for source in ["x is (1, -1)", "x is None", "(lambda: 0)()", "[1][True]", "[1][-1.0]", "{}['a']"] {
        assert_eq!(compile(source).expect(source).warnings, [], "{source}");
    }
}

#[test]
fn percent_formats_of_strings_become_f_strings() {
    let formats = |source: &str| {
        let code = compile(source).expect(source).code;
        let uses = |opcode| decode::instructions(&code.code).any(|it| it.known() == Some(opcode));
        (uses(Opcode::ConvertValue) && !uses(Opcode::BinaryOp), code.constants.to_vec())
    };
    let (folded, constants) = formats("'%%%s|%-5r%8.3a' % (a, b, c)");
    assert!(folded);
    for text in ["%", "|", "5", ">8.3"] {
        assert!(constants.contains(&Constant::str(text)), "{text}");
    }
    for source in ["'%d' % (a,)", "'%100s' % (a,)", "'%s' % (*a,)", "'%s' % (a, b)", "'%' % (a,)", "'%s' % a"] {
        assert!(!formats(source).0, "{source}");
    }
}
