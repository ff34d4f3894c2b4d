//! Whether an HTML text can be parsed in time that is linear in its length, and in bounded memory.
//!
//! An HTML parser looks at every open element again and again: 20,000 unclosed `<div>` take it
//! seconds. It also opens unclosed formatting anew in every block, which can multiply a text. So
//! the shape of the tree is estimated first, with a stack that never grows beyond the limit.

use crate::content::html::elements;
use crate::content::html::tags::{Name, Tag, Tags};

/// Deepest nesting that is parsed.
pub const MAX_DEPTH: usize = 256;

/// Most tags and attributes of a text. An element takes about 300 bytes until it is written.
pub const MAX_TAGS: usize = 200_000;

/// Most formatting elements that may have to be opened again.
const MAX_REOPENED: usize = 50_000;
/// Most attributes of one tag: the parser compares each with all before it.
const MAX_ATTRIBUTES: usize = 256;

/// Most tags, wherever they stand, of a text whose tree cannot be estimated (see
/// [`Tags::is_unsure`]): as many open elements cost the parser a fraction of a second.
const MAX_UNSURE: usize = 5_000;

/// Up to this length, in bytes, a text with few tags needs no estimate: most posts.
const SHORT: usize = 8 << 10;

/// Whether `html` has no more tags and attributes than are parsed.
pub fn is_small(html: &str) -> bool {
    if html.len() <= SHORT || html.len() <= MAX_TAGS / 2 {
        return true;
    }
    let mut tags = Tags::new(html);
    let attributes: usize = tags.by_ref().map(|tag| tag.attributes).sum();
    brackets(html) + attributes <= MAX_TAGS
}

/// Whether `html` stays within the limits of nesting.
pub fn fits(html: &str) -> bool {
    if html.len() <= SHORT && brackets(html) <= MAX_DEPTH {
        return true;
    }
    let mut stack = Stack::default();
    let mut tags = Tags::new(html);
    let is_flat = tags.by_ref().all(|tag| {
        if tag.closing {
            stack.end(&tag);
        } else {
            stack.start(&tag);
        }
        tag.attributes <= MAX_ATTRIBUTES
            && stack.open.len() + stack.formatting.len() <= MAX_DEPTH
            && stack.reopened <= MAX_REOPENED
    });
    is_flat && (!tags.is_unsure() || starts(html) <= MAX_UNSURE)
}

/// How many `<` there are; in parts whose numbers fit a byte, so that many are compared in one step.
fn brackets(html: &str) -> usize {
    let of_part = |part: &[u8]| part.iter().fold(0, |count, byte| count + u8::from(*byte == b'<'));
    html.as_bytes().chunks(255).map(|part| usize::from(of_part(part))).sum()
}

/// How many start tags there may be at most.
fn starts(html: &str) -> usize {
    html.as_bytes()
        .windows(2)
        .filter(|pair| pair[0] == b'<' && pair[1].is_ascii_alphabetic())
        .count()
}

/// The open elements, roughly as the tree construction rules (WHATWG HTML §13.2.6) have them.
#[derive(Default)]
struct Stack {
    /// Open elements, and how much formatting was open where each began.
    open: Vec<(Name, usize)>,
    /// Open formatting elements, which outlive the blocks they stand in.
    formatting: Vec<Name>,
    /// How often formatting was opened again so far.
    reopened: usize,
}

impl Stack {
    fn start(&mut self, tag: &Tag) {
        let name = tag.name.as_str();
        if elements::is_void(name) || (tag.self_closing && self.is_foreign()) {
            return;
        }
        if elements::is_formatting(name) {
            if matches!(name, "a" | "nobr") {
                self.end_formatting(tag.name);
            }
            self.formatting.push(tag.name);
            return;
        }
        // Parts of a table mean nothing outside of one. They must not end what began in another.
        if elements::is_table_part(name) && !self.open.iter().any(|open| open.0.as_str() == "table")
        {
            return;
        }
        self.close_implied(name);
        self.reopened += self.formatting.len();
        self.open.push((tag.name, self.formatting.len()));
    }

    /// Closes what the start of an element closes without an end tag.
    fn close_implied(&mut self, name: &str) {
        let item =
            |open: &str| elements::is_special(open) && !matches!(open, "address" | "div" | "p");
        let table = |open: &str| open == "table";
        match name {
            "li" => self.close(|open| open == "li", item),
            "dd" | "dt" => self.close(|open| matches!(open, "dd" | "dt"), item),
            "td" | "th" => self.close(|open| matches!(open, "td" | "th"), table),
            "tr" => self.close(|open| open == "tr", table),
            "tbody" | "thead" | "tfoot" => {
                self.close(|open| matches!(open, "tbody" | "thead" | "tfoot"), table);
            }
            "option" => self.close(|open| open == "option", |_| true),
            _ => {}
        }
        if elements::closes_paragraph(name) {
            self.close(|open| open == "p", elements::is_scope);
        }
        if elements::is_heading(name) {
            self.close(elements::is_heading, |_| true);
        }
        if name == "table" {
            self.close(table, elements::is_marker);
        }
    }

    fn end(&mut self, tag: &Tag) {
        let name = tag.name.as_str();
        let same = |open: &str| open == name;
        match name {
            _ if elements::is_formatting(name) => self.end_formatting(tag.name),
            _ if elements::is_heading(name) => self.close(elements::is_heading, elements::is_scope),
            "table" | "tbody" | "thead" | "tfoot" | "tr" | "td" | "th" | "caption" => {
                self.close(same, |open| open == "table");
            }
            _ if elements::is_special(name) => self.close(same, elements::is_scope),
            _ => self.close(same, elements::is_special),
        }
    }

    /// Closes the nearest element that is `wanted`, with all in it, unless a barrier is nearer.
    fn close(&mut self, wanted: impl Fn(&str) -> bool, barrier: impl Fn(&str) -> bool) {
        for at in (0..self.open.len()).rev() {
            let (name, _) = &self.open[at];
            if wanted(name.as_str()) {
                let marker =
                    self.open[at..].iter().find(|open| elements::is_marker(open.0.as_str()));
                if let Some((_, formatting)) = marker {
                    self.formatting.truncate(*formatting);
                }
                self.open.truncate(at);
                return;
            }
            if barrier(name.as_str()) {
                return;
            }
        }
    }

    fn end_formatting(&mut self, name: Name) {
        let markers = self.open.iter().rev();
        let floor = markers.clone().find(|open| elements::is_marker(open.0.as_str()));
        let floor = floor.map_or(0, |(_, formatting)| *formatting).min(self.formatting.len());
        let open = self.formatting[floor..].iter().rposition(|open| *open == name);
        if let Some(at) = open {
            self.formatting.remove(floor + at);
        }
    }

    fn is_foreign(&self) -> bool {
        self.open.iter().any(|(name, _)| matches!(name.as_str(), "svg" | "math"))
    }
}
