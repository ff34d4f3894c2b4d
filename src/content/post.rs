//! A post: one file, parsed; and its card, which is what the catalog keeps of it.

pub mod address;
pub mod parse;
pub mod render;

use crate::content::body::Markup;
use crate::content::date::Moment;
use crate::content::enclosure::Enclosure;
use crate::content::front_matter::node::Node;
use crate::content::permalink::Template;
use crate::content::site::{Author, Site};
use crate::content::syntax::canonical;
use crate::content::taxonomy::Taxonomy;
use crate::diagnostic::Error;

/// One post, without what a feed makes of its body.
#[derive(Debug, Clone)]
pub struct Post<'a> {
    /// Its name across all roots.
    pub key: String,
    /// Its file, relative to the site.
    pub path: String,
    /// The name of its collection, unless it is a post.
    pub collection: Option<String>,
    /// When it was published.
    pub date: Moment,
    /// When it was last changed, by its own word; never before `date`.
    pub updated: Moment,
    /// When it leaves its feeds.
    pub expires: Option<Moment>,
    /// Why it is not published; `None` when it is.
    pub withheld: Option<Withheld>,
    /// Which of its feeds it is in.
    pub reach: Reach,
    /// The title as plain text; empty when it has to be made from the body.
    pub title: String,
    /// Whether its author wants it to have none (`title: ""`).
    pub is_untitled: bool,
    /// Categories, each once, as they are written (NFC).
    pub categories: Vec<String>,
    /// Tags, likewise.
    pub tags: Vec<String>,
    /// Who wrote it; the site's author is not among them.
    pub authors: Vec<Author>,
    /// The slug as it is written, or the file's name without day and extension.
    pub slug: String,
    /// The permalink of its own, when it is not the site's.
    pub permalink: Option<Template>,
    /// The ending of its page.
    pub page_extension: &'static str,
    /// The id that its front matter sets, a URI.
    pub own_id: Option<String>,
    /// The language, when it says one.
    pub lang: Option<String>,
    /// `description`, else `excerpt`: plain text, cut.
    pub summary: Option<String>,
    /// The page elsewhere that it is about, absolute.
    pub external: Option<String>,
    /// The absolute address of `image`.
    pub image: Option<String>,
    /// Address of its licence, when it is not the site's.
    pub license: Option<String>,
    /// What goes with it: a recording, a document.
    pub enclosures: Vec<Enclosure>,
    /// What ends the excerpt in the body.
    pub separator: Option<String>,
    /// Whether the post wants its summary only in feeds (`feed.excerpt_only`).
    pub is_excerpt_only: bool,
    /// Whether Liquid in the body means something (`render_with_liquid`).
    pub has_liquid: bool,
    /// The whole front matter, which Liquid shows.
    pub front: Node,
    /// How the body is written.
    pub markup: Markup,
    /// The body as it stands in the file.
    pub body: &'a str,
    /// What stands before the body in the file.
    pub head: &'a str,
    /// Why the body is not parsed, when it is too large for that.
    pub oversize: Option<Error>,
}

/// Why a post is not published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withheld {
    /// `published: false`.
    Unpublished,
    /// `published:` without a value.
    Empty,
    /// `draft: true`.
    Draft,
}

impl Withheld {
    /// The reason in the words of a message.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Unpublished => "published: false",
            Self::Empty => "published: empty",
            Self::Draft => "draft: true",
        }
    }
}

/// Which of its feeds a published post is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, Default)]
pub enum Reach {
    /// All of them.
    #[default]
    All,
    /// Those of its categories, tags and so on, but not the site's.
    Groups,
    /// None.
    None,
}

impl Reach {
    /// What there is to say of a post that is not in all feeds.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::Groups => Some("not in the site's feed"),
            Self::None => Some("not in feeds"),
        }
    }
}

impl Post<'_> {
    /// The name of every feed that the post belongs to, besides the site's.
    pub fn groups(&self, site: &Site) -> Vec<(Taxonomy, String)> {
        if let Some(label) = &self.collection {
            return vec![(Taxonomy::Collection, label.clone())];
        }
        let mut groups = Vec::new();
        for taxonomy in &site.taxonomies {
            let names: Vec<String> = match taxonomy {
                Taxonomy::Category => self.categories.clone(),
                Taxonomy::Tag => {
                    self.tags.iter().filter(|tag| site.tags.keeps(tag)).cloned().collect()
                }
                Taxonomy::Author => self.authors.iter().map(|author| author.name.clone()).collect(),
                Taxonomy::Language => {
                    let lang = self.lang.as_ref().or(site.lang.as_ref());
                    lang.map(|lang| canonical(lang)).into_iter().collect()
                }
                Taxonomy::Collection => Vec::new(),
            };
            groups.extend(names.into_iter().map(|name| (*taxonomy, name)));
        }
        groups
    }
}
