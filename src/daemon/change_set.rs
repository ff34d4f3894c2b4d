//! What comes to the serve loop between two passes.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::diagnostic::finding::{Finding, Result};
use crate::source::watch::FileEvent;

/// Word of anything that the loop has to react to.
#[derive(Debug)]
pub enum Event {
    /// Something may have changed.
    FileEvent(FileEvent),
    /// Read the configuration again.
    Reload,
    /// Come to an end, for this signal.
    Stop(&'static str),
    /// The server cannot go on.
    Failed(Box<Finding>),
}

impl From<FileEvent> for Event {
    fn from(hint: FileEvent) -> Self {
        Self::FileEvent(hint)
    }
}

/// What has come together since the last pass.
#[derive(Debug, Default)]
pub struct ChangeSet {
    /// Where something may have changed.
    pub paths: BTreeSet<PathBuf>,
    /// Files that have come, and were perhaps not closed yet.
    pub begun: BTreeSet<PathBuf>,
    /// Whether the whole site is to be scanned.
    pub is_scan: bool,
    /// Files that were renamed away.
    pub away: BTreeSet<PathBuf>,
    /// How many events these were.
    pub events: usize,
    /// Whether the configuration is to be read again.
    pub is_reload: bool,
    /// The signal to stop, if it has come.
    pub stop: Option<&'static str>,
}

impl ChangeSet {
    /// Adds what an event tells.
    ///
    /// # Errors
    /// When the server cannot go on.
    pub fn take(&mut self, event: Event) -> Result<()> {
        self.events += 1;
        match event {
            Event::FileEvent(FileEvent::Look(paths)) => self.paths.extend(paths),
            Event::FileEvent(FileEvent::Begun(paths)) => self.begun.extend(paths),
            Event::FileEvent(FileEvent::Away(paths)) => {
                self.paths.extend(paths.iter().cloned());
                self.away.extend(paths);
            }
            Event::FileEvent(FileEvent::Scan) => self.is_scan = true,
            Event::Reload => self.is_reload = true,
            Event::Stop(signal) => self.stop = Some(signal),
            Event::Failed(finding) => return Err(finding),
        }
        Ok(())
    }
}
