//! What the system does not give for a while is not gone.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::harness::{CONFIG, Server, Site, at, post};

use crate::faults::tools::not_run;

/// Sooner than by the scans of a site with which something is wrong.
const SOON: Duration = Duration::from_secs(8);

/// Lets a running server open files up to this number; those that it has open stay so.
#[track_caller]
fn allow_files(server: &mut Server, number: u32) {
    let pid = server.child().id().to_string();
    let limit = format!("--nofile={number}:");
    let status = Command::new("prlimit").args(["--pid", &pid, &limit]).status();
    assert!(status.unwrap().success());
}

#[test]
fn a_post_that_cannot_be_read_for_a_while_stays_in_its_feeds() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    site.post(2, "b", "news", "Text.");
    let mut server = site.serve();
    server.settle();
    allow_files(&mut server, 3);
    site.post(1, "a", "news", "Changed.");
    let words = "a.md: cannot read it now: Too many open files";
    server.wait_for_log(words);
    // It is asked for again after five seconds, and nothing new is said.
    sleep(Duration::from_secs(6));
    allow_files(&mut server, 1024);
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(3) {
        assert_eq!(server.titles(""), ["b", "a"], "{}", server.state());
        assert_eq!(server.titles("category/news/"), ["b", "a"], "{}", server.state());
        sleep(Duration::from_millis(100));
    }
    server.wait_until("nothing is lost", || server.body("a").contains("Changed."));
    assert_eq!(server.log().matches("a.md: ").count(), 1, "{}", server.log());
    server.finish(&["Too many open files"]);
}

/// Closes a folder to the program, or opens it.
fn set_mode(site: &Site, folder: &str, mode: u32) {
    fs::set_permissions(site.path(folder), fs::Permissions::from_mode(mode)).unwrap();
}

/// The program without root's right to read everything; `None` where it cannot be taken away.
fn without_rights(site: &Site) -> Option<Server<'_>> {
    without_rights_and(site, &["--rescan", "1"])
}

/// The same, with these flags.
fn without_rights_and<'s>(site: &'s Site, flags: &[&str]) -> Option<Server<'s>> {
    let whole = site.command("serve", &[&["--listen", "127.0.0.1:0"], flags].concat());
    let words = ["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"];
    let mut command = Command::new("setpriv");
    command.args(words);
    let tried = command.args(["true"]).output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        not_run("setpriv cannot take away the right to read everything");
        return None;
    }
    let mut command = Command::new("setpriv");
    command.args(words).arg(whole.get_program()).args(whole.get_args());
    command.env("FEEDMILL_STATE", site.beside("state"));
    Some(Server::start(site, command))
}

#[test]
fn a_root_that_cannot_be_listed_keeps_its_posts_and_does_not_stop_the_others() {
    let site = Site::new(&format!("{CONFIG}feedmill:\n  content: [a, b]\n"));
    for root in ["a", "b"] {
        fs::create_dir(site.path(root)).unwrap();
        for number in 1..=3 {
            let name = format!("{root}{number}");
            site.write(&format!("{root}/{name}.md"), post(number, &name, "news", "Text."));
        }
    }
    let Some(server) = without_rights(&site) else { return };
    set_mode(&site, "a", 0o000);
    server.wait_until("it is said", || server.is_ill(&["/site/a: cannot list it"]));
    site.write("b/b4.md", post(4, "b4", "news", "Text."));
    site.write("b/b1.md", post(1, "b1", "news", "Changed."));
    server.wait_until("the other goes on", || {
        server.titles("") == ["b4", "a3", "b3", "a2", "b2", "a1", "b1"]
    });
    server.wait_until("a change, too", || server.body("b1").contains("Changed."));
    assert!(server.is_ill(&["/site/a: cannot list it"]), "{}", server.state());
    set_mode(&site, "a", 0o755);
    server.wait_until("it is healthy", || server.is_healthy());
    site.remove("a/a1.md");
    site.remove("b/b2.md");
    let left = ["b4", "a3", "b3", "a2", "b1"];
    server.wait_until("what is gone is gone", || server.titles("") == left);
    assert_eq!(server.log().matches("a: cannot list it").count(), 1, "{}", server.log());
    server.finish(&["cannot list it"]);
}

/// Whether it is the root or one below, with posts right in it: what cannot be looked at is not gone.
#[test]
fn posts_in_a_folder_that_may_not_be_entered_stay_in_their_feeds() {
    let sites = [("_posts", "_posts"), ("_posts/deep", "_posts/deep"), ("", ".")];
    for (folder, closed) in sites {
        let site = Site::new(CONFIG);
        fs::remove_dir(site.path("_posts")).unwrap();
        fs::create_dir_all(site.path(folder)).unwrap();
        let path = |name: &str| Path::new(folder).join(name).to_str().unwrap().to_owned();
        for name in ["a", "b", "c"] {
            site.write(&path(&format!("2022-01-01-{name}.md")), post(1, name, "news", "Text."));
        }
        let Some(server) = without_rights(&site) else { return };
        let is_whole =
            || server.titles("").len() == 3 && server.titles("category/news/").len() == 3;
        for round in 1..=2 {
            set_mode(&site, closed, 0o644);
            // An event of a file, too.
            site.write(&path("2022-01-01-a.md"), post(1, "a", "news", &format!("Round {round}.")));
            if round == 1 {
                server.wait_for_log("cannot look into it: Permission denied");
            }
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(3) {
                assert!(is_whole(), "{folder}: {}", server.state());
                sleep(Duration::from_millis(100));
            }
            set_mode(&site, closed, 0o755);
            let words = format!("Round {round}.");
            server.wait_until(&words, || server.body("a").contains(&words));
            server.wait_until("it is healthy", || server.is_healthy());
        }
        let said = server.log().matches("cannot look into it").count();
        // In the log and in the health, each time.
        assert!(said <= 4, "{}", server.log());
        // A folder of posts, which this writes to, would be all that is read from then on.
        if !folder.is_empty() {
            server.finish(&["cannot look into it", "_config.yml: cannot read it"]);
        }
    }
}

#[test]
fn a_new_configuration_waits_for_a_folder_that_cannot_be_listed() {
    for (mode, words) in [(0o000, "cannot list it"), (0o644, "cannot look into it")] {
        let site = Site::new(CONFIG);
        site.post(1, "a", "news", "Text.");
        fs::create_dir(site.path("_posts/deep")).unwrap();
        site.write("_posts/deep/2022-01-02-b.md", post(2, "b", "news", "Text."));
        let Some(server) = without_rights(&site) else { return };
        let title = || server.get("feed.json", &[]).text().contains("Another name");
        set_mode(&site, "_posts/deep", mode);
        server.wait_for_log(&format!("_posts/deep: {words}"));
        site.write("_config.yml", format!("{CONFIG}description: Another name\n"));
        server.wait_until("it waits", || server.is_ill(&[&format!("_posts/deep: {words}")]));
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(3) {
            assert!(!title() && server.titles("") == ["b", "a"], "{}", server.state());
            sleep(Duration::from_millis(100));
        }
        set_mode(&site, "_posts/deep", 0o755);
        server.wait_until("it is taken", || title() && server.titles("") == ["b", "a"]);
        server.finish(&[words]);
    }
}

/// It is not taken for none: what it keeps out would be published.
#[test]
fn a_configuration_that_cannot_be_read_stays_in_force() {
    let site = Site::new("");
    fs::create_dir(site.beside("settings")).unwrap();
    let config = format!("{CONFIG}exclude: [_posts/2022-01-02-secret.md]\n");
    fs::write(site.beside("settings/c.yml"), config).unwrap();
    site.remove("_config.yml");
    symlink(site.beside("settings/c.yml"), site.path("_config.yml")).unwrap();
    site.post(1, "a", "news", "Text.");
    site.post(2, "secret", "news", "Text.");
    let Some(server) = without_rights(&site) else { return };
    assert_eq!(server.titles(""), ["a"]);
    let may_enter = |mode| {
        fs::set_permissions(site.beside("settings"), fs::Permissions::from_mode(mode)).unwrap();
    };
    may_enter(0o000);
    server.wait_until("it is said", || server.is_ill(&["_config.yml: cannot read it"]));
    site.post(3, "b", "news", "Text.");
    server.wait_until("the old one is in force", || server.titles("") == ["b", "a"]);
    may_enter(0o755);
    server.wait_until("it is read again", || server.is_healthy());
    assert_eq!(server.titles(""), ["b", "a"]);
    server.finish(&["_config.yml: cannot read it"]);
}

/// Events alone tell of it, and of what has become of it meanwhile.
#[test]
fn what_happens_in_a_folder_that_may_not_be_entered_is_there_when_it_may() {
    // In the folder itself, or in one below it.
    for folder in ["_posts/deep", "_posts/deep/er"] {
        happens_in(folder);
    }
}

fn happens_in(folder: &str) {
    let site = Site::new(CONFIG);
    fs::create_dir_all(site.path(folder)).unwrap();
    let path = |name: &str| format!("{folder}/2022-01-02-{name}.md");
    site.post(1, "a", "news", "Text.");
    for name in ["b", "c", "d"] {
        site.write(&path(name), post(2, name, "news", "Text."));
    }
    let Some(server) = without_rights_and(&site, &[]) else { return };
    assert_eq!(server.titles("").len(), 4);
    for mode in [0o644, 0o000] {
        set_mode(&site, "_posts/deep", mode);
        server.wait_until("it is said", || server.is_ill(&["_posts/deep", ": cannot l"]));
        site.remove(&path("b"));
        site.write(&path("c"), post(2, "c", "news", &format!("Changed at {mode}.")));
        sleep(Duration::from_secs(1));
        assert_eq!(server.titles("").len(), 4, "{}", server.state());
        set_mode(&site, "_posts/deep", 0o755);
        server.wait_within(SOON, "what is gone is gone", || server.titles("").len() == 3);
        let words = format!("Changed at {mode}.");
        server.wait_until("what is new is new", || server.body("c").contains(&words));
        server.wait_until("it is healthy", || server.is_healthy());
        site.write(&path("b"), post(2, "b", "news", "Text."));
        server.wait_until("it is back", || server.titles("").len() == 4);
    }
    server.finish(&["cannot list it", "cannot look into it"]);
}

/// After a restart nothing of it can be rendered: what waits is told, once.
#[test]
fn feeds_that_wait_for_a_folder_are_told_and_printed_in_the_end() {
    let site = Site::new(CONFIG);
    fs::create_dir(site.path("_posts/deep")).unwrap();
    site.write("_posts/deep/2022-01-02-b.md", post(2, "b", "news", "Text."));
    let Some(server) = without_rights(&site) else { return };
    server.finish(&[]);
    set_mode(&site, "_posts/deep", 0o644);
    let Some(server) = without_rights_and(&site, &[]) else { return };
    server.wait_until("it is told", || server.is_ill(&["_posts/deep: cannot look into it"]));
    site.post(3, "c", "news", "Text.");
    sleep(Duration::from_secs(5));
    assert_eq!(server.titles(""), ["b"], "{}", server.state());
    assert!(!server.log().contains("published"), "{}", server.log());
    assert_eq!(server.log().matches("look into it").count(), 2, "{}", server.log());
    set_mode(&site, "_posts/deep", 0o755);
    server.wait_until("it is printed", || server.titles("") == ["c", "b"]);
    server.finish(&["cannot look into it"]);

    // One that goes away meanwhile goes.
    set_mode(&site, "_posts/deep", 0o000);
    let Some(server) = without_rights_and(&site, &[]) else { return };
    server.wait_until("it is told", || server.is_ill(&["_posts/deep: cannot list it"]));
    fs::remove_dir_all(site.path("_posts/deep")).unwrap();
    let is_gone = || server.titles("") == ["c"] && server.is_healthy();
    server.wait_within(SOON, "it is gone", is_gone);
    server.finish(&["cannot list it"]);
}

/// A post that comes due meanwhile, or is to be read again, has to wait, too.
#[test]
fn while_a_new_configuration_waits_the_site_is_scanned_now_and_then() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    fs::create_dir(site.path("_posts/deep")).unwrap();
    site.write("_posts/deep/2022-01-02-b.md", post(2, "b", "news", "Text."));
    let Some(mut server) = without_rights_and(&site, &[]) else { return };
    site.write("new.md", post(3, "c", "news", "Text."));
    set_mode(&site, "new.md", 0o000);
    site.rename("new.md", "_posts/2022-01-03-c.md");
    server.wait_for_log("c.md: cannot read it");
    set_mode(&site, "_posts/deep", 0o000);
    site.write("_config.yml", format!("{CONFIG}description: Another name\n"));
    server.wait_until("it waits", || server.is_ill(&["_posts/deep: cannot list it"]));
    // It is asked for again after five seconds.
    sleep(Duration::from_secs(6));
    let pid = server.child().id();
    let ticks = || {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let of_process = stat.rsplit(')').next().unwrap().split_whitespace().skip(11).take(2);
        of_process.map(|ticks| ticks.parse::<u64>().unwrap()).sum::<u64>()
    };
    let before = ticks();
    sleep(Duration::from_secs(3));
    let spent = ticks() - before;
    assert!(spent < 100, "{spent} of 300 ticks: {}", server.log());
    set_mode(&site, "_posts/deep", 0o755);
    let title = || server.get("feed.json", &[]).text().contains("Another name");
    server.wait_until("it is taken", || title() && server.is_healthy());
    server.finish(&["cannot list it", "c.md: cannot read it"]);
}

/// Its stamp says nothing of the mode.
#[test]
fn a_configuration_that_comes_unreadable_is_taken_when_it_can_be_read() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let Some(server) = without_rights_and(&site, &[]) else { return };
    site.write("new.yml", format!("{CONFIG}description: Another name\n"));
    set_mode(&site, "new.yml", 0o000);
    site.rename("new.yml", "_config.yml");
    server.wait_until("it is said", || server.is_ill(&["_config.yml: cannot read it"]));
    set_mode(&site, "_config.yml", 0o644);
    let title = || server.get("feed.json", &[]).text().contains("Another name");
    server.wait_until("it is taken", || title() && server.is_healthy());
    server.finish(&["_config.yml: cannot read it"]);
}

/// Nothing need be in it, and no author's name is worth a site; those that are known stay.
#[test]
fn a_folder_of_people_that_may_not_be_entered_stops_nothing() {
    let site = Site::new(CONFIG);
    site.write(&at(1, "a"), "---\ntitle: a\ncategory: news\nauthor: jd\n---\nText.\n");
    fs::create_dir(site.path("_data")).unwrap();
    site.write("_data/authors.yml", "jd: {name: Jane Doe}\n");
    set_mode(&site, "_data", 0o000);
    let Some(server) = without_rights(&site) else { return };
    assert_eq!(server.titles(""), ["a"]);
    server.wait_for_log("_data/authors.yml: cannot read it");
    let has_jane = || server.get("feed.json", &[]).text().contains("Jane Doe");
    assert!(!has_jane(), "{}", server.state());
    set_mode(&site, "_data", 0o755);
    server.wait_until("she is known", has_jane);
    set_mode(&site, "_data", 0o000);
    server.wait_until("it is said", || server.log().matches("authors.yml: ").count() == 2);
    site.post(2, "b", "news", "Text.");
    server.wait_until("a new one is there", || server.titles("") == ["b", "a"]);
    assert!(has_jane(), "{}", server.state());
    server.finish(&[]);
}
