//! The system gives no more: files, watches, room for events.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::tools::{LONG, Process, behind, connect, not_run, scripted};

use crate::service::harness::{CONFIG, Server, Site, at, post};

const FREE: [&str; 2] = ["--listen", "127.0.0.1:0"];

#[test]
fn a_server_without_files_waits_and_recovers() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let few = behind(&["prlimit", "--nofile=64"], &site.command("serve", &FREE));
    let mut server = Server::start(&site, few);
    let process = Process::of(&mut server);
    let base = process.open_files();
    let silent: Vec<_> = (0..120).map(|_| connect(&server)).collect();
    server.wait_for_log("fewer connections than wished");
    let (lines, worked) = (server.log().lines().count(), process.work());
    // Files are left for what changes meanwhile.
    site.post(1, "a", "news", "Changed.");
    site.post(2, "b", "news", "New.");
    sleep(Duration::from_secs(3));
    assert!(process.work() - worked < 100, "it is busy with refusing");
    let said = server.log().lines().skip(lines).map(str::to_owned).collect::<Vec<_>>();
    assert!(said.len() <= 10, "{said:#?}");

    drop(silent);
    server.wait_until("it recovers", || server.titles("") == ["b", "a"]);
    server.wait_until("nothing is lost", || server.body("a").contains("Changed."));
    server.wait_until("all is closed", || process.open_files() <= base + 4);
    server.finish(&[]);
}

/// Leaves the program so many files, of which it has had more until now.
#[track_caller]
fn allow(process: &Process, files: usize) {
    let limit = format!("--nofile={files}:");
    let done = Command::new("prlimit").args(["--pid", &process.id(), &limit]).status().unwrap();
    assert!(done.success());
}

/// The limit may become smaller while it runs, or others of the same process may need more: then it
/// is the system that refuses, again and again.
#[test]
fn a_server_that_the_system_gives_no_connection_waits_and_recovers() {
    let refused = |server: &Server| server.log().matches("cannot accept a connection").count();
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    site.post(2, "gone", "news", "Text.");
    let mut server = site.serve();
    let process = Process::of(&mut server);
    server.settle();
    let base = process.open_files();
    for is_raised in [true, false] {
        let before = refused(&server);
        allow(&process, base + 8);
        let silent: Vec<_> = (0..60).map(|_| connect(&server)).collect();
        server.wait_until("it is refused", || refused(&server) > before);
        let number = u32::from(is_raised);
        site.post(1, "a", "news", &format!("Changed {number}."));
        site.post(3 + number, &format!("new{number}"), "news", "Text.");
        if is_raised {
            site.remove(&at(2, "gone"));
        }
        let (lines, worked) = (server.log().lines().count(), process.work());
        sleep(Duration::from_secs(3));
        let worked = process.work() - worked;
        assert!(worked < 30, "{worked} hundredths of a second: it is busy with being refused");
        let said = server.log().lines().skip(lines).map(str::to_owned).collect::<Vec<_>>();
        assert!(said.len() <= 6, "{said:#?}");
        if is_raised {
            allow(&process, 1024);
        } else {
            drop(silent);
        }
        server.wait_until("nothing is lost", || {
            let titles = server.titles("");
            titles.contains(&format!("new{number}")) && !titles.contains(&"gone".to_owned())
        });
        let text = format!("Changed {number}.");
        server.wait_until("what changed is there", || server.body("a").contains(&text));
    }
    assert_eq!(server.titles("").len(), 3);
    server.wait_until("all is closed", || process.open_files() <= base);
    server.finish(&["Too many open files"]);
}

/// The events of a file that is made, written and closed.
const EVENTS_OF_A_FILE: usize = 3;

#[test]
fn events_that_are_lost_are_made_up_for_by_a_scan() {
    let queue = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
    let queue: usize = queue.trim().parse().unwrap();
    if queue > 20_000 {
        not_run("the queue of events takes too many files to overflow");
        return;
    }
    let posts = queue / EVENTS_OF_A_FILE + 500;
    let site = Site::new(&format!("{CONFIG}feedmill:\n  limit: 10000\n  entries: title\n"));
    site.post(1, "first", "news", "Text.");
    let server = site.serve();
    server.settle();
    // A process that stands still takes no events.
    server.signal("STOP");
    for number in 0..posts {
        let name = format!("p{number}");
        site.write(&at(2, &name), post(2, &name, "news", "Text."));
    }
    server.signal("CONT");
    server.wait_for_log("scanning the whole site");
    let names = (0..posts).map(|number| format!("p{number}"));
    let all: BTreeSet<String> = names.chain(["first".to_owned()]).collect();
    let is_there = || {
        let titles = server.titles("");
        titles.len() == all.len() && titles.into_iter().collect::<BTreeSet<_>>() == all
    };
    server.wait_within(3 * LONG, "all are there", is_there);
    // One overflow is one scan, and it is said.
    server.settle();
    let log = server.log();
    assert_eq!(log.matches("scanning the whole site").count(), 1, "{log}");
    server.finish(&[]);
}

/// Serves a site in a user's own namespace with a limit on what it may watch.
fn serve_with_few(site: &Site, limit: &str, number: u32) -> Option<Command> {
    let own = ["unshare", "--user", "--map-root-user"];
    let prepare = format!("echo {number} >/proc/sys/user/{limit} &&");
    let tried =
        behind(&own, &scripted(&prepare, "", &Command::new("true"))).stderr(Stdio::null()).status();
    if !tried.is_ok_and(|status| status.success()) {
        not_run("no namespace of a user's own here");
        return None;
    }
    Some(behind(&own, &scripted(&prepare, "", &site.command("serve", &FREE))))
}

#[test]
fn a_site_with_more_folders_than_watches_is_scanned() {
    let site = Site::new(CONFIG);
    let folder = |number: u32| format!("_posts/f{number}");
    for number in 0..20 {
        fs::create_dir(site.path(&folder(number))).unwrap();
        let name = format!("{}/p{number}.md", folder(number));
        site.write(&name, post(1, &format!("p{number}"), "news", "Text."));
    }
    let Some(command) = serve_with_few(&site, "max_inotify_watches", 5) else { return };
    let server = Server::start(&site, command);
    assert!(server.is_ill(&["no watch left", "/site/"]), "{}", server.state());
    server.wait_for_log("raise the sysctl `fs.inotify.max_user_watches`");
    for number in 0..20 {
        let name = format!("{}/q{number}.md", folder(number));
        site.write(&name, post(2, &format!("q{number}"), "more", "Text."));
    }
    // Scans are twenty seconds apart.
    server.wait_within(3 * LONG, "all are found", || server.titles("category/more/").len() == 20);
    assert!(server.is_ill(&["no watch left"]), "{}", server.state());
    // Where there are fewer folders, the watches suffice.
    for number in 0..20 {
        fs::remove_dir_all(site.path(&folder(number))).unwrap();
        site.post(3, &format!("r{number}"), "last", "Text.");
    }
    server.wait_within(3 * LONG, "it heals", || server.is_healthy());
    assert_eq!(server.titles("category/last/").len(), 20);
    server.finish(&["no watch left"]);
}

#[test]
fn a_system_without_watchers_is_no_reason_not_to_serve() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let Some(command) = serve_with_few(&site, "max_inotify_instances", 0) else { return };
    let server = Server::start(&site, command);
    assert!(server.is_ill(&["no watcher"]), "{}", server.state());
    server.wait_for_log("raise the sysctl `fs.inotify.max_user_instances`");
    site.post(2, "b", "news", "Text.");
    // Scans are twenty seconds apart.
    server.wait_within(3 * LONG, "it is found", || server.titles("") == ["b", "a"]);
    assert!(server.is_ill(&["no watcher"]), "{}", server.state());
}

#[test]
fn a_change_that_no_event_tells_of_is_found_by_a_reload() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    // The system tells of a change in the folder that it was made in: here another one.
    let elsewhere = site.beside("elsewhere.md");
    fs::hard_link(site.path(&at(1, "a")), &elsewhere).unwrap();
    let server = site.serve();
    let before = server.validators("rss.xml");
    fs::write(&elsewhere, post(1, "a", "news", "Changed.")).unwrap();
    server.settle();
    assert_eq!(server.validators("rss.xml"), before);
    server.signal("HUP");
    server.wait_until("it is found", || server.body("a").contains("Changed."));
    server.finish(&[]);
}
