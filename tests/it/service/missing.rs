//! A start whose site is not there, or cannot be used: what was served goes on to be served.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::thread::sleep;
use std::time::Duration;

use super::harness::{CONFIG, Server, Site, at, post};

use crate::faults::tools::{not_run, with_rights_of_its_own};

const BLOG: &str = "title: Site\nurl: https://news.example\nbaseurl: /blog\n";

/// A site that was served, with its posts.
fn served(config: &str) -> Site {
    let site = Site::new(config);
    site.post(1, "a", "news", "Text.");
    site.post(2, "b", "news", "Text.");
    site.serve().finish(&[]);
    site
}

/// What holds while the site is away.
#[track_caller]
fn assert_served(server: &Server<'_>, words: &[&str]) {
    assert_eq!(server.titles("category/news/"), ["b", "a"], "{}", server.state());
    server.wait_until("it is named", || server.is_ill(words));
}

#[test]
fn a_site_that_comes_late_is_waited_for() {
    let site = served(BLOG);
    let before = site.everything("out");
    fs::rename(site.folder(), site.beside("away")).unwrap();
    let mut server = site.serve();
    assert_served(&server, &["/site: ", "no such folder"]);
    // As before below the path of its address.
    assert_eq!(server.status("blog/rss.xml"), 200);
    // A process that is killed meanwhile has lost nothing.
    server.child().kill().unwrap();
    server.child().wait().unwrap();
    let server = site.serve();
    assert_served(&server, &["/site: ", "no such folder"]);
    // Longer than the loop ever waits: it is not said again and again.
    sleep(Duration::from_millis(2500));
    assert!(server.log().matches("ERROR").count() <= 2, "{}", server.log());
    // The folder of a disk that is not mounted yet has nothing in it, not even a configuration.
    fs::create_dir(site.folder()).unwrap();
    server.wait_until("it is named", || server.is_ill(&["the folder is empty"]));
    assert_eq!(server.status("blog/rss.xml"), 200);
    fs::remove_dir(site.folder()).unwrap();
    fs::rename(site.beside("away"), site.folder()).unwrap();
    server.wait_until("it is taken in", || server.is_healthy());
    assert!(site.everything("out") == before, "{}", server.state());
    site.post(3, "c", "news", "Text.");
    server.wait_until("it is watched", || server.titles("category/news/") == ["c", "b", "a"]);
    server.finish(&["/site"]);
}

#[test]
fn a_disk_that_is_not_mounted_at_the_start_is_no_empty_site() {
    let site = served(BLOG);
    fs::rename(site.folder(), site.beside("away")).unwrap();
    fs::create_dir(site.folder()).unwrap();
    let server = site.serve();
    assert_served(&server, &["the folder is empty"]);
    assert_eq!(server.status("blog/rss.xml"), 200);
    fs::remove_dir(site.folder()).unwrap();
    fs::rename(site.beside("away"), site.folder()).unwrap();
    server.wait_until("it is taken in", || server.is_healthy());
    server.finish(&["/site"]);
}

#[test]
fn a_site_that_may_not_be_read_is_waited_for() {
    let site = served(CONFIG);
    let command = site.command("serve", &["--listen", "127.0.0.1:0"]);
    let Some(command) = with_rights_of_its_own(&command) else {
        not_run("root reads everything, and nothing here takes that right away");
        return;
    };
    let set = |mode| {
        fs::set_permissions(site.folder(), fs::Permissions::from_mode(mode)).unwrap();
    };
    set(0o000);
    let server = Server::start(&site, command);
    assert_served(&server, &["Permission denied"]);
    set(0o755);
    server.wait_until("it is taken in", || server.is_healthy());
    site.post(3, "c", "news", "Text.");
    server.wait_until("it is watched", || server.titles("category/news/") == ["c", "b", "a"]);
    server.finish(&["/site"]);
}

#[test]
fn a_configuration_that_is_wrong_at_the_start_is_refused_as_by_a_reload() {
    let site = served(CONFIG);
    site.write("_config.yml", "title: [x");
    let server = site.serve();
    assert_served(&server, &["_config.yml:", "not YAML"]);
    // Posts go on to come.
    site.post(3, "c", "news", "Text.");
    server.wait_until("it is there", || server.titles("category/news/") == ["c", "b", "a"]);
    site.write("_config.yml", CONFIG.replace("Site", "Other"));
    server.wait_until("it is taken", || server.is_healthy());
    assert!(server.get("rss.xml", &[]).text().contains("<title>Other</title>"));
    server.finish(&["_config.yml"]);
}

#[test]
fn an_export_alone_is_served_until_the_site_is_there() {
    let site = served(CONFIG);
    let before = site.everything("out");
    fs::remove_dir_all(site.beside("state")).unwrap();
    fs::rename(site.folder(), site.beside("away")).unwrap();
    let server = site.serve();
    assert_served(&server, &["/site: ", "no such folder"]);
    fs::rename(site.beside("away"), site.folder()).unwrap();
    server.wait_until("it is taken in", || server.is_healthy());
    assert!(site.everything("out") == before, "{}", server.state());
    site.write(&at(3, "c"), post(3, "c", "news", "Text."));
    server.wait_until("it is watched", || server.titles("category/news/") == ["c", "b", "a"]);
    server.finish(&["/site"]);
}

#[test]
fn nothing_to_serve_is_no_start() {
    let site = Site::new(CONFIG);
    fs::rename(site.folder(), site.beside("away")).unwrap();
    let output = site.run("serve", &["--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("no such folder"));
}
