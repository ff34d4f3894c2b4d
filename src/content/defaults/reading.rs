//! How `defaults:` is read from the configuration, and what there is to say of its values: once for
//! each, and not once for each post that has them.

use crate::content::config::Section;
use crate::content::defaults::{Defaults, Place, Set, below};
use crate::content::fields::reader::Fields;
use crate::content::front_matter::FrontMatter;
use crate::content::front_matter::lines::value_of;
use crate::content::front_matter::node::Node;
use crate::content::glob::Glob;
use crate::content::post_path::{Layout, Origin};
use crate::content::site::Site;
use crate::content::text::shown;
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Severity};

/// How many entries are read.
const MAX_SETS: usize = 256;

/// What `defaults` can be.
const ENTRIES: &str = "a list of entries, each with `scope` and `values`";

/// What the path of a scope can be.
const A_PATH: &str = "a path as it is below the site, without a slash before it: `_posts/news`";

/// Keys that would be the same of all posts, where each needs its own.
const ONE_EACH: &[&str] = &["id", "guid"];

/// Reads all entries.
pub fn read(top: &Section<'_>, text: &str, findings: &mut Vec<Finding>) -> Defaults {
    let entries = match top.node("defaults") {
        None | Some(Node::Null) => return Defaults::default(),
        Some(Node::List(entries)) => entries.as_slice(),
        Some(other) => {
            findings.push(top.dropped("defaults", other.kind().to_owned(), ENTRIES));
            return Defaults::default();
        }
    };
    let collections = top.loose_text("collections_dir").unwrap_or_default();
    let collections = collections.trim_matches('/').to_owned();
    let first = top.line("defaults");
    let lines = lines(text, first, entries.len());
    let mut sets = Vec::new();
    for (entry, (line, text)) in entries.iter().zip(lines).take(MAX_SETS) {
        let warning = |error| Finding { line, ..top.warning("defaults", error) };
        let Some(Node::Map(values)) = entry.get("values") else {
            let (key, found) = ("defaults".to_owned(), "an entry without `values`".to_owned());
            findings.push(warning(Error::Dropped { key, found, expected: ENTRIES }));
            continue;
        };
        let scope = entry.get("scope").unwrap_or(&Node::Null);
        let path = scope.get("path").and_then(Node::text).unwrap_or_default();
        if path.starts_with('/') {
            let (key, found) = ("defaults.scope.path".to_owned(), shown(path));
            findings.push(warning(Error::Dropped { key, found, expected: A_PATH }));
            continue;
        }
        let kind = scope.get("type").and_then(Node::text).map(|kind| match kind {
            "post" | "draft" => format!("{kind}s"),
            kind => kind.to_owned(),
        });
        let mut set = Set {
            place: match path {
                "" => Place::Everywhere,
                path if path.contains('*') => Place::Like(Glob::new(below(path, &collections))),
                path => Place::Prefix(below(path, &collections).to_owned()),
            },
            length: path.chars().count(),
            kind,
            values: values.clone(),
            text,
            line,
        };
        for key in ONE_EACH.iter().filter(|key| set.get(key).is_some()) {
            let error = Error::Dropped {
                key: format!("defaults.values.{key}"),
                found: "a default".to_owned(),
                expected: "in the front matter of a single post",
            };
            findings.push(Finding { line: set.line_of(key), ..top.warning("defaults", error) });
        }
        set.values.retain(|(key, _)| !ONE_EACH.contains(&key.as_str()));
        sets.push(set);
    }
    if entries.len() > MAX_SETS {
        let error = Error::TooManyNames { key: "defaults", limit: MAX_SETS };
        findings.push(top.warning("defaults", error));
    }
    Defaults { sets, collections }
}

/// What there is to say of the values of a site's entries, as of those of a post.
pub fn check(site: &Site, top: &Section<'_>, findings: &mut Vec<Finding>) {
    let path = "_posts/2000-01-01-post.md";
    let Some(origin) = Origin::of(path, &Layout::below(Vec::new())) else { return };
    for set in &site.defaults.sets {
        let front = FrontMatter::of_lines(set.values.clone(), &set.text, set.line);
        let mut remarks = Vec::new();
        // Whether that gives a post is no matter here: what it would say is in the remarks, too.
        let failed = Fields::new(&front, &origin, site, &mut remarks).post("").err();
        for remark in remarks.into_iter().chain(failed) {
            let line = if remark.line == 0 { set.line } else { remark.line };
            let severity = remark.severity.min(Severity::Warning);
            let warning = top.warning("defaults", remark.error);
            findings.push(Finding { severity, line, ..warning });
        }
    }
}

/// The line on which each entry begins, and its lines without their indentation. Where entries do
/// not stand on lines of their own, that is the line of the key for all.
fn lines(text: &str, first: usize, count: usize) -> Vec<(usize, String)> {
    let mut entries: Vec<(usize, String)> = Vec::new();
    let mut depth = None;
    for (index, line) in text.lines().enumerate().skip(first) {
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        let is_other_key = indent == 0 && !bare.is_empty() && !bare.starts_with(['-', '#']);
        if is_other_key {
            break;
        }
        let begins = bare.starts_with('-') && *depth.get_or_insert(indent) == indent;
        if begins {
            entries.push((index + 1, String::new()));
        }
        if let Some((_, entry)) = entries.last_mut() {
            let bare = bare.trim_start_matches("- ").trim_start();
            let values = value_of(bare, "values").map_or(bare, str::trim_start);
            entry.push_str(values.trim_start_matches('{').trim_start());
            entry.push('\n');
        }
    }
    if entries.len() == count { entries } else { vec![(first, String::new()); count] }
}
