//! What journald is given, and how often something is said: once, unless it changes.

use std::process::Command;
use std::time::Duration;

use super::tools::scripted;

use crate::service::harness::{CONFIG, Server, Site};

/// A command whose stderr is, as its environment has it, a stream to journald.
fn under_journald(command: &Command) -> Command {
    let prepare = "JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2); export JOURNAL_STREAM;";
    scripted(prepare, "", command)
}

/// A site that has something to say at each level, with an attempt to forge a line.
fn talkative() -> Site {
    let site = Site::new("title: Site\n");
    site.post(1, "a", "news", "Text.");
    site.write("_posts/x\n<0>forged.md", "+++\n+++\n");
    site.write("_posts/stamp.md", "---\ntitle: x\ndate: \"no\\n<0>forged\\u202e\"\n---\n");
    site
}

const ERRORS: [&str; 2] = ["forged.md: ", "stamp.md:"];

/// Serves the site until it is stopped by a signal; the log.
fn log_of(site: &Site, flags: &[&str]) -> String {
    let command = site.command("serve", &[&["--listen", "127.0.0.1:0"], flags].concat());
    let mut server = Server::start(site, under_journald(&command));
    for words in ERRORS {
        server.wait_for_log(words);
    }
    site.post(2, "b", "news", "Text.");
    server.wait_for_log("published");
    server.signal("TERM");
    assert_eq!(server.wait(Duration::from_secs(5)).code(), Some(0));
    server.wait_for_log("stopped");
    server.log()
}

/// The priority of a line, and the rest of it.
#[track_caller]
fn split(line: &str) -> (u8, &str) {
    let (priority, rest) = line.strip_prefix('<').and_then(|rest| rest.split_once('>')).unwrap();
    (priority.parse().unwrap(), rest)
}

#[test]
fn each_line_for_journald_begins_with_its_priority() {
    let site = talkative();
    let log = log_of(&site, &[]);
    let mut found = Vec::new();
    for line in log.lines() {
        let (priority, rest) = split(line);
        let level = rest.split_whitespace().next().unwrap();
        let expected = match level {
            "ERROR" => 3,
            "WARN" => 4,
            "INFO" => 6,
            // A second time stamp, or a colour.
            _ => panic!("{line:?}"),
        };
        assert_eq!(priority, expected, "{line}");
        assert!(!line.contains(|c: char| c.is_control() || c == '\u{202e}'), "{line:?}");
        found.push(priority);
    }
    assert!([3, 4, 6].iter().all(|priority| found.contains(priority)), "{log}");
}

#[test]
fn lines_of_json_have_their_priority_too() {
    let site = talkative();
    for line in log_of(&site, &["--log", "json"]).lines() {
        let (priority, rest) = split(line);
        let event: serde_json::Value = serde_json::from_str(rest).unwrap();
        let level = event["level"].as_str().unwrap();
        assert_eq!(
            Some(priority),
            [("ERROR", 3), ("WARN", 4), ("INFO", 6)]
                .into_iter()
                .find_map(|(name, priority)| (name == level).then_some(priority)),
            "{line}"
        );
    }
}

/// Whoever has another stream as stderr than the one that journald gave reads it himself.
#[test]
fn lines_that_journald_does_not_read_have_no_priority() {
    let site = talkative();
    let mut command = site.command("serve", &["--listen", "127.0.0.1:0"]);
    for stream in ["1:1", "", "x"] {
        command.env("JOURNAL_STREAM", stream);
        let server = Server::start(&site, scripted("", "", &command));
        for words in ERRORS {
            server.wait_for_log(words);
        }
        assert!(server.log().lines().all(|line| line.starts_with("20")), "{}", server.log());
        server.finish(&ERRORS);
    }
}

#[test]
fn why_a_start_or_a_build_failed_has_its_priority() {
    let site = talkative();
    for command in ["build", "check"] {
        let mut command = under_journald(&site.command(command, &[]));
        let said = String::from_utf8(command.output().unwrap().stderr).unwrap();
        assert!(said.lines().all(|line| [3, 4, 6].contains(&split(line).0)), "{said}");
    }
    let command = site.command("serve", &["--listen", "nowhere"]);
    let ran = under_journald(&command).output().unwrap();
    let said = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(2), "{said}");
    assert!(!said.is_empty() && said.lines().all(|line| split(line).0 <= 4), "{said}");
}

#[test]
fn a_start_and_a_stop_are_a_line_each() {
    for (signal, name) in [("TERM", "SIGTERM"), ("INT", "SIGINT")] {
        let site = Site::new(CONFIG);
        site.post(1, "a", "news", "Text.");
        let mut server = site.serve();
        server.wait_for_log(" serving ");
        let before = server.log().lines().count();
        server.signal(signal);
        assert_eq!(server.wait(Duration::from_secs(5)).code(), Some(0));
        server.wait_for_log("stopped");
        let log = server.log();
        let said: Vec<&str> = log.lines().skip(before).collect();
        assert!(matches!(said.as_slice(), [line] if line.contains(name)), "{log}");
        let starts: Vec<&str> = log.lines().filter(|line| line.contains(" serving ")).collect();
        assert!(matches!(starts.as_slice(), [line] if line.contains("http://127.0.0.1:")), "{log}");
    }
}

#[test]
fn a_reload_says_what_is_new_and_nothing_else() {
    // `url` is missing, and there is no such feed.
    let config = "title: Site\nfeedmill:\n  tag_authority: \"site.example,2022\"\n  overrides:\n    category/none: {limit: 3}\n";
    let site = Site::new(config);
    site.post(1, "a", "news", "Text.");
    let day_first = |title: &str| format!("---\ntitle: {title}\ndate: 13/02/2022\n---\nText.\n");
    site.write("_posts/day.md", day_first("day"));
    site.write("_posts/undated.md", "---\ntitle: x\n---\n");
    let server = site.serve();
    let count = |words: &str| server.log().matches(words).count();
    let said = ["has no `url`", "no feed `category/none`", "day.md:", "undated.md: "];
    for words in said {
        server.wait_for_log(words);
    }
    let reload = || {
        let before = count("read the configuration");
        server.signal("HUP");
        server.wait_until("it is read", || count("read the configuration") > before);
        server.settle();
    };
    let mut titles = ["Other", "Third"].into_iter();
    for is_changed in [false, true, false, true] {
        if is_changed {
            // The warnings are on other lines then.
            let title = titles.next().unwrap();
            site.write(
                "_config.yml",
                config.replace("title: Site", &format!("\n\ntitle: {title}")),
            );
        }
        reload();
    }
    for words in said {
        assert_eq!(count(words), 1, "{words}: {}", server.log());
    }
    // What is mended and comes back is news, and so is what was gone while it was reloaded.
    site.write("_config.yml", format!("{config}url: https://news.example\n"));
    site.remove("_posts/undated.md");
    reload();
    site.write("_config.yml", config);
    site.write("_posts/undated.md", "---\ntitle: x\n---\n");
    site.write("_posts/day.md", day_first("again"));
    reload();
    server.wait_until("it is said", || count("undated.md: ") == 2 && count("has no `url`") == 2);
    assert_eq!(count("no feed `category/none`"), 1, "{}", server.log());
    server.finish(&["undated.md"]);
}
