//! Filters of lists.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::sync::Arc;

use crate::content::liquid::filters::call::{Call, Context, Fault, MAX_VALUE};
use crate::content::liquid::value::Value;

/// The longest range that is made into a list.
const MAX_RANGE: i64 = 10_000;

/// What a filter of lists makes of a value; `None` for other filters.
pub fn apply(
    input: &Value,
    call: Call<'_>,
    context: &mut Context<'_>,
) -> Option<Result<Value, Fault>> {
    let first = call.argument(0);
    Some(match call.name {
        "split" => split(&input.to_s(), &first.to_s(), context),
        "join" => join(&flat(input), &call.text(0, " ")),
        "array_to_sentence_string" => Ok(sentence(&items(input), &call.text(0, "and"))),
        "jsonify" => Ok(Value::Text(json(input).into())),
        "slice" if input.items().is_some() => {
            let items = items(input);
            let (from, to) = bounds(items.len(), call);
            Ok(Value::list(items[from..to].to_vec()))
        }
        "where" => Ok(Value::list(filtered(input, call))),
        "find" => Ok(filtered(input, call).into_iter().next().unwrap_or_default()),
        "group_by" => Ok(grouped(input, |item| {
            Value::Text(compared(property(item, &first.to_text())).to_s())
        })),
        "map" => Ok(Value::list(
            flat(input).iter().map(|item| property(item, &first.to_text())).collect(),
        )),
        "sort" => Ok(sorted(input, call, Value::order)),
        "sort_natural" => Ok(sorted(input, call, |a, b| {
            Some(a.to_text().to_lowercase().cmp(&b.to_text().to_lowercase()))
        })),
        "reverse" => Ok(Value::list(flat(input).into_iter().rev().collect())),
        "uniq" => Ok(uniq(input, &first)),
        "compact" => {
            let is_there = |item: &Value| !matches!(item, Value::Nil);
            Ok(Value::list(flat(input).into_iter().filter(is_there).collect()))
        }
        "concat" => Ok(Value::list(flat(input).into_iter().chain(items(&first)).collect())),
        "push" | "unshift" | "pop" | "shift" if input.items().is_none() => Ok(input.clone()),
        "push" => Ok(Value::list(items(input).into_iter().chain([first]).collect())),
        "unshift" => Ok(Value::list(std::iter::once(first).chain(items(input)).collect())),
        "pop" | "shift" => {
            let items = items(input);
            let count = call.arguments.first().map_or(1, Value::integer);
            let count = usize::try_from(count).unwrap_or(0).min(items.len());
            let kept =
                if call.name == "pop" { &items[..items.len() - count] } else { &items[count..] };
            Ok(Value::list(kept.to_vec()))
        }
        // A random one would make another feed each time.
        "sample" => Ok(items(input).into_iter().next().unwrap_or_default()),
        "sum" => Ok(items(input).iter().fold(Value::Integer(0), |sum, item| match item.number() {
            Value::Integer(number) if matches!(sum, Value::Integer(_)) => {
                Value::Integer(sum.integer().saturating_add(number))
            }
            other => Value::Float(sum.float() + other.float()),
        })),
        _ => return None,
    })
}

/// What a value has when it is taken for a list.
pub fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::Nil => Vec::new(),
        Value::List(_) => value.items().unwrap_or_default().to_vec(),
        Value::Range(first, last) => {
            let last = (*last).min(first.saturating_add(MAX_RANGE - 1));
            (*first..=last).map(Value::Integer).collect()
        }
        other => vec![other.clone()],
    }
}

/// The items, those of lists within in their place. How many they are follows from the weight.
fn flat(value: &Value) -> Vec<Value> {
    let Some(inner) = value.items() else { return items(value) };
    let mut all = Vec::with_capacity(inner.len());
    for item in inner {
        match item.items() {
            Some(_) => all.append(&mut flat(item)),
            None => all.push(item.clone()),
        }
    }
    all
}

/// What an item has under a name, which may lead deeper: `author.name`.
pub fn property(item: &Value, name: &str) -> Value {
    name.split('.').fold(item.clone(), |value, key| value.get(key))
}

/// A value as Jekyll compares it: a text that looks like a number is one.
fn compared(value: Value) -> Value {
    let Value::Text(text) = &value else { return value };
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().filter(|byte| *byte == b'.').count() < 2;
    match (is_number, digits.contains('.')) {
        (true, false) => text.parse().map_or(value.clone(), Value::Integer),
        (true, true) => text.parse().map_or(value.clone(), Value::Float),
        _ => value,
    }
}

/// The places from and to which a slice goes, by `offset` and `length`.
pub fn bounds(length: usize, call: Call<'_>) -> (usize, usize) {
    let signed = i64::try_from(length).unwrap_or(i64::MAX);
    let offset = call.argument(0).integer();
    let from = if offset < 0 { signed.saturating_add(offset) } else { offset };
    let count = call.arguments.get(1).map_or(1, Value::integer).max(0);
    if from < 0 || from > signed {
        return (0, 0);
    }
    let to = from.saturating_add(count).min(signed);
    (usize::try_from(from).unwrap_or(0), usize::try_from(to).unwrap_or(0))
}

fn split(text: &str, by: &str, context: &mut Context<'_>) -> Result<Value, Fault> {
    let pieces: usize = match by {
        "" => text.len(),
        " " => text.len() / 2 + 1,
        _ => text.matches(by).count() + 1,
    };
    // A piece takes more room than its text.
    context.spend(pieces.saturating_mul(48))?;
    if pieces > MAX_VALUE / 8 {
        return Err(Fault::TooMuch);
    }
    let mut parts: Vec<Value> = match by {
        "" => text.chars().map(|c| Value::text(c.encode_utf8(&mut [0; 4]))).collect(),
        " " => text.split_ascii_whitespace().map(Value::text).collect(),
        _ => text.split(by).map(Value::text).collect(),
    };
    // Ruby leaves out what is empty at the end.
    while parts.last().is_some_and(Value::is_empty) {
        parts.pop();
    }
    Ok(Value::list(parts))
}

fn join(items: &[Value], glue: &str) -> Result<Value, Fault> {
    let weight = items.iter().map(Value::weight).fold(0, usize::saturating_add);
    if glue.len().saturating_mul(items.len()).saturating_add(weight) > 8 * MAX_VALUE {
        return Err(Fault::TooMuch);
    }
    let mut out = String::new();
    for (index, item) in items.iter().enumerate() {
        out.push_str(if index > 0 { glue } else { "" });
        item.write(&mut out);
    }
    Ok(Value::Text(out.into()))
}

fn sentence(items: &[Value], connector: &str) -> Value {
    let texts: Vec<Arc<str>> = items.iter().map(Value::to_text).collect();
    Value::Text(match &texts[..] {
        [] => "".into(),
        [one] => Arc::clone(one),
        [one, two] => format!("{one} {connector} {two}").into(),
        [most @ .., last] => format!("{}, {connector} {last}", most.join(", ")).into(),
    })
}

/// Jekyll compares texts, and looks into lists.
fn filtered(input: &Value, call: Call<'_>) -> Vec<Value> {
    let (name, target) = (call.argument(0).to_text(), call.argument(1));
    let wanted = target.to_text();
    let fits = |item: &Value| {
        let found = compared(property(item, &name));
        match (&target, found.items()) {
            (Value::Nil, _) => matches!(found, Value::Nil),
            (_, Some(items)) => items.iter().any(|item| item.to_text() == wanted),
            _ => found.to_text() == wanted,
        }
    };
    let items = match input {
        Value::Map(map) => map.fields().iter().map(|(_, value)| value.clone()).collect(),
        other => items(other),
    };
    items.into_iter().filter(fits).collect()
}

/// Groups in the order in which their names come.
pub fn grouped(input: &Value, name: impl FnMut(&Value) -> Value) -> Value {
    let items = items(input);
    let names: Vec<Value> = items.iter().map(name).collect();
    let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (item, name) in items.into_iter().zip(names) {
        let mut written = String::new();
        name.inspect(&mut written);
        let at = *places.entry(written).or_insert_with(|| {
            groups.push((name, Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(item);
    }
    let group = |(name, items): (Value, Vec<Value>)| {
        let size = crate::content::liquid::value::count(items.len());
        Value::map(vec![
            ("name".into(), name),
            ("items".into(), Value::list(items)),
            ("size".into(), size),
        ])
    };
    Value::list(groups.into_iter().map(group).collect())
}

/// In order; what has nothing to be ordered by comes first, as in Jekyll, unless it is to be last.
fn sorted(input: &Value, call: Call<'_>, order: fn(&Value, &Value) -> Option<Ordering>) -> Value {
    let name = call.arguments.first().map(Value::to_text);
    let is_last = call.text(1, "first") == "last" || name.is_none();
    let key = |item: Value| {
        let key =
            name.as_ref().map_or_else(|| item.clone(), |name| compared(property(&item, name)));
        (key, item)
    };
    let mut keyed: Vec<(Value, Value)> = items(input).into_iter().map(key).collect();
    keyed.sort_by(|(a, _), (b, _)| {
        let by_nil = rank(a).cmp(&rank(b));
        let by_nil = if is_last { by_nil.reverse() } else { by_nil };
        by_nil
            .then_with(|| kind(a).cmp(&kind(b)))
            .then_with(|| order(a, b).unwrap_or(Ordering::Equal))
    });
    Value::list(keyed.into_iter().map(|(_, item)| item).collect())
}

/// Whether there is anything.
fn rank(value: &Value) -> u8 {
    u8::from(!matches!(value, Value::Nil))
}

/// A number for each kind of values that can be compared: a sort needs one order of all.
fn kind(value: &Value) -> u8 {
    match value {
        Value::Integer(_) | Value::Float(_) => 1,
        Value::Date(..) => 2,
        Value::Text(_) => 3,
        _ => 0,
    }
}

fn uniq(input: &Value, name: &Value) -> Value {
    let mut known = HashSet::new();
    let is_new = |item: &Value| {
        let mut key = String::new();
        match name {
            Value::Nil => item.inspect(&mut key),
            name => property(item, &name.to_text()).inspect(&mut key),
        }
        known.insert(key)
    };
    Value::list(flat(input).into_iter().filter(is_new).collect())
}

/// A value as JSON.
fn json(value: &Value) -> String {
    let mut out = String::new();
    write_json(value, &mut out);
    out
}

fn write_json(value: &Value, out: &mut String) {
    match value {
        Value::Nil => out.push_str("null"),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) => value.inspect(out),
        Value::List(_) => {
            out.push('[');
            for (index, item) in value.items().unwrap_or_default().iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write_json(item, out);
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (index, (key, value)) in map.fields().iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                quoted(key, out);
                out.push(':');
                write_json(value, out);
            }
            out.push('}');
        }
        other => quoted(&other.to_text(), out),
    }
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
