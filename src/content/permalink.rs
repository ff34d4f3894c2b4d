//! Where a post is on the web: its address, and the id that is made of it.
//!
//! Addresses follow Jekyll 4, so that the links in our feeds meet the pages of the site; unlike
//! Jekyll's they are always valid URLs (`?` in a category is encoded).

pub mod parts;
pub mod placeholder;

use std::mem;

use crate::base::percent::{self, encoded_length};
use crate::content::permalink::parts::Parts;
use crate::content::permalink::placeholder::Placeholder;
use crate::content::text::{shown, signs};
use crate::diagnostic::Error;

/// Longest path of a post's page, percent-encoded, in bytes: servers and readers take no longer one.
pub const MAX_PATH: usize = 2 * 1024;

/// Where a template stops to be filled in, in bytes: a path of this length is too long, whatever
/// becomes of its slashes and dots.
const MAX_FILLED: usize = 4 * MAX_PATH;

/// What can stand behind a colon in a template.
const A_PLACEHOLDER: &str =
    "a placeholder of Jekyll's like `:year`, `:month`, `:day`, `:title`, `:slug` or `:categories`";

/// A template of addresses, from `permalink:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    written: String,
    /// What it is made of, as far as it is used.
    pieces: Vec<Piece>,
    /// Whether that is all of it.
    is_whole: bool,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Value(Placeholder),
}

impl Template {
    /// One of Jekyll's styles by its name, or a template of one's own.
    pub fn new(written: &str) -> Self {
        let template = match written {
            "date" => "/:categories/:year/:month/:day/:title:output_ext",
            "pretty" => "/:categories/:year/:month/:day/:title/",
            "ordinal" => "/:categories/:year/:y_day/:title:output_ext",
            "weekdate" => "/:categories/:year/W:week/:short_day/:title:output_ext",
            "none" => "/:categories/:title:output_ext",
            custom => custom,
        };
        Self::custom(template)
    }

    /// A template of one's own: there a style is a name like any other.
    pub fn custom(written: &str) -> Self {
        let used = &written[..written.floor_char_boundary(MAX_FILLED)];
        let mut pieces = Vec::new();
        let mut text = String::from("/");
        let mut rest = used.strip_prefix('/').unwrap_or(used);
        while let Some((before, behind)) = rest.split_once(':') {
            text.push_str(before);
            rest = behind;
            let name = name(rest);
            // `:title_x` is `:title` and `_x`: the longest known name counts.
            let known = (1..=name.len()).rev().find_map(|end| Placeholder::named(&name[..end]));
            let Some(placeholder) = known else {
                text.push(':');
                continue;
            };
            rest = &rest[placeholder.name().len()..];
            pieces.extend([Piece::Text(mem::take(&mut text)), Piece::Value(placeholder)]);
        }
        pieces.push(Piece::Text(text + rest));
        Self { written: written.to_owned(), pieces, is_whole: used.len() == written.len() }
    }

    /// What there is to say of the first placeholder that there is not, under a key: Jekyll stops at
    /// it, here it stays as it is.
    pub fn unknown(&self, key: &str) -> Option<Error> {
        let is_known = |name: &str| {
            let bare = name.strip_suffix('_').unwrap_or(name);
            [name, bare].into_iter().any(|name| Placeholder::named(name).is_some())
        };
        let mut names = self.written.split(':').skip(1).map(name);
        let name = names.find(|name| !name.is_empty() && !is_known(name))?;
        let found = shown(&format!(":{name}"));
        Some(Error::BadValue { key: key.to_owned(), found, expected: A_PLACEHOLDER })
    }

    /// The path of a post's page, percent-encoded, with a slash at its start; cut where it is
    /// longer than [`MAX_PATH`].
    pub fn path(&self, parts: Parts<'_>) -> String {
        percent::encode_path(encodable(&self.plain_path(parts), MAX_PATH))
    }

    /// Whether no path of this template and these parts has to be cut.
    pub fn fits(&self, parts: Parts<'_>) -> bool {
        // Nearly all are far below the limit; those need not be made. In lower case a text may have
        // three times as many bytes.
        let most: usize = self.pieces.iter().map(|piece| piece.longest(&parts)).sum();
        if 3 * most <= MAX_PATH {
            return true;
        }
        let (filled, is_whole) = self.fill(parts);
        is_whole && encodable(&filled, MAX_PATH).len() == filled.len()
    }

    /// The path as Jekyll has it before it becomes a URL.
    pub fn plain_path(&self, parts: Parts<'_>) -> String {
        self.fill(parts).0
    }

    /// The template with its placeholders filled in, and whether that is all of it.
    fn fill(&self, parts: Parts<'_>) -> (String, bool) {
        let local = parts.zone.local(parts.date);
        let mut path = String::with_capacity(128);
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => path.push_str(text),
                Piece::Value(placeholder) => placeholder.write(&mut path, parts, &local),
            }
            if path.len() > MAX_FILLED {
                path.truncate(path.floor_char_boundary(MAX_FILLED));
                return (sanitized(path), false);
            }
        }
        (sanitized(path), self.is_whole)
    }
}

impl Piece {
    /// How long it is at most in a path, in bytes.
    fn longest(&self, parts: &Parts<'_>) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Value(placeholder) => placeholder.longest(parts),
        }
    }
}

/// The beginning of a path that takes at most `bytes` when it is percent-encoded.
fn encodable(path: &str, bytes: usize) -> &str {
    if path.len() * 3 <= bytes {
        return path;
    }
    let mut left = bytes;
    let end = path.char_indices().find(|(_, c)| {
        let needed = encoded_length(*c);
        let is_over = needed > left;
        left = left.saturating_sub(needed);
        is_over
    });
    end.map_or(path, |(at, _)| &path[..at])
}

/// The name of a placeholder at the start of a text.
fn name(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_lowercase() && c != '_');
    &text[..end.unwrap_or(text.len())]
}

/// Jekyll's cleaning of a path: no `..`, no `./`, no two slashes.
fn sanitized(path: String) -> String {
    let bytes = path.as_bytes();
    let is_doubled = |at: usize| at > 0 && matches!(bytes[at - 1], b'.' | b'/');
    if !path.contains("..") && !signs(&path, b'/').any(is_doubled) {
        return path;
    }
    let path = path.replace("..", "/").replace("./", "");
    let mut clean = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !clean.ends_with('/') {
            clean.push(c);
        }
    }
    clean
}

/// The id that jekyll-feed gave a post, as a path: the folder of its address and its slug.
pub fn jekyll_id(plain_path: &str, slug: &str) -> String {
    let folder = plain_path.trim_end_matches('/').rsplit_once('/').map_or("", |(folder, _)| folder);
    // Jekyll takes what follows a `?` for a query and leaves it; an id must stay as it was.
    let path = format!("{folder}/{slug}");
    percent::encode_path(encodable(&path, MAX_PATH)).replace("%3F", "?")
}

/// A `tag:` URI (RFC 4151) under an authority like `example.org,2025`.
pub fn tag_id(authority: &str, specific: &str) -> String {
    ["tag:", authority, ":", &percent::encode_path(specific)].concat()
}
