//! The edition that is served, with what is to be said of it.

use std::sync::Arc;

use crate::feed::edition::Edition;
use crate::http::health::Health;
use crate::http::serving::Serving;

/// What is published at this moment.
#[derive(Debug, Clone, Default)]
pub struct Published {
    /// The documents.
    pub edition: Arc<Edition>,
    /// How they are answered: part of the site's settings, which can be reloaded.
    pub serving: Arc<Serving>,
    /// What `/readyz` tells.
    pub health: Health,
}

/// The edition that is served: written once a pass, read on every request without a lock.
#[derive(Debug)]
pub struct CurrentEdition(arc_swap::ArcSwap<Published>);

impl CurrentEdition {
    /// Begins with an edition.
    pub fn new(published: Published) -> Self {
        Self(arc_swap::ArcSwap::from_pointee(published))
    }

    /// The edition that is served now, for as long as the caller likes.
    pub fn load(&self) -> Arc<Published> {
        self.0.load_full()
    }

    /// The same without counting who holds it: for the time that it takes to decide an answer.
    pub fn look(&self) -> arc_swap::Guard<Arc<Published>> {
        self.0.load()
    }

    /// Serves another edition from now on; answers that have begun keep the old one.
    pub fn store(&self, published: Published) {
        self.0.store(Arc::new(published));
    }
}
