//! The output folder: what stands in its way, and what in it is not ours.

use std::collections::BTreeSet;
use std::fs;
use std::thread::sleep;
use std::time::Duration;

use super::harness::{CONFIG, Site, at, post};
use feedmill::engine::engine::Engine;

use crate::making::Made;

/// Any day after the last stamp of a post, in nanoseconds.
const NOW: i64 = 4_000_000_000_000_000_000;

#[test]
fn an_export_that_fails_leaves_the_last_edition_and_heals() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    site.post(2, "b", "sport", "Text.");
    let server = site.serve();
    let feeds = ["rss.xml", "feed.json", "category/news/atom.xml"];
    let before = feeds.map(|feed| server.get(feed, &[]).body);
    // A file where a folder must be.
    fs::rename(site.out("category"), site.beside("category")).unwrap();
    fs::write(site.out("category"), "in the way").unwrap();

    site.post(3, "c", "news", "Text.");
    server.wait_until("it is named", || server.is_ill(&["/out: not feedmill's: `category`"]));
    server.wait_for_log("out: not feedmill's: `category`");
    assert_eq!(feeds.map(|feed| server.get(feed, &[]).body), before, "the last edition stays");
    // What is found meanwhile is told at once.
    site.write("_posts/undated.md", "---\ntitle: x\n---\n");
    server.wait_for_log("undated.md: the post has no date");
    // Not once a pass: a log is for people.
    site.post(4, "d", "news", "Text.");
    // Longer than the loop ever waits.
    sleep(Duration::from_millis(2500));
    assert!(server.is_ill(&["/out: not feedmill's: `category`"]), "{}", server.state());
    let errors = server.log().matches("ERROR").count();
    assert!(errors < 5, "{}", server.state());

    fs::remove_file(site.out("category")).unwrap();
    fs::rename(site.beside("category"), site.out("category")).unwrap();
    server.wait_until("it heals", || server.is_healthy());
    assert_eq!(server.titles(""), ["d", "c", "b", "a"]);
    assert_eq!(server.titles("category/news/"), ["d", "c", "a"]);
    server.finish(&["not feedmill's", "undated.md"]);
}

#[test]
fn a_document_that_others_spoil_is_written_again() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let server = site.serve();
    let before = site.bytes("out");
    fs::remove_file(site.out("rss.xml")).unwrap();
    fs::write(site.out("category/news/feed.json"), "{").unwrap();
    server.wait_until("it is served again", || server.status("rss.xml") == 200);
    assert!(site.bytes("out") == before, "{}", server.state());
    server.finish(&[]);
}

#[test]
fn a_start_with_an_obstacle_says_which() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    fs::create_dir_all(site.out("")).unwrap();
    fs::write(site.out("category"), "in the way").unwrap();
    let output = site.run("build", &[]);
    assert_eq!(output.status.code(), Some(2));
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(words.contains("/out: not feedmill's: `category`;"), "{words}");
    assert_eq!(fs::read_to_string(site.out("category")).unwrap(), "in the way");
    assert!(!site.out("rss.xml").exists(), "no half export");
}

#[test]
fn foreign_files_stay_and_stale_ones_of_ours_go() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    site.post(2, "b", "sport", "Text.");
    site.post(3, "c", "old", "Text.");
    assert_eq!(site.run("build", &[]).status.code(), Some(0));
    let foreign = [
        "README.txt",
        "category/foo/notes.txt",
        "category/sport/notes.txt",
        "category/notes.txt",
        "category/old/notes.txt",
        "assets/deep/x.css",
        "category/news/deep/rss.xml",
        ".well-known/x",
    ];
    for path in foreign {
        let path = site.out(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "<foreign/>").unwrap();
    }
    // Names as ours have, but others made them.
    fs::create_dir_all(site.out("category/theirs")).unwrap();
    fs::create_dir_all(site.out("tag/theirs")).unwrap();
    for path in ["category/theirs/rss.xml", "tag/theirs/atom.xml"] {
        fs::write(site.out(path), "<rss><generator>other</generator></rss>").unwrap();
    }
    // Half-written files of a run that was killed.
    let halves = [".feedmill-tmp-1-1", "category/news/.feedmill-tmp-7-0"];
    for path in halves {
        fs::write(site.out(path), "half").unwrap();
    }
    // One category goes while nobody looks, one while the service runs.
    site.remove(&at(3, "c"));
    let server = site.serve();
    for path in halves {
        assert!(!site.out(path).exists(), "{path} is left");
    }
    assert!(!site.out("category/old/rss.xml").exists(), "a stale feed is left");
    site.remove(&at(2, "b"));
    server.wait_until("it is gone", || server.status("category/sport/rss.xml") == 404);
    assert!(!site.out("category/sport/rss.xml").exists());
    for path in foreign {
        assert_eq!(fs::read_to_string(site.out(path)).unwrap(), "<foreign/>", "{path}");
    }
    for path in ["category/theirs/rss.xml", "tag/theirs/atom.xml"] {
        assert!(site.out(path).exists(), "{path} is gone");
        assert_eq!(server.status(path), 404, "{path} is served");
        fs::remove_file(site.out(path)).unwrap();
    }
    fs::remove_file(site.out("category/news/deep/rss.xml")).unwrap();
    server.finish(&[]);
}

#[test]
fn names_that_no_folder_can_have_are_served_and_stay_inside() {
    let site = Site::new(CONFIG);
    let han = "财".repeat(300);
    let names = ["COM1", "con.txt", "../x", ".", "..", "CON", &han, "index.html", "rss.xml", "a/b"];
    for (number, name) in (1..).zip(names) {
        let text = format!("---\ntitle: p{number}\ncategory: '{name}'\n---\nText.\n");
        site.write(&at(number, "p"), text);
    }
    let beside = || {
        let entries = fs::read_dir(site.beside("")).unwrap();
        entries.map(|entry| entry.unwrap().file_name()).collect::<BTreeSet<_>>()
    };
    let before = beside();
    let server = site.serve();
    let folders = fs::read_dir(site.out("category")).unwrap();
    let folders: Vec<String> =
        folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(folders.len(), names.len(), "{folders:?}");
    let mut titles = Vec::new();
    for folder in folders {
        assert!(folder.len() <= 200, "{folder}");
        titles.extend(server.titles(&format!("category/{}/", folder.replace('%', "%25"))));
    }
    titles.sort();
    let mut expected: Vec<String> = (1..=names.len()).map(|number| format!("p{number}")).collect();
    expected.sort();
    assert_eq!(titles, expected);
    server.finish(&[]);
    let ours = ["out".into(), "state".into()];
    assert_eq!(beside(), before.into_iter().chain(ours).collect());
}

#[test]
fn an_output_belongs_to_one_process() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let server = site.serve();
    let before = site.written();
    for (command, flags) in [("build", &[][..]), ("serve", &["--listen", "127.0.0.1:0"])] {
        let output = site.run(command, flags);
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{command}: {words}");
        for word in ["/out: another feedmill writes to this folder", "hint: stop the other one, or"]
        {
            assert!(words.contains(word), "{command}: {words}");
        }
    }
    assert_eq!(site.written(), before);
    // What writes nothing may run beside it.
    for command in ["check", "list"] {
        assert_eq!(site.run(command, &[]).status.code(), Some(0), "{command}");
    }
    server.finish(&[]);
    assert_eq!(site.run("build", &[]).status.code(), Some(0));
}

#[test]
fn an_output_that_goes_before_the_first_pass_is_made_again() {
    let made = Made::of(&[("_config.yml", CONFIG), (&at(1, "a"), &post(1, "a", "news", "Text."))]);
    let mut engine = made.engine();
    fs::remove_dir_all(made.folder().join("feeds")).unwrap();
    engine.rebuild(NOW).unwrap();
    assert!(made.feeds().contains_key("category/news/rss.xml"));
}

/// A second has one time only, and what changes in it several times has others.
#[test]
fn no_document_becomes_older() {
    let made = Made::of(&[("_config.yml", CONFIG), (&at(1, "a"), &post(1, "a", "news", "Text."))]);
    let mut engine = made.engine();
    engine.rebuild(NOW).unwrap();
    let time = |engine: &Engine| engine.edition().document("rss.xml").unwrap().1.last_modified;
    let mut last = time(&engine);
    for number in 0..5 {
        made.write(&at(1, "a"), post(1, "a", "news", &format!("Text {number}.")));
        engine.look(&BTreeSet::from([made.at(&at(1, "a"))]), NOW).unwrap();
        assert!(time(&engine) > last);
        last = time(&engine);
    }
    // All is printed anew, and compared with what is there.
    engine.doubt_export();
    made.write(&at(1, "a"), post(1, "a", "news", "The last text."));
    engine.look(&BTreeSet::from([made.at(&at(1, "a"))]), NOW).unwrap();
    assert!(time(&engine) > last);
    last = time(&engine);
    engine.doubt_export();
    engine.rescan(NOW).unwrap();
    assert_eq!(time(&engine), last);
}

#[test]
fn a_start_whose_first_pass_fails_serves_what_was_there() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    site.post(2, "b", "sport", "Text.");
    site.serve().finish(&[]);
    // A file where a folder must be, and a change that wants it.
    fs::rename(site.out("category/news"), site.beside("news")).unwrap();
    fs::write(site.out("category/news"), "in the way").unwrap();
    site.post(3, "c", "news", "Text.");
    let server = site.serve();
    assert!(server.is_ill(&["`category/news`"]), "{}", server.state());
    assert_eq!(server.status("category/sport/rss.xml"), 200);
    fs::remove_file(site.out("category/news")).unwrap();
    server.wait_until("it is healthy", || server.is_healthy());
    assert_eq!(server.titles("category/news/"), ["c", "a"]);
    server.finish(&["not feedmill's"]);
}
