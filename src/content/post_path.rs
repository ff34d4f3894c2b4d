//! Where a post comes from: what its path says, and the key that it has by it.

use std::borrow::Cow;

use crate::content::text::{nfc, signs};

/// The endings of posts, and what pages end in where nothing is made of them but a copy.
const EXTENSIONS: &[(&str, &str)] = &[
    ("md", ".md"),
    ("markdown", ".markdown"),
    ("mkdown", ".mkdown"),
    ("mkdn", ".mkdn"),
    ("mkd", ".mkd"),
    ("html", ".html"),
    ("htm", ".htm"),
    ("txt", ".txt"),
];

/// What files in Markdown end in, unless the site says otherwise.
pub const MARKDOWN: [&str; 5] = ["markdown", "mkdown", "mkdn", "mkd", "md"];

/// Where Jekyll looks for posts.
const POSTS: &str = "_posts";

/// Folders that hold posts, in the order in which they win over each other.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Folders {
    /// Every `_posts` folder first, then these folders.
    Named(Vec<String>),
    /// The site's folder itself: it has no `_posts` and names no folder.
    #[default]
    Site,
}

/// Where posts are, and which of them are in Markdown.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Layout {
    /// Their folders.
    pub folders: Folders,
    /// What files in Markdown end in, in small letters.
    pub markdown: Vec<String>,
    /// Those of the folders that are of collections.
    pub collections: Vec<String>,
}

impl Layout {
    /// Posts below every `_posts` and these folders, with the usual endings.
    pub fn below(folders: Vec<String>) -> Self {
        let markdown = MARKDOWN.map(str::to_owned).to_vec();
        Self { folders: Folders::Named(folders), markdown, collections: Vec::new() }
    }

    /// Whether the site's folder itself is that of the posts.
    pub fn is_bare(&self) -> bool {
        self.folders == Folders::Site
    }
}

/// What a post's path says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin<'a> {
    /// Its path relative to the site.
    pub path: &'a str,
    /// Its name across all roots: the path without root and extension, and without folders whose
    /// names are digits alone. So a post keeps its id when a script moves it from `_posts` to
    /// `old_post`, or sorts it into years and months.
    pub key: Cow<'a, str>,
    /// The same with those folders: what tells two posts of one key apart.
    pub long_key: Cow<'a, str>,
    /// The rank of its root; of files with one key the lowest rank wins.
    pub rank: usize,
    /// Whether it stands under `_posts`, where Jekyll looks too.
    pub is_jekyll: bool,
    /// The name of its collection, unless it is a post.
    pub collection: Option<&'a str>,
    /// The folders above `_posts`: categories.
    pub folders: &'a str,
    /// The file's name without its extension.
    pub stem: &'a str,
    /// The extension.
    pub extension: &'a str,
    /// Whether that is one of Markdown.
    pub is_markdown: bool,
}

impl<'a> Origin<'a> {
    /// What `path`, which is relative to the site, says; `None` when no post can be there.
    pub fn of(path: &'a str, layout: &Layout) -> Option<Self> {
        let File { stem, extension, is_markdown } = File::of(path, layout)?;
        let bare_path = &path[..path.len() - extension.len() - 1];
        let origin = |below: &'a str, rank, folders: &'a str, is_jekyll, is_site| {
            let long = bundle(below);
            let short = if is_site { Cow::Borrowed(long) } else { without_numbers(long) };
            let long_key = under(folders, Cow::Borrowed(long));
            let is_short = short.len() == long.len();
            let key = if is_short { long_key.clone() } else { under(folders, short) };
            let collection = None;
            Self {
                path,
                key,
                long_key,
                rank,
                is_jekyll,
                collection,
                folders,
                stem,
                extension,
                is_markdown,
            }
        };
        let Folders::Named(roots) = &layout.folders else {
            return Some(origin(bare_path, 0, "", false, true));
        };
        if let Some((above, below)) = around_posts(bare_path) {
            return Some(origin(below, 0, above, true, false));
        }
        let (rank, root, below) = below_root(bare_path, roots)?;
        let found = origin(below, rank, "", false, false);
        if !layout.collections.contains(root) {
            return Some(found);
        }
        // Its folders are a part of an item's address. No post has such a key.
        let folder = &path[..root.len()];
        let name = folder.rsplit_once('/').map_or(folder, |(_, name)| name);
        let key = under(name, Cow::Borrowed(below));
        let collection = name.strip_prefix('_');
        Some(Self { long_key: key.clone(), key, collection, ..found })
    }

    /// Whether a post can be at a path: whether there is an origin of it.
    pub fn is_at(path: &str, layout: &Layout) -> bool {
        let is_in =
            |roots: &[String]| around_posts(path).is_some() || below_root(path, roots).is_some();
        let is_in_roots = match &layout.folders {
            Folders::Named(roots) => is_in(roots),
            Folders::Site => true,
        };
        is_in_roots && File::of(path, layout).is_some()
    }

    /// Whether it stands where Jekyll would not look, and no other root was named.
    pub fn is_bare(&self) -> bool {
        self.rank == 0 && !self.is_jekyll
    }

    /// The ending of the post's page.
    pub fn page_extension(&self) -> &'static str {
        let is_it = |(known, _): &&(&str, _)| known.eq_ignore_ascii_case(self.extension);
        let copied = EXTENSIONS.iter().find(is_it).filter(|_| !self.is_markdown);
        copied.map_or(".html", |(_, page)| page)
    }

    /// Whether the file bypasses Markdown.
    pub fn is_html(&self) -> bool {
        !self.is_markdown && !self.extension.eq_ignore_ascii_case("txt")
    }
}

/// What the name of a file that can be a post says.
struct File<'a> {
    stem: &'a str,
    extension: &'a str,
    is_markdown: bool,
}

impl<'a> File<'a> {
    /// What that of `path` says; `None` when it is none of a post.
    fn of(path: &'a str, layout: &Layout) -> Option<Self> {
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        let (stem, extension) = name.rsplit_once('.')?;
        let is_markdown = layout.markdown.iter().any(|it| it.eq_ignore_ascii_case(extension));
        let is_known = || EXTENSIONS.iter().any(|(known, _)| known.eq_ignore_ascii_case(extension));
        let is_one = (is_markdown || is_known()) && !stem.is_empty() && !is_ignored(name);
        is_one.then_some(Self { stem, extension, is_markdown })
    }
}

/// The first of some folders that a path is below: its rank, its name, and what is below it.
fn below_root<'a, 'r>(path: &'a str, roots: &'r [String]) -> Option<(usize, &'r String, &'a str)> {
    let is_below =
        |root: &String| path.strip_prefix(root.as_str()).and_then(|rest| rest.strip_prefix('/'));
    let mut ranked = roots.iter().enumerate();
    ranked.find_map(|(index, root)| Some((index + 1, root, is_below(root)?)))
}

/// A name below a root, under the folders above it. NFC: the same name typed on two systems is one
/// key.
fn under<'a>(folders: &str, name: Cow<'a, str>) -> Cow<'a, str> {
    match name {
        Cow::Borrowed(name) if folders.is_empty() => nfc(name),
        name if folders.is_empty() => Cow::Owned(nfc(&name).into_owned()),
        name => Cow::Owned(nfc(&format!("{folders}/{name}")).into_owned()),
    }
}

/// A name below a root: `index` has that of its folder, which holds the pictures of one post.
fn bundle(name: &str) -> &str {
    name.strip_suffix("/index").unwrap_or(name)
}

/// A name without the folders whose names are digits alone: `2024/05/x` is `x`.
pub fn without_numbers(name: &str) -> Cow<'_, str> {
    let Some((folders, last)) = name.rsplit_once('/') else { return Cow::Borrowed(name) };
    let is_number = |folder: &&str| folder.bytes().all(|byte| byte.is_ascii_digit());
    if !folders.split('/').any(|folder| is_number(&folder)) {
        return Cow::Borrowed(name);
    }
    let mut kept = String::with_capacity(name.len());
    for folder in folders.split('/').filter(|folder| !is_number(folder)) {
        kept.push_str(folder);
        kept.push('/');
    }
    if kept.is_empty() { Cow::Borrowed(last) } else { Cow::Owned(kept + last) }
}

/// The long key of the post that Liquid's `post_url NAME` or `link PATH` names.
pub fn named_key(words: &str, layout: &Layout) -> String {
    let path = words.trim_matches(['"', '\'', '/', ' ']);
    Origin::of(path, layout).map_or_else(|| path.to_owned(), |origin| origin.long_key.into_owned())
}

/// What stands above the innermost folder `_posts` in a path, and what below it.
fn around_posts(path: &str) -> Option<(&str, &str)> {
    let ends = signs(path, b'/').filter_map(|slash| {
        let above = path[..slash].strip_suffix(POSTS)?;
        (above.is_empty() || above.ends_with('/')).then_some((above, &path[slash + 1..]))
    });
    let (above, below) = ends.last()?;
    Some((above.trim_end_matches('/'), below))
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
