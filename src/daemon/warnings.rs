//! Findings in the log: each line once, for as long as nothing changes.

use std::path::Path;

use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Severity};

/// Logs findings; notes are for `feedmill check`.
pub fn log<'a>(findings: impl IntoIterator<Item = &'a Finding>, site: &Path) {
    for finding in findings {
        let hint = finding.error.hint();
        let path = site.join(&finding.path).display().to_string();
        let finding = Finding { path, ..finding.clone() };
        match finding.severity {
            Severity::Error => tracing::error!(hint, "{finding}"),
            Severity::Warning => tracing::warn!(hint, "{finding}"),
            // `check` sees neither the output nor what comes when.
            Severity::Note => match finding.error {
                Error::ForeignIndex | Error::KnownBy(_) => tracing::info!(hint, "{finding}"),
                _ => {}
            },
        }
    }
}

/// What the configuration warned of when it was last read.
#[derive(Debug, Default)]
pub struct Warnings(Vec<Finding>);

impl Warnings {
    /// Logs those that are new. A warning that is on another line now is not.
    pub fn log(&mut self, warnings: Vec<Finding>, site: &Path) {
        let is_new = |warning: &&Finding| !self.0.iter().any(|former| former.is_same(warning));
        log(warnings.iter().filter(is_new), site);
        self.0 = warnings;
    }
}
