//! The engine: what is known of the content between passes, and one pass at a time over it.
//!
//! A pass reads what changed, asks the catalog which feeds that touches, and has just those printed.

mod status;

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crate::base::fingerprint::Fingerprint;
use crate::catalog::cards::Kept;
use crate::catalog::{Catalog, Change, Horizon};
use crate::content::date::Moment;
use crate::content::dependency::Use;
use crate::content::post_path::{Layout, Origin};
use crate::content::settings::CONFIG;
use crate::content::site::Site;
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Result};
use crate::engine::deletion_guard::{self, DeletionGuard, Known};
use crate::engine::engine::dirty::Dirty;
use crate::engine::id_changes::Moves;
use crate::engine::id_guard::NewIds;
use crate::engine::loader::{Loader, Target};
use crate::engine::post_reader::{self, ReadContext};
use crate::engine::renderer::{RenderedFeeds, Renderer};
use crate::feed::review::review;
use crate::os::clock::Nanoseconds;
use crate::os::progress_bar::Progress;
use crate::source::folder::{Roots, Scan, identity};

pub mod dirty;
mod rendering;
mod restart;

/// The state between passes.
#[derive(Debug)]
pub struct Engine {
    site: Site,
    roots: Roots,
    layout: Layout,
    catalog: Catalog,
    /// What is published of it.
    pub renderer: Renderer,
    /// What is known of the files besides.
    loader: Loader,
    /// What is kept although its files are gone.
    hold: DeletionGuard,
    /// Whether the edition was made with other settings: all is printed anew, or nothing.
    is_stale: bool,
    /// What entries hang on besides their posts.
    dirty: Dirty,
}

/// What a pass did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Pass {
    /// What was printed.
    pub rendered: RenderedFeeds,
    /// What was noticed for the first time.
    pub findings: Vec<Finding>,
}

impl Engine {
    /// An engine for a site, with nothing read yet.
    ///
    /// # Errors
    /// When the output folder cannot be opened, or is the site's own.
    pub fn new(site: Site, folder: PathBuf, output: PathBuf) -> Result<Self> {
        if identity(&folder).is_some_and(|folder| identity(&output) == Some(folder)) {
            return Err(Finding::about(output.display().to_string(), Error::OutputIsSite));
        }
        // The system's events name whole paths, whatever the user wrote.
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        let renderer = Renderer::new(output.clone())?;
        let roots = Roots::new(folder, &site, output);
        Ok(Self {
            site,
            roots,
            layout: Layout::default(),
            catalog: Catalog::default(),
            renderer,
            loader: Loader::default(),
            hold: DeletionGuard::default(),
            is_stale: true,
            dirty: Dirty::default(),
        })
    }

    /// Shows how far a long pass has come.
    pub fn show(&mut self, progress: Progress) {
        self.loader.progress = progress;
        self.renderer.progress = progress;
    }

    /// Polling mode: a file is taken in, or is gone, when it has been left so for a
    /// while.
    pub fn rely_on_scans(&mut self) {
        self.loader.is_untold = true;
    }

    /// Takes other settings; the next [`Engine::rescan`] renders everything with them.
    ///
    /// # Errors
    /// When most ids would be others, unless that `is_meant`; the settings stay as they were then.
    pub fn configure(&mut self, site: Site, is_meant: bool) -> Result<()> {
        let folder = self.roots.open();
        let read_context = ReadContext { folder: &folder, layout: &self.layout, site: &self.site };
        let new_ids = NewIds::count(&self.catalog, read_context, &site);
        if let Some(refusal) = new_ids.refusal().filter(|_| !is_meant) {
            let path = self.roots.site.join(CONFIG);
            return Err(Finding::about(path.display().to_string(), refusal));
        }
        self.renderer.new_ids = Some(new_ids);
        self.set(site);
        self.is_stale = true;
        Ok(())
    }

    fn set(&mut self, site: Site) {
        self.roots.content.clone_from(&site.content);
        self.roots.exclude.clone_from(&site.exclude);
        self.roots.include.clone_from(&site.include);
        self.roots.markdown.clone_from(&site.markdown_ext);
        self.roots.collections = site.collection_folders();
        self.site = site;
    }

    /// Reads and renders everything, unless a root has lost all its posts.
    ///
    /// # Errors
    /// When the site cannot be walked or the export fails; the old edition stays then.
    pub fn rebuild(&mut self, now: Nanoseconds) -> Result<Pass> {
        let (scan, layout) = self.roots.scan(None)?;
        // What cannot be read again now would be lost.
        let scan = scan.whole(self.catalog.cards().map(|card| card.path()))?;
        self.hold(&scan, &|card| scan.files.have(card.path()), (now, now));
        if self.hold.is_keeping() {
            return Ok(Pass::default());
        }
        self.hold.begin();
        self.layout = layout;
        self.loader.forget();
        let horizon = self.horizon(now);
        let mut catalog = Catalog::with_capacity(scan.files.len());
        let mut target = Target { catalog: &mut catalog, last: Some(&self.catalog), horizon };
        let folder = self.roots.open();
        let read_context = ReadContext { folder: &folder, layout: &self.layout, site: &self.site };
        let taken = self.loader.read(scan, read_context, &mut target, now);
        let mut pass = Pass { findings: taken.findings, ..Pass::default() };
        if taken.storm > 0 {
            self.hold.keep(deletion_guard::broken(&self.roots, taken.storm));
        }
        if catalog.is_empty() && self.catalog.is_empty() && self.renderer.adopt()? {
            self.hold.keep(deletion_guard::nothing_left(&self.roots));
        }
        if self.hold.held().is_some() {
            return Ok(pass);
        }
        // What is being written stays as it was.
        let kept = self.catalog.cards().filter(|card| self.loader.is_unfinished(card.path()));
        catalog.apply(kept.map(|card| Change::Put(card.to_card())), horizon);
        let former = std::mem::replace(&mut self.catalog, catalog);
        self.dirty = Dirty::default();
        if self.renderer.new_ids.is_none() {
            let moves = Moves::between(&former, &self.catalog);
            pass.findings.extend(moves.findings(&self.catalog, &self.layout, now));
        }
        self.review(now, &mut pass);
        // What is on disk is compared byte by byte: someone may have touched it.
        self.renderer.forget();
        self.is_stale = false;
        self.render(BTreeSet::new(), now, &mut pass)?;
        Ok(pass)
    }

    /// Compares the whole site with what is known of it, and takes in the difference. Posts of a
    /// root that has lost them all at once, or cannot be listed, are kept until it is back, and many
    /// that are gone until it is sure that they are.
    ///
    /// # Errors
    /// When the export fails.
    pub fn rescan(&mut self, now: Nanoseconds) -> Result<Pass> {
        let mut is_found = vec![false; self.catalog.bound()];
        let mut odd = HashSet::new();
        let mut is_known = |path: &str, stamp: Fingerprint| {
            let card = post_reader::known(&self.catalog, &self.layout, path);
            match card {
                Some(card) => is_found[card.number()] = true,
                None => _ = odd.insert(Box::from(path)),
            }
            self.loader.knows(path, card, stamp)
        };
        let walk = Instant::now();
        let (scan, layout) = match self.roots.scan(Some(&mut is_known)) {
            Ok(found) => found,
            Err(finding) => {
                self.hold.keep(*finding);
                return Ok(Pass::default());
            }
        };
        // What is in a folder that cannot be walked is not known; it is not gone.
        if self.hold.note_unknown(&scan, &self.catalog) {
            let kept = self.catalog.cards().filter(|card| self.hold.hides(card.path()));
            kept.for_each(|card| is_found[card.number()] = true);
        }
        let walked = now.saturating_add(i64::try_from(walk.elapsed().as_nanos()).unwrap_or(0));
        self.hold(&scan, &|card| is_found[card.number()], (now, walked));
        // Before the first posts are read, nothing is known of how they are laid out.
        let is_free = !self.hold.is_keeping() || self.catalog.is_empty();
        if (self.is_stale || layout != self.layout) && is_free {
            return self.rebuild(now);
        }
        let mut gone: Vec<Arc<str>> = Vec::new();
        if !self.hold.is_keeping() {
            // Those that will be gone next are others.
            self.hold.begin();
            let posts = self.catalog.cards().filter(|card| !is_found[card.number()]);
            gone.extend(posts.map(|card| Arc::from(card.path())));
            let rejected = self.loader.rejected().filter(|path| !odd.contains(&***path));
            let odd_again: HashSet<&str> =
                scan.findings.iter().map(|finding| &*finding.path).collect();
            gone.extend(rejected.filter(|path| !odd_again.contains(&***path)).cloned());
            gone.retain(|path| !self.hold.hides(path) && self.loader.is_gone(path, now));
        }
        let gone = gone.iter().filter_map(|path| self.remove(path)).collect();
        self.dirty.look_at_files(&self.catalog, &self.roots.site);
        self.take_in(gone, scan, now)
    }

    /// Looks again at paths where something may have changed.
    ///
    /// # Errors
    /// When the export fails.
    pub fn look(&mut self, paths: &BTreeSet<PathBuf>, now: Nanoseconds) -> Result<Pass> {
        let mut gone = Vec::new();
        let mut scan = Scan::default();
        for path in paths {
            let Some(relative) = self.roots.relative(path) else { continue };
            if self.layout.is_bare() && self.roots.is_in_posts(path) {
                // Only what is in `_posts` is a post from now on.
                return self.rescan(now);
            }
            self.dirty.note(Use::File(relative.as_str().into()));
            match self.roots.look(path) {
                Ok(Some(stamp)) if self.roots.is_walked_to(path.parent().unwrap_or(path)) => {
                    if Origin::is_at(&relative, &self.layout) {
                        scan.files.push(&relative, stamp.file);
                        if stamp.is_link {
                            scan.links.push(relative.into());
                        }
                    }
                }
                // Whatever it was until now, it is no post.
                Ok(Some(_)) => _ = self.loader.remove(&relative, None),
                Err(Error::Withheld { .. }) => {
                    // A scan finds it again, if it is there.
                    self.loader.remove(&relative, None);
                    if !self.hold.hides(&relative) && self.roots.is_walked_to(path) {
                        return self.rescan(now);
                    }
                }
                // What has become of it while it could not be walked was told by no event.
                Ok(None) if self.hold.has_hidden(&relative) => return self.rescan(now),
                Ok(None) if path.is_dir() => {
                    // It may have been a post until now.
                    gone.extend(self.remove(&relative));
                    let Ok(found) = self.roots.scan_folder(path, &self.layout) else {
                        return self.rescan(now);
                    };
                    if found.has_posts_folder && self.layout.is_bare() {
                        return self.rescan(now);
                    }
                    if !found.unknown.is_empty() {
                        return self.rescan(now);
                    }
                    scan.files.extend(&found.files);
                    scan.links.extend(found.links);
                    scan.findings.extend(found.findings);
                }
                Ok(None) if self.hold.is_keeping() => {}
                Ok(None) => gone.extend(self.remove(&relative)),
                Err(error) => {
                    let found = self.roots.finding(&relative, error, &self.layout);
                    if found.is_none() {
                        self.loader.remove(&relative, None);
                    }
                    scan.findings.extend(found);
                }
            }
        }
        let is_known = |path: &str, stamp| {
            self.loader.knows(path, post_reader::known(&self.catalog, &self.layout, path), stamp)
        };
        scan.files.retain(|path, stamp| !is_known(path, stamp) || self.renderer.is_late(path));
        self.take_in(gone, scan, now)
    }

    /// Waits for a file that has come to be closed by its writer, which is told by another event; a
    /// link has no writer, so it is looked at in the end whatever happens.
    pub fn await_close(&mut self, path: &Path, now: Nanoseconds) {
        let Some(path) = self.roots.relative(path) else { return };
        if Origin::is_at(&path, &self.layout) {
            self.loader.await_close(&path, now);
        }
    }

    /// Does what has become due: posts whose time has come, files to be read again, feeds owed.
    ///
    /// # Errors
    /// When the export fails.
    pub fn tick(&mut self, now: Nanoseconds) -> Result<Pass> {
        let again = self.loader.due(now).chain(self.renderer.late());
        let paths = again.map(|path| self.roots.site.join(&**path)).collect();
        let mut pass = self.look(&paths, now)?;
        if self.loader.notes.is_review_due(now) {
            self.review(now, &mut pass);
        }
        Ok(pass)
    }

    /// What was noticed for the first time by passes that failed; each is told once.
    pub fn take_unsaid(&mut self) -> Vec<Finding> {
        self.loader.notes.take_unsaid()
    }

    /// The export does not hold what was written to it: the next pass compares it byte by byte.
    pub fn doubt_export(&mut self) {
        self.renderer.doubt_export();
    }

    /// Takes in posts that are gone and files that are new, and publishes what they touch.
    fn take_in(&mut self, gone: Vec<Change>, scan: Scan, now: Nanoseconds) -> Result<Pass> {
        // A link to nowhere is found again and again.
        let is_news = |finding: &Finding| !self.loader.notes.have(finding);
        if !gone.is_empty() || !scan.files.is_empty() || scan.findings.iter().any(is_news) {
            self.loader.notes.want_review(now);
        }
        let moves = Moves::of(&self.catalog, &self.layout, &gone, &scan.files);
        let horizon = self.horizon(now);
        let mut touched = self.catalog.apply(gone, horizon);
        let Self { roots, layout, site, catalog, loader, .. } = self;
        let folder = roots.open();
        let read_context = ReadContext { folder: &folder, layout, site };
        let mut taken =
            loader.read(scan, read_context, &mut Target { catalog, last: None, horizon }, now);
        if taken.storm > 0 {
            self.hold.keep(deletion_guard::broken(&self.roots, taken.storm));
        }
        touched.append(&mut taken.touched);
        touched.extend(self.catalog.release(horizon.now));
        let mut pass = Pass { findings: taken.findings, ..Pass::default() };
        pass.findings.extend(moves.findings(&self.catalog, &self.layout, now));
        self.render(touched, now, &mut pass)?;
        Ok(pass)
    }

    /// As of when posts are in their feeds.
    fn horizon(&self, now: Nanoseconds) -> Horizon {
        Horizon { now: Moment::from_nanoseconds(now), has_future: self.site.future }
    }

    /// Forgets a file that is gone; the change that this is for the catalog.
    fn remove(&mut self, path: &str) -> Option<Change> {
        self.loader.remove(path, post_reader::known(&self.catalog, &self.layout, path))
    }

    /// Compares a scan, which took from one time to another, with what is known.
    fn hold(
        &mut self,
        scan: &Scan,
        is_found: &dyn Fn(Kept<'_>) -> bool,
        times: (Nanoseconds, Nanoseconds),
    ) {
        let (rejected, is_stale) = (self.rejected(), self.is_stale);
        let Self { hold, catalog, layout, roots, .. } = self;
        let known = Known { catalog, layout, roots, rejected, is_stale };
        hold.note(scan, known, is_found, times);
    }

    /// Notes what only the whole site shows.
    fn review(&mut self, now: Nanoseconds, pass: &mut Pass) {
        let folder = self.roots.open();
        let read_context = ReadContext { folder: &folder, layout: &self.layout, site: &self.site };
        let found = review(&self.catalog, &self.site, CONFIG, &|card| {
            post_reader::page(card, read_context)
        });
        pass.findings.extend(self.loader.notes.of_site(found, now));
    }
}
