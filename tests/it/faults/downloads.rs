//! Readers that fetch whole documents over and over, and what they say of who they are.

use std::io::{Read, Write};
use std::time::Duration;

use super::tools::connect;

use crate::service::harness::{CONFIG, Reply, Server, Site};

fn served<'a>(site: &'a Site, flags: &[&str]) -> Server<'a> {
    // Long enough to be compressed.
    site.post(1, "a", "news", &"Text. ".repeat(1000));
    site.serve_with(&[&["--listen", "127.0.0.1:0"], flags].concat())
}

/// Asks for a feed on behalf of somebody.
fn ask_for(server: &Server, forwarded_for: &str) -> Reply {
    server.get("rss.xml", &[("X-Forwarded-For", forwarded_for)])
}

/// Takes as many as there are, and gives the refusal.
#[track_caller]
fn exhaust(server: &Server, limit: usize, ask: impl Fn() -> Reply) -> Reply {
    for number in 0..limit {
        assert_eq!(ask().status, 200, "{number} of {limit}\n{}", server.state());
    }
    // More than the limit only where time has passed.
    for _ in 0..1000 {
        let reply = ask();
        if reply.status != 200 {
            assert_eq!(reply.status, 429, "{}", server.state());
            return reply;
        }
    }
    panic!("it is never refused\n{}", server.state());
}

#[test]
fn without_a_limit_nobody_is_refused() {
    let site = Site::new(CONFIG);
    let server = served(&site, &[]);
    for _ in 0..200 {
        assert_eq!(server.status("rss.xml"), 200);
    }
    server.finish(&[]);
}

#[test]
fn who_fetches_too_often_waits_as_long_as_it_is_told() {
    let site = Site::new(CONFIG);
    let server = served(&site, &["--max-downloads-per-minute", "60"]);
    let refusal = exhaust(&server, 60, || server.get("rss.xml", &[]));
    assert_eq!(refusal.header("Cache-Control"), "no-store");
    assert_eq!(refusal.header("Content-Type"), "text/plain; charset=utf-8");
    assert!(refusal.header("Access-Control-Expose-Headers").contains("Retry-After"));
    assert!(refusal.text().contains("too many downloads"), "{}", refusal.text());
    // One comes back each second.
    assert_eq!(refusal.header("Retry-After"), "1");
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(server.status("rss.xml"), 200);
    assert!(server.is_healthy());
}

#[test]
fn only_whole_documents_for_careless_readers_are_counted() {
    let site = Site::new(CONFIG);
    let server = served(&site, &["--max-downloads-per-minute", "1"]);
    let never = "Sat, 01 Jan 2000 00:00:00 GMT";
    let uncounted = || {
        assert_eq!(server.status("healthz"), 200);
        assert_eq!(server.status("livez"), 200);
        assert_eq!(server.status("nothing"), 404);
        assert_eq!(server.status("category/news"), 308);
        assert_eq!(server.get("rss.xml", &[("If-None-Match", "\"other\"")]).status, 200);
        assert_eq!(server.get("rss.xml", &[("If-Modified-Since", never)]).status, 200);
        assert_eq!(server.get("rss.xml", &[("If-Modified-Since", "junk")]).status, 200);
        assert_eq!(server.get("rss.xml", &[("If-None-Match", "*")]).status, 304);
        assert_eq!(server.get("rss.xml", &[("If-Match", "\"other\"")]).status, 412);
    };
    for _ in 0..3 {
        uncounted();
    }
    let (tag, _) = server.validators("rss.xml");
    // A bucket for all documents, and a connection that goes on.
    let mut stream = connect(&server);
    for (method, path, header, expected) in [
        ("GET", "atom.xml", "", "429"),
        ("HEAD", "rss.xml", "", "200"),
        ("HEAD", "rss.xml", "Accept-Encoding: gzip\r\n", "200"),
        ("GET", "rss.xml", &*format!("If-None-Match: {tag}\r\n"), "304"),
        ("GET", "rss.xml", "Accept-Encoding: gzip\r\n", "429"),
        ("GET", "rss.xml", "Connection: close\r\n", "429"),
    ] {
        write!(stream, "{method} /{path} HTTP/1.1\r\nHost: a\r\n{header}\r\n").unwrap();
        let mut start = [0; 12];
        stream.read_exact(&mut start).unwrap();
        assert_eq!(start[9..], *expected.as_bytes(), "{method} {path} {header}");
        skip_the_rest(&mut stream, method == "HEAD" || expected == "304");
    }
    assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0, "it was to be closed");
    uncounted();
}

/// Reads past the headers of an answer, and past its body.
#[track_caller]
fn skip_the_rest(stream: &mut impl Read, is_bodiless: bool) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length = length.map_or(0, |length| length.parse().unwrap());
    if !is_bodiless {
        stream.read_exact(&mut vec![0; length]).unwrap();
    }
}

#[test]
fn a_stranger_cannot_say_to_be_somebody_else() {
    let site = Site::new(CONFIG);
    let flags = ["--max-downloads-per-minute", "1", "--trusted-proxy", "192.0.2.0/24,unix"];
    let server = served(&site, &flags);
    assert_eq!(ask_for(&server, "198.51.100.1").status, 200);
    let refusal = ask_for(&server, "198.51.100.2");
    assert_eq!(refusal.status, 429);
    let seconds: u64 = refusal.header("Retry-After").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(ask_for(&server, "192.0.2.1").status, 429);
}

#[test]
fn behind_a_trusted_proxy_each_client_has_its_own() {
    let site = Site::new(CONFIG);
    let flags = ["--max-downloads-per-minute", "1", "--trusted-proxy", "127.0.0.0/8"];
    let server = served(&site, &[&flags[..], &["--trusted-proxy", "::1,10.0.0.0/8"]].concat());
    assert_eq!(ask_for(&server, "198.51.100.1").status, 200);
    // Whatever the client writes itself stands on the left.
    let spoofed = [
        "198.51.100.2, 198.51.100.1",
        "\u{e9}, 198.51.100.1",
        "198.51.100.3, 198.51.100.1, 10.0.0.1",
    ];
    for forwarded_for in spoofed {
        assert_eq!(ask_for(&server, forwarded_for).status, 429, "{forwarded_for}");
    }
    for forwarded_for in ["198.51.100.2", "198.51.100.1, 198.51.100.3", "2001:db8::1"] {
        assert_eq!(ask_for(&server, forwarded_for).status, 200, "{forwarded_for}");
    }
    // Another field, which a proxy that does not know it would pass on.
    let forwarded = |client| server.get("rss.xml", &[("Forwarded", client)]).status;
    assert_eq!([forwarded("for=198.51.100.1"), forwarded("for=198.51.100.9")], [200, 429]);
    assert!(server.is_healthy());
}

#[test]
fn at_a_socket_in_the_file_system_the_proxy_says_who_asks() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let address = format!("unix:{}", site.beside("socket").display());
    let mut command =
        site.command("serve", &["--listen", &address, "--max-downloads-per-minute", "1"]);
    command.env("FEEDMILL_TRUSTED_PROXIES", "192.0.2.1,unix");
    let server = Server::start(&site, command);
    assert_eq!(ask_for(&server, "198.51.100.1").status, 200);
    assert_eq!(ask_for(&server, "198.51.100.1").status, 429);
    assert_eq!(ask_for(&server, "198.51.100.2").status, 200);
    server.finish(&[]);
}

#[test]
fn at_a_socket_of_nobody_known_there_is_no_limit_and_the_log_says_so() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let address = format!("unix:{}", site.beside("socket").display());
    let server = site.serve_with(&["--listen", &address, "--max-downloads-per-minute", "1"]);
    server.wait_for_log("no download is limited");
    for _ in 0..3 {
        assert_eq!(ask_for(&server, "198.51.100.1").status, 200);
    }
    server.finish(&[]);
}

#[test]
fn a_trusted_proxy_may_take_all_connections() {
    let site = Site::new(CONFIG);
    let flags = ["--max-connections-per-address", "1", "--trusted-proxy", "127.0.0.1"];
    let server = served(&site, &flags);
    let held: Vec<_> = (0..5).map(|_| connect(&server)).collect();
    assert_eq!(server.status("rss.xml"), 200);
    drop(held);
    server.finish(&[]);
}
