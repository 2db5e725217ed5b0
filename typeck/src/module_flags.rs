//! Whether a module asks to be static or strict (CinderX's `flag_extractor.py`).
//!
//! ```text
//! """doc"""
//! from __future__ import annotations
//! import __static__               static
//! ```
//!
//! A flag counts at the top of the module only: after the docstring, `__future__` imports and other
//! flags. `from __static__ import int64` does not make a module static.

use pyclast_syntax::{Code, Diagnostic, ParsedModule, Span};
use ruff_python_ast::{Stmt, StmtImport};

/// What a module asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ModuleFlags {
    /// `import __static__`
    pub is_static: bool,
    /// `import __strict__`
    pub is_strict: bool,
}

/// The flags of a module; errors for flags that stand where they do not count.
pub fn module_flags(module: &ParsedModule) -> (ModuleFlags, Vec<Diagnostic>) {
    let mut flags = ModuleFlags::default();
    let mut errors = Vec::new();
    let mut may_appear = true;
    let mut seen_docstring = false;
    for statement in &module.module().body {
        match statement {
            Stmt::Import(import) => extract(import, &mut may_appear, &mut flags, &mut errors),
            Stmt::ImportFrom(import) if import.module.as_deref() == Some("__future__") => {}
            Stmt::Expr(expr) if !seen_docstring && expr.value.is_string_literal_expr() => seen_docstring = true,
            _ => may_appear = false,
        }
    }
    (flags, errors)
}

/// Where the top of a module says `import __static__`; nowhere if it is an ordinary module.
pub fn static_flag(module: &ParsedModule) -> Option<Span> {
    let mut flags = ModuleFlags::default();
    let mut errors = Vec::new();
    let mut may_appear = true;
    let mut seen_docstring = false;
    for statement in &module.module().body {
        match statement {
            Stmt::Import(import) => {
                extract(import, &mut may_appear, &mut flags, &mut errors);
                if !may_appear || !errors.is_empty() {
                    return None;
                }
                if flags.is_static {
                    return Some(import.range.into());
                }
            }
            Stmt::ImportFrom(import) if import.module.as_deref() == Some("__future__") => {}
            Stmt::Expr(expr) if !seen_docstring && expr.value.is_string_literal_expr() => seen_docstring = true,
            _ => return None,
        }
    }
    None
}

/// The flags of one import statement (`FlagExtractor._handle_import`).
fn extract(import: &StmtImport, may_appear: &mut bool, flags: &mut ModuleFlags, errors: &mut Vec<Diagnostic>) {
    for alias in &import.names {
        let name = alias.name.as_str();
        if !matches!(name, "__static__" | "__strict__" | "__future__") {
            *may_appear = false;
            continue;
        }
        let fault = if !*may_appear {
            Some(format!("Cinder flag {name} must be at the top of a file"))
        } else if import.names.len() > 1 {
            Some(format!("{name} flag may not be combined with other imports"))
        } else if alias.asname.is_some() {
            Some(format!("{name} flag may not be aliased"))
        } else {
            None
        };
        errors.extend(fault.map(|message| Diagnostic::type_error(Code::BadFlag, import.range, message)));
        flags.is_static |= name == "__static__";
        flags.is_strict |= name == "__strict__";
    }
}

#[cfg(test)]
mod tests {
    use super::{ModuleFlags, module_flags, static_flag};
    use pyclast_syntax::{SourceText, parse};

    fn flags(source: &str) -> (ModuleFlags, usize) {
        let source = SourceText::decode(source.as_bytes()).expect("the source is text");
        let (flags, errors) = module_flags(&parse(source).expect("the source parses"));
        (flags, errors.len())
    }

    #[test]
    fn flags_count_at_the_top() {
        let is_static = ModuleFlags { is_static: true, is_strict: false };
        assert_eq!(flags("'doc'\nfrom __future__ import annotations\nimport __static__\n"), (is_static, 0));
        assert_eq!(flags("import __strict__\nimport __static__\n"), (ModuleFlags { is_strict: true, ..is_static }, 0));
        assert_eq!(flags("from __static__ import int64\n"), (ModuleFlags::default(), 0));
        assert_eq!(flags("x = 1\nimport __static__\n").1, 1);
    }

    #[test]
    fn only_a_flag_at_the_top_makes_a_module_static() {
        let is_static = |source: &str| {
            let source = SourceText::decode(source.as_bytes()).expect("the source is text");
            static_flag(&parse(source).expect("the source parses")).is_some()
        };
        assert!(is_static("'doc'\nfrom __future__ import annotations\nimport __strict__\nimport __static__\nx = 1\n"));
        for ordinary in [
            "",
            "import os\nimport __static__\n",
            "x = 1\nimport __static__\n",
            "try:\n    import __static__\nexcept ImportError:\n    pass\n",
            "import __static__ as s\n",
            "import os, __static__\n",
            "from __static__ import int64\n",
            "import __strict__\n",
        ] {
            assert!(!is_static(ordinary), "{ordinary}");
        }
    }
}
