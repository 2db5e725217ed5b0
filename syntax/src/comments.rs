//! Text → where its comments are.
//!
//! ```text
//! x = "# no"  # yes        →   one comment, 12..17
//! ```
//!
//! A `#` in a string is no comment, one in the replacement field of an f-string is. Nothing is
//! parsed: a text with errors has its comments as well, and a text of any nesting is no danger.
//!
//! Invariant: the spans are in the order of the text; each begins with `#` and has no newline.

use crate::Span;

/// The comments of a text.
pub fn comments(text: &str) -> Vec<Span> {
    let mut scanner = Scanner { bytes: text.as_bytes(), position: 0, frames: Vec::new(), found: Vec::new() };
    while scanner.position < scanner.bytes.len() {
        match scanner.frames.last().copied() {
            None | Some(Frame::Field { .. }) => scanner.code(),
            Some(Frame::Literal(quotes)) => scanner.literal(quotes, false),
            Some(Frame::FormatSpec(quotes)) => scanner.literal(quotes, true),
        }
    }
    scanner.found
}

/// How a string is quoted.
#[derive(Clone, Copy)]
struct Quotes {
    quote: u8,
    is_triple: bool,
    is_raw: bool,
    /// An f-string or t-string.
    has_fields: bool,
}

/// What the position is inside of.
#[derive(Clone, Copy)]
enum Frame {
    /// The literal parts of an f-string.
    Literal(Quotes),
    /// A replacement field: code.
    Field { quotes: Quotes, brackets: u32 },
    /// The format specification of a replacement field.
    FormatSpec(Quotes),
}

struct Scanner<'text> {
    bytes: &'text [u8],
    position: usize,
    frames: Vec<Frame>,
    found: Vec<Span>,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.position + ahead).copied()
    }

    fn code(&mut self) {
        match self.bytes[self.position] {
            b'#' => return self.comment(),
            quote @ (b'"' | b'\'') => return self.string(quote),
            byte => {
                if let Some(Frame::Field { quotes, brackets }) = self.frames.last_mut() {
                    match byte {
                        b'(' | b'[' | b'{' => *brackets += 1,
                        b'}' if *brackets == 0 => drop(self.frames.pop()),
                        b')' | b']' | b'}' => *brackets = brackets.saturating_sub(1),
                        b':' if *brackets == 0 => {
                            let quotes = *quotes;
                            self.frames.pop();
                            self.frames.push(Frame::FormatSpec(quotes));
                        }
                        _ => {}
                    }
                }
            }
        }
        self.position += 1;
    }

    fn comment(&mut self) {
        let start = self.position;
        self.position = memchr::memchr(b'\n', &self.bytes[start..]).map_or(self.bytes.len(), |length| start + length);
        let offset = |position| u32::try_from(position).unwrap_or(u32::MAX);
        self.found.push(Span::new(offset(start), offset(self.position)));
    }

    /// A string begins; one without fields ends as well.
    fn string(&mut self, quote: u8) {
        let is_triple = self.peek(1) == Some(quote) && self.peek(2) == Some(quote);
        let (is_raw, has_fields) = prefix(&self.bytes[..self.position]);
        let quotes = Quotes { quote, is_triple, is_raw, has_fields };
        self.position += if is_triple { 3 } else { 1 };
        self.frames.push(Frame::Literal(quotes));
    }

    /// One character of a string outside of replacement fields.
    fn literal(&mut self, quotes: Quotes, is_spec: bool) {
        let byte = self.bytes[self.position];
        let doubled = self.peek(1) == Some(byte);
        self.position += match byte {
            b'\\' => self.escape(quotes),
            b'\n' if !quotes.is_triple => {
                self.leave_string();
                1
            }
            b'{' if quotes.has_fields && doubled && !is_spec => 2,
            b'{' if quotes.has_fields => {
                self.frames.push(Frame::Field { quotes, brackets: 0 });
                1
            }
            b'}' if is_spec => {
                self.frames.pop();
                1
            }
            _ if byte == quotes.quote && !quotes.is_triple => {
                self.leave_string();
                1
            }
            _ if byte == quotes.quote && doubled && self.peek(2) == Some(byte) => {
                self.leave_string();
                3
            }
            _ => 1,
        };
    }

    /// The length of an escape sequence.
    fn escape(&self, quotes: Quotes) -> usize {
        match (self.peek(1), self.peek(2)) {
            (Some(b'{' | b'}'), _) if quotes.has_fields => 1,
            (Some(b'N'), Some(b'{')) if quotes.has_fields && !quotes.is_raw => 3,
            _ => 2,
        }
    }

    /// The innermost string ends, and with it a format specification that was not closed.
    fn leave_string(&mut self) {
        while let Some(frame) = self.frames.pop() {
            if matches!(frame, Frame::Literal(_)) {
                return;
            }
        }
    }
}

/// Whether the string after `before` is raw, and whether it has replacement fields.
fn prefix(before: &[u8]) -> (bool, bool) {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
    let length = before.iter().rev().take(3).take_while(|byte| is_word(byte)).count();
    let letters = before[before.len() - length..].to_ascii_lowercase();
    match &letters[..] {
        b"r" | b"br" | b"rb" => (true, false),
        b"f" | b"t" => (false, true),
        b"fr" | b"rf" | b"tr" | b"rt" => (true, true),
        _ => (false, false),
    }
}

#[cfg(test)]
mod tests {
    use super::comments;

    fn found(text: &str) -> Vec<&str> {
        comments(text).iter().map(|span| &text[span.start as usize..span.end as usize]).collect()
    }

    #[test]
    fn a_hash_in_a_string_is_no_comment() {
        let text = "# a\nx = '# no' # b\ny = '''\n# no\n'''  # c\nz = f'# no {x} # no' # d\nr'\\' # no'# e\n";
        assert_eq!(found(text), ["# a", "# b", "# c", "# d", "# e"]);
    }

    #[test]
    fn a_replacement_field_is_code() {
        assert_eq!(found("x = f'''{ # yes\n1}# no'''\n"), ["# yes"]);
        assert_eq!(found("f'{x:{'#'}#}#' # a\nf'{{#}}{d['#']}\\N{DIGIT ONE}#' # b\n"), ["# a", "# b"]);
        assert_eq!(found("rf'\\{x}\\'#' # a\nf'{x!r:#>10}' # b\nf'{(lambda: 1)}' # c\n"), ["# a", "# b", "# c"]);
    }

    #[test]
    fn a_text_that_does_not_parse_has_comments_too() {
        assert_eq!(found("def (: # a\n)) 'x # no\n# c\n"), ["# a", "# c"]);
        assert_eq!(found("f'{x:'\n# a\n"), ["# a"]);
        assert_eq!(found(&"f'{".repeat(100_000)), Vec::<&str>::new());
    }
}
