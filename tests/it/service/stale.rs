//! Changes of which no event tells, or that come between two looks: what is served is right in
//! the end, and never a mixture.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::harness::{CONFIG, Site, at, now, post};
use feedmill::engine::engine::Engine;

use crate::faults::tools::not_run;
use crate::making::{Made, tree};

/// 1 January 2040, in nanoseconds: no file is "in the making" then.
const START: i64 = 2_208_988_800 * SECOND;
const SECOND: i64 = 1_000_000_000;

#[test]
fn a_deleted_output_folder_heals() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    site.post(2, "b", "sport", "Text.");
    let server = site.serve();
    let before = site.bytes("out");
    let is_whole = || {
        let is_same = |(path, bytes): (&PathBuf, &Vec<u8>)| {
            fs::read(site.beside("out").join(path)).is_ok_and(|found| found == *bytes)
        };
        before.iter().all(is_same)
    };
    fs::remove_dir_all(site.out("")).unwrap();
    server.wait_until("it is served again", || server.status("rss.xml") == 200);
    server.wait_until("all is there again", is_whole);
    server.wait_until("it is healthy", || server.is_healthy());
    // Nobody has asked for anything when it is noticed.
    fs::remove_dir_all(site.out("")).unwrap();
    server.wait_until("all is there again", is_whole);
    site.post(3, "c", "news", "Text.");
    server.wait_until("a new post is there", || server.titles("") == ["c", "b", "a"]);
    // It still belongs to one process alone.
    let output = site.run("build", &[]);
    assert_eq!(output.status.code(), Some(2));
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(words.contains("another feedmill writes to this folder"), "{words}");
    server.finish(&[]);
}

#[test]
fn two_changes_within_a_second_have_two_times() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let server = site.serve();
    let mut times: Vec<String> = Vec::new();
    for round in 0..3 {
        let body = format!("Round {round}.");
        site.post(1, "a", "news", &body);
        server.wait_until("it is changed", || server.body("a").contains(&body));
        let (_, time) = server.validators("rss.xml");
        if let Some(last) = times.last() {
            assert_ne!(&time, last, "{}", server.state());
            let reply = server.get("rss.xml", &[("If-Modified-Since", last.as_str())]);
            assert_eq!(reply.status, 200, "{}", server.state());
        }
        let reply = server.get("rss.xml", &[("If-Modified-Since", time.as_str())]);
        assert_eq!(reply.status, 304, "{}", server.state());
        times.push(time);
    }
    server.finish(&[]);
}

#[test]
fn changes_within_one_second_have_times_in_their_order() {
    let made = Made::of(&[("_config.yml", CONFIG), ("_posts/2022-01-01-a.md", "A.\n")]);
    let mut engine = made.engine();
    engine.rebuild(START).unwrap();
    let time = |engine: &Engine| engine.edition().document("rss.xml").unwrap().1.last_modified;
    let mut last = time(&engine);
    for round in 1..5 {
        let path = made.at("_posts/2022-01-01-a.md");
        fs::write(&path, format!("Text {round}.\n")).unwrap();
        engine.look(&BTreeSet::from([path]), START + round * SECOND / 8).unwrap();
        assert!(time(&engine) > last, "round {round}");
        last = time(&engine);
        let on_disk = fs::metadata(made.folder().join("feeds/rss.xml")).unwrap();
        let since = on_disk.modified().unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(i64::try_from(since.as_secs()).unwrap(), last);
    }
}

/// The feeds of a full build of the same content.
fn fresh(made: &Made) -> crate::making::Tree {
    let other = Made::new();
    for (name, bytes) in tree(&made.at("")) {
        other.write(&name, bytes);
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        File::options().write(true).open(other.at(&name)).unwrap().set_modified(long_ago).unwrap();
    }
    other.engine().rebuild(START).unwrap();
    other.feeds()
}

/// A site whose feeds carry one post: `b` stands in them once `a` is gone, and was never rendered.
fn with_one_in_reserve() -> (Made, Engine) {
    let made = Made::of(&[("_config.yml", &format!("{CONFIG}feedmill:\n  limit: 1\n"))]);
    made.write(&at(2, "a"), post(2, "a", "news", "First."));
    made.write(&at(1, "b"), post(1, "b", "news", "Second."));
    made.write(&at(1, "x"), post(1, "x", "sport", "Other."));
    let mut engine = made.engine();
    engine.rebuild(START).unwrap();
    (made, engine)
}

fn feed(made: &Made) -> String {
    String::from_utf8_lossy(&made.feeds()["category/news/rss.xml"]).into_owned()
}

#[test]
fn a_post_that_no_look_has_seen_stands_in_no_feed() {
    let replacements = [
        post(1, "b", "news", "Replaced."),
        post(1, "b", "sport", "Moved."),
        post(1, "b", "news", "Withheld.").replace("title", "draft: true\ntitle"),
        post(9, "b", "news", "Put off."),
    ];
    for text in replacements {
        let (made, mut engine) = with_one_in_reserve();
        made.write(&at(1, "b"), &text);
        fs::remove_file(made.at(&at(2, "a"))).unwrap();
        engine.look(&BTreeSet::from([made.at(&at(2, "a"))]), START + SECOND).unwrap();
        let word = text.lines().last().unwrap();
        assert!(!feed(&made).contains(word), "{text}\n{}", feed(&made));
        // Word of it comes, or it is looked at because it is wanted.
        engine.tick(START + 2 * SECOND).unwrap();
        assert!(made.feeds() == fresh(&made), "{text}");
        let pass = engine.tick(START + 3 * SECOND).unwrap();
        assert_eq!(pass.rendered.feeds, 0, "nothing is owed any more");
    }
}

#[test]
fn a_rendered_post_stays_as_it_was_until_it_is_looked_at() {
    let made = Made::of(&[("_config.yml", CONFIG)]);
    made.write(&at(2, "a"), post(2, "a", "news", "First."));
    made.write(&at(1, "b"), post(1, "b", "news", "Second."));
    let mut engine = made.engine();
    engine.rebuild(START).unwrap();
    made.write(&at(1, "b"), post(1, "b", "sport", "Untold."));
    made.write(&at(2, "a"), post(2, "a", "news", "Changed."));
    engine.look(&BTreeSet::from([made.at(&at(2, "a"))]), START + SECOND).unwrap();
    assert!(feed(&made).contains("Changed.") && feed(&made).contains("Second."));
    assert!(!feed(&made).contains("Untold."));
    engine.look(&BTreeSet::from([made.at(&at(1, "b"))]), START + 2 * SECOND).unwrap();
    assert!(made.feeds() == fresh(&made));
}

#[test]
fn a_wanted_post_that_cannot_be_read_is_named_and_leaves_its_feeds() {
    let (made, mut engine) = with_one_in_reserve();
    // Whoever may read everything cannot read a folder either.
    fs::remove_file(made.at(&at(1, "b"))).unwrap();
    fs::create_dir(made.at(&at(1, "b"))).unwrap();
    fs::remove_file(made.at(&at(2, "a"))).unwrap();
    engine.look(&BTreeSet::from([made.at(&at(2, "a"))]), START + SECOND).unwrap();
    engine.tick(START + 2 * SECOND).unwrap();
    assert!(made.feeds() == fresh(&made), "{:?}", made.feeds().keys());
    assert!(!made.feeds().contains_key("category/news/rss.xml"));
}

#[test]
fn a_post_that_becomes_a_folder_leaves_its_feeds() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    site.post(2, "b", "sport", "Text.");
    let server = site.serve();
    fs::create_dir(site.beside("folder")).unwrap();
    site.rename(&at(2, "b"), "b");
    fs::rename(site.beside("folder"), site.path(&at(2, "b"))).unwrap();
    server.wait_until("it is gone", || server.titles("") == ["a"]);
    assert_eq!(server.status("category/sport/rss.xml"), 404);
    fs::remove_dir(site.path(&at(2, "b"))).unwrap();
    site.rename("b", &at(2, "b"));
    server.wait_until("it is back", || server.titles("") == ["b", "a"]);
    server.finish(&[]);
}

#[test]
fn a_post_that_may_not_be_read_any_more_is_named_and_leaves_its_feeds() {
    let (made, mut engine) = with_one_in_reserve();
    let path = made.at(&at(1, "b"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        not_run("this user may read everything");
        return;
    }
    fs::remove_file(made.at(&at(2, "a"))).unwrap();
    engine.look(&BTreeSet::from([made.at(&at(2, "a"))]), START + SECOND).unwrap();
    let pass = engine.tick(START + 2 * SECOND).unwrap();
    let named = |finding: &feedmill::diagnostic::finding::Finding| {
        finding.path == at(1, "b") && finding.to_string().contains("cannot read it")
    };
    assert!(pass.findings.iter().any(named), "{:?}", pass.findings);
    assert!(!made.feeds().contains_key("category/news/rss.xml"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    engine.rescan(START + 3 * SECOND).unwrap();
    assert!(made.feeds() == fresh(&made));
}

#[test]
fn people_that_are_named_after_the_start_are_taken() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    site.write(&at(2, "b"), post(2, "b", "news", "Text.").replace("title", "author: tm\ntitle"));
    let server = site.serve();
    let author = || server.get("atom.xml", &[]).text();
    assert!(author().contains("<name>tm</name>"), "{}", server.state());
    fs::create_dir(site.path("_data")).unwrap();
    site.write("_data/authors.yml", "tm:\n  name: Tilda Millwright\n");
    server.wait_until("it is taken", || author().contains("<name>Tilda Millwright</name>"));
    site.write("_data/authors.yml", "tm: [\n");
    server.wait_until("it is named", || server.is_ill(&["_data/authors.yml:", "not YAML"]));
    assert!(author().contains("<name>Tilda Millwright</name>"), "{}", server.state());
    fs::remove_dir_all(site.path("_data")).unwrap();
    server.wait_until("it is gone", || author().contains("<name>tm</name>"));
    server.finish(&["authors.yml"]);
}

#[test]
fn a_configuration_behind_a_link_that_is_swapped_is_taken() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    for name in ["one", "two"] {
        fs::create_dir(site.beside(name)).unwrap();
        fs::write(site.beside(name).join("config.yml"), CONFIG.replace("Site", name)).unwrap();
    }
    // As a deployment does it: the folder in the middle of the path is a link.
    symlink(site.beside("one"), site.beside("current")).unwrap();
    site.remove("_config.yml");
    symlink(site.beside("current/config.yml"), site.path("_config.yml")).unwrap();
    let server = site.serve();
    let has = |title: &str| server.get("rss.xml", &[]).text().contains(title);
    assert!(has("<title>one</title>"), "{}", server.state());
    symlink(site.beside("two"), site.beside("next")).unwrap();
    fs::rename(site.beside("next"), site.beside("current")).unwrap();
    server.wait_until("it is taken", || has("<title>two</title>"));
    fs::write(site.beside("two/config.yml"), CONFIG.replace("Site", "three")).unwrap();
    server.wait_until("it is taken again", || has("<title>three</title>"));
    server.finish(&[]);
}

#[test]
fn a_post_behind_a_link_is_read_again_when_it_changes() {
    let site = Site::new(CONFIG);
    fs::create_dir(site.path("texts")).unwrap();
    site.write("texts/b.md", post(2, "b", "news", "First."));
    site.post(1, "a", "news", "Text.");
    symlink("../texts/b.md", site.path(&at(2, "b"))).unwrap();
    let server = site.serve();
    assert!(server.body("b").contains("First."), "{}", server.state());
    site.write("texts/b.md", post(2, "b", "news", "Second."));
    server.wait_until("it is read again", || server.body("b").contains("Second."));
    // One that comes later, and one that leads nowhere now.
    site.write("texts/c.md", post(3, "c", "news", "First."));
    symlink("../texts/c.md", site.path(&at(3, "c"))).unwrap();
    server.wait_until("it is there", || server.body("c").contains("First."));
    site.write("texts/c.md", post(3, "c", "news", "Second."));
    server.wait_until("it is read again", || server.body("c").contains("Second."));
    site.remove("texts/b.md");
    server.wait_until("it is gone", || server.titles("") == ["c", "a"]);
    server.wait_for_log("b.md: the link leads nowhere");
    site.write("texts/b.md", post(2, "b", "news", "Third."));
    server.wait_until("it is back", || server.body("b").contains("Third."));
    server.finish(&["the link leads nowhere"]);
}

#[test]
fn a_second_post_with_an_id_is_told_while_serving() {
    let site = Site::new(CONFIG);
    let with_id = |day, name| post(day, name, "news", "Text.").replace("title", "id: one\ntitle");
    site.write(&at(1, "a"), with_id(1, "a"));
    let server = site.serve();
    site.write(&at(2, "b"), with_id(2, "b"));
    server.wait_until("the newer one is carried", || server.titles("") == ["b"]);
    let started = now();
    server.wait_for_log("2022-01-01-a.md: the id is that of `_posts/2022-01-02-b.md` too");
    assert!(now() - started < 20.0);
    server.finish(&[]);
}

#[test]
fn what_is_excluded_is_no_post_by_an_event_either() {
    let site = Site::new(&format!("{CONFIG}exclude: [\"drafts*\", \"*.txt\", old]\n"));
    site.post(1, "a", "news", "Text.");
    site.write("_posts/2022-01-02-before.txt", post(2, "before", "news", "Text."));
    let server = site.serve();
    assert_eq!(server.titles(""), ["a"]);
    site.write("_posts/2022-01-03-txt.txt", post(3, "txt", "news", "Text."));
    for folder in ["drafts-2022", "old", "new"] {
        fs::create_dir_all(site.path(&format!("{folder}/_posts"))).unwrap();
        site.write(&format!("{folder}/{}", at(4, folder)), post(4, folder, "news", "Text."));
    }
    server.wait_until("the others are there", || server.titles("") == ["new", "a"]);
    site.write("_posts/2022-01-02-before.txt", post(2, "before", "news", "Changed."));
    server.settle();
    assert_eq!(server.titles(""), ["new", "a"], "{}", server.state());
    server.finish(&[]);
}
