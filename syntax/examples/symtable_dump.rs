//! Prints the symbol tables of the files named on standard input, for comparison with CPython's by
//! `tests/oracle/symtable_dump.py`.
//!
//! ```text
//! == spam.py
//! 2 top 0 0 () f=2:1
//!  3 __annotate__ 0 1 (.format) .format=20:1
//!  0 f 0 1 (x) x=20:1
//! ```
//!
//! A line is a scope: kind, name, nested, line, parameters, then each name with CPython's flags and
//! scope number. An error is one line: `!! 1:2-1:5 message`, columns in bytes from 1
//! as in the exceptions that CPython's compiler raises after parsing.

use pyclast_syntax::symtable::{Resolution, ScopeId, ScopeKind, SymbolFlags};
use pyclast_syntax::{Diagnostic, ParsedModule, SourceText, Span, SymbolTable, parse};
use std::fmt::Write as _;
use std::io::{self, BufRead, Write as _};

fn main() -> io::Result<()> {
    let mut output = io::BufWriter::new(io::stdout().lock());
    for path in io::stdin().lock().lines() {
        let path = path?;
        let text = dump(&std::fs::read(&path)?);
        write!(output, "== {path}\n{text}")?;
    }
    output.flush()
}

fn dump(bytes: &[u8]) -> String {
    let Ok(source) = SourceText::decode(bytes) else { return "?? decode\n".to_owned() };
    let Ok(module) = parse(source) else { return "?? parse\n".to_owned() };
    match SymbolTable::build(&module) {
        Ok(table) => {
            let mut output = String::new();
            dump_scope(&module, &table, table.module_scope(), 0, &mut output);
            output
        }
        Err(errors) => errors.first().map_or_else(String::new, |error| describe(&module, error)),
    }
}

fn describe(module: &ParsedModule, error: &Diagnostic) -> String {
    let Span { start, end } = error.span;
    let position = |offset: u32| {
        let (line, column) = module.lines().line_column(offset);
        format!("{line}:{}", column + 1)
    };
    format!("!! {}-{} {}\n", position(start), position(end), error.message)
}

fn dump_scope(module: &ParsedModule, table: &SymbolTable, id: ScopeId, depth: usize, output: &mut String) {
    let scope = table.scope(id);
    let name = match table.names.text(scope.name) {
        "<module>" => "top",
        name => name.trim_matches(['<', '>']),
    };
    let line = if id == table.module_scope() { 0 } else { module.location(scope.span).line };
    let kind = kind_number(scope.kind);
    let parameters: Vec<_> = scope.parameters.iter().map(|&name| table.names.text(name)).collect();
    let nested = u8::from(scope.nested);
    let _ = write!(output, "{:depth$}{kind} {name} {nested} {line} ({})", "", parameters.join(" "));
    let mut symbols: Vec<_> = scope
        .symbols
        .iter()
        .filter(|&(name, _)| table.names.text(name) != "__debug__")
        .map(|(name, symbol)| (table.names.text(name), flag_bits(symbol.flags), resolution_number(symbol.resolution)))
        .collect();
    // CPython adds the names that pass through a scope in the order of a hash set.
    let free_class = flag_bits(SymbolFlags::FREE_CLASS);
    for run in symbols.chunk_by_mut(|left, right| (left.1 | right.1) & !free_class == 0) {
        run.sort_unstable();
    }
    for (name, flags, resolution) in symbols {
        let _ = write!(output, " {name}={flags}:{resolution}");
    }
    output.push('\n');
    for &child in &scope.children {
        dump_scope(module, table, child, depth + 1, output);
    }
}

fn kind_number(kind: ScopeKind) -> u8 {
    match kind {
        ScopeKind::Function => 0,
        ScopeKind::Class => 1,
        ScopeKind::Module => 2,
        ScopeKind::Annotation => 3,
        ScopeKind::TypeAlias => 4,
        ScopeKind::TypeParameters => 5,
        ScopeKind::TypeVariable => 6,
    }
}

fn resolution_number(resolution: Resolution) -> u8 {
    match resolution {
        Resolution::Unresolved => 0,
        Resolution::Local => 1,
        Resolution::GlobalExplicit => 2,
        Resolution::GlobalImplicit => 3,
        Resolution::Free => 4,
        Resolution::Cell => 5,
    }
}

/// CPython's bits (`pycore_symtable.h`).
fn flag_bits(flags: SymbolFlags) -> u16 {
    let bits = [
        (SymbolFlags::GLOBAL, 1),
        (SymbolFlags::LOCAL, 2),
        (SymbolFlags::PARAM, 2 << 1),
        (SymbolFlags::NONLOCAL, 2 << 2),
        (SymbolFlags::USE, 2 << 3),
        (SymbolFlags::FREE_CLASS, 2 << 5),
        (SymbolFlags::IMPORT, 2 << 6),
        (SymbolFlags::ANNOT, 2 << 7),
        (SymbolFlags::COMP_ITER, 2 << 8),
        (SymbolFlags::TYPE_PARAM, 2 << 9),
        (SymbolFlags::COMP_CELL, 2 << 10),
    ];
    bits.into_iter().filter(|&(flag, _)| flags.intersects(flag)).map(|(_, bit)| bit).sum()
}
