//! The hold: posts that are gone or broken all at once are kept, and the health says why.
//!
//! A folder that is unmounted, or a script that cuts every file short, is no wish to empty feeds.

use std::collections::{BTreeMap, HashSet};

use crate::content::catalog::Catalog;
use crate::content::catalog::cards::Kept;
use crate::content::permalink::{Layout, Origin};
use crate::error::{Error, Finding};
use crate::service::source::{Roots, Scan};

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

/// How many posts are missing, and since when it is about that many.
#[derive(Debug, Clone, Copy, Default)]
pub struct Calm {
    number: usize,
    since: i64,
}

impl Calm {
    /// Those that will be missing next are others.
    pub fn begin(&mut self) {
        self.number = 0;
    }

    /// The number when it last moved.
    pub fn number(self) -> usize {
        self.number
    }

    /// Takes a number as of `now`; whether posts come back by it.
    pub fn note(&mut self, number: usize, comes_back: bool, now: i64) {
        let part = if comes_back { PART_BACK } else { PART };
        // Nothing has been so since a time to come: the clock was put back, which is no reason to wait.
        let is_set_back = self.since > now;
        if is_set_back || number.abs_diff(self.number) * part > number.max(self.number) {
            *self = Self { number, since: now };
        }
    }

    /// Whether it has stood still for long.
    pub fn is_still(self, now: i64) -> bool {
        now >= self.until()
    }

    /// Until when it has to stand still.
    pub fn until(self) -> i64 {
        self.since.saturating_add(REST)
    }
}

/// A root of posts: its rank, and the folders above it when it is a `_posts`.
type Root<'a> = (usize, &'a str);

/// The root that had several posts and now has no file, if there is one. A post that another
/// root has now was moved, and is not lost. `is_found` says of a card whether its file is there,
/// besides those that the scan names.
pub fn lost(
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
    let folder = |(rank, above): Root<'_>| match (layout, rank.checked_sub(1)) {
        (Layout::Folders(named), Some(index)) => {
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

/// Says that posts are kept because their files cannot be used any more, if there are such.
pub fn broken(roots: &Roots, posts: usize) -> Option<Finding> {
    let said = || *Finding::about(roots.site.display().to_string(), Error::Storm { posts });
    (posts > 0).then(said)
}

/// Says that there are feeds of an earlier process, and no post now.
pub fn nothing_left(roots: &Roots) -> Finding {
    let output = roots.output.display().to_string();
    *Finding::about(roots.site.display().to_string(), Error::NothingLeft { output })
}
