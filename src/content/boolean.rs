//! Keys that are true or false, as Jekyll's reading of YAML 1.1 has them.

use crate::content::front_matter::FrontMatter;
use crate::content::front_matter::node::Node;
use crate::content::text::shown;

/// What a key that is true or false holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Switch {
    /// The key is not there.
    Missing,
    /// The key is there without a value, or with `~` or `null`.
    Empty,
    /// `true`, `yes` or `on`, in any case and without quotes.
    On,
    /// `false`, `no` or `off`, likewise.
    Off,
    /// Anything else, which Ruby takes for true.
    Odd {
        /// What it is, in the words of a message.
        found: String,
        /// What its author is likely to have meant, where that can be guessed.
        meant: Option<bool>,
    },
}

impl Switch {
    /// Reads a key of a post's front matter.
    pub fn read(front: &FrontMatter<'_>, key: &str) -> Self {
        let Some(node) = front.get(key) else { return Self::Missing };
        let text = match node {
            Node::Null => return Self::Empty,
            Node::Bool(true) => return Self::On,
            Node::Bool(false) => return Self::Off,
            Node::List(_) | Node::Map(_) => {
                return Self::Odd { found: node.kind().to_owned(), meant: None };
            }
            Node::Number(text) | Node::Text(text) => text,
        };
        let is_quoted = front.is_quoted(key);
        // What a line-by-line reading leaves of `!!bool no`.
        let untagged = text.strip_prefix('!').and_then(|tagged| tagged.split_once(' '));
        let word = untagged.map_or(&**text, |(_, word)| word.trim_matches(['"', '\'']));
        let word = word.to_lowercase();
        match word.as_str() {
            "true" | "yes" | "on" if !is_quoted => return Self::On,
            "false" | "no" | "off" if !is_quoted => return Self::Off,
            "" | "~" | "null" if !is_quoted => return Self::Empty,
            _ => {}
        }
        let meant = match word.trim() {
            "true" | "yes" | "on" | "y" | "t" | "1" => Some(true),
            "false" | "no" | "off" | "n" | "f" | "0" | "" => Some(false),
            _ => None,
        };
        let found = shown(text);
        let found = if is_quoted { format!("{found} in quotes") } else { found };
        Self::Odd { found, meant }
    }
}
