//! Codes → their pages in `explain/`.
//!
//! Invariant: every code has a page and every page a code; the examples of the pages give the problems
//! that they say (both are tested).

use pyclast_syntax::Code;

/// The page of a code, in Markdown.
pub fn page(code: Code) -> &'static str {
    match code {
        Code::SyntaxError => include_str!("../explain/syntax-error.md"),
        Code::SyntaxWarning => include_str!("../explain/syntax-warning.md"),
        Code::UnresolvedImport => include_str!("../explain/unresolved-import.md"),
        Code::NeedsCinderx => include_str!("../explain/needs-cinderx.md"),
        Code::UnusedIgnore => include_str!("../explain/unused-ignore.md"),
        Code::InvalidIgnore => include_str!("../explain/invalid-ignore.md"),
        Code::StaleBaseline => include_str!("../explain/stale-baseline.md"),
        Code::InternalError => include_str!("../explain/internal-error.md"),
    }
}

/// The paragraphs between the title and the first section.
pub fn introduction(page: &str) -> &str {
    let body = page.split_once('\n').map_or("", |(_title, body)| body);
    body.split_once("\n## ").map_or(body, |(introduction, _)| introduction).trim()
}
