//! A configuration that gives entries other ids is one that makes readers show them again: what it
//! changes is said before it is published, and if that is most of them, it is not taken.

use std::fs;
use std::time::Duration;

use super::harness::{CONFIG, Server, Site, at, post};

const MOVED: &str = "title: Site\nurl: https://other.example\n";

fn filled(config: &str) -> Site {
    let site = Site::new(config);
    site.post(1, "a", "news", "Text.");
    site.post(2, "b", "news", "Text.");
    site.post(3, "c", "sport", "Text.");
    site
}

/// Ends a server that is not well.
#[track_caller]
fn end(mut server: Server<'_>) {
    server.signal("TERM");
    assert_eq!(server.wait(Duration::from_secs(20)).code(), Some(0));
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

#[test]
fn a_configuration_that_changes_most_ids_is_refused() {
    let site = filled(CONFIG);
    let server = site.serve();
    let ids = server.all("", "id");
    let (exported, written) = (site.bytes("out"), site.written());
    let addresses = ["rss.xml", "atom.xml", "category/news/feed.json"];
    let answers = addresses.map(|address| server.get(address, &[]));

    site.write("_config.yml", MOVED);
    server.signal("HUP");
    let reason = "_config.yml: it would change the ids of 3 of 3 posts and 3 of 3 feeds";
    server.wait_until("it is refused", || server.is_ill(&[reason]));
    assert_eq!(server.status("readyz"), 503);
    server.wait_for_log(reason);
    server.wait_for_log("--accept-new-ids");
    server.settle();
    assert_eq!(site.bytes("out"), exported);
    assert_eq!(site.written(), written);
    for (address, before) in addresses.iter().zip(answers) {
        let after = server.get(address, &[]);
        assert_eq!((after.validators(), &after.body), (before.validators(), &before.body));
    }
    assert!(!server.log().contains("publishing with"), "{}", server.state());

    // The old settings are at work: a new post is published by them.
    site.post(4, "d", "news", "Text.");
    server.wait_until("a new post is there", || server.titles("") == ["d", "c", "b", "a"]);
    assert!(server.all("", "id")[0].contains("news.example"));
    assert_eq!(server.all("", "id")[1..], ids);
    assert!(server.is_ill(&[reason]), "{}", server.state());

    site.write("_config.yml", CONFIG);
    server.wait_until("it is undone", || server.is_healthy());
    assert_eq!(server.all("", "id")[1..], ids);
    server.finish(&["change the ids"]);
}

#[test]
fn new_ids_are_taken_where_they_are_meant() {
    let site = filled(CONFIG);
    let mut command = site.command("serve", &["--listen", "127.0.0.1:0"]);
    command.env("FEEDMILL_ACCEPT_NEW_IDS", "1");
    let mut server = Server::start(&site, command);
    site.write("_config.yml", MOVED);
    server.signal("HUP");
    let are_new =
        |server: &Server<'_>| server.all("", "id").iter().all(|id| id.contains("other.example"));
    server.wait_until("the ids are new", || are_new(&server));
    // Three documents and a page of two categories, three of the site, its list twice and two of OPML.
    let said = "documents=15 post_ids=3 of_posts=3 feed_ids=3 of_feeds=3";
    server.wait_for_log(said);
    server.wait_for_log("published");
    let log = server.log();
    assert!(log.find(said) < log.rfind("published"), "{log}");

    // Pages have no ids, so a start finds a part of the export as it was before.
    site.write("_config.yml", format!("{MOVED}feedmill:\n  ids: permalink\n"));
    server.wait_for_log("post_ids=3 of_posts=3 feed_ids=0 of_feeds=3");
    server.wait_until("it is known to the next start", || {
        // What is not renamed yet is none.
        let files = site.bytes("state");
        let mut snapshots =
            files.iter().filter(|(name, _)| name.extension() == Some("snapshot".as_ref()));
        snapshots.any(|(_, bytes)| contains(bytes, b"ids: permalink"))
    });
    server.child().kill().unwrap();
    server.child().wait().unwrap();
    let server = site.serve();
    server.wait_until("all is well", || server.is_healthy());
    let ids = server.all("", "id");
    assert!(ids.iter().all(|id| id.starts_with("https://other.example/")), "{ids:?}");
    server.finish(&[]);
}

#[test]
fn what_changes_no_id_is_taken_and_counted() {
    let site = filled(CONFIG);
    let server = site.serve();
    let ids = server.all("", "id");
    site.write("_config.yml", CONFIG.replace("Site", "Second"));
    server.signal("HUP");
    server.wait_for_log("documents=15 post_ids=0 of_posts=3 feed_ids=0 of_feeds=3");
    // A smaller window takes entries and changes none.
    site.write("_config.yml", format!("{CONFIG}feedmill:\n  limit: 1\n"));
    server.wait_until("one is left", || server.titles("") == ["c"]);
    assert_eq!(server.all("", "id"), ids[..1]);
    // Asked again, nothing is left to change.
    server.signal("HUP");
    server.wait_for_log("documents=0 post_ids=0 of_posts=2 feed_ids=0 of_feeds=3");
    server.finish(&[]);
}

#[test]
fn a_few_new_ids_are_taken_and_said() {
    let config = format!("{CONFIG}feedmill:\n  ids: permalink\n");
    let site = filled(&config);
    // A name of two words is two names, and two folders of the address, unless it is not split.
    site.write(&at(4, "d"), post(4, "d", "two words", "Text."));
    let server = site.serve();
    let ids = server.all("", "id");
    assert!(ids[0].contains("/two/words/"), "{ids:?}");
    site.write("_config.yml", format!("{config}  split: none\n"));
    server.wait_until("it is one name", || server.all("", "id")[0].contains("/two%20words/"));
    assert_eq!(server.all("", "id")[1..], ids[1..]);
    server.wait_for_log("post_ids=1 of_posts=4 feed_ids=0 of_feeds=5");

    // All addresses are others, but the ids of feeds are not made from them.
    site.write("_config.yml", format!("permalink: /:title/\n{config}  split: none\n"));
    server.wait_until("it is refused", || server.is_ill(&["4 of 4 posts and 0 of 4 feeds"]));
    site.write("_config.yml", format!("{config}  split: none\n"));
    server.wait_until("it is undone", || server.is_healthy());
    server.finish(&["change the ids"]);
}

#[test]
fn an_authority_keeps_ids_where_the_host_changes() {
    let kept = "feedmill:\n  tag_authority: news.example,2025\n";
    let site = filled(&format!("{CONFIG}{kept}"));
    let server = site.serve();
    let ids = server.all("", "id");
    site.write("_config.yml", format!("{MOVED}{kept}"));
    server.wait_until("it is elsewhere", || {
        server.get("rss.xml", &[]).text().contains("https://other.example/category")
    });
    server
        .wait_for_log("documents=15 post_ids=0 of_posts=3 feed_ids=0 of_feeds=3 links=3 titles=0");
    assert_eq!(server.all("", "id"), ids);
    server.finish(&[]);
}

#[test]
fn posts_that_are_away_have_ids_all_the_same() {
    let site = filled(CONFIG);
    let server = site.serve();
    let written = site.written();
    fs::rename(site.path("_posts"), site.beside("away")).unwrap();
    server.wait_until("they are missed", || server.is_ill(&["3 posts are gone"]));
    site.write("_config.yml", MOVED);
    server.wait_until("it is refused", || server.is_ill(&["3 of 3 posts and 3 of 3 feeds"]));
    fs::rename(site.beside("away"), site.path("_posts")).unwrap();
    site.write("_config.yml", CONFIG);
    server.wait_until("all is back", || server.is_healthy());
    assert_eq!(site.written(), written);
    server.finish(&["change the ids", "are gone"]);
}

#[test]
fn a_site_without_posts_has_no_ids() {
    let site = Site::new(CONFIG);
    let server = site.serve();
    site.write("_config.yml", MOVED);
    server.wait_for_log("post_ids=0 of_posts=0 feed_ids=0 of_feeds=0");
    site.post(1, "a", "news", "Text.");
    server.wait_until("it is there", || server.titles("") == ["a"]);
    assert!(server.all("", "id")[0].contains("other.example"));
    server.finish(&[]);
}

#[test]
fn a_start_is_as_careful_as_a_reload() {
    let site = filled(CONFIG);
    let server = site.serve();
    let ids = server.all("", "id");
    server.finish(&[]);
    let exported = site.bytes("out");

    site.write("_config.yml", MOVED);
    let server = site.serve();
    server.wait_until("it is refused", || server.is_ill(&["3 of 3 posts and 3 of 3 feeds"]));
    site.post(4, "d", "news", "Text.");
    server.wait_until("a new post is there", || server.titles("") == ["d", "c", "b", "a"]);
    assert_eq!(server.all("", "id")[1..], ids);
    site.remove(&at(4, "d"));
    server.wait_until("it is gone", || server.titles("") == ["c", "b", "a"]);
    assert_eq!(site.bytes("out"), exported);
    end(server);

    // Nor does a second start forget what readers know.
    let server = site.serve();
    server.wait_until("it is refused", || server.is_ill(&["3 of 3 posts and 3 of 3 feeds"]));
    site.write("_config.yml", CONFIG);
    server.wait_until("it is undone", || server.is_healthy());
    assert_eq!(site.bytes("out"), exported);
    server.finish(&["change the ids"]);

    site.write("_config.yml", MOVED);
    let server = site.serve_with(&["--listen", "127.0.0.1:0", "--accept-new-ids"]);
    assert!(server.all("", "id").iter().all(|id| id.contains("other.example")));
    server.wait_for_log("documents=15 post_ids=3 of_posts=3 feed_ids=3 of_feeds=3");
    server.finish(&[]);
    let server = site.serve();
    server.wait_for_log("took over the snapshot");
    server.finish(&[]);
}

#[test]
fn a_flag_is_a_part_of_the_configuration() {
    let site = filled("title: Site\n");
    let flags = |url| ["--listen", "127.0.0.1:0", "--base-url", url];
    site.serve_with(&flags("https://news.example")).finish(&[]);
    let server = site.serve_with(&flags("https://other.example"));
    server.wait_until("it is refused", || server.is_ill(&["3 of 3 posts and 3 of 3 feeds"]));
    assert!(server.all("", "id").iter().all(|id| id.contains("news.example")));
    end(server);
    let server = site.serve_with(&flags("https://news.example"));
    server.wait_for_log("took over the snapshot");
    server.finish(&[]);

    // Where the site is known, the feeds may move.
    let site = filled(CONFIG);
    site.serve_with(&flags("https://news.example")).finish(&[]);
    let server = site.serve_with(&flags("https://feeds.example"));
    server.wait_for_log("post_ids=0 of_posts=3 feed_ids=0 of_feeds=3");
    server.finish(&[]);
}
