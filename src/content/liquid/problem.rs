//! What is wrong with the Liquid of a text, each named once, and not too many.

use std::collections::HashSet;

use crate::diagnostic::Error;
use crate::diagnostic::finding::{Remark, Severity};
use crate::diagnostic::loss::Loss;

/// The most that is named of one text.
const MAX_PROBLEMS: usize = 50;

/// What was found, in the order in which it was.
#[derive(Debug, Default)]
pub struct Problems {
    found: Vec<Remark>,
    known: HashSet<(usize, String)>,
    more: usize,
    /// The include that is at hand, and the line of its tag in the post.
    place: Option<(usize, String)>,
}

impl Problems {
    /// Notes what is wrong on a line, and what to do.
    pub fn add(&mut self, line: usize, what: String, hint: &str) {
        if self.found.len() >= MAX_PROBLEMS {
            self.more += 1;
            return;
        }
        self.add_always(line, what, hint);
    }

    /// The same, however many there are already.
    pub fn add_always(&mut self, line: usize, what: String, hint: &str) {
        let (line, what) = match &self.place {
            Some((line_of_tag, path)) => (*line_of_tag, format!("{what} (`{path}:{line}`)")),
            None => (line, what),
        };
        if self.known.insert((line, what.clone())) {
            self.found.push(remark(line, what, hint.to_owned()));
        }
    }

    /// From here on problems are those of an include; gives what was at hand before.
    pub fn enter(&mut self, line: usize, path: String) -> Option<(usize, String)> {
        // The line of the post is that of the outermost tag.
        let line = self.place.as_ref().map_or(line, |(line, _)| *line);
        self.place.replace((line, path))
    }

    /// Goes back to what was at hand before.
    pub fn leave(&mut self, before: Option<(usize, String)>) {
        self.place = before;
    }

    /// All of them, by line.
    pub fn into_remarks(mut self) -> Vec<Remark> {
        self.found.sort_by_key(|remark| remark.line);
        if self.more > 0 {
            let what = format!("{} more tags were left out or changed", self.more);
            self.found.push(remark(0, what, "mend those above first".to_owned()));
        }
        self.found
    }
}

fn remark(line: usize, what: String, hint: String) -> Remark {
    Remark {
        severity: Severity::Warning,
        line,
        column: 0,
        error: Error::Loss(Loss::Liquid { what, hint }),
    }
}
