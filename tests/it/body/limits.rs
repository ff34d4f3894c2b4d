//! Bodies: no text takes long, and what is too much is said.

use std::time::{Duration, Instant};

use feedmill::content::body::{Markup, Source, render};
use feedmill::content::clean::Cleaning;
use feedmill::diagnostic::Error;
use feedmill::diagnostic::loss::Loss;

use crate::body::liquid::rendered;
use crate::body::{html, source};

/// A hang, whatever the machine: what is not linear takes minutes on these texts.
const HANG: Duration = Duration::from_secs(20);

#[test]
fn no_body_takes_long() {
    let cases = [
        ("<div>".repeat(20_000), true),
        ("x<div>".repeat(20_000), true),
        ("<div><table><td></div>".repeat(10_000), true),
        ("<p><font a=1>x".repeat(10_000), true),
        ("<b></b x>".repeat(20_000), false),
        (format!("<p {}>x", "a b c d ".repeat(10_000)), true),
        ("<p>".repeat(20_000), false),
        ("<ul><li>x</ul>".repeat(5_000), false),
        ("<li>x".repeat(5_000), false),
        ("<table><tr><td><font size=1>x<td>y".repeat(200), true),
        (format!("<table>{}</table>", "<tr><td><font size=1>x<td>y".repeat(2_000)), false),
        (format!("<table><tr><td></table>{}", "<ol><li><tr><td>x</table>".repeat(5_000)), true),
        (format!("<svg></svg><style><!--</style>{}", "<div>".repeat(20_000)), true),
        (format!("<svg></svg><style><!--</style><svg><style>{}", "<div>".repeat(20_000)), true),
        ("<!--".repeat(20_000), false),
        ("<script>".repeat(20_000), false),
        ("</".repeat(20_000), false),
        ("<a title=\"".repeat(20_001), false),
        (format!("<svg>{}</svg>x", "<path/>".repeat(2_000)), false),
    ];
    for (text, is_too_deep) in cases {
        let start = Instant::now();
        let body = html(&text);
        let took = start.elapsed();
        let sample = &text[..text.len().min(30)];
        assert!(took < HANG, "{sample}: {took:?}");
        assert_eq!(!body.warnings.is_empty(), is_too_deep, "{sample}: {:?}", body.warnings);
    }
}

#[test]
fn no_markdown_takes_long() {
    let cases = [
        "> ",
        "[",
        "![",
        "*a ",
        "**a",
        "`a``",
        "<a ",
        "- ",
        "{% ",
        "{{ ",
        "{% raw ",
        "{% comment %}",
        "{% endraw ",
        "~~a ",
        "_a ",
        "[^a]",
        "|a",
        "&",
        "{:",
        "\\",
        "<div>\n\n",
        "1. ",
    ];
    for case in cases {
        let text = case.repeat(20_000 / case.len());
        let start = Instant::now();
        rendered(crate::body::MARKDOWN, &text);
        let took = start.elapsed();
        assert!(took < HANG, "{case}: {took:?}");
    }
}

/// One long line, or one of very many lines: each sign asks for what stands around it.
#[test]
fn no_sign_of_kramdown_s_takes_long() {
    let cases = [
        "$$",
        "$$a$$ ",
        "a $$",
        "a</b> ",
        "a <x1>b ",
        "a <xq> b\n\n",
        "> a <xq> b\n",
        "- a\n```x\n",
        "    a\nb\n",
        "a ` b ",
        "`a`{:.b} ",
        "a\n12. b\n",
        "<<",
        "[a](b c",
        "*[A]: b\n",
        "[a]: /x\n",
        "a\n: b\n\n",
        "~~~a~~~\n",
        "a|b\n-|-\n",
        "^\n\n",
    ];
    for case in cases {
        let text = case.repeat(600_000 / case.len());
        let start = Instant::now();
        rendered(crate::body::MARKDOWN, &text);
        let took = start.elapsed();
        assert!(took < HANG, "{case}: {took:?}");
    }
}

#[test]
fn what_is_too_deep_keeps_its_text() {
    let body = html(&format!("<p>One.<br>Two &amp; &lt;.</p>{}<p>Three", "<div>".repeat(500)));
    assert_eq!(body.html, "<p>One.</p>\n<p>Two &amp; &lt;.</p>\n<p>Three</p>");
    assert_eq!(body.warnings, [Error::Loss(Loss::TooDeep { limit: 256 })]);
}

#[test]
fn what_is_too_long_is_cut_off() {
    let paragraph = format!("<p>{}</p>", "\"水车\"".repeat(20));
    let body = html(&format!("<div>{}</div>", paragraph.repeat(8_000)));
    assert_eq!(body.warnings, [Error::Loss(Loss::TooLong { limit: 2 << 20 })]);
    assert!(body.html.ends_with("</p></div>"));
    assert!(body.html.len() < (2 << 20) + 500);
    // A single text, too: each of its signs becomes six.
    let body = html(&"\"".repeat(500_000));
    assert_eq!(body.warnings, [Error::Loss(Loss::TooLong { limit: 2 << 20 })]);
    assert!(body.html.len() <= 2 << 20);
}

#[test]
fn a_set_of_images_is_not_multiplied_by_its_base() {
    let base = format!("https://news.example/{}/", "x".repeat(15_000));
    let text = format!("<img srcset=\"{}\">", "a 1x,".repeat(100_000));
    let source = Source { base: &base, ..source(Markup::Html, &text) };
    assert!(render(&source, &Cleaning::default()).html.len() < 2 << 20);
}
