//! How findings and rows are written: for people, or as JSON for tools.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;

use crate::base::printable::{Printable, is_hidden};
use crate::diagnostic::finding::Finding;
use crate::engine::post_reader;
use crate::os::disk;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[value(help = None::<&str>)]
    Text,
    /// For tools: one JSON array
    #[value(help = None::<&str>)]
    Json,
}

/// A finding for tools.
#[derive(Debug, Serialize)]
struct Record {
    path: String,
    #[serde(skip_serializing_if = "is_zero")]
    line: usize,
    #[serde(skip_serializing_if = "is_zero")]
    column: usize,
    severity: String,
    problem: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    hint: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// Writes rows as one JSON array.
///
/// # Errors
/// When they cannot be written.
pub fn write_json<T: Serialize>(out: &mut dyn Write, rows: &[T]) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, rows)?;
    writeln!(out)
}

/// Writes findings as one JSON array.
///
/// # Errors
/// When they cannot be written.
pub fn write_records(out: &mut dyn Write, findings: &[Finding]) -> io::Result<()> {
    let records: Vec<Record> = findings.iter().map(record).collect();
    write_json(out, &records)
}

fn record(finding: &Finding) -> Record {
    Record {
        path: finding.path.clone(),
        line: finding.line,
        column: finding.column,
        severity: finding.severity.to_string(),
        problem: finding.error.to_string(),
        hint: finding.error.hint(),
    }
}

/// Writes findings for people: `path:line:column: problem`, the line itself, and a hint.
///
/// # Errors
/// When they cannot be written.
pub fn write_findings(out: &mut dyn Write, findings: &[Finding]) -> io::Result<()> {
    let mut sources: HashMap<&str, String> = HashMap::new();
    for finding in findings {
        writeln!(out, "{}: {}", finding.severity, finding)?;
        if finding.line > 0 {
            let source = sources.entry(&finding.path).or_insert_with(|| {
                let bytes = disk::read(Path::new(&finding.path), post_reader::MAX_POST)
                    .map(|(bytes, _)| bytes);
                String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
            });
            write_excerpt(out, source, finding)?;
        }
        let hint = finding.error.hint();
        if !hint.is_empty() {
            writeln!(out, "  hint: {}", Printable(&hint))?;
        }
    }
    Ok(())
}

/// The longest line that is shown, in characters.
const EXCERPT: usize = 100;

fn write_excerpt(out: &mut dyn Write, source: &str, finding: &Finding) -> io::Result<()> {
    let Some(line) = source.lines().nth(finding.line - 1) else { return Ok(()) };
    let line: String =
        line.chars().take(EXCERPT).map(|c| if c == '\t' { ' ' } else { c }).collect();
    writeln!(out, "{:5} | {}", finding.line, Printable(&line))?;
    if (1..=EXCERPT).contains(&finding.column) {
        let width = |c: char| match c {
            c if is_hidden(c) => c.escape_debug().count(),
            // Han characters are two columns wide in a terminal.
            '\u{2e80}'.. => 2,
            _ => 1,
        };
        let before: usize = line.chars().take(finding.column - 1).map(width).sum();
        writeln!(out, "      | {:before$}^", "")?;
    }
    Ok(())
}
