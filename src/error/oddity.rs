//! What is written in front matter or in the configuration, and means something else than it seems to.

/// What is odd about what is written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Oddity {
    /// A post that expires before it is published.
    #[error("`{key}` is not after the date, so the post is in no feed")]
    NeverShown {
        /// The key.
        key: &'static str,
    },
    /// Something to be left out of feeds, and no post has it.
    #[error("`{key}` names `{written}`, and no post is there")]
    NoneExcluded {
        /// The key.
        key: &'static str,
        /// What it names.
        written: String,
    },
    /// A change that is still to come.
    #[error("`{key}` is in the future; until then the post counts as unchanged")]
    ChangeToCome {
        /// The key.
        key: &'static str,
    },
}

impl Oddity {
    /// What the reader of the message can do next.
    pub(super) fn hint(&self) -> String {
        match self {
            Self::NeverShown { .. } => "write a later time, or `feed: false`",
            Self::NoneExcluded { .. } => {
                "write `category/NAME` as in `feedmill list`, or a path below the site: `_posts/news`"
            }
            Self::ChangeToCome { .. } => "write when it was changed: `2022-01-04 07:38:28 +0800`",
        }
        .to_owned()
    }
}
