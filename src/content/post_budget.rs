//! What one post adds to all documents together: each of its feeds repeats it, in three formats and
//! on a page. Many names, long fields and a long body are each fine alone.

use crate::content::html::trust::Trust;
use crate::content::post::{Post, Reach};
use crate::content::site::Site;
use crate::content::syntax::{MAX_ADDRESS, MAX_LANG};
use crate::content::taxonomy::Taxonomy;
use crate::content::text::escaped_length;

/// Feeds of a post that need no count.
const FEW: usize = 12;

/// What a feed takes without entries, and an entry without its texts, in all its documents.
const FEED: usize = 8 * 1024;

/// What a category and an author take besides their names.
const NAME: usize = 160;

/// How often a feed repeats its own name, percent-encoded or not.
const OWN_NAME: usize = 24;

/// A summary that is still to be made from the body.
const SUMMARY: usize = 800;

/// Most bytes that all documents together have of one post besides its content.
fn most_without_content(trust: Trust) -> usize {
    if trust.is_untrusted() { 2 << 20 } else { 9 << 20 }
}

/// The same with its content.
fn most(trust: Trust) -> usize {
    if trust.is_untrusted() { 7 << 20 } else { 15 << 20 }
}

/// How many names of each kind a post may keep, when it has more.
pub fn names(post: &Post<'_>, site: &Site) -> Option<usize> {
    if feeds(post, site) <= FEW {
        return None;
    }
    let most = most_without_content(site.cleaning.trust());
    if without_content(post, site, usize::MAX) <= most {
        return None;
    }
    let longest = post.categories.len().max(post.tags.len()).max(post.authors.len());
    (1..longest).rev().find(|limit| without_content(post, site, *limit) <= most).or(Some(1))
}

/// Whether all feeds of a post can carry its content.
pub fn has_room(post: &Post<'_>, site: &Site, html: &str) -> bool {
    let feeds = feeds(post, site);
    let most = most(site.cleaning.trust());
    // In three formats, each byte as six at most.
    if feeds * 18 * html.len() + feeds * 16 * FEED <= most {
        return true;
    }
    // RSS has it as it is, and JSON escapes less than XML.
    let content = 2 * escaped_length(html) + html.len();
    feeds <= 1 || without_content(post, site, usize::MAX) + feeds * content <= most
}

/// How many feeds a post is in.
pub fn feeds(post: &Post<'_>, site: &Site) -> usize {
    if post.reach == Reach::None {
        return 0;
    }
    if post.collection.is_some() {
        return 1;
    }
    let of = |taxonomy: &Taxonomy| match taxonomy {
        Taxonomy::Category => post.categories.len(),
        Taxonomy::Tag => post.tags.len(),
        Taxonomy::Author => post.authors.len(),
        Taxonomy::Language => usize::from(post.lang.is_some() || site.lang.is_some()),
        Taxonomy::Collection => 0,
    };
    1 + site.taxonomies.iter().map(of).sum::<usize>()
}

/// What a post takes without its content, if it had at most `limit` names of each kind.
fn without_content(post: &Post<'_>, site: &Site, limit: usize) -> usize {
    let length = |text: &str| escaped_length(text);
    let optional = |text: &Option<String>| text.as_deref().map_or(0, length);
    let terms = post.categories.iter().take(limit).chain(post.tags.iter().take(limit));
    let terms: usize = terms.map(|name| 3 * length(name) + NAME).sum();
    let authors = post.authors.iter().take(limit).map(|author| {
        3 * (length(&author.name) + optional(&author.email) + optional(&author.uri)) + NAME
    });
    let files = post
        .enclosures
        .iter()
        .map(|file| 3 * (site.home.len() + length(&file.url) + length(&file.media_type)) + NAME);
    let address = post.url(site).len();
    let first_image = if site.has_first_images { MAX_ADDRESS } else { 0 };
    let image = post.image.as_deref().map_or(first_image, length);
    let entry = 6 * length(&post.title)
        + 4 * post.summary.as_deref().map_or(SUMMARY, length)
        + 8 * address
        + 3 * (post.own_id.as_deref().map_or(address + 3 * post.key.len(), length))
        + 5 * image
        + 3 * optional(&post.external)
        + optional(&post.license)
        + terms
        + authors.sum::<usize>()
        + files.sum::<usize>();
    let own = |taxonomy: &Taxonomy| -> (usize, usize) {
        let of = |names: &mut dyn Iterator<Item = &String>| {
            names.take(limit).fold((0, 0), |(count, own), name| (count + 1, own + name.len()))
        };
        match taxonomy {
            Taxonomy::Category => of(&mut post.categories.iter()),
            Taxonomy::Tag => of(&mut post.tags.iter()),
            Taxonomy::Author => of(&mut post.authors.iter().map(|author| &author.name)),
            Taxonomy::Language => (1, MAX_LANG),
            Taxonomy::Collection => (0, 0),
        }
    };
    let (feeds, own) = site
        .taxonomies
        .iter()
        .map(own)
        .fold((1, 0), |(feeds, own), (more, longer)| (feeds + more, own + longer));
    feeds * (FEED + entry) + OWN_NAME * own
}
