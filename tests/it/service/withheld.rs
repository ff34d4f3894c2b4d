//! What the system does not give for a while is not gone.

use super::harness::{CONFIG, Server, Site, post};
use crate::faults::tools::not_run;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

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
fn without_rights(site: &Site) -> Option<Command> {
    let whole = site.command("serve", &["--listen", "127.0.0.1:0", "--rescan", "1"]);
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
    Some(command)
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
    let Some(command) = without_rights(&site) else { return };
    let server = Server::start(&site, command);
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

/// Whoever finds it, an event or a scan: the post is there, and it is said why it cannot be read.
#[test]
fn a_post_in_a_folder_that_may_not_be_entered_is_named() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    fs::create_dir(site.path("_posts/deep")).unwrap();
    let path = "_posts/deep/2022-01-02-b.md";
    site.write(path, post(2, "b", "news", "Text."));
    let Some(command) = without_rights(&site) else { return };
    let server = Server::start(&site, command);
    assert_eq!(server.titles(""), ["b", "a"]);
    for round in 1..=2 {
        set_mode(&site, "_posts/deep", 0o644);
        // An event of the file itself.
        site.write(path, post(2, "b", "news", "Changed."));
        server.wait_until("it is out", || server.titles("") == ["a"]);
        let words = "deep/2022-01-02-b.md: cannot read it: Permission denied";
        server.wait_until("it is said", || server.log().matches(words).count() == round);
        set_mode(&site, "_posts/deep", 0o755);
        server.wait_until("it is back", || server.titles("") == ["b", "a"]);
    }
    server.finish(&["b.md: cannot read it"]);
}

#[test]
fn a_new_configuration_waits_for_a_folder_that_cannot_be_listed() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    fs::create_dir(site.path("_posts/deep")).unwrap();
    site.write("_posts/deep/2022-01-02-b.md", post(2, "b", "news", "Text."));
    let Some(command) = without_rights(&site) else { return };
    let server = Server::start(&site, command);
    let title = || server.get("feed.json", &[]).text().contains("Another name");
    set_mode(&site, "_posts/deep", 0o000);
    server.wait_for_log("_posts/deep: cannot list it");
    site.write("_config.yml", format!("{CONFIG}description: Another name\n"));
    server.wait_until("it waits", || server.is_ill(&["_posts/deep: cannot list it"]));
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(3) {
        assert!(!title() && server.titles("") == ["b", "a"], "{}", server.state());
        sleep(Duration::from_millis(100));
    }
    set_mode(&site, "_posts/deep", 0o755);
    server.wait_until("it is taken", || title() && server.titles("") == ["b", "a"]);
    server.finish(&["cannot list it"]);
}
