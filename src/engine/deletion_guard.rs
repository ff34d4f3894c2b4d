//! The hold: posts that are gone or broken all at once are kept, and the health says why.
//!
//! A folder that is unmounted, or a script that cuts every file short, is no wish to empty feeds.

use std::collections::{BTreeMap, HashSet};

use crate::catalog::Catalog;
use crate::catalog::cards::Kept;
use crate::content::post_path::{Folders, Layout, Origin};
use crate::diagnostic::Error;
use crate::diagnostic::finding::Finding;
use crate::source::folder::{Roots, Scan, Unknown};

/// At least so many posts must break at once to be held, and more than half of all.
const STORM: usize = 8;

/// How long the number of missing posts must have stood still, in nanoseconds, until they count as
/// deleted: whoever deletes very many files, or puts them back from afar, may pause that long and not
/// be done.
const REST: i64 = 5_000_000_000;

/// It stands still when it grows by less than one part in this many, so that a site that loses a post
/// now and then, and never rests, is not taken for one that is on its way out.
const PART: usize = 10;

/// The same of posts that come back, which hardly any do but those of a copy on its way: a slow disk
/// may take minutes for a tenth of them.
const PART_BACK: usize = 200;

/// More posts than this that are gone at once do not count as deleted before their number has stood
/// still; nor does any after a root had lost all.
const FEW: usize = 8;

/// How many posts are missing, and since when it is about that many.
#[derive(Debug, Clone, Copy, Default)]
struct Calm {
    number: usize,
    since: i64,
}

impl Calm {
    /// Those that will be missing next are others.
    fn begin(&mut self) {
        self.number = 0;
    }

    /// The number when it last moved.
    fn number(self) -> usize {
        self.number
    }

    /// Takes a number as of `now`; whether posts come back by it.
    fn note(&mut self, number: usize, comes_back: bool, now: i64) {
        let part = if comes_back { PART_BACK } else { PART };
        // Nothing has been so since a time to come: the clock was put back, which is no reason to wait.
        let is_set_back = self.since > now;
        if is_set_back || number.abs_diff(self.number) * part > number.max(self.number) {
            *self = Self { number, since: now };
        }
    }

    /// Whether it has stood still for long.
    fn is_still(self, now: i64) -> bool {
        now >= self.until()
    }

    /// Until when it has to stand still.
    fn until(self) -> i64 {
        self.since.saturating_add(REST)
    }
}

/// What is kept although it is gone, or perhaps not there, and why.
#[derive(Debug, Default)]
pub struct DeletionGuard {
    /// Why the posts of a root are kept although the root lost them all, or does not show them.
    held: Option<Finding>,
    /// Folders that the last scan could not walk.
    unknown: Unknown,
    /// Why it is not known whether some post is there, if so.
    hidden: Option<Finding>,
    /// How many posts are gone, and since when it is about that many.
    calm: Calm,
    /// Whether many posts are gone, and perhaps not all that will be.
    is_thinning: bool,
}

/// What a scan is compared with.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The posts.
    pub catalog: &'a Catalog,
    /// How they are laid out.
    pub layout: &'a Layout,
    /// Where they are.
    pub roots: &'a Roots,
    /// How many files besides give no post.
    pub rejected: usize,
    /// Whether the scan was made with settings that are new: what they pass over is there, and not
    /// gone.
    pub is_stale: bool,
}

impl DeletionGuard {
    /// Keeps everything, and why.
    pub fn keep(&mut self, why: Finding) {
        self.held = Some(why);
    }

    /// Why the posts of a root are kept.
    pub fn held(&self) -> Option<&Finding> {
        self.held.as_ref()
    }

    /// Everything that is wrong.
    pub fn troubles(&self) -> impl Iterator<Item = &Finding> {
        self.held.iter().chain(&self.hidden)
    }

    /// Whether posts are kept although their files are gone or broken.
    pub fn is_keeping(&self) -> bool {
        self.held.is_some() || self.is_thinning
    }

    /// When the many that are gone count as deleted, if there are such.
    pub fn until(&self) -> Option<i64> {
        self.is_thinning.then(|| self.calm.until())
    }

    /// Nothing is missing any more: those that will be next are others.
    pub fn begin(&mut self) {
        self.calm.begin();
    }

    /// Whether a path is that of a folder that could not be walked, or one is below it.
    pub fn has_hidden(&self, path: &str) -> bool {
        self.unknown.is_within(path)
    }

    /// Whether it is not known what is at a path, relative to the site, or in it.
    pub fn hides(&self, path: &str) -> bool {
        self.unknown.over(path).is_some()
    }

    /// Notes which folders a scan could not walk; whether one of them has posts.
    pub fn note_unknown(&mut self, scan: &Scan, catalog: &Catalog) -> bool {
        self.unknown = scan.unknown.clone();
        let posts = catalog.cards().map(|card| card.path());
        self.hidden = self.unknown.over_any(posts).cloned();
        self.hidden.is_some()
    }

    /// Notes whether a root has lost its posts, and whether those that are gone count as deleted:
    /// they do when the scans, of which this one took from `began` to `ended`, have missed the same
    /// number of them for a while.
    pub fn note(
        &mut self,
        scan: &Scan,
        known: Known<'_>,
        is_found: &dyn Fn(Kept<'_>) -> bool,
        (began, ended): (i64, i64),
    ) {
        let Known { catalog, roots, .. } = known;
        let is_there = |card: &Kept<'_>| known.is_stale && roots.site.join(card.path()).exists();
        let missing = catalog.cards().filter(|card| !is_found(*card));
        let gone = missing.filter(|card| !is_there(card)).count();
        if catalog.is_empty() {
            // It is those that come back whose number must stand still.
            self.calm.note(scan.count, scan.count > self.calm.number(), ended);
        } else {
            self.calm.note(gone, gone < self.calm.number(), ended);
        }
        let is_still = self.calm.is_still(began);
        let is_back = gone == 0 && !catalog.is_empty();
        let held = self.held.take().filter(|_| !is_back && !is_still);
        let lost = || lost(catalog, known.layout, scan, is_found, roots);
        self.held = scan.closed.clone().or_else(lost).or(held);
        // Posts that were moved are gone from their places, but there are as many files as before.
        let files = catalog.files() + known.rejected;
        // The last few of many that come back are waited for, too.
        let is_many = gone > FEW || (self.is_thinning && gone > 0);
        self.is_thinning = is_many && scan.count < files && !is_still;
    }
}

/// A root of posts: its rank, and the folders above it when it is a `_posts`.
type Root<'a> = (usize, &'a str);

/// The root that had several posts and now has no file, if there is one. A post that another
/// root has now was moved, and is not lost. `is_found` says of a card whether its file is there,
/// besides those that the scan names.
fn lost(
    catalog: &Catalog,
    layout: &Layout,
    scan: &Scan,
    is_found: &dyn Fn(Kept<'_>) -> bool,
    roots: &Roots,
) -> Option<Finding> {
    // Most often nothing is gone, and half a million posts need no second look.
    catalog.cards().find(|card| !is_found(*card))?;
    let new = scan.files.iter().map(|(path, _)| path);
    let known = catalog.cards().filter(|card| is_found(*card)).map(|card| card.path());
    let origins: Vec<Origin<'_>> =
        new.chain(known).filter_map(|path| Origin::of(path, layout)).collect();
    let left: HashSet<Root<'_>> =
        origins.iter().map(|origin| (origin.rank, origin.folders)).collect();
    let keys: HashSet<&str> = origins.iter().map(|origin| &*origin.key).collect();
    let mut lost: BTreeMap<Root<'_>, usize> = BTreeMap::new();
    for card in catalog.cards().filter(|card| !keys.contains(card.key())) {
        let root = Origin::of(card.path(), layout).map(|origin| (origin.rank, origin.folders));
        if let Some(root) = root.filter(|root| !left.contains(root)) {
            *lost.entry(root).or_default() += 1;
        }
    }
    let is_left_out = |above: &str| {
        let own = format!("{above}/_posts");
        roots.is_excluded(above) || roots.is_excluded(own.trim_start_matches('/'))
    };
    // A folder that the configuration does not name any more, or leaves out, is no loss.
    let folder = |(rank, above): Root<'_>| match (&layout.folders, rank.checked_sub(1)) {
        (Folders::Named(named), Some(index)) => {
            let named = named.get(index).filter(|root| roots.content.contains(root));
            named.map(|root| roots.site.join(root))
        }
        _ if is_left_out(above) => None,
        _ => Some(roots.site.join(above)),
    };
    let mut several = lost.into_iter().filter(|(_, posts)| *posts > 1);
    let (folder, posts) = several.find_map(|(root, posts)| Some((folder(root)?, posts)))?;
    Some(*Finding::about(folder.display().to_string(), Error::LostRoot { posts }))
}

/// How many posts are kept because their files cannot be used any more: `broken` would go now, and
/// `waiting` soon. What is kept, of which there were `before`, stays so until all are repaired: who
/// repairs them does it one by one.
pub fn storm(catalog: &Catalog, broken: usize, waiting: usize, before: usize) -> usize {
    let posts = broken + waiting;
    let is_new = broken > 0 && posts >= STORM && posts * 2 > catalog.len();
    if is_new || (before > 0 && posts > 0) { posts.max(before) } else { 0 }
}

/// Says that posts are kept because their files cannot be used any more.
pub fn broken(roots: &Roots, posts: usize) -> Finding {
    *Finding::about(roots.site.display().to_string(), Error::Storm { posts })
}

/// Says that there are feeds of an earlier process, and no post now.
pub fn nothing_left(roots: &Roots) -> Finding {
    let output = roots.output.display().to_string();
    *Finding::about(roots.site.display().to_string(), Error::NothingLeft { output })
}
