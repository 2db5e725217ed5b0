//! Reads the corpus of static modules, `tests/static/*.md`: programs, and what the reference says of them.
//!
//! ```text
//! ## box-unbox: box and unbox
//! ### box takes one argument
//! def f(x: int64) -> int:
//!     return box(x, 1)  # error[12]: box only accepts a single argument
//! →  Program { row: "box-unbox", subject: "box takes one argument", files: [("main.py", …)],
//!              reference: Verdict::Error { class: "TypedSyntaxError", message: "box only …", place: main.py 2:12 }, … }
//! ```
//!
//! The format is described in `tests/oracle/static_corpus.py`, which writes it.
//!
//! Invariant: the sources of a [`Program`] hold no markers, and have the lines they have in the corpus file.

use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace;

/// The class of an error that no marker names.
pub const TYPED_SYNTAX_ERROR: &str = "TypedSyntaxError";

/// One program of the corpus.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Program {
    /// The name of the feature it belongs to, a row of `rows.md`.
    pub row: String,
    /// Its heading.
    pub subject: String,
    /// Whether its modules are static without saying so.
    pub static_always: bool,
    /// Its modules, in the order they are compiled in.
    pub files: Vec<SourceFile>,
    /// What the reference says.
    pub reference: Verdict,
    /// What we say on purpose, where that is something else.
    pub difference: Option<Difference>,
}

impl Program {
    /// Whether we must accept it.
    pub fn is_accepted(&self) -> bool {
        match &self.difference {
            Some(difference) => difference.accepted,
            None => self.reference == Verdict::Accepted,
        }
    }
}

/// A module: where it is, and its text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SourceFile {
    /// Relative to the folder of the program: `pkg/__init__.py`.
    pub path: String,
    /// The source, without markers.
    pub source: String,
}

impl SourceFile {
    /// Whether it is a stub.
    pub fn is_stub(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "pyi")
    }
}

/// What the reference says of a program.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// No error.
    Accepted,
    /// The first error.
    Error {
        /// The class of the exception.
        class: String,
        /// Its message.
        message: String,
        /// Where; some errors of the reference have no place.
        place: Option<Place>,
    },
    /// An exception that is no diagnostic: its class and message.
    Crash(String),
}

/// The place of an error.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// The path of the file.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// A verdict of ours that is not the reference's.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Difference {
    /// Whether we accept the program.
    pub accepted: bool,
    /// Why.
    pub reason: String,
}

/// A row of `rows.md`: what the corpus must have of a feature.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Row {
    /// Its name in the headings of the corpus.
    pub name: String,
    /// Whether there must be a program that the reference accepts.
    pub needs_accepted: bool,
    /// Whether there must be a program that the reference rejects.
    pub needs_rejected: bool,
}

/// The folder of the corpus.
pub fn folder() -> PathBuf {
    workspace().join("tests/static")
}

/// The corpus files, in the order of their names.
pub fn documents() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).expect("the corpus is a folder");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("the corpus can be listed").path())
        .filter(|path| {
            path.extension().is_some_and(|extension| extension == "md")
                && path.file_name().is_some_and(|name| name != "rows.md")
        })
        .collect();
    paths.sort();
    paths
}

/// All programs of a corpus file. Panics with the file's name and the line if it is malformed.
pub fn read_document(path: &Path) -> Vec<Program> {
    let text = fs::read_to_string(path).expect("a corpus file is readable");
    parse(&text).unwrap_or_else(|problem| panic!("{}:{problem}", path.display()))
}

/// The rows that the corpus must cover.
pub fn rows() -> Vec<Row> {
    let text = fs::read_to_string(folder().join("rows.md")).expect("the rows are readable");
    text.lines().filter_map(parse_row).collect()
}

fn parse_row(line: &str) -> Option<Row> {
    let cells: Vec<_> = line.strip_prefix("| `")?.strip_suffix(" |")?.split(" | ").collect();
    let (name, needs) = (cells.first()?.strip_suffix('`')?, cells.get(cells.len().checked_sub(2)?..)?);
    Some(Row { name: name.to_owned(), needs_accepted: needs[0] == "yes", needs_rejected: needs[1] == "yes" })
}

/// The programs of a corpus file's text; else the line, and what is wrong with it.
pub fn parse(text: &str) -> Result<Vec<Program>, String> {
    let mut programs = Vec::new();
    let mut row = None;
    let mut section: Option<Section> = None;
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let problem = |what: &str| format!("{}: {what}: {line}", index + 1);
        if let Some(subject) = line.strip_prefix("### ") {
            let row: &String = row.as_ref().ok_or_else(|| problem("a program before the first row"))?;
            let new = Section::new(row, subject);
            finish(section.replace(new), &mut programs)?;
        } else if let Some(heading) = line.strip_prefix("## ") {
            let (name, _) = heading.split_once(": ").ok_or_else(|| problem("a heading that names no row"))?;
            finish(section.take(), &mut programs)?;
            row = Some(name.to_owned());
        } else if line.starts_with("```") {
            let section = section.as_mut().ok_or_else(|| problem("a block outside of a program"))?;
            if line != "```python" {
                return Err(problem("a block that is no Python"));
            }
            let block = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```");
            section.read_block(block).map_err(|what| problem(&what))?;
        } else if let Some(section) = section.as_mut() {
            section.read_prose(line);
        }
    }
    finish(section, &mut programs)?;
    Ok(programs)
}

fn finish(section: Option<Section>, programs: &mut Vec<Program>) -> Result<(), String> {
    if let Some(section) = section {
        programs.push(section.into_program()?);
    }
    Ok(())
}

/// A program as far as it is read.
struct Section {
    row: String,
    subject: String,
    static_always: bool,
    files: Vec<SourceFile>,
    /// The path of the next block.
    path: Option<String>,
    reference: Option<Verdict>,
    difference: Option<Difference>,
}

impl Section {
    fn new(row: &str, subject: &str) -> Self {
        Self {
            row: row.to_owned(),
            subject: subject.trim().to_owned(),
            static_always: false,
            files: Vec::new(),
            path: None,
            reference: None,
            difference: None,
        }
    }

    fn read_prose(&mut self, line: &str) {
        let path = line.strip_prefix('`').and_then(|rest| rest.strip_suffix("`:"));
        if let Some(path) = path {
            self.path = Some(path.to_owned());
        } else if line == "static: always" {
            self.static_always = true;
        }
    }

    fn read_block<'a>(&mut self, lines: impl Iterator<Item = &'a str>) -> Result<(), String> {
        let path = self.path.take().unwrap_or_else(|| "main.py".to_owned());
        let mut source = String::new();
        for (index, line) in lines.enumerate() {
            let kept = if line.starts_with("# ") && self.read_final_marker(line, &path)? {
                None
            } else if let Some((code, error)) = line_marker(line) {
                let place = Place { file: path.clone(), line: index + 1, column: error.column };
                self.state(Verdict::Error { class: error.class, message: error.message, place: Some(place) })?;
                Some(code)
            } else {
                Some(line)
            };
            if let Some(line) = kept {
                source.push_str(line);
                source.push('\n');
            }
        }
        self.files.push(SourceFile { path, source });
        Ok(())
    }

    /// Takes a line that is a marker and nothing else.
    fn read_final_marker(&mut self, line: &str, path: &str) -> Result<bool, String> {
        if line == "# accepted" {
            self.state(Verdict::Accepted)?;
        } else if let Some(crash) = line.strip_prefix("# crash: ") {
            self.state(Verdict::Crash(crash.to_owned()))?;
        } else if let Some(difference) = line.strip_prefix("# differs: ") {
            let (verdict, reason) = difference.split_once(": ").ok_or("a difference without a reason")?;
            let accepted = match verdict {
                "accepted" => true,
                "rejected" => false,
                _ => return Err(format!("no verdict: {verdict}")),
            };
            self.difference = Some(Difference { accepted, reason: reason.to_owned() });
        } else if let Some(error) = line.strip_prefix("# error[") {
            let (place, rest) = error.split_once(']').ok_or("an error without a place")?;
            let (class, message) = class_and_message(rest).ok_or("an error without a message")?;
            let place = if place == "none" { None } else { Some(read_place(place, path).ok_or("no place")?) };
            self.state(Verdict::Error { class, message, place })?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn state(&mut self, verdict: Verdict) -> Result<(), String> {
        match self.reference.replace(verdict) {
            None => Ok(()),
            Some(_) => Err("a second verdict".to_owned()),
        }
    }

    fn into_program(self) -> Result<Program, String> {
        let missing = |what| format!(" {}: {what}", self.subject);
        if self.files.is_empty() {
            return Err(missing("no program"));
        }
        let reference = self.reference.ok_or_else(|| missing("no verdict"))?;
        Ok(Program {
            row: self.row,
            subject: self.subject,
            static_always: self.static_always,
            files: self.files,
            reference,
            difference: self.difference,
        })
    }
}

/// A marker at the end of a line: `# error[12]: message`.
struct LineError {
    column: usize,
    class: String,
    message: String,
}

/// The code of a line, and the marker after it.
fn line_marker(line: &str) -> Option<(&str, LineError)> {
    let (code, marker) = line.split_once("  # error[")?;
    let (column, rest) = marker.split_once(']')?;
    let (class, message) = class_and_message(rest)?;
    Some((code, LineError { column: column.parse().ok()?, class, message }))
}

/// `: message` or ` Class: message`.
fn class_and_message(text: &str) -> Option<(String, String)> {
    let (class, message) = match text.strip_prefix(": ") {
        Some(message) => (TYPED_SYNTAX_ERROR, message),
        None => text.strip_prefix(' ')?.split_once(": ")?,
    };
    Some((class.to_owned(), message.to_owned()))
}

/// `3:12`, or `lib.py 3:12`.
fn read_place(text: &str, path: &str) -> Option<Place> {
    let (file, position) = text.split_once(' ').unwrap_or((path, text));
    let (line, column) = position.split_once(':')?;
    Some(Place { file: file.to_owned(), line: line.parse().ok()?, column: column.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::{Difference, Place, Program, Verdict, parse, parse_row};

    fn only(text: &str) -> Program {
        let mut programs = parse(text).expect("well-formed");
        assert_eq!(programs.len(), 1);
        programs.remove(0)
    }

    fn error(class: &str, message: &str, place: Option<(&str, usize, usize)>) -> Verdict {
        let place = place.map(|(file, line, column)| Place { file: file.to_owned(), line, column });
        Verdict::Error { class: class.to_owned(), message: message.to_owned(), place }
    }

    #[test]
    fn an_error_is_stated_on_its_line() {
        let program =
            only("# T\n\n## calls: calls\n\n### too many\n```python\nimport __static__\nf(1)  # error[3]: a: b\n```\n");
        assert_eq!((program.row.as_str(), program.subject.as_str()), ("calls", "too many"));
        assert_eq!(program.files[0].path, "main.py");
        assert_eq!(program.files[0].source, "import __static__\nf(1)\n");
        assert_eq!(program.reference, error("TypedSyntaxError", "a: b", Some(("main.py", 2, 3))));
        assert!(!program.is_accepted());
    }

    #[test]
    fn an_error_may_have_a_class() {
        let program = only("## r: r\n### s\n```python\nx = (  # error[5] SyntaxError: '(' was never closed\n```\n");
        assert_eq!(program.reference, error("SyntaxError", "'(' was never closed", Some(("main.py", 1, 5))));
    }

    #[test]
    fn several_files_are_kept_in_order() {
        let text = "## r: r\n### s\nstatic: always\n`a.py`:\n```python\nx = 1  # error[1]: m\n```\n`p/b.py`:\n```python\ny = 2\n```\n";
        let program = only(text);
        assert!(program.static_always);
        let paths: Vec<_> = program.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["a.py", "p/b.py"]);
        assert_eq!(program.reference, error("TypedSyntaxError", "m", Some(("a.py", 1, 1))));
    }

    #[test]
    fn a_verdict_may_stand_at_the_end() {
        let end = |marker: &str| only(&format!("## r: r\n### s\n```python\nx = 1\n{marker}\n```\n"));
        assert_eq!(end("# accepted").reference, Verdict::Accepted);
        assert_eq!(end("# accepted").files[0].source, "x = 1\n");
        assert_eq!(end("# crash: KeyError: 'x'").reference, Verdict::Crash("KeyError: 'x'".to_owned()));
        let nowhere = error("BadFlagException", "late", None);
        assert_eq!(end("# error[none] BadFlagException: late").reference, nowhere);
        let elsewhere = error("TypedSyntaxError", "m", Some(("lib.py", 3, 9)));
        assert_eq!(end("# error[lib.py 3:9]: m").reference, elsewhere);
    }

    #[test]
    fn a_difference_decides() {
        let program =
            only("## r: r\n### s\n```python\nx = 1\n# crash: KeyError\n# differs: accepted: 8.1 i: why\n```\n");
        let expected = Difference { accepted: true, reason: "8.1 i: why".to_owned() };
        assert_eq!(program.difference, Some(expected));
        assert!(program.is_accepted());
    }

    #[test]
    fn what_is_malformed_is_refused() {
        let refused = |text: &str| parse(text).expect_err("malformed");
        assert!(refused("### s\n").contains("before the first row"));
        assert!(refused("## no row\n").contains("names no row"));
        assert!(refused("## r: r\n### s\n```python\nx = 1\n```\n").contains("no verdict"));
        assert!(refused("## r: r\n### s\n```python\n# accepted\n# accepted\n```\n").contains("second verdict"));
        assert!(refused("## r: r\n### s\n").contains("no program"));
    }

    #[test]
    fn a_row_says_what_it_needs() {
        let row = parse_row("| `optional` | `Optional[T]`, `T \\| None` | yes | no |").expect("a row");
        assert_eq!((row.name.as_str(), row.needs_accepted, row.needs_rejected), ("optional", true, false));
        assert_eq!(parse_row("|---|---|---|---|"), None);
        assert_eq!(parse_row("| row | feature | accepted | rejected |"), None);
    }
}
