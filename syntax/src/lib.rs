//! Source text, syntax tree, literals, symbol table and syntax errors.
//!
//! ```text
//! bytes → SourceText → ParsedModule → SymbolTable
//! ```
//!
//! Invariant: nothing here reads files, the environment or the clock; every function gives the same
//! result for the same text. Errors are [`Diagnostic`]s: data, in CPython's words.

pub mod checks;
mod codecs;
mod coding_cookie;
mod comments;
mod descriptor;
mod diagnostic;
mod dismantle;
mod finally_warnings;
mod helpers;
pub mod imports;
pub mod interface;
mod line_index;
pub mod literal;
mod location;
mod name_map;
mod names;
mod node_index;
mod node_location;
mod parse;
pub mod parser_errors;
mod printable;
mod py_string;
pub mod repr;
pub mod safe_int;
mod source_text;
pub mod static_interface;
pub mod symtable;
mod tokenizer;
mod type_code;
pub mod type_facts;
pub mod world_facts;

pub use comments::comments;
pub use diagnostic::{Code, Diagnostic, Exception, Label, Rule, Severity};
pub use finally_warnings::finally_warnings;
pub use helpers::{processors, with_helpers, with_work_beside};
pub use line_index::LineIndex;
pub use literal::{NumberValue, PyInt};
pub use location::{Location, Span};
pub use name_map::{NameMap, NameSet};
pub use names::{NameId, NameTable};
pub use node_index::node_index;
pub use parse::{NESTING_LIMIT, ParsedModule, parse, parse_with_threads};
pub use printable::is_printable;
pub use py_string::PyString;
pub use source_text::SourceText;
pub use symtable::SymbolTable;
