//! The names that a post gives itself: its categories, its tags, its authors.
//!
//! Each of them may be a feed of four documents, and stands in each of the post's feeds, so there
//! is a ceiling that no post passes, and names are counted while they are read.

use crate::content::front_matter::node::Node;
use crate::content::html::trust::Trust;
use crate::content::text::{head, nfc, xml_safe};

/// Most names of one kind, in a post that is trusted.
pub const MAX_NAMES: usize = 64;

/// Most names of one kind in a stranger's post.
pub const MAX_NAMES_UNTRUSTED: usize = 16;

/// Longest name, in bytes, as long as a title.
pub const MAX_NAME: usize = 1024;

/// Names, each once, in the order in which they are written.
#[derive(Debug)]
pub struct Names {
    trust: Trust,
    list: Vec<String>,
    /// A name was left out.
    pub is_cut: bool,
    /// A name was shortened.
    pub is_shortened: bool,
}

impl Names {
    /// No names yet.
    pub fn new(trust: Trust) -> Self {
        Self { trust, list: Vec::new(), is_cut: false, is_shortened: false }
    }

    /// Adds a name as it is written; false when there is no place for it, nor for any other.
    pub fn add(&mut self, written: &str) -> bool {
        let name = xml_safe(&nfc(written.trim())).into_owned();
        let name = self.trust.text(&name).into_owned();
        let short = head(&name, MAX_NAME);
        if short.is_empty() || self.list.iter().any(|known| known == short) {
            return true;
        }
        if self.list.len() == limit(self.trust) {
            self.is_cut = true;
            return false;
        }
        self.is_shortened |= short.len() < name.len();
        self.list.push(short.to_owned());
        true
    }

    /// Adds what stands under a key, a text word by word if it is `split`; false when that is a
    /// mapping, of which no names can be made.
    pub fn add_value(&mut self, node: &Node, split: bool) -> bool {
        match node {
            Node::Map(_) => return false,
            Node::Text(text) if split => text.split_ascii_whitespace().all(|name| self.add(name)),
            other => self.add_all(other),
        };
        true
    }

    /// Adds each scalar of a value, of lists in lists too; false when there is no place left.
    pub fn add_all(&mut self, node: &Node) -> bool {
        match node {
            Node::List(items) => items.iter().all(|item| self.add_all(item)),
            scalar => scalar.text().is_none_or(|text| self.add(text)),
        }
    }

    /// The names.
    pub fn into_list(self) -> Vec<String> {
        self.list
    }
}

/// Most names of one kind.
pub fn limit(trust: Trust) -> usize {
    if trust.is_untrusted() { MAX_NAMES_UNTRUSTED } else { MAX_NAMES }
}
