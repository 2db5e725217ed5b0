//! Visits of expressions that need not be made again.
//!
//! The rules visit operands more than once, each with its operands: nested calls and comparisons would take time exponential
//! in their depth. A visit that changed no state gives the same again in the same state, and its errors are reported once.
//!
//! ```text
//! (((a is b) is c) is d)        2 visits of each comparison, not 2, 4, 8
//! ```
//!
//! Invariant: an earlier visit stands for a new one only if nothing below it was visited since, which could have been as
//! something else.

use super::{Binder, Effect};
use crate::types::{Special, Value};
use pyclast_syntax::node_index;
use ruff_python_ast::{Expr, Operator};

/// What visits found, and the marks that say whether it still holds.
#[derive(Debug, Default)]
pub(super) struct Visits {
    /// Changes with every change of what is known of names.
    state: u64,
    states: u64,
    /// Counts visits.
    clock: u64,
    /// The greatest index visited below the node that is being visited.
    end: u32,
    /// When nodes were visited last; the indices of a subtree are a range.
    latest: Vec<u64>,
    /// When any node of each [`BLOCK`] of them was.
    latest_in_blocks: Vec<u64>,
    /// By node: the place of its last visit in `last`; [`NEVER`] if there is none.
    places: Vec<u32>,
    last: Vec<Visit>,
}

const NEVER: u32 = u32::MAX;

/// How many nodes are looked at together: more than most subtrees have.
const BLOCK: usize = 64;

#[derive(Debug)]
struct Visit {
    holds: bool,
    given: Given,
    effect: Effect,
    value: Value,
    end: u32,
    clock: u64,
}

/// What a visit depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Given {
    context: Option<Value>,
    in_target: bool,
    is_muted: bool,
    takings: u64,
    state: u64,
}

impl Visits {
    pub(super) fn new(node_count: u32) -> Self {
        let count = node_count as usize;
        Self {
            latest: vec![0; count],
            latest_in_blocks: vec![0; count.div_ceil(BLOCK)],
            places: vec![NEVER; count],
            last: Vec::with_capacity(count / 6),
            ..Self::default()
        }
    }

    fn count(&self) -> usize {
        self.places.len()
    }

    /// The last visit of a node, if nothing below it was visited since.
    fn get(&self, index: u32) -> Option<&Visit> {
        let visit = self.last.get(self.places[index as usize] as usize)?;
        (visit.holds && self.latest(index, visit.end) <= visit.clock).then_some(visit)
    }

    fn insert(&mut self, index: u32, visit: Visit) {
        match self.last.get_mut(self.places[index as usize] as usize) {
            Some(known) => *known = visit,
            None => {
                self.places[index as usize] = u32::try_from(self.last.len()).unwrap_or(NEVER);
                self.last.push(visit);
            }
        }
    }

    fn forget(&mut self, index: u32) {
        if let Some(known) = self.last.get_mut(self.places[index as usize] as usize) {
            known.holds = false;
        }
    }

    fn mark(&mut self, index: u32) {
        self.clock += 1;
        self.end = self.end.max(index);
        if let Some(latest) = self.latest.get_mut(index as usize) {
            *latest = self.clock;
            self.latest_in_blocks[index as usize / BLOCK] = self.clock;
        }
    }

    /// When a node from one index to another was visited last.
    fn latest(&self, first: u32, last: u32) -> u64 {
        let (first, end) = (first as usize, last as usize + 1);
        let greatest = |clocks: &[u64]| clocks.iter().copied().max().unwrap_or(0);
        // The blocks that lie within.
        let (block, block_end) = (first.div_ceil(BLOCK), end / BLOCK);
        if block >= block_end {
            return greatest(&self.latest[first..end]);
        }
        let before = greatest(&self.latest[first..block * BLOCK]);
        let after = greatest(&self.latest[block_end * BLOCK..end]);
        before.max(after).max(greatest(&self.latest_in_blocks[block..block_end]))
    }
}

impl<'a> Binder<'_, 'a> {
    /// What is known of names changes.
    pub(super) fn state_changes(&mut self) {
        self.visits.states += 1;
        self.visits.state = self.visits.states;
    }

    /// A mark of what is known of names now.
    pub(super) fn state_mark(&self) -> u64 {
        self.visits.state
    }

    /// What is known of names is what it was at that mark.
    pub(super) fn state_is_again(&mut self, mark: u64) {
        self.visits.state = mark;
    }

    fn given(&self, context: Option<Value>) -> Given {
        Given {
            context,
            in_target: self.in_target,
            is_muted: self.errors.is_muted(),
            takings: self.errors.takings(),
            state: self.visits.state,
        }
    }

    /// Whether it matters what an expression is wanted as.
    fn depends_on_context(&self, expression: &Expr) -> bool {
        match expression {
            Expr::Attribute(_)
            | Expr::Subscript(_)
            | Expr::BoolOp(_)
            | Expr::Compare(_)
            | Expr::Named(_)
            | Expr::Lambda(_)
            | Expr::Await(_) => false,
            Expr::BinOp(node) => node.op != Operator::Pow,
            // The first visit of a call of `unbox` comes before its function is known, but it is the first.
            Expr::Call(node) => self.get_type(&*node.func) == Value::Special(Special::Unbox),
            _ => true,
        }
    }

    /// Notes the visit of a literal, which gives the same whenever it is wanted as the same.
    pub(super) fn mark_visit(&mut self, index: u32) {
        if (index as usize) < self.visits.count() {
            self.visits.mark(index);
        }
    }

    /// Makes a visit, unless it is known what it gives.
    ///
    /// Not a part of its caller: names and literals, which most expressions are, would pay for its frame.
    #[inline(never)]
    pub(super) fn visit_once(
        &mut self,
        expression: &'a Expr,
        context: Option<Value>,
        visit: impl FnOnce(&mut Self) -> Effect,
    ) -> Effect {
        let index = node_index(expression);
        if index as usize >= self.visits.count() {
            // The checker made it.
            return visit(self);
        }
        let given = self.given(context.filter(|_| self.depends_on_context(expression)));
        if let Some(known) = self.visits.get(index).filter(|known| known.given == given) {
            let (effect, value, end) = (known.effect.clone(), known.value, known.end);
            self.visits.end = self.visits.end.max(end);
            self.set_type_at(index, value);
            return effect;
        }
        let outer_end = std::mem::replace(&mut self.visits.end, index);
        self.visits.mark(index);
        let effect = visit(self);
        let end = self.visits.end;
        self.visits.end = end.max(outer_end);
        if self.visits.state == given.state
            && self.errors.takings() == given.takings
            && (end as usize) < self.visits.count()
        {
            let context = context.filter(|_| self.depends_on_context(expression));
            let given = Given { context, ..given };
            let (value, clock) = (self.get_type(expression), self.visits.clock);
            self.visits.insert(index, Visit { holds: true, given, effect: effect.clone(), value, end, clock });
        } else {
            self.visits.forget(index);
        }
        effect
    }
}

#[cfg(test)]
mod tests {
    use crate::{Arena, Source, check_program, fold};
    use pyclast_syntax::{SourceText, SymbolTable, parse};

    /// How many errors there are in a function that returns an expression.
    fn errors(expression: &str) -> usize {
        let text = format!(
            "from __static__ import int64\nfrom typing import Optional\nclass C:\n    x: Optional[int]\n    def m(self, a: object) -> 'C':\n        \
             return self\ndef f(a, c: C, n: int64, o: Optional[C]) -> object:\n    return {expression}\n"
        );
        let parsed = parse(SourceText::decode(text.as_bytes()).expect("text")).expect("the source parses");
        let symbols = SymbolTable::build(&parsed).expect("names are fine");
        let folds = fold(&parsed, false);
        let source = Source {
            name: "m",
            parsed: &parsed,
            symbols: &symbols,
            folds: &folds,
            is_package: false,
            is_stub: false,
            bind: true,
            inlines: true,
        };
        let arena = Arena::default();
        check_program(&[source], &arena).errors.len()
    }

    #[test]
    fn nested_operands_take_time_linear_in_their_depth() {
        const DEPTH: usize = 60;
        let nested =
            |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(DEPTH), close.repeat(DEPTH));
        assert_eq!(errors(&nested("", "c", ".m(1)")), 0);
        assert_eq!(errors(&nested("(", "a", " is a)")), 0);
        assert_eq!(errors(&nested("(", "o", " or o)")), 0);
        assert_eq!(errors(&nested("((q := ", "o", ") or o)")), 0);
        assert!(errors(&nested("(n ** ", "n", ")")) > 0);
    }
}
