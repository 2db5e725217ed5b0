//! Scopes and errors of small programs; every expectation is what CPython 3.14.8 gives.

mod errors;
mod scopes;

use super::{ScopeId, SymbolFlags, SymbolTable};
use crate::{Diagnostic, ParsedModule, SourceText, parse};

fn parsed(source: &str) -> ParsedModule {
    let text = SourceText::decode(source.as_bytes()).expect("tests are UTF-8");
    parse(text).unwrap_or_else(|errors| panic!("{source}: {errors:?}"))
}

fn table(source: &str) -> SymbolTable {
    SymbolTable::build(&parsed(source)).unwrap_or_else(|errors| panic!("{source}: {errors:?}"))
}

fn all_errors(source: &str) -> Vec<Diagnostic> {
    SymbolTable::build(&parsed(source)).err().unwrap_or_default()
}

/// `1:2-1:5 message`
fn first_error(source: &str) -> String {
    let module = parsed(source);
    let Err(errors) = SymbolTable::build(&module) else { return "accepted".to_owned() };
    let location = module.location(errors[0].span);
    format!(
        "{}:{}-{}:{} {}",
        location.line,
        location.column + 1,
        location.end_line,
        location.end_column + 1,
        errors[0].message
    )
}

/// The scope reached through children of these names, the first of each name.
fn scope(table: &SymbolTable, path: &str) -> ScopeId {
    path.split_terminator('/').fold(table.module_scope(), |scope, name| {
        let mut children = table.scope(scope).children.iter().copied();
        children
            .find(|&child| table.names.text(table.scope(child).name) == name)
            .unwrap_or_else(|| panic!("no scope {name} in {path}"))
    })
}

/// A scope's names in order: `x Cell, y Free`.
fn resolutions(source: &str, path: &str) -> String {
    let table = table(source);
    let symbols = &table.scope(scope(&table, path)).symbols;
    let symbols = symbols.iter();
    let lines: Vec<_> =
        symbols.map(|(name, symbol)| format!("{} {:?}", table.names.text(name), symbol.resolution)).collect();
    lines.join(", ")
}

/// What a scope does with a name.
fn flags(source: &str, path: &str, name: &str) -> SymbolFlags {
    let table = table(source);
    let name = table.names.lookup(name).expect("the name occurs");
    let symbol = table.symbol(scope(&table, path), name).expect("the scope mentions the name");
    symbol.flags
}

/// The names of a scope's children.
fn children(source: &str, path: &str) -> String {
    let table = table(source);
    let children = &table.scope(scope(&table, path)).children;
    let names: Vec<_> = children.iter().map(|&child| table.names.text(table.scope(child).name)).collect();
    names.join(" ")
}

/// A scope's parameters.
fn parameters(source: &str, path: &str) -> String {
    let table = table(source);
    let parameters = &table.scope(scope(&table, path)).parameters;
    let names: Vec<_> = parameters.iter().map(|&name| table.names.text(name)).collect();
    names.join(" ")
}
