//! The actions that CPython writes as functions: what they check, and what they raise.
//!
//! ```text
//! { string s }             →   a malformed escape is "(unicode error) …"
//! { invalid_star_target a }   →   cannot assign to the first part of `a` that is no target
//! ```
//!
//! Follows `action_helpers.c` and `pegen_errors.c`.
//!
//! Invariant: an action that gives none makes the whole rule fail, whatever alternatives are left.

use super::escapes::{bytes_problem, text_problem};
use super::grammar::{Kind, Message, Special};
use super::place::{Fault, Place};
use super::recogniser::{Match, Recogniser, Slots, Stopped};
use super::tokenizer::{Token, TokenKind};
use super::value::Value;
use crate::Exception;

/// `sys.int_info.default_max_str_digits`
const MAX_DECIMAL_DIGITS: usize = 4300;

/// Which targets an expression was meant to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Targets {
    Star,
    For,
    Del,
}

impl Recogniser<'_> {
    /// Carries out a special action.
    pub(super) fn special(
        &mut self,
        special: Special,
        slots: &[usize],
        message: &Message,
        start: usize,
        values: &Slots,
    ) -> Match {
        let argument = |index: usize| values[slots[index]];
        match special {
            Special::FutureImport => {
                self.future_import(argument(0), argument(1), argument(2));
                Ok(Some(Value::Dummy))
            }
            Special::Real | Special::Imaginary => self.complex_part(argument(0), special),
            Special::NotEqual => self.not_equal(argument(0)),
            Special::FormatSpecText => self.format_spec_text(argument(0)),
            Special::Conversion => self.conversion(argument(0), argument(1)),
            Special::JoinedString => self.interpolated(argument(0), argument(1), Kind::JoinedStr, start),
            Special::TemplateString => self.interpolated(argument(0), argument(1), Kind::TemplateStr, start),
            Special::String => self.string(argument(0)),
            Special::Concatenate => self.concatenate(argument(0), start),
            Special::StringPattern => {
                self.check_pattern(argument(0), self.place(argument(0)), "patterns");
                Ok(Some(self.arena.node(Kind::Other, self.place_since(start), &[])))
            }
            Special::MappingKeys => {
                let pattern = self.place_since(start);
                for key in self.arena.parts(argument(0)).to_vec() {
                    self.check_pattern(key, pattern, "mapping pattern keys");
                }
                Ok(Some(self.arena.node(Kind::Other, pattern, &[])))
            }
            Special::GeneratorArgument => self.generator_argument(argument(0), argument(1)),
            Special::PositionalArgument => {
                let parts = self.arena.parts(argument(0));
                let unpacks = parts.iter().any(|&part| self.kind(part) == Kind::DoubleStar);
                let after = if unpacks { " unpacking" } else { "" };
                let text = format!("positional argument follows keyword argument{after}");
                Err(self.stop(Fault::syntax(self.last_place(), text)))
            }
            Special::LegacyStatement => {
                if !self.is_legacy_statement(argument(0)) {
                    return Ok(None);
                }
                Err(self.stop_between(argument(0), argument(1), self.message(message, values)))
            }
            Special::TypeParamBound => {
                let what = if self.kind(argument(1)) == Kind::Tuple { "constraints" } else { "bound" };
                let text = format!("cannot use {what} with {}", self.message(message, values));
                let place = Place {
                    end_line: self.tokenizer.line(),
                    end_column: self.tokenizer.column() - 1,
                    ..self.place(argument(0))
                };
                Err(self.stop(Fault::syntax(place, text)))
            }
            Special::ForgottenComma => {
                let in_brackets = self.mark.checked_sub(1).is_some_and(|last| self.tokens[last].level > 0);
                if self.is_legacy_statement(argument(0)) || !in_brackets {
                    return Ok(None);
                }
                Err(self.stop_between(argument(0), argument(1), self.message(message, values)))
            }
            Special::LastCharacter => {
                let place = self.place(argument(0));
                let place = Place { column: place.end_column - 1, end_column: -1, ..place };
                Err(self.stop(Fault::syntax(place, self.message(message, values))))
            }
            Special::Adjacent => {
                let (first, second) = (self.place(argument(0)), self.place(argument(1)));
                if (first.end_line, first.end_column) != (second.line, second.column) {
                    return Ok(None);
                }
                Err(self.stop(Fault::syntax(first.to(second), self.message(message, values))))
            }
            Special::InvalidStarTarget => self.invalid_target(argument(0), Targets::Star),
            Special::InvalidForTarget => self.invalid_target(argument(0), Targets::For),
            Special::InvalidDelTarget => self.invalid_target(argument(0), Targets::Del),
        }
    }

    fn stop_between(&mut self, first: Value, last: Value, message: String) -> Stopped {
        let place = self.place(first).to(self.place(last));
        self.stop(Fault::syntax(place, message))
    }

    fn future_import(&mut self, dots: Value, module: Value, names: Value) {
        let is_future = self.arena.parts(dots).is_empty() && self.text_of(module) == "__future__";
        let has_flufl = || self.arena.parts(names).iter().any(|&name| self.text_of(name) == "barry_as_FLUFL");
        if is_future && has_flufl() {
            self.tokenizer.flufl = true;
        }
    }

    fn not_equal(&mut self, operator: Value) -> Match {
        if self.tokenizer.flufl && self.text_of(operator) != "<>" {
            let message = "with Barry as BDFL, use '<>' instead of '!='";
            return Err(self.stop(Fault::syntax(self.last_place(), message)));
        }
        Ok(Some(operator))
    }

    fn complex_part(&mut self, number: Value, part: Special) -> Match {
        let is_imaginary = self.text_of(number).ends_with(['j', 'J']);
        let message = match (part, is_imaginary) {
            (Special::Real, true) => "real number required in complex literal",
            (Special::Imaginary, false) => "imaginary number required in complex literal",
            _ => return Ok(Some(number)),
        };
        Err(self.stop(Fault::syntax(self.place(number), message)))
    }

    /// Refuses decimal integers with too many digits (`_PyPegen_number_token`).
    pub(super) fn check_number(&mut self, token: &Token) -> Result<(), Stopped> {
        let text = &self.text[token.start..token.end];
        if text.len() <= MAX_DECIMAL_DIGITS
            || text.starts_with('0')
            || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'_'))
        {
            return Ok(());
        }
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if digits <= MAX_DECIMAL_DIGITS {
            return Ok(());
        }
        let place = Place { column: -1, end_column: -1, ..token.place };
        Err(self.stop(Fault::syntax(
            place,
            format!(
                "Exceeds the limit ({MAX_DECIMAL_DIGITS} digits) for integer string conversion: \
                 value has {digits} digits; use sys.set_int_max_str_digits() to increase the limit \
                 - Consider hexadecimal for huge integer literals to avoid decimal conversion limits."
            ),
        )))
    }

    /// Refuses names that stand for a constant after normalization (`_PyPegen_new_identifier`).
    pub(super) fn check_name(&mut self, token: &Token) -> Result<(), Stopped> {
        match constant_in_disguise(&self.text[token.start..token.end]) {
            None => Ok(()),
            Some(constant) => Err(self.stop(Fault {
                exception: Exception::ValueError,
                message: format!("identifier field can't represent '{constant}' constant"),
                place: token.place,
            })),
        }
    }

    fn string(&mut self, string: Value) -> Match {
        let text = self.text_of(string);
        let place = self.place(string);
        let quote = text.find(['"', '\'']).unwrap_or(0);
        let (prefix, quoted) = text.split_at(quote);
        let quotes = if quoted.len() >= 6 && quoted.as_bytes()[..3] == [quoted.as_bytes()[0]; 3] { 3 } else { 1 };
        let inside = quoted.get(quotes..quoted.len() - quotes).unwrap_or_default();
        let is_raw = prefix.contains(['r', 'R']);
        let is_bytes = prefix.contains(['b', 'B']);
        if is_bytes && !inside.is_ascii() {
            let message = "bytes can only contain ASCII literal characters";
            return Err(self.stop(Fault::syntax(place, message)));
        }
        let problem = match (is_raw, is_bytes) {
            (true, _) => None,
            (false, true) => bytes_problem(inside),
            (false, false) => text_problem(inside),
        };
        if let Some(problem) = problem {
            return Err(self.stop(Fault::syntax(self.last_place(), problem)));
        }
        let kind = if is_bytes { Kind::Bytes } else { Kind::Literal };
        Ok(Some(self.arena.node(kind, place, &[])))
    }

    fn interpolated(&mut self, opening: Value, parts: Value, kind: Kind, start: usize) -> Match {
        let is_raw = self.text_of(opening).contains(['r', 'R']);
        let texts: Slots =
            self.arena.parts(parts).iter().copied().filter(|part| matches!(part, Value::Token(_))).collect();
        if !is_raw {
            for text in texts {
                if let Some(problem) = text_problem(self.text_of(text)) {
                    return Err(self.stop(Fault::syntax(self.last_place(), problem)));
                }
            }
        }
        let place = self.place_since(start);
        Ok(Some(self.arena.node(kind, place, &[])))
    }

    /// Escapes in format specs are read even in raw strings, and CPython lets the codec's own
    /// exception through.
    fn format_spec_text(&mut self, text: Value) -> Match {
        if let Some(problem) = text_problem(self.text_of(text)) {
            return Err(self.stop(Fault::syntax(self.place(text), problem)));
        }
        Ok(Some(text))
    }

    fn conversion(&mut self, mark: Value, name: Value) -> Match {
        let (mark_place, place) = (self.place(mark), self.place(name));
        let letter = self.tokenizer.flavour().letter();
        if (mark_place.line, mark_place.end_column) != (place.line, place.column) {
            let message = format!("{letter}-string: conversion type must come right after the exclamation mark");
            return Err(self.stop(Fault::syntax(mark_place.to(place), message)));
        }
        let text = self.text_of(name);
        if !matches!(text, "s" | "r" | "a") {
            let message = format!("{letter}-string: invalid conversion character '{text}': expected 's', 'r', or 'a'");
            return Err(self.stop(Fault::syntax(place, message)));
        }
        Ok(Some(Value::Dummy))
    }

    fn concatenate(&mut self, strings: Value, start: usize) -> Match {
        let kinds = |wanted: Kind| self.arena.parts(strings).iter().any(|&part| self.kind(part) == wanted);
        let has_fstring = kinds(Kind::JoinedStr);
        if kinds(Kind::Bytes) && (has_fstring || kinds(Kind::Literal)) {
            let message = "cannot mix bytes and nonbytes literals";
            return Err(self.stop(Fault::syntax(self.last_place(), message)));
        }
        let kind = if has_fstring { Kind::JoinedStr } else { Kind::Literal };
        let place = self.place_since(start);
        Ok(Some(self.arena.node(kind, place, &[])))
    }

    /// `codegen_pattern_value`, `codegen_pattern_mapping`
    fn check_pattern(&mut self, value: Value, place: Place, what: &str) {
        if matches!(self.kind(value), Kind::JoinedStr | Kind::TemplateStr) {
            let message = format!("{what} may only match literals and attribute lookups");
            let fault = Fault::syntax(place, message);
            self.late_fault.get_or_insert(fault);
        }
    }

    fn generator_argument(&mut self, arguments: Value, clauses: Value) -> Match {
        let is_positional = |part: &&Value| !matches!(self.kind(**part), Kind::Keyword | Kind::DoubleStar);
        let parts = self.arena.parts(arguments);
        let mut positional = parts.iter().filter(is_positional);
        let count = positional.clone().count();
        let (2.., Some(&last)) = (count, positional.next_back()) else { return Ok(None) };
        let clause = self.arena.parts(clauses).last().copied().unwrap_or(clauses);
        let end = self.arena.parts(clause).last().copied().unwrap_or(clause);
        Err(self.stop_between(last, end, "Generator expression must be parenthesized".to_owned()))
    }

    fn is_legacy_statement(&self, value: Value) -> bool {
        self.kind(value) == Kind::Name && matches!(self.text_of(value), "print" | "exec")
    }

    fn invalid_target(&mut self, value: Value, targets: Targets) -> Match {
        let Some(found) = self.find_invalid_target(value, targets) else { return Ok(None) };
        let verb = if targets == Targets::Del { "delete" } else { "assign to" };
        let message = format!("cannot {verb} {}", self.kind(found).description());
        Err(self.stop(Fault::syntax(self.place(found), message)))
    }

    /// `_PyPegen_get_invalid_target`
    fn find_invalid_target(&self, value: Value, targets: Targets) -> Option<Value> {
        let parts = self.arena.parts(value);
        match self.kind(value) {
            Kind::List | Kind::Tuple => parts.iter().find_map(|&part| self.find_invalid_target(part, targets)),
            Kind::Starred if targets == Targets::Del => Some(value),
            Kind::Starred => self.find_invalid_target(*parts.first()?, targets),
            Kind::Compare if targets == Targets::For => match parts {
                // `for f() in x` is read as the comparison `f() in x`.
                [left, operator, ..] if self.kind(*operator) == Kind::In => self.find_invalid_target(*left, targets),
                _ => None,
            },
            Kind::Name | Kind::Subscript | Kind::Attribute => None,
            _ => Some(value),
        }
    }
}

/// The constant that a name in other characters (`𝐍one`) is normalized to.
pub(crate) fn constant_in_disguise(name: &str) -> Option<&'static str> {
    if name.is_ascii() {
        return None;
    }
    let parsed = ruff_python_parser::parse_expression(name).ok()?;
    let id = parsed.expr().as_name_expr()?.id.as_str();
    ["None", "True", "False"].into_iter().find(|&constant| constant == id)
}

impl Recogniser<'_> {
    /// Whether the token read last is of this kind.
    pub(super) fn last_is(&self, last: usize, kind: TokenKind) -> bool {
        self.tokens.get(last).is_some_and(|token| token.kind == kind)
    }
}
