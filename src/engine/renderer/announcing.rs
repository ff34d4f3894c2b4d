//! What a pass says besides its findings: a foreign index page, and what new settings change.

use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Severity};
use crate::engine::id_guard::NewIds;
use crate::engine::renderer::Renderer;
use crate::feed::edition::Edition;
use crate::feed::page;

impl Renderer {
    /// Says once that the page at the root of the export is that of another.
    pub(in crate::engine::renderer) fn note_index(&mut self) -> Option<Finding> {
        let is_foreign = self.edition.document(page::FILE).is_none();
        if std::mem::replace(&mut self.has_foreign_index, is_foreign) || !is_foreign {
            return None;
        }
        let folder = self.output.folder();
        let file = std::path::absolute(folder).unwrap_or_else(|_| folder.into()).join(page::FILE);
        let finding = Finding::about(file.display().to_string(), Error::ForeignIndex);
        Some(Finding { severity: Severity::Note, ..*finding })
    }

    /// Says what new settings change, before anybody sees it.
    pub(in crate::engine::renderer) fn announce(&self, edition: &Edition) {
        let Some(new_ids) = self.new_ids else { return };
        let NewIds { posts, of_posts, links, titles, feeds, of_feeds } = new_ids;
        tracing::info!(
            documents = edition.changes(&self.edition),
            post_ids = posts,
            of_posts,
            feed_ids = feeds,
            of_feeds,
            links,
            titles,
            "publishing with the new configuration"
        );
    }
}
