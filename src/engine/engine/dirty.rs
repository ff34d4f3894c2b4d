//! What entries hang on besides their own posts, as the engine last saw it, and what a change of it
//! touches.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::base::fingerprint::Fingerprint;
use crate::base::hash::Hash;
use crate::catalog::{Catalog, FeedName};
use crate::content::dependency::Use;
use crate::content::liquid::elsewhere::{Elsewhere, Newest};
use crate::engine::render_context::{RenderContext, state_of_newest};
use crate::os::disk;

/// What was last seen of the rest of the site.
#[derive(Debug, Default)]
pub struct Dirty {
    /// What may not be any more as it was when entries were made.
    changed: BTreeSet<Use>,
    /// The newest posts, and what they were read from.
    newest: Option<(Hash, Arc<Newest>)>,
    /// The files that posts include from beside them, as they were.
    files: BTreeMap<Arc<str>, Fingerprint>,
}

impl Dirty {
    /// Keeps the newest posts, which entries were made from.
    pub fn keep_newest(&mut self, catalog: &Catalog, newest: Arc<Newest>) {
        self.newest = Some((state_of_newest(catalog), newest));
    }

    /// Notes all that other includes and data have changed.
    pub fn note_all(&mut self, mut used: BTreeSet<Use>) {
        self.changed.append(&mut used);
    }

    /// Notes what may have changed.
    pub fn note(&mut self, used: Use) {
        self.changed.insert(used);
    }

    /// Looks whether the files that posts include from beside them are as they were. What is seen for
    /// the first time may have changed since it was read.
    pub fn look_at_files(&mut self, catalog: &Catalog, site: &Path) {
        let stamp = |path: &Arc<str>| {
            let stamp = disk::stamp_of(&site.join(&**path)).unwrap_or_default();
            (Arc::clone(path), stamp)
        };
        let found: BTreeMap<Arc<str>, Fingerprint> = files(catalog).map(stamp).collect();
        let is_new =
            |(path, stamp): &(&Arc<str>, &Fingerprint)| self.files.get(*path) != Some(stamp);
        let new = found.iter().filter(is_new).map(|(path, _)| Use::File(Arc::clone(path)));
        self.changed.extend(new);
        self.files = found;
    }

    /// The feeds of the posts that hang on what has changed.
    pub fn touched(&mut self, context: RenderContext<'_>) -> BTreeSet<FeedName> {
        let catalog = context.catalog;
        if catalog.used().any(|used| *used == Use::Newest) {
            let state = state_of_newest(catalog);
            let known = self.newest.take();
            let is_known = known.as_ref().is_some_and(|(known, _)| *known == state);
            if let Some((_, newest)) = known.as_ref().filter(|_| is_known) {
                _ = context.newest.set(Arc::clone(newest));
            }
            let newest = context.newest();
            if known.is_none_or(|(_, known)| known.hash() != newest.hash()) {
                self.changed.insert(Use::Newest);
            }
            self.newest = Some((state, newest));
        }
        let changed = std::mem::take(&mut self.changed);
        changed.iter().flat_map(|used| catalog.touched_by(used)).collect()
    }
}

/// The files that posts include from beside them.
pub fn files(catalog: &Catalog) -> impl Iterator<Item = &Arc<str>> {
    catalog.used().filter_map(|used| if let Use::File(path) = used { Some(path) } else { None })
}
