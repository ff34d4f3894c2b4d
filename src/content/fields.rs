//! What each key of a post's front matter means.
//!
//! Jekyll's conventions, with none of its silence: what is passed over is remarked on.

mod media;
mod names;
mod state;
pub mod times;

use std::borrow::Cow;

use crate::content::body::{Markup, SUMMARY_LENGTH};
use crate::content::front_matter::rescue::KEYS;
use crate::content::front_matter::{FrontMatter, Node};
use crate::content::html::trust::Trust;
use crate::content::names::Names;
use crate::content::origin::Origin;
use crate::content::permalink::{MAX_PATH, Template, tag_id};
use crate::content::post::Post;
use crate::content::settings::A_LICENSE;
use crate::content::site::Site;
use crate::content::slug;
use crate::content::spread;
use crate::content::stamp::day_in_name;
use crate::content::syntax::{A_LANGUAGE, AN_ID, is_id, language};
use crate::content::text::{collapse, cut, head, plain, shown, xml_safe};
use crate::content::url::{as_uri, is_web, web_address};
use crate::error::oddity::Oddity;
use crate::error::{Error, Remark, Severity};

/// Longest title, in bytes: a page of a book.
pub const MAX_TITLE: usize = 1024;

/// Longest address and id, in bytes.
pub const MAX_ADDRESS: usize = 2 * 1024;

/// Longest language tag, in bytes; the longest that RFC 5646 §4.4.1 counts on has 35.
pub const MAX_LANG: usize = 64;

/// The most oddities of one kind that are told of a post.
const MAX_TOLD: usize = 16;

/// The most keys with capitals that are compared with those that mean something.
const MAX_CAPITALS: usize = 64;

/// Where the page is named that a post is about.
const EXTERNAL: &[&str] = &["external_url", "link", "redirect_to"];

/// What can be such a page.
const A_PAGE: &str = "the address of a page, like `https://other.example.net/page`";

/// Reads one post's front matter and notes what is odd about it.
pub struct Fields<'f, 'r> {
    front: &'f FrontMatter<'f>,
    origin: &'f Origin<'f>,
    site: &'f Site,
    remarks: &'r mut Vec<Remark>,
}

impl<'f, 'r> Fields<'f, 'r> {
    /// Takes what a post's path and front matter say.
    pub fn new(
        front: &'f FrontMatter<'f>,
        origin: &'f Origin<'f>,
        site: &'f Site,
        remarks: &'r mut Vec<Remark>,
    ) -> Self {
        Self { front, origin, site, remarks }
    }

    /// Notes what is not read as it looks.
    fn note_oddities(&mut self) {
        let has_capital = |key: &&str| key.bytes().any(|byte| byte.is_ascii_uppercase());
        for key in self.front.own_keys().filter(has_capital).take(MAX_CAPITALS) {
            // Of `Published` and `Draft` it is told what comes of them.
            let known = KEYS.iter().find(|known| known.eq_ignore_ascii_case(key));
            let known = known.filter(|known| !matches!(**known, "published" | "draft"));
            if let Some(known) = known.filter(|known| self.front.get(known).is_none()) {
                let (key, instead) = (key.to_owned(), format!("`{known}`"));
                let line = self.front.line_of(&key);
                let error = Error::UnknownKey { key, instead };
                self.remarks.push(Remark { severity: Severity::Warning, line, column: 0, error });
            }
        }
        for (line, column, text) in self.front.comments().take(MAX_TOLD) {
            let error = Oddity::Comment { found: shown(text) }.into();
            self.remarks.push(Remark { severity: Severity::Warning, line, column, error });
        }
    }

    /// Makes the post.
    ///
    /// # Errors
    /// When neither front matter nor name has a usable date.
    pub fn post<'a>(&mut self, body: &'a str) -> Result<Post<'a>, Remark> {
        self.note_oddities();
        let in_name = day_in_name(self.origin.stem);
        let slug = match self.text("slug") {
            Some(slug) => slug,
            None => in_name.map_or(self.origin.stem, |(_, rest)| rest).to_owned(),
        };
        let date = self.date(in_name.map(|(day, _)| day))?;
        let updated = self.updated(date);
        let categories = self.categories();
        let tags = self.names(Names::new(self.trust()), &["tags", "tag"]);
        let (title, is_untitled) = self.title(&slug);
        let mut post = Post {
            date,
            updated,
            expires: self.expires(date),
            withheld: self.withheld(),
            reach: self.reach(&categories, &tags),
            title,
            is_untitled,
            categories,
            tags,
            authors: self.authors(),
            own_id: self.own_id(),
            permalink: self.permalink(),
            oversize: None,
            front: Node::Null,
            lines_before: 0,
            page_extension: self.origin.page_extension(),
            lang: self.lang(),
            license: self.license(),
            enclosures: self.enclosures(),
            summary: self.summary(),
            external: self.external(),
            image: self.image(),
            separator: self
                .text("excerpt_separator")
                .or_else(|| self.site.excerpt_separator.clone()),
            has_liquid: self.front.get("render_with_liquid") != Some(&Node::Bool(false)),
            is_excerpt_only: self
                .front
                .get("feed")
                .and_then(|feed| feed.get("excerpt_only"))
                .is_some_and(|node| *node == Node::Bool(true)),
            markup: if self.origin.is_html() {
                Markup::Html
            } else {
                Markup::Markdown(self.site.dialect.flavor_of(self.origin))
            },
            body,
            slug,
            key: self.origin.key.clone().into_owned(),
            path: self.origin.path.to_owned(),
            collection: self.origin.collection.map(str::to_owned),
        };
        self.settle_address(&mut post);
        self.settle_spread(&mut post);
        Ok(post)
    }

    fn permalink(&mut self) -> Option<Template> {
        let template = Template::custom(&self.text("permalink")?);
        if let Some(error) = template.unknown("permalink") {
            self.warn("permalink", error);
        }
        Some(template)
    }

    /// The title as it goes out, and whether the author wants none: `title: ""`. Without a value the
    /// key says nothing, as in Jekyll.
    fn title(&mut self, slug: &str) -> (String, bool) {
        let node = self.front.get("title").filter(|node| **node != Node::Null);
        let written = node.map(|node| self.scalar(node, "title").unwrap_or_default());
        let is_untitled = written == Some("") && self.front.is_empty_text("title");
        // A slug of hyphens alone gives no title; one is made from the body then.
        let title = written.map_or_else(|| collapse(&xml_safe(&slug::titleized(slug))), plain);
        let mut title = self.trust().text(&title).into_owned();
        if title.len() > MAX_TITLE {
            self.too_long("title", MAX_TITLE, "cut");
            title.truncate(head(&title, MAX_TITLE).len());
        }
        (title, is_untitled)
    }

    /// Takes back a permalink that is too long; the site's own is cut where it has to be.
    fn settle_address(&mut self, post: &mut Post<'_>) {
        if post.permalink.is_some() && !post.has_whole_address(self.site) {
            self.too_long("permalink", MAX_PATH, "passed over");
            post.permalink = None;
        }
        let parts = post.slug.len() + post.categories.iter().map(String::len).sum::<usize>();
        // Three bytes for each, in a template that has each of them once.
        if parts > MAX_PATH / 8 && !post.has_whole_address(self.site) {
            self.too_long("slug", MAX_PATH, "cut");
        }
    }

    /// Leaves names out whose feeds would repeat a post of many names too often.
    fn settle_spread(&mut self, post: &mut Post<'_>) {
        let Some(limit) = spread::names(post, self.site) else { return };
        for (key, names) in [("categories", &mut post.categories), ("tags", &mut post.tags)] {
            if names.len() > limit {
                names.truncate(limit);
                self.warn(key, Error::TooManyNames { key, limit });
            }
        }
        if post.authors.len() > limit {
            post.authors.truncate(limit);
            self.warn("authors", Error::TooManyNames { key: "authors", limit });
        }
    }

    fn too_long(&mut self, key: &'static str, limit: usize, fate: &'static str) {
        self.warn(key, Error::TooLong { key, limit, fate });
    }

    /// A text that is short enough for an address.
    fn address(&mut self, key: &'static str) -> Option<String> {
        self.text(key).filter(|text| self.is_address(key, text))
    }

    /// Whether a text is short enough for an address; a longer one is passed over.
    fn is_address(&mut self, key: &'static str, text: &str) -> bool {
        if text.len() > MAX_ADDRESS {
            self.too_long(key, MAX_ADDRESS, "passed over");
        }
        text.len() <= MAX_ADDRESS
    }

    fn trust(&self) -> Trust {
        self.site.cleaning.trust()
    }

    fn warn(&mut self, key: &str, error: Error) {
        self.remark(Severity::Warning, key, error);
    }

    /// Says something about a value, unless it is one of `defaults:`: that was said once for all.
    fn remark(&mut self, severity: Severity, key: &str, error: Error) {
        if self.front.is_inherited(key) {
            return;
        }
        let line = self.front.line_of(key);
        self.remarks.push(Remark { severity, line, column: 0, error });
    }

    fn scalar<'n>(&mut self, node: &'n Node, key: &'static str) -> Option<&'n str> {
        if matches!(node, Node::List(_) | Node::Map(_)) {
            self.warn(key, Error::Unusable { key, found: node.kind() });
        }
        node.text()
    }

    fn text(&mut self, key: &'static str) -> Option<String> {
        let text = self.scalar(self.front.get(key)?, key)?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn drop(&mut self, key: &str, found: &str, expected: &'static str) {
        self.warn(key, Error::Dropped { key: key.to_owned(), found: shown(found), expected });
    }

    /// `lang`, else the language whose folder the post stands in.
    fn lang(&mut self) -> Option<String> {
        let written = self.text("lang").filter(|lang| {
            if lang.len() > MAX_LANG {
                self.too_long("lang", MAX_LANG, "passed over");
            }
            lang.len() <= MAX_LANG
        });
        if let Some(written) = written {
            if let Some(lang) = language(&written) {
                return Some(lang.into_owned());
            }
            self.drop("lang", &written, A_LANGUAGE);
        }
        // A key begins with the folder above `_posts`, or with that below it.
        let first = self.origin.key.split_once('/').map(|(first, _)| first)?;
        let folder =
            self.site.languages.iter().find(|folder| folder.eq_ignore_ascii_case(first))?;
        language(folder).map(Cow::into_owned)
    }

    fn license(&mut self) -> Option<String> {
        let written = self.address("license")?;
        let license = web_address(&written);
        if license.is_none() {
            self.drop("license", &written, A_LICENSE);
        }
        license
    }

    /// The page elsewhere that the post is about.
    fn external(&mut self) -> Option<String> {
        for key in EXTERNAL {
            let node = match self.front.get(key) {
                // Of several `redirect_to`, jekyll-redirect-from takes the first.
                Some(Node::List(items)) if *key == "redirect_to" => items.first(),
                node => node,
            };
            let Some(node) = node.filter(|node| !matches!(node, Node::Null | Node::Bool(_))) else {
                continue;
            };
            let Some(written) = self.scalar(node, key).map(str::trim) else { continue };
            if written.is_empty() || !self.is_address(key, written) {
                continue;
            }
            // As with jekyll-redirect-from, `/x` lies below `baseurl`; a word is no address.
            let is_address = written.starts_with('/') || is_web(written);
            let below = written.strip_prefix('/').filter(|rest| !rest.starts_with('/'));
            let address = below.map_or_else(|| written.to_owned(), |rest| format!("./{rest}"));
            match self.site.link(&address).filter(|address| is_address && is_web(address)) {
                Some(address) => return Some(address),
                None => self.drop(key, written, A_PAGE),
            }
        }
        None
    }

    /// The id of its own; a stranger has none, who could take the id of another's post, and its place
    /// in every reader.
    fn own_id(&mut self) -> Option<String> {
        if self.trust().is_untrusted() {
            return None;
        }
        for key in ["id", "guid"] {
            let Some(id) = self.address(key) else { continue };
            // Atom wants a URI: `id: 12345` is made one, and stays apart from other sites' 12345.
            let uri = as_uri(&id).unwrap_or_else(|| tag_id(&self.site.tag_authority, &id));
            if is_id(&uri) {
                return Some(uri);
            }
            self.drop(key, &id, AN_ID);
        }
        None
    }

    fn summary(&mut self) -> Option<String> {
        let written = ["description", "excerpt"].into_iter().find_map(|key| self.text(key))?;
        let text = plain(&written);
        (!text.is_empty()).then(|| self.trust().text(&cut(&text, SUMMARY_LENGTH)).into_owned())
    }
}

/// What stands under a key that may have a list.
fn items(node: Option<&Node>) -> &[Node] {
    match node {
        None => &[],
        Some(Node::List(items)) => items,
        Some(one) => std::slice::from_ref(one),
    }
}
