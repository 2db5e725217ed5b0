//! Warnings for `return`, `break` and `continue` that leave a `finally` block (PEP 765).
//!
//! ```text
//! try: a
//! finally: return 1       SyntaxWarning: 'return' in a 'finally' block
//! ```
//!
//! Follows the control-flow stack of `ast_preprocess.c`: only the innermost entry counts, so a loop or
//! a function inside the `finally` block is free to leave itself.

use crate::{Diagnostic, ParsedModule};
use ruff_python_ast::{ExceptHandler, Stmt};
use ruff_text_size::Ranged;

/// Every such warning of a module, in CPython's order.
pub fn finally_warnings(module: &ParsedModule) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    let mut starts = module.finally_statements();
    for statement in &module.module().body {
        let inside = starts.partition_point(|&start| start < statement.end().to_u32());
        // Most statements have no `finally` in them.
        if inside > 0 {
            visit_statement(statement, false, &mut warnings);
            starts = &starts[inside..];
        }
    }
    warnings
}

/// `in_finally`: what surrounds the body directly is a `finally` block, not a loop or function in it.
fn visit(body: &[Stmt], in_finally: bool, warnings: &mut Vec<Diagnostic>) {
    for statement in body {
        visit_statement(statement, in_finally, warnings);
    }
}

fn visit_statement(statement: &Stmt, in_finally: bool, warnings: &mut Vec<Diagnostic>) {
    let mut leaves = |keyword| {
        if in_finally {
            let message = format!("'{keyword}' in a 'finally' block");
            warnings.push(Diagnostic::syntax_warning(statement.range(), message));
        }
    };
    match statement {
        Stmt::Return(_) => leaves("return"),
        Stmt::Break(_) => leaves("break"),
        Stmt::Continue(_) => leaves("continue"),
        Stmt::FunctionDef(function) => visit(&function.body, false, warnings),
        Stmt::ClassDef(class) => visit(&class.body, in_finally, warnings),
        Stmt::For(for_) => {
            visit(&for_.body, false, warnings);
            visit(&for_.orelse, in_finally, warnings);
        }
        Stmt::While(while_) => {
            visit(&while_.body, false, warnings);
            visit(&while_.orelse, in_finally, warnings);
        }
        Stmt::If(if_) => {
            visit(&if_.body, in_finally, warnings);
            if_.elif_else_clauses.iter().for_each(|clause| visit(&clause.body, in_finally, warnings));
        }
        Stmt::With(with) => visit(&with.body, in_finally, warnings),
        Stmt::Match(match_) => match_.cases.iter().for_each(|case| visit(&case.body, in_finally, warnings)),
        Stmt::Try(try_) => {
            visit(&try_.body, in_finally, warnings);
            for ExceptHandler::ExceptHandler(handler) in &try_.handlers {
                visit(&handler.body, in_finally, warnings);
            }
            visit(&try_.orelse, in_finally, warnings);
            visit(&try_.finalbody, true, warnings);
        }
        _ => {}
    }
}
