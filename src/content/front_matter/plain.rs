//! The front matter that nearly every post has, decoded without libyaml: a line for each key, its
//! value plain or quoted text or a list of such.
//!
//! libyaml took a fifth of a full build. What is not of these shapes, or could be anything but
//! text, is left to it, so there is one meaning of YAML and not two: that both read the same is
//! held by a property (`tests/it/properties.rs`) and by every input of the fuzz run.

use std::iter::{self, Peekable};

use crate::content::front_matter::next_line;
use crate::content::front_matter::node::Node;
use crate::content::text::find_sign;

/// The longest key; libyaml takes no key of more than 1024 characters.
const MAX_KEY: usize = 64;

/// The most keys, each of which is compared with all before it; real front matter has a dozen.
const MAX_KEYS: usize = 128;

/// The mapping that a block of such lines is; `None` when libyaml has to say what it is.
pub fn read(yaml: &str) -> Option<Node> {
    if !yaml.chars().all(is_legible) {
        return None;
    }
    let mut fields: Vec<(String, Node)> = Vec::with_capacity(8);
    let mut lines = lines(yaml).peekable();
    while let Some(line) = lines.next() {
        if line.starts_with('#') || line.bytes().all(|byte| byte == b' ') {
            continue;
        }
        let colon = find_sign(line, b':')?;
        let (key, rest) = (&line[..colon], &line[colon + 1..]);
        // A key that stands there twice is an error, which libyaml words.
        if !is_key(key) || fields.len() == MAX_KEYS || fields.iter().any(|(known, _)| known == key)
        {
            return None;
        }
        let node = match rest.trim_matches(' ') {
            "" => items(&mut lines)?,
            _ if !rest.starts_with(' ') => return None,
            value if value.starts_with('[') => flow(value)?,
            value => scalar(value)?,
        };
        fields.push((key.to_owned(), node));
    }
    (!fields.is_empty()).then_some(Node::Map(fields))
}

/// The lines of a text whose lines end in LF.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    iter::from_fn(move || {
        let (line, behind) = (!rest.is_empty()).then(|| next_line(rest))?;
        rest = behind;
        Some(line)
    })
}

/// Whether a character has no meaning in YAML but itself, wherever it stands (YAML 1.1 §5.1, §5.4),
/// and may stand in XML. Line ends other than LF are left to libyaml.
fn is_legible(character: char) -> bool {
    match character {
        '\n' | ' '..='~' => true,
        '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => character >= '\u{a0}',
    }
}

fn is_key(key: &str) -> bool {
    key.len() <= MAX_KEY
        && key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        && matches!(word(key), Node::Text(_))
}

/// The list in the lines below its key; nothing when there is none.
fn items<'y>(lines: &mut Peekable<impl Iterator<Item = &'y str>>) -> Option<Node> {
    let mut items = Vec::new();
    let mut depth = None;
    while let Some(line) = lines.peek() {
        let bare = line.trim_start_matches(' ');
        let Some(item) = bare.strip_prefix("- ") else { break };
        let indent = line.len() - bare.len();
        if *depth.get_or_insert(indent) != indent {
            return None;
        }
        items.push(scalar(item.trim_matches(' '))?);
        lines.next();
    }
    Some(if items.is_empty() { Node::Null } else { Node::List(items) })
}

/// A list between brackets, on one line.
fn flow(value: &str) -> Option<Node> {
    let inner = value.strip_prefix('[')?.strip_suffix(']')?;
    if inner.contains(['[', ']', '{', '}']) {
        return None;
    }
    if inner.trim_matches(' ').is_empty() {
        return Some(Node::List(Vec::new()));
    }
    // A comma within quotes leaves halves of quoted texts, which are none.
    inner
        .split(',')
        .map(|item| scalar(item.trim_matches(' ')))
        .collect::<Option<_>>()
        .map(Node::List)
}

fn scalar(written: &str) -> Option<Node> {
    let text = |inner: &str| Some(Node::Text(inner.to_owned()));
    if let Some(rest) = written.strip_prefix('"') {
        return text(rest.strip_suffix('"').filter(|inner| !inner.contains(['"', '\\']))?);
    }
    if let Some(rest) = written.strip_prefix('\'') {
        return text(rest.strip_suffix('\'').filter(|inner| !inner.contains('\''))?);
    }
    plain(written)
}

/// Text without quotes, if that is what it is: what can be a number is not.
fn plain(written: &str) -> Option<Node> {
    let first = written.chars().next()?;
    let is_plain =
        (first.is_ascii_alphanumeric() || first == '/' || first == '_' || !first.is_ascii())
            && !has_meaning(written);
    let may_be_number = first.is_ascii_digit() && !is_stamp(written);
    (is_plain && !may_be_number).then(|| word(written))
}

/// What a text without quotes is that is no number.
fn word(written: &str) -> Node {
    match written {
        // Longer than each of the words below; to compare with all of them takes a while.
        long if long.len() > 5 => Node::Text(long.to_owned()),
        "null" | "Null" | "NULL" => Node::Null,
        "true" | "True" | "TRUE" => Node::Bool(true),
        "false" | "False" | "FALSE" => Node::Bool(false),
        _ => Node::Text(written.to_owned()),
    }
}

/// Whether a text has a sign that is none of text: a quote, a colon before a blank or at the end, a
/// number sign behind a blank.
fn has_meaning(written: &str) -> bool {
    let mut before = 0;
    let is_sign = |byte: u8| {
        let is_sign = matches!((before, byte), (_, b'"' | b'\'') | (b':', b' ') | (b' ', b'#'));
        before = byte;
        is_sign
    };
    written.bytes().any(is_sign) || written.ends_with(':')
}

/// Whether a text begins with a year and a month, as no number does.
fn is_stamp(written: &str) -> bool {
    let mut words = written.split('-');
    [4, 2].into_iter().all(|length| {
        words
            .next()
            .is_some_and(|word| word.len() == length && word.bytes().all(|b| b.is_ascii_digit()))
    })
}
