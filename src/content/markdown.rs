//! Markdown → HTML: kramdown's, or `CommonMark` with tables and footnotes; in both, emphasis works in
//! Chinese.
//!
//! The only owner of `comrak`. What kramdown reads otherwise is written for it as `CommonMark` knows
//! it, or held back from it.

pub mod abbreviations;
pub mod code;
pub mod dialect;
pub mod differences;
pub mod html_blocks;
pub mod kramdown;
pub mod line;
pub mod lines;
pub mod lists;
pub mod placeholders;
pub mod references;
pub mod rules;
pub mod spans;
pub mod tables;
pub mod tag;
pub mod typography;

use std::borrow::Cow;

use crate::content::markdown::abbreviations::Abbreviations;
use crate::content::markdown::dialect::{Dialect, Flavor};
use crate::content::markdown::typography::Signs;
use crate::content::text::{has_sign, signs};

/// HTML of a Markdown text. Raw HTML is passed on as it is: clean it afterwards.
pub fn to_html(markdown: &str, flavor: Flavor, dialect: &Dialect) -> String {
    // Without the end of its line the last definition of a reference is none to the parser.
    let whole = if markdown.ends_with('\n') {
        Cow::Borrowed(markdown)
    } else {
        Cow::Owned([markdown, "\n"].concat())
    };
    let markdown = &*whole;
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.footnotes = true;
    options.extension.tasklist = true;
    options.extension.cjk_friendly_emphasis = true;
    options.render.hardbreaks = dialect.has_hard_wraps;
    options.render.r#unsafe = true;
    match flavor {
        Flavor::Kramdown => from_kramdown(markdown, options, &dialect.signs),
        Flavor::CommonMark => {
            options.extension.strikethrough = true;
            options.extension.autolink = dialect.has_autolinks;
            options.parse.smart = dialect.is_smart;
            comrak::markdown_to_html(markdown, &options)
        }
    }
}

fn from_kramdown(markdown: &str, mut options: comrak::Options<'_>, signs: &Signs) -> String {
    let (markdown, mut abbreviations) = Abbreviations::take(lines::as_commonmark(markdown));
    let markdown = references::settled(markdown);
    let has_signs = Signs::may_be_in(&markdown);
    // What is escaped keeps its sign.
    options.parse.escaped_char_spans = has_signs && has_sign(&markdown, b'\\');
    options.extension.description_lists = may_define(&markdown);

    let arena = comrak::Arena::new();
    let document = comrak::parse_document(&arena, &markdown, &options);
    if has_sign(&markdown, b'<') {
        show_unclosed(document);
    }
    if has_signs {
        signs.set(document);
    }
    if !abbreviations.is_empty() {
        explain(document, &mut abbreviations);
    }
    let mut html = String::with_capacity(markdown.len() + markdown.len() / 8);
    if comrak::format_html(document, &options, &mut html).is_err() {
        return String::new();
    }
    html
}

/// Whether a line may begin a definition.
fn may_define(markdown: &str) -> bool {
    signs(markdown, b':').any(|at| {
        let before = markdown[..at].trim_end_matches([' ', '\t']);
        let begins = before.is_empty() || before.ends_with('\n');
        begins && markdown[at..].lines().next().is_some_and(|line| line.contains(": "))
    })
}

/// Explains the abbreviations of the text; what is code has no text.
fn explain<'a>(document: &'a comrak::nodes::AstNode<'a>, abbreviations: &mut Abbreviations) {
    for node in document.descendants() {
        // The text of an image is no HTML.
        let is_alternative = node.parent().is_some_and(|parent| {
            matches!(parent.data().value, comrak::nodes::NodeValue::Image(_))
        });
        if is_alternative {
            continue;
        }
        let mut data = node.data_mut();
        let comrak::nodes::NodeValue::Text(text) = &data.value else { continue };
        if let Some(html) = abbreviations.explain(text) {
            data.value = comrak::nodes::NodeValue::HtmlInline(html);
        }
    }
}

/// Makes text of a start tag in prose whose element would hide what follows it: `<title>`.
fn show_unclosed<'a>(document: &'a comrak::nodes::AstNode<'a>) {
    let mut ends: Vec<String> = Vec::new();
    for block in document.descendants().filter(|node| node.data().value.contains_inlines()) {
        if !block.children().any(|node| !node.data().value.block()) {
            continue;
        }
        let tags: Vec<_> = block
            .descendants()
            .filter(|node| matches!(node.data().value, comrak::nodes::NodeValue::HtmlInline(_)))
            .collect();
        ends.clear();
        for node in tags.into_iter().rev() {
            let mut data = node.data_mut();
            let comrak::nodes::NodeValue::HtmlInline(html) = &data.value else { continue };
            let Some(tag) = tag::Tag::at(html, 0).filter(tag::Tag::is_greedy) else { continue };
            let name = tag.name.to_ascii_lowercase();
            if tag.is_end {
                if !ends.contains(&name) {
                    ends.push(name);
                }
            } else if !ends.contains(&name) {
                let shown = Cow::Owned(html.clone());
                data.value = comrak::nodes::NodeValue::Text(shown);
            }
        }
    }
}
