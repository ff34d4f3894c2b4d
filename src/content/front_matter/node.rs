//! A decoded value of YAML.

/// A decoded YAML value whose scalars are text as it was written, without what XML forbids:
/// `"\u0001"` is fine in YAML and would break every feed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Node {
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`, unquoted.
    Bool(bool),
    /// A number as it was written: `007`, `1.10`.
    Number(String),
    /// Text.
    Text(String),
    /// A sequence.
    List(Vec<Self>),
    /// A mapping, in the order of the file. Of equal keys the last one counts, as in Jekyll.
    Map(Vec<(String, Self)>),
}

impl Node {
    /// The value of a key of a mapping; `None` too when this is no mapping.
    // A post asks for forty keys in a row: written out for each, that is 4 KiB of code.
    #[inline(never)]
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(fields) = self else { return None };
        fields.iter().rev().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// A scalar as text; `None` for nothing, lists and mappings.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Bool(true) => Some("true"),
            Self::Bool(false) => Some("false"),
            Self::Number(text) | Self::Text(text) => Some(text),
            Self::Null | Self::List(_) | Self::Map(_) => None,
        }
    }

    /// What kind of value this is, in the words of a message.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}
