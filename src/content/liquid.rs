//! The little Liquid that posts cannot do without: `raw`, `highlight`, `comment`, the variables of
//! site and page, `link` and `post_url`. Everything else is dropped, the text between tags stays.
//!
//! Never fatal and linear in time and space: an end tag that is missing is looked for once, and what
//! variables stand for may not exceed a limit: a long title, named a million times, fills no memory.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use crate::content::html::attributes;
use crate::content::text::has_sign;

/// How many bytes variables may stand for in one text; those beyond are dropped.
pub const MAX_EXPANSION: usize = 1 << 20;

/// How many bytes the filters of one text may write altogether.
const MAX_FILTERED: usize = 16 << 20;

/// How many posts one text may name: for each a file is read.
pub const MAX_LINKS: usize = 256;

/// What the variables and tags of a post stand for.
#[derive(Clone, Copy)]
pub struct Variables<'a> {
    /// `site.url`
    pub site_url: &'a str,
    /// `site.baseurl`
    pub site_baseurl: &'a str,
    /// `site.title`
    pub site_title: &'a str,
    /// `page.title`
    pub page_title: &'a str,
    /// `page.url`
    pub page_url: &'a str,
    /// The URL of what `link` or `post_url` names, by the words behind the tag's name.
    pub resolve: &'a dyn Fn(&str) -> Option<String>,
}

/// How a `highlight` block is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Highlight {
    /// As a fenced code block.
    Fenced,
    /// As `pre` and `code`.
    Html,
}

/// A text without Liquid, and how many tags and variables meant nothing to us.
#[derive(Debug, PartialEq, Eq)]
pub struct Expanded<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// How many were dropped.
    pub dropped: usize,
}

/// Expands what is known and drops the rest.
pub fn expand<'a>(text: &'a str, highlight: Highlight, variables: &Variables) -> Expanded<'a> {
    if !has_sign(text, b'{') || next_mark(text).is_none() {
        return Expanded { text: Cow::Borrowed(text), dropped: 0 };
    }
    let mut pass = Pass::new(text, highlight, variables, false);
    pass.run();
    Expanded { text: Cow::Owned(pass.out), dropped: pass.dropped }
}

/// What `link` and `post_url` tags of a text name, in its order, each once, [`MAX_LINKS`] at most.
pub fn named(text: &str) -> Vec<String> {
    let is_naming = has_sign(text, b'{')
        && text.contains("{%")
        && (text.contains("link") || text.contains("post_url"));
    if !is_naming {
        return Vec::new();
    }
    let names = RefCell::new(Vec::new());
    let note = |words: &str| {
        names.borrow_mut().push(words.to_owned());
        None
    };
    let variables = Variables {
        site_url: "",
        site_baseurl: "",
        site_title: "",
        page_title: "",
        page_url: "",
        resolve: &note,
    };
    expand(text, Highlight::Html, &variables);
    names.into_inner()
}

/// One pass over a text.
struct Pass<'a> {
    rest: &'a str,
    out: String,
    dropped: usize,
    highlight: Highlight,
    variables: &'a Variables<'a>,
    /// Within a `highlight` block there is no other one.
    is_code: bool,
    /// Blocks whose end tag does not occur in the rest.
    endless: Vec<&'static str>,
    /// How many bytes variables may still stand for.
    left: usize,
    /// How many bytes filters may still write.
    filtered: usize,
    /// What was named, and its addresses.
    links: HashMap<&'a str, Option<String>>,
}

impl<'a> Pass<'a> {
    fn new(
        text: &'a str,
        highlight: Highlight,
        variables: &'a Variables<'a>,
        is_code: bool,
    ) -> Self {
        let out = String::with_capacity(text.len());
        Self {
            rest: text,
            out,
            dropped: 0,
            highlight,
            variables,
            is_code,
            endless: Vec::new(),
            left: MAX_EXPANSION,
            filtered: MAX_FILTERED,
            links: HashMap::new(),
        }
    }

    fn run(&mut self) {
        while let Some(at) = next_mark(self.rest) {
            self.out.push_str(&self.rest[..at]);
            let is_tag = self.rest[at..].starts_with("{%");
            let inside = &self.rest[at + 2..];
            let Some(end) = inside.find(if is_tag { "%}" } else { "}}" }) else {
                // What never ends is text. The other kind of mark may still end.
                let other = if is_tag { "{{" } else { "{%" };
                let next = inside.find(other).map_or(self.rest.len(), |next| at + 2 + next);
                self.out.push_str(&self.rest[at..next]);
                self.rest = &self.rest[next..];
                if next_mark(self.rest).is_some() {
                    self.run_only(other);
                }
                break;
            };
            self.mark(is_tag, &inside[..end], &inside[end + 2..]);
        }
        self.out.push_str(self.rest);
        self.rest = "";
    }

    /// The rest, where only marks that begin with `open` can end.
    fn run_only(&mut self, open: &str) {
        let close = if open == "{%" { "%}" } else { "}}" };
        while let Some(at) = self.rest.find(open) {
            let inside = &self.rest[at + 2..];
            let Some(end) = inside.find(close) else { break };
            self.out.push_str(&self.rest[..at]);
            self.mark(open == "{%", &inside[..end], &inside[end + 2..]);
        }
    }

    /// One tag or variable, and the white space that its dashes remove.
    fn mark(&mut self, is_tag: bool, inside: &'a str, rest: &'a str) {
        if inside.starts_with('-') {
            self.out.truncate(self.out.trim_end().len());
        }
        self.rest = if inside.ends_with('-') { rest.trim_start() } else { rest };
        let inside = inside.trim_start_matches('-').trim_end_matches('-').trim();
        if is_tag {
            self.tag(inside);
        } else {
            let value = self.value(inside);
            self.stand_for(value);
        }
    }

    /// Writes what a variable or a tag stands for, if it stands for anything.
    fn stand_for(&mut self, value: Option<String>) {
        match value.filter(|value| value.len() <= self.left) {
            Some(value) => {
                self.left -= value.len();
                self.out.push_str(&value);
            }
            None => self.dropped += 1,
        }
    }

    /// The address of what a tag names.
    fn link(&mut self, words: &'a str) -> Option<String> {
        if let Some(known) = self.links.get(words) {
            return known.clone();
        }
        if self.links.len() == MAX_LINKS {
            return None;
        }
        let address = (self.variables.resolve)(words);
        self.links.insert(words, address.clone());
        address
    }

    fn tag(&mut self, inside: &'a str) {
        let (name, words) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
        match name {
            "raw" => {
                let raw = self.block("endraw").unwrap_or_else(|| std::mem::take(&mut self.rest));
                self.out.push_str(raw);
            }
            "comment" if self.block("endcomment").is_some() => {}
            "highlight" if !self.is_code => match self.block("endhighlight") {
                Some(code) => self.code(words, code),
                None => self.dropped += 1,
            },
            "link" | "post_url" => {
                let address = self.link(words.trim());
                self.stand_for(address);
            }
            _ => self.dropped += 1,
        }
    }

    /// The text up to an end tag, which is consumed; `None` when there is none.
    fn block(&mut self, end: &'static str) -> Option<&'a str> {
        if self.endless.contains(&end) {
            return None;
        }
        let mut from = 0;
        while let Some(at) = self.rest[from..].find("{%").map(|at| from + at) {
            let inside = self.rest[at + 2..].trim_start_matches('-').trim_start();
            // Nothing but blanks and a dash may follow, so this looks no further than they do.
            let behind =
                inside.strip_prefix(end).map(|behind| behind.trim_start().trim_start_matches('-'));
            if let Some(behind) = behind.and_then(|behind| behind.strip_prefix("%}")) {
                let block = &self.rest[..at];
                self.rest = behind;
                return Some(block);
            }
            from = at + 2;
        }
        self.endless.push(end);
        None
    }

    /// A `highlight` block.
    fn code(&mut self, words: &str, code: &'a str) {
        let mut inner = Pass::new(code, self.highlight, self.variables, true);
        (inner.left, inner.filtered) = (self.left, self.filtered);
        inner.links = std::mem::take(&mut self.links);
        inner.run();
        let (code, dropped) = (inner.out, inner.dropped);
        (self.left, self.filtered, self.links) = (inner.left, inner.filtered, inner.links);
        self.dropped += dropped;
        let code = code.strip_prefix('\n').unwrap_or(&code).trim_end();
        let language = words.split_whitespace().next().unwrap_or("");
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-_+#.".contains(c);
        let language = if language.chars().all(is_name) { language } else { "" };
        if self.highlight == Highlight::Fenced {
            let fence = "`".repeat(longest_run(code, '`').max(2) + 1);
            for part in ["\n", &fence, language, "\n", code, "\n", &fence, "\n"] {
                self.out.push_str(part);
            }
            return;
        }
        self.out.push_str("<pre><code");
        if !language.is_empty() {
            for part in [" class=\"language-", language, "\""] {
                self.out.push_str(part);
            }
        }
        self.out.push('>');
        attributes::escape(&mut self.out, code);
        self.out.push_str("</code></pre>");
    }

    /// What a variable with its filters stands for; `None` when any part is unknown.
    fn value(&mut self, inside: &str) -> Option<String> {
        let mut parts = inside.split('|');
        let mut value = self.term(parts.next()?.trim())?.to_owned();
        for filter in parts {
            let (name, argument) = filter.split_once(':').unwrap_or((filter, ""));
            match name.trim() {
                "relative_url" => value = self.below_base(&value),
                "absolute_url" => value = format!("{}{}", self.site_url(), self.below_base(&value)),
                "append" => value.push_str(self.term(argument.trim())?),
                "prepend" => value.insert_str(0, self.term(argument.trim())?),
                "escape" | "strip" | "xml_escape" | "uri_escape" => {}
                _ => return None,
            }
            if value.len() > MAX_EXPANSION {
                return None;
            }
            self.filtered = self.filtered.checked_sub(value.len())?;
        }
        Some(value)
    }

    /// A quoted text or a variable.
    fn term<'t>(&self, term: &'t str) -> Option<&'t str>
    where
        'a: 't,
    {
        for quote in ['"', '\''] {
            if let Some(text) = term.strip_prefix(quote).and_then(|text| text.strip_suffix(quote)) {
                return Some(text);
            }
        }
        let variables = self.variables;
        match term {
            "site.url" => Some(variables.site_url),
            "site.baseurl" => Some(variables.site_baseurl),
            "site.title" => Some(variables.site_title),
            "page.title" => Some(variables.page_title),
            "page.url" => Some(variables.page_url),
            _ => None,
        }
    }

    fn site_url(&self) -> &str {
        self.variables.site_url.trim_end_matches('/')
    }

    /// `path` below the path of the site; an absolute URL stays.
    fn below_base(&self, path: &str) -> String {
        if path.contains("://") {
            return path.to_owned();
        }
        let base = self.variables.site_baseurl.trim_matches('/');
        let slash = if base.is_empty() { "" } else { "/" };
        format!("{slash}{base}/{}", path.trim_start_matches('/'))
    }
}

/// The next `{{` or `{%`.
fn next_mark(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut from = 0;
    loop {
        let at = from + bytes[from..].iter().position(|byte| *byte == b'{')?;
        if matches!(bytes.get(at + 1), Some(b'{' | b'%')) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// The length of the longest run of `sign`.
fn longest_run(text: &str, sign: char) -> usize {
    text.split(|c: char| c != sign).map(str::len).max().unwrap_or(0)
}
