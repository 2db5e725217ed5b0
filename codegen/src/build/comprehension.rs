//! Comprehensions and generator expressions.
//!
//! ```text
//! (x for x in y)     MAKE_FUNCTION <genexpr> · LOAD y · GET_ITER · CALL 0
//! [x for x in y]     LOAD y · GET_ITER · save x · BUILD_LIST · loop · restore x      (in place, PEP 709)
//! ```
//!
//! Invariant: the outermost iterable is evaluated in the enclosing scope, everything else in the
//! comprehension's.

use super::Builder;
use super::closure::FunctionFlags;
use super::frame_block::FrameBlockKind;
use super::unit::{ArgumentCounts, UnitKind};
use crate::{Constant, Label, Opcode};
use pyclast_syntax::symtable::{ComprehensionKind, ScopeRole};
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::{Comprehension, Expr};

/// What the four kinds of comprehension have in common.
#[derive(Clone, Copy)]
pub(super) struct ComprehensionView<'a> {
    expr: &'a Expr,
    kind: ComprehensionKind,
    /// The element; the key of a dict comprehension.
    element: &'a Expr,
    /// The value of a dict comprehension.
    value: Option<&'a Expr>,
    generators: &'a [Comprehension],
}

impl<'a> ComprehensionView<'a> {
    pub(super) fn new(expr: &'a Expr) -> Option<Self> {
        let (kind, element, value, generators) = match expr {
            Expr::Generator(node) => (ComprehensionKind::Generator, &node.elt, None, &node.generators),
            Expr::ListComp(node) => (ComprehensionKind::List, &node.elt, None, &node.generators),
            Expr::SetComp(node) => (ComprehensionKind::Set, &node.elt, None, &node.generators),
            Expr::DictComp(node) => {
                // Without key it is an unpacking, which 3.14 does not have.
                let key = node.key.as_ref().unwrap_or(&node.value);
                (ComprehensionKind::Dict, key, Some(&*node.value), &node.generators)
            }
            _ => return None,
        };
        Some(Self { expr, kind, element, value, generators })
    }

    const fn unit_name(&self) -> &'static str {
        match self.kind {
            ComprehensionKind::List => "<listcomp>",
            ComprehensionKind::Set => "<setcomp>",
            ComprehensionKind::Dict => "<dictcomp>",
            ComprehensionKind::Generator => "<genexpr>",
        }
    }

    /// The instruction that makes the empty result.
    const fn build(&self) -> Option<Opcode> {
        match self.kind {
            ComprehensionKind::List => Some(Opcode::BuildList),
            ComprehensionKind::Set => Some(Opcode::BuildSet),
            ComprehensionKind::Dict => Some(Opcode::BuildMap),
            ComprehensionKind::Generator => None,
        }
    }
}

/// Where the outermost iterator is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum IteratorPlace {
    /// On the stack: the comprehension is inlined.
    Stack,
    /// In the parameter `.0`.
    Local,
}

impl<'a> Builder<'a> {
    /// `codegen_comprehension`.
    pub(super) fn visit_comprehension(&mut self, comprehension: &ComprehensionView<'a>) {
        let table = self.table;
        let scope_id = table.scope_of(node_index(comprehension.expr), ScopeRole::Body);
        let scope = table.scope(scope_id);
        let location = self.expr_location(comprehension.expr);
        let Some(outermost) = comprehension.generators.first() else { return };
        if scope.inlined {
            self.visit_iterable(outermost);
            let saved = self.enter_inlined_comprehension(scope, comprehension.expr);
            if let Some(build) = comprehension.build() {
                if !self.emit_checked_start(comprehension.expr, location) {
                    self.emit_arg(build, 0, location);
                }
                self.emit_arg(Opcode::Swap, 2, location);
            }
            self.emit_generator(comprehension, 0, 0, IteratorPlace::Stack);
            return self.leave_inlined_comprehension(saved, location);
        }
        let name = self.names.intern(comprehension.unit_name());
        let private = self.unit().private;
        let arguments = ArgumentCounts { positional: 1, ..ArgumentCounts::default() };
        self.enter_unit(UnitKind::Comprehension, scope_id, name, location.line, private, arguments);
        self.begin_unchecked_function(node_index(comprehension.expr));
        if let Some(build) = comprehension.build()
            && !self.emit_checked_start(comprehension.expr, location)
        {
            self.emit_arg(build, 0, location);
        }
        self.emit_generator(comprehension, 0, 0, IteratorPlace::Local);
        let is_generator = comprehension.kind == ComprehensionKind::Generator;
        if is_generator {
            self.wrap_in_stop_iteration_handler();
        } else {
            self.emit(Opcode::ReturnValue, location);
        }
        let code = self.leave_unit(true);
        self.make_closure(location, code, FunctionFlags::default());
        self.visit_iterable(outermost);
        self.emit_arg(Opcode::Call, 0, location);
        if scope.coroutine && !is_generator {
            self.emit_await(location);
        }
    }

    /// The iterator of a `for` clause (`codegen_comprehension_iter`).
    fn visit_iterable(&mut self, generator: &'a Comprehension) {
        self.visit_element(&generator.iter);
        let opcode = if generator.is_async { Opcode::GetAiter } else { Opcode::GetIter };
        self.emit(opcode, self.expr_location(&generator.iter));
    }

    /// The `for` clause number `index` and all within it; `depth` loops are around it
    /// (`codegen_comprehension_generator`).
    fn emit_generator(
        &mut self,
        comprehension: &ComprehensionView<'a>,
        index: usize,
        depth: usize,
        place: IteratorPlace,
    ) {
        let generator = &comprehension.generators[index];
        if generator.is_async {
            self.emit_async_generator(comprehension, index, depth, place);
        } else {
            self.emit_sync_generator(comprehension, index, depth, place);
        }
    }

    /// `codegen_sync_comprehension_generator`.
    fn emit_sync_generator(
        &mut self,
        comprehension: &ComprehensionView<'a>,
        index: usize,
        depth: usize,
        place: IteratorPlace,
    ) {
        let generator = &comprehension.generators[index];
        let start = self.new_label();
        let if_cleanup = self.new_label();
        let anchor = self.new_label();
        let single = (index > 0).then(|| single_element(&generator.iter)).flatten();
        if let Some(element) = single {
            // `for y in [f(x)]` only gives a name to a value.
            self.visit_element(element);
        } else {
            if place == IteratorPlace::Local {
                self.emit_inner_iterator(comprehension, index);
            }
            self.use_label(start);
            self.emit_jump(Opcode::ForIter, anchor, self.expr_location(&generator.iter));
        }
        let depth = depth + usize::from(single.is_none());
        let location = self.emit_generator_body(comprehension, index, depth, if_cleanup);
        self.use_label(if_cleanup);
        if single.is_none() {
            self.emit_jump(Opcode::Jump, start, location);
            self.use_label(anchor);
            // First END_FOR: an exhausted iterator jumps to it, or over it.
            self.emit(Opcode::EndFor, Location::NONE);
            self.emit(Opcode::PopIter, Location::NONE);
        }
    }

    /// `codegen_async_comprehension_generator`.
    fn emit_async_generator(
        &mut self,
        comprehension: &ComprehensionView<'a>,
        index: usize,
        depth: usize,
        place: IteratorPlace,
    ) {
        let start = self.new_label();
        let send = self.new_label();
        let except = self.new_label();
        let if_cleanup = self.new_label();
        let location = self.expr_location(comprehension.expr);
        if place == IteratorPlace::Local {
            self.emit_inner_iterator(comprehension, index);
        }
        self.use_label(start);
        let span = self.expr_span(comprehension.expr);
        self.push_block(FrameBlockKind::AsyncComprehensionGenerator, start, None, location, span);
        self.emit_jump(Opcode::SetupFinally, except, location);
        self.emit(Opcode::GetAnext, location);
        self.emit_const(Constant::None, location);
        self.use_label(send);
        self.emit_yield_from(location, true);
        self.emit(Opcode::PopBlock, location);
        let element_location = self.emit_generator_body(comprehension, index, depth + 1, if_cleanup);
        self.use_label(if_cleanup);
        self.emit_jump(Opcode::Jump, start, element_location);
        self.pop_block();
        self.use_label(except);
        self.emit_jump(Opcode::EndAsyncFor, send, location);
    }

    /// The iterator of a clause, unless it is on the stack: the parameter, or made here.
    fn emit_inner_iterator(&mut self, comprehension: &ComprehensionView<'a>, index: usize) {
        if index == 0 {
            self.emit_arg(Opcode::LoadFast, 0, self.expr_location(comprehension.expr));
        } else {
            self.visit_iterable(&comprehension.generators[index]);
        }
    }

    /// Target and conditions of a clause, then the next clause or the element. The location of the
    /// jump back.
    fn emit_generator_body(
        &mut self,
        comprehension: &ComprehensionView<'a>,
        index: usize,
        depth: usize,
        if_cleanup: Label,
    ) -> Location {
        let generator = &comprehension.generators[index];
        self.store_target(&generator.target);
        let location = self.expr_location(comprehension.expr);
        for condition in &generator.ifs {
            self.jump_if(location, condition, if_cleanup, false);
        }
        if index + 1 < comprehension.generators.len() {
            self.emit_generator(comprehension, index + 1, depth, IteratorPlace::Local);
            self.expr_location(comprehension.element)
        } else {
            self.emit_element(comprehension, depth)
        }
    }

    /// Adds the element to the result, or yields it; its location.
    fn emit_element(&mut self, comprehension: &ComprehensionView<'a>, depth: usize) -> Location {
        self.visit_element(comprehension.element);
        let location = self.expr_location(comprehension.element);
        match comprehension.kind {
            ComprehensionKind::Generator => {
                self.emit_yield(location);
                self.emit(Opcode::PopTop, location);
            }
            ComprehensionKind::List => self.emit_arg(Opcode::ListAppend, depth + 1, location),
            ComprehensionKind::Set => self.emit_arg(Opcode::SetAdd, depth + 1, location),
            ComprehensionKind::Dict => {
                let Some(value) = comprehension.value else { return location };
                self.visit_element(value);
                let end = self.expr_location(value);
                let location = Location { end_line: end.end_line, end_column: end.end_column, ..location };
                self.emit_arg(Opcode::MapAdd, depth + 1, location);
                return location;
            }
        }
        location
    }
}

/// The element of a list or tuple display of one element.
fn single_element(iterable: &Expr) -> Option<&Expr> {
    let elements = match iterable {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        _ => return None,
    };
    match &elements[..] {
        [element] if !element.is_starred_expr() => Some(element),
        _ => None,
    }
}
