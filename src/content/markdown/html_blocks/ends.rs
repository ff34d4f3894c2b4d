//! Where lines, items and elements end.

use crate::content::markdown::html_blocks::{Scan, blank};
use crate::content::markdown::line::{indent, line_end};
use crate::content::markdown::tag::Tag;

impl<'t> Scan<'t> {
    /// What follows the next end tag of an element, or of a comment; what is too far where there is
    /// none. Few names are asked for, and each part of the text is searched once for each.
    pub(in crate::content::markdown::html_blocks) fn end_of(
        &mut self,
        name: &'t str,
        from: usize,
    ) -> usize {
        let known = self.ends.iter().position(|(known, _)| known.eq_ignore_ascii_case(name));
        if let Some(known) = known {
            let range = &self.ends[known].1;
            if range.start <= from && from < range.end {
                return range.end;
            }
        }
        let end = if name == "--" {
            self.text[from..].find("-->").map(|at| from + at + "-->".len())
        } else {
            self.text[from..].match_indices("</").find_map(|(at, _)| {
                let end = Tag::at(self.text, from + at)?;
                end.name.eq_ignore_ascii_case(name).then_some(end.end)
            })
        };
        let range = from..end.unwrap_or(usize::MAX);
        match known {
            Some(known) => self.ends[known].1 = range.clone(),
            None => self.ends.push((name, range.clone())),
        }
        range.end
    }

    /// Where the next line begins. A long line may hold many blocks.
    pub(in crate::content::markdown::html_blocks) fn line_end(&mut self, at: usize) -> usize {
        if !self.measured.contains(&at) {
            self.measured = at..line_end(self.text, at);
        }
        self.measured.end
    }

    /// Where the list item ends whose content stands so far from the margin.
    pub(in crate::content::markdown::html_blocks) fn limit(
        &mut self,
        content: usize,
        from: usize,
    ) -> usize {
        if content == 0 {
            return self.text.len();
        }
        if self.limits[content] < from {
            let mut at = from;
            while at < self.text.len() {
                let end = line_end(self.text, at);
                let line = &self.text[at..end];
                if !blank(line) && indent(line) < content {
                    break;
                }
                at = end;
            }
            self.limits[content] = at;
        }
        self.limits[content]
    }
}
