//! What is counted, told on an address of its own.

use std::collections::BTreeMap;
use std::net::TcpListener;

use super::harness::{Address, CONFIG, Reply, Site};

/// An address that is free at this moment.
fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// What is answered at the address of the metrics.
fn get(address: &str, path: &str) -> Reply {
    Address::Tcp(address.to_owned()).get(path, &[])
}

/// Every value that is told, by its name and labels.
fn told(address: &str) -> BTreeMap<String, u64> {
    let reply = get(address, "/metrics");
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
    site.post(1, "a", "news", "Text.");
    site.write("_posts/2022-01-02-broken.md", "---\ntitle: no end\n");
    let address = free_address();
    let server = site.serve_with(&["--listen", "127.0.0.1:0", "--metrics", &address]);
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
    let sent = after["feedmill_sent_bytes_total"] - before["feedmill_sent_bytes_total"];
    assert!(sent >= feed.body.len() as u64, "{sent}");

    site.post(3, "b", "news", "More.");
    server.wait_until("b is shown", || server.titles("").len() == 2);
    let last = told(&address);
    assert_eq!(last["feedmill_posts"], 2);
    assert!(last["feedmill_passes_total"] > before["feedmill_passes_total"]);
    assert!(last["feedmill_rendered_feeds_total"] >= 2, "{last:?}");
    assert!(last["feedmill_written_documents_total"] >= 7, "{last:?}");
    server.finish(&["broken"]);
}

#[test]
fn the_address_of_the_metrics_has_nothing_else_and_the_other_has_no_metrics() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let address = free_address();
    let server = site.serve_with(&["--listen", "127.0.0.1:0", "--metrics", &address]);
    assert_eq!(get(&address, "/rss.xml").status, 404);
    assert_eq!(get(&address, "/").status, 404);
    assert_eq!(server.status("metrics"), 404);
    server.finish(&[]);
}
