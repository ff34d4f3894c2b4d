//! What a template of addresses is filled with.

use crate::content::date::{Moment, Zone};

/// What a template is filled with.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// When the post was published; its day is that of the site's zone.
    pub date: Moment,
    /// The site's zone.
    pub zone: Zone,
    /// Categories as they are written.
    pub categories: &'a [String],
    /// The slug as it is written, or the file's name without day and extension.
    pub slug: &'a str,
    /// The file, relative to the site.
    pub path: &'a str,
    /// The name of the collection, unless it is a post's.
    pub collection: Option<&'a str>,
    /// The ending of the page.
    pub extension: &'a str,
}

impl<'a> Parts<'a> {
    /// The path without its extension.
    fn bare(&self) -> &'a str {
        self.path.rsplit_once('.').map_or(self.path, |(bare, _)| bare)
    }

    /// The file's name without extension.
    pub fn stem(&self) -> &'a str {
        let bare = self.bare();
        bare.rsplit_once('/').map_or(bare, |(_, stem)| stem)
    }

    /// Jekyll's `:path`: where the file is, apart from `_posts` or the folder of its collection.
    pub fn place(&self) -> String {
        if let Some(label) = self.collection {
            let folder = format!("_{label}/");
            let below = self.path.find(&folder).map_or(0, |at| at + folder.len());
            return self.bare()[below..].trim_end_matches('.').to_owned();
        }
        self.bare().trim_end_matches('.').replacen("_posts", "", 1)
    }
}
