//! The documents about all feeds: the page that lists them, and OPML 2.0 for readers.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;

use crate::base::percent;
use crate::catalog::FeedName;
use crate::content::taxonomy::Taxonomy;
use crate::diagnostic::Error;
use crate::feed::assemble;
use crate::feed::format::atom;
use crate::feed::model::{Entry, Feed};
use crate::feed::page::{self, Address, Assets, Discovery, Words};

/// What the list says of one feed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Listing {
    /// Its display name.
    pub name: String,
    /// Its title, its address and so on, without its entries.
    pub feed: Feed,
    /// Its row in the page that lists all feeds, written when the feed changes: the page is written
    /// with every change of any.
    row: String,
}

impl Listing {
    /// The listing of a feed, named `name` for people, with `count` posts in all.
    ///
    /// # Errors
    /// When its row cannot be written.
    pub fn of(
        feed_name: &FeedName,
        name: String,
        feed: &Feed,
        count: usize,
    ) -> Result<Self, Error> {
        let group = if let FeedName::Group(_, group) = feed_name { group } else { "" };
        let folder = percent::encode_path(&assemble::folder(feed_name));
        let href = format!("{folder}{}", page::FILE);
        let newest = feed.entries.first().map(|entry| &**entry);
        let row = page::part(&Row { name: &name, group, href, count, newest })?;
        let head = Feed { entries: Vec::new(), ..feed.clone() };
        Ok(Self { name, feed: head, row })
    }

    /// Whether another listing is the same but for what is in the feed, which changes all the time.
    pub fn is_same_feed(&self, other: &Self) -> bool {
        let facts = |listing: &Self| {
            let Feed { title, description, folder, home_page, .. } = &listing.feed;
            [&listing.name, title, description, folder, home_page].map(String::clone)
        };
        facts(self) == facts(other)
    }
}

/// All feeds, in the order in which they are listed.
pub type Listings = BTreeMap<FeedName, Arc<Listing>>;

/// One way of writing the list down: its file, its type, and what writes it.
#[derive(Debug)]
pub struct Directory {
    /// Its file in the export's own folder.
    pub file: &'static str,
    /// Its type.
    pub media_type: &'static str,
    /// What it says of its generator.
    pub mark: &'static str,
    /// Whether it tells what is in the feeds, and not only which there are.
    pub tells_entries: bool,
    /// Writes it.
    pub render: fn(&Listings) -> Result<Vec<u8>, Error>,
}

/// All of them.
pub const DIRECTORIES: &[Directory] = &[
    Directory {
        file: page::LIST,
        media_type: page::MEDIA_TYPE,
        mark: page::MARK,
        tells_entries: true,
        render: index,
    },
    Directory {
        file: "feeds.opml",
        media_type: OPML,
        mark: OPML_MARK,
        tells_entries: false,
        render: grouped,
    },
    Directory {
        file: "feeds-flat.opml",
        media_type: OPML,
        mark: OPML_MARK,
        tells_entries: false,
        render: flat,
    },
];

const OPML: &str = "text/x-opml; charset=utf-8";

const OPML_MARK: &str = "<!-- Made by feedmill. -->";

#[derive(Template)]
#[template(path = "index_row.html", config = "src/feed/templates/askama.toml")]
struct Row<'a> {
    name: &'a str,
    group: &'a str,
    href: String,
    count: usize,
    newest: Option<&'a Entry>,
}

struct Group<'a> {
    word: &'static str,
    title: &'static str,
    rows: Vec<&'a str>,
}

#[derive(Template)]
#[template(path = "index.html", config = "src/feed/templates/askama.toml")]
struct Index<'a> {
    lang: &'a str,
    title: &'a str,
    description: &'a str,
    icon: Option<&'a str>,
    root: &'static str,
    assets: &'static Assets,
    words: &'static Words,
    autodiscovery: Vec<Discovery>,
    formats: Vec<Address>,
    groups: Vec<Group<'a>>,
}

fn index(listings: &Listings) -> Result<Vec<u8>, Error> {
    let Some(site) = listings.get(&FeedName::Site).map(|listing| &listing.feed) else {
        return Ok(Vec::new());
    };
    let words = page::words(site.lang.as_deref());
    let groups = Taxonomy::ALL.into_iter().zip(words.taxonomies).map(|(taxonomy, title)| Group {
        word: taxonomy.word(),
        title,
        rows: of_taxonomy(listings, taxonomy).map(|(_, listing)| &*listing.row).collect(),
    });
    page::write(&Index {
        lang: site.lang.as_deref().unwrap_or("en"),
        title: &site.title,
        description: &site.description,
        icon: site.icon.as_deref(),
        root: "",
        assets: page::assets(),
        words,
        autodiscovery: page::autodiscovery(site),
        formats: page::addresses(site),
        groups: groups.filter(|group| !group.rows.is_empty()).collect(),
    })
}

fn of_taxonomy(
    listings: &Listings,
    taxonomy: Taxonomy,
) -> impl Iterator<Item = (&FeedName, &Arc<Listing>)> {
    listings
        .iter()
        .filter(move |(name, _)| matches!(name, FeedName::Group(of, _) if *of == taxonomy))
}

/// OPML 2.0. The head has no date: the same feeds give the same bytes. `type` is `rss` for Atom
/// too ("Subscription lists"); `version` says which it is.
#[derive(Template)]
#[template(path = "feeds.opml", escape = "html", config = "src/feed/templates/askama.toml")]
struct Opml<'a> {
    site: &'a Feed,
    groups: Vec<Outline<'a>>,
}

/// Feeds under a title, or without one on the first level.
struct Outline<'a> {
    title: Option<&'static str>,
    listings: Vec<&'a Listing>,
}

/// The feeds in an outline for each taxonomy, the site's before them.
fn grouped(listings: &Listings) -> Result<Vec<u8>, Error> {
    let Some(site) = listings.get(&FeedName::Site) else { return Ok(Vec::new()) };
    let mut groups = vec![Outline { title: None, listings: vec![site] }];
    let titles = page::words(site.feed.lang.as_deref()).taxonomies;
    groups.extend(Taxonomy::ALL.into_iter().zip(titles).map(|(taxonomy, title)| Outline {
        title: Some(title),
        listings: of_taxonomy(listings, taxonomy).map(|(_, listing)| &**listing).collect(),
    }));
    groups.retain(|group| !group.listings.is_empty());
    page::write(&Opml { site: &site.feed, groups })
}

/// All feeds side by side: some readers see only the first level.
fn flat(listings: &Listings) -> Result<Vec<u8>, Error> {
    let Some(site) = listings.get(&FeedName::Site) else { return Ok(Vec::new()) };
    let all = listings.values().map(|listing| &**listing).collect();
    page::write(&Opml { site: &site.feed, groups: vec![Outline { title: None, listings: all }] })
}
