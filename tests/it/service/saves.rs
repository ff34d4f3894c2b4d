//! One save is many events: whatever an editor or a copier does on its way, there is one entry.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use super::harness::{CONFIG, Server, Site, at, post};

/// Saves the post with another text in some way, and looks.
#[track_caller]
fn save(site: &Site, server: &Server, way: &str, how: impl FnOnce(&str)) {
    how(&post(1, "x", "news", way));
    server.wait_until(way, || server.body("x").contains(way));
    server.settle();
    assert_eq!(server.titles(""), ["x"], "{way}\n{}", server.state());
    assert_eq!(server.titles("category/news/"), ["x"], "{way}");
    assert!(server.body("x").contains(way), "{way}");
    assert!(site.path(&at(1, "x")).exists());
}

#[test]
fn a_save_gives_one_entry_whatever_the_editor() {
    let site = Site::new(CONFIG);
    site.post(1, "x", "news", "Before.");
    let server = site.serve();
    let path = at(1, "x");
    let beside = |name: &str| format!("_posts/{name}");
    let backup = format!("{path}~");

    save(&site, &server, "truncate and write", |text| site.write(&path, text));
    save(&site, &server, "a plain name and a rename", |text| {
        site.write(&format!("{path}.tmp"), text);
        site.rename(&format!("{path}.tmp"), &path);
    });
    save(&site, &server, "vim", |text| {
        site.write(&beside(".2022-01-01-x.md.swp"), "b0VIM 9.0");
        site.write(&beside("4913"), "");
        site.remove(&beside("4913"));
        site.rename(&path, &backup);
        site.write(&path, text);
        site.remove(&backup);
        site.remove(&beside(".2022-01-01-x.md.swp"));
    });
    save(&site, &server, "emacs", |text| {
        symlink("user@host.1:2", site.path(&beside(".#2022-01-01-x.md"))).unwrap();
        site.write(&beside("#2022-01-01-x.md#"), text);
        site.rename(&path, &backup);
        site.write(&path, text);
        site.remove(&beside("#2022-01-01-x.md#"));
        site.remove(&beside(".#2022-01-01-x.md"));
    });
    assert!(site.path(&backup).exists());
    // Between the two steps of such a save the post is not gone for readers.
    let written = site.written();
    let text = fs::read_to_string(site.path(&path)).unwrap();
    site.rename(&path, &backup);
    sleep(Duration::from_millis(50));
    site.write(&path, text);
    server.settle();
    assert_eq!(site.written(), written, "{}", server.state());
    save(&site, &server, "sed", |_| {
        let program = ["-i", "s/emacs/sed/", site.path(&path).to_str().unwrap()].map(str::to_owned);
        assert!(Command::new("sed").args(program).status().unwrap().success());
    });
    save(&site, &server, "rsync", |text| {
        site.write(&beside(".2022-01-01-x.md.k3VdZq"), text);
        site.rename(&beside(".2022-01-01-x.md.k3VdZq"), &path);
    });
    save(&site, &server, "a hard link to a new file", |text| {
        site.write(&format!("{path}.part"), text);
        site.remove(&path);
        fs::hard_link(site.path(&format!("{path}.part")), site.path(&path)).unwrap();
        site.remove(&format!("{path}.part"));
    });
    server.finish(&[]);
}

#[test]
fn half_done_work_is_no_post() {
    let site = Site::new(CONFIG);
    site.post(1, "x", "news", "Text.");
    let names =
        ["2022-01-02-y.md~", "#2022-01-02-y.md#", ".2022-01-02-y.md", "2022-01-02-y.md.tmp"];
    let text = post(2, "y", "news", "Text.");
    for name in names {
        site.write(&format!("_posts/{name}"), &text);
    }
    let server = site.serve();
    assert_eq!(server.titles(""), ["x"]);
    for name in names {
        site.write(&format!("_posts/{name}.part"), &text);
        site.write(&format!("_posts/{name}"), &text);
    }
    server.settle();
    assert_eq!(server.titles(""), ["x"]);
    server.finish(&[]);
}

/// What keeps the size and the modification time of a file, and changes its text: `cp -p` and
/// `rsync --inplace -t` write into it, `tar -x` puts another in its place, which may get the number of
/// the old one.
#[test]
fn an_edit_that_keeps_size_and_time_is_seen() {
    let site = Site::new(CONFIG);
    let [old, new] = ["old", "new"].map(|title| format!("---\ntitle: {title}\n---\nText.\n"));
    let since = SystemTime::UNIX_EPOCH + Duration::from_hours(438_288);
    let paths = [1, 2, 3, 4].map(|day| site.path(&at(day, "p")));
    let write = |path: &Path, text: &str| {
        let mut file = File::options().write(true).create(true).truncate(false).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.set_modified(since).unwrap();
    };
    for path in &paths {
        write(path, &old);
    }
    let server = site.serve();
    assert_eq!(server.titles(""), ["old"; 4]);
    write(&paths[0], &new);
    fs::remove_file(&paths[1]).unwrap();
    write(&paths[1], &new);
    let beside = site.beside("n.md");
    write(&beside, &new);
    fs::rename(&beside, &paths[2]).unwrap();
    server.wait_until("all are seen", || server.titles("") == ["old", "new", "new", "new"]);
    server.finish(&[]);
    // And so it is by a start, which knows the file from its snapshot.
    write(&paths[3], &new);
    let server = site.serve();
    server.wait_until("it is seen", || server.titles("") == ["new"; 4]);
    // The configuration is a file, too.
    let config = site.path("_config.yml");
    write(&config, CONFIG);
    server.settle();
    write(&config, &CONFIG.replace("Site", "Etis"));
    server.wait_until("it is taken", || server.get("rss.xml", &[]).text().contains("Etis"));
    server.finish(&[]);
}
