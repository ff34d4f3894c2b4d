//! What names stand for.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

use crate::content::liquid::value::Value;
use crate::content::liquid::variables::Variables;

/// The version whose rules these are.
const JEKYLL: &str = "4.3.1";

/// What names stand for at one place of a text.
pub struct Scope<'v> {
    variables: &'v Variables<'v>,
    page: OnceCell<Value>,
    /// `page.excerpt`, once a text has asked for it.
    pub excerpt: Option<Value>,
    /// What `assign` and `capture` made; seen everywhere.
    pub globals: HashMap<String, Value>,
    /// What `increment` and `decrement` count.
    pub counters: HashMap<String, i64>,
    /// The variables of loops, the innermost last.
    pub locals: Vec<(String, Value)>,
}

impl<'v> Scope<'v> {
    /// The scope of a text.
    pub fn new(variables: &'v Variables<'v>) -> Self {
        Self {
            variables,
            page: OnceCell::new(),
            excerpt: None,
            globals: HashMap::new(),
            counters: HashMap::new(),
            locals: Vec::new(),
        }
    }

    /// What a name stands for.
    pub fn root(&self, name: &str) -> Value {
        let local = self.locals.iter().rev().find(|(local, _)| local == name);
        if let Some((_, value)) = local {
            return value.clone();
        }
        if let Some(value) = self.globals.get(name) {
            return value.clone();
        }
        match name {
            "site" => self.variables.site.clone(),
            "page" => self.page.get_or_init(self.variables.page).clone(),
            "jekyll" => jekyll(),
            _ => self.counters.get(name).map_or(Value::Nil, |number| Value::Integer(*number)),
        }
    }

    /// Whether the text has given a name another meaning.
    pub fn is_redefined(&self, name: &str) -> bool {
        self.globals.contains_key(name) || self.locals.iter().any(|(local, _)| local == name)
    }
}

fn jekyll() -> Value {
    let field = |key: &str, value| -> (Arc<str>, Value) { (key.into(), Value::text(value)) };
    Value::map(vec![field("environment", "production"), field("version", JEKYLL)])
}
