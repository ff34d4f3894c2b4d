//! Posts that the program may not read, should not read, or cannot read as they are, and names of
//! categories that are no names of folders.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::tools::{Process, not_run, with_rights_of_its_own};

use crate::service::harness::{CONFIG, Server, Site, at, files, post};

#[test]
fn a_file_that_may_not_be_read_is_named() {
    let site = Site::new(CONFIG);
    let command = site.command("serve", &["--listen", "127.0.0.1:0"]);
    let Some(command) = with_rights_of_its_own(&command) else {
        not_run("root reads everything, and nothing here takes that right away");
        return;
    };
    site.post(1, "first", "news", "Text.");
    site.post(2, "closed", "news", "Text.");
    let path = site.path(&at(2, "closed"));
    let allow = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    allow(0o000);
    let server = Server::start(&site, command);
    assert_eq!(server.titles(""), ["first"]);
    server.wait_for_log("closed.md: cannot read it: Permission denied");
    allow(0o644);
    server.wait_until("it is there", || server.titles("") == ["closed", "first"]);
    server.finish(&["closed.md"]);
}

#[test]
fn a_gigantic_post_is_refused_unread() {
    let site = Site::new(CONFIG);
    site.post(1, "first", "news", "Text.");
    let mut server = site.serve();
    let process = Process::of(&mut server);
    process.forget_memory();
    let memory = process.most_memory();
    let file = fs::File::create(site.path(&at(2, "sparse"))).unwrap();
    file.set_len(1 << 30).unwrap();
    drop(file);
    server.wait_for_log("sparse.md: the file has 1073741824 bytes, a post at most 8388608");
    let more = process.most_memory() - memory;
    assert!(more < 50, "{more} MiB more");
    assert_eq!(server.titles(""), ["first"]);
    server.finish(&["sparse.md"]);
}

#[test]
fn a_post_in_another_encoding_is_refused_by_name() {
    let site = Site::new(CONFIG);
    let text = post(2, "odd", "news", "Text.");
    let wide: Vec<u16> = std::iter::once(0xfeff).chain(text.encode_utf16()).collect();
    let bytes = |order: fn(u16) -> [u8; 2]| wide.iter().copied().flat_map(order).collect();
    let bad: [(&str, Vec<u8>, &str); 4] = [
        ("utf16le", bytes(u16::to_le_bytes), "not UTF-8"),
        ("utf16be", bytes(u16::to_be_bytes), "not UTF-8"),
        ("cut", [text.as_bytes(), &"财".as_bytes()[..2]].concat(), "not UTF-8"),
        ("nul", text.replace("title: odd", "title: o\0d").into_bytes(), "md:2: the file is binary"),
    ];
    for (name, bytes, _) in &bad {
        site.write(&at(2, name), bytes);
    }
    site.write(&at(3, "bom"), format!("\u{feff}{}", post(3, "bom", "news", "Text.")));
    site.write(&at(4, "crlf"), post(4, "crlf", "news", "Text.").replace('\n', "\r\n"));
    let server = site.serve();
    for (name, _, words) in &bad {
        server.wait_until(words, || {
            let log = server.log();
            log.lines().any(|line| line.contains(&format!("{name}.md")) && line.contains(words))
        });
    }
    assert_eq!(server.titles(""), ["crlf", "bom"], "{}", server.state());
    server.finish(&bad.map(|(name, ..)| name));
}

/// Names that lead elsewhere, are none, or are another one for some.
fn hostile() -> Vec<String> {
    let mut names: Vec<String> = [
        "../../x",
        "/etc/x",
        ".",
        "..",
        " ",
        "CON",
        "nul.txt",
        "Techweb",
        "TechWeb",
        "caf\u{e9}",
        "cafe\u{301}",
        "<script>",
        "\u{202e}gnp",
        "a&b",
        "50%",
        "%2e%2e",
        "a\\b",
        "index.html",
        "x\u{7f}y",
        "~",
        "-rf",
        "a?b#c",
        "\u{feff}z",
        "",
        "a\0b",
        "a/b",
        "...",
        "x\ny",
    ]
    .map(str::to_owned)
    .to_vec();
    names.push("财".repeat(300));
    names
}

fn folders(site: &Site) -> BTreeSet<String> {
    let folders = fs::read_dir(site.out("category")).unwrap();
    folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn categories_get_the_same_folders_in_any_order_and_none_outside() {
    let names = hostile();
    let mut found = Vec::new();
    for is_backwards in [false, true] {
        let site = Site::new(CONFIG);
        site.post(1, "first", "news", "Text.");
        let server = site.serve();
        let mut order: Vec<(usize, &String)> = names.iter().enumerate().collect();
        if is_backwards {
            order.reverse();
        }
        for (number, name) in order {
            // As an escape, a character is in the name that may not be in the file.
            let quoted = name.replace('\\', "\\\\").replace('\0', "\\0").replace('\n', "\\n");
            let text = format!("---\ntitle: p{number}\ncategory: \"{quoted}\"\n---\nText.\n");
            site.write(&format!("_posts/2022-01-02-p{number}.md"), text);
            server.settle();
        }
        let out = site.out("").canonicalize().unwrap();
        for file in files(&out) {
            assert!(file.canonicalize().unwrap().starts_with(&out), "{}", file.display());
        }
        let beside = fs::read_dir(site.beside("")).unwrap();
        let beside: BTreeSet<_> = beside.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(beside, ["out", "site", "state"].map(Into::into).into());
        found.push(folders(&site));
        server.finish(&["p4.md"]);
    }
    assert_eq!(found[0], found[1]);
    assert!(found[0].contains("Techweb") && found[0].contains("TechWeb"), "{:?}", found[0]);
}
