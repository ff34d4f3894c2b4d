//! Front matter that is not YAML: the keys that feeds need are read line by line.

use crate::content::front_matter::node::Node;
use crate::content::text::xml_safe;

/// The keys that keep a post out of feeds.
pub const HIDING_KEYS: &[&str] = &["published", "draft", "feed", "expires", "expiry_date"];

/// The keys that mean something to feeds.
pub const KEYS: &[&str] = &[
    "title",
    "date",
    "categories",
    "category",
    "tags",
    "tag",
    "author",
    "authors",
    "permalink",
    "slug",
    "published",
    "draft",
    "feed",
    "expires",
    "expiry_date",
    "last_modified_at",
    "updated",
    "lang",
    "description",
    "excerpt",
    "external_url",
    "link",
    "redirect_to",
    "image",
    "id",
    "guid",
    "license",
    "enclosure",
    "enclosures",
];

/// Reads `key: value` lines without YAML's rules; what is not such a line is passed over.
pub fn rescue(yaml: &str) -> Node {
    let yaml = xml_safe(yaml);
    let mut fields = Vec::new();
    let mut lines = yaml.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((key, value)) = line.split_once(':') else { continue };
        if !KEYS.contains(&key.trim_end()) {
            continue;
        }
        let mut node = rescued_value(value.trim());
        if node == Node::Null {
            let mut items = Vec::new();
            while let Some(item) =
                lines.peek().and_then(|next| next.trim_start().strip_prefix("- "))
            {
                items.push(rescued_value(item.trim()));
                lines.next();
            }
            if !items.is_empty() {
                node = Node::List(items);
            }
        }
        fields.push((key.trim_end().to_owned(), node));
    }
    Node::Map(fields)
}

fn rescued_value(value: &str) -> Node {
    let value = without_anchor(value);
    if let Some(quoted) = rescued_quoted(value) {
        return quoted;
    }
    if let Some(inner) = enclosed(value, '[', ']') {
        return Node::List(inner.split(',').map(rescued_item).collect());
    }
    rescued_plain(value)
}

/// A value without the name that it is given for aliases (`&a`).
fn without_anchor(value: &str) -> &str {
    let anchor = value.strip_prefix('&').and_then(|rest| rest.split_once(' '));
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric());
    anchor.filter(|(name, _)| is_name(name)).map_or(value, |(_, value)| value.trim_start())
}

/// An item of a list on one line. A list within it is not looked into: brackets may be as many as
/// bytes.
fn rescued_item(item: &str) -> Node {
    let item = item.trim_matches([' ', '\t', '[', ']']);
    rescued_quoted(item).unwrap_or_else(|| rescued_plain(item))
}

fn rescued_plain(value: &str) -> Node {
    match value.split(" #").next().unwrap_or(value).trim_end() {
        "" | "~" | "null" => Node::Null,
        // What it stands for is not known here.
        alias if alias.starts_with('*') => Node::Null,
        "true" => Node::Bool(true),
        "false" => Node::Bool(false),
        plain => Node::Text(plain.to_owned()),
    }
}

fn rescued_quoted(value: &str) -> Option<Node> {
    if let Some(inner) = enclosed(value, '"', '"') {
        return Some(Node::Text(inner.replace("\\\"", "\"").replace("\\\\", "\\")));
    }
    enclosed(value, '\'', '\'').map(|inner| Node::Text(inner.replace("''", "'")))
}

fn enclosed(value: &str, open: char, close: char) -> Option<&str> {
    value.strip_prefix(open)?.strip_suffix(close)
}
