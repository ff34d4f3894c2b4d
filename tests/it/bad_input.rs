//! Bad posts: each is reported with its place and what to do, and none harms its neighbours, the
//! well-formedness of a feed, or the time that a build takes.

use std::fmt::Write;
use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::making::Made;
use crate::validity::rules::assert_valid;

/// A debug build on a busy machine stays far below; what is quadratic would not.
const LONGEST: Duration = Duration::from_secs(10);

const QUOTING: &str =
    "put a value that holds `: `, `#` or quotes in single quotes and double those within";
const STAMP: &str = "add a line `date: 2022-01-04 07:38:28 +0800`";
const ONE_BY_ONE: &str = "the front matter is not YAML, its lines were read one by one";

/// A site with two good posts.
fn neighbours() -> Made {
    let config = "title: Bad input\nurl: https://bad.example\n";
    let good = |day: &str| format!("---\ntitle: Good {day}\ncategories: good\n---\nGood.\n");
    let made = Made::of(&[("_config.yml", config)]);
    made.write("_posts/2022-01-01-good.md", good("first"));
    made.write("_posts/2022-01-03-good.md", good("last"));
    made
}

/// Writes a post that was finished long ago.
fn settled(made: &Made, name: &str, bytes: &[u8]) {
    made.write(name, bytes);
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
    let file = File::options().write(true).open(made.at(name)).unwrap();
    file.set_modified(old).unwrap();
}

/// Checks and builds the site; the bad post is titled `title` in the feeds, or is not there.
#[track_caller]
fn assert_harmless(made: &Made, findings: &str, title: Option<&str>) {
    let start = Instant::now();
    let checked = made.run(&["check"]);
    let is_rejected = title.is_none();
    let (found, summary) = checked.out.trim_end().rsplit_once('\n').unwrap_or(("", &checked.out));
    assert_eq!(found, findings.trim_end(), "{summary}");
    assert_eq!(checked.code, Some(i32::from(is_rejected)), "{}", checked.out);
    let built = made.run(&["build"]);
    assert_eq!(built.code, Some(0), "{}", built.err);
    assert_eq!(built.err.trim_end(), findings.trim_end());
    assert!(start.elapsed() < LONGEST, "{:?}", start.elapsed());
    let feeds = made.feeds();
    assert_valid(&feeds, "https://bad.example");
    let feed: serde_json::Value = serde_json::from_slice(&feeds["feed.json"]).unwrap();
    let titles: Vec<&str> = feed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["title"].as_str().unwrap())
        .collect();
    let expected: Vec<&str> =
        ["Good last"].into_iter().chain(title).chain(["Good first"]).collect();
    assert_eq!(titles, expected);
}

/// What is printed of a finding: where, what, the line, a mark below its column, a hint.
fn finding(
    severity: &str,
    place: &str,
    what: &str,
    line: Option<(usize, &str)>,
    hint: &str,
) -> String {
    let mut text = format!("{severity}: content/{place}: {what}\n");
    if let Some((number, line)) = line {
        let _ = writeln!(text, "{number:5} | {line}");
        let column = place.split(':').nth(2).map(|column| column.parse::<usize>().unwrap());
        // Beyond what is shown of the line there is nothing to mark.
        if let Some(column) = column.filter(|column| *column <= 100) {
            let _ = writeln!(text, "      | {:1$}^", "", column - 1);
        }
    }
    if !hint.is_empty() {
        let _ = writeln!(text, "  hint: {hint}");
    }
    text
}

const BAD: &str = "_posts/2022-01-02-bad.md";

/// A post of these front matter lines, whose name has a day, gives a warning and stays.
#[track_caller]
fn assert_rescued(front: &str, place: &str, reason: &str, line: (usize, &str), title: &str) {
    let made = neighbours();
    settled(&made, BAD, format!("---\n{front}\n---\nText.\n").as_bytes());
    let what = format!("{ONE_BY_ONE}: {reason}");
    let place = format!("{BAD}:{place}");
    let findings = finding("warning", &place, &what, Some(line), QUOTING);
    assert_harmless(&made, &findings, Some(title));
}

/// A post of these bytes, whose name has no day, is left out.
#[track_caller]
fn assert_rejected(bytes: &[u8], what: &str, hint: &str) {
    let made = neighbours();
    settled(&made, "_posts/bad.md", bytes);
    assert_harmless(&made, &finding("error", "_posts/bad.md", what, None, hint), None);
}

/// A post of these bytes, whose name has a day, is fine.
#[track_caller]
fn assert_fine(bytes: &[u8], title: &str) -> Made {
    let made = neighbours();
    settled(&made, BAD, bytes);
    assert_harmless(&made, "", Some(title));
    made
}

#[test]
fn odd_front_matter_is_understood() {
    assert_fine(
        b"---\ntitle: \"<i></i>\"\n---\nThe text gives the title.\n",
        "The text gives the title.",
    );
    assert_fine(b"---\r\ntitle: CRLF\r\n---\r\nOne.\r\n\r\nTwo.\r\n", "CRLF");
    assert_fine(b"\xef\xbb\xbf---\ntitle: BOM\n---\nText.\n", "BOM");
    assert_fine(b"\n\n---\ntitle: Blank lines before\n---\nText.\n", "Blank lines before");
    assert_fine(b"---\ntitle: Closed by dots\n...\nText.\n", "Closed by dots");
    assert_fine(b"---\ntitle: Closed at the end\ndescription: d\n---", "Closed at the end");
    assert_fine(b"Just text.\n", "Bad");
    assert_fine(b"---\ntitle: \"Bell\\u0007\"\n---\nText.\n", "Bell");
    let made = assert_fine(b"---\ntitle: A number\ncategories: 2022\n---\nText.\n", "A number");
    assert!(made.feeds().contains_key("category/2022/rss.xml"));
}

#[test]
fn broken_yaml_is_rescued() {
    assert_rescued(
        "title: \"He said \"go\" twice\"\ncategories: news",
        "2:18",
        "did not find expected key",
        (2, "title: \"He said \"go\" twice\""),
        "He said \"go\" twice",
    );
    assert_rescued(
        "title: Fog: no ferry",
        "2:11",
        "mapping values are not allowed in this context",
        (2, "title: Fog: no ferry"),
        "Fog: no ferry",
    );
    assert_rescued(
        "title: [never closed\ndate: 2022-01-02",
        "3:5",
        "did not find expected ',' or ']'",
        (3, "date: 2022-01-02"),
        "[never closed",
    );
    assert_rescued(
        "title: A tab\n\ttags: x",
        "3:1",
        "found a tab character that violates indentation",
        (3, " tags: x"),
        "A tab",
    );
    assert_rescued(
        "title: One\ntitle: Two",
        "2:1",
        "duplicate entry with key \"title\"",
        (2, "title: One"),
        "Two",
    );
    assert_rescued(
        "layout: post\ntitle: Bell\u{7}",
        "3:12",
        "control characters are not allowed",
        (3, "title: Bell\\u{7}"),
        "Bell",
    );
}

/// Mappings in mappings.
fn nested(depth: usize) -> String {
    let mut text = String::new();
    for indent in 0..depth {
        let _ = writeln!(text, "{}a:", " ".repeat(indent));
    }
    text
}

#[test]
fn yaml_bombs_cost_no_time() {
    let level = |(to, from): (char, char)| {
        format!("{to}: &{to} [{}]\n", vec![format!("*{from}"); 9].join(","))
    };
    let levels: String = ('b'..='i').zip('a'..='h').map(level).collect();
    assert_rescued(
        &format!("title: Bomb\na: &a [{}]\n{levels}", ["x"; 9].join(",")),
        "2",
        "repetition limit exceeded",
        (2, "title: Bomb"),
        "Bomb",
    );
    assert_rescued(
        &format!("title: Brackets\na: {}", "[".repeat(6_000)),
        "3",
        "more than 64 brackets on one line",
        (3, &format!("a: {}", "[".repeat(97))),
        "Brackets",
    );
    assert_rescued(
        &format!("title: Deep\n{}", nested(150)),
        "131:129",
        "recursion limit exceeded",
        (131, &" ".repeat(100)),
        "Deep",
    );
}

#[test]
fn endless_front_matter_is_cut() {
    let blocks = [
        format!("a: {}\n", "[".repeat(60_000)),
        format!("{}: 1\n", "k".repeat(1_000_000)),
        nested(3_000),
    ];
    for block in blocks {
        let made = neighbours();
        let front = format!("title: Long\n{block}");
        settled(&made, BAD, format!("---\n{front}---\nText.\n").as_bytes());
        let what = format!(
            "the front matter is {} bytes long, the first 16 KiB were read line by line",
            front.len()
        );
        let hint = "move long values into the body";
        let line = Some((2, "title: Long"));
        let place = format!("{BAD}:2");
        assert_harmless(&made, &finding("warning", &place, &what, line, hint), Some("Long"));
    }
}

#[test]
fn a_post_without_a_date_is_left_out() {
    assert_rejected(b"---\ntitle: No date\n---\nText.\n", "the post has no date", STAMP);
    let made = neighbours();
    settled(&made, "_posts/bad.md", b"---\ntitle: Soon\ndate: soon\n---\nText.\n");
    let hint = "write it as `2022-01-04 07:38:28 +0800`";
    let line = Some((3, "date: soon"));
    let findings = finding("error", "_posts/bad.md:3", "`soon` is no date", line, hint);
    assert_harmless(&made, &findings, None);
}

#[test]
fn what_is_no_whole_post_is_left_out() {
    let cut = "the front matter has no end; the file is cut short";
    let close = "close the front matter with a line `---`";
    assert_rejected(b"---\ntitle: Cut in half\ndate: 2022-01-02 08:0", cut, close);
    assert_rejected(
        "---\ntitle: Never closed\n\nText.\n".repeat(2000).replace("\n---", "").as_bytes(),
        cut,
        close,
    );
    assert_rejected(b"", "the file is empty", "");
    assert_rejected(
        b"+++\ntitle = \"TOML\"\n+++\nText.\n",
        "the front matter is TOML (`+++`), not YAML",
        "write the front matter between `---` lines, as `key: value`",
    );
    let gbk = b"---\ntitle: \xb1\xea\xcc\xe2\n---\n\xd5\xfd\xce\xc4\n";
    let hint = "save it as UTF-8 (`iconv -f GB18030 -t UTF-8`)";
    assert_rejected(gbk, "the file is not UTF-8 (byte 11)", hint);
    let hint = "save it as UTF-8 (`iconv -f WINDOWS-1252 -t UTF-8`)";
    assert_rejected(b"---\ntitle: It\x92s\n---\nText.\n", "the file is not UTF-8 (byte 13)", hint);
    let hint = "save it as UTF-8 (`iconv -f UTF-16 -t UTF-8`)";
    let wide = b"\xff\xfe-\0-\0-\0\n\0";
    assert_rejected(wide, "the file is not UTF-8 (byte 0)", hint);
    let hint = "save it as UTF-8; its bytes do not tell which encoding it is in";
    let cut = ["---\ntitle: 被剪断的".as_bytes(), b"\xe6\n---\n"].concat();
    assert_rejected(&cut, "the file is not UTF-8 (byte 23)", hint);
}

#[test]
fn what_is_binary_is_left_out() {
    let what = "the file is binary: it has a NUL byte here";
    let hint = "save it as text in UTF-8 (`iconv -f UTF-16 -t UTF-8`)";
    let wide: Vec<u8> = "---\ntitle: Wide\n---\n".bytes().flat_map(|byte| [byte, 0]).collect();
    let late = [&[b'x'; 1000][..], b"\ny\0"].concat();
    let cases: [(&[u8], usize, &str); 5] = [
        (b"---\nlayout: post\ntitle: o\0d\n---\nText.\n", 3, "title: o\\0d"),
        (b"\xef\xbb\xbf\n---\ntitle: x\n\0\0\0\n---\nText.\n", 4, "\\0\\0\\0"),
        (b"PK\x03\x04\n\0\0", 2, "\\0\\0"),
        (&wide, 1, "-\\0-\\0-\\0"),
        (&late, 2, "y\\0"),
    ];
    for (bytes, number, line) in cases {
        let made = neighbours();
        settled(&made, BAD, bytes);
        let place = format!("{BAD}:{number}");
        assert_harmless(&made, &finding("error", &place, what, Some((number, line)), hint), None);
    }
    // One that has strayed into the text is left out, and that is all.
    let late = [&[b'x'; 1024][..], b"\ny\0"].concat();
    assert_fine(&[b"---\ntitle: Stray\n---\n", &late[..]].concat(), "Stray");
    assert_fine(&late, "Bad");
}

#[test]
fn large_posts_are_read_and_larger_ones_are_not() {
    // Short of what a feed carries of a body; what is beyond it is told by `check` alone.
    let text = format!("{}\n\n", "A sentence that is repeated. ".repeat(20)).repeat(3_550);
    let made = neighbours();
    settled(&made, BAD, format!("---\ntitle: Two megabytes\n---\n{text}").as_bytes());
    assert_harmless(&made, "", Some("Two megabytes"));
    assert_rejected(
        format!("---\ntitle: Nine megabytes\n---\n{}", "x".repeat(9_000_000)).as_bytes(),
        "the file has 9000030 bytes, a post at most 8388608",
        "link to large contents instead",
    );
}

#[test]
fn what_is_no_file_is_left_out() {
    let made = neighbours();
    mknodat(CWD, made.at(BAD), FileType::Fifo, Mode::from_raw_mode(0o644), 0).unwrap();
    assert_harmless(&made, &finding("error", BAD, "not a regular file", None, ""), None);

    let hint = "posts stand in the site's own folder";
    for (target, what) in [
        ("nowhere", "the link leads nowhere"),
        ("/dev/null", "the link leads out of the site"),
        ("/", "the link leads to a folder"),
    ] {
        let made = neighbours();
        std::os::unix::fs::symlink(Path::new(target), made.at(BAD)).unwrap();
        assert_harmless(&made, &finding("error", BAD, what, None, hint), None);
    }
}

#[test]
fn control_characters_in_a_body_go() {
    let made = assert_fine(b"---\ntitle: Body\n---\nA\x00B\x08C\xef\xbf\xbe.\n", "Body");
    assert!(String::from_utf8_lossy(&made.feeds()["rss.xml"]).contains("<p>ABC.</p>"));
}
