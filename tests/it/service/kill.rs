//! SIGKILL at any moment: no document is ever cut, and the next start makes everything right.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::checks::check_document;
use super::harness::{CONFIG, Server, Site, at, files, post, program};

use crate::faults::tools::{behind, not_run};

const POSTS: u32 = 500;

fn touch_all(site: &Site, version: u32) {
    for number in 0..POSTS {
        let (day, name) = (1 + number % 28, format!("p{number}"));
        let category = format!("c{}", (number + version) % 40);
        site.write(&at(day, &name), post(day, &name, &category, &format!("V{version}.")));
    }
}

#[test]
fn a_kill_in_the_middle_of_a_rebuild_leaves_whole_documents() {
    let site = Site::new(CONFIG);
    touch_all(&site, 0);
    let mut halves = 0;
    for round in 1..=5_u32 {
        let mut server = site.serve();
        touch_all(&site, round);
        sleep(Duration::from_millis(u64::from(20 * round)));
        server.child().kill().unwrap();
        server.child().wait().unwrap();
        for file in files(&site.beside("out")) {
            if file.to_str().unwrap().contains("/.feedmill-tmp-") {
                halves += 1;
            } else {
                check_document(&file);
            }
        }
    }
    // Whether a kill met a write is chance; one that certainly did is made here.
    std::fs::write(site.out("category/c1/.feedmill-tmp-1-0"), "<rss").unwrap();

    let server = site.serve();
    let clean = site.beside("clean");
    let mut command = program();
    command.arg("build").arg(site.folder()).arg("--output").arg(&clean);
    assert_eq!(command.output().unwrap().status.code(), Some(0));
    // What the last process had published is served until the site was looked at.
    let is_right = || site.bytes("out") == site.bytes("clean");
    server.wait_until(&format!("all is right after {halves} half-written files"), is_right);
    server.finish(&[]);
}

type Documents = BTreeMap<PathBuf, Vec<u8>>;

fn is_half(file: &Path) -> bool {
    file.file_name().unwrap().to_str().unwrap().starts_with(".feedmill-tmp-")
}

/// What a build makes of the site with a title that is in every document.
fn built(site: &Site, title: &str) -> Documents {
    site.write("_config.yml", CONFIG.replace("Site", title));
    let mut command = program();
    command.arg("build").arg(site.folder()).arg("--output").arg(site.beside(title));
    assert_eq!(command.output().unwrap().status.code(), Some(0));
    site.bytes(title)
}

/// What a killed process has left: whether files are half written, and how many documents are new.
#[track_caller]
fn assert_old_or_new(site: &Site, old: &Documents, new: &Documents) -> (bool, usize) {
    let (halves, left): (Documents, Documents) =
        site.bytes("out").into_iter().partition(|(path, _)| is_half(path));
    assert!(left.keys().eq(old.keys()), "{:?}", left.keys());
    let is_new = |(path, bytes): &(&PathBuf, &Vec<u8>)| {
        let is_old = *bytes == &old[*path];
        assert!(is_old || *bytes == &new[*path], "{} is neither old nor new", path.display());
        !is_old
    };
    (!halves.is_empty(), left.iter().filter(is_new).count())
}

/// A new title changes every document in one pass: each is the old one or the new one to the byte.
#[test]
fn a_kill_in_the_middle_of_writing_leaves_each_document_old_or_new() {
    let site = Site::new(CONFIG);
    touch_all(&site, 0);
    let titles = ["Zero", "One", "Two", "Three"];
    let editions = titles.map(|title| built(&site, title));
    let all = editions[0].len();
    assert!(all > 120, "{all} documents");
    let configure = |title: &str| site.write("_config.yml", CONFIG.replace("Site", title));
    let is_right = |edition: &Documents| site.bytes("out") == *edition;
    configure(titles[0]);
    let mut left = Vec::new();
    // With the first half-written file, and in the middle of them.
    for (number, halves) in [(1, 1), (2, all / 2)] {
        let mut server = site.serve();
        server.wait_until("it is as before", || is_right(&editions[number - 1]));
        configure(titles[number]);
        let seen = || files(&site.beside("out")).iter().filter(|file| is_half(file)).count();
        server.wait_until("files are half written", || {
            seen() >= halves || is_right(&editions[number])
        });
        server.child().kill().unwrap();
        server.child().wait().unwrap();
        left.push(assert_old_or_new(&site, &editions[number - 1], &editions[number]));
    }
    assert!(left.iter().any(|(has_halves, _)| *has_halves), "no kill met a write: {left:?}");
    kill_at_a_rename(&site, [&editions[2], &editions[3]], titles[3]);

    // The next start makes right what is left, and takes away the halves.
    let server = site.serve();
    server.wait_until("all is right", || is_right(&editions[3]));
    server.finish(&[]);
}

/// The same when some are renamed already and others not: only who stops the program at a call of
/// the system can make it so.
fn kill_at_a_rename(site: &Site, [old, new]: [&Documents; 2], title: &str) {
    let words = "strace -f -qq -o /dev/null -e trace=rename -e inject=rename:signal=KILL:when=60";
    let words: Vec<&str> = words.split(' ').collect();
    let tried = behind(&words, &Command::new("true")).stderr(Stdio::null()).status();
    if !tried.is_ok_and(|status| status.success()) {
        not_run("nothing can be traced here; only half-written files were tried");
        return;
    }
    let server = site.serve();
    server.wait_until("it is as before", || site.bytes("out") == *old);
    server.finish(&[]);
    let mut server =
        Server::start(site, behind(&words, &site.command("serve", &["--listen", "127.0.0.1:0"])));
    site.write("_config.yml", CONFIG.replace("Site", title));
    server.wait(Duration::from_secs(20));
    let (has_halves, renamed) = assert_old_or_new(site, old, new);
    assert!(has_halves && renamed > 0 && renamed < new.len(), "{renamed} of {}", new.len());
}

/// Each process may have the number of the last one, as it has in a container.
#[test]
fn what_a_killed_one_left_is_in_nobodys_way() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    site.serve().finish(&[]);
    let state = site.beside("state");
    let snapshot = files(&state).remove(0);
    let name = snapshot.file_name().unwrap().to_str().unwrap();
    let halves: Vec<_> = (0..99).map(|n| state.join(format!(".feedmill-tmp-{name}-{n}"))).collect();
    let leave = || halves.iter().for_each(|half| std::fs::write(half, "half").unwrap());
    leave();
    // Another site may be at work beside it.
    let foreign = state.join(".feedmill-tmp-other.snapshot-0");
    std::fs::write(&foreign, "foreign").unwrap();
    let mut server = site.serve();
    assert!(!halves[0].exists(), "it is left");
    // Whatever is there again, and wherever.
    leave();
    for number in 0..99 {
        let half = format!("category/news/.feedmill-tmp-atom.xml-{number}");
        std::fs::write(site.out(&half), "half").unwrap();
    }
    site.post(2, "b", "news", "Text.");
    server.wait_until("it is there", || server.titles("category/news/") == ["b", "a"]);
    let before = std::fs::read(&snapshot).unwrap();
    server.signal("TERM");
    assert_eq!(server.wait(Duration::from_secs(5)).code(), Some(0));
    assert_ne!(std::fs::read(&snapshot).unwrap(), before, "it was not written");
    assert!(!server.log().contains("ERROR"), "{}", server.log());
    // The next start takes away what was in nobody's way.
    site.serve().finish(&[]);
    assert_eq!(files(&state), [foreign, snapshot]);
}
