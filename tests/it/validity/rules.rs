//! What every feed must be: RSS 2.0, Atom 1.0 (RFC 4287), JSON Feed 1.1, and all three the same.
//!
//! The documents are read by `roxmltree` and `feed-rs`, which share no code with what wrote them.

use std::collections::BTreeSet;

use feed_rs::model::{Feed, Person};
use roxmltree::{Document, Node};
use serde_json::Value;

use crate::making::Tree;

const ATOM: &str = "http://www.w3.org/2005/Atom";
const CONTENT: &str = "http://purl.org/rss/1.0/modules/content/";
const DC: &str = "http://purl.org/dc/elements/1.1/";
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<";

/// What a reader sees of an entry; the same in every format.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    id: String,
    /// RSS and JSON need have none.
    title: Option<String>,
    link: String,
    published: i64,
    summary: Option<String>,
    content: Option<String>,
    authors: Vec<String>,
    categories: Vec<String>,
}

/// Checks all documents of an export whose base URL is `base`.
#[track_caller]
pub(crate) fn assert_valid(feeds: &Tree, base: &str) {
    let mut ids = BTreeSet::new();
    let mut folders = 0;
    for path in feeds.keys().filter(|path| path.ends_with("rss.xml")) {
        folders += 1;
        let folder = path.strip_suffix("rss.xml").unwrap();
        let address = |file: &str| format!("{base}/{folder}{file}");
        let text = |file: &str| text(feeds, &format!("{folder}{file}"));
        let (rss, atom, json) = (text("rss.xml"), text("atom.xml"), text("feed.json"));
        check_rss(&rss, &address("rss.xml"));
        let id = check_atom(&atom, &address("atom.xml"));
        assert!(ids.insert(id.clone()), "two feeds with the id {id}");
        check_json(&json, &address("feed.json"));
        let by = names(&read(&atom, path).authors);
        let [mut rss, atom, mut json] = [("rss", &rss), ("atom", &atom), ("json", &json)]
            .map(|(format, text)| seen(&read(text, path), format, &by));
        for (one, of_atom) in rss.iter_mut().chain(&mut json).zip(atom.iter().chain(&atom)) {
            one.title = one.title.take().or_else(|| of_atom.title.clone());
        }
        assert_eq!(rss, atom, "{path}: RSS and Atom differ");
        assert_eq!(json, atom, "{path}: JSON Feed and Atom differ");
    }
    // Besides each feed's three documents and its page: three lists, a style and a script.
    let lists = feeds.keys().filter(|path| path.ends_with("manifest.json"));
    assert_eq!(folders * 4 + 5, feeds.len() - lists.count(), "{:?}", feeds.keys());
    check_lists(feeds, base);
}

/// Every feed stands once in each OPML list (OPML 2.0, "Subscription lists"), and has a page.
#[track_caller]
fn check_lists(feeds: &Tree, base: &str) {
    let pages = feeds.keys().filter_map(|path| path.strip_suffix("index.html"));
    let mut folders: Vec<String> = pages.map(|folder| format!("{base}/{folder}atom.xml")).collect();
    folders.sort();
    for path in ["feeds.opml", "feeds-flat.opml"] {
        let text = text(feeds, path);
        let document = parse(&text);
        words(only(document.root_element(), "", "head"), "", "title");
        words(only(document.root_element(), "", "head"), "", "ownerName");
        assert!(children(only(document.root_element(), "", "head"), "", "dateCreated").is_empty());
        let outlines = document.descendants().filter(|node| node.has_tag_name("outline"));
        let mut listed = Vec::new();
        for outline in outlines {
            assert!(outline.attribute("text").is_some_and(|text| !text.is_empty()), "{outline:?}");
            let Some(address) = outline.attribute("xmlUrl") else { continue };
            assert_eq!(outline.attribute("type"), Some("rss"));
            assert_web(address);
            assert_web(outline.attribute("htmlUrl").unwrap());
            listed.push(decoded(address));
        }
        listed.sort();
        assert_eq!(listed, folders, "{path}");
    }
    for (path, _) in feeds.iter().filter(|(path, _)| path.ends_with("index.html")) {
        assert!(text(feeds, path).starts_with("<!DOCTYPE html>\n<html lang="), "{path}");
    }
}

/// The text of a document, without anything that XML 1.0 forbids.
#[track_caller]
fn text(feeds: &Tree, path: &str) -> String {
    let bytes = feeds.get(path).unwrap_or_else(|| panic!("{path} is missing"));
    let text = String::from_utf8(bytes.clone()).unwrap();
    let bad = text.chars().find(|c| {
        matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\r' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
    });
    assert_eq!(bad, None, "{path} holds a forbidden character");
    assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{path} has no final line end");
    text
}

#[track_caller]
fn read(text: &str, path: &str) -> Feed {
    feed_rs::parser::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn names(people: &[Person]) -> Vec<String> {
    people.iter().map(|person| person.name.clone()).collect()
}

/// What a reader sees of a feed whose author is `by`.
fn seen(feed: &Feed, format: &str, by: &[String]) -> Vec<Seen> {
    let entry = |entry: &feed_rs::model::Entry| {
        let link = entry
            .links
            .iter()
            .find(|link| link.rel.as_deref().unwrap_or("alternate") == "alternate");
        let body = entry.content.as_ref().and_then(|content| content.body.as_deref());
        // The reader trims some texts and not others.
        let body = body.map(|body| body.trim().to_owned()).filter(|body| !body.is_empty());
        // JSON Feed has one text at least, RSS a description before every content: the title, when
        // there is no other.
        let summary = entry.summary.as_ref().map(|text| text.content.clone());
        let title = entry.title.as_ref().map(|title| title.content.clone());
        let is_html =
            entry.content.as_ref().is_some_and(|c| c.content_type.as_str() != "text/plain");
        let authors = names(&entry.authors);
        let is_stand_in = summary.is_some() && summary == title;
        Seen {
            id: entry.id.clone(),
            link: link.unwrap().href.clone(),
            published: entry.published.unwrap().timestamp(),
            summary: summary.filter(|_| !is_stand_in),
            content: body.filter(|_| format != "json" || is_html),
            authors: if authors.is_empty() { by.to_owned() } else { authors },
            categories: entry.categories.iter().map(|category| category.term.clone()).collect(),
            title,
        }
    };
    feed.entries.iter().map(entry).collect()
}

fn children<'a>(node: Node<'a, 'a>, namespace: &'a str, name: &'a str) -> Vec<Node<'a, 'a>> {
    let is_it = |child: &Node| {
        child.tag_name().name() == name && child.tag_name().namespace().unwrap_or("") == namespace
    };
    node.children().filter(is_it).collect()
}

#[track_caller]
fn only<'a>(node: Node<'a, 'a>, namespace: &'a str, name: &'a str) -> Node<'a, 'a> {
    let found = children(node, namespace, name);
    assert_eq!(found.len(), 1, "`{name}` in {:?}", node.tag_name());
    found[0]
}

/// The text of an only child, which must have some.
#[track_caller]
fn words<'a>(node: Node<'a, 'a>, namespace: &'a str, name: &'a str) -> &'a str {
    let text = only(node, namespace, name).text().unwrap_or_default();
    assert!(!text.trim().is_empty(), "empty `{name}`");
    text
}

#[track_caller]
fn parse(text: &str) -> Document<'_> {
    assert!(text.starts_with(DECLARATION), "{}", &text[..text.len().min(60)]);
    Document::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[track_caller]
fn check_rss(text: &str, address: &str) {
    let document = parse(text);
    assert_eq!(document.root_element().attribute("version"), Some("2.0"));
    let channel = only(document.root_element(), "", "channel");
    words(channel, "", "title");
    words(channel, "", "description");
    assert_web(words(channel, "", "link"));
    let own = only(channel, ATOM, "link");
    assert_eq!(own.attribute("rel"), Some("self"));
    assert_eq!(own.attribute("type"), Some("application/rss+xml"));
    assert_address(own.attribute("href").unwrap(), address);
    let items = children(channel, "", "item");
    for date in children(channel, "", "lastBuildDate") {
        assert_rfc822(date.text().unwrap());
    }
    assert_eq!(children(channel, "", "lastBuildDate").len(), usize::from(!items.is_empty()));
    for item in items {
        // RSS 2.0, `item`: one of the two must be there.
        let has_title = !children(item, "", "title").is_empty();
        words(item, "", if has_title { "title" } else { "description" });
        let link = words(item, "", "link");
        assert_web(link);
        let guid = only(item, "", "guid");
        let is_permalink = guid.attribute("isPermaLink") != Some("false");
        assert_eq!(is_permalink, guid.text() == Some(link), "{guid:?}");
        assert!(guid.text().unwrap().parse::<u64>().is_err(), "a guid that is but a number");
        assert_rfc822(words(item, "", "pubDate"));
        assert!(children(item, "", "author").is_empty() && children(item, "", "source").is_empty());
        assert!(children(item, "", "enclosure").len() <= 1);
        let place = |namespace: &str, name: &str| {
            item.children().position(|child| child.has_tag_name((namespace, name)))
        };
        let description = item.children().position(|child| {
            child.tag_name().name() == "description" && child.tag_name().namespace().is_none()
        });
        if let Some(content) = place(CONTENT, "encoded") {
            assert!(description.is_some_and(|at| at < content), "content before description");
        }
        for creator in children(item, DC, "creator") {
            assert!(!creator.text().unwrap_or_default().trim().is_empty());
        }
    }
}

/// Checks an Atom document; returns its id.
#[track_caller]
fn check_atom(text: &str, address: &str) -> String {
    let document = parse(text);
    let feed = document.root_element();
    assert!(feed.has_tag_name((ATOM, "feed")));
    words(feed, ATOM, "title");
    words(only(feed, ATOM, "author"), ATOM, "name");
    let links = children(feed, ATOM, "link");
    let link = |rel: &str| {
        let found: Vec<_> =
            links.iter().filter(|link| link.attribute("rel") == Some(rel)).collect();
        assert_eq!(found.len(), 1, "{rel}");
        found[0].attribute("href").unwrap()
    };
    assert_address(link("self"), address);
    assert_web(link("alternate"));
    let mut ids = BTreeSet::new();
    let mut newest = "";
    for entry in children(feed, ATOM, "entry") {
        let id = words(entry, ATOM, "id");
        assert_uri(id);
        assert!(ids.insert(id), "{id} stands twice in {address}");
        words(entry, ATOM, "title");
        let (published, updated) = (words(entry, ATOM, "published"), words(entry, ATOM, "updated"));
        assert_rfc3339(published);
        assert_rfc3339(updated);
        // Both are written in one zone, so their texts order as they do, unless the clocks change.
        assert!(published[..10] <= updated[..10], "{published} {updated}");
        newest = if updated > newest { updated } else { newest };
        for author in children(entry, ATOM, "author") {
            words(author, ATOM, "name");
        }
        let alternates = children(entry, ATOM, "link");
        let mut alternates = alternates.iter().filter(|l| l.attribute("rel") == Some("alternate"));
        assert_web(alternates.next().unwrap().attribute("href").unwrap());
        assert!(alternates.next().is_none());
        for content in children(entry, ATOM, "content") {
            assert_eq!(content.attribute("type"), Some("html"));
            check_body(content.text().unwrap());
        }
        for title in children(entry, ATOM, "title") {
            assert!(matches!(title.attribute("type"), None | Some("text")));
        }
        for category in children(entry, ATOM, "category") {
            assert!(!category.attribute("term").unwrap().is_empty());
        }
    }
    let updated = words(feed, ATOM, "updated");
    assert_rfc3339(updated);
    assert!(ids.is_empty() || updated[..10] == newest[..10], "{updated} {newest}");
    let id = words(feed, ATOM, "id");
    assert_uri(id);
    id.to_owned()
}

#[track_caller]
fn check_json(text: &str, address: &str) {
    let feed: Value = serde_json::from_str(text).unwrap();
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
    assert_web(feed["home_page_url"].as_str().unwrap());
    assert_address(feed["feed_url"].as_str().unwrap(), address);
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
    let is_person = |person: &Value| is_text(&person["name"]);
    assert!(is_text(&feed["title"]) && feed["authors"].as_array().unwrap().iter().all(is_person));
    for item in feed["items"].as_array().unwrap() {
        assert!(is_text(&item["id"]) && (item["title"].is_null() || is_text(&item["title"])));
        assert_web(item["url"].as_str().unwrap());
        assert!(item["content_html"].is_string() != item["content_text"].is_string(), "{item}");
        assert_rfc3339(item["date_published"].as_str().unwrap());
        if let Some(modified) = item["date_modified"].as_str() {
            assert_rfc3339(modified);
        }
        for address in ["external_url", "image"] {
            if let Some(address) = item[address].as_str() {
                assert_web(address);
            }
        }
        if let Some(tags) = item.get("tags") {
            assert!(tags.as_array().unwrap().iter().all(is_text), "{item}");
        }
        if let Some(authors) = item.get("authors") {
            assert!(authors.as_array().unwrap().iter().all(is_person), "{item}");
        }
    }
}

/// A body is balanced, carries no code, and has absolute addresses only.
#[track_caller]
fn check_body(html: &str) {
    let wrapped = format!("<div>{html}</div>");
    let document = Document::parse(&wrapped).unwrap_or_else(|error| panic!("{error}: {html}"));
    for element in document.descendants().filter(Node::is_element) {
        let name = element.tag_name().name();
        assert!(
            !matches!(name, "script" | "style" | "form" | "object" | "embed"),
            "{name}: {html}"
        );
        for attribute in element.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(!name.starts_with("on") && name != "style", "{name}: {html}");
            let is_address = matches!(name, "href" | "src" | "poster" | "cite");
            let is_absolute = value.split_once(':').is_some_and(|(scheme, _)| {
                scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) && scheme != "javascript"
            });
            assert!(!is_address || is_absolute || value.starts_with('#'), "{name}={value}: {html}");
        }
    }
}

/// `Tue, 04 Jan 2022 07:38:28 +0800`, in the form that every reader takes.
#[track_caller]
fn assert_rfc822(date: &str) {
    let shape: String = date
        .chars()
        .map(|c| {
            if c.is_ascii_digit() {
                '9'
            } else if c.is_ascii_alphabetic() {
                'a'
            } else {
                c
            }
        })
        .collect();
    let (day, zone) = shape.split_at(shape.len().min(26));
    let is_whole = day == "aaa, 99 aaa 9999 99:99:99 " || day == "aaa, 99 aaa 9999 99:99:99";
    let is_zone = date.ends_with("GMT") || (date.ends_with("00") || date.ends_with("30"));
    assert!(is_whole && is_zone && matches!(zone, "+9999" | "-9999" | "aaa"), "{date}");
}

/// `2022-01-04T07:38:28+08:00`.
#[track_caller]
fn assert_rfc3339(date: &str) {
    let shape: String = date.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    let zone = shape.strip_prefix("9999-99-99T99:99:99");
    assert!(matches!(zone, Some("Z" | "+99:99" | "-99:99")), "{date}");
}

#[track_caller]
fn assert_web(address: &str) {
    assert!(address.starts_with("https://") || address.starts_with("http://"), "{address}");
    assert_uri(address);
}

/// A URI: ASCII, with a scheme, and without what RFC 3986 keeps out.
#[track_caller]
fn assert_uri(uri: &str) {
    let is_plain = |c: char| c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c);
    assert!(uri.chars().all(is_plain), "{uri}");
    let (scheme, rest) = uri.split_once(':').unwrap_or_default();
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    assert!(is_scheme && !rest.is_empty(), "{uri}");
    for (at, _) in uri.match_indices('%') {
        let is_hex =
            uri.get(at + 1..at + 3).is_some_and(|hex| hex.chars().all(|c| c.is_ascii_hexdigit()));
        assert!(is_hex, "{uri}");
    }
}

/// `found` is the percent-encoded form of the plain address `expected`.
#[track_caller]
fn assert_address(found: &str, expected: &str) {
    assert_web(found);
    assert_eq!(decoded(found), expected);
}

/// The text behind a percent-encoded address.
fn decoded(address: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = address.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}
