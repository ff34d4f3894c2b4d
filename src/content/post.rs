//! A post: one file, parsed; and its card, which is what the catalog keeps of it.

pub mod address;

use std::sync::Arc;

use crate::base::fingerprint::Fingerprint;
use crate::base::hash::Hash;
use crate::content::body::{Body, Markup, Source, oversize, render};
use crate::content::date::Moment;
use crate::content::enclosure::Enclosure;
use crate::content::fields::Fields;
use crate::content::fields::times::UPDATED;
use crate::content::front_matter::{FrontMatter, Node, Parts, line_of, split};
use crate::content::liquid::elsewhere::{Elsewhere, Listed};
use crate::content::liquid::value::Value;
use crate::content::liquid::{Variables, lexer};
use crate::content::markdown::dialect::Flavor;
use crate::content::markdown::differences;
use crate::content::origin::Origin;
use crate::content::permalink::Template;
use crate::content::post::address::below_home;
use crate::content::site::{Author, Site, Taxonomy};
use crate::content::spread;
use crate::content::syntax::canonical;
use crate::content::text::{cut, lines, xml_safe};
use crate::content::uses::Use;
use crate::diagnostic::loss::Loss;
use crate::diagnostic::oddity::Oddity;
use crate::diagnostic::{Error, Remark, Severity};

/// The longest title that is made from a body, in graphemes.
const MADE_TITLE: usize = 40;

/// How much of a file without front matter tells whether it is text, in bytes.
const HEAD: usize = 1024;

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

/// What is made of one file: a post or the reason why there is none, and what else was noticed.
#[derive(Debug)]
pub struct Parsed<'a> {
    /// The post, or why the file gives none.
    pub post: Result<Post<'a>, Remark>,
    /// Warnings and notes.
    pub remarks: Vec<Remark>,
}

impl<'a> Post<'a> {
    /// Parses the text of one file. The body is not rendered yet.
    pub fn parse(origin: &Origin<'_>, text: &'a str, site: &Site) -> Parsed<'a> {
        let parts = split(text);
        let mut remarks = Vec::new();
        if let Some((line, error)) = unusable(text, parts) {
            return Parsed {
                post: Err(Remark { severity: Severity::Error, line, column: 0, error }),
                remarks,
            };
        }
        let (mut front, remark) = FrontMatter::decode(parts);
        front.inherit(site.defaults.of(origin.path));
        remarks.extend(remark);
        let mut post = Fields::new(&front, origin, site, &mut remarks).post(parts.body);
        let head = &text[..text.len() - parts.body.len()];
        if let Ok(post) = &mut post
            && let Some((line, error)) = oversize(post.markup, parts.body, site.cleaning.trust())
        {
            post.oversize = Some(error.clone());
            let severity = Severity::Warning;
            let line = lines(head) + 1 + line;
            remarks.push(Remark { severity, line, column: 0, error });
        }
        if let Ok(post) = &mut post {
            (post.head, post.front) = (head, front.into_node());
        }
        Parsed { post, remarks }
    }

    /// What there is to say of its change, by its own word, if that is to come as of `now`. `text` is
    /// that of its file.
    pub fn change_to_come(&self, text: &str, now: Moment) -> Option<Remark> {
        if self.updated <= now.max(self.date) {
            return None;
        }
        let parts = split(text);
        let line = |key| line_of(parts.yaml, key).map(|index| (key, parts.yaml_line + index));
        // It may be that of `defaults:`.
        let (key, line) = UPDATED.iter().copied().find_map(line).unwrap_or((UPDATED[0], 0));
        let error = Oddity::ChangeToCome { key }.into();
        Some(Remark { severity: Severity::Warning, line, column: 0, error })
    }

    /// Renders the body; fills the title and the summary that the front matter does not have.
    ///
    /// `elsewhere` is what Liquid asks of the rest of the site.
    pub fn render(&self, site: &Site, elsewhere: &dyn Elsewhere) -> Rendered {
        let url = self.url(site);
        let page = || self.variables(site, below_home(&url, site));
        let source = Source {
            markup: self.markup,
            dialect: &site.dialect,
            text: self.body,
            base: &url,
            path: &self.path,
            elsewhere,
            is_oversize: self.oversize.is_some(),
            separator: self.separator.as_deref(),
            liquid: (self.has_liquid && lexer::has_marks(self.body)).then_some(Variables {
                site: &site.variables,
                library: &site.library,
                page: &page,
                url: site.home.strip_suffix(&site.baseurl).unwrap_or(&site.home),
                baseurl: &site.baseurl,
                dialect: &site.dialect,
                rules: site.dates,
                body: self.body,
                separator: self.separator.as_deref(),
                elsewhere,
            }),
        };
        let mut body = render(&source, &site.cleaning);
        for remark in body.remarks.iter_mut().filter(|remark| remark.line > 0) {
            remark.line += lines(self.head);
        }
        let summary = self.summary.clone().unwrap_or_else(|| std::mem::take(&mut body.summary));
        let title = if self.title.is_empty() {
            let made = made_title(&summary, &self.key);
            site.cleaning.trust().text(&made).into_owned()
        } else {
            self.title.clone()
        };
        let is_in_all_feeds = spread::has_room(self, site, &body.html);
        if !is_in_all_feeds {
            body.warnings.push(Error::Loss(Loss::TooOften { feeds: spread::feeds(self, site) }));
        }
        let is_excerpt_only = self.is_excerpt_only;
        let is_untitled = self.is_untitled;
        Rendered { url, title, is_untitled, summary, is_excerpt_only, is_in_all_feeds, body }
    }

    /// Where the page shows something else than the entry, as far as the text of the body and what was
    /// made of it tell.
    pub fn differences(&self, body: &Body) -> Vec<Remark> {
        let lines_before = lines(self.head);
        let remark = |(line, (what, hint)): (usize, differences::Difference)| {
            let (severity, line) = (Severity::Note, lines_before + line);
            Remark {
                severity,
                line,
                column: 0,
                error: Error::Loss(Loss::Differs { what: what.into(), hint }),
            }
        };
        if self.oversize.is_some() {
            return Vec::new();
        }
        if body.html.is_empty() && body.warnings.is_empty() && self.summary.is_none() {
            return vec![remark((1, differences::NO_TEXT))];
        }
        if self.markup != Markup::Markdown(Flavor::Kramdown) {
            return Vec::new();
        }
        let written = differences::found(self.body);
        written.into_iter().chain(differences::left(self.body, &body.html)).map(remark).collect()
    }

    /// What Liquid knows as `page`: the front matter, and what Jekyll makes of it.
    fn variables(&self, site: &Site, url: &str) -> Value {
        let texts =
            |texts: &[String]| Value::list(texts.iter().map(|it| Value::text(it)).collect());
        let front = if let Node::Map(fields) = &self.front { &fields[..] } else { &[] };
        let made = [
            ("url", Value::text(url)),
            ("id", Value::text(url.trim_end_matches(".html"))),
            ("date", Value::Date(self.date, site.dates.zone)),
            ("slug", Value::text(&self.slug)),
            ("categories", texts(&self.categories)),
            ("tags", texts(&self.tags)),
            ("path", Value::text(&self.path)),
            ("relative_path", Value::text(&self.path)),
            ("collection", Value::text(self.collection.as_deref().unwrap_or("posts"))),
        ];
        let written = front.iter().map(|(key, node)| (key.as_str().into(), Value::of(node)));
        let made = made.into_iter().map(|(key, value)| (key.into(), value));
        let title = ("title".into(), Value::text(&self.title));
        Value::map(std::iter::once(title).chain(written).chain(made).collect())
    }

    /// What lists of posts show of it.
    pub fn listed(&self, site: &Site) -> Listed {
        Listed {
            title: self.title.clone(),
            url: below_home(&self.url(site), site).to_owned(),
            date: self.date,
            categories: self.categories.clone(),
            tags: self.tags.clone(),
        }
    }

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

/// A post with its body.
#[derive(Debug)]
pub struct Rendered {
    /// Absolute address of the post's page.
    pub url: String,
    /// The title; never empty.
    pub title: String,
    /// Whether its author wants it to have none: this one is made from the body.
    pub is_untitled: bool,
    /// The summary; empty only when the post has no text at all.
    pub summary: String,
    /// Whether the post wants its summary only in feeds (`feed.excerpt_only`).
    pub is_excerpt_only: bool,
    /// Whether each of its feeds carries the body, and not the site's alone.
    pub is_in_all_feeds: bool,
    /// The body.
    pub body: Body,
}

/// The name of a category, a tag and so on.
pub type Group = (Taxonomy, Arc<str>);

/// The catalog's record of one file: enough to order and to group it, no title, no body.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Card {
    /// The file's name across all roots, without folders of digits.
    pub key: Arc<str>,
    /// The same with those folders.
    pub long_key: Arc<str>,
    /// The file, relative to the site.
    pub path: Arc<str>,
    /// The rank of the file's root.
    pub rank: usize,
    /// When it was published.
    pub date: Moment,
    /// Whether it is published at all, once its date has come.
    pub is_withheld: bool,
    /// The feeds that it belongs to, besides the site's.
    pub groups: Vec<Group>,
    /// Hash of the id, unless that is made from the key and so is no other post's.
    pub id: Option<Hash>,
    /// What its entry hangs on besides its file, as far as it was rendered; most have none.
    pub uses: Box<[Use]>,
    /// Which of its feeds it is in.
    pub reach: Reach,
    /// When it leaves its feeds.
    pub expires: Option<Moment>,
    /// When it was changed, by its own word, if that is another time than its date.
    pub changes: Option<Moment>,
    /// Half of the hash of [`Post::destination`].
    pub page: u64,
    /// Whether the post has tags.
    pub has_tags: bool,
    /// Hash of the file's bytes: equal bytes are no change.
    pub hash: Hash,
    /// The file as it was when it was read.
    pub stamp: Fingerprint,
}

/// Why a text is no post, and on which line that shows; 0 for the whole file.
fn unusable(text: &str, parts: Parts<'_>) -> Option<(usize, Error)> {
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Some((0, Error::Empty));
    }
    if parts.is_open {
        return Some((0, Error::CutShort));
    }
    // A NUL that has strayed into a body is left out of it; keys with one are not to be guessed at.
    let (head, line) = if parts.yaml_line > 1 {
        (parts.yaml, parts.yaml_line)
    } else {
        (&text[..text.floor_char_boundary(HEAD)], 1)
    };
    if let Some(at) = head.find('\0') {
        return Some((line + head[..at].matches('\n').count(), Error::Binary));
    }
    let first = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
    (first.trim_end() == "+++").then_some((0, Error::Toml))
}

/// A title for a post without one: the start of its text, else its name.
fn made_title(summary: &str, key: &str) -> String {
    let title = if summary.is_empty() { key.rsplit('/').next().unwrap_or(key) } else { summary };
    // A file's name may hold what XML forbids.
    let text = xml_safe(title);
    let made = cut(&text, MADE_TITLE);
    // An address stays whole, or goes.
    let kept = made.strip_suffix('…').filter(|kept| !text[kept.len()..].starts_with(' '));
    match kept.and_then(|kept| kept.rsplit_once(' ')) {
        Some((words, last)) if last.contains("://") => format!("{words}…"),
        _ => made.into_owned(),
    }
}
