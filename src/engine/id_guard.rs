//! The ids that a new configuration changes, counted before it is taken: an entry with another id
//! is another entry, and every reader shows it again as new.

use crate::catalog::cards::Kept;
use crate::catalog::{Catalog, FeedName};
use crate::content::post::Post;
use crate::content::post_path::{Folders, Layout, Origin};
use crate::content::site::Site;
use crate::diagnostic::Error;
use crate::engine::post_reader::{MAX_POST, ReadContext, text};
use crate::feed::assemble;
use crate::os::parallel;

/// A post that says nothing, in the place of one that cannot be read or used now: what is made from
/// its name and the settings alone is known all the same.
const STAND_IN: &str = "---\ndate: 2022-01-04\n---\nText.\n";

/// How many ids are others under new settings, of posts that feeds carry and of feeds that carry any; and
/// how many links and titles, which some readers know entries by.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct NewIds {
    /// Posts whose id is another.
    pub posts: usize,
    /// Posts in all.
    pub of_posts: usize,
    /// Posts whose link is another.
    pub links: usize,
    /// Posts whose title is another.
    pub titles: usize,
    /// Feeds whose id is another.
    pub feeds: usize,
    /// Feeds in all.
    pub of_feeds: usize,
}

impl NewIds {
    /// How many there will be when `site` takes the place of the settings of `old`, under which the
    /// catalog was made. Posts that are none any more have no new id.
    pub fn count(catalog: &Catalog, old: ReadContext<'_>, site: &Site) -> Self {
        let layout = layout(catalog, old.layout, site);
        let new = ReadContext { folder: old.folder, layout: &layout, site };
        let feeds: Vec<&FeedName> =
            catalog.feeds().filter(|name| catalog.count(name) > 0).collect();
        let is_other_feed = |name: &&&FeedName| {
            assemble::feed_id(old.site, name) != assemble::feed_id(new.site, name)
        };
        let carried = carried(catalog, &feeds, old.site);
        let changes = parallel::read(&carried, |card| changes(*card, old, new));
        let count =
            |part: usize| changes.iter().flatten().filter(|is_other| is_other[part]).count();
        Self {
            posts: count(0),
            of_posts: changes.iter().flatten().count(),
            links: count(1),
            titles: count(2),
            feeds: feeds.iter().filter(is_other_feed).count(),
            of_feeds: feeds.len(),
        }
    }

    /// Why settings that give these ids are refused: more than half of those of posts are others, or
    /// of those of feeds. They are counted apart, for one site has many posts and another many feeds.
    /// Links and titles alone are no reason: they follow pages, which have changed as well.
    pub fn refusal(&self) -> Option<Error> {
        let Self { posts, of_posts, feeds, of_feeds, .. } = *self;
        let is_most = posts * 2 > of_posts || feeds * 2 > of_feeds;
        is_most.then_some(Error::NewIds { posts, of_posts, feeds, of_feeds })
    }
}

/// How posts will be laid out: what a scan will find, as far as the posts that are known tell.
fn layout(catalog: &Catalog, old: &Layout, site: &Site) -> Layout {
    let is_jekyll = |card: Kept<'_>| Origin::of(card.path(), old).is_some_and(|it| it.is_jekyll);
    let folders = if site.content.is_empty() && !catalog.cards().any(is_jekyll) {
        Folders::Site
    } else {
        Folders::Named(site.content.clone())
    };
    let (markdown, collections) = (site.markdown_ext.clone(), site.collection_folders());
    Layout { folders, markdown, collections }
}

/// The posts that feeds carry, each once.
fn carried<'c>(catalog: &'c Catalog, feeds: &[&FeedName], site: &Site) -> Vec<Kept<'c>> {
    let mut is_seen = vec![false; catalog.bound()];
    let windows = feeds.iter().map(|name| catalog.window(name, assemble::window(site, name)));
    let mut cards: Vec<Kept<'c>> = windows.flatten().collect();
    cards.retain(|card| !std::mem::replace(&mut is_seen[card.number()], true));
    cards
}

/// Whether a post has another id, link and title in its new place; `None` when it is no post there.
fn changes(card: Kept<'_>, old: ReadContext<'_>, new: ReadContext<'_>) -> Option<[bool; 3]> {
    let read = old.folder.read(card.path(), MAX_POST);
    let bytes = read.map(|(bytes, _)| bytes).unwrap_or_default();
    let known_by = |written: &str, read_context: ReadContext<'_>| {
        let origin = Origin::of(card.path(), read_context.layout)?;
        let mut post = Post::parse(&origin, written, read_context.site).post.ok()?;
        if *origin.key == *card.key() {
            card.own_key().clone_into(&mut post.key);
        }
        Some([post.id(read_context.site), post.url(read_context.site), post.title])
    };
    let texts = [text(&bytes).unwrap_or_default(), STAND_IN];
    texts.into_iter().find_map(|written| {
        let (former, now) = (known_by(written, old)?, known_by(written, new)?);
        Some(std::array::from_fn(|part| former[part] != now[part]))
    })
}
