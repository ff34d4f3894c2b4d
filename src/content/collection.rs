//! A collection of Jekyll's whose items are entries.

use crate::content::permalink::Template;

/// A collection with a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Its name.
    pub label: String,
    /// Its folder, relative to the site.
    pub folder: String,
    /// Template of the addresses of its items.
    pub permalink: Template,
}
