//! The store of cards, packed: half a million of them must fit beside a web server.
//!
//! A card is found by the key of its post and named by a number that is its own for as long as it
//! is here. Paths stand in one text, most keys are a part of their path, posts of the same groups
//! share one list of them, and what few posts have costs the others a pointer.

mod kept;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::Arc;

use hashbrown::HashTable;

use crate::base::hash::Hash;
use crate::catalog::card::{Card, Group};
use crate::content::date::Moment;
use crate::content::dependency::Use;
use crate::content::post::Reach;

/// The number of a card.
pub type Id = u32;

/// How many bytes of paths that nobody has any more are worth moving the others together.
const SLACK: usize = 64 * 1024;

/// All cards.
#[derive(Debug, Default)]
pub struct Cards {
    slots: Vec<Slot>,
    /// Slots that are free again.
    free: Vec<Id>,
    /// The numbers of the cards, by the hash of their keys.
    index: HashTable<Id>,
    /// The same by the hash of their paths: many files may have one key.
    by_path: HashTable<Id>,
    hasher: RandomState,
    paths: Paths,
    sets: Sets,
}

/// A card, packed.
#[derive(Debug)]
struct Slot {
    /// Empty when the slot is free.
    path: Range<u32>,
    /// Where in the path the key is, unless `rare` has it.
    key: (u16, u16),
    /// Where the long key is, likewise.
    long_key: (u16, u16),
    rank: u16,
    place: Place,
    is_withheld: bool,
    has_tags: bool,
    date: Moment,
    groups: u32,
    page: u64,
    hash: Hash,
    size: u32,
    modified: i64,
    changed: i64,
    inode: u64,
    rare: Option<Box<Rare>>,
}

/// What a card is among those with its key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Place {
    /// The post that has the key.
    #[default]
    First,
    /// Another post, whose own key is a longer one.
    Other,
    /// Another file of a post: that of an earlier root is used.
    Shadowed,
}

/// What few cards have.
#[derive(Debug, Default)]
struct Rare {
    key: Option<Box<str>>,
    long_key: Option<Box<str>>,
    id: Option<Hash>,
    uses: Box<[Use]>,
    reach: Reach,
    expires: Option<Moment>,
    changes: Option<Moment>,
}

/// A card that is looked at where it is kept. Its parts are those of [`Card`].
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    cards: &'a Cards,
    id: Id,
}

impl Cards {
    /// None yet, and room for so many.
    pub fn with_capacity(count: usize) -> Self {
        let (slots, index) = (Vec::with_capacity(count), HashTable::with_capacity(count));
        let by_path = HashTable::with_capacity(count);
        Self { slots, index, by_path, ..Self::default() }
    }

    /// Keeps a card; its path must not be here yet.
    pub fn add(&mut self, card: &Card) -> Id {
        let key = position(&card.key, &card.path);
        let long_key = position(&card.long_key, &card.path);
        let Card { id, reach, expires, changes, .. } = *card;
        let is_rare = key.is_none()
            || long_key.is_none()
            || id.is_some()
            || !card.uses.is_empty()
            || (reach, expires, changes) != (Reach::All, None, None);
        let rare = is_rare.then(|| {
            Box::new(Rare {
                key: key.is_none().then(|| Box::from(&*card.key)),
                long_key: long_key.is_none().then(|| Box::from(&*card.long_key)),
                id,
                uses: card.uses.clone(),
                reach,
                expires,
                changes,
            })
        });
        let slot = Slot {
            path: self.paths.push(&card.path),
            key: key.unwrap_or_default(),
            long_key: long_key.unwrap_or_default(),
            place: Place::First,
            rank: u16::try_from(card.rank).unwrap_or(u16::MAX),
            is_withheld: card.is_withheld,
            has_tags: card.has_tags,
            date: card.date,
            groups: self.sets.take(&card.groups),
            page: card.page,
            hash: card.hash,
            size: u32::try_from(card.stamp.size).unwrap_or(u32::MAX),
            modified: card.stamp.modified,
            changed: card.stamp.changed,
            inode: card.stamp.inode,
            rare,
        };
        let id = if let Some(id) = self.free.pop() {
            self.slots[id as usize] = slot;
            id
        } else {
            self.slots.push(slot);
            Id::try_from(self.slots.len() - 1).unwrap_or(Id::MAX)
        };
        let Self { slots, index, by_path, hasher, paths, .. } = self;
        let hash_of = |id: &Id| hasher.hash_one(key_of(&slots[*id as usize], paths));
        index.insert_unique(hasher.hash_one(&*card.key), id, hash_of);
        let hash_of = |id: &Id| hasher.hash_one(paths.get(&slots[*id as usize].path));
        by_path.insert_unique(hasher.hash_one(&*card.path), id, hash_of);
        id
    }

    /// Forgets a card.
    pub fn remove(&mut self, id: Id) {
        let hash = self.hasher.hash_one(self.get(id).key());
        if let Ok(entry) = self.index.find_entry(hash, |other| *other == id) {
            entry.remove();
        }
        let hash = self.hasher.hash_one(self.get(id).path());
        if let Ok(entry) = self.by_path.find_entry(hash, |other| *other == id) {
            entry.remove();
        }
        let slot = &mut self.slots[id as usize];
        slot.rare = None;
        self.sets.give_back(slot.groups);
        self.paths.dead += slot.path.len();
        slot.path = 0..0;
        self.free.push(id);
        if self.paths.dead > SLACK && self.paths.dead > self.paths.text.len() / 2 {
            self.paths = self.paths.packed(&mut self.slots);
        }
    }

    /// Notes what the entry of a card hangs on.
    pub fn set_uses(&mut self, id: Id, uses: Box<[Use]>) {
        self.slots[id as usize].rare.get_or_insert_default().uses = uses;
    }

    /// Says what a card is among those with its key.
    pub fn place(&mut self, id: Id, place: Place) {
        self.slots[id as usize].place = place;
    }

    /// The card with a number.
    pub fn get(&self, id: Id) -> Kept<'_> {
        Kept { cards: self, id }
    }

    /// The numbers of the cards with a key.
    pub fn of_key(&self, key: &str) -> impl Iterator<Item = Id> {
        let found = self.index.iter_hash(self.hasher.hash_one(key));
        found.copied().filter(move |id| self.get(*id).key() == key)
    }

    /// The numbers of the cards of a file: there are two while one takes the place of the other.
    pub fn of_path(&self, path: &str) -> impl Iterator<Item = Id> {
        let found = self.by_path.iter_hash(self.hasher.hash_one(path));
        found.copied().filter(move |id| self.get(*id).path() == path)
    }

    /// All cards, in no order.
    pub fn iter(&self) -> impl Iterator<Item = Kept<'_>> {
        let live = self.slots.iter().zip(0..).filter(|(slot, _)| !slot.path.is_empty());
        live.map(|(_, id)| Kept { cards: self, id })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// A number above those of all cards.
    pub fn bound(&self) -> usize {
        self.slots.len()
    }
}

impl<'a> Kept<'a> {
    fn slot(&self) -> &'a Slot {
        &self.cards.slots[self.id as usize]
    }

    /// What it is named by.
    pub fn handle(&self) -> Id {
        self.id
    }

    /// Its number, below [`Cards::bound`].
    pub fn number(&self) -> usize {
        self.id as usize
    }
}

/// Where a key is in its path; nothing when it is not there, as with a name that is not composed.
fn position(key: &str, path: &str) -> Option<(u16, u16)> {
    // Nearly always before the extension.
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let start = if stem.ends_with(key) { Some(stem.len() - key.len()) } else { path.rfind(key) };
    let start = start.filter(|_| !key.is_empty())?;
    Some((u16::try_from(start).ok()?, u16::try_from(start + key.len()).ok()?))
}

fn key_of<'a>(slot: &'a Slot, paths: &'a Paths) -> &'a str {
    let own = slot.rare.as_ref().and_then(|rare| rare.key.as_deref());
    own.unwrap_or_else(|| paths.part(&slot.path, slot.key))
}

/// All paths, one after the other.
#[derive(Debug, Default)]
struct Paths {
    text: String,
    /// How many bytes are nobody's any more.
    dead: usize,
}

impl Paths {
    fn push(&mut self, path: &str) -> Range<u32> {
        // Paths of four gibibytes would be those of a hundred million posts.
        let end = |text: &String| u32::try_from(text.len()).unwrap_or(u32::MAX);
        let start = end(&self.text);
        self.text.push_str(path);
        start..end(&self.text)
    }

    fn get(&self, range: &Range<u32>) -> &str {
        &self.text[range.start as usize..range.end as usize]
    }

    /// A part of a path.
    fn part(&self, range: &Range<u32>, (start, end): (u16, u16)) -> &str {
        &self.get(range)[usize::from(start)..usize::from(end)]
    }

    /// The paths that somebody has, moved together.
    fn packed(&self, slots: &mut [Slot]) -> Self {
        let text = String::with_capacity(self.text.len() - self.dead);
        let mut packed = Self { text, dead: 0 };
        for slot in slots.iter_mut().filter(|slot| !slot.path.is_empty()) {
            slot.path = packed.push(self.get(&slot.path));
        }
        packed
    }
}

/// Lists of groups, each kept once however many posts have it.
#[derive(Debug, Default)]
struct Sets {
    /// Each list, and how many cards have it.
    lists: Vec<(Arc<[Group]>, usize)>,
    free: Vec<u32>,
    numbers: HashMap<Arc<[Group]>, u32>,
}

impl Sets {
    fn get(&self, number: u32) -> &[Group] {
        &self.lists[number as usize].0
    }

    fn take(&mut self, groups: &[Group]) -> u32 {
        if let Some(number) = self.numbers.get(groups) {
            self.lists[*number as usize].1 += 1;
            return *number;
        }
        let set: Arc<[Group]> = groups.into();
        let number = if let Some(number) = self.free.pop() {
            self.lists[number as usize] = (Arc::clone(&set), 1);
            number
        } else {
            self.lists.push((Arc::clone(&set), 1));
            u32::try_from(self.lists.len() - 1).unwrap_or(u32::MAX)
        };
        self.numbers.insert(set, number);
        number
    }

    fn give_back(&mut self, number: u32) {
        let (set, users) = &mut self.lists[number as usize];
        *users -= 1;
        if *users == 0 {
            self.numbers.remove(set);
            *set = Arc::new([]);
            self.free.push(number);
        }
    }
}
