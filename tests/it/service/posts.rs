//! One post changes: it comes, goes, gets another text, name, category or date, or moves.

use std::fs;

use super::harness::{CONFIG, Site, at, post};

#[test]
fn a_post_comes_changes_and_goes() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    site.post(2, "b", "news", "Text.");
    let server = site.serve();
    assert_eq!(server.titles("category/news/"), ["b", "a"]);

    site.post(3, "c", "news", "Before.");
    server.wait_until("it is there", || server.titles("category/news/") == ["c", "b", "a"]);
    assert_eq!(server.titles(""), ["c", "b", "a"]);

    site.post(3, "c", "news", "After.");
    server.wait_until("it is changed", || server.body("c").contains("After."));

    let id = server.all("", "id")[0].clone();
    site.rename(&at(3, "c"), &at(3, "renamed"));
    server.wait_until("it has its new key", || {
        let ids = server.all("", "id");
        ids.len() == 3 && ids[0].contains("renamed") && !ids.contains(&id)
    });
    assert_eq!(server.titles("category/news/"), ["c", "b", "a"]);

    site.remove(&at(3, "renamed"));
    server.wait_until("it is gone", || server.titles("category/news/") == ["b", "a"]);
    assert_eq!(server.titles(""), ["b", "a"]);
    server.finish(&[]);
}

#[test]
fn a_changed_category_or_date_moves_a_post_and_keeps_its_id() {
    let site = Site::new(CONFIG);
    for (day, name) in [(1, "a"), (2, "b"), (3, "c")] {
        site.post(day, name, "news", "Text.");
    }
    let server = site.serve();
    let id = |title: &str| {
        let place = server.titles("").iter().position(|found| found == title);
        place.map(|place| server.all("", "id")[place].clone())
    };
    let before = id("b");
    assert!(before.is_some());

    site.write(&at(2, "b"), post(2, "b", "sport", "Text."));
    server.wait_until("it is in the new feed", || server.titles("category/sport/") == ["b"]);
    assert_eq!(server.titles("category/news/"), ["c", "a"]);
    assert_eq!(server.titles(""), ["c", "b", "a"]);
    assert_eq!(id("b"), before);

    site.write(&at(2, "b"), post(9, "b", "sport", "Text."));
    server.wait_until("it is the newest", || server.titles("") == ["b", "c", "a"]);
    assert_eq!(id("b"), before);
    site.write(&at(1, "a"), post(4, "a", "news", "Text."));
    server.wait_until("the order is right", || server.titles("category/news/") == ["a", "c"]);
    assert_eq!(server.titles(""), ["b", "a", "c"]);
    server.finish(&[]);
}

#[test]
fn the_feed_of_a_category_goes_with_its_last_post() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    site.post(2, "b", "sport", "Text.");
    let server = site.serve();
    let feeds = ["rss.xml", "atom.xml", "feed.json"].map(|file| format!("category/sport/{file}"));
    for feed in &feeds {
        assert_eq!(server.status(feed), 200);
        assert!(site.out(feed).exists());
    }

    site.remove(&at(2, "b"));
    server.wait_until("it is gone", || feeds.iter().all(|feed| server.status(feed) == 404));
    assert!(!site.out("category/sport").exists());
    assert_eq!(server.titles(""), ["a"]);

    // The last one of all: the site's feed stays, empty.
    site.remove(&at(1, "a"));
    server.wait_until("all are gone", || server.status("category/news/rss.xml") == 404);
    assert!(!site.out("category/news").exists());
    assert_eq!(server.titles(""), [""; 0]);
    assert_eq!(server.status("rss.xml"), 200);

    site.post(3, "c", "sport", "Text.");
    server.wait_until("it is back", || server.titles("category/sport/") == ["c"]);
    server.finish(&[]);
}

#[test]
fn a_move_between_content_folders_changes_nothing() {
    let site = Site::new(&format!("{CONFIG}feedmill:\n  content: [old_post]\n"));
    fs::create_dir_all(site.path("old_post")).unwrap();
    for number in 1..=12 {
        site.post(number, &format!("p{number}"), "news", "Text.");
    }
    let server = site.serve();
    let feeds = ["rss.xml", "atom.xml", "feed.json", "category/news/rss.xml"];
    let validators = || feeds.map(|feed| server.validators(feed));
    let (before, written) = (validators(), site.written());
    let moved = |number: u32| {
        let name = at(number, &format!("p{number}"));
        let to = name.replace("_posts/", "old_post/");
        (name, to)
    };

    // Most of them at once, as a clean-up does it.
    for (from, to) in (1..=9).map(moved) {
        site.rename(&from, &to);
    }
    server.settle();
    assert_eq!((validators(), site.written()), (before.clone(), written.clone()));
    // As `mv` does it between two disks.
    let (from, to) = moved(10);
    fs::copy(site.path(&from), site.path(&to)).unwrap();
    site.remove(&from);
    // The rest: `_posts` is empty now, and nothing is lost.
    for (from, to) in (11..=12).map(moved) {
        site.rename(&from, &to);
    }
    server.settle_in("old_post");
    assert!(server.is_healthy(), "{}", server.state());
    assert_eq!((validators(), site.written()), (before.clone(), written.clone()));

    // And back, all in one go.
    for (from, to) in (1..=12).map(moved) {
        site.rename(&to, &from);
    }
    server.settle();
    assert!(server.is_healthy(), "{}", server.state());
    assert_eq!((validators(), site.written()), (before, written));
    site.post(20, "new", "news", "Text.");
    server.wait_until("a new post is there", || server.titles("").len() == 13);
    server.finish(&[]);
}
