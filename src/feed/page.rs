//! Pages for people: what a feed is, its addresses, and what is in it before one subscribes.
//!
//! Links between pages are relative, so they work on loopback and below any prefix; the addresses
//! to copy are the public ones. Texts and dates only, no content of posts: nothing on a page
//! comes from a post but plain text and links.

use std::sync::{Arc, LazyLock};

use askama::Template;

use crate::base::hash::Hash;
use crate::diagnostic::Error;
use crate::feed::format::FORMATS;
use crate::feed::format::kind::Format;
use crate::feed::model::{Entry, Feed, Stamp};

/// The file of a page in its folder: what a web server sends for the folder itself.
pub const FILE: &str = "index.html";

/// The type of pages.
pub const MEDIA_TYPE: &str = "text/html; charset=utf-8";

/// What a page says of its generator.
pub const MARK: &str = "<meta name=\"generator\" content=\"feedmill\">";

/// The page that lists all feeds, in the export's own folder. It is [`FILE`] there as well, unless
/// that is the file of another: the export may lie in the folder of a website.
pub const LIST: &str = "feeds.html";

/// The folder of what belongs to no feed: assets, and what the export knows of itself.
pub const ASSETS: &str = "_feedmill/";

/// A file that pages load. Its name has the hash of its bytes, so it may be cached for ever.
#[derive(Debug)]
pub struct Asset {
    /// Its path below the base URL.
    pub path: String,
    /// Its type.
    pub media_type: &'static str,
    /// What it holds.
    pub bytes: &'static [u8],
}

/// The assets of all pages.
#[derive(Debug)]
pub struct Assets {
    /// The style sheet.
    pub style: Asset,
    /// The script.
    pub script: Asset,
}

impl Assets {
    /// Each of them.
    pub fn all(&self) -> [&Asset; 2] {
        [&self.style, &self.script]
    }
}

/// The assets of all pages.
pub fn assets() -> &'static Assets {
    static SHARED: LazyLock<Assets> = LazyLock::new(|| {
        let asset = |stem: &str, ending: &str, media_type, bytes: &'static [u8]| {
            let path = format!("{ASSETS}{stem}-{}.{ending}", Hash::of(bytes));
            Asset { path, media_type, bytes }
        };
        Assets {
            style: asset("style", "css", CSS, include_bytes!("templates/style.css")),
            script: asset("feeds", "js", JAVASCRIPT, include_bytes!("templates/feeds.js")),
        }
    });
    &SHARED
}

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// The words of pages in one language.
#[derive(Debug)]
pub struct Words {
    /// The link past the header.
    pub skip: &'static str,
    /// The link to the list of feeds.
    pub all_feeds: &'static str,
    /// What stands before the number of posts.
    pub posts: &'static str,
    /// What stands before the day of the last change.
    pub updated: &'static str,
    /// The heading over addresses.
    pub subscribe: &'static str,
    /// What to do with an address.
    pub how: &'static str,
    /// The button that copies an address.
    pub copy: &'static str,
    /// What it says afterwards.
    pub copied: &'static str,
    /// The heading over entries.
    pub newest: &'static str,
    /// The heading over the addresses of the site's own feed.
    pub whole_site: &'static str,
    /// The link to the OPML document.
    pub opml: &'static str,
    /// The label of the filter.
    pub filter: &'static str,
    /// The headings over categories, tags, authors and languages.
    pub taxonomies: [&'static str; 5],
}

const ENGLISH: Words = Words {
    skip: "Skip to content",
    all_feeds: "All feeds",
    posts: "Posts",
    updated: "updated",
    subscribe: "Subscribe",
    how: "Copy one of these addresses into your feed reader.",
    copy: "Copy",
    copied: "Copied",
    newest: "Newest posts",
    whole_site: "The whole site",
    opml: "All feeds as OPML, to import into a reader",
    filter: "Find a feed",
    taxonomies: ["Categories", "Tags", "Authors", "Languages", "Collections"],
};

const CHINESE: Words = Words {
    skip: "跳到正文",
    all_feeds: "全部订阅源",
    posts: "文章",
    updated: "更新于",
    subscribe: "订阅",
    how: "把下面任一地址复制到阅读器即可订阅。",
    copy: "复制",
    copied: "已复制",
    newest: "最新文章",
    whole_site: "全站",
    opml: "全部订阅源（OPML），可导入阅读器",
    filter: "查找订阅源",
    taxonomies: ["分类", "标签", "作者", "语言", "合集"],
};

/// The words for a language (RFC 5646): Chinese for Chinese, else English.
pub fn words(lang: Option<&str>) -> &'static Words {
    let language = lang.and_then(|lang| lang.split('-').next());
    let is_chinese = language.is_some_and(|language| language.eq_ignore_ascii_case("zh"));
    if is_chinese { &CHINESE } else { &ENGLISH }
}

/// A feed's document as a page links to it.
#[derive(Debug)]
pub struct Address {
    /// The format's name.
    pub name: &'static str,
    /// Relative to the page.
    pub href: &'static str,
    /// As the world sees it.
    pub address: String,
}

/// An autodiscovery link.
#[derive(Debug)]
pub struct Discovery {
    /// Its type.
    pub media_type: &'static str,
    /// Its title.
    pub title: String,
    /// Relative to the page.
    pub href: &'static str,
}

/// The addresses of a feed.
pub fn addresses(feed: &Feed) -> Vec<Address> {
    let address = |format: &Format| Address {
        name: format.name,
        href: format.file,
        address: format.self_link(feed),
    };
    FORMATS.iter().map(address).collect()
}

/// The autodiscovery links of a feed's page.
pub fn autodiscovery(feed: &Feed) -> Vec<Discovery> {
    let link = |format: &Format| Discovery {
        media_type: format.media_type.split(';').next().unwrap_or(format.media_type),
        title: format!("{} ({})", feed.title, format.name),
        href: format.file,
    };
    FORMATS.iter().map(link).collect()
}

#[derive(Template)]
#[template(path = "feed.html", config = "src/feed/templates/askama.toml")]
struct Page<'a> {
    name: &'a str,
    feed: &'a Feed,
    lang: &'a str,
    title: &'a str,
    description: &'a str,
    icon: Option<&'a str>,
    root: &'static str,
    list: &'static str,
    assets: &'static Assets,
    words: &'static Words,
    autodiscovery: Vec<Discovery>,
    formats: Vec<Address>,
    count: usize,
    updated: Option<&'a Stamp>,
    entries: &'a [Arc<Entry>],
}

/// Writes the page of a group's feed, whose display name is `name` and which has `count` posts.
///
/// # Errors
/// When the template cannot be filled.
pub fn render(name: &str, feed: &Feed, count: usize) -> Result<Vec<u8>, Error> {
    let page = Page {
        name,
        feed,
        lang: feed.lang.as_deref().unwrap_or("en"),
        title: &feed.title,
        description: &feed.description,
        icon: feed.icon.as_deref(),
        // A group's page stands two folders deep: `category/NAME/`.
        root: "../../",
        list: LIST,
        assets: assets(),
        words: words(feed.lang.as_deref()),
        autodiscovery: autodiscovery(feed),
        formats: addresses(feed),
        count,
        updated: feed.entries.first().map(|_| &feed.updated),
        entries: &feed.entries,
    };
    write(&page)
}

/// Fills a template.
///
/// # Errors
/// When that fails.
pub fn write(page: &impl Template) -> Result<Vec<u8>, Error> {
    let mut text = part(page)?;
    text.push('\n');
    Ok(text.into_bytes())
}

/// A part of a page as text.
///
/// # Errors
/// When that fails.
pub fn part(part: &impl Template) -> Result<String, Error> {
    part.render().map_err(|error| Error::Render { format: "a page", reason: error.to_string() })
}
