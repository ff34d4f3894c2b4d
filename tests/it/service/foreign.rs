//! Files in the output folder that feedmill has not written: none is replaced or removed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::harness::{CONFIG, Site, at, files, program};

/// A build into `out`: its exit code, and what it says.
fn build(site: &Site, flags: &[&str]) -> (Option<i32>, String) {
    let output = site.run("build", flags);
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// What a build into a fresh folder makes of the site.
fn clean(site: &Site) -> BTreeMap<PathBuf, Vec<u8>> {
    let _ = fs::remove_dir_all(site.beside("clean"));
    let mut command = program();
    command.arg("build").arg(site.folder()).arg("--output").arg(site.beside("clean"));
    assert!(command.output().unwrap().status.success());
    site.everything("clean")
}

fn site() -> Site {
    let site = Site::new(CONFIG);
    site.post(1, "a", "market", "Text.");
    site.post(2, "b", "sport", "Text.");
    site
}

/// Writes a file of another into the output folder.
fn put(site: &Site, path: &str, text: &str) {
    let file = site.out(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

#[test]
fn a_website_in_the_output_folder_keeps_every_file() {
    let site = site();
    let theirs = ["index.html", "style.css", "category/market/rss.xml", "about/index.html"];
    for path in theirs {
        put(&site, path, "<p>theirs</p>");
    }
    let before = site.everything("out");
    let (code, said) = build(&site, &[]);
    assert_eq!(code, Some(2), "{said}");
    let problem = "/out: not feedmill's: `category/market/rss.xml`; nothing was written\n  \
                   hint: choose another folder with --output, or let --force replace them\n";
    assert!(said.contains(problem), "{said}");
    assert!(site.everything("out") == before, "something was written");
    assert!(!site.out("category/sport").exists(), "an empty folder is left");
    // A first start is as careful.
    let output = site.run("serve", &["--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(site.everything("out") == before, "something was written");

    let (code, said) = build(&site, &["--force"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("note: ") && said.contains("/out/index.html: this page is"), "{said}");
    let after = site.everything("out");
    for path in ["index.html", "style.css", "about/index.html"] {
        assert_eq!(after[&PathBuf::from(path)], b"<p>theirs</p>", "{path}");
    }
    assert!(after[&PathBuf::from("category/market/rss.xml")].starts_with(b"<?xml"));
    // From now on these are ours.
    assert_eq!(build(&site, &[]).0, Some(0));
}

#[test]
fn a_page_at_the_root_stays_and_the_list_is_served_all_the_same() {
    let site = site();
    put(&site, "index.html", "<p>home</p>");
    let server = site.serve();
    server.wait_for_log("/out/index.html: this page is not feedmill's");
    let list = fs::read(site.out("feeds.html")).unwrap();
    for path in ["", "index.html", "feeds.html"] {
        assert!(server.get(path, &[]).body == list, "/{path}");
    }
    site.post(3, "c", "market", "Text.");
    server.wait_until("it is there", || server.titles("category/market/") == ["c", "a"]);
    assert_eq!(fs::read_to_string(site.out("index.html")).unwrap(), "<p>home</p>");
    assert_eq!(server.log().matches("this page is").count(), 1, "{}", server.log());
    // Where it goes, ours takes the place.
    fs::remove_file(site.out("index.html")).unwrap();
    site.post(4, "d", "market", "Text.");
    server.wait_until("it is there", || site.out("index.html").exists());
    // And where another comes, it stays, too.
    fs::write(site.out("index.html"), "<p>new home</p>").unwrap();
    site.post(5, "e", "market", "Text.");
    server.wait_until("it is there", || server.titles("category/market/").len() == 4);
    assert_eq!(fs::read_to_string(site.out("index.html")).unwrap(), "<p>new home</p>");
    assert!(server.get("", &[]).body == fs::read(site.out("feeds.html")).unwrap());
    server.finish(&[]);
}

#[test]
fn what_is_in_the_way_is_named_whatever_it_is() {
    let site = site();
    for number in 1..=9 {
        put(&site, &format!("category/market/{number}.txt"), "theirs");
    }
    for path in ["atom.xml", "rss.xml", "feeds.opml", "category/market/feed.json"] {
        put(&site, path, "theirs");
    }
    // A link, a folder, and a file where a folder must be.
    symlink("rss.xml", site.out("feed.json")).unwrap();
    fs::create_dir_all(site.out("category/sport/rss.xml")).unwrap();
    fs::write(site.out("_feedmill"), "theirs").unwrap();
    let before = site.everything("out");
    let (code, said) = build(&site, &[]);
    assert_eq!(code, Some(2), "{said}");
    let first = "not feedmill's: `_feedmill`, `atom.xml`, `category/market/feed.json`, \
                 `category/sport/rss.xml`, `feed.json` and 2 more; nothing was written";
    assert!(said.contains(first), "{said}");
    assert!(site.everything("out") == before, "something was written");
    // What cannot be replaced is named with --force, too.
    let (code, said) = build(&site, &["--force"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("`category/sport/rss.xml`"), "{said}");
    assert!(site.everything("out") == before, "something was written");
}

#[test]
fn a_document_that_somebody_edits_is_no_document_of_ours() {
    let site = site();
    let server = site.serve();
    let before = server.get("category/market/rss.xml", &[]).body;
    server.finish(&[]);
    let edited = [&before[..], b"<!-- edited -->\n"].concat();
    fs::write(site.out("category/market/rss.xml"), &edited).unwrap();
    site.post(3, "c", "market", "Text.");
    // There is an edition, so it goes on.
    let server = site.serve();
    server.wait_until("it is named", || server.is_ill(&["`category/market/rss.xml`"]));
    assert_eq!(server.titles("category/sport/"), ["b"]);
    assert_eq!(fs::read(site.out("category/market/rss.xml")).unwrap(), edited);
    server.wait_for_log("`category/market/rss.xml`; nothing was written");
    assert_eq!(server.log().matches("ERROR").count(), 1, "{}", server.log());
    fs::remove_file(site.out("category/market/rss.xml")).unwrap();
    server.wait_until("it goes on", || server.is_healthy());
    assert_eq!(server.titles("category/market/"), ["c", "a"]);
    // While it serves, too: the category goes, the file of another stays.
    fs::write(site.out("category/sport/atom.xml"), "theirs").unwrap();
    site.remove(&at(2, "b"));
    server.wait_until("it is gone", || server.status("category/sport/rss.xml") == 404);
    assert_eq!(fs::read_to_string(site.out("category/sport/atom.xml")).unwrap(), "theirs");
    server.wait_for_log("/out/category/sport/atom.xml` is not feedmill's");
    fs::remove_file(site.out("category/sport/atom.xml")).unwrap();
    server.finish(&["not feedmill's"]);
}

/// A machine that loses its power may leave such files, which hold nothing that is lost.
#[test]
fn what_holds_nothing_is_replaced() {
    let site = site();
    assert_eq!(build(&site, &[]).0, Some(0));
    let whole = site.everything("out");
    fs::write(site.out("rss.xml"), "").unwrap();
    fs::write(site.out("atom.xml"), vec![0; 4096]).unwrap();
    let cut = &whole[&PathBuf::from("feed.json")][..100];
    fs::write(site.out("feed.json"), cut).unwrap();
    let (code, said) = build(&site, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(site.everything("out") == whole);
    // A manifest that is lost or spoilt is none, and the files tell whose they are.
    for text in ["", "{\"documents\":[", "[]"] {
        fs::write(site.out("_feedmill/manifest.json"), text).unwrap();
        let (code, said) = build(&site, &[]);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("manifest.json` cannot be used"), "{said}");
        assert!(site.everything("out") == whole);
    }
    fs::remove_file(site.out("_feedmill/manifest.json")).unwrap();
    assert_eq!(build(&site, &[]).0, Some(0));
    assert!(site.everything("out") == whole);
}

/// What a version without a manifest has left is taken over, if every file says whose it is.
#[test]
fn an_export_without_a_manifest_is_adopted() {
    let site = site();
    assert_eq!(build(&site, &[]).0, Some(0));
    fs::remove_file(site.out("_feedmill/manifest.json")).unwrap();
    // Of a version before this one: its assets, and a category that is gone since.
    let templates = concat!(env!("CARGO_MANIFEST_DIR"), "/src/feed/templates/");
    let gone = "<rss><channel><title>x</title><generator>feedmill</generator></channel></rss>";
    put(&site, "category/gone/rss.xml", gone);
    let is_former = fs::read(format!("{templates}style.css")).unwrap();
    fs::write(site.out("style.css"), is_former).unwrap();
    site.post(3, "c", "market", "Text.");
    let (code, said) = build(&site, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(site.everything("out") == clean(&site));

    // One file that does not say so stops it.
    fs::remove_file(site.out("_feedmill/manifest.json")).unwrap();
    put(&site, "category/market/rss.xml", "<rss><title>All about feedmill</title></rss>");
    let (code, said) = build(&site, &[]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("`category/market/rss.xml`"), "{said}");
}

/// Jekyll empties its output folder with each build.
#[test]
fn an_output_that_others_empty_is_filled_again() {
    let site = site();
    let server = site.serve();
    server.wait_until("it is settled", || site.out("_feedmill/manifest.json").exists());
    let whole = site.everything("out");
    for entry in fs::read_dir(site.out("")).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
    }
    put(&site, "index.html", "<p>theirs</p>");
    let of_site = |path: &PathBuf| path != Path::new("index.html");
    server.wait_until("it is served again", || server.status("rss.xml") == 200);
    site.post(3, "c", "sport", "Text.");
    server.wait_until("it is there", || server.titles("category/sport/") == ["c", "b"]);
    server.finish(&[]);
    let mut now = site.everything("out");
    now.retain(|path, _| of_site(path));
    assert!(now.keys().eq(whole.keys().filter(|path| of_site(path))), "{:?}", now.keys());
    assert_eq!(build(&site, &[]).0, Some(0));
}

/// The manifest names what is there, and nothing that lies elsewhere is removed on its word.
#[test]
fn the_manifest_lists_all_documents_and_is_not_served() {
    let site = site();
    assert_eq!(build(&site, &[]).0, Some(0));
    let list: serde_json::Value =
        serde_json::from_slice(&fs::read(site.out("_feedmill/manifest.json")).unwrap()).unwrap();
    let mut listed = Vec::new();
    for row in list["documents"].as_array().unwrap() {
        let path = row["path"].as_str().unwrap();
        let bytes = fs::read(site.out(path)).unwrap();
        assert_eq!(row["length"], bytes.len(), "{path}");
        assert_eq!(row["hash"], feedmill::base::hash::Hash::of(&bytes).to_string(), "{path}");
        assert!(row["type"].as_str().unwrap().contains('/'), "{path}");
        listed.push(site.out(path));
    }
    listed.push(site.out("_feedmill/manifest.json"));
    listed.sort();
    assert_eq!(listed, files(&site.beside("out")));

    let beside = site.beside("precious");
    fs::write(&beside, "precious").unwrap();
    let hash = feedmill::base::hash::Hash::of(b"precious");
    for path in ["../precious", "/etc/hostname", "category/../../precious"] {
        let row = format!(
            "{{\"documents\":[{{\"path\":\"{path}\",\"hash\":\"{hash}\",\"length\":8,\"type\":\"x\"}}]}}"
        );
        fs::write(site.out("_feedmill/pending.json"), row).unwrap();
        assert_eq!(build(&site, &[]).0, Some(0));
    }
    assert!(beside.exists());
    let server = site.serve();
    for path in ["_feedmill/manifest.json", "_feedmill/pending.json", "_feedmill/", "_feedmill"] {
        assert_eq!(server.status(path), 404, "{path}");
    }
    server.finish(&[]);
}

/// A process that is killed leaves one of these; then a post changes, and another process starts.
#[test]
fn whatever_a_kill_leaves_is_ours() {
    let site = site();
    assert_eq!(build(&site, &[]).0, Some(0));
    let old = site.everything("out");
    site.post(3, "c", "market", "More.");
    site.remove(&at(2, "b"));
    let new = clean(&site);
    let manifest = PathBuf::from("_feedmill/manifest.json");
    let is_new = |path: &PathBuf| old.get(path) != new.get(path);
    let changed: Vec<&PathBuf> =
        new.keys().filter(|path| is_new(path) && **path != manifest).collect();
    assert!(changed.len() > 4, "{changed:?}");
    // The list of what is about to be renamed has the rows of the next manifest.
    let text = String::from_utf8(new[&manifest].clone()).unwrap();
    let is_row = |line: &&str| {
        changed.iter().any(|path| line.contains(&format!("\"path\":\"{}\"", path.display())))
    };
    let rows: Vec<&str> =
        text.lines().filter(is_row).map(|row| row.trim_end_matches(',')).collect();
    assert_eq!(rows.len(), changed.len());
    let pending = format!("{{\"documents\":[\n{}\n]}}\n", rows.join(",\n"));
    let gone: Vec<&PathBuf> = old.keys().filter(|path| !new.contains_key(*path)).collect();
    assert_eq!(gone.len(), 4);
    for step in 0..=6 {
        let _ = fs::remove_dir_all(site.beside("out"));
        let mut left = old.clone();
        let renamed = match step {
            0 => 0,
            1 => 1,
            2 => changed.len() / 2,
            _ => changed.len(),
        };
        left.insert("_feedmill/pending.json".into(), pending.clone().into());
        left.insert(".feedmill-tmp-rss.xml-7".into(), b"half".to_vec());
        for path in &changed[..renamed] {
            left.insert((*path).clone(), new[*path].clone());
        }
        let removed = match step {
            0..=3 => 0,
            4 => 2,
            _ => 4,
        };
        for path in &gone[..removed] {
            left.remove(*path);
        }
        if step == 6 {
            left.insert(manifest.clone(), new[&manifest].clone());
        }
        for (path, bytes) in left {
            put(&site, path.to_str().unwrap(), "");
            fs::write(site.out(path.to_str().unwrap()), bytes).unwrap();
        }
        site.post(4, "d", "market", &format!("Text {step}."));
        let (code, said) = build(&site, &[]);
        assert_eq!(code, Some(0), "step {step}: {said}");
        assert!(site.everything("out") == clean(&site), "step {step}");
        site.remove(&at(4, "d"));
    }
}
