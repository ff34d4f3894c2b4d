//! What kramdown reads within a paragraph and `CommonMark` does not: `$$TeX$$`, blanks in a
//! destination, `<<guillemets>>`, and `\\` as the end of a line.
//!
//! TeX is held back, for the parser would take its signs for Markdown; the rest is written as
//! `CommonMark` knows it. Code is left alone. The time is linear: what has no end is looked for once.

mod elements;
mod formulas;

use std::borrow::Cow;

use crate::content::html::attributes::escape;
use crate::content::markdown::code::{Leaf, Lines};
use crate::content::markdown::line::{behind_containers, behind_quotes, line_end};
use crate::content::markdown::placeholders::{Place, Raw};
use crate::content::markdown::tag::Tag;
use crate::content::markdown::typography::Signs;
use crate::content::text::has_sign;

/// Around the number of a formula, where it stood.
const MARKS: [char; 2] = ['\u{FDD4}', '\u{FDD5}'];

/// The longest destination with blanks, in bytes: its end is looked for at each `](`.
const LONGEST: usize = 2_048;

/// How far into its line a block of TeX may begin, in bytes, behind the signs of lists.
const DEEPEST: usize = 256;

/// A Markdown text without its formulas.
#[derive(Debug)]
pub struct Spans<'t> {
    /// The text, with a mark for each formula.
    pub text: Cow<'t, str>,
    raw: Raw,
}

impl<'t> Spans<'t> {
    /// Reads a text.
    pub fn take(markdown: &'t str, signs: &'t Signs) -> Self {
        let raw = Raw::new(MARKS);
        let has_any = (has_sign(markdown, b'$') && markdown.contains("$$"))
            || (has_sign(markdown, b'<') && markdown.contains("<<"))
            || (has_sign(markdown, b'~') && markdown.contains("~~"))
            || (has_sign(markdown, b'`') && may_be_no_code(markdown))
            || (has_sign(markdown, b'\\') && may_be_escaped(markdown))
            || (has_sign(markdown, b'[') && may_have_blank(markdown))
            || (has_sign(markdown, b'<') && may_have_element(markdown));
        if !has_any {
            return Self { text: Cow::Borrowed(markdown), raw };
        }
        let mut scan = Scan {
            text: markdown,
            signs,
            out: String::with_capacity(markdown.len()),
            copied: 0,
            line: 0,
            lines: Lines::of(markdown),
            leaf: Leaf::default(),
            raw,
            last_formula: markdown.rfind("$$").unwrap_or(0),
            last_tag: markdown.rfind('>').unwrap_or(0),
            paragraph: 0,
            brackets: 0,
            unclosed: Vec::new(),
            shown: Vec::new(),
            struck: None,
            no_struck: 0,
            no_code: 0,
        };
        scan.run();
        scan.out.push_str(&markdown[scan.copied..]);
        Self { text: Cow::Owned(scan.out), raw: scan.raw }
    }

    /// Puts the formulas in the place of their marks.
    pub fn put_back(&self, html: String) -> String {
        self.raw.put_back(html)
    }
}

/// Whether a destination may have a blank.
fn may_have_blank(text: &str) -> bool {
    text.match_indices("](").any(|(at, sign)| {
        let rest = &text.as_bytes()[at + sign.len()..];
        let end = rest.iter().take(LONGEST).position(|byte| matches!(byte, b')' | b'\n' | b' '));
        end.is_some_and(|end| rest[end] != b')')
    })
}

/// Whether backticks may be read otherwise.
fn may_be_no_code(text: &str) -> bool {
    text.starts_with("` ")
        || ["``", " ` ", "\n` ", " `\n", "\u{3000}`"].iter().any(|sign| text.contains(sign))
}

/// Whether an escape may be read otherwise.
fn may_be_escaped(text: &str) -> bool {
    ["\\\\", "\\__", "\\**", "\\(", "\\)"].iter().any(|sign| text.contains(sign))
}

/// Whether an element may stand in a line in which kramdown reads no Markdown, or that has to be ended.
fn may_have_element(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        Tag::at(text, at).is_some_and(|tag| {
            let is_raw = !tag.is_end && !tag.is_empty && tag.is_raw_span();
            is_raw || tag.is_block() || matches!(tag.in_paragraph(text), Cow::Owned(_))
        })
    })
}

struct Scan<'t> {
    text: &'t str,
    signs: &'t Signs,
    out: String,
    /// Up to where the text is in `out`.
    copied: usize,
    /// Where the line begins.
    line: usize,
    lines: Lines<'t>,
    leaf: Leaf,
    raw: Raw,
    /// Where the last `$$` stands, and the last `>`.
    last_formula: usize,
    last_tag: usize,
    /// Where the paragraph ends.
    paragraph: usize,
    /// How many `[` of the paragraph are open.
    brackets: usize,
    /// The elements of the paragraph that have no end in it.
    unclosed: Vec<&'t str>,
    /// The elements of the paragraph whose tags are shown, and how many of each have not ended.
    shown: Vec<(&'t str, usize)>,
    /// Where the text ends that is struck out, and up to where no other one does.
    struck: Option<usize>,
    no_struck: usize,
    /// Up to where a single backtick begins no code.
    no_code: usize,
}

impl Scan<'_> {
    fn run(&mut self) {
        let (mut at, mut end) = (0, 0);
        while at < self.text.len() {
            if at >= end {
                (self.line, end) = (at, line_end(self.text, at));
                if self.lines.passes(&self.text[at..end], at) {
                    self.brackets = 0;
                    at = end;
                    continue;
                }
                // The signs of quotations are no guillemets.
                at = end - behind_containers(&self.text[at..end]).1.len();
                if at >= end {
                    continue;
                }
            }
            at = self.step(at, end);
            if at > end {
                // What was passed over may end in any character.
                end = line_end(self.text, self.text.floor_char_boundary(at - 1));
            }
        }
    }

    /// Passes over the next sign in a line.
    fn step(&mut self, at: usize, end: usize) -> usize {
        let bytes = self.text.as_bytes();
        let is_sign = |byte: &u8| b"\\`$<>[]~".contains(byte);
        let Some(found) = bytes[at..end].iter().position(is_sign) else { return end };
        let at = at + found;
        let next = bytes.get(at + 1).copied().unwrap_or(0);
        match (bytes[at], next) {
            (b'\\', b'\\') if bytes.get(at + 2) == Some(&b'\n') => {
                // One of the two is a break of `CommonMark`'s.
                self.replace(at, at + 1, "");
                at + 2
            }
            (b'\\', b'$') => at + 2 + usize::from(bytes.get(at + 2) == Some(&b'$')),
            (b'\\', sign @ (b'_' | b'*')) if bytes.get(at + 2) == Some(&sign) => {
                // Of two signs the first is escaped, and the second begins nothing.
                self.replace(at + 2, at + 2, "\\");
                at + 3
            }
            (b'\\', next) => at + 1 + usize::from(next.is_ascii_punctuation()),
            (b'~', _) => self.tilde(at),
            (b'`', _) => self.code(at),
            (b'$', b'$') => self.formula(at),
            (b'<', b'<') if bytes.get(at + 2) != Some(&b'<') => {
                let is_apart = bytes.get(at + 2) == Some(&b' ');
                let sign = [&*self.signs.symbols[3], if is_apart { "\u{a0}" } else { "" }].concat();
                self.replace(at, at + 2 + usize::from(is_apart), &sign)
            }
            (b'>', b'>') if bytes.get(at + 2) != Some(&b'>') => {
                // The blank before it goes, unless it is part of something else.
                let is_apart = at > self.copied && bytes[at - 1] == b' ';
                let sign = [if is_apart { "\u{a0}" } else { "" }, &self.signs.symbols[4]].concat();
                self.replace(at - usize::from(is_apart), at + 2, &sign)
            }
            (b'<', _) if at < self.last_tag => self.element(at),
            (b'[', _) => {
                self.brackets += 1;
                at + 1
            }
            (b']', next) => {
                let is_link = next == b'(' && self.brackets > 0;
                self.brackets = self.brackets.saturating_sub(1);
                if is_link { self.destination(at + 2) } else { at + 1 }
            }
            _ => at + 1,
        }
    }

    /// Code, or backticks that begin none. Of more backticks than one a single one ends code.
    fn code(&mut self, at: usize) -> usize {
        let is_blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let behind = self.text[at + 1..].chars().next();
        if is_blank(self.text[..at].chars().next_back()) && is_blank(behind) {
            return self.replace(at, at, "\\").max(at + 1);
        }
        let end = self.leaf.behind_code(self.text, at);
        let is_single = end == at + 1 && self.text[at..end] == *"`";
        self.reach(at);
        if !is_single || at < self.no_code {
            return end;
        }
        let rest = &self.text[end..self.paragraph.max(end)];
        let Some(length) = rest.find('`').filter(|length| !rest[..*length].trim().is_empty())
        else {
            self.no_code = self.paragraph;
            return end;
        };
        let mut html = "<code>".to_owned();
        escape(&mut html, rest[..length].trim());
        html.push_str("</code>");
        self.mark(at, end + length + 1, &html)
    }

    /// A tilde, or a text between two times two of them, which is struck out.
    fn tilde(&mut self, at: usize) -> usize {
        if self.struck == Some(at) {
            self.struck = None;
            return self.mark(at, at + 2, "</del>");
        }
        self.reach(at);
        if self.struck.is_some() || at < self.no_struck || !self.text[at..].starts_with("~~") {
            return at + 1;
        }
        let rest = &self.text[at + 2..self.paragraph.max(at + 2)];
        if rest.starts_with([' ', '\t', '\n', '~']) {
            return at + 1;
        }
        let mut ends = rest.match_indices("~~").map(|(end, _)| end);
        let Some(end) = ends.find(|end| !rest[..*end].ends_with([' ', '\t', '\n', '~'])) else {
            self.no_struck = self.paragraph;
            return at + 1;
        };
        // Code must not hold one of the two.
        if end == 0 || !rest[..end].matches('`').count().is_multiple_of(2) {
            return at + 1;
        }
        self.struck = Some(at + 2 + end);
        self.mark(at, at + 2, "<del>")
    }

    /// Holds a tag back that stands for signs.
    fn mark(&mut self, from: usize, to: usize, tag: &str) -> usize {
        self.out.push_str(&self.text[self.copied..from]);
        self.raw.hold(&mut self.out, tag.to_owned(), Place::Span);
        self.copied = to;
        to
    }

    /// Finds where the paragraph ends that a place is in.
    fn reach(&mut self, at: usize) {
        if self.paragraph <= at {
            self.paragraph = paragraph_end(self.text, at);
            self.unclosed.clear();
            self.shown.clear();
        }
    }

    fn replace(&mut self, from: usize, to: usize, by: &str) -> usize {
        self.out.push_str(&self.text[self.copied..from]);
        self.out.push_str(by);
        self.copied = to;
        to
    }

    /// A destination with blanks stands in angle brackets.
    fn destination(&mut self, from: usize) -> usize {
        self.reach(from);
        let rest = &self.text[from..self.paragraph.max(from)];
        let rest = &rest[..rest.floor_char_boundary(LONGEST)];
        let mut depth = 0;
        let close = rest.bytes().position(|byte| {
            depth += i32::from(byte == b'(') - i32::from(byte == b')');
            depth < 0
        });
        let Some(inner) = close.map(|close| &rest[..close]) else { return from };
        let bare = inner.trim_end();
        let title = bare.chars().next_back().filter(|quote| matches!(quote, '"' | '\''));
        let title = title
            .and_then(|quote| bare[..bare.len() - 1].find([' ', '\t']).map(|_| quote))
            .and_then(|quote| bare.find(&*format!(" {quote}")));
        let (address, title) = inner.split_at(title.unwrap_or(inner.len()));
        let address = address.trim();
        // A parenthesis counts for kramdown, escaped or not.
        let is_escaped = ["\\(", "\\)"].iter().any(|sign| address.contains(sign));
        if !(address.contains([' ', '\t', '\n']) || is_escaped) || address.contains(['<', '>', '"'])
        {
            return from;
        }
        // Browsers leave out the ends of lines.
        let lines: String = address.lines().map(str::trim).collect();
        self.out.push_str(&self.text[self.copied..from]);
        self.out.push('<');
        self.out.push_str(&lines);
        self.out.push('>');
        self.out.push_str(title);
        self.copied = from + inner.len();
        self.copied
    }
}

/// The first blank line behind a place, or the end.
fn paragraph_end(text: &str, from: usize) -> usize {
    let mut at = line_end(text, from);
    while at < text.len() {
        let end = line_end(text, at);
        if behind_quotes(&text[at..end]).trim().is_empty() {
            break;
        }
        at = end;
    }
    at
}
