//! The mill: what is known of the content between passes, and one pass at a time over it.
//!
//! A pass reads what changed, asks the catalog which feeds that touches, and has just those printed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::content::catalog::{Catalog, Change, FeedName};
use crate::content::date::Moment;
use crate::content::permalink::{Layout, Origin};
use crate::content::post::{Card, FileStamp};
use crate::content::settings::CONFIG;
use crate::content::site::Site;
use crate::error::{Error, Finding, Result, Severity};
use crate::feed::edition::Edition;
use crate::feed::review::review;
use crate::service::hold;
use crate::service::notes::Notes;
use crate::service::parallel;
use crate::service::posts::{self, Copy, Read};
use crate::service::press::{Press, Printed};
use crate::service::snapshot::Snapshot;
use crate::service::source::{Roots, Scan, identity};

/// How long a file that is cut short, or was a post until now, is taken to be still in the making,
/// in nanoseconds.
const IN_THE_MAKING: i64 = 2_000_000_000;

/// How long a root that is filled again must have the same files to be whole, in nanoseconds.
const CALM: i64 = 1_000_000_000;

/// A time, in nanoseconds since 1970; the clock itself is read in `run.rs`.
pub type Nanoseconds = i64;

/// The state between passes.
#[derive(Debug)]
pub struct Mill {
    site: Site,
    roots: Roots,
    layout: Layout,
    catalog: Catalog,
    press: Press,
    /// Files that give no post, with what they were when that was found out.
    rejected: HashMap<Arc<str>, FileStamp>,
    /// What was noticed.
    notes: Notes,
    /// Posts that are links: what they lead to is not watched, so they are looked at again and again.
    links: BTreeSet<Arc<str>>,
    /// Files that may still be being written, and when to read them again.
    unfinished: BTreeMap<Arc<str>, Wait>,
    /// How many posts are kept because they broke at once.
    storm: usize,
    /// Why the posts of a root are kept although the root lost them all.
    held: Option<Finding>,
    /// How many files the last scan found, and since when it is that many.
    calm: (usize, Nanoseconds),
    /// Whether the edition was made with other settings.
    is_stale: bool,
}

/// A file that may still be being written.
#[derive(Debug, Clone, Copy)]
struct Wait {
    /// When to read it again.
    until: Nanoseconds,
    /// Whether there is a post of it that would be gone by what it is now.
    is_broken: bool,
}

/// What a pass did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Pass {
    /// What was printed.
    pub printed: Printed,
    /// What was noticed for the first time.
    pub findings: Vec<Finding>,
}

impl Mill {
    /// A mill for a site, with nothing read yet.
    ///
    /// # Errors
    /// When the output folder cannot be opened, or is the site's own.
    pub fn new(site: Site, folder: PathBuf, output: PathBuf) -> Result<Self> {
        if identity(&folder).is_some_and(|folder| identity(&output) == Some(folder)) {
            return Err(Finding::about(output.display().to_string(), Error::OutputIsSite));
        }
        // The system's events name whole paths, whatever the user wrote.
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        let press = Press::new(output.clone())?;
        let roots = Roots::new(folder, &site, output);
        Ok(Self {
            site,
            roots,
            layout: Layout::Bare,
            catalog: Catalog::default(),
            press,
            rejected: HashMap::new(),
            notes: Notes::default(),
            links: BTreeSet::new(),
            unfinished: BTreeMap::new(),
            storm: 0,
            held: None,
            calm: (0, 0),
            is_stale: true,
        })
    }

    /// What is published.
    pub fn edition(&self) -> Arc<Edition> {
        self.press.edition()
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
        self.notes.all()
    }

    /// How many files give no post.
    pub fn rejected(&self) -> usize {
        self.rejected.len()
    }

    /// Why the posts of a lost root are kept.
    pub fn held(&self) -> Option<&Finding> {
        self.held.as_ref()
    }

    /// When something is to be done without any event: a post becomes due, or a file that was cut
    /// short is to be read again. What is held has its time when all is well again.
    pub fn next_look(&self) -> Option<Nanoseconds> {
        if self.held.is_some() {
            return None;
        }
        let due = self.catalog.next_due().map(|due| due.unix().saturating_mul(1_000_000_000));
        due.into_iter().chain(self.unfinished.values().map(|wait| wait.until)).min()
    }

    /// Whether the settings have changed since everything was rendered.
    pub fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// Takes other settings; the next [`Mill::rescan`] renders everything with them.
    pub fn configure(&mut self, site: Site) {
        self.roots.content.clone_from(&site.content);
        self.roots.exclude.clone_from(&site.exclude);
        self.site = site;
        self.is_stale = true;
    }

    /// Reads and renders everything, unless a root has lost all its posts.
    ///
    /// # Errors
    /// When the site cannot be walked or the export fails; the old edition stays then.
    pub fn rebuild(&mut self, now: Nanoseconds) -> Result<Pass> {
        let (scan, layout) = self.roots.scan()?;
        self.hold(&scan, now);
        if self.held.is_some() {
            return Ok(Pass::default());
        }
        self.layout = layout;
        self.rejected.clear();
        self.notes.forget_files();
        self.unfinished.clear();
        let mut pass = Pass::default();
        let changes = self.read(scan, now, &mut pass);
        let has_posts = changes.iter().any(|change| matches!(change, Change::Put(_)));
        if !has_posts && self.catalog.is_empty() && self.press.adopt()? {
            self.held = Some(hold::nothing_left(&self.roots));
        }
        if self.held.is_some() {
            return Ok(pass);
        }
        // What is being written stays as it was.
        let last = std::mem::take(&mut self.catalog);
        let kept = last.cards().filter(|card| self.unfinished.contains_key(&card.path)).cloned();
        self.catalog.apply(kept.map(Change::Put).chain(changes), self.horizon(now));
        self.review(now, &mut pass);
        // What is on disk is compared byte by byte: someone may have touched it.
        self.press.forget();
        self.is_stale = false;
        self.print(BTreeSet::new(), now, &mut pass)?;
        Ok(pass)
    }

    /// Takes over what a snapshot knows, if the export is as it was left; says whether it is. The
    /// next pass must be [`Mill::rescan`], which finds what has changed since.
    pub fn resume(&mut self, snapshot: Snapshot) -> bool {
        let Snapshot { taken, layout, cards, documents, listings } = snapshot;
        if !self.press.resume(documents, listings, &self.site) {
            return false;
        }
        self.layout = layout;
        // As of then: what has become due since is to be noticed as a change.
        self.catalog.apply(cards.into_iter().map(Change::Put), self.horizon(taken));
        self.is_stale = false;
        true
    }

    /// What is known, for a later start; nothing while the export is not as it should be.
    pub fn snapshot(&self, now: Nanoseconds) -> Option<Snapshot> {
        let (documents, listings) = self.press.records().filter(|_| !self.is_stale)?;
        // A post of which something is to be said is read again, to say it again.
        let mut cards: Vec<Card> = self.catalog.cards().cloned().collect();
        for card in cards.iter_mut().filter(|card| self.notes.has(&card.path)) {
            card.stamp = FileStamp::default();
        }
        cards.sort_unstable_by(|left, right| left.path.cmp(&right.path));
        Some(Snapshot { taken: now, layout: self.layout.clone(), cards, documents, listings })
    }

    /// Compares the whole site with what is known of it, and takes in the difference. Posts of a
    /// root that has lost them all at once are kept until it is back.
    ///
    /// # Errors
    /// When the export fails.
    pub fn rescan(&mut self, now: Nanoseconds) -> Result<Pass> {
        let (mut scan, layout) = match self.roots.scan() {
            Ok(found) => found,
            Err(finding) => {
                self.held = Some(*finding);
                return Ok(Pass::default());
            }
        };
        self.hold(&scan, now);
        // Before the first posts are read, nothing is known of how they are laid out.
        let is_free = self.held.is_none() || self.catalog.is_empty();
        if (self.is_stale || layout != self.layout) && is_free {
            return self.rebuild(now);
        }
        let mut pass = Pass::default();
        let known = self.known();
        let found: BTreeSet<&str> = scan.files.iter().map(|(path, _)| &**path).collect();
        let gone: Vec<Arc<str>> =
            known.keys().filter(|path| !found.contains(&***path)).cloned().collect();
        let mut changes = Vec::new();
        if self.held.is_none() {
            changes.extend(gone.into_iter().filter_map(|path| self.remove(&path)));
        }
        scan.files.retain(|(path, stamp)| known.get(path) != Some(stamp));
        changes.extend(self.read(scan, now, &mut pass));
        self.turn(changes, now, pass)
    }

    /// Looks again at paths where something may have changed.
    ///
    /// # Errors
    /// When the export fails.
    pub fn look(&mut self, paths: &BTreeSet<PathBuf>, now: Nanoseconds) -> Result<Pass> {
        let mut pass = Pass::default();
        let mut changes = Vec::new();
        let mut scan = Scan::default();
        for path in paths {
            let Some(relative) = self.roots.relative(path) else { continue };
            if self.layout == Layout::Bare && relative.split('/').any(|part| part == "_posts") {
                // Only what is in `_posts` is a post from now on.
                return self.rescan(now);
            }
            match self.roots.look(path) {
                Ok(Some(stamp)) if self.roots.is_walked_to(path.parent().unwrap_or(path)) => {
                    if Origin::of(&relative, &self.layout).is_some() {
                        let path: Arc<str> = relative.into();
                        if stamp.is_link {
                            scan.links.push(Arc::clone(&path));
                        }
                        scan.files.push((path, stamp.file));
                    }
                }
                Ok(Some(_)) => {}
                Ok(None) if path.is_dir() => {
                    // It may have been a post until now.
                    changes.extend(self.remove(&relative));
                    // A folder that cannot be listed yet will be found by the next scan.
                    let Ok(found) = self.roots.scan_folder(path, &self.layout) else { continue };
                    if found.has_posts_folder && self.layout == Layout::Bare {
                        return self.rescan(now);
                    }
                    scan.files.extend(found.files);
                    scan.links.extend(found.links);
                    scan.findings.extend(found.findings);
                }
                Ok(None) if self.held.is_some() => {}
                Ok(None) => changes.extend(self.remove(&relative)),
                Err(error) => scan.findings.push(*Finding::about(relative, error)),
            }
        }
        scan.findings.retain(|finding| Origin::of(&finding.path, &self.layout).is_some());
        scan.files.retain(|(path, stamp)| {
            self.stamp_of(path) != Some(*stamp) || self.press.is_late(path)
        });
        changes.extend(self.read(scan, now, &mut pass));
        self.turn(changes, now, pass)
    }

    /// Waits for a file that has come to be closed by its writer, which is told by another event; a
    /// link has no writer, so it is looked at in the end whatever happens.
    pub fn await_close(&mut self, path: &Path, now: Nanoseconds) {
        let Some(path) = self.roots.relative(path) else { return };
        if Origin::of(&path, &self.layout).is_some() {
            let until = now.saturating_add(IN_THE_MAKING);
            self.unfinished.insert(path.into(), Wait { until, is_broken: false });
        }
    }

    /// Does what has become due: posts whose time has come, files to be read again, feeds owed.
    ///
    /// # Errors
    /// When the export fails.
    pub fn tick(&mut self, now: Nanoseconds) -> Result<Pass> {
        let due =
            self.unfinished.iter().filter(|(_, wait)| wait.until <= now).map(|(path, _)| path);
        let again = due.chain(&self.links).chain(self.press.late());
        let paths = again.map(|path| self.roots.site.join(&**path)).collect();
        let mut pass = self.look(&paths, now)?;
        if self.notes.is_review_due(now) {
            self.review(now, &mut pass);
        }
        Ok(pass)
    }

    /// What was noticed for the first time by passes that failed; each is told once.
    pub fn take_unsaid(&mut self) -> Vec<Finding> {
        self.notes.take_unsaid()
    }

    /// The export does not hold what was written to it: the next pass compares it byte by byte.
    pub fn doubt_export(&mut self) {
        self.press.doubt_export();
    }

    /// Whether a path is, below the site, one that a post was read from.
    pub fn is_post(&self, path: &Path) -> bool {
        self.roots.relative(path).is_some_and(|path| self.stamp_of(&path).is_some())
    }

    /// Applies changes and publishes what they touch.
    fn turn(&mut self, changes: Vec<Change>, now: Nanoseconds, mut pass: Pass) -> Result<Pass> {
        if !changes.is_empty() {
            self.notes.want_review(now);
        }
        let mut touched = self.catalog.apply(changes, self.horizon(now));
        if !self.site.future {
            touched.extend(self.catalog.release(seconds(now)));
        }
        self.print(touched, now, &mut pass)?;
        Ok(pass)
    }

    fn print(
        &mut self,
        touched: BTreeSet<FeedName>,
        now: Nanoseconds,
        pass: &mut Pass,
    ) -> Result<()> {
        let copy = Copy {
            site: &self.site,
            folder: &self.roots.site,
            layout: &self.layout,
            catalog: &self.catalog,
        };
        let printed = self.press.print(touched, copy, seconds(now).unix());
        pass.printed = printed.inspect_err(|_| self.notes.keep_unsaid(&mut pass.findings))?;
        pass.findings.append(&mut pass.printed.findings);
        Ok(())
    }

    /// Until when posts are published; `None` for ever.
    fn horizon(&self, now: Nanoseconds) -> Option<Moment> {
        (!self.site.future).then(|| seconds(now))
    }

    /// Reads files in parallel and notes what is odd about them.
    fn read(&mut self, mut scan: Scan, now: Nanoseconds, pass: &mut Pass) -> Vec<Change> {
        let Self { roots, layout, site, .. } = self;
        let read = |(path, _): &(Arc<str>, FileStamp)| posts::card(&roots.site, path, layout, site);
        let reads = parallel::map(&scan.files, read);
        let mut settled = Vec::with_capacity(reads.len());
        for ((path, _), read) in scan.files.into_iter().zip(reads) {
            let Some(read) = read else { continue };
            let until = read.stamp.modified.saturating_add(IN_THE_MAKING);
            let is_broken = self.is_broken(&path, &read);
            if (read.is_cut_short || is_broken) && until > now {
                self.unfinished.insert(path, Wait { until, is_broken });
            } else {
                self.unfinished.remove(&path);
                settled.push((path, read));
            }
        }
        let is_lost = |finding: &&Finding| self.card(&finding.path).is_some();
        let broken = settled.iter().filter(|(path, read)| self.is_broken(path, read)).count()
            + scan.findings.iter().filter(is_lost).count();
        let waiting = self.unfinished.values().filter(|wait| wait.is_broken).count();
        self.storm = hold::storm(&self.catalog, broken, waiting, self.storm);
        if self.storm > 0 {
            self.held = Some(hold::broken(&self.roots, self.storm));
            settled.retain(|(path, read)| !self.is_broken(path, read));
            scan.findings.retain(|finding| self.card(&finding.path).is_none());
        }
        let mut changes = Vec::with_capacity(settled.len());
        for (path, Read { change, stamp, findings, .. }) in settled {
            pass.findings.extend(self.notes.of_file(&path, findings));
            if matches!(change, Change::Remove { .. }) {
                self.rejected.insert(path, stamp);
            } else {
                self.rejected.remove(&path);
            }
            changes.push(change);
        }
        for finding in scan.findings {
            let path = finding.path.clone();
            changes.extend(self.remove(&path));
            if matches!(finding.error, Error::BadLink { .. }) {
                self.links.insert(path.as_str().into());
            }
            if finding.severity == Severity::Error {
                self.rejected.insert(path.as_str().into(), FileStamp::default());
            }
            pass.findings.extend(self.notes.of_file(&path, vec![finding]));
        }
        for link in scan.links {
            self.links.insert(link);
        }
        changes
    }

    /// Forgets a file that is gone; the change that this is for the catalog.
    fn remove(&mut self, path: &str) -> Option<Change> {
        self.rejected.remove(path);
        self.notes.forget(path);
        self.unfinished.remove(path);
        self.links.remove(path);
        let card = self.card(path)?;
        Some(Change::Remove { key: Arc::clone(&card.key), path: Arc::clone(&card.path) })
    }

    /// The post that was read from a file.
    fn card(&self, path: &str) -> Option<&Card> {
        let origin = Origin::of(path, &self.layout)?;
        self.catalog.card(&origin.key, path)
    }

    /// Whether a file was a post, and is none by what was read now.
    fn is_broken(&self, path: &str, read: &Read) -> bool {
        matches!(read.change, Change::Remove { .. }) && self.card(path).is_some()
    }

    fn stamp_of(&self, path: &str) -> Option<FileStamp> {
        if self.unfinished.contains_key(path) {
            return None;
        }
        let of_card = || Some(self.card(path)?.stamp);
        self.rejected.get(path).copied().or_else(of_card)
    }

    fn known(&self) -> HashMap<Arc<str>, FileStamp> {
        let posts = self.catalog.cards().map(|card| (Arc::clone(&card.path), card.stamp));
        posts.chain(self.rejected.iter().map(|(path, stamp)| (Arc::clone(path), *stamp))).collect()
    }

    /// Notes whether a root has lost its posts. While it is being filled again, those that are not
    /// back yet are not taken for deleted.
    fn hold(&mut self, scan: &Scan, now: Nanoseconds) {
        if self.calm.0 != scan.files.len() {
            self.calm = (scan.files.len(), now);
        }
        let is_calm = now.saturating_sub(self.calm.1) >= CALM;
        let held = self.held.take().filter(|_| !is_calm);
        self.held = hold::lost(&self.catalog, &self.layout, scan, &self.roots).or(held);
    }

    /// Notes what only the whole site shows.
    fn review(&mut self, now: Nanoseconds, pass: &mut Pass) {
        let found = review(&self.catalog, &self.site, CONFIG);
        pass.findings.extend(self.notes.of_site(found, now));
    }
}

fn seconds(now: Nanoseconds) -> Moment {
    Moment::from_unix(now.div_euclid(1_000_000_000))
}
