//! Folders come, go and get other names; their posts come without any event of their own.

use std::collections::BTreeSet;
use std::fs::{self, File, FileTimes};
use std::thread;
use std::time::{Duration, SystemTime};

use super::harness::{CONFIG, Server, Site, post};

const ALL: &str = "feedmill:\n  limit: 500\n";

fn folder(site: &Site, path: &str, names: impl IntoIterator<Item = String>) {
    fs::create_dir_all(site.path(path)).unwrap();
    for name in names {
        site.write(&format!("{path}/{name}.md"), post(2, &name, "news", "Text."));
    }
}

fn has(server: &Server, title: &str) -> bool {
    server.titles("").iter().any(|found| found == title)
}

#[test]
fn a_folder_that_is_moved_in_brings_its_posts() {
    let site = Site::new(&format!("{CONFIG}{ALL}"));
    site.post(1, "first", "news", "Text.");
    let server = site.serve();

    folder(&site, "../moving/deep", (0..20).map(|number| format!("deep{number}")));
    folder(&site, "../moving", (0..20).map(|number| format!("flat{number}")));
    fs::rename(site.beside("moving"), site.path("_posts/moved")).unwrap();
    server.wait_until("all are there", || server.titles("").len() == 41);

    // The new folders are watched too.
    for path in ["_posts/moved/late.md", "_posts/moved/deep/later.md"] {
        let name = path.rsplit('/').next().unwrap().trim_end_matches(".md");
        site.write(path, post(3, name, "news", "Text."));
        server.wait_until(name, || has(&server, name));
    }

    fs::rename(site.path("_posts/moved"), site.beside("moving")).unwrap();
    server.wait_until("all are gone", || server.titles("") == ["first"]);
    server.finish(&[]);
}

#[test]
fn a_post_in_a_folder_made_just_before_is_not_missed() {
    let site = Site::new(&format!("{CONFIG}{ALL}"));
    let server = site.serve();
    for number in 0..50 {
        folder(&site, &format!("_posts/f{number}"), [format!("p{number}")]);
    }
    let all: BTreeSet<String> = (0..50).map(|number| format!("p{number}")).collect();
    server.wait_until("50 of 50 are there", || {
        server.titles("").into_iter().collect::<BTreeSet<_>>() == all
    });
    assert_eq!(server.titles("").len(), 50);
    // Another post in each, now that all is quiet.
    for number in 0..50 {
        folder(&site, &format!("_posts/f{number}"), [format!("q{number}")]);
    }
    server.wait_until("100 of 100 are there", || server.titles("").len() == 100);
    server.finish(&[]);
}

#[test]
fn a_new_folder_of_posts_deep_in_the_site_is_found() {
    let site = Site::new(CONFIG);
    site.post(1, "first", "news", "Text.");
    let server = site.serve();
    folder(&site, "world/asia/_posts/old", ["nested".to_owned()]);
    server.wait_until("it is there", || has(&server, "nested"));
    // The folders above `_posts` are categories.
    assert_eq!(server.titles("category/world/"), ["nested"]);
    assert_eq!(server.titles("category/asia/"), ["nested"]);
    // What is not walked is not looked at.
    folder(&site, "_drafts", ["draft".to_owned()]);
    folder(&site, "_site/_posts", ["built".to_owned()]);
    folder(&site, "node_modules/x/_posts", ["module".to_owned()]);
    folder(&site, "pages", ["page".to_owned()]);
    server.settle();
    assert_eq!(server.titles("").len(), 2, "{}", server.state());
    server.finish(&[]);
}

#[test]
fn a_renamed_folder_is_still_watched() {
    let site = Site::new(&format!("{CONFIG}{ALL}"));
    site.post(1, "first", "news", "Text.");
    folder(&site, "_posts/m", ["one".to_owned(), "two".to_owned()]);
    let server = site.serve();
    let mut last = "_posts/m".to_owned();
    // Names that sort before and behind the old one.
    for (number, name) in ["a", "z", "b", "y"].into_iter().enumerate() {
        let path = format!("_posts/{name}");
        site.rename(&last, &path);
        let id = format!("{name}/one");
        server.wait_until("it has its new key", || {
            let ids = server.all("", "id");
            ids.len() == 3 + number && ids.iter().any(|found| found.contains(&id))
        });
        folder(&site, &path, [format!("new{number}")]);
        server.wait_until("a new post in it is there", || server.titles("").len() == 4 + number);
        last = path;
    }
    // Deleted and made again.
    for round in 0..3 {
        fs::remove_dir_all(site.path(&last)).unwrap();
        if round > 0 {
            server.wait_until("it is gone", || server.titles("") == ["first"]);
        }
        folder(&site, &last, (0..3).map(|number| format!("again{round}-{number}")));
        server.wait_until("it is back", || {
            server.titles("").len() == 4 && has(&server, &format!("again{round}-2"))
        });
        folder(&site, &last, [format!("late{round}")]);
        server.wait_until("a late post is there", || has(&server, &format!("late{round}")));
    }
    server.finish(&[]);
}

#[test]
fn folders_in_folders_made_just_before_are_watched() {
    let site = Site::new(&format!("{CONFIG}{ALL}"));
    let server = site.serve();
    for number in 0..150 {
        // As the programs do that copy folders: one after the other, and with pauses.
        for path in ["", "/deep", "/deep/deeper"] {
            fs::create_dir(site.path(&format!("_posts/f{number}{path}"))).unwrap();
            thread::sleep(Duration::from_micros(number * 17 % 1500));
        }
    }
    server.settle();
    for number in 0..150 {
        folder(&site, &format!("_posts/f{number}/deep/deeper"), [format!("p{number}")]);
    }
    server.wait_until("all are there", || server.titles("").len() == 150);
    server.finish(&[]);
}

/// Whatever is done to a folder, what is told of its posts is not lost. No feed has two of those
/// that go: to print it for the one would show that the other is gone, too.
#[test]
fn a_folder_that_is_touched_keeps_its_word() {
    const GOING: u32 = 40;
    let site = Site::new(&format!("{CONFIG}feedmill:\n  limit: 1\n"));
    site.post(9, "last", "rest", "Text.");
    for number in 0..400 {
        let (name, path) = (format!("p{number}"), format!("_posts/f{number}"));
        fs::create_dir(site.path(&path)).unwrap();
        let category = if number < GOING { format!("c{number}") } else { "rest".to_owned() };
        site.write(&format!("{path}/{name}.md"), post(2, &name, &category, "Text."));
    }
    let server = site.serve();
    let now = SystemTime::now();
    let both = FileTimes::new().set_accessed(now).set_modified(now);
    for number in 0..GOING {
        // Both times, as `touch` does: the system takes one alone for written bytes.
        File::open(site.path("_posts")).unwrap().set_times(both).unwrap();
        // At any moment of what is done about it.
        thread::sleep(Duration::from_millis(u64::from(number)));
        site.remove(&format!("_posts/f{number}/p{number}.md"));
        // One at a time: many at once bring a scan.
        thread::sleep(Duration::from_millis(90));
    }
    let left = || {
        let folders = (0..GOING).map(|number| format!("category/c{number}"));
        folders.filter(|folder| site.out(folder).exists()).collect::<Vec<_>>()
    };
    server.wait_until("all are gone", || left().is_empty());
    server.finish(&[]);
}

/// What a start would not walk to is no post while it is served either.
#[test]
fn a_folder_that_is_too_deep_gives_no_post_by_an_event_either() {
    let site = Site::new(CONFIG);
    let deepest = format!("_posts{}", "/d".repeat(63));
    let below = format!("{deepest}/below");
    folder(&site, &deepest, ["first".to_owned()]);
    folder(&site, &below, []);
    let server = site.serve();
    assert_eq!(server.titles(""), ["first"]);
    folder(&site, &below, ["too-deep".to_owned()]);
    folder(&site, &format!("{deepest}/new"), ["too-deep-as-well".to_owned()]);
    folder(&site, &deepest, ["second".to_owned()]);
    server.wait_until("it is there", || has(&server, "second"));
    server.settle_in(&deepest);
    assert_eq!(server.titles(""), ["first", "second"], "{}", server.state());
    server.finish(&[]);
}
