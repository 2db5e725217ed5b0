//! A text that is refused → the error CPython raises for it.
//!
//! ```text
//! f(a b)      SyntaxError: invalid syntax. Perhaps you forgot a comma?    at `a b`
//! ```
//!
//! CPython finds its messages by parsing twice: the second time with rules that match mistakes. Its
//! grammar, its tokenizer and its way to choose the place of an error are followed here, so that any
//! text gets the words and the place CPython gives it.
//!
//! Invariant: [`diagnose`] accepts exactly the texts that CPython's tokenizer and parser accept.

mod actions;
mod escapes;
mod flufl;
mod grammar;
mod place;
mod raise;
mod recogniser;
mod repair;
mod tokenizer;
mod value;

#[cfg(test)]
mod tests;

pub(crate) use actions::constant_in_disguise;

use crate::dismantle::dismantle;
use crate::{Diagnostic, Exception, LineIndex, Span};
use place::{Fault, Place};
use recogniser::Recogniser;
use repair::repair;
use ruff_python_ast::{Mod, ModModule, PythonVersion};
use ruff_python_parser::{Mode, ParseError, ParseOptions, parse_unchecked};
use tokenizer::TokenKind;

/// The errors of a text that ruff's parser refused, CPython's first; none if CPython takes the text
/// and the tree could be put right.
pub fn translate(text: &str, module: &mut ModModule, errors: &[ParseError]) -> Vec<Diagnostic> {
    let mut recogniser = Recogniser::new(text);
    if let Some(fault) = recogniser.error() {
        return vec![fault.into_diagnostic(text)];
    }
    let errors = match flufl::rewritten(&recogniser) {
        Some(rewritten) => parse_again(&rewritten, module),
        None => errors.to_vec(),
    };
    if repair(module, &errors, text) {
        return Vec::new();
    }
    // Patterns with f-strings parse; the code generator refuses them.
    if let Some(fault) = recogniser.late_fault {
        return vec![fault.into_diagnostic(text)];
    }
    errors.iter().map(|error| Diagnostic::syntax_error(error.location, error.error.to_string())).collect()
}

/// Replaces the tree by that of another text; gives ruff's errors.
fn parse_again(text: &str, module: &mut ModModule) -> Vec<ParseError> {
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY314);
    let parsed = parse_unchecked(text, options);
    let errors = parsed.errors().to_vec();
    dismantle(module);
    if let Mod::Module(again) = parsed.into_syntax() {
        *module = again;
    }
    errors
}

/// The error that CPython's tokenizer or parser raises for a text, if any.
pub fn diagnose(text: &str) -> Result<(), Box<Diagnostic>> {
    match Recogniser::new(text).error() {
        None => Ok(()),
        Some(fault) => Err(Box::new(fault.into_diagnostic(text))),
    }
}

impl Fault {
    fn into_diagnostic(self, text: &str) -> Diagnostic {
        let span = to_span(&self.place, text);
        Diagnostic::error(self.exception, span, self.message)
    }
}

impl Recogniser<'_> {
    /// `_PyPegen_run_parser`
    fn error(&mut self) -> Option<Fault> {
        if let Ok(Some(_)) = self.pass(false) {
            return None;
        }
        let last = self.tokens.len().saturating_sub(1);
        if self.fault.is_none() {
            // Whether the second pass finds something is seen in `fault`.
            let _ = self.pass(true);
        }
        Some(self.final_error(last))
    }

    /// `_Pypegen_set_syntax_error`
    fn final_error(&mut self, last: usize) -> Fault {
        if let Some(fault) = self.fault.take() {
            let is_parser_error = !self.tokenizer_failed && !self.tokenizer.at_end();
            if is_parser_error && is_syntax_error(fault.exception) {
                return self.later_tokenizer_error().unwrap_or(fault);
            }
            return fault;
        }
        let kind = |exception, message: &str, place| Fault { exception, message: message.to_owned(), place };
        if self.last_is(last, TokenKind::Indent) {
            return kind(Exception::IndentationError, "unexpected indent", self.last_place());
        }
        if self.last_is(last, TokenKind::Dedent) {
            return kind(Exception::IndentationError, "unexpected unindent", self.last_place());
        }
        let place = self.tokens.get(last).map_or(Place::START, |token| token.place);
        let generic = kind(Exception::SyntaxError, "invalid syntax", place);
        self.later_tokenizer_error().unwrap_or(generic)
    }

    /// Reads the rest: errors of the tokenizer come before those of the parser
    /// (`_PyPegen_tokenize_full_source_to_check_for_errors`).
    fn later_tokenizer_error(&mut self) -> Option<Fault> {
        let error_line = self.tokens.last().map_or(0, |token| token.place.line);
        loop {
            match self.tokenizer.next() {
                Ok(token) if token.kind == TokenKind::EndMarker => return None,
                Ok(_) => {}
                Err(_) if self.tokenizer.is_inside_interpolated() => return None,
                Err(tokenizer::Failure::Raised(fault)) => return Some(*fault),
                Err(_) => {
                    return self.unclosed_bracket().filter(|fault| error_line > fault.place.line);
                }
            }
        }
    }
}

const fn is_syntax_error(exception: Exception) -> bool {
    matches!(exception, Exception::SyntaxError | Exception::IndentationError | Exception::TabError)
}

/// Lines and columns → offsets. An end that CPython leaves out becomes one character.
fn to_span(place: &Place, text: &str) -> Span {
    let lines = LineIndex::new(text);
    let offset = |line: i32, column: i32| {
        let line = usize::try_from(line).unwrap_or(1).max(1);
        let start = lines.line_start(line).map_or(text.len(), |start| start as usize);
        let length = text[start..].find('\n').unwrap_or(text.len() - start);
        let offset = start + usize::try_from(column).unwrap_or(0).min(length);
        text.floor_char_boundary(offset)
    };
    let start = offset(place.line, place.column);
    let mut end = if place.end_column < 0 { start } else { offset(place.end_line, place.end_column) };
    if end <= start {
        let next = text[start..].chars().next().filter(|&next| next != '\n');
        end = start + next.map_or(0, char::len_utf8);
    }
    let [start, end] = [start, end].map(|offset| u32::try_from(offset).unwrap_or(u32::MAX));
    Span::new(start, end)
}
