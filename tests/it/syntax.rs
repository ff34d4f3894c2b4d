//! Fields of a form that makes a whole feed invalid: each is left out and told, and what is told is all
//! that is missing.

use std::fmt::Write;

use feedmill::content::syntax::{canonical, is_id, language, mail, media_type, size};
use serde_json::Value;

use crate::making::Made;
use crate::validity::rules::assert_valid;

#[test]
fn languages_are_tags() {
    for tag in [
        "en",
        "EN-us",
        "zh-Hans-CN",
        "zh-cmn-Hans-CN",
        "de-CH-1901",
        "sl-rozaj-biske",
        "es-419",
        "de-DE-u-co-phonebk",
        "yue",
        "x-whatever",
        "en-x-private",
        "i-klingon",
        "sgn-BE-FR",
        "en-GB-oed",
        "en-a-bbb-x-a-ccc",
        "hy-Latn-IT-arevela",
        " fr ",
        "no",
    ] {
        assert_eq!(language(tag).as_deref(), Some(tag.trim()), "{tag}");
    }
    assert_eq!(language("zh_CN").as_deref(), Some("zh-CN"));
    for text in [
        "",
        "-",
        "e",
        "english",
        "true",
        "en-",
        "-en",
        "en--us",
        "en us",
        "zh_CN.UTF-8",
        "<script>",
        "en\" x=\"",
        "français",
        "x",
        "x-",
        "en-u",
        "en-a-x-b",
        "12",
        "e1",
        "de-419-DE",
        "en-toolongsubtag",
        "x-toolongsubtag",
        "i-unknown",
        "c++",
        "a-DE",
        "ar-a",
        "en-aaaaa-bbbbb-ccccc-ddddd-eeeee-fffff",
    ] {
        assert_eq!(language(text), None, "{text}");
    }
}

#[test]
fn languages_have_one_spelling() {
    for (tag, spelling) in [
        ("EN-us", "en-US"),
        ("ZH-hans-cn", "zh-Hans-CN"),
        ("SGN-be-fr", "sgn-BE-FR"),
        ("EN-ca-X-CA-Latn", "en-CA-x-ca-latn"),
        ("de-de-U-CO-phonebk", "de-DE-u-co-phonebk"),
        ("X-Whatever", "x-whatever"),
        ("es-419", "es-419"),
    ] {
        assert_eq!(canonical(tag), spelling);
    }
}

#[test]
fn mail_addresses_are_plain() {
    for text in
        ["ann@example.org", "a.b+c@x.example", "o'neil@x.example", "x@192.0.2.1", " a@b.example "]
    {
        assert_eq!(mail(text), Some(text.trim()), "{text}");
    }
    for text in [
        "",
        "@",
        "me@localhost",
        "a@",
        "@b.example",
        "a",
        "a@b@c.example",
        "a b@c.example",
        "a\">@b.example",
        "<a@b.example>",
        "mailto:a@b.example",
        "a@b..example",
        "a@b.example.",
        "a..b@c.example",
        ".a@b.example",
        "a@b_c.example",
        "a at b.example",
        "ann@bücher.example",
        "a@-b.example",
        "a@1",
        "a@b.example, c@d.example",
    ] {
        assert_eq!(mail(text), None, "{text}");
    }
}

#[test]
fn ids_have_the_form_of_their_scheme() {
    for id in [
        "https://x.example/1",
        "tag:x.example,2025:a",
        "tag:a@x.example,2025-01-02:a",
        "tag:x.example,2025:",
        "urn:isbn:1",
        "urn:uuid:2a1c6a0e-1f0f-4f6e-9d0c-54a3a6f3c0de",
        "URN:x-a:b/c",
        "mailto:a@x.example",
        "at://x/y",
    ] {
        assert!(is_id(id), "{id}");
    }
    for id in [
        "tag:foo",
        "tag:x.example:a",
        "tag:x.example,25:a",
        "tag:,2025:a",
        "tag:x y,2025:a",
        "urn:x",
        "urn:x:y",
        "urn:isbn:",
        "urn:uuid:1",
        "urn:-%:a",
        "urn:uuid:2a1c6a0e-1f0f-4f6e-9d0c-54a3a6f3c0de-1",
        "http:x",
        "http://",
        "https:///x",
        "12345",
    ] {
        assert!(!is_id(id), "{id}");
    }
}

#[test]
fn media_types_have_a_subtype() {
    for text in [
        "audio/mpeg",
        "application/vnd.a+json",
        "image/svg+xml",
        "text/html; charset=utf-8",
        "text/x; a=\"b;c\"; d=e",
        "AUDIO/MPEG",
        "a/b ;c=d",
        " audio/mpeg ",
    ] {
        assert_eq!(media_type(text), Some(text.trim()), "{text}");
    }
    let long = format!("a/{}", "b".repeat(128));
    for text in [
        "",
        " ",
        "mp3",
        "<script>",
        "audio/",
        "/mpeg",
        "audio/mpeg/x",
        "audio /mpeg",
        "audio/*",
        "audio/mp3;",
        "a/b;c",
        "a/b;c=",
        "a/b; c=\"d",
        "a/b; c=d e",
        "über/x",
        &long,
    ] {
        assert_eq!(media_type(text), None, "{text}");
    }
}

#[test]
fn sizes_are_bytes() {
    for (text, bytes) in [
        ("0", 0),
        ("4096", 4096),
        ("1,234,567", 1_234_567),
        ("1_234_567", 1_234_567),
        ("12_34", 1234),
        ("1 234 567", 1_234_567),
        ("4096 bytes", 4096),
        ("1'234", 1234),
        (" 5 ", 5),
        ("007", 7),
        ("1\u{202f}234", 1234),
    ] {
        assert_eq!(size(text), Some(bytes), "{text}");
    }
    for text in [
        "",
        "12:34",
        "0:31:00",
        "1231.08",
        "1.234.567",
        "-1",
        "+1",
        "1.2 MB",
        "3 MB",
        "1e6",
        "0x10",
        "1,23",
        "1,2345",
        ",123",
        "1,234_567",
        "_1",
        "1,",
        "bytes",
        "99999999999999999999999",
        "٣",
        "4096KB",
    ] {
        assert_eq!(size(text), None, "{text}");
    }
}

/// A site of one post with these lines, its findings and its feeds, which must be valid.
fn fate(config: &str, front: &str) -> (Vec<String>, Value) {
    let made = Made::of(&[("_config.yml", &format!("title: S\nurl: https://s.example\n{config}"))]);
    made.write("_posts/2022-01-01-post.md", format!("---\ntitle: Post\n{front}\n---\nText.\n"));
    findings_and_feed(&made)
}

fn findings_and_feed(made: &Made) -> (Vec<String>, Value) {
    let checked = made.run(&["check", "--format", "json", "content"]);
    let found: Value = serde_json::from_str(&checked.out).unwrap_or_else(|_| panic!("{checked:?}"));
    let place = |record: &Value| {
        let path = record["path"].as_str().unwrap().trim_start_matches("content/").to_owned();
        format!("{path}:{} {}", record["line"], record["problem"].as_str().unwrap())
    };
    let found: Vec<String> = found.as_array().unwrap().iter().map(place).collect();
    let built = made.run(&["build", "content"]);
    assert_eq!(built.code, Some(0), "{built:?}");
    let told = built.err.lines().filter(|line| line.starts_with("warning:")).count();
    assert_eq!(told, found.len(), "{}", built.err);
    let feeds = made.feeds();
    assert_valid(&feeds, "https://s.example");
    let feed: Value = serde_json::from_slice(&feeds["feed.json"]).unwrap();
    (found, feed)
}

#[test]
fn fields_of_a_post_are_told_and_left_out() {
    let post = "_posts/2022-01-01-post.md:3";
    let dropped =
        |key: &str, found: &str| format!("{post} `{key}` cannot be {found}; it is left out");
    let odd = |key: &str, found: &str| format!("{post} `{key}` is {found} and was passed over");
    for (line, problem) in [
        ("lang: <script>alert(1)</script>", dropped("lang", "`<script>alert(1)</script>`")),
        ("lang: english", dropped("lang", "`english`")),
        ("lang: [en, de]", odd("lang", "a list")),
        ("author: {name: A, email: 'a\">@x'}", dropped("author.email", "`a\">@x`")),
        ("author: {name: A, email: [a@b.example]}", dropped("author.email", "a list")),
        ("author: {name: A, url: 'javascript:x()'}", dropped("author.url", "`javascript:x()`")),
        ("author: {name: A, uri: {a: b}}", dropped("author.uri", "a mapping")),
        ("author: {nick: A}", dropped("author", "a mapping")),
        ("authors: [A, {email: x}]", dropped("authors.email", "`x`")),
        ("license: GPL", dropped("license", "`GPL`")),
        ("license: {a: b}", odd("license", "a mapping")),
        ("image: 'javascript:x()'", dropped("image", "`javascript:x()`")),
        ("image: {width: 5}", odd("image", "a mapping")),
        ("image: [/a.png]", odd("image", "a list")),
        ("permalink: [a]", odd("permalink", "a list")),
        ("slug: {a: b}", odd("slug", "a mapping")),
        ("id: [1]", odd("id", "a list")),
        ("id: tag:foo", dropped("id", "`tag:foo`")),
        ("guid: 'urn:x'", dropped("guid", "`urn:x`")),
        ("id: 'http:x'", dropped("id", "`http:x`")),
        ("guid: {a: b}", odd("guid", "a mapping")),
        ("description: [a]", odd("description", "a list")),
        ("enclosure: 'data:x'", dropped("enclosure", "`data:x`")),
        ("enclosure: {type: audio/mpeg}", dropped("enclosure.url", "nothing")),
        ("enclosure: {url: /a.mp3, type: ''}", dropped("enclosure.type", "``")),
        ("enclosure: {url: /a.mp3, type: <script>}", dropped("enclosure.type", "`<script>`")),
        ("enclosure: {url: /a.mp3, type: [a/b]}", dropped("enclosure.type", "a list")),
        ("enclosure: {url: /a.mp3, length: '12:34'}", dropped("enclosure.length", "`12:34`")),
        ("enclosure: {url: /a.mp3, length: -5}", dropped("enclosure.length", "`-5`")),
        ("enclosures: [[/a.mp3]]", dropped("enclosures.url", "nothing")),
    ] {
        let (found, feed) = fate("", line);
        let problem = if line.starts_with("enclosures: [[") {
            dropped("enclosures", "a list")
        } else {
            problem
        };
        assert_eq!(found, [problem], "{line}");
        let whole = feed.to_string();
        assert!(!whole.contains("script>"), "{line}: {whole}");
    }
}

#[test]
fn an_enclosure_keeps_what_is_good_of_it() {
    for (line, media_type, bytes) in [
        ("enclosure: {url: /a.mp3, type: mp3, length: '1,234,567'}", "audio/mpeg", Some(1_234_567)),
        ("enclosure: {url: /a.mp3, type: ' ', length: 1231.08}", "audio/mpeg", None),
        ("enclosure: {url: /a.bin, type: x}", "application/octet-stream", None),
        (
            "enclosure: {url: /a.mp3, type: audio/x-own, length: 1_234_567}",
            "audio/x-own",
            Some(1_234_567),
        ),
        ("enclosure:\n  url: /a.mp3\n  type:\n  length:", "audio/mpeg", None),
    ] {
        let (_, feed) = fate("", line);
        let attachment = &feed["items"][0]["attachments"][0];
        assert_eq!(attachment["mime_type"], media_type, "{line}");
        assert_eq!(attachment["size_in_bytes"].as_u64(), bytes, "{line}");
    }
}

#[test]
fn fields_of_the_site_are_told_and_left_out() {
    let dropped =
        |key: &str, found: &str| format!("_config.yml:3 `{key}` cannot be {found}; it is left out");
    for (line, problem) in [
        ("lang: <script>", dropped("lang", "`<script>`")),
        ("locale: en_US.UTF-8", dropped("locale", "`en_US.UTF-8`")),
        ("lang: [en]", dropped("lang", "a list")),
        ("languages: [en, '../x']", dropped("languages", "`../x`")),
        ("author: {name: A, email: nobody}", dropped("author.email", "`nobody`")),
        ("author: {name: A, url: 'data:x'}", dropped("author.url", "`data:x`")),
        ("author: [A]", dropped("author", "a list")),
        ("description: [a]", dropped("description", "a list")),
        ("copyright: {a: b}", dropped("copyright", "a mapping")),
        ("name: [a]", dropped("name", "a list")),
        ("license: MIT", dropped("license", "`MIT`")),
        ("license: [MIT]", dropped("license", "a list")),
        ("feed: {icon: 'javascript:x()'}", dropped("feed.icon", "`javascript:x()`")),
        ("feed: {logo: 'mailto:a@b.example'}", dropped("feed.logo", "`mailto:a@b.example`")),
        ("feed: {icon: [a]}", dropped("feed.icon", "a list")),
    ] {
        let (found, feed) = fate(&format!("{line}\n"), "x: y");
        assert_eq!(found, [problem], "{line}");
        assert!(!feed.to_string().contains("script>"), "{line}");
    }
    assert_eq!(
        fate("feed:\n  posts_limit: 3\n  icon: 'x:y'\n", "x: y").0,
        ["_config.yml:5 `feed.icon` cannot be `x:y`; it is left out"]
    );
    assert_eq!(fate("lang: 'c++'\nlocale: de_CH\n", "x: y").1["language"], "de-CH");
}

#[test]
fn people_of_the_site_are_told() {
    let made = Made::of(&[("_config.yml", "title: S\nurl: https://s.example\n")]);
    made.write(
        "_data/authors.yml",
        "ann:\n  name: Ann\n  email: ann at x\nbob:\n  name: Bob\n  url: 'javascript:x()'\n",
    );
    made.write("_posts/2022-01-01-post.md", "---\ntitle: Post\nauthors: [ann, bob]\n---\nText.\n");
    let (found, feed) = findings_and_feed(&made);
    assert_eq!(
        found,
        [
            "_data/authors.yml:1 `ann.email` cannot be `ann at x`; it is left out",
            "_data/authors.yml:4 `bob.url` cannot be `javascript:x()`; it is left out",
        ]
    );
    assert_eq!(feed["items"][0]["authors"], serde_json::json!([{"name": "Ann"}, {"name": "Bob"}]));
}

#[test]
fn a_language_that_is_none_makes_no_feed() {
    let made = Made::of(&[(
        "_config.yml",
        "title: S\nurl: https://s.example\nlang: en\nfeedmill:\n  feeds: [lang]\n",
    )]);
    for (day, lang) in
        ["<script>", "'../../x'", "de_DE", "''", "'en\" onload=\"x()'"].iter().enumerate()
    {
        made.write(
            &format!("_posts/2022-01-0{}-post.md", day + 1),
            format!("---\ntitle: Post\nlang: {lang}\n---\nText.\n"),
        );
    }
    assert_eq!(made.run(&["build", "content"]).code, Some(0));
    let feeds = made.feeds();
    assert_valid(&feeds, "https://s.example");
    let mut folders: Vec<&str> =
        feeds.keys().filter_map(|path| path.strip_prefix("lang/")?.split('/').next()).collect();
    folders.dedup();
    assert_eq!(folders, ["de-DE", "en"]);
}

/// What is quoted in a message is short and shows what cannot be seen.
#[test]
fn messages_quote_what_can_be_read() {
    let mut long = String::from("lang: \"\\u202Ex");
    let _ = write!(long, "{}\"", "y".repeat(40));
    let (found, _) = fate("", &long);
    assert!(found[0].contains("`\\u{202e}xy") && found[0].len() < 200, "{found:?}");
}
