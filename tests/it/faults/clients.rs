//! Clients that mean harm, on the real program with its own limits.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::tools::{Process, connect, not_run};
use feedmill::server::limits::Limits;

use crate::service::harness::{Address, CONFIG, Server, Site};

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

/// How long the head of a request may take in these tests.
const HEAD: Duration = Duration::from_secs(1);

/// What a normal request takes among clients that mean harm, at the median. One by itself has no
/// bound so near: on two cores that others use too, any may have to wait for its turn.
const USUAL: Duration = Duration::from_millis(50);

/// What no request takes: it did not wait until a bad client was closed.
const LONGEST: Duration = Duration::from_millis(750);

#[test]
fn clients_that_send_a_byte_at_a_time_are_closed_and_hold_nobody_up() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let flags = "--listen 127.0.0.1:0 --head-timeout 1 --max-connections-per-address 1000";
    let server = site.serve_with(&flags.split(' ').collect::<Vec<_>>());
    let mut took = Vec::new();
    let mut ask = || {
        let start = Instant::now();
        assert_eq!(server.status("rss.xml"), 200);
        took.push(start.elapsed());
    };
    let mut slow: Vec<(TcpStream, Instant)> =
        (0..200).map(|_| (connect(&server), Instant::now())).collect();
    let head = b"GET /rss.xml HTTP/1.1\r\nHost: a\r\nX-Slow: ";
    let mut bytes = head.iter().copied().chain(std::iter::repeat(b'x'));
    while !slow.is_empty() {
        let (round, byte) = (Instant::now(), [bytes.next().unwrap()]);
        slow.retain_mut(|(stream, start)| {
            let is_open = stream.write_all(&byte).is_ok() && !is_closed(stream);
            // What is asked is when it ended, not whether it did.
            assert!(is_open || start.elapsed() > HEAD / 4, "closed after {:?}", start.elapsed());
            assert!(start.elapsed() < 4 * HEAD, "still open after {:?}", start.elapsed());
            is_open
        });
        while round.elapsed() < Duration::from_millis(200) {
            ask();
        }
    }
    took.sort_unstable();
    let (median, most) = (took[took.len() / 2], took[took.len() - 1]);
    assert!(median < USUAL && most < LONGEST, "{median:?}, at most {most:?} of {}", took.len());
    server.finish(&[]);
}

/// Connects from an address of this machine.
fn connect_from(source: &str, server: &Server) -> std::io::Result<TcpStream> {
    let Address::Tcp(address) = &server.address else { panic!("no TCP") };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let socket = || {
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.bind(format!("{source}:0").parse().unwrap())?;
        std::io::Result::Ok(socket)
    };
    let connected = runtime.block_on(async { socket()?.connect(address.parse().unwrap()).await });
    connected?.into_std()
}

/// Five addresses with as many slow heads as each may have; what a normal client sees.
fn attacked(flags: &str) {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let flags = format!("--listen 127.0.0.1:0 --head-timeout 20 {flags}");
    let server = site.serve_with(&flags.split(' ').collect::<Vec<_>>());
    let is_over = AtomicBool::new(false);
    let attack = |source: &str| {
        let mut slow: Vec<TcpStream> = Vec::new();
        while !is_over.load(Ordering::Relaxed) {
            slow.retain_mut(|stream| stream.write_all(b"x").is_ok() && !is_closed(stream));
            for _ in slow.len()..16 {
                let mut stream = connect_from(source, &server).unwrap();
                stream.write_all(b"GET /rss.xml HTTP/1.1\r\nHost: a\r\nX: ").unwrap();
                slow.push(stream);
            }
            thread::sleep(Duration::from_millis(50));
        }
    };
    let took = thread::scope(|scope| {
        for number in 2..7 {
            scope.spawn(move || attack(&format!("127.0.0.{number}")));
        }
        thread::sleep(Duration::from_millis(500));
        let start = Instant::now();
        let mut took = Vec::new();
        while start.elapsed() < Duration::from_secs(2) {
            let asked = Instant::now();
            assert_eq!(server.status("rss.xml"), 200);
            took.push(asked.elapsed());
        }
        is_over.store(true, Ordering::Relaxed);
        took
    });
    let mut took = took;
    took.sort_unstable();
    let (median, most) = (took[took.len() / 2], took[took.len() - 1]);
    assert!(median < USUAL && most < LONGEST, "{median:?}, at most {most:?} of {}", took.len());
    server.finish(&[]);
}

#[test]
fn slow_heads_from_a_few_addresses_leave_room_for_others() {
    attacked("--max-connections 80 --max-connections-per-address 8");
}

#[test]
fn slow_heads_that_take_all_connections_are_closed_in_favour_of_others() {
    attacked("--max-connections 60 --max-connections-per-address 16");
}

/// Where clients have no address, nothing but the number of all connections limits them.
#[test]
fn slow_heads_at_a_socket_file_are_closed_in_favour_of_others() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let [main, metrics] = ["main.sock", "metrics.sock"].map(|name| site.beside(name));
    let [listen, tell] = [&main, &metrics].map(|path| format!("unix:{}", path.display()));
    let flags = ["--listen", &listen, "--metrics", &tell];
    let server = site
        .serve_with(&[&flags[..], &["--max-connections", "8", "--head-timeout", "60"]].concat());
    for (socket, path) in [(main, "/rss.xml"), (metrics, "/metrics")] {
        let mut slow: Vec<UnixStream> = Vec::new();
        for _ in 0..40 {
            let mut stream = UnixStream::connect(&socket).unwrap();
            // The first are closed already.
            let _ = stream.write_all(b"GET / HT");
            slow.push(stream);
        }
        let asked = Instant::now();
        assert_eq!(Address::Unix(socket).get(path, &[]).status, 200, "{path}");
        assert!(asked.elapsed() < LONGEST, "{path}: {:?}", asked.elapsed());
    }
    server.finish(&[]);
}

/// Connections that come at once while nothing is accepted.
const CROWD: usize = 1000;

#[test]
fn a_crowd_waits_to_be_accepted() {
    let room = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap();
    if room.trim().parse::<usize>().unwrap() < CROWD {
        not_run("the system lets fewer wait");
        return;
    }
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let flags = "--listen 127.0.0.1:0 --max-connections-per-address 2000";
    let server = site.serve_with(&flags.split(' ').collect::<Vec<_>>());
    server.signal("STOP");
    let started = Instant::now();
    // For whom there is no room tries again after a second, after three, after seven.
    let mut crowd: Vec<TcpStream> = (0..CROWD).map(|_| connect(&server)).collect();
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    server.signal("CONT");
    let last = crowd.last_mut().unwrap();
    last.write_all(b"GET /rss.xml HTTP/1.0\r\nHost: x\r\n\r\n").unwrap();
    let mut reply = String::new();
    last.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.0 200") || reply.starts_with("HTTP/1.1 200"), "{reply}");
    drop(crowd);
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
    let flags = "--listen 127.0.0.1:0 --max-connections-per-address 100000 --head-timeout 5";
    let many: Vec<&str> = flags.split(' ').collect();
    let mut server = Server::start(&site, site.command("serve", &many));
    let process = Process::of(&mut server);
    // What is opened with the first changes and answers is open now, and what a start has taken is
    // not taken for what the connections take.
    server.settle();
    process.forget_memory();
    let (base, memory) = (process.open_files(), process.most_memory());
    // Those of the first requests may still have been open when they were counted.
    let is_taken = |seats: usize| process.open_files() + 16 >= base + seats;
    let most = Limits::default().connections;
    let mut idle = Vec::with_capacity(IDLE);
    while idle.len() < most {
        idle.push(connect(&server));
    }
    server.wait_until("they have seats", || is_taken(idle.len()));
    let more = process.most_memory() - memory;
    assert!(more < 30, "{more} MiB more");
    // The newest take the places of the first, and cost no more.
    idle.extend((most..IDLE).map(|_| connect(&server)));
    assert_eq!(server.status("rss.xml"), 200);
    let more = process.most_memory() - memory;
    assert!(more < 30, "{more} MiB more, when the first are closed");
    drop(idle);
    server.wait_until("all are closed", || process.open_files() <= base);
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

/// A site of so many categories, whose feeds have more than five MiB each.
fn large(categories: usize) -> Site {
    let site = Site::new(&format!("{CONFIG}feedmill:\n  max_size: 100000\n  limit: 14\n"));
    let line = "Eight words stand in each of these lines.\n";
    for number in 0..14 * categories {
        let category = number % categories;
        let head = format!("---\ntitle: p{number}\ndate: 2022-01-01\ncategory: c{category}\n---\n");
        let text = head + "<p>" + &line.repeat(10_000) + "</p>\n";
        site.write(&format!("_posts/p{number}.html"), text);
    }
    site
}

/// Asks for a document, takes the first byte of it, and no more.
#[track_caller]
fn stall(server: &Server, path: &str) -> TcpStream {
    let mut stream = connect(server);
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    stream.read_exact(&mut [0; 1]).unwrap();
    stream
}

/// The length of a document in MiB; at least five, or the system would take all of it in.
#[track_caller]
fn mebibytes(server: &Server, path: &str) -> u64 {
    let mebibytes = server.get(path, &[]).body.len() as u64 / (1024 * 1024);
    assert!(mebibytes >= 5, "{path}: {mebibytes} MiB");
    mebibytes
}

#[test]
fn readers_that_never_read_share_one_copy() {
    let site = large(1);
    let mut server = site.serve();
    let one = mebibytes(&server, "rss.xml");
    let process = Process::of(&mut server);
    process.forget_memory();
    let memory = process.most_memory();
    let stalled: Vec<TcpStream> = (0..100).map(|_| stall(&server, "rss.xml")).collect();
    assert_eq!(server.status("feed.json"), 200);
    let more = process.most_memory() - memory;
    assert!(more < one + 20, "{more} MiB more for {} of {one} MiB", stalled.len());
    // A stop waits for answers that have begun.
    drop(stalled);
    server.finish(&[]);
}

/// The bound that holds is that of the limits: as many copies as there are connections. What is let
/// go by the cache is held by those who are being sent it.
#[test]
fn readers_that_never_read_different_documents_hold_one_copy_each_at_most() {
    const CACHE: u64 = 8;
    let site = large(2);
    // An idle connection is kept for longer than this test takes: it is the write that ends them.
    let flags = "--listen 127.0.0.1:0 --cache 8 --write-timeout 2 --head-timeout 60";
    let mut server = site.serve_with(&flags.split(' ').collect::<Vec<_>>());
    let documents: Vec<String> = ["rss.xml", "atom.xml", "feed.json"]
        .iter()
        .flat_map(|format| ["c0", "c1"].map(|name| format!("category/{name}/{format}")))
        .collect();
    let largest = documents.iter().map(|path| mebibytes(&server, path)).max().unwrap();
    server.settle();
    let process = Process::of(&mut server);
    process.forget_memory();
    let (base, memory) = (process.open_files(), process.most_memory());
    // In turns, so that each finds that the cache has let go of what it asks for.
    let stalled: Vec<TcpStream> =
        (0..5).flat_map(|_| documents.iter().map(|path| stall(&server, path))).collect();
    let start = Instant::now();
    // Others are served all the time.
    server.wait_until("they are closed", || {
        let asked = Instant::now();
        assert_eq!(server.status("healthz"), 200);
        assert!(asked.elapsed() < LONGEST, "{:?}", asked.elapsed());
        process.open_files() <= base
    });
    assert!(start.elapsed() < Duration::from_secs(10), "closed after {:?}", start.elapsed());
    let (more, most) = (process.most_memory() - memory, stalled.len() as u64 * (largest + 1));
    assert!(more < most + CACHE + 20, "{more} MiB more for {} of {largest} MiB", stalled.len());
    // It is the readers who held it, and none of it stays.
    server.wait_until("it is given back", || {
        process.forget_memory();
        process.most_memory() < memory + CACHE + 20
    });
    drop(stalled);
    server.finish(&[]);
}
