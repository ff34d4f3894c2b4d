//! RSS 2.0, with `content:encoded`, `dc:creator`, Media RSS images and the Atom self link.

use std::collections::BTreeMap;

use rss::extension::atom::{AtomExtension, Link};
use rss::extension::dublincore::DublinCoreExtension;
use rss::extension::{Extension, ExtensionMap};
use rss::{Category, Channel, Guid, Item};

use crate::diagnostic::Error;
use crate::feed::format::kind::{Format, GENERATOR, MARK};
use crate::feed::model::{Entry, Feed, Image};

/// The format.
pub const FORMAT: Format = Format {
    name: "RSS",
    word: "rss",
    file: "rss.xml",
    media_type: "application/rss+xml; charset=utf-8",
    mark: MARK,
    render,
};

/// Media RSS; the crate writes extension names raw and declares no namespace by itself.
const MEDIA: &str = "http://search.yahoo.com/mrss/";

fn render(feed: &Feed) -> Result<Vec<u8>, Error> {
    let mut namespaces = BTreeMap::new();
    if feed.entries.iter().any(|entry| entry.image.is_some()) {
        namespaces.insert("media".to_owned(), MEDIA.to_owned());
    }
    let self_link = Link {
        href: FORMAT.self_link(feed),
        rel: "self".to_owned(),
        mime_type: Some("application/rss+xml".to_owned()),
        ..Link::default()
    };
    // The image's title and link are the channel's (RSS 2.0 specification, `image`).
    let image = feed.logo.as_ref().or(feed.icon.as_ref()).map(|url| rss::Image {
        url: url.clone(),
        title: feed.title.clone(),
        link: feed.home_page.clone(),
        ..rss::Image::default()
    });
    let channel = Channel {
        title: feed.title.clone(),
        link: feed.home_page.clone(),
        description: feed.description.clone(),
        language: feed.lang.clone(),
        copyright: feed.copyright.clone(),
        last_build_date: (!feed.entries.is_empty()).then(|| feed.updated.rfc822.clone()),
        generator: Some(GENERATOR.to_owned()),
        image,
        atom_ext: Some(AtomExtension { links: vec![self_link] }),
        items: feed
            .entries
            .iter()
            .enumerate()
            .map(|(index, entry)| item(feed, index, entry))
            .collect(),
        namespaces,
        ..Channel::default()
    };
    let mut bytes = Vec::with_capacity(8192 * (feed.entries.len() + 1));
    channel
        .pretty_write_to(&mut bytes, b' ', 1)
        .map_err(|error| Error::Render { format: FORMAT.name, reason: error.to_string() })?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn item(feed: &Feed, index: usize, entry: &Entry) -> Item {
    let content = feed.content(index, entry);
    Item {
        title: feed.own_title(entry).map(str::to_owned),
        link: Some(entry.link().to_owned()),
        guid: Some(Guid { value: entry.id.clone(), permalink: entry.id == entry.link() }),
        pub_date: Some(entry.published.rfc822.clone()),
        // The W3C's validator wants a description before every content, of a picture too.
        description: feed.summary(entry).or(content.map(|_| &*entry.title)).map(str::to_owned),
        content: content.map(str::to_owned),
        categories: entry
            .categories
            .iter()
            .map(|category| Category {
                name: category.term.clone(),
                domain: category.scheme.clone(),
            })
            .collect(),
        // One at most (RSS 2.0 specification, `enclosure`), and a length that is 0 when unknown.
        enclosure: entry.enclosures.first().map(|enclosure| rss::Enclosure {
            url: enclosure.url.clone(),
            length: enclosure.length.unwrap_or(0).to_string(),
            mime_type: enclosure.media_type.clone(),
        }),
        // `author` wants a mail address (RSS 2.0 specification); `dc:creator` takes a name.
        dublin_core_ext: (!entry.authors.is_empty()).then(|| DublinCoreExtension {
            creators: entry.authors.iter().map(|author| author.name.clone()).collect(),
            ..DublinCoreExtension::default()
        }),
        extensions: entry.image.as_ref().map(media).unwrap_or_default(),
        ..Item::default()
    }
}

fn media(image: &Image) -> ExtensionMap {
    let element = |name: &str, attributes: &[(&str, &str)]| {
        let url = ("url".to_owned(), image.url.clone());
        let others =
            attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let attrs = std::iter::once(url).chain(others).collect();
        vec![Extension { name: format!("media:{name}"), attrs, ..Extension::default() }]
    };
    let mut described = vec![("medium", "image")];
    described.extend(image.media_type.map(|media_type| ("type", media_type)));
    let elements = BTreeMap::from([
        ("content".to_owned(), element("content", &described)),
        ("thumbnail".to_owned(), element("thumbnail", &[])),
    ]);
    ExtensionMap::from([("media".to_owned(), elements)])
}
