//! HTML as it may stand in a feed: one parse, one walk, one text.
//!
//! The parser balances what is unbalanced. The walk drops what is unsafe, hidden or empty, keeps
//! the attributes of a list, makes addresses absolute, and finds the summary, the first image and
//! the author on its way. What it writes parses back to the same tree. The only owner of `scraper`.

use crate::content::html::context::{Cleaned, Context};
use crate::content::html::writer::Writer;
use crate::diagnostic::Error;
use crate::diagnostic::loss::Loss;

pub mod attributes;
pub mod context;
pub mod elements;
pub mod fallback;
pub mod nesting;
pub mod notes;
pub mod output;
pub mod plain;
pub mod summary;
pub mod tags;
pub mod trust;
pub mod writer;

/// Longest HTML that is parsed, in bytes. A quotation mark of a Markdown text has become six.
pub const MAX_PARSED: usize = 4 << 20;

/// Cleans a body.
pub fn clean(html: &str, context: &Context) -> Cleaned {
    let (limit, unit) = match html.len() {
        0..=MAX_PARSED => (nesting::MAX_TAGS, "tags"),
        _ => (MAX_PARSED, "bytes of HTML"),
    };
    if html.len() > MAX_PARSED || !nesting::is_small(html) {
        let warning = Some(Error::Loss(Loss::TooLarge { limit, unit }));
        return Cleaned { warning, ..Cleaned::default() };
    }
    let html = fallback::without_scripts(html);
    if !nesting::fits(&html) {
        let mut cleaned = walk(&paragraphs(&html), context);
        cleaned.warning = Some(Error::Loss(Loss::TooDeep { limit: nesting::MAX_DEPTH }));
        return cleaned;
    }
    walk(&html, context)
}

/// The text of a short piece of HTML: tags stripped, entities decoded once.
pub fn text_of(html: &str) -> String {
    let flat = (!nesting::fits(html)).then(|| paragraphs(html));
    let document = scraper::Html::parse_fragment(flat.as_deref().unwrap_or(html));
    let mut text = String::with_capacity(html.len());
    for node in document.tree.nodes() {
        let scraper::Node::Text(part) = node.value() else { continue };
        let parent = node.parent().and_then(scraper::ElementRef::wrap);
        let is_dropped = |name: &str| {
            elements::is_raw_text(name) && elements::fate(name) == elements::Fate::Drop
        };
        if !parent.is_some_and(|parent| is_dropped(parent.value().name())) {
            text.push_str(part);
        }
    }
    text
}

/// `html` with its text only, in paragraphs: for what must not be parsed.
fn paragraphs(html: &str) -> String {
    let mut flat = String::with_capacity(html.len());
    let mut tags = tags::Tags::new(html);
    let mut from = 0;
    let mut is_open = false;
    let mut push = |part: &str, breaks: bool| {
        if !part.trim().is_empty() {
            flat.push_str(if is_open { "" } else { "<p>" });
            is_open = true;
            flat.push_str(&part.replace('<', "&lt;"));
        }
        if breaks && is_open {
            flat.push_str("</p>\n");
            is_open = false;
        }
    };
    while let Some(tag) = tags.next() {
        let name = tag.name.as_str();
        push(&html[from..tag.start], elements::closes_paragraph(name) || name == "br");
        from = tags.position();
    }
    push(html.get(from..).unwrap_or(""), true);
    flat
}

/// Parses and walks `html`, whose nesting is known to be bounded.
fn walk(html: &str, context: &Context) -> Cleaned {
    let document = scraper::Html::parse_fragment(html);
    let root = document.root_element();
    let mut writer = Writer::new(context, html);
    let mut cursor = root.first_child();
    while let Some(node) = cursor {
        if writer.is_full() {
            break;
        }
        let is_open = match node.value() {
            scraper::Node::Text(text) => writer.text(text),
            scraper::Node::Comment(comment) => writer.comment(comment),
            _ => scraper::ElementRef::wrap(node).is_some_and(|element| writer.open(element)),
        };
        if is_open && let Some(child) = node.first_child() {
            cursor = Some(child);
            continue;
        }
        if is_open {
            writer.close();
        }
        let mut at = node;
        cursor = loop {
            if let Some(next) = at.next_sibling() {
                break Some(next);
            }
            let Some(parent) = at.parent().filter(|parent| parent.id() != root.id()) else {
                break None;
            };
            writer.close();
            at = parent;
        };
    }
    writer.finish()
}
