//! A batch: the events that come together between two passes.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::error::{Finding, Result};
use crate::service::source::Hint;

/// Word of anything that the loop has to react to.
#[derive(Debug)]
pub enum Event {
    /// Something may have changed.
    Hint(Hint),
    /// Read the configuration again.
    Reload,
    /// Come to an end.
    Stop,
    /// The server cannot go on.
    Failed(Box<Finding>),
}

impl From<Hint> for Event {
    fn from(hint: Hint) -> Self {
        Self::Hint(hint)
    }
}

/// What has come together since the last pass.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing that may have come, or not")]
pub struct Batch {
    /// Where something may have changed.
    pub paths: BTreeSet<PathBuf>,
    /// Files that have come, and were perhaps not closed yet.
    pub begun: BTreeSet<PathBuf>,
    /// Whether that may be anywhere.
    pub is_scan: bool,
    /// Whether a file was renamed away.
    pub is_moving: bool,
    /// Whether the configuration is to be read again.
    pub is_reload: bool,
    /// Whether it is to end.
    pub is_stop: bool,
}

impl Batch {
    /// Takes in one event more.
    ///
    /// # Errors
    /// When the server cannot go on.
    pub fn take(&mut self, event: Event) -> Result<()> {
        match event {
            Event::Hint(Hint::Look(paths)) => self.paths.extend(paths),
            Event::Hint(Hint::Begun(paths)) => self.begun.extend(paths),
            Event::Hint(Hint::Away(paths)) => {
                self.paths.extend(paths);
                self.is_moving = true;
            }
            Event::Hint(Hint::Scan) => self.is_scan = true,
            Event::Reload => self.is_reload = true,
            Event::Stop => self.is_stop = true,
            Event::Failed(finding) => return Err(finding),
        }
        Ok(())
    }
}
