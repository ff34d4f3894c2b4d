//! Everything changes at once. `FEEDMILL_FULL_SIZE=1 cargo test --release` takes as many posts as
//! the largest sites have; without it there are fewer, so that a slow machine is soon done.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, fs};

use super::tools::{LONG, is_there, not_run};

use crate::service::harness::{CONFIG, Server, Site, files, post};

/// How many posts: so many in full, or fewer.
fn size(full: u32, fewer: u32) -> u32 {
    if env::var_os("FEEDMILL_FULL_SIZE").is_some() { full } else { fewer }
}

fn fill(site: &Site, posts: u32, category: impl Fn(u32) -> String) {
    for number in 0..posts {
        let folder = format!("_posts/{:03}", number / 500);
        if number % 500 == 0 {
            fs::create_dir(site.path(&folder)).unwrap();
        }
        let name = format!("p{number}");
        let path = format!("{folder}/2022-01-{:02}-{name}.md", 1 + number % 28);
        site.write(&path, post(1 + number % 28, &name, &category(number), "Text."));
    }
}

#[track_caller]
fn git(site: &Site, words: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(site.folder()).args(["-c", "gc.auto=0", "-c", "user.name=x"]);
    command.args(["-c", "user.email=x@example.org"]).args(words);
    let done = command.stdout(Stdio::null()).status().unwrap();
    assert!(done.success(), "git {words:?}");
}

fn say(what: &str, since: Instant) {
    // Past the capture: for whoever runs it by hand.
    if env::var_os("FEEDMILL_FULL_SIZE").is_some() {
        let _ = writeln!(io::stderr(), "{what}: {:.1} s", since.elapsed().as_secs_f64());
    }
}

#[test]
fn a_checkout_that_deletes_and_restores_all_posts_empties_no_feed() {
    if !is_there("git") {
        not_run("git is not installed");
        return;
    }
    let site = Site::new(CONFIG);
    fill(&site, size(100_000, 3_000), |number| format!("c{}", number % 20));
    git(&site, &["init", "--quiet"]);
    git(&site, &["add", "--all"]);
    git(&site, &["commit", "--quiet", "--message", "All posts"]);
    let start = Instant::now();
    let server = site.serve();
    say("first build", start);
    let feeds = ["rss.xml", "feed.json", "category/c7/atom.xml"];
    let validators = |server: &Server| feeds.map(|feed| server.validators(feed));
    let before = (validators(&server), site.written());

    git(&site, &["rm", "-r", "--quiet", "_posts"]);
    let start = Instant::now();
    server.wait_within(6 * LONG, "it is noticed", || server.is_ill(&["posts are gone"]));
    say("loss noticed", start);
    assert_eq!((validators(&server), site.written()), before);
    git(&site, &["reset", "--quiet"]);
    git(&site, &["checkout", "--quiet", "--", "."]);
    let start = Instant::now();
    server.wait_within(6 * LONG, "it is healthy", || server.is_healthy());
    say("healthy after the checkout", start);
    assert_eq!((validators(&server), site.written()), before, "nothing was ever emptied");
    let start = Instant::now();
    site.write("_posts/2022-02-01-new.md", post(31, "new", "c7", "Text."));
    server.wait_until("a new one is there", || {
        server.titles("category/c7/").first().is_some_and(|title| title == "new")
    });
    say("a new post after that", start);
    server.finish(&["posts are gone"]);
}

#[test]
fn a_category_of_many_posts_is_renamed() {
    let posts = size(5_000, 1_000);
    let site = Site::new(&format!("{CONFIG}feedmill:\n  limit: 10000\n  entries: title\n"));
    fill(&site, posts, |_| "old".to_owned());
    let server = site.serve();
    let ids = |folder: &str| server.all(folder, "id").into_iter().collect::<BTreeSet<_>>();
    let before = ids("category/old/");
    assert_eq!(before.len(), posts as usize);

    let start = Instant::now();
    let all = files(&site.path("_posts"));
    let mut sed = Command::new("sed");
    sed.args(["-i", "s/^categories: old$/categories: new/"]).args(all);
    assert!(sed.status().unwrap().success());
    say("renamed on disk", start);
    let start = Instant::now();
    server.wait_within(6 * LONG, "all have moved", || {
        server.status("category/old/rss.xml") == 404 && ids("category/new/") == before
    });
    say("renamed in the feeds", start);
    assert!(!site.out("category/old").exists());
    assert_eq!(ids(""), before, "an id changed");
    server.finish(&[]);
}
