//! Annotations → classes (`AnnotationVisitor`).
//!
//! ```text
//! Optional[C]  Optional[C]        float  Union[float, int], so dynamic        "C"  parsed, then C
//! ```
//!
//! Invariant: faults are reported at the node the reference blames, and give no class.

use crate::constants::Constant;
use crate::errors::{Check, CheckError, ErrorClass, Raised};
use crate::program::Checker;
use crate::types::{ClassId, ClassKind, Literal, ModuleId, Value};
use pyclast_syntax::{Span, node_index};
use ruff_python_ast::{Expr, ExprSubscript, Operator};

impl<'a> Checker<'a> {
    /// `module.resolve_annotation`: the class, or none where it is unknown or dynamic in effect.
    pub fn resolve_annotation(&mut self, module: ModuleId, node: &'a Expr, is_declaration: bool) -> Option<ClassId> {
        // Names do not change any more once all modules are declared.
        let is_settled = self.is_declared() && self.module(module).local_names.is_empty();
        if !is_settled {
            return self.annotation(module, node, is_declaration, 0);
        }
        let key = AnnotationKey::new(module, node, is_declaration);
        if let Some(&known) = self.annotations.get(&key) {
            return known;
        }
        let attempts = self.errors.attempts();
        let class = self.annotation(module, node, is_declaration, 0);
        if self.errors.attempts() == attempts && self.declaring == 0 {
            self.annotations.insert(key, class);
        }
        class
    }

    /// What an annotation stands for, if that was found out and does not change any more.
    pub(super) fn settled_annotation(&self, module: ModuleId, node: &Expr, is_declaration: bool) -> Option<ClassId> {
        let known = self.annotations.get(&AnnotationKey::new(module, node, is_declaration))?;
        Some(known.unwrap_or(ClassId::DYNAMIC))
    }

    /// `resolve_type`: the class a node names, for bases and aliases.
    pub fn resolve_type(&mut self, module: ModuleId, node: &'a Expr) -> Option<ClassId> {
        // The reference takes any fault in here as an unknown type; but a name that a cycle hides fails.
        let attempts = self.errors.attempts();
        let count = self.errors.len();
        let value = self.visit_annotation(module, node, 0);
        if self.errors.attempts() != attempts {
            let mut failed = self.errors.is_muted();
            // Modules that are loaded on the way may have faults of their own.
            for error in self.errors.take_after(count) {
                if error.module == module && error.class != ErrorClass::ModuleTable {
                    failed = true;
                } else {
                    self.errors.report(error);
                }
            }
            if failed {
                return None;
            }
        }
        value.and_then(Value::as_class)
    }

    fn annotation(&mut self, module: ModuleId, node: &'a Expr, is_declaration: bool, nesting: u32) -> Option<ClassId> {
        let Some(Value::Class(class)) = self.visit_annotation(module, node, nesting) else { return None };
        match self.check_annotation(class, is_declaration, nesting) {
            Ok(class) => class,
            Err(raised) => {
                self.report_at(module, node, raised);
                None
            }
        }
    }

    fn check_annotation(&mut self, class: ClassId, is_declaration: bool, nesting: u32) -> Check<Option<ClassId>> {
        if nesting > 0 || !is_declaration {
            match self.types.kind(class) {
                ClassKind::Final => {
                    return Err(Raised::new(
                        "Final annotation is only valid in initial declaration of attribute or module-level constant",
                    ));
                }
                ClassKind::ClassVar => {
                    return Err(Raised::new(
                        "ClassVar is allowed only in class attribute annotations. \
                         Class Finals are inferred ClassVar; do not nest with Final.",
                    ));
                }
                ClassKind::InitVar => {
                    return Err(Raised::new("InitVar is allowed only in class attribute annotations."));
                }
                _ => {}
            }
        }
        let mut class = match self.types.kind(class) {
            ClassKind::ExactWrapper => {
                let inner = self.types.unwrap(class);
                self.types.exact_type(inner)
            }
            ClassKind::Final => class,
            _ => self.types.inexact_type(class),
        };
        if self.types.unwrap(class) == ClassId::FLOAT {
            class = self.types.union(&[ClassId::FLOAT, ClassId::INT])?;
        }
        if self.is_unsupported_union(class) {
            return Ok(None);
        }
        if matches!(class, ClassId::NAMED_TUPLE | ClassId::TYPED_DICT) {
            return Ok(Some(ClassId::DYNAMIC));
        }
        Ok(Some(class))
    }

    fn is_unsupported_union(&self, class: ClassId) -> bool {
        self.types.is_union(class)
            && class != ClassId::UNION
            && class != ClassId::OPTIONAL
            && self.types.optional_argument(class).is_none()
    }

    /// `ann_visitor.visit(node)`
    fn visit_annotation(&mut self, module: ModuleId, node: &'a Expr, nesting: u32) -> Option<Value> {
        match self.annotation_value(module, node, nesting) {
            Ok(value) => value,
            Err(raised) => {
                self.report_at(module, node, raised);
                None
            }
        }
    }

    fn annotation_value(&mut self, module: ModuleId, node: &'a Expr, nesting: u32) -> Check<Option<Value>> {
        match node {
            Expr::Name(_) => self.reference(module, node),
            Expr::Attribute(attribute) => match self.visit_annotation(module, &attribute.value, nesting) {
                Some(value) => self.resolve_attr(module, value, attribute),
                None => Ok(None),
            },
            Expr::Subscript(subscript) => {
                let Some(target) = self.annotation(module, &subscript.value, true, nesting) else { return Ok(None) };
                let slice = self.visit_annotation(module, &subscript.slice, nesting + 1).unwrap_or(Value::DYNAMIC);
                let resolved = self.resolve_subscript_of_class(module, target, subscript, slice, nesting)?;
                Ok(Some(resolved.unwrap_or(Value::Class(target))))
            }
            Expr::BinOp(operation) if operation.op == Operator::BitOr => {
                let left = self.annotation(module, &operation.left, false, nesting);
                let right = self.annotation(module, &operation.right, false, nesting);
                let (Some(left), Some(right)) = (left, right) else { return Ok(None) };
                Ok(Some(Value::Class(self.types.union(&[left, right])?)))
            }
            _ => match self.constant(module, node) {
                Some(Constant::None) => Ok(Some(Value::Class(ClassId::NONE))),
                Some(Constant::Str(text)) => {
                    let Some(parsed) = self.parse_annotation(module, node, text.as_str()) else { return Ok(None) };
                    Ok(self.visit_annotation(module, parsed, nesting))
                }
                Some(_) => Ok(None),
                None => {
                    // `generic_visit` walks the children, which may blame them.
                    self.walk_annotation(module, node, nesting);
                    Ok(None)
                }
            },
        }
    }

    fn walk_annotation(&mut self, module: ModuleId, node: &'a Expr, nesting: u32) {
        match node {
            Expr::Tuple(tuple) => {
                for element in &tuple.elts {
                    self.visit_annotation(module, element, nesting);
                }
            }
            Expr::List(list) => {
                for element in &list.elts {
                    self.visit_annotation(module, element, nesting);
                }
            }
            Expr::Call(call) => {
                self.visit_annotation(module, &call.func, nesting);
                for argument in &call.arguments.args {
                    self.visit_annotation(module, argument, nesting);
                }
                for keyword in &call.arguments.keywords {
                    self.visit_annotation(module, &keyword.value, nesting);
                }
            }
            _ => {}
        }
    }

    /// `klass.resolve_subscr(node, slice, visitor)` for a class.
    pub fn resolve_subscript_of_class(
        &mut self,
        module: ModuleId,
        class: ClassId,
        node: &'a ExprSubscript,
        _slice: Value,
        nesting: u32,
    ) -> Check<Option<Value>> {
        let place = self.foreign_or_span(module, node);
        match self.types.kind(class) {
            ClassKind::Annotated => self.annotated(module, node, place, nesting),
            ClassKind::LiteralForm => Ok(Some(self.literal_form(module, node, place))),
            _ if self.types.is_generic(class) => self.generic_subscript(module, class, node, place, nesting),
            _ => Ok(None),
        }
    }

    fn foreign_or_span(&self, module: ModuleId, node: &ExprSubscript) -> Place {
        let foreign = self.foreign_places.get(&(module, node_index(node)));
        Place {
            span: foreign.map_or(node.range.into(), |place| place.span),
            foreign: foreign.map(|place| place.stated),
        }
    }

    fn place_error(&mut self, module: ModuleId, place: Place, message: impl Into<String>) {
        let Place { span, foreign } = place;
        self.errors.report(CheckError { module, span, foreign, message: message.into(), class: ErrorClass::Type });
    }

    fn annotated(
        &mut self,
        module: ModuleId,
        node: &'a ExprSubscript,
        place: Place,
        nesting: u32,
    ) -> Check<Option<Value>> {
        if matches!(&*node.slice, Expr::Slice(_)) {
            self.place_error(module, place, "can't slice generic types");
            return Ok(Some(Value::DYNAMIC));
        }
        let elements = match &*node.slice {
            Expr::Tuple(tuple) if tuple.elts.len() > 1 && !self.is_folded(module, &node.slice) => &tuple.elts,
            _ => {
                self.place_error(module, place, "Annotated types must be parametrized by at least one annotation.");
                return Ok(None);
            }
        };
        let Some(actual) = self.annotation(module, &elements[0], false, nesting) else {
            return Ok(Some(Value::DYNAMIC));
        };
        if let [_, annotation] = &elements[..]
            && let Some(Constant::Str(text)) = self.constant(module, annotation)
            && text.as_str() == Some("Exact")
        {
            return Ok(Some(Value::Class(self.types.generic(ClassId::EXACT, &[actual])?)));
        }
        Ok(Some(Value::Class(actual)))
    }

    /// Whether an expression folds to a constant.
    pub fn is_folded(&self, module: ModuleId, node: &Expr) -> bool {
        self.constant(module, node).is_some()
    }

    fn literal_form(&mut self, module: ModuleId, node: &'a ExprSubscript, place: Place) -> Value {
        if matches!(&*node.slice, Expr::Slice(_)) {
            self.place_error(module, place, "can't slice generic types");
            return Value::DYNAMIC;
        }
        let constant = self.constant(module, &node.slice);
        if constant.is_none() && matches!(&*node.slice, Expr::Tuple(_)) {
            return Value::DYNAMIC;
        }
        let literal = match constant {
            None => {
                self.place_error(module, place, "Literal must be parametrized by a constant");
                return Value::DYNAMIC;
            }
            Some(Constant::Bool(value)) => self.types.literal(Value::Instance(ClassId::BOOL), Literal::Bool(value)),
            Some(Constant::Int(value)) => self.types.literal(Value::Instance(ClassId::INT), Literal::Int(value)),
            Some(_) => return Value::DYNAMIC,
        };
        Value::Class(self.types.class_of(literal))
    }

    fn generic_subscript(
        &mut self,
        module: ModuleId,
        class: ClassId,
        node: &'a ExprSubscript,
        place: Place,
        nesting: u32,
    ) -> Check<Option<Value>> {
        if matches!(&*node.slice, Expr::Slice(_)) {
            self.place_error(module, place, "can't slice generic types");
            return Ok(Some(Value::DYNAMIC));
        }
        let index: Vec<ClassId> = match &*node.slice {
            Expr::Tuple(tuple) if !self.is_folded(module, &node.slice) => tuple
                .elts
                .iter()
                .map(|element| self.annotation(module, element, false, nesting).unwrap_or(ClassId::DYNAMIC))
                .collect(),
            slice => vec![self.annotation(module, slice, false, nesting).unwrap_or(ClassId::DYNAMIC)],
        };
        let expected = self.types.class(class).type_args.len();
        if class != ClassId::UNION && !(self.types.kind(class) == ClassKind::Union) && index.len() != expected {
            let name = self.types.instance_name(class);
            let message =
                format!("incorrect number of generic arguments for {name}, expected {expected}, got {}", index.len());
            self.place_error(module, place, message);
            return Ok(None);
        }
        Ok(Some(Value::Class(self.types.generic(class, &index)?)))
    }
}

/// An annotation, and whether it declares something.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct AnnotationKey(u64);

impl AnnotationKey {
    fn new(module: ModuleId, node: &Expr, is_declaration: bool) -> Self {
        Self(u64::from(module.0) << 33 | u64::from(node_index(node)) << 1 | u64::from(is_declaration))
    }
}

/// Where a node of an annotation is.
#[derive(Clone, Copy, Debug)]
struct Place {
    span: Span,
    foreign: Option<(u32, u32)>,
}
