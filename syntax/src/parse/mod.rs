//! Source text → syntax tree with numbered nodes. The only caller of ruff's parser.
//!
//! ```text
//! "x = 1"   →   Module(body=[Assign(…)]), 4 nodes, no diagnostics
//! ```
//!
//! After [`parse`] every error that CPython's tokenizer, parser and AST actions raise has been
//! found, and its tokenizer warnings. Node indices are set once, here, in source order, and never
//! again. The tree is nested no deeper than [`NESTING_LIMIT`] allows.

mod parts;

use crate::checks::is_suspicious;
use crate::dismantle::dismantle;
use crate::node_index::{Numbering, node_index, number_nodes};
use crate::parser_errors::{diagnose, translate};
use crate::tokenizer::{TokenFindings, check_tokens, screen};
use crate::{Diagnostic, LineIndex, Location, SourceText, Span};
use parts::parse_parts;
use ruff_python_ast::{Mod, ModModule, PythonVersion, Stmt};
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked};

pub use crate::node_index::NESTING_LIMIT;

/// A module that parsed.
#[derive(Debug)]
pub struct ParsedModule {
    source: SourceText,
    module: ModModule,
    numbering: Numbering,
    warnings: Vec<Diagnostic>,
    /// The text has `__debug__` somewhere.
    names_debug: bool,
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
        self.source.lines()
    }

    /// How many nodes were numbered: indices are below this.
    pub fn node_count(&self) -> u32 {
        self.numbering.node_count
    }

    /// How many expressions, statements and patterns stand inside each other at most: the depth of
    /// recursion over the tree, for jobs to size their stacks by. Rarely above 50, at most twice
    /// [`NESTING_LIMIT`].
    pub fn nesting(&self) -> u32 {
        self.numbering.nesting
    }

    /// Whether there is something in a statement itself, not in its body, of which a constant can be made: an operation on
    /// literals, a list to look through, or maybe `__debug__`.
    pub fn may_fold(&self, statement: &Stmt) -> bool {
        self.names_debug || self.numbering.may_fold(node_index(statement))
    }

    /// Where `try` statements with a `finally` start, in source order.
    pub(crate) fn finally_statements(&self) -> &[u32] {
        &self.numbering.finally_statements
    }

    /// The parentheses of the call whose only argument is the generator that starts at `start`.
    pub(crate) fn argument_span(&self, start: u32) -> Option<Span> {
        let arguments = &self.numbering.generator_arguments;
        let found = arguments.binary_search_by_key(&start, |&(start, _)| start).ok()?;
        Some(arguments[found].1)
    }

    /// The lines and columns of a span.
    pub fn location(&self, span: impl Into<Span>) -> Location {
        self.source.lines().location(span)
    }

    /// Warnings of the tokenizer and parser (invalid escapes, `1if x`), in CPython's order.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }
}

impl Drop for ParsedModule {
    fn drop(&mut self) {
        /// Trees nested no deeper may be dropped on any stack.
        const SHALLOW: u32 = 200;
        if self.numbering.nesting > SHALLOW {
            dismantle(&mut self.module);
        }
    }
}

/// Parses a module; or gives every error found, CPython's first error first, and after the errors
/// the warnings that CPython gives before it finds the error.
pub fn parse(source: SourceText) -> Result<ParsedModule, Vec<Diagnostic>> {
    parse_with_threads(source, 1)
}

/// The same by up to so many threads, if the text is long.
pub fn parse_with_threads(source: SourceText, threads: usize) -> Result<ParsedModule, Vec<Diagnostic>> {
    let text = source.as_str();
    if let Err(error) = screen(text) {
        return Err(vec![*diagnose(text).err().unwrap_or(error)]);
    }
    let (module, warnings) = match parse_parts(text, threads) {
        Some(parsed) => parsed,
        None => parse_whole(text)?,
    };
    match number_nodes(&module) {
        Ok(numbering) => {
            let warnings = warnings.into_iter().map(|(_, warning)| warning).collect();
            let names_debug = memchr::memmem::find(text.as_bytes(), b"__debug__").is_some();
            Ok(ParsedModule { source, module, numbering, warnings, names_debug })
        }
        Err(error) => Err(refuse(module, vec![error], warnings)),
    }
}

/// A warning, and where CPython is in the text when it gives it.
type Warned = (u32, Diagnostic);

/// The tree of a text, and its warnings.
fn parse_whole(text: &str) -> Result<(ModModule, Vec<Warned>), Vec<Diagnostic>> {
    let parsed = parse_unchecked(text, options());
    let findings = check_tokens(text, 0, parsed.tokens());
    let (module, errors) = judge(text, parsed, &findings);
    if errors.is_empty() { Ok((module, findings.warnings)) } else { Err(refuse(module, errors, findings.warnings)) }
}

fn options() -> ParseOptions {
    ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY314)
}

/// The tree, and the errors that CPython's parser gives, the first first. The grammar of CPython is
/// asked only about texts that the parser refuses and those that look as if it might be too lenient.
fn judge(text: &str, parsed: Parsed<Mod>, findings: &TokenFindings) -> (ModModule, Vec<Diagnostic>) {
    let refusals = parsed.errors().to_vec();
    let is_suspicious = findings.suspicion.is_some()
        || !parsed.unsupported_syntax_errors().is_empty()
        || matches!(parsed.syntax(), Mod::Module(module)
            if is_suspicious(module, parsed.tokens(), &findings.for_grammar, text, 0));
    let Mod::Module(mut module) = parsed.into_syntax() else { unreachable!("module mode gives a module") };
    let errors = if !refusals.is_empty() {
        translate(text, &mut module, &refusals)
    } else if is_suspicious {
        diagnose(text).err().into_iter().map(|error| *error).collect()
    } else {
        Vec::new()
    };
    (module, errors)
}

/// The errors, and the warnings that CPython gives before it finds the first.
fn refuse(mut module: ModModule, mut errors: Vec<Diagnostic>, warnings: Vec<Warned>) -> Vec<Diagnostic> {
    dismantle(&mut module);
    let place = errors.first().map_or(Span::NONE, |error| error.span);
    let earlier = warnings.into_iter().filter(|&(offset, _)| offset <= place.start);
    errors.extend(earlier.map(|(_, warning)| warning));
    errors
}

#[cfg(test)]
mod tests;
