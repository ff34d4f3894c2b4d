//! The snapshot: what is known of posts and documents, kept on disk, so that a start reads only
//! what has changed and serves what it served before while it looks.
//!
//! It is a convenience and never the truth: one of another program, cut short or changed by a single
//! bit is as good as none, and everything is read again. It names the configuration that it was made
//! with, so that a start knows what another one changes.

use std::fs;
use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::base::fingerprint::Fingerprint;
use crate::base::hash::Hash;
use crate::catalog::FeedName;
use crate::catalog::card::Card;
use crate::content::post_path::Layout;
use crate::content::settings::Sources;
use crate::diagnostic::finding::Result;
use crate::feed::directory::Listing;
use crate::os::disk::{self, Temporary};

/// How a snapshot begins. The number changes with the form of what follows.
const MAGIC: &[u8] = b"feedmill snapshot 5\n";

/// Files that were changed less than this before a snapshot may change once more without a new
/// time on a coarse clock; in nanoseconds.
const FRESH: i64 = 2_000_000_000;

/// What is known at one moment besides the posts.
#[derive(Debug, Serialize, Deserialize)]
pub struct Head {
    /// When it was taken, in nanoseconds since 1970.
    pub taken: i64,
    /// How the posts are laid out.
    pub layout: Layout,
    /// The documents of the export.
    pub documents: Vec<Record>,
    /// What the documents about all feeds say of each.
    pub listings: Vec<(FeedName, Listing)>,
}

/// A snapshot that was read. The posts are taken out of it one by one: half a million cards are a
/// lot to hold beside the catalog.
#[derive(Debug)]
pub struct Snapshot {
    /// The configuration that it was made with.
    pub sources: Sources,
    head: Head,
    bytes: Vec<u8>,
    /// Where the posts begin, and where they end.
    cards: Range<usize>,
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

impl Snapshot {
    /// What is in it. A post that changed less than two seconds before it was taken has no stamp, so
    /// that it is read again.
    pub fn open(self) -> (Head, impl Iterator<Item = Card>) {
        let Self { head, bytes, cards, .. } = self;
        let settled = head.taken.saturating_sub(FRESH);
        let mut at = cards.start;
        let cards = std::iter::from_fn(move || {
            // A post that could not be taken out would be found by the scan as a new one.
            let (mut card, rest) =
                postcard::take_from_bytes::<Card>(bytes.get(at..cards.end)?).ok()?;
            at = cards.end - rest.len();
            if card.stamp.latest() >= settled {
                card.stamp = Fingerprint::default();
            }
            Some(card)
        });
        (head, cards)
    }
}

/// A snapshot as it is written, for the program that is known by `key`.
///
/// # Errors
/// When something cannot be written down.
pub fn seal(
    key: Hash,
    sources: &Sources,
    head: &Head,
    cards: impl Iterator<Item = Card>,
) -> std::result::Result<Vec<u8>, String> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&key.digits());
    let failed = |error: postcard::Error| error.to_string();
    bytes = postcard::to_extend(sources, bytes).map_err(failed)?;
    bytes = postcard::to_extend(head, bytes).map_err(failed)?;
    for card in cards {
        bytes = postcard::to_extend(&card, bytes).map_err(failed)?;
    }
    let seal = Hash::of(&bytes);
    bytes.extend_from_slice(&seal.digits());
    Ok(bytes)
}

/// Writes a sealed snapshot that was taken at `taken`, and waits until it is on the disk: a half one
/// would be noticed, but it would be one less.
///
/// # Errors
/// When it cannot be written.
pub fn write(file: &Path, sealed: &[u8], taken: i64) -> Result<()> {
    let temporary = Temporary::write(file.to_owned(), sealed, taken.div_euclid(1_000_000_000))?;
    temporary.sync()?;
    temporary.name()
}

/// Reads the snapshot for the program that is known by `key`, as of `now`; nothing when there is
/// none. A half-written one of a process that was killed is removed.
///
/// # Errors
/// When there is one that cannot be used; the text says why.
pub fn load(file: &Path, key: Hash, now: i64) -> std::result::Result<Option<Snapshot>, String> {
    disk::sweep(file);
    let mut bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    if !bytes.starts_with(MAGIC) {
        return Err("it is of another version".to_owned());
    }
    let end = bytes.len().checked_sub(seal_length()).ok_or("it is cut short")?;
    let seal = bytes.split_off(end);
    if Hash::of(&bytes).digits() != *seal {
        return Err("it is damaged".to_owned());
    }
    let start = MAGIC.len() + seal_length();
    let body = bytes.get(start..).ok_or("it is cut short")?;
    if key.digits() != bytes[MAGIC.len()..start] {
        return Err("it was made by another program".to_owned());
    }
    let failed = |error: postcard::Error| error.to_string();
    let (sources, body) = postcard::take_from_bytes::<Sources>(body).map_err(failed)?;
    let (head, rest) = postcard::take_from_bytes::<Head>(body).map_err(failed)?;
    if head.taken > now {
        return Err("it is of a later time: the clock went back".to_owned());
    }
    let cards = end - rest.len()..end;
    Ok(Some(Snapshot { sources, head, bytes, cards }))
}

/// Length of a written hash.
fn seal_length() -> usize {
    Hash::of(b"").digits().len()
}
