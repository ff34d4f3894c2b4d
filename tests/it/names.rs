//! Files whose names are not UTF-8 have no address; they are told by their bytes.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::making::{Made, write};

/// The path of a file of the site, whose name need not be UTF-8.
fn path(made: &Made, name: &[u8]) -> PathBuf {
    made.folder().join("content").join(OsStr::from_bytes(name))
}

fn site() -> Made {
    let made = Made::of(&[("_config.yml", "title: S\nurl: https://s.example\n")]);
    made.write("_posts/2024-02-04-ok.md", "---\ntitle: Ok\n---\nText.\n");
    made
}

const HINT: &str = "  hint: give it a name in UTF-8; `convmv` renames many at once\n";

#[test]
fn a_name_that_is_not_utf8_is_told_with_its_bytes() {
    let made = site();
    let text = "---\ntitle: GBK name\n---\nText.\n";
    let name = b"_posts/2024-02-01-\xd6\xd0\xb9\xfa.md";
    write(&path(&made, name), text.as_bytes());
    // These would be no posts under any name.
    for other in [&b"_posts/\xd6.png"[..], b"_posts/.\xd6.md", b"_posts/\xd6.md~", b"other-\xd6.md"]
    {
        write(&path(&made, other), text.as_bytes());
    }
    fs::create_dir(path(&made, b"img-\xd6")).unwrap();
    let told = "error: content/_posts/2024-02-01-\\xd6\\xd0\\xb9\\xfa.md: the name is not UTF-8\n";
    let ran = made.run(&["check", "content"]);
    assert_eq!(ran.out, format!("{told}{HINT}1 file read: 1 rejected, 0 other findings\n"));
    assert_eq!(ran.code, Some(1));
    let ran = made.run(&["build", "--strict", "content"]);
    assert_eq!((ran.code, ran.err), (Some(1), format!("{told}{HINT}")));
    let listed = made.run(&["list", "content"]).out;
    let row = "rejected   _posts/2024-02-01-\\xd6\\xd0\\xb9\\xfa.md  (the name is not UTF-8)";
    assert!(listed.contains(row), "{listed}");
    // The name is a link's as well.
    fs::remove_file(path(&made, name)).unwrap();
    std::os::unix::fs::symlink("2024-02-04-ok.md", path(&made, name)).unwrap();
    assert_eq!(made.findings(), ["0 the name is not UTF-8"]);
}

#[test]
fn posts_below_a_folder_whose_name_is_not_utf8_are_told() {
    let made = site();
    let text = "---\ntitle: Below\n---\nText.\n";
    write(&path(&made, b"_posts/\xd6/2024-02-01-a.md"), text.as_bytes());
    assert_eq!(made.findings(), ["0 the name is not UTF-8, so no post is read below it"]);
}
