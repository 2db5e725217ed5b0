//! Docstrings: what is one, what `-OO` leaves, and how the text is cleaned.
//!
//! ```text
//! def f():
//!     """Adds.            cleaned: "Adds.\n\n  More.\n"
//!
//!       More.
//!     """
//! ```
//!
//! Invariant: a string that becomes a body's first statement only because a docstring was removed is
//! no docstring.

use super::Builder;
use crate::{Constant, Opcode, Optimize};
use memchr::{memchr, memchr_iter};
use pyclast_syntax::{Diagnostic, Exception, Location, PyString, Span, literal};
use ruff_python_ast::{Expr, Stmt};
use std::borrow::Cow;

/// A body as CPython's code generator sees it after pre-processing (`astfold_body`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Body<'a> {
    /// The docstring in force.
    pub(super) docstring: Option<&'a Expr>,
    /// The first statement of the source.
    pub(super) first: Option<&'a Stmt>,
    /// The docstring statement that `-OO` removed.
    pub(super) removed: Option<&'a Stmt>,
    /// The statements after the docstring.
    pub(super) statements: &'a [Stmt],
}

impl<'a> Builder<'a> {
    /// Splits a body into its docstring and its statements.
    pub(super) fn body(&self, statements: &'a [Stmt]) -> Body<'a> {
        let first = statements.first();
        let docstring = first.and_then(as_string_statement);
        let (docstring, removed) = match self.options.optimize {
            Optimize::Docstrings => (None, first.filter(|_| docstring.is_some())),
            Optimize::None | Optimize::Asserts => (docstring, None),
        };
        let skipped = usize::from(docstring.is_some() || removed.is_some());
        Body { docstring, first, removed, statements: &statements[skipped..] }
    }

    /// The statements of a body, and what stands in for a removed docstring.
    pub(super) fn build_statements_of(&mut self, body: &Body<'a>) {
        let mut statements = body.statements;
        if let Some(removed) = body.removed {
            match statements.split_first() {
                None => {
                    // A body must not be empty: a `pass` takes the docstring's place.
                    let location = self.pass_location(removed);
                    self.emit(Opcode::Nop, location);
                }
                Some((first, rest)) => {
                    if let Some(string) = as_string_statement(first) {
                        // It must not become the docstring: CPython wraps it in an f-string.
                        let text = literal_text(string, self.module.text());
                        let location = self.expr_location(string);
                        self.emit_const(Constant::Str(text), location);
                        self.emit(Opcode::PopTop, Location::NONE);
                        statements = rest;
                    }
                }
            }
        }
        self.visit_statements(statements);
    }

    /// Where the `pass` is that stands in for a removed docstring: as long as the word.
    pub(super) fn pass_location(&self, removed: &Stmt) -> Location {
        let Location { line, column, .. } = self.stmt_location(removed);
        Location { line, end_line: line, column, end_column: column + 4 }
    }

    /// The docstring's text without its common indentation (`_PyCompile_CleanDoc`).
    ///
    /// CPython cleans UTF-8, and so refuses docstrings with lone surrogates.
    pub(super) fn clean_docstring(&mut self, docstring: &Expr) -> PyString {
        let text = literal_text(docstring, self.module.text());
        if text.as_str().is_none() {
            let expanded = PyString::from_surrogatepass(&expand_tabs(text.as_bytes()));
            let error = Diagnostic::error(Exception::UnicodeEncodeError, Span::NONE, cannot_encode(&expanded));
            self.errors.add(error);
        }
        clean(&text)
    }
}

/// The string of an expression statement that is nothing else (`_PyAST_GetDocString`).
fn as_string_statement(statement: &Stmt) -> Option<&Expr> {
    match statement {
        Stmt::Expr(statement) if statement.value.is_string_literal_expr() => Some(&statement.value),
        _ => None,
    }
}

/// What CPython says of the first surrogates in a string.
fn cannot_encode(text: &PyString) -> String {
    let is_surrogate = |point: &u32| (0xD800..0xE000).contains(point);
    let start = text.code_points().position(|point| is_surrogate(&point)).unwrap_or(0);
    let run: Vec<u32> = text.code_points().skip(start).take_while(is_surrogate).collect();
    match run[..] {
        [point] => {
            format!("'utf-8' codec can't encode character '\\u{point:04x}' in position {start}: surrogates not allowed")
        }
        _ => {
            let end = start + run.len().max(1) - 1;
            format!("'utf-8' codec can't encode characters in position {start}-{end}: surrogates not allowed")
        }
    }
}

fn literal_text(string: &Expr, text: &str) -> PyString {
    match string {
        Expr::StringLiteral(literal) => literal::string_value(literal, text),
        _ => PyString::new(""),
    }
}

/// `_PyCompile_CleanDoc` on UTF-8 bytes.
fn clean(docstring: &PyString) -> PyString {
    let text = expand_tabs(docstring.as_bytes());
    let (first, rest) = text.split_at(memchr(b'\n', &text).map_or(text.len(), |end| end + 1));
    let margin = lines(rest).filter_map(indentation).min().unwrap_or(0);
    let first_indentation = leading_spaces(first);
    if first_indentation == 0 && margin == 0 {
        return PyString::from_surrogatepass(&text);
    }
    let mut cleaned = Vec::with_capacity(text.len());
    cleaned.extend_from_slice(&first[first_indentation..]);
    for line in lines(rest) {
        cleaned.extend_from_slice(&line[leading_spaces(line).min(margin)..]);
    }
    PyString::from_surrogatepass(&cleaned)
}

/// The lines of a text, each with its end.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = memchr_iter(b'\n', text).map(|end| end + 1).chain([text.len()]);
    ends.scan(0, |start, end| Some(&text[std::mem::replace(start, end)..end]))
}

/// The indentation of a line that is not blank.
fn indentation(line: &[u8]) -> Option<usize> {
    let spaces = leading_spaces(line);
    line.get(spaces).filter(|&&byte| byte != b'\n').map(|_| spaces)
}

fn leading_spaces(line: &[u8]) -> usize {
    line.iter().take_while(|&&byte| byte == b' ').count()
}

/// `str.expandtabs()`: columns are code points, tab stops every 8.
fn expand_tabs(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'\t') {
        return Cow::Borrowed(text);
    }
    let mut expanded = Vec::with_capacity(text.len());
    let mut column = 0;
    for &byte in text {
        match byte {
            b'\t' => {
                let spaces = 8 - column % 8;
                expanded.resize(expanded.len() + spaces, b' ');
                column += spaces;
                continue;
            }
            b'\n' | b'\r' => column = 0,
            // Continuation bytes are no code points of their own.
            0x80..0xC0 => {}
            _ => column += 1,
        }
        expanded.push(byte);
    }
    Cow::Owned(expanded)
}

#[cfg(test)]
mod tests {
    use super::clean;
    use pyclast_syntax::PyString;

    #[test]
    fn indentation_goes_and_blank_lines_stay() {
        // Expectations from `_testinternalcapi.compiler_cleandoc` of CPython 3.14.8.
        for (docstring, cleaned) in [
            ("Adds.\n\n      More.\n    ", "Adds.\n\nMore.\n"),
            (" a\n\tb\n        c", "a\nb\nc"),
            ("\n\n  x\n  ", "\n\nx\n"),
            ("one", "one"),
            ("  one\ntwo", "one\ntwo"),
            ("a\n   \n  b", "a\n \nb"),
        ] {
            assert_eq!(clean(&PyString::new(docstring)), PyString::new(cleaned), "{docstring:?}");
        }
    }
}
