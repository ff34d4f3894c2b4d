//! What authors write that YAML takes otherwise: signs that look like others and can mean one thing
//! alone are mended, and what goes lost as a comment is found.

use std::borrow::Cow;

use crate::content::front_matter::lines::{WIDE_COLON, value_of};
use crate::content::front_matter::rescue::KEYS;
use crate::diagnostic::oddity::Oddity;

/// Front matter with other signs in it.
#[derive(Debug)]
pub struct Mended {
    /// The whole.
    pub text: String,
    /// The first line that was mended, counted from 1.
    pub line: usize,
    /// Where in it, in characters.
    pub column: usize,
    /// What was there.
    pub oddity: Oddity,
}

/// The text with colons of full width behind keys as colons, and with blanks for tabs that indent;
/// `None` where there are none.
pub fn mended(yaml: &str) -> Option<Mended> {
    let mut first = None;
    let mut text = String::with_capacity(yaml.len());
    for (index, line) in yaml.split_inclusive('\n').enumerate() {
        let (mended, found) = mended_line(line);
        text.push_str(&mended);
        first = first.or(found.map(|(column, oddity)| (index + 1, column, oddity)));
    }
    first.map(|(line, column, oddity)| Mended { text, line, column, oddity })
}

/// A line as YAML takes it, and what stood where in it.
fn mended_line(line: &str) -> (Cow<'_, str>, Option<(usize, Oddity)>) {
    let rest = line.trim_start_matches([' ', '\t']);
    let indent = &line[..line.len() - rest.len()];
    if let Some(tab) = indent.find('\t')
        && !rest.trim().is_empty()
    {
        let mended = [&indent.replace('\t', "  "), rest].concat();
        return (mended.into(), Some((tab + 1, Oddity::Tab)));
    }
    let colon = line.split_once(WIDE_COLON).filter(|(key, _)| KEYS.contains(&key.trim_end()));
    let Some((key, value)) = colon else { return (line.into(), None) };
    let mended = [key, ": ", value.trim_start_matches(' ')].concat();
    (
        mended.into(),
        Some((key.chars().count() + 1, Oddity::WideColon { key: key.trim_end().to_owned() })),
    )
}

/// Values that end in what YAML takes for a comment, although its `#` has no blank behind it as those
/// of comments have: a number, a tag. The line, counted from 0, the column, and the text.
pub fn comments(yaml: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    // Most front matter has none.
    let lines = if yaml.contains('#') { yaml } else { "" }.lines();
    let mut is_known = false;
    lines.enumerate().filter_map(move |(index, line)| {
        let value = KEYS.iter().find_map(|key| value_of(line, key));
        if !line.starts_with([' ', '-', '#']) {
            is_known = value.is_some();
        }
        let item = || line.trim_start().strip_prefix('-').filter(|_| is_known);
        let text = comment(value.or_else(item)?)?;
        let column = line[..line.len() - text.len()].chars().count() + 1;
        Some((index, column, text))
    })
}

/// The end of a plain value from such a `#` on, with the blank before it.
fn comment(value: &str) -> Option<&str> {
    let value = value.trim_end();
    if value.trim_start().starts_with(['"', '\'', '|', '>', '[', '{', '&', '*', '!']) {
        return None;
    }
    let at = value.match_indices(" #").next().map(|(at, _)| at)?;
    let is_word = |c: char| c.is_alphanumeric();
    value[at + 2..].starts_with(is_word).then_some(&value[at..])
}
