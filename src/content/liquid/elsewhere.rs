//! What a text asks of the rest of the site: it is read when it is asked for.

use std::collections::HashMap;
use std::sync::Arc;

use crate::base::hash::Hash;
use crate::content::date::{Moment, Zone};
use crate::content::dependency::Use;
use crate::content::liquid::value::Value;

/// How many of the newest posts `site.posts` has.
pub const MAX_NEWEST: usize = 100;

/// How many posts `site.related_posts` has, as in Jekyll.
const RELATED: usize = 10;

/// The rest of the site.
pub trait Elsewhere {
    /// The URL of what `link` or `post_url` names, if there is such a post or file, and what that hangs
    /// on.
    fn address(&self, words: &str) -> (Vec<Use>, Option<String>);

    /// The newest posts.
    fn newest(&self) -> Arc<Newest>;

    /// The text of a file of the site.
    ///
    /// # Errors
    /// When there is none that may be read; the text says why.
    fn file(&self, path: &str) -> Result<String, String>;
}

/// Where only the addresses of posts are known.
impl<F: Fn(&str) -> Option<String>> Elsewhere for F {
    fn address(&self, words: &str) -> (Vec<Use>, Option<String>) {
        (vec![Use::Post(words.into())], self(words))
    }

    fn newest(&self) -> Arc<Newest> {
        Arc::default()
    }

    fn file(&self, _: &str) -> Result<String, String> {
        Err("there is no such file".to_owned())
    }
}

/// What lists of posts show of one.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its title.
    pub title: String,
    /// The path of its page.
    pub url: String,
    /// When it was published.
    pub date: Moment,
    /// Its categories.
    pub categories: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
}

/// The newest posts, the newest first.
#[derive(Debug, Default)]
pub struct Newest {
    /// Each with the path of its page.
    posts: Vec<(String, Value)>,
    list: Value,
    categories: Value,
    tags: Value,
    time: Value,
    hash: Hash,
}

impl Newest {
    /// Of these posts, the newest first; dates are shown in `zone`.
    pub fn of(listed: &[Listed], zone: Zone) -> Self {
        let mut written = String::new();
        let value = |post: &Listed| {
            let texts =
                |texts: &[String]| Value::list(texts.iter().map(|it| Value::text(it)).collect());
            let value = Value::map(vec![
                ("title".into(), Value::text(&post.title)),
                ("url".into(), Value::text(&post.url)),
                ("date".into(), Value::Date(post.date, zone)),
                ("categories".into(), texts(&post.categories)),
                ("tags".into(), texts(&post.tags)),
            ]);
            value.inspect(&mut written);
            value
        };
        let values: Vec<Value> = listed.iter().map(value).collect();
        let urls = listed.iter().map(|post| post.url.clone());
        Self {
            posts: urls.zip(values.iter().cloned()).collect(),
            categories: grouped(listed, &values, |post| &post.categories),
            tags: grouped(listed, &values, |post| &post.tags),
            time: listed.first().map_or(Value::Nil, |newest| Value::Date(newest.date, zone)),
            list: Value::list(values),
            hash: Hash::of(written.as_bytes()),
        }
    }

    /// What tells these from others.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// What `site` has of them under a key; `own` is the path of the page that asks.
    pub fn value(&self, key: &str, own: &str) -> Value {
        match key {
            "categories" => self.categories.clone(),
            "tags" => self.tags.clone(),
            "time" => self.time.clone(),
            "related_posts" => {
                let others = self.posts.iter().filter(|(url, _)| *url != own);
                Value::list(others.take(RELATED).map(|(_, value)| value.clone()).collect())
            }
            _ => self.list.clone(),
        }
    }
}

/// Posts by their groups, which stand in the order of their oldest posts, as in Jekyll.
fn grouped(listed: &[Listed], values: &[Value], groups: impl Fn(&Listed) -> &[String]) -> Value {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut lists: Vec<(&str, Vec<Value>)> = Vec::new();
    for (post, value) in listed.iter().zip(values).rev() {
        for group in groups(post) {
            let at = *places.entry(group).or_insert_with(|| {
                lists.push((group, Vec::new()));
                lists.len() - 1
            });
            lists[at].1.push(value.clone());
        }
    }
    let field = |(group, mut posts): (&str, Vec<Value>)| {
        posts.reverse();
        (group.into(), Value::list(posts))
    };
    Value::map(lists.into_iter().map(field).collect())
}
