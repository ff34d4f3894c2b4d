//! Settings of Jekyll's that change what its pages show, and that entries do not follow: each is
//! told once, with its line, and none that leaves entries as they are.

use crate::content::config::Section;
use crate::content::front_matter::node::Node;
use crate::content::text::shown;
use crate::diagnostic::Error;
use crate::diagnostic::finding::Finding;

/// Plugins that change the HTML of posts, by a part of their names.
const PLUGINS: &[&str] = &[
    "asciidoc",
    "auto-image",
    "emoji",
    "jekyll-admonition",
    "jekyll-figure",
    "jekyll-last-modified-at",
    "jekyll-loading-lazy",
    "jekyll-mentions",
    "jekyll-mermaid",
    "jekyll-optional-front-matter",
    "jekyll-pandoc",
    "jekyll-scholar",
    "jekyll-spaceship",
    "jekyll-target-blank",
    "jekyll-textile",
    "jekyll-titles-from-headings",
    "jekyll-toc",
    "jekyll-youtube",
    "jemoji",
    "katex",
    "picture",
];

/// What is not followed: the keys that lead to it, whether a value changes anything, and what to do.
type Setting = (&'static [&'static str], fn(&Node) -> bool, &'static str);

const SETTINGS: &[Setting] = &[
    (&["collections_dir"], is_text, "move `_posts` into the site's own folder"),
    (&["encoding"], is_not_utf8, "save posts as UTF-8"),
    (&["kramdown", "footnote_nr"], is_not_one, "compare an entry with its page"),
    (&["kramdown", "header_offset"], is_not_zero, "compare an entry with its page"),
    (&["kramdown", "html_to_native"], is_on, "compare an entry with its page"),
    (&["kramdown", "math_engine"], is_math, "compare an entry with its page"),
    (&["kramdown", "parse_block_html"], is_on, "write `markdown=\"1\"` on the elements"),
    (&["kramdown", "parse_span_html"], is_off, "compare an entry with its page"),
    (&["limit_posts"], is_not_zero, "set `feedmill.limit`"),
    (&["liquid", "strict_filters"], is_on, "an unknown filter stops Jekyll, and no entry"),
    (&["liquid", "strict_variables"], is_on, "an unknown variable stops Jekyll, and no entry"),
    (&["markdown"], is_processor, "compare an entry with its page"),
    (&["show_drafts"], is_on, "name `_drafts` under `feedmill.content`"),
    (&["source"], is_text, "give feedmill that folder as SITE"),
    (&["unpublished"], is_on, "take `published: false` out of the posts"),
];

/// What there is to say of a whole configuration.
pub fn findings(top: &Section<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (keys, changes, instead) in SETTINGS {
        let (section, key) = match keys {
            [above, key] => (top.loose_section(std::slice::from_ref(above)), key),
            [key, ..] => (*top, key),
            [] => continue,
        };
        if let Some(node) = section.node(key).filter(|node| changes(node)) {
            let found = node.text().map_or_else(|| node.kind().to_owned(), shown);
            let error = Error::NotFollowed { key: keys.join("."), found, instead };
            findings.push(section.warning(key, error));
        }
    }
    for key in ["plugins", "gems"] {
        let Some(Node::List(items)) = top.node(key) else { continue };
        let renders = |name: &&str| PLUGINS.iter().any(|part| name.contains(part));
        let names: Vec<String> =
            items.iter().filter_map(Node::text).filter(renders).map(shown).collect();
        if !names.is_empty() {
            let (key, found) = (key.to_owned(), names.join(", "));
            let instead = "what they add to pages is in no entry";
            let error = Error::NotFollowed { key: key.clone(), found, instead };
            findings.push(top.warning(&key, error));
        }
    }
    findings
}

fn is_on(node: &Node) -> bool {
    *node == Node::Bool(true)
}

fn is_off(node: &Node) -> bool {
    *node == Node::Bool(false)
}

fn is_text(node: &Node) -> bool {
    node.text().is_some_and(|text| !matches!(text.trim_matches('/'), "" | "."))
}

fn is_not_zero(node: &Node) -> bool {
    node.text().is_some_and(|text| text != "0")
}

fn is_not_one(node: &Node) -> bool {
    node.text().is_some_and(|text| text != "1")
}

fn is_not_utf8(node: &Node) -> bool {
    node.text().is_some_and(|text| !matches!(&*text.to_lowercase(), "utf-8" | "utf8" | "bom|utf-8"))
}

/// An engine that writes HTML into pages; `mathjax` leaves TeX as it stands.
fn is_math(node: &Node) -> bool {
    node.text().is_some_and(|text| !matches!(text, "" | "mathjax" | "false"))
}

fn is_processor(node: &Node) -> bool {
    let known = ["kramdown", "gfm", "commonmark", "commonmarkghpages", "commonmarkplus"];
    node.text().is_some_and(|text| !known.contains(&&*text.to_lowercase()))
}
