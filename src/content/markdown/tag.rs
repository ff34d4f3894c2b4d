//! A tag as kramdown reads it: what does not end, or has no name, is text.

use std::borrow::Cow;

use crate::content::html::elements;
use crate::content::text::find_sign;

/// A start or end tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag<'t> {
    /// Its element, as it is written.
    pub name: &'t str,
    /// Whether it is an end tag.
    pub is_end: bool,
    /// Whether nothing stands in it.
    pub is_empty: bool,
    /// Its attribute `markdown`: where that stands, with the blank before it, and its value.
    pub markdown: Option<(usize, usize, &'t str)>,
    /// Its `<`.
    pub start: usize,
    /// What follows its `>`.
    pub end: usize,
}

/// How the content of an element is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// As it is.
    Raw,
    /// As blocks of Markdown.
    Blocks,
    /// As one paragraph.
    Span,
}

impl<'t> Tag<'t> {
    /// The tag at a `<`.
    pub fn at(text: &'t str, start: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let is_end = bytes.get(start + 1) == Some(&b'/');
        let from = start + 1 + usize::from(is_end);
        let is_name =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
        let length = bytes.get(from..)?.iter().take_while(|byte| is_name(byte)).count();
        let name = text.get(from..from + length)?;
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || name.ends_with(':') {
            return None;
        }
        let mut at = from + length;
        let mut markdown = None;
        loop {
            let blank = at;
            at = behind_blanks(bytes, at);
            match bytes.get(at)? {
                b'>' => {
                    let is_empty = elements::is_void(&lower(name));
                    return Some(Self { name, is_end, is_empty, markdown, start, end: at + 1 });
                }
                b'/' if bytes.get(at + 1) == Some(&b'>') => {
                    return Some(Self {
                        name,
                        is_end,
                        is_empty: true,
                        markdown,
                        start,
                        end: at + 2,
                    });
                }
                _ if blank == at || is_end => return None,
                _ => {}
            }
            let (key, value, end) = attribute(text, at)?;
            if key.eq_ignore_ascii_case("markdown") {
                markdown = Some((blank, end, value));
            }
            at = end;
        }
    }

    /// Whether this element stands within a line.
    #[rustfmt::skip]
    pub fn is_span(&self) -> bool {
        matches!(
            &*lower(self.name),
            "a" | "abbr" | "acronym" | "b" | "bdo" | "big" | "br" | "button" | "cite" | "code"
            | "del" | "dfn" | "em" | "i" | "img" | "input" | "ins" | "kbd" | "label" | "mark"
            | "option" | "q" | "rb" | "rbc" | "rp" | "rt" | "rtc" | "ruby" | "samp" | "select"
            | "small" | "span" | "strong" | "sub" | "sup" | "tt" | "u" | "var"
        )
    }

    /// Whether it stands within a line and kramdown reads no Markdown in it: `code`, `u`, `o:p`.
    #[rustfmt::skip]
    pub fn is_raw_span(&self) -> bool {
        let name = lower(self.name);
        let has_markdown = matches!(
            &*name,
            "a" | "abbr" | "acronym" | "b" | "bdo" | "big" | "button" | "cite" | "del" | "details"
            | "dfn" | "em" | "figure" | "i" | "ins" | "label" | "noscript" | "object" | "q" | "rb"
            | "rbc" | "rp" | "rt" | "rtc" | "ruby" | "select" | "small" | "span" | "strong" | "sub"
            | "sup" | "tt"
        );
        !has_markdown && !is_block(&name) && self.markdown.is_none()
    }

    /// Whether it is text where it stands behind other text.
    pub fn is_block(&self) -> bool {
        is_block(&lower(self.name))
    }

    /// The tag as kramdown writes it within a paragraph: `<i/>` has an end tag, since HTML takes what
    /// follows a slash for the content of the element.
    pub fn in_paragraph(&self, text: &'t str) -> Cow<'t, str> {
        let written = &text[self.start..self.end];
        let name = lower(self.name);
        match written.strip_suffix("/>") {
            Some(open) if !self.is_end && !elements::is_void(&name) && !is_block(&name) => {
                Cow::Owned(format!("{}></{name}>", open.trim_end()))
            }
            _ => Cow::Borrowed(written),
        }
    }

    /// Whether the HTML parser takes all that follows for its text, or the cleaner drops it.
    pub fn is_greedy(&self) -> bool {
        let name = lower(self.name);
        let is_dropped = elements::fate(&name) == elements::Fate::Drop;
        let is_unseen = is_dropped || &*name == "noscript";
        !self.is_empty && (elements::is_raw_text(&name) || is_unseen)
    }

    /// How its content is read.
    pub fn content(&self) -> Content {
        let Some((_, _, value)) = self.markdown else { return Content::Raw };
        let name = lower(self.name);
        match value {
            _ if !elements::is_known(&name) => Content::Raw,
            "1" if holds_spans(&name) => Content::Span,
            "span" => Content::Span,
            "1" | "block" if !self.is_greedy() => Content::Blocks,
            _ => Content::Raw,
        }
    }

    /// Writes the tag without its attribute `markdown`.
    pub fn write(&self, text: &str, html: &mut String) {
        match self.markdown {
            Some((from, to, _)) => {
                html.push_str(&text[self.start..from]);
                html.push_str(&text[to..self.end]);
            }
            None => html.push_str(&text[self.start..self.end]),
        }
    }
}

/// Whether kramdown takes an element for a block, which stands in no paragraph.
#[rustfmt::skip]
fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address" | "applet" | "article" | "aside" | "blockquote" | "body" | "caption" | "col"
        | "colgroup" | "dd" | "div" | "dl" | "dt" | "fieldset" | "figcaption" | "footer" | "form"
        | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "head" | "header" | "hgroup" | "hr" | "html"
        | "iframe" | "legend" | "li" | "main" | "map" | "menu" | "nav" | "ol" | "optgroup" | "p"
        | "pre" | "section" | "summary" | "table" | "tbody" | "td" | "tfoot" | "th" | "thead"
        | "tr" | "ul"
    )
}

/// A name in lower case, as nearly all names are written.
fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// Whether `markdown="1"` reads the content of an element as one paragraph.
#[rustfmt::skip]
fn holds_spans(name: &str) -> bool {
    matches!(
        name,
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dt" | "th" | "caption" | "legend"
        | "optgroup" | "address"
    )
}

fn behind_blanks(bytes: &[u8], from: usize) -> usize {
    let blanks = bytes[from..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    from + blanks
}

/// An attribute: its name, its value and what follows it.
fn attribute(text: &str, from: usize) -> Option<(&str, &str, usize)> {
    let bytes = text.as_bytes();
    let is_name = |byte: &u8| {
        !byte.is_ascii_whitespace()
            && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'=' | b'/' | b'`')
    };
    let length = bytes[from..].iter().take_while(|byte| is_name(byte)).count();
    let end = from + length;
    if length == 0 {
        return None;
    }
    let key = &text[from..end];
    let equals = behind_blanks(bytes, end);
    if bytes.get(equals) != Some(&b'=') {
        return Some((key, "", end));
    }
    let start = behind_blanks(bytes, equals + 1);
    let quote = *bytes.get(start)?;
    if matches!(quote, b'"' | b'\'') {
        let length = find_sign(&text[start + 1..], quote)?;
        let end = start + 1 + length;
        return Some((key, &text[start + 1..end], end + 1));
    }
    let is_value = |byte: &u8| !byte.is_ascii_whitespace() && !b"\"'<>=`".contains(byte);
    let mut length = bytes[start..].iter().take_while(|byte| is_value(byte)).count();
    // `<br clear=all/>`: the slash belongs to the tag.
    if bytes[start..start + length].ends_with(b"/") && bytes.get(start + length) == Some(&b'>') {
        length -= 1;
    }
    (length > 0).then(|| (key, &text[start..start + length], start + length))
}
