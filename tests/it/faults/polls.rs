//! No event tells what changes: the site is scanned instead.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::channel;

use super::tools::{LONG, Mount, Process, is_there, not_run};
use notify::event::{AccessKind, EventKind};
use notify::{RecursiveMode, Watcher};

use crate::making::Made;
use crate::service::harness::{CONFIG, Site, at, post};

const POLL: [&str; 4] = ["--listen", "127.0.0.1:0", "--poll", "1"];

#[test]
fn a_site_that_is_polled_is_watched_by_nobody_and_kept_right() {
    let site = Site::new(CONFIG);
    for day in 1..=3 {
        site.post(day, &format!("p{day}"), "news", "Text.");
    }
    let mut watched = site.serve();
    assert!(Process::of(&mut watched).is_watching(), "nothing is seen of a watch");
    watched.finish(&[]);

    let mut server = site.serve_with(&POLL);
    let process = Process::of(&mut server);
    site.post(4, "new", "more", "Text.");
    site.post(2, "p2", "news", "Changed.");
    site.remove(&at(1, "p1"));
    server.wait_until("a post comes", || server.titles("category/more/") == ["new"]);
    server.wait_until("a post changes", || server.body("p2").contains("Changed."));
    server.wait_until("a post goes", || server.titles("") == ["new", "p3", "p2"]);
    // A folder that comes and one that is renamed.
    fs::create_dir(site.path("_posts/deep")).unwrap();
    site.rename(&at(4, "new"), &at(4, "new").replace("_posts/", "_posts/deep/"));
    site.write("_config.yml", CONFIG.replace("Site", "Second"));
    server.wait_until("it has another title", || {
        server.get("rss.xml", &[]).text().contains("Second")
    });
    // One that is cut short is waited for.
    let text = post(5, "cut", "news", "Whole.");
    site.write(&at(5, "cut"), &text[..text.len() / 2]);
    server.wait_for_log("cut.md: the front matter has no end");
    site.write(&at(5, "cut"), &text);
    server.wait_until("it is whole", || server.body("cut").contains("Whole."));
    assert_eq!(server.titles(""), ["cut", "new", "p3", "p2"]);
    assert!(!process.is_watching());
    server.finish(&["cut.md"]);
}

#[test]
fn a_site_that_is_polled_may_lose_all_posts_for_a_while() {
    let site = Site::new(CONFIG);
    for day in 1..=12 {
        site.post(day, &format!("p{day}"), "news", "Text.");
    }
    let server = site.serve_with(&POLL);
    let before = site.written();
    fs::rename(site.path("_posts"), site.beside("away")).unwrap();
    server.wait_until("it is noticed", || server.is_ill(&["posts are gone"]));
    fs::rename(site.beside("away"), site.path("_posts")).unwrap();
    server.wait_until("it is healthy", || server.is_healthy());
    assert_eq!(site.written(), before, "nothing was ever emptied");
    server.finish(&["posts are gone"]);
}

#[test]
fn a_scan_of_what_is_known_opens_no_file() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let server = site.serve_with(&POLL);
    let before = site.written();
    let (sender, events) = channel();
    let mut watcher = notify::recommended_watcher(sender).unwrap();
    watcher.watch(&site.path("_posts"), RecursiveMode::NonRecursive).unwrap();
    for _ in 0..3 {
        // Each takes a scan of its own.
        server.settle();
    }
    drop(watcher);
    let events = events.iter().map(Result::unwrap);
    let opened: Vec<PathBuf> = events
        .filter(|event| matches!(event.kind, EventKind::Access(AccessKind::Open(_))))
        .flat_map(|event| event.paths)
        .collect();
    let names = |name: &str| opened.iter().any(|path| path.to_str().unwrap().contains(name));
    assert!(names("barrier-") && !names("01-a.md"), "{opened:?}");
    assert_eq!((server.titles(""), site.written()), (vec!["a".to_owned()], before));
    server.finish(&[]);
}

/// The same without a clock: the time is what the test says.
#[test]
fn what_no_event_tells_of_must_have_been_left_alone() {
    const SECOND: i64 = 1_000_000_000;
    let made = Made::of(&[("_config.yml", CONFIG), (&at(1, "a"), "A.\n"), (&at(2, "b"), "B.\n")]);
    let modified = |path: &str| {
        let found = fs::metadata(made.at(path)).unwrap().modified().unwrap();
        let since = found.duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap();
        i64::try_from(since.as_nanos()).unwrap()
    };
    let mut engine = made.engine();
    engine.rely_on_scans();
    // What is there at the start is read as it is.
    engine.rebuild(modified(&at(2, "b"))).unwrap();
    assert_eq!(engine.catalog().len(), 2);
    let before = made.feeds();

    // A post of which the half may have been written.
    made.write(&at(3, "c"), post(3, "c", "news", "Half"));
    let now = modified(&at(3, "c"));
    engine.rescan(now + SECOND).unwrap();
    assert!(made.feeds() == before);
    assert_eq!(engine.next_look(), Some(now + 2 * SECOND));
    made.write(&at(3, "c"), post(3, "c", "news", "Whole."));
    let now = modified(&at(3, "c"));
    engine.tick(now + SECOND).unwrap();
    engine.rescan(now + SECOND).unwrap();
    assert!(made.feeds() == before);
    engine.tick(now + 2 * SECOND).unwrap();
    let feeds = made.feeds();
    assert!(String::from_utf8_lossy(&feeds["category/news/rss.xml"]).contains("Whole."));

    // An editor that renames the file away before it writes it anew.
    let now = now + 10 * SECOND;
    fs::rename(made.at(&at(2, "b")), made.at("b~")).unwrap();
    engine.rescan(now).unwrap();
    engine.rescan(now + SECOND).unwrap();
    assert!(made.feeds() == feeds);
    fs::rename(made.at("b~"), made.at(&at(2, "b"))).unwrap();
    engine.tick(now + 2 * SECOND).unwrap();
    engine.rescan(now + 3 * SECOND).unwrap();
    assert!(made.feeds() == feeds && engine.next_look().is_none());
    fs::remove_file(made.at(&at(2, "b"))).unwrap();
    engine.rescan(now + 4 * SECOND).unwrap();
    assert!(made.feeds() == feeds);
    engine.tick(now + 6 * SECOND).unwrap();
    assert_eq!(engine.catalog().len(), 2);
    assert!(made.feeds() != feeds);
}

/// A folder that shows another one through a program, as the shares of hosts do.
fn shared(from: &Path, place: &Path) -> Option<Mount> {
    if !is_there("bindfs") || !Path::new("/dev/fuse").exists() {
        not_run("there is no bindfs");
        return None;
    }
    fs::create_dir_all(place).unwrap();
    let made = Command::new("bindfs").arg(from).arg(place).output().unwrap();
    if !made.status.success() {
        not_run("bindfs may not mount here");
        return None;
    }
    Some(Mount::at(place.to_owned()))
}

#[test]
fn a_shared_folder_is_scanned_besides() {
    let site = Site::new(CONFIG);
    let source = site.beside("source");
    fs::create_dir(&source).unwrap();
    fs::write(source.join("2022-01-01-a.md"), post(1, "a", "news", "Text.")).unwrap();
    let Some(disk) = shared(&source, &site.path("_posts")) else { return };
    let server = site.serve();
    server.wait_for_log("_posts` (FUSE); the site is scanned instead");
    assert!(server.is_healthy(), "{}", server.state());
    // Another machine writes: no event of it comes here.
    fs::write(source.join("2022-01-02-b.md"), post(2, "b", "news", "Text.")).unwrap();
    server.wait_within(3 * LONG, "it is found", || server.titles("") == ["b", "a"]);
    assert_eq!(server.log().matches("is scanned instead").count(), 1);
    server.finish(&[]);

    let server = site.serve_with(&["--listen", "127.0.0.1:0", "--rescan", "1"]);
    server.wait_for_log("every=1s");
    fs::remove_file(source.join("2022-01-02-b.md")).unwrap();
    server.wait_until("it is gone", || server.titles("") == ["a"]);
    server.finish(&[]);
    drop(disk);
}

#[test]
fn scans_have_a_shortest_and_a_longest_distance() {
    let site = Site::new(CONFIG);
    let wrong: [&[&str]; 5] = [
        &["--poll", "0"],
        &["--poll", "86401"],
        &["--poll", "soon"],
        &["--rescan", "0"],
        &["--poll", "5", "--rescan", "5"],
    ];
    for flags in wrong {
        assert_eq!(site.run("serve", flags).status.code(), Some(2), "{flags:?}");
    }
}
