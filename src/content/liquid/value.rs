//! What Liquid computes with.
//!
//! Lists and mappings are shared, and each knows how much text it stands for and how deep it is: a
//! list that was put into itself forty times is small in memory and endless on paper.

mod numbers;

use std::cmp::Ordering;
use std::fmt::Write;
use std::sync::Arc;

use crate::content::date::{Moment, Zone};
use crate::content::front_matter::node::Node;

/// The deepest list; a deeper one is nil.
const MAX_DEPTH: u8 = 48;

/// A value.
#[derive(Debug, Clone, Default)]
pub enum Value {
    /// Nothing.
    #[default]
    Nil,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Float(f64),
    /// Text.
    Text(Arc<str>),
    /// A moment, shown in a zone.
    Date(Moment, Zone),
    /// `(1..5)`, both ends included.
    Range(i64, i64),
    /// A list.
    List(Arc<List>),
    /// A mapping.
    Map(Arc<Map>),
    /// `empty`, for comparisons.
    Empty,
    /// `blank`, for comparisons.
    Blank,
}

/// A list.
#[derive(Debug)]
pub struct List {
    items: Vec<Value>,
    weight: usize,
    depth: u8,
}

/// A mapping in the order in which it was written.
#[derive(Debug)]
pub struct Map {
    fields: Vec<(Arc<str>, Value)>,
    /// The fields by their names.
    order: Vec<usize>,
    weight: usize,
    depth: u8,
}

impl Map {
    /// The fields, in their order.
    pub fn fields(&self) -> &[(Arc<str>, Value)] {
        &self.fields
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let at = self.order.binary_search_by(|at| (*self.fields[*at].0).cmp(key)).ok()?;
        Some(&self.fields[self.order[at]].1)
    }
}

/// How much text some values stand for, and how deep the deepest is.
fn measure<'v>(values: impl Iterator<Item = &'v Value>) -> (usize, u8) {
    values.fold((2, 0), |(weight, depth), value| {
        (weight.saturating_add(value.weight()), depth.max(value.depth()))
    })
}

impl Value {
    /// Text.
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// A list.
    pub fn list(items: Vec<Self>) -> Self {
        let (weight, depth) = measure(items.iter());
        if depth >= MAX_DEPTH {
            return Self::Nil;
        }
        Self::List(Arc::new(List { items, weight, depth: depth + 1 }))
    }

    /// A mapping; of equal keys the last one counts.
    pub fn map(fields: Vec<(Arc<str>, Self)>) -> Self {
        let mut order: Vec<usize> = (0..fields.len()).rev().collect();
        order.sort_by(|a, b| fields[*a].0.cmp(&fields[*b].0));
        order.dedup_by(|later, kept| fields[*later].0 == fields[*kept].0);
        let (weight, depth) = measure(fields.iter().map(|(_, value)| value));
        let weight = fields.iter().fold(weight, |sum, (key, _)| sum.saturating_add(key.len() + 6));
        if depth >= MAX_DEPTH {
            return Self::Nil;
        }
        Self::Map(Arc::new(Map { fields, order, weight, depth: depth + 1 }))
    }

    /// What YAML has. Nothing deeper than any list is left of it.
    pub fn of(node: &Node) -> Self {
        match node {
            Node::Null => Self::Nil,
            Node::Bool(truth) => Self::Bool(*truth),
            Node::Number(written) => number(written),
            Node::Text(text) => Self::text(text),
            Node::List(items) => Self::list(items.iter().map(Self::of).collect()),
            Node::Map(fields) => Self::map(
                fields.iter().map(|(key, node)| (key.as_str().into(), Self::of(node))).collect(),
            ),
        }
    }

    /// How many bytes of text it stands for, about.
    pub fn weight(&self) -> usize {
        match self {
            Self::Text(text) => text.len().saturating_add(4),
            Self::List(list) => list.weight,
            Self::Map(map) => map.weight,
            _ => 24,
        }
    }

    fn depth(&self) -> u8 {
        match self {
            Self::List(list) => list.depth,
            Self::Map(map) => map.depth,
            _ => 0,
        }
    }

    /// The items of a list.
    pub fn items(&self) -> Option<&[Self]> {
        if let Self::List(list) = self { Some(&list.items) } else { None }
    }

    /// The value of a key, or of a property that Liquid gives every collection.
    #[must_use]
    pub fn get(&self, key: &str) -> Self {
        if let Self::Map(map) = self
            && let Some(value) = map.get(key)
        {
            return value.clone();
        }
        match (self, key) {
            (Self::List(list), "size") => count(list.items.len()),
            (Self::List(list), "first") => list.items.first().cloned().unwrap_or_default(),
            (Self::List(list), "last") => list.items.last().cloned().unwrap_or_default(),
            (Self::Map(map), "size") => count(map.fields.len()),
            (Self::Map(map), "first") => map.fields.first().map_or(Self::Nil, pair),
            (Self::Text(text), "size") => count(text.chars().count()),
            // How many bytes Ruby takes for it.
            (Self::Integer(_), "size") => Self::Integer(8),
            (Self::Range(first, _), "first") => Self::Integer(*first),
            (Self::Range(_, last), "last") => Self::Integer(*last),
            (Self::Range(first, last), "size") => {
                Self::Integer(last.saturating_sub(*first).saturating_add(1).max(0))
            }
            _ => Self::Nil,
        }
    }

    /// `value[index]`: a key, and no property such as `size`.
    #[must_use]
    pub fn at(&self, index: &Self) -> Self {
        match (self, index) {
            (Self::List(list), Self::Integer(at)) => {
                let at = if *at < 0 { count_of(&list.items).saturating_add(*at) } else { *at };
                let at = usize::try_from(at).ok();
                at.and_then(|at| list.items.get(at)).cloned().unwrap_or_default()
            }
            (Self::Map(map), Self::Text(key)) => map.get(key).cloned().unwrap_or_default(),
            (Self::Map(_), Self::Integer(key)) => self.get(&key.to_string()),
            _ => Self::Nil,
        }
    }

    /// Everything but nil and `false` is true.
    pub fn is_true(&self) -> bool {
        !matches!(self, Self::Nil | Self::Bool(false))
    }

    /// Whether it is what `empty` stands for.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::List(list) => list.items.is_empty(),
            Self::Map(map) => map.fields.is_empty(),
            _ => false,
        }
    }

    /// The text that a page shows of it.
    pub fn to_text(&self) -> Arc<str> {
        if let Self::Text(text) = self {
            return Arc::clone(text);
        }
        let mut out = String::new();
        self.write(&mut out);
        out.into()
    }

    /// The text that filters read: of a list what Ruby calls it, and not its items one by one.
    pub fn to_s(&self) -> Arc<str> {
        if !matches!(self, Self::List(_)) {
            return self.to_text();
        }
        let mut out = String::new();
        self.inspect(&mut out);
        out.into()
    }

    /// Writes the text that a page shows of it.
    pub fn write(&self, out: &mut String) {
        match self {
            Self::Nil | Self::Empty | Self::Blank => {}
            Self::Text(text) => out.push_str(text),
            Self::List(list) => list.items.iter().for_each(|item| item.write(out)),
            _ => self.inspect(out),
        }
    }

    /// Writes it as Ruby's `inspect` does.
    pub fn inspect(&self, out: &mut String) {
        // Writing to a string cannot fail.
        let _ = match self {
            Self::Nil => out.write_str("nil"),
            Self::Empty | Self::Blank => out.write_str("\"\""),
            Self::Bool(truth) => write!(out, "{truth}"),
            Self::Integer(number) => write!(out, "{number}"),
            Self::Float(number) => write_float(*number, out),
            Self::Range(first, last) => write!(out, "{first}..{last}"),
            Self::Date(moment, zone) => {
                let written = zone.rfc3339(*moment);
                let (day, rest) = written.split_once('T').unwrap_or((&written, ""));
                let time = rest.get(..8).unwrap_or(rest);
                let offset = rest.get(8..).unwrap_or("").replace(':', "").replace('Z', "+0000");
                write!(out, "{day} {time} {offset}")
            }
            Self::Text(text) => {
                let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
                write!(out, "\"{text}\"")
            }
            Self::List(list) => {
                out.push('[');
                for (index, item) in list.items.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    item.inspect(out);
                }
                out.write_str("]")
            }
            Self::Map(map) => {
                out.push('{');
                for (index, (key, value)) in map.fields.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    Self::Text(Arc::clone(key)).inspect(out);
                    out.push_str("=>");
                    value.inspect(out);
                }
                out.write_str("}")
            }
        };
    }

    /// `left == right`.
    pub fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nil, Self::Nil) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Date(a, _), Self::Date(b, _)) => a == b,
            (Self::Empty, value) | (value, Self::Empty) => value.is_empty(),
            (Self::Range(a, b), Self::Range(c, d)) => (a, b) == (c, d),
            (Self::List(a), Self::List(b)) => {
                Arc::ptr_eq(a, b)
                    || a.weight == b.weight
                        && a.weight < 1 << 16
                        && a.items.len() == b.items.len()
                        && a.items.iter().zip(&b.items).all(|(a, b)| a.equals(b))
            }
            (Self::Map(a), Self::Map(b)) => {
                Arc::ptr_eq(a, b)
                    || a.fields.len() == b.fields.len()
                        && a.weight < 1 << 16
                        && a.fields
                            .iter()
                            .all(|(key, value)| b.get(key).is_some_and(|other| value.equals(other)))
            }
            _ => self.order(other) == Some(Ordering::Equal),
        }
    }

    /// How numbers, texts and dates are ordered; `None` for all that cannot be compared.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => Some(a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Date(a, _), Self::Date(b, _)) => Some(a.cmp(b)),
            (Self::Integer(_) | Self::Float(_), Self::Integer(_) | Self::Float(_)) => {
                self.float().partial_cmp(&other.float())
            }
            _ => None,
        }
    }

    /// `left contains right`.
    pub fn contains(&self, other: &Self) -> bool {
        match self {
            _ if matches!(other, Self::Nil) => false,
            Self::Text(text) => text.contains(&*other.to_text()),
            Self::List(list) => list.items.iter().any(|item| item.equals(other)),
            Self::Map(map) => map.get(&other.to_text()).is_some(),
            Self::Range(first, last) => {
                matches!(other, Self::Integer(number) if (first..=last).contains(&number))
            }
            _ => false,
        }
    }
}

/// A count as a value.
pub fn count(number: usize) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

fn count_of(items: &[Value]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}

/// A field of a mapping as loops see it: a list of key and value.
pub fn pair((key, value): &(Arc<str>, Value)) -> Value {
    Value::list(vec![Value::Text(Arc::clone(key)), value.clone()])
}

/// A number with a point, as Ruby writes it.
fn write_float(number: f64, out: &mut String) -> std::fmt::Result {
    let size = number.abs();
    if !number.is_finite() || size == 0.0 || (1e-4..1e16).contains(&size) {
        return write!(out, "{number:?}");
    }
    let written = format!("{number:e}");
    let (digits, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    let point = if digits.contains('.') { "" } else { ".0" };
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |it| ('-', it));
    write!(out, "{digits}{point}e{sign}{exponent:0>2}")
}

/// A number as YAML writes it.
fn number(written: &str) -> Value {
    let digits = written.replace('_', "");
    match digits.parse() {
        Ok(number) => Value::Integer(number),
        Err(_) => match digits.parse::<f64>() {
            Ok(number) if number.is_finite() => Value::Float(number),
            _ => Value::text(written),
        },
    }
}
