//! JSON Feed 1.1.

use serde::Serialize;

use crate::diagnostic::Error;
use crate::feed::format::kind::Format;
use crate::feed::model::{Enclosure, Entry, Feed, Person};

/// The format.
pub const FORMAT: Format = Format {
    name: "JSON Feed",
    word: "json",
    file: "feed.json",
    media_type: "application/feed+json",
    mark: COMMENT,
    render,
};

const VERSION: &str = "https://jsonfeed.org/version/1.1";

/// The standard's place for a word to people who look at the raw text.
const COMMENT: &str =
    "This is a feed, made by feedmill. To subscribe, give its address to a feed reader.";

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    feed_url: String,
    description: &'a str,
    user_comment: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    favicon: Option<&'a str>,
    authors: [Author<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<&'a str>,
    /// An item must have one of the two contents; without the first this is the summary.
    #[serde(skip_serializing_if = "Option::is_none")]
    content_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    date_published: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_modified: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
}

#[derive(Serialize)]
struct Attachment<'a> {
    url: &'a str,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
}

fn render(feed: &Feed) -> Result<Vec<u8>, Error> {
    let document = Document {
        version: VERSION,
        title: &feed.title,
        home_page_url: &feed.home_page,
        feed_url: FORMAT.self_link(feed),
        description: &feed.description,
        user_comment: COMMENT,
        icon: feed.logo.as_deref().or(feed.icon.as_deref()),
        favicon: feed.icon.as_deref(),
        authors: [author(&feed.author)],
        language: feed.lang.as_deref(),
        items: feed
            .entries
            .iter()
            .enumerate()
            .map(|(index, entry)| item(feed, index, entry))
            .collect(),
    };
    let mut bytes = Vec::with_capacity(8192 * (feed.entries.len() + 1));
    serde_json::to_writer_pretty(&mut bytes, &document)
        .map_err(|error| Error::Render { format: FORMAT.name, reason: error.to_string() })?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn item<'a>(feed: &Feed, index: usize, entry: &'a Entry) -> Item<'a> {
    let content_html = feed.content(index, entry);
    let summary = feed.summary(entry);
    Item {
        id: &entry.id,
        url: &entry.url,
        external_url: entry.external.as_deref().or(entry.source.as_deref()),
        title: feed.own_title(entry),
        content_html,
        content_text: if content_html.is_none() {
            Some(summary.unwrap_or(&entry.title))
        } else {
            None
        },
        summary,
        image: entry.image.as_ref().map(|image| image.url.as_str()),
        date_published: &entry.published.rfc3339,
        date_modified: Some(entry.updated.rfc3339.as_str())
            .filter(|_| entry.updated != entry.published),
        authors: entry.authors.iter().map(author).collect(),
        tags: entry.categories.iter().map(|category| category.term.as_str()).collect(),
        attachments: entry.enclosures.iter().map(attachment).collect(),
        language: entry.lang.as_deref(),
    }
}

fn attachment(enclosure: &Enclosure) -> Attachment<'_> {
    Attachment {
        url: &enclosure.url,
        mime_type: &enclosure.media_type,
        size_in_bytes: enclosure.length,
    }
}

fn author(person: &Person) -> Author<'_> {
    Author { name: &person.name, url: person.uri.as_deref() }
}
