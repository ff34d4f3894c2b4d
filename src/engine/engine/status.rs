//! What can be asked of the engine between passes.

use std::path::Path;
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::content::site::Site;
use crate::diagnostic::finding::Finding;
use crate::engine::engine::Engine;
use crate::engine::post_reader;
use crate::feed::edition::Edition;
use crate::os::clock::Nanoseconds;
use crate::source::folder::Roots;

impl Engine {
    /// What is published.
    pub fn edition(&self) -> Arc<Edition> {
        self.renderer.edition()
    }

    /// The settings that are in force.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Where the content is.
    pub fn roots(&self) -> &Roots {
        &self.roots
    }

    /// The index of posts.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Everything that was noticed, by path.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.loader.notes.all()
    }

    /// How many files give no post.
    pub fn rejected(&self) -> usize {
        self.loader.rejected().len()
    }

    /// Why the posts of a lost root are kept.
    pub fn held(&self) -> Option<&Finding> {
        self.hold.held()
    }

    /// What is wrong with the content, for the health.
    pub fn troubles(&self) -> impl Iterator<Item = &Finding> {
        self.hold.troubles()
    }

    /// Whether nothing is.
    pub fn is_well(&self) -> bool {
        self.troubles().next().is_none()
    }

    /// When something is to be done without any event: a post becomes due, a file that was cut
    /// short is to be read again, or many that are gone count as deleted. What is held has its time
    /// when all is well again.
    pub fn next_look(&self) -> Option<Nanoseconds> {
        if self.hold.held().is_some() {
            return None;
        }
        if self.wants_scan() {
            // Nothing else is done before.
            return self.hold.until();
        }
        let due = self.catalog.next_due().map(|due| due.unix().saturating_mul(1_000_000_000));
        due.into_iter().chain(self.hold.until()).chain(self.loader.next_look()).min()
    }

    /// Whether the next pass must be [`Engine::rescan`]: settings have changed since everything was
    /// rendered, or posts are kept although their files are gone.
    pub fn wants_scan(&self) -> bool {
        self.is_stale || self.hold.is_keeping()
    }

    /// Whether a path is, below the site, one that a post was read from.
    pub fn is_post(&self, path: &Path) -> bool {
        let card = |path: &String| post_reader::known(&self.catalog, &self.layout, path);
        let relative = self.roots.relative(path);
        relative.is_some_and(|path| self.loader.stamp_of(&path, card(&path)).is_some())
    }
}
