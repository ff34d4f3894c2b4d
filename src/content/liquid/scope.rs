//! What names stand for.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

use crate::content::liquid::Variables;
use crate::content::liquid::value::Value;

/// What Jekyll has under `site` and feedmill has not.
const NOT_OF_SITE: &[&str] = &[
    "categories",
    "collections",
    "documents",
    "html_files",
    "html_pages",
    "pages",
    "posts",
    "related_posts",
    "static_files",
    "tags",
    "time",
];

/// What Jekyll has under `page` and feedmill has not.
const NOT_OF_PAGE: &[&str] = &["content", "excerpt", "next", "output", "previous"];

/// What a stranger may show of the configuration.
const OF_STRANGERS: &[&str] = &["baseurl", "description", "lang", "title", "url"];

/// The version whose rules these are.
const JEKYLL: &str = "4.3.1";

/// What names stand for at one place of a text.
pub struct Scope<'v> {
    variables: &'v Variables<'v>,
    page: OnceCell<Value>,
    is_untrusted: bool,
    /// What `assign` and `capture` made; seen everywhere.
    pub globals: HashMap<String, Value>,
    /// What `increment` and `decrement` count.
    pub counters: HashMap<String, i64>,
    /// The variables of loops, the innermost last.
    pub locals: Vec<(String, Value)>,
}

impl<'v> Scope<'v> {
    /// The scope of a text.
    pub fn new(variables: &'v Variables<'v>, is_untrusted: bool) -> Self {
        Self {
            variables,
            page: OnceCell::new(),
            is_untrusted,
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

    /// What a key of a name stands for, where that is no part of the name's own value.
    pub fn data(&self, name: &str, key: &str) -> Option<&'v Value> {
        let is_data = name == "site" && key == "data" && !self.globals.contains_key(name);
        is_data.then(|| self.variables.library.data())
    }

    /// Whether a key of `site` or `page` has a value in Jekyll and none here, or none for strangers.
    pub fn is_withheld(&self, name: &str, key: &str) -> bool {
        let is_ours =
            self.globals.contains_key(name) || self.locals.iter().any(|(local, _)| local == name);
        let has = |value: &Value| matches!(value, Value::Map(map) if map.get(key).is_some());
        match name {
            _ if is_ours => false,
            "site" if self.is_untrusted => !OF_STRANGERS.contains(&key),
            "site" => NOT_OF_SITE.contains(&key) && !has(self.variables.site),
            "page" => NOT_OF_PAGE.contains(&key) && !has(&self.root("page")),
            _ => false,
        }
    }
}

fn jekyll() -> Value {
    let field = |key: &str, value| -> (Arc<str>, Value) { (key.into(), Value::text(value)) };
    Value::map(vec![field("environment", "production"), field("version", JEKYLL)])
}
