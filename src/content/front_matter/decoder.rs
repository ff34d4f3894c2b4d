//! YAML of any shape, decoded with libyaml into [`Node`]s. The one place that knows `serde_yaml`.
//!
//! Time and memory are linear in the text. Aliases may repeat what they name only within a budget,
//! and how a number is written is read in a second pass over the same events instead of being
//! searched for.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

use crate::content::front_matter::node::Node;
use crate::content::text::xml_safe;

/// How many times its own length a text may be after its aliases are replaced. A text without
/// aliases stays below three: a byte for each node and at most three for two bytes of an escape.
const GROWTH: usize = 4;

/// What a short text may grow by in any case, in bytes.
const ALLOWANCE: usize = 4 * 1024;

/// Why a text is no YAML, and where; line and column are 0 where they are not known.
#[derive(Debug)]
pub struct Fault {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1.
    pub column: usize,
    /// What libyaml says.
    pub reason: String,
}

/// Decodes a document.
///
/// # Errors
/// When it does not parse, or its aliases multiply it.
pub fn decode(yaml: &str) -> Result<Node, Fault> {
    decode_in(yaml, false)
}

/// The same, where a mapping may have a key twice.
///
/// # Errors
/// As for [`decode`], but for that.
pub fn decode_repeated(yaml: &str) -> Result<Node, Fault> {
    decode_in(yaml, true)
}

fn decode_in(yaml: &str, may_repeat: bool) -> Result<Node, Fault> {
    let mut pass = Pass { may_repeat, ..Pass::new(yaml, Vec::new(), false) };
    let node = pass.run(yaml)?;
    if pass.numbers.is_empty() {
        return Ok(node);
    }
    // `1.10` was read as 1.1, but a version in a tag is text to its author.
    Pass::new(yaml, pass.numbers, true).run(yaml)
}

/// One pass over a document.
struct Pass {
    /// How many values were begun.
    begun: usize,
    /// Which of them are numbers, in order.
    numbers: Vec<usize>,
    /// Whether `numbers` is known and numbers are taken as they are written.
    knows_numbers: bool,
    /// How many of `numbers` were met.
    met: usize,
    /// How much may still be decoded.
    left: usize,
    /// Whether a mapping may have a key twice.
    may_repeat: bool,
}

impl Pass {
    fn new(yaml: &str, numbers: Vec<usize>, knows_numbers: bool) -> Self {
        let left = GROWTH * yaml.len() + ALLOWANCE;
        Self { begun: 0, numbers, knows_numbers, met: 0, left, may_repeat: false }
    }

    fn run(&mut self, yaml: &str) -> Result<Node, Fault> {
        let read = (&mut *self).deserialize(serde_yaml::Deserializer::from_str(yaml));
        read.map_err(|error| {
            if self.left == 0 {
                // In the words that libyaml has for aliases by the thousand.
                let reason = "repetition limit exceeded".to_owned();
                return Fault { line: 0, column: 0, reason };
            }
            fault(&error, yaml)
        })
    }

    /// Takes a node and `bytes` of text from the budget.
    fn spend<E: Error>(&mut self, bytes: usize) -> Result<(), E> {
        self.left = self.left.saturating_sub(bytes + 1);
        if self.left == 0 { Err(E::custom("")) } else { Ok(()) }
    }

    fn number<E: Error>(&mut self, number: &serde_yaml::Number) -> Result<Node, E> {
        self.numbers.push(self.begun - 1);
        let text = number.to_string();
        self.spend(text.len())?;
        Ok(Node::Number(text))
    }
}

impl<'de> DeserializeSeed<'de> for &mut Pass {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        self.begun += 1;
        if self.knows_numbers && self.numbers.get(self.met) == Some(&(self.begun - 1)) {
            self.met += 1;
            return deserializer.deserialize_str(Spelling(self));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Pass {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        self.spend(0)?;
        Ok(Node::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Node, E> {
        self.visit_unit()
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Node, E> {
        self.spend(0)?;
        Ok(Node::Bool(truth))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Node, E> {
        Pass::number(self, &number.into())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Node, E> {
        Pass::number(self, &number.into())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Node, E> {
        Pass::number(self, &number.into())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        self.spend(text.len())?;
        Ok(Node::Text(xml_safe(text).into_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Node, E> {
        self.spend(text.len())?;
        Ok(Node::Text(match xml_safe(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(safe) => safe,
        }))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        self.spend(0)?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(&mut *self)? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Node, A::Error> {
        self.spend(0)?;
        let mut map = Vec::new();
        let mut known = HashSet::new();
        while let Some(key) = fields.next_key_seed(&mut *self)? {
            let name = key.text().unwrap_or_default().to_owned();
            // The first pass has found all keys to differ, and there numbers are told by value.
            if !self.knows_numbers && !self.may_repeat {
                if known.contains(&key) {
                    return Err(A::Error::custom(twice(&key)));
                }
                known.insert(key);
            }
            map.push((name, fields.next_value_seed(&mut *self)?));
        }
        Ok(Node::Map(map))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Node, A::Error> {
        let (IgnoredAny, value) = tagged.variant()?;
        value.newtype_variant_seed(self)
    }
}

/// A number as it is written.
struct Spelling<'p>(&'p mut Pass);

impl Visitor<'_> for Spelling<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        self.0.spend(text.len())?;
        Ok(Node::Number(text.to_owned()))
    }
}

/// What is wrong with a key that its mapping has already.
fn twice(key: &Node) -> String {
    match key {
        Node::Null => "duplicate entry with null key".to_owned(),
        Node::Bool(truth) => format!("duplicate entry with key `{truth}`"),
        Node::Number(number) => format!("duplicate entry with key {number}"),
        Node::Text(text) => format!("duplicate entry with key {text:?}"),
        Node::List(_) | Node::Map(_) => "duplicate entry in YAML map".to_owned(),
    }
}

fn fault(error: &serde_yaml::Error, yaml: &str) -> Fault {
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or(&reason);
    // What is wrong with a single character comes with its offset and no line.
    let (reason, (line, column)) = match reason.rsplit_once(" at position ") {
        Some((reason, offset)) => (reason, place(yaml, offset.parse().unwrap_or(0))),
        None => (reason, error.location().map_or((0, 0), |at| (at.line(), at.column()))),
    };
    Fault { line, column, reason: reason.to_owned() }
}

/// The line and the column of a byte, both counted from 1.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line = before.rsplit('\n').next().unwrap_or(before);
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}
