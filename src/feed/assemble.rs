//! Which feeds exist, where they stand, and what of a post goes into an entry.

use std::collections::HashSet;
use std::sync::Arc;

use crate::base::hash::Hash;
use crate::base::percent;
use crate::catalog::FeedName;
use crate::content::date::{Moment, Zone};
use crate::content::enclosure::media_type_of;
use crate::content::permalink::tag_id;
use crate::content::post::Post;
use crate::content::post::render::Rendered;
use crate::content::site::{self, LinkPosts, NamesFrom, Site, Window};
use crate::content::syntax::MAX_ADDRESS;
use crate::content::taxonomy::Taxonomy;
use crate::content::text::nfc;
use crate::feed::model::{Category, Enclosure, Entry, Feed, Image, Person, Stamp};

/// The longest folder name in bytes: file systems take 255, and a temporary name is longer.
pub const MAX_FOLDER: usize = 200;

/// What the folder of a longer name ends in.
const HASH: &str = "-00000000000000000000000000000000";

/// What an entry takes besides its texts and addresses, in bytes: elements and dates.
const ENTRY: usize = 1024;

/// The elements or attributes around a category, an author, an enclosure, an image.
const ELEMENT: usize = 128;

/// The date of a feed without entries: any day that never changes will do.
const EMPTY_SINCE: Moment = Moment::from_unix(946_684_800);

/// The folder of a feed below the base URL and in the export alike, with a slash at its end:
/// `category/财经/`; nothing for the site's own feed.
pub fn folder(name: &FeedName) -> String {
    match name {
        FeedName::Site => String::new(),
        FeedName::Group(taxonomy, name) => format!("{}/{}/", taxonomy.word(), folder_name(name)),
    }
}

/// A group's name as the name of a folder: itself, but for characters that some file system
/// refuses, which are percent-encoded. Different names stay different.
pub fn folder_name(name: &str) -> String {
    let mut folder = String::with_capacity(name.len());
    let last = name.chars().count().saturating_sub(1);
    for (index, c) in name.chars().enumerate() {
        let is_edge = (index == 0 && c == '.') || (index == last && matches!(c, '.' | ' '));
        if is_edge || is_unsafe(c) {
            let mut bytes = [0; 4];
            folder.extend(c.encode_utf8(&mut bytes).bytes().map(percent::encode_byte));
        } else {
            folder.push(c);
        }
    }
    if folder.len() > MAX_FOLDER || is_like_cut(&folder) {
        let hash = Hash::of(name.as_bytes());
        let cut = folder.floor_char_boundary(MAX_FOLDER - HASH.len());
        folder = format!("{}-{hash}", &folder[..cut]);
    }
    folder
}

/// Whether a folder looks as if it had been cut: somebody could choose the name that another is cut to.
fn is_like_cut(folder: &str) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    let end = folder.len().checked_sub(HASH.len()).map(|start| &folder.as_bytes()[start..]);
    // A character of up to four bytes may have gone with what was cut off.
    folder.len() > MAX_FOLDER - 4
        && end.is_some_and(|end| end[0] == b'-' && end[1..].iter().all(is_digit))
}

fn is_unsafe(c: char) -> bool {
    let is_invisible = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    c.is_control()
        || is_invisible
        || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '%')
}

/// What a post is in every feed that carries it.
pub fn entry(post: &Post<'_>, rendered: Rendered, site: &Site) -> Entry {
    let zone = site.dates.zone;
    let from_body = rendered.body.author.map(|name| Person { name, email: None, uri: None });
    let mut authors: Vec<Person> = post.authors.iter().map(person).collect();
    if authors.is_empty() {
        authors.extend(from_body);
    }
    let enclosures = post.enclosures.iter().map(|enclosure| Enclosure {
        url: enclosure.url.clone(),
        media_type: enclosure.media_type.clone(),
        length: enclosure.length,
    });
    let enclosures = enclosures.collect();
    let first_image = rendered.body.image.filter(|url| url.len() <= MAX_ADDRESS);
    let image = post.image.clone().or(first_image.filter(|_| site.has_first_images));
    Entry {
        id: post.id(site),
        external: post.external.clone().filter(|external| *external != rendered.url),
        leads_out: site.link_posts == LinkPosts::External,
        url: rendered.url,
        title: rendered.title,
        is_untitled: rendered.is_untitled,
        summary: rendered.summary,
        content: Some(rendered.body.html)
            .filter(|html| !rendered.is_excerpt_only && !html.is_empty()),
        is_in_all_feeds: rendered.is_in_all_feeds,
        published: stamp(post.date, zone),
        updated: stamp(post.updated, zone),
        authors,
        categories: categories(post, site),
        license: post.license.clone(),
        lang: post.lang.clone().filter(|lang| {
            !site.lang.as_ref().is_some_and(|of_site| of_site.eq_ignore_ascii_case(lang))
        }),
        image: image.map(|url| Image { media_type: media_type_of(&url), url }),
        enclosures,
        source: rendered.body.source_link,
    }
}

/// A feed's id. A post's key never begins with a slash, so no entry has it.
pub fn feed_id(site: &Site, name: &FeedName) -> String {
    tag_id(&site.tag_authority, &format!("/{}", folder(name)))
}

/// Which posts a feed carries.
pub fn window(site: &Site, name: &FeedName) -> Window {
    site.window_of(folder(name).trim_end_matches('/'))
}

/// A feed's name in a list of the site's feeds.
pub fn display_name(site: &Site, name: &FeedName, entries: &[Arc<Entry>]) -> String {
    match name {
        FeedName::Site => site.title.clone(),
        FeedName::Group(taxonomy, group) => group_name(site, *taxonomy, group, entries),
    }
}

/// The feed of `name` with its entries, newest first. Readers take entries of one id for one, so
/// only the newest of them stays.
pub fn feed(site: &Site, name: &FeedName, mut entries: Vec<Arc<Entry>>) -> Feed {
    let mut ids = HashSet::new();
    entries.retain(|entry| ids.insert(entry.id.clone()));
    let path = folder(name);
    let window = window(site, name);
    let address = format!("{}/{}", site.base, percent::encode_path(&path));
    let (title, description, home_page) = match name {
        FeedName::Site => (site.title.clone(), site.description.clone(), format!("{}/", site.home)),
        FeedName::Group(taxonomy, group) => {
            let display = group_name(site, *taxonomy, group, &entries);
            let title = format!("{display} · {}", site.title);
            (title, format!("{display} · {}", site.description), address.clone())
        }
    };
    let updated = entries.iter().map(|entry| &entry.updated).max_by_key(|stamp| stamp.unix);
    Feed {
        id: feed_id(site, name),
        title,
        description,
        home_page,
        folder: address,
        lang: match name {
            FeedName::Group(Taxonomy::Language, lang) => Some(lang.to_string()),
            _ => site.lang.clone(),
        },
        author: site
            .author
            .as_ref()
            .map_or_else(|| Person { name: site.title.clone(), email: None, uri: None }, person),
        copyright: site.copyright.clone(),
        license: site.license.clone(),
        icon: site.icon.clone(),
        logo: site.logo.clone(),
        updated: updated.cloned().unwrap_or_else(|| stamp(EMPTY_SINCE, Zone::UTC)),
        extent: window.extent,
        is_site: *name == FeedName::Site,
        contents: contents(&entries, window.size, *name == FeedName::Site),
        entries,
    }
}

/// How many of the newest entries can carry their content in a document of at most `size` bytes.
///
/// What escaping adds is counted as the format that needs most of it would: Atom writes `<` as
/// `&lt;`, JSON a line feed as two characters.
fn contents(entries: &[Arc<Entry>], size: usize, is_site: bool) -> usize {
    // At most six bytes for one, so what is small needs no counting.
    let most = |entry: &Arc<Entry>| 6 * length(entry, str::len) + 6 * carried(entry, is_site).len();
    if entries.iter().map(most).sum::<usize>() <= size {
        return entries.len();
    }
    let mut left = size;
    for entry in entries {
        left = left.saturating_sub(length(entry, escaped));
    }
    let fits = |entry: &&Arc<Entry>| {
        let needed = escaped(carried(entry, is_site));
        let is_fitting = needed <= left;
        left = left.saturating_sub(needed);
        is_fitting
    };
    entries.iter().take_while(fits).count()
}

/// How long a text is once it is escaped, at most.
fn escaped(text: &str) -> usize {
    let is_special = |byte: &u8| matches!(byte, b'<' | b'>' | b'&' | b'"' | b'\'' | b'\\' | b'\n');
    text.len() + 5 * text.bytes().filter(is_special).count()
}

/// The content that a feed would carry of an entry.
fn carried(entry: &Entry, is_site: bool) -> &str {
    entry.content.as_deref().filter(|_| is_site || entry.is_in_all_feeds).unwrap_or_default()
}

/// What an entry takes without its content, by a measure of its texts, in the format that repeats
/// most of it.
fn length(entry: &Entry, of: impl Fn(&str) -> usize) -> usize {
    let optional = |text: &Option<String>| text.as_deref().map_or(0, &of);
    let categories = entry.categories.iter().map(|category| {
        of(&category.term) + optional(&category.label) + optional(&category.scheme) + ELEMENT
    });
    let authors = entry
        .authors
        .iter()
        .map(|author| of(&author.name) + optional(&author.email) + optional(&author.uri) + ELEMENT);
    let enclosures =
        entry.enclosures.iter().map(|file| of(&file.url) + of(&file.media_type) + ELEMENT);
    ENTRY
        + of(&entry.id)
        + of(&entry.url)
        + optional(&entry.external)
        + 2 * of(&entry.title)
        + of(&entry.summary)
        + 2 * entry.image.as_ref().map_or(0, |image| of(&image.url) + ELEMENT)
        + optional(&entry.license)
        + optional(&entry.lang)
        + optional(&entry.source)
        + categories.sum::<usize>()
        + authors.sum::<usize>()
        + enclosures.sum::<usize>()
}

/// A group's name for people: from the configuration, else from the newest post's first tag
/// when the site wants that, else the name itself.
fn group_name(site: &Site, taxonomy: Taxonomy, group: &str, entries: &[Arc<Entry>]) -> String {
    if let Some(name) = site.names.get(group) {
        return name.clone();
    }
    if taxonomy == Taxonomy::Category && site.names_from == NamesFrom::Tag {
        let scheme = scheme(site, Taxonomy::Category);
        let is_tag = |category: &&Category| category.scheme != scheme;
        let tag = entries.first().and_then(|entry| entry.categories.iter().find(is_tag));
        let name =
            tag.map(|tag| tag.term.strip_suffix(site.names_suffix.as_str()).unwrap_or(&tag.term));
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            return name.to_owned();
        }
    }
    nfc(group).into_owned()
}

fn categories(post: &Post<'_>, site: &Site) -> Vec<Category> {
    let of = |taxonomy, names: &[String]| {
        let category = |name: &String| Category {
            term: name.clone(),
            label: site.names.get(name).cloned(),
            scheme: scheme(site, taxonomy),
        };
        names.iter().map(category).collect::<Vec<_>>()
    };
    let mut categories = of(Taxonomy::Category, &post.categories);
    for tag in of(Taxonomy::Tag, &post.tags) {
        if !categories.iter().any(|category| category.term == tag.term) {
            categories.push(tag);
        }
    }
    categories
}

/// The address of a taxonomy, when it has feeds.
fn scheme(site: &Site, taxonomy: Taxonomy) -> Option<String> {
    site.taxonomies.contains(&taxonomy).then(|| format!("{}/{}/", site.base, taxonomy.word()))
}

fn person(author: &site::Author) -> Person {
    Person { name: author.name.clone(), email: author.email.clone(), uri: author.uri.clone() }
}

fn stamp(moment: Moment, zone: Zone) -> Stamp {
    Stamp { unix: moment.unix(), rfc822: zone.rfc822(moment), rfc3339: zone.rfc3339(moment) }
}
