//! Markdown → HTML: kramdown's, or `CommonMark` with tables and footnotes; in both, emphasis works in
//! Chinese.
//!
//! The only owner of `comrak`. What kramdown reads otherwise is written for it as `CommonMark` knows
//! it, or held back from it.

pub mod abbreviations;
pub mod code;
pub mod dialect;
pub mod held;
pub mod kramdown;
pub mod raw;
pub mod references;
pub mod spans;
pub mod tables;
pub mod tag;
pub mod typography;

use std::borrow::Cow;

use crate::content::markdown::abbreviations::Abbreviations;
use crate::content::markdown::dialect::{Dialect, Flavor};
use crate::content::markdown::typography::Signs;
use crate::content::text::has_sign;

/// HTML of a Markdown text. Raw HTML is passed on as it is: clean it afterwards.
pub fn to_html(markdown: &str, flavor: Flavor, dialect: &Dialect) -> String {
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
    let (markdown, mut abbreviations) = Abbreviations::take(without_kramdown(markdown));
    let markdown = references::settled(markdown);
    let has_signs = Signs::may_be_in(&markdown);
    // What is escaped keeps its sign.
    options.parse.escaped_char_spans = has_signs && has_sign(&markdown, b'\\');
    // `11月1日~4月30日…5月1日~6月1日` must not be struck out, `~~this~~` must. With `subscript` a
    // single tilde is told apart in the tree, where it becomes text again.
    let may_strike = has_sign(&markdown, b'~') && markdown.contains("~~");
    options.extension.strikethrough = may_strike;
    options.extension.subscript = may_strike;
    options.extension.description_lists = may_define(&markdown);

    let arena = comrak::Arena::new();
    let document = comrak::parse_document(&arena, &markdown, &options);
    if may_strike {
        let is_single =
            |node: &comrak::Node| matches!(node.data().value, comrak::nodes::NodeValue::Subscript);
        let single: Vec<_> = document.descendants().filter(is_single).collect();
        for node in single {
            let tilde = || arena.alloc(comrak::nodes::NodeValue::Text(Cow::Borrowed("~")).into());
            node.insert_before(tilde());
            while let Some(child) = node.first_child() {
                node.insert_before(child);
            }
            node.insert_before(tilde());
            node.detach();
        }
    }
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
    if markdown.contains("[^") {
        // The site's own page is made by kramdown, which names its footnotes `fn:1`.
        html =
            html.replace("href=\"#fn-", "href=\"#fn:").replace("href=\"#fnref-", "href=\"#fnref:");
    }
    html
}

/// Whether a line may begin a definition.
fn may_define(markdown: &str) -> bool {
    has_sign(markdown, b':')
        && markdown.lines().any(|line| line.trim_start().starts_with([':']) && line.contains(": "))
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

/// Tells which lines stand in a fenced code block (`CommonMark` §4.5).
#[derive(Debug, Default)]
pub struct Fences {
    open: Option<(char, usize)>,
}

impl Fences {
    /// Whether `line`, the next one, is part of a fenced code block.
    pub fn covers(&mut self, line: &str) -> bool {
        let text = line.trim_start_matches(' ');
        let sign = if text.starts_with('~') { '~' } else { '`' };
        let bare = text.trim_start_matches(sign);
        let length = text.len() - bare.len();
        match self.open {
            Some((open, at_least)) => {
                if open == sign && length >= at_least && bare.trim().is_empty() {
                    self.open = None;
                }
                true
            }
            None if length >= 3 && (sign == '~' || !bare.contains('`')) => {
                self.open = Some((sign, length));
                true
            }
            None => false,
        }
    }
}

/// `markdown` without what kramdown alone understands.
fn without_kramdown(markdown: &str) -> Cow<'_, str> {
    let has_list =
        has_sign(markdown, b'{') && ["{:", "{#"].iter().any(|sign| markdown.contains(sign));
    let has_end = has_sign(markdown, b'^') && markdown.lines().any(is_end_of_block);
    let has_tildes = has_sign(markdown, b'~') && markdown.lines().any(is_struck);
    if !has_list && !has_end && !has_tildes {
        return Cow::Borrowed(markdown);
    }
    let mut plain = String::with_capacity(markdown.len());
    let mut fences = Fences::default();
    let mut last_line = 0;
    for line in markdown.split_inclusive('\n') {
        let text = line.trim();
        if fences.open.is_none() && is_struck(line) {
            last_line = plain.len();
            plain.push('\\');
            plain.push_str(line.trim_start());
        } else if fences.covers(line) || line.starts_with("    ") || line.starts_with('\t') {
            last_line = plain.len();
            plain.push_str(line);
        } else if is_end_of_block(line) {
            // A comment ends a list, too.
            plain.push_str("\n<!-- -->\n\n");
            last_line = plain.len();
        } else if is_attribute_list(text) {
            // The list above `{:toc}` stands in for the table of contents.
            if text.contains("toc") && starts_list(plain[last_line..].trim()) {
                plain.truncate(last_line);
            }
            // The line is looked at once, however many such lists follow it.
            last_line = plain.len();
        } else {
            last_line = plain.len();
            push_line(&mut plain, line);
        }
    }
    Cow::Owned(plain)
}

/// `^` on a line of its own.
fn is_end_of_block(line: &str) -> bool {
    line.starts_with('^') && line.trim_end() == "^"
}

/// `~~~text~~~` on one line, which opens no code.
fn is_struck(line: &str) -> bool {
    let text = line.trim();
    text.starts_with("~~~") && text.ends_with("~~~") && !text.trim_matches('~').is_empty()
}

/// Whether a line is one attribute list, or several, or part of an extension without its other part.
fn is_attribute_list(line: &str) -> bool {
    let has_text = line.starts_with("{::") && line.find('}') < line.rfind('}');
    line.starts_with("{:") && line.ends_with('}') && !has_text
}

fn starts_list(line: &str) -> bool {
    line.starts_with(['*', '-', '+']) || line.starts_with("1.")
}

/// Writes a line without attribute lists and heading ids.
fn push_line(plain: &mut String, line: &str) {
    let text = line.trim_end();
    let is_heading = text.starts_with('#') && text.ends_with('}');
    if is_heading && let Some(at) = text.rfind("{#") {
        plain.push_str(text[..at].trim_end());
        plain.push('\n');
        return;
    }
    let mut rest = line;
    while let Some(at) = rest.find("{:") {
        let (before, list) = rest.split_at(at);
        plain.push_str(before);
        // A list holds no brace, so the search never passes the next one.
        let end = list[2..]
            .find(['{', '}'])
            .map(|end| end + 2)
            .filter(|end| list[*end..].starts_with('}'));
        // An extension without its end is text.
        let end = end.filter(|_| !list[2..].starts_with([':', '/']));
        let is_item = || {
            let (depth, bare) = code::behind_containers(before);
            depth > 0 && bare.is_empty()
        };
        let end = end.filter(|_| before.ends_with([')', '*', '_', '`', ']', '>']) || is_item());
        // `` `{: .x}` `` is code about attribute lists.
        let is_quoted = |end: usize| before.ends_with('`') && list[end + 1..].starts_with('`');
        rest = if let Some(end) = end.filter(|end| !is_quoted(*end)) {
            &list[end + 1..]
        } else {
            plain.push_str("{:");
            &list[2..]
        };
    }
    plain.push_str(rest);
}
