//! Where a Markdown text is code, line by line and within a paragraph: enough to leave alone what
//! stands there, without parsing the rest.

use std::collections::HashMap;

use crate::content::markdown::line::{
    behind_containers, behind_quotes, indent, is_struck, line_end,
};
use crate::content::text::last_sign;

/// The longest fence that is looked for in a list item without its indent.
const MOST_SIGNS: usize = 8;

/// Tells which lines stand in a fenced code block (`CommonMark` §4.5).
#[derive(Debug, Default)]
pub struct Fences {
    open: Option<Fence>,
}

/// A fence that is open.
#[derive(Debug, Clone, Copy)]
struct Fence {
    sign: char,
    length: usize,
    /// How far it stands from the margin.
    indent: usize,
}

impl Fences {
    /// Whether `line`, the next one, is part of a fenced code block.
    pub fn covers(&mut self, line: &str) -> bool {
        self.covers_behind(line, 0)
    }

    /// The same for what stands behind so many columns of a line.
    fn covers_behind(&mut self, line: &str, columns: usize) -> bool {
        let indent = columns + indent(line);
        let text = line.trim_start_matches([' ', '\t']);
        let sign = if text.starts_with('~') { '~' } else { '`' };
        let bare = text.trim_start_matches(sign);
        let length = text.len() - bare.len();
        match self.open {
            Some(open) => {
                let is_end = open.sign == sign && length >= open.length && bare.trim().is_empty();
                // What stands deeper is part of the code.
                if is_end && indent < open.indent + 4 {
                    self.open = None;
                }
                true
            }
            None if length >= 3 && (sign == '~' || !bare.contains('`')) && !is_struck(line) => {
                self.open = Some(Fence { sign, length, indent });
                true
            }
            None => false,
        }
    }
}

/// What lines tell: which are code, and which are blank.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is another fact of the line before")]
pub struct Lines<'t> {
    text: &'t str,
    fences: Fences,
    /// Whether the open fence stands in a quotation, which ends it too.
    is_quoted: bool,
    /// Where the last line of nothing but backticks stands, and that of tildes: a fence behind it has
    /// no end, and is none for kramdown.
    last_fences: [usize; 2],
    /// How far the content of the list item stands from the margin.
    content: usize,
    /// Whether the line is part of the indented code before it, without the indent.
    pub is_lazy_code: bool,
    /// Whether the line is part of a list item by what stands before it, and not by its indent.
    is_lazy: bool,
    /// Whether the line before begins a list item with a heading.
    is_behind_heading: bool,
    /// Up to where no fence of backticks, or of tildes, ends that is in a list item without its
    /// indent, and how many signs it has.
    endless: [(usize, usize); 2],
    is_code: bool,
    is_blank: bool,
    /// Whether the line before is blank, or there is none.
    pub is_after_blank: bool,
}

impl<'t> Lines<'t> {
    /// Looks at a text as a whole.
    pub fn of(text: &'t str) -> Self {
        Self {
            text,
            fences: Fences::default(),
            is_quoted: false,
            last_fences: [last_fence(text, b'`'), last_fence(text, b'~')],
            content: 0,
            is_lazy_code: false,
            is_lazy: false,
            is_behind_heading: false,
            endless: [(0, 0); 2],
            is_code: false,
            is_blank: true,
            is_after_blank: true,
        }
    }

    /// Whether a fence is open.
    pub fn is_open(&self) -> bool {
        self.fences.open.is_some()
    }

    /// A block has ended: the next line begins another one.
    pub fn end_block(&mut self) {
        self.is_blank = true;
    }

    /// How far the content of the list item stands from the margin that a line belongs to.
    pub fn content_of(&self, line: &str) -> usize {
        let is_inside = behind_containers(line).0 > 0 || indent(line) >= self.content;
        if is_inside { self.content } else { 0 }
    }

    /// How far a line is to be moved that is code of a list item, or stands behind such code or a
    /// heading, without the item's indent: kramdown goes on with an item until a blank line.
    pub fn missing_indent(&self) -> usize {
        if self.is_lazy { self.content } else { 0 }
    }

    /// Whether a line that begins at `at` has no extension: it is code, or blank.
    pub fn passes(&mut self, line: &str, at: usize) -> bool {
        let unquoted = behind_quotes(line);
        let has_sign = line.trim_start().starts_with('>');
        self.is_after_blank = std::mem::replace(&mut self.is_blank, false);
        self.is_lazy_code = false;
        if self.fences.open.is_some() && (!self.is_quoted || has_sign) {
            let inner = if self.is_quoted { unquoted } else { line };
            return self.fences.covers(inner);
        }
        self.fences = Fences::default();
        self.is_blank = unquoted.trim().is_empty();
        if self.is_blank {
            self.is_lazy = false;
            return true;
        }
        if unquoted.trim_end() == "^" {
            self.content = 0;
        }
        let indent = indent(unquoted);
        let is_behind_code = self.is_code && !self.is_after_blank && self.is_quoted == has_sign;
        self.is_code = (self.is_after_blank || self.is_code) && indent >= self.content + 4;
        if self.is_code {
            self.is_quoted = has_sign;
            return true;
        }
        let (depth, inner) = behind_containers(unquoted);
        let is_item = depth > 0 && indent < self.content;
        let bare = unquoted.trim_start();
        let ends_code = is_item || bare.starts_with(['<', '^']) || bare.starts_with("{:");
        if is_behind_code && !ends_code && indent < 4 {
            (self.is_code, self.is_lazy_code) = (true, true);
            return true;
        }
        self.is_lazy &= depth == 0 && indent < self.content;
        let goes_on = depth == 0 && indent < self.content && !self.is_after_blank && !has_sign;
        // A heading is no paragraph that a line could go on with by itself.
        self.is_lazy |= goes_on && self.is_behind_heading;
        self.is_behind_heading = depth > 0 && is_heading(inner);
        if depth > 0 {
            self.content = indent + depth;
        } else if indent == 0 && self.is_after_blank {
            self.content = 0;
        }
        self.is_quoted = has_sign;
        let columns = unquoted.len() - inner.len();
        let is_fence = self.fences.covers_behind(inner, columns);
        let Some(fence) = self.fences.open else { return is_fence };
        let has_end = self.last_fences[usize::from(fence.sign == '~')] > at
            && (!goes_on || self.ends_in_item(at + line.len(), fence));
        if !has_end {
            self.fences = Fences::default();
        }
        self.is_lazy |= goes_on && has_end;
        is_fence && has_end
    }

    /// Whether a fence without the indent of its list item ends before a blank line or another item.
    fn ends_in_item(&mut self, from: usize, fence: Fence) -> bool {
        let (until, length) = self.endless[usize::from(fence.sign == '~')];
        // Of longer ones it is not asked: each length is a search of its own.
        if fence.length > MOST_SIGNS || (from < until && fence.length >= length) {
            return false;
        }
        let mut at = from;
        while at < self.text.len() {
            let end = line_end(self.text, at);
            let line = &self.text[at..end];
            let bare = line.trim();
            let signs = bare.bytes().all(|byte| char::from(byte) == fence.sign);
            if signs && bare.len() >= fence.length {
                return true;
            }
            if bare.is_empty() || behind_containers(line).0 > 0 {
                break;
            }
            at = end;
        }
        self.endless[usize::from(fence.sign == '~')] = (at, fence.length);
        false
    }
}

/// The code spans of a leaf block (`CommonMark` §6.1).
#[derive(Debug, Default)]
pub struct Leaf {
    end: usize,
    /// The runs of backticks, each with its length.
    runs: Vec<(usize, usize)>,
    next: usize,
    /// Where the last run of a length stands.
    last: HashMap<usize, usize>,
}

impl Leaf {
    /// What follows the code span, or the backticks that begin none, at a place.
    pub fn behind_code(&mut self, text: &str, at: usize) -> usize {
        if self.end <= at {
            self.read(text, at);
        }
        let bytes = text.as_bytes();
        let length = bytes[at..].iter().take_while(|byte| **byte == b'`').count();
        if self.last.get(&length).is_none_or(|last| *last <= at) {
            return at + length;
        }
        while let Some((start, found)) = self.runs.get(self.next) {
            self.next += 1;
            if *start > at && *found == length {
                return start + length;
            }
        }
        at + length
    }

    /// Where the leaf block ends that a place is in.
    pub fn end(&mut self, text: &str, at: usize) -> usize {
        if self.end <= at {
            self.read(text, at);
        }
        self.end
    }

    fn read(&mut self, text: &str, from: usize) {
        self.end = line_end(text, from);
        while self.end < text.len() {
            let end = line_end(text, self.end);
            let line = behind_quotes(&text[self.end..end]);
            let (depth, bare) = behind_containers(line);
            let begins_block = depth > 0 || bare.starts_with(['#', '`', '~', '=', '|']);
            if bare.trim().is_empty() || begins_block || bare.trim().trim_matches('-').is_empty() {
                break;
            }
            self.end = end;
        }
        self.runs.clear();
        self.last.clear();
        self.next = 0;
        let bytes = text.as_bytes();
        let mut at = from;
        while at < self.end {
            let length = bytes[at..self.end].iter().take_while(|byte| **byte == b'`').count();
            if length > 0 {
                self.runs.push((at, length));
                self.last.insert(length, at);
            }
            at += length.max(1);
        }
    }
}

/// Whether a text is a heading.
fn is_heading(text: &str) -> bool {
    let words = text.trim_start_matches('#');
    words.len() < text.len() && words.starts_with([' ', '\t'])
}

/// Where the last line of nothing but a sign stands that may end a fence; 0 where there is none.
fn last_fence(text: &str, sign: u8) -> usize {
    let mut rest = text;
    while let Some(at) = last_sign(rest, sign) {
        let start = last_sign(&rest[..at], b'\n').map_or(0, |end| end + 1);
        let bare = behind_containers(&text[start..line_end(text, at)]).1.trim_end();
        if bare.len() >= 3 && bare.bytes().all(|byte| byte == sign) {
            return start;
        }
        rest = &text[..start];
    }
    0
}
