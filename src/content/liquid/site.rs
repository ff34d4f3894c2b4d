//! What of `site` and `page` is no key of the configuration or of the front matter.
//!
//! As in Jekyll, it comes before a key of the same name.

use std::collections::VecDeque;

use crate::content::dependency::Use;
use crate::content::liquid::elsewhere::MAX_NEWEST;
use crate::content::liquid::evaluate::Key;
use crate::content::liquid::excerpt;
use crate::content::liquid::render::Renderer;
use crate::content::liquid::value::Value;

/// What a stranger may show of the configuration.
const OF_STRANGERS: &[&str] = &["baseurl", "description", "lang", "title", "url"];

/// What to write where there is nothing here.
const WRITE_IT: &str = "it shows nothing: write into the post what the page shows";

impl Renderer<'_> {
    /// What `site` has under a key; `None` for a key of the configuration. `deeper` are the keys behind.
    pub fn of_site(&mut self, key: &str, deeper: &VecDeque<Key>) -> Option<Value> {
        if self.is_untrusted && !OF_STRANGERS.contains(&key) {
            self.withheld += 1;
            let what = format!("`site.{key}` is not known here");
            self.problem(what, "it is left out; write it into the post");
            return Some(Value::Nil);
        }
        match key {
            "data" => {
                let keys = deeper.iter().map(|key| key.value.to_text());
                let used = self.variables().library.place_of(keys);
                self.uses(Use::Data(used.into()));
                Some(self.variables().library.data().clone())
            }
            "time" => {
                let what = "`site.time` is the date of the newest post here".to_owned();
                self.problem(what, "a feed has no time at which it is built: write the date");
                Some(self.newest(key))
            }
            "posts" | "categories" | "tags" | "related_posts" => {
                let what = format!("`site.{key}` has the newest {MAX_NEWEST} posts at most here");
                self.problem(what, "they have title, url, date, categories and tags only");
                Some(self.newest(key))
            }
            "pages" | "html_pages" | "static_files" | "collections" | "documents" => {
                Some(self.nothing("site", key, Value::list(Vec::new())))
            }
            _ if self.is_collection(key) => {
                Some(self.nothing("site", key, Value::list(Vec::new())))
            }
            _ => None,
        }
    }

    /// What `page` has under a key; `None` for a key of the front matter.
    pub fn of_page(&mut self, key: &str) -> Option<Value> {
        match key {
            "previous" | "next" | "content" => Some(self.nothing("page", key, Value::Nil)),
            "path" | "relative_path" => {
                self.uses(Use::Path);
                None
            }
            // While a page is made, there is none.
            "output" => Some(Value::Nil),
            "excerpt" if matches!(self.scope.root("page").get(key), Value::Nil) => {
                if self.scope.excerpt.is_none() {
                    let (html, uses) = excerpt::shown(self.variables(), self.highlight());
                    for used in uses {
                        self.uses(used);
                    }
                    self.scope.excerpt = Some(Value::Text(html.into()));
                }
                self.scope.excerpt.clone()
            }
            _ => None,
        }
    }

    fn newest(&mut self, key: &str) -> Value {
        self.uses(Use::Newest);
        let own = self.scope.root("page").get("url").to_text();
        self.variables().elsewhere.newest().value(key, &own)
    }

    /// What has a value in Jekyll and none here.
    fn nothing(&mut self, name: &str, key: &str, value: Value) -> Value {
        self.problem(format!("`{name}.{key}` is empty here"), WRITE_IT);
        value
    }

    /// Whether the configuration names a collection so.
    fn is_collection(&self, key: &str) -> bool {
        match self.variables().site.get("collections") {
            Value::Map(map) => map.get(key).is_some(),
            list => list.items().unwrap_or_default().iter().any(|it| *it.to_text() == *key),
        }
    }
}
