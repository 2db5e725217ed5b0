//! Loops over ranges that nobody takes an item from, into a name that has other objects elsewhere.
//!
//! ```text
//! i = 0
//! for i in range(n): work()       FOR_ITER · BUILD_LIST 1 · UNPACK_SEQUENCE 1 · STORE_FAST i
//! ```
//!
//! Of a range that the interpreter has seen, the JIT makes integers only where they are used (`SinkPrimitiveBox`). A name that is
//! an object before the loop and a machine integer in it, which nothing but the frame knows, ends the process: "Unexpected type
//! {`CInt64`|…} in deopt value". So it does with ordinary code. An item that was in a list is used.
//!
//! Invariant: the items of a loop that may be over a range are used, or all that its name ever has is items of ranges.

use super::super::Builder;
use pyclast_syntax::type_facts::TypeKind;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{Expr, ExprContext, Pattern, Stmt, StmtFor, StmtFunctionDef};

impl<'a> Builder<'a> {
    /// Uses the item on the stack that a loop is about to store, if nothing else does.
    pub(in crate::build) fn use_item(&mut self, statement: &'a StmtFor) {
        if let Some(function) = self.unit().definition
            && let Expr::Name(target) = &*statement.target
            && self.may_be_range(&statement.iter)
            && !loads(&statement.body, &target.id)
            && has_other_objects(function, &target.id, statement)
            && self.is_counted_local(target)
        {
            self.emit_owned(self.expr_location(&statement.target));
        }
    }

    fn may_be_range(&self, iterated: &Expr) -> bool {
        is_range(iterated) || self.type_of(iterated).is_none_or(|fact| !matches!(fact.kind, TypeKind::Sequence(_)))
    }
}

/// `range(…)`, as far as one sees.
fn is_range(iterated: &Expr) -> bool {
    matches!(iterated, Expr::Call(call) if matches!(&*call.func, Expr::Name(name) if name.id == "range"))
}

/// Whether statements read a name.
fn loads(body: &[Stmt], name: &str) -> bool {
    let mut uses = Uses { name, loads: 0, stores: 0 };
    uses.visit_body(body);
    uses.loads > 0
}

/// Whether a function gives a name anything but items of ranges and of that loop.
fn has_other_objects(function: &StmtFunctionDef, name: &str, statement: &StmtFor) -> bool {
    let mut uses = Uses { name, loads: 0, stores: 0 };
    uses.visit_body(&function.body);
    let own = usize::from(!is_range(&statement.iter));
    uses.stores > own || function.parameters.includes(name)
}

/// Counts what is done with a name.
struct Uses<'n> {
    name: &'n str,
    loads: usize,
    /// Other than by loops over ranges.
    stores: usize,
}

impl<'a> Visitor<'a> for Uses<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::For(for_)
                if is_range(&for_.iter) && matches!(&*for_.target, Expr::Name(name) if name.id == self.name) =>
            {
                self.visit_expr(&for_.iter);
                self.visit_body(&for_.body);
                self.visit_body(&for_.orelse);
            }
            Stmt::Import(_) | Stmt::ImportFrom(_) | Stmt::FunctionDef(_) | Stmt::ClassDef(_) | Stmt::Try(_) => {
                // They bind names that are no expressions.
                self.stores += 1;
                walk_stmt(self, statement);
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr
            && name.id == self.name
        {
            match name.ctx {
                ExprContext::Load => self.loads += 1,
                _ => self.stores += 1,
            }
        }
        walk_expr(self, expr);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        self.stores += 1;
        walk_pattern(self, pattern);
    }
}
