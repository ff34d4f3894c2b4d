//! Formulas in TeX.

use std::borrow::Cow;

use crate::content::html::attributes::escape;
use crate::content::markdown::line::{behind_containers, behind_quotes, line_end};
use crate::content::markdown::placeholders::Place;
use crate::content::markdown::spans::{DEEPEST, Scan};

impl<'t> Scan<'t> {
    /// TeX between `$$`: a block of its own, or within the paragraph.
    pub(in crate::content::markdown::spans) fn formula(&mut self, at: usize) -> usize {
        let from = at + "$$".len();
        if self.last_formula < from {
            return from;
        }
        self.reach(at);
        let Some(close) = self.text[from..].find("$$").map(|close| from + close) else {
            return from;
        };
        let end = close + "$$".len();
        let is_block = self.is_block(at, end);
        let tex = self.inner(from, close);
        let tex = tex.trim();
        if tex.is_empty() || (!is_block && close >= self.paragraph) {
            return from;
        }
        let mut html = String::new();
        let (open, shut, place) = if is_block {
            ("<div class=\"math\">\\[", "\\]</div>", Place::Block)
        } else {
            ("<span class=\"math\">\\(", "\\)</span>", Place::Span)
        };
        html.push_str(open);
        escape(&mut html, tex);
        html.push_str(shut);
        self.out.push_str(&self.text[self.copied..at]);
        self.raw.hold(&mut self.out, html, place);
        self.copied = end;
        end
    }

    /// What stands between two places, the first of them in the line that is read: without the signs of
    /// a quotation.
    pub(in crate::content::markdown::spans) fn inner(
        &self,
        from: usize,
        to: usize,
    ) -> Cow<'t, str> {
        // A line may be the whole text, and each sign in it asks.
        let head = self.text[self.line..from].bytes().take(DEEPEST);
        let is_quoted = head.into_iter().find(|byte| *byte != b' ') == Some(b'>');
        let text = &self.text[from..to];
        if is_quoted { unquoted(text) } else { Cow::Borrowed(text) }
    }

    /// Whether what stands between two places is a block: first in its line, with nothing behind it.
    pub(in crate::content::markdown::spans) fn is_block(&self, at: usize, end: usize) -> bool {
        // A line may be the whole text, and each of its formulas asks.
        if at - self.line > DEEPEST {
            return false;
        }
        let before = behind_quotes(&self.text[self.line..at]);
        let begins = behind_containers(before).1.is_empty() && !before.contains('>');
        let is_in_a_paragraph = !self.lines.is_after_blank && before.trim().is_empty();
        if !begins || is_in_a_paragraph {
            return false;
        }
        let next = line_end(self.text, end);
        let behind = behind_quotes(&self.text[next..line_end(self.text, next)]);
        self.text[end..next].trim().is_empty() && behind.trim().is_empty()
    }
}

/// The lines of a text in a quotation without the signs of that.
fn unquoted(text: &str) -> Cow<'_, str> {
    let Some((first, rest)) = text.split_once('\n') else { return Cow::Borrowed(text) };
    let rest = rest.split('\n').map(behind_quotes);
    let lines: Vec<&str> = std::iter::once(first).chain(rest).collect();
    Cow::Owned(lines.join("\n"))
}
