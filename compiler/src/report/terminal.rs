//! For people: the source line with marks, through ariadne.
//!
//! ariadne ends lines at characters that end no line in Python (vertical tab, form feed, NEL,
//! U+2028, U+2029); in the copy it gets they are replaced by characters of the same length.
//!
//! Invariant: offsets into the copy mean the same characters as in the text.

use super::ReportedFile;
use ariadne::{Color, Config, IndexType, Label, Report, ReportKind, Source};
use pyclast_syntax::{Diagnostic, Severity, Span};
use std::io::{self, Write};
use std::ops::Range;

/// More than this many bytes of a line are not shown: a report must stay readable.
const LONGEST_LINE: usize = 400;

/// Writes one report.
pub(super) fn write(
    output: &mut dyn Write,
    color: bool,
    file: &ReportedFile,
    diagnostic: &Diagnostic,
) -> io::Result<()> {
    let place = file.place(diagnostic);
    let shown = shown_lines(file, diagnostic.span);
    let too_long = file.text[shown.clone()].lines().any(|line| line.len() > LONGEST_LINE);
    if file.text.is_empty() || too_long {
        return write_without_source(output, file, diagnostic, place.line, place.column);
    }
    let (kind, mark) = match diagnostic.severity {
        Severity::Error => (ReportKind::Error, Color::Red),
        Severity::Warning => (ReportKind::Warning, Color::Yellow),
    };
    let span = |span: Span| (file.path.clone(), clamp(span, file.text.len()));
    let config = Config::new().with_index_type(IndexType::Byte).with_color(color).with_tab_width(8);
    let title = format!("{}: {}", diagnostic.exception.name(), diagnostic.message);
    let mut report = Report::build(kind, span(diagnostic.span))
        .with_config(config)
        .with_code(diagnostic.code.name())
        .with_message(title)
        .with_label(Label::new(span(diagnostic.span)).with_message(&diagnostic.message).with_color(mark));
    for label in &diagnostic.labels {
        report = report.with_label(Label::new(span(label.span)).with_message(&label.message).with_color(Color::Blue));
    }
    for note in &diagnostic.notes {
        report = report.with_note(note);
    }
    if let Some(help) = &diagnostic.help {
        report = report.with_help(help);
    }
    let source = Source::from(python_lines_only(&file.text));
    report.finish().write((file.path.clone(), source), output)
}

fn write_without_source(
    output: &mut dyn Write,
    file: &ReportedFile,
    diagnostic: &Diagnostic,
    line: usize,
    column: usize,
) -> io::Result<()> {
    writeln!(output, "[{}] {}: {}", diagnostic.code.name(), diagnostic.exception.name(), diagnostic.message)?;
    writeln!(output, "  at {}:{line}:{column}", file.path)?;
    if let Some(help) = &diagnostic.help {
        writeln!(output, "  help: {help}")?;
    }
    Ok(())
}

/// The bytes of the lines that a span touches.
fn shown_lines(file: &ReportedFile, span: Span) -> Range<usize> {
    let range = clamp(span, file.text.len());
    let bytes = file.text.as_bytes();
    let start = bytes[..range.start].iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
    let end = bytes[range.end..].iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |offset| range.end + offset);
    start..end
}

fn clamp(span: Span, length: usize) -> Range<usize> {
    let start = (span.start as usize).min(length);
    start..(span.end as usize).clamp(start, length)
}

/// The text with every character that only ariadne takes for a newline replaced.
fn python_lines_only(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\u{b}' | '\u{c}' => ' ',
            '\u{85}' => '\u{b7}',
            '\u{2028}' | '\u{2029}' => '\u{fffd}',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::python_lines_only;

    #[test]
    fn the_copy_has_the_same_offsets_and_only_pythons_lines() {
        let text = "a\u{b}\u{c}b\u{85}\u{2028}\u{2029}c\n";
        let copy = python_lines_only(text);
        assert_eq!(copy.len(), text.len());
        assert_eq!(copy, "a  b\u{b7}\u{fffd}\u{fffd}c\n");
    }
}
