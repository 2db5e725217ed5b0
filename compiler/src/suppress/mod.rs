//! `# pyclast: ignore` comments → fewer diagnostics, and warnings of comments that hide nothing.
//!
//! ```python
//! x = 1 is 1  # pyclast: ignore[syntax-warning]     one code, on this line
//! x = 1 is 1  # pyclast: ignore                     all codes, on this line
//! # pyclast: ignore-file[syntax-warning]            one code, in the whole file
//! ```
//!
//! A comment hides what begins or ends on its line, from `check`. It hides no syntax error and no bug of pyclast. While a
//! file has such an error, nothing is said about comments that hide nothing, for later checks have not been run.
//!
//! Invariant: a `#` in a string is no comment.

use crate::report::{Place, ReportedFile};
use crate::suggest::suggestion;
use pyclast_syntax::{Code, Diagnostic, Rule, Span, comments};
use rustc_hash::{FxHashMap, FxHashSet};

/// The ignore comments of a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Suppressions {
    ignores: Vec<Ignore>,
    invalid: Vec<Diagnostic>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Ignore {
    /// `pyclast: ignore…` in the comment.
    span: Span,
    is_file: bool,
    /// The codes with their places; none means all.
    codes: Vec<(Code, Span)>,
    is_bare: bool,
}

impl Suppressions {
    /// Finds the comments of a text.
    pub fn of(text: &str) -> Self {
        let mut found = Self::default();
        if !Self::may_be_in(text.as_bytes()) {
            return found;
        }
        for comment in comments(text) {
            let (start, end) = (comment.start as usize, comment.end as usize);
            found.comment(&text[start..end], comment.start);
        }
        found
    }

    /// Whether a text may have such comments: nearly none has.
    pub fn may_be_in(bytes: &[u8]) -> bool {
        memchr::memmem::find(bytes, b"pyclast:").is_some()
    }

    fn comment(&mut self, text: &str, offset: u32) {
        let Some((before, after)) = text.split_once("pyclast:") else { return };
        if !before.trim_end().ends_with('#') {
            return;
        }
        let at = |start: usize, end: usize| Span::new(offset + small(start), offset + small(end));
        let start = before.len();
        let word_start = text.len() - after.trim_start().len();
        let rest = &text[word_start..];
        let word_end = word_start
            + rest.find(|character: char| !character.is_alphanumeric() && character != '-').unwrap_or(rest.len());
        let word = &text[word_start..word_end];
        let is_file = match word {
            "ignore" => false,
            "ignore-file" => true,
            _ => {
                let message = format!("'pyclast: {word}' is not known");
                let cure =
                    suggestion(word, ["ignore", "ignore-file"]).unwrap_or_else(|| "write 'pyclast: ignore'".to_owned());
                self.invalid
                    .push(Diagnostic::of_code(Code::InvalidIgnore, at(start, word_end), message).with_help(cure));
                return;
            }
        };
        let Some(list) = text[word_end..].trim_start().strip_prefix('[') else {
            self.ignores.push(Ignore { span: at(start, word_end), is_file, codes: Vec::new(), is_bare: true });
            return;
        };
        let list_start = text.len() - list.len();
        let Some(length) = list.find(']') else {
            let message = "the list of codes is not closed";
            let invalid = Diagnostic::of_code(Code::InvalidIgnore, at(start, text.len()), message);
            self.invalid.push(invalid.with_help("add the ']'"));
            return;
        };
        let span = at(start, list_start + length + 1);
        let codes = self.codes(&list[..length], offset + small(list_start), span);
        self.ignores.push(Ignore { span, is_file, codes, is_bare: false });
    }

    fn codes(&mut self, list: &str, offset: u32, all: Span) -> Vec<(Code, Span)> {
        let mut codes = Vec::new();
        let mut position = 0;
        if list.trim().is_empty() {
            let invalid = Diagnostic::of_code(Code::InvalidIgnore, all, "the list of codes is empty");
            self.invalid.push(invalid.with_help("name the codes, or leave the brackets out"));
            return codes;
        }
        for part in list.split(',') {
            let name = part.trim();
            let start = position + part.len() - part.trim_start().len();
            position += part.len() + 1;
            let span = Span::new(offset + small(start), offset + small(start + name.len()));
            match Code::from_name(name) {
                // `[a, b,]`
                None if name.is_empty() => {}
                None => {
                    let message = format!("'{name}' is no code of pyclast");
                    let cure = suggestion(name, Code::ALL.iter().map(|code| code.name()))
                        .unwrap_or_else(|| "'pyclast explain' lists the codes".to_owned());
                    self.invalid.push(Diagnostic::of_code(Code::InvalidIgnore, span, message).with_help(cure));
                }
                Some(code) if code.rule() != Rule::Free => {
                    let message = format!("a comment cannot hide '{name}'");
                    self.invalid
                        .push(Diagnostic::of_code(Code::InvalidIgnore, span, message).with_help(cure_for(code)));
                }
                Some(code) => codes.push((code, span)),
            }
        }
        codes
    }

    /// Whether the file has no such comments.
    pub fn is_empty(&self) -> bool {
        self.ignores.is_empty() && self.invalid.is_empty()
    }

    /// Takes what the comments hide out of `diagnostics`, and adds what is wrong with the comments.
    pub fn apply(self, file: &ReportedFile, diagnostics: &mut Vec<Diagnostic>) {
        if self.is_empty() {
            return;
        }
        let is_complete = diagnostics.iter().all(|diagnostic| diagnostic.code.rule() != Rule::Fixed);
        let mut on_line: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
        let mut in_file = Vec::new();
        for (index, ignore) in self.ignores.iter().enumerate() {
            if ignore.is_file {
                in_file.push(index);
            } else {
                on_line.entry(file.line_of(ignore.span.start)).or_default().push(index);
            }
        }
        let mut used = Used::default();
        diagnostics.retain(|diagnostic| {
            if diagnostic.code.rule() != Rule::Free {
                return true;
            }
            let lines = match file.place(diagnostic) {
                Place::Text(place) => vec![place.line, place.end_line],
                Place::Nowhere | Place::File => Vec::new(),
            };
            let candidates = lines.iter().filter_map(|line| on_line.get(line)).flatten().chain(&in_file);
            let mut is_hidden = false;
            for &index in candidates {
                let ignore = &self.ignores[index];
                if ignore.is_bare || ignore.codes.iter().any(|&(code, _)| code == diagnostic.code) {
                    used.insert((index, (!ignore.is_bare).then_some(diagnostic.code)));
                    is_hidden = true;
                }
            }
            !is_hidden
        });
        diagnostics.extend(self.invalid);
        if is_complete {
            diagnostics
                .extend(self.ignores.iter().enumerate().flat_map(|(index, ignore)| unused(index, ignore, &used)));
        }
    }
}

/// Comments, and which of their codes, that hid something.
type Used = FxHashSet<(usize, Option<Code>)>;

fn unused(index: usize, ignore: &Ignore, used: &Used) -> Vec<Diagnostic> {
    let place = if ignore.is_file { "this file" } else { "this line" };
    if ignore.is_bare {
        if used.contains(&(index, None)) {
            return Vec::new();
        }
        let message = format!("there is nothing to ignore in {place}");
        return vec![Diagnostic::of_code(Code::UnusedIgnore, ignore.span, message).with_help("remove the comment")];
    }
    let mut codes = ignore.codes.clone();
    codes.dedup_by_key(|&mut (code, _)| code);
    codes
        .into_iter()
        .filter(|&(code, _)| !used.contains(&(index, Some(code))))
        .map(|(code, span)| {
            let message = format!("there is no '{}' to ignore in {place}", code.name());
            let help = if ignore.codes.len() == 1 { "remove the comment" } else { "remove the code from the list" };
            Diagnostic::of_code(Code::UnusedIgnore, span, message).with_help(help)
        })
        .collect()
}

fn cure_for(code: Code) -> String {
    match code.rule() {
        Rule::Settings => format!("turn it off in pyproject.toml: [tool.pyclast.severity] {} = \"off\"", code.name()),
        Rule::Fixed | Rule::Free => "nothing can be compiled before it is repaired".to_owned(),
    }
}

fn small(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
