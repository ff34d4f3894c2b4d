//! What keys of the configuration and of a post give in feeds.

use std::collections::BTreeSet;

use feedmill::diagnostic::Error;
use feedmill::diagnostic::finding::Finding;
use feedmill::engine::engine::Engine;
use serde_json::{Value, json};

use crate::making::{Made, led};

/// 1 January 2040, in nanoseconds.
const START: i64 = 2_208_988_800_000_000_000;

/// A site of a configuration and posts by their paths, and a mill that has read it.
fn site(config: &str, posts: &[(&str, &str)]) -> (Made, Engine) {
    let made = Made::of(posts);
    made.write("_config.yml", format!("title: Keys\nurl: https://keys.example\n{config}"));
    let mut engine = made.engine();
    engine.rebuild(START).unwrap();
    (made, engine)
}

fn text(made: &Made, path: &str) -> String {
    let feeds = made.feeds();
    let bytes = feeds.get(path).unwrap_or_else(|| panic!("no {path} in {:?}", feeds.keys()));
    String::from_utf8(bytes.clone()).unwrap()
}

fn items(made: &Made, path: &str) -> Vec<Value> {
    let feed: Value = serde_json::from_str(&text(made, path)).unwrap();
    feed["items"].as_array().unwrap().clone()
}

/// The hrefs of the links with a relation that are children of some elements.
fn links(atom: &str, parent: &str, relation: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(atom).unwrap();
    let is_wanted = |node: &roxmltree::Node<'_, '_>| {
        node.has_tag_name(("http://www.w3.org/2005/Atom", "link"))
            && node.attribute("rel") == Some(relation)
            && node.parent().is_some_and(|above| above.tag_name().name() == parent)
    };
    let href = |node: roxmltree::Node<'_, '_>| node.attribute("href").unwrap().to_owned();
    document.descendants().filter(is_wanted).map(href).collect()
}

#[test]
fn a_licence_stands_in_atom() {
    let by = "https://creativecommons.org/licenses/by/4.0/";
    let zero = "https://creativecommons.org/publicdomain/zero/1.0/";
    let (made, _) = site(
        &format!("license: {by}\n"),
        &[
            ("_posts/2022-01-01-a.md", &format!("---\nlicense: {zero}\n---\nText.\n")),
            ("_posts/2022-01-02-b.md", "---\nlicense: CC BY\n---\nText.\n"),
        ],
    );
    let atom = text(&made, "atom.xml");
    assert_eq!(links(&atom, "feed", "license"), [by]);
    assert_eq!(links(&atom, "entry", "license"), [zero], "no address, no link");
}

#[test]
fn an_enclosure_stands_in_all_formats() {
    let (made, _) = site(
        "baseurl: /blog\n",
        &[
            (
                "_posts/2022-01-01-a.md",
                "---\nenclosure: {url: /talk.mp3, type: audio/x-talk, length: 123456}\n---\nText.\n",
            ),
            (
                "_posts/2022-01-02-b.md",
                "---\nenclosure: https://cdn.example/b.ogg?x=1&y=2\n---\nText.\n",
            ),
            (
                "_posts/2022-01-03-c.md",
                "---\nenclosures:\n- c.pdf\n- url: https://cdn.example/c.bin\n- url: 'javascript:x'\n---\nText.\n",
            ),
        ],
    );
    let atom = text(&made, "atom.xml");
    assert_eq!(
        links(&atom, "entry", "enclosure"),
        [
            "https://keys.example/blog/c.pdf",
            "https://cdn.example/c.bin",
            "https://cdn.example/b.ogg?x=1&y=2",
            "https://keys.example/blog/talk.mp3",
        ]
    );
    assert!(atom.contains("type=\"audio/x-talk\" length=\"123456\""), "{atom}");
    let rss = text(&made, "rss.xml");
    for element in [
        "<enclosure url=\"https://keys.example/blog/talk.mp3\" length=\"123456\" type=\"audio/x-talk\"/>",
        "<enclosure url=\"https://cdn.example/b.ogg?x=1&amp;y=2\" length=\"0\" type=\"audio/ogg\"/>",
        "<enclosure url=\"https://keys.example/blog/c.pdf\" length=\"0\" type=\"application/pdf\"/>",
    ] {
        assert!(rss.contains(element), "no {element} in:\n{rss}");
    }
    assert_eq!(rss.matches("<enclosure ").count(), 3, "one an item");
    let attachments: Vec<Value> =
        items(&made, "feed.json").iter().map(|item| item["attachments"].clone()).collect();
    assert_eq!(
        attachments,
        [
            json!([
                {"url": "https://keys.example/blog/c.pdf", "mime_type": "application/pdf"},
                {"url": "https://cdn.example/c.bin", "mime_type": "application/octet-stream"},
            ]),
            json!([{"url": "https://cdn.example/b.ogg?x=1&y=2", "mime_type": "audio/ogg"}]),
            json!([{
                "url": "https://keys.example/blog/talk.mp3", "mime_type": "audio/x-talk",
                "size_in_bytes": 123_456,
            }]),
        ]
    );
}

#[test]
fn people_are_named_by_their_keys() {
    let (made, _) = site(
        "feedmill: {feeds: [author]}\n",
        &[
            (
                "_data/authors.yml",
                "tm:\n  name: Tilda Millwright\n  email: tm@keys.example\n  uri: https://tm.example/\nann: Ann\n",
            ),
            ("_posts/2022-01-01-a.md", "---\nauthor: tm\n---\nText.\n"),
            (
                "_posts/2022-01-02-b.md",
                "---\nauthors: [ann, Tilda Millwright, tm, nobody]\n---\nText.\n",
            ),
        ],
    );
    let found: BTreeSet<String> = made
        .feeds()
        .into_keys()
        .filter_map(|path| Some(path.strip_prefix("author/")?.strip_suffix("/rss.xml")?.to_owned()))
        .collect();
    assert_eq!(found.iter().collect::<Vec<_>>(), ["Ann", "Tilda Millwright", "nobody"]);
    let items = items(&made, "author/Tilda Millwright/feed.json");
    assert_eq!(
        items[1]["authors"],
        json!([{"name": "Tilda Millwright", "url": "https://tm.example/"}])
    );
    let atom = text(&made, "author/Tilda Millwright/atom.xml");
    assert!(atom.contains("<email>tm@keys.example</email>"), "{atom}");
    assert!(text(&made, "rss.xml").contains("<dc:creator>Ann</dc:creator>"));
}

#[test]
fn an_enclosure_of_the_site_has_the_length_of_its_file() {
    let (made, _) = site("baseurl: /blog\n", &[]);
    for (path, bytes) in [("audio/ep 1.mp3", 4096), ("own.mp3", 7), ("_hidden/x.mp3", 9)] {
        made.write(path, vec![b'x'; bytes]);
    }
    for (index, (enclosure, length)) in [
        ("/audio/ep 1.mp3", Some(4096)),
        ("audio/ep%201.mp3?x=1#t=2", Some(4096)),
        ("https://keys.example/blog/own.mp3", Some(7)),
        ("{url: /audio/../own.mp3}", Some(7)),
        ("{url: /own.mp3, length: 8}", Some(8)),
        ("{url: /own.mp3, length: '12:34'}", Some(7)),
        ("/../own.mp3", None),
        // Neither what is not there, nor a folder, nor what is not published or not the site's.
        ("/missing.mp3", None),
        ("/audio", None),
        ("/_hidden/x.mp3", None),
        ("/_config.yml", None),
        ("/%2e%2e/content/own.mp3", None),
        ("/audio%2f..%2f..%2fown.mp3", None),
        ("https://keys.example/own.mp3", None),
        ("https://keys.example.evil.example/blog/own.mp3", None),
    ]
    .into_iter()
    .enumerate()
    {
        made.write("_posts/2022-01-01-a.md", format!("---\nenclosure: {enclosure}\n---\nText.\n"));
        made.build();
        let attachment = &items(&made, "feed.json")[0]["attachments"][0];
        assert_eq!(attachment["size_in_bytes"].as_u64(), length, "{index}: {attachment}");
        let length = length.unwrap_or(0);
        let rss = text(&made, "rss.xml");
        assert!(rss.contains(&format!(" length=\"{length}\"")), "{index}: {rss}");
        assert!(!text(&made, "atom.xml").contains("length=\"0\""), "{index}");
    }
}

#[test]
fn languages_have_feeds() {
    let (made, _) = site(
        "lang: en\nlanguages: [en, de, zh-CN]\nfeedmill: {feeds: [lang]}\n",
        &[
            ("_posts/2022-01-01-plain.md", "Text.\n"),
            ("_posts/2022-01-02-said.md", "---\nlang: pt_BR\n---\nText.\n"),
            ("de/_posts/2022-01-03-above.md", "Text.\n"),
            ("_posts/de/2022-01-04-below.md", "Text.\n"),
            ("_posts/zh-CN/deep/2022-01-05-deep.md", "Text.\n"),
            ("_posts/fr/2022-01-06-none.md", "Text.\n"),
            ("_posts/de.md", "---\ndate: 2022-01-07\n---\nText.\n"),
        ],
    );
    for (lang, titles) in [
        ("en", &["De", "None", "Plain"][..]),
        ("pt-BR", &["Said"]),
        ("de", &["Below", "Above"]),
        ("zh-CN", &["Deep"]),
    ] {
        let items = items(&made, &format!("lang/{lang}/feed.json"));
        let found: Vec<&str> = items.iter().map(|item| item["title"].as_str().unwrap()).collect();
        assert_eq!(found, titles, "{lang}");
        let feed: Value =
            serde_json::from_str(&text(&made, &format!("lang/{lang}/feed.json"))).unwrap();
        assert_eq!(feed["language"], lang);
        assert!(
            text(&made, &format!("lang/{lang}/rss.xml")).contains(&format!("<language>{lang}<"))
        );
    }
    assert!(!made.feeds().contains_key("lang/fr/rss.xml"));
}

#[test]
fn languages_are_compared_without_case() {
    let (made, _) = site(
        "lang: en-us\nlanguages: [en, De, zh-hans]\nfeedmill: {feeds: [lang]}\n",
        &[
            ("_posts/2022-01-01-plain.md", "Text.\n"),
            ("_posts/2022-01-02-said.md", "---\nlang: en-US\n---\nText.\n"),
            ("_posts/2022-01-03-cased.md", "---\nlang: EN_us\n---\nText.\n"),
            ("de/_posts/2022-01-04-above.md", "Text.\n"),
            ("_posts/2022-01-05-german.md", "---\nlang: DE\n---\nText.\n"),
            ("_posts/zh-Hans/2022-01-06-below.md", "Text.\n"),
        ],
    );
    for (lang, count) in [("en-US", 3), ("de", 2), ("zh-Hans", 1)] {
        assert_eq!(items(&made, &format!("lang/{lang}/feed.json")).len(), count, "{lang}");
    }
    let folders = made.feeds().keys().filter(|path| path.starts_with("lang/")).count();
    assert_eq!(folders, 3 * 4, "{:?}", made.feeds().keys());
    // Only what is in another language than the site says so.
    let languages = |item: &Value| item["language"].as_str().map(str::to_owned);
    let found: Vec<_> = items(&made, "feed.json").iter().filter_map(languages).collect();
    assert_eq!(found, ["zh-hans", "DE", "De"]);
}

#[test]
fn addresses_of_jekyll_feed_lead_on() {
    let posts = [("_posts/2022-01-01-a.md", "---\ncategory: 财经\ntags: [x y]\n---\nText.\n")];
    let (category, tag) = ("/category/%E8%B4%A2%E7%BB%8F/atom.xml", "/tag/x%20y/atom.xml");
    let old = "/feed/%E8%B4%A2%E7%BB%8F.xml";
    for (config, cases) in [
        ("", &[("/feed.xml", "/atom.xml"), (old, category), ("/feed/by_tag/x%20y.xml", "")][..]),
        ("feed: {tags: true}\n", &[(old, category), ("/feed/by_tag/x%20y.xml", tag)]),
        (
            "feed:\n  path: /news/all.xml\n  tags: {path: /by-tag/}\n",
            &[
                ("/news/all.xml", "/atom.xml"),
                ("/feed.xml", ""),
                (old, category),
                ("/by-tag/x%20y.xml", tag),
                ("/by-tag/z.xml", ""),
            ],
        ),
    ] {
        let (_made, engine) = site(config, &posts);
        for (target, found) in cases {
            let status = if found.is_empty() { 404 } else { 301 };
            assert_eq!(led(&engine, target), (status, (*found).to_owned()), "{config}{target}");
        }
    }
}

const ALIASES: &str = "feed: {path: blog/feed.atom}
feedmill:
  aliases: {/feed/: atom, /index.xml: rss, /feeds/posts/default: atom, /category/c/feed/: category/c/rss, /category/none/feed/: category/none/rss}
";

#[test]
fn old_addresses_lead_on_and_stand_in_the_export() {
    let post = "---\ncategory: c\n---\nText.\n";
    let (made, mut engine) = site(ALIASES, &[("_posts/2022-01-01-a.md", post)]);
    for (address, document) in [
        ("/feed/", "/atom.xml"),
        ("/feed", "/atom.xml"),
        ("/index.xml", "/rss.xml"),
        ("/index.xml/", "/rss.xml"),
        ("/feeds/posts/default", "/atom.xml"),
        ("/category/c/feed", "/category/c/rss.xml"),
        ("/blog/feed.atom", "/atom.xml"),
        ("/category/none/feed/", ""),
    ] {
        let status = if document.is_empty() { 404 } else { 301 };
        assert_eq!(led(&engine, address), (status, document.to_owned()), "{address}");
    }
    let copies = [
        ("feed/index.html", "atom.xml"),
        ("index.xml", "rss.xml"),
        ("feeds/posts/default/index.html", "atom.xml"),
        ("category/c/feed/index.html", "category/c/rss.xml"),
        ("blog/feed.atom", "atom.xml"),
    ];
    let check = || {
        let feeds = made.feeds();
        for (copy, document) in copies {
            assert!(feeds[copy] == feeds[document], "{copy}");
        }
    };
    check();

    // They follow their documents, and go with them.
    made.write("_posts/2022-01-02-b.md", post);
    engine.rescan(START + 60_000_000_000).unwrap();
    check();
    made.write("_posts/2022-01-01-a.md", "Text.\n");
    made.write("_posts/2022-01-02-b.md", "Text.\n");
    engine.rescan(START + 120_000_000_000).unwrap();
    assert!(!made.feeds().contains_key("category/c/feed/index.html"));
    assert_eq!(made.feeds()["feed/index.html"], made.feeds()["atom.xml"]);
    // Without their settings they go as well; what others have there stays.
    drop(engine);
    made.write("_config.yml", "title: Keys\nurl: https://keys.example\n");
    made.engine().rebuild(START).unwrap();
    let left: Vec<String> =
        made.feeds().into_keys().filter(|path| path.contains("feed/")).collect();
    assert_eq!(left, [""; 0]);
}

#[test]
fn a_file_of_another_at_an_old_address_stays() {
    let made = Made::of(&[("_posts/2022-01-01-a.md", "Text.\n")]);
    crate::making::write(&made.folder().join("feeds/blog/feed.atom"), b"theirs");
    made.write("_config.yml", "url: https://keys.example\nfeed: {path: blog/feed.atom}\n");
    made.engine().rebuild(START).unwrap();
    assert_eq!(text(&made, "blog/feed.atom"), "theirs");
    // One that the site names is wanted there.
    made.write(
        "_config.yml",
        "url: https://keys.example\nfeedmill: {aliases: {blog/feed.atom: atom}}\n",
    );
    let finding = made.engine().rebuild(START).unwrap_err();
    assert!(finding.to_string().contains("not feedmill's: `blog/feed.atom`"), "{finding}");
    assert_eq!(text(&made, "blog/feed.atom"), "theirs");
}

#[test]
fn nothing_is_written_out_of_the_export() {
    for path in ["../x.xml", "a/../../x.xml", "/../x.xml", "atom.xml", "_feedmill/x.xml"] {
        let made = Made::of(&[
            ("_posts/2022-01-01-a.md", "Text.\n"),
            ("_news/a.md", "---\ndate: 2022-01-01\n---\n"),
        ]);
        let collections = format!(
            "collections: {{news: {{output: true}}}}\nfeed:\n  path: {path}\n  collections: {{news: {{path: {path}}}}}\n"
        );
        made.write("_config.yml", format!("url: https://keys.example\n{collections}"));
        made.engine().rebuild(START).unwrap();
        assert!(!made.folder().join("x.xml").exists(), "{path}");
        assert!(!made.folder().join("feeds/_feedmill/x.xml").exists(), "{path}");
        assert!(
            text(&made, "atom.xml").contains("href=\"https://keys.example/atom.xml\" rel=\"self\"")
        );
    }
}

#[test]
fn an_old_address_must_be_one() {
    for (alias, problem) in [
        ("/rss.xml: atom", "3:14: `feedmill.aliases./rss.xml` cannot be `/rss.xml`"),
        ("category/c/: atom", "cannot be `category/c/`"),
        ("../feed: atom", "cannot be `../feed`"),
        ("a/../../b.xml: atom", "cannot be `a/../../b.xml`"),
        ("/: atom", "cannot be `/`"),
        ("/feed/: xml", "cannot be `xml`"),
        ("/feed/: group/c/rss", "cannot be `group/c/rss`"),
    ] {
        let made = Made::of(&[("_posts/2022-01-01-a.md", "Text.\n")]);
        made.write(
            "_config.yml",
            format!("url: https://keys.example\nfeedmill:\n  aliases: {{{alias}}}\n"),
        );
        let ran = made.run(&["build", "content", "--output", "feeds"]);
        assert_eq!(ran.code, Some(2), "{alias}: {}", ran.err);
        assert!(ran.err.contains(problem.trim_start_matches("3:14: ")), "{alias}: {}", ran.err);
    }
}

/// Posts of a body of many KiB, the newest last.
fn large(made: &Made, posts: u32, kib: usize) {
    for day in 1..=posts {
        let body = "Eight words stand in each of these lines.\n\n".repeat(kib * 24);
        made.write(&format!("_posts/2022-01-{day:02}-p{day}.md"), body);
    }
}

#[test]
fn a_document_that_is_too_large_loses_the_oldest_contents() {
    let made =
        Made::of(&[("_config.yml", "url: https://keys.example\nfeedmill:\n  max_size: 100\n")]);
    large(&made, 9, 20);
    made.engine().rebuild(START).unwrap();
    let items = items(&made, "feed.json");
    assert_eq!(items.len(), 9, "no entry is lost");
    let has: Vec<bool> = items.iter().map(|item| item["content_html"].is_string()).collect();
    let count = has.iter().filter(|has| **has).count();
    assert!((1..=5).contains(&count), "{has:?}");
    assert!(has[..count].iter().all(|has| *has), "the newest have their contents: {has:?}");
    assert!(items.iter().all(|item| item["summary"].as_str().is_some_and(|text| !text.is_empty())));
    for file in ["rss.xml", "atom.xml", "feed.json"] {
        let length = made.feeds()[file].len();
        assert!((20 * 1024..=100 * 1024).contains(&length), "{file}: {length}");
    }
}

#[test]
fn a_heavy_feed_is_told_once() {
    let made = Made::of(&[("_config.yml", "url: https://keys.example\n")]);
    large(&made, 9, 80);
    let mut engine = made.engine();
    let told = |findings: &[Finding]| {
        let is_large = |finding: &&Finding| matches!(finding.error, Error::LargeFeed { .. });
        let found: Vec<String> =
            findings.iter().filter(is_large).map(ToString::to_string).collect();
        found
    };
    let first = told(&engine.rebuild(START).unwrap().findings);
    assert_eq!(first.len(), 1, "{first:?}");
    assert!(first[0].starts_with("_config.yml: `atom.xml` has "), "{first:?}");
    assert!(first[0].ends_with(" KiB; some readers stall on that"), "{first:?}");
    made.write("_posts/2022-01-20-new.md", "Text.\n");
    let paths = BTreeSet::from([made.at("_posts/2022-01-20-new.md")]);
    let pass = engine.look(&paths, START + 1_000_000_000).unwrap();
    assert_eq!((pass.rendered.feeds, told(&pass.findings)), (1, Vec::new()));
    // Once it was light, it is told again.
    for day in 1..=9 {
        made.write(&format!("_posts/2022-01-{day:02}-p{day}.md"), "Text.\n");
    }
    assert_eq!(told(&engine.rescan(START + 2_000_000_000).unwrap().findings), [""; 0]);
    large(&made, 9, 80);
    assert_eq!(told(&engine.rescan(START + 3_000_000_000).unwrap().findings).len(), 1);
    // `build` tells it too.
    let ran = made.run(&["build", "--output", "other"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.err.contains("warning: content/_config.yml: `atom.xml` has "), "{}", ran.err);
    assert!(
        ran.err.contains("hint: lower `limit`, or set `entries: summary` for it"),
        "{}",
        ran.err
    );
}
