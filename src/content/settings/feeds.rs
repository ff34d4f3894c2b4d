//! Which feeds there are, what they carry, and what they are called.

use std::collections::BTreeMap;

use crate::content::config::Section;
use crate::content::exclusion::{Exclusion, Exclusions};
use crate::content::front_matter::node::Node;
use crate::content::jekyll_feed::JekyllFeed;
use crate::content::site::{Extent, MAX_ENTRIES, TagFilter, Window};
use crate::content::taxonomy::Taxonomy;
use crate::content::text::{collapse, nfc};
use crate::diagnostic::finding::Result;

const WINDOW_KEYS: &[&str] = &["limit", "hours", "cap", "entries", "max_size"];

const EXTENTS: &[(&str, Extent)] =
    &[("full", Extent::Full), ("summary", Extent::Summary), ("title", Extent::Title)];

/// The largest document unless the site says otherwise, in KiB.
const MAX_SIZE: usize = 2048;

pub(super) fn taxonomies(ours: &Section<'_>, feed: &Section<'_>) -> Result<Vec<Taxonomy>> {
    let mut taxonomies = vec![Taxonomy::Category];
    if feed.node("tags").is_some_and(|tags| !matches!(tags, Node::Bool(false) | Node::Null)) {
        // jekyll-feed made feeds of tags: their subscribers are to find them.
        taxonomies.push(Taxonomy::Tag);
    }
    for word in ours.texts("feeds")? {
        let known = Taxonomy::OF_POSTS.into_iter().find(|taxonomy| taxonomy.word() == word);
        let expected = "a list of `category`, `tag`, `author` and `lang`";
        taxonomies.push(known.ok_or_else(|| ours.bad("feeds", &Node::Text(word), expected))?);
    }
    taxonomies.sort();
    taxonomies.dedup();
    Ok(taxonomies)
}

pub(super) fn exclusions(ours: &Section<'_>) -> Result<Exclusions> {
    Ok(Exclusions {
        from_all: Exclusion::read(ours, &["feedmill", "exclude"])?,
        from_site: Exclusion::read(ours, &["feedmill", "exclude_from_site"])?,
    })
}

/// jekyll-feed's `posts_limit` and `excerpt_only`, which our own keys override.
pub(super) fn default_window(feed: &Section<'_>) -> Window {
    let limit = feed.number("posts_limit", MAX_ENTRIES, "").ok().flatten().unwrap_or(20);
    let is_excerpt = matches!(feed.node("excerpt_only"), Some(Node::Bool(true)));
    Window {
        limit,
        hours: None,
        cap: 200,
        extent: if is_excerpt { Extent::Summary } else { Extent::Full },
        size: MAX_SIZE * 1024,
    }
}

pub(super) fn window(section: &Section<'_>, default: Window) -> Result<Window> {
    let limit =
        section.number("limit", MAX_ENTRIES, "a number from 1 to 10000")?.unwrap_or(default.limit);
    let cap = section
        .number("cap", MAX_ENTRIES, "a number from 1 to 10000")?
        .unwrap_or(default.cap)
        .max(limit);
    let hours = section.number("hours", 1_000_000, "a number of hours")?.or(default.hours);
    let extent = section
        .choice("entries", EXTENTS, "`full`, `summary` or `title`")?
        .unwrap_or(default.extent);
    let size = section.number("max_size", 1_000_000, "a number of KiB")?;
    Ok(Window { limit, hours, cap, extent, size: size.map_or(default.size, |kib| kib * 1024) })
}

pub(super) fn overrides(
    ours: &Section<'_>,
    feed: &Section<'_>,
) -> Result<BTreeMap<String, (Window, usize)>> {
    let default = window(ours, default_window(feed))?;
    let section = ours.section(&["feedmill", "overrides"])?;
    let mut windows = BTreeMap::new();
    for (address, _) in section.fields() {
        let path = ["feedmill", "overrides", address.as_str()];
        let one = section.section(&path)?;
        one.only(WINDOW_KEYS)?;
        let line = section.line(address);
        windows.insert(address.trim_matches('/').to_owned(), (window(&one, default)?, line));
    }
    Ok(windows)
}

/// jekyll-feed's own `path` and `tags.path`; its categories' feeds always were in `feed/`.
pub(super) fn jekyll_feed(top: &Section<'_>, feed: &Section<'_>) -> JekyllFeed {
    let names = ["plugins", "gems"].map(|key| top.node(key));
    let names = names.into_iter().flatten().flat_map(|node| match node {
        Node::List(names) => names.as_slice(),
        one => std::slice::from_ref(one),
    });
    let path = |node: Option<&Node>| {
        let path = node.and_then(Node::text)?.trim_matches('/');
        (!path.is_empty()).then(|| path.to_owned())
    };
    let default = JekyllFeed::default();
    let tags = path(feed.node("tags").and_then(|tags| tags.get("path")));
    JekyllFeed {
        site: path(feed.node("path")).unwrap_or(default.site),
        categories: default.categories,
        tags: tags.map_or(default.tags, |path| format!("{path}/")),
        is_installed: names.filter_map(Node::text).any(|name| name == "jekyll-feed"),
    }
}

/// jekyll-feed's `tags.only` and `tags.except`.
pub(super) fn tags(feed: &Section<'_>) -> TagFilter {
    let names = |key| {
        let node = feed.node("tags")?.get(key)?;
        let items = if let Node::List(items) = node { items } else { std::slice::from_ref(node) };
        Some(items.iter().filter_map(Node::text).map(|name| nfc(name).into_owned()).collect())
    };
    TagFilter { only: names("only"), except: names("except").unwrap_or_default() }
}

pub(super) fn names(ours: &Section<'_>) -> Result<BTreeMap<String, String>> {
    let section = ours.section(&["feedmill", "names"])?;
    let name = |(key, node): &(String, Node)| match node.text() {
        Some(name) => Ok((key.clone(), collapse(name))),
        None => Err(section.bad(key, node, "text")),
    };
    let names: Result<BTreeMap<String, String>> = section.fields().iter().map(name).collect();
    // A feed without a name would be hard to find: an empty one is none.
    names.map(|names| names.into_iter().filter(|(_, name)| !name.is_empty()).collect())
}
