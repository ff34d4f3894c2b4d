//! Renders the body of a post, and makes what its front matter does not say.

use crate::content::body::{Body, Markup, Source, render};
use crate::content::front_matter::node::Node;
use crate::content::liquid::elsewhere::{Elsewhere, Listed};
use crate::content::liquid::lexer;
use crate::content::liquid::value::Value;
use crate::content::liquid::variables::Variables;
use crate::content::markdown::dialect::Flavor;
use crate::content::markdown::differences;
use crate::content::post::Post;
use crate::content::post::address::below_home;
use crate::content::post_budget;
use crate::content::site::Site;
use crate::content::text::{cut, lines, xml_safe};
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Remark, Severity};
use crate::diagnostic::loss::Loss;

/// The longest title that is made from a body, in graphemes.
const MADE_TITLE: usize = 40;

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

impl Post<'_> {
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
            markdown_ext: &site.markdown_ext,
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
        let is_in_all_feeds = post_budget::has_room(self, site, &body.html);
        if !is_in_all_feeds {
            body.warnings
                .push(Error::Loss(Loss::TooOften { feeds: post_budget::feeds(self, site) }));
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
            ("id", Value::text(&liquid_id(url, &self.slug))),
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
}

/// Liquid's `page.id`: the folder of the page, and the slug.
fn liquid_id(url: &str, slug: &str) -> String {
    let folder = url.trim_end_matches('/').rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{folder}/{slug}")
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
