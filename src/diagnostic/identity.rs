//! What there is to say of that by which readers, and pages, know a post: key, id, address.

/// What of it is shared, has changed, or comes too late.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KnownBy {
    /// A file whose post another file of an earlier root is of.
    #[error("the same post as `{winner}`, which comes first")]
    Shadowed {
        /// The path of the file that is used.
        winner: String,
    },
    /// A post whose key an older one has.
    #[error("the older `{other}` is `{key}`, too, so this post is `{own_key}`")]
    SameKey {
        /// The key.
        key: String,
        /// What tells this post from the other.
        own_key: String,
        /// The path of the other.
        other: String,
    },
    /// A post whose page is that of another.
    #[error("the page `{page}` is that of `{other}` too, so two entries have one link")]
    SamePage {
        /// The path of the page.
        page: String,
        /// The path of the other post.
        other: String,
    },
    /// Posts that stay and have other ids.
    #[error(
        "{posts} posts have other ids than before, for their files were moved or renamed: this one was `{from}`"
    )]
    Moved {
        /// How many.
        posts: usize,
        /// Where one of them was.
        from: String,
    },
    /// Posts whose links or titles are others at once.
    #[error(
        "{links} links and {titles} titles of posts have changed at once, this one's among them"
    )]
    Changed {
        /// How many links.
        links: usize,
        /// How many titles.
        titles: usize,
    },
    /// Posts that came with older dates than that of the newest.
    #[error("{posts} posts came that are older than the newest one, this among them")]
    Late {
        /// How many.
        posts: usize,
    },
}

impl KnownBy {
    /// What the reader of the message can do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Shadowed { .. } => "rename one of the two",
            Self::SameKey { .. } => {
                "rename one of the two, or give it an `id`: ids leave out folders whose names are digits alone"
            }
            Self::SamePage { .. } => "give one of them another `permalink`, name or date",
            Self::Moved { .. } => {
                "readers show them again: move them back, or give each the `id` that it had"
            }
            Self::Changed { .. } => "some readers know entries by these, and show them again",
            Self::Late { .. } => {
                "some readers show only what comes above the newest entry that they have"
            }
        }
    }
}
