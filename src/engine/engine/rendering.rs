//! What a pass renders: the feeds that it touches, and those of posts that hang on what has changed.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use crate::catalog::FeedName;
use crate::content::date::Moment;
use crate::content::library::Library;
use crate::diagnostic::finding::Result;
use crate::engine::engine::dirty::files;
use crate::engine::engine::{Engine, Pass};
use crate::engine::post_reader::ReadContext;
use crate::engine::render_context::RenderContext;
use crate::os::clock::Nanoseconds;

impl Engine {
    /// Takes other includes and data; the next pass renders what hangs on those that have changed.
    pub fn take_library(&mut self, library: Arc<Library>) {
        self.dirty.note_all(library.changes(&self.site.library));
        self.site.library = library;
    }

    /// The folders of the files that posts include from beside them.
    pub fn folders_beside(&self) -> BTreeSet<PathBuf> {
        let folder = |path: &Arc<str>| Some(self.roots.site.join(&**path).parent()?.to_owned());
        files(&self.catalog).filter_map(folder).collect()
    }

    /// Renders the touched feeds, and those of posts that hang on what has changed.
    pub(in crate::engine::engine) fn render(
        &mut self,
        mut touched: BTreeSet<FeedName>,
        now: Nanoseconds,
        pass: &mut Pass,
    ) -> Result<()> {
        if self.is_stale {
            return Ok(());
        }
        let Self { roots, layout, site, catalog, renderer, dirty, loader, .. } = self;
        let folder = roots.open();
        let read_context = ReadContext { folder: &folder, layout, site };
        let newest = OnceLock::new();
        let context = RenderContext { read_context, catalog, newest: &newest };
        touched.append(&mut dirty.touched(context));
        let rendered = renderer.render(touched, context, Moment::from_nanoseconds(now).unix());
        pass.rendered = rendered.inspect_err(|_| loader.notes.keep_unsaid(&mut pass.findings))?;
        pass.findings.append(&mut pass.rendered.findings);
        if let Some(newest) = newest.into_inner() {
            dirty.keep_newest(catalog, newest);
        }
        for (key, path, uses) in std::mem::take(&mut pass.rendered.uses) {
            catalog.note_uses(&key, &path, uses);
        }
        Ok(())
    }
}
