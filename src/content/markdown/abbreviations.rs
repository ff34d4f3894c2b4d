//! kramdown's abbreviations: `*[HTML]: Hypertext Markup Language` explains each `HTML` of the text.

use std::borrow::Cow;

use crate::content::html::attributes::escape;
use crate::content::markdown::code::Fences;
use crate::content::text::has_sign;

/// Most abbreviations of a text: each word is compared with each of them.
const MOST: usize = 64;

/// How much the explanations may add to a text, in bytes: each is written as often as its word.
const MAX_GROWTH: usize = 256 << 10;

/// The abbreviations of a text.
#[derive(Debug, Default)]
pub struct Abbreviations {
    /// Each word with what it stands for.
    known: Vec<(String, String)>,
    growth: usize,
}

impl Abbreviations {
    /// Takes the definitions out of a text.
    pub fn take(markdown: Cow<'_, str>) -> (Cow<'_, str>, Self) {
        let mut found = Self::default();
        if !has_sign(&markdown, b'*') || !markdown.lines().any(|line| definition(line).is_some()) {
            return (markdown, found);
        }
        let mut fences = Fences::default();
        let mut rest = String::with_capacity(markdown.len());
        for line in markdown.split_inclusive('\n') {
            let is_code = fences.covers(line);
            match definition(line).filter(|_| !is_code) {
                Some((word, title)) if found.known.len() < MOST => {
                    // The last definition of a word counts.
                    found.known.retain(|(known, _)| known != word);
                    found.known.push((word.to_owned(), title.to_owned()));
                }
                Some(_) => {}
                None => rest.push_str(line),
            }
        }
        (Cow::Owned(rest), found)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// A piece of text as HTML with its abbreviations explained; nothing where it has none.
    pub fn explain(&mut self, text: &str) -> Option<String> {
        let mut html = String::new();
        let mut copied = 0;
        let mut before = ' ';
        for (at, character) in text.char_indices() {
            let begins = at >= copied && !before.is_alphanumeric();
            before = character;
            if !begins || self.growth > MAX_GROWTH {
                continue;
            }
            let rest = &text[at..];
            let ends = |word: &str| {
                let behind = rest[word.len()..].chars().next();
                behind.is_none_or(|next| !next.is_alphanumeric())
            };
            // The longest word counts.
            let words =
                self.known.iter().filter(|(word, _)| rest.starts_with(&**word) && ends(word));
            let Some((word, title)) = words.max_by_key(|(word, _)| word.len()) else { continue };
            escape(&mut html, &text[copied..at]);
            html.push_str("<abbr title=\"");
            escape(&mut html, title);
            html.push_str("\">");
            escape(&mut html, word);
            html.push_str("</abbr>");
            copied = at + word.len();
            self.growth += title.len() + word.len();
        }
        if copied == 0 {
            return None;
        }
        escape(&mut html, &text[copied..]);
        Some(html)
    }
}

/// The word and the text of a definition.
fn definition(line: &str) -> Option<(&str, &str)> {
    let text = line.trim_end();
    let bare = text.trim_start_matches(' ');
    if text.len() - bare.len() > 3 {
        return None;
    }
    let (word, title) = bare.strip_prefix("*[")?.split_once("]:")?;
    (!word.trim().is_empty()).then(|| (word, title.trim()))
}
