//! Large posts are parsed and rendered one at a time, whatever the number of threads: each may take
//! a large part of the memory that the whole process is meant to take.
//!
//! As the last line of defence `serve` notes on the disk which very large post it is at. A process that
//! ends in the middle of one leaves the note, and the next start sets that post aside until its file
//! changes: else it would be killed by the same post for ever. This is the one exception to the rule
//! that the same folder gives the same feeds.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::base::fingerprint::Fingerprint;
use crate::os::disk::{self, Temporary};

/// From this size of its file on a post is large, in bytes. The trees of smaller ones are small,
/// since a parser may make only so many nodes of a byte (`content/parse_cost.rs`).
pub const LARGE: u64 = 64 * 1024;

/// From this size on it is noted: to bring a note to the disk takes some milliseconds.
const NOTED: u64 = 256 * 1024;

/// The most that is read of notes, in bytes.
const MAX_NOTES: u64 = 1024 * 1024;

static TURN: Mutex<()> = Mutex::new(());

static NOTES: Mutex<Notes> = Mutex::new(Notes { file: None, aside: BTreeMap::new() });

/// What is known of posts that the process did not survive.
#[derive(Debug)]
struct Notes {
    /// Where they are kept; nowhere but in `serve`.
    file: Option<PathBuf>,
    /// Posts that are set aside, each as long as its file is as it was.
    aside: BTreeMap<String, Fingerprint>,
}

/// A post in the notes on the disk.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    path: String,
    stamp: Fingerprint,
    /// Whether it is being worked on, and not set aside yet.
    is_in_work: bool,
}

/// Does what is to be done with the post at `path`: alone where its file is large. Nothing comes back
/// when that panics, which is a defect; the post is set aside then.
///
/// `work` must not come back here: it would wait for itself.
pub fn in_turn<T>(path: &str, stamp: Fingerprint, work: impl FnOnce() -> T) -> Option<T> {
    let turn = (stamp.size >= LARGE).then(|| TURN.lock().unwrap_or_else(PoisonError::into_inner));
    let is_noted = turn.is_some() && stamp.size >= NOTED && notes().begin(path, stamp);
    // What a post leaves half done is dropped with it.
    let done = catch_unwind(AssertUnwindSafe(work)).ok();
    if done.is_none() {
        notes().aside.insert(path.to_owned(), stamp);
    }
    if is_noted || done.is_none() {
        notes().write(None);
    }
    done
}

/// Whether a post is set aside: its file is still as it was when the process ended at it.
pub fn is_set_aside(path: &str, stamp: Fingerprint) -> bool {
    let mut notes = notes();
    let is_same = notes.aside.get(path).map(|known| *known == stamp);
    if is_same == Some(false) {
        notes.aside.remove(path);
        notes.write(None);
    }
    is_same == Some(true)
}

/// Whether something is noted of a post, so that it has to be looked at again.
pub fn has_note(path: &str) -> bool {
    notes().aside.contains_key(path)
}

/// Begins to keep notes in a file, and sets aside what an earlier process has left in them.
pub fn begin_notes(file: PathBuf) {
    let read = disk::read(&file, MAX_NOTES).ok();
    let former: Vec<Note> =
        read.and_then(|(bytes, _)| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let mut notes = notes();
    for Note { path, stamp, is_in_work } in former {
        if is_in_work {
            tracing::warn!(
                path,
                "the last process ended while it was at this post; it is set aside"
            );
        }
        notes.aside.insert(path, stamp);
    }
    notes.file = Some(file);
    notes.write(None);
}

/// Ends it: the process ends as it was told to, whatever post it is at.
pub fn end_notes() {
    let mut notes = notes();
    notes.write(None);
    notes.file = None;
}

impl Notes {
    /// Notes that work on a post begins; whether that is written down.
    fn begin(&self, path: &str, stamp: Fingerprint) -> bool {
        self.write(Some(Note { path: path.to_owned(), stamp, is_in_work: true }));
        self.file.is_some()
    }

    /// Writes all notes, with that of a post that is in work, if there is one.
    fn write(&self, in_work: Option<Note>) {
        let Some(file) = &self.file else { return };
        let aside = self.aside.iter().map(|(path, stamp)| Note {
            path: path.clone(),
            stamp: *stamp,
            is_in_work: false,
        });
        let is_begin = in_work.is_some();
        let notes: Vec<Note> = aside.chain(in_work).collect();
        if notes.is_empty() {
            // There is none, or it says what is over.
            let _ = fs::remove_file(file);
            return;
        }
        let written = serde_json::to_vec(&notes).map_err(|error| error.to_string());
        let written = written.and_then(|bytes| {
            let write = || {
                let temporary = Temporary::write(file.clone(), &bytes, 0)?;
                // That a post is over may be lost, but not that it has begun.
                if is_begin {
                    temporary.sync()?;
                }
                temporary.name()
            };
            write().map_err(|finding| finding.to_string())
        });
        if let Err(reason) = written {
            tracing::debug!(%reason, "no note of a large post");
        }
    }
}

fn notes() -> MutexGuard<'static, Notes> {
    NOTES.lock().unwrap_or_else(PoisonError::into_inner)
}
