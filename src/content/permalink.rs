//! Where a post is on the web: its address, and the id that is made of it.
//!
//! Addresses follow Jekyll 4, so that the links in our feeds meet the pages of the site; unlike
//! Jekyll's they are always valid URLs (`?` in a category is encoded).

use crate::content::date::{Local, MONTHS, Moment, WEEKDAYS, Zone, push_two, push_year};
use crate::content::slug;
use crate::content::text::shown;
use crate::error::Error;
use crate::percent::{self, encoded_length};

/// Longest path of a post's page, percent-encoded, in bytes: servers and readers take no longer one.
pub const MAX_PATH: usize = 2 * 1024;

/// Where a template stops to be filled in, in bytes: a path of this length is too long, whatever
/// becomes of its slashes and dots.
const MAX_FILLED: usize = 4 * MAX_PATH;

/// All placeholders of Jekyll 4 (`UrlDrop`).
const PLACEHOLDERS: &[&str] = &[
    "categories",
    "collection",
    "day",
    "hour",
    "i_day",
    "i_month",
    "long_day",
    "long_month",
    "minute",
    "month",
    "name",
    "output_ext",
    "path",
    "second",
    "short_day",
    "short_month",
    "short_year",
    "slug",
    "slugified_categories",
    "title",
    "w_day",
    "w_year",
    "week",
    "y_day",
    "year",
];

/// What can stand behind a colon in a template.
const A_PLACEHOLDER: &str =
    "a placeholder of Jekyll's like `:year`, `:month`, `:day`, `:title`, `:slug` or `:categories`";

/// A template of addresses, from `permalink:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(String);

/// What a template is filled with.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// When the post was published; its day is that of the site's zone.
    pub date: Moment,
    /// The site's zone.
    pub zone: Zone,
    /// Categories as they are written.
    pub categories: &'a [String],
    /// The slug as it is written, or the file's name without day and extension.
    pub slug: &'a str,
    /// The file, relative to the site.
    pub path: &'a str,
    /// The name of the collection, unless it is a post's.
    pub collection: Option<&'a str>,
    /// The ending of the page.
    pub extension: &'a str,
}

impl<'a> Parts<'a> {
    /// The path without extension and without dots before that.
    fn bare(&self) -> &'a str {
        self.path.rsplit_once('.').map_or(self.path, |(bare, _)| bare)
    }

    /// The file's name without extension.
    fn stem(&self) -> &'a str {
        let bare = self.bare();
        bare.rsplit_once('/').map_or(bare, |(_, stem)| stem)
    }

    /// Jekyll's `:path`: where the file is, apart from `_posts` or the folder of its collection.
    fn place(&self) -> String {
        if let Some(label) = self.collection {
            let folder = format!("_{label}/");
            let below = self.path.find(&folder).map_or(0, |at| at + folder.len());
            return self.bare()[below..].trim_end_matches('.').to_owned();
        }
        self.bare().trim_end_matches('.').replacen("_posts", "", 1)
    }
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
        Self(template.to_owned())
    }

    /// A template of one's own: there a style is a name like any other.
    pub fn custom(written: &str) -> Self {
        Self(written.to_owned())
    }

    /// What there is to say of the first placeholder that there is not, under a key: Jekyll stops at
    /// it, here it stays as it is.
    pub fn unknown(&self, key: &str) -> Option<Error> {
        let name =
            self.0.match_indices(':').map(|(at, _)| name(&self.0[at + 1..])).find(|name| {
                let bare = name.strip_suffix('_').unwrap_or(name);
                !name.is_empty() && !PLACEHOLDERS.contains(name) && !PLACEHOLDERS.contains(&bare)
            })?;
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
        let count = |name| self.0.matches(name).count();
        let categories: usize = parts.categories.iter().map(|name| name.len() + 1).sum();
        let most = self.0.len()
            + count(":") * 16
            + 3 * (count(":title") + count(":slug")) * parts.slug.len()
            + 3 * (count(":name") + count(":path")) * parts.path.len()
            + 3 * (count(":categories") + count(":slugified_categories")) * categories;
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
        let mut path = String::with_capacity(64);
        path.push('/');
        let mut rest = self.0.strip_prefix('/').unwrap_or(&self.0);
        while let Some(start) = rest.find(':').filter(|_| path.len() <= MAX_FILLED) {
            path.push_str(&rest[..start]);
            rest = &rest[start + 1..];
            let end = name(rest).len();
            // `:title_x` is `:title` and `_x`: the longest known name counts.
            match (1..=end).rev().find(|end| fill(&mut path, &rest[..*end], parts, &local)) {
                Some(end) => rest = &rest[end..],
                None => path.push(':'),
            }
        }
        path.push_str(rest);
        let is_whole = path.len() <= MAX_FILLED;
        path.truncate(path.floor_char_boundary(MAX_FILLED));
        (sanitized(path), is_whole)
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

/// Writes the value of a placeholder; says whether there is such one.
fn fill(path: &mut String, name: &str, parts: Parts<'_>, local: &Local) -> bool {
    let day = WEEKDAYS[local.weekday as usize - 1];
    let month = MONTHS[local.month as usize - 1];
    match name {
        "categories" => path.push_str(&joined(parts.categories, str::to_lowercase)),
        "slugified_categories" => path.push_str(&joined(parts.categories, slug::plain)),
        "year" => push_year(path, local.year),
        "month" => push_two(path, local.month),
        "i_month" => path.push_str(&local.month.to_string()),
        "day" => push_two(path, local.day),
        "i_day" => path.push_str(&local.day.to_string()),
        "short_year" => push_two(path, local.year.rem_euclid(100).unsigned_abs()),
        "y_day" => {
            path.extend(char::from_digit(local.ordinal / 100, 10));
            push_two(path, local.ordinal % 100);
        }
        "short_month" => path.push_str(&month[..3]),
        "long_month" => path.push_str(month),
        "w_year" => push_year(path, local.iso_year),
        "w_day" => path.extend(char::from_digit(local.weekday, 10)),
        "week" => push_two(path, local.iso_week),
        "short_day" => path.push_str(&day[..3]),
        "long_day" => path.push_str(day),
        "hour" => push_two(path, local.hour),
        "minute" => push_two(path, local.minute),
        "second" => push_two(path, local.second),
        "title" => path.push_str(&slug::pretty(parts.slug)),
        "slug" => path.push_str(&slug::plain(parts.slug)),
        "name" => path.push_str(&slug::plain(parts.stem())),
        "path" => path.push_str(&parts.place()),
        "collection" => path.push_str(parts.collection.unwrap_or("posts")),
        "output_ext" => path.push_str(parts.extension),
        _ => return false,
    }
    true
}

/// Categories in an address, each once.
fn joined(categories: &[String], form: fn(&str) -> String) -> String {
    let mut names: Vec<String> = Vec::with_capacity(categories.len());
    for category in categories {
        let name = form(category);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join("/")
}

/// Jekyll's cleaning of a path: no `..`, no `./`, no two slashes.
fn sanitized(path: String) -> String {
    if !path.as_bytes().windows(2).any(|pair| matches!(pair, b".." | b"./" | b"//")) {
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
