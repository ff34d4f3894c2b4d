//! The links and titles that readers were shown: some know entries by these, and show again what has
//! other ones. Where those of many posts change at once, that is told.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::base::hash::Hash;
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Severity};
use crate::diagnostic::identity::KnownBy;
use crate::feed::model::Entry;

/// How many changes at once are those of single posts.
const FEW: usize = 8;

/// How many entries are remembered.
const MAX_ENTRIES: usize = 200_000;

/// What was shown of the entries that feeds carry.
#[derive(Debug, Default)]
pub struct Shown(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// Hashes of link and title, by that of the id.
    entries: HashMap<u64, (u64, u64)>,
    /// How many links are others since that was last asked.
    links: usize,
    /// How many titles are.
    titles: usize,
    /// The first of these posts, by path.
    first: String,
}

impl Shown {
    /// Notes what an entry has, which is made of the post at a path.
    pub fn note(&self, path: &str, entry: &Entry) {
        let half = |text: &str| Hash::of_file(text.as_bytes()).half();
        let (link, title) = (half(&entry.url), half(&entry.title));
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.entries.len() >= MAX_ENTRIES {
            seen.entries.clear();
        }
        let Some(former) = seen.entries.insert(half(&entry.id), (link, title)) else { return };
        if former == (link, title) {
            return;
        }
        seen.links += usize::from(former.0 != link);
        seen.titles += usize::from(former.1 != title);
        if seen.first.is_empty() || path < seen.first.as_str() {
            path.clone_into(&mut seen.first);
        }
    }

    /// What there is to say of the changes since this was last asked, unless they were told before.
    pub fn changes(&self, are_told: bool) -> Option<Finding> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (links, titles) = (std::mem::take(&mut seen.links), std::mem::take(&mut seen.titles));
        let first = std::mem::take(&mut seen.first);
        let error = Error::KnownBy(KnownBy::Changed { links, titles });
        let finding = Finding { severity: Severity::Warning, ..*Finding::about(first, error) };
        (links.max(titles) > FEW && !are_told).then_some(finding)
    }
}
