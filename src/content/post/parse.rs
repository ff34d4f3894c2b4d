//! Parses the text of one file.

use crate::content::body::oversize;
use crate::content::date::Moment;
use crate::content::fields::reader::Fields;
use crate::content::fields::times::UPDATED;
use crate::content::front_matter::lines::line_of;
use crate::content::front_matter::{FrontMatter, Parts, split};
use crate::content::post::Post;
use crate::content::post_path::Origin;
use crate::content::site::Site;
use crate::content::text::lines;
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Remark, Severity};
use crate::diagnostic::oddity::Oddity;

/// How much of a file without front matter tells whether it is text, in bytes.
const HEAD: usize = 1024;

/// What is made of one file: a post or the reason why there is none, and what else was noticed.
#[derive(Debug)]
pub struct Parsed<'a> {
    /// The post, or why the file gives none.
    pub post: Result<Post<'a>, Remark>,
    /// Warnings and notes.
    pub remarks: Vec<Remark>,
}

impl<'a> Post<'a> {
    /// Parses the text of one file. The body is not rendered yet.
    pub fn parse(origin: &Origin<'_>, text: &'a str, site: &Site) -> Parsed<'a> {
        let parts = split(text);
        let mut remarks = Vec::new();
        if let Some((line, error)) = unusable(text, parts) {
            return Parsed {
                post: Err(Remark { severity: Severity::Error, line, column: 0, error }),
                remarks,
            };
        }
        let (mut front, remark) = FrontMatter::decode(parts);
        front.inherit(site.defaults.of(origin.path));
        remarks.extend(remark);
        let mut post = Fields::new(&front, origin, site, &mut remarks).post(parts.body);
        let head = &text[..text.len() - parts.body.len()];
        if let Ok(post) = &mut post
            && let Some((line, error)) = oversize(post.markup, parts.body, site.cleaning.trust())
        {
            post.oversize = Some(error.clone());
            let severity = Severity::Warning;
            let line = lines(head) + 1 + line;
            remarks.push(Remark { severity, line, column: 0, error });
        }
        if let Ok(post) = &mut post {
            (post.head, post.front) = (head, front.into_node());
        }
        Parsed { post, remarks }
    }

    /// What there is to say of its change, by its own word, if that is to come as of `now`. `text` is
    /// that of its file.
    pub fn change_to_come(&self, text: &str, now: Moment) -> Option<Remark> {
        if self.updated <= now.max(self.date) {
            return None;
        }
        let parts = split(text);
        let line = |key| line_of(parts.yaml, key).map(|index| (key, parts.yaml_line + index));
        // It may be that of `defaults:`.
        let (key, line) = UPDATED.iter().copied().find_map(line).unwrap_or((UPDATED[0], 0));
        let error = Oddity::ChangeToCome { key }.into();
        Some(Remark { severity: Severity::Warning, line, column: 0, error })
    }
}

/// Why a text is no post, and on which line that shows; 0 for the whole file.
fn unusable(text: &str, parts: Parts<'_>) -> Option<(usize, Error)> {
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Some((0, Error::Empty));
    }
    if parts.is_open {
        return Some((0, Error::CutShort));
    }
    // A NUL that has strayed into a body is left out of it; keys with one are not to be guessed at.
    let (head, line) = if parts.yaml_line > 1 {
        (parts.yaml, parts.yaml_line)
    } else {
        (&text[..text.floor_char_boundary(HEAD)], 1)
    };
    if let Some(at) = head.find('\0') {
        return Some((line + head[..at].matches('\n').count(), Error::Binary));
    }
    let first = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
    (first.trim_end() == "+++").then_some((0, Error::Toml))
}
