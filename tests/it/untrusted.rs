//! Untrusted content: what a hostile post cannot do in readers or on our pages when the site says
//! `feedmill.sanitize: untrusted`. Each case is an attack; what it leaves is said to the byte.

use feedmill::base::hash::Hash;
use feedmill::content::body::{Body, Markup, Source, render};
use feedmill::content::clean::{Cleaning, Patterns};
use feedmill::content::html::trust::Trust;
use feedmill::content::markdown::dialect::Flavor;
use feedmill::content::names::MAX_NAMES_UNTRUSTED;
use serde_json::Value;

use crate::body::DIALECT;
use crate::making::{Made, Tree};
use crate::pages;
use crate::validity::rules::assert_valid;

/// Any day after the last stamp of a post.
const NOW: i64 = 4_000_000_000_000_000_000;
const BASE: &str = "https://news.example/a/b.html";
const CONFIG: &str = "title: Guests\nurl: https://news.example\nfeedmill:\n  sanitize: untrusted\n  \
    feeds: [tag, author]\n";

fn body(markup: Markup, text: &str) -> Body {
    let cleaning =
        Cleaning::new(&Patterns { trust: Trust::Untrusted, ..Patterns::default() }).unwrap();
    render(
        &Source {
            markup,
            dialect: &DIALECT,
            text,
            base: BASE,
            path: "_posts/2022-01-01-post.md",
            markdown_ext: &[],
            elsewhere: &|_: &str| None,
            is_oversize: false,
            separator: None,
            liquid: None,
        },
        &cleaning,
    )
}

#[track_caller]
fn assert_html(cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (written, expected) in cases {
        for text in [written, expected] {
            let html = body(Markup::Html, text).html;
            if html != *expected {
                wrong.push(format!("{text}\n  gives  {html}\n  and not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A link as it comes out.
fn link(address: &str, text: &str) -> String {
    format!("<a href=\"{address}\" rel=\"nofollow noopener noreferrer ugc\">{text}</a>")
}

#[test]
fn an_honest_post_stays_as_it_is() {
    let written = "# Head\n\nText, **bold** and `code`.\n\n> quoted\n\n- one\n- two\n\n|a|\n|-|\n|1|\n\n\
                   ```rust\nfn\n```\n\n![gate](/gate.png)";
    let trusted = render(
        &Source {
            markup: Markup::Markdown(Flavor::Kramdown),
            dialect: &DIALECT,
            text: written,
            base: BASE,
            path: "_posts/2022-01-01-post.md",
            markdown_ext: &[],
            elsewhere: &|_: &str| None,
            is_oversize: false,
            separator: None,
            liquid: None,
        },
        &Cleaning::default(),
    );
    assert_eq!(body(Markup::Markdown(Flavor::Kramdown), written), trusted);
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    assert_html(&[
        ("<img src=//spy.example/1.gif alt=x>a", "a"),
        ("<img src=/own.png alt=x>", "<img src=\"https://news.example/own.png\" alt=\"x\" />"),
        ("<img src=https://news.example:8443/x.png>a", "a"),
        ("<img src=https://news.example@spy.example/x.png>a", "a"),
        ("<img src=https://u@news.example/x.png>a", "a"),
        (
            "<img src=/own.png srcset='//spy.example/2.png 2x, /o.png'>",
            "<img src=\"https://news.example/own.png\" />",
        ),
        (
            "<img srcset='//spy.example/2.png 2x, /o.png 1x'>",
            "<img src=\"https://news.example/o.png\" />",
        ),
        (
            "<img src=/loading.gif data-src=//spy.example/x.png>",
            "<img src=\"https://news.example/loading.gif\" />",
        ),
        ("<img src='data:image/svg+xml,<svg onload=x()>'>a", "a"),
        ("<img src='data:image/png;base64,AAAA'>a", "a"),
        ("<image src=//spy.example/x.png>a", "a"),
        (
            "<picture><source srcset=//spy.example/x.png><img src=/own.png></picture>",
            "<img src=\"https://news.example/own.png\" />",
        ),
        ("<video src=/v.mp4 autoplay poster=//spy.example/p.png><track src=/t>v</video>", "v"),
        ("<audio autoplay src=//spy.example/a.mp3></audio>a", "a"),
        ("<iframe src=https://news.example/login>x</iframe>a", "a"),
        ("<object data=/x.swf>o</object><applet code=x>p</applet>a", "oa"),
        (
            "<embed src=/x.swf>a<object data=javascript:x()></object>",
            &*format!("<p>{}</p>a", link("https://news.example/x.swf", "news.example/x.swf")),
        ),
        (
            "<table background=//spy.example/x><tr><td background=//spy.example/y>a</table>",
            "<table><tbody><tr><td>a</td></tr></tbody></table>",
        ),
        (
            "<link rel=stylesheet href=//spy.example/c><p style='background:url(//spy.example/x)'>a",
            "<p>a</p>",
        ),
        ("<blockquote cite=//spy.example/x>a</blockquote>", "<blockquote>a</blockquote>"),
    ]);
}

#[test]
fn links_lead_where_they_say() {
    let plain = link("https://other.example/x", "a");
    assert_html(&[
        (
            "<a href=https://other.example/x target=_blank rel=opener ping=//spy.example>a</a>",
            &plain,
        ),
        ("<a href=javascript:x()>a</a>", "a"),
        ("<a href='&#106;avascript&colon;x()'>a</a>", "a"),
        ("<a href='java\tscript\n:x()'>a</a>", "a"),
        ("<a href='\u{1} javascript:x()'>a</a>", "a"),
        ("<a href='JaVaScRiPt:x()'>a</a>", "a"),
        ("<a href='jav&#x0A;ascript:x()'>a</a>", "a"),
        (
            "<a href='vbscript:x'>a</a><a href='data:text/html,x'>b</a><a href='file:///etc'>c</a>",
            "abc",
        ),
        ("<a href='blob:https://news.example/1'>a</a><a href='view-source:x'>b</a>", "ab"),
        (
            "<a href='tel:110'>a</a><a href='ed2k://x'>b</a><a href='mailto:a@b.example?attach=c'>c</a>",
            "abc",
        ),
        ("<a href='https://bank.example@evil.example/'>a</a>", "a"),
        (
            "<a href='https://bank.example\\@evil.example/'>a</a>",
            &link("https://bank.example/@evil.example/", "a"),
        ),
        ("<base href=//evil.example/><a href=/x>a</a>", &link("https://news.example/x", "a")),
        (
            "<map name=m><area href=//evil.example></map><a href=/x xlink:href=javascript:x()>a</a>",
            &link("https://news.example/x", "a"),
        ),
    ]);
    let written = "[a](javascript:x()) [b](<JAVASCRIPT&colon;x()>) <javascript:x()> ![c](data:image/svg+xml,x)\n\n\
                   [d]\n\n[d]: vbscript:x";
    assert_eq!(
        body(Markup::Markdown(Flavor::Kramdown), written).html,
        "<p>a b javascript:x() </p>\n<p>d</p>"
    );
}

#[test]
fn nothing_runs_and_nothing_covers_the_reader() {
    assert_html(&[
        ("<script>x()</script><scr<script>ipt>x()</script>a", "ipt&gt;x()a"),
        (
            "<p onclick=x() onload=y() style='position:fixed' id=top class=modal name=x>a",
            "<p>a</p>",
        ),
        ("<style>@import '//spy.example'</style><p>a", "<p>a</p>"),
        ("<meta http-equiv=refresh content='0;url=//evil.example'>a", "a"),
        ("<form action=//evil.example><input name=password><button>b</button>a</form>", "<p>a</p>"),
        ("<button formaction=javascript:x()>a</button><isindex action=x>b", "b"),
        ("<header>a</header><nav>b</nav><main>c</main>", "<p>a</p><p>b</p><p>c</p>"),
        (
            "<dialog open>a</dialog><details open ontoggle=x()><summary>b</summary>c</details>d",
            "<p>b</p>c\nd",
        ),
        ("<bdo dir=rtl>moc.elgoog</bdo>", "moc.elgoog"),
        (
            "<table><tr><td colspan=99999 rowspan=65534 width=9>a</table>",
            "<table><tbody><tr><td>a</td></tr></tbody></table>",
        ),
        ("<img src=/x.png width=99999 height=99999>", "<img src=\"https://news.example/x.png\" />"),
        ("<marquee onstart=x()>a</marquee><x-y is=z>b</x-y><portal src=/x></portal>", "ab"),
        ("<p>a<!--><script>x()</script>-->b", "<p>a--&gt;b</p>"),
    ]);
}

#[test]
fn a_second_parse_sees_nothing_new() {
    assert_html(&[
        (
            "<svg><style><img src=/x onerror=x()></style></svg>a",
            "<img src=\"https://news.example/x\" />a",
        ),
        ("<svg><desc><p title='</svg><img src=x onerror=x()>'>t</desc></svg>a", ""),
        (
            "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=x()&gt;'>a",
            "a<table></table>",
        ),
        ("<math><mi><svg><script>x()</script></svg>f</mi></math>", "f"),
        ("<form><math><mtext></form><form><mglyph><style></math><img src onerror=x()>a", ""),
        (
            "<noscript><p title='</noscript><img src=/x onerror=x()>'>a</noscript>b",
            "<p title=\"&lt;/noscript&gt;&lt;img src=/x onerror=x()&gt;\">ab</p>",
        ),
        (
            "<textarea><img title='</textarea><img src=/x onerror=x()>'></textarea>a",
            "<img src=\"https://news.example/x\" />'&gt;a",
        ),
        ("<xmp><img src=x onerror=x()></xmp>", "<pre>&lt;img src=x onerror=x()&gt;</pre>"),
        ("<title><img src=x onerror=x()></title><template><img src=x></template>a", "a"),
        (
            "<p title='\"><script>x()</script>'>a",
            "<p title=\"&quot;&gt;&lt;script&gt;x()&lt;/script&gt;\">a</p>",
        ),
        ("<p title='`onmouseover=x()'>a", "<p title=\"`onmouseover=x()\">a</p>"),
        ("&lt;script&gt;x()&lt;/script&gt;", "&lt;script&gt;x()&lt;/script&gt;"),
        ("<![CDATA[<script>x()</script>]]>a", "x()]]&gt;a"),
        (
            "<?xml-stylesheet href='x'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
            "]&gt;&amp;e;",
        ),
    ]);
}

#[test]
fn bombs_do_not_go_off() {
    let deep = body(Markup::Html, &"<blockquote>".repeat(5_000));
    assert!(!deep.html.contains("<blockquote>"), "{}", deep.warnings.len());
    let entities = "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><p>&b;&b;</p>";
    assert_eq!(body(Markup::Html, entities).html, "]&gt;<p>&amp;b;&amp;b;</p>");
    let set = format!("<img src=/x.png srcset=\"{}\">", "x, ".repeat(100_000));
    assert_eq!(body(Markup::Html, &set).html, "<img src=\"https://news.example/x.png\" />");
}

/// The post of a stranger who tries each field.
const HOSTILE: &str = r#"---
title: "&lt;script&gt;x()&lt;/script&gt; <b onclick=x()>b</b> \u202Egpj.exe a < b {{ x }}"
date: 2022-01-04
author: {name: "&lt;img src=x onerror=x()&gt;Eve", url: "javascript:x()", email: e@e.example}
categories: ["&lt;/title&gt;<script>", ok]
tags: [c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18]
description: "&lt;iframe src=//evil.example&gt; \u2066x"
id: tag:news.example,2025:2022-01-03-honest
image: //spy.example/i.png
enclosure: [//spy.example/a.mp3, /own.mp3]
license: "javascript:x()"
permalink: "//evil.example/@x"
lang: "en\" onload=\"x()"
---
{{ page.title }} <script>x()</script> {% include x %}
"#;

fn built(config: &str) -> Tree {
    let made = Made::of(&[("_config.yml", config)]);
    made.write("_posts/2022-01-03-honest.md", "---\ntitle: Honest\n---\nHonest.\n");
    made.write("_posts/2022-01-04-hostile.md", HOSTILE);
    made.engine().rebuild(NOW).unwrap();
    made.feeds()
}

#[test]
fn no_field_of_a_post_is_a_weapon() {
    let feeds = built(CONFIG);
    assert_valid(&feeds, "https://news.example");
    let feed: Value = serde_json::from_slice(&feeds["feed.json"]).unwrap();
    let items = feed["items"].as_array().unwrap();
    assert_eq!(items.len(), 2, "an id was taken over");
    let item = &items[0];
    assert_eq!(item["id"], "tag:news.example,2025:2022-01-04-hostile");
    assert_eq!(item["url"], "https://news.example/evil.example/@x");
    assert_eq!(item["title"], "‹script>x()‹/script> b gpj.exe a < b {{ x }}");
    assert_eq!(item["summary"], "‹iframe src=//evil.example> x");
    assert_eq!(item["authors"][0]["name"], "‹img src=x onerror=x()>Eve");
    assert_eq!(item["authors"][0]["url"], Value::Null);
    assert_eq!(item["image"], Value::Null);
    assert_eq!(item["attachments"].as_array().unwrap().len(), 1);
    assert_eq!(item["attachments"][0]["url"], "https://news.example/own.mp3");
    let tags = item["tags"].as_array().unwrap();
    assert_eq!(tags.len(), 2 + MAX_NAMES_UNTRUSTED);
    for (path, bytes) in &feeds {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains("javascript:"), "{path}");
        let is_page = pages::is_page(path);
        // A page has one script of ours.
        assert_eq!(text.matches("<script").count(), usize::from(is_page), "{path}");
        assert!(!text.contains("spy.example"), "{path}");
    }
}

#[test]
fn no_address_of_a_person_is_a_script_in_any_mode() {
    let feeds = built("title: Own\nurl: https://news.example\n");
    assert_valid(&feeds, "https://news.example");
    for path in ["rss.xml", "atom.xml", "feed.json"] {
        assert!(!String::from_utf8_lossy(&feeds[path]).contains("javascript:"), "{path}");
    }
}

/// What an entry hangs on is told of one file after the other: a file whose name says what is said of
/// two must not be taken for them.
#[test]
fn no_name_of_a_file_makes_a_post_look_like_another() {
    let quoting = "---\ntitle: Quoting\n---\n{% post_url 2022-01-02-quoted %}\n";
    let quoted = "---\ntitle: Quoted\n---\nText.\n";
    for between in ["\n", " ", "", "\u{1}"] {
        let made = Made::of(&[("_config.yml", CONFIG)]);
        made.write("_posts/2022-01-01-quoting.md", quoting);
        made.write("_posts/2022-01-02-quoted.md", quoted);
        let state = Hash::of_file(quoting.as_bytes());
        let name =
            format!("_posts/2022-01-01-quoting.md {state}{between}_posts/2022-01-02-quoted.md");
        made.write(&name, quoted);
        made.engine().rebuild(NOW).unwrap();
        let feed: Value = serde_json::from_slice(&made.feeds()["feed.json"]).unwrap();
        let items = feed["items"].as_array().unwrap().iter();
        let titles: Vec<&str> = items.map(|item| item["title"].as_str().unwrap()).collect();
        assert_eq!(titles.len(), 3, "{between:?}");
        assert!(titles.contains(&"Quoting"), "{between:?}: {titles:?}");
    }
}

/// Of a name that is nothing but direction marks nothing is left, and an entry of nobody is one of the
/// site's own author.
#[test]
fn a_name_of_direction_marks_alone_is_nobody() {
    let made = Made::of(&[("_config.yml", CONFIG)]);
    for (day, author) in
        [(3, r#""\u202E\u061C\u200F""#), (4, r#"["\u200E\u2066", "\u061CE\u200Fv\u200Ee"]"#)]
    {
        let text = format!("---\ntitle: T\nauthor: {author}\n---\nText.\n");
        made.write(&format!("_posts/2022-01-0{day}-x{day}.md"), &text);
    }
    made.engine().rebuild(NOW).unwrap();
    let feeds = made.feeds();
    assert_valid(&feeds, "https://news.example");
    let feed: Value = serde_json::from_slice(&feeds["feed.json"]).unwrap();
    assert_eq!(feed["items"][0]["authors"], serde_json::json!([{"name": "Eve"}]));
    assert_eq!(feed["items"][1]["authors"], Value::Null);
}

#[test]
fn too_many_names_are_told() {
    let made = Made::of(&[("_config.yml", CONFIG), ("_posts/2022-01-04-hostile.md", HOSTILE)]);
    let ran = made.run(&["check", "content"]);
    assert!(ran.out.contains("more than 16 names under `tags`"), "{ran:?}");
}

#[test]
fn an_unknown_degree_of_trust_is_an_error() {
    let made = Made::of(&[("_config.yml", "feedmill:\n  sanitize: strict\n")]);
    let ran = made.run(&["check", "content"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("`trusted` or `untrusted`"), "{ran:?}");
}
