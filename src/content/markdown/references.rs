//! Reference definitions as kramdown takes them: of two with one label the last counts, and a blank
//! may stand between a text and its label, as in `[text] [label]`.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::content::markdown::code::{Leaf, Lines, line_end};
use crate::content::text::has_sign;

/// A text that says the same to the parser, for which the first definition counts.
pub fn settled(markdown: Cow<'_, str>) -> Cow<'_, str> {
    if !has_sign(&markdown, b'[') || !markdown.contains("]:") {
        return markdown;
    }
    let mut last: HashMap<String, usize> = HashMap::new();
    let mut has_twice = false;
    let mut lines = Lines::of(&markdown);
    let mut at = 0;
    while at < markdown.len() {
        let end = line_end(&markdown, at);
        let passes = lines.passes(&markdown[at..end], at);
        if let Some(label) = label(&markdown[at..end]).filter(|_| !passes) {
            has_twice |= last.insert(label, at).is_some();
        }
        at = end;
    }
    if last.is_empty() || (!has_twice && !markdown.contains("] [")) {
        return markdown;
    }
    let mut out = String::with_capacity(markdown.len());
    let mut lines = Lines::of(&markdown);
    let mut leaf = Leaf::default();
    let mut code = 0;
    at = 0;
    while at < markdown.len() {
        let end = line_end(&markdown, at);
        let line = &markdown[at..end];
        let passes = lines.passes(line, at);
        let is_former = label(line)
            .filter(|_| !passes)
            .is_some_and(|label| last.get(&label).is_some_and(|last| *last != at));
        if passes {
            out.push_str(line);
        } else if !is_former {
            code = push_joined(&mut out, &markdown, (at.max(code), at, end), &mut leaf, &last);
        }
        at = end;
    }
    Cow::Owned(out)
}

/// Writes a line without the blanks before labels that are defined; gives the end of its code.
fn push_joined(
    out: &mut String,
    text: &str,
    (from, start, end): (usize, usize, usize),
    leaf: &mut Leaf,
    defined: &HashMap<String, usize>,
) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut copied) = (from.min(end), start);
    while at < end {
        let is_sign = |byte: &u8| matches!(byte, b'`' | b'\\' | b']');
        let Some(found) = bytes[at..end].iter().position(is_sign) else { break };
        at += found;
        at = match bytes[at] {
            b'`' => leaf.behind_code(text, at),
            b'\\' => at + 2,
            _ => {
                let label = text[at..end].strip_prefix("] [").and_then(|rest| rest.split_once(']'));
                if label.is_some_and(|(label, _)| defined.contains_key(&folded(label))) {
                    out.push_str(&text[copied..=at]);
                    copied = at + "] ".len();
                }
                at + 1
            }
        };
    }
    out.push_str(&text[copied..end]);
    at
}

/// The label of a definition; that of a footnote is none.
fn label(line: &str) -> Option<String> {
    let bare = line.trim_start_matches(' ');
    let (label, behind) = bare.strip_prefix('[')?.split_once("]:")?;
    let is_label =
        !label.starts_with('^') && !label.contains(['[', ']']) && !label.trim().is_empty();
    let is_whole = line.len() - bare.len() <= 3 && !behind.trim().is_empty();
    (is_label && is_whole).then(|| folded(label))
}

fn folded(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
