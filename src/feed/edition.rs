//! An edition: what is published at one moment, as a map from addresses to documents.
//!
//! A [`Document`] is known by the hash of its bytes, not by the bytes: those are on disk, in the
//! export. The hash is its entity tag, so an edition needs no memory to be the same edition on
//! another machine or after a restart.

use std::collections::HashMap;
use std::sync::Arc;

use crate::base::hash::Hash;
use crate::catalog::FeedName;
use crate::content::jekyll_feed::JekyllFeed;
use crate::content::site::Site;
use crate::content::taxonomy::Taxonomy;
use crate::content::text::nfc;
use crate::feed::assemble;
use crate::feed::format::kind::Format;
use crate::feed::format::{FORMATS, atom};

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
    /// Where what is in `documents` was before.
    former: Arc<Former>,
}

/// Addresses that feeds had before, and what is there now.
#[derive(Debug, Default)]
pub struct Former {
    /// Those of jekyll-feed.
    jekyll: JekyllFeed,
    /// Those that the site names, without a slash at their end, each with the path of its document.
    aliases: HashMap<String, String>,
    /// Copies for servers that know no redirects, by the paths of the documents.
    copies: HashMap<String, Vec<Copy>>,
}

/// A copy of a document at an address that it had before.
#[derive(Debug, Clone)]
pub struct Copy {
    /// Its path.
    pub file: String,
    /// Whether the file of another may stay in its place.
    pub is_optional: bool,
}

impl Former {
    /// Those that a site has.
    pub fn of(site: &Site) -> Self {
        let mut former = Self { jekyll: site.jekyll_feed.clone(), ..Self::default() };
        for alias in &site.aliases {
            let feed = alias.group.as_ref().map_or(FeedName::Site, |(taxonomy, name)| {
                FeedName::Group(*taxonomy, name.as_str().into())
            });
            let word = |format: &&Format| format.word == alias.format;
            let Some(format) = FORMATS.iter().find(word) else { continue };
            let document = format!("{}{}", assemble::folder(&feed), format.file);
            let copy = Copy { file: alias.file(), is_optional: alias.is_optional };
            former.copies.entry(document.clone()).or_default().push(copy);
            former.aliases.insert(alias.address.clone(), document);
        }
        former
    }

    /// Where a document is besides.
    pub fn copies(&self, document: &str) -> &[Copy] {
        self.copies.get(document).map_or(&[], Vec::as_slice)
    }

    /// A path of a document, and those of its copies.
    pub fn with_copies(&self, document: String) -> Vec<String> {
        let copies = self.copies(&document).iter().map(|copy| copy.file.clone());
        let mut paths: Vec<String> = copies.collect();
        paths.push(document);
        paths
    }

    /// The document that there is a copy of at a path.
    pub fn original(&self, file: &str) -> Option<&str> {
        let is_it = |copies: &Vec<Copy>| copies.iter().any(|copy| copy.file == file);
        self.copies.iter().find(|(_, copies)| is_it(copies)).map(|(document, _)| &**document)
    }
}

impl Edition {
    /// The document at a decoded path below the base URL.
    pub fn document(&self, path: &str) -> Option<(&Arc<str>, &Arc<Document>)> {
        self.documents.get_key_value(path)
    }

    /// Where an address that the site names as an old one leads now.
    pub fn alias(&self, path: &str) -> Option<&Arc<str>> {
        let address = path.strip_suffix('/').unwrap_or(path);
        self.document(self.former.aliases.get(address)?).map(|(path, _)| path)
    }

    /// Where an address of jekyll-feed leads now: to the Atom document, as it was one.
    pub fn moved(&self, path: &str) -> Option<&Arc<str>> {
        let group = |folder: &str, taxonomy| {
            let name = path.strip_prefix(folder)?.strip_suffix(".xml")?;
            Some(FeedName::Group(taxonomy, name.into()))
        };
        let jekyll = &self.former.jekyll;
        let name = if path == jekyll.site {
            FeedName::Site
        } else {
            group(&jekyll.tags, Taxonomy::Tag)
                .or_else(|| group(&jekyll.categories, Taxonomy::Category))?
        };
        let of_feed = |name: &FeedName| {
            let address = format!("{}{}", assemble::folder(name), atom::FORMAT.file);
            self.document(&address).map(|(path, _)| path)
        };
        // Collections and categories are in one folder.
        let of_collection = || of_feed(&group(&jekyll.categories, Taxonomy::Collection)?);
        of_collection().or_else(|| of_feed(&name))
    }

    /// The path of the document that another spelling of a path means: not composed, or with what is
    /// encoded in our names decoded.
    pub fn respelt(&self, path: &str) -> Option<String> {
        let composed = nfc(path);
        let plain = |path: &str| self.document(path).is_some().then(|| path.to_owned());
        plain(path).or_else(|| plain(&composed)).or_else(|| {
            let (folder, file) = composed.rsplit_once('/')?;
            let (word, name) = folder.split_once('/')?;
            let taxonomy = Taxonomy::ALL.into_iter().find(|taxonomy| taxonomy.word() == word)?;
            let feed = FeedName::Group(taxonomy, name.into());
            plain(&format!("{}{file}", assemble::folder(&feed)))
        })
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

    /// Where documents were before.
    pub fn former(&self) -> &Arc<Former> {
        &self.former
    }

    /// Sets where documents were before.
    pub fn set_former(&mut self, former: Arc<Former>) {
        self.former = former;
    }
}
