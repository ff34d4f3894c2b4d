//! What each key of a post's front matter means.
//!
//! Jekyll's conventions, with none of its silence: what is passed over is remarked on.

use std::borrow::Cow;

use crate::content::body::{Markup, SUMMARY_LENGTH};
use crate::content::date::{Day, Moment};
use crate::content::enclosure::{A_FILE, A_FILE_OF_OURS, Enclosure};
use crate::content::front_matter::{FrontMatter, Node};
use crate::content::html::trust::{MAX_NAMES, Trust};
use crate::content::permalink::{Origin, Template, tag_id};
use crate::content::person::person;
use crate::content::post::{Post, Withheld};
use crate::content::settings::A_LICENSE;
use crate::content::site::{Author, Site};
use crate::content::stamp::{Naive, day_in_name, read};
use crate::content::switch::Switch;
use crate::content::syntax::{A_LANGUAGE, AN_ID, is_id, language};
use crate::content::text::{collapse, cut, nfc, plain, shown, xml_safe};
use crate::content::url::{as_uri, web_address};
use crate::error::{Error, Remark, Severity};

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

    /// Makes the post.
    ///
    /// # Errors
    /// When neither front matter nor name has a usable date.
    pub fn post<'a>(&mut self, body: &'a str) -> Result<Post<'a>, Remark> {
        let in_name = day_in_name(self.origin.stem);
        let slug = match self.text("slug") {
            Some(slug) => slug,
            None => in_name.map_or(self.origin.stem, |(_, rest)| rest).to_owned(),
        };
        let date = self.date(in_name.map(|(day, _)| day))?;
        let updated = self.updated(date);
        let categories = self.categories();
        let tags = self.names(&["tags", "tag"]);
        let title = match self.front.get("title") {
            // A slug of hyphens alone gives no title; one is made from the body then.
            None => collapse(&xml_safe(&titleized(&slug))),
            Some(node) => plain(self.scalar(node, "title").unwrap_or_default()),
        };
        Ok(Post {
            date,
            updated,
            withheld: self.withheld(),
            title: self.trust().text(&title).into_owned(),
            categories,
            tags,
            authors: self.authors(),
            own_id: self.own_id(),
            permalink: self.text("permalink").map(|written| Template::new(&written)),
            page_extension: self.origin.page_extension(),
            lang: self.lang(),
            license: self.license(),
            enclosures: self.enclosures(),
            summary: self.summary(),
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
            markup: if self.origin.is_html() { Markup::Html } else { Markup::Markdown },
            body,
            slug,
            key: self.origin.key.clone().into_owned(),
        })
    }

    fn trust(&self) -> Trust {
        self.site.cleaning.trust()
    }

    fn warn(&mut self, key: &str, error: Error) {
        let line = self.front.line_of(key);
        self.remarks.push(Remark { severity: Severity::Warning, line, column: 0, error });
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

    /// The stamp of `date`, else the day in the name; never "now", never the file's own times.
    fn date(&mut self, in_name: Option<Day>) -> Result<Moment, Remark> {
        let written = self.front.get("date").and_then(Node::text).unwrap_or_default();
        let has_key = self.front.get("date").is_some();
        match read(written, self.is_quoted_stamp("date"), self.site.dates) {
            Ok(reading) => {
                for error in reading.warnings {
                    self.warn("date", error);
                }
                if in_name.is_none() && self.origin.is_jekyll {
                    self.remarks.push(Remark {
                        severity: Severity::Note,
                        line: 0,
                        column: 0,
                        error: Error::NoDayInName,
                    });
                }
                Ok(reading.moment)
            }
            Err(unreadable) => {
                let from_name = in_name.map(|day| self.site.dates.zone.midnight(day));
                let line = self.front.line_of("date");
                if let Some(moment) = from_name {
                    if has_key {
                        self.warn("date", Error::DayFromName { written: written.to_owned() });
                    }
                    return Ok(moment);
                }
                let error = if written.trim().is_empty() { Error::NoDate } else { unreadable };
                Err(Remark { severity: Severity::Error, line, column: 0, error })
            }
        }
    }

    /// `last_modified_at` or `updated`; a stamp before the date is the date.
    fn updated(&mut self, date: Moment) -> Moment {
        for key in ["last_modified_at", "updated"] {
            let Some(written) = self.front.get(key).and_then(Node::text) else { continue };
            match read(written, self.is_quoted_stamp(key), self.site.dates) {
                Ok(reading) => return reading.moment.max(date),
                Err(error) => self.warn(key, error),
            }
        }
        date
    }

    /// Whether a stamp stands in quotes, where that makes a difference: it has to be looked for.
    fn is_quoted_stamp(&self, key: &str) -> bool {
        self.site.dates.naive == Naive::Jekyll && self.front.is_quoted(key)
    }

    /// Whether the post is published. Jekyll builds what is neither false nor nothing (`published:`
    /// without a value), and a word in quotes is neither: its author meant something else.
    fn withheld(&mut self) -> Option<Withheld> {
        let published = Switch::read(self.front, "published");
        let draft = Switch::read(self.front, "draft");
        match (&published, &draft) {
            (Switch::Off, _) => return Some(Withheld::Unpublished),
            (Switch::Empty, _) => {
                self.remark_switch(Severity::Note, "published", "empty".to_owned(), "withheld");
                return Some(Withheld::Empty);
            }
            (_, Switch::On) => return Some(Withheld::Draft),
            _ => {}
        }
        for (key, switch, is_shown) in [("published", published, true), ("draft", draft, false)] {
            if let Switch::Odd { found, meant } = switch
                && meant != Some(is_shown)
            {
                self.remark_switch(Severity::Warning, key, found, "published");
            }
        }
        for (key, severity, misleading) in [
            ("Published", Severity::Warning, Switch::Off),
            ("PUBLISHED", Severity::Warning, Switch::Off),
            ("Draft", Severity::Warning, Switch::On),
            ("DRAFT", Severity::Warning, Switch::On),
            // Themes hide such a post in their own lists; Jekyll builds it, and its feed has it.
            ("hidden", Severity::Note, Switch::On),
        ] {
            if Switch::read(self.front, key) == misleading {
                let found = if misleading == Switch::On { "`true`" } else { "`false`" };
                self.remark_switch(severity, key, found.to_owned(), "published");
            }
        }
        None
    }

    fn remark_switch(
        &mut self,
        severity: Severity,
        key: &'static str,
        found: String,
        becomes: &'static str,
    ) {
        let line = self.front.line_of(key);
        let error = Error::Switch { key, found, becomes };
        self.remarks.push(Remark { severity, line, column: 0, error });
    }

    /// Folders above `_posts` first, then `categories`, then `category`, which is not split.
    fn categories(&mut self) -> Vec<String> {
        let folders = self.origin.folders.split('/').filter(|folder| !folder.is_empty());
        let safe = |folder| self.trust().text(&name_of(folder)).into_owned();
        let mut names: Vec<String> = folders.map(safe).collect();
        for name in self.names(&["categories", "category"]) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The names under a plural key, which is split at blanks, and under its singular, which is not.
    fn names(&mut self, keys: &[&'static str; 2]) -> Vec<String> {
        let mut names = Vec::new();
        for (key, is_plural) in keys.iter().zip([true, false]) {
            let Some(node) = self.front.get(key) else { continue };
            let mut found = Vec::new();
            match node {
                Node::Text(text) if is_plural && self.site.split_names => {
                    found.extend(text.split_ascii_whitespace().map(name_of));
                }
                Node::Map(_) => {
                    let found = node.kind();
                    self.remarks.push(Remark {
                        severity: Severity::Warning,
                        line: self.front.line_of(key),
                        column: 0,
                        error: Error::Unusable { key, found },
                    });
                }
                other => flatten(other, &mut found),
            }
            for name in found {
                let name = self.trust().text(&name).into_owned();
                if !name.is_empty() && !names.contains(&name) {
                    names.push(name);
                }
            }
            if self.trust().is_untrusted() && names.len() > MAX_NAMES {
                names.truncate(MAX_NAMES);
                self.warn(key, Error::TooManyNames { key, limit: MAX_NAMES });
            }
        }
        names
    }

    fn authors(&mut self) -> Vec<Author> {
        let mut authors = Vec::new();
        for key in ["author", "authors"] {
            for node in items(self.front.get(key)) {
                authors.extend(self.author(node, key));
            }
        }
        let mut seen = Vec::new();
        authors.retain(|author| {
            let is_new = !seen.contains(&author.name);
            seen.push(author.name.clone());
            is_new
        });
        if self.trust().is_untrusted() {
            authors.truncate(MAX_NAMES);
        }
        authors
    }

    /// A person, who may be named by a key of `_data/authors.yml`.
    fn author(&mut self, node: &Node, key: &'static str) -> Option<Author> {
        let known = node.text().and_then(|key| self.site.people.get(key.trim()));
        known.cloned().or_else(|| {
            let mut dropped = Vec::new();
            let author = person(node, key, self.site, &mut dropped);
            for error in dropped {
                self.warn(key, error);
            }
            let author = author?;
            let name = self.trust().text(&author.name).into_owned();
            // Of a name that is nothing but direction marks, a stranger's, nothing is left.
            (!name.is_empty()).then_some(Author { name, ..author })
        })
    }

    /// `lang`, else the language whose folder the post stands in.
    fn lang(&mut self) -> Option<String> {
        if let Some(written) = self.text("lang") {
            if let Some(lang) = language(&written) {
                return Some(lang.into_owned());
            }
            self.drop("lang", &written, A_LANGUAGE);
        }
        // A key begins with the folder above `_posts`, or with that below it.
        let first = self.origin.key.split_once('/').map(|(first, _)| first)?;
        let folder = self.site.languages.iter().find(|folder| *folder == first)?;
        language(folder).map(Cow::into_owned)
    }

    fn license(&mut self) -> Option<String> {
        let written = self.text("license")?;
        let license = web_address(&written);
        if license.is_none() {
            self.drop("license", &written, A_LICENSE);
        }
        license
    }

    /// `enclosure` or `enclosures`: an address, a mapping, or a list of those.
    fn enclosures(&mut self) -> Vec<Enclosure> {
        let mut enclosures = Vec::new();
        for key in ["enclosure", "enclosures"] {
            let mut dropped = Vec::new();
            for node in items(self.front.get(key)) {
                enclosures.extend(Enclosure::read(node, key, self.site, &mut dropped));
            }
            for error in dropped {
                self.warn(key, error);
            }
        }
        enclosures
    }

    /// The id of its own; a stranger has none, who could take the id of another's post, and its place
    /// in every reader.
    fn own_id(&mut self) -> Option<String> {
        if self.trust().is_untrusted() {
            return None;
        }
        for key in ["id", "guid"] {
            let Some(id) = self.text(key) else { continue };
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

    fn image(&mut self) -> Option<String> {
        let node = self.front.get("image")?;
        let of_map = |key| node.get(key).filter(|node| node.text().is_some());
        let written = match node {
            Node::Map(_) => ["path", "url", "src"].into_iter().find_map(of_map).unwrap_or(node),
            scalar => scalar,
        };
        let written =
            self.scalar(written, "image").map(str::trim).filter(|text| !text.is_empty())?;
        let address = self.site.media(written);
        if address.is_none() {
            let is_untrusted = self.trust().is_untrusted();
            self.drop("image", written, if is_untrusted { A_FILE_OF_OURS } else { A_FILE });
        }
        address
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

/// A name as it is written, NFC, without what XML forbids and without blanks at its ends.
fn name_of(written: &str) -> String {
    xml_safe(&nfc(written.trim())).into_owned()
}

fn flatten(node: &Node, names: &mut Vec<String>) {
    match node {
        Node::List(items) => items.iter().for_each(|item| flatten(item, names)),
        scalar => names.extend(scalar.text().map(name_of)),
    }
}

/// `h02-no-title-here` → `H02 No Title Here`, Jekyll's title for a post without the key.
fn titleized(slug: &str) -> String {
    let capitalized = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters.as_str().to_lowercase().chars()).collect()
        })
    };
    slug.split('-').map(capitalized).collect::<Vec<_>>().join(" ")
}
