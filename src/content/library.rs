//! What posts include and look up besides themselves: `_includes/` and `_data/`.

pub mod json;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::hash::Hash;
use crate::content::dependency::Use;
use crate::content::front_matter::node::Node;
use crate::content::liquid::value::Value;
use crate::diagnostic::finding::{Finding, Remark, Severity};

/// The folder of what posts include.
pub const INCLUDES: &str = "_includes";

/// The folder of the layouts of pages, which no post uses.
pub const LAYOUTS: &str = "_layouts";

/// The folder of the site's data.
pub const DATA: &str = "_data";

/// How deep folders of data nest.
const MAX_DEPTH: usize = 16;

/// What Ruby asks for first, last: of two files that differ in it alone the later one counts.
const EXTENSIONS: [&str; 5] = ["yaml", "yml", "json", "csv", "tsv"];

/// The files of a site that posts may use.
#[derive(Debug, Clone, Default)]
pub struct Library {
    includes: BTreeMap<String, (Arc<str>, Hash)>,
    /// What files of data say, by their paths below the folder.
    files: BTreeMap<String, (Hash, Value)>,
    /// The files of data by the keys that lead to them, with slashes.
    places: BTreeMap<String, Hash>,
    data: Value,
}

impl Library {
    /// Takes the texts of files by their paths in the site. A file of data that cannot be read is
    /// named, and left out. What is as it was in the `former` library is not read again.
    pub fn of(files: &BTreeMap<String, String>, former: Option<&Self>) -> (Self, Vec<Finding>) {
        let (mut library, mut findings) = (Self::default(), Vec::new());
        for (path, text) in files {
            let (folder, name) = path.split_once('/').unwrap_or(("", path));
            let (text, hash) =
                (text.strip_prefix('\u{feff}').unwrap_or(text), Hash::of(text.as_bytes()));
            if folder == INCLUDES {
                library.includes.insert(name.to_owned(), (text.into(), hash));
                continue;
            }
            let known = former.and_then(|former| former.files.get(name));
            let read = match known.filter(|(known, _)| *known == hash) {
                Some((_, value)) => Ok(value.clone()),
                None => read(text, extension(name)),
            };
            match read {
                Ok(value) => _ = library.files.insert(name.to_owned(), (hash, value)),
                Err(remark) => {
                    let finding = remark.at(path);
                    findings.push(Finding { severity: Severity::Warning, ..finding });
                }
            }
        }
        library.put_together();
        (library, findings)
    }

    /// Makes `site.data` of the files.
    fn put_together(&mut self) {
        let mut data = Branch::default();
        let mut names: Vec<&String> = self.files.keys().collect();
        names.sort_by_key(|name| EXTENSIONS.iter().position(|it| *it == extension(name)));
        for name in names {
            let stem = name.rsplit_once('.').map_or(&**name, |(stem, _)| stem);
            let place: Vec<String> = stem.split('/').map(key).collect();
            let place = place.join("/");
            let (hash, value) = &self.files[name];
            data.put(&place, value.clone(), 0);
            // Of two files the later counts.
            self.places.insert(place, *hash);
        }
        self.data = data.into_value();
    }

    /// What `include` names.
    pub fn include(&self, name: &str) -> Option<Arc<str>> {
        self.includes.get(name).map(|(text, _)| Arc::clone(text))
    }

    /// `site.data`
    pub fn data(&self) -> &Value {
        &self.data
    }

    /// The file or folder of data that keys lead into; that of all when there are none.
    pub fn place_of(&self, keys: impl Iterator<Item = Arc<str>>) -> String {
        let mut place = String::new();
        for key in keys {
            let slash = if place.is_empty() { "" } else { "/" };
            let next = format!("{place}{slash}{key}");
            let has_file = self.places.contains_key(&next);
            let has_more = self.below(&next).any(|(path, _)| *path != next);
            if !has_file && !has_more && matches!(&*key, "size" | "first" | "last") {
                // That of the folder.
                break;
            }
            place = next;
            if has_file || !has_more {
                break;
            }
        }
        place
    }

    /// What tells an include or data from what it is another time; of all else nothing is known here.
    pub fn version(&self, used: &Use) -> Hash {
        match used {
            Use::Include(name) => self.includes.get(&**name).map_or(Hash::default(), |it| it.1),
            Use::Data(place) => {
                let mut written = String::new();
                for (path, hash) in self.below(place) {
                    written.push_str(path);
                    written.extend(hash.digits().map(char::from));
                }
                Hash::of(written.as_bytes())
            }
            _ => Hash::default(),
        }
    }

    /// The files of data at a place and below it.
    fn below<'s>(&'s self, place: &str) -> impl Iterator<Item = (&'s String, &'s Hash)> {
        let own = place.to_owned();
        let near = self.places.range(own.clone()..);
        let rest = near.map_while(move |it| Some((it.0.strip_prefix(&own)?, it)));
        let is_all = place.is_empty();
        // What sorts between a name and those below it begins with a sign before the slash.
        let is_below = move |rest: &str| is_all || rest.is_empty() || rest.starts_with('/');
        rest.filter(move |(rest, _)| is_below(rest)).map(|(_, it)| it)
    }

    /// What is not as it was in another library.
    pub fn changes(&self, former: &Self) -> BTreeSet<Use> {
        let mut changes = BTreeSet::new();
        for name in self.includes.keys().chain(former.includes.keys()) {
            let used = Use::Include(name.as_str().into());
            if self.version(&used) != former.version(&used) {
                changes.insert(used);
            }
        }
        for place in self.places.keys().chain(former.places.keys()) {
            if self.places.get(place) == former.places.get(place) {
                continue;
            }
            let ends = place.match_indices('/').map(|(end, _)| end).chain([0, place.len()]);
            changes.extend(ends.map(|end| Use::Data(place[..end].into())));
        }
        changes
    }
}

/// The key of a file or a folder of data, as Jekyll makes it of the name.
fn key(name: &str) -> String {
    let is_kept =
        |c: &char| c.is_ascii_alphanumeric() || c.is_whitespace() || matches!(c, '_' | '-');
    let kept: String = name.chars().filter(is_kept).collect();
    kept.split_whitespace().collect::<Vec<_>>().join("_")
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// A folder of data on its way.
#[derive(Default)]
struct Branch {
    values: Vec<(String, Value)>,
    folders: BTreeMap<String, Self>,
}

impl Branch {
    fn put(&mut self, path: &str, value: Value, depth: usize) {
        match path.split_once('/').filter(|_| depth < MAX_DEPTH) {
            Some((folder, rest)) => {
                self.folders.entry(folder.to_owned()).or_default().put(rest, value, depth + 1);
            }
            None => self.values.push((path.to_owned(), value)),
        }
    }

    fn into_value(self) -> Value {
        let folders = self.folders.into_iter().map(|(name, folder)| (name, folder.into_value()));
        let all = self.values.into_iter().chain(folders);
        Value::map(all.map(|(name, value)| (name.into(), value)).collect())
    }
}

fn read(text: &str, extension: &str) -> Result<Value, Remark> {
    match extension {
        "csv" => Ok(table(text, ',')),
        "tsv" => Ok(table(text, '\t')),
        "json" => json::read(text).map_or_else(|| yaml(text), Ok),
        _ => yaml(text),
    }
}

/// As Jekyll reads JSON, too: what that does not allow may be YAML.
fn yaml(text: &str) -> Result<Value, Remark> {
    Node::parse(text).map(|node| Value::of(&node))
}

/// The rows of a table, each with the names of its first row (RFC 4180).
fn table(text: &str, separator: char) -> Value {
    let mut rows = rows(text, separator).into_iter();
    let names: Vec<Arc<str>> =
        rows.next().unwrap_or_default().into_iter().map(Into::into).collect();
    let row = |cells: Vec<String>| {
        let mut cells = cells.into_iter();
        let value = |name: &Arc<str>| {
            let cell = cells.next().filter(|cell| !cell.is_empty());
            (Arc::clone(name), cell.map_or(Value::Nil, |cell| Value::text(&cell)))
        };
        Value::map(names.iter().map(value).collect())
    };
    Value::list(rows.filter(|cells| cells.iter().any(|cell| !cell.is_empty())).map(row).collect())
}

fn rows(text: &str, separator: char) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut is_quoted = false;
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if is_quoted && signs.peek() == Some(&'"') => {
                signs.next();
                cell.push('"');
            }
            '"' if is_quoted || cell.is_empty() => is_quoted = !is_quoted,
            '\r' if !is_quoted => {}
            '\n' if !is_quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            sign if sign == separator && !is_quoted => row.push(std::mem::take(&mut cell)),
            sign => cell.push(sign),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows
}
