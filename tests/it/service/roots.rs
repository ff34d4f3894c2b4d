//! Content folders vanish and come back: the feeds stay, and the health says why.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use super::harness::{CONFIG, Server, Site, at, post};

/// What is there again is watched again within this time.
const SOON: Duration = Duration::from_secs(5);

fn fill(site: &Site, posts: u32) {
    fs::create_dir_all(site.path("_posts")).unwrap();
    for number in 0..posts {
        site.post(1 + number % 28, &format!("p{number}"), "news", "Text.");
    }
}

fn validators(server: &Server) -> [(String, String); 3] {
    ["rss.xml", "feed.json", "category/news/atom.xml"].map(|feed| server.validators(feed))
}

/// The folder of posts is deleted and filled again.
fn lose_and_restore(posts: u32) {
    let site = Site::new(&format!("{CONFIG}feedmill:\n  limit: 100\n"));
    fill(&site, posts);
    let server = site.serve();
    let before = (validators(&server), site.written());
    fs::remove_dir_all(site.path("_posts")).unwrap();
    server.wait_until("it is noticed", || server.is_ill(&["posts are gone"]));
    server.wait_for_log("posts are gone");
    assert_eq!((validators(&server), site.written()), before);
    // A reload is no reason to empty the feeds.
    server.signal("HUP");
    server.wait_until("it is read", || server.log().contains("read the configuration"));
    site.write("_config.yml", format!("{CONFIG}feedmill:\n  limit: 99\n"));
    server.wait_until("it is read again", || {
        server.log().matches("read the configuration").count() > 1
    });
    assert!(server.is_ill(&["posts are gone"]), "{}", server.state());
    assert_eq!((validators(&server), site.written()), before);

    let back = Instant::now();
    fill(&site, posts);
    server.wait_until("it is healthy", || server.is_healthy());
    assert_eq!((validators(&server), site.written()), before, "nothing was ever emptied");
    site.post(28, "new", "news", "Text.");
    let all = usize::try_from(posts).unwrap() + 1;
    server.wait_until("a new one is there", || server.titles("").len() == all);
    assert!(back.elapsed() < SOON, "after {:?}", back.elapsed());
    site.remove(&at(28, "new"));
    server.wait_until("one is gone", || server.titles("").len() == all - 1);
    server.finish(&["posts are gone"]);
}

#[test]
fn a_deleted_folder_of_posts_empties_no_feed() {
    lose_and_restore(30);
}

#[test]
fn a_deleted_small_folder_of_posts_empties_no_feed() {
    lose_and_restore(5);
}

#[test]
fn a_site_that_is_renamed_away_and_back() {
    let site = Site::new(CONFIG);
    fill(&site, 10);
    let server = site.serve();
    let before = (validators(&server), site.written());
    fs::rename(site.folder(), site.beside("away")).unwrap();
    server.wait_until("it is noticed", || server.is_ill(&["site"]));
    assert_eq!((validators(&server), site.written()), before);
    // What happens in the folder that is away is none of our business.
    let text = post(20, "new", "news", "Text.");
    fs::write(site.beside("away").join(at(20, "new")), text).unwrap();
    let back = Instant::now();
    fs::rename(site.beside("away"), site.folder()).unwrap();
    server.wait_until("it is back", || server.is_healthy() && server.titles("").len() == 11);
    site.post(21, "newer", "news", "Text.");
    server.wait_until("it is watched again", || server.titles("").len() == 12);
    assert!(back.elapsed() < SOON, "after {:?}", back.elapsed());
    server.finish(&["site"]);
}

#[test]
fn a_site_that_is_replaced_by_another_folder() {
    let site = Site::new(CONFIG);
    fill(&site, 10);
    let server = site.serve();
    let next = site.beside("next");
    fs::create_dir_all(next.join("_posts")).unwrap();
    fs::write(next.join("_config.yml"), CONFIG.replace("Site", "Next")).unwrap();
    for name in ["x", "y"] {
        fs::write(next.join(at(5, name)), post(5, name, "sport", "Text.")).unwrap();
    }
    fs::rename(site.folder(), site.beside("last")).unwrap();
    fs::rename(&next, site.folder()).unwrap();
    server.wait_until("its posts are there", || server.titles("category/sport/") == ["x", "y"]);
    server.wait_until("its title is there", || server.get("rss.xml", &[]).text().contains("Next"));
    // A site that was away for a moment loses nothing until it is quiet.
    server.wait_until("the others are gone", || server.titles("").len() == 2);
    assert!(!site.out("category/news").exists());
    site.post(9, "z", "sport", "Text.");
    server.wait_until("it is watched", || server.titles("").len() == 3);
    // The last one is not watched any more.
    fs::write(site.beside("last").join(at(9, "w")), post(9, "w", "sport", "Text.")).unwrap();
    server.settle();
    assert_eq!(server.titles("").len(), 3);
    server.finish(&[]);
}

#[test]
fn a_site_behind_a_link_that_is_swapped() {
    let site = Site::new(CONFIG);
    fill(&site, 3);
    let (first, second) = (site.beside("first"), site.beside("second"));
    fs::rename(site.folder(), &first).unwrap();
    fs::create_dir_all(second.join("_posts")).unwrap();
    fs::write(second.join("_config.yml"), CONFIG).unwrap();
    fs::write(second.join(at(5, "x")), post(5, "x", "sport", "Text.")).unwrap();
    symlink(&first, site.folder()).unwrap();
    let server = site.serve();
    assert_eq!(server.titles("").len(), 3);
    symlink(&second, site.beside("link")).unwrap();
    let swapped = Instant::now();
    fs::rename(site.beside("link"), site.folder()).unwrap();
    server.wait_until("it is swapped", || server.titles("") == ["x"]);
    site.post(6, "y", "sport", "Text.");
    server.wait_until("it is watched", || server.titles("") == ["y", "x"]);
    assert!(swapped.elapsed() < SOON, "after {:?}", swapped.elapsed());
    // The first one is not watched any more.
    fs::write(first.join(at(7, "z")), post(7, "z", "sport", "Text.")).unwrap();
    server.settle();
    assert_eq!(server.titles(""), ["y", "x"]);
    server.finish(&[]);
}

#[test]
fn a_root_of_its_own_can_be_left_out_too() {
    let site = Site::new(CONFIG);
    fs::create_dir_all(site.path("a/_posts")).unwrap();
    for day in 1..=3 {
        site.post(day, &format!("p{day}"), "news", "Text.");
        let name = format!("a{day}");
        site.write(&format!("a/{}", at(day, &name)), post(day, &name, "news", "Text."));
    }
    let server = site.serve();
    fs::rename(site.path("_posts"), site.beside("away")).unwrap();
    server.wait_until("it is noticed", || server.is_ill(&["all 3 posts are gone"]));
    site.write("_config.yml", format!("{CONFIG}exclude: [_posts]\n"));
    server.wait_until("it is healthy", || server.is_healthy());
    assert_eq!(server.titles(""), ["a3", "a2", "a1"]);
}
