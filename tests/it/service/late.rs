//! Posts that are due later, and files that are written in two goes.

use std::fs::OpenOptions;
use std::io::Write;
use std::time::{Duration, Instant, SystemTime};

use super::harness::{CONFIG, Server, Site, at, now, post};
use chrono::{DateTime, FixedOffset};

/// A moment in the form of nearly every post, on a Chinese clock.
fn stamp(moment: i64) -> String {
    let china = FixedOffset::east_opt(8 * 3600).unwrap();
    let moment = DateTime::from_timestamp(moment, 0).unwrap().with_timezone(&china);
    moment.format("%Y-%m-%d %H:%M:%S %z").to_string()
}

#[expect(clippy::cast_possible_truncation, reason = "seconds since 1970")]
fn due_in(seconds: i64) -> (i64, String) {
    let due = now() as i64 + seconds;
    (due, stamp(due))
}

fn dated(name: &str, stamp: &str) -> String {
    format!("---\ntitle: {name}\ndate: {stamp}\ncategories: {name}\n---\nText.\n")
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
fn a_post_appears_when_it_is_due() {
    let site = Site::new(CONFIG);
    site.post(1, "first", "news", "Text.");
    let (due, written) = due_in(3);
    site.write("_posts/2022-01-02-early.md", dated("early", &written));
    site.write("_posts/2022-01-02-never.md", dated("never", &due_in(864_000).1));
    let server = site.serve();
    let (later, written) = due_in(4);
    site.write("_posts/2022-01-02-late.md", dated("late", &written));
    site.write("_posts/2022-01-02-never2.md", dated("never2", &due_in(2_000_000_000).1));
    server.settle();

    for (due, name) in [(due, "early"), (later, "late")] {
        server.wait_until(name, || {
            let is_there = server.titles("").iter().any(|title| title == name);
            let is_in_category = server.status(&format!("category/{name}/rss.xml")) == 200;
            assert!(now() >= due as f64 || !(is_there || is_in_category), "{name} came early");
            is_there && is_in_category
        });
    }
    assert_eq!(server.titles(""), ["late", "early", "first"]);
    for name in ["never", "never2"] {
        assert_eq!(server.status(&format!("category/{name}/rss.xml")), 404);
        assert!(!site.out(&format!("category/{name}")).exists());
    }
    // A post that is put off leaves its feeds.
    site.write("_posts/2022-01-02-early.md", dated("early", &due_in(864_000).1));
    server.wait_until("it is put off", || server.titles("") == ["late", "first"]);
    server.finish(&[]);
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
fn a_post_expires_and_changes_to_the_second() {
    let site = Site::new(CONFIG);
    site.post(1, "first", "news", "Text.");
    let with = |name: &str, line: &str| {
        let text = format!(
            "---\ntitle: {name}\ncategories: {name}\ndate: 2022-01-02\n{line}\n---\nText.\n"
        );
        site.write(&at(2, name), text);
    };
    let (ends, written) = due_in(4);
    with("offer", &format!("expires: {written}"));
    let (changes, written) = due_in(5);
    with("draft", &format!("last_modified_at: {written}"));
    let server = site.serve();
    let ids = server.all("", "id");
    let atom = || server.get("atom.xml", &[]).text();
    let local = DateTime::from_timestamp(changes, 0).unwrap().format("%Y-%m-%dT%H:%M:%S");
    assert_eq!(server.titles(""), ["draft", "offer", "first"]);
    assert!(!atom().contains(&local.to_string()), "{}", atom());
    assert_eq!(atom().matches("<updated>2022-01-02T00:00:00").count(), 3, "{}", atom());
    server.wait_until("it expires", || {
        let is_gone = server.titles("") == ["draft", "first"]
            && server.status("category/offer/rss.xml") == 404;
        assert!(now() >= ends as f64 || !is_gone, "it went early");
        is_gone
    });
    server.wait_until("it changes", || {
        let has_changed = atom().contains(&local.to_string());
        assert!(now() >= changes as f64 || !has_changed, "it changed early");
        has_changed
    });
    assert!(now() < changes as f64 + 3.0);
    assert!(!site.out("category/offer").exists());
    // It comes back when it is given more time, with the id that it had.
    with("offer", "expires: 9999-01-01");
    server.wait_until("it is back", || server.titles("") == ["draft", "offer", "first"]);
    assert_eq!(server.all("", "id"), ids);
    server.finish(&[]);
}

/// Writes a text in two goes with a pause, as a slow writer does; `is_closed` in between or not.
/// Looks all the time of the pause.
fn write_torn(
    site: &Site,
    path: &str,
    (text, cut): (&str, usize),
    is_closed: bool,
    look: impl Fn(),
) {
    let open = || OpenOptions::new().append(true).create(true).open(site.path(path)).unwrap();
    let _ = std::fs::remove_file(site.path(path));
    let mut file = open();
    file.write_all(&text.as_bytes()[..cut]).unwrap();
    if is_closed {
        drop(file);
        file = open();
    }
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(300) {
        look();
    }
    file.write_all(&text.as_bytes()[cut..]).unwrap();
}

/// No feed has a post of which it does not have the end.
fn assert_no_half(server: &Server) {
    for feed in ["rss.xml", "atom.xml", "feed.json", "category/news/atom.xml", "index.html"] {
        let text = server.get(feed, &[]).text();
        let (begun, ended) = (text.matches("Begun").count(), text.matches("ended").count());
        assert_eq!(begun, ended, "{feed}: {text}");
    }
}

#[test]
fn a_post_that_is_written_in_two_goes_is_right_in_the_end() {
    let site = Site::new(CONFIG);
    site.post(1, "first", "news", "Text.");
    let server = site.serve();
    let text = |name: &str| post(5, name, "news", "Begun here, ended there.");
    let in_front_matter = text("torn0").find("date").unwrap() + 3;
    let in_body = text("torn0").find("here").unwrap();
    let cuts = [0, in_front_matter, in_body];
    for (number, cut) in cuts.into_iter().enumerate() {
        for is_closed in [false, true] {
            let name = format!("torn{}", number * 2 + usize::from(is_closed));
            // A text that stops anywhere and is closed is a post, as far as anyone can tell.
            let is_post = is_closed && cut == in_body;
            let look = || {
                if !is_post {
                    assert_no_half(&server);
                }
            };
            write_torn(&site, &at(5, &name), (&text(&name), cut), is_closed, look);
            server.wait_until(&name, || server.body(&name).contains("ended there."));
            assert_no_half(&server);
        }
    }
    server.settle();
    assert_no_half(&server);
    assert_eq!(server.titles("").len(), 7);
    assert!(!server.log().contains("torn"), "{}", server.state());
    server.finish(&[]);
}

#[test]
fn a_post_that_stays_cut_short_is_rejected() {
    let site = Site::new(CONFIG);
    site.post(1, "first", "news", "Text.");
    site.post(2, "good", "sport", "Text.");
    let server = site.serve();
    let text = post(2, "good", "sport", "Text.");
    let started = now();
    site.write(&at(2, "good"), &text[..30]);
    site.write(&at(3, "new"), "");
    server.settle();
    let titles = server.titles("");
    if now() - started < 1.9 {
        assert_eq!(titles, ["good", "first"], "the last good state stays for two seconds");
        assert!(!server.log().contains("good.md"), "{}", server.state());
    }
    server.wait_until("it is rejected", || server.titles("") == ["first"]);
    assert!(now() - started > 1.9, "too early");
    server.wait_until("both are named", || {
        let log = server.log();
        log.contains("2022-01-02-good.md: the front matter has no end")
            && log.contains("2022-01-03-new.md: the file is empty")
    });
    assert_eq!(server.status("category/sport/rss.xml"), 404);
    // A file that has been cut short for long already waits for nobody.
    site.write(&at(2, "good"), &text);
    site.post(3, "new", "news", "Text.");
    server.wait_until("both are whole", || server.titles("") == ["new", "good", "first"]);
    server.finish(&["good.md", "new.md"]);
}

#[test]
fn a_feed_that_no_snapshot_knows_stays_while_a_post_of_it_cannot_be_read() {
    let site = Site::new(CONFIG);
    let [changed, odd] = [1, 2].map(|day| site.path(&at(day, "p")));
    site.post(1, "p", "news", "Text.");
    site.post(2, "p", "news", "Text.");
    // A snapshot does not trust what changed just before it was taken.
    let modified = SystemTime::now() - Duration::from_hours(1);
    OpenOptions::new().write(true).open(&odd).unwrap().set_modified(modified).unwrap();
    let mut server = site.serve();
    server.settle();
    // After the snapshot: the feed is written again, and a feed comes that was not there.
    std::fs::write(&changed, post(1, "p", "news", "Changed.")).unwrap();
    site.post(3, "q", "other", "Text.");
    let is_written = || {
        site.out("category/other/rss.xml").exists()
            && server.get("category/news/rss.xml", &[]).text().contains("Changed.")
    };
    server.wait_until("both are there", is_written);
    server.child().kill().unwrap();
    server.child().wait().unwrap();
    let left = site.bytes("out");
    // The same length and the same time: only who reads it sees that it is another.
    let mut file = OpenOptions::new().write(true).open(&odd).unwrap();
    file.write_all(post(2, "p", "news", "Tixt.").as_bytes()).unwrap();
    file.set_modified(modified).unwrap();
    drop(file);

    let server = site.serve();
    let now = server.get("category/news/rss.xml", &[]);
    assert_eq!(now.status, 200);
    assert!(site.bytes("out").keys().eq(left.keys()), "nothing was removed");
    server.wait_until("it is read again", || {
        server.get("category/news/rss.xml", &[]).text().contains("Tixt.")
    });
    assert_eq!(server.status("category/other/rss.xml"), 200);
    server.finish(&[]);
}
