//! What the system does not give for a while is not gone.

use super::harness::{CONFIG, Server, Site};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Lets a running server open files up to this number; those that it has open stay so.
#[track_caller]
fn allow_files(server: &mut Server, number: u32) {
    let pid = server.child().id().to_string();
    let limit = format!("--nofile={number}:");
    let status = Command::new("prlimit").args(["--pid", &pid, &limit]).status();
    assert!(status.unwrap().success());
}

#[test]
fn a_post_that_cannot_be_read_for_a_while_stays_in_its_feeds() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    site.post(2, "b", "news", "Text.");
    let mut server = site.serve();
    server.settle();
    allow_files(&mut server, 3);
    site.post(1, "a", "news", "Changed.");
    let words = "a.md: cannot read it now: Too many open files";
    server.wait_for_log(words);
    // It is asked for again after five seconds, and nothing new is said.
    sleep(Duration::from_secs(6));
    allow_files(&mut server, 1024);
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(3) {
        assert_eq!(server.titles(""), ["b", "a"], "{}", server.state());
        assert_eq!(server.titles("category/news/"), ["b", "a"], "{}", server.state());
        sleep(Duration::from_millis(100));
    }
    server.wait_until("nothing is lost", || server.body("a").contains("Changed."));
    assert_eq!(server.log().matches("a.md: ").count(), 1, "{}", server.log());
    server.finish(&["Too many open files"]);
}
