//! `_config.yml` changes while the service runs: by an event or by SIGHUP, for good or for bad.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use super::checks::check_feed;
use super::harness::{Address, CONFIG, Server, Site, at, post};

const BROKEN: &str = "title: Broken\nurl: https://news.example\nfeedmill:\n  limt: 3\n";

fn title(server: &Server) -> String {
    let feed: serde_json::Value =
        serde_json::from_slice(&server.get("feed.json", &[]).body).unwrap();
    feed["title"].as_str().unwrap().to_owned()
}

#[test]
fn a_new_configuration_is_taken_and_a_broken_one_is_not() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let server = site.serve();
    assert_eq!(title(&server), "Site");
    site.write("_config.yml", CONFIG.replace("Site", "Second"));
    server.wait_until("the title is new", || title(&server) == "Second");
    assert!(fs::read_to_string(site.out("category/news/rss.xml")).unwrap().contains("Second"));

    site.write("_config.yml", BROKEN);
    server.wait_until("it is named", || server.is_ill(&["_config.yml:4:", "limt"]));
    server.wait_for_log("_config.yml:4:");
    server.wait_for_log("did you mean `limit`?");
    assert_eq!(title(&server), "Second");
    // Other passes go on, and heal nothing.
    site.post(2, "b", "news", "Text.");
    server.wait_until("a new post is there", || server.titles("") == ["b", "a"]);
    server.settle();
    assert!(server.is_ill(&["_config.yml:4:"]), "{}", server.state());
    assert_eq!(title(&server), "Second");

    // Broken in another way.
    site.write("_config.yml", "title: Site\nurl: [\n");
    server.wait_until("it is no YAML", || server.is_ill(&["_config.yml:", "not YAML"]));
    site.write("_config.yml", [0xff, 0xfe, 0x00]);
    server.wait_until("it is no text", || server.is_ill(&["_config.yml:", "UTF-8"]));
    assert_eq!(title(&server), "Second");

    site.write("_config.yml", CONFIG.replace("Site", "Third"));
    server.wait_until("it is repaired", || title(&server) == "Third" && server.is_healthy());
    server.finish(&["_config.yml"]);
}

#[test]
fn what_posts_include_and_look_up_is_watched() {
    let site = Site::new(CONFIG);
    fs::create_dir(site.path("_includes")).unwrap();
    site.write("_includes/a.html", "One");
    site.post(1, "a", "news", "{% include a.html %} {{ site.data.b.c }}{% include sub/x.html %}");
    let server = site.serve();
    let shows = |text: &str| {
        let feed = server.get("feed.json", &[]).body;
        String::from_utf8(feed).unwrap().contains(text)
    };
    assert!(shows("<p>One</p>"));
    site.write("_includes/a.html", "Two");
    server.wait_until("the include is new", || shows("<p>Two</p>"));
    fs::create_dir(site.path("_data")).unwrap();
    site.write("_data/b.yml", "c: Three");
    server.wait_until("the data is there", || shows("<p>Two Three</p>"));
    site.write("_data/b.yml", "c: Four");
    server.wait_until("the data is new", || shows("<p>Two Four</p>"));
    fs::create_dir(site.path("_includes/sub")).unwrap();
    site.write("_includes/sub/x.html", "Five");
    server.wait_until("the folder is seen", || shows("<p>Two FourFive</p>"));
    site.write("_data/b.yml", "c: [");
    server.wait_for_log("_data/b.yml:");
    server.wait_until("the data is gone", || shows("<p>Two Five</p>"));
    fs::remove_file(site.path("_includes/a.html")).unwrap();
    server.wait_until("the include is gone", || shows("<p> Five</p>") || shows("<p>Five</p>"));
    server.finish(&["b.yml"]);
}

#[test]
fn sighup_reloads_what_no_event_tells_of() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    // Changes behind a link give no event in the site.
    let settings = site.beside("settings.yml");
    fs::rename(site.path("_config.yml"), &settings).unwrap();
    symlink(&settings, site.path("_config.yml")).unwrap();
    let server = site.serve();
    let before = (server.validators("rss.xml"), site.written());
    server.signal("HUP");
    server.wait_until("it is read", || server.log().contains("read the configuration"));
    server.settle();
    assert_eq!((server.validators("rss.xml"), site.written()), before);

    fs::write(&settings, CONFIG.replace("Site", "Second")).unwrap();
    server.signal("HUP");
    server.wait_until("the title is new", || title(&server) == "Second");
    fs::write(&settings, BROKEN).unwrap();
    server.signal("HUP");
    server.wait_until("it is named", || server.is_ill(&["_config.yml:4:", "limt"]));
    server.signal("HUP");
    site.post(2, "b", "news", "Text.");
    server.wait_until("a new post is there", || server.titles("") == ["b", "a"]);
    assert!(server.is_ill(&["_config.yml:4:"]), "{}", server.state());
    assert_eq!(title(&server), "Second");
    fs::write(&settings, CONFIG).unwrap();
    server.signal("HUP");
    server.wait_until("it is repaired", || title(&server) == "Site" && server.is_healthy());
    server.finish(&["_config.yml"]);
}

/// Asks for feeds until it is over, and says how often: none fails, each is whole, and no title is
/// older than the last.
fn ask_on(address: &Address, is_over: &AtomicBool) -> u32 {
    let (start, mut asked, mut last) = (Instant::now(), 0, 0);
    // Whatever becomes of the test, this ends.
    while !is_over.load(Ordering::Relaxed) && start.elapsed() < Duration::from_mins(1) {
        for feed in ["feed.json", "category/c1/feed.json", "rss.xml", "category/c2/atom.xml"] {
            let reply = address.get(&format!("/{feed}"), &[]);
            assert_eq!(reply.status, 200, "{feed}: {reply:?}");
            check_feed(feed, &reply.text());
            asked += 1;
            if feed == "feed.json" {
                let feed: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
                assert_eq!(feed["items"].as_array().unwrap().len(), 20, "{feed}");
                let title = feed["title"].as_str().unwrap();
                let number: u32 = title.strip_prefix("Number ").unwrap().parse().unwrap();
                assert!(number >= last, "{title} after {last}");
                last = number;
            }
        }
    }
    asked
}

#[test]
fn no_request_fails_while_configurations_come_for_good_and_for_bad() {
    let numbered = |number: u32| CONFIG.replace("Site", &format!("Number {number}"));
    let site = Site::new(&numbered(0));
    for day in 1..=28 {
        site.post(day, "p", &format!("c{}", day % 4), "Text.");
    }
    // Only the signal tells of a change behind a link.
    let settings = site.beside("settings.yml");
    fs::rename(site.path("_config.yml"), &settings).unwrap();
    symlink(&settings, site.path("_config.yml")).unwrap();
    let server = site.serve();
    let is_over = AtomicBool::new(false);
    let asked: u32 = thread::scope(|scope| {
        let readers = [(); 2].map(|()| scope.spawn(|| ask_on(&server.address, &is_over)));
        for number in 1..=5 {
            for broken in [BROKEN, "title: Site\nurl: [\n"] {
                fs::write(&settings, broken).unwrap();
                let said = server.log().matches("_config.yml:").count();
                server.signal("HUP");
                server.wait_until("it is named", || {
                    server.is_ill(&["_config.yml:"])
                        && server.log().matches("_config.yml:").count() > said
                });
                assert_eq!(title(&server), format!("Number {}", number - 1));
            }
            fs::write(&settings, numbered(number)).unwrap();
            server.signal("HUP");
            let new = format!("Number {number}");
            server.wait_until("it is taken", || title(&server) == new && server.is_healthy());
        }
        is_over.store(true, Ordering::Relaxed);
        readers.into_iter().map(|reader| reader.join().unwrap()).sum()
    });
    assert!(asked > 100, "{asked} requests in all");
    server.finish(&["_config.yml"]);
}

#[test]
fn posts_that_change_together_with_a_broken_configuration_are_not_missed() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let server = site.serve();
    // As a `git pull` does it.
    site.post(2, "b", "news", "Text.");
    site.write("_config.yml", BROKEN);
    fs::create_dir(site.path("_posts/new")).unwrap();
    site.write("_posts/new/c.md", post(3, "c", "news", "Text."));
    server.wait_until("they are there", || server.titles("") == ["c", "b", "a"]);
    server.wait_until("it is named", || server.is_ill(&["limt"]));
    site.write("_config.yml", CONFIG);
    server.wait_until("it is repaired", || server.is_healthy());
    server.finish(&["_config.yml"]);
}

#[test]
fn a_save_of_the_same_configuration_changes_nothing() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let server = site.serve();
    let written = site.written();
    // vim moves the file away before it writes it anew.
    site.rename("_config.yml", "_config.yml~");
    sleep(Duration::from_millis(50));
    site.write("_config.yml", CONFIG);
    site.remove("_config.yml~");
    server.settle();
    assert_eq!(site.written(), written, "{}", server.state());
    // Others cut it to nothing first.
    let file = fs::File::create(site.path("_config.yml")).unwrap();
    server.settle();
    drop(file);
    site.write("_config.yml", CONFIG);
    server.settle();
    assert_eq!(site.written(), written, "{}", server.state());
    assert_eq!(title(&server), "Site");
    server.finish(&[]);
}

#[test]
fn a_content_folder_that_the_configuration_drops_is_not_lost() {
    let with = format!("{CONFIG}feedmill:\n  content: [old_post]\n");
    let site = Site::new(&with);
    fs::create_dir(site.path("old_post")).unwrap();
    site.post(1, "a", "news", "Text.");
    site.post(2, "b", "news", "Text.");
    for day in 3..=5 {
        let name = format!("old{day}");
        site.write(&format!("old_post/{name}.md"), post(day, &name, "news", "Text."));
    }
    let server = site.serve();
    assert_eq!(server.titles("").len(), 5);
    site.write("_config.yml", CONFIG);
    server.wait_until("they are gone", || server.titles("") == ["b", "a"]);
    assert!(server.is_healthy(), "{}", server.state());
    site.write("_config.yml", &with);
    server.wait_until("they are back", || server.titles("").len() == 5);
    // The folder is watched again.
    site.write("old_post/new.md", post(9, "new", "news", "Text."));
    server.wait_until("a new one is there", || server.titles("").len() == 6);
    site.remove(&at(1, "a"));
    server.wait_until("one is gone", || server.titles("").len() == 5);
    server.finish(&[]);
}
