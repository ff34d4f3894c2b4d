//! What `defaults:` of `_config.yml` says for posts that do not say it themselves.
//!
//! The rules are those of Jekyll 4 (`frontmatter_defaults.rb`): of the entries whose scope fits a
//! post, the one with the longest path wins over the others, then one with a type, then the later.

pub mod reading;

use crate::content::front_matter::lines::line_of;
use crate::content::front_matter::node::Node;
use crate::content::glob::Glob;

/// All entries, in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    sets: Vec<Set>,
    /// `collections_dir`: paths in scopes and of posts are taken below it.
    collections: String,
}

/// One entry: values, and for which posts.
#[derive(Debug, Clone)]
pub struct Set {
    place: Place,
    /// How many characters its path has: a longer one wins.
    length: usize,
    /// `posts`, `drafts` or the name of a collection.
    kind: Option<String>,
    values: Vec<(String, Node)>,
    /// The lines of the entry without their indentation.
    text: String,
    /// The line on which it begins.
    line: usize,
}

/// Where an entry applies.
#[derive(Debug, Clone)]
enum Place {
    Everywhere,
    /// Paths that begin so: `_posts/a` fits `_posts/a/b.md`, and `_posts/ab.md` as well.
    Prefix(String),
    Like(Glob),
}

impl Defaults {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }

    /// The entries for a post, by its path relative to the site; one wins over those behind it.
    pub fn of(&self, path: &str) -> Vec<&Set> {
        let mut found: Vec<&Set> = Vec::new();
        if self.is_empty() {
            return found;
        }
        let path = below(path, &self.collections);
        let kind = kind(path);
        for set in self.sets.iter().filter(|set| set.is_for(path, kind)) {
            // Jekyll compares with the winner so far, and puts what does not win behind all others.
            match found.first() {
                Some(first) if !set.wins_over(first) => found.push(set),
                _ => found.insert(0, set),
            }
        }
        found
    }
}

impl Set {
    /// The values, by their keys.
    pub fn values(&self) -> &[(String, Node)] {
        &self.values
    }

    /// The value of a key, unless it is nothing.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let found = self.values.iter().rev().find(|(name, _)| name == key);
        found.map(|(_, node)| node).filter(|node| **node != Node::Null)
    }

    /// The lines of the entry, without their indentation.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line of the configuration that sets a key.
    fn line_of(&self, key: &str) -> usize {
        self.line + line_of(&self.text, key).unwrap_or(0)
    }

    fn is_for(&self, path: &str, kind: &str) -> bool {
        let is_kind = self.kind.as_deref().is_none_or(|wanted| {
            // Jekyll's drafts are posts.
            wanted == kind || (wanted == "posts" && kind == "drafts")
        });
        is_kind
            && match &self.place {
                Place::Everywhere => true,
                Place::Prefix(prefix) => path.starts_with(prefix),
                Place::Like(glob) => glob.finds(path),
            }
    }

    fn wins_over(&self, former: &Self) -> bool {
        if self.length == former.length {
            self.kind.is_some() || former.kind.is_none()
        } else {
            self.length > former.length
        }
    }
}

/// A path below the folder of all collections.
fn below<'p>(path: &'p str, collections: &str) -> &'p str {
    let rest = path.strip_prefix(collections).and_then(|rest| rest.strip_prefix('/'));
    if collections.is_empty() { path } else { rest.unwrap_or(path) }
}

/// What Jekyll calls the type of a post: the name of its collection. A folder under
/// `feedmill.content` that is none of Jekyll's holds posts, too.
fn kind(path: &str) -> &str {
    let is_post = path.split('/').any(|folder| folder == "_posts");
    let first = path.split_once('/').and_then(|(first, _)| first.strip_prefix('_'));
    first.filter(|_| !is_post).unwrap_or("posts")
}
