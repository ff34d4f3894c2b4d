//! What of a site is read: `feedmill.content`, `exclude`, `include` and `markdown_ext`.

use crate::content::config::Section;
use crate::content::front_matter::node::Node;
use crate::content::post_path::MARKDOWN;
use crate::content::text::shown;
use crate::diagnostic::finding::{Finding, Result};

/// What `markdown_ext` can be.
const ENDINGS: &str = "endings with commas and no blanks between them: `markdown,md`";

/// Patterns of paths below the site: a slash at the end says that it is a folder.
pub fn patterns(node: Option<&Node>) -> Vec<String> {
    let Some(Node::List(items)) = node else { return Vec::new() };
    let pattern = |item: &Node| item.text().map(|text| text.trim_start_matches('/').to_owned());
    items.iter().filter_map(pattern).filter(|pattern| !pattern.is_empty()).collect()
}

/// What files in Markdown end in, as Jekyll takes it: blanks are part of an ending.
pub fn markdown_ext(top: &Section<'_>, findings: &mut Vec<Finding>) -> Vec<String> {
    let Some(written) = top.loose_text("markdown_ext") else {
        return MARKDOWN.map(str::to_owned).to_vec();
    };
    let (endings, others): (Vec<&str>, Vec<&str>) =
        written.split(',').partition(|ending| !ending.contains(char::is_whitespace));
    let dropped = |ending: &str| top.dropped("markdown_ext", shown(ending), ENDINGS);
    findings.extend(others.into_iter().map(dropped));
    endings.into_iter().map(str::to_lowercase).filter(|ending| !ending.is_empty()).collect()
}

/// The folders of posts beside every `_posts`.
///
/// # Errors
/// When one is not inside the site.
pub fn folders(ours: &Section<'_>) -> Result<Vec<String>> {
    let mut folders = Vec::new();
    for folder in ours.texts("content")? {
        let folder = folder.trim_start_matches("./").trim_matches('/').to_owned();
        if folder.is_empty() || folder.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(ours.bad(
                "content",
                &Node::Text(folder),
                "folders inside the site, like `old_post`",
            ));
        }
        folders.push(folder);
    }
    Ok(folders)
}

/// Whether a pattern of `exclude` or `include` means a path, as Jekyll has it: it is like the path, is
/// its beginning, or is the path with a slash.
pub fn is_meant(path: &str, pattern: &str) -> bool {
    path.starts_with(pattern) || pattern.strip_suffix('/') == Some(path) || is_like(path, pattern)
}

/// Whether a path is like a pattern, as Ruby's `File.fnmatch` has it for Jekyll's `exclude`: `*`
/// stands for any characters, slashes too, and `?` for one.
fn is_like(path: &str, pattern: &str) -> bool {
    let (path, pattern): (Vec<char>, Vec<char>) =
        (path.chars().collect(), pattern.chars().collect());
    let (mut at, mut next) = (0, 0);
    // Where the last `*` stood, and how far into the path it reaches.
    let mut star: Option<(usize, usize)> = None;
    while at < path.len() {
        match pattern.get(next) {
            Some('*') => {
                star = Some((next, at));
                next += 1;
            }
            Some(c) if *c == '?' || *c == path[at] => (at, next) = (at + 1, next + 1),
            _ => {
                let Some((stood, reached)) = star else { return false };
                star = Some((stood, reached + 1));
                (at, next) = (reached + 1, stood + 1);
            }
        }
    }
    pattern[next..].iter().all(|c| *c == '*')
}
