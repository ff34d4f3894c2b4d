//! The order of the posts of one feed: their numbers in pieces, so that a post among half a million
//! comes and goes by moving a few of them.

use crate::catalog::cards::Id;

/// The most numbers in a piece.
const PIECE: usize = 256;

/// Numbers in ascending order by what `before` says: whether the first stands before the second.
#[derive(Debug, Default)]
pub struct Order {
    /// None is empty, and none is longer than [`PIECE`].
    pieces: Vec<Vec<Id>>,
    len: usize,
}

impl Order {
    /// Puts a number in its place; one that stands there already stays there once.
    pub fn insert(&mut self, id: Id, before: impl Fn(Id, Id) -> bool) {
        let at = self.piece(id, &before);
        let Some(piece) = self.pieces.get_mut(at) else {
            // After all others, as most come: a full piece stays full.
            match self.pieces.last_mut().filter(|last| last.len() < PIECE) {
                Some(last) => last.push(id),
                None => self.pieces.push(vec![id]),
            }
            self.len += 1;
            return;
        };
        let place = piece.partition_point(|other| before(*other, id));
        if piece.get(place) == Some(&id) {
            return;
        }
        piece.insert(place, id);
        self.len += 1;
        if piece.len() > PIECE {
            let rest = piece.split_off(PIECE / 2);
            piece.shrink_to_fit();
            self.pieces.insert(at + 1, rest);
        }
    }

    /// Takes a number away.
    pub fn remove(&mut self, id: Id, before: impl Fn(Id, Id) -> bool) {
        let at = self.piece(id, &before);
        let Some(piece) = self.pieces.get_mut(at) else { return };
        let place = piece.partition_point(|other| before(*other, id));
        if piece.get(place) != Some(&id) {
            return;
        }
        piece.remove(place);
        self.len -= 1;
        let len = piece.len();
        if len == 0 {
            self.pieces.remove(at);
        } else if self.pieces.get(at + 1).is_some_and(|next| len + next.len() <= PIECE / 2) {
            let next = self.pieces.remove(at + 1);
            self.pieces[at].extend(next);
        }
    }

    /// The numbers from the last to the first.
    pub fn backwards(&self) -> impl Iterator<Item = Id> {
        self.pieces.iter().rev().flat_map(|piece| piece.iter().rev().copied())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The first piece that does not end before a number.
    fn piece(&self, id: Id, before: &impl Fn(Id, Id) -> bool) -> usize {
        self.pieces.partition_point(|piece| piece.last().is_some_and(|last| before(*last, id)))
    }
}
