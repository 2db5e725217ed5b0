//! The text of the grammar → its rules.
//!
//! ```text
//! group: '(' a=expression ')' { a } | invalid_group
//!     →   Rule { alternatives: ['(' expression ')' → Value(1), invalid_group (only for errors)] }
//! ```
//!
//! Invariant: the text is part of the program, so a mistake in it is a bug: reading panics.

use super::action::{Action, Kind, Message, MessagePart, Raise, Selector, Slot, Special, Step};
use super::scanner::{Word, words};
use super::{Alternative, Grammar, Memory, Pattern, Rule, RuleId};
use crate::parser_errors::tokenizer::{Fixed, Flavour, TokenKind};
use rustc_hash::FxHashMap;

/// Reads the whole grammar.
pub(super) fn read(text: &'static str) -> Grammar {
    let chunks = rule_texts(text);
    let names = chunks.iter().enumerate().map(|(index, (name, _))| (*name, rule_id(index))).collect();
    let mut reader = Reader { names, groups: Vec::new(), named: chunks.len(), words: Vec::new(), next: 0 };
    let mut rules: Vec<Rule> = chunks.iter().map(|&(name, text)| reader.rule(name, text)).collect();
    rules.append(&mut reader.groups);
    let file = reader.names["file"];
    Grammar { rules, file }
}

fn rule_id(index: usize) -> RuleId {
    RuleId(u32::try_from(index).expect("the grammar is small"))
}

/// Name and text of each rule: a rule begins at the start of a line.
fn rule_texts(text: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut starts = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with(|first: char| first.is_ascii_lowercase()) {
            starts.push(offset);
        }
        offset += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(&start, end)| {
            let rule = &text[start..end];
            let name_end = rule.find([' ', ':']).expect("a rule has a colon");
            (&rule[..name_end], &rule[name_end..])
        })
        .collect()
}

struct Reader {
    names: FxHashMap<&'static str, RuleId>,
    groups: Vec<Rule>,
    named: usize,
    words: Vec<Word>,
    next: usize,
}

impl Reader {
    fn rule(&mut self, name: &str, text: &'static str) -> Rule {
        self.words = words(text);
        self.next = 0;
        let mut memory = Memory::None;
        if self.take(Word::Sign('(')) {
            memory = match self.name() {
                "left" => Memory::LeftRecursive,
                _ => Memory::Results,
            };
            self.expect(')');
        }
        self.expect(':');
        self.take(Word::Sign('|'));
        let alternatives = self.alternatives();
        assert!(self.next == self.words.len(), "the rule {name} is not understood");
        Rule { alternatives, memory, without_invalid: name.ends_with("_without_invalid") }
    }

    fn alternatives(&mut self) -> Vec<Alternative> {
        let mut alternatives = vec![self.alternative()];
        while self.take(Word::Sign('|')) {
            alternatives.push(self.alternative());
        }
        alternatives
    }

    fn alternative(&mut self) -> Alternative {
        let mut patterns = Vec::new();
        let mut slots: Vec<&'static str> = Vec::new();
        let start = self.next;
        while !matches!(self.peek(), None | Some(Word::Sign('|' | ')' | ']' | '{'))) {
            let mut name = "";
            if let (Some(Word::Name(word)), Some(Word::Sign('='))) = (self.peek(), self.peek_at(1)) {
                name = word;
                self.next += 2;
            }
            let pattern = self.prefixed();
            if pattern.has_value() {
                slots.push(name);
            }
            patterns.push(pattern);
        }
        let calls_error_rule = matches!(self.words[start], Word::Name(name) if name.starts_with("invalid_"));
        let only_for_errors = patterns.len() == 1 && calls_error_rule;
        let action = self.action(&slots);
        Alternative { patterns, action, only_for_errors }
    }

    fn prefixed(&mut self) -> Pattern {
        match self.peek() {
            Some(Word::Sign('~')) => {
                self.next += 1;
                Pattern::Commit
            }
            Some(Word::Sign('&')) => {
                self.next += 1;
                Pattern::Present(Box::new(self.atom()))
            }
            Some(Word::Sign('!')) => {
                self.next += 1;
                Pattern::Absent(Box::new(self.atom()))
            }
            Some(Word::Force) => {
                self.next += 1;
                match self.word() {
                    Word::Quoted(text) => Pattern::Forced(Fixed::of(text).expect("a known token")),
                    word => panic!("{word:?} cannot be forced"),
                }
            }
            _ => self.repeated(),
        }
    }

    fn repeated(&mut self) -> Pattern {
        let element = Box::new(self.atom());
        match self.peek() {
            Some(Word::Sign('?')) => {
                self.next += 1;
                Pattern::Optional(element)
            }
            Some(Word::Sign(sign @ ('*' | '+'))) => {
                self.next += 1;
                Pattern::Repeated { element, at_least_once: sign == '+' }
            }
            Some(Word::Sign('.')) => {
                self.next += 1;
                let separated = Box::new(self.atom());
                self.expect('+');
                Pattern::Separated { separator: element, element: separated }
            }
            _ => *element,
        }
    }

    fn atom(&mut self) -> Pattern {
        match self.word() {
            Word::Name(name) => self.named(name),
            Word::Quoted(text) => Pattern::Token(TokenKind::Fixed(Fixed::of(text).expect("a known token"))),
            Word::DoubleQuoted(text) => match Fixed::of(text) {
                Some(fixed) => Pattern::Token(TokenKind::Fixed(fixed)),
                None => Pattern::SoftKeyword(text),
            },
            Word::Sign('(') => {
                let group = self.group();
                self.expect(')');
                group
            }
            Word::Sign('[') => {
                let group = self.group();
                self.expect(']');
                Pattern::Optional(Box::new(group))
            }
            word => panic!("{word:?} begins no pattern"),
        }
    }

    fn named(&self, name: &'static str) -> Pattern {
        Pattern::Token(match name {
            "NAME" => TokenKind::Name,
            "NUMBER" => TokenKind::Number,
            "STRING" => TokenKind::String,
            "NEWLINE" => TokenKind::Newline,
            "INDENT" => TokenKind::Indent,
            "DEDENT" => TokenKind::Dedent,
            "ENDMARKER" => TokenKind::EndMarker,
            "FSTRING_START" => TokenKind::Start(Flavour::Format),
            "FSTRING_MIDDLE" => TokenKind::Middle(Flavour::Format),
            "FSTRING_END" => TokenKind::End(Flavour::Format),
            "TSTRING_START" => TokenKind::Start(Flavour::Template),
            "TSTRING_MIDDLE" => TokenKind::Middle(Flavour::Template),
            "TSTRING_END" => TokenKind::End(Flavour::Template),
            "SOFT_KEYWORD" => return Pattern::AnySoftKeyword,
            _ => return Pattern::Rule(*self.names.get(name).expect("the rule exists")),
        })
    }

    /// Alternatives in parentheses; a single pattern stands for itself, as in CPython's generator.
    fn group(&mut self) -> Pattern {
        let mut alternatives = self.alternatives();
        if let [only] = &mut alternatives[..]
            && only.patterns.len() == 1
            && matches!(only.action, Action::Default)
        {
            return only.patterns.remove(0);
        }
        let rule = Rule { alternatives, memory: Memory::None, without_invalid: false };
        self.groups.push(rule);
        Pattern::Rule(rule_id(self.named + self.groups.len() - 1))
    }

    fn action(&mut self, slots: &[&'static str]) -> Action {
        if !self.take(Word::Sign('{')) {
            return Action::Default;
        }
        let name = self.name();
        let mut selectors = Vec::new();
        let mut message = Message::new();
        while !self.take(Word::Sign('}')) {
            match self.word() {
                Word::Name(name) => selectors.push(self.selector(name, slots)),
                Word::DoubleQuoted(text) => message = read_message(text, slots),
                word => panic!("{word:?} in an action"),
            }
        }
        make_action(name, selectors, message, slots)
    }

    fn selector(&mut self, name: &'static str, slots: &[&'static str]) -> Selector {
        let slot = slot_of(name, slots);
        let mut steps = Vec::new();
        while self.take(Word::Sign('.')) {
            steps.push(if self.name() == "first" { Step::First } else { Step::Last });
        }
        Selector { slot, steps }
    }

    fn peek(&self) -> Option<Word> {
        self.peek_at(0)
    }

    fn peek_at(&self, distance: usize) -> Option<Word> {
        self.words.get(self.next + distance).copied()
    }

    fn word(&mut self) -> Word {
        let word = self.peek().expect("a rule does not end here");
        self.next += 1;
        word
    }

    fn name(&mut self) -> &'static str {
        match self.word() {
            Word::Name(name) => name,
            word => panic!("{word:?} is no name"),
        }
    }

    fn take(&mut self, word: Word) -> bool {
        let found = self.peek() == Some(word);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, sign: char) {
        assert!(self.take(Word::Sign(sign)), "{sign} expected, not {:?}", self.peek());
    }
}

/// The first pattern called so: CPython renames later ones.
fn slot_of(name: &str, slots: &[&'static str]) -> Slot {
    slots.iter().position(|&known| known == name).expect("the name is one of the alternative")
}

fn make_action(name: &str, selectors: Vec<Selector>, message: Message, slots: &[&'static str]) -> Action {
    let slot_list = |selectors: Vec<Selector>| selectors.into_iter().map(|selector| selector.slot).collect();
    if let Some(kind) = Kind::of(name) {
        return Action::Node(kind, slot_list(selectors));
    }
    if let Some(special) = Special::of(name) {
        return Action::Special(special, slot_list(selectors), message);
    }
    let mut selectors = selectors.into_iter();
    let mut next = || selectors.next().expect("the error has a place");
    match name {
        "known" => Action::Raise(Raise::Known(next(), message)),
        "range" => Action::Raise(Raise::Range(next(), next(), message)),
        "from" => Action::Raise(Raise::From(next(), message)),
        "last" => Action::Raise(Raise::Last(message)),
        "next" => Action::Raise(Raise::Next(message)),
        "indentation" => Action::Raise(Raise::Indentation(message)),
        "join" => Action::Join(slot_list(selectors.collect())),
        value => Action::Value(slot_of(value, slots)),
    }
}

/// `"{name a} is wrong"` → its parts.
fn read_message(text: &'static str, slots: &[&'static str]) -> Message {
    type MakePart = fn(Slot) -> MessagePart;
    const PARTS: [(&str, MakePart); 3] =
        [("{name ", MessagePart::Name), ("{text ", MessagePart::Text), ("{line ", MessagePart::Line)];
    let mut message = Message::new();
    let mut rest = text;
    loop {
        let found = PARTS
            .iter()
            .filter_map(|&(prefix, make)| Some((rest.find(prefix)?, prefix, make)))
            .min_by_key(|&(position, ..)| position);
        let Some((position, prefix, make)) = found else { break };
        push_literal(&mut message, &rest[..position]);
        let (name, after) = rest[position + prefix.len()..].split_once('}').expect("the brace is closed");
        message.push(make(slot_of(name, slots)));
        rest = after;
    }
    push_literal(&mut message, rest);
    message
}

/// Literal text, with `\"` for a quote.
fn push_literal(message: &mut Message, text: &'static str) {
    message.extend(text.split('\\').filter(|piece| !piece.is_empty()).map(MessagePart::Literal));
}
