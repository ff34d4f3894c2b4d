//! The YAML block at the head of a post, and YAML in general.
//!
//! Decoding is tolerant, because posts are pasted together by scripts: byte order marks, blank
//! lines before the first `---`, CRLF, a closing `...` and a closing line at the end of the file
//! are all fine. When the YAML itself does not parse (`title: "a "b" c"`), the keys that feeds
//! need are rescued line by line, and a warning names the line.

pub mod decoder;
pub mod lines;
pub mod mend;
pub mod node;
pub mod plain;
pub mod rescue;
pub mod yaml;

use crate::content::defaults::Set;
use crate::content::front_matter::lines::{line_of, value_of};
use crate::content::front_matter::mend::{comments, mended};
use crate::content::front_matter::node::Node;
use crate::content::front_matter::rescue::{HIDING_KEYS, rescue};
use crate::content::text::{find_sign, has_sign};
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Remark, Severity};

/// The longest front matter that is decoded, in bytes: libyaml is quadratic in nesting.
pub const MAX_FRONT_MATTER: usize = 16 * 1024;

/// A post's text, divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts<'a> {
    /// The YAML between the two fences; empty when there is no front matter.
    pub yaml: &'a str,
    /// The file's line on which `yaml` begins, counted from 1.
    pub yaml_line: usize,
    /// All that follows.
    pub body: &'a str,
    /// The opening fence has no closing one: the file may still be being written.
    pub is_open: bool,
}

/// Divides a post into front matter and body. A text without a first `---` line is all body.
pub fn split(text: &str) -> Parts<'_> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rest = text;
    let mut line_number = 1;
    loop {
        let (line, after) = next_line(rest);
        if is_fence(line, false) {
            return split_after_fence(after, line_number + 1);
        }
        if after.is_empty() || !line.trim().is_empty() {
            return Parts { yaml: "", yaml_line: 1, body: text, is_open: false };
        }
        rest = after;
        line_number += 1;
    }
}

fn split_after_fence(text: &str, yaml_line: usize) -> Parts<'_> {
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = next_line(rest);
        if is_fence(line, true) {
            let yaml = &text[..text.len() - rest.len()];
            return Parts { yaml, yaml_line, body: after, is_open: false };
        }
        rest = after;
    }
    Parts { yaml: text, yaml_line, body: "", is_open: true }
}

/// The first line without its end, and what follows it.
fn next_line(text: &str) -> (&str, &str) {
    match find_sign(text, b'\n') {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, ""),
    }
}

fn is_fence(line: &str, is_closing: bool) -> bool {
    let line = line.trim_end();
    line == "---" || (is_closing && line == "...")
}

/// The decoded front matter of a post.
#[derive(Debug, Clone)]
pub struct FrontMatter<'a> {
    /// What the post says, and behind it what it has from the configuration.
    fields: Node,
    /// How many of the fields are the post's own.
    own: usize,
    /// The bits of their keys: few of the keys that are asked for are there.
    keys: u64,
    parts: Parts<'a>,
    /// The entries of `defaults:` for it; one wins over those behind it.
    defaults: Vec<&'a Set>,
}

impl<'a> FrontMatter<'a> {
    /// Decodes the front matter of a divided post. What could not be read as YAML has been
    /// rescued line by line, and the remark says so.
    pub fn decode(parts: Parts<'a>) -> (Self, Option<Remark>) {
        let (fields, remark) = Self::fields(parts);
        (Self::new(fields, parts), remark)
    }

    /// Front matter that was decoded elsewhere, from these lines.
    pub fn of_lines(fields: Vec<(String, Node)>, yaml: &'a str, yaml_line: usize) -> Self {
        Self::new(Node::Map(fields), Parts { yaml, yaml_line, body: "", is_open: false })
    }

    fn new(fields: Node, parts: Parts<'a>) -> Self {
        let own = if let Node::Map(fields) = &fields { fields.len() } else { 0 };
        Self { keys: bits(&fields), fields, own, parts, defaults: Vec::new() }
    }

    fn fields(parts: Parts<'a>) -> (Node, Option<Remark>) {
        if parts.yaml.len() > MAX_FRONT_MATTER {
            let error = Error::FrontMatterTooLong { bytes: parts.yaml.len() };
            let remark =
                Remark { severity: Severity::Warning, line: parts.yaml_line, column: 0, error };
            let (head, rest) =
                parts.yaml.split_at(parts.yaml.floor_char_boundary(MAX_FRONT_MATTER));
            let (head, cut) = head.rsplit_once('\n').unwrap_or((head, ""));
            // What keeps a post out of feeds counts wherever it stands.
            let cut = [cut, rest].concat();
            let hiding = cut
                .lines()
                .filter(|line| HIDING_KEYS.iter().any(|key| value_of(line, key).is_some()));
            let lines: Vec<&str> = std::iter::once(head).chain(hiding).collect();
            return (rescue(&lines.join("\n")), Some(remark));
        }
        let (line, column, reason) = match Node::parse(parts.yaml) {
            Ok(fields @ Node::Map(_)) => return (fields, None),
            Ok(Node::Null) => return (Node::Map(Vec::new()), None),
            Ok(other) => (0, 0, format!("expected `key: value` lines, found {}", other.kind())),
            Err(Remark { line, column, error: Error::BrokenYaml { reason }, .. }) => {
                (line, column, reason)
            }
            Err(remark) => return (rescue(parts.yaml), Some(remark)),
        };
        // libyaml counts from the first line of the block.
        let remark = |line: usize, column, error| Remark {
            severity: Severity::Warning,
            line: parts.yaml_line + line.max(1) - 1,
            column,
            error,
        };
        let mended = mended(parts.yaml);
        if let Some(mended) = &mended
            && let Ok(fields @ Node::Map(_)) = Node::parse(&mended.text)
        {
            let error = mended.oddity.clone().into();
            return (fields, Some(remark(mended.line, mended.column, error)));
        }
        let text = mended.as_ref().map_or(parts.yaml, |mended| &mended.text);
        (rescue(text), Some(remark(line, column, Error::Rescued { reason })))
    }

    /// Takes what the post does not say from entries of `defaults:`. Mappings are filled up key by
    /// key, and a key without a value says nothing, as in Jekyll.
    pub fn inherit(&mut self, defaults: Vec<&'a Set>) {
        if let Node::Map(fields) = &mut self.fields {
            for (key, value) in defaults.iter().flat_map(|set| set.values()) {
                fill(fields, key, value);
            }
        }
        self.keys = bits(&self.fields);
        self.defaults = defaults;
    }

    /// What `defaults:` has under a key, whether the post says it or not.
    pub fn inherited(&self, key: &str) -> Option<&'a Node> {
        self.defaults.iter().find_map(|set| set.get(key))
    }

    /// Whether the value of a key comes from `defaults:`, all of it.
    pub fn is_inherited(&self, key: &str) -> bool {
        let Node::Map(fields) = &self.fields else { return false };
        fields.iter().rposition(|(name, _)| name == key).is_some_and(|index| index >= self.own)
    }

    /// The value of a key; `None` when the key is missing.
    pub fn get(&self, key: &str) -> Option<&Node> {
        if self.keys & bit(key) == 0 { None } else { self.fields.get(key) }
    }

    /// Whether some key may be there whose bits these are.
    pub fn may_have(&self, bits: u64) -> bool {
        self.keys & bits != 0
    }

    /// The keys of the post itself.
    pub fn own_keys(&self) -> impl Iterator<Item = &str> {
        let fields = if let Node::Map(fields) = &self.fields { &fields[..self.own] } else { &[] };
        fields.iter().map(|(key, _)| key.as_str())
    }

    /// What was taken for a comment, see [`comments`]: its line in the file, its column, its text.
    pub fn comments(&self) -> impl Iterator<Item = (usize, usize, &'a str)> {
        let first = self.parts.yaml_line;
        // Few have the sign at all.
        let yaml = if has_sign(self.parts.yaml, b'#') { self.parts.yaml } else { "" };
        comments(yaml).map(move |(line, column, text)| (first + line, column, text))
    }

    /// All keys and values.
    pub fn into_node(self) -> Node {
        self.fields
    }

    /// The file's line of a top-level key, counted from 1; 0 when the key is nowhere.
    pub fn line_of(&self, key: &str) -> usize {
        line_of(self.parts.yaml, key).map_or(0, |index| self.parts.yaml_line + index)
    }

    /// Whether the value of a top-level key stands in quotes in the file: YAML 1.1, and with it
    /// Jekyll, reads `no` and `2022-01-05 10:00:00` as other things when they do not.
    pub fn is_quoted(&self, key: &str) -> bool {
        quotes(self.lines_of(key), key)
    }

    /// Whether the value of a top-level key is a text without a character, and says so.
    pub fn is_empty_text(&self, key: &str) -> bool {
        let value = written(self.lines_of(key), key).unwrap_or_default();
        matches!(value.split(" #").next().unwrap_or(value).trim(), "\"\"" | "''")
    }

    /// The lines that a key is set in: those of the post, or of its `defaults:`.
    fn lines_of(&self, key: &str) -> &str {
        let set = || self.defaults.iter().find(|set| set.get(key).is_some());
        if self.is_inherited(key) { set().map_or("", |set| set.text()) } else { self.parts.yaml }
    }
}

/// One of 64 bits for a key, most often not that of another one: none of the keys that every post has
/// has that of one which few have.
const fn bit(key: &str) -> u64 {
    let first = if let Some(first) = key.as_bytes().first() { *first } else { 0 };
    1 << ((key.len() * 28 + first as usize) % 64)
}

/// The bits of some keys, for [`FrontMatter::may_have`].
pub const fn bits_of(keys: &[&str]) -> u64 {
    let (mut bits, mut index) = (0, 0);
    while index < keys.len() {
        bits |= bit(keys[index]);
        index += 1;
    }
    bits
}

/// The bits of all keys.
fn bits(fields: &Node) -> u64 {
    let Node::Map(fields) = fields else { return 0 };
    fields.iter().fold(0, |bits, (key, _)| bits | bit(key))
}

/// Takes a value into fields that do not have it.
fn fill(fields: &mut Vec<(String, Node)>, key: &str, value: &Node) {
    let own = fields.iter_mut().rfind(|(name, _)| name == key).map(|(_, node)| node);
    match (own, value) {
        (Some(_), Node::Null) => {}
        (None | Some(Node::Null), value) => fields.push((key.to_owned(), value.clone())),
        (Some(Node::Map(own)), Node::Map(values)) => {
            for (key, value) in values {
                fill(own, key, value);
            }
        }
        _ => {}
    }
}

/// Whether the value of a top-level key stands in quotes.
fn quotes(yaml: &str, key: &str) -> bool {
    written(yaml, key).is_some_and(|value| value.trim_start().starts_with(['"', '\'']))
}

/// What stands behind a top-level key on its last line.
fn written<'y>(yaml: &'y str, key: &str) -> Option<&'y str> {
    yaml.lines().rev().find_map(|line| value_of(line, key))
}
