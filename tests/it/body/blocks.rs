//! Blocks of HTML in Markdown: where they begin and end is what kramdown 2.4 makes of them.

use std::time::{Duration, Instant};

use feedmill::content::markdown::html_blocks::Held;

use crate::body::{assert_markdown, markdown};

const BASE: &str = "https://news.example";

#[test]
fn what_follows_a_block_is_markdown() {
    let link = format!("<p><a href=\"{BASE}/x\">返回</a></p>");
    assert_markdown(&[
        ("<p>One</p>\n<p>Two</p>\n[返回](/x)", &format!("<p>One</p>\n<p>Two</p>\n{link}")),
        ("<p>One</p> [返回](/x)", &format!("<p>One</p>\n{link}")),
        ("<hr>\n### Head", "<hr />\n<h3>Head</h3>"),
        ("<center>x</center>\n图1：*说明*", "<p>x</p>\n<p>图1：<em>说明</em></p>"),
        ("text\n<div>a</div>\nb *c*", "<p>text</p>\n<div>a</div>\n<p>b <em>c</em></p>"),
        (
            "<img alt=\"a\" src=\"/a.png\">\n*a*",
            "<p><img src=\"https://news.example/a.png\" alt=\"a\" />\n<em>a</em></p>",
        ),
    ]);
}

#[test]
fn a_block_with_blank_lines_is_one() {
    assert_markdown(&[
        (
            "<div>\n**a**\n\n**b**\n\n    c\n</div>\n\n*d*",
            "<div>\n**a**\n\n**b**\n\n    c\n</div>\n<p><em>d</em></p>",
        ),
        ("<pre>\na\n\n  # b\n  * c\n</pre>\nd", "<pre>a\n\n  # b\n  * c\n</pre>\n<p>d</p>"),
        ("<div>a <b>b</div>\n\n*c*", "<div>a <b>b</b></div><b>\n\n*c*\n</b>"),
        ("<div>\n\n*a*", "<div>\n\n*a*\n</div>"),
        (
            "- x\n  <div>\n\n  *c*\n\n  </div>\n- y",
            "<ul>\n<li>x\n<div>\n\n  *c*\n\n  </div></li>\n<li>y</li>\n</ul>",
        ),
        ("- <div>\n- *y*", "<ul>\n<li></li>\n<li><em>y</em></li>\n</ul>"),
        ("```\n<div>\n```\n\n*a*", "<pre><code>&lt;div&gt;\n</code></pre>\n<p><em>a</em></p>"),
        (
            "<https://a.example/> *b*",
            "<p><a href=\"https://a.example/\">https://a.example/</a> <em>b</em></p>",
        ),
        ("*a*\n</div>\n*b*", "<p><em>a</em></p>\n<p><em>b</em></p>"),
    ]);
}

#[test]
fn an_element_may_hold_markdown() {
    assert_markdown(&[
        (
            "<div markdown=\"1\">\n# a\n\n*b*\n\n<div>*c*</div>\n</div>\n*d*",
            "<div>\n<h1>a</h1>\n<p><em>b</em></p>\n<div>*c*</div>\n</div>\n<p><em>d</em></p>",
        ),
        ("<div markdown=\"span\">*a*</div>", "<div><em>a</em></div>"),
        ("<div markdown=\"1\">*a*</div>\n*b*", "<div><em>a</em></div>\n<p><em>b</em></p>"),
        ("<p markdown='1'>*a*\n\n# b</p>", "<p><em>a</em> # b</p>"),
        (
            "<table><tr><td markdown=\"block\">\n* x\n</td></tr></table>",
            "<table><tbody><tr><td>\n<ul>\n<li>x</li>\n</ul>\n</td></tr></tbody></table>",
        ),
        (
            "<div>\n<div markdown=1>\n*a*\n</div>\n*b*\n</div>",
            "<div>\n<div>\n<p><em>a</em></p>\n</div>\n*b*\n</div>",
        ),
        ("<x-y markdown=1>\n*a*\n</x-y>", "*a*"),
    ]);
}

#[test]
fn text_behind_an_unclosed_element_stays() {
    for name in ["title", "script", "style", "textarea", "select", "template", "object", "iframe"] {
        for text in
            [format!("<{name}>\n\nThe *rest*."), format!("<div>\n<{name}>\n</div>\n\nThe *rest*.")]
        {
            let body = markdown(&text);
            assert!(body.html.contains("<em>rest</em>"), "{text:?}: {}", body.html);
            assert!(body.html.contains(&format!("&lt;{name}&gt;")), "{text:?}: {}", body.html);
        }
    }
}

/// Each is repeated 10,000 times: what is not linear takes minutes.
#[test]
fn blocks_take_no_longer_than_their_text() {
    let pieces = [
        "<div>",
        "<div>\n",
        "<p>x</p>",
        "<p>x</p>\n",
        "<p>x</p>\n\n",
        "</div>",
        "</div>\n",
        "<!--",
        "<div><!--\n",
        "<title>\n",
        "<div><title>",
        "<object>\n",
        "<div markdown=1>",
        "<div markdown=1>\n",
        "<p markdown=1>",
        "<p markdown=1>x</p>",
        "<a b=\"",
        "<p a='\n",
        "- <div>\n",
        "- a\n  <div>\n",
        "  <p>x</p>\n",
        "- a\n  - <p>x</p>\n  <p>y</p>\n",
        "<b>\n\n",
        "<p a b c d\n",
        "<script>x</script>",
        "    <div>\n",
        "> <div>\n",
        "`<div>",
        "<x-y markdown=1>",
    ];
    for piece in pieces {
        for end in ["", "\n</div>", "</title></object></p>", "-->"] {
            let text = ["- a\n", &*piece.repeat(10_000), end].concat();
            let start = Instant::now();
            let held = Held::take(&text);
            drop(held.put_back(held.text.to_string()));
            let took = start.elapsed();
            assert!(took < Duration::from_secs(3), "{piece:?} {end:?}: {took:?}");
        }
    }
}
