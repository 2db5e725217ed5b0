//! What the settings make of each code.
//!
//! Later overrides win over earlier ones, any override over the general table.
//!
//! Invariant: codes that nothing may change keep their severity.

use super::Globs;
use pyclast_syntax::{Code, Diagnostic, Rule, Severity};
use std::path::Path;

/// What becomes of the problems of a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// They are errors.
    Error,
    /// They are warnings.
    Warning,
    /// They are not reported.
    Off,
}

/// The severities of a project.
#[derive(Clone, Debug, Default)]
pub struct Severities {
    pub(super) general: Vec<(Code, Level)>,
    pub(super) overrides: Vec<(Globs, Vec<(Code, Level)>)>,
}

impl Severities {
    /// What becomes of a code in a file, if the settings say.
    pub fn level(&self, path: &Path, code: Code) -> Option<Level> {
        let of = |levels: &[(Code, Level)]| levels.iter().find(|&&(other, _)| other == code).map(|&(_, level)| level);
        self.overrides
            .iter()
            .rev()
            .find_map(|(globs, levels)| of(levels).filter(|_| globs.matches(path)))
            .or_else(|| of(&self.general))
    }

    /// Changes the severities of the problems of one file, and drops those that are off.
    pub fn apply(&self, path: &Path, diagnostics: &mut Vec<Diagnostic>) {
        if self.general.is_empty() && self.overrides.is_empty() {
            return;
        }
        diagnostics.retain_mut(|diagnostic| {
            if diagnostic.code.rule() == Rule::Fixed {
                return true;
            }
            match self.level(path, diagnostic.code) {
                None => {}
                Some(Level::Error) => diagnostic.severity = Severity::Error,
                Some(Level::Warning) => diagnostic.severity = Severity::Warning,
                Some(Level::Off) => return false,
            }
            true
        });
    }
}
