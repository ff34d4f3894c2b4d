//! Findings in the log: each line once, for as long as nothing changes.

use std::path::Path;

use crate::error::{Finding, Severity};
use crate::printable::Printable;

/// Logs findings; notes are for `feedmill check`.
pub fn log<'a>(findings: impl IntoIterator<Item = &'a Finding>, site: &Path) {
    let site = site.display().to_string();
    let place = Printable(&site);
    for finding in findings {
        let hint = finding.error.hint();
        match finding.severity {
            Severity::Error => tracing::error!(hint, "{place}/{finding}"),
            Severity::Warning => tracing::warn!(hint, "{place}/{finding}"),
            Severity::Note => {}
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
