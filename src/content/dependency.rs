//! What an entry hangs on besides its own file and the settings.

use std::sync::Arc;

/// Something that the body of a post used when it was rendered, whether it was there or not.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Use {
    /// The post that `link` or `post_url` names, by its long key or its short one.
    Post(Arc<str>),
    /// A file below `_includes/`.
    Include(Arc<str>),
    /// A file or folder of `site.data`, by the keys that lead to it, with slashes; empty for all.
    Data(Arc<str>),
    /// A file of the site, by its path: `include_relative`.
    File(Arc<str>),
    /// The newest posts: `site.posts` and its like.
    Newest,
    /// Where the post's own file lies: `page.path`.
    Path,
}

impl Use {
    /// How many bytes its name has.
    pub fn len(&self) -> usize {
        match self {
            Self::Post(name) | Self::Include(name) | Self::Data(name) | Self::File(name) => {
                name.len()
            }
            Self::Newest | Self::Path => 0,
        }
    }

    /// Whether it has no name.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
