//! Large posts are parsed and rendered one at a time, whatever the number of threads: each may take
//! a large part of the memory that the whole process is meant to take.

use std::sync::{Mutex, PoisonError};

/// From this size of its file on a post is large, in bytes. The trees of smaller ones are small,
/// since a parser may make only so many nodes of a byte (`content/bulk.rs`).
pub const LARGE: u64 = 64 * 1024;

static TURN: Mutex<()> = Mutex::new(());

/// Does what is to be done with the post at `path`, whose file has `bytes`: alone where it is large.
///
/// `work` must not come back here: it would wait for itself.
pub fn in_turn<T>(path: &str, bytes: u64, work: impl FnOnce() -> T) -> T {
    let _ = path;
    let _turn = (bytes >= LARGE).then(|| TURN.lock().unwrap_or_else(PoisonError::into_inner));
    work()
}
