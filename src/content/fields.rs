//! What each key of a post's front matter means.
//!
//! Jekyll's conventions, with none of its silence: what is passed over is remarked on.

mod media;
mod names;
mod rare;
pub mod reader;
mod state;
pub mod times;

use std::borrow::Cow;

use crate::content::body::Markup;
use crate::content::fields::rare::{RARE, Rare};
use crate::content::fields::reader::Fields;
use crate::content::front_matter::node::Node;
use crate::content::front_matter::rescue::KEYS;
use crate::content::html::plain::plain;
use crate::content::names::Names;
use crate::content::permalink::MAX_PATH;
use crate::content::post::{Post, Reach};
use crate::content::stamp::day_in_name;
use crate::content::syntax::{MAX_TITLE, language};
use crate::content::text::{collapse, head, shown, xml_safe};
use crate::content::{post_budget, slug};
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Remark, Severity};
use crate::diagnostic::oddity::Oddity;

/// The most oddities of one kind that are told of a post.
const MAX_TOLD: usize = 16;

/// The most keys with capitals that are compared with those that mean something.
const MAX_CAPITALS: usize = 64;

impl Fields<'_, '_> {
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
        let date = self.date(in_name.map(|(day, _)| day))?;
        let rare = if self.front.may_have(RARE) { self.rare(date) } else { Rare::default() };
        let of_name = || in_name.map_or(self.origin.stem, |(_, rest)| rest).to_owned();
        let slug = rare.slug.unwrap_or_else(of_name);
        let categories = self.categories();
        let tags = self.names(Names::new(self.trust()), &["tags", "tag"]);
        let (title, is_untitled) = self.title(&slug);
        let mut post = Post {
            date,
            updated: rare.updated.map_or(date, |updated| updated.max(date)),
            expires: rare.expires,
            withheld: rare.withheld,
            reach: if rare.is_in_no_feed { Reach::None } else { self.reach(&categories, &tags) },
            title,
            is_untitled,
            categories,
            tags,
            authors: self.authors(),
            own_id: rare.own_id,
            permalink: rare.permalink,
            oversize: None,
            front: Node::Null,
            head: "",
            page_extension: self.origin.page_extension(),
            lang: rare.lang.or_else(|| self.lang_of_folder()),
            license: rare.license,
            enclosures: rare.enclosures,
            summary: rare.summary,
            external: rare.external,
            image: rare.image,
            separator: rare.separator.or_else(|| self.site.excerpt_separator.clone()),
            has_liquid: !rare.is_without_liquid,
            is_excerpt_only: rare.is_excerpt_only,
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
        let Some(limit) = post_budget::names(post, self.site) else { return };
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

    /// The language whose folder the post stands in.
    fn lang_of_folder(&self) -> Option<String> {
        // A key begins with the folder above `_posts`, or with that below it.
        let first = self.origin.key.split_once('/').map(|(first, _)| first)?;
        let folder =
            self.site.languages.iter().find(|folder| folder.eq_ignore_ascii_case(first))?;
        language(folder).map(Cow::into_owned)
    }
}
