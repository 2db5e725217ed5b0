//! Calls of functions the checker knows by heart.
//!
//! ```text
//! box(x) (int64) → Exact[int]      isinstance(x, C) → bool, and x is C where it holds      cast(C, x) → C
//! ```
//!
//! Invariant: what is left out of a faulty call is not looked at.

use super::arguments::ARGUMENT_CANNOT_BE_PRIMITIVE;
use crate::bind::{Binder, Effect};
use crate::constants::Constant;
use crate::errors::Check;
use crate::types::{ClassId, Primitive, Special, TYPE_MISMATCH, Value};
use crate::unparse::unparse;
use pyclast_syntax::node_index;
use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::Ranged;
use std::fmt::Write as _;

impl<'a> Binder<'_, 'a> {
    /// The call of a function that has rules of its own.
    pub(super) fn bind_special_call(
        &mut self,
        special: Special,
        node: &'a ExprCall,
        context: Option<Value>,
    ) -> Check<Effect> {
        match special {
            Special::Len => self.bind_len(node, true),
            Special::CLen => self.bind_len(node, false),
            Special::Sorted => self.bind_sorted(node),
            Special::Min | Special::Max => self.bind_dynamic_call(node),
            Special::IsInstance => return self.bind_isinstance(node),
            Special::IsSubclass => {
                self.refuse_keywords(node, "issubclass() does not accept keyword arguments");
                self.visit_boxed_positional(node);
                self.set_type(node, Value::Instance(ClassId::BOOL));
            }
            Special::RevealType => self.bind_reveal_type(node),
            Special::Box => self.bind_box(node),
            Special::Unbox => self.bind_unbox(node, context),
            Special::Cast => self.bind_cast(node),
            Special::CRange => self.bind_crange(node),
            Special::ProdAssert => self.bind_prod_assert(node),
        }
        Ok(Effect::NONE)
    }

    fn refuse_keywords(&mut self, node: &'a ExprCall, message: &str) {
        if !node.arguments.keywords.is_empty() {
            self.error_on(node, message);
        }
    }

    fn visit_boxed_positional(&mut self, node: &'a ExprCall) {
        for argument in &node.arguments.args {
            self.visit_expected(argument, Value::DYNAMIC, ARGUMENT_CANNOT_BE_PRIMITIVE);
        }
    }

    fn bind_len(&mut self, node: &'a ExprCall, is_boxed: bool) {
        let arguments = &node.arguments.args;
        if arguments.len() != 1 {
            self.error_on(node, format!("len() does not accept more than one arguments ({} given)", arguments.len()));
        }
        self.refuse_keywords(node, "len() takes no keyword arguments");
        let Some(argument) = arguments.first() else { return };
        self.visit_expected(argument, Value::DYNAMIC, ARGUMENT_CANNOT_BE_PRIMITIVE);
        let given = self.get_type(argument);
        if !is_boxed && self.fast_len_type(given).is_none() {
            let name = self.types.name(given);
            self.error_at(argument, format!("bad argument type '{name}' for clen()"));
        }
        let result = if is_boxed { self.types.exact_instance(ClassId::INT) } else { Value::Instance(ClassId::INT64) };
        self.set_type(node, result);
    }

    fn bind_sorted(&mut self, node: &'a ExprCall) {
        let arguments = &node.arguments.args;
        if arguments.len() != 1 {
            self.error_on(node, format!("sorted() accepts one positional argument ({} given)", arguments.len()));
        }
        let Some(argument) = arguments.first() else { return };
        self.visit_expected(argument, Value::DYNAMIC, ARGUMENT_CANNOT_BE_PRIMITIVE);
        for keyword in &node.arguments.keywords {
            self.visit_expected(&keyword.value, Value::DYNAMIC, ARGUMENT_CANNOT_BE_PRIMITIVE);
        }
        let list = self.types.exact_instance(ClassId::LIST);
        self.set_type(node, list);
    }

    fn bind_isinstance(&mut self, node: &'a ExprCall) -> Check<Effect> {
        self.refuse_keywords(node, "isinstance() does not accept keyword arguments");
        self.visit_boxed_positional(node);
        self.set_type(node, Value::Instance(ClassId::BOOL));
        let [tested, classes] = &*node.arguments.args else { return Ok(Effect::NONE) };
        if !self.is_refinable(tested) {
            return Ok(Effect::NONE);
        }
        let module = self.module;
        let class = match classes {
            Expr::Tuple(tuple) if self.constant(module, classes).is_none() => {
                let classes: Option<Vec<_>> =
                    tuple.elts.iter().map(|element| self.get_type(element).as_class()).collect();
                match classes {
                    Some(classes) => Some(self.types.union(&classes)?),
                    None => None,
                }
            }
            _ => match self.get_type(classes) {
                Value::DYNAMIC => Some(ClassId::DYNAMIC),
                other => other.as_class(),
            },
        };
        let Some(class) = class else { return Ok(Effect::NONE) };
        let previous = self.get_type(tested);
        let class = self.types.inexact_type(class);
        let instance = self.types.instance(class);
        self.refine(tested, previous, instance)
    }

    fn bind_reveal_type(&mut self, node: &'a ExprCall) {
        self.refuse_keywords(node, "reveal_type() does not accept keyword arguments");
        if node.arguments.args.len() != 1 {
            self.error_on(node, "reveal_type() accepts exactly one argument");
        }
        let Some(argument) = node.arguments.args.first() else { return };
        self.visit_expr(argument, None);
        let given = self.get_type(argument);
        let text = unparse(argument, self.source.folds, self.source.parsed.text());
        let mut message = format!("reveal_type({text}): '{}'", self.types.name_with_exact(given));
        if let Expr::Name(name) = argument
            && let id = self.id_of(name)
            && let Some(declaration) = self.scope().declarations.get(id).copied()
        {
            let local = self.scope().state.locals.get(id).copied().unwrap_or(given);
            let declared = self.types.name_with_exact(declaration.value);
            let local = self.types.name_with_exact(local);
            let _ = write!(message, ", '{}' has declared type '{declared}' and local type '{local}'", name.id);
        }
        self.error_on(node, message);
    }

    fn bind_box(&mut self, node: &'a ExprCall) {
        if node.arguments.args.len() != 1 {
            self.error_on(node, "box only accepts a single argument");
        }
        let Some(argument) = node.arguments.args.first() else { return };
        self.visit_expr(argument, None);
        let given = self.get_type(argument);
        let result = match self.types.primitive_int(given) {
            Some(Primitive::BOOL) => Value::Instance(ClassId::BOOL),
            Some(_) => self.types.exact_instance(ClassId::INT),
            None if self.types.is_primitive(given) => self.types.exact_instance(ClassId::FLOAT),
            None => {
                let name = self.types.name(given);
                self.error_on(node, format!("can't box non-primitive: {name}"));
                return;
            }
        };
        self.set_type(node, result);
    }

    fn bind_unbox(&mut self, node: &'a ExprCall, context: Option<Value>) {
        if node.arguments.args.len() != 1 {
            self.error_on(node, "unbox only accepts a single argument");
        }
        self.refuse_keywords(node, "unbox() takes no keyword arguments");
        self.visit_boxed_positional(node);
        // The reference takes the type that is wanted for the result, and fails if that is no primitive.
        let wanted = context.unwrap_or(Value::Instance(ClassId::INT64));
        if !self.types.is_primitive(wanted) {
            let name = self.types.name(wanted);
            self.late_error(node.range().into(), format!("unbox() gives a primitive, not {name}"));
        }
        self.set_type(node, wanted);
    }

    fn bind_cast(&mut self, node: &'a ExprCall) {
        if node.arguments.args.len() != 2 {
            self.error_on(node, "cast requires two parameters: type and value");
        }
        self.visit_boxed_positional(node);
        let Some(annotation) = node.arguments.args.first() else { return };
        let module = self.module;
        let resolved = self.resolve_annotation(module, annotation, false).or_else(|| {
            // The reference takes `float` for a union, which it does not know at run time: §8.1 n.
            let class = self.get_type(annotation).as_class()?;
            (self.types.inexact_type(class) == ClassId::FLOAT).then_some(ClassId::FLOAT)
        });
        let class = match resolved {
            None => {
                self.error_on(node, "cast to unknown type");
                ClassId::DYNAMIC
            }
            Some(class) if !self.types.is_nominal_class(class) => {
                self.error_on(node, "cast to non-runtime type");
                ClassId::DYNAMIC
            }
            Some(class) => class,
        };
        let instance = self.types.instance(class);
        self.set_type(node, instance);
    }

    fn bind_crange(&mut self, node: &'a ExprCall) {
        let arguments = &node.arguments.args;
        if !matches!(arguments.len(), 1 | 2) {
            self.error_on(node, "crange() accepts only 1 or 2 parameters");
        }
        self.refuse_keywords(node, "crange() takes no keyword arguments");
        if self.current_iterable != Some(node_index(node)) {
            self.error_on(node, "crange() must be used as an iterator in a for loop");
        }
        for argument in arguments {
            self.visit_expr(argument, None);
            let given = self.get_type(argument);
            if self.types.primitive_int(given).is_none() {
                let name = self.types.name(given);
                self.error_on(node, format!("can't use crange with arg: {name}"));
            }
        }
        self.set_type(node, Value::CRangeIterator);
    }

    fn bind_prod_assert(&mut self, node: &'a ExprCall) {
        if !node.arguments.keywords.is_empty() {
            self.error_on(node, "prod_assert() does not accept keyword arguments");
            return;
        }
        let (test, message) = match &*node.arguments.args {
            [test] => (test, None),
            [test, message] => (test, Some(message)),
            _ => {
                self.error_on(node, "prod_assert() must be called with one or two arguments");
                return;
            }
        };
        let effect = self.visit_expr(test, None);
        if let Some(message) = message {
            self.visit_expected(message, Value::Instance(ClassId::STR), TYPE_MISMATCH);
        }
        effect.apply(self.state());
    }

    /// `@native(lib)`: the library must be a string (`NativeDecorator.bind_call_self`).
    pub(super) fn bind_native_decorator(&mut self, node: &'a ExprCall) {
        let Some(library) = node.arguments.args.first() else { return };
        let module = self.module;
        let mut node = library;
        let mut constant = self.constant(module, library);
        if constant.is_none()
            && let Some(literal) = self.get_final_literal(library)
        {
            node = literal;
            constant = self.constant(module, literal);
        }
        match constant {
            None => self.error_at(node, "@native decorator 'lib' argument must be a `str`"),
            Some(Constant::Str(_)) => {}
            Some(other) => {
                let class = constant_class(&other);
                self.error_at(node, format!("@native decorator 'lib' argument must be a `str` not <class '{class}'>"));
            }
        }
    }
}

/// The class of a constant.
fn constant_class(constant: &Constant) -> &'static str {
    match constant {
        Constant::None => "NoneType",
        Constant::Ellipsis => "ellipsis",
        Constant::Bool(_) => "bool",
        Constant::Int(_) => "int",
        Constant::Float(_) => "float",
        Constant::Complex(..) => "complex",
        Constant::Str(_) => "str",
        Constant::Bytes(_) => "bytes",
        Constant::Tuple(_) => "tuple",
        Constant::FrozenSet(_) => "frozenset",
    }
}
