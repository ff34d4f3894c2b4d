//! The catalog: the index of all posts as cards, ordered by feed. No titles and no bodies.
//!
//! It answers three questions at a cost that follows the change and not the corpus: which feeds
//! does this change touch, which posts stand in a feed's window, and when is something due next.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::base::hash::Hash;
use crate::catalog::card::{Card, Group};
use crate::catalog::cards::{Cards, Id, Kept, Place};
use crate::catalog::order::Order;
use crate::catalog::rivals::places;
use crate::content::date::Moment;
use crate::content::dependency::Use;
use crate::content::post::Reach;
use crate::content::post_path::without_numbers;
use crate::content::taxonomy::Taxonomy;

pub mod card;
pub mod cards;
pub mod duplicates;
pub mod order;
mod queries;
pub mod rivals;

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

/// The index of all posts.
#[derive(Debug, Default)]
pub struct Catalog {
    cards: Cards,
    /// How many posts the cards are of.
    posts: usize,
    /// The published posts of each feed, oldest first. A feed without posts has no entry.
    feeds: BTreeMap<FeedName, Order>,
    /// What is still to come of the posts, and when: the dates on which they are published, are
    /// changed and expire.
    agenda: BTreeSet<(Moment, Id)>,
    /// The posts whose entries hang on something.
    users: HashMap<Use, BTreeSet<Id>>,
}

/// Changes of keys that several cards have: what they come to is decided when all are there, for it
/// takes a look at each of the cards.
#[derive(Debug, Default)]
struct Crowd {
    /// The posts of each key as they were, by their own keys.
    before: BTreeMap<Arc<str>, BTreeMap<Box<str>, Id>>,
    /// The cards that go.
    gone: HashSet<Id>,
}

/// As of when posts are in their feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    /// What is later is still to come.
    pub now: Moment,
    /// But posts of the future are published already (`future: true`).
    pub has_future: bool,
}

impl Horizon {
    /// Posts of all times are in their feeds.
    pub const OPEN: Self = Self { now: Moment::MIN, has_future: true };
}

/// A post that takes the place of another one.
#[derive(Debug)]
struct Coming {
    id: Id,
    /// What was still to come of the other one.
    was_to_come: Vec<Moment>,
    /// What the entry of the other one hangs on, if it stays.
    uses: Option<Box<[Use]>>,
    /// Whether it shows as the other one did.
    is_same: bool,
}

impl Catalog {
    /// An empty one, with room for the posts of so many files.
    pub fn with_capacity(files: usize) -> Self {
        Self { cards: Cards::with_capacity(files), ..Self::default() }
    }

    /// Applies changes; returns the feeds whose entries they touch.
    pub fn apply(
        &mut self,
        changes: impl IntoIterator<Item = Change>,
        horizon: Horizon,
    ) -> BTreeSet<FeedName> {
        let mut touched = BTreeSet::new();
        let mut crowd = Crowd::default();
        for change in changes {
            let (key, path) = match &change {
                Change::Put(card) => (Arc::clone(&card.key), Arc::clone(&card.path)),
                Change::Remove { key, path } => (Arc::clone(key), Arc::clone(path)),
            };
            let of_key = || self.cards.of_key(&key).filter(|id| !crowd.gone.contains(id));
            let is_it = |id: &Id| !crowd.gone.contains(id) && self.cards.get(*id).key() == &*key;
            let replaced = self.cards.of_path(&path).find(is_it);
            let has_rivals = of_key().any(|id| Some(id) != replaced);
            let is_crowded = has_rivals || crowd.before.contains_key(&key);
            if is_crowded && !crowd.before.contains_key(&key) {
                crowd.before.insert(Arc::clone(&key), self.posts_of(&key, &crowd.gone));
            }
            let added =
                if let Change::Put(card) = &change { Some(self.cards.add(card)) } else { None };
            if is_crowded {
                crowd.gone.extend(replaced);
                continue;
            }
            self.supersede(&key, &[(replaced, added)], horizon, &mut touched);
            if let Some(replaced) = replaced {
                self.cards.remove(replaced);
            }
        }
        for (key, before) in crowd.before {
            self.settle(&key, before, &crowd.gone, horizon, &mut touched);
        }
        crowd.gone.into_iter().for_each(|id| self.cards.remove(id));
        touched
    }

    /// The posts among the cards with a key, each by its own one.
    fn posts_of(&self, key: &str, gone: &HashSet<Id>) -> BTreeMap<Box<str>, Id> {
        let ids = self.cards.of_key(key).filter(|id| !gone.contains(id));
        let posts = ids.map(|id| (self.cards.get(id), id));
        let posts = posts.filter(|(card, _)| card.place() != Place::Shadowed);
        posts.map(|(card, id)| (card.own_key().into(), id)).collect()
    }

    /// Decides which of the cards with a key are posts of their own, and has those take the place of
    /// the posts that there were before.
    fn settle(
        &mut self,
        key: &str,
        before: BTreeMap<Box<str>, Id>,
        gone: &HashSet<Id>,
        horizon: Horizon,
        touched: &mut BTreeSet<FeedName>,
    ) {
        let rivals = self.cards.of_key(key).filter(|id| !gone.contains(id)).collect();
        for (id, place) in places(&self.cards, rivals) {
            self.cards.place(id, place);
        }
        let mut after = self.posts_of(key, gone);
        let mut pairs = Vec::with_capacity(after.len());
        for (own_key, id) in before {
            pairs.push((Some(id), after.remove(&own_key)));
        }
        pairs.extend(after.into_values().map(|id| (None, Some(id))));
        pairs.retain(|(before, after)| before != after);
        self.supersede(key, &pairs, horizon, touched);
    }

    /// Takes in what has become due: posts come, are changed or expire. Returns the feeds that this
    /// touches.
    pub fn release(&mut self, now: Moment) -> BTreeSet<FeedName> {
        let mut touched = BTreeSet::new();
        while let Some((due, id)) = self.agenda.first().copied().filter(|(due, _)| *due <= now) {
            let was_shown = self.is_shown(id);
            self.agenda.remove(&(due, id));
            match (was_shown, self.is_shown(id)) {
                (false, true) => self.publish(id, &mut touched),
                (true, false) => self.withdraw(id, &mut touched),
                (true, true) => touched.extend(feeds_of(self.cards.get(id))),
                (false, false) => {}
            }
        }
        touched
    }

    /// Puts posts in the places of those that there were; says which feeds that touches.
    fn supersede(
        &mut self,
        key: &str,
        pairs: &[(Option<Id>, Option<Id>)],
        horizon: Horizon,
        touched: &mut BTreeSet<FeedName>,
    ) {
        let mut has_changed = false;
        let mut coming = Vec::with_capacity(pairs.len());
        for (before, after) in pairs.iter().copied() {
            self.posts = self.posts + usize::from(after.is_some()) - usize::from(before.is_some());
            let of = |id: Option<Id>| id.map(|id| substance(self.cards.get(id)));
            let is_same = of(before) == of(after) && !self.shows_move(before, after);
            // Its entry stays, and hangs on what it did.
            let former = before.filter(|_| is_same).map(|id| self.cards.get(id).uses());
            let uses = former.filter(|uses| !uses.is_empty()).map(Box::from);
            // A card that is only known better touches nothing.
            let mut untouched = BTreeSet::new();
            let feeds = if is_same { &mut untouched } else { &mut *touched };
            let was_to_come = before.map(|id| self.unlink(id, feeds)).unwrap_or_default();
            coming.extend(after.map(|id| Coming { id, was_to_come, uses, is_same }));
            has_changed |= !is_same;
        }
        // All have gone before any comes: a card may be in two of the pairs.
        for Coming { id, was_to_come, uses, is_same } in coming {
            let mut untouched = BTreeSet::new();
            let feeds = if is_same { &mut untouched } else { &mut *touched };
            if let Some(uses) = uses {
                self.cards.set_uses(id, uses);
            }
            // What has become due in the meantime is for `release` to notice.
            let to_come =
                if is_same { was_to_come } else { to_come(self.cards.get(id), horizon).collect() };
            self.link(id, to_come, feeds);
        }
        if has_changed && !self.users.is_empty() {
            touched.append(&mut self.touched_by(&Use::Post(key.into())));
        }
    }

    /// Whether an entry shows that its post lies somewhere else now.
    fn shows_move(&self, before: Option<Id>, after: Option<Id>) -> bool {
        let cards =
            before.zip(after).map(|(one, other)| (self.cards.get(one), self.cards.get(other)));
        cards.is_some_and(|(one, other)| {
            one.uses().contains(&Use::Path) && one.path() != other.path()
        })
    }

    /// Notes what the entry of a post hangs on, which shows when it is rendered.
    pub fn note_uses(&mut self, key: &str, path: &str, uses: Box<[Use]>) {
        let found = self.card(key, path).map(|card| card.handle());
        let is_post = |id: &Id| self.cards.get(*id).place() != Place::Shadowed;
        let Some(id) = found.filter(is_post) else { return };
        self.refer(id, false);
        self.cards.set_uses(id, uses);
        self.refer(id, true);
    }

    /// Notes what a card's entry hangs on, or that it does not any more.
    fn refer(&mut self, id: Id, does: bool) {
        let Self { cards, users, .. } = self;
        for used in cards.get(id).uses().iter().flat_map(names_of) {
            let of_it = users.entry(used.clone()).or_default();
            if does {
                of_it.insert(id);
            } else {
                of_it.remove(&id);
            }
            if of_it.is_empty() {
                users.remove(&used);
            }
        }
    }

    /// Puts a post into its feeds, unless its date is among what is `to_come` of it.
    fn link(&mut self, id: Id, to_come: Vec<Moment>, touched: &mut BTreeSet<FeedName>) {
        if self.cards.get(id).is_withheld() {
            return;
        }
        self.refer(id, true);
        self.agenda.extend(to_come.into_iter().map(|due| (due, id)));
        if self.is_shown(id) {
            self.publish(id, touched);
        }
    }

    /// Takes a post out of its feeds; says what was still to come of it.
    fn unlink(&mut self, id: Id, touched: &mut BTreeSet<FeedName>) -> Vec<Moment> {
        let card = self.cards.get(id);
        if card.is_withheld() {
            return Vec::new();
        }
        let moments = moments(card);
        let was_shown = self.is_shown(id);
        self.refer(id, false);
        let moments = moments.into_iter().flatten();
        let to_come = moments.filter(|due| self.agenda.remove(&(*due, id))).collect();
        if was_shown {
            self.withdraw(id, touched);
        }
        to_come
    }

    /// Whether a post has come and has not expired.
    fn is_shown(&self, id: Id) -> bool {
        let [date, expires, _] = moments(self.cards.get(id));
        let is_to_come = |due: Moment| self.agenda.contains(&(due, id));
        !date.is_some_and(is_to_come) && expires.is_none_or(is_to_come)
    }

    fn publish(&mut self, id: Id, touched: &mut BTreeSet<FeedName>) {
        let Self { cards, feeds, .. } = self;
        for feed in feeds_of(cards.get(id)) {
            let order = feeds.entry(feed.clone()).or_default();
            order.insert(id, |one, other| is_before(cards, one, other));
            touched.insert(feed);
        }
    }

    fn withdraw(&mut self, id: Id, touched: &mut BTreeSet<FeedName>) {
        let Self { cards, feeds, .. } = self;
        for feed in feeds_of(cards.get(id)) {
            if let Some(order) = feeds.get_mut(&feed) {
                order.remove(id, |one, other| is_before(cards, one, other));
                if order.is_empty() {
                    feeds.remove(&feed);
                }
            }
            touched.insert(feed);
        }
    }
}

/// What changes when something does that an entry hangs on: posts are named by their long keys or by
/// their short ones.
fn names_of(used: &Use) -> impl Iterator<Item = Use> {
    let short = match used {
        Use::Post(name) => Some(without_numbers(name)).filter(|short| **short != **name),
        _ => None,
    };
    [Some(used.clone()), short.map(|short| Use::Post((*short).into()))].into_iter().flatten()
}

/// When a post comes, expires and is changed.
fn moments(card: Kept<'_>) -> [Option<Moment>; 3] {
    [Some(card.date()), card.expires(), card.changes()]
}

/// What of these is to come. One that has expired does not come.
fn to_come(card: Kept<'_>, horizon: Horizon) -> impl Iterator<Item = Moment> {
    let [date, expires, changes] = moments(card);
    let date = date.filter(|_| !horizon.has_future);
    [date, expires, changes].into_iter().flatten().filter(move |due| *due > horizon.now)
}

/// Whether a post stands before another one in the order of a feed: oldest first, then backwards by
/// key and path. A total order, so that the same folder gives the same feeds whatever the order in which
/// files were read.
fn is_before(cards: &Cards, one: Id, other: Id) -> bool {
    let (one, other) = (cards.get(one), cards.get(other));
    let by_name = || other.key().cmp(one.key()).then_with(|| other.path().cmp(one.path()));
    one.date().cmp(&other.date()).then_with(by_name).is_lt()
}

/// What of a card shows in feeds.
type Substance<'a> = (Moment, bool, Reach, [Option<Moment>; 2], &'a [Group], Hash, &'a str);

/// The substance of a card: not where its file lies, so a move between roots is no change; but
/// its name, because `a.md` and `a.html` are read differently.
fn substance(card: Kept<'_>) -> Substance<'_> {
    let name = card.path().rsplit('/').next().unwrap_or_default();
    let later = [card.expires(), card.changes()];
    (card.date(), card.is_withheld(), card.reach(), later, card.groups(), card.hash(), name)
}

/// The feeds that a post is in when it is shown.
fn feeds_of(card: Kept<'_>) -> impl Iterator<Item = FeedName> {
    let reach = card.reach();
    let groups = if reach == Reach::None { &[] } else { card.groups() };
    // Items of a collection are no posts.
    let is_item = groups.iter().any(|(taxonomy, _)| *taxonomy == Taxonomy::Collection);
    let groups = groups.iter().map(|(taxonomy, name)| FeedName::Group(*taxonomy, Arc::clone(name)));
    let is_in_site = reach == Reach::All && !is_item;
    is_in_site.then_some(FeedName::Site).into_iter().chain(groups)
}
