//! Reads posts: each file's card for the catalog, and whole posts for entries.
//!
//! A rendered post is kept in a bounded memo, because one post stands in several feeds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::content::catalog::cards::Kept;
use crate::content::catalog::{Catalog, Change};
use crate::content::date::Moment;
use crate::content::enclosure::Enclosure;
use crate::content::encoding::likely;
use crate::content::permalink::{Layout, Origin, named_key};
use crate::content::post::{Card, FileStamp, Post};
use crate::content::site::{Ids, Site};
use crate::error::{Error, Finding, Remark, Severity};
use crate::feed::assemble;
use crate::feed::model::Entry;
use crate::hash::Hash;
use crate::service::disk::{self, Folder};
use crate::service::large_posts;
use crate::service::stall;

/// The largest post, in bytes.
pub const MAX_POST: u64 = 8 * 1024 * 1024;

/// How many bytes of entries each of the memo's two generations holds.
const GENERATION: usize = 24 * 1024 * 1024;

/// How many bytes of entries the memo has at most after a full build.
const AT_REST: usize = 8 * 1024 * 1024;

/// What reading a file for the catalog gave.
#[derive(Debug)]
pub struct Read {
    /// What it means for the catalog.
    pub change: Change,
    /// The file as it was when it was read.
    pub stamp: FileStamp,
    /// What was noticed; an error among them says why there is no post.
    pub findings: Vec<Finding>,
    /// Whether the file looks as if it were still being written.
    pub is_cut_short: bool,
}

/// Where files are read, and by which rules.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
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
    ground: Ground<'_>,
    known: Option<Kept<'_>>,
    now: Moment,
) -> Option<Read> {
    let Ground { folder, layout, site } = ground;
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
                let (stamp, findings) = (FileStamp::default(), Vec::new());
                return Some(Read { change: removed, stamp, findings, is_cut_short: false });
            };
            let error = match error {
                // Nor is it known whether it is there.
                Error::Io { reason, .. } if stamp == FileStamp::default() => {
                    Error::Withheld { reason }
                }
                error => error,
            };
            return Some(rejected(error, FileStamp { inode: 0, ..stamp }));
        }
    };
    if large_posts::is_set_aside(path, stamp) {
        return Some(rejected(Error::SetAside, stamp));
    }
    let hash = Hash::of_file(&bytes);
    // Without a stamp it is to be read again, for what there is to say of it.
    let known = known.filter(|known| known.hash() == hash && known.stamp() != FileStamp::default());
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
    let card = card_of(&post, (key, Arc::clone(path)), origin.rank, (hash, stamp), ground);
    let change = Change::Put(card);
    Some(Read { change, stamp, findings, is_cut_short: false })
}

/// What the catalog is to know of a post and its file.
fn card_of(
    post: &Post<'_>,
    (key, path): (Arc<str>, Arc<str>),
    rank: usize,
    (hash, stamp): (Hash, FileStamp),
    ground: Ground<'_>,
) -> Card {
    let Ground { layout, site, .. } = ground;
    let groups =
        post.groups(site).into_iter().map(|(taxonomy, name)| (taxonomy, name.into())).collect();
    // Only what is made from the key is the key's own.
    let has_chosen_id = post.own_id.is_some() || site.ids != Ids::Tag;
    Card {
        key,
        path,
        rank,
        date: post.date,
        is_withheld: post.withheld.is_some(),
        groups,
        id: has_chosen_id.then(|| Hash::of(post.id(site).as_bytes())),
        links: post.links().iter().map(|words| named_key(words, layout).into()).collect(),
        reach: post.reach,
        expires: post.expires,
        changes: Some(post.updated).filter(|updated| *updated > post.date),
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

/// What entries are made from.
#[derive(Debug, Clone, Copy)]
pub struct Copy<'a> {
    /// Where the posts are.
    pub ground: Ground<'a>,
    /// The index of posts.
    pub catalog: &'a Catalog,
}

/// Reads the post of a card whole and renders it, if its file is still as the card knows it.
fn rendered<T>(
    card: Kept<'_>,
    ground: Ground<'_>,
    render: impl FnOnce(&Post<'_>) -> T,
) -> Option<T> {
    if large_posts::is_set_aside(card.path(), card.stamp()) {
        return None;
    }
    let _at = stall::at(&card.path().into());
    // The file as well is in memory for as long.
    large_posts::in_turn(card.path(), card.stamp(), || whole(card, ground, render)).flatten()
}

/// Reads the post of a card whole and looks at it, if its file is still as the card knows it.
fn whole<T>(card: Kept<'_>, ground: Ground<'_>, look: impl FnOnce(&Post<'_>) -> T) -> Option<T> {
    let (bytes, _) = ground.folder.read(card.path(), MAX_POST).ok()?;
    if Hash::of_file(&bytes) != card.hash() {
        return None;
    }
    let origin = Origin::of(card.path(), ground.layout)?;
    Post::parse(&origin, text(&bytes).ok()?, ground.site).post.ok().map(|post| look(&post))
}

/// What rendering the body of a card's post gives to remark on.
pub fn body_findings(card: Kept<'_>, copy: Copy<'_>) -> Vec<Finding> {
    let resolve = |words: &str| address(words, copy);
    let both = rendered(card, copy.ground, |post| {
        let body = post.render(copy.ground.site, &resolve).body;
        let differences = post.differences(&body.html);
        (body, differences)
    });
    let Some((body, differences)) = both else { return Vec::new() };
    let remark = |error| Remark { severity: Severity::Warning, line: 0, column: 0, error };
    let warnings = body.warnings.into_iter().map(remark);
    body.remarks
        .into_iter()
        .chain(differences)
        .chain(warnings)
        .map(|remark| remark.at(card.path()))
        .collect()
}

/// The address of the post that Liquid's `link` or `post_url` names.
fn address(words: &str, copy: Copy<'_>) -> Option<String> {
    let target = copy.catalog.winner(&named_key(words, copy.ground.layout))?;
    whole(target, copy.ground, |post| post.url(copy.ground.site))
}

/// The length of an enclosure that is a file of the site. It is looked up when the post is rendered: a
/// change of that file alone touches no feed.
fn length(enclosure: &Enclosure, ground: Ground<'_>) -> Option<u64> {
    let path = enclosure.path(ground.site)?;
    disk::size_of(&ground.folder.path().join(path))
}

/// All that an entry hangs on besides the settings: where the post's file is and what is in it, and
/// the same of the posts that its body names.
fn state(card: Kept<'_>, catalog: &Catalog) -> Hash {
    let mut states = String::with_capacity(128);
    let mut add = |card: Option<Kept<'_>>| {
        if let Some(card) = card {
            states += card.path();
            // No path holds one: what is said of one file cannot be taken for that of two.
            states.push('\0');
            states.extend(card.hash().digits().map(char::from));
        }
        states.push('\0');
    };
    add(Some(card));
    if catalog.awaits_change(card) {
        add(Some(card));
    }
    card.links().iter().for_each(|key| add(catalog.winner(key)));
    Hash::of(states.as_bytes())
}

/// Rendered posts by all that they hang on, in two generations: what is used moves to the
/// young one, and the old one is dropped when the young one is full.
#[derive(Debug, Default)]
pub struct Memo {
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Hash, Arc<Entry>>,
    old: HashMap<Hash, Arc<Entry>>,
    /// Bytes of texts in the young one.
    size: usize,
}

impl Memo {
    /// The entry of a card, read and rendered unless the memo has it. `None` when the file cannot
    /// be read any more as it was: its change is on its way.
    pub fn entry(&self, card: Kept<'_>, copy: Copy<'_>) -> Option<Arc<Entry>> {
        let Copy { ground, catalog } = copy;
        let state = state(card, catalog);
        if let Some(entry) = self.lock().find(state) {
            return Some(entry);
        }
        let resolve = |words: &str| address(words, copy);
        let render = |post: &Post<'_>| {
            let mut entry = assemble::entry(post, post.render(ground.site, &resolve), ground.site);
            if catalog.awaits_change(card) {
                entry.updated = entry.published.clone();
            }
            for (file, of_post) in entry.enclosures.iter_mut().zip(&post.enclosures) {
                file.length = file.length.or_else(|| length(of_post, ground));
            }
            entry
        };
        let entry = Arc::new(rendered(card, ground, render)?);
        self.lock().keep(state, Arc::clone(&entry));
        Some(entry)
    }

    /// Forgets most of what a full build rendered, unless it is little: hardly any of it is asked
    /// for again, and it would stay in memory for as long as few posts change.
    pub fn settle(&self) {
        let mut generations = self.lock();
        generations.old = HashMap::new();
        if generations.size > AT_REST {
            *generations = Generations::default();
        }
    }

    /// Forgets everything: the site has other settings now.
    pub fn clear(&self) {
        *self.lock() = Generations::default();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Generations> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn find(&mut self, state: Hash) -> Option<Arc<Entry>> {
        if let Some(entry) = self.young.get(&state) {
            return Some(Arc::clone(entry));
        }
        let entry = self.old.remove(&state)?;
        self.keep(state, Arc::clone(&entry));
        Some(entry)
    }

    fn keep(&mut self, state: Hash, entry: Arc<Entry>) {
        self.size += entry.content.as_ref().map_or(0, String::len) + entry.summary.len() + 512;
        self.young.insert(state, entry);
        if self.size > GENERATION {
            self.old = std::mem::take(&mut self.young);
            self.size = 0;
        }
    }
}
