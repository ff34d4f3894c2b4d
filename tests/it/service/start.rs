//! How the service starts, where it listens, and how it ends.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixListener;
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use super::harness::{Address, CONFIG, Server, Site, at, files, program};

#[track_caller]
fn assert_refused(output: &Output, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for word in words {
        assert!(said.contains(word), "no {word} in:\n{said}");
    }
}

#[test]
fn every_signal_to_stop_ends_it_well() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    for name in ["TERM", "INT"] {
        // At once, as a supervisor may do it.
        for _ in 0..5 {
            let mut server = site.serve();
            server.signal(name);
            assert_eq!(server.wait(Duration::from_secs(5)).code(), Some(0), "SIG{name}");
        }
    }
    let server = site.serve();
    server.signal("HUP");
    server.finish(&[]);
}

#[test]
fn an_answer_that_has_begun_is_finished() {
    let site = Site::new(&format!("{CONFIG}feedmill:\n  limit: 40\n  max_size: 100000\n"));
    // More than the buffers of a connection hold.
    let line = "Eight words stand in each of these lines.\n";
    for number in 0..32 {
        let name = format!("p{number}");
        let head = format!("---\ntitle: {name}\ndate: 2022-01-01\n---\n");
        site.write(&format!("_posts/{name}.html"), head + "<p>" + &line.repeat(11_000) + "</p>\n");
    }
    let mut server = site.serve();
    let Address::Tcp(address) = server.address.clone() else { unreachable!() };
    let mut idle = TcpStream::connect(&address).unwrap();
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.write_all(b"GET /rss.xml HTTP/1.1\r\nHost: x.example\r\n\r\n").unwrap();
    let mut start = [0; 1024];
    stream.read_exact(&mut start).unwrap();
    server.signal("TERM");
    sleep(Duration::from_millis(200));
    assert!(server.child().try_wait().unwrap().is_none(), "it waits for the answer");
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    let head = String::from_utf8_lossy(&start).into_owned();
    let length: usize = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok())
        .unwrap();
    let body = head.find("\r\n\r\n").unwrap() + 4;
    assert!(length > 12_000_000, "{length}");
    assert_eq!(start.len() - body + rest.len(), length);
    // A silent connection holds nobody up.
    assert_eq!(idle.read(&mut [0; 16]).unwrap_or(0), 0);
    assert_eq!(server.wait(Duration::from_secs(5)).code(), Some(0));
}

#[test]
fn what_cannot_start_says_why_and_what_to_do() {
    let site = Site::new(CONFIG);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let serve = |flags: &[&str]| site.run("serve", flags);
    assert_refused(&serve(&["--listen", &address]), &[&address, "in use", "hint: ", "--listen"]);
    let no_address = serve(&["--listen", "nowhere"]);
    assert_refused(&no_address, &["nowhere", "hint: ", "127.0.0.1:8080"]);
    for word in ["10.0.0.0/33", "proxy.example", "10.0.0.1:80", "unix:/run/x.sock"] {
        let proxies = format!("127.0.0.1,{word}");
        let refused = serve(&["--listen", "127.0.0.1:0", "--trusted-proxy", &proxies]);
        assert_refused(&refused, &["--trusted-proxy", &format!("`{word}`"), "hint: "]);
    }
    let _socket = UnixListener::bind(site.beside("socket")).unwrap();
    let address = format!("unix:{}", site.beside("socket").display());
    assert_refused(&serve(&["--listen", &address]), &["in use", "hint: "]);

    let missing = site.beside("missing");
    let mut command = program();
    command.arg("serve").arg(&missing).args(["--listen", "127.0.0.1:0", "--output"]);
    let output = command.arg(site.beside("out")).output().unwrap();
    assert_refused(&output, &[missing.to_str().unwrap(), "no such folder", "hint: "]);
    assert!(!missing.exists() && !site.out("").exists(), "nothing is made");

    let free = ["--listen", "127.0.0.1:0"];
    site.write("_config.yml", format!("{CONFIG}feedmill:\n  limit: 3\n  contnet: [x]\n"));
    let words = ["_config.yml:5:", "contnet", "did you mean `content`?"];
    assert_refused(&serve(&free), &words);
    site.write("_config.yml", format!("{CONFIG}timezone: Asia/Shanghia\n"));
    assert_refused(&serve(&free), &["_config.yml:3:", "Shanghia", "hint: "]);
    site.write("_config.yml", "title: x\n  bad: y\n");
    assert_refused(&serve(&free), &["_config.yml:2:", "not YAML"]);
    site.write("_config.yml", CONFIG);
    let base = serve(&["--listen", "127.0.0.1:0", "--base-url", "feeds.example"]);
    assert_refused(&base, &["--base-url", "feeds.example"]);
}

#[test]
fn a_site_that_is_named_from_where_one_stands_is_watched_too() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let mut command = program();
    command.current_dir(site.beside("")).args(["serve", "site", "--output", "out"]);
    command.args(["--state", "state", "--listen", "127.0.0.1:0"]);
    let server = Server::start(&site, command);
    site.post(2, "b", "news", "Text.");
    server.wait_until("it is seen", || server.titles("") == ["b", "a"]);
    site.remove(&at(2, "b"));
    server.wait_until("it is gone", || server.titles("") == ["a"]);
    site.write("_config.yml", CONFIG.replace("Site", "Other"));
    server.wait_until("it is taken", || server.get("rss.xml", &[]).text().contains("Other"));
    server.finish(&[]);
}

#[test]
fn it_listens_on_a_socket_in_the_file_system() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let address = format!("unix:{}", site.beside("feedmill.sock").display());
    let flags = ["--listen", address.as_str()];
    let server = site.serve_with(&flags);
    assert!(matches!(server.address, Address::Unix(_)));
    assert_eq!(server.titles(""), ["a"]);
    // A second one on the same address is refused, and the first one lives.
    assert_refused(&site.run("serve", &flags), &["in use"]);
    assert_eq!(server.titles(""), ["a"]);
    // A socket that a killed one left behind is in nobody's way.
    drop(server);
    assert!(site.beside("feedmill.sock").exists());
    let server = site.serve_with(&flags);
    assert_eq!(server.titles(""), ["a"]);
    server.finish(&[]);
    // What is no socket is not ours to remove.
    let file = site.path(&at(1, "a"));
    let address = format!("unix:{}", file.display());
    assert_refused(&site.run("serve", &["--listen", &address]), &["in use"]);
    assert!(file.exists());
}

#[test]
fn a_base_path_is_answered_with_and_without_it() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let flags = ["--listen", "127.0.0.1:0", "--base-url", "http://x.example/feeds"];
    let mut server = site.serve_with(&flags);
    for path in ["rss.xml", "category/news/feed.json", "healthz"] {
        let plain = server.get(path, &[]);
        let below = server.get(&format!("feeds/{path}"), &[]);
        assert_eq!((plain.status, below.status), (200, 200), "{path}");
        assert_eq!(plain.body, below.body, "{path}");
    }
    for path in ["feeds/feeds/rss.xml", "feedsrss.xml", "other/rss.xml", "feeds/none"] {
        assert_eq!(server.status(path), 404, "{path}");
    }
    let text = server.get("rss.xml", &[]).text();
    assert!(text.contains("http://x.example/feeds/rss.xml"), "{text}");
    assert!(!text.contains("127.0.0.1"), "{text}");
    "feeds/".clone_into(&mut server.base);
    server.finish(&[]);
}

#[test]
fn a_folder_of_posts_alone_is_a_site() {
    let site = Site::new(CONFIG);
    site.remove("_config.yml");
    fs::remove_dir(site.path("_posts")).unwrap();
    site.write("2022-01-01-a.md", "Text without front matter.\n");
    let server = site.serve();
    assert_eq!(server.titles("").len(), 1);
    site.write("2022-01-02-b.md", "---\ntitle: b\n---\nText.\n");
    server.wait_until("a new one is there", || server.titles("").len() == 2);
    // It becomes a site with a folder of posts.
    fs::create_dir(site.path("_posts")).unwrap();
    site.write("_posts/2022-01-03-c.md", "---\ntitle: c\n---\nText.\n");
    server.wait_until("it is there", || server.titles("").contains(&"c".to_owned()));
    server.finish(&[]);
}

#[test]
fn a_signal_to_stop_does_not_wait_for_the_first_build() {
    let site = Site::new(CONFIG);
    // The same bytes again and again: much to read, and little to store.
    let text = format!("---\ntitle: p\ndate: 2022-01-01\n---\n{}", "Words. ".repeat(500_000));
    site.write("_posts/p0.md", text);
    for number in 1..1000 {
        let link = site.path(&format!("_posts/p{number}.md"));
        fs::hard_link(site.path("_posts/p0.md"), link).unwrap();
    }
    let mut command = site.command("serve", &["--listen", "127.0.0.1:0"]);
    let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("posts read")), "it says how far it has come");
    let start = Instant::now();
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let status = child.wait().unwrap();
    let took = start.elapsed();
    assert_eq!(status.code(), Some(0), "{status}");
    assert!(took < Duration::from_secs(2), "it took {took:?}");
    let said: Vec<String> = lines.filter(|line| line.contains("stopped")).collect();
    assert!(matches!(said.as_slice(), [line] if line.contains("SIGTERM")), "{said:?}");
}

/// A process that ends in the middle of a very large post leaves a note, and the next one sets that post
/// aside. The kill is a note that is left here, because no post is known that kills.
#[test]
fn a_post_that_the_last_process_did_not_survive_is_set_aside() {
    let site = Site::new(CONFIG);
    site.post(1, "a", "news", "Text.");
    let long = format!("{}\n\n", "A sentence that is repeated. ".repeat(20)).repeat(600);
    site.post(2, "b", "news", &long);
    site.serve().finish(&[]);
    let notes = files(&site.beside("state")).remove(0).with_extension("posts");
    assert!(!notes.exists(), "a note is left");
    let leave = || {
        let found = fs::metadata(site.path(&at(2, "b"))).unwrap();
        let [modified, changed] =
            [(found.mtime(), found.mtime_nsec()), (found.ctime(), found.ctime_nsec())]
                .map(|(seconds, part)| seconds * 1_000_000_000 + part);
        let stamp = serde_json::json!({
            "size": found.len(), "modified": modified, "changed": changed, "inode": found.ino(),
        });
        let note = serde_json::json!([{"path": at(2, "b"), "stamp": stamp, "is_in_work": true}]);
        fs::write(&notes, note.to_string()).unwrap();
    };
    leave();
    // It leaves its feeds, and is named; so it is after another start.
    for _ in 0..2 {
        let server = site.serve();
        server.wait_until("it is set aside", || server.titles("") == ["a"]);
        server.wait_for_log("02-b.md: feedmill did not survive this post");
        server.finish(&["did not survive"]);
    }
    assert!(notes.exists());
    // `build` knows no such notes: the same folder gives the same feeds.
    assert_eq!(site.run("build", &[]).status.code(), Some(0));
    assert!(fs::read_to_string(site.out("rss.xml")).unwrap().contains("<title>b</title>"));
    // Until its file changes.
    site.post(2, "b", "news", &format!("{long}Mended."));
    let server = site.serve();
    server.wait_until("it is back", || server.titles("") == ["b", "a"]);
    server.finish(&[]);
    assert!(!notes.exists(), "a note is left");
    // A start that reads everything is as careful.
    leave();
    fs::remove_file(notes.with_extension("snapshot")).unwrap();
    let server = site.serve();
    assert_eq!(server.titles(""), ["a"]);
    fs::File::options()
        .write(true)
        .open(site.path(&at(2, "b")))
        .unwrap()
        .set_modified(SystemTime::now())
        .unwrap();
    server.wait_until("it is tried again", || server.titles("") == ["b", "a"]);
    server.finish(&["did not survive"]);
}
