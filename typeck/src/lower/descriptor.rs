//! Classes and functions → how CinderX's runtime finds them (`type_descr`).
//!
//! ```text
//! Optional[m.C.D]    ("m", "C", "D", "?")        Exact[int]   ("builtins", "int", "!")       int64   ("__static__", "int64", "#")
//! ```
//!
//! Invariant: what is dynamic, and unions that are no optionals, is `("builtins", "object")`.

use super::Lowering;
use super::private::mangled;
use crate::types::{ClassId, ClassKind, FunctionId};
use pyclast_syntax::type_facts::{Descriptor, FunctionDescriptor, TypeCode};
use ruff_python_ast::name::Name;

/// `("builtins", "object")`
pub(super) fn object() -> Descriptor {
    Descriptor::builtin("object")
}

impl Lowering<'_, '_> {
    /// The descriptor of a class; none for what only the checker knows.
    pub(super) fn descriptor(&self, class: ClassId) -> Option<Descriptor> {
        if let Some(Some(known)) = self.descriptors.borrow().get(class.index()) {
            return Some(known.clone());
        }
        let descriptor = self.new_descriptor(class);
        let mut descriptors = self.descriptors.borrow_mut();
        if descriptors.len() <= class.index() {
            descriptors.resize(class.index() + 1, None);
        }
        descriptors[class.index()].clone_from(&descriptor);
        descriptor
    }

    fn new_descriptor(&self, class: ClassId) -> Option<Descriptor> {
        let types = &self.checker.types;
        let data = types.class(class);
        if let Some(argument) = types.optional_argument(class) {
            let mut descriptor = self.descriptor(argument)?;
            descriptor.marks.add('?');
            return Some(descriptor);
        }
        if !matches!(data.kind, ClassKind::Dynamic | ClassKind::Union | ClassKind::Optional) {
            self.named.borrow_mut().insert(class);
        }
        let mark = match data.kind {
            ClassKind::Dynamic | ClassKind::Union | ClassKind::Optional => return Some(object()),
            ClassKind::Awaitable | ClassKind::GenericParameter { .. } | ClassKind::NestedFunction(_) => return None,
            ClassKind::PrimitiveInt(_) | ClassKind::Double => Some('#'),
            _ if data.is_exact => Some('!'),
            _ => None,
        };
        let module = data.module.clone();
        let descriptor = if let ClassKind::PrimitiveInt(primitive) = data.kind
            && let Some(code) = TypeCode::from_code(primitive.constant)
        {
            // The runtime knows no `char`.
            Descriptor::new(module, [Name::new_static(code.name())], None)
        } else if types.is_generic(class) {
            let arguments = data.type_args.iter().map(|&argument| self.descriptor(argument)).collect::<Option<_>>()?;
            Descriptor::new(module, [data.qualname.clone()], Some(arguments))
        } else if data.qualname.contains('.') {
            Descriptor::new(module, data.qualname.split('.').map(Name::new), None)
        } else {
            Descriptor::new(module, [data.qualname.clone()], None)
        };
        Some(Descriptor { marks: mark.into_iter().collect(), ..descriptor })
    }

    /// The descriptor of a function (`Callable.type_descr`).
    pub(super) fn function_descriptor(&self, function: FunctionId) -> FunctionDescriptor {
        let data = self.checker.types.function(function);
        let class = data.container.and_then(|container| self.descriptor(container));
        let owner = class.as_ref().and_then(|class| class.path.last());
        let name = owner.map_or_else(|| data.name.clone(), |owner| mangled(owner, &data.name));
        FunctionDescriptor { class, module: data.module_name.clone(), name }
    }
}
