//! Writes balanced HTML that parses back to the tree it was written from.
//!
//! Where elements were unwrapped, what was written as `<p>…<p>` or `<h1><h2>` would be read as
//! something else: an end tag that a parser would supply is written. Elements without content are
//! taken back.

use crate::content::html::{attributes, elements};

/// The HTML written so far.
#[derive(Debug, Default)]
pub struct Output {
    html: String,
    frames: Vec<Frame>,
    /// How many paragraphs are open in `frames`, to find out quickly that none is.
    paragraphs: usize,
    /// The attributes of the next start tag, escaped, each with a blank before it.
    pub attributes: String,
}

/// An open element.
#[derive(Debug)]
struct Frame {
    /// The tag to close; `None` when it was not written or is closed already.
    tag: Option<&'static str>,
    /// Where its start tag was written.
    start: usize,
    /// Where its content begins.
    content: usize,
}

impl Output {
    /// An empty text with room for `bytes`.
    pub fn with_capacity(bytes: usize) -> Self {
        let html = String::with_capacity(bytes);
        Self { html, frames: Vec::with_capacity(16), ..Self::default() }
    }

    /// The length so far, in bytes.
    pub fn len(&self) -> usize {
        self.html.len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.html.is_empty()
    }

    /// Writes text.
    pub fn text(&mut self, text: &str) {
        // A parser drops a line end right behind `<pre>`.
        if text.starts_with('\n') && self.is_right_behind("pre") {
            self.html.push('\n');
        }
        attributes::escape(&mut self.html, text);
    }

    /// Writes a start tag, after the end tags that it implies: where elements between were
    /// unwrapped, a parser would otherwise see another tree.
    pub fn start(&mut self, tag: &'static str) {
        if self.paragraphs > 0 && elements::closes_paragraph(tag) {
            self.end_implied(|open| open == "p", elements::is_scope);
        }
        match tag {
            "li" | "dd" | "dt" => self.end_implied(
                |open| if tag == "li" { open == "li" } else { matches!(open, "dd" | "dt") },
                |open| elements::is_special(open) && !matches!(open, "address" | "div" | "p"),
            ),
            "rt" | "rp" => {
                let is_implied =
                    |open: &str| matches!(open, "rt" | "rp" | "p" | "li" | "dd" | "dt");
                while self.innermost().is_some_and(is_implied) {
                    self.end_implied(is_implied, |_| true);
                }
            }
            _ if elements::is_heading(tag) => self.end_implied(elements::is_heading, |_| true),
            _ => {}
        }
        let start = self.html.len();
        self.html.push('<');
        self.html.push_str(tag);
        self.html.push_str(&self.attributes);
        self.html.push('>');
        self.frames.push(Frame { tag: Some(tag), start, content: self.html.len() });
        self.paragraphs += usize::from(tag == "p");
    }

    /// Writes an element that has no content.
    pub fn void(&mut self, tag: &'static str) {
        self.start(tag);
        self.frames.pop();
        self.html.truncate(self.html.len() - 1);
        self.html.push_str(" />");
    }

    /// Opens an element whose tags are not written.
    pub fn open_bare(&mut self) {
        let here = self.html.len();
        self.frames.push(Frame { tag: None, start: here, content: here });
    }

    /// Closes the innermost open element.
    pub fn end(&mut self) {
        if let Some(innermost) = self.frames.len().checked_sub(1) {
            self.end_tag(innermost);
            self.frames.pop();
        }
    }

    /// Keeps text on both sides of a block that is not written from running together.
    pub fn line_end(&mut self) {
        if !self.html.is_empty() && !self.html.ends_with(['\n', '>']) {
            self.html.push('\n');
        }
    }

    /// Whether an open element `tag` was written.
    pub fn is_within(&self, tag: &str) -> bool {
        self.frames.iter().any(|frame| frame.tag == Some(tag))
    }

    /// The text, without blanks around it.
    pub fn finish(mut self) -> String {
        // The parser drops a byte order mark at the beginning.
        let blank = |c: char| c.is_ascii_whitespace() || c == '\u{FEFF}';
        self.html.truncate(self.html.trim_end_matches(blank).len());
        let start = self.html.len() - self.html.trim_start_matches(blank).len();
        self.html.drain(..start);
        self.html
    }

    /// Ends the nearest written element that is `wanted`, unless a barrier is nearer.
    fn end_implied(&mut self, wanted: impl Fn(&str) -> bool, barrier: impl Fn(&str) -> bool) {
        let written = self
            .frames
            .iter()
            .rposition(|frame| frame.tag.is_some_and(|tag| wanted(tag) || barrier(tag)));
        let Some(at) = written.filter(|at| self.frames[*at].tag.is_some_and(&wanted)) else {
            return;
        };
        for frame in (at..self.frames.len()).rev() {
            self.end_tag(frame);
        }
    }

    /// Writes the end tag of a frame, or takes back its start tag where nothing is in it.
    fn end_tag(&mut self, frame: usize) {
        let Frame { ref mut tag, start, content, .. } = self.frames[frame];
        let Some(tag) = tag.take() else { return };
        self.paragraphs -= usize::from(tag == "p");
        let is_block = elements::closes_paragraph(tag);
        let inside = &self.html[content..];
        let is_empty = inside.is_empty() || (is_block && inside.trim().is_empty());
        // A video may have its address in an attribute.
        let is_bare = !matches!(tag, "video" | "audio") || content - start == tag.len() + 2;
        if is_empty && is_bare && elements::is_droppable(tag) {
            self.html.truncate(start);
            if is_block {
                self.line_end();
            }
            return;
        }
        self.html.push_str("</");
        self.html.push_str(tag);
        self.html.push('>');
    }

    /// The innermost open element that was written.
    fn innermost(&self) -> Option<&'static str> {
        self.frames.iter().rev().find_map(|frame| frame.tag)
    }

    /// Whether the start tag of `tag` was written last.
    fn is_right_behind(&self, tag: &str) -> bool {
        let innermost = self.frames.iter().rev().find(|frame| frame.tag.is_some());
        innermost.is_some_and(|frame| frame.tag == Some(tag) && frame.content == self.html.len())
    }
}
