//! An edition: what is published at one moment, as a map from addresses to documents.
//!
//! A [`Document`] is known by the hash of its bytes, not by the bytes: those are on disk, in the
//! export. The hash is its entity tag, so an edition needs no memory to be the same edition on
//! another machine or after a restart.

use std::collections::HashMap;
use std::sync::Arc;

use crate::content::catalog::FeedName;
use crate::content::site::{JekyllFeed, Taxonomy};
use crate::feed::assemble;
use crate::feed::format::atom;
use crate::hash::Hash;

/// What is known of one published document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Hash of its bytes: the entity tag (RFC 9110 §8.8.3) and the check of what the disk gives back.
    pub hash: Hash,
    /// Length of the plain bytes.
    pub length: u64,
    /// `Content-Type`, with its charset where the type has one.
    pub media_type: &'static str,
    /// When these bytes replaced others, in Unix seconds: `Last-Modified` (RFC 9110 §8.8.2).
    pub last_modified: i64,
}

impl Document {
    /// Whether another document is the same but for its time.
    pub fn is_same(&self, other: &Self) -> bool {
        self.hash == other.hash && self.media_type == other.media_type
    }
}

/// Everything that is published at one moment.
#[derive(Debug, Clone, Default)]
pub struct Edition {
    /// Documents by their path below the base URL, decoded: `category/财经/rss.xml`.
    documents: HashMap<Arc<str>, Arc<Document>>,
    /// Where jekyll-feed had what is in `documents` now.
    former: JekyllFeed,
}

impl Edition {
    /// The document at a decoded path below the base URL.
    pub fn document(&self, path: &str) -> Option<(&Arc<str>, &Arc<Document>)> {
        self.documents.get_key_value(path)
    }

    /// Where an address of jekyll-feed leads now: to the Atom document, as it was one.
    pub fn moved(&self, path: &str) -> Option<&Arc<str>> {
        let group = |folder: &str, taxonomy| {
            let name = path.strip_prefix(folder)?.strip_suffix(".xml")?;
            Some(FeedName::Group(taxonomy, name.into()))
        };
        let name = if path == self.former.site {
            FeedName::Site
        } else {
            group(&self.former.tags, Taxonomy::Tag)
                .or_else(|| group(&self.former.categories, Taxonomy::Category))?
        };
        let address = format!("{}{}", assemble::folder(&name), atom::FORMAT.file);
        self.document(&address).map(|(path, _)| path)
    }

    /// All documents, in no order.
    pub fn documents(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<Document>)> {
        self.documents.iter()
    }

    /// How many documents are not those of another edition, or are in one of the two only.
    pub fn changes(&self, other: &Self) -> usize {
        let hash = |edition: &Self, path: &str| edition.document(path).map(|(_, it)| it.hash);
        let is_other = |path: &&Arc<str>| hash(self, path) != hash(other, path);
        let gone = other.documents.keys().filter(|path| !self.documents.contains_key(*path));
        self.documents.keys().filter(is_other).count() + gone.count()
    }

    /// Puts a document at its path; replaces the one that was there.
    pub fn put(&mut self, path: Arc<str>, document: Arc<Document>) {
        self.documents.insert(path, document);
    }

    /// Takes the document at a path away.
    pub fn remove(&mut self, path: &str) {
        self.documents.remove(path);
    }

    /// Sets where jekyll-feed had its documents.
    pub fn set_former(&mut self, former: JekyllFeed) {
        self.former = former;
    }
}
