//! What can be asked of the catalog.

use std::collections::BTreeSet;

use crate::catalog::cards::{Kept, Place};
use crate::catalog::order::Order;
use crate::catalog::rivals::is_one_post;
use crate::catalog::{Catalog, FeedName, feeds_of};
use crate::content::date::Moment;
use crate::content::dependency::Use;
use crate::content::post_path::without_numbers;
use crate::content::site::Window;

impl Catalog {
    /// When something becomes due next.
    pub fn next_due(&self) -> Option<Moment> {
        self.agenda.first().map(|(due, _)| *due)
    }

    /// Whether the time of a post's last change, by its own word, is still to come.
    pub fn awaits_change(&self, card: Kept<'_>) -> bool {
        card.changes().is_some_and(|at| self.agenda.contains(&(at, card.handle())))
    }

    /// The names of all feeds that have posts, in order. The site's feed is always there.
    pub fn feeds(&self) -> impl Iterator<Item = &FeedName> {
        let site = (!self.feeds.contains_key(&FeedName::Site)).then_some(&FeedName::Site);
        site.into_iter().chain(self.feeds.keys())
    }

    /// How many published posts a feed has.
    pub fn count(&self, feed: &FeedName) -> usize {
        self.feeds.get(feed).map_or(0, Order::len)
    }

    /// When the newest published post of all was published.
    pub fn newest(&self) -> Option<Moment> {
        let id = self.feeds.get(&FeedName::Site)?.backwards().next()?;
        Some(self.cards.get(id).date())
    }

    /// The posts that a feed carries, newest first.
    pub fn window(&self, feed: &FeedName, window: Window) -> Vec<Kept<'_>> {
        let posts = || {
            let order = self.feeds.get(feed).into_iter();
            order.flat_map(Order::backwards).map(|id| self.cards.get(id))
        };
        let oldest = posts().next().zip(window.hours).map(|(newest, hours)| {
            let seconds = i64::try_from(hours).unwrap_or(i64::MAX).saturating_mul(3600);
            Moment::from_unix(newest.date().unix().saturating_sub(seconds))
        });
        let stays = |(index, card): &(usize, Kept<'_>)| {
            *index < window.limit || oldest.is_some_and(|oldest| card.date() >= oldest)
        };
        let carried = posts().take(window.cap).enumerate().take_while(stays);
        carried.map(|(_, card)| card).collect()
    }

    /// All files that are posts, in no order.
    pub fn cards(&self) -> impl Iterator<Item = Kept<'_>> {
        self.cards.iter()
    }

    /// The file of the post that has a key.
    pub fn winner(&self, key: &str) -> Option<Kept<'_>> {
        self.of_key(key).find(|card| card.place() == Place::First)
    }

    /// The file of the post that another one names by its long key, or by its short one.
    pub fn named(&self, name: &str) -> Option<Kept<'_>> {
        let long = self.of_key(&without_numbers(name)).find(|card| card.long_key() == name);
        long.map_or_else(|| self.winner(name), |card| self.post_of(card))
    }

    /// The file that is used of the post that a file is one of.
    pub fn post_of<'c>(&'c self, file: Kept<'c>) -> Option<Kept<'c>> {
        if file.place() != Place::Shadowed {
            return Some(file);
        }
        let posts = self.of_key(file.key()).filter(|card| card.place() != Place::Shadowed);
        let of_it = posts.filter(|card| is_one_post(*card, file));
        of_it.min_by_key(|card| (card.rank(), card.path()))
    }

    pub(in crate::catalog) fn of_key(&self, key: &str) -> impl Iterator<Item = Kept<'_>> {
        self.cards.of_key(key).map(|id| self.cards.get(id))
    }

    /// The card of one file.
    pub fn card(&self, key: &str, path: &str) -> Option<Kept<'_>> {
        let mut cards = self.cards.of_path(path).map(|id| self.cards.get(id));
        cards.find(|card| card.key() == key)
    }

    /// How many posts there are, published or not.
    pub fn len(&self) -> usize {
        self.posts
    }

    /// How many files they are taken from, those that another file wins over included.
    pub fn files(&self) -> usize {
        self.cards.len()
    }

    /// A number above those of all files.
    pub fn bound(&self) -> usize {
        self.cards.bound()
    }

    /// Whether there is no post at all.
    pub fn is_empty(&self) -> bool {
        self.posts == 0
    }

    /// The feeds of the posts whose entries hang on something that has changed.
    pub fn touched_by(&self, used: &Use) -> BTreeSet<FeedName> {
        let users = self.users.get(used).into_iter().flatten();
        users.flat_map(|id| feeds_of(self.cards.get(*id))).collect()
    }

    /// All that entries hang on besides their files.
    pub fn used(&self) -> impl Iterator<Item = &Use> {
        self.users.keys()
    }
}
