//! What a packed card says.

use crate::base::fingerprint::Fingerprint;
use crate::base::hash::Hash;
use crate::catalog::card::{Card, Group};
use crate::catalog::cards::{Kept, Place, Slot, key_of};
use crate::content::date::Moment;
use crate::content::dependency::Use;
use crate::content::post::Reach;

impl<'a> Kept<'a> {
    /// The file, relative to the site.
    pub fn path(&self) -> &'a str {
        self.cards.paths.get(&self.slot().path)
    }

    /// The name of the file across all roots, without folders of digits.
    pub fn key(&self) -> &'a str {
        key_of(self.slot(), &self.cards.paths)
    }

    /// The same with those folders.
    pub fn long_key(&self) -> &'a str {
        let slot = self.slot();
        let own = slot.rare.as_ref().and_then(|rare| rare.long_key.as_deref());
        own.unwrap_or_else(|| self.cards.paths.part(&slot.path, slot.long_key))
    }

    /// The name of the post, which no other post has: the key, unless it is another's.
    pub fn own_key(&self) -> &'a str {
        let (key, long_key, path) = (self.key(), self.long_key(), self.path());
        match self.place() {
            Place::First | Place::Shadowed => key,
            Place::Other if long_key != key => long_key,
            Place::Other => path.rsplit_once('.').map_or(path, |(bare, _)| bare),
        }
    }

    /// What it is among the cards with its key.
    pub fn place(&self) -> Place {
        self.slot().place
    }

    /// The rank of the file's root.
    pub fn rank(&self) -> usize {
        usize::from(self.slot().rank)
    }

    /// When it was published.
    pub fn date(&self) -> Moment {
        self.slot().date
    }

    /// Whether it is published at all, once its date has come.
    pub fn is_withheld(&self) -> bool {
        self.slot().is_withheld
    }

    /// Whether the post has tags.
    pub fn has_tags(&self) -> bool {
        self.slot().has_tags
    }

    /// The feeds that it belongs to, besides the site's.
    pub fn groups(&self) -> &'a [Group] {
        self.cards.sets.get(self.slot().groups)
    }

    /// Hash of the id, unless that is made from the key.
    pub fn id(&self) -> Option<Hash> {
        self.slot().rare.as_ref()?.id
    }

    /// Which of its feeds it is in.
    pub fn reach(&self) -> Reach {
        self.slot().rare.as_ref().map_or(Reach::All, |rare| rare.reach)
    }

    /// When it leaves its feeds.
    pub fn expires(&self) -> Option<Moment> {
        self.slot().rare.as_ref()?.expires
    }

    /// When it was changed, by its own word, if that is another time than its date.
    pub fn changes(&self) -> Option<Moment> {
        self.slot().rare.as_ref()?.changes
    }

    /// What its entry hangs on besides its file, as far as it was rendered.
    pub fn uses(&self) -> &'a [Use] {
        self.slot().rare.as_ref().map_or(&[], |rare| &rare.uses)
    }

    /// What its page is told by.
    pub fn page(&self) -> u64 {
        self.slot().page
    }

    /// Hash of the file's bytes.
    pub fn hash(&self) -> Hash {
        self.slot().hash
    }

    /// The file as it was when it was read.
    pub fn stamp(&self) -> Fingerprint {
        let Slot { size, modified, changed, inode, .. } = *self.slot();
        Fingerprint { size: u64::from(size), modified, changed, inode }
    }

    /// The card as it was given.
    pub fn to_card(&self) -> Card {
        Card {
            key: self.key().into(),
            long_key: self.long_key().into(),
            path: self.path().into(),
            rank: self.rank(),
            date: self.date(),
            is_withheld: self.is_withheld(),
            groups: self.groups().to_vec(),
            id: self.id(),
            uses: self.uses().into(),
            reach: self.reach(),
            expires: self.expires(),
            changes: self.changes(),
            page: self.page(),
            has_tags: self.has_tags(),
            hash: self.hash(),
            stamp: self.stamp(),
        }
    }
}
