//! Bad input beside good: the good is served, the bad is named, and nothing hangs.

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{fs, thread};

use super::harness::{CONFIG, Server, Site, at, post};
use feedmill::diagnostic::Error;
use feedmill::os::disk::{self, Folder};

use crate::making::Made;

/// Any day after the last stamp of a post, in nanoseconds.
const NOW: i64 = 4_000_000_000_000_000_000;

const MEGABYTE: usize = 1024 * 1024;

fn long(name: &str, size: usize) -> String {
    let paragraph = "Eight words stand in each of these lines.\n".repeat(200) + "\n";
    post(3, name, "news", &paragraph.repeat(size / paragraph.len() + 1))
}

/// A large file takes a while to write, and its first megabytes are a post too.
fn put_whole(site: &Site, path: &str, text: &str) {
    site.write(&format!("{path}.part"), text);
    site.rename(&format!("{path}.part"), path);
}

/// Puts one of each kind into the site.
fn spoil(site: &Site) {
    let made = Command::new("mkfifo").arg(site.path(&at(3, "pipe"))).status().unwrap();
    assert!(made.success());
    drop(UnixListener::bind(site.path(&at(3, "socket"))).unwrap());
    symlink("nowhere.md", site.path(&at(3, "dangling"))).unwrap();
    fs::write(site.beside("secret.md"), post(3, "secret", "news", "Text.")).unwrap();
    symlink(site.beside("secret.md"), site.path(&at(3, "outside"))).unwrap();
    symlink(".", site.path("_posts/loop")).unwrap();
    symlink("/dev/zero", site.path(&at(3, "device"))).unwrap();
    put_whole(site, &at(3, "huge"), &long("huge", 9 * MEGABYTE));
    let mut gbk = post(3, "gbk", "news", "").into_bytes();
    gbk.extend(b"\xb2\xc6\xbe\xad\xd0\xc2\xce\xc5");
    site.write(&at(3, "gbk"), gbk);
    let binary: Vec<u8> = (0..=u8::MAX).rev().cycle().take(4096).collect();
    site.write(&at(3, "binary"), binary);
    site.write(&at(3, "toml"), "+++\ntitle = \"toml\"\n+++\nText.\n");
    site.write(&at(3, "yaml"), "---\ntitle: \"a \"quoted\" title\ndate: [\n---\nText.\n");
    site.write(&at(3, "bomb"), format!("---\nx: {}\n---\n", "[".repeat(12_000)));
    // A name must not break a line of the log.
    site.write("_posts/a\nERROR forged.md", "+++\n+++\n");
    put_whole(site, &at(4, "large"), &long("large", 2 * MEGABYTE));
}

/// What the log says of each.
const WORDS: &[(&str, &str)] = &[
    ("pipe", "not a regular file"),
    ("socket", "not a regular file"),
    ("dangling", "the link leads nowhere"),
    ("outside", "the link leads out of the site"),
    ("device", "the link leads out of the site"),
    ("huge", "a post at most 8388608"),
    ("gbk", "not UTF-8"),
    ("binary", "not UTF-8"),
    ("toml", "TOML"),
    ("bomb", "brackets"),
];

#[track_caller]
fn assert_all_are_named(server: &Server) {
    for (name, words) in WORDS {
        let file = format!("2022-01-03-{name}.md:");
        server.wait_until(words, || {
            server.log().lines().any(|line| line.contains(&file) && line.contains(words))
        });
    }
}

#[test]
fn a_bad_file_harms_no_other() {
    let site = Site::new(CONFIG);
    site.post(1, "first", "news", "Text.");
    let server = site.serve();
    spoil(&site);
    site.post(5, "last", "news", "Text.");
    server.wait_until("the good are there", || {
        let titles = server.titles("");
        ["last", "large", "first"].iter().all(|name| titles.iter().any(|title| title == name))
    });
    server.settle();
    assert_all_are_named(&server);
    let log = server.log();
    let bytes = fs::metadata(site.path(&at(3, "huge"))).unwrap().len().to_string();
    assert!(log.contains(&bytes), "its size is named");
    assert!(!log.lines().any(|line| line.starts_with("ERROR forged")), "{log}");
    let titles = server.titles("");
    assert!(!titles.iter().any(|title| title == "secret" || title == "huge"), "{titles:?}");
    assert_eq!(titles.iter().filter(|title| *title == "first").count(), 1, "{titles:?}");

    // What is repaired comes in.
    let before = titles.len();
    for name in ["pipe", "dangling", "gbk"] {
        site.remove(&at(3, name));
        site.post(3, name, "news", "Repaired.");
    }
    server.wait_until("they are there", || server.titles("").len() == before + 3);
    let names: Vec<&str> = WORDS.iter().map(|(name, _)| *name).chain(["forged"]).collect();
    server.finish(&names);
}

#[test]
fn a_bad_file_that_is_there_already_stops_no_start() {
    let site = Site::new(CONFIG);
    site.post(1, "first", "news", "Text.");
    spoil(&site);
    let server = site.serve();
    let titles = server.titles("");
    assert!(titles.contains(&"first".to_owned()) && titles.contains(&"large".to_owned()));
    assert!(!titles.iter().any(|title| title == "secret" || title == "huge"), "{titles:?}");
    assert_all_are_named(&server);
    let names: Vec<&str> = WORDS.iter().map(|(name, _)| *name).chain(["forged"]).collect();
    server.finish(&names);
}

/// What cannot be read to an end is not waited for: what comes later is there as soon as ever.
#[test]
fn a_file_that_has_no_end_holds_nobody_up() {
    let site = Site::new(CONFIG);
    site.post(1, "first", "news", "Text.");
    let pipe = |name: &str| {
        let made = Command::new("mkfifo").arg(site.path(&at(3, name))).status().unwrap();
        assert!(made.success());
    };
    let server = site.serve();
    for number in 4..9 {
        let start = Instant::now();
        pipe(&format!("pipe{number}"));
        drop(UnixListener::bind(site.path(&at(3, &format!("socket{number}")))).unwrap());
        let name = format!("post{number}");
        site.post(number, &name, "news", "Text.");
        server.wait_until(&name, || server.titles("")[0] == name);
        assert!(start.elapsed() < Duration::from_secs(2), "after {:?}", start.elapsed());
    }
    let names = ["pipe4", "socket4", "pipe8", "socket8"];
    for name in names {
        server.wait_for_log(&format!("{}: not a regular file", at(3, name)));
    }
    server.finish(&["-pipe", "-socket"]);
}

/// Nothing of what is outside is in a feed, not for a moment, whatever the link looks like.
#[test]
fn what_is_behind_a_link_is_never_in_a_feed() {
    const HIDDEN: &str = "Nobody reads this.";
    let site = Site::new(CONFIG);
    site.post(1, "first", "news", "Text.");
    let elsewhere = site.beside("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let hidden = elsewhere.join("2022-01-03-hidden.md");
    fs::write(&hidden, post(3, "hidden", "hidden", HIDDEN)).unwrap();
    let links = [
        ("outside", hidden.as_path(), "the link leads out of the site"),
        ("passwd", Path::new("/etc/passwd"), "the link leads out of the site"),
        ("around", Path::new("../../elsewhere/2022-01-03-hidden.md"), "out of the site"),
        ("twice", Path::new("2022-01-03-outside.md"), "the link leads out of the site"),
        ("dangling", Path::new("nowhere.md"), "the link leads nowhere"),
        ("itself", Path::new("2022-01-03-itself.md"), "the link leads nowhere"),
        ("one", Path::new("2022-01-03-other.md"), "the link leads nowhere"),
        ("other", Path::new("2022-01-03-one.md"), "the link leads nowhere"),
        ("folder", Path::new("."), "the link leads to a folder"),
    ];
    let put = || {
        for (name, target, _) in &links {
            symlink(target, site.path(&at(3, name))).unwrap();
        }
        // Folders are not followed, round and round or elsewhere.
        symlink(".", site.path("_posts/loop")).unwrap();
        symlink(&elsewhere, site.path("_posts/elsewhere")).unwrap();
        // Where no post would be, a link matters to nobody.
        symlink(&hidden, site.path("_posts/picture.png")).unwrap();
        symlink(&elsewhere, site.path("other")).unwrap();
    };
    let is_hidden = || {
        let all = site.bytes("out");
        let shows = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            text.contains(HIDDEN) || text.contains("root:")
        };
        let found: Vec<_> = all.iter().filter(|(_, bytes)| shows(bytes)).collect();
        assert!(found.is_empty(), "{:?}", found.iter().map(|(path, _)| path).collect::<Vec<_>>());
        !site.out("category/hidden").exists()
    };
    let mut server = site.serve();
    // Those that come, and those that are there already.
    for is_there in [false, true] {
        if is_there {
            server.finish(&links.map(|(name, ..)| name));
            server = site.serve();
        } else {
            put();
        }
        for (name, _, words) in &links {
            let file = format!("{}: ", at(3, name));
            server.wait_until(name, || {
                assert!(is_hidden());
                server.log().lines().any(|line| line.contains(&file) && line.contains(words))
            });
        }
        if is_there {
            // A scan tells of those that have not the name of a post, too.
            for name in ["loop", "elsewhere"] {
                server.wait_for_log(&format!("_posts/{name}: the link leads to a folder"));
            }
            assert!(!server.log().contains("_posts/picture"), "{}", server.log());
            assert!(!server.log().contains("/other"), "{}", server.log());
        }
        let day = 5 + u32::from(is_there);
        site.post(day, &format!("p{day}"), "news", "Text.");
        // What changes there is none of ours.
        fs::write(&hidden, post(3, "hidden", "hidden", &HIDDEN.repeat(2))).unwrap();
        server.settle();
        assert!(is_hidden());
        assert_eq!(server.titles("").len(), 2 + usize::from(is_there), "{}", server.state());
    }
    server.finish(&links.map(|(name, ..)| name));
}

/// What is looked at again and again, and found by one scan after the other, is told once.
#[test]
fn a_link_to_nowhere_is_told_once() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let flags = ["--listen", "127.0.0.1:0", "--rescan", "1"];
    let server = Server::start(&site, site.command("serve", &flags));
    symlink("nowhere.md", site.path(&at(3, "dangling"))).unwrap();
    server.wait_for_log("leads nowhere");
    // It is looked at with each heartbeat of two seconds, too.
    thread::sleep(Duration::from_secs(5));
    let log = server.log();
    assert_eq!(log.matches("leads nowhere").count(), 1, "{log}");
    server.finish(&["dangling"]);
}

/// Nor is one to a folder, or to nowhere, in the place of a root told at each scan.
#[test]
fn a_link_in_the_place_of_a_folder_of_posts_is_told_once() {
    let site = Site::new(&format!("{CONFIG}feedmill:\n  content: [texts, none, nothing]\n"));
    fs::remove_dir(site.path("_posts")).unwrap();
    fs::create_dir(site.path("texts")).unwrap();
    site.write("texts/2022-01-01-a.md", post(1, "a", "news", "Text."));
    symlink("texts", site.path("_posts")).unwrap();
    symlink("nowhere", site.path("nothing")).unwrap();
    // Between two scans it is looked at, too.
    let flags = ["--listen", "127.0.0.1:0", "--rescan", "4"];
    let server = Server::start(&site, site.command("serve", &flags));
    server.wait_for_log("_posts: the link leads to a folder");
    thread::sleep(Duration::from_secs(10));
    let said = server.log();
    let told = ["_posts: the link leads to a folder", "nothing: the link leads nowhere"];
    for words in told.iter().chain(&["no folder `none`", "no folder `nothing`"]) {
        assert_eq!(said.matches(words).count(), 1, "{words}: {said}");
    }
    server.finish(&[]);
}

/// It is looked at now and then, which is no reason to scan a site whose posts lie in its folder.
#[test]
fn a_link_to_a_folder_of_posts_is_looked_at_and_no_scan_follows() {
    let made = Made::of(&[("a.md", "---\ntitle: A\ndate: 2022-01-01\n---\nText.\n")]);
    fs::create_dir(made.at("texts")).unwrap();
    symlink("texts", made.at("_posts")).unwrap();
    let mut engine = made.engine();
    engine.rebuild(NOW).unwrap();
    // A scan would find it.
    made.write("b.md", "---\ntitle: B\ndate: 2022-01-02\n---\nText.\n");
    engine.tick(NOW).unwrap();
    assert_eq!(engine.catalog().len(), 1);
    engine.rescan(NOW).unwrap();
    assert_eq!(engine.catalog().len(), 2);
}

/// A file in the folder of the site's people is no post, whoever is to close it.
#[test]
fn a_file_that_can_be_no_post_is_not_waited_for() {
    let made = Made::of(&[("a.md", "---\ntitle: A\ndate: 2022-01-01\n---\nText.\n")]);
    made.write("_data/x.md", "people");
    let mut engine = made.engine();
    engine.rebuild(NOW).unwrap();
    engine.await_close(&made.at("_data/x.md"), NOW);
    let due = engine.next_look().unwrap();
    engine.tick(due).unwrap();
    assert_eq!(engine.next_look(), None);
}

#[test]
fn a_build_waits_for_each_file_that_is_cut_short() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    site.write(&at(2, "first"), "---\ntitle: first\n");
    thread::sleep(Duration::from_millis(300));
    site.write(&at(3, "second"), "---\ntitle: second\n");
    let output = site.run("build", &["--strict"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("first.md") && said.contains("second.md"), "{said}");
}

/// Also when it takes the place of a file after that was found.
#[test]
fn a_link_is_followed_to_what_is_below_and_nowhere_else() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    fs::write(site.beside("secret.md"), "secret").unwrap();
    symlink(site.beside("secret.md"), site.path("_posts/out.md")).unwrap();
    symlink("2022-01-01-a.md", site.path("_posts/in.md")).unwrap();
    let site_folder = site.folder();
    let folder = Folder::open(&site_folder);
    let read = |path: &str| folder.read(path, 1024).map(|(bytes, _)| bytes);
    let bytes = fs::read(site.path(&at(1, "a"))).unwrap();
    assert_eq!(read("_posts/in.md"), Ok(bytes.clone()));
    assert_eq!(read(&at(1, "a")), Ok(bytes));
    assert_eq!(read("_posts/out.md"), Err(Error::BadLink { to: "out of the site" }));
    assert!(matches!(read("_posts/none.md"), Err(Error::Io { .. })));
    // What some file systems do not know the size of is read all the same.
    let found = disk::read(Path::new("/proc/self/status"), 1 << 20).unwrap().0;
    assert!(found.starts_with(b"Name:"));
}
