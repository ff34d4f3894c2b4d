//! The names of a post: its categories and tags, and who wrote it.

use crate::content::fields::reader::{Fields, items};
use crate::content::front_matter::node::Node;
use crate::content::names::{self, MAX_NAME, Names};
use crate::content::person::person;
use crate::content::site::Author;
use crate::content::text::{cut, head, shown};
use crate::diagnostic::Error;
use crate::diagnostic::oddity::Oddity;

/// How much of a list of names a hint shows, in graphemes.
const LONGEST_LIST: usize = 60;

impl Fields<'_, '_> {
    /// Folders above `_posts` first, then `categories`, those of `defaults:` before the post's own,
    /// then `category`, which is not split.
    pub(super) fn categories(&mut self) -> Vec<String> {
        let mut names = Names::new(self.trust());
        let mut folders = self.origin.folders.split('/').filter(|folder| !folder.is_empty());
        folders.all(|folder| names.add(folder));
        if let Some(inherited) = self.front.inherited("categories") {
            names.add_value(inherited, self.site.split_names);
        }
        self.names(names, &["categories", "category"])
    }

    /// The names under a plural key, which is split at blanks, and under its singular, which is not.
    pub(super) fn names(&mut self, mut names: Names, keys: &[&'static str; 2]) -> Vec<String> {
        for (key, is_plural) in keys.iter().zip([true, false]) {
            if names.is_cut {
                break;
            }
            if let Some(node) = self.front.get(key)
                && !names.add_value(node, is_plural && self.site.split_names)
            {
                self.warn(key, Error::Unusable { key, found: node.kind() });
            }
            if let Some(Node::Text(text)) = self.front.get(key).filter(|_| is_plural) {
                self.note_commas(key, text);
            }
            if names.is_cut {
                self.too_many(key);
            }
        }
        if names.is_shortened {
            self.too_long(keys[0], MAX_NAME, "cut");
        }
        names.into_list()
    }

    /// Names that their author divides at commas, in a text that is divided at blanks or not at all.
    fn note_commas(&mut self, key: &'static str, text: &str) {
        let commas = [',', '，', '、'];
        let is_divider = |(at, comma): &(usize, &str)| {
            let is_digit = |c: char| c.is_ascii_digit();
            let is_number = text[..*at].ends_with(is_digit);
            !is_number || !text[at + comma.len()..].starts_with(is_digit)
        };
        let Some((at, _)) = text.match_indices(commas).find(is_divider) else { return };
        let is_blank = |c: char| c.is_ascii_whitespace();
        let start = text[..at].rfind(is_blank).map_or(0, |blank| blank + 1);
        let end = text[at..].find(is_blank).map_or(text.len(), |blank| at + blank);
        let found = shown(if self.site.split_names { &text[start..end] } else { text });
        let names = text.split(commas).map(str::trim).filter(|name| !name.is_empty());
        let list = cut(&names.collect::<Vec<_>>().join(", "), LONGEST_LIST).into_owned();
        self.warn(key, Oddity::Commas { key, found, list }.into());
    }

    pub(super) fn too_many(&mut self, key: &'static str) {
        self.warn(key, Error::TooManyNames { key, limit: names::limit(self.trust()) });
    }

    pub(super) fn authors(&mut self) -> Vec<Author> {
        let mut authors: Vec<Author> = Vec::new();
        for key in ["author", "authors"] {
            for (index, item) in items(self.front.get(key)).iter().enumerate() {
                // Those that cannot be used are counted, too: of each there is something to say.
                if index.max(authors.len()) == names::limit(self.trust()) {
                    self.too_many(key);
                    break;
                }
                let Some(author) = self.author(item, key) else { continue };
                if !authors.iter().any(|known| known.name == author.name) {
                    authors.push(author);
                }
            }
        }
        authors
    }

    /// A person, who may be named by a key of `_data/authors.yml`.
    fn author(&mut self, node: &Node, key: &'static str) -> Option<Author> {
        let known = node.text().and_then(|key| self.site.people.get(key.trim()));
        if let Some(known) = known {
            return Some(known.clone());
        }
        let mut dropped = Vec::new();
        let author = person(node, key, self.site, &mut dropped);
        for error in dropped {
            self.warn(key, error);
        }
        let Author { name, mut email, mut uri } = author?;
        let name = self.trust().text(&name).into_owned();
        let short = head(&name, MAX_NAME);
        if short.len() < name.len() {
            self.too_long(key, MAX_NAME, "cut");
        }
        email = email.filter(|email| self.is_address(key, email));
        uri = uri.filter(|uri| self.is_address(key, uri));
        // Of a name that is nothing but direction marks, a stranger's, nothing is left.
        (!short.is_empty()).then(|| Author { name: short.to_owned(), email, uri })
    }
}
