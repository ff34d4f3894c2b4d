//! Clients that mean harm, on the real program with its own limits.

use super::tools::{LONG, Process, connect, not_run};
use crate::service::harness::{CONFIG, Server, Site};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Instant;

fn served(site: &Site) -> Server<'_> {
    site.post(1, "a", "news", "Text.");
    site.serve()
}

/// Whether the other end has closed; what it sent before is passed over.
fn is_closed(stream: &mut TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() != ErrorKind::WouldBlock,
        }
    }
}

#[test]
fn clients_that_send_a_byte_at_a_time_are_closed_and_hold_nobody_up() {
    let site = Site::new(CONFIG);
    let server = served(&site);
    let mut slow: Vec<TcpStream> = (0..200).map(|_| connect(&server)).collect();
    let head = b"GET /rss.xml HTTP/1.1\r\nHost: a\r\nX-Slow: ";
    let mut bytes = head.iter().copied().chain(std::iter::repeat(b'x'));
    let start = Instant::now();
    while !slow.is_empty() {
        assert!(start.elapsed() < 2 * LONG, "{} are still open", slow.len());
        let byte = [bytes.next().unwrap()];
        slow.retain_mut(|stream| stream.write_all(&byte).is_ok() && !is_closed(stream));
        assert_eq!(server.status("rss.xml"), 200);
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    server.finish(&[]);
}

/// As many connections as no default limit of open files allows.
const IDLE: usize = 5000;

#[test]
fn idle_connections_cost_little_and_go_by_themselves() {
    let raise = format!("--nofile={}:", IDLE + 1000);
    let own = std::process::id().to_string();
    // The program that is started inherits it.
    let raised = Command::new("prlimit").args(["--pid", &own, &raise]).output();
    if !raised.is_ok_and(|raised| raised.status.success()) {
        not_run("this process may not have so many files open");
        return;
    }
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let many = ["--listen", "127.0.0.1:0", "--max-connections-per-address", "100000"];
    let mut server = Server::start(&site, site.command("serve", &many));
    let process = Process::of(&mut server);
    let (base, memory) = (process.open_files(), process.most_memory());
    let idle: Vec<TcpStream> = (0..IDLE).map(|_| connect(&server)).collect();
    // The newest waits in the queue of the system until the first are closed.
    assert_eq!(server.status("rss.xml"), 200);
    let more = process.most_memory() - memory;
    assert!(more < 30, "{more} MiB more");
    drop(idle);
    let start = Instant::now();
    while process.open_files() > base + 4 {
        assert!(start.elapsed() < LONG, "{} are open, not {base}", process.open_files());
    }
    server.finish(&[]);
}

/// The statuses of all that comes back for what is sent, until the other end closes.
#[track_caller]
fn statuses(server: &Server, request: &[u8]) -> Vec<u16> {
    let mut stream = connect(server);
    // Whoever is refused early is not listened to any more.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answer) {
        assert!(error.kind() == ErrorKind::ConnectionReset, "it is not closed: {error}");
    }
    let text = String::from_utf8_lossy(&answer).into_owned();
    let found = text.match_indices("HTTP/1.1 ");
    found.filter_map(|(at, _)| text.get(at + 9..at + 12)?.parse().ok()).collect()
}

#[test]
fn heads_without_end_are_refused_and_cost_nothing() {
    let site = Site::new(CONFIG);
    let mut server = served(&site);
    assert_eq!(server.status("rss.xml"), 200);
    let process = Process::of(&mut server);
    process.forget_memory();
    let memory = process.most_memory();
    let get = "GET / HTTP/1.1\r\nHost: a\r\n";
    let endless = "x".repeat(10_000_000);
    let requests = [
        format!("{get}{}\r\n", "X: y\r\n".repeat(101)),
        format!("{get}X: {}\r\n\r\n", "x".repeat(64 * 1024)),
        format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(64 * 1024)),
        endless.clone(),
        format!("GET /{endless}"),
        format!("{get}X: {endless}"),
    ];
    for _ in 0..5 {
        for request in &requests {
            let found = statuses(&server, request.as_bytes());
            // A close may overtake the answer when there is more to read.
            let is_refused = matches!(found.as_slice(), [] | [400 | 414 | 431]);
            assert!(is_refused, "{found:?}: {}", &request[..40]);
        }
    }
    let more = process.most_memory() - memory;
    assert!(more < 10, "{more} MiB more");
    server.finish(&[]);
}

#[test]
fn a_request_that_is_read_in_two_ways_gets_one_answer() {
    let site = Site::new(CONFIG);
    let server = served(&site);
    let smuggled = "GET /atom.xml HTTP/1.1\r\nHost: a\r\n\r\n";
    let heads = [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 4\r\nContent-Length: 5\r\n",
        "Content-Length: 5, 6\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 0x5\r\n",
        "Content-Length: 5 5\r\n",
        "Content-Length : 5\r\n",
        " Content-Length: 5\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding:\u{b}chunked\r\n",
        "X: y\r\n Transfer-Encoding: chunked\r\n",
        "X: y\rContent-Length: 5\r\n",
        "Host: b\r\n",
    ];
    for method in ["GET", "POST"] {
        for head in heads {
            let request =
                format!("{method} / HTTP/1.1\r\nHost: a\r\n{head}\r\n0\r\n\r\n{smuggled}");
            let found = statuses(&server, request.as_bytes());
            assert!(matches!(found.as_slice(), [400 | 405 | 501]), "{method} {head:?}: {found:?}");
        }
    }
    server.finish(&[]);
}

#[test]
fn readers_that_never_read_share_one_copy() {
    let site = Site::new(&format!("{CONFIG}feedmill:\n  max_size: 100000\n"));
    let line = "Eight words stand in each of these lines.\n";
    for number in 0..14 {
        let head = format!("---\ntitle: p{number}\ndate: 2022-01-01\n---\n");
        let text = head + "<p>" + &line.repeat(10_000) + "</p>\n";
        site.write(&format!("_posts/p{number}.html"), text);
    }
    let mut server = site.serve();
    let mebibytes = server.get("rss.xml", &[]).body.len() as u64 / (1024 * 1024);
    assert!(mebibytes >= 5, "{mebibytes} MiB");
    let process = Process::of(&mut server);
    process.forget_memory();
    let memory = process.most_memory();
    let stalled: Vec<TcpStream> = (0..100)
        .map(|_| {
            let mut stream = connect(&server);
            stream.write_all(b"GET /rss.xml HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
            // The answer has begun.
            stream.read_exact(&mut [0; 1]).unwrap();
            stream
        })
        .collect();
    assert_eq!(server.status("feed.json"), 200);
    let more = process.most_memory() - memory;
    assert!(more < mebibytes + 20, "{more} MiB more for {} of {mebibytes} MiB", stalled.len());
    // A stop waits for answers that have begun.
    drop(stalled);
    server.finish(&[]);
}
