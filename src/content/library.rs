//! What posts include and look up besides themselves: `_includes/` and `_data/`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::content::front_matter::Node;
use crate::content::liquid::value::Value;
use crate::error::{Finding, Remark, Severity};

/// The folder of what posts include.
pub const INCLUDES: &str = "_includes";

/// The folder of the layouts of pages, which no post uses.
pub const LAYOUTS: &str = "_layouts";

/// The folder of the site's data.
pub const DATA: &str = "_data";

/// How deep folders of data nest.
const MAX_DEPTH: usize = 16;

/// The files of a site that posts may use.
#[derive(Debug, Clone, Default)]
pub struct Library {
    includes: BTreeMap<String, Arc<str>>,
    data: Value,
}

impl Library {
    /// Takes the texts of files by their paths in the site. A file of data that cannot be read is
    /// named, and left out.
    pub fn of(files: &BTreeMap<String, String>) -> (Self, Vec<Finding>) {
        let (mut includes, mut findings) = (BTreeMap::new(), Vec::new());
        let mut data = Branch::default();
        for (path, text) in files {
            let (folder, name) = path.split_once('/').unwrap_or(("", path));
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            if folder == INCLUDES {
                includes.insert(name.to_owned(), text.into());
                continue;
            }
            let Some((stem, extension)) = name.rsplit_once('.') else { continue };
            match read(text, extension) {
                Ok(value) => data.put(stem, value, 0),
                Err(remark) => {
                    let finding = remark.at(path);
                    findings.push(Finding { severity: Severity::Warning, ..finding });
                }
            }
        }
        (Self { includes, data: data.into_value() }, findings)
    }

    /// What `include` names.
    pub fn include(&self, name: &str) -> Option<Arc<str>> {
        self.includes.get(name).cloned()
    }

    /// `site.data`
    pub fn data(&self) -> &Value {
        &self.data
    }
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
        _ => Node::parse(text).map(|node| Value::of(&node)),
    }
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
