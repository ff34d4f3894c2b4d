//! The architecture, checked on the sources themselves: layers, confinement of I/O, owners of
//! crates, and the habits of ARCHITECTURE.md that a search can prove.
//!
//! Each rule is a function from files to complaints; [`RULES`] holds them all with a made-up
//! violation of each, so that no rule is a test that cannot fail.

mod circles;
mod reading;
mod tables;

use std::fs;
use std::path::Path;

use crate::architecture::circles::circles;
use crate::architecture::reading::{File, sources};
use crate::architecture::tables::{LAYERS, OUTSIDE, OWNERS};

/// The most lines of a file: a ceiling, not a goal. A file has one noun.
const MAX_LINES: usize = 400;

/// The same of tests, which are tables for the most part.
const MAX_LINES_OF_TESTS: usize = 500;

type Rule = fn(&[File]) -> Vec<String>;

/// A rule, and a file of two lines whose second one breaks it.
struct Checked {
    rule: Rule,
    file: &'static str,
    line: &'static str,
    complaint: &'static str,
}

const fn checked(
    rule: Rule,
    file: &'static str,
    line: &'static str,
    complaint: &'static str,
) -> Checked {
    Checked { rule, file, line, complaint }
}

const RULES: &[Checked] = &[
    checked(
        layers,
        "src/feed/format/html.rs",
        "use crate::{diagnostic::Error, content::site::Site};",
        "may not see `crate::content::site::Site`",
    ),
    checked(
        layers,
        "src/http/pages.rs",
        "fn f() { crate::feed::assemble::folder() }",
        "may not see `crate::feed::assemble::folder`",
    ),
    checked(
        layers,
        "src/base/x.rs",
        "use crate::os::clock::now;",
        "may not see `crate::os::clock::now`",
    ),
    checked(layers, "src/util/mod.rs", "", "is in no layer"),
    checked(
        outside,
        "src/content/date.rs",
        "use std::{fmt, fs};",
        "`std::fs` does not belong here",
    ),
    checked(
        outside,
        "src/engine/engine.rs",
        "let now = SystemTime::now();",
        "`SystemTime::now` does not belong here",
    ),
    checked(owners, "src/content/text.rs", "use url::Url;", "`url` belongs to src/content/url.rs"),
    checked(
        owners,
        "src/http/x.rs",
        "use hyper as h;",
        "`hyper` belongs to src/server/http_server.rs, src/server/reply.rs, src/server/deadline.rs",
    ),
    checked(globs, "src/feed/x.rs", "use std::collections::*;", "a glob import"),
    checked(globs, "src/feed/x.rs", "pub use crate::feed::model::Feed;", "a re-export"),
    checked(globs, "src/feed/x.rs", "use super::model::Feed;", "`super::` is no full path"),
    checked(words, "src/feed/x.rs", "let x = y.unwrap();", "`.unwrap()`"),
    checked(words, "src/feed/x.rs", "let x = y.expect(\"no\");", "`.expect(`"),
    checked(words, "src/feed/x.rs", "todo!()", "`todo!`"),
    checked(words, "tests/it/x.rs", "dbg!(1)", "`dbg!`"),
    checked(words, "tests/it/x.rs", "// FIXME", "`FIXME`"),
    checked(words, "tests/it/x.rs", "#[ignore]", "`#[ignore`"),
];

fn everything() -> Vec<File> {
    let mut files = sources("src");
    files.extend(sources("tests"));
    files.extend(sources("benches"));
    files
}

/// Runs a rule over all files, or reads its complaints aloud.
fn check(rule: Rule) {
    let complaints = rule(&everything());
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn layers_see_only_what_is_below_them() {
    check(layers);
}

#[test]
fn no_files_import_each_other() {
    check(circles);
}

#[test]
fn few_layers_touch_the_outside_world() {
    check(outside);
}

#[test]
fn each_crate_is_used_in_its_own_place() {
    check(owners);
}

#[test]
fn imports_say_where_things_are() {
    check(globs);
}

#[test]
fn nothing_is_left_half_done() {
    check(words);
}

#[test]
fn files_stay_small_and_say_what_they_are() {
    check(shape);
}

#[test]
fn every_dependency_has_an_owner_and_every_owner_uses_it() {
    let manifest =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let complaints = manifest_against(&manifest, OWNERS, &everything());
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// Of a key that `RARE` lacks `Fields::rare` would find nothing, without a word.
#[test]
fn every_rare_key_is_in_the_list() {
    let text = |name: &str| {
        let path = format!("{}/src/content/fields/{name}.rs", env!("CARGO_MANIFEST_DIR"));
        fs::read_to_string(path).unwrap()
    };
    let rare = text("rare");
    let list = rare.split_once("bits_of(&[").unwrap().1.split_once(']').unwrap().0;
    let mut asked = 0;
    for file in ["rare", "media", "state"] {
        let code = text(file);
        for call in ["self.text(\"", "self.address(\"", "self.front.get(\""] {
            for key in code.split(call).skip(1).map(|rest| rest.split('"').next().unwrap()) {
                assert!(list.contains(&format!("\"{key}\"")), "{file}.rs asks for `{key}`");
                asked += 1;
            }
        }
    }
    assert!(asked >= 8, "{asked} keys: how are they asked for now?");
    let named = [&*rare, &text("times")].concat();
    for keys in named.split("&[&str] = &[").skip(1) {
        for key in keys.split(']').next().unwrap().split(',') {
            assert!(list.contains(key.trim()), "{key} is in no list");
        }
    }
}

#[test]
fn every_rule_finds_a_violation() {
    for Checked { rule, file, line, complaint } in RULES {
        let found = rule(&[File::new(file, &format!("//! A file.\n{line}\n"))]);
        let number = if line.is_empty() { 1 } else { 2 };
        assert_eq!(found, [format!("{file}:{number}: {complaint}")], "{line}");
    }
    let long = File::new("src/x.rs", &"// line\n".repeat(MAX_LINES + 1));
    assert_eq!(
        shape(&[long]),
        ["src/x.rs:1: does not open with `//!`", "src/x.rs:401: more than 400 lines"]
    );
    let manifest =
        "[dependencies]\nalpha = \"1\"\nbe-ta = { version = \"1\" }\n\n[lints.rust]\nx = 1";
    let owners: &[(&str, &[&str])] = &[("be-ta", &["src/a.rs", "src/b/"]), ("gamma", &[])];
    let user = File::new("src/a.rs", "//! It.\nuse be_ta::Beta;");
    assert_eq!(
        manifest_against(manifest, owners, &[user]),
        [
            "Cargo.toml:2: `alpha` has no owner",
            "src/b/:1: does not use `be-ta`, which it is to own",
            "Cargo.toml:1: there is no dependency `gamma`, which has an owner",
        ]
    );
}

#[test]
fn comments_and_literals_are_not_code() {
    let quiet = [
        "// crate::content::site, todo!() and .unwrap()",
        "let x = \"crate::content::site todo!() // \\\" .unwrap()\";",
        "let x = r#\"todo!() \" .unwrap()\"#; let y = 'a'; let z: &'static str = b\"todo!\";",
        "#[expect(clippy::unwrap_used, reason = \"none\")]",
        "let x = y.unwrap_or(1).unwrap_or_default(); expect(1);",
    ];
    for line in quiet {
        let file = [File::new("src/base/x.rs", &format!("//! It.\n{line}\n"))];
        let found: Vec<String> = RULES.iter().flat_map(|checked| (checked.rule)(&file)).collect();
        assert_eq!(found, [""; 0], "{line}");
    }
}

fn complaint(file: &File, line: usize, what: &str) -> String {
    format!("{}:{line}: {what}", file.name)
}

fn is_src(file: &File) -> bool {
    file.name.starts_with("src/")
}

fn is_below(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn layers(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| is_src(file)) {
        let row = LAYERS.iter().find(|(prefix, _)| file.name.starts_with(prefix));
        let Some((_, allowed)) = row else {
            complaints.push(complaint(file, 1, "is in no layer"));
            continue;
        };
        for head in ["crate", "feedmill"] {
            for named in file.paths(head) {
                let path = &named.path[head.len() + 2..];
                if !allowed.iter().any(|module| is_below(path, module)) {
                    let what = format!("may not see `{}`", named.path);
                    complaints.push(complaint(file, named.line, &what));
                }
            }
        }
    }
    complaints
}

fn outside(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| is_src(file)) {
        let paths = file.paths("std");
        for (word, places) in OUTSIDE {
            if places.iter().any(|place| file.name.starts_with(place)) {
                continue;
            }
            let lines: Vec<usize> = if word.starts_with("std") {
                let named = paths.iter().filter(|named| is_below(&named.path, word));
                named.map(|named| named.line).collect()
            } else {
                File::lines_with(&file.code, word)
            };
            let what = format!("`{word}` does not belong here");
            complaints.extend(lines.into_iter().map(|line| complaint(file, line, &what)));
        }
    }
    complaints
}

/// The lines on which a file uses a crate.
fn uses(file: &File, dependency: &str) -> Vec<usize> {
    let name = dependency.replace('-', "_");
    if file.own_names().contains(&name) {
        return Vec::new();
    }
    file.paths(&name).into_iter().map(|named| named.line).collect()
}

fn owners(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| is_src(file)) {
        for (dependency, places) in OWNERS {
            if places.iter().any(|place| file.name.starts_with(place)) {
                continue;
            }
            let what = format!("`{dependency}` belongs to {}", places.join(", "));
            let lines = uses(file, dependency).into_iter();
            complaints.extend(lines.map(|line| complaint(file, line, &what)));
        }
    }
    complaints
}

/// Compares the dependencies of a manifest with a table of owners, and the owners with the files.
fn manifest_against(manifest: &str, owners: &[(&str, &[&str])], files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut dependencies = Vec::new();
    let mut is_inside = false;
    for (index, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            is_inside = line == "[dependencies]";
        } else if let Some((name, _)) = line.split_once('=').filter(|_| is_inside)
            && !line.starts_with(['#', ' '])
        {
            dependencies.push(name.trim());
            if !owners.iter().any(|(owned, _)| *owned == name.trim()) {
                complaints.push(format!(
                    "Cargo.toml:{}: `{}` has no owner",
                    index + 1,
                    name.trim()
                ));
            }
        }
    }
    for (dependency, places) in owners {
        if !dependencies.contains(dependency) {
            complaints.push(format!(
                "Cargo.toml:1: there is no dependency `{dependency}`, which has an owner"
            ));
        }
        for place in *places {
            let is_used =
                |file: &File| file.name.starts_with(place) && !uses(file, dependency).is_empty();
            if !files.iter().any(is_used) {
                complaints
                    .push(format!("{place}:1: does not use `{dependency}`, which it is to own"));
            }
        }
    }
    complaints
}

fn globs(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        let mut find = |word: &str, what: &str| {
            let lines = File::lines_with(&file.code, word).into_iter();
            complaints.extend(lines.map(|line| complaint(file, line, what)));
        };
        find("::*", "a glob import");
        find("{*", "a glob import");
        if is_src(file) {
            find("super::", "`super::` is no full path");
            find("pub use", "a re-export");
            find("pub(crate) use", "a re-export");
        }
    }
    complaints
}

fn words(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        let mut find = |view: &str, word: &str| {
            let lines = File::lines_with(view, word).into_iter();
            complaints.extend(lines.map(|line| complaint(file, line, &format!("`{word}`"))));
        };
        for word in ["todo!", "dbg!", "unimplemented!", "#[ignore"] {
            find(&file.code, word);
        }
        find(&file.prose, "FIXME");
        if is_src(file) {
            // Tests within a source file stand at its end.
            let code = file.code.split("#[cfg(test)]").next().unwrap();
            find(code, ".unwrap()");
            find(code, ".expect(");
        }
    }
    complaints
}

fn shape(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        if !file.text.starts_with("//! ") {
            complaints.push(complaint(file, 1, "does not open with `//!`"));
        }
        let most = if is_src(file) { MAX_LINES } else { MAX_LINES_OF_TESTS };
        if file.text.lines().count() > most {
            complaints.push(complaint(file, most + 1, &format!("more than {most} lines")));
        }
    }
    complaints
}
