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
        Code::BadFlag => include_str!("../explain/bad-flag.md"),
        Code::ModuleTable => include_str!("../explain/module-table.md"),
        Code::Unsupported => include_str!("../explain/unsupported.md"),
        Code::TypeMismatch => include_str!("../explain/type-mismatch.md"),
        Code::ArgumentType => include_str!("../explain/argument-type.md"),
        Code::CallArguments => include_str!("../explain/call-arguments.md"),
        Code::ReturnType => include_str!("../explain/return-type.md"),
        Code::MissingReturn => include_str!("../explain/missing-return.md"),
        Code::UndefinedName => include_str!("../explain/undefined-name.md"),
        Code::Redefinition => include_str!("../explain/redefinition.md"),
        Code::PrimitiveScope => include_str!("../explain/primitive-scope.md"),
        Code::PrimitiveValue => include_str!("../explain/primitive-value.md"),
        Code::FinalAssignment => include_str!("../explain/final-assignment.md"),
        Code::TypeQualifier => include_str!("../explain/type-qualifier.md"),
        Code::ClassVariable => include_str!("../explain/class-variable.md"),
        Code::BadOverride => include_str!("../explain/bad-override.md"),
        Code::BadBase => include_str!("../explain/bad-base.md"),
        Code::NoOperation => include_str!("../explain/no-operation.md"),
        Code::NoneOperation => include_str!("../explain/none-operation.md"),
        Code::UnionOperation => include_str!("../explain/union-operation.md"),
        Code::OperandType => include_str!("../explain/operand-type.md"),
        Code::PrimitiveConversion => include_str!("../explain/primitive-conversion.md"),
        Code::BuiltinCall => include_str!("../explain/builtin-call.md"),
        Code::InvalidType => include_str!("../explain/invalid-type.md"),
        Code::BadDataclass => include_str!("../explain/bad-dataclass.md"),
        Code::BadEnum => include_str!("../explain/bad-enum.md"),
        Code::BadDecorator => include_str!("../explain/bad-decorator.md"),
        Code::BadNative => include_str!("../explain/bad-native.md"),
        Code::BadImport => include_str!("../explain/bad-import.md"),
        Code::RevealType => include_str!("../explain/reveal-type.md"),
        Code::Performance => include_str!("../explain/performance.md"),
        Code::InternalError => include_str!("../explain/internal-error.md"),
    }
}

/// The paragraphs between the title and the first section.
pub fn introduction(page: &str) -> &str {
    let body = page.split_once('\n').map_or("", |(_title, body)| body);
    body.split_once("\n## ").map_or(body, |(introduction, _)| introduction).trim()
}
