//! What an alternative does when it has matched.
//!
//! ```text
//! { Tuple a b }            →   Node(Tuple, [a, b])
//! { known a "not {name a}" }   →   Raise(Known(a), …)
//! ```
//!
//! Invariant: slots are indices into the values of the alternative.

/// Index of a value in its alternative.
pub(in crate::parser_errors) type Slot = usize;

/// What to do after a match.
#[derive(Debug)]
pub(in crate::parser_errors) enum Action {
    /// The only value, or just success.
    Default,
    /// One of the values.
    Value(Slot),
    /// A node over all that was read.
    Node(Kind, Vec<Slot>),
    /// One list.
    Join(Vec<Slot>),
    /// An error.
    Raise(Raise),
    /// Something only one rule does.
    Special(Special, Vec<Slot>, Message),
}

/// Where an error is.
#[derive(Debug)]
pub(in crate::parser_errors) enum Raise {
    /// `RAISE_SYNTAX_ERROR_KNOWN_LOCATION`
    Known(Selector, Message),
    /// `RAISE_SYNTAX_ERROR_KNOWN_RANGE`
    Range(Selector, Selector, Message),
    /// `RAISE_SYNTAX_ERROR_STARTING_FROM`
    From(Selector, Message),
    /// `RAISE_SYNTAX_ERROR`
    Last(Message),
    /// `RAISE_SYNTAX_ERROR_ON_NEXT_TOKEN`
    Next(Message),
    /// `RAISE_INDENTATION_ERROR`
    Indentation(Message),
}

/// A value or a part of it.
#[derive(Debug)]
pub(in crate::parser_errors) struct Selector {
    pub(in crate::parser_errors) slot: Slot,
    pub(in crate::parser_errors) steps: Vec<Step>,
}

/// One step from a list or node to a part of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::parser_errors) enum Step {
    First,
    Last,
}

/// The text of an error.
pub(in crate::parser_errors) type Message = Vec<MessagePart>;

/// A piece of it.
#[derive(Debug)]
pub(in crate::parser_errors) enum MessagePart {
    Literal(&'static str),
    /// What kind of expression a value is (`_PyPegen_get_expr_name`).
    Name(Slot),
    /// The text of a token.
    Text(Slot),
    /// Its line.
    Line(Slot),
}

/// What a node is; only what errors tell apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::parser_errors) enum Kind {
    Attribute,
    Subscript,
    Starred,
    Name,
    List,
    Tuple,
    Lambda,
    Call,
    Operation,
    GeneratorExp,
    Yield,
    Await,
    ListComp,
    SetComp,
    DictComp,
    Dict,
    Set,
    JoinedStr,
    TemplateStr,
    Literal,
    Bytes,
    None,
    True,
    False,
    Ellipsis,
    Compare,
    IfExp,
    NamedExpr,
    /// `in x`, the rest of a comparison.
    In,
    /// `for x in y if z`: its children are `y` and each `z`.
    Comprehension,
    /// The arguments of a call.
    Arguments,
    /// `name=value`
    Keyword,
    /// `**value`
    DoubleStar,
    /// Anything else.
    Other,
}

impl Kind {
    const ALL: [(&'static str, Self); 33] = [
        ("Attribute", Self::Attribute),
        ("Subscript", Self::Subscript),
        ("Starred", Self::Starred),
        ("Name", Self::Name),
        ("List", Self::List),
        ("Tuple", Self::Tuple),
        ("Lambda", Self::Lambda),
        ("Call", Self::Call),
        ("Operation", Self::Operation),
        ("GeneratorExp", Self::GeneratorExp),
        ("Yield", Self::Yield),
        ("Await", Self::Await),
        ("ListComp", Self::ListComp),
        ("SetComp", Self::SetComp),
        ("DictComp", Self::DictComp),
        ("Dict", Self::Dict),
        ("Set", Self::Set),
        ("JoinedStr", Self::JoinedStr),
        ("TemplateStr", Self::TemplateStr),
        ("Literal", Self::Literal),
        ("None", Self::None),
        ("True", Self::True),
        ("False", Self::False),
        ("Ellipsis", Self::Ellipsis),
        ("Compare", Self::Compare),
        ("IfExp", Self::IfExp),
        ("NamedExpr", Self::NamedExpr),
        ("In", Self::In),
        ("Comprehension", Self::Comprehension),
        ("Arguments", Self::Arguments),
        ("Keyword", Self::Keyword),
        ("DoubleStar", Self::DoubleStar),
        ("Other", Self::Other),
    ];

    /// The kind called so in the grammar.
    pub(super) fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|&(_, kind)| kind)
    }

    /// What messages call it (`_PyPegen_get_expr_name`).
    pub(in crate::parser_errors) const fn description(self) -> &'static str {
        match self {
            Self::Attribute => "attribute",
            Self::Subscript => "subscript",
            Self::Starred => "starred",
            Self::Name => "name",
            Self::List => "list",
            Self::Tuple => "tuple",
            Self::Lambda => "lambda",
            Self::Call => "function call",
            Self::Operation => "expression",
            Self::GeneratorExp => "generator expression",
            Self::Yield => "yield expression",
            Self::Await => "await expression",
            Self::ListComp => "list comprehension",
            Self::SetComp => "set comprehension",
            Self::DictComp => "dict comprehension",
            Self::Dict => "dict literal",
            Self::Set => "set display",
            Self::JoinedStr => "f-string expression",
            Self::TemplateStr => "t-string expression",
            Self::Literal | Self::Bytes => "literal",
            Self::None => "None",
            Self::True => "True",
            Self::False => "False",
            Self::Ellipsis => "ellipsis",
            Self::Compare => "comparison",
            Self::IfExp => "conditional expression",
            Self::NamedExpr => "named expression",
            Self::In | Self::Comprehension | Self::Arguments | Self::Keyword | Self::DoubleStar | Self::Other => {
                "expression"
            }
        }
    }
}

/// Actions that CPython has as functions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::parser_errors) enum Special {
    /// `_PyPegen_checked_future_import`
    FutureImport,
    /// `_PyPegen_ensure_real`
    Real,
    /// `_PyPegen_ensure_imaginary`
    Imaginary,
    /// `_PyPegen_check_barry_as_flufl`
    NotEqual,
    /// `_PyPegen_decoded_constant_from_token`
    FormatSpecText,
    /// `_PyPegen_check_fstring_conversion`
    Conversion,
    /// `_PyPegen_joined_str`
    JoinedString,
    /// `_PyPegen_template_str`
    TemplateString,
    /// `_PyPegen_constant_from_string`
    String,
    /// `_PyPegen_concatenate_strings`
    Concatenate,
    /// A string as a pattern: f-strings are refused by the code generator
    StringPattern,
    /// The keys of a mapping pattern: the same
    MappingKeys,
    /// `_PyPegen_nonparen_genexp_in_call`
    GeneratorArgument,
    /// `_PyPegen_arguments_parsing_error`
    PositionalArgument,
    /// `_PyPegen_check_legacy_stmt` and its error
    LegacyStatement,
    /// "cannot use bound with …"
    TypeParamBound,
    /// "Perhaps you forgot a comma?", inside brackets only
    ForgottenComma,
    /// An error at the last character of a value
    LastCharacter,
    /// `_PyPegen_tokens_are_adjacent` and its error
    Adjacent,
    /// `RAISE_SYNTAX_ERROR_INVALID_TARGET(STAR_TARGETS, …)`
    InvalidStarTarget,
    /// `RAISE_SYNTAX_ERROR_INVALID_TARGET(FOR_TARGETS, …)`
    InvalidForTarget,
    /// `RAISE_SYNTAX_ERROR_INVALID_TARGET(DEL_TARGETS, …)`
    InvalidDelTarget,
}

impl Special {
    /// The action called so in the grammar.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "future_import" => Self::FutureImport,
            "real" => Self::Real,
            "imaginary" => Self::Imaginary,
            "not_equal" => Self::NotEqual,
            "format_spec_text" => Self::FormatSpecText,
            "conversion" => Self::Conversion,
            "joined_string" => Self::JoinedString,
            "template_string" => Self::TemplateString,
            "string" => Self::String,
            "concatenate" => Self::Concatenate,
            "string_pattern" => Self::StringPattern,
            "mapping_keys" => Self::MappingKeys,
            "generator_argument" => Self::GeneratorArgument,
            "positional_argument" => Self::PositionalArgument,
            "legacy_statement" => Self::LegacyStatement,
            "type_param_bound" => Self::TypeParamBound,
            "forgotten_comma" => Self::ForgottenComma,
            "last_character" => Self::LastCharacter,
            "adjacent" => Self::Adjacent,
            "invalid_star_target" => Self::InvalidStarTarget,
            "invalid_for_target" => Self::InvalidForTarget,
            "invalid_del_target" => Self::InvalidDelTarget,
            _ => return None,
        })
    }
}
