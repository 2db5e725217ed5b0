//! The names of values and classes in messages, as the reference prints them.
//!
//! ```text
//! Instance(C)  m.C       Class(C)  Type[m.C]       Exact[int]  int, or Exact[int] with exactness
//! ```
//!
//! Invariant: names of `builtins`, `__static__` and `typing` go without their module.

use super::{
    BoundKind, ClassId, ClassKind, DecoratedKind, FunctionId, FunctionKind, Literal, Primitive, Special, Types, Value,
};
use ruff_python_ast::name::Name;

impl Types<'_> {
    /// `klass.readable_name`
    pub fn readable_name(&self, class: ClassId) -> String {
        let data = self.class(class);
        if data.kind == ClassKind::Dynamic {
            return "dynamic".to_owned();
        }
        if let Some(argument) = self.optional_argument(class) {
            return format!("Optional[{}]", self.name(self.instance(argument)));
        }
        if self.is_union(class)
            && let &[ClassId::FLOAT, ClassId::INT] | &[ClassId::INT, ClassId::FLOAT] = &*data.type_args
        {
            return "float".to_owned();
        }
        let name = if data.module.is_empty() || matches!(&*data.module, "builtins" | "__static__" | "typing") {
            data.qualname.to_string()
        } else {
            format!("{}.{}", data.module, data.qualname)
        };
        if !self.is_generic(class) {
            return name;
        }
        let args: Vec<_> = data.type_args.iter().map(|&arg| self.name(self.instance(arg))).collect();
        format!("{name}[{}]", args.join(", "))
    }

    /// `klass.instance.name`
    pub fn instance_name(&self, class: ClassId) -> String {
        if self.instance(class) == Value::Class(ClassId::TYPE) {
            "type".to_owned()
        } else {
            self.name(Value::Instance(class))
        }
    }

    /// `value.name`
    pub fn name(&self, value: Value) -> String {
        match value {
            Value::Instance(class) => match &self.class(class).literal {
                Some(Literal::Int(value)) => format!("Literal[{value}]"),
                Some(Literal::Bool(value)) => format!("Literal[{}]", if *value { "True" } else { "False" }),
                None => self.readable_name(class),
            },
            Value::Class(class) if matches!(self.kind(class), ClassKind::GenericParameter { .. }) => {
                self.class(class).qualname.to_string()
            }
            Value::Class(class) => format!("Type[{}]", self.instance_name(class)),
            Value::Function(function) => {
                let data = self.function(function);
                if data.kind.is_function() {
                    format!("function {}", self.function_name(function))
                } else {
                    self.readable_name(self.class_of(value))
                }
            }
            Value::Group(_) => "FunctionGroup".to_owned(),
            Value::Decorated(decorated) => {
                let name = |prefix: &str| {
                    let function =
                        self.real_function(value).map_or_else(String::new, |function| self.function_name(function));
                    format!("{prefix}{function}")
                };
                match self.decorated(decorated).kind {
                    DecoratedKind::Static => name("staticmethod "),
                    DecoratedKind::Class => name("classmethod "),
                    kind if kind.is_property() => name(""),
                    _ => self.readable_name(self.class_of(value)),
                }
            }
            Value::Bound(bound) => {
                let data = self.bound(bound);
                match data.kind {
                    BoundKind::Method | BoundKind::Super(_) => format!("method {}", self.function_name(data.function)),
                    BoundKind::Builtin(_) => self.function_name(data.function),
                    BoundKind::Static | BoundKind::Class { .. } => self.readable_name(self.class_of(value)),
                }
            }
            Value::Special(special) => match special {
                Special::Len => "len function".to_owned(),
                Special::CLen => "clen function".to_owned(),
                Special::Sorted => "sorted function".to_owned(),
                Special::Min => "min function".to_owned(),
                Special::Max => "max function".to_owned(),
                Special::IsInstance => "isinstance function".to_owned(),
                Special::IsSubclass => "issubclass function".to_owned(),
                Special::RevealType => "reveal_type function".to_owned(),
                Special::Box | Special::Unbox | Special::Cast | Special::CRange | Special::ProdAssert => {
                    self.readable_name(ClassId::FUNCTION)
                }
            },
            Value::EnumMember(member) => {
                let data = self.enum_member(member);
                format!("<{}.{}: {}>", self.readable_name(data.class), data.name, self.repr(data.value))
            }
            _ => self.readable_name(self.class_of(value)),
        }
    }

    /// `value.name_with_exact`
    pub fn name_with_exact(&self, value: Value) -> String {
        match value {
            Value::Instance(class) => {
                let data = self.class(class);
                let is_plain = match data.kind {
                    ClassKind::Number(_) => data.literal.is_some() || !data.is_exact,
                    ClassKind::PrimitiveInt(_) | ClassKind::Dynamic => true,
                    _ => !data.is_exact,
                };
                if is_plain { self.name(value) } else { format!("Exact[{}]", self.name(value)) }
            }
            // The instance of `type` is a class: its name is that of a class.
            Value::Class(ClassId::TYPE) => "Type[Type[type]]".to_owned(),
            Value::Class(class) if self.class(class).inexact == Some(ClassId::TYPE) => {
                "Type[Exact[Type[type]]]".to_owned()
            }
            Value::Class(ClassId::DYNAMIC) => "Type[dynamic]".to_owned(),
            Value::Class(class) if self.class(class).is_exact => {
                format!("Type[Exact[{}]]", self.name(Value::Instance(class)))
            }
            Value::Class(class) => format!("Type[{}]", self.name(Value::Instance(class))),
            Value::Group(_) => self.name(value),
            _ => self.name_with_exact(Value::Instance(self.class_of(value))),
        }
    }

    /// `repr(value)`
    pub fn repr(&self, value: Value) -> String {
        match value {
            Value::Class(_) => format!("<{} class>", self.name(value)),
            _ => format!("<{}>", self.name(value)),
        }
    }

    /// `Callable.readable_name`: `m.C.f`
    pub fn function_name(&self, function: FunctionId) -> String {
        let data = self.function(function);
        match data.container {
            Some(container) => format!("{}.{}", self.readable_name(container), data.name),
            None => format!("{}.{}", data.module_name, data.name),
        }
    }

    /// `callable.name`, as messages about arguments name it.
    pub fn callable_name(&self, function: FunctionId) -> String {
        self.name(Value::Function(function))
    }

    /// `Callable.qualname`
    pub fn function_qualname(&self, function: FunctionId) -> String {
        let data = self.function(function);
        match data.container {
            Some(container) => format!("{}.{}", self.class(container).qualname, data.name),
            None => data.name.to_string(),
        }
    }

    /// The name of a primitive made of its type code.
    pub(super) fn primitive_name(primitive: Primitive) -> Name {
        let sign = if primitive.is_signed() { "" } else { "u" };
        Name::new(format!("{sign}int{}", 8 << primitive.size()))
    }

    /// Whether the function is one of C.
    pub fn is_builtin_function(&self, function: FunctionId) -> bool {
        matches!(
            self.function(function).kind,
            FunctionKind::Builtin | FunctionKind::BuiltinNew | FunctionKind::BuiltinMethod { .. }
        )
    }
}
