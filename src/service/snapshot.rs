//! The snapshot: what is known of posts and documents, kept on disk, so that a start reads only
//! what has changed and serves what it served before while it looks.
//!
//! It is a convenience and never the truth: one of another version, of other settings, cut short
//! or changed by a single bit is as good as none, and everything is read again.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::content::catalog::FeedName;
use crate::content::permalink::Layout;
use crate::content::post::{Card, FileStamp};
use crate::error::{Finding, Result};
use crate::feed::directory::Listing;
use crate::hash::Hash;
use crate::service::disk::Temporary;

/// How a snapshot begins. The number changes with the form of what follows.
const MAGIC: &[u8] = b"feedmill snapshot 1\n";

/// Files that were changed less than this before a snapshot may change once more without a new
/// time on a coarse clock; in nanoseconds.
const FRESH: i64 = 2_000_000_000;

/// What is known at one moment.
#[derive(Debug, Serialize, Deserialize)]
pub struct Snapshot {
    /// When it was taken, in nanoseconds since 1970.
    pub taken: i64,
    /// How the posts are laid out.
    pub layout: Layout,
    /// The posts; one of which something is to be said has no stamp, so that it is read again.
    pub cards: Vec<Card>,
    /// The documents of the export.
    pub documents: Vec<Record>,
    /// What the documents about all feeds say of each.
    pub listings: Vec<(FeedName, Listing)>,
}

/// A document of the export.
#[derive(Debug, Serialize, Deserialize)]
pub struct Record {
    /// Its path below the base URL.
    pub path: String,
    /// Hash of its bytes.
    pub hash: Hash,
    /// Length of its bytes.
    pub length: u64,
    /// When they were last changed, in Unix seconds.
    pub last_modified: i64,
}

/// Writes a snapshot for settings that are known by `key`.
///
/// # Errors
/// When it cannot be written.
pub fn save(file: &Path, key: Hash, snapshot: &Snapshot) -> Result<()> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&key.digits());
    let mut bytes = postcard::to_extend(snapshot, bytes).map_err(|error| {
        let error = std::io::Error::other(error.to_string());
        Finding::io("write it", file, &error)
    })?;
    let seal = Hash::of(&bytes);
    bytes.extend_from_slice(&seal.digits());
    Temporary::write(file.to_owned(), &bytes, snapshot.taken.div_euclid(1_000_000_000))?.name()
}

/// Reads the snapshot for settings that are known by `key`, as of `now`; nothing when there is
/// none.
///
/// # Errors
/// When there is one that cannot be used; the text says why.
pub fn load(file: &Path, key: Hash, now: i64) -> std::result::Result<Option<Snapshot>, String> {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    let body = bytes.strip_prefix(MAGIC).ok_or("it is of another version")?;
    let (sealed, seal) = bytes
        .len()
        .checked_sub(seal_length())
        .and_then(|end| bytes.split_at_checked(end))
        .ok_or("it is cut short")?;
    if Hash::of(sealed).digits() != *seal {
        return Err("it is damaged".to_owned());
    }
    let (found, body) = body.split_at_checked(seal_length()).ok_or("it is cut short")?;
    if key.digits() != *found {
        return Err("it was made with other settings".to_owned());
    }
    let (mut snapshot, _): (Snapshot, _) =
        postcard::take_from_bytes(body).map_err(|error| error.to_string())?;
    if snapshot.taken > now {
        return Err("it is of a later time: the clock went back".to_owned());
    }
    let settled = snapshot.taken.saturating_sub(FRESH);
    for card in snapshot.cards.iter_mut().filter(|card| card.stamp.modified >= settled) {
        card.stamp = FileStamp::default();
    }
    Ok(Some(snapshot))
}

/// Length of a written hash.
fn seal_length() -> usize {
    Hash::of(b"").digits().len()
}
