//! What the program says: it reaches nobody, or there is something in it that means harm.

use std::io::{BufRead, BufReader};
use std::thread;
use std::time::Duration;

use super::tools::scripted;
use feedmill::os::log_writer;

use crate::service::harness::{CONFIG, Server, Site, post};

/// The program goes on when what it says reaches nobody.
fn unheard(prepare: &str, redirect: &str) {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    site.post(2, "bad", "news", "Text.");
    let command = site.command("serve", &["--listen", "127.0.0.1:0"]);
    let mut server = Server::start(&site, scripted(prepare, redirect, &command));
    // Each of these has something to say.
    site.write("_posts/undated.md", "---\ntitle: x\n---\n");
    site.write("_config.yml", format!("{CONFIG}feedmill:\n  limt: 3\n"));
    server.wait_until("it is refused", || server.is_ill(&["limt"]));
    site.write("_config.yml", CONFIG);
    server.wait_until("it is healthy", || server.is_healthy());
    site.post(3, "c", "news", "Text.");
    server.wait_until("a new one is there", || server.titles("") == ["c", "bad", "a"]);
    assert_eq!(server.log(), "");
    server.signal("TERM");
    assert_eq!(server.wait(Duration::from_secs(5)).code(), Some(0));
}

#[test]
fn a_closed_log_stops_nothing() {
    unheard("", "2>&-");
}

#[test]
fn a_log_whose_reader_is_gone_stops_nothing() {
    // The only reader of the pipe closes it before the program begins to write.
    let pipe =
        "p=\"$FEEDMILL_STATE.pipe\"; mkfifo \"$p\"; exec 3<>\"$p\"; exec 4>\"$p\"; exec 3<&-;";
    unheard(pipe, "2>&4 4>&-");
}

#[test]
fn a_log_on_a_full_disk_stops_nothing() {
    unheard("", "2>/dev/full");
}

/// Whoever reads the log and stops reading holds nobody up, not even when each answer is a line.
#[test]
fn a_log_whose_reader_stands_still_stops_nothing() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let pipe = "p=\"$FEEDMILL_STATE.pipe\"; mkfifo \"$p\"; exec 3<>\"$p\";";
    let command = site.command("serve", &["--listen", "127.0.0.1:0", "--access-log"]);
    let mut server = Server::start(&site, scripted(pipe, "2>&3", &command));
    // Much more than a pipe holds.
    let agent = "reader ".repeat(40);
    for _ in 0..1_000 {
        assert_eq!(server.get("rss.xml", &[("User-Agent", &agent)]).status, 200);
    }
    site.post(2, "b", "news", "Text.");
    server.wait_until("a new one is there", || server.titles("") == ["b", "a"]);
    server.signal("TERM");
    assert_eq!(server.wait(Duration::from_secs(5)).code(), Some(0));
}

/// Names and texts that would forge, hide or colour a line.
fn spoil(site: &Site) {
    let names =
        ["a\nERROR forged", "b\r\nforged", "c\u{1b}[31mred", "d\"quoted\"", "e\u{9b}31m\u{7f}"];
    for name in names {
        site.write(&format!("_posts/{name}.md"), "+++\n+++\n");
    }
    site.write("_posts/stamp.md", "---\ntitle: x\ndate: \"no\\nERROR forged\\e[31m\"\n---\n");
    site.write("_posts/category.md", post(1, "x", "\"a\\nERROR forged\"", "Text."));
}

const EVENTS: [&str; 6] =
    ["ERROR forged.md: ", "forged.md: ", "red.md: ", "quoted", "31m", "stamp.md"];

fn serve_spoilt<'a>(site: &'a Site, log: &str) -> Server<'a> {
    site.post(1, "a", "news", "Text.");
    spoil(site);
    let flags = ["--listen", "127.0.0.1:0", "--log", log];
    let server = site.serve_with(&flags);
    for words in EVENTS {
        server.wait_for_log(words);
    }
    // What a client says of itself is in no line.
    let forged = "x\" ERROR forged ".repeat(250);
    assert_eq!(server.get("rss.xml", &[("User-Agent", &forged)]).status, 200);
    assert_eq!(server.get("rss.xml", &[("User-Agent", "\u{1b}[31mred")]).status, 400);
    assert_eq!(server.get("%0AERROR%20forged", &[]).status, 404);
    server.settle();
    server
}

#[test]
fn no_name_forges_a_line_of_the_log() {
    let site = Site::new(CONFIG);
    let server = serve_spoilt(&site, "text");
    for line in server.log().lines() {
        assert!(!line.contains(char::is_control), "{line:?}");
        // The time stands before everything else.
        assert!(line.starts_with("20") && line.contains('Z'), "{line:?}");
    }
    server.finish(&EVENTS);
}

#[test]
fn each_line_of_a_log_for_tools_is_one_event() {
    let site = Site::new(CONFIG);
    let server = serve_spoilt(&site, "json");
    for line in server.log().lines() {
        assert!(!line.contains(char::is_control), "{line:?}");
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        for key in ["timestamp", "level", "message"] {
            assert!(event[key].is_string(), "{key}: {line}");
        }
    }
    server.finish(&EVENTS);
}

/// What clients say of themselves is in the log when it is wished, and then it is a text in a line.
#[test]
fn each_answer_is_a_line_of_the_access_log() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let flags = ["--listen", "127.0.0.1:0", "--log", "json", "--access-log"];
    let server = site.serve_with(&[&flags[..], &["--trusted-proxy", "127.0.0.1"]].concat());
    let (tag, _) = server.validators("rss.xml");
    let forged = "x\" ERROR forged \u{9b}31m".repeat(300);
    let length = server.get("rss.xml", &[]).body.len();
    server.get("rss.xml?a=b", &[("User-Agent", &forged), ("X-Forwarded-For", "192.0.2.77")]);
    server.get("rss.xml", &[("If-None-Match", &tag), ("X-Forwarded-For", "2001:db8:1:2::3")]);
    server.get("%0AERROR%20forged", &[("User-Agent", "reader/1 (+https://r.example)")]);
    server.wait_for_log("reader/1");
    let said = server.log();
    let answers: Vec<serde_json::Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|event: &serde_json::Value| event["message"] == "answered")
        .collect();
    let asked = |path: &str, client: &str| {
        let found =
            answers.iter().rev().find(|event| event["path"] == path && event["client"] == client);
        found.unwrap_or_else(|| panic!("no {path} of {client}: {said}"))
    };
    let is = |event: &serde_json::Value, status: u16, bytes: usize| {
        assert_eq!((&event["method"], &event["level"]), (&"GET".into(), &"INFO".into()), "{event}");
        assert_eq!((&event["status"], &event["bytes"]), (&status.into(), &bytes.into()), "{event}");
        assert!(event["took"].is_string(), "{event}");
    };
    let whole = asked("/rss.xml?a=b", "192.0.2.0");
    is(whole, 200, length);
    let agent = whole["agent"].as_str().unwrap();
    assert!(agent.starts_with("x\" ERROR forged") && agent.chars().count() <= 256, "{agent}");
    is(asked("/rss.xml", "2001:db8:1::"), 304, 0);
    let missing = asked("/%0AERROR%20forged", "127.0.0.0");
    assert_eq!(missing["agent"], "reader/1 (+https://r.example)");
    assert_eq!(missing["status"], 404);
    assert!(!said.contains(|c: char| c.is_control() && c != '\n'), "{said}");
    server.finish(&["forged"]);
}

#[test]
fn no_client_is_in_the_log_that_is_not_wished_there() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let server = site.serve();
    assert_eq!(server.get("rss.xml", &[("User-Agent", "reader/1")]).status, 200);
    assert_eq!(server.get("none", &[("User-Agent", "reader/1")]).status, 404);
    site.post(2, "b", "news", "Text.");
    server.wait_for_log("published");
    // Where it serves is another matter.
    let log: Vec<String> = server
        .log()
        .lines()
        .filter(|line| !line.contains(" serving "))
        .map(str::to_owned)
        .collect();
    assert!(
        !log.iter().any(|line| line.contains("reader/1") || line.contains("127.0.0")),
        "{log:?}"
    );
    server.finish(&[]);
}

/// A reader that is late gets all of it, also what was said last, up to a bound.
#[test]
fn a_late_reader_misses_nothing_but_what_is_too_much() {
    for (lines, is_all) in [(20_000, true), (400_000, false)] {
        let (reader, out) = std::io::pipe().unwrap();
        let (queue, writer) = log_writer::begin(out);
        let subscriber = tracing_subscriber::fmt().json().with_writer(move || queue.clone());
        let taking = tracing::subscriber::with_default(subscriber.finish(), || {
            for line in 0..lines {
                tracing::info!(line, "said");
            }
            let taking =
                thread::spawn(move || BufReader::new(reader).lines().map(Result::unwrap).count());
            drop(writer);
            taking
        });
        let taken = taking.join().unwrap();
        assert_eq!(taken == lines, is_all, "{taken} of {lines}");
        assert!(taken >= 20_000, "{taken} of {lines}");
    }
}
