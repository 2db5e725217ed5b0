//! Displays: tuples, lists, sets, dicts.
//!
//! ```text
//! [a, b]          LOAD a · LOAD b · BUILD_LIST 2
//! [a, *b]         LOAD a · BUILD_LIST 1 · LOAD b · LIST_EXTEND 1
//! {**a, b: c}     BUILD_MAP 0 · LOAD a · DICT_UPDATE 1 · LOAD b · LOAD c · BUILD_MAP 1 · DICT_UPDATE 1
//! ```
//!
//! Invariant: no more than about [`STACK_USE_GUIDELINE`] values are on the stack at a time.

use super::Builder;
use super::call_arguments::STACK_USE_GUIDELINE;
use super::generator_call::INTRINSIC_LIST_TO_TUPLE;
use crate::Opcode;
use pyclast_syntax::{Location, NameId};
use ruff_python_ast::{DictItem, Expr, ExprContext, ExprDict};

/// What a sequence display makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SequenceKind {
    Tuple,
    List,
    Set,
}

impl SequenceKind {
    /// Builds from values on the stack at once.
    const fn build(self) -> Opcode {
        match self {
            Self::Tuple => Opcode::BuildTuple,
            Self::List => Opcode::BuildList,
            Self::Set => Opcode::BuildSet,
        }
    }

    /// Starts what is added to; adds one value; adds many. Tuples are lists until they are complete.
    const fn incremental(self) -> (Opcode, Opcode, Opcode) {
        match self {
            Self::Tuple | Self::List => (Opcode::BuildList, Opcode::ListAppend, Opcode::ListExtend),
            Self::Set => (Opcode::BuildSet, Opcode::SetAdd, Opcode::SetUpdate),
        }
    }
}

impl<'a> Builder<'a> {
    /// A tuple, list or set in any context (`codegen_tuple`, `codegen_list`, `codegen_set`).
    pub(super) fn visit_sequence(
        &mut self,
        expr: &'a Expr,
        elements: &'a [Expr],
        context: ExprContext,
        kind: SequenceKind,
    ) {
        match context {
            ExprContext::Store => self.emit_unpacking(expr, elements),
            ExprContext::Del => self.visit_exprs(elements),
            ExprContext::Load | ExprContext::Invalid => {
                self.emit_sequence(self.expr_location(expr), elements, None, 0, kind);
            }
        }
    }

    /// Builds a sequence; its first `pushed` values are on the stack already, and the name
    /// `injected` is its last (`starunpack_helper_impl`).
    pub(super) fn emit_sequence(
        &mut self,
        location: Location,
        elements: &'a [Expr],
        injected: Option<NameId>,
        pushed: usize,
        kind: SequenceKind,
    ) {
        let total = elements.len() + pushed + usize::from(injected.is_some());
        let big = total > STACK_USE_GUIDELINE;
        if !big && !elements.iter().any(Expr::is_starred_expr) {
            self.visit_elements(elements);
            if let Some(injected) = injected {
                self.emit_name_access(injected, ExprContext::Load, location);
            }
            return self.emit_arg(kind.build(), total, location);
        }
        let (build, add, extend) = kind.incremental();
        let mut built = big;
        if big {
            self.emit_arg(build, pushed, location);
        }
        for (index, element) in elements.iter().enumerate() {
            if let Expr::Starred(starred) = element {
                if !built {
                    self.emit_arg(build, index + pushed, location);
                    built = true;
                }
                self.visit_element(&starred.value);
                self.emit_arg(extend, 1, location);
            } else {
                self.visit_element(element);
                if built {
                    self.emit_arg(add, 1, location);
                }
            }
        }
        if let Some(injected) = injected {
            self.emit_name_access(injected, ExprContext::Load, location);
            self.emit_arg(add, 1, location);
        }
        if kind == SequenceKind::Tuple {
            self.emit_arg(Opcode::CallIntrinsic1, INTRINSIC_LIST_TO_TUPLE, location);
        }
    }

    /// A dict (`codegen_dict`).
    pub(super) fn visit_dict(&mut self, expr: &'a Expr, dict: &'a ExprDict) {
        let location = self.expr_location(expr);
        let mut have_dict = false;
        let mut run_start = 0;
        for (index, item) in dict.items.iter().enumerate() {
            let run = &dict.items[run_start..index];
            if item.key.is_none() {
                self.emit_dict_run(location, run, &mut have_dict);
                if !have_dict {
                    self.emit_arg(Opcode::BuildMap, 0, location);
                    have_dict = true;
                }
                self.visit_expr(&item.value);
                self.emit_arg(Opcode::DictUpdate, 1, location);
                run_start = index + 1;
            } else if run.len() * 2 > STACK_USE_GUIDELINE {
                self.emit_dict_run(location, &dict.items[run_start..=index], &mut have_dict);
                run_start = index + 1;
            }
        }
        self.emit_dict_run(location, &dict.items[run_start..], &mut have_dict);
        if !have_dict {
            self.emit_arg(Opcode::BuildMap, 0, location);
        }
    }

    /// Pairs as a dict, merged into the one below if there is one (`codegen_subdict`).
    fn emit_dict_run(&mut self, location: Location, items: &'a [DictItem], have_dict: &mut bool) {
        if items.is_empty() {
            return;
        }
        let big = items.len() * 2 > STACK_USE_GUIDELINE;
        if big {
            self.emit_arg(Opcode::BuildMap, 0, location);
        }
        for item in items {
            if let Some(key) = &item.key {
                self.visit_element(key);
            }
            self.visit_element(&item.value);
            if big {
                self.emit_arg(Opcode::MapAdd, 1, location);
            }
        }
        if !big {
            self.emit_arg(Opcode::BuildMap, items.len(), location);
        }
        if *have_dict {
            self.emit_arg(Opcode::DictUpdate, 1, location);
        }
        *have_dict = true;
    }
}
