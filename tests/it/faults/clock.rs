//! The clock jumps, as it does when a machine gets its time late.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use super::tools::{connect, not_run};

use crate::service::harness::{CONFIG, Server, Site, at, now, post};

/// The library that tells a program another time, as its own command knows it.
fn library() -> Option<String> {
    let mut command = Command::new("faketime");
    let output = command.args(["-f", "+0", "printenv", "LD_PRELOAD"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    // For more than one thread there is another one.
    Some(text.trim().replace("libfaketime.so", "libfaketimeMT.so")).filter(|path| !path.is_empty())
}

const DAY: f64 = 86_400.0;

/// What a change may take, and a timer of a second.
const SOON: Duration = Duration::from_secs(5);

/// Serves a site by a clock that is ahead by what a file says.
fn serve_by_the_clock<'a>(site: &'a Site, library: &str) -> Server<'a> {
    set_clock(site, 0.0);
    let mut command = site.command("serve", &["--listen", "127.0.0.1:0", "--head-timeout", "1"]);
    command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", site.beside("clock"));
    for (name, value) in [
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ("DONT_FAKE_MONOTONIC", "1"),
        ("NO_FAKE_STAT", "1"),
    ] {
        command.env(name, value);
    }
    Server::start(site, command)
}

fn set_clock(site: &Site, ahead: f64) {
    // Renamed into its place: the program reads it at any moment.
    fs::write(site.beside("clock.next"), format!("{ahead:+}")).unwrap();
    fs::rename(site.beside("clock.next"), site.beside("clock")).unwrap();
}

/// When a document was changed by its own word, in seconds since 1970. That of the answer itself is
/// no measure: hyper goes on with the last `Date` when the clock goes back.
#[track_caller]
fn modified(server: &Server, path: &str) -> f64 {
    let reply = server.get(path, &[]);
    let date = httpdate::parse_http_date(reply.header("Last-Modified")).unwrap();
    date.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64()
}

fn tag(server: &Server, path: &str) -> String {
    server.get(path, &[]).header("ETag").to_owned()
}

#[test]
fn a_clock_that_jumps_breaks_no_reader_and_stops_no_timer() {
    let Some(library) = library() else {
        not_run("faketime is not installed");
        return;
    };
    let site = Site::new(CONFIG);
    site.post(1, "still", "still", "Text.");
    let server = serve_by_the_clock(&site, &library);
    let changing = ["rss.xml", "atom.xml", "feed.json"];
    let still = tag(&server, "category/still/rss.xml");
    for (day, ahead) in [(2, 3650.0), (3, -400.0), (4, 3650.0), (5, 0.0)] {
        let tags = changing.map(|path| (path, tag(&server, path)));
        set_clock(&site, ahead * DAY);
        let started = Instant::now();
        let mut silent = connect(&server);
        silent.write_all(b"GET /rss.xml HTTP/1.1\r\n").unwrap();
        // What did not change is known by its tag, and says what it said.
        for (path, tag) in &tags {
            assert_eq!(server.get(path, &[("If-None-Match", tag)]).status, 304, "{ahead}: {path}");
        }
        let name = format!("p{day}");
        let before = now() + ahead * DAY;
        site.post(day, &name, "news", "Text.");
        server.wait_until(&name, || server.titles("")[0] == name);
        assert!(started.elapsed() < SOON, "{ahead}: a change took {:?}", started.elapsed());
        let after = now() + ahead * DAY;
        for (path, old) in &tags {
            let modified = modified(&server, path);
            // Of this clock, and of no other one.
            assert!(modified >= before.floor(), "{ahead}: {path}: {modified}, {before}");
            assert!(modified <= after, "{ahead}: {path}: {modified}, {after}");
            assert_eq!(server.get(path, &[("If-None-Match", old)]).status, 200, "{ahead}: {path}");
            let tag = tag(&server, path);
            assert_eq!(server.get(path, &[("If-None-Match", &tag)]).status, 304, "{ahead}: {path}");
        }
        assert_eq!(tag(&server, "category/still/rss.xml"), still, "{ahead}");
        // Whatever the time of its file.
        assert!(modified(&server, "category/still/rss.xml") <= now() + ahead * DAY, "{ahead}");
        let by_tag = server.get("category/still/rss.xml", &[("If-None-Match", &still)]);
        assert_eq!(by_tag.status, 304, "{ahead}");
        // The head that never ends is not waited for longer than by a clock that does not jump.
        silent.read_to_end(&mut Vec::new()).unwrap();
        let took = started.elapsed();
        assert!(took > Duration::from_millis(900) && took < SOON, "{ahead}: closed after {took:?}");
    }
    server.finish(&[]);
}

/// What is waited for is not waited for longer because the clock that said how long was put back.
#[test]
fn a_clock_that_is_put_back_keeps_no_change_waiting() {
    let Some(library) = library() else {
        not_run("faketime is not installed");
        return;
    };
    let site = Site::new(CONFIG);
    let posts: Vec<String> = (1..=20).map(|day| format!("p{day:02}")).collect();
    for (post, day) in posts.iter().zip(1..) {
        site.post(day, post, "news", "Text.");
    }
    fs::create_dir(site.path("elsewhere")).unwrap();
    site.write("elsewhere/linked.md", post(21, "linked", "news", "Text."));
    let server = serve_by_the_clock(&site, &library);
    set_clock(&site, 3650.0 * DAY);
    site.post(22, "jump", "other", "Text.");
    server.wait_until("the clock is seen", || server.titles("category/other/") == ["jump"]);
    // So many are held for five seconds, and a link is looked at after two.
    for (post, day) in posts.iter().zip(1..).skip(1) {
        fs::remove_file(site.path(&at(day, post))).unwrap();
    }
    symlink("../elsewhere/linked.md", site.path(&at(21, "linked"))).unwrap();
    sleep(Duration::from_millis(1500));
    set_clock(&site, 0.0);
    server.wait_within(3 * SOON, "all is as it is", || {
        server.titles("") == ["jump", "linked", "p01"]
    });
    assert!(server.is_healthy(), "{}", server.state());
    server.finish(&[]);
}
