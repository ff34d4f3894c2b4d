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
    // A folder that the configuration does not name any more, or leaves out, is no loss.
    let folder = |(rank, above): Root<'_>| match (layout, rank.checked_sub(1)) {
        (Layout::Folders(named), Some(index)) => {
            let named = named.get(index).filter(|root| roots.content.contains(root));
            named.map(|root| roots.site.join(root))
        }
        _ if roots.is_excluded(above) => None,
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
