//! `page.excerpt`: the first paragraph of the post, or what stands before its separator.

use std::collections::HashSet;

use crate::content::dependency::Use;
use crate::content::liquid::expand;
use crate::content::liquid::variables::{Highlight, Variables};
use crate::content::markdown;
use crate::content::markdown::dialect::Flavor;

/// What ends an excerpt when nothing is configured, as in Jekyll.
const SEPARATOR: &str = "\n\n";

/// The longest excerpt, in bytes.
const MAX_EXCERPT: usize = 16 << 10;

/// The HTML of the excerpt, and what it uses.
pub fn shown(variables: &Variables<'_>, highlight: Highlight) -> (String, Vec<Use>) {
    let body = variables.body.trim_start_matches(['\n', '\r']);
    let separator = variables.separator.filter(|it| !it.is_empty()).unwrap_or(SEPARATOR);
    let head = body.split(separator).next().unwrap_or_default();
    let head = &head[..head.floor_char_boundary(MAX_EXCERPT)];
    let text = [head, &definitions(head, &body[head.len()..])].concat();
    // An excerpt that names itself has nothing in that place.
    let expanded = expand(&text, highlight, &Variables { body: "", ..*variables }, false);
    let html = match highlight {
        Highlight::Fenced => {
            let flavor = variables.dialect.flavor.unwrap_or(Flavor::Kramdown);
            markdown::to_html(&expanded.text, flavor, variables.dialect)
        }
        Highlight::Html => expanded.text.into_owned(),
    };
    (html, expanded.uses)
}

/// The definitions of links behind an excerpt whose names are in it.
fn definitions(head: &str, tail: &str) -> String {
    let names: HashSet<&str> =
        head.split('[').skip(1).filter_map(|rest| Some(rest.split_once(']')?.0)).collect();
    let mut found = String::new();
    for line in tail.lines().map(str::trim_start) {
        let name = line.strip_prefix('[').and_then(|rest| rest.split_once("]:"));
        if name.is_some_and(|(name, _)| names.contains(name)) && found.len() < MAX_EXCERPT {
            found.push_str(if found.is_empty() { "\n\n" } else { "\n" });
            found.push_str(line);
        }
    }
    found
}
