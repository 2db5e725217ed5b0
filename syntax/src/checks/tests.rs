//! Which programs CPython's grammar is asked about.

use super::is_suspicious;
use crate::tokenizer::check_tokens;
use ruff_python_ast::{Mod, PythonVersion};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

fn suspicious(text: &str) -> bool {
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY314);
    let parsed = parse_unchecked(text, options);
    assert_eq!(parsed.errors(), [], "ruff takes {text:?}");
    let Mod::Module(module) = parsed.syntax() else { unreachable!("module mode") };
    let findings = check_tokens(text, 0, parsed.tokens());
    is_suspicious(module, parsed.tokens(), &findings.for_grammar, text, 0)
}

#[test]
fn forms_that_only_ruff_takes_are_found() {
    for text in [
        "(yield < x)\n",
        "(yield, x)\n",
        "(yield x for x in y)\n",
        "((x) := 1)\n",
        "(x).y: int\n",
        "x = *(y) or z, 1\n",
        "f(*a, (*(y) or z, 1))\n",
        "f({**(y) or z})\n",
        "Nºne = 1\n",
        "from __future__ import barry_as_FLUFL\n",
        "x = 'barry_as_FLUFL'\nfrom __future__ import (annotations, # barry_as_FLUFL\n barry_as_FLUFL)\n",
    ] {
        assert!(suspicious(text), "{text}");
        assert!(crate::parser_errors::diagnose(text).is_err() || text.contains("FLUFL"), "{text}");
    }
    for pattern in ["_.b", "_.b()", "-1(x)", "1 + (2j)", "[a] | (*x)", "[(a,) b]", "(A)(x)", "A((x)=y)"] {
        let text = format!("match x:\n case {pattern}: pass\n");
        assert!(suspicious(&text), "{pattern}");
        assert!(crate::parser_errors::diagnose(&text).is_err(), "{pattern}");
    }
}

#[test]
fn ordinary_programs_are_left_alone() {
    for text in [
        "x = yield\ny = yield a, b\nz = yield (a) < b, *c\nf'{yield}'\n",
        "(x := 1)\nx[a:b]\n",
        "(a or b).c(lambda: d)\n(x): int\nx = {a: (b)(c), d: e}\n",
        "f(*(a) or b, [c], **(d) or e)(*(g) if h else i)\n",
        "'barry_as_FLUFL'\nbarry_as_FLUFL = 1 # barry_as_FLUFL\n",
        "f(*a or b)\nx = [*(a), *b | c]\ny = a * (b) == c\n{**(a)}\n",
        "match x:\n case -1 | 1+2j | 'a' 'b' | None | a.b: pass\n",
        "match x:\n case [a, *_] | (b,) | (*c, d) | {'k': e, **f} | A.B(g, h=i): pass\n",
        "match = case = type = é = 1\n",
    ] {
        assert!(!suspicious(text), "{text}");
    }
}
