//! The body of a post: its source → clean HTML, summary, first image, source link and author.
//!
//! Liquid, lines, Markdown, HTML, in this order; each step is a file of its own.

use std::borrow::Cow;

use crate::content::dependency::Use;
use crate::content::html::context::{Cleaned, Context};
use crate::content::html::trust::Trust;
use crate::content::html::{self, notes};
use crate::content::liquid::elsewhere::Elsewhere;
use crate::content::liquid::variables::{Highlight, Variables};
use crate::content::markdown::dialect::{Dialect, Flavor};
use crate::content::markdown::html_blocks::Held;
use crate::content::markdown::kramdown::Extensions;
use crate::content::markdown::spans::Spans;
use crate::content::markdown::{self, tables};
use crate::content::source_links::Pages;
use crate::content::{clean, liquid, parse_cost, text, url};
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Remark, Severity};
use crate::diagnostic::loss::Loss;

/// Longest summary, in grapheme clusters.
pub const SUMMARY_LENGTH: usize = 200;

/// Longest body that is parsed, in bytes.
pub const MAX_BYTES: usize = 2 << 20;

/// Longest body of a stranger that is parsed, in bytes.
pub const MAX_BYTES_UNTRUSTED: usize = 512 << 10;

/// Most nodes that a parser makes of a body: lists, cells, links, pieces of text. Each takes a
/// quarter of a KiB.
pub const MAX_NODES: usize = 200_000;

/// Most nodes of a stranger's body.
pub const MAX_NODES_UNTRUSTED: usize = 100_000;

/// How much of a body that is not parsed gives its summary, in bytes.
const HEAD: usize = 8 << 10;

/// What a body is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// Markdown, with HTML in it or not.
    Markdown(Flavor),
    /// HTML only.
    Html,
}

/// A body as it stands in its file, and what it depends on.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// What it is written in.
    pub markup: Markup,
    /// What the site decides of its Markdown.
    pub dialect: &'a Dialect,
    /// The text behind the front matter.
    pub text: &'a str,
    /// The absolute URL of the post; without a valid one relative links go.
    pub base: &'a str,
    /// The file, relative to the site.
    pub path: &'a str,
    /// What files in Markdown end in (`markdown_ext`), in small letters.
    pub markdown_ext: &'a [String],
    /// What links to files of the site ask.
    pub elsewhere: &'a dyn Elsewhere,
    /// Whether the text is known to be too large: see [`oversize`].
    pub is_oversize: bool,
    /// What ends the excerpt (`excerpt_separator`); `<!--more-->` always does.
    pub separator: Option<&'a str>,
    /// What Liquid variables stand for; `None` where Liquid is plain text
    /// (`render_with_liquid: false`).
    pub liquid: Option<Variables<'a>>,
}

/// A body as feeds carry it. All text is XML-safe.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body {
    /// Balanced and safe HTML with absolute addresses.
    pub html: String,
    /// Plain text: what stands before the separator, else a leading quotation, else the first
    /// paragraph that is no credit line, else any text. Empty where there is no text at all.
    pub summary: String,
    /// The absolute address of the first image.
    pub image: Option<String>,
    /// Where the post was taken from, absolute.
    pub source_link: Option<String>,
    /// The author, as the body names it.
    pub author: Option<String>,
    /// What is not quite as it was written.
    pub warnings: Vec<Error>,
    /// What Liquid left out, by the line in the text, counted from 1.
    pub remarks: Vec<Remark>,
    /// What it hangs on besides its own file.
    pub uses: Vec<Use>,
}

/// Renders a body.
pub fn render(source: &Source, cleaning: &clean::Cleaning) -> Body {
    let mut warnings = Vec::new();
    let written = text::xml_safe(if source.is_oversize { head(source.text) } else { source.text });
    let liquid::Expanded { text: expanded, mut remarks, mut uses } =
        expand(&written, source, cleaning.trust());
    let is_markdown = source.markup != Markup::Html;
    let is_kramdown = source.markup == Markup::Markdown(Flavor::Kramdown);
    let extensions = is_kramdown.then(|| Extensions::take(&expanded));
    let without = extensions.as_ref().map_or(&*expanded, |extensions| &extensions.text);
    let (lines, link) = cleaning.lines(without, is_markdown);
    let base = url::Base::parse(source.base);
    let pages = Pages::new(source.path, source.markdown_ext, source.elsewhere);
    let context = Context {
        base: base.as_ref(),
        trust: cleaning.trust(),
        selectors: cleaning.selectors(),
        author: &|text| cleaning.author(text),
        separator: source.separator.and_then(comment),
        wants_text: source.separator.is_some(),
        page: &|address| pages.find(address),
    };
    let trust = cleaning.trust();
    let to_html = |text: &str| match html_of(text, source, extensions.as_ref(), trust) {
        Ok(html) => html::clean(&html, &context),
        Err(warning) => Cleaned { warning: Some(warning), ..Cleaned::default() },
    };
    warnings.extend(extensions.as_ref().and_then(|extensions| extensions.warning.clone()));
    // The text of the post itself was counted when that was read.
    let is_counted = !source.is_oversize && std::ptr::eq::<str>(&raw const *lines, source.text);
    let mut cleaned = within(&lines, (source.markup, is_counted), trust, &to_html);
    warnings.extend(cleaned.warning);
    remarks.extend(cleaned.dropped.iter().map(|name| dropped(source.text, name)));
    if source.is_oversize {
        (cleaned.html, cleaned.image) = (String::new(), None);
    }
    let found = cleaned.found;
    // A separator that is no comment leaves no trace in the tree.
    let head = source.separator.filter(|s| !s.is_empty() && comment(s).is_none());
    let head = head
        .and_then(|separator| lines.find(separator))
        .map(|at| within(&lines[..at], (source.markup, is_counted), trust, &to_html));
    let excerpt = head.map(|head| head.found.text).filter(|text| !text.is_empty());
    let summary = found
        .excerpt
        .or(excerpt)
        .or(found.leading_quote)
        .or(found.first_paragraph)
        .unwrap_or(found.text);
    let (used, lost) = pages.finish(source.text);
    remarks.extend(lost);
    uses.extend(used);
    uses.sort_unstable();
    uses.dedup();
    let source_link = link.and_then(|link| match &base {
        Some(base) => base.resolve_media(&link),
        None => url::absolute(&link).filter(|link| url::is_web(link)),
    });
    Body {
        html: cleaned.html,
        summary: trust.text(&text::cut(&summary, SUMMARY_LENGTH)).into_owned(),
        image: cleaned.image,
        source_link: source_link.filter(|link| trust.keeps_link(link)),
        author: cleaned.author.map(|name| trust.text(&name).into_owned()),
        warnings,
        remarks,
        uses,
    }
}

/// The HTML of a text before it is cleaned, or why it is not parsed.
fn html_of<'t>(
    text: &'t str,
    source: &Source,
    extensions: Option<&Extensions>,
    trust: Trust,
) -> Result<Cow<'t, str>, Error> {
    let named = |html| {
        if trust.is_untrusted() { notes::of_page(html) } else { notes::named(html, source.path) }
    };
    Ok(match (source.markup, extensions) {
        (Markup::Markdown(Flavor::CommonMark), _) => {
            named(markdown::to_html(text, Flavor::CommonMark, source.dialect)).into()
        }
        (_, Some(extensions)) => {
            let html = from_kramdown(text, source.dialect, trust)?;
            extensions.put_back(named(html)).into()
        }
        _ => text.into(),
    })
}

/// The HTML of kramdown's Markdown, or why it is not parsed.
fn from_kramdown(text: &str, dialect: &Dialect, trust: Trust) -> Result<String, Error> {
    let held = Held::take(text);
    let spans = Spans::take(&held.text, &dialect.signs);
    let written = tables::with_heads(&spans.text);
    // The rows of a table are filled up.
    if let Cow::Owned(written) = &written
        && let Some((_, error)) = oversize(Markup::Markdown(Flavor::Kramdown), written, trust)
    {
        return Err(error);
    }
    let html = markdown::to_html(&written, Flavor::Kramdown, dialect);
    Ok(held.put_back(spans.put_back(tables::without_empty_heads(html))))
}

/// Why a body is not parsed, and on which of its lines it has become too large, counted from 0.
pub fn oversize(markup: Markup, text: &str, trust: Trust) -> Option<(usize, Error)> {
    let (bytes, nodes) = if trust.is_untrusted() {
        (MAX_BYTES_UNTRUSTED, MAX_NODES_UNTRUSTED)
    } else {
        (MAX_BYTES, MAX_NODES)
    };
    if text.len() > bytes {
        return Some((0, Error::Loss(Loss::TooLarge { limit: bytes, unit: "bytes" })));
    }
    let line = match markup {
        Markup::Markdown(_) => parse_cost::excess(text, nodes),
        // An HTML text is counted when its nesting is estimated.
        Markup::Html => None,
    };
    line.map(|line| (line, Error::Loss(Loss::TooLarge { limit: nodes, unit: "elements" })))
}

/// The cleaned text, or what the head of a text gives that is too large: no HTML, but a summary.
fn within(
    text: &str,
    (markup, is_counted): (Markup, bool),
    trust: Trust,
    to_html: &dyn Fn(&str) -> Cleaned,
) -> Cleaned {
    let counted = if is_counted { None } else { oversize(markup, text, trust) };
    let error = match counted {
        Some((_, error)) => error,
        None => match to_html(text) {
            Cleaned { warning: Some(error @ Error::Loss(Loss::TooLarge { .. })), .. } => error,
            cleaned => return cleaned,
        },
    };
    let head = head(text);
    let cleaned = match oversize(markup, head, trust) {
        Some(_) => Cleaned::default(),
        None => to_html(head),
    };
    Cleaned { html: String::new(), image: None, warning: Some(error), ..cleaned }
}

/// The beginning of a text that is too large, in whole lines if there are any.
fn head(text: &str) -> &str {
    let head = &text[..text.floor_char_boundary(HEAD)];
    head.rfind('\n').map_or(head, |end| &head[..end])
}

/// The text without Liquid, and what that left out.
fn expand<'t>(text: &'t str, source: &Source, trust: Trust) -> liquid::Expanded<'t> {
    let Some(variables) = &source.liquid else {
        let (remarks, uses) = (Vec::new(), Vec::new());
        return liquid::Expanded { text: Cow::Borrowed(text), remarks, uses };
    };
    let highlight = match source.markup {
        Markup::Markdown(_) => Highlight::Fenced,
        Markup::Html => Highlight::Html,
    };
    liquid::expand(text, highlight, variables, trust.is_untrusted())
}

/// Says that elements were left out, at the first of them.
fn dropped(text: &str, name: &'static str) -> Remark {
    let is_tag = |at: usize| {
        text.get(at + 1..=at + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name))
    };
    let first = text.match_indices('<').map(|(at, _)| at).find(|at| is_tag(*at));
    let line = first.map_or(0, |at| text[..at].matches('\n').count() + 1);
    let what = format!("`<{name}>` is in no entry").into();
    let hint = match name {
        "svg" | "canvas" | "applet" => "show an image instead, which readers keep",
        _ => "say in the text what can be done on the page: readers have no forms",
    };
    let error = Error::Loss(Loss::Differs { what, hint });
    Remark { severity: Severity::Warning, line, column: 0, error }
}

/// The text of a separator that is an HTML comment.
fn comment(separator: &str) -> Option<&str> {
    Some(separator.trim().strip_prefix("<!--")?.strip_suffix("-->")?.trim())
}
