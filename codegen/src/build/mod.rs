//! todo
use crate::{CodeObject, Options};
use pyclast_syntax::{Diagnostic, ParsedModule, SymbolTable};
/// todo
pub fn compile_module(_m: &ParsedModule, _t: &SymbolTable, _o: &Options) -> Result<(CodeObject, Vec<Diagnostic>), Vec<Diagnostic>> { Err(vec![]) }
