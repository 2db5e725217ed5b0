//! The text of one rule → its words.
//!
//! ```text
//! a=NAME ':' { known a "x" }   →   Word(a) = Word(NAME) Quoted(:) { Word(known) Word(a) Message(x) }
//! ```
//!
//! Invariant: comments and white space are gone; quotes are closed.

/// A word of the grammar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Word {
    /// A name, with dots and an underscore.
    Name(&'static str),
    /// `'text'`
    Quoted(&'static str),
    /// `"text"`
    DoubleQuoted(&'static str),
    /// `&&`
    Force,
    /// Any other character.
    Sign(char),
}

/// The words of `text`.
pub(super) fn words(text: &'static str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            ' ' | '\n' => 1,
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '\'' | '"' => {
                let end = closing_quote(rest, first);
                let inside = &rest[1..end];
                words.push(if first == '"' { Word::DoubleQuoted(inside) } else { Word::Quoted(inside) });
                end + 1
            }
            '&' if rest.starts_with("&&") => {
                words.push(Word::Force);
                2
            }
            'a'..='z' | 'A'..='Z' | '_' => {
                let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
                let end = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
                words.push(Word::Name(&rest[..end]));
                end
            }
            sign => {
                words.push(Word::Sign(sign));
                sign.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    words
}

fn closing_quote(text: &str, quote: char) -> usize {
    let bytes = text.as_bytes();
    let mut position = 1;
    while position < bytes.len() && char::from(bytes[position]) != quote {
        position += if bytes[position] == b'\\' { 2 } else { 1 };
    }
    position
}
