//! SIGKILL at any moment: no document is ever cut, and the next start makes everything right.

use super::harness::{CONFIG, Site, at, check_document, files, post, program};
use std::thread::sleep;
use std::time::Duration;

const POSTS: u32 = 500;

fn touch_all(site: &Site, version: u32) {
    for number in 0..POSTS {
        let (day, name) = (1 + number % 28, format!("p{number}"));
        let category = format!("c{}", (number + version) % 40);
        site.write(&at(day, &name), post(day, &name, &category, &format!("V{version}.")));
    }
}

#[test]
fn a_kill_in_the_middle_of_a_rebuild_leaves_whole_documents() {
    let site = Site::new(CONFIG);
    touch_all(&site, 0);
    let mut halves = 0;
    for round in 1..=5_u32 {
        let mut server = site.serve();
        touch_all(&site, round);
        sleep(Duration::from_millis(u64::from(20 * round)));
        server.child().kill().unwrap();
        server.child().wait().unwrap();
        for file in files(&site.beside("out")) {
            if file.to_str().unwrap().contains("/.feedmill-tmp-") {
                halves += 1;
            } else {
                check_document(&file);
            }
        }
    }
    // Whether a kill met a write is chance; one that certainly did is made here.
    std::fs::write(site.out("category/c1/.feedmill-tmp-1-0"), "<rss").unwrap();

    let server = site.serve();
    let clean = site.beside("clean");
    let mut command = program();
    command.arg("build").arg(site.folder()).arg("--output").arg(&clean);
    assert_eq!(command.output().unwrap().status.code(), Some(0));
    // What the last process had published is served until the site was looked at.
    let is_right = || site.bytes("out") == site.bytes("clean");
    server.wait_until(&format!("all is right after {halves} half-written files"), is_right);
    server.finish(&[]);
}
