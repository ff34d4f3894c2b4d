//! What a site wants cleaned out of its posts: `feedmill.clean`, compiled once.
//!
//! The only owner of `regex`.

use std::borrow::Cow;

use crate::content::html::context::Selectors;
use crate::content::html::trust::Trust;
use crate::content::markdown;
use crate::content::text::has_signs;
use crate::diagnostic::Error;

/// The site's patterns; the default has none.
#[derive(Debug, Clone, Default)]
pub struct Cleaning {
    drop_lines: Option<regex::RegexSet>,
    source_link: Option<regex::Regex>,
    author_pattern: Option<regex::Regex>,
    selectors: Selectors,
    trust: Trust,
}

/// The patterns as the site file has them, under `feedmill.clean`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Patterns<'a> {
    /// `lines`: a source line that one of these regexes matches is dropped.
    pub lines: &'a [String],
    /// `elements`: an element that one of these CSS selectors matches is removed.
    pub elements: &'a [String],
    /// `source_link`: a line that this regex matches holds the source link, in its first group or
    /// as a whole, and is dropped.
    pub source_link: Option<&'a str>,
    /// `author`: the CSS selector of the element whose text is the author; it is removed.
    pub author: Option<&'a str>,
    /// `author_pattern`: a regex whose first group, or whole match, is the name in that text.
    /// An element that it does not match stays.
    pub author_pattern: Option<&'a str>,
    /// `feedmill.images`: the attributes that each image gets, and their values.
    pub images: &'a [(&'static str, &'static str)],
    /// `feedmill.sanitize`: how far the authors of posts are trusted.
    pub trust: Trust,
}

impl Cleaning {
    /// Compiles the patterns.
    ///
    /// # Errors
    /// The first pattern that is wrong, with its key and the reason.
    pub fn new(patterns: &Patterns) -> Result<Self, Error> {
        for pattern in patterns.lines {
            compile("lines", pattern)?;
        }
        let drop_lines = (!patterns.lines.is_empty()).then(|| regex::RegexSet::new(patterns.lines));
        let drop_lines = drop_lines
            .transpose()
            .map_err(|error| bad("lines", &patterns.lines.join(" | "), &error.to_string()))?;
        let mut selectors = Selectors::default();
        for selector in patterns.elements {
            // One by one first, so that the message names the one that is wrong.
            Selectors::default()
                .remove(selector)
                .map_err(|reason| bad("elements", selector, &reason))?;
        }
        if !patterns.elements.is_empty() {
            let all = patterns.elements.join(", ");
            selectors.remove(&all).map_err(|reason| bad("elements", &all, &reason))?;
        }
        if let Some(author) = patterns.author {
            selectors.author(author).map_err(|reason| bad("author", author, &reason))?;
        }
        for (name, value) in patterns.images {
            selectors.image(name, value);
        }
        let source_link = patterns.source_link.map(|p| compile("source_link", p)).transpose()?;
        let author_pattern =
            patterns.author_pattern.map(|p| compile("author_pattern", p)).transpose()?;
        Ok(Self { drop_lines, source_link, author_pattern, selectors, trust: patterns.trust })
    }

    /// The selectors of elements.
    pub fn selectors(&self) -> &Selectors {
        &self.selectors
    }

    /// How far the authors of posts are trusted.
    pub fn trust(&self) -> Trust {
        self.trust
    }

    /// The author in the text of the author's element.
    pub fn author(&self, text: &str) -> Option<String> {
        let name = match &self.author_pattern {
            Some(pattern) => first_group(pattern, text)?,
            None => text,
        };
        let name = name.trim();
        (!name.is_empty()).then(|| name.to_owned())
    }

    /// The lines of a post that stay, and the source link of one that does not.
    ///
    /// Patterns see lines without the blanks around them. Lines of fenced code are left alone where
    /// `has_fences`. A line `<>` is the remainder of an empty link and always goes.
    pub fn lines<'t>(&self, text: &'t str, has_fences: bool) -> (Cow<'t, str>, Option<String>) {
        let is_idle = self.drop_lines.is_none() && self.source_link.is_none();
        if is_idle && !has_signs(text, "<>") {
            return (Cow::Borrowed(text), None);
        }
        let mut fences = markdown::code::Fences::default();
        let mut source_link = None;
        let mut kept = String::with_capacity(text.len());
        for line in text.split_inclusive('\n') {
            let is_code = has_fences && fences.covers(line);
            let bare = line.trim();
            if is_code || bare.is_empty() {
                kept.push_str(line);
                continue;
            }
            let link = self.source_link.as_ref().and_then(|pattern| first_group(pattern, bare));
            if let Some(link) = link {
                source_link.get_or_insert_with(|| link.to_owned());
            } else if bare != "<>" && !self.drops(bare) {
                kept.push_str(line);
            }
        }
        if kept.len() == text.len() {
            return (Cow::Borrowed(text), source_link);
        }
        (Cow::Owned(kept), source_link)
    }

    fn drops(&self, line: &str) -> bool {
        self.drop_lines.as_ref().is_some_and(|patterns| patterns.is_match(line))
    }
}

/// The first group of a match, or all of it where the pattern has no group.
fn first_group<'t>(pattern: &regex::Regex, text: &'t str) -> Option<&'t str> {
    if pattern.captures_len() == 1 {
        return pattern.find(text).map(|found| found.as_str());
    }
    // Most lines do not match, and finding that out is cheaper without groups.
    if !pattern.is_match(text) {
        return None;
    }
    let groups = pattern.captures(text)?;
    groups.iter().skip(1).flatten().next().map(|group| group.as_str())
}

fn compile(key: &'static str, pattern: &str) -> Result<regex::Regex, Error> {
    regex::Regex::new(pattern).map_err(|error| bad(key, pattern, &error.to_string()))
}

fn bad(key: &'static str, pattern: &str, reason: &str) -> Error {
    // The regex crate draws the pattern over several lines; the last one says what is wrong.
    let reason = reason.lines().last().unwrap_or("").trim();
    let reason = reason.strip_prefix("error: ").unwrap_or(reason);
    Error::BadPattern { key, pattern: pattern.to_owned(), reason: reason.to_owned() }
}
