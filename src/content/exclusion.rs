//! Which posts are left out of feeds, although they are published.

use crate::content::config::Section;
use crate::content::front_matter::node::Node;
use crate::content::glob::Glob;
use crate::content::text::nfc;
use crate::diagnostic::finding::Result;

/// What an exclusion can name.
const KINDS: &[&str] = &["categories", "tags", "paths"];

/// What a site leaves out of its feeds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exclusions {
    /// `feedmill.exclude`: in no feed.
    pub from_all: Exclusion,
    /// `feedmill.exclude_from_site`: not in the feed of the site.
    pub from_site: Exclusion,
}

/// The posts of some categories, tags and paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exclusion {
    /// Names of categories.
    pub categories: Vec<String>,
    /// Names of tags.
    pub tags: Vec<String>,
    /// Files and folders, as they are written and as patterns.
    pub paths: Vec<(String, Glob)>,
    /// The line of the configuration.
    pub line: usize,
}

impl Exclusion {
    /// Reads a key of ours: a mapping, or a list of `category/NAME`, `tag/NAME` and paths.
    ///
    /// # Errors
    /// When it is neither.
    pub fn read(ours: &Section<'_>, path: &[&str; 2]) -> Result<Self> {
        let [_, key] = path;
        let mut exclusion = Self { line: ours.line(key), ..Self::default() };
        if let None | Some(Node::Null | Node::Map(_)) = ours.node(key) {
            let section = ours.section(path)?;
            section.only(KINDS)?;
            exclusion.categories = names(&section.texts("categories")?);
            exclusion.tags = names(&section.texts("tags")?);
            section.texts("paths")?.iter().for_each(|path| exclusion.add_path(path));
            return Ok(exclusion);
        }
        for written in ours.texts(key)? {
            match written.split_once('/') {
                Some(("category", name)) => exclusion.categories.push(nfc(name).into_owned()),
                Some(("tag", name)) => exclusion.tags.push(nfc(name).into_owned()),
                _ => exclusion.add_path(&written),
            }
        }
        Ok(exclusion)
    }

    fn add_path(&mut self, path: &str) {
        let path = path.trim_start_matches("./").trim_matches('/').to_owned();
        let glob = Glob::new(&path);
        self.paths.push((path, glob));
    }

    /// Whether a post is one of them.
    pub fn has(&self, categories: &[String], tags: &[String], path: &str) -> bool {
        categories.iter().any(|name| self.categories.contains(name))
            || tags.iter().any(|name| self.tags.contains(name))
            || self.paths.iter().any(|(_, glob)| glob.finds(path))
    }
}

fn names(written: &[String]) -> Vec<String> {
    written.iter().map(|name| nfc(name).into_owned()).collect()
}
