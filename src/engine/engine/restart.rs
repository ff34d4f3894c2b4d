//! What the engine hands to a snapshot, and takes over from one at a restart.

use crate::base::fingerprint::Fingerprint;
use crate::catalog::Change;
use crate::catalog::card::Card;
use crate::catalog::cards::Kept;
use crate::content::site::Site;
use crate::engine::engine::Engine;
use crate::engine::large_posts;
use crate::engine::renderer::Left;
use crate::engine::snapshot::{Head, Snapshot};
use crate::os::clock::Nanoseconds;

impl Engine {
    /// Takes over what a snapshot knows, made with the settings of `site`, if the export is as it was
    /// left; says how much of it is. Unless nothing is, the next pass must be [`Engine::rescan`], which
    /// finds what has changed since.
    pub fn resume(&mut self, snapshot: Snapshot, site: Site) -> Left {
        self.set(site);
        let (head, cards) = snapshot.open();
        let left = self.renderer.resume(head.documents, head.listings, &self.site);
        if left != Left::Nothing {
            self.layout = head.layout;
            // As of then: what has become due since is to be noticed as a change.
            let put = |mut card: Card| {
                // One that is set aside is to be looked at, to leave its feeds.
                if large_posts::has_note(&card.path) {
                    card.stamp = Fingerprint::default();
                }
                Change::Put(card)
            };
            self.catalog.apply(cards.map(put), self.horizon(head.taken));
            self.is_stale = false;
        }
        left
    }

    /// What is known, for a later start; nothing while the export is not as it should be.
    pub fn snapshot(&self, now: Nanoseconds) -> Option<(Head, impl Iterator<Item = Card>)> {
        let (documents, listings) = if self.is_stale { None } else { self.renderer.records() }?;
        let head = Head { taken: now, layout: self.layout.clone(), documents, listings };
        let card = |card: Kept<'_>| {
            let mut card = card.to_card();
            if self.loader.notes.has(&card.path) {
                // A post of which something is to be said is read again, to say it again.
                card.stamp = Fingerprint::default();
            }
            card
        };
        Some((head, self.catalog.cards().map(card)))
    }
}
