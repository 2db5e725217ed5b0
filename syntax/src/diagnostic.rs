//! Problems as data: what is wrong, where, and what to do about it. Rendered elsewhere.
//!
//! ```text
//! SyntaxError: 'return' outside function      span 0..6      code syntax-error
//! ```
//!
//! Invariant: `message` is the text CPython (or CinderX) gives for the same fault; labels, notes and
//! help are ours.

use crate::Span;

/// How bad a problem is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Severity {
    /// The module cannot be compiled.
    Error,
    /// The module compiles.
    Warning,
}

/// The Python exception or warning class that CPython uses for the problem.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Exception {
    /// `SyntaxError`
    SyntaxError,
    /// `IndentationError`
    IndentationError,
    /// `TabError`
    TabError,
    /// `MemoryError`: nested too deeply for the parser.
    MemoryError,
    /// `RecursionError`: nested too deeply for the compiler.
    RecursionError,
    /// `OverflowError`
    OverflowError,
    /// `ValueError`
    ValueError,
    /// `UnicodeEncodeError`
    UnicodeEncodeError,
    /// `SyntaxWarning`
    SyntaxWarning,
    /// `SystemError`: a bug of the compiler.
    SystemError,
}

impl Exception {
    /// The class name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SyntaxError => "SyntaxError",
            Self::IndentationError => "IndentationError",
            Self::TabError => "TabError",
            Self::MemoryError => "MemoryError",
            Self::RecursionError => "RecursionError",
            Self::OverflowError => "OverflowError",
            Self::ValueError => "ValueError",
            Self::UnicodeEncodeError => "UnicodeEncodeError",
            Self::SyntaxWarning => "SyntaxWarning",
            Self::SystemError => "SystemError",
        }
    }
}

/// The stable name of a kind of problem.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Code {
    /// CPython refuses the text.
    SyntaxError,
    /// CPython warns about the text.
    SyntaxWarning,
    /// A bug of pyclast.
    InternalError,
}

impl Code {
    /// The name users write and machines read.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SyntaxError => "syntax-error",
            Self::SyntaxWarning => "syntax-warning",
            Self::InternalError => "internal-error",
        }
    }
}

/// A second place that explains the first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is there.
    pub message: String,
}

/// One problem in one module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// The kind of problem.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// CPython's exception or warning class.
    pub exception: Exception,
    /// CPython's text.
    pub message: String,
    /// The place, in bytes of the decoded text.
    pub span: Span,
    /// Other places.
    pub labels: Vec<Label>,
    /// Rules that apply.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A `SyntaxError` (or one of its kin) at `span`.
    pub fn error(exception: Exception, span: impl Into<Span>, message: impl Into<String>) -> Self {
        Self {
            code: Code::SyntaxError,
            severity: Severity::Error,
            exception,
            message: message.into(),
            span: span.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// A plain `SyntaxError` at `span`.
    pub fn syntax_error(span: impl Into<Span>, message: impl Into<String>) -> Self {
        Self::error(Exception::SyntaxError, span, message)
    }

    /// A `SyntaxWarning` at `span`.
    pub fn syntax_warning(span: impl Into<Span>, message: impl Into<String>) -> Self {
        Self {
            code: Code::SyntaxWarning,
            severity: Severity::Warning,
            ..Self::error(Exception::SyntaxWarning, span, message)
        }
    }

    /// The same with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with a second place.
    #[must_use]
    pub fn with_label(mut self, span: impl Into<Span>, message: impl Into<String>) -> Self {
        self.labels.push(Label { span: span.into(), message: message.into() });
        self
    }
}
