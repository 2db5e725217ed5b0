//! The text of a `pyproject.toml` → settings, or what is wrong, where, and what to write instead.
//!
//! ```text
//! pyproject.toml:3:1: unknown key 'excude' in [tool.pyclast]: did you mean 'exclude'?
//! ```
//!
//! Invariant: every error names file, line and column.

use super::{Globs, Level, Settings};
use crate::suggest::suggestion;
use anyhow::anyhow;
use clap::ValueEnum;
use pyclast_syntax::{Code, Rule};
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

const KEYS: [&str; 8] =
    ["paths", "exclude", "search-path", "target", "error-format", "baseline", "severity", "overrides"];
const OVERRIDE_KEYS: [&str; 2] = ["paths", "severity"];

/// The settings of a file, if it has any. `path` is absolute.
pub(super) fn read(path: &Path, text: &str) -> anyhow::Result<Option<Settings>> {
    let reader = Reader { path, text, root: path.parent().unwrap_or(Path::new("/")) };
    let document = DeTable::parse(text)
        .map_err(|error| reader.fail(&error.span().unwrap_or(0..0), format_args!("no TOML: {}", error.message())))?;
    let tool = document.get_ref().get("tool").and_then(|tool| tool.get_ref().as_table());
    let Some(own) = tool.and_then(|tool| tool.get("pyclast")) else { return Ok(None) };
    reader.settings(reader.table(own, "tool.pyclast")?).map(Some)
}

type Value<'text> = Spanned<DeValue<'text>>;
type Levels = Vec<(Code, Level)>;

struct Reader<'text> {
    path: &'text Path,
    text: &'text str,
    root: &'text Path,
}

impl Reader<'_> {
    fn settings(&self, table: &DeTable<'_>) -> anyhow::Result<Settings> {
        let mut settings = Settings { file: Some(self.path.to_owned()), ..Settings::default() };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "paths" => settings.paths = self.paths(value, "paths")?,
                "exclude" => settings.exclude = self.globs(value, "exclude")?,
                "search-path" => settings.search_path = self.paths(value, "search-path")?,
                "target" => settings.target = Some(self.choice(value, "target")?),
                "error-format" => settings.error_format = Some(self.choice(value, "error-format")?),
                "baseline" => settings.baseline = Some(self.root.join(self.string(value, "baseline")?)),
                "severity" => settings.severities.general = self.levels(value, "tool.pyclast.severity")?,
                "overrides" => settings.severities.overrides = self.overrides(value)?,
                unknown => return Err(self.unknown_key(&key.span(), unknown, "tool.pyclast", &KEYS)),
            }
        }
        Ok(settings)
    }

    fn overrides(&self, value: &Value<'_>) -> anyhow::Result<Vec<(Globs, Levels)>> {
        let name = "tool.pyclast.overrides";
        let Some(entries) = value.get_ref().as_array() else {
            return Err(self.wrong_type(value, name, "an array of tables, as [[tool.pyclast.overrides]]"));
        };
        entries.iter().map(|entry| self.one_override(entry, name)).collect()
    }

    fn one_override(&self, entry: &Value<'_>, name: &str) -> anyhow::Result<(Globs, Levels)> {
        let (mut globs, mut levels) = (None, None);
        for (key, value) in self.table(entry, name)? {
            match key.get_ref().as_ref() {
                "paths" => globs = Some(self.globs(value, "paths")?),
                "severity" => levels = Some(self.levels(value, "severity")?),
                unknown => return Err(self.unknown_key(&key.span(), unknown, name, &OVERRIDE_KEYS)),
            }
        }
        let missing = |key| self.fail(&entry.span(), format_args!("[[{name}]] has no '{key}'"));
        Ok((globs.ok_or_else(|| missing("paths"))?, levels.ok_or_else(|| missing("severity"))?))
    }

    fn levels(&self, value: &Value<'_>, name: &str) -> anyhow::Result<Levels> {
        let mut levels = Vec::new();
        for (key, value) in self.table(value, name)? {
            let code_name = key.get_ref().as_ref();
            let Some(code) = Code::from_name(code_name) else {
                let cure = suggestion(code_name, Code::ALL.iter().map(|code| code.name()))
                    .unwrap_or_else(|| "'pyclast explain' lists the codes".to_owned());
                return Err(self.fail(&key.span(), format_args!("'{code_name}' is no code of pyclast: {cure}")));
            };
            if code.rule() == Rule::Fixed {
                return Err(self.fail(
                    &key.span(),
                    format_args!("'{code_name}' is always an error, for nothing can be compiled: remove the line"),
                ));
            }
            let level = match self.string(value, code_name)? {
                "error" => Level::Error,
                "warning" => Level::Warning,
                "off" => Level::Off,
                other => return Err(self.wrong_choice(value, code_name, other, &["error", "warning", "off"])),
            };
            levels.push((code, level));
        }
        Ok(levels)
    }

    fn choice<T: ValueEnum>(&self, value: &Value<'_>, key: &str) -> anyhow::Result<T> {
        let given = self.string(value, key)?;
        T::from_str(given, false).map_err(|_| {
            let possible: Vec<_> = T::value_variants().iter().filter_map(ValueEnum::to_possible_value).collect();
            let names: Vec<&str> = possible.iter().map(clap::builder::PossibleValue::get_name).collect();
            self.wrong_choice(value, key, given, &names)
        })
    }

    fn paths(&self, value: &Value<'_>, key: &str) -> anyhow::Result<Vec<PathBuf>> {
        Ok(self.strings(value, key)?.into_iter().map(|(path, _)| self.root.join(path)).collect())
    }

    fn globs(&self, value: &Value<'_>, key: &str) -> anyhow::Result<Globs> {
        let patterns = self.strings(value, key)?;
        Globs::new(self.root, patterns.iter().map(|&(pattern, _)| pattern)).map_err(|(index, reason)| {
            let (pattern, span) = patterns.get(index).cloned().unwrap_or(("", value.span()));
            self.fail(&span, format_args!("'{pattern}' in '{key}' is no pattern: {reason}"))
        })
    }

    fn strings<'value>(&self, value: &'value Value<'_>, key: &str) -> anyhow::Result<Vec<(&'value str, Range<usize>)>> {
        let array = value.get_ref().as_array().ok_or_else(|| self.wrong_type(value, key, "an array of strings"))?;
        array.iter().map(|entry| Ok((self.string(entry, key)?, entry.span()))).collect()
    }

    fn string<'value>(&self, value: &'value Value<'_>, key: &str) -> anyhow::Result<&'value str> {
        value.get_ref().as_str().ok_or_else(|| self.wrong_type(value, key, "a string"))
    }

    fn table<'value, 'text>(&self, value: &'value Value<'text>, name: &str) -> anyhow::Result<&'value DeTable<'text>> {
        value.get_ref().as_table().ok_or_else(|| self.wrong_type(value, name, "a table"))
    }

    fn unknown_key(&self, span: &Range<usize>, key: &str, table: &str, known: &[&str]) -> anyhow::Error {
        let cure =
            suggestion(key, known.iter().copied()).unwrap_or_else(|| format!("it may have {}", known.join(", ")));
        self.fail(span, format_args!("unknown key '{key}' in [{table}]: {cure}"))
    }

    fn wrong_type(&self, value: &Value<'_>, key: &str, wanted: &str) -> anyhow::Error {
        let found = value.get_ref().type_str();
        self.fail(&value.span(), format_args!("'{key}' must be {wanted}, not of the type {found}"))
    }

    fn wrong_choice(&self, value: &Value<'_>, key: &str, given: &str, known: &[&str]) -> anyhow::Error {
        let cure =
            suggestion(given, known.iter().copied()).unwrap_or_else(|| format!("it may be {}", known.join(", ")));
        self.fail(&value.span(), format_args!("'{key}' cannot be '{given}': {cure}"))
    }

    fn fail(&self, span: &Range<usize>, what: std::fmt::Arguments<'_>) -> anyhow::Error {
        let before = &self.text[..self.text.floor_char_boundary(span.start)];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        anyhow!("{}:{line}:{column}: {what}", self.path.display())
    }
}
