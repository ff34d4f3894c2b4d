//! By what posts are grouped into feeds.

/// By what posts are grouped into feeds.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Taxonomy {
    /// `category` and `categories`, and the folders above `_posts`.
    Category,
    /// `tag` and `tags`.
    Tag,
    /// `author` and `authors`.
    Author,
    /// `lang`, else the language folder, else the site's language.
    Language,
    /// Jekyll's collections; their items are in no other feed.
    Collection,
}

impl Taxonomy {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 5] =
        [Self::Category, Self::Tag, Self::Author, Self::Language, Self::Collection];

    /// Those that posts are grouped by.
    pub const OF_POSTS: [Self; 4] = [Self::Category, Self::Tag, Self::Author, Self::Language];

    /// The word in addresses and settings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Tag => "tag",
            Self::Author => "author",
            Self::Language => "lang",
            Self::Collection => "collection",
        }
    }
}
