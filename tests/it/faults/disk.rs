//! The output cannot be written: the old feeds stay to the byte, the health says why, and it heals
//! by itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use super::tools::Mount;

use crate::service::harness::{CONFIG, Server, Site};

/// Adds posts that the output cannot take, looks, lets it take them, and looks again.
fn fill_up(site: &Site, words: &str, spoil: impl FnOnce(), heal: impl FnOnce()) {
    site.post(1, "a", "news", "Text.");
    let server = site.serve();
    assert_eq!(server.titles(""), ["a"]);
    let before = site.bytes("out");
    spoil();
    for day in 2..=13 {
        site.post(day, &format!("p{day}"), &format!("c{day}"), &"Words. ".repeat(3_000));
    }
    server.wait_until("it is named", || server.is_ill(&["/out/", words]));
    server.wait_for_log(words);
    // Longer than the loop ever waits: it tries again, and does not say so each time.
    sleep(Duration::from_millis(4500));
    assert!(server.is_ill(&["/out/", words]), "{}", server.state());
    let log = server.log();
    let told: Vec<&str> = log.lines().filter(|line| line.contains("ERROR")).collect();
    assert!(told.len() <= 3, "{told:#?}");
    assert!(told.iter().all(|line| line.contains("/out/") && line.contains(words)), "{told:#?}");
    assert_stands(site, &server, &before);

    heal();
    server.wait_until("it heals", || server.is_healthy() && server.titles("").len() == 13);
    assert_eq!(server.titles("category/c9/"), ["p9"]);
    server.finish(&["/out/"]);
}

/// What was published is on disk as it was, and is served.
#[track_caller]
fn assert_stands(site: &Site, server: &Server, before: &BTreeMap<PathBuf, Vec<u8>>) {
    for (path, bytes) in before {
        assert!(fs::read(site.out("").join(path)).unwrap() == *bytes, "{}", path.display());
    }
    for path in ["rss.xml", "atom.xml", "feed.json", "category/news/rss.xml", "index.html"] {
        let reply = server.get(path, &[]);
        assert_eq!(reply.status, 200, "{path}");
        assert!(reply.body == before[Path::new(path)], "{path}");
    }
}

#[test]
fn a_full_disk_keeps_the_old_feeds_and_heals() {
    let site = Site::new(CONFIG);
    let Some(disk) = Mount::memory("size=256k", site.beside("out")) else { return };
    fill_up(&site, "No space left on device", || (), || disk.change("size=16m"));
}

#[test]
fn a_disk_without_inodes_keeps_the_old_feeds_and_heals() {
    let site = Site::new(CONFIG);
    let Some(disk) = Mount::memory("nr_inodes=35", site.beside("out")) else { return };
    fill_up(&site, "No space left on device", || (), || disk.change("nr_inodes=4000"));
}

#[test]
fn a_disk_that_becomes_read_only_keeps_the_old_feeds_and_heals() {
    let site = Site::new(CONFIG);
    let out = site.beside("out");
    fs::create_dir(&out).unwrap();
    let Some(disk) = Mount::new(&["--bind", out.to_str().unwrap()], out.clone()) else { return };
    let (close, open) = (|| disk.change("bind,ro"), || disk.change("bind,rw"));
    fill_up(&site, "Read-only file system", close, open);
}

#[test]
fn a_state_folder_that_cannot_be_made_costs_the_next_start_only_time() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    // Not even root makes a folder below a file.
    fs::write(site.beside("state"), "in the way").unwrap();
    for round in 0..2 {
        let server = site.serve();
        assert_eq!(server.titles("").len(), 1 + round);
        site.post(2, "b", "news", "Text.");
        server.wait_until("a new one is there", || server.titles("") == ["b", "a"]);
        server.wait_for_log("no snapshot; the next start may read everything");
        let log = server.log();
        let line = log.lines().find(|line| line.contains("no snapshot")).unwrap();
        assert!(line.contains("/state/") && line.contains("Not a directory"), "{line}");
        server.finish(&[]);
    }
    assert_eq!(fs::read_to_string(site.beside("state")).unwrap(), "in the way");
}
