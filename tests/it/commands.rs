//! The commands as their users meet them: what they print, what they write, and their exit codes.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use crate::making::{Made, run, write};

const POST: &str = "---\nlayout: post\ntitle: \"渡口修复“百日行动”收尾在即\"\n\
    date: 2022-02-11 09:12:40 +0800\ncategories: haigangwanbao\ntags: 海港晚报新闻\n---\n\
    <p>□文/摄海港晚报记者周小渡</p>\n <p>“先把木桩换完，再谈通船。”</p>";

const NO_URL: &str = "warning: content/_config.yml: the site has no `url`; links are made on \
    http://127.0.0.1:8080\n  hint: set `url` in `_config.yml`, or give --base-url\n";

/// A site with a post of every state.
fn states() -> Made {
    Made::of(&[
        (
            "_config.yml",
            "title: States\nurl: https://states.example\ntimezone: Asia/Shanghai\nfeedmill:\n  content: [old_post]\n",
        ),
        (
            "_posts/2022-01-01-published.md",
            "---\ntitle: Published\ncategories: [a, b]\ntags: c\nauthor: Ann\nlast_modified_at: 2022-01-02\n---\nText.\n",
        ),
        ("_posts/2022-01-02-draft.md", "---\ndraft: true\n---\nText.\n"),
        ("_posts/2022-01-03-unpublished.md", "---\npublished: false\n---\nText.\n"),
        ("_posts/2099-01-01-future.md", "Text.\n"),
        ("_posts/rejected.md", "---\ntitle: No date\n---\nText.\n"),
        ("old_post/2022-01-01-published.md", "---\ntitle: Shadowed\n---\nText.\n"),
    ])
}

#[test]
fn build_tells_what_it_did() {
    let made = states();
    let ran = made.run(&["build"]);
    assert_eq!(ran.code, Some(0));
    let (counts, time) = ran.out.split_once(" in ").unwrap();
    assert_eq!(counts, "4 posts, 1 rejected; 3 feeds, 17 documents written to feeds");
    assert!(time.ends_with(" s\n"), "{time}");
    assert_eq!(
        ran.err,
        "error: content/_posts/rejected.md: the post has no date\n  \
         hint: add a line `date: 2022-01-04 07:38:28 +0800`\n\
         warning: content/old_post/2022-01-01-published.md: the same post as \
         `_posts/2022-01-01-published.md`, which comes first\n  hint: rename one of the two\n"
    );
    let before = made.feeds();
    let again = made.run(&["build"]);
    assert!(again.out.contains("3 feeds, 0 documents written"), "{}", again.out);
    assert!(made.feeds() == before);
    assert_eq!(made.run(&["build", "--strict"]).code, Some(1));
}

#[test]
fn build_takes_the_site_and_the_output_by_name() {
    let made = Made::of(&[("_posts/2022-01-01-a.md", "A.\n")]);
    let output = made.folder().join("public/feeds");
    let ran = run(
        std::path::Path::new("/"),
        &[
            "build",
            made.at("").to_str().unwrap(),
            "--output",
            output.to_str().unwrap(),
            "--base-url",
            "https://feeds.example/all/",
        ],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let rss = fs::read_to_string(output.join("rss.xml")).unwrap();
    assert!(rss.contains("href=\"https://feeds.example/all/rss.xml\""), "{rss}");
    assert!(!made.folder().join("feeds").exists());
}

#[test]
fn one_post_alone_is_a_site() {
    for place in ["000_4c1ab7d27f0e.txt", "_posts/000_4c1ab7d27f0e.txt"] {
        let made = Made::of(&[(place, POST)]);
        let ran = made.run(&["build", "--strict"]);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        let note = if place.starts_with("_posts") {
            "note: content/_posts/000_4c1ab7d27f0e.txt: the name has no date; Jekyll would not see \
             this post\n  hint: name it `2022-01-04-title.md` if Jekyll should build it too\n"
        } else {
            ""
        };
        assert_eq!(ran.err, format!("{NO_URL}{note}"));
        let feed: Value = serde_json::from_slice(&made.feeds()["feed.json"]).unwrap();
        assert_eq!(feed["items"].as_array().unwrap().len(), 1);
        let item = &feed["items"][0];
        assert_eq!(item["title"], "渡口修复“百日行动”收尾在即");
        assert_eq!(item["date_published"], "2022-02-11T01:12:40Z");
        assert_eq!(item["summary"], "“先把木桩换完，再谈通船。”");
        assert_eq!(item["tags"], json!(["haigangwanbao", "海港晚报新闻"]));
        assert!(made.feeds().contains_key("category/haigangwanbao/atom.xml"));
    }
}

#[test]
fn check_reads_everything_and_writes_nothing() {
    let made = states();
    let ran = made.run(&["check"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""));
    assert_eq!(
        ran.out,
        "error: content/_posts/rejected.md: the post has no date\n  \
         hint: add a line `date: 2022-01-04 07:38:28 +0800`\n\
         warning: content/old_post/2022-01-01-published.md: the same post as \
         `_posts/2022-01-01-published.md`, which comes first\n  hint: rename one of the two\n\
         6 files read: 1 rejected, 1 other finding\n"
    );
    assert!(!made.folder().join("feeds").exists());
    fs::remove_file(made.at("_posts/rejected.md")).unwrap();
    assert_eq!(made.run(&["check"]).code, Some(0));
}

#[test]
fn check_writes_json_for_tools() {
    let made = states();
    made.write("_posts/2022-01-05-a.md", "---\ntitle: A: b\n---\nText.\n");
    let ran = made.run(&["check", "--format", "json"]);
    assert_eq!(ran.code, Some(1));
    let found: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        found,
        json!([
            {
                "path": "content/_posts/2022-01-05-a.md", "line": 2, "column": 9,
                "severity": "warning",
                "problem": "the front matter is not YAML, its lines were read one by one: \
                    mapping values are not allowed in this context",
                "hint": "put a value that holds `: `, `#` or quotes in single quotes and double those within",
            },
            {
                "path": "content/_posts/rejected.md", "severity": "error",
                "problem": "the post has no date",
                "hint": "add a line `date: 2022-01-04 07:38:28 +0800`",
            },
            {
                "path": "content/old_post/2022-01-01-published.md", "severity": "warning",
                "problem": "the same post as `_posts/2022-01-01-published.md`, which comes first",
                "hint": "rename one of the two",
            },
        ])
    );
}

#[test]
fn list_says_what_is_made_of_each_post() {
    let made = states();
    let ran = made.run(&["list"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert_eq!(
        ran.out,
        "2022-01-01T00:00:00+08:00  published  2022-01-01-published  [a, b]  Published\n\
         2022-01-02T00:00:00+08:00  withheld   2022-01-02-draft  []  Draft  (draft: true)\n\
         2022-01-03T00:00:00+08:00  withheld   2022-01-03-unpublished  []  Unpublished  (published: false)\n\
         2099-01-01T00:00:00+08:00  withheld   2099-01-01-future  []  Future  (due 2099-01-01T00:00:00+08:00)\n\
         -                          rejected   _posts/rejected.md  (the post has no date)\n\
         2022-01-01T00:00:00+08:00  withheld   2022-01-01-published  []  Shadowed  \
         (the same post as `_posts/2022-01-01-published.md`, which comes first)\n"
    );
    assert!(!made.folder().join("feeds").exists());
}

#[test]
fn list_has_posts_only() {
    let made = Made::of(&[
        ("_config.yml", "url: https://l.example\nfeedmill:\n  content: [nowhere]\n"),
        ("_posts/2022-01-01-a.md", "A.\n"),
    ]);
    symlink("nowhere", made.at("_posts/2022-01-02-link.md")).unwrap();
    let ran = made.run(&["list", "--format", "json"]);
    let rows: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    let found: Vec<_> = rows.iter().map(|row| (&row["path"], &row["state"])).collect();
    let (published, rejected) = (json!("published"), json!("rejected"));
    let (post, link) = (json!("_posts/2022-01-01-a.md"), json!("_posts/2022-01-02-link.md"));
    assert_eq!(found, [(&post, &published), (&link, &rejected)]);
}

#[test]
fn list_writes_json_for_tools() {
    let ran = states().run(&["list", "--format", "json"]);
    assert_eq!(ran.code, Some(0));
    let rows: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        rows[0],
        json!({
            "path": "_posts/2022-01-01-published.md",
            "key": "2022-01-01-published",
            "state": "published",
            "url": "https://states.example/a/b/2022/01/01/published.html",
            "id": "tag:states.example,2025:2022-01-01-published",
            "date": "2022-01-01T00:00:00+08:00",
            "updated": "2022-01-02T00:00:00+08:00",
            "title": "Published",
            "categories": ["a", "b"],
            "tags": ["c"],
            "authors": ["Ann"],
        })
    );
    assert_eq!(
        rows[4],
        json!({
            "path": "_posts/rejected.md",
            "key": "rejected",
            "state": "rejected",
            "reason": "the post has no date",
        })
    );
    let told: Vec<(&str, &str)> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["state"].as_str().unwrap(), row["reason"].as_str().unwrap_or("")))
        .collect();
    assert_eq!(
        told,
        [
            ("published", ""),
            ("withheld", "draft: true"),
            ("withheld", "published: false"),
            ("withheld", "due 2099-01-01T00:00:00+08:00"),
            ("rejected", "the post has no date"),
            ("withheld", "the same post as `_posts/2022-01-01-published.md`, which comes first"),
        ]
    );
}

#[test]
fn check_reads_bodies_too() {
    let made = Made::of(&[
        ("_config.yml", "url: https://bodies.example\n"),
        ("_posts/2022-01-01-liquid.md", "{% youtube x %}Text {{ unknown }}.\n"),
        ("_posts/2022-01-02-older.md", "---\nid: one\n---\nText.\n"),
        ("_posts/2022-01-03-newer.md", "---\nid: one\n---\nText.\n"),
    ]);
    made.write("_posts/2022-01-04-deep.md", "<div>".repeat(300));
    let ran = made.run(&["check"]);
    assert_eq!(
        ran.out,
        "warning: content/_posts/2022-01-01-liquid.md:1: Liquid: `{% youtube x %}` is a plugin's\n    \
         1 | {% youtube x %}Text {{ unknown }}.\n  hint: a link or an image stands for it\n\
         warning: content/_posts/2022-01-02-older.md: the id is that of \
         `_posts/2022-01-03-newer.md` too; a feed carries the newer of the two\n  \
         hint: give one of them another `id`, or another address\n\
         warning: content/_posts/2022-01-04-deep.md: the HTML is nested deeper than 256 elements; \
         only its text is used\n  hint: close the elements that are left open\n\
         4 files read: 0 rejected, 3 other findings\n"
    );
    assert_eq!(ran.code, Some(0));
}

/// Runs every command on a site that it cannot work on.
#[track_caller]
fn assert_refused(made: &Made, arguments: &[&str], message: &str) {
    for command in ["build", "check", "list"] {
        let ran = made.run(&[&[command], arguments].concat());
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{command}");
        assert_eq!(ran.err, message, "{command}");
    }
}

#[test]
fn what_cannot_be_done_is_said_with_a_hint() {
    let made = states();
    assert_refused(
        &made,
        &["elsewhere"],
        "error: elsewhere: there is no such folder\n  \
         hint: name the folder that holds `_posts` or the posts themselves\n",
    );
    assert_refused(
        &made,
        &["--base-url", "feeds.example"],
        "error: --base-url: `--base-url` cannot be `feeds.example`\n  \
         hint: it can be an address like `https://example.org/feeds`\n",
    );
    assert_refused(
        &made,
        &["--base-url", "https://user@feeds.example"],
        "error: --base-url: `--base-url` cannot be `https://user@feeds.example`\n  \
         hint: it can be an address like `https://example.org/feeds`\n",
    );
}

#[test]
fn an_export_into_the_site_itself_is_refused() {
    let made = states();
    fs::create_dir(made.folder().join("elsewhere")).unwrap();
    symlink(made.at(""), made.folder().join("link")).unwrap();
    for output in ["content", "content/.", "elsewhere/../content", "link"] {
        for command in ["build", "serve"] {
            let ran = made.run(&[command, "--output", output, "--listen", "127.0.0.1:0"]);
            assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{command} {output}");
            let message = format!("error: {output}: the output is the site itself\n");
            assert!(ran.err.contains(&message), "{command}: {}", ran.err);
            assert!(ran.err.contains("hint: choose another folder with --output\n"), "{}", ran.err);
        }
    }
    assert!(!made.at("rss.xml").exists());
}

#[test]
fn an_export_inside_the_site_is_no_content() {
    // Without `_posts` each `.html` below the site is a post.
    for output in ["content/public", "link"] {
        let made = Made::of(&[("2022-01-01-a.md", "---\ncategory: news\n---\nText.\n")]);
        fs::create_dir(made.at("public")).unwrap();
        symlink(made.at("public"), made.folder().join("link")).unwrap();
        for _ in 0..2 {
            let ran = made.run(&["build", "--strict", "--output", output]);
            assert_eq!(ran.code, Some(0), "{}", ran.err);
            assert!(ran.out.starts_with("1 posts, 0 rejected; 2 feeds, "), "{}", ran.out);
        }
        assert!(made.at("public/category/news/index.html").exists());
    }
}

#[test]
fn a_site_at_a_bare_address_has_valid_ids() {
    for (url, authority) in [
        ("http://[::1]:8080", "localhost"),
        ("http://127.0.0.1:8080", "127.0.0.1"),
        ("https://财经.example", "xn--4n0a760a.example"),
        ("https://Ids.example/blog", "ids.example"),
    ] {
        let made = Made::of(&[("2022-01-01-a.md", "Text.\n")]);
        made.write("_config.yml", format!("url: {url}\n"));
        let ran = made.run(&["list", "--format", "json"]);
        let rows: Value = serde_json::from_str(&ran.out).unwrap();
        let id = format!("tag:{authority},2025:2022-01-01-a");
        assert_eq!(rows[0]["id"], id, "{}", ran.err);
        assert_eq!(made.run(&["build"]).code, Some(0));
        let atom = String::from_utf8(made.feeds()["atom.xml"].clone()).unwrap();
        assert!(atom.contains(&format!("<id>tag:{authority},2025:/</id>")), "{atom}");
        assert!(atom.contains(&format!("<id>{id}</id>")), "{atom}");
    }
}

#[test]
fn a_wrong_setting_is_said_with_its_line() {
    let cases = [
        (
            "feedmill:\n  limt: 3\n",
            "error: content/_config.yml:2: unknown key `feedmill.limt`\n    2 |   limt: 3\n  \
             hint: did you mean `limit`?\n",
        ),
        (
            "title: x\nfeedmill:\n  limit: many\n",
            "error: content/_config.yml:3: `feedmill.limit` cannot be `many`\n    3 |   limit: many\n  \
             hint: it can be a number from 1 to 10000\n",
        ),
        (
            "timezone: Mars/Base\n",
            "error: content/_config.yml:1: `timezone` cannot be `Mars/Base`\n    1 | timezone: Mars/Base\n  \
             hint: it can be a name of the time zone database, like `Asia/Shanghai`\n",
        ),
        (
            "feedmill:\n  clean:\n    lines: ['(']\n",
            "error: content/_config.yml:3: `(` under `feedmill.clean.lines` is no valid pattern: \
             unclosed group\n    3 |     lines: ['(']\n  \
             hint: write a regular expression: `^\\[Back`\n",
        ),
        (
            "url: https://user:pw@host.example\n",
            "error: content/_config.yml:1: `url` cannot be `https://user:pw@host.example`\n    \
             1 | url: https://user:pw@host.example\n  \
             hint: it can be an address like `https://example.org`\n",
        ),
        (
            "title: \"a\" b\n",
            "error: content/_config.yml:1:12: this is not YAML: did not find expected key\n    \
             1 | title: \"a\" b\n      |            ^\n  hint: put a value that holds `: `, `#` or \
             quotes in single quotes and double those within\n",
        ),
    ];
    for (config, message) in cases {
        assert_refused(&Made::of(&[("_config.yml", config)]), &[], message);
    }
}

#[test]
fn an_output_that_cannot_be_made_is_an_error() {
    let made = states();
    write(&made.folder().join("file"), b"no folder");
    let ran = made.run(&["build", "--output", "file/feeds"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert_eq!(ran.err, "error: file/feeds: cannot make it: Not a directory (os error 20)\n");
}

#[test]
fn flags_explain_themselves() {
    let made = Made::new();
    for command in ["serve", "build", "check", "list"] {
        let ran = made.run(&[command, "--help"]);
        assert_eq!(ran.code, Some(0));
        assert!(
            ran.out.contains("[default: content]") && ran.out.contains("--base-url"),
            "{command}"
        );
    }
    assert_eq!(made.run(&["bild"]).code, Some(2));
    assert_eq!(made.run(&["build", "--limit", "3"]).code, Some(2));
}

/// What turns the direction of text, breaks a line or cannot be seen.
const HIDDEN: &str = "\u{202e}\u{2066}\u{200e}\u{61c}\u{200b}\u{2028}\u{e0041}\u{ad}\u{1b}\u{85}";

#[test]
fn nothing_that_is_printed_turns_a_terminal_round() {
    let escapes: Vec<String> = HIDDEN.chars().map(|c| format!("\\U{:08x}", c as u32)).collect();
    let escapes = escapes.concat();
    // YAML takes no control character as it is.
    let raw: String = HIDDEN.chars().filter(|c| !c.is_control()).collect();
    let made = Made::of(&[
        ("_config.yml", "title: S\nurl: https://s.example\n"),
        (
            "_posts/2022-01-01-a.md",
            &format!("---\ntitle: \"t{escapes}\"\ncategories: \"c{escapes}\"\nid: same\n---\nA.\n"),
        ),
        (&format!("_posts/2022-01-02-k{raw}.md"), "---\ntitle: 甲乙 ❤\u{fe0f}\n---\nA.\n"),
        ("_posts/2022-01-03-d.md", &format!("---\ntitle: d\ndate: no{raw} date\n---\nA.\n")),
        (&format!("_posts/r{raw}.md"), &format!("---\ntitle: r\ndate: no{raw} date\n---\nA.\n")),
        ("_posts/2022-01-04-s.md", "---\ntitle: s\nid: same\n---\nA.\n"),
    ]);
    for command in ["list", "check", "build"] {
        let ran = made.run(&[command]);
        let printed = ran.out + &ran.err;
        let found: Vec<char> = printed
            .chars()
            .filter(|c| *c != '\n' && (HIDDEN.contains(*c) || c.is_control()))
            .collect();
        assert!(found.is_empty(), "{command}: {found:?} in {printed:?}");
        assert!(printed.contains("\\u{202e}\\u{2066}"), "{command}: {printed}");
        if command == "list" {
            assert!(printed.contains("  t\\u{202e}\\u{2066}"), "{printed}");
            // What belongs to a text stays as it is.
            assert!(printed.contains("]  甲乙 ❤\u{fe0f}\n"), "{printed}");
        }
    }
}
