//! Patterns of `match` (`symtable_visit_pattern`).
//!
//! ```text
//! case C(a, k=[*b]): …      C: USE, a: LOCAL, b: LOCAL
//! ```
//!
//! Invariant: a capture binds after its subpattern.

use crate::Span;
use crate::symtable::SymbolFlags;
use crate::symtable::builder::Builder;
use ruff_python_ast::{Expr, ExprContext, Identifier, Pattern, PatternArguments};
use ruff_text_size::Ranged;

impl Builder<'_> {
    pub(super) fn visit_pattern(&mut self, pattern: &Pattern) {
        let span = Span::from(pattern.range());
        match pattern {
            Pattern::MatchValue(pattern) => self.visit_pattern_value(&pattern.value),
            Pattern::MatchSingleton(_) => {}
            Pattern::MatchSequence(pattern) => self.visit_patterns(&pattern.patterns),
            Pattern::MatchMapping(pattern) => {
                for key in &pattern.keys {
                    self.visit_pattern_value(key);
                }
                self.visit_patterns(&pattern.patterns);
                self.capture(pattern.rest.as_ref(), span);
            }
            Pattern::MatchClass(pattern) => {
                self.visit_expression(&pattern.cls);
                self.visit_pattern_arguments(&pattern.arguments);
            }
            Pattern::MatchStar(pattern) => self.capture(pattern.name.as_ref(), span),
            Pattern::MatchAs(pattern) => {
                if let Some(subpattern) = &pattern.pattern {
                    self.visit_pattern(subpattern);
                }
                self.capture(pattern.name.as_ref(), span);
            }
            Pattern::MatchOr(pattern) => self.visit_patterns(&pattern.patterns),
        }
    }

    fn visit_patterns(&mut self, patterns: &[Pattern]) {
        for pattern in patterns {
            self.visit_pattern(pattern);
        }
    }

    /// A value or mapping key. `ast_preprocess.c: fold_const_match_patterns` leaves names in them
    /// alone, so `__debug__` is a name here.
    fn visit_pattern_value(&mut self, value: &Expr) {
        let before = std::mem::replace(&mut self.debug_is_constant, false);
        self.visit_expression(value);
        self.debug_is_constant = before;
    }

    fn visit_pattern_arguments(&mut self, arguments: &PatternArguments) {
        self.visit_patterns(&arguments.patterns);
        for keyword in &arguments.keywords {
            self.check_name(&keyword.attr, keyword.pattern.range().into(), ExprContext::Store);
        }
        for keyword in &arguments.keywords {
            self.visit_pattern(&keyword.pattern);
        }
    }

    fn capture(&mut self, name: Option<&Identifier>, span: Span) {
        if let Some(name) = name {
            self.add(name, SymbolFlags::LOCAL, span);
        }
    }
}
