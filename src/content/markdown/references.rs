//! Reference definitions as kramdown takes them: of two with one label the last counts, and a blank
//! may stand between a text and its label, as in `[text] [label]`.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::content::markdown::code::{Leaf, Lines};
use crate::content::markdown::line::line_end;
use crate::content::text::has_sign;

/// A text that says the same to the parser, for which the first definition counts.
pub fn settled(markdown: Cow<'_, str>) -> Cow<'_, str> {
    if !has_sign(&markdown, b'[') || !markdown.contains("]:") {
        return markdown;
    }
    let mut last: HashMap<String, usize> = HashMap::new();
    let (mut has_twice, mut has_odd) = (false, false);
    let mut lines = Lines::of(&markdown);
    let mut at = 0;
    while at < markdown.len() {
        let end = line_end(&markdown, at);
        let passes = lines.passes(&markdown[at..end], at);
        let line = &markdown[at..end];
        if let Some(label) = label(line).filter(|_| !passes) {
            has_twice |= last.insert(label, at).is_some();
            has_odd |= in_brackets(line).is_some();
        }
        at = end;
    }
    let may_differ = || markdown.contains("] [") || has_sign(&markdown, b'\\');
    if last.is_empty() || (!has_twice && !has_odd && !may_differ()) {
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
        let label = label(line).filter(|_| !passes);
        let is_former =
            label.as_ref().is_some_and(|label| last.get(label).is_some_and(|last| *last != at));
        let odd = label.and_then(|_| in_brackets(line));
        if passes {
            out.push_str(line);
        } else if is_former {
        } else if let Some(definition) = odd {
            out.push_str(&definition);
        } else {
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
    // The last `[`, and whether a label begins with it.
    let (mut open, mut is_label) = (None, false);
    while at < end {
        let is_sign = |byte: &u8| matches!(byte, b'`' | b'\\' | b'[' | b']');
        let Some(found) = bytes[at..end].iter().position(is_sign) else { break };
        at += found;
        at = match bytes[at] {
            b'`' => leaf.behind_code(text, at),
            b'\\' => at + 2,
            b'[' => {
                (open, is_label) = (Some(at + 1), at > 0 && bytes[at - 1] == b']');
                at + 1
            }
            // What follows a label begins another link.
            _ if is_label => at + 1,
            _ => {
                let words = open.take().map_or("", |open| &text[open..at]);
                let behind = &text[at..end];
                let label = behind.strip_prefix("] [").and_then(|rest| rest.split_once(']'));
                if label.is_some_and(|(label, _)| defined.contains_key(&folded(label))) {
                    out.push_str(&text[copied..=at]);
                    copied = at + "] ".len();
                } else if let Some(label) = bare_label(words, behind, defined) {
                    out.push_str(&text[copied..=at]);
                    out.extend(["[", &label, "]"]);
                    copied = at + if behind.starts_with("][]") { "][]".len() } else { "]".len() };
                }
                at + 1
            }
        };
    }
    out.push_str(&text[copied..end]);
    at
}

/// A definition with its address in angle brackets, where that has blanks or parentheses: the parser
/// would take it, and each definition behind it, for text.
fn in_brackets(line: &str) -> Option<String> {
    let (label, behind) = line.split_once("]:")?;
    let written = behind.trim();
    let quote = written.chars().next_back().filter(|quote| matches!(quote, '"' | '\''));
    let title = quote.and_then(|quote| {
        written[..written.len() - 1].rfind(&*format!(" {quote}")).filter(|at| *at > 0)
    });
    let (address, title) = written.split_at(title.unwrap_or(written.len()));
    let is_odd = address.contains([' ', '\t', '(', ')']) && !address.contains(['<', '>']);
    is_odd.then(|| format!("{label}]: <{}>{title}\n", address.trim_end()))
}

/// The label that words with escapes stand for, where it is defined without them.
fn bare_label(words: &str, behind: &str, defined: &HashMap<String, usize>) -> Option<String> {
    let is_its_own = behind.starts_with("][]") || !behind[1..].starts_with(['[', '(', ':']);
    if !is_its_own || !words.contains('\\') || defined.contains_key(&folded(words)) {
        return None;
    }
    let mut bare = String::with_capacity(words.len());
    let mut signs = words.chars().peekable();
    while let Some(sign) = signs.next() {
        let is_escape = sign == '\\' && signs.peek().is_some_and(char::is_ascii_punctuation);
        bare.extend((!is_escape).then_some(sign));
        if is_escape {
            bare.extend(signs.next());
        }
    }
    defined.contains_key(&folded(&bare)).then_some(bare)
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
