//! Footnotes within an entry: their links lead to notes of the same entry, so that a reader can show a
//! note beside the text (DPUB-ARIA 1.1, `doc-noteref`, `doc-endnotes`, `doc-backlink`).
//!
//! Readers show several entries on one page, so each id holds the hash of its post's path.

use std::borrow::Cow;

use crate::base::hash::Hash;

/// How many digits of the hash an id holds.
const DIGITS: usize = 8;

/// The longest name of a note, in bytes.
const MAX_NAME: usize = 128;

/// The HTML that the parser made of a Markdown text, its footnotes named for the post at `path`.
pub fn named(html: String, path: &str) -> String {
    if !html.contains("data-footnote") {
        return html;
    }
    let hash = Hash::of_file(path.as_bytes()).to_string();
    let hash = &hash[..DIGITS];
    html.replace("<a href=\"#fn-", &format!("<a role=\"doc-noteref\" href=\"#fn-{hash}-"))
        .replace("<a href=\"#fnref-", &format!("<a role=\"doc-backlink\" href=\"#fnref-{hash}-"))
        .replace("\" id=\"fnref-", &format!("\" id=\"fnref-{hash}-"))
        .replace("<li id=\"fn-", &format!("<li id=\"fn-{hash}-"))
        .replace("<section class=\"footnotes\"", "<section role=\"doc-endnotes\"")
}

/// The same for a stranger's post, which keeps no ids: its links lead to the notes of the page, which
/// kramdown names `fn:1`.
pub fn of_page(html: String) -> String {
    if !html.contains("data-footnote") {
        return html;
    }
    html.replace("href=\"#fn-", "href=\"#fn:").replace("href=\"#fnref-", "href=\"#fnref:")
}

/// What is kept of the attributes of a footnote's link, of a note or of all of them; `None` where it is
/// none of these.
pub fn attributes<'a>(
    tag: &str,
    attributes: &(impl Iterator<Item = (&'a str, &'a str)> + Clone),
) -> Option<Vec<(&'static str, Cow<'a, str>)>> {
    if !matches!(tag, "a" | "li" | "section") {
        return None;
    }
    let value = |wanted: &str| attributes.clone().find(|(name, _)| *name == wanted).map(|(_, v)| v);
    let id = value("id").filter(|id| is_id(id)).map(|id| ("id", id.into()));
    match (tag, value("role")) {
        ("li", _) => Some(vec![id?]),
        ("section", Some("doc-endnotes")) => {
            Some(vec![("class", "footnotes".into()), ("role", "doc-endnotes".into())])
        }
        ("a", Some(role @ ("doc-noteref" | "doc-backlink"))) => {
            let href = value("href").filter(|href| href.strip_prefix('#').is_some_and(is_id))?;
            let class = if role == "doc-noteref" { "footnote" } else { "footnote-backref" };
            let rest = [("class", class.into()), ("role", role.into()), ("href", href.into())];
            Some(id.into_iter().chain(rest).collect())
        }
        _ => None,
    }
}

/// Whether an id is one of those that [`named`] gives.
fn is_id(id: &str) -> bool {
    let behind = id.strip_prefix("fn-").or_else(|| id.strip_prefix("fnref-"));
    let Some((hash, name)) = behind.and_then(|behind| behind.split_once('-')) else { return false };
    let is_name = |sign: char| sign.is_alphanumeric() || "-_.:%".contains(sign);
    hash.len() == DIGITS
        && hash.bytes().all(|digit| digit.is_ascii_hexdigit())
        && (1..=MAX_NAME).contains(&name.len())
        && name.chars().all(is_name)
}
