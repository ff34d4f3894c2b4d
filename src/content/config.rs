//! Reads typed settings out of a YAML mapping and says where a setting is wrong.

use crate::content::front_matter::lines::line_of;
use crate::content::front_matter::node::Node;
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Result, Severity};

/// One mapping of a configuration file, with the way that led to it.
#[derive(Debug, Clone, Copy)]
pub struct Section<'a> {
    node: Option<&'a Node>,
    file: &'a File<'a>,
    /// The keys above this mapping, outermost first.
    above: &'a [&'a str],
}

/// The configuration file that a section belongs to.
#[derive(Debug)]
pub struct File<'a> {
    /// The path as the user would name it.
    pub path: &'a str,
    /// The whole text, for line numbers.
    pub text: &'a str,
}

impl<'a> Section<'a> {
    /// The whole file.
    pub fn top(node: Option<&'a Node>, file: &'a File<'a>) -> Self {
        Self { node, file, above: &[] }
    }

    /// The mapping under a key, which `path` names in full: `["feedmill", "clean"]`.
    ///
    /// # Errors
    /// When the key has a value that is no mapping.
    pub fn section(&self, path: &'a [&'a str]) -> Result<Self> {
        let key = path.last().copied().unwrap_or_default();
        match self.node(key) {
            None | Some(Node::Null) => Ok(Self { node: None, above: path, ..*self }),
            Some(node @ Node::Map(_)) => Ok(Self { node: Some(node), above: path, ..*self }),
            Some(other) => Err(self.bad(key, other, "a mapping of `key: value` lines")),
        }
    }

    /// The same of a mapping that belongs to Jekyll: another value counts as none.
    #[must_use]
    pub fn loose_section(&self, path: &'a [&'a str]) -> Self {
        let key = path.last().copied().unwrap_or_default();
        Self { node: self.node(key), above: path, ..*self }
    }

    /// The value of a key as it was decoded.
    pub fn node(&self, key: &str) -> Option<&'a Node> {
        self.node.and_then(|node| node.get(key))
    }

    /// A text; nothing when the key is missing, empty, or holds another kind of value.
    pub fn loose_text(&self, key: &str) -> Option<&'a str> {
        self.node(key).and_then(Node::text).filter(|text| !text.trim().is_empty())
    }

    /// A text.
    ///
    /// # Errors
    /// When the value is a list or a mapping.
    pub fn text(&self, key: &str) -> Result<Option<&'a str>> {
        match self.node(key) {
            None | Some(Node::Null) => Ok(None),
            Some(node) => node.text().map(Some).ok_or_else(|| self.bad(key, node, "text")),
        }
    }

    /// One of several words, or `None` when the key is missing.
    ///
    /// # Errors
    /// When it is none of them; `expected` names them all.
    pub fn choice<T: Copy>(
        &self,
        key: &str,
        words: &[(&str, T)],
        expected: &'static str,
    ) -> Result<Option<T>> {
        let Some(node) = self.node(key).filter(|node| **node != Node::Null) else {
            return Ok(None);
        };
        let found = words.iter().find(|(word, _)| node.text() == Some(word));
        found.map(|(_, value)| Some(*value)).ok_or_else(|| self.bad(key, node, expected))
    }

    /// A whole number from 1 to `most`.
    ///
    /// # Errors
    /// When it is none.
    pub fn number(&self, key: &str, most: usize, expected: &'static str) -> Result<Option<usize>> {
        let Some(node) = self.node(key).filter(|node| **node != Node::Null) else {
            return Ok(None);
        };
        let number = node
            .text()
            .and_then(|text| text.parse().ok())
            .filter(|number| (1..=most).contains(number));
        number.map(Some).ok_or_else(|| self.bad(key, node, expected))
    }

    /// A list of texts; one text stands for a list of one.
    ///
    /// # Errors
    /// When the value, or one of the list, is something else.
    pub fn texts(&self, key: &str) -> Result<Vec<String>> {
        let items = match self.node(key) {
            None | Some(Node::Null) => return Ok(Vec::new()),
            Some(Node::List(items)) => items.as_slice(),
            Some(one) => std::slice::from_ref(one),
        };
        let text = |item: &Node| {
            item.text().map(str::to_owned).ok_or_else(|| self.bad(key, item, "a list of texts"))
        };
        items.iter().map(text).collect()
    }

    /// The keys and values of the mapping.
    pub fn fields(&self) -> &'a [(String, Node)] {
        match self.node {
            Some(Node::Map(fields)) => fields,
            _ => &[],
        }
    }

    /// Refuses every key that is not known.
    ///
    /// # Errors
    /// At the first unknown key, with its line and the known key that looks most like it.
    pub fn only(&self, known: &[&str]) -> Result<()> {
        for (key, _) in self.fields() {
            if !known.contains(&key.as_str()) {
                let error = Error::UnknownKey { key: self.full(key), instead: nearest(key, known) };
                return Err(self.at(key, error));
            }
        }
        Ok(())
    }

    /// The finding that a key's value cannot be used.
    pub fn bad(&self, key: &str, node: &Node, expected: &'static str) -> Box<Finding> {
        let found = node.text().map_or_else(|| node.kind().to_owned(), |text| format!("`{text}`"));
        self.at(key, Error::BadValue { key: self.full(key), found, expected })
    }

    /// The warning that a value of a key of Jekyll's is left out.
    pub fn dropped(&self, key: &str, found: String, expected: &'static str) -> Finding {
        self.warning(key, Error::Dropped { key: self.full(key), found, expected })
    }

    /// The same for a list or a mapping where [`Section::loose_text`] wants a text.
    pub fn dropped_unless_text(&self, key: &str) -> Option<Finding> {
        let node = self.node(key).filter(|node| matches!(node, Node::List(_) | Node::Map(_)))?;
        Some(self.dropped(key, node.kind().to_owned(), "text"))
    }

    /// The warning that a key stands twice in a mapping of the file.
    pub fn repeated(&self, key: &str) -> Finding {
        let line = self.file.text.lines().enumerate().filter(|(_, line)| sets(line, key)).last();
        let error = Error::BadValue {
            key: key.to_owned(),
            found: "given twice".to_owned(),
            expected: "given once; the last one counts",
        };
        let line = line.map_or(0, |(index, _)| index + 1);
        Finding { line, ..self.warning(key, error) }
    }

    /// A warning about a key of this mapping.
    pub fn warning(&self, key: &str, error: Error) -> Finding {
        Finding { severity: Severity::Warning, ..*self.at(key, error) }
    }

    /// A finding about a key of this mapping.
    pub fn at(&self, key: &str, error: Error) -> Box<Finding> {
        let line = self.line(key);
        Box::new(Finding {
            severity: Severity::Error,
            path: self.file.path.to_owned(),
            line,
            column: 0,
            error,
        })
    }

    fn full(&self, key: &str) -> String {
        self.above.iter().chain(&[key]).copied().collect::<Vec<_>>().join(".")
    }

    /// The line of a key: the first one that sets it below the lines of the keys above it.
    pub fn line(&self, key: &str) -> usize {
        let mut start = 0;
        for above in self.above {
            let found = self.file.text.lines().skip(start).position(|line| sets(line, above));
            start += found.map_or(0, |index| index + 1);
        }
        if self.above.is_empty() {
            return line_of(self.file.text, key).map_or(0, |index| index + 1);
        }
        let found = self.file.text.lines().skip(start).position(|line| sets(line, key));
        found.map_or(start, |index| start + index + 1)
    }
}

fn sets(line: &str, key: &str) -> bool {
    let line = line.trim_start().trim_start_matches(['"', '\'', '{']);
    line.strip_prefix(key)
        .is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':'))
}

/// The known key that shares most letters with what was written, or all of them.
fn nearest(key: &str, known: &[&str]) -> String {
    let best = known.iter().map(|known| (distance(key, known), *known)).min();
    match best {
        Some((distance, known)) if distance <= 2 => format!("`{known}`"),
        _ => format!("one of `{}`", known.join("`, `")),
    }
}

/// Levenshtein distance in characters.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, one) in left.chars().enumerate() {
        let mut diagonal = above;
        row[0] = above + 1;
        for (index, other) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(one != *other);
            diagonal = row[index + 1];
            row[index + 1] = substituted.min(row[index] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
