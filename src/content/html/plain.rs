//! The plain text of a field that may hold HTML.

use crate::content::html::{self, elements};
use crate::content::text::{collapse, xml_safe};

/// A title as plain text: HTML tags stripped, entities decoded once, runs of blanks and line ends
/// collapsed, trimmed and XML-safe. A `<` that begins no HTML tag is kept: `a < b`, `Vec<T>`.
pub fn plain(title: &str) -> String {
    if title.bytes().any(|byte| byte == b'<' || byte == b'&') {
        let text = html::text_of(&escape_what_is_no_tag(title));
        return collapse(&xml_safe(&text));
    }
    collapse(&xml_safe(title))
}

/// `title` with `&lt;` for each `<` that does not begin a complete tag of a known HTML element.
fn escape_what_is_no_tag(title: &str) -> String {
    let mut escaped = String::with_capacity(title.len() + 16);
    let mut rest = title;
    let last_end = title.rfind('>').unwrap_or(0);
    while let Some(at) = rest.find('<') {
        escaped.push_str(&rest[..at]);
        let position = title.len() - rest.len() + at;
        rest = &rest[at + 1..];
        let is_tag = position < last_end && begins_tag(rest);
        escaped.push_str(if is_tag { "<" } else { "&lt;" });
    }
    escaped.push_str(rest);
    escaped
}

/// Whether what follows a `<` is the rest of a tag of a known HTML element.
fn begins_tag(rest: &str) -> bool {
    let name = rest.strip_prefix('/').unwrap_or(rest);
    let length = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let follows = name.as_bytes().get(length);
    matches!(follows, Some(b'>' | b'/' | b' ' | b'\t' | b'\n'))
        && elements::is_known(&name[..length].to_ascii_lowercase())
}
