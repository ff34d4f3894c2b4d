//! Blocks of HTML as kramdown sees them: they begin with a tag at the beginning of a line, end with
//! their end tag, blank lines and all, and nothing in them is Markdown but what `markdown="1"` says.
//!
//! `CommonMark` ends them at a blank line, or not before (§4.6), so the parser is given a mark for each
//! block. The time is linear in the text: a block is read once, and one without an end takes what is
//! left of its list item, or of the text.

mod ends;

use std::borrow::Cow;
use std::mem;
use std::ops::{ControlFlow, Range};

use crate::content::markdown::code::Lines;
use crate::content::markdown::line::{behind_containers, indent, line_end};
use crate::content::markdown::placeholders::{Place, Raw};
use crate::content::markdown::tag::{Content, Tag};
use crate::content::text::{find_sign, has_sign, last_sign, signs};

/// Around the number of a block, where it stood.
const MARKS: [char; 2] = ['\u{FDD2}', '\u{FDD3}'];

/// The deepest list item that may hold a block, in columns.
const DEEPEST: usize = 32;

/// A Markdown text without its blocks of HTML.
#[derive(Debug)]
pub struct Held<'t> {
    /// The text, with a mark for each piece.
    pub text: Cow<'t, str>,
    raw: Raw,
}

impl<'t> Held<'t> {
    /// Takes the blocks out of a text.
    pub fn take(markdown: &'t str) -> Self {
        let raw = Raw::new(MARKS);
        if !has_sign(markdown, b'<') || !may_have_block(markdown) {
            return Self { text: Cow::Borrowed(markdown), raw };
        }
        let mut scan = Scan {
            text: markdown,
            out: String::with_capacity(markdown.len()),
            copied: 0,
            lines: Lines::of(markdown),
            raw,
            open: Vec::new(),
            limits: [0; DEEPEST],
            ends: Vec::new(),
            measured: 0..0,
        };
        scan.run();
        scan.out.push_str(&markdown[scan.copied..]);
        Self { text: Cow::Owned(scan.out), raw: scan.raw }
    }

    /// Puts the blocks in the place of their marks.
    pub fn put_back(&self, html: String) -> String {
        self.raw.put_back(html)
    }
}

/// Whether a line begins with a tag.
fn may_have_block(text: &str) -> bool {
    // A line may hold many of them.
    let (mut line, mut from) = (0, 0);
    signs(text, b'<').any(|at| {
        line = last_sign(&text[from..at], b'\n').map_or(line, |end| from + end + 1);
        from = at;
        // A list sign and blanks are short.
        at - line <= 2 * DEEPEST && behind_containers(&text[line..=at]).1 == "<"
    })
}

/// A block that is read: its elements that are open, and its HTML so far.
struct Block<'t> {
    open: Vec<&'t str>,
    html: String,
    /// Where it ends at the latest.
    limit: usize,
    /// How far the content of its list item stands from the margin.
    content: usize,
}

struct Scan<'t> {
    text: &'t str,
    out: String,
    /// Up to where the text is in `out`, or left out.
    copied: usize,
    lines: Lines<'t>,
    raw: Raw,
    /// The elements whose content is Markdown that is being read, and what is around each.
    open: Vec<(&'t str, Block<'t>)>,
    /// Where the list item ends whose content stands so far from the margin.
    limits: [usize; DEEPEST],
    /// The next end of each element that was looked for, and from where on.
    ends: Vec<(&'t str, Range<usize>)>,
    /// The line that was measured last, or what is left of it.
    measured: Range<usize>,
}

impl<'t> Scan<'t> {
    fn run(&mut self) {
        let mut at = 0;
        while at < self.text.len() {
            let end = self.line_end(at);
            let passes = self.lines.passes(&self.text[at..end], at);
            at = if passes { end } else { self.line(at, end) };
        }
    }

    /// Reads a line, and the block that begins with it.
    fn line(&mut self, at: usize, end: usize) -> usize {
        let line = &self.text[at..end];
        let bare = behind_containers(line).1;
        let start = end - bare.len();
        let is_quoted = self.text[at..start].contains('>');
        if !bare.starts_with('<') || is_quoted {
            return end;
        }
        let content = self.lines.content_of(line);
        if indent(line) >= content + 4 || content >= DEEPEST {
            return end;
        }
        let Some(tag) = Tag::at(self.text, start) else { return end };
        if tag.is_end {
            return if tag.is_span() { end } else { self.end_tag(&tag, at) };
        }
        if tag.is_greedy() && self.end_of(tag.name, tag.end) > self.limit(content, end) {
            return self.escape(&tag);
        }
        if tag.is_span() {
            // Alone on its line it would be a block of its own for the parser (kind 7), and end the
            // list item that it goes on with.
            if blank(&self.text[tag.end..self.line_end(tag.end)]) {
                self.out.push_str(&self.text[self.copied..start]);
                let written = tag.in_paragraph(self.text).into_owned();
                self.raw.hold(&mut self.out, written, Place::Span);
                self.copied = tag.end;
            }
            return self.line_end(tag.end - 1);
        }
        self.flush(at, start, content == 0);
        let limit = self.limit(content, end);
        let block = Block { open: Vec::new(), html: String::new(), limit, content };
        match self.element(&tag, block) {
            ControlFlow::Continue((at, block, place)) => self.inside(at, block, place),
            ControlFlow::Break(at) => at,
        }
    }

    /// What ends a block of Markdown within HTML, or nothing at all.
    fn end_tag(&mut self, tag: &Tag<'t>, at: usize) -> usize {
        let ends = |(name, _): &mut (&str, Block)| name.eq_ignore_ascii_case(tag.name);
        let around = self.open.pop_if(ends).map(|(_, around)| around);
        self.flush(at, tag.start, around.as_ref().is_none_or(|block| block.content == 0));
        let Some(mut block) = around else { return self.behind(tag.end, 0) };
        block.html.push_str(&self.text[tag.start..tag.end]);
        self.inside(tag.end, block, Place::Block)
    }

    /// A name of an element in the text: its tag shows.
    fn escape(&mut self, tag: &Tag<'t>) -> usize {
        self.out.push_str(&self.text[self.copied..tag.start]);
        let shown = self.text[tag.start..tag.end].replace('&', "&amp;").replace('<', "&lt;");
        self.raw.hold(&mut self.out, shown, Place::Span);
        self.copied = tag.end;
        self.line_end(tag.end - 1)
    }

    /// Writes what stands before a block, and ends the paragraph before it.
    fn flush(&mut self, line: usize, start: usize, is_top: bool) {
        self.out.push_str(&self.text[self.copied..line]);
        if is_top && !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push_str(if self.out.ends_with('\n') { "\n" } else { "\n\n" });
        }
        self.out.push_str(&self.text[line..start]);
        self.copied = start;
    }

    /// Reads the start of the element that begins with `tag`, or all of it; breaks where Markdown
    /// follows.
    fn element(
        &mut self,
        tag: &Tag<'t>,
        mut block: Block<'t>,
    ) -> ControlFlow<usize, (usize, Block<'t>, Place)> {
        tag.write(self.text, &mut block.html);
        match tag.content() {
            _ if tag.is_empty => ControlFlow::Continue((tag.end, block, Place::Block)),
            Content::Raw => {
                let at = self.behind_raw_text(tag, &mut block);
                block.html.push_str(&self.text[tag.end..at]);
                ControlFlow::Continue((at, block, Place::Block))
            }
            Content::Blocks if self.end_of(tag.name, tag.end) > self.line_end(tag.end) => {
                let content = block.content;
                let html = mem::take(&mut block.html);
                self.raw.hold(&mut self.out, html, Place::Block);
                self.open.push((tag.name, block));
                ControlFlow::Break(self.behind(tag.end, content))
            }
            _ => ControlFlow::Continue(self.paragraph(tag, block)),
        }
    }

    /// Reads on in elements whose content is raw, up to the end of the outermost.
    fn inside(&mut self, from: usize, block: Block<'t>, place: Place) -> usize {
        let (mut at, mut block, mut place) = (from, block, place);
        // Up to where the text is in the block's HTML: most of it is as it was written.
        let mut copied = from;
        while at < block.limit {
            let mut known = None;
            if block.open.is_empty() {
                let next = if place == Place::Block { self.next_block(at, &block) } else { None };
                let Some(next) = next else { break };
                (at, known) = next;
            } else {
                let Some(found) = find_sign(&self.text[at..block.limit], b'<') else { break };
                at += found;
            }
            if self.text[at..].starts_with("<!--") {
                let end = self.end_of("--", at);
                if end <= block.limit {
                    at = end;
                    continue;
                }
            }
            let tag = known.or_else(|| Tag::at(self.text, at));
            let tag = tag.filter(|tag| tag.end <= block.limit);
            let is_lost = |tag: &Tag<'t>| !tag.is_end && tag.is_greedy();
            let Some(tag) =
                tag.filter(|tag| !is_lost(tag) || self.end_of(tag.name, tag.end) <= block.limit)
            else {
                block.html.extend([&self.text[copied..at], "&lt;"]);
                at += 1;
                copied = at;
                continue;
            };
            if tag.content() != Content::Raw && !tag.is_end {
                block.html.push_str(&self.text[copied..at]);
                match self.element(&tag, block) {
                    ControlFlow::Continue(next) => (at, block, place) = next,
                    ControlFlow::Break(at) => return at,
                }
                copied = at;
                continue;
            }
            if let Some((from, to, _)) = tag.markdown {
                block.html.push_str(&self.text[copied..from]);
                copied = to;
            }
            at = tag.end;
            if tag.is_end {
                block.open.pop_if(|name| name.eq_ignore_ascii_case(tag.name));
            } else if !tag.is_empty {
                at = self.behind_raw_text(&tag, &mut block);
            }
        }
        if !block.open.is_empty() {
            at = at.max(block.limit);
        }
        block.html.push_str(&self.text[copied..at]);
        // What follows the list item is not in its elements.
        let is_inner = block.limit < self.text.len();
        for name in block.open.iter().rev().filter(|_| is_inner) {
            block.html.extend(["</", name, ">"]);
        }
        self.raw.hold(&mut self.out, block.html, place);
        self.behind(at, block.content)
    }

    /// Where the next block begins that nothing divides from the last one, and its tag unless it is a
    /// comment: they are one piece.
    fn next_block(&mut self, from: usize, block: &Block<'t>) -> Option<(usize, Option<Tag<'t>>)> {
        let bytes = self.text.as_bytes();
        let blanks =
            |at: usize| bytes[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let mut at = from + blanks(from);
        if bytes.get(at) == Some(&b'\n') {
            let indent = blanks(at + 1);
            at += 1 + indent;
            if indent > 3 {
                return None;
            }
        }
        if block.content > 0 || bytes.get(at) != Some(&b'<') {
            return None;
        }
        if self.text[at..].starts_with("<!--") {
            return (self.end_of("--", at) <= block.limit).then_some((at, None));
        }
        let tag = Tag::at(self.text, at)?;
        let is_block = !tag.is_end && !tag.is_span() && tag.content() == Content::Raw;
        let is_whole = !tag.is_greedy() || self.end_of(tag.name, tag.end) <= block.limit;
        (is_block && is_whole).then_some((at, Some(tag)))
    }

    /// Passes over a text that is no markup, and its end tag; any other element is open now.
    fn behind_raw_text(&mut self, tag: &Tag<'t>, block: &mut Block<'t>) -> usize {
        let is_raw = ["script", "style", "textarea", "title", "iframe"]
            .iter()
            .any(|name| name.eq_ignore_ascii_case(tag.name));
        let end = if is_raw { self.end_of(tag.name, tag.end) } else { usize::MAX };
        if end > block.limit {
            block.open.push(tag.name);
            return tag.end;
        }
        end
    }

    /// An element whose content is one paragraph of Markdown.
    fn paragraph(&mut self, tag: &Tag<'t>, mut block: Block<'t>) -> (usize, Block<'t>, Place) {
        let end = self.end_of(tag.name, tag.end);
        if end > block.limit {
            block.open.push(tag.name);
            return (tag.end, block, Place::Block);
        }
        let inner = self.text[tag.end..end].rfind("</").map_or(end, |at| tag.end + at);
        let html = mem::take(&mut block.html);
        self.raw.hold(&mut self.out, html, Place::Start);
        let words: Vec<&str> = self.text[tag.end..inner].split_whitespace().collect();
        self.out.push_str(&words.join(" "));
        block.html.push_str(&self.text[inner..end]);
        (end, block, Place::End)
    }

    /// Ends a block: what follows it begins another one.
    fn behind(&mut self, at: usize, content: usize) -> usize {
        self.out.push('\n');
        if content > 0 && self.text[..at].ends_with('\n') {
            self.copied = at;
            return at;
        }
        let end = self.line_end(at);
        let rest = &self.text[at..end];
        self.copied = if blank(rest) { end } else { end - rest.trim_start().len() };
        if content == 0 {
            self.lines.end_block();
            self.out.push('\n');
            return self.copied;
        }
        let next = &self.text[self.copied..line_end(self.text, self.copied)];
        // A list with a blank line has paragraphs.
        if !blank(next) && behind_containers(next).0 == 0 {
            self.out.push('\n');
        }
        if !blank(rest) {
            self.out.push_str(&" ".repeat(content));
        }
        end
    }
}

fn blank(line: &str) -> bool {
    line.trim().is_empty()
}
