//! The files that a scan found, packed: half a million paths stand in one text, which goes back to
//! the system as a whole.

use crate::base::fingerprint::Fingerprint;

/// Paths relative to the site, each with the stamp of its file.
#[derive(Debug, Default)]
pub struct PathList {
    paths: String,
    found: Vec<Found>,
}

#[derive(Debug)]
struct Found {
    start: usize,
    end: usize,
    stamp: Fingerprint,
}

impl PathList {
    /// Adds a file.
    pub fn push(&mut self, path: &str, stamp: Fingerprint) {
        let start = self.paths.len();
        self.paths.push_str(path);
        self.found.push(Found { start, end: self.paths.len(), stamp });
    }

    /// Adds all of others.
    pub fn extend(&mut self, others: &Self) {
        others.iter().for_each(|(path, stamp)| self.push(path, stamp));
    }

    /// All files, in the order of their coming or as they were sorted.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, Fingerprint)> {
        self.found.iter().map(|found| (&self.paths[found.start..found.end], found.stamp))
    }

    /// Keeps only those files of which it is said so.
    pub fn retain(&mut self, is_kept: impl Fn(&str, Fingerprint) -> bool) {
        self.found.retain(|found| is_kept(&self.paths[found.start..found.end], found.stamp));
    }

    /// Puts them into the order of their paths.
    pub fn sort(&mut self) {
        let Self { paths, found } = self;
        found.sort_unstable_by(|one, other| {
            paths[one.start..one.end].cmp(&paths[other.start..other.end])
        });
    }

    /// Whether one of these, which are in the order of their paths, has this path.
    pub fn have(&self, path: &str) -> bool {
        let order = |found: &Found| self.paths[found.start..found.end].cmp(path);
        self.found.binary_search_by(order).is_ok()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}
