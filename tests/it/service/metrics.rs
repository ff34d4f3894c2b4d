//! What is counted, told on an address of its own.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use super::harness::{Address, CONFIG, Server, Site};

/// A site whose service tells its metrics, and where.
fn served(site: &Site) -> (Server<'_>, Address) {
    site.post(1, "a", "news", "Text.");
    let socket = site.beside("metrics.sock");
    let flag = format!("unix:{}", socket.display());
    let server = site.serve_with(&["--listen", "127.0.0.1:0", "--metrics", &flag]);
    (server, Address::Unix(socket))
}

/// Every value that is told, by its name and labels.
fn told(address: &Address) -> BTreeMap<String, u64> {
    let reply = address.get("/metrics", &[]);
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(reply.header("Cache-Control"), "no-store");
    let mut values = BTreeMap::new();
    let mut described = Vec::new();
    for line in reply.text().lines() {
        if let Some(name) = line.strip_prefix("# TYPE ") {
            described.push(name.split(' ').next().unwrap().to_owned());
        } else if !line.starts_with('#') {
            let (name, value) = line.rsplit_once(' ').unwrap();
            // Seconds are the only fractions.
            let whole = value.split('.').next().unwrap().parse().unwrap();
            assert!(described.contains(&name.split('{').next().unwrap().to_owned()), "{line}");
            assert!(values.insert(name.to_owned(), whole).is_none(), "{line}");
        }
    }
    values
}

#[test]
fn what_is_served_and_made_is_counted() {
    let site = Site::new(CONFIG);
    let (server, address) = served(&site);
    let before = told(&address);
    assert_eq!(before["feedmill_posts"], 1, "{before:?}");
    assert_eq!(before["feedmill_ready"], 1);
    // The site and its category in three formats, the category's page, and what is for all feeds.
    assert!(before["feedmill_documents"] >= 7, "{before:?}");

    let feed = server.get("rss.xml", &[]);
    let tag = feed.header("ETag").to_owned();
    assert_eq!(server.get("rss.xml", &[("If-None-Match", &tag)]).status, 304);
    assert_eq!(server.status("category/news/"), 200);
    assert_eq!(server.status("nothing/here"), 404);
    let after = told(&address);
    let answers = |document: &str, status: u16| {
        let name = format!("feedmill_answers_total{{document=\"{document}\",status=\"{status}\"}}");
        let count = |values: &BTreeMap<String, u64>| values.get(&name).copied().unwrap_or(0);
        count(&after) - count(&before)
    };
    assert_eq!(answers("rss.xml", 200), 1, "{after:?}");
    assert_eq!(answers("rss.xml", 304), 1);
    assert_eq!(answers("index.html", 200), 1);
    assert_eq!(answers("other", 404), 1);
    let long = "x".repeat(9000);
    assert_eq!(server.status(&long), 414);
    assert_eq!(told(&address)["feedmill_answers_total{document=\"other\",status=\"414\"}"], 1);
    let sent = after["feedmill_sent_bytes_total"] - before["feedmill_sent_bytes_total"];
    assert!(sent >= feed.body.len() as u64, "{sent}");

    site.post(3, "b", "news", "More.");
    server.wait_until("b is shown", || server.titles("").len() == 2);
    site.write("_posts/2022-01-02-broken.md", "---\ntitle: no end\n");
    server.wait_for_log("broken");
    let last = told(&address);
    assert_eq!(last["feedmill_rejected_files"], 1, "{last:?}");
    assert_eq!(last["feedmill_posts"], 2);
    assert!(last["feedmill_passes_total"] > before["feedmill_passes_total"]);
    assert!(last["feedmill_rendered_feeds_total"] >= 2, "{last:?}");
    assert!(last["feedmill_written_documents_total"] >= 7, "{last:?}");
    server.finish(&["broken"]);
}

#[test]
fn the_address_of_the_metrics_has_nothing_else_and_the_other_has_no_metrics() {
    let site = Site::new(CONFIG);
    let (server, address) = served(&site);
    assert_eq!(address.get("/rss.xml", &[]).status, 404);
    assert_eq!(address.get("/", &[]).status, 404);
    assert_eq!(server.status("metrics"), 404);
    // Not for pages of other sites that somebody opens who may ask.
    for path in ["/metrics", "/"] {
        assert_eq!(address.get(path, &[]).header("Access-Control-Allow-Origin"), "");
    }
    let mut stream = UnixStream::connect(site.beside("metrics.sock")).unwrap();
    stream.write_all(b"POST /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut posted = String::new();
    stream.read_to_string(&mut posted).unwrap();
    assert!(posted.starts_with("HTTP/1.1 405") && posted.contains("allow: GET, HEAD"), "{posted}");
    server.finish(&[]);
}
