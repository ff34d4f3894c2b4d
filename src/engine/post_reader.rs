//! Reads posts: each file's card for the catalog, and whole posts for entries.

use std::sync::Arc;

use crate::base::fingerprint::Fingerprint;
use crate::base::hash::Hash;
use crate::catalog::card::Card;
use crate::catalog::cards::Kept;
use crate::catalog::{Catalog, Change};
use crate::content::date::Moment;
use crate::content::enclosure::Enclosure;
use crate::content::encoding::likely;
use crate::content::post::Post;
use crate::content::post_path::{Layout, Origin};
use crate::content::site::{Ids, Site};
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Remark, Severity};
use crate::engine::large_posts;
use crate::os::disk::{self, Folder};
use crate::os::stall;

/// The largest post, in bytes.
pub const MAX_POST: u64 = 8 * 1024 * 1024;

/// What reading a file for the catalog gave.
#[derive(Debug)]
pub struct Read {
    /// What it means for the catalog.
    pub change: Change,
    /// The file as it was when it was read.
    pub stamp: Fingerprint,
    /// What was noticed; an error among them says why there is no post.
    pub findings: Vec<Finding>,
    /// Whether the file looks as if it were still being written.
    pub is_cut_short: bool,
}

/// Where files are read, and by which rules.
#[derive(Debug, Clone, Copy)]
pub struct ReadContext<'a> {
    /// The folder of the site.
    pub folder: &'a Folder<'a>,
    /// How its posts are laid out.
    pub layout: &'a Layout,
    /// The settings.
    pub site: &'a Site,
}

/// The post that a catalog has from a file.
pub fn known<'c>(catalog: &'c Catalog, layout: &Layout, path: &str) -> Option<Kept<'c>> {
    let origin = Origin::of(path, layout)?;
    catalog.card(&origin.key, path)
}

/// Reads one file, whose path is relative to the site. The whole file is read: opening it costs
/// most, and the hash of all its bytes tells a change from a mere touch. A card that is `known`, by
/// the same rules and with nothing to be said of it, is only stamped anew when the bytes are its own.
pub fn card(
    path: &Arc<str>,
    read_context: ReadContext<'_>,
    known: Option<Kept<'_>>,
    now: Moment,
) -> Option<Read> {
    let ReadContext { folder, layout, site } = read_context;
    let origin = Origin::of(path, layout)?;
    let key: Arc<str> = (*origin.key).into();
    let removed = Change::Remove { key: Arc::clone(&key), path: Arc::clone(path) };
    let rejected = |error: Error, stamp| {
        let is_cut_short = matches!(error, Error::Empty | Error::Changing);
        let remark = Remark { severity: Severity::Error, line: 0, column: 0, error };
        Read { change: removed.clone(), stamp, findings: vec![remark.at(path)], is_cut_short }
    };
    // A disk may take as long as a parser.
    let _at = stall::at(path);
    let (bytes, stamp) = match folder.read(path, MAX_POST) {
        Ok(read) => read,
        Err(error) => {
            // Whether it may be read is no part of a stamp: with no file's number it is read again.
            let Some(stamp) = disk::stamp_of(&folder.path().join(&**path)) else {
                // Deleted between being found and being read.
                let (stamp, findings) = (Fingerprint::default(), Vec::new());
                return Some(Read { change: removed, stamp, findings, is_cut_short: false });
            };
            let error = match error {
                // Nor is it known whether it is there.
                Error::Io { reason, .. } if stamp == Fingerprint::default() => {
                    Error::Withheld { reason }
                }
                error => error,
            };
            return Some(rejected(error, Fingerprint { inode: 0, ..stamp }));
        }
    };
    if large_posts::is_set_aside(path, stamp) {
        return Some(rejected(Error::SetAside, stamp));
    }
    let hash = Hash::of_file(&bytes);
    // Without a stamp it is to be read again, for what there is to say of it.
    let known =
        known.filter(|known| known.hash() == hash && known.stamp() != Fingerprint::default());
    if let Some(known) = known {
        let change = Change::Put(Card { stamp, ..known.to_card() });
        return Some(Read { change, stamp, findings: Vec::new(), is_cut_short: false });
    }
    let text = match text(&bytes) {
        Ok(text) => text,
        Err(error) => return Some(rejected(error, stamp)),
    };
    let parsed = large_posts::in_turn(path, stamp, || Post::parse(&origin, text, site));
    let Some(parsed) = parsed else { return Some(rejected(Error::SetAside, stamp)) };
    let mut findings: Vec<Finding> =
        parsed.remarks.into_iter().map(|remark| remark.at(path)).collect();
    let post = match parsed.post {
        Ok(post) => post,
        Err(remark) => {
            let is_cut_short = matches!(remark.error, Error::CutShort | Error::Empty);
            findings.push(remark.at(path));
            return Some(Read { change: removed, stamp, findings, is_cut_short });
        }
    };
    findings.extend(post.change_to_come(text, now).map(|remark| remark.at(path)));
    let card = card_of(&post, (key, Arc::clone(path)), &origin, (hash, stamp), read_context.site);
    let change = Change::Put(card);
    Some(Read { change, stamp, findings, is_cut_short: false })
}

/// What the catalog is to know of a post and its file.
fn card_of(
    post: &Post<'_>,
    (key, path): (Arc<str>, Arc<str>),
    origin: &Origin<'_>,
    (hash, stamp): (Hash, Fingerprint),
    site: &Site,
) -> Card {
    let groups =
        post.groups(site).into_iter().map(|(taxonomy, name)| (taxonomy, name.into())).collect();
    // Only what is made from the key is the key's own.
    let has_chosen_id = post.own_id.is_some() || site.ids != Ids::Tag;
    Card {
        key,
        long_key: (*origin.long_key).into(),
        path,
        rank: origin.rank,
        date: post.date,
        is_withheld: post.withheld.is_some(),
        groups,
        id: has_chosen_id.then(|| Hash::of(post.id(site).as_bytes())),
        // What it hangs on shows when it is rendered.
        uses: Box::default(),
        reach: post.reach,
        expires: post.expires,
        changes: Some(post.updated).filter(|updated| *updated > post.date),
        page: Hash::of_file(post.destination(site).as_bytes()).half(),
        has_tags: !post.tags.is_empty(),
        hash,
        stamp,
    }
}

/// The text of a file.
///
/// # Errors
/// When it is not UTF-8.
pub fn text(bytes: &[u8]) -> Result<&str, Error> {
    simdutf8::compat::from_utf8(bytes)
        .map_err(|error| Error::NotUtf8 { offset: error.valid_up_to(), likely: likely(bytes) })
}

/// Reads the post of a card whole and renders it, if its file is still as the card knows it.
pub fn rendered<T>(
    card: Kept<'_>,
    read_context: ReadContext<'_>,
    render: impl FnOnce(&Post<'_>) -> T,
) -> Option<T> {
    if large_posts::is_set_aside(card.path(), card.stamp()) {
        return None;
    }
    let _at = stall::at(&card.path().into());
    // The file as well is in memory for as long.
    large_posts::in_turn(card.path(), card.stamp(), || whole(card, read_context, render)).flatten()
}

/// Reads the post of a card whole and looks at it, if its file is still as the card knows it.
pub fn whole<T>(
    card: Kept<'_>,
    read_context: ReadContext<'_>,
    look: impl FnOnce(&Post<'_>) -> T,
) -> Option<T> {
    // The hash tells whether it is the file of the card, whatever else it may have become.
    let bytes = read_context.folder.read_known(card.path(), card.stamp().size).ok()?;
    if Hash::of_file(&bytes) != card.hash() {
        return None;
    }
    let origin = Origin::of(card.path(), read_context.layout)?;
    let mut post = Post::parse(&origin, text(&bytes).ok()?, read_context.site).post.ok()?;
    card.own_key().clone_into(&mut post.key);
    Some(look(&post))
}

/// The length of an enclosure that is a file of the site. It is looked up when the post is rendered: a
/// change of that file alone touches no feed.
pub fn length(enclosure: &Enclosure, read_context: ReadContext<'_>) -> Option<u64> {
    let path = enclosure.path(read_context.site)?;
    disk::size_of(&read_context.folder.path().join(path))
}

/// The path of the page of a card's post.
pub fn page(card: Kept<'_>, read_context: ReadContext<'_>) -> Option<String> {
    whole(card, read_context, |post| post.destination(read_context.site))
}
