//! Loops: `for` and `tablerow`.

use std::sync::Arc;

use crate::content::liquid::flow::Flow;
use crate::content::liquid::limits::MAX_ITERATIONS;
use crate::content::liquid::part::For;
use crate::content::liquid::render::Renderer;
use crate::content::liquid::value::{Value, count, pair};

impl Renderer<'_> {
    /// Runs a loop.
    pub fn repeated(&mut self, it: &For<'_>) -> Flow {
        if self.is_untrusted {
            self.problem("the loop was left out".to_owned(), "posts of strangers run no loops");
            return Flow::Next;
        }
        let collection = self.value(&it.collection);
        let name = format!("{}-{}", it.name, it.written);
        let offset = match &it.offset {
            None => 0,
            Some(None) => self.offsets.get(&name).copied().unwrap_or(0),
            Some(Some(offset)) => number(&self.value(offset)).unwrap_or(0),
        };
        let limit = it.limit.as_ref().and_then(|limit| number(&self.value(limit)));
        let length = length(&collection).saturating_sub(offset);
        let length = limit.map_or(length, |limit| limit.min(length));
        // A range is counted before it is made.
        if length > self.rounds {
            let what =
                format!("the loop was left out: loops make more than {MAX_ITERATIONS} rounds");
            self.problem(what, "loop over less");
            return Flow::Next;
        }
        self.offsets.insert(name.clone(), offset.saturating_add(length));
        let mut items = taken(&collection, offset, length);
        if it.is_reversed {
            items.reverse();
        }
        if it.table.is_some() {
            // As in Liquid, nothing at all gives no row.
            if collection.is_true() {
                return self.table(it, items);
            }
            return Flow::Next;
        }
        if items.is_empty() {
            return self.parts(&it.otherwise);
        }
        let parent = self.scope.root("forloop");
        self.scope.locals.push(("forloop".to_owned(), Value::Nil));
        self.scope.locals.push((it.name.to_owned(), Value::Nil));
        let top = self.scope.locals.len();
        for (index, item) in items.into_iter().enumerate() {
            if self.is_spent() {
                break;
            }
            self.rounds = self.rounds.saturating_sub(1);
            self.scope.locals[top - 2].1 = place(&name, index, length, &parent);
            self.scope.locals[top - 1].1 = item;
            if self.parts(&it.body) == Flow::Break {
                break;
            }
        }
        self.scope.locals.truncate(top - 2);
        Flow::Next
    }

    /// Rows of a table, as `tablerow` writes them.
    fn table(&mut self, it: &For<'_>, items: Vec<Value>) -> Flow {
        let columns = it.table.as_ref().and_then(Option::as_ref);
        let columns = columns.and_then(|columns| number(&self.value(columns)));
        let length = items.len();
        let columns = columns.filter(|columns| *columns > 0).unwrap_or(length).max(1);
        self.write("<tr class=\"row1\">\n");
        self.scope.locals.push(("tablerowloop".to_owned(), Value::Nil));
        self.scope.locals.push((it.name.to_owned(), Value::Nil));
        let top = self.scope.locals.len();
        for (index, item) in items.into_iter().enumerate() {
            if self.is_spent() {
                break;
            }
            self.rounds = self.rounds.saturating_sub(1);
            let column = index % columns + 1;
            self.scope.locals[top - 2].1 = cell(index, length, columns);
            self.scope.locals[top - 1].1 = item;
            self.write(&format!("<td class=\"col{column}\">"));
            let flow = self.parts(&it.body);
            self.write("</td>");
            if flow == Flow::Break {
                break;
            }
            if column == columns && index + 1 < length {
                let row = index / columns + 2;
                self.write(&format!("</tr>\n<tr class=\"row{row}\">"));
            }
        }
        self.scope.locals.truncate(top - 2);
        self.write("</tr>\n");
        Flow::Next
    }
}

/// How many items a value has in a loop.
fn length(value: &Value) -> usize {
    match value {
        Value::List(_) => value.items().map_or(0, <[Value]>::len),
        Value::Map(map) => map.fields().len(),
        Value::Range(first, last) if first <= last => {
            usize::try_from(last.abs_diff(*first)).map_or(usize::MAX, |it| it.saturating_add(1))
        }
        Value::Text(text) => usize::from(!text.is_empty()),
        _ => 0,
    }
}

/// Some of the items.
fn taken(value: &Value, offset: usize, length: usize) -> Vec<Value> {
    match value {
        Value::Map(map) => map.fields().iter().skip(offset).take(length).map(pair).collect(),
        Value::Range(first, _) => {
            let place = |at: usize| first.saturating_add(i64::try_from(at).unwrap_or(i64::MAX));
            (offset..offset.saturating_add(length)).map(|at| Value::Integer(place(at))).collect()
        }
        Value::Text(_) => std::iter::once(value.clone()).skip(offset).take(length).collect(),
        _ => {
            let items = value.items().unwrap_or_default();
            items.iter().skip(offset).take(length).cloned().collect()
        }
    }
}

fn number(value: &Value) -> Option<usize> {
    if matches!(value, Value::Nil) { None } else { usize::try_from(value.integer()).ok() }
}

/// `forloop`.
fn place(name: &str, index: usize, length: usize, parent: &Value) -> Value {
    let own = [("name", Value::text(name)), ("parentloop", parent.clone())];
    Value::map(counted(index, length).into_iter().chain(own).map(named).collect())
}

/// `tablerowloop`.
fn cell(index: usize, length: usize, columns: usize) -> Value {
    let column = index % columns;
    let own = [
        ("col", count(column + 1)),
        ("col0", count(column)),
        ("row", count(index / columns + 1)),
        ("col_first", Value::Bool(column == 0)),
        ("col_last", Value::Bool(column + 1 == columns)),
    ];
    Value::map(counted(index, length).into_iter().chain(own).map(named).collect())
}

/// What every loop knows of a round.
fn counted(index: usize, length: usize) -> [(&'static str, Value); 7] {
    let left = length - index;
    [
        ("length", count(length)),
        ("index", count(index + 1)),
        ("index0", count(index)),
        ("rindex", count(left)),
        ("rindex0", count(left - 1)),
        ("first", Value::Bool(index == 0)),
        ("last", Value::Bool(left == 1)),
    ]
}

fn named((key, value): (&str, Value)) -> (Arc<str>, Value) {
    (key.into(), value)
}
