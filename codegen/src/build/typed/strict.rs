//! Strict modules: types are frozen when the code that makes them has run (`StrictCodeGenBase`).
//!
//! ```text
//! start       <strict-modules> = <fixed-modules>["__strict__"]; <freeze-type> = <strict-modules>["freeze_type"]; <classes> = []
//! class C     … <classes>.append(C); C = …
//! end         for class in <classes>: <freeze-type>(class)
//! ```
//!
//! Functions that make classes freeze them however they end.
//!
//! Invariant: a class is in the list once, unless it says that it is `mutable`.

use super::super::Builder;
use super::super::frame_block::FrameBlockKind;
use super::decorator::is_mutable;
use crate::{Constant, Opcode};
use pyclast_syntax::Location;
use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{ExprContext, Stmt, StmtClassDef, StmtFunctionDef};

/// `NB_SUBSCR`
const SUBSCRIPT: usize = 26;
const FIXED_MODULES: &str = "<fixed-modules>";
const STRICT_MODULES: &str = "<strict-modules>";
const FREEZE_TYPE: &str = "<freeze-type>";
const CLASSES: &str = "<classes>";

/// Where the classes to be frozen are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::build) enum ClassList {
    /// Among the globals.
    Global,
    /// In a local.
    Local,
}

impl<'a> Builder<'a> {
    /// The start of a strict module.
    pub(in crate::build) fn begin_strict_module(&mut self, body: &[Stmt], location: Location) {
        if !self.options.strict {
            return;
        }
        self.load_fixed_module("__strict__", location);
        self.emit_arg(Opcode::Copy, 1, location);
        self.emit_text_access(STRICT_MODULES, ExprContext::Store, location);
        self.emit_const(Constant::str("freeze_type"), location);
        self.emit_arg(Opcode::BinaryOp, SUBSCRIPT, location);
        self.emit_text_access(FREEZE_TYPE, ExprContext::Store, location);
        if has_class(body) {
            self.unit_mut().class_list = Some(ClassList::Global);
            self.emit_arg(Opcode::BuildList, 0, location);
            self.emit_text_access(CLASSES, ExprContext::Store, location);
        }
    }

    /// The end of a strict module.
    pub(in crate::build) fn end_strict_module(&mut self) {
        if self.unit().class_list.is_some() {
            self.freeze_classes(Location::NONE);
        }
    }

    /// Pushes one of the modules that strict modules know.
    pub(super) fn load_fixed_module(&mut self, name: &str, location: Location) {
        self.emit_text_access(FIXED_MODULES, ExprContext::Load, location);
        self.emit_const(Constant::str(name), location);
        self.emit_arg(Opcode::BinaryOp, SUBSCRIPT, location);
    }

    /// Puts the class on the stack on the list; it stays (`register_immutability`).
    pub(in crate::build) fn register_class(&mut self, class: &StmtClassDef, location: Location) {
        let Some(list) = self.unit().class_list else { return };
        if class.decorator_list.iter().any(is_mutable) {
            return;
        }
        self.emit_arg(Opcode::Copy, 1, location);
        self.load_class_list(list, location);
        self.emit_arg(Opcode::Swap, 2, location);
        self.emit_arg(Opcode::ListAppend, 1, location);
        self.emit(Opcode::PopTop, location);
    }

    fn load_class_list(&mut self, list: ClassList, location: Location) {
        match list {
            ClassList::Global => {
                let name = self.names.intern(CLASSES);
                self.emit_name_bits(Opcode::LoadGlobal, name, 1, 0, location);
            }
            ClassList::Local => {
                let local = self.class_list_local();
                self.emit_arg(Opcode::LoadFast, local, location);
            }
        }
    }

    fn class_list_local(&mut self) -> usize {
        let name = self.names.intern(CLASSES);
        self.unit_mut().var_names.insert_full(name).0
    }

    /// Freezes the classes on the list (`emit_freeze_class_list`).
    pub(in crate::build) fn freeze_classes(&mut self, location: Location) {
        let Some(list) = self.unit().class_list else { return };
        let start = self.new_label();
        let end = self.new_label();
        self.load_class_list(list, location);
        self.emit(Opcode::GetIter, location);
        self.use_label(start);
        self.emit_jump(Opcode::ForIter, end, location);
        let freeze = self.names.intern(FREEZE_TYPE);
        self.emit_name_bits(Opcode::LoadGlobal, freeze, 1, 0, location);
        self.emit_arg(Opcode::Swap, 2, location);
        self.emit_arg(Opcode::Call, 0, location);
        self.emit(Opcode::PopTop, location);
        self.emit_jump(Opcode::Jump, start, location);
        self.use_label(end);
        self.emit(Opcode::EndFor, location);
        self.emit(Opcode::PopIter, location);
    }

    /// The statements of a function that may make classes: they are frozen in the end.
    pub(super) fn build_freezing(
        &mut self,
        function: &'a StmtFunctionDef,
        location: Location,
        build: impl FnOnce(&mut Self),
    ) {
        if !self.options.strict || !has_class(&function.body) {
            return build(self);
        }
        let local = self.class_list_local();
        self.unit_mut().class_list = Some(ClassList::Local);
        self.emit_arg(Opcode::BuildList, 0, location);
        self.emit_arg(Opcode::StoreFast, local, location);
        let handler = self.new_label();
        let exit = self.new_label();
        let cleanup = self.new_label();
        self.emit_jump(Opcode::SetupFinally, handler, location);
        self.push_block(FrameBlockKind::FreezeClasses, handler, Some(handler), location, function.range);
        build(self);
        self.emit(Opcode::PopBlock, Location::NONE);
        self.pop_block();
        self.freeze_classes(Location::NONE);
        self.emit_jump(Opcode::JumpNoInterrupt, exit, Location::NONE);

        self.use_label(handler);
        self.push_block(FrameBlockKind::FinallyEnd, handler, None, location, function.range);
        self.emit_jump(Opcode::SetupCleanup, cleanup, Location::NONE);
        self.emit(Opcode::PushExcInfo, Location::NONE);
        self.freeze_classes(Location::NONE);
        self.emit_arg(Opcode::Reraise, 0, Location::NONE);
        self.pop_block();
        self.emit_cleanup(cleanup);
        self.use_label(exit);
    }
}

/// Whether statements make classes that are frozen; those of functions count there.
fn has_class(body: &[Stmt]) -> bool {
    let mut finder = ClassFinder { found: false };
    finder.visit_body(body);
    finder.found
}

struct ClassFinder {
    found: bool,
}

impl<'a> Visitor<'a> for ClassFinder {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(_) => {}
            Stmt::ClassDef(class) => {
                self.found |= !class.decorator_list.iter().any(is_mutable);
                self.visit_body(&class.body);
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, _: &'a ruff_python_ast::Expr) {}
}
