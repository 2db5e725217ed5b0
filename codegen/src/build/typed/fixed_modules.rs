//! Imports from modules that strict modules know (`emit_import_fixed_modules`).
//!
//! ```text
//! from typing import Any, x     from typing import x · Any = <fixed-modules>["typing"]["Any"]
//! ```
//!
//! Invariant: only the names of the module are taken so; in functions and classes imports are ordinary.

use super::super::Builder;
use super::super::unit::UnitKind;
use crate::{Constant, Opcode};
use pyclast_syntax::Location;
use ruff_python_ast::{Alias, ExprContext, StmtImportFrom};

/// `NB_SUBSCR`
const SUBSCRIPT: usize = 26;

/// `typing.__all__`
#[rustfmt::skip]
const TYPING: [&str; 105] = [
    "AbstractSet", "Annotated", "Any", "AnyStr", "AsyncContextManager", "AsyncGenerator", "AsyncIterable",
    "AsyncIterator", "Awaitable", "BinaryIO", "ByteString", "Callable", "ChainMap", "ClassVar", "Collection",
    "Concatenate", "Container", "ContextManager", "Coroutine", "Counter", "DefaultDict", "Deque", "Dict", "Final",
    "ForwardRef", "FrozenSet", "Generator", "Generic", "Hashable", "IO", "ItemsView", "Iterable", "Iterator",
    "KeysView", "List", "Literal", "LiteralString", "Mapping", "MappingView", "Match", "MutableMapping",
    "MutableSequence", "MutableSet", "NamedTuple", "Never", "NewType", "NoDefault", "NoReturn", "NotRequired",
    "Optional", "OrderedDict", "ParamSpec", "ParamSpecArgs", "ParamSpecKwargs", "Pattern", "Protocol", "ReadOnly",
    "Required", "Reversible", "Self", "Sequence", "Set", "Sized", "SupportsAbs", "SupportsBytes",
    "SupportsComplex", "SupportsFloat", "SupportsIndex", "SupportsInt", "SupportsRound", "TYPE_CHECKING", "Text",
    "TextIO", "Tuple", "Type", "TypeAlias", "TypeAliasType", "TypeGuard", "TypeIs", "TypeVar", "TypeVarTuple",
    "TypedDict", "Union", "Unpack", "ValuesView", "assert_never", "assert_type", "cast", "clear_overloads",
    "dataclass_transform", "evaluate_forward_ref", "final", "get_args", "get_origin", "get_overloads",
    "get_protocol_members", "get_type_hints", "is_protocol", "is_typeddict", "no_type_check",
    "no_type_check_decorator", "overload", "override", "reveal_type", "runtime_checkable",
];

impl<'a> Builder<'a> {
    /// `from typing import …` and the like in a strict module; whether it is one.
    pub(super) fn build_fixed_import(&mut self, import: &'a StmtImportFrom, location: Location) -> bool {
        let Some(module) = import.module.as_ref().filter(|_| import.level == 0) else { return false };
        let names: &[&str] = match module.as_str() {
            "typing" => &TYPING,
            "__strict__" | "strict_modules" => &["freeze_type", "mutable"],
            _ => return false,
        };
        if !self.options.strict || self.unit().kind != UnitKind::Module {
            return false;
        }
        let is_known = |alias: &&Alias| names.contains(&alias.name.as_str());
        let others: Vec<&'a Alias> = import.names.iter().filter(|alias| !is_known(alias)).collect();
        if !others.is_empty() {
            self.build_import_of(import, &others, location);
        }
        self.load_fixed_module(module.as_str(), location);
        for alias in import.names.iter().filter(is_known) {
            self.emit_arg(Opcode::Copy, 1, location);
            self.emit_const(Constant::str(alias.name.as_str()), location);
            self.emit_arg(Opcode::BinaryOp, SUBSCRIPT, location);
            let stored = alias.asname.as_ref().unwrap_or(&alias.name);
            self.emit_text_access(stored.as_str(), ExprContext::Store, location);
        }
        self.emit(Opcode::PopTop, location);
        true
    }
}
