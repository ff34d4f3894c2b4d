//! What readers know a post by: which of its changes keep its id, and what is said of those that do not.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use feedmill::diagnostic::Error;
use feedmill::diagnostic::finding::Finding;
use feedmill::diagnostic::identity::KnownBy;
use feedmill::engine::engine::{Engine, Pass};
use serde_json::Value;

use crate::making::{Made, Tree};

/// 1 January 2040, in nanoseconds.
const START: i64 = 2_208_988_800_000_000_000;

/// A later pass.
const LATER: i64 = START + 60_000_000_000;

const CONFIG: &str = "title: Site\nurl: https://example.org\n";

fn site(config: &str, posts: &[&str]) -> (Made, Engine) {
    let made = Made::new();
    made.write("_config.yml", format!("{CONFIG}{config}"));
    for path in posts {
        made.write(path, text(path));
    }
    let mut engine = made.engine();
    engine.rebuild(START).unwrap();
    (made, engine)
}

/// A post that says where it was first. Its date is the first of the year that its path names last.
fn text(path: &str) -> String {
    let year = path.rsplit(|c: char| !c.is_ascii_digit()).find(|part| part.len() == 4);
    format!("---\ntitle: {path}\ndate: {}-01-01\n---\nText of {path}.\n", year.unwrap_or("2020"))
}

fn rename(made: &Made, from: &str, to: &str) {
    fs::create_dir_all(made.at(to).parent().unwrap()).unwrap();
    fs::rename(made.at(from), made.at(to)).unwrap();
}

/// The end of each entry's id, by its title.
fn keys(made: &Made) -> Vec<(String, String)> {
    let feed: Value = serde_json::from_slice(&made.feeds()["feed.json"]).unwrap();
    let text = |item: &Value, key: &str| item[key].as_str().unwrap().to_owned();
    let key = |id: String| id.strip_prefix("tag:example.org,2025:").unwrap().to_owned();
    let items = feed["items"].as_array().unwrap().iter();
    let mut keys: Vec<(String, String)> =
        items.map(|item| (text(item, "title"), key(text(item, "id")))).collect();
    keys.sort();
    keys
}

/// What is said about keys.
fn findings(engine: &Engine) -> Vec<String> {
    let of_keys = engine
        .findings()
        .filter(|finding| matches!(finding.error, Error::KnownBy(KnownBy::SameKey { .. })));
    of_keys.map(|finding| format!("{}: {}", finding.path, finding.error)).collect()
}

/// What a clean build of the site gives.
fn anew(made: &Made) -> Tree {
    fs::rename(made.folder().join("feeds"), made.folder().join("former")).unwrap();
    made.engine().rebuild(LATER).unwrap();
    let feeds = made.feeds();
    fs::remove_dir_all(made.folder().join("feeds")).unwrap();
    fs::rename(made.folder().join("former"), made.folder().join("feeds")).unwrap();
    feeds
}

#[test]
fn posts_that_are_sorted_into_years_and_months_change_nothing() {
    let paths = ["_posts/2024-01-02-a.md", "_posts/2024-02-03-b.md", "en/_posts/2024-03-04-c.md"];
    let (made, mut engine) =
        site("feedmill: {content: [blog]}\n", &[&paths[..], &["blog/d.md"]].concat());
    let before = made.feeds();
    rename(&made, paths[0], "_posts/2024/2024-01-02-a.md");
    rename(&made, paths[1], "_posts/2024/02/2024-02-03-b.md");
    rename(&made, paths[2], "en/_posts/2024/2024-03-04-c.md");
    rename(&made, "blog/d.md", "blog/2024/01/d.md");
    let pass = engine.rescan(LATER).unwrap();
    assert_eq!(pass.findings, []);
    assert_eq!(made.feeds(), before);
    assert_eq!(anew(&made), before);
}

#[test]
fn all_other_folders_tell_posts_apart() {
    let paths =
        ["_posts/en/2024/x.md", "_posts/zh/2024/x.md", "_posts/v2/x.md", "2024/_posts/x.md"];
    let (made, _) = site("", &paths);
    let ends = ["2024/x", "en/x", "v2/x", "zh/x"];
    assert_eq!(keys(&made).into_iter().map(|(_, key)| key).collect::<Vec<_>>(), ends);
    // Where the site is itself the folder of posts, every folder counts.
    let (made, _) = site("", &["2023/x.md", "2024/x.md", "2024/y/index.md", "index.md"]);
    let bare = keys(&made).into_iter().map(|(_, key)| key).collect::<Vec<_>>();
    assert_eq!(bare, ["2023/x", "2024/x", "2024/y", "index"]);
}

#[test]
fn of_two_posts_with_one_key_the_older_has_it() {
    let own = |path: &str, key: &str| (path.to_owned(), key.to_owned());
    let (made, mut engine) = site("", &["_posts/2024/x.md", "_posts/a.md"]);
    assert_eq!(keys(&made), [own("_posts/2024/x.md", "x"), own("_posts/a.md", "a")]);

    // One that comes and is older takes the key: that is how a clean build has it.
    made.write("_posts/2023/x.md", text("_posts/2023/x.md"));
    engine.rescan(LATER).unwrap();
    let both =
        [own("_posts/2023/x.md", "x"), own("_posts/2024/x.md", "2024/x"), own("_posts/a.md", "a")];
    assert_eq!(keys(&made), both);
    assert_eq!(anew(&made), made.feeds());
    engine.tick(LATER + 20_000_000_000).unwrap();
    let said =
        "_posts/2024/x.md: the older `_posts/2023/x.md` is `x`, too, so this post is `2024/x`";
    assert_eq!(findings(&engine), [said]);

    // Of one day the smaller path has it; a post in no folder of digits has all of its path.
    let third = text("_posts/2024/x.md").replace("title: _posts/2024", "title: _posts");
    made.write("_posts/x.md", third);
    engine.rescan(LATER + 30_000_000_000).unwrap();
    assert_eq!(keys(&made)[3], own("_posts/x.md", "_posts/x"));
    assert_eq!(anew(&made), made.feeds());

    fs::remove_file(made.at("_posts/2023/x.md")).unwrap();
    engine.rescan(LATER + 40_000_000_000).unwrap();
    assert_eq!(keys(&made)[0], own("_posts/2024/x.md", "x"));
    assert_eq!(anew(&made), made.feeds());
}

#[test]
fn a_post_of_one_date_in_two_roots_is_one_post() {
    let config = "feedmill: {content: [old]}\n";
    let (made, mut engine) = site(config, &["_posts/2023/x.md", "_posts/2024/x.md"]);
    let before = keys(&made);
    // Copied and sorted otherwise, then deleted where it was.
    fs::create_dir(made.at("old")).unwrap();
    fs::copy(made.at("_posts/2023/x.md"), made.at("old/x.md")).unwrap();
    engine.rescan(LATER).unwrap();
    assert_eq!(keys(&made), before);
    fs::remove_file(made.at("_posts/2023/x.md")).unwrap();
    engine.rescan(LATER + 30_000_000_000).unwrap();
    assert_eq!(keys(&made), before);
    assert_eq!(anew(&made), made.feeds());
}

#[test]
fn posts_are_named_with_their_folders_or_without() {
    let (made, mut engine) = site("", &["_posts/2023/x.md", "_posts/2024/x.md"]);
    let links =
        "{% post_url 2024/x %} {% post_url 2023/x %} {% link _posts/2024/x.md %} {% post_url x %}";
    made.write("_posts/2025-01-01-links.md", format!("---\ntitle: L\n---\n{links}\n"));
    engine.rescan(LATER).unwrap();
    let feed: Value = serde_json::from_slice(&made.feeds()["feed.json"]).unwrap();
    let shown = feed["items"][0]["content_html"].as_str().unwrap().trim().to_owned();
    let [old, new] = ["/2023/01/01/x.html", "/2024/01/01/x.html"];
    assert_eq!(shown, format!("<p>{new} {old} {new} {old}</p>"));

    // The one that is named is on another day now, and so is its address.
    let later = text("_posts/2024/x.md").replace("2024-01-01", "2024-05-05");
    made.write("_posts/2024/x.md", later);
    engine.rescan(LATER + 30_000_000_000).unwrap();
    assert_eq!(anew(&made), made.feeds());
    assert!(String::from_utf8_lossy(&made.feeds()["rss.xml"]).contains("/2024/05/05/x.html"));
}

#[test]
fn the_list_names_posts_by_their_own_keys() {
    let made = Made::of(&[
        ("_config.yml", CONFIG),
        ("_posts/2023/x.md", &text("2023")),
        ("_posts/2024/x.md", &text("2024")),
        ("_posts/2024/05/trip/index.md", &text("2022")),
    ]);
    let ran = made.run(&["list", "content", "--format", "json"]);
    let rows: Value = serde_json::from_str(&ran.out).unwrap();
    let row = |row: &Value| {
        let id = row["id"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
        assert_eq!(row["key"], id);
        (Path::new(row["path"].as_str().unwrap()).to_owned(), id)
    };
    let found: Vec<_> = rows.as_array().unwrap().iter().map(row).collect();
    let wanted = [
        ("_posts/2023/x.md", "x"),
        ("_posts/2024/05/trip/index.md", "trip"),
        ("_posts/2024/x.md", "2024/x"),
    ];
    assert_eq!(found, wanted.map(|(path, id)| (path.into(), id.to_owned())));
    let ran = made.run(&["check", "content"]);
    assert!(ran.out.contains("this post is `2024/x`"), "{}", ran.out);
}

#[test]
fn posts_that_are_moved_away_are_told_with_their_number() {
    let paths = ["_posts/2024/a.md", "_posts/2023/b.md", "_posts/c.md", "_posts/d.md"];
    let (made, mut engine) = site("", &paths);
    rename(&made, "_posts/2024/a.md", "news/_posts/2024/a.md");
    rename(&made, "_posts/2023/b.md", "_posts/renamed.md");
    // A copy of one that stays is none that was moved, nor is one that is sorted or written anew.
    fs::copy(made.at("_posts/c.md"), made.at("_posts/copy.md")).unwrap();
    rename(&made, "_posts/d.md", "_posts/2020/d.md");
    let pass = engine.rescan(LATER).unwrap();
    let told: Vec<String> = told(&pass.findings);
    let moved = "_posts/renamed.md: 2 posts have other ids than before, for their files were moved or renamed: this one was `_posts/2023/b.md`";
    let late = "_posts/copy.md: 1 posts came that are older than the newest one, this among them";
    assert_eq!(told, [moved, late]);

    // An id of its own goes with its post.
    let own = "---\ntitle: own\ndate: 2030-01-01\nid: https://example.org/own\n---\nText.\n";
    made.write("_posts/own.md", own);
    assert_eq!(told_by(&mut engine, 2), [""; 0]);
    rename(&made, "_posts/own.md", "_posts/other.md");
    assert_eq!(told_by(&mut engine, 3), [""; 0]);
    fs::remove_file(made.at("_posts/other.md")).unwrap();
    assert_eq!(told_by(&mut engine, 4), [""; 0]);
}

#[test]
fn posts_that_are_copied_first_and_deleted_then_are_told() {
    let (made, mut engine) = site("", &["_posts/a.md", "_posts/b.md"]);
    let written = fs::metadata(made.at("_posts/a.md")).unwrap();
    let now = written.ctime() * 1_000_000_000;
    fs::copy(made.at("_posts/a.md"), made.at("_posts/z.md")).unwrap();
    engine.rescan(now).unwrap();
    fs::remove_file(made.at("_posts/a.md")).unwrap();
    let pass = engine.rescan(now + 5_000_000_000).unwrap();
    assert!(told(&pass.findings)[0].starts_with("_posts/z.md: 1 posts have other ids"));
}

#[test]
fn a_first_posts_folder_changes_all_keys_and_says_so() {
    let (made, mut engine) = site("", &["2024/a.md", "b.md"]);
    rename(&made, "2024/a.md", "_posts/2024/a.md");
    let told = told_by(&mut engine, 2);
    assert!(told[0].starts_with("_posts/2024/a.md: 1 posts have other ids"), "{told:?}");
}

#[test]
fn links_and_titles_of_many_posts_that_change_at_once_are_told() {
    let paths: Vec<String> = (1..=9).map(|number| format!("_posts/p{number}.md")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let (made, mut engine) = site("feedmill: {feeds: [tag]}\n", &paths);
    let write = |paths: &[&str], from: &str, to: &str| {
        for path in paths {
            let text = text(path).replace(from, to);
            made.write(path, text.replace("---\n\n", "---\n"));
        }
    };
    let told = |pass: Pass| -> Vec<String> {
        let is_it = |error: &Error| matches!(error, Error::KnownBy(KnownBy::Changed { .. }));
        let findings = pass.findings.iter().filter(|finding| is_it(&finding.error));
        findings.map(|finding| format!("{}: {}", finding.path, finding.error)).collect()
    };
    // Titles of few, then links of all; and what stays as it is.
    write(&paths[..8], "title: ", "title: New ");
    assert_eq!(told(engine.rescan(LATER).unwrap()), [""; 0]);
    write(&paths, "date: 2020-01-01", "date: 2020-01-02\ntags: [a, b]");
    let all =
        "_posts/p1.md: 9 links and 8 titles of posts have changed at once, this one's among them";
    assert_eq!(told(engine.rescan(LATER + 60_000_000_000).unwrap()), [all]);
    write(&paths, "Text of", "Other text of");
    engine.rescan(LATER + 120_000_000_000).unwrap();
    write(&paths, "Text of", "Third text of");
    assert_eq!(told(engine.rescan(LATER + 180_000_000_000).unwrap()), [""; 0]);
}

/// What a pass says of moves.
fn told_by(engine: &mut Engine, minute: i64) -> Vec<String> {
    told(&engine.rescan(START + minute * 60_000_000_000).unwrap().findings)
}

fn told(findings: &[Finding]) -> Vec<String> {
    let is_of_moves = |error: &Error| {
        matches!(error, Error::KnownBy(KnownBy::Moved { .. } | KnownBy::Late { .. }))
    };
    let findings = findings.iter().filter(|finding| is_of_moves(&finding.error));
    findings.map(|finding| format!("{}: {}", finding.path, finding.error)).collect()
}
