//! CPython's grammar as data.
//!
//! ```text
//! pass_stmt: 'pass' { Other }   →   Rule { alternatives: [[Token('pass')] → Node(Other)] }
//! ```
//!
//! The text is `python.peg`, read once when the first text is refused.
//!
//! Invariant: every rule that is named exists, and every name in an action is one of its alternative.

mod action;
mod reader;
mod scanner;

pub(super) use action::{Action, Kind, Message, MessagePart, Raise, Selector, Special, Step};

use super::tokenizer::{Fixed, TokenKind};
use std::sync::LazyLock;

/// Which rule.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct RuleId(u32);

/// All rules.
#[derive(Debug)]
pub(super) struct Grammar {
    rules: Vec<Rule>,
    /// The rule for a whole module.
    pub(super) file: RuleId,
}

impl Grammar {
    /// The grammar of Python 3.14.
    pub(super) fn python() -> &'static Self {
        static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| reader::read(include_str!("../python.peg")));
        &GRAMMAR
    }

    /// One rule.
    pub(super) fn rule(&self, id: RuleId) -> &Rule {
        &self.rules[id.0 as usize]
    }
}

/// What is kept of a rule's results.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Memory {
    /// Nothing.
    None,
    /// The result at each token.
    Results,
    /// The same, and the rule may begin with itself.
    LeftRecursive,
}

/// One rule; groups are rules without a name.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) alternatives: Vec<Alternative>,
    pub(super) memory: Memory,
    /// Rules for errors are not tried inside (`..._without_invalid`).
    pub(super) without_invalid: bool,
}

/// One way to match a rule.
#[derive(Debug)]
pub(super) struct Alternative {
    pub(super) patterns: Vec<Pattern>,
    pub(super) action: Action,
    /// It only calls a rule for errors.
    pub(super) only_for_errors: bool,
}

/// One element of an alternative.
#[derive(Debug)]
pub(super) enum Pattern {
    /// A token of this kind.
    Token(TokenKind),
    /// A name spelled so.
    SoftKeyword(&'static str),
    /// A name spelled like any soft keyword.
    AnySoftKeyword,
    /// What a rule matches.
    Rule(RuleId),
    /// The pattern or nothing.
    Optional(Box<Self>),
    /// The pattern many times.
    Repeated { element: Box<Self>, at_least_once: bool },
    /// The pattern once or more, with separators between.
    Separated { separator: Box<Self>, element: Box<Self> },
    /// Must follow, is not read.
    Present(Box<Self>),
    /// Must not follow.
    Absent(Box<Self>),
    /// No other alternative after this.
    Commit,
    /// Must follow, or it is an error.
    Forced(Fixed),
}

impl Pattern {
    /// Whether the pattern gives a value that can be named.
    pub(super) const fn has_value(&self) -> bool {
        !matches!(self, Self::Present(_) | Self::Absent(_) | Self::Commit)
    }
}

/// The soft keywords of Python 3.14.
pub(super) const SOFT_KEYWORDS: [&str; 4] = ["_", "case", "match", "type"];
