//! For people: the source line with marks, through ariadne.
//!
//! ariadne ends lines at characters that end no line in Python (vertical tab, form feed, NEL,
//! U+2028, U+2029); in the copy it gets they are replaced by characters of the same length, and so
//! are those that would command the terminal or turn the text around.
//!
//! Invariant: offsets into the copy mean the same characters as in the text.

use super::escape::one_line;
use super::{Place, ReportedFile, Reporter, TextPlace};
use ariadne::{Color, Config, IndexType, Label, Report, ReportKind, Source};
use pyclast_syntax::{Diagnostic, Exception, Severity, Span};
use std::io::{self, Write};

/// More than this many bytes of a line are not shown: a report must stay readable.
const LONGEST_LINE: usize = 400;

/// Longer messages are not said again beside the mark.
const LONGEST_LABEL: usize = 60;

/// Writes reports for people.
#[derive(Debug)]
pub(super) struct Pretty {
    /// Whether the output takes colours.
    pub(super) color: bool,
}

impl Reporter for Pretty {
    fn file(&mut self, output: &mut dyn Write, file: &ReportedFile, diagnostics: &[Diagnostic]) -> io::Result<()> {
        let path = one_line(file.path());
        // ariadne looks through the whole text to find its lines: once a file.
        let mut cache = None;
        for diagnostic in diagnostics {
            match file.place(diagnostic) {
                Place::Text(place) if can_be_shown(file, place) => {
                    let source =
                        cache.get_or_insert_with(|| (path.clone(), Source::from(python_lines_only(file.text()))));
                    let mut report = Vec::new();
                    self.report(file, &path, diagnostic).write(source, &mut report)?;
                    let report = String::from_utf8_lossy(&report);
                    // The colour of a kind of our own is not left out with the others.
                    writeln!(output, "{}", if self.color { report } else { without_colors(&report).into() })?;
                }
                place => self.write_without_source(output, &path, diagnostic, place)?,
            }
            writeln!(output)?;
        }
        Ok(())
    }
}

type FileSpan = (String, std::ops::Range<usize>);

impl Pretty {
    fn report<'report>(&self, file: &ReportedFile, path: &str, diagnostic: &Diagnostic) -> Report<'report, FileSpan> {
        let mark = match diagnostic.severity {
            Severity::Error => Color::Red,
            Severity::Warning => Color::Yellow,
        };
        let kind = ReportKind::Custom(kind(diagnostic), mark);
        let span = |span: Span| (path.to_owned(), file.range(span));
        let config = Config::new().with_index_type(IndexType::Byte).with_color(self.color).with_tab_width(8);
        let message = one_line(&diagnostic.message);
        // The headline says it already.
        let label = if message.len() > LONGEST_LABEL { "here" } else { &message };
        let mut report = Report::build(kind, span(diagnostic.span))
            .with_config(config)
            .with_code(diagnostic.code.name())
            .with_message(&message)
            .with_label(Label::new(span(diagnostic.span)).with_message(label).with_color(mark));
        for label in diagnostic.labels.iter().filter(|label| label.span.is_place()) {
            let text = one_line(&label.message);
            report = report.with_label(Label::new(span(label.span)).with_message(text).with_color(Color::Blue));
        }
        for note in &diagnostic.notes {
            report = report.with_note(note);
        }
        if let Some(help) = &diagnostic.help {
            report = report.with_help(help);
        }
        report.finish()
    }

    fn write_without_source(
        &self,
        output: &mut dyn Write,
        path: &str,
        diagnostic: &Diagnostic,
        place: Place,
    ) -> io::Result<()> {
        let color = match diagnostic.severity {
            Severity::Error => "\u{1b}[31m",
            Severity::Warning => "\u{1b}[33m",
        };
        let (start, end) = if self.color { (color, "\u{1b}[0m") } else { ("", "") };
        let message = one_line(&diagnostic.message);
        writeln!(output, "{start}[{}] {}:{end} {message}", diagnostic.code.name(), kind(diagnostic))?;
        match place {
            Place::Text(place) => writeln!(output, "  at {path}:{}:{}", place.line, place.column)?,
            Place::File | Place::Nowhere => writeln!(output, "  in {path}")?,
        }
        for note in &diagnostic.notes {
            writeln!(output, "  note: {note}")?;
        }
        if let Some(help) = &diagnostic.help {
            writeln!(output, "  help: {help}")?;
        }
        Ok(())
    }
}

/// What a report begins with: CPython's class, or how bad a problem of ours is.
fn kind(diagnostic: &Diagnostic) -> &'static str {
    match (diagnostic.exception, diagnostic.severity) {
        (Exception::Warning, Severity::Error) => "Error",
        (Exception::Warning, Severity::Warning) => "Warning",
        (exception, _) => exception.name(),
    }
}

/// The text without the commands that set colours; it has no others.
fn without_colors(text: &str) -> String {
    let mut pieces = text.split('\u{1b}');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |plain, piece| plain + piece.split_once('m').map_or("", |(_, rest)| rest))
}

/// Whether none of the lines that ariadne would print is too long.
fn can_be_shown(file: &ReportedFile, place: TextPlace) -> bool {
    let is_short = |line| file.line_range(line).len() <= LONGEST_LINE;
    is_short(place.line) && is_short(place.end_line)
}

/// The text with every character replaced that only ariadne takes for a newline or a terminal for more
/// than a character.
fn python_lines_only(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\n' | '\t' => character,
            '\u{b}' | '\u{c}' => ' ',
            '\u{0}'..='\u{1f}' | '\u{7f}' => '?',
            '\u{80}'..='\u{9f}' => '\u{b7}',
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{python_lines_only, without_colors};

    #[test]
    fn only_colours_are_left_out() {
        assert_eq!(without_colors("a\u{1b}[31mred\u{1b}[38;5;246m m\u{1b}[0m"), "ared m");
    }

    #[test]
    fn the_copy_has_the_same_offsets_and_only_pythons_lines() {
        let text = "a\u{b}\u{c}b\u{85}\u{2028}\u{2029}c\u{1b}[31m\u{202e}\td\n";
        let copy = python_lines_only(text);
        assert_eq!(copy.len(), text.len());
        assert_eq!(copy, "a  b\u{b7}\u{fffd}\u{fffd}c?[31m\u{fffd}\td\n");
    }
}
