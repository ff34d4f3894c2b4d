//! Readers poll while posts change: whole documents, honest entity tags, and 304 for the rest.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{fs, thread};

use super::checks::{check_feed, is_feed};
use super::harness::{Address, CONFIG, Site, at, files, post};
use feedmill::base::hash::Hash;
use flate2::read::GzDecoder;

const PATHS: &[&str] =
    &["rss.xml", "atom.xml", "feed.json", "category/c0/rss.xml", "category/c1/feed.json"];

/// One round of polling: over HTTP, plain and compressed, and on disk as another server would.
fn poll(address: &Address, out: &Path, seen: &mut HashMap<String, Vec<u8>>) {
    for path in PATHS {
        for coding in ["identity", "gzip"] {
            let reply = address.get(&format!("/{path}"), &[("Accept-Encoding", coding)]);
            assert_eq!(reply.status, 200, "{path}: {}", reply.text());
            let tag = reply.header("ETag").to_owned();
            let mut plain = reply.body.clone();
            if reply.header("Content-Encoding") == "gzip" {
                plain.clear();
                GzDecoder::new(reply.body.as_slice()).read_to_end(&mut plain).unwrap();
                assert_eq!(tag, format!("\"{}-gzip\"", Hash::of(&plain)), "{path}");
            } else {
                assert_eq!(tag, format!("\"{}\"", Hash::of(&plain)), "{path}");
            }
            check_feed(path, std::str::from_utf8(&plain).unwrap());
            let before = seen.entry(tag).or_insert_with(|| reply.body.clone());
            assert_eq!(*before, reply.body, "{path}: one tag, two bodies");
        }
    }
    for file in files(out).into_iter().filter(|file| is_feed(file)) {
        // A temporary file may have its name by now.
        if let Ok(text) = fs::read_to_string(&file) {
            check_feed(file.file_name().unwrap().to_str().unwrap(), &text);
        }
    }
}

#[test]
fn a_thousand_rewrites_never_show_a_reader_a_broken_document() {
    let site = Site::new(CONFIG);
    let name = |number: u32| format!("p{number}");
    let text = |number: u32, version: u32| {
        post(1 + number, &name(number), &format!("c{}", number % 2), &format!("V{version}."))
    };
    for number in 0..20 {
        site.write(&at(1 + number, &name(number)), text(number, 0));
    }
    let server = site.serve();
    let is_over = AtomicBool::new(false);
    let out = site.beside("out");
    let seen = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut seen, mut rounds) = (HashMap::new(), 0);
            while !is_over.load(Ordering::Relaxed) || rounds < 3 {
                poll(&server.address, &out, &mut seen);
                rounds += 1;
            }
            seen.len()
        });
        for version in 1..=50 {
            for number in 0..20 {
                let path = at(1 + number, &name(number));
                if version % 2 == 0 {
                    site.write(&path, text(number, version));
                } else {
                    site.write(&format!("{path}.tmp"), text(number, version));
                    site.rename(&format!("{path}.tmp"), &path);
                }
                thread::sleep(Duration::from_millis(2));
            }
        }
        is_over.store(true, Ordering::Relaxed);
        reader.join().unwrap()
    });
    assert!(seen > 2 * PATHS.len(), "the reader saw no change");
    server.wait_until("the last version is there", || {
        server.all("", "content_html").iter().all(|body| body == "<p>V50.</p>")
    });
    assert_eq!(server.titles("").len(), 20);
    server.finish(&[]);
}

#[test]
fn a_reader_is_told_what_it_has_until_it_changes() {
    let site = Site::new(CONFIG);
    for day in 1..=5 {
        site.post(day, &format!("p{day}"), "news", "Text.");
    }
    let paths = ["rss.xml", "atom.xml", "feed.json", "category/news/rss.xml"];
    let server = site.serve();
    let known = paths.map(|path| server.validators(path));
    let written = site.written();
    for (path, (tag, modified)) in paths.iter().zip(&known) {
        assert!(tag.len() > 30 && modified.ends_with(" GMT"), "{path}: {tag} {modified}");
        let by_tag = server.get(path, &[("If-None-Match", tag)]);
        assert_eq!((by_tag.status, by_tag.body.len()), (304, 0), "{path}");
        assert_eq!(by_tag.validators(), (tag.clone(), modified.clone()));
        assert_eq!(server.get(path, &[("If-Modified-Since", modified)]).status, 304, "{path}");
        assert_eq!(server.get(path, &[("If-None-Match", "\"other\"")]).status, 200, "{path}");
    }
    // The same bytes again, in place and by a rename: nothing to tell.
    for day in 1..=5 {
        let (name, path) = (format!("p{day}"), at(day, &format!("p{day}")));
        site.post(day, &name, "news", "Text.");
        site.write(&format!("{path}.tmp"), post(day, &name, "news", "Text."));
        site.rename(&format!("{path}.tmp"), &path);
    }
    server.settle();
    assert_eq!(site.written(), written, "{}", server.state());
    assert_eq!(paths.map(|path| server.validators(path)), known);
    let is_known = |address: &Address| {
        for (path, (tag, modified)) in paths.iter().zip(&known) {
            let path = format!("/{path}");
            assert_eq!(address.get(&path, &[("If-None-Match", tag)]).status, 304, "{path}");
            let by_date = address.get(&path, &[("If-Modified-Since", modified)]);
            assert_eq!(by_date.status, 304, "{path}: {modified}, now {:?}", by_date.validators());
        }
    };
    server.finish(&[]);

    // Neither a restart nor another build is a change.
    assert_eq!(site.run("build", &["--listen", "127.0.0.1:0"]).status.code(), Some(0));
    assert_eq!(site.written(), written);
    let server = site.serve();
    is_known(&server.address);
    assert_eq!(site.written(), written);

    site.post(3, "p3", "news", "Changed.");
    let tag = &known[0].0;
    server.wait_until("it is changed", || {
        server.get("rss.xml", &[("If-None-Match", tag)]).status == 200
    });
    server.finish(&[]);
}

#[test]
fn a_feed_has_one_time_of_change_before_and_after_a_restart() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let server = site.serve();
    // For more than a second: a pass may begin in one second and write in the next.
    for version in 0..60 {
        let text = format!("V{version}.");
        site.post(1, "a", "news", &text);
        server.wait_until(&text, || server.body("a").contains(&text));
        let modified = fs::metadata(site.out("rss.xml")).unwrap().modified().unwrap();
        let known = server.validators("rss.xml").1;
        assert_eq!(known, httpdate::fmt_http_date(modified));
    }
    let before = server.validators("rss.xml");
    server.finish(&[]);
    let server = site.serve();
    assert_eq!(server.validators("rss.xml"), before);
    server.finish(&[]);
}
