//! Where jekyll-feed had its documents.

/// Where jekyll-feed had its documents, below the home page and without a slash at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JekyllFeed {
    /// The site's feed (`feed.path`).
    pub site: String,
    /// The folder of the categories' feeds.
    pub categories: String,
    /// The folder of the tags' feeds (`feed.tags.path`).
    pub tags: String,
    /// Whether it is among `plugins` still.
    pub is_installed: bool,
}

impl Default for JekyllFeed {
    fn default() -> Self {
        let [site, categories, tags] = ["feed.xml", "feed/", "feed/by_tag/"].map(str::to_owned);
        Self { site, categories, tags, is_installed: false }
    }
}
