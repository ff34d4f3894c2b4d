//! Files that have one key.

use std::collections::{HashMap, HashSet};

use crate::catalog::Catalog;
use crate::catalog::cards::{Kept, Place};

impl Catalog {
    /// Posts whose key another one has, each with that one, and files of a post of which an earlier
    /// one is used, each with that one; in no order.
    pub fn rivals(&self) -> impl Iterator<Item = (Kept<'_>, Kept<'_>)> {
        let others = || self.cards.iter().filter(|card| card.place() != Place::First);
        // Each would be looked for among all that have its key.
        let keys: HashSet<&str> = others().map(|card| card.key()).collect();
        let mut firsts: HashMap<&str, Kept<'_>> = HashMap::with_capacity(keys.len());
        if !keys.is_empty() {
            let cards = self.cards.iter().filter(|card| card.place() == Place::First);
            let cards = cards.filter(|card| keys.contains(card.key()));
            firsts.extend(cards.map(|card| (card.key(), card)));
        }
        others().filter_map(move |card| {
            let is_shadowed = card.place() == Place::Shadowed;
            let first = || firsts.get(card.key()).copied();
            Some((card, if is_shadowed { self.post_of(card) } else { first() }?))
        })
    }
}
