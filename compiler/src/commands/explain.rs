//! `pyclast explain CODE`: the page of a code; without one, the table of codes.

use super::Status;
use crate::cli::ExplainArgs;
use crate::explain;
use crate::suggest::suggestion;
use anyhow::bail;
use pyclast_syntax::{Code, Severity};
use std::io::{self, Write};

/// Shows the page.
pub(super) fn run(arguments: &ExplainArgs) -> anyhow::Result<Status> {
    let mut output = io::stdout().lock();
    let Some(name) = &arguments.code else {
        list(&mut output)?;
        return Ok(Status::Clean);
    };
    let Some(code) = Code::from_name(name) else {
        let cure = suggestion(name, Code::ALL.iter().map(|code| code.name()))
            .unwrap_or_else(|| "'pyclast explain' lists the codes".to_owned());
        bail!("there is no code '{name}': {cure}");
    };
    output.write_all(explain::page(code).as_bytes())?;
    output.flush()?;
    Ok(Status::Clean)
}

fn list(output: &mut impl Write) -> io::Result<()> {
    let width = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or_default();
    for code in Code::ALL {
        let severity = match code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        writeln!(output, "{:width$}  {severity:7}  {}", code.name(), code.summary())?;
    }
    output.flush()
}
