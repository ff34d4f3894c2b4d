//! What several files with one key are: one post, or several.

use std::collections::{HashMap, HashSet};

use crate::catalog::cards::{Cards, Id, Kept, Place};
use crate::content::date::Moment;

/// What each of the cards with one key is. Files of one long key are one post, and so are those of two
/// roots with one date: a post that was moved has it still. The earliest root wins. Of several posts the
/// oldest has the key.
pub fn places(cards: &Cards, mut rivals: Vec<Id>) -> Vec<(Id, Place)> {
    rivals.sort_unstable_by_key(|id| (cards.get(*id).rank(), cards.get(*id).path()));
    let mut long_keys = HashSet::new();
    let mut roots: HashMap<Moment, usize> = HashMap::new();
    let (mut places, mut posts) = (Vec::with_capacity(rivals.len()), Vec::new());
    for id in rivals {
        let card = cards.get(id);
        let is_moved = roots.get(&card.date()).is_some_and(|rank| *rank < card.rank());
        if is_moved || !long_keys.insert(card.long_key()) {
            places.push((id, Place::Shadowed));
        } else {
            roots.entry(card.date()).or_insert(card.rank());
            posts.push(id);
        }
    }
    posts.sort_unstable_by_key(|id| (cards.get(*id).date(), cards.get(*id).path()));
    let ranked = posts.into_iter().enumerate();
    places.extend(
        ranked.map(|(index, id)| (id, if index == 0 { Place::First } else { Place::Other })),
    );
    places
}

/// Whether two files with one key are those of one post, as [`places`] has it.
pub fn is_one_post(one: Kept<'_>, other: Kept<'_>) -> bool {
    one.long_key() == other.long_key() || (one.rank() != other.rank() && one.date() == other.date())
}
