//! An edition: what is published at one moment, as a map from addresses to documents.
//!
//! A [`Document`] is known by the hash of its bytes, not by the bytes: those are on disk, in the
//! export. The hash is its entity tag, so an edition needs no memory to be the same edition on
//! another machine or after a restart.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

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

/// Everything that is published at one moment.
#[derive(Debug, Clone, Default)]
pub struct Edition {
    /// Documents by their path below the base URL, decoded: `category/财经/rss.xml`.
    documents: HashMap<Arc<str>, Arc<Document>>,
    /// Old addresses and where they lead, both decoded paths below the base URL.
    moved: BTreeMap<Arc<str>, Arc<str>>,
}

impl Edition {
    /// The document at a decoded path below the base URL.
    pub fn document(&self, path: &str) -> Option<(&Arc<str>, &Arc<Document>)> {
        self.documents.get_key_value(path)
    }

    /// Where an old address leads now, as a decoded path below the base URL.
    pub fn moved(&self, path: &str) -> Option<&Arc<str>> {
        self.moved.get(path)
    }

    /// All documents, in no order.
    pub fn documents(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<Document>)> {
        self.documents.iter()
    }

    /// Puts a document at its path; replaces the one that was there.
    pub fn put(&mut self, path: Arc<str>, document: Arc<Document>) {
        self.documents.insert(path, document);
    }

    /// Takes the document at a path away.
    pub fn remove(&mut self, path: &str) {
        self.documents.remove(path);
    }

    /// Sets the old addresses and where each leads.
    pub fn set_moved(&mut self, moved: BTreeMap<Arc<str>, Arc<str>>) {
        self.moved = moved;
    }
}
