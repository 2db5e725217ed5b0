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
    /// `TypedSyntaxError`: what CinderX's checker raises.
    TypedSyntaxError,
    /// `BadFlagException`: of CinderX too.
    BadFlagException,
    /// `ModuleTableException`: of CinderX too.
    ModuleTableException,
    /// `SystemError`: a bug of the compiler.
    SystemError,
    /// `Warning`: a warning of ours that CPython does not give.
    Warning,
}

impl Exception {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::SyntaxError,
        Self::IndentationError,
        Self::TabError,
        Self::MemoryError,
        Self::RecursionError,
        Self::OverflowError,
        Self::ValueError,
        Self::UnicodeEncodeError,
        Self::SyntaxWarning,
        Self::TypedSyntaxError,
        Self::BadFlagException,
        Self::ModuleTableException,
        Self::SystemError,
        Self::Warning,
    ];

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
            Self::TypedSyntaxError => "TypedSyntaxError",
            Self::BadFlagException => "BadFlagException",
            Self::ModuleTableException => "ModuleTableException",
            Self::SystemError => "SystemError",
            Self::Warning => "Warning",
        }
    }
}

/// Makes [`Code`] and what is known of each code from one table.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $severity:ident, $rule:ident;)+) => {
        /// The stable name of a kind of problem.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name users write and machines read.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// How bad it is unless the settings say otherwise.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)+ }
            }

            /// Whether settings and comments may change it.
            pub const fn rule(self) -> Rule {
                match self { $(Self::$variant => Rule::$rule,)+ }
            }

            /// What it means, in one line.
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

codes! {
    /// CPython refuses the text.
    SyntaxError = "syntax-error", Error, Fixed;
    /// CPython warns about the text.
    SyntaxWarning = "syntax-warning", Warning, Free;
    /// An import finds no module, or no such name in it.
    UnresolvedImport = "unresolved-import", Warning, Free;
    /// A static module is compiled for an interpreter that has no static opcodes.
    NeedsCinderx = "needs-cinderx", Error, Fixed;
    /// An ignore comment hides nothing.
    UnusedIgnore = "unused-ignore", Warning, Settings;
    /// An ignore comment cannot be understood.
    InvalidIgnore = "invalid-ignore", Warning, Settings;
    /// The baseline records a problem that is gone.
    StaleBaseline = "stale-baseline", Warning, Settings;
    /// `import __static__` or `import __strict__` stands where it does not count.
    BadFlag = "bad-flag", Error, Fixed;
    /// A name of another module cannot be found because the modules import each other.
    ModuleTable = "module-table", Error, Free;
    /// Static Python has no such thing.
    Unsupported = "unsupported", Error, Free;
    /// A value is assigned to something of another type.
    TypeMismatch = "type-mismatch", Error, Free;
    /// An argument has another type than the parameter.
    ArgumentType = "argument-type", Error, Free;
    /// The arguments of a call do not fit the parameters.
    CallArguments = "call-arguments", Error, Free;
    /// A function returns something of another type than it declares.
    ReturnType = "return-type", Error, Free;
    /// A function that declares a result may end without one.
    MissingReturn = "missing-return", Error, Free;
    /// A name is not defined.
    UndefinedName = "undefined-name", Error, Free;
    /// A name is declared twice.
    Redefinition = "redefinition", Error, Free;
    /// A primitive is a global or is captured by an inner function.
    PrimitiveScope = "primitive-scope", Error, Free;
    /// A primitive stands where an object is needed.
    PrimitiveValue = "primitive-value", Error, Free;
    /// Something `Final` is assigned again, or never.
    FinalAssignment = "final-assignment", Error, Free;
    /// `Final`, `ClassVar` or `InitVar` stands where it means nothing.
    TypeQualifier = "type-qualifier", Error, Free;
    /// A class variable is assigned through an instance.
    ClassVariable = "class-variable", Error, Free;
    /// A member does not fit the inherited one.
    BadOverride = "bad-override", Error, Free;
    /// A class cannot have these bases.
    BadBase = "bad-base", Error, Free;
    /// A value does not have the operation.
    NoOperation = "no-operation", Error, Free;
    /// An operation on `None`.
    NoneOperation = "none-operation", Error, Free;
    /// An operation that a member of a union does not have.
    UnionOperation = "union-operation", Error, Free;
    /// An operator does not take these operands.
    OperandType = "operand-type", Error, Free;
    /// A primitive is made of something it cannot be made of.
    PrimitiveConversion = "primitive-conversion", Error, Free;
    /// A builtin function is called in a way it does not take.
    BuiltinCall = "builtin-call", Error, Free;
    /// A type cannot be formed.
    InvalidType = "invalid-type", Error, Free;
    /// A dataclass or a field of one is declared wrongly.
    BadDataclass = "bad-dataclass", Error, Free;
    /// An enum is declared or used wrongly.
    BadEnum = "bad-enum", Error, Free;
    /// A decorator does not take what it decorates.
    BadDecorator = "bad-decorator", Error, Free;
    /// A `@native` function is declared wrongly.
    BadNative = "bad-native", Error, Free;
    /// An import that static modules do not have.
    BadImport = "bad-import", Error, Free;
    /// `reveal_type` tells a type.
    RevealType = "reveal-type", Error, Free;
    /// Something stays dynamic and is slow.
    Performance = "performance", Warning, Free;
    /// A bug of pyclast.
    InternalError = "internal-error", Error, Fixed;
}

/// What may change the severity of a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    /// Nothing: the text is no module, or not one for the target; or pyclast is at fault.
    Fixed,
    /// The settings; a comment cannot hide it.
    Settings,
    /// The settings, and comments on its line. They tell `check` what not to report; a static module with a type error has
    /// no code all the same, and `compile` says why.
    Free,
}

impl Code {
    /// The code of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
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
    /// Line and column (from 1) that the reference states instead, where they are no place in the text.
    pub stated: Option<(u32, u32)>,
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
            stated: None,
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

    /// A problem that CPython knows nothing of, as bad as its code says.
    pub fn of_code(code: Code, span: impl Into<Span>, message: impl Into<String>) -> Self {
        Self { code, severity: code.severity(), ..Self::error(Exception::Warning, span, message) }
    }

    /// An error of the type checker, in CinderX's words.
    pub fn type_error(code: Code, span: impl Into<Span>, message: impl Into<String>) -> Self {
        let exception = match code {
            Code::BadFlag => Exception::BadFlagException,
            Code::ModuleTable => Exception::ModuleTableException,
            _ => Exception::TypedSyntaxError,
        };
        Self { code, severity: code.severity(), ..Self::error(exception, span, message) }
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
