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
    /// `：` behind a key.
    #[error("`：` is a full-width colon; it was read as `:`")]
    WideColon {
        /// The key.
        key: String,
    },
    /// A tab before a line.
    #[error("a tab indents this line, and YAML takes blanks alone; it was read as two")]
    Tab,
    /// The end of a value that YAML does not take as such.
    #[error("{found} was read as a comment")]
    Comment {
        /// The end, as a message quotes it.
        found: String,
    },
    /// Names with commas between them, where blanks divide names.
    #[error("`{key}` is a text and no list, so {found} is one of its names")]
    Commas {
        /// The key.
        key: &'static str,
        /// The first such name, as a message quotes it.
        found: String,
        /// The names as a list.
        list: String,
    },
    /// The tag of jekyll-feed in a theme, without that plugin.
    #[error("`feed_meta` is a tag of jekyll-feed, which is not among `plugins`: Jekyll stops here")]
    FeedMeta {
        /// What takes its place.
        instead: String,
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
            Self::WideColon { key } => return format!("write `{key}: `"),
            Self::FeedMeta { instead } => return format!("write in its place: {instead}"),
            Self::Tab => "write blanks in its place",
            Self::Comment { .. } => "put the value in single quotes and double those within",
            Self::Commas { list, .. } => return format!("write `[{list}]`"),
            Self::NoneExcluded { .. } => {
                "write `category/NAME` as in `feedmill list`, or a path below the site: `_posts/news`"
            }
            Self::ChangeToCome { .. } => "write when it was changed: `2022-01-04 07:38:28 +0800`",
        }
        .to_owned()
    }
}
