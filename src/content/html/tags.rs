//! The tags of an HTML text in linear time and without a tree: enough to estimate its nesting and
//! to strip it when it must not be parsed.

use crate::content::html::elements;

/// A tag name in lower case; what exceeds sixteen bytes is cut off, as no known name does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    bytes: [u8; 16],
    length: usize,
}

impl Name {
    fn new(written: &[u8]) -> Self {
        let mut bytes = [0; 16];
        let length = written.len().min(16);
        bytes[..length].copy_from_slice(&written[..length]);
        bytes.make_ascii_lowercase();
        Self { bytes, length }
    }

    /// The name as text; empty when it is not ASCII.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or("")
    }
}

/// A start or end tag.
#[derive(Debug, Clone, Copy)]
pub struct Tag {
    /// Its element.
    pub name: Name,
    /// Whether it is an end tag.
    pub closing: bool,
    /// Whether it ends with `/>`, which means something in SVG and `MathML` only.
    pub self_closing: bool,
    /// About how many attributes it has.
    pub attributes: usize,
    /// The byte of its `<`.
    pub start: usize,
    /// The byte behind its `>`.
    pub end: usize,
}

/// Iterates over the tags of a text; comments, declarations and raw text (scripts) are skipped.
#[derive(Debug, Clone)]
pub struct Tags<'a> {
    html: &'a [u8],
    position: usize,
    /// Inside SVG or `MathML` `title` and `style` are ordinary elements.
    foreign: bool,
    unsure: bool,
}

impl<'a> Tags<'a> {
    /// The tags of `html`.
    pub fn new(html: &'a str) -> Self {
        Self { html: html.as_bytes(), position: 0, foreign: false, unsure: false }
    }

    /// Where the search goes on: behind the last tag and, for a script, behind its text.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Whether something was skipped, or was not, that a parser might see otherwise: whether text
    /// in SVG and `MathML` is markup depends on the whole tree.
    pub fn is_unsure(&self) -> bool {
        self.unsure
    }

    fn byte(&self, at: usize) -> u8 {
        self.html.get(at).copied().unwrap_or(0)
    }

    /// The position behind the first `needle` from `from` on, or the end of the text.
    fn behind(&self, from: usize, needle: &[u8]) -> usize {
        let rest = self.html.get(from..).unwrap_or_default();
        let found = rest.windows(needle.len()).position(|window| window == needle);
        found.map_or(self.html.len(), |at| from + at + needle.len())
    }

    /// Reads the tag whose `<` is at `start`; `None` when it never ends.
    fn tag(&self, start: usize, closing: bool) -> Option<Tag> {
        let from = start + 1 + usize::from(closing);
        let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(*byte, b'/' | b'>');
        let length = self.html[from..].iter().position(is_end)?;
        let name = Name::new(&self.html[from..from + length]);
        let mut at = from + length;
        let mut attributes = 0;
        // A quote opens a value only where one is expected; elsewhere it is part of a name.
        let (mut value_expected, mut in_word) = (false, false);
        loop {
            match *self.html.get(at)? {
                b'>' => break,
                quote @ (b'"' | b'\'') if value_expected => {
                    at += 1 + self.html[at + 1..].iter().position(|byte| *byte == quote)?;
                    (value_expected, in_word) = (false, false);
                }
                b'=' => value_expected = in_word,
                byte if byte.is_ascii_whitespace() || byte == b'/' => {
                    in_word &= value_expected;
                }
                _ => {
                    attributes += usize::from(!in_word);
                    (value_expected, in_word) = (false, true);
                }
            }
            at += 1;
        }
        let self_closing = self.html[at - 1] == b'/';
        Some(Tag { name, closing, self_closing, attributes, start, end: at + 1 })
    }

    /// The position of the end tag of a raw text element.
    fn end_of_raw_text(&self, from: usize, name: &str) -> usize {
        let mut at = from;
        loop {
            at = self.behind(at, b"</");
            let written = self.html.get(at..at + name.len());
            if at >= self.html.len() {
                return at;
            }
            if written.is_some_and(|written| written.eq_ignore_ascii_case(name.as_bytes())) {
                return at - 2;
            }
        }
    }
}

impl Iterator for Tags<'_> {
    type Item = Tag;

    fn next(&mut self) -> Option<Tag> {
        loop {
            let rest = self.html.get(self.position..)?;
            let start = self.position + rest.iter().position(|byte| *byte == b'<')?;
            let closing = self.byte(start + 1) == b'/';
            let first = self.byte(start + 1 + usize::from(closing));
            if first.is_ascii_alphabetic() {
                let Some(tag) = self.tag(start, closing) else {
                    self.position = self.html.len();
                    return None;
                };
                self.position = tag.end;
                let name = tag.name.as_str();
                self.foreign |= matches!(name, "svg" | "math");
                let is_raw = !closing && elements::is_raw_text(name);
                self.unsure |= is_raw && self.foreign;
                if is_raw && !self.foreign {
                    self.position = self.end_of_raw_text(tag.end, name);
                }
                return Some(tag);
            }
            self.unsure |= self.foreign && matches!(first, b'!' | b'?');
            self.position = if self.html[start..].starts_with(b"<!--") {
                // `<!-->` is a whole comment.
                self.behind(start + 2, b"-->")
            } else if closing || matches!(first, b'!' | b'?') {
                self.behind(start + 1, b">")
            } else {
                start + 1
            };
        }
    }
}
