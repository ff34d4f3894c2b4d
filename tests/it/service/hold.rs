//! Posts that are gone or broken all at once: the feeds stay, and the health says why.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;
use std::time::{Duration, SystemTime};
use std::{fs, thread};

use super::harness::{CONFIG, Server, Site, at, now, post};

use crate::faults::tools::not_run;
use crate::making::Made;

const FEEDS: [&str; 4] = ["rss.xml", "atom.xml", "feed.json", "category/news/atom.xml"];

fn validators(server: &Server) -> [(String, String); 4] {
    FEEDS.map(|feed| server.validators(feed))
}

fn fill(site: &Site, posts: u32) {
    for number in 1..=posts {
        site.post(number, &format!("p{number}"), "news", "Text.");
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Builds the feeds of three posts, and starts beside a site that has lost them.
fn start_without(lose: impl Fn(&Site), restore: impl Fn(&Site)) {
    let site = Site::new(CONFIG);
    fill(&site, 3);
    let server = site.serve();
    let before = (validators(&server), site.written());
    server.finish(&[]);
    // Without a snapshot only the export tells that there were posts.
    fs::remove_dir_all(site.beside("state")).unwrap();

    lose(&site);
    let output = site.run("build", &[]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    for words in ["there is no post, but `", "/out` holds feeds", "hint: restore the posts, or "] {
        assert!(said(&output).contains(words), "no {words} in:\n{}", said(&output));
    }
    assert_eq!(site.written(), before.1);
    let server = site.serve();
    assert!(server.is_ill(&["there is no post, but `", "holds feeds"]), "{}", server.state());
    assert_eq!((validators(&server), site.written()), before);
    let (tag, time) = &before.0[0];
    assert_eq!(server.get("rss.xml", &[("If-None-Match", tag.as_str())]).status, 304);
    assert_eq!(server.get("rss.xml", &[("If-Modified-Since", time.as_str())]).status, 304);
    server.wait_for_log("holds feeds");
    // A reload is no reason to empty the feeds.
    server.signal("HUP");
    server.wait_until("it is read", || server.log().contains("read the configuration"));
    assert!(server.is_ill(&["holds feeds"]), "{}", server.state());
    assert_eq!((validators(&server), site.written()), before);

    restore(&site);
    server.wait_until("it is healthy", || server.is_healthy());
    assert_eq!((validators(&server), site.written()), before, "nothing was ever emptied");
    site.post(20, "new", "news", "Text.");
    server.wait_until("it is watched", || server.titles("").len() == 4);
    server.finish(&["holds feeds", "not UTF-8"]);
}

#[test]
fn a_start_with_a_snapshot_knows_what_is_lost() {
    let site = Site::new(CONFIG);
    fill(&site, 3);
    let server = site.serve();
    let before = (validators(&server), site.written());
    server.finish(&[]);
    fs::rename(site.path("_posts"), site.beside("away")).unwrap();
    let server = site.serve();
    server.wait_until("it is noticed", || server.is_ill(&["posts are gone"]));
    assert_eq!((validators(&server), site.written()), before);
    fs::rename(site.beside("away"), site.path("_posts")).unwrap();
    server.wait_until("it is healthy", || server.is_healthy());
    assert_eq!((validators(&server), site.written()), before);
    server.finish(&["posts are gone"]);
}

#[test]
fn a_start_beside_an_empty_folder_of_posts_keeps_the_feeds() {
    start_without(
        |site| {
            fs::rename(site.path("_posts"), site.beside("away")).unwrap();
            fs::create_dir(site.path("_posts")).unwrap();
        },
        |site| {
            fs::remove_dir(site.path("_posts")).unwrap();
            fs::rename(site.beside("away"), site.path("_posts")).unwrap();
        },
    );
}

#[test]
fn a_start_beside_an_empty_site_keeps_the_feeds() {
    // A disk that is not mounted leaves an empty folder.
    start_without(
        |site| {
            fs::rename(site.folder(), site.beside("away")).unwrap();
            fs::create_dir(site.folder()).unwrap();
        },
        |site| {
            fs::remove_dir(site.folder()).unwrap();
            fs::rename(site.beside("away"), site.folder()).unwrap();
        },
    );
}

#[test]
fn an_empty_site_beside_an_empty_output_is_fine() {
    let site = Site::new(CONFIG);
    for _ in 0..2 {
        // The second time beside feeds without entries.
        let output = site.run("build", &[]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(said(&output).contains("warning: "), "{}", said(&output));
        assert!(said(&output).contains("_config.yml: there is no post\n"), "{}", said(&output));
    }
    let server = site.serve();
    assert!(server.is_healthy(), "{}", server.state());
    server.wait_for_log("_config.yml: there is no post");
    assert_eq!(server.titles(""), [""; 0]);
    site.post(1, "a", "news", "Text.");
    server.wait_until("the first one is there", || server.titles("") == ["a"]);
    server.finish(&[]);
}

#[test]
fn what_others_put_into_an_export_that_is_held_stays_theirs() {
    let site = Site::new(CONFIG);
    fill(&site, 3);
    assert_eq!(site.run("build", &[]).status.code(), Some(0));
    let theirs = ["category/theirs/rss.xml", "category/news/notes.txt"];
    for path in theirs {
        fs::create_dir_all(site.out(path).parent().unwrap()).unwrap();
        fs::write(site.out(path), "<rss><generator>other</generator></rss>").unwrap();
    }
    fs::rename(site.path("_posts"), site.beside("away")).unwrap();
    let server = site.serve();
    assert!(server.is_ill(&["holds feeds"]), "{}", server.state());
    assert_eq!(server.status(theirs[0]), 404, "{}", server.state());
    fs::rename(site.beside("away"), site.path("_posts")).unwrap();
    server.wait_until("it is healthy", || server.is_healthy());
    for path in theirs {
        assert!(site.out(path).exists(), "{path} is gone");
    }
    fs::remove_file(site.out(theirs[0])).unwrap();
    server.finish(&["holds feeds"]);
}

#[test]
fn one_of_two_folders_of_posts_that_is_gone_empties_no_feed() {
    let site = Site::new(CONFIG);
    fs::remove_dir(site.path("_posts")).unwrap();
    for folder in ["a", "b"] {
        fs::create_dir_all(site.path(&format!("{folder}/_posts"))).unwrap();
        for day in 1..=4 {
            let name = format!("{folder}{day}");
            let path = format!("{folder}/{}", at(day, &name));
            site.write(&path, post(day, &name, "news", "Text."));
        }
    }
    let server = site.serve();
    assert_eq!((server.titles("").len(), server.titles("category/b/").len()), (8, 4));
    for gone in ["b/_posts", "b"] {
        let before = (validators(&server), site.written());
        fs::rename(site.path(gone), site.beside("away")).unwrap();
        let words = ["/site/b: all 4 posts are gone at once"];
        server.wait_until("it is noticed", || server.is_ill(&words));
        assert_eq!((validators(&server), site.written()), before);
        // What happens in the other one goes on, and heals nothing.
        let path = format!("a/{}", at(9, "new"));
        site.write(&path, post(9, "new", "news", "Text."));
        server.wait_until("a new one is there", || server.titles("").len() == 9);
        assert!(server.is_ill(&words), "{}", server.state());
        fs::rename(site.beside("away"), site.path(gone)).unwrap();
        server.wait_until("it is healthy", || server.is_healthy());
        site.remove(&path);
        server.wait_until("one is gone", || server.titles("").len() == 8);
        assert_eq!(site.bytes("out").len(), before.1.len());
    }
    let path = format!("b/{}", at(10, "last"));
    site.write(&path, post(10, "last", "news", "Text."));
    server.wait_until("it is watched", || server.titles("category/b/").len() == 5);
    server.settle_in("a/_posts");
    site.remove(&path);
    fs::create_dir(site.path("_posts")).unwrap();
    server.finish(&["posts are gone"]);
}

/// Breaks nine posts at once and repairs them.
fn storm(spoil: impl Fn(&Site, &str)) {
    let site = Site::new(CONFIG);
    fill(&site, 9);
    let server = site.serve();
    let before = (validators(&server), site.written());
    let paths: Vec<String> = (1..=9).map(|day| at(day, &format!("p{day}"))).collect();
    for path in &paths {
        spoil(&site, path);
    }
    let words = ["posts became invalid at the same time"];
    server.wait_until("it is noticed", || server.is_ill(&words));
    server.wait_for_log("`feedmill check` tells what is wrong with each");
    assert_eq!((validators(&server), site.written()), before, "{}", server.state());
    // It stays so, and is said once.
    server.signal("HUP");
    server.wait_until("it is read", || server.log().contains("read the configuration"));
    assert!(server.is_ill(&words), "{}", server.state());
    assert_eq!((validators(&server), site.written()), before, "{}", server.state());
    assert!(server.log().matches(words[0]).count() < 4, "{}", server.state());

    for path in &paths {
        fs::set_permissions(site.path(path), fs::Permissions::from_mode(0o644)).unwrap();
    }
    fill(&site, 9);
    server.wait_until("it is healthy", || server.is_healthy());
    assert_eq!((validators(&server), site.written()), before, "nothing was ever emptied");
    server.finish(&words);
}

#[test]
fn many_posts_that_are_cut_short_at_once_empty_no_feed() {
    storm(|site, path| site.write(path, "---\ntitle: cut"));
}

#[test]
fn many_posts_that_are_emptied_at_once_empty_no_feed() {
    storm(|site, path| site.write(path, ""));
}

#[test]
fn many_posts_that_become_other_files_empty_no_feed() {
    storm(|site, path| site.write(path, [0xff; 200]));
}

#[test]
fn many_posts_that_may_not_be_read_any_more_empty_no_feed() {
    let site = Site::new(CONFIG);
    site.post(1, "p1", "news", "Text.");
    let close = |path| fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
    close(site.path(&at(1, "p1")));
    if fs::read(site.path(&at(1, "p1"))).is_ok() {
        not_run("this user may read everything");
        return;
    }
    storm(|site, path| {
        // Another text, or nothing needs to be read again; and never one that can be read.
        site.write("new.part", post(1, "other", "news", "Other."));
        close(site.path("new.part"));
        site.rename("new.part", path);
    });
}

#[test]
fn a_few_broken_posts_of_many_are_rejected() {
    let site = Site::new(CONFIG);
    fill(&site, 20);
    let server = site.serve();
    for day in [3, 7, 11] {
        site.write(&at(day, &format!("p{day}")), [0xff; 20]);
    }
    server.wait_until("they are gone", || server.titles("").len() == 17);
    for day in [3, 7, 11] {
        server.wait_for_log(&format!("p{day}.md: the file is not UTF-8"));
    }
    assert!(server.is_healthy(), "{}", server.state());
    server.finish(&["not UTF-8"]);
}

/// The last good state of a post that is cut short outlives a new configuration.
#[test]
fn a_post_that_is_cut_short_stays_when_the_configuration_changes() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    site.post(2, "b", "sport", "Whole.");
    let server = site.serve();
    let text = post(2, "b", "sport", "Whole.");
    let started = now();
    site.write(&at(2, "b"), &text[..text.len() / 2]);
    site.write("_config.yml", CONFIG.replace("Site", "Second"));
    server.wait_until("it is read", || server.get("rss.xml", &[]).text().contains("Second"));
    let titles = server.titles("");
    if now() - started < 1.9 {
        assert_eq!(titles, ["b", "a"], "{}", server.state());
        assert!(server.body("b").contains("Whole."), "{}", server.state());
        assert_eq!(server.status("category/sport/rss.xml"), 200);
    }
    server.wait_until("it is rejected", || server.titles("") == ["a"]);
    site.write(&at(2, "b"), &text);
    server.wait_until("it is whole", || server.titles("") == ["b", "a"]);
    server.finish(&["b.md"]);
}

/// The same without a clock: the time is what the test says.
#[test]
fn a_post_that_is_cut_short_stays_for_two_seconds_whatever_else_happens() {
    const SECOND: i64 = 1_000_000_000;
    let made = Made::of(&[("_config.yml", CONFIG), ("_posts/2022-01-01-a.md", "A.\n")]);
    let path = "_posts/2022-01-02-b.md";
    made.write(path, post(2, "b", "sport", "Whole."));
    let mut engine = made.engine();
    let modified = || {
        let found = fs::metadata(made.at(path)).unwrap().modified().unwrap();
        let since = found.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        i64::try_from(since.as_nanos()).unwrap()
    };
    engine.rebuild(modified() + 9 * SECOND).unwrap();
    made.write(path, "---\ntitle: b\ndate: 2022");
    let cut = modified();
    engine.look(&BTreeSet::from([made.at(path)]), cut + SECOND / 4).unwrap();
    let site = engine.site().clone();
    engine.configure(site, false).unwrap();
    engine.rescan(cut + SECOND / 2).unwrap();
    engine.rebuild(cut + SECOND).unwrap();
    let feeds = made.feeds();
    assert!(String::from_utf8_lossy(&feeds["rss.xml"]).contains("Whole."));
    assert!(feeds.contains_key("category/sport/rss.xml"));
    assert_eq!(engine.next_look(), Some(cut + 2 * SECOND));
    let pass = engine.tick(cut + 2 * SECOND).unwrap();
    assert!(pass.findings.iter().any(|finding| finding.path == path), "{:?}", pass.findings);
    assert!(!made.feeds().contains_key("category/sport/rss.xml"));
}

#[test]
fn a_start_beside_posts_that_are_all_broken_keeps_the_feeds() {
    start_without(
        |site| {
            fs::rename(site.path("_posts"), site.beside("away")).unwrap();
            fs::create_dir(site.path("_posts")).unwrap();
            (1..=3).for_each(|day| site.write(&at(day, &format!("p{day}")), [0xff; 200]));
        },
        |site| {
            fs::rename(site.path("_posts"), site.beside("broken")).unwrap();
            fs::rename(site.beside("away"), site.path("_posts")).unwrap();
        },
    );
}

#[test]
fn a_few_of_few_broken_posts_leave_even_the_last_feed_empty() {
    let site = Site::new(CONFIG);
    fill(&site, 3);
    let server = site.serve();
    for day in 1..=3 {
        site.write(&at(day, &format!("p{day}")), "+++\n+++\n");
    }
    server.wait_until("they are gone", || server.titles("").is_empty());
    assert_eq!(server.status("category/news/rss.xml"), 404);
    server.finish(&["TOML"]);
}

/// The feeds of a site whose files break and are repaired a while after each other.
#[test]
fn a_slow_storm_is_held_until_the_last_post_is_repaired() {
    const SECOND: i64 = 1_000_000_000;
    let made = Made::of(&[("_config.yml", CONFIG)]);
    let paths: Vec<String> = (1..=12).map(|day| at(day, &format!("p{day}"))).collect();
    let put = |path: &String, text: &str, time: i64| {
        made.write(path, text);
        let since = Duration::from_nanos(u64::try_from(time).unwrap());
        let file = fs::File::options().write(true).open(made.at(path)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + since).unwrap();
        BTreeSet::from([made.at(path)])
    };
    let text = |number: usize| post(1, &format!("p{number}"), "news", "Text.");
    let start = 1_700_000_000 * SECOND;
    for (number, path) in paths.iter().enumerate() {
        put(path, &text(number), start);
    }
    let mut engine = made.engine();
    let mut now = start + 10 * SECOND;
    engine.rebuild(now).unwrap();
    let before = made.feeds();
    for broken in ["---\ntitle: cut", "", "+++\n"] {
        for path in &paths[..9] {
            now += SECOND / 10;
            let pass = engine.look(&put(path, broken, now), now + 1).unwrap();
            assert_eq!(pass.rendered.feeds, 0, "it may still be being written");
        }
        let mut passes = 0;
        while let Some(at) = engine.next_look() {
            now = now.max(at);
            engine.tick(now).unwrap();
            passes += 1;
        }
        assert_eq!(passes, 1, "what is held wants no look of its own");
        let held = engine.held().unwrap().to_string();
        assert!(held.contains("9 posts became invalid"), "{held}");
        for (number, path) in paths[..9].iter().enumerate() {
            now += 3 * SECOND;
            put(path, &text(number), now - SECOND);
            engine.rescan(now).unwrap();
            assert_eq!(engine.held().is_none(), number == 8, "{number}");
            assert!(made.feeds() == before, "{number}");
        }
    }
    // A single one is no storm.
    now += 3 * SECOND;
    engine.look(&put(&paths[0], "", now - 2 * SECOND), now).unwrap();
    assert!(engine.held().is_none() && made.feeds() != before);
}

#[test]
fn posts_that_are_put_back_with_pauses_are_never_counted_half() {
    let site = Site::new(CONFIG);
    fill(&site, 24);
    let server = site.serve();
    let before = (validators(&server), site.written());
    fs::rename(site.path("_posts"), site.beside("away")).unwrap();
    server.wait_until("it is noticed", || server.is_ill(&["posts are gone"]));
    fs::create_dir(site.path("_posts")).unwrap();
    for day in 1..=24 {
        let path = at(day, &format!("p{day}"));
        fs::rename(site.beside(&path.replace("_posts", "away")), site.path(&path)).unwrap();
        if day % 10 == 0 {
            thread::sleep(Duration::from_millis(2500));
        }
    }
    server.wait_until("it is healthy", || server.is_healthy());
    assert_eq!((validators(&server), site.written()), before, "something was published");
    server.finish(&["posts are gone"]);
}

/// What is gone for good is named as such, and until then no configuration is taken by halves.
#[test]
fn a_lost_folder_that_is_left_out_is_let_go() {
    let site = Site::new(CONFIG);
    fs::remove_dir(site.path("_posts")).unwrap();
    for folder in ["a", "b"] {
        fs::create_dir_all(site.path(&format!("{folder}/_posts"))).unwrap();
        for day in 1..=3 {
            let name = format!("{folder}{day}");
            site.write(&format!("{folder}/{}", at(day, &name)), post(day, &name, "news", "Text."));
        }
    }
    let server = site.serve();
    fs::rename(site.path("b"), site.beside("away")).unwrap();
    server.wait_until("it is noticed", || server.is_ill(&["/site/b: all 3 posts are gone"]));
    let before = (validators(&server), site.written());
    site.write("_config.yml", CONFIG.replace("title: Site", "title: Second"));
    server.wait_for_log("read the configuration");
    site.write(&format!("a/{}", at(9, "new")), post(9, "new", "news", "Text."));
    server.settle_in("a/_posts");
    assert_eq!((validators(&server), site.written()), before);

    let second = CONFIG.replace("title: Site", "title: Second");
    site.write("_config.yml", format!("{second}exclude: [b]\n"));
    server.wait_until("it is healthy", || server.is_healthy());
    assert_eq!(server.titles(""), ["new", "a3", "a2", "a1"]);
    assert!(server.get("rss.xml", &[]).text().contains("<title>Second</title>"));
    fs::create_dir(site.path("_posts")).unwrap();
    fs::remove_dir_all(site.path("a")).unwrap();
    fs::create_dir_all(site.path("a/_posts")).unwrap();
}

/// A slow copy is not over with its first file.
#[test]
fn feeds_that_wait_for_their_posts_wait_for_all() {
    let site = Site::new(CONFIG);
    fill(&site, 28);
    site.serve().finish(&[]);
    fs::remove_dir_all(site.beside("state")).unwrap();
    fs::rename(site.path("_posts"), site.beside("away")).unwrap();
    fs::create_dir(site.path("_posts")).unwrap();
    let server = site.serve();
    assert!(server.is_ill(&["holds feeds"]), "{}", server.state());
    let before = (validators(&server), site.written());
    for number in 1..=28 {
        let path = at(number, &format!("p{number}"));
        fs::copy(site.beside("away").join(path.rsplit('/').next().unwrap()), site.path(&path))
            .unwrap();
        thread::sleep(Duration::from_millis(200));
        assert_eq!(validators(&server), before.0, "after {number}\n{}", server.state());
    }
    server.wait_until("it is healthy", || server.is_healthy());
    assert_eq!((validators(&server), site.written()), before);
    server.finish(&["holds feeds"]);
}
