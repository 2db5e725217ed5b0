//! Expressions.
//!
//! Invariant: what an expression raises is reported at it; it has a type afterwards, dynamic if it is unknown.

use super::scope::{BindingScope, ScopeNode};
use super::statement::{RED_ZONE, STACK};
use super::{Binder, Effect};
use crate::constant_fold::may_fold;
use crate::constants::Constant;
use crate::errors::{Check, Raised};
use crate::facts::RefinedField;
use crate::operations::Comparison;
use crate::types::{ClassId, ClassKind, Literal, Primitive, TYPE_MISMATCH, Value};
use pyclast_syntax::node_index;
use pyclast_syntax::symtable::ScopeRole;
use ruff_python_ast::{
    BoolOp, CmpOp, Expr, ExprAttribute, ExprBinOp, ExprBoolOp, ExprCompare, ExprContext, ExprIf, ExprLambda, ExprNamed,
    ExprSlice, ExprTString, ExprUnaryOp, FStringPart, HasNodeIndex, InterpolatedStringElement, Operator, UnaryOp,
};

impl<'a> Binder<'_, 'a> {
    /// Binds an expression; `context` is the type it is wanted as (`type_ctx`, an instance).
    pub(crate) fn visit_expr(&mut self, expression: &'a Expr, context: Option<Value>) -> Effect {
        match expression {
            Expr::Name(name) if !may_fold(expression) => {
                let bound = self.bind_name(name, expression);
                return self.reported(expression, bound);
            }
            Expr::Name(_) => return self.visit_leaf(expression, context),
            Expr::Attribute(attribute) if attribute.value.is_name_expr() => {
                let effect = self.visit_leaf(expression, context);
                self.after_visit(node_index(expression));
                return effect;
            }
            literal if literal.is_literal_expr() => {
                self.mark_visit(node_index(literal));
                return self.visit_leaf(literal, context);
            }
            _ => {}
        }
        self.visit_once(expression, context, |this| {
            let effect = this.visit_anew(expression, context);
            this.after_visit(node_index(expression));
            effect
        })
    }

    fn visit_anew(&mut self, expression: &'a Expr, context: Option<Value>) -> Effect {
        stacker::maybe_grow(RED_ZONE, STACK, || self.visit_leaf(expression, context))
    }

    /// Binds an expression, on the stack there is.
    fn visit_leaf(&mut self, expression: &'a Expr, context: Option<Value>) -> Effect {
        let bound = self.bind_expr(expression, context);
        self.reported(expression, bound)
    }

    /// Reports what an expression raises.
    #[inline]
    fn reported(&mut self, expression: &Expr, bound: Check<Effect>) -> Effect {
        match bound {
            Ok(effect) => effect,
            Err(raised) => self.without_effect(expression, raised),
        }
    }

    #[cold]
    fn without_effect(&mut self, expression: &Expr, raised: Raised) -> Effect {
        let (module, place) = (self.module, self.place(expression));
        self.report(module, place, raised);
        Effect::NONE
    }

    fn visit_first(&mut self, expression: &'a Expr) {
        self.visit_expr(expression, None);
    }

    /// Visits an operand a second time, as the reference does; in a module where too many second visits are inside others,
    /// which take time exponential in their depth, no more of those.
    fn visit_again(&mut self, expression: &'a Expr) {
        const NESTED: u32 = 20_000;
        if self.is_revisiting {
            if self.nested_revisits == NESTED {
                return;
            }
            self.nested_revisits += 1;
        }
        let outer = std::mem::replace(&mut self.is_revisiting, true);
        self.visit_expr(expression, None);
        self.is_revisiting = outer;
    }

    fn bind_expr(&mut self, expression: &'a Expr, context: Option<Value>) -> Check<Effect> {
        let module = self.module;
        if let Some(constant) = self.constant(module, expression) {
            self.preserve_refined(expression);
            self.bind_constant(expression, &constant, context);
            return Ok(Effect::NONE);
        }
        match expression {
            Expr::BoolOp(node) => return self.bind_bool_op(node),
            Expr::Named(node) => return self.bind_named(node),
            Expr::BinOp(node) => self.bind_bin_op(node, context)?,
            Expr::UnaryOp(node) => return self.bind_unary_op(node, context),
            Expr::Lambda(node) => self.bind_lambda(node),
            Expr::If(node) => self.bind_conditional(node, context)?,
            Expr::Dict(node) => self.bind_dict(node, expression, context)?,
            Expr::Set(node) => {
                for element in &node.elts {
                    self.visit_expected(element, Value::DYNAMIC, "set members cannot be primitives");
                }
                self.set_exact(node, ClassId::SET);
            }
            Expr::ListComp(node) => {
                self.bind_comprehension(expression, &node.generators, &node.elt)?;
                let item = self.get_type(&*node.elt);
                self.set_list_type(expression, Some(item), context)?;
            }
            Expr::SetComp(node) => {
                self.bind_comprehension(expression, &node.generators, &node.elt)?;
                self.set_exact(node, ClassId::SET);
            }
            Expr::Generator(node) => {
                self.bind_comprehension(expression, &node.generators, &node.elt)?;
                self.set_type(node, Value::DYNAMIC);
            }
            Expr::DictComp(node) => self.bind_dict_comprehension(node, expression, context)?,
            Expr::Await(node) => {
                self.visit_expected(&node.value, Value::DYNAMIC, "cannot await a primitive value");
                let value = self.get_type(&*node.value);
                self.bind_await(value, node);
            }
            Expr::Yield(node) => {
                if let Some(value) = &node.value {
                    self.visit_expected(value, Value::DYNAMIC, "cannot yield a primitive value");
                }
                self.set_type(node, Value::DYNAMIC);
            }
            Expr::YieldFrom(node) => {
                self.visit_expected(&node.value, Value::DYNAMIC, "cannot yield from a primitive value");
                self.set_type(node, Value::DYNAMIC);
            }
            Expr::Compare(node) => return self.bind_comparison(node, expression, false),
            Expr::Call(node) => {
                self.visit_expr(&node.func, None);
                let function = self.get_type(&*node.func);
                return self.bind_call(function, node, context);
            }
            Expr::FString(node) => {
                for part in &node.value {
                    if let FStringPart::FString(string) = part {
                        self.visit_string_elements(&string.elements);
                    }
                }
                self.set_exact(node, ClassId::STR);
            }
            Expr::TString(node) => self.bind_template(node),
            Expr::Attribute(node) => self.bind_attribute(node, expression)?,
            Expr::Subscript(node) => {
                self.visit_expr(&node.value, None);
                self.visit_expr(&node.slice, None);
                let (value, slice) = (self.get_type(&*node.value), self.get_type(&*node.slice));
                self.bind_subscr(value, node, slice)?;
            }
            Expr::Starred(node) => {
                self.visit_expected(&node.value, Value::DYNAMIC, "cannot use primitive in starred expression");
                self.set_type(node, Value::DYNAMIC);
            }
            Expr::Name(node) => return self.bind_name(node, expression),
            Expr::List(node) if !self.source.folds.tuples.contains(&node_index(node)) => {
                self.bind_list(node, expression, context)?;
            }
            Expr::List(_) | Expr::Tuple(_) => {
                for element in super::name::elements(expression) {
                    self.visit_expected(element, Value::DYNAMIC, TYPE_MISMATCH);
                }
                self.set_exact(expression, ClassId::TUPLE);
            }
            Expr::Slice(node) => self.bind_slice(node),
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::IpyEscapeCommand(_) => {}
        }
        Ok(Effect::NONE)
    }

    /// The node is an instance of exactly that class.
    fn set_exact(&mut self, node: &impl HasNodeIndex, class: ClassId) {
        let value = self.types.exact_instance(class);
        self.set_type(node, value);
    }

    /// The type of a constant that is no int or bool wanted as a literal (`constant_types`).
    pub(super) fn constant_type(&mut self, constant: &Constant) -> Value {
        match constant {
            Constant::None => Value::NONE,
            Constant::Ellipsis => Value::Instance(ClassId::ELLIPSIS),
            Constant::Bool(_) => Value::Instance(ClassId::BOOL),
            Constant::Int(_) => self.types.exact_instance(ClassId::INT),
            Constant::Float(_) => self.types.exact_instance(ClassId::FLOAT),
            Constant::Complex(..) => self.types.exact_instance(ClassId::COMPLEX),
            Constant::Str(_) => self.types.exact_instance(ClassId::STR),
            Constant::Bytes(_) => Value::Instance(ClassId::BYTES),
            Constant::Tuple(_) => self.types.exact_instance(ClassId::TUPLE),
            Constant::FrozenSet(_) => Value::Instance(ClassId::SET),
        }
    }

    /// `type_ctx.bind_constant(node, visitor)`
    fn bind_constant(&mut self, node: &Expr, constant: &Constant, context: Option<Value>) {
        let wanted = context.unwrap_or(Value::DYNAMIC);
        let wanted_kind = match wanted {
            Value::Instance(class) => self.types.kind(class),
            _ => ClassKind::Plain,
        };
        let value = match (wanted_kind, constant) {
            // The reference takes any constant, and fails on those that are no numbers.
            (ClassKind::Double, Constant::Int(_) | Constant::Float(_) | Constant::Bool(_)) => wanted,
            (ClassKind::Double, Constant::Str(text))
                if text.as_str().is_some_and(|text| text.trim().parse::<f64>().is_ok()) =>
            {
                wanted
            }
            (ClassKind::Double, constant) => {
                let given = self.constant_type(constant);
                let (dest, src) = (self.types.class_of(wanted), self.types.class_of(given));
                let message = self.types.assign_error(dest, src, TYPE_MISMATCH);
                let place = self.place(node);
                self.late_error(place, message);
                wanted
            }
            (ClassKind::PrimitiveInt(_), Constant::Int(value)) => {
                self.types.literal(wanted, Literal::Int(value.clone()))
            }
            (ClassKind::PrimitiveInt(Primitive::BOOL), Constant::Bool(_)) => wanted,
            (ClassKind::PrimitiveInt(_), constant) => self.constant_type(constant),
            (_, Constant::Int(value)) => self.types.literal(Value::Instance(ClassId::INT), Literal::Int(value.clone())),
            (_, Constant::Bool(value)) => self.types.literal(Value::Instance(ClassId::BOOL), Literal::Bool(*value)),
            (_, constant) => self.constant_type(constant),
        };
        self.set_type(node, value);
    }

    fn bind_bool_op(&mut self, node: &'a ExprBoolOp) -> Check<Effect> {
        let mut effect = Effect::NONE;
        let mut joined = None;
        match node.op {
            BoolOp::And => {
                for value in &node.values {
                    let new = self.visit_expr(value, None);
                    effect = effect.and(new.clone());
                    joined = Some(self.widen(joined, self.get_type(value))?);
                    self.apply(&new);
                }
                // Nobody knows what follows: the effect is for whoever uses this as a test.
                self.undo(&effect);
            }
            BoolOp::Or => {
                let Some((last, values)) = node.values.split_last() else { return Ok(effect) };
                for value in values {
                    let new = self.visit_expr(value, None);
                    effect = effect.or(new.clone());
                    let old = self.get_type(value);
                    // The value is the result only if it is true.
                    self.apply(&new);
                    self.visit_again(value);
                    self.undo(&new);
                    let result = match old {
                        Value::Instance(class) if self.types.kind(class) == ClassKind::Optional => {
                            self.types.optional_argument(class).map_or(old, |class| self.types.instance(class))
                        }
                        _ => old,
                    };
                    joined = Some(self.widen(joined, result)?);
                    self.set_type(value, old);
                    self.reverse(&new);
                }
                let new = self.visit_expr(last, None);
                joined = Some(self.widen(joined, self.get_type(last))?);
                self.undo(&effect);
                effect = effect.or(new);
            }
        }
        self.set_type(node, joined.unwrap_or(Value::DYNAMIC));
        Ok(effect)
    }

    fn bind_named(&mut self, node: &'a ExprNamed) -> Check<Effect> {
        self.in_target(|this| this.visit_expr(&node.target, None));
        let target = self.get_type(&*node.target);
        self.visit_expr(&node.value, Some(target));
        let value = self.get_type(&*node.value);
        self.assign_value(&node.target, value, None, None)?;
        let target = self.get_type(&*node.target);
        self.set_type(node, target);
        self.refine_truthy(&node.target)
    }

    fn bind_bin_op(&mut self, node: &'a ExprBinOp, context: Option<Value>) -> Check<()> {
        // A power is a double, whatever its operands are.
        let context = if node.op == Operator::Pow { None } else { context };
        self.visit_expr(&node.left, context);
        self.visit_expr(&node.right, context);
        let (left, right) = (self.get_type(&*node.left), self.get_type(&*node.right));
        let tries_right = self.is_proper_subtype(right, left);
        if tries_right && self.bind_reverse_binop(right, node) {
            return Ok(());
        }
        if !self.bind_binop(left, node, context)? && !tries_right {
            self.bind_reverse_binop(right, node);
        }
        Ok(())
    }

    /// `ltype.klass.exact_type() in rtype.klass.mro[1:]`
    fn is_proper_subtype(&mut self, value: Value, base: Value) -> bool {
        let (class, base) = (self.types.class_of(value), self.types.class_of(base));
        let base = self.types.exact_type(base);
        self.types.mro(class).iter().skip(1).any(|&class| class == base)
    }

    fn bind_unary_op(&mut self, node: &'a ExprUnaryOp, context: Option<Value>) -> Check<Effect> {
        if let Expr::Compare(comparison) = &*node.operand
            && self.source.folds.inverted_comparisons.contains(&node_index(node))
        {
            // The optimizer makes `a is not b` of `not a is b`.
            let place = self.place(&node.operand);
            let effect =
                self.context(place, |this| this.bind_comparison(comparison, &node.operand, true)).unwrap_or_default();
            if self.preserved.contains(node_index(comparison)) {
                self.preserve_refined(node);
            }
            let value = self.get_type(comparison);
            self.set_type(node, value);
            return Ok(effect);
        }
        let effect = self.visit_expr(&node.operand, context);
        let operand = self.get_type(&*node.operand);
        self.bind_unaryop(operand, node)?;
        Ok(if node.op == UnaryOp::Not && !effect.is_none() { effect.not() } else { Effect::NONE })
    }

    fn bind_lambda(&mut self, node: &'a ExprLambda) {
        let mut scope = self.new_scope(ScopeNode::Other, node);
        if let Some(parameters) = &node.parameters {
            self.visit_parameters(parameters, &mut scope);
        }
        let mark = self.state_mark();
        self.state_changes();
        self.scopes.push(scope);
        self.visit_expected(&node.body, Value::DYNAMIC, "lambda cannot return primitive value");
        self.leave_scope();
        self.state_is_again(mark);
        self.set_type(node, Value::DYNAMIC);
    }

    /// `new_scope`
    pub(super) fn new_scope(&mut self, node: ScopeNode<'a>, with_index: &impl HasNodeIndex) -> BindingScope<'a> {
        // Nodes the checker makes have no scope of their own.
        let own = self.source.symbols.try_scope_of(node_index(with_index), ScopeRole::Body);
        let symbols = own.unwrap_or(self.scope().symbols);
        if let Some(memory) = self.spare_scopes.pop() {
            return BindingScope::with_memory(node, symbols, memory);
        }
        BindingScope::new(node, symbols, own.map_or(0, |own| self.source.symbols.scope(own).symbols.len()))
    }

    fn bind_conditional(&mut self, node: &'a ExprIf, context: Option<Value>) -> Check<()> {
        let effect = self.visit_test(&node.test);
        self.apply(&effect);
        self.clear_after_test(&node.test);
        self.visit_expr(&node.body, context);
        self.reverse(&effect);
        self.visit_expr(&node.orelse, context);
        self.undo(&effect);
        let values = [self.get_type(&*node.body), self.get_type(&*node.orelse)];
        let value = self.types.union_of_values(values)?;
        self.set_type(node, value);
        Ok(())
    }

    fn bind_slice(&mut self, node: &'a ExprSlice) {
        for part in [&node.lower, &node.upper, &node.step].into_iter().flatten() {
            self.visit_expected(part, Value::DYNAMIC, "slice indices cannot be primitives");
        }
        self.set_type(node, Value::Instance(ClassId::SLICE));
    }

    fn bind_comparison(&mut self, node: &'a ExprCompare, expression: &'a Expr, is_inverted: bool) -> Check<Effect> {
        let module = self.module;
        let operator = |operator: CmpOp| if is_inverted { operator.negate() } else { operator };
        if let ([op], [right]) = (&*node.ops, &*node.comparators)
            && matches!(op, CmpOp::Is | CmpOp::IsNot)
        {
            self.preserve_refined(node);
            self.set_type(expression, Value::Instance(ClassId::BOOL));
            self.visit_expr(&node.left, None);
            self.visit_expr(right, None);
            let other = if self.is_none_constant(module, &node.left) {
                Some(right)
            } else if self.is_none_constant(module, right) {
                Some(&*node.left)
            } else {
                None
            };
            if let Some(other) = other {
                let effect = self.refine_truthy(other)?;
                if !effect.is_none() {
                    return Ok(if operator(*op) == CmpOp::Is { effect.not() } else { effect });
                }
            }
        }
        let is_second = matches!(&*node.ops, [CmpOp::Is | CmpOp::IsNot]);
        let visit = if is_second { Self::visit_again } else { Self::visit_first };
        visit(self, &node.left);
        let left_node = &*node.left;
        let mut left = self.get_type(left_node);
        for (position, (op, right_node)) in (0..).zip(node.ops.iter().zip(&node.comparators)) {
            visit(self, right_node);
            let right = self.get_type(right_node);
            let comparison = Comparison { node, left: left_node, operator: operator(*op), position, right: right_node };
            let tries_right = self.is_proper_subtype(right, left);
            // The reference asks the left one here, too.
            if tries_right && self.bind_reverse_compare(left, comparison)? {
                continue;
            }
            if self.bind_compare(left, comparison)? {
                continue;
            }
            if !tries_right {
                self.bind_reverse_compare(right, comparison)?;
            }
            left = right;
        }
        Ok(Effect::NONE)
    }

    /// A t-string, which the reference does not know.
    fn bind_template(&mut self, node: &'a ExprTString) {
        for element in node.value.elements() {
            if let InterpolatedStringElement::Interpolation(element) = element {
                self.visit_expected(&element.expression, Value::DYNAMIC, "cannot use primitive in formatted value");
                if let Some(format) = &element.format_spec {
                    self.visit_string_elements(&format.elements);
                }
            }
        }
        self.set_type(node, Value::DYNAMIC);
    }

    /// The values of a `JoinedStr`.
    fn visit_string_elements(&mut self, elements: &'a [InterpolatedStringElement]) {
        for element in elements {
            if let InterpolatedStringElement::Interpolation(element) = element {
                self.visit_expected(&element.expression, Value::DYNAMIC, "cannot use primitive in formatted value");
                if let Some(format) = &element.format_spec {
                    self.visit_string_elements(&format.elements);
                }
                self.state().refined.clear();
            }
        }
    }

    fn bind_attribute(&mut self, node: &'a ExprAttribute, expression: &'a Expr) -> Check<()> {
        self.visit_expr(&node.value, None);
        let base = self.get_type(&*node.value);
        self.bind_attr(base, node)?;
        let index = node_index(node);
        let module = self.module;
        if let Expr::Name(name) = &*node.value
            && !self.scope().state.refined.is_empty()
            && let (base, field) = (self.id_of(name), self.field_of(node))
            && let Some(refinement) = self.scope().state.refinement(base, field)
        {
            if node.ctx == ExprContext::Load {
                self.set_type(node, refinement.value);
                let temporary = refinement.temporary;
                let facts = &mut self.facts_mut(module).refined_fields;
                for &source in &refinement.sources {
                    facts.insert(source, RefinedField { temporary, is_source: true, is_used: source != index });
                }
                if !refinement.sources.contains(&index) {
                    facts.insert(index, RefinedField { temporary, is_source: false, is_used: true });
                }
            } else if let Some(fields) = self.state().refined.get(base) {
                fields.borrow_mut().shift_remove(field);
            }
        }
        // Without refined fields there is nothing to preserve.
        let matters = node.ctx == ExprContext::Store || !self.scope().state.refined.is_empty();
        if matters && self.is_refinable(expression) {
            self.preserve_refined(node);
            if node.ctx == ExprContext::Store
                && let Some(path) = self.access_path(expression)
            {
                let temporary = self.refined_field_index(path);
                let field = RefinedField { temporary, is_source: true, is_used: false };
                self.facts_mut(module).refined_fields.insert(index, field);
            }
        }
        Ok(())
    }
}
