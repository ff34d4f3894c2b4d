//! What expressions, filters and conditions come to.

use std::collections::VecDeque;

use crate::content::liquid::expression::{
    Comparison, Condition, Cursor, Expression, Filter, Filtered, Step, Test,
};
use crate::content::liquid::filters;
use crate::content::liquid::filters::call::{Call, Fault};
use crate::content::liquid::filters::lists::{grouped, items};
use crate::content::liquid::render::Renderer;
use crate::content::liquid::value::Value;

/// A key on the way into a value.
pub struct Key {
    /// The key.
    pub value: Value,
    /// Whether it stands behind a dot, where `size`, `first` and `last` are properties, too.
    is_dotted: bool,
}

impl Key {
    /// What a value has under it.
    fn of(&self, value: &Value) -> Value {
        match &self.value {
            Value::Text(key) if self.is_dotted => value.get(key),
            key => value.at(key),
        }
    }
}

impl Renderer<'_> {
    /// What an expression stands for.
    pub fn value(&mut self, expression: &Expression<'_>) -> Value {
        match expression {
            Expression::Literal(value) => value.clone(),
            Expression::Range(ends) => {
                let (first, last) = (self.value(&ends.0), self.value(&ends.1));
                Value::Range(first.integer(), last.integer())
            }
            Expression::Path(name, steps) => {
                let mut keys: VecDeque<Key> = steps.iter().map(|step| self.key(step)).collect();
                let value = match keys.pop_front() {
                    None => return self.scope.root(name),
                    // `["name"]`
                    Some(key) if name.is_empty() => {
                        let name = key.value.to_text();
                        match keys.pop_front() {
                            None => return self.scope.root(&name),
                            Some(key) => self.below(&name, &key, &keys),
                        }
                    }
                    Some(key) => self.below(name, &key, &keys),
                };
                keys.iter().fold(value, |value, key| key.of(&value))
            }
        }
    }

    /// What a key of a variable stands for; `deeper` are the keys behind it.
    fn below(&mut self, name: &str, key: &Key, deeper: &VecDeque<Key>) -> Value {
        let known = match (name, &key.value) {
            ("site" | "page", Value::Text(_)) if self.scope.is_redefined(name) => None,
            ("site", Value::Text(key)) => self.of_site(key, deeper),
            ("page", Value::Text(key)) => self.of_page(key),
            _ => None,
        };
        known.unwrap_or_else(|| key.of(&self.scope.root(name)))
    }

    fn key(&mut self, step: &Step<'_>) -> Key {
        match step {
            Step::Key(key) => Key { value: Value::text(key), is_dotted: true },
            Step::Index(index) => Key { value: self.value(index), is_dotted: false },
        }
    }

    /// What an expression and its filters stand for.
    pub fn filtered(&mut self, filtered: &Filtered<'_>) -> Value {
        let mut value = self.value(&filtered.value);
        for filter in &filtered.filters {
            self.step();
            value = self.filter(&value, filter);
        }
        value
    }

    fn filter(&mut self, input: &Value, filter: &Filter<'_>) -> Value {
        let arguments: Vec<Value> = filter.arguments.iter().map(|it| self.value(it)).collect();
        let named: Vec<(&str, Value)> =
            filter.named.iter().map(|(name, it)| (*name, self.value(it))).collect();
        let name = filter.name;
        if matches!(name, "where_exp" | "find_exp" | "group_by_exp") {
            return self.by_expression(name, input, &arguments);
        }
        let call = Call { name, arguments: &arguments, named: &named };
        match filters::apply(input, call, &mut self.context) {
            Ok(value) => value,
            Err(Fault::Unknown) => {
                let what = format!("there is no filter `{name}`");
                self.problems.add(self.line, what, "the value goes out as it is");
                input.clone()
            }
            Err(fault) => {
                let what = match fault {
                    Fault::TooMuch => format!("`{name}` would give or read too much text"),
                    Fault::Zero => format!("`{name}` divides by zero"),
                    _ => format!("`{name}` asks for the time of day"),
                };
                self.problems.add(self.line, what, "the value is left out: write it into the post");
                Value::Nil
            }
        }
    }

    /// `where_exp: "item", "item.size > 2"` and its like: a text is a condition of each item.
    fn by_expression(&mut self, name: &str, input: &Value, arguments: &[Value]) -> Value {
        let text = |at: usize| arguments.get(at).map(Value::to_text).unwrap_or_default();
        let (variable, written) = (text(0), text(1));
        let condition = Cursor::new(&written).condition();
        let expression = Cursor::new(&written).filtered();
        let (Some(condition), Some(expression)) = (condition, expression) else {
            let what = format!("`{name}` has no condition that can be read");
            self.problems.add(self.line, what, "write `where_exp: \"item\", \"item.key == 1\"`");
            return Value::Nil;
        };
        let all = items(input);
        let mut kept = Vec::new();
        let mut names = Vec::with_capacity(all.len());
        for item in all {
            self.step();
            if self.is_spent() {
                break;
            }
            self.scope.locals.push((variable.to_string(), item.clone()));
            if name == "group_by_exp" {
                names.push(self.filtered(&expression));
                kept.push(item);
            } else if self.holds(&condition) {
                kept.push(item);
            }
            self.scope.locals.pop();
        }
        match name {
            "find_exp" => kept.into_iter().next().unwrap_or_default(),
            "where_exp" => Value::list(kept),
            _ => {
                let mut names = names.into_iter();
                grouped(&Value::list(kept), |_| names.next().unwrap_or_default())
            }
        }
    }

    /// Whether a condition holds; from the right, as Liquid reads it.
    pub fn holds(&mut self, condition: &Condition<'_>) -> bool {
        let mut tests = condition.tests.iter().rev();
        let mut holds = tests.next().is_some_and(|test| self.passes(test));
        for (test, is_and) in tests.zip(condition.joints.iter().rev()) {
            self.step();
            let this = self.passes(test);
            holds = if *is_and { this && holds } else { this || holds };
        }
        holds
    }

    fn passes(&mut self, test: &Test<'_>) -> bool {
        let left = self.value(&test.left);
        let Some((comparison, right)) = &test.right else { return left.is_true() };
        let right = self.value(right);
        let order = || left.order(&right);
        match comparison {
            Comparison::Equal => left.equals(&right),
            Comparison::Unequal => !left.equals(&right),
            Comparison::Less => order().is_some_and(std::cmp::Ordering::is_lt),
            Comparison::AtMost => order().is_some_and(std::cmp::Ordering::is_le),
            Comparison::More => order().is_some_and(std::cmp::Ordering::is_gt),
            Comparison::AtLeast => order().is_some_and(std::cmp::Ordering::is_ge),
            Comparison::Contains => left.contains(&right),
        }
    }
}
