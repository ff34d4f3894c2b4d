//! Links to source files of the site lead to the pages that are made of them.

use std::fs;

use serde_json::Value;

use crate::making::Made;

/// 1 January 2040, in nanoseconds.
const START: i64 = 2_208_988_800_000_000_000;

const CONFIG: &str = "title: Site\nurl: https://example.org\n";

const OTHER: &str = "---\ntitle: Other\ndate: 2024-01-01\n---\nText.\n";

/// A site with a post of a body, and another one.
fn site(body: &str) -> Made {
    Made::of(&[
        ("_config.yml", CONFIG),
        ("_posts/2024-01-01-other.md", OTHER),
        ("_posts/2024/2024-01-02-äöü b.md", "---\ntitle: Umlauts\n---\nText.\n"),
        ("news/_posts/2024-02-03-a.md", &format!("---\ntitle: A\n---\n{body}\n")),
        ("about.md", "---\ntitle: About\n---\nText.\n"),
    ])
}

/// The addresses of the links in the newest entry.
fn links(made: &Made) -> Vec<String> {
    let feed: Value = serde_json::from_slice(&made.feeds()["feed.json"]).unwrap();
    let html = feed["items"][0]["content_html"].as_str().unwrap_or_default().to_owned();
    let parts = html.split("href=\"").skip(1);
    parts.map(|part| part.split('"').next().unwrap().to_owned()).collect()
}

#[test]
fn a_link_to_the_file_of_a_post_leads_to_its_page() {
    let page = "https://example.org/2024/01/01/other.html";
    let umlauts = "https://example.org/2024/01/02/%C3%A4%C3%B6%C3%BC-b.html";
    for (body, address) in [
        ("[x](../../_posts/2024-01-01-other.md)", page),
        ("[x](/_posts/2024-01-01-other.md#part)", &format!("{page}#part")),
        ("[x](/_posts/2024-01-01-other.md?a=1#part \"title\")", &format!("{page}?a=1#part")),
        ("[x](../.././_posts/2024-01-01-other.md)", page),
        ("[x][o]\n\n[o]: /_posts/2024-01-01-other.md", page),
        ("<a href='/_posts/2024-01-01-other.md'>x</a>", page),
        ("[x](/_posts/2024/2024-01-02-%C3%A4%C3%B6%C3%BC%20b.md)", umlauts),
        ("[x](/_posts/2024/2024-01-02-äöü%20b.md)", umlauts),
        ("[x](2024-02-03-a.md#me)", "https://example.org/news/2024/02/03/a.html#me"),
        // So does one to the file of a page.
        ("[x](/about.md#x)", "https://example.org/about.html#x"),
        ("[x](../../about.md)", "https://example.org/about.html"),
        // What is no file of the site stays as it is.
        (
            "[x](https://github.com/o/r/blob/main/README.md)",
            "https://github.com/o/r/blob/main/README.md",
        ),
        ("[x](//example.net/a.md)", "https://example.net/a.md"),
        ("[x](/a.mdx)", "https://example.org/a.mdx"),
    ] {
        let made = site(body);
        made.engine().rebuild(START).unwrap();
        assert_eq!(links(&made), [address], "{body}");
        let ran = made.run(&["check", "content"]);
        assert!(!ran.out.contains("source file"), "{body}: {}", ran.out);
    }
}

#[test]
fn markdown_ext_says_what_a_source_file_is() {
    for (config, address) in [
        ("markdown_ext: md,text\n", "https://example.org/2024/01/01/other.html"),
        ("", "https://example.org/_posts/2024-01-01-other.text"),
    ] {
        let made = Made::of(&[
            ("_config.yml", &format!("url: https://example.org\n{config}")),
            ("_posts/2024-01-01-other.text", OTHER),
            ("_posts/2024-01-02-a.md", "---\ntitle: A\n---\n[x](/_posts/2024-01-01-other.text)\n"),
        ]);
        made.engine().rebuild(START).unwrap();
        assert_eq!(links(&made), [address], "{config}");
    }
}

#[test]
fn a_link_to_a_file_without_a_page_is_told_with_its_line() {
    for body in [
        "Text.\n\n[x](/missing.md#x)",
        "Text.\n\n[x](../../missing.md)",
        "Text.\n\n[x](/_posts/2024-01-01-missing.md)",
        "Text.\n\n[x](../../../about.md)",
        "Text.\n\n[x](/%C3%A4.md)",
    ] {
        let made = site(body);
        let ran = made.run(&["check", "content"]);
        let told: Vec<&str> = ran.out.lines().filter(|line| line.contains("source file")).collect();
        let is_outside = body.contains("../../../");
        assert_eq!(told.len(), usize::from(!is_outside), "{body}: {}", ran.out);
        let wanted = "warning: content/news/_posts/2024-02-03-a.md:6: the link `";
        assert!(told.iter().all(|line| line.starts_with(wanted)), "{body}: {}", ran.out);
    }
    let made = site("`[x](/missing.md)`\n\n    [x](/missing.md)");
    let ran = made.run(&["check", "content"]);
    assert!(!ran.out.contains("source file"), "{}", ran.out);
}

#[test]
fn a_post_depends_on_the_post_that_it_links_to() {
    let made = site("[x](../../_posts/2024-01-01-other.md)");
    let mut engine = made.engine();
    engine.rebuild(START).unwrap();
    let moved = OTHER.replace("2024-01-01", "2024-01-09");
    made.write("_posts/2024-01-01-other.md", moved);
    engine.rescan(START + 60_000_000_000).unwrap();
    assert_eq!(links(&made), ["https://example.org/2024/01/09/other.html"]);
    fs::remove_file(made.at("_posts/2024-01-01-other.md")).unwrap();
    engine.rescan(START + 120_000_000_000).unwrap();
    assert_eq!(links(&made), ["https://example.org/news/2024/_posts/2024-01-01-other.md"]);
    made.write("_posts/2024-01-01-other.md", OTHER);
    engine.rescan(START + 180_000_000_000).unwrap();
    assert_eq!(links(&made), ["https://example.org/2024/01/01/other.html"]);
}
