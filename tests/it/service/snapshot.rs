//! A restart: what was known is known again, and what cannot be trusted is made anew.

use std::fs;
use std::path::PathBuf;

use super::harness::{CONFIG, Site, at, program};
use feedmill::base::hash::Hash;
use feedmill::content::post_path::Layout;
use feedmill::content::settings::Sources;
use feedmill::engine::snapshot::{self, Head};

const TAKEN: &str = "took over the snapshot";

fn fill(site: &Site) {
    for day in 1..=12 {
        site.post(day, "p", if day % 2 == 0 { "even" } else { "odd" }, &format!("Text {day}."));
        // What was written just before a snapshot is read again anyway.
        let file = fs::File::options().write(true).open(site.path(&at(day, "p"))).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000))
            .unwrap();
    }
}

/// Serves the site once, so that there is a snapshot; its file.
fn served_once(site: &Site) -> PathBuf {
    fill(site);
    site.serve().finish(&[]);
    let mut files = fs::read_dir(site.beside("state")).unwrap();
    files.next().unwrap().unwrap().path()
}

/// What is exported is what a build into an empty folder gives.
fn assert_right(site: &Site) {
    let fresh = site.beside("fresh");
    let _ = fs::remove_dir_all(&fresh);
    let mut build = program();
    build.arg("build").arg(site.folder()).arg("--output").arg(&fresh);
    let output = build.output().unwrap();
    assert!(output.status.success());
    for path in ["atom.xml", "feed.json", "index.html", "feeds.opml", "category/even/rss.xml"] {
        let (ours, theirs) =
            (fs::read(site.out(path)).unwrap(), fs::read(fresh.join(path)).unwrap());
        assert_eq!(String::from_utf8_lossy(&ours), String::from_utf8_lossy(&theirs), "{path}");
    }
}

#[test]
fn a_restart_without_a_change_writes_nothing() {
    let site = Site::new(CONFIG);
    served_once(&site);
    let written = site.written();
    let server = site.serve();
    server.wait_for_log(TAKEN);
    server.settle();
    assert_eq!(site.written(), written);
    server.finish(&[]);
    assert_right(&site);
}

#[test]
fn what_changed_while_it_was_down_is_found() {
    let site = Site::new(CONFIG);
    served_once(&site);
    site.post(3, "p", "even", "Moved to the even ones.");
    site.remove(&at(4, "p"));
    site.post(20, "new", "odd", "New.");
    let server = site.serve();
    server.wait_for_log(TAKEN);
    server.wait_until("the new one is there", || {
        server.titles("category/odd/").contains(&"new".to_owned())
    });
    server.settle();
    server.finish(&[]);
    assert_right(&site);
}

#[test]
fn an_odd_post_that_was_deleted_while_it_was_down_is_gone() {
    let site = Site::new(CONFIG);
    fill(&site);
    let odd = "---\ntitle: \"an \"odd\" one\"\ndate: 2022-01-20\ncategories: even\n---\nText.\n";
    site.write(&at(20, "odd"), odd);
    let server = site.serve();
    assert_eq!(server.titles("category/even/").len(), 7);
    server.finish(&[]);
    site.remove(&at(20, "odd"));
    let server = site.serve();
    server.wait_for_log(TAKEN);
    server.wait_until("it is gone", || server.titles("category/even/").len() == 6);
    server.finish(&[]);
    assert_right(&site);
}

#[test]
fn what_became_due_while_it_was_down_is_taken_in() {
    let site = Site::new(CONFIG);
    fill(&site);
    let due = site.serve();
    let soon =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() + 2;
    let text = format!("---\ntitle: late\ndate: {soon}\ncategories: even\n---\nLate.\n");
    site.write("_posts/2022-01-30-late.md", text);
    let text = format!("---\ntitle: offer\nexpires: {soon}\ncategories: even\n---\nOver.\n");
    site.write("_posts/2022-01-29-offer.md", text);
    let text = format!("---\ntitle: mended\nlast_modified_at: {soon}\n---\nMended.\n");
    site.write("_posts/2022-01-28-mended.md", text);
    due.settle();
    due.finish(&[]);
    std::thread::sleep(std::time::Duration::from_secs(3));
    let server = site.serve();
    server
        .wait_until("it is there", || server.titles("category/even/").contains(&"late".to_owned()));
    assert!(!server.titles("").contains(&"offer".to_owned()));
    server.finish(&[]);
    assert_right(&site);
}

#[test]
fn a_snapshot_that_is_of_no_use_is_said_to_be_so() {
    let site = Site::new(CONFIG);
    let file = served_once(&site);
    let whole = fs::read(&file).unwrap();
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    let mut other = whole.clone();
    other[18] = b'0';
    let cut = &whole[..whole.len() / 2];
    let cases: [(&[u8], &str); 4] = [
        (&damaged, "damaged"),
        (&other, "another version"),
        (cut, "damaged"),
        (b"", "another version"),
    ];
    for (bytes, why) in cases {
        fs::write(&file, bytes).unwrap();
        let server = site.serve();
        server.wait_for_log(why);
        assert!(!server.log().contains(TAKEN));
        server.finish(&[]);
        assert_right(&site);
    }
    let server = site.serve();
    server.wait_for_log(TAKEN);
    server.finish(&[]);
}

#[test]
fn other_settings_and_another_export_make_all_anew() {
    let site = Site::new(CONFIG);
    served_once(&site);
    site.write("_config.yml", format!("{CONFIG}feedmill:\n  limit: 3\n"));
    let server = site.serve();
    server.wait_for_log("publishing with the new configuration");
    assert_eq!(server.titles("").len(), 3);
    server.finish(&[]);
    fs::write(site.out("category/even/rss.xml"), "<?xml").unwrap();
    fs::remove_file(site.out("category/odd/atom.xml")).unwrap();
    let server = site.serve();
    server.wait_for_log("that is behind");
    server.finish(&[]);
    assert_right(&site);
}

#[test]
fn a_snapshot_that_is_behind_is_caught_up_with() {
    let site = Site::new(CONFIG);
    fill(&site);
    let mut server = site.serve();
    server.wait_until("there is a snapshot", || {
        let files = fs::read_dir(site.beside("state")).into_iter().flatten();
        files.count() == 1
    });
    site.post(3, "p", "new", "Moved to a category that nobody knew.");
    site.remove(&at(4, "p"));
    server.wait_until("it shows", || server.status("category/new/rss.xml") == 200);
    server.wait_until("one is gone", || server.titles("category/even/").len() == 5);
    server.child().kill().unwrap();
    server.child().wait().unwrap();
    // What the killed one had made and nobody needs any more.
    site.post(3, "p", "odd", "And back.");
    let written = site.written();
    let server = site.serve();
    server.wait_for_log("that is behind");
    assert_eq!(server.status("category/new/rss.xml"), 404);
    assert!(!site.out("category/new/rss.xml").exists());
    server.settle();
    let path = site.out("category/even/rss.xml");
    assert_eq!(site.written()[&path], written[&path], "it was right, and is written again");
    server.finish(&[]);
    assert_right(&site);
}

#[test]
fn a_snapshot_of_a_later_time_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state");
    let key = Hash::of(b"settings");
    let head = Head {
        taken: 2_000,
        layout: Layout::default(),
        documents: Vec::new(),
        listings: Vec::new(),
    };
    let sealed = snapshot::seal(key, &Sources::default(), &head, std::iter::empty()).unwrap();
    snapshot::write(&file, &sealed, head.taken).unwrap();
    assert!(snapshot::load(&file, key, 2_000).unwrap().is_some());
    let reason = snapshot::load(&file, key, 1_999).unwrap_err();
    assert!(reason.contains("the clock went back"), "{reason}");
}
