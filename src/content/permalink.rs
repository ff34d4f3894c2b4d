//! Where a post comes from and where it is on the web: its key, its slug, its address, its id.
//!
//! Addresses follow Jekyll 4, so that the links in our feeds meet the pages of the site; unlike
//! Jekyll's they are always valid URLs (`?` in a category is encoded).

use std::borrow::Cow;

use crate::content::date::{Local, Moment, Zone, push_two, push_year};
use crate::content::slug;
use crate::content::text::{nfc, shown};
use crate::error::Error;
use crate::percent::{self, encoded_length};

/// Longest path of a post's page, percent-encoded, in bytes: servers and readers take no longer one.
pub const MAX_PATH: usize = 2 * 1024;

/// Where a template stops to be filled in, in bytes: a path of this length is too long, whatever
/// becomes of its slashes and dots.
const MAX_FILLED: usize = 4 * MAX_PATH;

/// The endings of posts, and what a page made from one ends in.
const EXTENSIONS: &[(&str, &str)] = &[
    ("md", ".html"),
    ("markdown", ".html"),
    ("mkdown", ".html"),
    ("mkdn", ".html"),
    ("mkd", ".html"),
    ("html", ".html"),
    ("htm", ".htm"),
    ("txt", ".txt"),
];

const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

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

/// Folders that hold posts, in the order in which they win over each other.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Layout {
    /// Every `_posts` folder first, then these folders.
    Folders(Vec<String>),
    /// The site's folder itself: it has no `_posts` and names no folder.
    Bare,
}

/// What a post's path says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin<'a> {
    /// Its path relative to the site.
    pub path: &'a str,
    /// Its name across all roots: the path without root and extension. Two files with one key are
    /// one post, so a post keeps its id when a script moves it from `_posts` to `old_post`.
    pub key: Cow<'a, str>,
    /// The rank of its root; of files with one key the lowest rank wins.
    pub rank: usize,
    /// Whether it stands under `_posts`, where Jekyll looks too.
    pub is_jekyll: bool,
    /// The folders above `_posts`: categories.
    pub folders: &'a str,
    /// The file's name without its extension.
    pub stem: &'a str,
    /// The extension.
    pub extension: &'a str,
}

impl<'a> Origin<'a> {
    /// What `path`, which is relative to the site, says; `None` when no post can be there.
    pub fn of(path: &'a str, layout: &Layout) -> Option<Self> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let (stem, extension) = name.rsplit_once('.')?;
        let is_post = EXTENSIONS.iter().any(|(known, _)| known.eq_ignore_ascii_case(extension));
        if !is_post || stem.is_empty() || is_ignored(name) {
            return None;
        }
        let bare_path = &path[..path.len() - extension.len() - 1];
        let origin = |key: Cow<'a, str>, rank, folders, is_jekyll| {
            let key = normal(key);
            Self { path, key, rank, is_jekyll, folders, stem, extension }
        };
        let Layout::Folders(roots) = layout else {
            return Some(origin(Cow::Borrowed(bare_path), 0, "", false));
        };
        if let Some((above, below)) = around_posts(folder) {
            let below = if below.is_empty() { stem.to_owned() } else { format!("{below}/{stem}") };
            let key = if above.is_empty() { below } else { format!("{above}/{below}") };
            return Some(origin(Cow::Owned(key), 0, above, true));
        }
        let is_below = |root: &String| {
            bare_path.strip_prefix(root.as_str()).and_then(|rest| rest.strip_prefix('/'))
        };
        let (rank, key) = roots
            .iter()
            .enumerate()
            .find_map(|(index, root)| Some((index + 1, is_below(root)?)))?;
        Some(origin(Cow::Borrowed(key), rank, "", false))
    }

    /// The ending of the post's page.
    pub fn page_extension(&self) -> &'static str {
        let known =
            EXTENSIONS.iter().find(|(extension, _)| extension.eq_ignore_ascii_case(self.extension));
        known.map_or(".html", |(_, page)| page)
    }

    /// Whether it stands where Jekyll would not look, and no other root was named.
    pub fn is_bare(&self) -> bool {
        self.rank == 0 && !self.is_jekyll
    }

    /// Whether the file bypasses Markdown.
    pub fn is_html(&self) -> bool {
        matches!(self.page_extension(), ".htm") || self.extension.eq_ignore_ascii_case("html")
    }
}

/// NFC: the same name typed on two systems is one key.
fn normal(key: Cow<'_, str>) -> Cow<'_, str> {
    match key {
        Cow::Borrowed(key) => nfc(key),
        Cow::Owned(key) => Cow::Owned(nfc(&key).into_owned()),
    }
}

/// The key of the post that Liquid's `post_url NAME` or `link PATH` names.
pub fn named_key(words: &str, layout: &Layout) -> String {
    let path = words.trim_matches(['"', '\'', '/', ' ']);
    Origin::of(path, layout).map_or_else(|| path.to_owned(), |origin| origin.key.into_owned())
}

/// The folders above and below the innermost `_posts` in a path.
fn around_posts(folder: &str) -> Option<(&str, &str)> {
    let start = folder
        .match_indices("_posts")
        .map(|(start, _)| start)
        .filter(|start| {
            let end = start + "_posts".len();
            (*start == 0 || folder.as_bytes()[start - 1] == b'/')
                && folder.as_bytes().get(end).is_none_or(|byte| *byte == b'/')
        })
        .last()?;
    let below = folder[start + "_posts".len()..].trim_start_matches('/');
    Some((folder[..start].trim_end_matches('/'), below))
}

/// Whether a name is hidden or belongs to an editor's or a copier's half-done work.
pub fn is_ignored(name: &str) -> bool {
    name.starts_with(['.', '#'])
        || name.ends_with(['~', '#'])
        || name == "4913"
        || has_extension(name, &["swp", "swx", "tmp", "part"])
}

fn has_extension(name: &str, extensions: &[&str]) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
}

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

    /// Jekyll's `:path`: where the file is, apart from `_posts`.
    fn place(&self) -> String {
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
    let day = DAYS[local.weekday as usize - 1];
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
        "collection" => path.push_str("posts"),
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
