//! Text → text that its reader cannot mistake: no control characters, nothing that ends a field.
//!
//! ```text
//! xml("a<b\u{1b}")          a&lt;b\x1b
//! github_data("50%\n")      50%25%0A
//! uri("my file.py")         my%20file.py
//! ```
//!
//! Invariant: what comes out has no control character (but newlines and tabs where a reader takes them).

use std::fmt::Write;

/// One line of printable text: control characters as Python's `repr` writes them.
pub(super) fn one_line(text: &str) -> String {
    printable(text, |_| false)
}

/// The data of a GitHub workflow command.
pub(super) fn github_data(text: &str) -> String {
    printable(text, |character| character == '\n').replace('%', "%25").replace('\n', "%0A")
}

/// A property of a GitHub workflow command.
pub(super) fn github_property(text: &str) -> String {
    github_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text or a quoted attribute of XML 1.0, which knows no other control characters than tab and newline.
pub(super) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in printable(text, |character| matches!(character, '\n' | '\t')).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            // An attribute would have spaces in their place.
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A relative path as a URI reference, an absolute one as a `file:` URI.
pub(super) fn uri(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    if path.starts_with('/') {
        escaped.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                escaped.push(char::from(byte));
            }
            _ => write_to(&mut escaped, format_args!("%{byte:02X}")),
        }
    }
    escaped
}

/// Control characters, and those that change the direction of text, as escapes; `keep` names the ones
/// that stay. U+FFFE and U+FFFF are no characters of XML.
fn printable(text: &str, keep: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            _ if keep(character) => shown.push(character),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => {
                write_to(&mut shown, format_args!("\\x{:02x}", u32::from(character)));
            }
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => {
                write_to(&mut shown, format_args!("\\u{:04x}", u32::from(character)));
            }
            other => shown.push(other),
        }
    }
    shown
}

fn write_to(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("a string takes all that is written to it");
}

#[cfg(test)]
mod tests {
    use super::{github_data, github_property, one_line, uri, xml};

    #[test]
    fn no_line_has_control_characters() {
        assert_eq!(one_line("a\nb\r\t\u{1b}[0m\u{85}\u{202e}é"), "a\\nb\\r\\t\\x1b[0m\\x85\\u202eé");
    }

    #[test]
    fn github_commands_end_where_they_should() {
        assert_eq!(github_data("50%: a,b\n::x\r"), "50%25: a,b%0A::x\\r");
        assert_eq!(github_property("50%: a,b\n"), "50%25%3A a%2Cb%0A");
    }

    #[test]
    fn xml_has_only_characters_of_xml() {
        assert_eq!(
            xml("<a b='\"&\"'>\n\t\u{b}\u{ffff}"),
            "&lt;a b=&apos;&quot;&amp;&quot;&apos;&gt;&#10;&#9;\\x0b\\uffff"
        );
    }

    #[test]
    fn paths_are_uris() {
        assert_eq!(uri("a b/é:#%?.py"), "a%20b/%C3%A9%3A%23%25%3F.py");
        assert_eq!(uri("/a b.py"), "file:///a%20b.py");
    }
}
