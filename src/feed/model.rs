//! A feed and its entries, neutral of any format. Each field says what it becomes in RSS 2.0,
//! Atom 1.0 (RFC 4287) and JSON Feed 1.1.
//!
//! All text is XML-safe, all addresses are absolute URLs: the formats only write.

use std::sync::Arc;

use crate::content::site::Extent;

/// A feed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Feed {
    /// RSS none · Atom `id` · JSON none. The same for ever, and not shared with any other feed.
    pub id: String,
    /// RSS `title` · Atom `title` · JSON `title`. Never empty.
    pub title: String,
    /// RSS `description` · Atom `subtitle` · JSON `description`. Never empty.
    pub description: String,
    /// RSS `link` · Atom `link rel="alternate"` · JSON `home_page_url`.
    pub home_page: String,
    /// Address of the folder of the feed's documents, with a slash at its end. With a format's
    /// file name it is the self link: RSS `atom:link rel="self"` · Atom `link rel="self"` · JSON `feed_url`.
    pub folder: String,
    /// RSS `language` · Atom `xml:lang` · JSON `language`.
    pub lang: Option<String>,
    /// RSS none (a channel names no author) · Atom `author` · JSON `authors`.
    pub author: Person,
    /// RSS `copyright` · Atom `rights` · JSON none.
    pub copyright: Option<String>,
    /// RSS none · Atom `link rel="license"` (RFC 4946) · JSON none.
    pub license: Option<String>,
    /// RSS none (its image is larger) · Atom `icon` · JSON `favicon`, and `icon` without a logo.
    pub icon: Option<String>,
    /// RSS `image` · Atom `logo` · JSON `icon`.
    pub logo: Option<String>,
    /// RSS `lastBuildDate` · Atom `updated` · JSON none. The latest of the entries'; of an empty
    /// feed a day that never changes.
    pub updated: Stamp,
    /// How much of each entry this feed carries: see [`Feed::content`] and [`Feed::summary`].
    pub extent: Extent,
    /// RSS `item` · Atom `entry` · JSON `items`. Newest first.
    #[serde(skip)]
    pub entries: Vec<Arc<Entry>>,
    /// Whether this is the feed of the whole site.
    pub is_site: bool,
    /// How many of the newest entries carry their content: the rest would make it too large.
    pub contents: usize,
}

impl Feed {
    /// The content of the entry at an index, when this feed carries it.
    pub fn content<'e>(&self, index: usize, entry: &'e Entry) -> Option<&'e str> {
        let is_carried = self.extent == Extent::Full
            && index < self.contents
            && (self.is_site || entry.is_in_all_feeds);
        entry.content.as_deref().filter(|_| is_carried)
    }

    /// The title of an entry, where a format need not have one.
    pub fn own_title<'e>(&self, entry: &'e Entry) -> Option<&'e str> {
        let stands_alone = self.summary(entry).is_none();
        Some(entry.title.as_str()).filter(|_| !entry.is_untitled || stands_alone)
    }

    /// The summary of an entry, when this feed carries it and there is one.
    pub fn summary<'e>(&self, entry: &'e Entry) -> Option<&'e str> {
        Some(entry.summary.as_str()).filter(|text| self.extent != Extent::Title && !text.is_empty())
    }
}

/// One post in a feed. The same post is the same entry in every feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// RSS `guid` · Atom `id` · JSON `id`.
    pub id: String,
    /// Its page: JSON `url`; RSS and Atom see [`Entry::link`].
    pub url: String,
    /// The page elsewhere that it is about: JSON `external_url`; RSS and Atom see [`Entry::related`].
    pub external: Option<String>,
    /// Whether its title leads to `external` (`feedmill.link_posts: external`).
    pub leads_out: bool,
    /// RSS `title` · Atom `title` · JSON `title`. Plain text, never empty.
    pub title: String,
    /// Whether its author wants it to have none, and `title` is the first words of its text: RSS and
    /// JSON have no `title` then, where there is some other text; Atom must have one.
    pub is_untitled: bool,
    /// RSS `description`, which is the title before a content without text · Atom `summary` · JSON
    /// `summary`. Plain text.
    pub summary: String,
    /// RSS `content:encoded` · Atom `content type="html"` · JSON `content_html`. Absent when the
    /// post wants its summary only.
    pub content: Option<String>,
    /// Whether each of its feeds carries the content, and not the site's alone.
    pub is_in_all_feeds: bool,
    /// RSS `pubDate` · Atom `published` · JSON `date_published`.
    pub published: Stamp,
    /// RSS none · Atom `updated` · JSON `date_modified`, when it is not `published`.
    pub updated: Stamp,
    /// RSS `dc:creator` · Atom `author` · JSON `authors`. Empty when the feed's author wrote it.
    pub authors: Vec<Person>,
    /// RSS `category` · Atom `category` · JSON `tags`.
    pub categories: Vec<Category>,
    /// RSS none · Atom `link rel="license"` (RFC 4946) · JSON none.
    pub license: Option<String>,
    /// RSS none (it has no place for it) · Atom `xml:lang` of its texts · JSON `language`.
    pub lang: Option<String>,
    /// RSS `media:content` and `media:thumbnail` · Atom `link rel="enclosure"` · JSON `image`.
    pub image: Option<Image>,
    /// RSS `enclosure`, the first one · Atom `link rel="enclosure"` · JSON `attachments`.
    pub enclosures: Vec<Enclosure>,
    /// RSS none (`source` means a feed) · Atom `link rel="via"` · JSON `external_url`, where there is
    /// no `external`.
    pub source: Option<String>,
}

impl Entry {
    /// Where its title leads: RSS `link` · Atom `link rel="alternate"`.
    pub fn link(&self) -> &str {
        self.external.as_deref().filter(|_| self.leads_out).unwrap_or(&self.url)
    }

    /// The other one of its page and the page that it is about: RSS none · Atom
    /// `link rel="related"`.
    pub fn related(&self) -> Option<&str> {
        let external = self.external.as_deref()?;
        Some(if self.leads_out { &self.url } else { external })
    }
}

/// Somebody.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Person {
    /// RSS `dc:creator` · Atom `name` · JSON `name`. Never empty.
    pub name: String,
    /// Atom `email`.
    pub email: Option<String>,
    /// Atom `uri` · JSON `url`.
    pub uri: Option<String>,
}

/// A category or a tag of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// RSS the text of `category` · Atom `term` · JSON the text in `tags`.
    pub term: String,
    /// Atom `label`: the display name, when it is another.
    pub label: Option<String>,
    /// RSS `domain` · Atom `scheme`: the address of the taxonomy; none for tags without feeds.
    pub scheme: Option<String>,
}

/// A picture that stands for an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its address.
    pub url: String,
    /// Its media type, when its name tells.
    pub media_type: Option<&'static str>,
}

/// A file that goes with an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// Its address.
    pub url: String,
    /// Its media type; every format wants one.
    pub media_type: String,
    /// Its length in bytes, when it is known.
    pub length: Option<u64>,
}

/// An instant, written out in the site's zone.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stamp {
    /// Unix seconds, to compare.
    pub unix: i64,
    /// RSS: `Tue, 04 Jan 2022 07:38:28 +0800` (RFC 822 with four digits of the year).
    pub rfc822: String,
    /// Atom and JSON: `2022-01-04T07:38:28+08:00` (RFC 3339).
    pub rfc3339: String,
}

impl Stamp {
    /// The day: `2022-01-04`.
    pub fn day(&self) -> &str {
        self.rfc3339.split('T').next().unwrap_or(&self.rfc3339)
    }
}
