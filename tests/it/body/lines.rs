//! Lines, escapes and labels that kramdown 2.4 and `CommonMark` read otherwise.

use std::time::{Duration, Instant};

use feedmill::content::markdown::lines::as_commonmark;

use crate::body::assert_markdown;

#[test]
fn signs_alone_begin_nothing() {
    assert_markdown(&[
        ("1) one\n2) two", "<p>1) one\n2) two</p>"),
        (
            "> 1) one\n\n- 2) two",
            "<blockquote>\n<p>1) one</p>\n</blockquote>\n<ul>\n<li>2) two</li>\n</ul>",
        ),
        ("#\n\na\n\n-\n\n###### ", "<p>#</p>\n<p>a</p>\n<p>-</p>\n<p>######</p>"),
        ("a\n#\n\n## b", "<p>a\n#</p>\n<h2>b</h2>"),
        ("1. a\n1.\n*\n+", "<ol>\n<li>a\n1.\n*\n+</li>\n</ol>"),
        ("a\n-\n\nb", "<h2>a</h2>\n<p>b</p>"),
        (
            "```\n1) a\n#\n```\n\n    1) b",
            "<pre><code>1) a\n#\n</code></pre>\n<pre><code>1) b\n</code></pre>",
        ),
        ("2024) 5.\n\n1.5) x", "<p>2024) 5.</p>\n<p>1.5) x</p>"),
    ]);
}

#[test]
fn a_fence_without_an_end_is_text() {
    assert_markdown(&[
        (
            "Text\n\n```\nnever *closed*\n\nSecond.",
            "<p>Text</p>\n<p>```\nnever <em>closed</em></p>\n<p>Second.</p>",
        ),
        ("~~~ ruby\nx\n\n*b*", "<p>~~~ ruby\nx</p>\n<p><em>b</em></p>"),
        ("```\na\n```\n\n```\nb", "<pre><code>a\n</code></pre>\n<p>```\nb</p>"),
    ]);
}

#[test]
fn a_fence_behind_the_text_of_an_item_is_part_of_it_until_a_blank_line() {
    let code = |list: &str| format!("<{list}>\n<li>foo\n<pre><code>code\n</code></pre>\n</li>\n");
    let (ordered, plain) = (code("ol"), code("ul"));
    assert_markdown(&[
        ("1. foo\n```\ncode\n```\n2. bar", &format!("{ordered}<li>bar</li>\n</ol>")),
        ("- foo\n~~~\ncode\n~~~\n- bar", &format!("{plain}<li>bar</li>\n</ul>")),
        (
            "- foo\n```ruby\ncode\n```\ntext\n\nend",
            "<ul>\n<li>foo\n<pre><code class=\"language-ruby\">code\n</code></pre>\ntext</li>\n</ul>\n<p>end</p>",
        ),
        // Blank lines end the item before the fence does, and so do items.
        (
            "1. foo\n```\na\n\nb\n```\n2. bar\n\nend",
            "<ol>\n<li>foo\n```\na</li>\n</ol>\n<p>b\n```</p>\n<ol>\n<li>bar</li>\n</ol>\n<p>end</p>",
        ),
        ("- a\n```\n- x\n```\nz", "<ul>\n<li>a\n```</li>\n<li>x\n```\nz</li>\n</ul>"),
        // Behind a blank line it is the fence that it looks like.
        (
            "- foo\n\n```\na\n\nb\n```",
            "<ul>\n<li>foo</li>\n</ul>\n<pre><code>a\n\nb\n</code></pre>",
        ),
    ]);
}

#[test]
fn code_goes_on_in_lines_without_its_indent() {
    assert_markdown(&[
        (
            "    let a\nlet b\n- c\n    d\n\ne",
            "<pre><code>let a let b - c\nd\n</code></pre>\n<p>e</p>",
        ),
        (
            "* x\n^\n\n    a\n         b\n    - c",
            "<ul>\n<li>x</li>\n</ul>\n\n<pre><code>a\n     b\n- c\n</code></pre>",
        ),
        ("    a \nb", "<pre><code>a \nb\n</code></pre>"),
        (
            "- x\n\n      a\n- y",
            "<ul>\n<li>\n<p>x</p>\n<pre><code>a\n</code></pre>\n</li>\n<li>\n<p>y</p>\n</li>\n</ul>",
        ),
        ("    a\n<p>b</p>", "<pre><code>a\n</code></pre>\n<p>b</p>"),
        ("> \ta\n> \t\tb", "<blockquote>\n<pre><code>a\n    b\n</code></pre>\n</blockquote>"),
    ]);
}

#[test]
fn attribute_lists_stand_behind_code_and_not_in_it() {
    assert_markdown(&[
        (
            "`{:ok, a} or {:error, b}` and `x`{:.y}{:.z}.",
            "<p><code>{:ok, a} or {:error, b}</code> and <code>x</code>.</p>",
        ),
        ("`a\n{:ok, *b*}` {:c} \\`{:d}.", "<p><code>a {:ok, *b*}</code> {:c} `{:d}.</p>"),
    ]);
}

#[test]
fn a_backtick_between_blanks_is_text() {
    assert_markdown(&[
        ("a ` b` c and `d`", "<p>a ` b<code>c and</code>d`</p>"),
        (
            "` x\n\n- ` y\n\n(` v`) ``  t ``",
            "<p>` x</p>\n<ul>\n<li>` y</li>\n</ul>\n<p>(<code> v</code>) <code> t</code></p>",
        ),
    ]);
}

#[test]
fn a_number_begins_a_list_within_a_paragraph() {
    let list = "<ol>\n<li>It was</li>\n</ol>";
    assert_markdown(&[
        ("In\n1984. It was", &format!("<p>In</p>\n{list}")),
        ("> In\n> 1984. It was", &format!("<blockquote>\n<p>In</p>\n{list}\n</blockquote>")),
        (
            "- a\n\n  In\n  12. It was",
            &format!("<ul>\n<li>\n<p>a</p>\n<p>In</p>\n{list}\n</li>\n</ul>"),
        ),
        (
            "3. a\n4. b\n\n    c",
            "<ol start=\"3\">\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n<p>c</p>\n</li>\n</ol>",
        ),
        ("In\n1984.5 and\n1984.", "<p>In\n1984.5 and\n1984.</p>"),
        ("In\n    12. It was", "<p>In\n12. It was</p>"),
    ]);
}

#[test]
fn two_tildes_strike_out_what_stands_between_them() {
    assert_markdown(&[
        (
            "恩，那~~完全~~无从，加油~~~相信你~~下次~~^_^",
            "<p>恩，那<del>完全</del>无从，加油~<del>相信你</del>下次~~^_^</p>",
        ),
        ("~~~struck~~~ and 好~~ 的~~", "<p>~<del>struck</del>~ and 好~~ 的~~</p>"),
        ("a ~~*b* `c`~~ ~~d\ne~~", "<p>a <del><em>b</em> <code>c</code></del> <del>d\ne</del></p>"),
        ("`~~a~~` ~~`b~~` \\~~c~~", "<p><code>~~a~~</code> ~~<code>b~~</code> ~~c~~</p>"),
        ("~~a\n\nb~~", "<p>~~a</p>\n<p>b~~</p>"),
        ("11月1日~4月30日 ~a~", "<p>11月1日~4月30日 ~a~</p>"),
    ]);
}

#[test]
fn escapes_are_kramdowns() {
    let metro = "<p><a href=\"https://e.example/M_(d)#x\">Metro</a></p>";
    assert_markdown(&[
        ("\\__FILE__ and \\**a** and \\__x", "<p>__FILE__ and **a** and __x</p>"),
        ("[Metro](https://e.example/M_(d\\)#x)", metro),
        ("[Metro](https://e.example/M_\\(d\\)#x)", metro),
        (
            "<kbd>\\<leader\\>i</kbd> <kbd>a < b</kbd>",
            "<p><kbd>\\&lt;leader\\&gt;i</kbd> <kbd>a &lt; b</kbd></p>",
        ),
        (
            "[a\\_b][] [a\\_b] [x\\_y]\n\n[a_b]: /ab",
            "<p><a href=\"https://news.example/ab\">a_b</a> <a href=\"https://news.example/ab\">a_b</a> [x_y]</p>",
        ),
    ]);
}

#[test]
fn attribute_lists_go_wherever_they_stand() {
    let table = "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>b</td>\n</tr>\n</tbody>\n</table>";
    assert_markdown(&[
        ("{: class=\"info\"}\n| a |\n|---|\n| b |\n|---|", table),
        (
            "- x\n\n    > ![A](/a.gif){:width=\"100%\"}",
            "<ul>\n<li>\n<p>x</p>\n<blockquote>\n<p><img src=\"https://news.example/a.gif\" alt=\"A\" /></p>\n</blockquote>\n</li>\n</ul>",
        ),
        ("    {: .x}\n", "<pre><code>{: .x}\n</code></pre>"),
    ]);
}

#[test]
fn a_rule_within_a_paragraph_is_text() {
    assert_markdown(&[
        ("a\nb\n---\nc", "<p>a\nb\n—\nc</p>"),
        ("a\nb\n===\n\nc\n===", "<p>a\nb\n===</p>\n<h1>c</h1>"),
        ("a\n***\nb\n___\nc\n_ _ _", "<p>a\n***\nb\n___\nc\n_ _ _</p>"),
        ("a\n---\n---\nb", "<h2>a</h2>\n<hr />\n<p>b</p>"),
        ("# a\nb\n---", "<h1>a</h1>\n<p>b\n—</p>"),
        ("- a\n  ---\n- b\n  c\n  ---", "<ul>\n<li>\n<h2>a</h2>\n</li>\n<li>b\nc\n—</li>\n</ul>"),
        (
            "> a\n> ---\n\nb\n> c\n> ---",
            "<blockquote>\n<h2>a</h2>\n</blockquote>\n<p>b</p>\n<blockquote>\n<h2>c</h2>\n</blockquote>",
        ),
        ("a\nb\n\n---\n\n***\n\nc\n* * *", "<p>a\nb</p>\n<hr />\n<hr />\n<p>c</p>\n<hr />"),
        ("{: .x}\na\n---\n\nb\n{: .x}\nc\n---", "<h2>a</h2>\n<p>b\nc\n—</p>"),
        ("```\na\nb\n---\n```", "<pre><code>a\nb\n---\n</code></pre>"),
        (
            "| a | b |\n|---|---|\n| c | d |\n---",
            "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>c</td>\n<td>d</td>\n</tr>\n</tbody>\n</table>\n<hr />",
        ),
    ]);
}

#[test]
fn a_list_of_another_kind_is_part_of_the_item_before_it() {
    let inner = |items: &str| format!("<ol>\n<li>a\n<ul>\n{items}</ul>\n</li>\n");
    let one = inner("<li>b</li>\n");
    assert_markdown(&[
        ("1. a\n  - b\n2. c", &format!("{one}<li>c</li>\n</ol>")),
        ("1. a\n- b\n2. c", &format!("{one}<li>c</li>\n</ol>")),
        ("1. a\n  - b\n  - c", &format!("{}</ol>", inner("<li>b</li>\n<li>c</li>\n"))),
        (
            "- x\n  1. a\n    - b\n  2. c\n- y",
            &format!("<ul>\n<li>x\n{one}<li>c</li>\n</ol>\n</li>\n<li>y</li>\n</ul>"),
        ),
        ("1. a\n  - b\n\nc", &format!("{one}</ol>\n<p>c</p>")),
        // Behind a blank line it is a list of its own.
        ("1. a\n\n  - b", "<ol>\n<li>a</li>\n</ol>\n<ul>\n<li>b</li>\n</ul>"),
        ("1. a\n* * *\nb", "<ol>\n<li>a</li>\n</ol>\n<hr />\n<p>b</p>"),
    ]);
}

#[test]
fn a_line_behind_the_heading_of_an_item_is_part_of_it() {
    assert_markdown(&[
        (
            "- # a\nb\n\t- c\n\nd",
            "<ul>\n<li>\n<h1>a</h1>\nb\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>\n<p>d</p>",
        ),
        ("1. ## a\nb\nc\n2. d", "<ol>\n<li>\n<h2>a</h2>\nb\nc</li>\n<li>d</li>\n</ol>"),
        ("- # a\n\nb", "<ul>\n<li>\n<h1>a</h1>\n</li>\n</ul>\n<p>b</p>"),
        ("- #a\nb", "<ul>\n<li>#a\nb</li>\n</ul>"),
    ]);
}

#[test]
fn an_attribute_list_may_take_several_lines() {
    assert_markdown(&[
        (
            "![x](/a.png){: .icon\nwidth=\"70\"}Text",
            "<p><img src=\"https://news.example/a.png\" alt=\"x\" />Text</p>",
        ),
        ("*a*{:\n.b\nc=\"d\"} e\n*f*{: .g}\nh", "<p><em>a</em> e\n<em>f</em>\nh</p>"),
        ("- *a*{:\n  .b} c\n- d", "<ul>\n<li><em>a</em> c</li>\n<li>d</li>\n</ul>"),
        ("*a*{:\n\n.b} c", "<p><em>a</em>{:</p>\n<p>.b} c</p>"),
        ("*a*{: .b\n{: .c}\nd", "<p><em>a</em>{: .b\nd</p>"),
    ]);
}

#[test]
fn code_in_a_fence_keeps_its_indent() {
    let code = |text: &str| format!("<pre><code>{text}\n</code></pre>");
    assert_markdown(&[
        (" ```\n a\nb\n  c\n ```", &code(" a\nb\n  c")),
        ("   ~~~\n   a\n     b\n   ~~~", &code("   a\n     b")),
        ("```\n  a\n```", &code("  a")),
        (
            "- x\n\n   ```\n   a\n   ```",
            &format!("<ul>\n<li>\n<p>x</p>\n{}\n</li>\n</ul>", code(" a")),
        ),
    ]);
}

#[test]
fn lines_take_no_longer_than_their_text() {
    for piece in [
        "1)",
        "1) ",
        "#\n",
        "```\n",
        "- {:a} ",
        "{:a}",
        "-\n\n",
        "~~~ a\n",
        "- 1. > ",
        "\\_",
        "~~a",
        "1. a\n- b\n",
        "1. a\n - b\n  1. c\n",
        "- # a\nb\n",
        "a\nb\n---\n",
    ] {
        let text = piece.repeat(300_000 / piece.len());
        let start = Instant::now();
        let _ = as_commonmark(&text);
        assert!(start.elapsed() < Duration::from_secs(10), "{piece:?}: {:?}", start.elapsed());
    }
}
