//! Arguments of calls and of class statements.
//!
//! ```text
//! f(a, k=b)            LOAD a · LOAD b · LOAD_CONST ('k',) · CALL_KW 2
//! f(a, *b, k=c, **d)   BUILD_LIST · … · LIST_TO_TUPLE · BUILD_MAP · … · DICT_MERGE · CALL_FUNCTION_EX
//! ```
//!
//! Invariant: no more than [`STACK_USE_GUIDELINE`] values are pushed for one call.

use super::Builder;
use super::display::SequenceKind;
use crate::{Constant, Opcode};
use pyclast_syntax::{Location, NameId};
use ruff_python_ast::{Expr, ExprContext, Keyword};
use ruff_text_size::Ranged;

/// How many values one construct should push at most (`_PY_STACK_USE_GUIDELINE`).
pub(super) const STACK_USE_GUIDELINE: usize = 30;

impl<'a> Builder<'a> {
    /// Arguments and the call itself; `pushed` arguments are on the stack already, and the name
    /// `injected` is a last positional one (`codegen_call_helper_impl`).
    pub(super) fn emit_call(
        &mut self,
        location: Location,
        pushed: usize,
        args: &'a [Expr],
        injected: Option<NameId>,
        keywords: &'a [Keyword],
    ) {
        self.check_keywords(keywords);
        let plain = args.len() + keywords.len() * 2 <= STACK_USE_GUIDELINE
            && !args.iter().any(Expr::is_starred_expr)
            && keywords.iter().all(|keyword| keyword.arg.is_some());
        if !plain {
            return self.emit_call_unpacked(location, pushed, args, injected, keywords);
        }
        for argument in args {
            self.visit_passed(argument);
        }
        if let Some(injected) = injected {
            self.emit_name_access(injected, ExprContext::Load, location);
        }
        let positional = pushed + args.len() + usize::from(injected.is_some());
        if keywords.is_empty() {
            self.emit_arg(Opcode::Call, positional, location);
        } else {
            self.emit_keyword_values(keywords, location);
            self.emit_arg(Opcode::CallKw, positional + keywords.len(), location);
        }
    }

    /// The values of keyword arguments and the tuple of their names
    /// (`codegen_call_simple_kw_helper`).
    pub(super) fn emit_keyword_values(&mut self, keywords: &'a [Keyword], location: Location) {
        for keyword in keywords {
            self.visit_passed(&keyword.value);
        }
        let names = keywords.iter().map(keyword_name);
        self.emit_const(Constant::tuple(names), location);
    }

    /// A call with a tuple and a dict of arguments.
    fn emit_call_unpacked(
        &mut self,
        location: Location,
        pushed: usize,
        args: &'a [Expr],
        injected: Option<NameId>,
        keywords: &'a [Keyword],
    ) {
        match args {
            [Expr::Starred(only)] if pushed == 0 => self.visit_expr(&only.value),
            _ => self.emit_sequence(location, args, injected, pushed, SequenceKind::Tuple),
        }
        if keywords.is_empty() {
            self.emit(Opcode::PushNull, location);
        } else {
            self.emit_keyword_dict(location, keywords);
        }
        self.emit(Opcode::CallFunctionEx, location);
    }

    /// Keyword arguments as one dict: runs of named ones and unpacked ones merged in order.
    fn emit_keyword_dict(&mut self, location: Location, keywords: &'a [Keyword]) {
        let mut have_dict = false;
        for run in keywords.chunk_by(|left, right| left.arg.is_some() && right.arg.is_some()) {
            match run {
                [unpacked] if unpacked.arg.is_none() => {
                    if !have_dict {
                        self.emit_arg(Opcode::BuildMap, 0, location);
                    }
                    self.visit_expr(&unpacked.value);
                    self.emit_arg(Opcode::DictMerge, 1, location);
                }
                named => {
                    self.emit_keyword_run(location, named);
                    if have_dict {
                        self.emit_arg(Opcode::DictMerge, 1, location);
                    }
                }
            }
            have_dict = true;
        }
    }

    /// Named keyword arguments as a dict (`codegen_subkwargs`).
    fn emit_keyword_run(&mut self, location: Location, keywords: &'a [Keyword]) {
        let big = keywords.len() * 2 > STACK_USE_GUIDELINE;
        if big {
            self.emit_arg(Opcode::BuildMap, 0, Location::NONE);
        }
        for keyword in keywords {
            self.emit_const(keyword_name(keyword), location);
            self.visit_element(&keyword.value);
            if big {
                self.emit_arg(Opcode::MapAdd, 1, Location::NONE);
            }
        }
        if !big {
            self.emit_arg(Opcode::BuildMap, keywords.len(), location);
        }
    }

    /// Refuses a keyword given twice (`codegen_validate_keywords`).
    pub(super) fn check_keywords(&mut self, keywords: &'a [Keyword]) {
        for (index, keyword) in keywords.iter().enumerate() {
            let Some(name) = &keyword.arg else { continue };
            let after = &keywords[index + 1..];
            let again = after.iter().find(|other| other.arg.as_ref().is_some_and(|other| other.id == name.id));
            if let Some(again) = again {
                self.error(again.range(), format!("keyword argument repeated: {name}"));
            }
        }
    }
}

fn keyword_name(keyword: &Keyword) -> Constant {
    Constant::str(keyword.arg.as_deref().unwrap_or_default())
}
