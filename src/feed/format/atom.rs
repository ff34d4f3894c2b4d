//! Atom 1.0 (RFC 4287).

use atom_syndication as atom;

use crate::diagnostic::Error;
use crate::feed::format::kind::{Format, GENERATOR, MARK};
use crate::feed::model::{Category, Entry, Feed, Person, Stamp};

/// The format.
pub const FORMAT: Format = Format {
    name: "Atom",
    word: "atom",
    file: "atom.xml",
    media_type: "application/atom+xml; charset=utf-8",
    mark: MARK,
    render,
};

/// The crate's own declaration names no encoding.
const DECLARATION: &[u8] = b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

fn render(feed: &Feed) -> Result<Vec<u8>, Error> {
    let fail = |reason: String| Error::Render { format: FORMAT.name, reason };
    let mut links = vec![link("self", FORMAT.self_link(feed), Some(media_type(&FORMAT)))];
    links.push(link("alternate", feed.home_page.clone(), Some("text/html")));
    links.extend(feed.license.clone().map(|url| link("license", url, None)));
    let document = atom::Feed {
        id: feed.id.clone(),
        title: atom::Text::plain(feed.title.clone()),
        subtitle: Some(atom::Text::plain(feed.description.clone())),
        updated: date(&feed.updated).map_err(fail)?,
        links,
        lang: feed.lang.clone(),
        authors: vec![person(&feed.author)],
        rights: feed.copyright.clone().map(atom::Text::plain),
        icon: feed.icon.clone(),
        logo: feed.logo.clone(),
        generator: Some(atom::Generator {
            value: GENERATOR.to_owned(),
            ..atom::Generator::default()
        }),
        entries: feed
            .entries
            .iter()
            .enumerate()
            .map(|(index, entry)| self::entry(feed, index, entry))
            .collect::<Result<_, _>>()
            .map_err(fail)?,
        ..atom::Feed::default()
    };
    let mut bytes = Vec::with_capacity(8192 * (feed.entries.len() + 1));
    bytes.extend_from_slice(DECLARATION);
    let config = atom::WriteConfig { write_document_declaration: false, indent_size: Some(1) };
    let mut bytes =
        document.write_with_config(bytes, config).map_err(|error| fail(error.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn entry(feed: &Feed, index: usize, entry: &Entry) -> Result<atom::Entry, String> {
    let mut links = vec![link("alternate", entry.link().to_owned(), Some("text/html"))];
    links.extend(entry.related().map(|url| link("related", url.to_owned(), None)));
    links.extend(
        entry.image.as_ref().map(|image| link("enclosure", image.url.clone(), image.media_type)),
    );
    links.extend(entry.enclosures.iter().map(|enclosure| atom::Link {
        length: enclosure.length.map(|length| length.to_string()),
        ..link("enclosure", enclosure.url.clone(), Some(&enclosure.media_type))
    }));
    links.extend(entry.license.clone().map(|url| link("license", url, None)));
    links.extend(entry.source.clone().map(|url| link("via", url, None)));
    let text = |value: &str| atom::Text { lang: entry.lang.clone(), ..atom::Text::plain(value) };
    Ok(atom::Entry {
        id: entry.id.clone(),
        title: text(&entry.title),
        updated: date(&entry.updated)?,
        published: Some(date(&entry.published)?),
        links,
        authors: entry.authors.iter().map(person).collect(),
        categories: entry.categories.iter().map(category).collect(),
        summary: feed.summary(entry).map(text),
        content: feed.content(index, entry).map(|html| atom::Content {
            // Its addresses are absolute already.
            base: None,
            lang: entry.lang.clone(),
            value: Some(html.to_owned()),
            content_type: Some("html".to_owned()),
            src: None,
        }),
        ..atom::Entry::default()
    })
}

fn date(stamp: &Stamp) -> Result<atom::FixedDateTime, String> {
    stamp.rfc3339.parse::<atom::FixedDateTime>().map_err(|error| error.to_string())
}

fn link(rel: &str, href: String, media_type: Option<&str>) -> atom::Link {
    atom::Link {
        href,
        rel: rel.to_owned(),
        mime_type: media_type.map(str::to_owned),
        ..atom::Link::default()
    }
}

fn person(person: &Person) -> atom::Person {
    atom::Person {
        name: person.name.clone(),
        email: person.email.clone(),
        uri: person.uri.clone(),
        ..atom::Person::default()
    }
}

fn category(category: &Category) -> atom::Category {
    atom::Category {
        term: category.term.clone(),
        scheme: category.scheme.clone(),
        label: category.label.clone(),
    }
}

/// A media type without its parameters, as link attributes have it.
fn media_type(format: &Format) -> &'static str {
    format.media_type.split(';').next().unwrap_or(format.media_type)
}
