//! The placeholders of a permalink, all those of Jekyll 4 (`UrlDrop`).

use crate::content::date::{Local, MONTHS, WEEKDAYS, push_two, push_year};
use crate::content::permalink::parts::Parts;
use crate::content::slug;

/// The longest value that is no text of the post: the name of a month or a day, an ending.
const LONGEST: usize = 16;

/// Writes a value behind a path.
type Write = fn(&mut String, Parts<'_>, &Local);

/// Their names, and their values.
const ALL: &[(&str, Write)] = &[
    ("categories", |path, parts, _| path.push_str(&joined(parts.categories, str::to_lowercase))),
    ("collection", |path, parts, _| path.push_str(parts.collection.unwrap_or("posts"))),
    ("day", |path, _, local| push_two(path, local.day)),
    ("hour", |path, _, local| push_two(path, local.hour)),
    ("i_day", |path, _, local| path.push_str(&local.day.to_string())),
    ("i_month", |path, _, local| path.push_str(&local.month.to_string())),
    ("long_day", |path, _, local| path.push_str(weekday(local))),
    ("long_month", |path, _, local| path.push_str(month(local))),
    ("minute", |path, _, local| push_two(path, local.minute)),
    ("month", |path, _, local| push_two(path, local.month)),
    ("name", |path, parts, _| path.push_str(&slug::plain(parts.stem()))),
    ("output_ext", |path, parts, _| path.push_str(parts.extension)),
    ("path", |path, parts, _| path.push_str(&parts.place())),
    ("second", |path, _, local| push_two(path, local.second)),
    ("short_day", |path, _, local| path.push_str(&weekday(local)[..3])),
    ("short_month", |path, _, local| path.push_str(&month(local)[..3])),
    ("short_year", |path, _, local| push_two(path, local.year.rem_euclid(100).unsigned_abs())),
    ("slug", |path, parts, _| path.push_str(&slug::plain(parts.slug))),
    ("slugified_categories", |path, parts, _| {
        path.push_str(&joined(parts.categories, slug::plain));
    }),
    ("title", |path, parts, _| path.push_str(&slug::pretty(parts.slug))),
    ("w_day", |path, _, local| path.extend(char::from_digit(local.weekday, 10))),
    ("w_year", |path, _, local| push_year(path, local.iso_year)),
    ("week", |path, _, local| push_two(path, local.iso_week)),
    ("y_day", |path, _, local| {
        path.extend(char::from_digit(local.ordinal / 100, 10));
        push_two(path, local.ordinal % 100);
    }),
    ("year", |path, _, local| push_year(path, local.year)),
];

/// One of the placeholders, by its place among all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placeholder(usize);

impl Placeholder {
    /// The placeholder of that name, which stands without its colon.
    pub fn named(name: &str) -> Option<Self> {
        ALL.iter().position(|(known, _)| *known == name).map(Self)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        ALL[self.0].0
    }

    /// Writes its value.
    pub fn write(self, path: &mut String, parts: Parts<'_>, local: &Local) {
        ALL[self.0].1(path, parts, local);
    }

    /// How long its value is at most, in bytes. In lower case a text may have three times as many.
    pub fn longest(self, parts: &Parts<'_>) -> usize {
        match self.name() {
            "title" | "slug" => 3 * parts.slug.len(),
            "name" | "path" => 3 * parts.path.len(),
            "categories" | "slugified_categories" => {
                3 * parts.categories.iter().map(|name| name.len() + 1).sum::<usize>()
            }
            "collection" => parts.collection.map_or(LONGEST, str::len),
            _ => LONGEST,
        }
    }
}

fn weekday(local: &Local) -> &'static str {
    WEEKDAYS[local.weekday as usize - 1]
}

fn month(local: &Local) -> &'static str {
    MONTHS[local.month as usize - 1]
}

/// Categories in an address, each once.
fn joined(categories: &[String], form: fn(&str) -> String) -> String {
    // Most posts have one.
    if let [category] = categories {
        return form(category);
    }
    let mut names: Vec<String> = Vec::with_capacity(categories.len());
    for category in categories {
        let name = form(category);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join("/")
}
