//! The modules the checker knows by heart: `builtins`, `typing`, `__static__`, `dataclasses`, `cinderx`, `__strict__`.
//!
//! Invariant: what they hold is the table of `stdlib-stubs`.

use super::ModuleTable;
use crate::types::{
    ClassData, ClassId, ClassKind, Decorator, FunctionId, FunctionKind, Literal, ModuleId, NameMap, Special, Types,
    Value,
};
use num_bigint::BigInt;
use pyclast_stdlib_stubs::c_types::{self, Intrinsic};
use ruff_python_ast::name::Name;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// The intrinsic modules that are asked for by name.
#[derive(Clone, Copy, Debug)]
pub struct IntrinsicModules {
    /// `builtins`
    pub builtins: ModuleId,
    /// `__static__`
    pub statics: ModuleId,
}

impl Default for IntrinsicModules {
    fn default() -> Self {
        Self { builtins: ModuleId(0), statics: ModuleId(0) }
    }
}

/// What a checker knows before it sees a module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Start<'a> {
    pub(crate) types: Types<'a>,
    pub(crate) modules: Vec<Rc<ModuleTable<'a>>>,
    pub(crate) loaded: FxHashMap<Name, ModuleId>,
    pub(crate) intrinsic: IntrinsicModules,
}

thread_local! {
    /// Made once a thread: it takes longer than to check a small module.
    static START: Start<'static> = {
        let mut start = Start::default();
        start.add_intrinsic_modules();
        start
    };
}

impl Start<'_> {
    /// What every checker starts with.
    pub(crate) fn new() -> Self {
        START.with(Clone::clone)
    }
}

impl Start<'_> {
    /// Loads the intrinsic modules.
    fn add_intrinsic_modules(&mut self) {
        for stub in c_types::modules() {
            let mut table = ModuleTable::new(Name::new_static(stub.name), None);
            table.first_pass_done = true;
            for &(name, member) in stub.members {
                let value = self.intrinsic_value(name, member);
                table.set(Name::new_static(name), value);
            }
            let module = ModuleId(u32::try_from(self.modules.len()).expect("few modules are intrinsic"));
            self.modules.push(Rc::new(table));
            self.loaded.insert(Name::new_static(stub.name), module);
            match stub.name {
                "builtins" => self.intrinsic.builtins = module,
                "__static__" => self.intrinsic.statics = module,
                _ => {}
            }
        }
    }

    fn intrinsic_value(&mut self, member_name: &'static str, member: Intrinsic) -> Value {
        match member {
            Intrinsic::Dynamic => Value::DYNAMIC,
            Intrinsic::AnyClass => Value::Class(ClassId::DYNAMIC),
            Intrinsic::Class { module, name, exact } => {
                let class = self.known_class(module, name);
                Value::Class(if exact { self.types.exact_type(class) } else { class })
            }
            Intrinsic::Instance { .. } if member_name == "RAND_MAX" => {
                let int = self.types.instance(ClassId::INT);
                let literal = self.types.literal(int, Literal::Int(BigInt::from(2_147_483_647)));
                if let Value::Instance(class) = literal {
                    self.types.class_mut(class).is_final = true;
                }
                literal
            }
            Intrinsic::Instance { module, name, exact } => {
                let class = self.known_class(module, name);
                let class = if exact { self.types.exact_type(class) } else { class };
                self.types.instance(class)
            }
            Intrinsic::Identity(module, name) => Value::Class(self.identity_decorator(module, name)),
            Intrinsic::Function(signature) => {
                Value::Function(self.types.stub_function(FunctionKind::Builtin, member_name, signature, None))
            }
            Intrinsic::Special(name) => special(name),
            Intrinsic::Mapping => Value::Mapping,
        }
    }

    fn known_class(&self, module: &'static str, name: &'static str) -> ClassId {
        self.types.known.get(&(module, name)).copied().unwrap_or(ClassId::DYNAMIC)
    }

    fn identity_decorator(&mut self, module: &'static str, name: &'static str) -> ClassId {
        let decorator = if name == "override" { Decorator::Override } else { Decorator::Identity };
        let members = self.types.add_member_table(NameMap::default());
        let template = self.types.class(ClassId::INLINE).clone();
        self.types.add_class(ClassData {
            module: Name::new_static(module),
            qualname: Name::new_static(name),
            kind: ClassKind::Decorator(decorator),
            members,
            ..template
        })
    }
}

/// The functions that have rules of their own.
fn special(name: &str) -> Value {
    Value::Special(match name {
        "LenFunction(boxed=True)" => Special::Len,
        "LenFunction(boxed=False)" => Special::CLen,
        "SortedFunction" => Special::Sorted,
        "ExtremumFunction(is_min=True)" => Special::Min,
        "ExtremumFunction(is_min=False)" => Special::Max,
        "IsInstanceFunction" => Special::IsInstance,
        "IsSubclassFunction" => Special::IsSubclass,
        "RevealTypeFunction" => Special::RevealType,
        "BoxFunction" => Special::Box,
        "UnboxFunction" => Special::Unbox,
        "CastFunction" => Special::Cast,
        "CRangeFunction" => Special::CRange,
        "ProdAssertFunction" => Special::ProdAssert,
        "NativeDecorator" => return Value::Function(FunctionId::NATIVE),
        "DataclassDecorator" => return Value::Function(FunctionId::DATACLASS),
        "DataclassFieldFunction" => return Value::Function(FunctionId::FIELD),
        _ => return Value::DYNAMIC,
    })
}
