//! The content is on a disk that goes away and comes back: no feed is emptied meanwhile.

use std::fs;

use super::tools::Mount;

use crate::service::harness::{CONFIG, Server, Site, at, post};

fn fill(site: &Site) {
    fs::create_dir_all(site.path("_posts")).unwrap();
    site.write("_config.yml", CONFIG);
    for day in 1..=12 {
        site.post(day, &format!("p{day}"), "news", "Text.");
    }
}

fn validators(server: &Server) -> [(String, String); 3] {
    ["rss.xml", "feed.json", "category/news/atom.xml"].map(|feed| server.validators(feed))
}

/// The file system at a place in the site is taken away, and another one with the same posts and
/// one more comes in its place.
fn lose_and_restore(place: &str) {
    let site = Site::new(CONFIG);
    let place = site.path(place);
    let Some(disk) = Mount::memory("size=4m", place.clone()) else { return };
    fill(&site);
    let server = site.serve();
    let before = (validators(&server), site.written());
    drop(disk);
    server.wait_until("it is noticed", || server.is_ill(&["/site"]));
    assert_eq!((validators(&server), site.written()), before, "{}", server.state());
    let disk = Mount::memory("size=4m", place).unwrap();
    fill(&site);
    server.wait_until("it is healthy", || server.is_healthy());
    assert_eq!((validators(&server), site.written()), before, "nothing was ever emptied");
    // It is watched where it is now.
    site.post(20, "new", "more", "Text.");
    server.wait_until("a new one is there", || server.titles("category/more/") == ["new"]);
    site.remove(&at(20, "new"));
    server.wait_until("it is gone", || server.status("category/more/rss.xml") == 404);
    server.finish(&["/site"]);
    drop(disk);
}

#[test]
fn a_disk_with_the_site_that_goes_away_empties_no_feed() {
    lose_and_restore("");
}

#[test]
fn a_disk_with_the_posts_that_goes_away_empties_no_feed() {
    lose_and_restore("_posts");
}

#[test]
fn a_folder_that_is_bound_elsewhere_goes_away_without_a_word() {
    let site = Site::new(CONFIG);
    let elsewhere = site.beside("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let bind = || Mount::new(&["--bind", elsewhere.to_str().unwrap()], site.path("_posts"));
    let Some(disk) = bind() else { return };
    fill(&site);
    let server = site.serve();
    let before = (validators(&server), site.written());
    // No event tells of it: the folder is still there, just not here.
    drop(disk);
    server.wait_until("it is noticed", || server.is_ill(&["/site", "posts are gone"]));
    assert_eq!((validators(&server), site.written()), before);
    fs::write(elsewhere.join("2022-01-20-new.md"), post(20, "new", "news", "Text.")).unwrap();
    let disk = bind();
    server.wait_until("it is back", || server.is_healthy() && server.titles("").len() == 13);
    site.post(21, "newer", "news", "Text.");
    server.wait_until("it is watched", || server.titles("").len() == 14);
    server.finish(&["posts are gone"]);
    drop(disk);
}
