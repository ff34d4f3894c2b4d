//! Writes the snapshot while nobody waits for it.
//!
//! Without one the next start takes longer, and that is all, so no change waits for the disk.

use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::base::hash::Hash;
use crate::content::settings::Sources;
use crate::engine::engine::Engine;
use crate::engine::snapshot;
use crate::os::clock::now;

/// How often the snapshot is written if it is behind: what is not in it is found again at the next
/// start.
const INTERVAL: Duration = Duration::from_mins(10);

/// Where the snapshot is kept, and how far it is behind.
#[derive(Debug)]
pub struct SnapshotWriter {
    /// The file, and what the program is known by; nothing where there is no place for one.
    target: Option<(PathBuf, Hash)>,
    /// Whether the snapshot is behind what is known.
    is_behind: bool,
    /// When it was last written, unless it is to be now.
    written: Option<Instant>,
    /// What brings it to the disk.
    writing: Option<JoinHandle<()>>,
}

impl SnapshotWriter {
    /// A writer to a file, for the program that is known by a hash.
    pub fn new(target: Option<(PathBuf, Hash)>, is_behind: bool) -> Self {
        Self { target, is_behind, written: None, writing: None }
    }

    /// Something has changed.
    pub fn fall_behind(&mut self) {
        self.is_behind = true;
    }

    /// Something has changed that no start may miss.
    pub fn hurry(&mut self) {
        self.written = None;
    }

    /// Writes the snapshot if that is due.
    pub fn write_if_due(&mut self, engine: &Engine, sources: &Sources) {
        if self.written.is_none_or(|written| written.elapsed() > INTERVAL) {
            self.write(engine, sources);
        }
    }

    /// Writes the snapshot if it is behind.
    pub fn write(&mut self, engine: &Engine, sources: &Sources) {
        if let Some((file, key)) = self.target.clone().filter(|_| self.is_behind) {
            // While feeds are owed there is none to take; the next pass tries again.
            let Some((head, cards)) = engine.snapshot(now()) else { return };
            let taken = head.taken;
            let sealed = snapshot::seal(key, sources, &head, cards);
            self.is_behind = false;
            self.wait();
            self.writing = Some(std::thread::spawn(move || {
                let written = sealed.and_then(|sealed| {
                    snapshot::write(&file, &sealed, taken).map_err(|finding| finding.to_string())
                });
                if let Err(reason) = written {
                    tracing::warn!(%reason, "no snapshot; the next start may read everything");
                }
            }));
        }
        self.written = Some(Instant::now());
    }

    /// Waits until the snapshot is on the disk.
    pub fn wait(&mut self) {
        if let Some(writing) = self.writing.take() {
            // Whatever went wrong there was logged.
            let _ = writing.join();
        }
    }
}
