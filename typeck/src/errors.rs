//! Where errors go, in the order the reference finds them.
//!
//! ```text
//! first pass over a loop body: muted      second pass: reported, each once
//! ```
//!
//! Invariant: [`Errors::list`] is in the reference's order, so that its first is the one CinderX raises.

use crate::types::ModuleId;
use pyclast_syntax::Span;
use rustc_hash::FxHashSet;
use std::ops::Deref;

/// An error on its way to the node it belongs to: the reference's exception without a place.
///
/// `visit_*` methods of the binder and [`Checker::at`](crate::Checker::at) give it a place and report it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Raised(Box<Fault>);

/// What an error says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The text.
    pub message: String,
    /// Which exception it is.
    pub class: ErrorClass,
}

impl Raised {
    /// A `TypedSyntaxError`.
    pub fn new(message: impl Into<String>) -> Self {
        Self::of(message, ErrorClass::Type)
    }

    /// An exception.
    pub fn of(message: impl Into<String>, class: ErrorClass) -> Self {
        Self(Box::new(Fault { message: message.into(), class }))
    }

    /// What it says.
    pub fn into_fault(self) -> Fault {
        *self.0
    }
}

impl Deref for Raised {
    type Target = Fault;

    fn deref(&self) -> &Fault {
        &self.0
    }
}

impl From<String> for Raised {
    fn from(message: String) -> Self {
        Self::new(message)
    }
}

/// What may fail with an error that has no place yet.
pub(crate) type Check<T> = Result<T, Raised>;

/// Which exception of the reference an error is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ErrorClass {
    /// `TypedSyntaxError`
    Type,
    /// `ModuleTableException`
    ModuleTable,
    /// No exception: a performance warning.
    Performance,
    /// Another exception that escapes: a plain `SyntaxError`, an `AssertionError`, …
    Other(&'static str),
}

/// Where a node of a string annotation is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ForeignPlace {
    /// In the module: in the string, or the whole string where its text is not as it is written.
    pub(crate) span: Span,
    /// As the reference has it: line (from 1) and column (from 0) in the string.
    pub(crate) stated: (u32, u32),
}

/// An error.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckError {
    /// The module.
    pub module: ModuleId,
    /// The place; [`Span::NONE`] for exceptions without one.
    pub span: Span,
    /// Line (from 1) and column (from 0) that the reference states where they are no place in the text (string annotations).
    pub foreign: Option<(u32, u32)>,
    /// The text.
    pub message: String,
    /// Which exception it is.
    pub class: ErrorClass,
}

/// The errors found so far.
#[derive(Debug, Default)]
pub struct Errors {
    /// In the order of the reference.
    pub list: Vec<CheckError>,
    /// Performance warnings, each once.
    pub warnings: Vec<CheckError>,
    /// Whether anyone wants performance warnings.
    pub wants_warnings: bool,
    seen: FxHashSet<(ModuleId, Span, String)>,
    muted: u32,
    silenced: u64,
    attempts: u64,
    taken: u64,
}

impl Errors {
    /// Reports an error, unless it was reported before, or errors are muted.
    pub fn report(&mut self, error: CheckError) {
        self.attempts += 1;
        self.silenced += u64::from(self.muted > 0);
        // What is no `TypedSyntaxError` ends the reference's trial passes, too.
        let is_heard = self.muted == 0 || error.class != ErrorClass::Type;
        if is_heard && self.seen.insert((error.module, error.span, error.message.clone())) {
            self.list.push(error);
        }
    }

    /// Takes a performance warning, unless it was given before. Those of trial passes come again.
    pub fn warn(&mut self, warning: CheckError) {
        if self.is_heard() && self.seen.insert((warning.module, warning.span, warning.message.clone())) {
            self.warnings.push(warning);
        }
    }

    /// Mutes errors until [`unmute`](Self::unmute): the first passes over a loop.
    pub fn mute(&mut self) {
        self.muted += 1;
    }

    /// Ends [`mute`](Self::mute).
    pub fn unmute(&mut self) {
        self.muted -= 1;
    }

    /// How many trial passes are inside each other.
    pub fn muted_depth(&self) -> u32 {
        self.muted
    }

    /// Whether errors are muted.
    pub fn is_muted(&self) -> bool {
        self.muted > 0
    }

    /// Whether what is to be said now is heard: it is not in trial passes, which remember that there was something.
    pub(crate) fn is_heard(&mut self) -> bool {
        self.silenced += u64::from(self.muted > 0);
        self.muted == 0
    }

    /// How often something was to be said in trial passes.
    pub(crate) fn silenced(&self) -> u64 {
        self.silenced
    }

    /// How many errors were reported at all: muted ones and repetitions too.
    pub fn attempts(&self) -> u64 {
        self.attempts
    }

    /// How often errors were taken back.
    pub(crate) fn takings(&self) -> u64 {
        self.taken
    }

    /// How many errors there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Takes back the errors after the first `count`, and gives them.
    pub fn take_after(&mut self, count: usize) -> Vec<CheckError> {
        let taken: Vec<_> = self.list.drain(count..).collect();
        self.taken += u64::from(!taken.is_empty());
        for error in &taken {
            self.seen.remove(&(error.module, error.span, error.message.clone()));
        }
        taken
    }
}
