//! `from __future__ import …`: which features a module asks for (`future.c`).
//!
//! ```text
//! """doc"""
//! from __future__ import annotations      annotations are strings; line 2 is the last future line
//! ```
//!
//! Invariant: only a docstring and other future imports come before a future import; a later one is
//! an error of the symbol table ([`is_late`]).

use super::{FutureFeatures, errors};
use crate::{Diagnostic, Location, ParsedModule};
use ruff_python_ast::{Stmt, StmtImportFrom};

/// What the head of a module asks for (`_PyFutureFeatures`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Future {
    pub(super) features: FutureFeatures,
    /// Where the last future import of the head stands.
    location: Location,
}

/// Reads the head of a module (`future_parse`).
pub(super) fn scan(module: &ParsedModule, errors: &mut Vec<Diagnostic>) -> Future {
    let mut future = Future { features: FutureFeatures::default(), location: Location::NONE };
    let body = &module.module().body;
    let docstring = usize::from(body.first().is_some_and(is_docstring));
    for statement in &body[docstring..] {
        match statement {
            Stmt::ImportFrom(import) if is_future_import(import) => {
                check_features(import, &mut future.features, errors);
                future.location = module.location(import.range);
            }
            _ => break,
        }
    }
    future
}

/// Whether a statement comes after the place for future imports (`check_import_from`).
pub(super) fn is_late(module: &ParsedModule, import: &StmtImportFrom, future: &Future) -> bool {
    if !is_future_import(import) {
        return false;
    }
    let here = module.location(import.range);
    let last = future.location;
    here.line > last.line || here.line == last.end_line && here.column > last.end_column
}

fn is_future_import(import: &StmtImportFrom) -> bool {
    import.level == 0 && import.module.as_ref().is_some_and(|module| module.as_str() == "__future__")
}

fn is_docstring(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(expression) if expression.value.is_string_literal_expr())
}

fn check_features(import: &StmtImportFrom, features: &mut FutureFeatures, errors: &mut Vec<Diagnostic>) {
    for alias in &import.names {
        let message = match alias.name.as_str() {
            "nested_scopes" | "generators" | "division" | "absolute_import" | "with_statement" | "print_function"
            | "unicode_literals" | "generator_stop" => continue,
            "annotations" => {
                features.annotations = true;
                continue;
            }
            "barry_as_FLUFL" => {
                features.barry_as_flufl = true;
                continue;
            }
            "braces" => errors::NOT_A_CHANCE.to_owned(),
            name => errors::undefined_future_feature(name),
        };
        errors.push(Diagnostic::syntax_error(alias.range, message));
    }
}
