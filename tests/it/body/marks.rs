//! What kramdown 2.4 marks in a line of its own, and what of a tag in prose is text.

use crate::body::{assert_markdown, markdown};

#[test]
fn definitions_are_a_list() {
    assert_markdown(&[
        (
            "Apple\n: A *fruit*\n: A firm",
            "<dl>\n<dt>Apple</dt>\n<dd>A <em>fruit</em></dd>\n<dd>A firm</dd>\n</dl>",
        ),
        ("Note: this\nis text : and this", "<p>Note: this\nis text : and this</p>"),
        ("```\na\n: b\n```", "<pre><code>a\n: b\n</code></pre>"),
    ]);
}

#[test]
fn the_end_of_a_block_is_not_shown() {
    assert_markdown(&[
        ("a\n\n^\n\nb", "<p>a</p>\n\n<p>b</p>"),
        ("- a\n\n^\n\n- b", "<ul>\n<li>a</li>\n</ul>\n\n<ul>\n<li>b</li>\n</ul>"),
        ("```\n^\n```", "<pre><code>^\n</code></pre>"),
        ("x ^ y", "<p>x ^ y</p>"),
    ]);
}

#[test]
fn tildes_around_a_line_open_no_code() {
    assert_markdown(&[("~~~gone~~~\n\n*b*", "<p>~<del>gone</del>~</p>\n<p><em>b</em></p>")]);
    let fence = markdown("~~~\na\n~~~\n\n*b*").html;
    assert_eq!(fence, "<pre><code>a\n</code></pre>\n<p><em>b</em></p>");
}

#[test]
fn an_item_may_begin_with_an_attribute_list() {
    assert_markdown(&[("- {: .a} item\n- other", "<ul>\n<li>item</li>\n<li>other</li>\n</ul>")]);
}

#[test]
fn a_tag_in_prose_is_text_where_nothing_ends_it() {
    for name in [
        "title", "script", "style", "textarea", "select", "template", "object", "iframe",
        "noscript",
    ] {
        let body = markdown(&format!("Write a <{name}> tag *here*.\n\nThe rest."));
        let expected =
            format!("<p>Write a &lt;{name}&gt; tag <em>here</em>.</p>\n<p>The rest.</p>");
        assert_eq!(body.html, expected);
    }
    assert_markdown(&[
        ("a <script>x()</script> b", "<p>a  b</p>"),
        ("a <style>x</style> <style> b", "<p>a  &lt;style&gt; b</p>"),
        ("a `<script>` b", "<p>a <code>&lt;script&gt;</code> b</p>"),
    ]);
}

#[test]
fn numbers_of_footnotes_are_in_no_summary() {
    let body = markdown("Claim[^1] holds since 1999[^b].\n\n[^1]: RenderedDocument.\n[^b]: B.");
    assert_eq!(body.summary, "Claim holds since 1999.");
    assert_eq!(
        crate::body::html("<p>10<sup>2</sup> m<sup><a href=\"/x\">y</a></sup></p>").summary,
        "102 my"
    );
}

#[test]
fn abbreviations_are_explained() {
    let abbr = "<abbr title=\"Style &lt;Sheets&gt;\">CSS</abbr>";
    assert_markdown(&[
        (
            "CSS, `CSS` and CSSX by 甲.\n\n*[CSS]: Style <Sheets>\n",
            &format!("<p>{abbr}, <code>CSS</code> and CSSX by 甲.</p>"),
        ),
        (
            "**CSS**\n\n*[CSS]: a\n*[CSS]: Style <Sheets>",
            &format!("<p><strong>{abbr}</strong></p>"),
        ),
        ("```\n*[CSS]: a\n```", "<pre><code>*[CSS]: a\n</code></pre>"),
        (
            "![CSS](/a.png)\n\n*[CSS]: a",
            "<p><img src=\"https://news.example/a.png\" alt=\"CSS\" /></p>",
        ),
        ("    *[CSS]: a", "<pre><code>*[CSS]: a\n</code></pre>"),
        ("*[a](https://a.example/)*", "<p><em><a href=\"https://a.example/\">a</a></em></p>"),
    ]);
}

#[test]
fn the_last_definition_of_a_label_counts() {
    let link = |text: &str| format!("<a href=\"https://a.example/2\">{text}</a>");
    assert_markdown(&[
        (
            "[x][A]\n\n[a]: https://a.example/1\n[A]: https://a.example/2",
            &format!("<p>{}</p>", link("x")),
        ),
        (
            "[b] [1] `[b] [1]` [c] [d]\n\n[1]: https://a.example/2",
            &format!("<p>{} <code>[b] [1]</code> [c] [d]</p>", link("b")),
        ),
        (
            "```\n[1]: a\n[1]: b\n```\n\n[1]: https://a.example/2\n\n[1]",
            &format!("<pre><code>[1]: a\n[1]: b\n</code></pre>\n<p>{}</p>", link("1")),
        ),
    ]);
    for piece in ["[a]: b\n", "[a] [a] ", "] [", "`[a] [", "[a]:\n"] {
        let text = format!("{}\n\n[a]: b\n[a]: c", piece.repeat(10_000));
        let start = std::time::Instant::now();
        drop(feedmill::content::markdown::references::settled(text.into()));
        assert!(start.elapsed().as_secs() < 3, "{piece:?}: {:?}", start.elapsed());
    }
}

#[test]
fn explanations_fill_no_memory() {
    let title = "t".repeat(15_000);
    let body = markdown(&format!("{}\n\n*[a]: {title}", "a ".repeat(100_000)));
    assert!(body.html.len() < 1 << 20, "{}", body.html.len());
}
