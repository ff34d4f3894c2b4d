//! kramdown's extensions: what an author hid as a comment is never published. The cases are what
//! kramdown 2.4 makes of them, but for those of `what_kramdown_takes_for_text`.

use std::time::{Duration, Instant};

use feedmill::diagnostic::Error;
use feedmill::diagnostic::loss::Loss;

use crate::body::{assert_markdown, html, markdown};

#[test]
fn comments_vanish() {
    assert_markdown(&[
        ("{::comment}\nS\n\nT\n{:/comment}\n\nafter", "<p>after</p>"),
        ("text\n\n{::comment}\nS\n{:/}\nmore", "<p>text</p>\n<p>more</p>"),
        ("text\n{::comment}\nS\n{:/comment}\nmore", "<p>text\nmore</p>"),
        ("a {::comment}S{:/comment} b", "<p>a  b</p>"),
        ("a{::comment}S\nsecond{:/}b", "<p>ab</p>"),
        ("{::comment}one line{:/comment}\n\nafter", "<p>after</p>"),
        ("{::comment}S\n{:/comment}\nafter", "<p>after</p>"),
        ("{::comment}a{:/comment}{::comment}b{:/comment}c", "<p>c</p>"),
        ("{::comment}\nS\n{:/other}\nT\n{:/comment}\nafter", "<p>after</p>"),
        ("a {::comment}S{:/other} T{:/comment} b", "<p>a  b</p>"),
        ("   {::comment key=\"v\"} \nS\n   {:/comment} \nafter", "<p>after</p>"),
        ("{::comment}\r\nS\r\n{:/comment}\r\nafter", "<p>after</p>"),
        ("{::comment}\nS --> <!-- \n{:/comment}\nafter", "<p>after</p>"),
        ("{::comment}\n```\nS\n{:/comment}\nafter", "<p>after</p>"),
        ("# Head {::comment}S{:/comment}x", "<h1>Head x</h1>"),
        (
            "[a{::comment}S{:/comment}](http://x.example/)",
            "<p><a href=\"http://x.example/\">a</a></p>",
        ),
        ("*a {::comment}S* b{:/comment} c", "<p>*a  c</p>"),
        ("a `b {::comment}S{:/comment} x", "<p>a `b  x</p>"),
        (
            "a[^1]\n\n[^1]: note {::comment}S{:/comment}x\n\n    {::comment}\n    S\n\n    S\n    {:/comment}",
            "<p>a<sup><a id=\"fnref-2d2c12e6-1\" class=\"footnote\" role=\"doc-noteref\" href=\"#fn-2d2c12e6-1\">1</a></sup></p>\n<section class=\"footnotes\" role=\"doc-endnotes\">\n<ol>\n<li id=\"fn-2d2c12e6-1\">\n<p>note x <a class=\"footnote-backref\" role=\"doc-backlink\" href=\"#fnref-2d2c12e6-1\">↩</a></p>\n</li>\n</ol>\n</section>",
        ),
        ("{::comment/}\n\na {::comment /}b", "<p>a b</p>"),
        (
            "{::options toc_levels=\"1\" /}\n\na {::options auto_ids=\"false\"}S{:/options}b",
            "<p>a b</p>",
        ),
    ]);
}

#[test]
fn comments_vanish_from_lists_and_quotations() {
    assert_markdown(&[
        ("- a\n  {::comment}\n  S\n  {:/comment}\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("- {::comment}\n  S\n\n  T\n  {:/comment}\n- b", "<ul>\n<li></li>\n<li>b</li>\n</ul>"),
        (
            "-   a\n\n    {::comment}\n    S\n    {:/comment}\n\n    x",
            "<ul>\n<li>\n<p>a</p>\n<p>x</p>\n</li>\n</ul>",
        ),
        (
            "> a\n>\n> {::comment}\n> S\n>\n> T\n> {:/comment}\n> b",
            "<blockquote>\n<p>a</p>\n<p>b</p>\n</blockquote>",
        ),
    ]);
}

#[test]
fn raw_html_stays_as_it_is() {
    assert_markdown(&[
        ("{::nomarkdown}<b>*lost*</b>{:/nomarkdown}", "<p><b>*lost*</b></p>"),
        ("a {::nomarkdown}<i>*k*</i>{:/} *b*", "<p>a <i>*k*</i> <em>b</em></p>"),
        ("{::nomarkdown}<i>x</i>{:/} rest *em*", "<p><i>x</i> rest <em>em</em></p>"),
        (
            "{::nomarkdown}\n<div>\n\n*x*\n\n</div>\n{:/}\n*after*",
            "<div>\n\n*x*\n\n</div>\n<p><em>after</em></p>",
        ),
        (
            "> {::nomarkdown}\n> <b>*x*</b>\n> {:/}\n> b",
            "<blockquote>\n<b>*x*</b>\n<p>b</p>\n</blockquote>",
        ),
        ("{::nomarkdown type=\"latex\"}\n\\x\n{:/}\nafter", "<p>after</p>"),
        ("{::nomarkdown}<script>x()</script><a href=\"javascript:x()\">a</a>{:/}", "<p>a</p>"),
        ("{::nomarkdown/}a", "<p>a</p>"),
    ]);
}

#[test]
fn code_has_no_extensions() {
    let code = "<code>{::comment}x{:/comment}";
    assert_markdown(&[
        ("```\n{::comment}x{:/comment}\n```", &format!("<pre>{code}\n</code></pre>")),
        ("~~~\n{::comment}x{:/comment}\n~~~", &format!("<pre>{code}\n</code></pre>")),
        ("a\n\n    {::comment}x{:/comment}", &format!("<p>a</p>\n<pre>{code}\n</code></pre>")),
        ("a\n\n\t{::comment}x{:/comment}", &format!("<p>a</p>\n<pre>{code}\n</code></pre>")),
        ("`{::comment}x{:/comment}`", &format!("<p>{code}</code></p>")),
        ("``a ` {::comment}x`` b", "<p><code>a ` {::comment}x</code> b</p>"),
        (
            "- a\n\n      {::comment}x{:/comment}",
            &format!("<ul>\n<li>\n<p>a</p>\n<pre>{code}\n</code></pre>\n</li>\n</ul>"),
        ),
        (
            "> ```\n> {::comment}x{:/comment}\n> ```\n\nv {:/comment}",
            &format!(
                "<blockquote>\n<pre>{code}\n</code></pre>\n</blockquote>\n<p>v {{:/comment}}</p>"
            ),
        ),
        (
            "```\n{::comment}\n```\n\nvisible\n\na {:/comment}",
            "<pre><code>{::comment}\n</code></pre>\n<p>visible</p>\n<p>a {:/comment}</p>",
        ),
        ("text\n    {::comment}S{:/comment}x", "<p>text\nx</p>"),
        ("\\{::comment}S", "<p>{::comment}S</p>"),
    ]);
    assert_eq!(html("<p>{::comment}S{:/comment}</p>").html, "<p>{::comment}S{:/comment}</p>");
}

/// Where an end is missing the page shows the text, so a feed hides nothing; but its author is told.
#[test]
fn a_comment_without_an_end_is_told() {
    for text in
        ["{::comment}\nS\n\nend", "a {::comment}S\n\nb{:/comment} c", "> {::comment}\n> S\n\nb"]
    {
        let body = markdown(text);
        assert!(body.html.contains('S'), "{text:?}: {}", body.html);
        assert_eq!(body.warnings, [Error::Loss(Loss::Unclosed { name: "comment" })], "{text:?}");
    }
    assert_eq!(markdown("{::comment}\nS\n{:/comment}").warnings, []);
    assert_eq!(markdown("`{::comment}`").warnings, []);
}

/// Here kramdown shows what was meant to be hidden: it wants a paragraph of its own for a block, and
/// takes no Markdown within HTML.
#[test]
fn what_kramdown_takes_for_text_is_hidden_where_its_end_is_plain() {
    assert_markdown(&[
        ("text\n{::comment}\nS\n\nT\n{:/comment}\nmore", "<p>text\nmore</p>"),
        ("<div>\n{::comment}\nS\n{:/comment}\nx</div>", "<div>\nx</div>"),
        ("```\nopen\n\n{::comment}\nS\n{:/comment}", "<p>```\nopen</p>"),
        ("{::comment}\nS\n\n    {:/comment}\n\nT", "<p>T</p>"),
    ]);
}

#[test]
fn an_excerpt_does_not_end_within_a_comment() {
    let text = "a\n\n{::comment}\nSECRET\nMORE\n{:/comment}\n\nb\n\nMORE\n\nc";
    let source = feedmill::content::body::Source {
        separator: Some("MORE"),
        ..crate::body::source(crate::body::MARKDOWN, text)
    };
    let body =
        feedmill::content::body::render(&source, &feedmill::content::clean::Cleaning::default());
    assert!(!body.html.contains("SECRET") && !body.summary.contains("SECRET"), "{body:?}");
    assert_eq!(body.summary, "a b");
}

/// Each is repeated 30,000 times in one line or in many: what is not linear takes minutes.
#[test]
fn extensions_take_no_longer_than_their_text() {
    let pieces = [
        "{::comment}",
        "{::comment}\n",
        "{::comment}\n\n",
        "{::comment}{:/}",
        "{::comment}\n{:/}\n",
        "{:/comment}",
        "{::comment ",
        "{::nomarkdown}{:/x}",
        "a`{::comment}",
        "`` ` {::comment}",
        "- {::comment}\n",
        "> {::comment}\n",
        "{::comment}{:/}  ",
        "\\{::comment}",
        "{::nomarkdown}\n",
        "```\n{::comment}\n",
        "    {::comment}\n",
    ];
    for piece in pieces {
        for end in ["", "x{:/comment}", "\n{:/}\n"] {
            let text = [&*piece.repeat(30_000), end].concat();
            let start = Instant::now();
            drop(feedmill::content::markdown::kramdown::Extensions::take(&text));
            assert!(
                start.elapsed() < Duration::from_secs(2),
                "{piece:?} {end:?}: {:?}",
                start.elapsed()
            );
        }
    }
}

/// A mark that a text already holds stands for nothing, and no raw text is put in twice.
#[test]
fn raw_html_stands_once() {
    let text = "{::nomarkdown}<b>x</b>{:/} \u{FDD0}0\u{FDD1} \u{FDD0}7\u{FDD1} \u{FDD0}a";
    assert_eq!(markdown(text).html.matches("<b>").count(), 1);
}
