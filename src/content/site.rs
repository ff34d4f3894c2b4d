//! The site: what its author decided. It is read from `_config.yml` in `settings.rs`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::content::aliases::Alias;
use crate::content::clean::Cleaning;
use crate::content::collection::Collection;
use crate::content::defaults::Defaults;
use crate::content::exclusion::Exclusions;
use crate::content::jekyll_feed::JekyllFeed;
use crate::content::library::Library;
use crate::content::liquid::value::Value;
use crate::content::markdown::dialect::Dialect;
use crate::content::permalink::Template;
use crate::content::stamp::Rules;
use crate::content::taxonomy::Taxonomy;
use crate::content::url::Base;

/// The most entries that a feed can carry.
pub const MAX_ENTRIES: usize = 10_000;

/// A person who wrote something.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Author {
    /// The name; never empty.
    pub name: String,
    /// The mail address.
    pub email: Option<String>,
    /// The home page, absolute.
    pub uri: Option<String>,
}

/// What an entry's id is made from, unless the post sets its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    /// `tag:AUTHORITY:KEY` (RFC 4151): survives changes of date, category, folder and host.
    Tag,
    /// The post's address.
    Permalink,
    /// What jekyll-feed wrote.
    Jekyll,
}

/// Where the title of a post about a page elsewhere leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPosts {
    /// To the page of the post.
    Page,
    /// There.
    External,
}

/// How much of a post its entry carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Extent {
    /// The full text and a summary.
    Full,
    /// The summary.
    Summary,
    /// The title.
    Title,
}

/// Which posts a feed carries, and how much of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// At least this many of the newest posts.
    pub limit: usize,
    /// And all that are at most this many hours older than the newest one: the feed's own newest
    /// post and not the clock decides, so that the same folder gives the same feed on any day.
    pub hours: Option<usize>,
    /// But never more than this many.
    pub cap: usize,
    /// How much of each.
    pub extent: Extent,
    /// How large a document may be, in bytes: beyond that the oldest entries lose their content.
    pub size: usize,
}

/// From where a feed takes its display name when `names` does not have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamesFrom {
    /// The category itself.
    Category,
    /// The first tag of the newest post, without `names_suffix`.
    Tag,
}

/// Which tags have feeds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagFilter {
    /// Only these, where they are named.
    pub only: Option<Vec<String>>,
    /// None of these.
    pub except: Vec<String>,
}

impl TagFilter {
    /// Whether a tag has a feed.
    pub fn keeps(&self, tag: &String) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(tag)) && !self.except.contains(tag)
    }
}

/// What the author of a site decided.
#[derive(Debug, Clone)]
pub struct Site {
    /// Title of the site and of its main feed.
    pub title: String,
    /// Description of the site; its title when there is none.
    pub description: String,
    /// Address of the site's home page, without a slash at its end: `url` and `baseurl`.
    pub home: String,
    /// Address of the feeds, without a slash at its end: `--base-url`, or `home`.
    pub base: String,
    /// `baseurl`, for Liquid.
    pub baseurl: String,
    /// The whole configuration, as Liquid knows it under `site`.
    pub variables: Value,
    /// What posts include and look up.
    pub library: Arc<Library>,
    /// Zone of stamps without an offset, and of all that is shown; how naive stamps are read.
    pub dates: Rules,
    /// Language of the site (RFC 5646).
    pub lang: Option<String>,
    /// Who writes what names no author.
    pub author: Option<Author>,
    /// Rights of the site.
    pub copyright: Option<String>,
    /// Address of the licence of the site.
    pub license: Option<String>,
    /// Template of the posts' addresses.
    pub permalink: Template,
    /// Whether posts of the future are published now.
    pub future: bool,
    /// What ends the excerpt in a body.
    pub excerpt_separator: Option<String>,
    /// Square image of the site, absolute.
    pub icon: Option<String>,
    /// Wide image of the site, absolute.
    pub logo: Option<String>,
    /// Folders of posts below the site, beside every `_posts`.
    pub content: Vec<String>,
    /// Folders and files below the site that are not looked into.
    pub exclude: Vec<String>,
    /// Which published posts are in no feed, or not in the site's own.
    pub exclusions: Exclusions,
    /// What ids are made from.
    pub ids: Ids,
    /// Where the title of a post about a page elsewhere leads.
    pub link_posts: LinkPosts,
    /// Authority of `tag:` ids: `example.org,2025`.
    pub tag_authority: String,
    /// Whether a text of several words names several categories or tags, as in Jekyll.
    pub split_names: bool,
    /// Which taxonomies have feeds.
    pub taxonomies: Vec<Taxonomy>,
    /// The window of every feed without one of its own.
    pub window: Window,
    /// Windows of single feeds, by their address, `category/NAME`, each with its line in the
    /// configuration.
    pub overrides: BTreeMap<String, (Window, usize)>,
    /// Where jekyll-feed had its documents.
    pub jekyll_feed: JekyllFeed,
    /// Collections with feeds.
    pub collections: Vec<Collection>,
    /// Other addresses that feeds had.
    pub aliases: Vec<Alias>,
    /// Which tags have feeds (`feed.tags.only`, `feed.tags.except`).
    pub tags: TagFilter,
    /// What files in Markdown end in (`markdown_ext`), in small letters.
    pub markdown_ext: Vec<String>,
    /// Folders that are walked although their names begin with `.` or `_`.
    pub include: Vec<String>,
    /// Folders that are languages (`languages`, as jekyll-polyglot has it).
    pub languages: Vec<String>,
    /// Authors by the key that posts name them by, from `_data/authors.yml`.
    pub people: BTreeMap<String, Author>,
    /// Display names of categories, tags and authors.
    pub names: BTreeMap<String, String>,
    /// From where other display names come.
    pub names_from: NamesFrom,
    /// What is cut from the end of a display name that comes from a tag.
    pub names_suffix: String,
    /// What posts have that they do not say (`defaults`).
    pub defaults: Defaults,
    /// Which Markdown bodies are written in.
    pub dialect: Dialect,
    /// Whether the first image of a body stands for a post that names none.
    pub has_first_images: bool,
    /// What is cleaned from bodies.
    pub cleaning: Cleaning,
}

impl Site {
    /// The absolute form of an address in front matter or in the configuration, if it may be linked to.
    pub fn link(&self, written: &str) -> Option<String> {
        let address = self.address()?.resolve(written)?;
        self.cleaning.trust().keeps_link(&address).then_some(address)
    }

    /// The absolute form of the address of a file, if it may be loaded. As Jekyll does it, `/img/x.png`
    /// lies below `baseurl`.
    pub fn media(&self, written: &str) -> Option<String> {
        let base = self.address()?;
        let written = written.trim();
        let below = written.strip_prefix('/').filter(|rest| !rest.starts_with('/'));
        let address = base.resolve_media(below.unwrap_or(written))?;
        self.cleaning.trust().keeps_media(&address, Some(&base)).then_some(address)
    }

    /// The folders of collections.
    pub fn collection_folders(&self) -> Vec<String> {
        self.collections.iter().map(|collection| collection.folder.clone()).collect()
    }

    fn address(&self) -> Option<Base> {
        Base::parse(&format!("{}/", self.home))
    }

    /// The path of `base`, without a slash at its end: `/feeds`, or nothing.
    pub fn base_path(&self) -> &str {
        let after_scheme = self.base.find("://").map_or(0, |index| index + 3);
        self.base[after_scheme..].find('/').map_or("", |index| &self.base[after_scheme + index..])
    }

    /// The window of the feed at an address: `category/NAME`.
    pub fn window_of(&self, address: &str) -> Window {
        self.overrides.get(address).map_or(self.window, |(window, _)| *window)
    }
}
