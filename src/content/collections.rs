//! Jekyll's collections that have feeds: those that `feed.collections` names and whose items have pages.

use crate::content::aliases::Alias;
use crate::content::collection::Collection;
use crate::content::config::Section;
use crate::content::front_matter::node::Node;
use crate::content::permalink::Template;
use crate::content::site::Site;
use crate::content::taxonomy::Taxonomy;
use crate::content::text::shown;
use crate::diagnostic::Error;
use crate::diagnostic::finding::Finding;

/// What `feed.collections` can name.
const WITH_PAGES: &str = "a collection that has `output: true` under `collections`";

/// Reads them into a site; their folders are searched like those of `feedmill.content`.
pub fn read(site: &mut Site, top: &Section<'_>, feed: &Section<'_>, findings: &mut Vec<Finding>) {
    for (label, settings) in named(feed.node("collections")) {
        if label == "posts" || site.collections.iter().any(|other| other.label == label) {
            continue;
        }
        let meta = top.node("collections").and_then(|all| all.get(label));
        let has_pages = meta.and_then(|meta| meta.get("output")) == Some(&Node::Bool(true));
        if !has_pages || label.contains('/') || label.starts_with('.') {
            findings.push(feed.dropped("collections", shown(label), WITH_PAGES));
            continue;
        }
        let written = meta.and_then(|meta| meta.get("permalink")).and_then(Node::text);
        let permalink = match written.filter(|written| !written.is_empty()) {
            Some(own) => Template::custom(own),
            None => usual(top.loose_text("permalink").unwrap_or("date")),
        };
        let key = format!("collections.{label}.permalink");
        findings.extend(permalink.unknown(&key).map(|error| top.warning("collections", error)));
        let above = top.loose_text("collections_dir").unwrap_or_default().trim_matches('/');
        let folder = format!("{above}/_{label}").trim_start_matches('/').to_owned();
        if !site.content.contains(&folder) {
            site.content.push(folder.clone());
        }
        let path = settings.and_then(|settings| settings.get("path")).and_then(Node::text);
        let group = (Taxonomy::Collection, label.to_owned());
        site.aliases.extend(path.and_then(|path| Alias::of_jekyll(path, Some(group))));
        site.collections.push(Collection { label: label.to_owned(), folder, permalink });
    }
    findings.extend(as_posts(site, top));
}

/// Folders of `feedmill.content` that are of collections with pages: as posts they have the addresses of
/// posts.
fn as_posts(site: &Site, top: &Section<'_>) -> Vec<Finding> {
    let is_feed = |folder: &&String| site.collections.iter().any(|it| it.folder == **folder);
    let mut findings = Vec::new();
    for folder in site.content.iter().filter(|folder| !is_feed(folder)) {
        let Some(label) = folder.strip_prefix('_') else { continue };
        let meta = top.node("collections").and_then(|all| all.get(label));
        if meta.and_then(|meta| meta.get("output")) == Some(&Node::Bool(true)) {
            findings.push(top.warning(
                "collections",
                Error::NotFollowed {
                    key: format!("collections.{label}"),
                    found: "a folder of `feedmill.content`".to_owned(),
                    instead: "name it under `feed.collections`",
                },
            ));
        }
    }
    findings
}

/// The names under `feed.collections`, which is a list or a mapping, and what is set for each.
fn named(node: Option<&Node>) -> Vec<(&str, Option<&Node>)> {
    match node {
        Some(Node::List(items)) => {
            items.iter().filter_map(Node::text).map(|it| (it, None)).collect()
        }
        Some(Node::Map(fields)) => {
            fields.iter().map(|(label, node)| (label.as_str(), Some(node))).collect()
        }
        _ => Vec::new(),
    }
}

/// Where items are without a template of their own: what the style of the posts ends in, they do, too.
fn usual(style: &str) -> Template {
    let end = match style {
        "date" | "ordinal" | "none" => ":output_ext",
        "pretty" => "/",
        custom if custom.ends_with('/') => "/",
        custom if custom.ends_with(":output_ext") => ":output_ext",
        _ => "",
    };
    Template::custom(&format!("/:collection/:path{end}"))
}
