//! Calls of classes.
//!
//! ```text
//! C(1)        map to C.__init__        int64(x)   a conversion        CheckedDict[str, int]({})   the display gets the type
//! ```
//!
//! Invariant: the call has the type of the instance, except where `__new__` or `super` says otherwise.

use super::arguments::{Mapping, Request};
use crate::bind::Binder;
use crate::errors::Check;
use crate::facts::CallPlan;
use crate::types::{ClassId, ClassKind, FunctionId, Primitive, TYPE_MISMATCH, Value};
use ruff_python_ast::ExprCall;

impl<'a> Binder<'_, 'a> {
    /// `klass.bind_call(node, visitor, type_ctx)`
    pub(super) fn bind_construction(&mut self, class: ClassId, node: &'a ExprCall) -> Check<()> {
        match self.types.kind(class) {
            ClassKind::PrimitiveInt(primitive) => {
                self.bind_primitive_conversion(class, primitive, node);
                Ok(())
            }
            ClassKind::Double => {
                self.bind_double_conversion(class, node);
                Ok(())
            }
            ClassKind::Bool => self.bind_bool_call(class, node),
            ClassKind::Super => {
                self.bind_class_call(class, node)?;
                if !node.arguments.args.is_empty() {
                    self.set_type(node, Value::DYNAMIC);
                } else {
                    let instance = self.types.instance(class);
                    self.set_type(node, instance);
                }
                Ok(())
            }
            ClassKind::CheckedDict => {
                if let [argument] = &*node.arguments.args {
                    let instance = self.types.instance(class);
                    self.visit_expr(argument, Some(instance));
                }
                self.bind_generic_class_call(class, node)
            }
            ClassKind::Enum(_) => {
                self.bind_enum_call(class, node);
                Ok(())
            }
            _ if self.types.is_generic(class) => self.bind_generic_class_call(class, node),
            _ => self.bind_class_call(class, node),
        }
    }

    fn bind_generic_class_call(&mut self, class: ClassId, node: &'a ExprCall) -> Check<()> {
        if self.types.contains_generic_parameters(class) {
            let name = self.types.name(Value::Class(class));
            self.error_on(node, format!("cannot create instances of a generic {name}"));
        }
        self.bind_class_call(class, node)
    }

    /// The first class with that method along the bases, up to a dynamic one (`_resolve_dunder`).
    fn resolve_dunder(&mut self, class: ClassId, name: &str) -> (ClassId, Option<Value>) {
        let mro = self.types.mro(class);
        for &base in mro.iter() {
            if base == ClassId::DYNAMIC {
                return (ClassId::DYNAMIC, None);
            }
            if let Some(value) = self.types.own_member(base, name) {
                return (base, Some(value));
            }
        }
        (ClassId::OBJECT, None)
    }

    /// `Class.bind_call`
    fn bind_class_call(&mut self, class: ClassId, node: &'a ExprCall) -> Check<()> {
        let instance = self.types.instance(class);
        let mut result = instance;
        let mut is_dynamic = true;
        let mut new_mapping = None;
        let mut init_mapping = None;

        let (base, new) = self.resolve_dunder(class, "__new__");
        let mut is_new_dynamic = base == ClassId::DYNAMIC;
        let is_object_new = self.types.inexact_type(base) == ClassId::OBJECT;
        if !is_object_new && let Some(Value::Function(new)) = new {
            let (mapping, made) = self.map_call(new, node, None, Some(&node.func))?;
            result = made;
            if mapping.is_dynamic {
                is_new_dynamic = true;
            } else {
                is_dynamic = false;
            }
            new_mapping = Some(mapping);
        }

        // `__init__` is called only on instances of the class.
        let mut is_object_init = false;
        let (made_class, own_class) = (self.types.class_of(result), self.types.class_of(instance));
        if !is_new_dynamic && self.types.can_assign(made_class, own_class) {
            let (base, init) = self.resolve_dunder(class, "__init__");
            is_dynamic |= base == ClassId::DYNAMIC;
            is_object_init = self.types.inexact_type(base) == ClassId::OBJECT;
            if !is_object_init && let Some(Value::Function(init)) = init {
                let mapping = self.map_init(init, node)?;
                is_dynamic &= mapping.is_dynamic;
                init_mapping = Some(mapping);
            }
        }
        if is_object_new && is_object_init {
            if node.arguments.args.is_empty() && node.arguments.keywords.is_empty() {
                is_dynamic = false;
            } else {
                let name = self.types.instance_name(class);
                self.error_on(node, format!("{name}() takes no arguments"));
            }
        }
        // Arguments cannot be passed twice, and a subclass may do otherwise.
        let data = self.types.class(class);
        is_dynamic |= new_mapping.is_some() && init_mapping.is_some() || !data.is_exact && !data.is_final;
        self.set_type(node, result);
        let arguments = |mapping: Mapping| mapping.arguments;
        let plan =
            CallPlan::Class { class, new: new_mapping.map(arguments), init: init_mapping.map(arguments), is_dynamic };
        self.set_plan(node, plan);
        if is_dynamic {
            self.visit_boxed_arguments(node);
        }
        Ok(())
    }

    fn map_init(&mut self, init: FunctionId, node: &'a ExprCall) -> Check<Mapping> {
        self.map_arguments(Request {
            callable: Value::Function(init),
            function: init,
            call: node,
            receiver: None,
            first: None,
            skip_self: true,
            has_generics: false,
        })
    }

    /// `BoolClass.bind_call`
    fn bind_bool_call(&mut self, class: ClassId, node: &'a ExprCall) -> Check<()> {
        if let ([argument], []) = (&*node.arguments.args, &*node.arguments.keywords) {
            self.visit_expr(argument, None);
            let given = self.get_type(argument);
            if self.types.primitive_int(given) == Some(Primitive::BOOL) {
                self.set_type(node, Value::Instance(ClassId::BOOL));
                return Ok(());
            }
        }
        self.bind_class_call(class, node)
    }

    fn check_single_argument(&mut self, class: ClassId, node: &'a ExprCall) {
        let given = node.arguments.args.len();
        if given != 1 {
            let name = self.types.name(Value::Class(class));
            self.error_on(node, format!("{name} requires a single argument ({given} given)"));
        }
    }

    /// `CIntType.bind_call`
    fn bind_primitive_conversion(&mut self, class: ClassId, primitive: Primitive, node: &'a ExprCall) {
        self.check_single_argument(class, node);
        let instance = self.types.instance(class);
        self.set_type(node, instance);
        let Some(argument) = node.arguments.args.first() else { return };
        // Literals are primitives at once; other arguments are converted.
        let module = self.module;
        let context = self.constant(module, argument).map(|_| instance);
        self.visit_expr(argument, context);
        let given = self.get_type(argument);
        if !self.is_convertible(class, primitive, given) {
            let given = self.types.class_of(given);
            let place = self.place(argument);
            self.check_can_assign(class, given, place, TYPE_MISMATCH);
        }
    }

    /// `is_valid_arg`
    fn is_convertible(&self, class: ClassId, primitive: Primitive, given: Value) -> bool {
        if given == Value::DYNAMIC || given == Value::Instance(ClassId::OBJECT) {
            return true;
        }
        if class == ClassId::CBOOL {
            return self.types.class_of(given) == ClassId::BOOL;
        }
        let Value::Instance(given) = given else { return false };
        let is_number = matches!(self.types.kind(given), ClassKind::Number(_)) && self.types.class(given).is_exact;
        if is_number || matches!(self.types.kind(given), ClassKind::PrimitiveInt(_)) {
            return self.types.literal_int(given).is_none_or(|literal| primitive.fits(literal));
        }
        given == ClassId::INT
    }

    /// `CDoubleType.bind_call`
    fn bind_double_conversion(&mut self, class: ClassId, node: &'a ExprCall) {
        self.check_single_argument(class, node);
        let instance = self.types.instance(class);
        self.set_type(node, instance);
        let Some(argument) = node.arguments.args.first() else { return };
        self.visit_expr(argument, Some(instance));
        let given = self.get_type(argument);
        let fits = given == Value::DYNAMIC
            || [ClassId::FLOAT, ClassId::INT, class]
                .into_iter()
                .any(|allowed| self.types.can_assign_value(allowed, given));
        if !fits {
            let name = self.types.name(given);
            self.error_on(node, format!("type mismatch: double cannot be created from {name}"));
        }
    }
}
