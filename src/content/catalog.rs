//! The catalog: the index of all posts as cards, ordered by feed. No titles and no bodies.
//!
//! It answers three questions at a cost that follows the change and not the corpus: which feeds
//! does this change touch, which posts stand in a feed's window, and when is the next post due.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::content::date::Moment;
use crate::content::post::Card;
use crate::content::site::{Taxonomy, Window};
use crate::hash::Hash;

/// Which feed: the site's, or that of one category, tag or author.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum FeedName {
    /// All posts.
    Site,
    /// The posts of one group.
    Group(Taxonomy, Arc<str>),
}

/// What happened to one file.
#[derive(Debug, Clone)]
pub enum Change {
    /// The file is new or has other bytes.
    Put(Card),
    /// The file is gone, or is no post any more.
    Remove {
        /// The post's name across all roots.
        key: Arc<str>,
        /// The file, relative to the site.
        path: Arc<str>,
    },
}

/// Position of a post in a feed: newest first, then by key. A total order, so that the same
/// folder gives the same feeds whatever the order in which files were read.
type Place = (Reverse<Moment>, Arc<str>);

/// The index of all posts.
#[derive(Debug, Default)]
pub struct Catalog {
    /// The files of each key, the winner first.
    posts: HashMap<Arc<str>, Vec<Card>>,
    /// The published posts of each feed, in order. A feed without posts has no entry.
    feeds: BTreeMap<FeedName, BTreeSet<Place>>,
    /// Posts that are not due yet.
    pending: BTreeSet<(Moment, Arc<str>)>,
    /// Posts whose bodies name the address of a post, by the key of that one.
    referrers: HashMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// Group names, each stored once.
    names: HashSet<Arc<str>>,
}

impl Catalog {
    /// Applies changes as of `now`; returns the feeds whose entries they touch. `now` is
    /// `None` when posts of the future are published too.
    pub fn apply(
        &mut self,
        changes: impl IntoIterator<Item = Change>,
        now: Option<Moment>,
    ) -> BTreeSet<FeedName> {
        let mut touched = BTreeSet::new();
        for change in changes {
            let key = match &change {
                Change::Put(card) => Arc::clone(&card.key),
                Change::Remove { key, .. } => Arc::clone(key),
            };
            let before = self.winner(&key).cloned();
            self.replace(change);
            let after = self.winner(&key).cloned();
            if before.as_ref().map(substance) == after.as_ref().map(substance) {
                continue;
            }
            if let Some(card) = before {
                self.unlink(&card, &mut touched);
            }
            if let Some(card) = after {
                self.link(&card, now, &mut touched);
            }
            for referrer in self.referrers.get(&key).into_iter().flatten() {
                touched.extend(self.winner(referrer).into_iter().flat_map(feeds_of));
            }
        }
        touched
    }

    /// Publishes the posts that have become due; returns the feeds that gain by it.
    pub fn release(&mut self, now: Moment) -> BTreeSet<FeedName> {
        let mut touched = BTreeSet::new();
        while let Some((due, key)) = self.pending.first().cloned().filter(|(due, _)| *due <= now) {
            self.pending.remove(&(due, Arc::clone(&key)));
            if let Some(card) = self.winner(&key).cloned() {
                self.link(&card, Some(now), &mut touched);
            }
        }
        touched
    }

    /// When the next post becomes due.
    pub fn next_due(&self) -> Option<Moment> {
        self.pending.first().map(|(due, _)| *due)
    }

    /// The names of all feeds that have posts, in order. The site's feed is always there.
    pub fn feeds(&self) -> impl Iterator<Item = &FeedName> {
        let site = (!self.feeds.contains_key(&FeedName::Site)).then_some(&FeedName::Site);
        site.into_iter().chain(self.feeds.keys())
    }

    /// How many published posts a feed has.
    pub fn count(&self, feed: &FeedName) -> usize {
        self.feeds.get(feed).map_or(0, BTreeSet::len)
    }

    /// The posts that a feed carries, newest first.
    pub fn window(&self, feed: &FeedName, window: Window) -> Vec<&Card> {
        let Some(order) = self.feeds.get(feed) else { return Vec::new() };
        let oldest = order.first().zip(window.hours).map(|((Reverse(newest), _), hours)| {
            let seconds = i64::try_from(hours).unwrap_or(i64::MAX).saturating_mul(3600);
            Moment::from_unix(newest.unix().saturating_sub(seconds))
        });
        let stays = |(index, (Reverse(date), _)): &(usize, &Place)| {
            *index < window.limit || oldest.is_some_and(|oldest| *date >= oldest)
        };
        let places = order.iter().take(window.cap).enumerate().take_while(stays);
        places.filter_map(|(_, (_, key))| self.winner(key)).collect()
    }

    /// All files that are posts, the winner of each key first.
    pub fn cards(&self) -> impl Iterator<Item = &Card> {
        self.posts.values().flatten()
    }

    /// The file that a key's post is taken from.
    pub fn winner(&self, key: &str) -> Option<&Card> {
        self.posts.get(key).and_then(|cards| cards.first())
    }

    /// The card of one file.
    pub fn card(&self, key: &str, path: &str) -> Option<&Card> {
        self.posts.get(key)?.iter().find(|card| &*card.path == path)
    }

    /// How many posts there are, published or not.
    pub fn len(&self) -> usize {
        self.posts.len()
    }

    /// Whether there is no post at all.
    pub fn is_empty(&self) -> bool {
        self.posts.is_empty()
    }

    fn replace(&mut self, change: Change) {
        match change {
            Change::Put(mut card) => {
                for (_, name) in &mut card.groups {
                    *name = self.interned(name);
                }
                let cards = self.posts.entry(Arc::clone(&card.key)).or_default();
                cards.retain(|other| other.path != card.path);
                let place = cards
                    .partition_point(|other| (other.rank, &other.path) < (card.rank, &card.path));
                cards.insert(place, card);
                cards.shrink_to_fit();
            }
            Change::Remove { key, path } => {
                if let Some(cards) = self.posts.get_mut(&key) {
                    cards.retain(|card| card.path != path);
                    if cards.is_empty() {
                        self.posts.remove(&key);
                    }
                }
            }
        }
    }

    fn interned(&mut self, name: &Arc<str>) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return Arc::clone(known);
        }
        self.names.insert(Arc::clone(name));
        Arc::clone(name)
    }

    /// Notes whom a card's body names, or that it does not any more.
    fn refer(&mut self, card: &Card, does: bool) {
        for target in &card.links {
            let referrers = self.referrers.entry(Arc::clone(target)).or_default();
            if does {
                referrers.insert(Arc::clone(&card.key));
            } else {
                referrers.remove(&card.key);
            }
            if referrers.is_empty() {
                self.referrers.remove(target);
            }
        }
    }

    fn link(&mut self, card: &Card, now: Option<Moment>, touched: &mut BTreeSet<FeedName>) {
        if card.is_withheld {
            return;
        }
        self.refer(card, true);
        if now.is_some_and(|now| card.date > now) {
            self.pending.insert((card.date, Arc::clone(&card.key)));
            return;
        }
        for feed in feeds_of(card) {
            self.feeds.entry(feed.clone()).or_default().insert(place(card));
            touched.insert(feed);
        }
    }

    fn unlink(&mut self, card: &Card, touched: &mut BTreeSet<FeedName>) {
        if card.is_withheld {
            return;
        }
        self.refer(card, false);
        if self.pending.remove(&(card.date, Arc::clone(&card.key))) {
            return;
        }
        for feed in feeds_of(card) {
            if let Some(order) = self.feeds.get_mut(&feed) {
                order.remove(&place(card));
                if order.is_empty() {
                    self.feeds.remove(&feed);
                }
            }
            touched.insert(feed);
        }
    }
}

/// What of a card shows in feeds.
type Substance<'a> = (Moment, bool, &'a [(Taxonomy, Arc<str>)], Hash, &'a str);

/// The substance of a card: not where its file lies, so a move between roots is no change; but
/// its name, because `a.md` and `a.html` are read differently.
fn substance(card: &Card) -> Substance<'_> {
    let name = card.path.rsplit('/').next().unwrap_or(&card.path);
    (card.date, card.is_withheld, &card.groups, card.hash, name)
}

fn place(card: &Card) -> Place {
    (Reverse(card.date), Arc::clone(&card.key))
}

fn feeds_of(card: &Card) -> impl Iterator<Item = FeedName> {
    let groups =
        card.groups.iter().map(|(taxonomy, name)| FeedName::Group(*taxonomy, Arc::clone(name)));
    std::iter::once(FeedName::Site).chain(groups)
}
