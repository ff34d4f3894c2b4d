//! kramdown's extensions: `{::comment}` vanishes, `{::nomarkdown}` is HTML, `{::options}` vanishes.
//!
//! They end with `{:/}` or `{:/name}`: as a block on a line of its own, as a span within the same
//! paragraph. Code has none. Where lines do not tell what kramdown would take for a comment, it is one:
//! to leave something out that the page has is better than to publish what its author hid. The time is
//! linear in the text: what has no end is looked for once, and the search never goes back.

use std::borrow::Cow;
use std::iter;

use crate::content::markdown::code::{Leaf, Lines};
use crate::content::markdown::line::{PADDING, behind_containers, behind_quotes, line_end};
use crate::content::markdown::placeholders::{Place, Raw};
use crate::content::text::has_sign;
use crate::diagnostic::Error;
use crate::diagnostic::loss::Loss;

/// The extensions that kramdown has.
const NAMES: [&str; 3] = ["comment", "nomarkdown", "options"];
const COMMENT: usize = 0;
const NOMARKDOWN: usize = 1;

/// The longest start tag with its attributes, in bytes: its end is looked for at each start.
const LONGEST_TAG: usize = 256;

/// Around the number of a raw text, where it stood.
const MARKS: [char; 2] = ['\u{FDD0}', '\u{FDD1}'];

/// A Markdown text without kramdown's extensions, and what they leave.
#[derive(Debug)]
pub struct Extensions<'t> {
    /// The text, with a mark for each piece of raw HTML.
    pub text: Cow<'t, str>,
    /// What is remarkable about them.
    pub warning: Option<Error>,
    raw: Raw,
}

impl<'t> Extensions<'t> {
    /// Takes the extensions out of a text.
    pub fn take(markdown: &'t str) -> Self {
        if !has_sign(markdown, b'{') || !markdown.contains("{::") {
            return Self { text: Cow::Borrowed(markdown), warning: None, raw: Raw::new(MARKS) };
        }
        let mut scan = Scan::new(markdown);
        scan.run();
        scan.out.push_str(&markdown[scan.copied..]);
        let warning =
            scan.is_unclosed.then_some(Error::Loss(Loss::Unclosed { name: NAMES[COMMENT] }));
        Self { text: Cow::Owned(scan.out), warning, raw: scan.raw }
    }

    /// Puts raw HTML in the place of its marks.
    pub fn put_back(&self, html: String) -> String {
        self.raw.put_back(html)
    }
}

/// The start of an extension.
struct Tag<'t> {
    name: usize,
    attributes: &'t str,
    is_empty: bool,
    start: usize,
    end: usize,
}

/// The end of an extension.
struct End {
    /// Where its body ends.
    body: usize,
    /// What follows it.
    stop: usize,
    is_block: bool,
}

struct Scan<'t> {
    text: &'t str,
    out: String,
    /// Up to where the text is in `out`, or left out.
    copied: usize,
    /// Where the line begins, or what is left of it behind an extension.
    line: usize,
    raw: Raw,
    is_unclosed: bool,
    lines: Lines<'t>,
    /// Whether no line from here on ends the extension.
    has_no_last_line: [bool; 3],
    /// Up to where no span ends the extension.
    endless_until: [usize; 3],
    paragraph_end: usize,
    leaf: Leaf,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            out: String::with_capacity(text.len()),
            copied: 0,
            line: 0,
            raw: Raw::new(MARKS),
            is_unclosed: false,
            lines: Lines::of(text),
            has_no_last_line: [false; 3],
            endless_until: [0; 3],
            paragraph_end: 0,
            leaf: Leaf::default(),
        }
    }

    fn run(&mut self) {
        let (mut at, mut end) = (0, 0);
        while at < self.text.len() {
            if at >= end {
                end = line_end(self.text, at);
            }
            if at == 0 || self.text.as_bytes()[at - 1] == b'\n' {
                self.line = at;
                if self.lines.passes(&self.text[at..end], at) {
                    at = end;
                    continue;
                }
            }
            at = self.step(at, end);
        }
    }

    /// Passes over the next thing in a line that could be or hide an extension.
    fn step(&mut self, at: usize, end: usize) -> usize {
        let bytes = self.text.as_bytes();
        let is_sign = |byte: &u8| matches!(byte, b'\\' | b'`' | b'{');
        let Some(found) = bytes[at..end].iter().position(is_sign) else { return end };
        let at = at + found;
        match bytes[at] {
            b'\\' => at + 1 + usize::from(bytes.get(at + 1).is_some_and(u8::is_ascii_punctuation)),
            b'`' => self.leaf.behind_code(self.text, at),
            _ => match tag(self.text, at) {
                Some(tag) => self.extension(&tag),
                None => at + 1,
            },
        }
    }

    fn extension(&mut self, tag: &Tag<'t>) -> usize {
        let before = &self.text[self.line..tag.start];
        let is_alone = ends_line(self.text, tag.end) && behind_containers(before).1.is_empty();
        let found = if tag.is_empty {
            Some(End { body: tag.end, stop: tag.end, is_block: false })
        } else if is_alone && self.lines.is_after_blank {
            self.block(tag).or_else(|| self.span(tag))
        } else {
            self.span(tag).or_else(|| if is_alone { self.block(tag) } else { None })
        };
        let Some(end) = found else {
            self.is_unclosed |= tag.name == COMMENT;
            return tag.end;
        };
        let types = tag.attributes;
        let is_html = !types.contains("type=") || types.contains("html");
        if tag.name == NOMARKDOWN && !tag.is_empty && is_html {
            self.leave(tag, before, &end);
        } else {
            self.drop(tag, before, &end);
        }
        self.line = self.copied;
        self.copied
    }

    /// Leaves an extension out; of whole lines the end goes, too.
    fn drop(&mut self, tag: &Tag<'_>, before: &str, end: &End) {
        let is_lines = is_prefix(before) && ends_line(self.text, end.stop);
        let start = if is_lines { tag.start - before.len() } else { tag.start };
        self.out.push_str(&self.text[self.copied..start]);
        self.copied = if is_lines { line_end(self.text, end.stop) } else { end.stop };
    }

    /// Leaves a mark where raw HTML stood, which a block has for itself.
    fn leave(&mut self, tag: &Tag<'_>, before: &str, end: &End) {
        let body = self.text[tag.end..end.body].trim_matches('\n');
        let is_quoted = end.is_block && before.contains('>');
        let html = if is_quoted {
            body.split_inclusive('\n').map(behind_quotes).collect()
        } else {
            body.to_owned()
        };
        self.out.push_str(&self.text[self.copied..tag.start]);
        let place = if end.is_block { Place::Block } else { Place::Span };
        self.raw.hold(&mut self.out, html, place);
        if end.is_block {
            self.out.push('\n');
            self.out.push_str(if is_prefix(before) { before } else { "" });
        }
        self.copied = end.stop;
    }

    /// The end of an extension that begins on a line of its own: a line of its own as well.
    fn block(&mut self, tag: &Tag<'_>) -> Option<End> {
        let from = line_end(self.text, tag.end);
        if self.has_no_last_line[tag.name] {
            return None;
        }
        for (at, stop) in stops(self.text, from, self.text.len(), tag.name) {
            let before = self.text[from..at].trim_end_matches(PADDING);
            if (before.is_empty() || before.ends_with('\n')) && ends_line(self.text, stop) {
                return Some(End { body: from + before.len(), stop, is_block: true });
            }
        }
        self.has_no_last_line[tag.name] = true;
        None
    }

    /// The end of an extension within the paragraph.
    fn span(&mut self, tag: &Tag<'_>) -> Option<End> {
        if self.paragraph_end <= tag.start {
            self.paragraph_end = paragraph_end(self.text, tag.start);
        }
        if self.endless_until[tag.name] >= self.paragraph_end {
            return None;
        }
        let found = stops(self.text, tag.end, self.paragraph_end, tag.name).next();
        if found.is_none() {
            self.endless_until[tag.name] = self.paragraph_end;
        }
        found.map(|(body, stop)| End { body, stop, is_block: false })
    }
}

/// The start of an extension at a `{`.
fn tag(text: &str, start: usize) -> Option<Tag<'_>> {
    let rest = text[start..].strip_prefix("{::")?;
    let name = NAMES.iter().position(|name| rest.starts_with(name))?;
    let inner = &rest[NAMES[name].len()..];
    let inner = &inner[..inner.floor_char_boundary(LONGEST_TAG)];
    let mut ends = inner.match_indices('}').map(|(at, _)| at);
    let inner = &inner[..ends.find(|at| !inner[..*at].ends_with('\\'))?];
    let attributes = inner.strip_suffix('/');
    let is_empty = attributes.is_some();
    let attributes = attributes.unwrap_or(inner);
    let is_whole = attributes.is_empty() || attributes.starts_with([' ', '\t', '\n']);
    let end = start + "{::".len() + NAMES[name].len() + inner.len() + "}".len();
    is_whole.then_some(Tag { name, attributes: attributes.trim(), is_empty, start, end })
}

/// Where an extension may end, between two places: `{:/}` and `{:/name}`, each with its own end.
fn stops(text: &str, from: usize, to: usize, name: usize) -> impl Iterator<Item = (usize, usize)> {
    text[from..to].match_indices("{:/").filter_map(move |(at, sign)| {
        let rest = &text[from + at + sign.len()..to];
        let bare = rest.strip_prefix(NAMES[name]).unwrap_or(rest);
        let end = to - bare.len() + "}".len();
        bare.starts_with('}').then_some((from + at, end))
    })
}

/// The first blank line behind a place, or the end.
fn paragraph_end(text: &str, from: usize) -> usize {
    let start = line_end(text, from);
    let mut ends = iter::successors(Some(start), |at| Some(line_end(text, *at)));
    let is_blank = |at: &usize| behind_quotes(&text[*at..line_end(text, *at)]).trim().is_empty();
    ends.find(is_blank).unwrap_or(text.len())
}

/// Whether nothing but blanks stands between a place and the end of its line.
fn ends_line(text: &str, at: usize) -> bool {
    let behind = text[at..].trim_start_matches([' ', '\t']);
    behind.is_empty() || behind.starts_with('\n')
}

/// Whether a line has only begun.
fn is_prefix(before: &str) -> bool {
    before.trim_start_matches(PADDING).is_empty()
}
