//! The body of a post: its source → clean HTML, summary, first image, source link and author.
//!
//! Liquid, lines, Markdown, HTML, in this order; each step is a file of its own.

use std::borrow::Cow;

use crate::content::clean;
use crate::content::html;
use crate::content::liquid;
use crate::content::markdown;
use crate::content::markdown::kramdown::Extensions;
use crate::content::text;
use crate::content::url;
use crate::error::Error;

/// Longest summary, in grapheme clusters.
pub const SUMMARY_LENGTH: usize = 200;

/// What a body is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// Markdown, with HTML in it or not.
    Markdown,
    /// HTML only.
    Html,
}

/// A body as it stands in its file, and what it depends on.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// What it is written in.
    pub markup: Markup,
    /// The text behind the front matter.
    pub text: &'a str,
    /// The absolute URL of the post; without a valid one relative links go.
    pub base: &'a str,
    /// What ends the excerpt (`excerpt_separator`); `<!--more-->` always does.
    pub separator: Option<&'a str>,
    /// What Liquid variables stand for; `None` where Liquid is plain text
    /// (`render_with_liquid: false`).
    pub liquid: Option<liquid::Variables<'a>>,
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
}

/// Renders a body.
pub fn render(source: &Source, cleaning: &clean::Cleaning) -> Body {
    let mut warnings = Vec::new();
    let written = text::xml_safe(source.text);
    let expanded = expand(&written, source, &mut warnings);
    let is_markdown = source.markup == Markup::Markdown;
    let extensions = is_markdown.then(|| Extensions::take(&expanded));
    let without = extensions.as_ref().map_or(&*expanded, |extensions| &extensions.text);
    let (lines, link) = cleaning.lines(without, is_markdown);
    let base = url::Base::parse(source.base);
    let context = html::Context {
        base: base.as_ref(),
        trust: cleaning.trust(),
        selectors: cleaning.selectors(),
        author: &|text| cleaning.author(text),
        separator: source.separator.and_then(comment),
    };
    let to_html = |text: &str| match &extensions {
        Some(extensions) => html::clean(&extensions.put_back(markdown::to_html(text)), &context),
        None => html::clean(text, &context),
    };
    warnings.extend(extensions.as_ref().and_then(|extensions| extensions.warning.clone()));
    let cleaned = to_html(&lines);
    warnings.extend(cleaned.warning);
    let found = cleaned.found;
    // A separator that is no comment leaves no trace in the tree.
    let head = source.separator.filter(|s| !s.is_empty() && comment(s).is_none());
    let head = head.and_then(|separator| lines.find(separator)).map(|at| to_html(&lines[..at]));
    let excerpt = head.map(|head| head.found.text).filter(|text| !text.is_empty());
    let summary = found
        .excerpt
        .or(excerpt)
        .or(found.leading_quote)
        .or(found.first_paragraph)
        .unwrap_or(found.text);
    let trust = cleaning.trust();
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
    }
}

/// The text without Liquid.
fn expand<'t>(text: &'t str, source: &Source, warnings: &mut Vec<Error>) -> Cow<'t, str> {
    let Some(variables) = &source.liquid else { return Cow::Borrowed(text) };
    let highlight = match source.markup {
        Markup::Markdown => liquid::Highlight::Fenced,
        Markup::Html => liquid::Highlight::Html,
    };
    let expanded = liquid::expand(text, highlight, variables);
    if expanded.dropped > 0 {
        warnings.push(Error::LiquidDropped { count: expanded.dropped });
    }
    expanded.text
}

/// The text of a separator that is an HTML comment.
fn comment(separator: &str) -> Option<&str> {
    Some(separator.trim().strip_prefix("<!--")?.strip_suffix("-->")?.trim())
}
