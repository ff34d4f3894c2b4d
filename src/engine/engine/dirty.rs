//! What entries hang on besides their own posts, as the engine last saw it, and what a change of it
//! touches.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::base::fingerprint::Fingerprint;
use crate::base::hash::Hash;
use crate::catalog::{Catalog, FeedName};
use crate::content::date::Moment;
use crate::content::library::Library;
use crate::content::liquid::elsewhere::{Elsewhere, Newest};
use crate::content::uses::Use;
use crate::diagnostic::Result;
use crate::engine::engine::{Engine, Pass};
use crate::engine::post_reader::ReadContext;
use crate::engine::render_context::{RenderContext, state_of_newest};
use crate::os::clock::Nanoseconds;
use crate::os::disk;

/// What was last seen of the rest of the site.
#[derive(Debug, Default)]
pub struct Rest {
    /// What may not be any more as it was when entries were made.
    changed: BTreeSet<Use>,
    /// The newest posts, and what they were read from.
    newest: Option<(Hash, Arc<Newest>)>,
    /// The files that posts include from beside them, as they were.
    files: BTreeMap<Arc<str>, Fingerprint>,
}

impl Rest {
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
    fn touched(&mut self, context: RenderContext<'_>) -> BTreeSet<FeedName> {
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
fn files(catalog: &Catalog) -> impl Iterator<Item = &Arc<str>> {
    catalog.used().filter_map(|used| if let Use::File(path) = used { Some(path) } else { None })
}

impl Engine {
    /// Takes other includes and data; the next pass renders what hangs on those that have changed.
    pub fn take_library(&mut self, library: Arc<Library>) {
        self.rest.changed.append(&mut library.changes(&self.site.library));
        self.site.library = library;
    }

    /// The folders of the files that posts include from beside them.
    pub fn folders_beside(&self) -> BTreeSet<PathBuf> {
        let folder = |path: &Arc<str>| Some(self.roots.site.join(&**path).parent()?.to_owned());
        files(&self.catalog).filter_map(folder).collect()
    }

    /// Prints the touched feeds, and those of posts that hang on what has changed.
    pub(in crate::engine::engine) fn render(
        &mut self,
        mut touched: BTreeSet<FeedName>,
        now: Nanoseconds,
        pass: &mut Pass,
    ) -> Result<()> {
        if self.is_stale {
            return Ok(());
        }
        let Self { roots, layout, site, catalog, renderer, rest, loader, .. } = self;
        let folder = roots.open();
        let read_context = ReadContext { folder: &folder, layout, site };
        let newest = OnceLock::new();
        let context = RenderContext { read_context, catalog, newest: &newest };
        touched.append(&mut rest.touched(context));
        let rendered = renderer.render(touched, context, Moment::from_nanoseconds(now).unix());
        pass.rendered = rendered.inspect_err(|_| loader.notes.keep_unsaid(&mut pass.findings))?;
        pass.findings.append(&mut pass.rendered.findings);
        if let Some(newest) = newest.into_inner() {
            rest.newest = Some((state_of_newest(catalog), newest));
        }
        for (key, path, uses) in std::mem::take(&mut pass.rendered.uses) {
            catalog.note_uses(&key, &path, uses);
        }
        Ok(())
    }
}
