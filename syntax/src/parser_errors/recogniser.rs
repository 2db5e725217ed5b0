//! Reads a text by CPython's grammar, as CPython's generated parser does, until something is wrong.
//!
//! ```text
//! "f(a b)"   →   first pass: stuck at `b`; second pass: "invalid syntax. Perhaps you forgot a comma?"
//! ```
//!
//! Follows what `Tools/peg_generator/pegen/c_generator.py` generates: which results are kept, when a
//! token is asked of the tokenizer, and what counts as depth, decide which error is met first.
//!
//! Invariant: once `fault` is set nothing more is read.

use super::grammar::{Action, Alternative, Grammar, Memory, Pattern, Rule, RuleId, SOFT_KEYWORDS};
use super::place::Fault;
use super::tokenizer::{Token, TokenKind, Tokenizer};
use super::value::{Arena, Value};
use smallvec::SmallVec;

/// `MAXSTACK`: how deep CPython's parser functions may call each other.
const MAX_DEPTH: u32 = 6000;
/// How many rules are tried before the recogniser gives up looking for a better message. CPython has
/// no such limit; it only ever matters for texts that would keep it busy for minutes.
const MAX_STEPS: u64 = 200_000_000;
/// Stack that one rule may need, and how much more is taken when it runs out.
const RED_ZONE: usize = 64 * 1024;
const STACK_CHUNK: usize = 1024 * 1024;

/// An error was found; it is in [`Recogniser::fault`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stopped;

/// What a rule gives: a value, or none if it does not match.
pub(super) type Match = Result<Option<Value>, Stopped>;

/// Values of the patterns of one alternative.
pub(super) type Slots = SmallVec<[Value; 8]>;

/// A result that was kept.
#[derive(Clone, Copy, Debug)]
struct Kept {
    rule: RuleId,
    end: usize,
    value: Option<Value>,
}

/// The state of CPython's `struct Parser`.
#[derive(Debug)]
pub(super) struct Recogniser<'a> {
    grammar: &'static Grammar,
    pub(super) text: &'a str,
    pub(super) tokenizer: Tokenizer<'a>,
    pub(super) tokens: Vec<Token>,
    /// The next token.
    pub(super) mark: usize,
    kept: Vec<SmallVec<[Kept; 4]>>,
    pub(super) arena: Arena,
    /// Whether rules for errors are tried (`call_invalid_rules`).
    looks_for_errors: bool,
    depth: u32,
    steps: u64,
    /// The error that was found.
    pub(super) fault: Option<Fault>,
    /// Whether it came from the tokenizer.
    pub(super) tokenizer_failed: bool,
    /// The first error that the code generator will find.
    pub(super) late_fault: Option<Fault>,
}

impl<'a> Recogniser<'a> {
    /// Before the first token.
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            grammar: Grammar::python(),
            text,
            tokenizer: Tokenizer::new(text),
            tokens: Vec::new(),
            mark: 0,
            kept: Vec::new(),
            arena: Arena::default(),
            looks_for_errors: false,
            depth: 0,
            steps: 0,
            fault: None,
            tokenizer_failed: false,
            late_fault: None,
        }
    }

    /// Reads the whole module once.
    pub(super) fn pass(&mut self, looks_for_errors: bool) -> Match {
        self.mark = 0;
        self.depth = 0;
        self.steps = 0;
        self.looks_for_errors = looks_for_errors;
        self.kept.iter_mut().for_each(SmallVec::clear);
        self.rule(self.grammar.file)
    }

    /// Stops with this error, unless there is one already.
    pub(super) fn stop(&mut self, fault: Fault) -> Stopped {
        self.fault.get_or_insert(fault);
        Stopped
    }

    /// The next token; asks the tokenizer if need be (`_PyPegen_fill_token`).
    pub(super) fn peek(&mut self) -> Result<Token, Stopped> {
        if let Some(&token) = self.tokens.get(self.mark) {
            return Ok(token);
        }
        match self.tokenizer.next() {
            Ok(token) => {
                self.tokens.push(token);
                self.kept.push(SmallVec::new());
                Ok(token)
            }
            Err(failure) => {
                let token = self.tokenizer.error_token();
                self.tokens.push(token);
                self.kept.push(SmallVec::new());
                self.tokenizer_failed = true;
                let fault = self.tokenizer_fault(failure);
                Err(self.stop(fault))
            }
        }
    }

    fn rule(&mut self, id: RuleId) -> Match {
        let rule = self.grammar.rule(id);
        match rule.memory {
            Memory::None => self.alternatives(rule),
            Memory::Results => {
                if let Some(kept) = self.recall(id)? {
                    return Ok(kept.value);
                }
                let start = self.mark;
                let value = self.alternatives(rule)?;
                self.keep(id, start, value);
                Ok(value)
            }
            Memory::LeftRecursive => self.left_recursive(id, rule),
        }
    }

    /// Grows the match as long as it becomes longer.
    fn left_recursive(&mut self, id: RuleId, rule: &'static Rule) -> Match {
        if let Some(kept) = self.recall(id)? {
            return Ok(kept.value);
        }
        let start = self.mark;
        let (mut longest, mut best) = (start, None);
        self.descend()?;
        loop {
            self.mark = longest;
            self.keep(id, start, best);
            self.mark = start;
            let value = self.alternatives(rule)?;
            if value.is_none() || self.mark <= longest {
                break;
            }
            longest = self.mark;
            best = value;
        }
        self.depth -= 1;
        self.mark = longest;
        Ok(best)
    }

    /// A kept result, if there is one; the mark moves to its end.
    fn recall(&mut self, id: RuleId) -> Result<Option<Kept>, Stopped> {
        self.peek()?;
        let kept = self.kept[self.mark].iter().find(|kept| kept.rule == id).copied();
        if let Some(kept) = kept {
            self.mark = kept.end;
        }
        Ok(kept)
    }

    fn keep(&mut self, rule: RuleId, start: usize, value: Option<Value>) {
        let new = Kept { rule, end: self.mark, value };
        match self.kept[start].iter_mut().find(|kept| kept.rule == rule) {
            Some(old) => *old = new,
            None => self.kept[start].push(new),
        }
    }

    /// Counts a level, as each of CPython's generated functions does.
    fn descend(&mut self) -> Result<(), Stopped> {
        if self.depth == MAX_DEPTH {
            let fault = self.too_deep();
            return Err(self.stop(fault));
        }
        self.depth += 1;
        Ok(())
    }

    fn alternatives(&mut self, rule: &'static Rule) -> Match {
        stacker::maybe_grow(RED_ZONE, STACK_CHUNK, || {
            self.descend()?;
            self.steps += 1;
            if self.steps > MAX_STEPS {
                return Ok(None);
            }
            let looked_for_errors = self.looks_for_errors;
            self.looks_for_errors &= !rule.without_invalid;
            let start = self.mark;
            let mut result = None;
            for alternative in &rule.alternatives {
                if alternative.only_for_errors && !self.looks_for_errors {
                    continue;
                }
                let mut committed = false;
                if let Some(values) = self.alternative(alternative, &mut committed)? {
                    result = self.act(&alternative.action, start, &values)?;
                    break;
                }
                self.mark = start;
                if committed {
                    break;
                }
            }
            self.looks_for_errors = looked_for_errors;
            self.depth -= 1;
            Ok(result)
        })
    }

    fn alternative(
        &mut self,
        alternative: &'static Alternative,
        committed: &mut bool,
    ) -> Result<Option<Slots>, Stopped> {
        let mut values = Slots::new();
        for pattern in &alternative.patterns {
            if matches!(pattern, Pattern::Commit) {
                *committed = true;
                continue;
            }
            match self.pattern(pattern)? {
                None => return Ok(None),
                Some(value) if pattern.has_value() => values.push(value),
                Some(_) => {}
            }
        }
        Ok(Some(values))
    }

    fn pattern(&mut self, pattern: &'static Pattern) -> Match {
        match pattern {
            Pattern::Token(kind) => self.token(|_, token| token.kind == *kind),
            Pattern::SoftKeyword(word) => self.token(|text, token| is_name(text, token, &[word])),
            Pattern::AnySoftKeyword => self.token(|text, token| is_name(text, token, &SOFT_KEYWORDS)),
            Pattern::Rule(rule) => self.rule(*rule),
            Pattern::Optional(inner) => {
                let start = self.mark;
                let value = self.pattern(inner)?;
                if value.is_none() {
                    self.mark = start;
                }
                Ok(Some(value.unwrap_or(Value::Absent)))
            }
            Pattern::Repeated { element, at_least_once } => self.repeated(element, *at_least_once),
            Pattern::Separated { separator, element } => self.separated(separator, element),
            Pattern::Present(inner) => self.look_ahead(inner, true),
            Pattern::Absent(inner) => self.look_ahead(inner, false),
            Pattern::Commit => Ok(Some(Value::Dummy)),
            Pattern::Forced(fixed) => {
                let token = self.peek()?;
                if token.kind != TokenKind::Fixed(*fixed) {
                    let message = format!("expected '{}'", fixed.spelling());
                    return Err(self.stop(Fault::syntax(token.place, message)));
                }
                self.mark += 1;
                Ok(Some(Value::Token(to_u32(self.mark - 1))))
            }
        }
    }

    fn token(&mut self, is_wanted: impl Fn(&str, &Token) -> bool) -> Match {
        let token = self.peek()?;
        if !is_wanted(self.text, &token) {
            return Ok(None);
        }
        let index = self.mark;
        match token.kind {
            TokenKind::Number => self.check_number(&token)?,
            TokenKind::Name => self.check_name(&token)?,
            _ => {}
        }
        self.mark += 1;
        Ok(Some(Value::Token(to_u32(index))))
    }

    fn look_ahead(&mut self, pattern: &'static Pattern, wanted: bool) -> Match {
        let start = self.mark;
        let found = self.pattern(pattern)?.is_some();
        self.mark = start;
        Ok((found == wanted).then_some(Value::Dummy))
    }

    fn repeated(&mut self, element: &'static Pattern, at_least_once: bool) -> Match {
        self.descend()?;
        let mut values = Slots::new();
        loop {
            let start = self.mark;
            match self.pattern(element)? {
                Some(value) => values.push(value),
                None => {
                    self.mark = start;
                    break;
                }
            }
            // An element that reads nothing would go on for ever.
            if self.mark == start {
                break;
            }
        }
        self.depth -= 1;
        if values.is_empty() && at_least_once {
            return Ok(None);
        }
        Ok(Some(self.arena.list(&values)))
    }

    fn separated(&mut self, separator: &'static Pattern, element: &'static Pattern) -> Match {
        self.descend()?;
        let mut values = Slots::new();
        let Some(first) = self.pattern(element)? else {
            self.depth -= 1;
            return Ok(None);
        };
        values.push(first);
        self.descend()?;
        loop {
            let start = self.mark;
            if self.pattern(separator)?.is_some()
                && let Some(value) = self.pattern(element)?
            {
                values.push(value);
            } else {
                self.mark = start;
                break;
            }
        }
        self.depth -= 2;
        Ok(Some(self.arena.list(&values)))
    }

    fn act(&mut self, action: &'static Action, start: usize, values: &Slots) -> Match {
        match action {
            Action::Default => Ok(Some(match values[..] {
                [only] => only,
                _ => Value::Dummy,
            })),
            Action::Value(slot) => Ok(Some(values[*slot])),
            Action::Node(kind, slots) => {
                let children: Slots = slots.iter().map(|&slot| values[slot]).collect();
                let place = self.place_since(start);
                Ok(Some(self.arena.node(*kind, place, &children)))
            }
            Action::Join(slots) => {
                let parts: Slots = slots.iter().map(|&slot| values[slot]).collect();
                Ok(Some(self.arena.list(&parts)))
            }
            Action::Raise(raise) => Err(self.raise(raise, values)),
            Action::Special(special, slots, message) => self.special(*special, slots, message, start, values),
        }
    }
}

fn is_name(text: &str, token: &Token, words: &[&str]) -> bool {
    token.kind == TokenKind::Name && words.contains(&&text[token.start..token.end])
}

fn to_u32(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
