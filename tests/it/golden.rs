//! Golden folders: each `tests/fixtures/CASE/content` is built, and every file of its feeds and
//! every finding is compared byte for byte with what stands beside it.
//!
//! `UPDATE_GOLDEN=1 cargo test golden` writes what is found; the diff is the review. The clock has
//! no part in it: no fixture has a post that becomes due in our time.

mod diff;

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::golden::diff::unified;
use crate::making::{Tree, run, tree, write};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All cases; `invariants` and `validity` use them too.
pub(crate) fn cases() -> Vec<PathBuf> {
    let folder = repository().join("tests/fixtures");
    let mut cases: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

/// The feeds of the site in `folder`, built with default flags but for the output.
fn built(folder: &Path) -> Tree {
    let output = TempDir::new().unwrap();
    let feeds = output.path().join("feeds");
    let ran = run(folder, &["build", "--output", feeds.to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{}: {}", folder.display(), ran.err);
    tree(&feeds)
}

/// Compares files with those of a folder, or writes them there.
fn compare(found: &Tree, folder: &Path) {
    let expected = tree(folder);
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        for name in expected.keys().filter(|name| !found.contains_key(*name)) {
            fs::remove_file(folder.join(name)).unwrap();
            // A folder that still holds something stays.
            let _ = fs::remove_dir(folder.join(name).parent().unwrap());
        }
        for (name, bytes) in found {
            if expected.get(name) != Some(bytes) {
                write(&folder.join(name), bytes);
            }
        }
        return;
    }
    let place = folder.strip_prefix(repository()).unwrap().display();
    let missing: Vec<&String> = expected.keys().filter(|name| !found.contains_key(*name)).collect();
    let surplus: Vec<&String> = found.keys().filter(|name| !expected.contains_key(*name)).collect();
    let first = found.iter().find(|(name, bytes)| expected.get(*name).is_some_and(|e| e != *bytes));
    let difference = first.map_or_else(String::new, |(name, bytes)| {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        unified(&format!("{place}/{name}"), &text(&expected[name]), &text(bytes))
    });
    assert!(
        missing.is_empty() && surplus.is_empty() && difference.is_empty(),
        "{place} differs\nmissing: {missing:?}\nnot expected: {surplus:?}\n{difference}\
         If that is as it should be, run UPDATE_GOLDEN=1 cargo test golden"
    );
}

#[test]
fn every_fixture_gives_its_feeds_and_findings() {
    let cases = cases();
    assert!(cases.len() >= 8, "{cases:?}");
    for case in cases {
        compare(&built(&case), &case.join("feeds"));
        let checked = run(&case, &["check"]);
        assert_eq!(checked.err, "", "{}", case.display());
        let mut beside = Tree::new();
        beside.insert("errors.txt".to_owned(), checked.out.into_bytes());
        let others = tree(&case).into_iter().filter(|(name, _)| name != "errors.txt");
        beside.extend(others);
        compare(&beside, &case);
    }
}

#[test]
fn the_feeds_of_the_repository_are_those_of_its_content() {
    compare(&built(repository()), &repository().join("feeds"));
}
