//! What systemd is told (`sd_notify(3)`), heard on a socket as its own.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread::{self, sleep};
use std::time::Duration;

use super::harness::{Address, CONFIG, Server, Site};

use crate::faults::tools::not_run;

/// What came, in its order.
struct Supervisor {
    heard: Arc<Mutex<Vec<String>>>,
}

impl Supervisor {
    /// Listens, and goes on taking messages: a full queue would block the program.
    fn new(site: &Site) -> Self {
        let socket = UnixDatagram::bind(site.beside("notify")).unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let taken = Arc::clone(&heard);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length) = socket.recv(&mut buffer) {
                let message = String::from_utf8_lossy(&buffer[..length]).into_owned();
                taken.lock().unwrap().push(message);
            }
        });
        Self { heard }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    fn signs_of_life(&self) -> usize {
        self.heard().iter().filter(|message| is_sign_of_life(message)).count()
    }

    /// All but the signs of life.
    fn news(&self) -> Vec<String> {
        self.heard().into_iter().filter(|message| !is_sign_of_life(message)).collect()
    }

    /// Takes what came before the end of a reload, which is the last of it.
    fn reload(&self, server: &Server, known: usize) -> Vec<String> {
        server.signal("HUP");
        let is_over = || self.news()[known..].iter().any(|message| message.starts_with("READY=1"));
        server.wait_until("the reload is over", is_over);
        self.news().split_off(known)
    }
}

fn is_sign_of_life(message: &str) -> bool {
    message == "WATCHDOG=1\nEXTEND_TIMEOUT_USEC=120000000\n"
}

/// Both must go on: a server that answers nobody is as good as none.
#[test]
fn the_watchdog_is_not_fed_while_the_server_stands_still() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let supervisor = Supervisor::new(&site);
    let mut command = site.command("serve", &["--listen", "127.0.0.1:0", "--rescan", "1"]);
    command.env("NOTIFY_SOCKET", site.beside("notify"));
    let mut server = Server::start(&site, command);
    assert_eq!(server.titles(""), ["a"]);
    // Only the server waits in this call, and the watch; scans find what changes all the same.
    let pid = server.child().id().to_string();
    let delay = "inject=epoll_wait:delay_enter=60000000";
    let strace = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=epoll_wait", "-e", delay, "-p", &pid])
        .spawn();
    let Ok(mut strace) = strace else { return not_run("there is no strace") };
    sleep(Duration::from_millis(500));
    if strace.try_wait().unwrap().is_some() {
        return not_run("strace may not hold another process up");
    }
    server.wait_for_log("server task stalled");
    let fed = supervisor.signs_of_life();
    site.post(2, "b", "news", "Text.");
    server.wait_for_log("published");
    sleep(Duration::from_secs(3));
    assert_eq!(supervisor.signs_of_life(), fed, "{}", server.log());
    strace.kill().unwrap();
    strace.wait().unwrap();
    server.wait_until("it is fed again", || supervisor.signs_of_life() > fed);
    server.wait_for_log("server task recovered");
    assert_eq!(server.titles(""), ["b", "a"]);
    server.finish(&["server task stalled"]);
}

/// The time of a message that a reload begins, in microseconds.
#[track_caller]
fn reloading(message: &str) -> u64 {
    let time = message.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").unwrap_or_else(|| {
        panic!("no beginning of a reload: {message:?}");
    });
    time.trim_end().parse().unwrap()
}

#[test]
fn systemd_is_told_of_all_that_happens_in_its_order() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    // Changes behind a link give no event in the site.
    let settings = site.beside("settings.yml");
    fs::rename(site.path("_config.yml"), &settings).unwrap();
    symlink(&settings, site.path("_config.yml")).unwrap();

    let supervisor = Supervisor::new(&site);
    let mut command = site.command("serve", &["--listen", "127.0.0.1:0"]);
    command.env("NOTIFY_SOCKET", site.beside("notify"));
    let server = Server::start(&site, command);
    let Address::Tcp(address) = &server.address else { unreachable!() };
    let serving = format!("STATUS=serving http://{address}/");
    let ready = format!("READY=1\n{serving}\n");
    server.wait_until("it is ready", || !supervisor.news().is_empty());
    // The first post that was read asked for more time.
    let heard = supervisor.heard();
    assert!(is_sign_of_life(&heard[0]), "{heard:?}");
    assert_eq!(supervisor.news(), [ready.as_str()]);
    assert_eq!(server.titles(""), ["a"], "the first edition is there");

    // The loop goes round without any event.
    let fed = supervisor.signs_of_life();
    server.wait_until("it is fed", || supervisor.signs_of_life() > fed + 1);

    fs::write(&settings, format!("{CONFIG}feedmill:\n  limt: 3\n")).unwrap();
    let news = supervisor.reload(&server, 1);
    let [begun, status, end] = news.as_slice() else { panic!("{news:?}") };
    let first = reloading(begun);
    assert!(status.starts_with(&format!("{serving}; ")), "{status}");
    assert!(status.contains("_config.yml:4: ") && status.contains("limt"), "{status}");
    assert_eq!(end, &format!("READY=1\n{status}"));

    fs::write(&settings, CONFIG).unwrap();
    let news = supervisor.reload(&server, 4);
    assert!(reloading(&news[0]) > first, "{news:?}");
    assert_eq!(news[1..], [format!("{serving}\n"), ready.clone()]);

    // What did not change is not said again.
    let news = supervisor.reload(&server, 7);
    reloading(&news[0]);
    assert_eq!(news[1..], [ready]);

    server.finish(&["_config.yml"]);
    let heard = supervisor.heard();
    assert_eq!(heard.last().map(String::as_str), Some("STOPPING=1\n"), "{heard:?}");
}
