//! The clock jumps, as it does when a machine gets its time late.

use super::tools::not_run;
use crate::service::harness::{CONFIG, Server, Site};
use std::fs;
use std::process::Command;

/// The library that tells a program another time, as its own command knows it.
fn library() -> Option<String> {
    let mut command = Command::new("faketime");
    let output = command.args(["-f", "+0", "printenv", "LD_PRELOAD"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    // For more than one thread there is another one.
    Some(text.trim().replace("libfaketime.so", "libfaketimeMT.so")).filter(|path| !path.is_empty())
}

/// Both dates of an answer, in seconds.
#[track_caller]
fn dates(server: &Server, path: &str) -> (std::time::SystemTime, std::time::SystemTime) {
    let reply = server.get(path, &[]);
    let date = |name| httpdate::parse_http_date(reply.header(name)).unwrap();
    (date("Last-Modified"), date("Date"))
}

#[test]
fn a_clock_that_jumps_breaks_no_reader_and_stops_no_timer() {
    let Some(library) = library() else {
        not_run("faketime is not installed");
        return;
    };
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let clock = site.beside("clock");
    let set = |offset: &str| fs::write(&clock, offset).unwrap();
    set("+0");
    let mut command = site.command("serve", &["--listen", "127.0.0.1:0"]);
    command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", &clock);
    for (name, value) in [
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ("DONT_FAKE_MONOTONIC", "1"),
        ("NO_FAKE_STAT", "1"),
    ] {
        command.env(name, value);
    }
    let server = Server::start(&site, command);
    let tag = server.validators("rss.xml").0;
    for (day, offset) in [(2, "+3650d"), (3, "-400d"), (4, "+3650d"), (5, "+0")] {
        set(offset);
        // What did not change is still known by its tag.
        assert_eq!(
            server.get("rss.xml", &[("If-None-Match", &tag)]).status,
            if day == 2 { 304 } else { 200 }
        );
        let (modified, date) = dates(&server, "rss.xml");
        assert!(modified <= date, "{offset}: changed in the future: {modified:?}, now {date:?}");
        let name = format!("p{day}");
        site.post(day, &name, "news", "Text.");
        server.wait_until(&name, || server.titles("")[0] == name);
        let (modified, date) = dates(&server, "rss.xml");
        assert!(modified <= date, "{offset}: changed in the future: {modified:?}, now {date:?}");
        let tag = server.validators("rss.xml").0;
        assert_eq!(server.get("rss.xml", &[("If-None-Match", &tag)]).status, 304);
    }
    server.finish(&[]);
}
