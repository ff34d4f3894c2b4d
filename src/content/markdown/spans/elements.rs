//! Elements of HTML within a paragraph.

use std::borrow::Cow;

use crate::content::markdown::line::behind_containers;
use crate::content::markdown::placeholders::Place;
use crate::content::markdown::spans::{DEEPEST, Scan};
use crate::content::markdown::tag::Tag;
use crate::content::text::find_sign;

impl<'t> Scan<'t> {
    /// An element within a line; one without Markdown in it is held back whole.
    pub(in crate::content::markdown::spans) fn element(&mut self, at: usize) -> usize {
        let Some(tag) = Tag::at(self.text, at) else { return at + 1 };
        if tag.is_block() {
            return self.block(at, &tag);
        }
        if let Cow::Owned(closed) = tag.in_paragraph(self.text) {
            return self.replace(at, tag.end, &closed);
        }
        if tag.is_end || tag.is_empty || !tag.is_raw_span() {
            return tag.end;
        }
        self.reach(at);
        let is_same = |name: &&str| name.eq_ignore_ascii_case(tag.name);
        if self.unclosed.iter().any(is_same) {
            return tag.end;
        }
        let rest = &self.text[tag.end..self.paragraph.max(tag.end)];
        let ends = rest.match_indices("</").filter_map(|(end, _)| Tag::at(rest, end));
        let end = ends.filter(|end| is_same(&end.name)).map(|end| tag.end + end.end).next();
        let (end, html) = if let Some(end) = end {
            (end, only_tags(&self.inner(at, end)))
        } else {
            self.unclosed.push(tag.name);
            let before = &self.text[self.line..at];
            let is_definition = before.starts_with("*[") || before.trim_end().ends_with("]:");
            if tag.is_greedy() || is_definition || before.ends_with("](") {
                return tag.end;
            }
            let end = self.leaf.end(self.text, at);
            let end = at + self.text[at..end].trim_end().len();
            (end, [&only_tags(&self.inner(at, end)), "</", tag.name, ">"].concat())
        };
        self.out.push_str(&self.text[self.copied..at]);
        self.raw.hold(&mut self.out, html, Place::Span);
        self.copied = end;
        end
    }

    /// A tag of a block: behind other text kramdown takes it for text, and its end as well.
    pub(in crate::content::markdown::spans) fn block(&mut self, at: usize, tag: &Tag<'t>) -> usize {
        self.reach(at);
        let is_same = |(name, _): &&mut (&str, usize)| name.eq_ignore_ascii_case(tag.name);
        let open = self.shown.iter_mut().find(is_same);
        let is_text = if tag.is_end {
            let open = open.filter(|(_, count)| *count > 0);
            open.map(|(_, count)| *count -= 1).is_some()
        } else {
            // A line may be the whole text, and each of its tags asks.
            let head = self.line..at.min(self.line + DEEPEST);
            let head = &self.text[head.start..self.text.floor_char_boundary(head.end)];
            let is_quoted = head.trim_start_matches(' ').starts_with('>');
            let is_text = !is_quoted && !behind_containers(head).1.is_empty();
            match open {
                _ if !is_text || tag.is_empty => {}
                Some((_, count)) => *count += 1,
                None => self.shown.push((tag.name, 1)),
            }
            is_text
        };
        if is_text {
            self.replace(at, at + 1, "&lt;");
        }
        tag.end
    }
}

/// HTML in which each `<` that begins no tag is text.
fn only_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = 0;
    while let Some(found) = find_sign(&html[rest..], b'<') {
        let at = rest + found;
        out.push_str(&html[rest..at]);
        let end = Tag::at(html, at).map_or(at + 1, |tag| tag.end);
        out.push_str(if end > at + 1 { &html[at..end] } else { "&lt;" });
        rest = end;
    }
    out.push_str(&html[rest..]);
    out
}
