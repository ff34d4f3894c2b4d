//! What kramdown 2.4 reads within a paragraph, and `CommonMark` does not.

use std::time::{Duration, Instant};

use feedmill::content::markdown::spans::Spans;
use feedmill::content::markdown::typography::Signs;

use crate::body::{assert_markdown, html};

#[test]
fn formulas_keep_their_signs() {
    assert_markdown(&[
        (
            "Inline $$a*b*c$$, $$[y](z)$$, $$\\{a\\} \\, b$$.",
            "<p>Inline <span class=\"math\">\\(a*b*c\\)</span>, <span class=\"math\">\\([y](z)\\)</span>, <span class=\"math\">\\(\\{a\\} \\, b\\)</span>.</p>",
        ),
        (
            "$$\n1 & 2 \\\\ 3\n\n_a_ <b>\n$$\n\n*b*",
            "<div class=\"math\">\\[1 &amp; 2 \\\\ 3\n\n_a_ &lt;b&gt;\\]</div>\n<p><em>b</em></p>",
        ),
        (
            "> So:\n>\n> $$\n> a_1\n> b_1\n> $$\n>\n> *c* $$d\n> e$$",
            "<blockquote>\n<p>So:</p>\n<div class=\"math\">\\[a_1\nb_1\\]</div>\n<p><em>c</em> <span class=\"math\">\\(d\ne\\)</span></p>\n</blockquote>",
        ),
        ("$$a$$\n*b*", "<p><span class=\"math\">\\(a\\)</span>\n<em>b</em></p>"),
        (
            "- $$a_1_$$\n- b",
            "<ul>\n<li><span class=\"math\">\\(a_1_\\)</span></li>\n<li>b</li>\n</ul>",
        ),
        (
            "`$$a$$` $$ and\n\n    $$b$$",
            "<p><code>$$a$$</code> $$ and</p>\n<pre><code>$$b$$\n</code></pre>",
        ),
        ("\\$$a *b* $$", "<p>$$a <em>b</em> $$</p>"),
        ("$5 and $6, $$ alone", "<p>$5 and $6, $$ alone</p>"),
    ]);
    assert_eq!(html("<span class=\"a\">x</span>").html, "x");
}

#[test]
fn destinations_may_have_blanks() {
    let base = "https://news.example";
    assert_markdown(&[
        (
            "![cat](/img/my cat.png)",
            &format!("<p><img src=\"{base}/img/my%20cat.png\" alt=\"cat\" /></p>"),
        ),
        (
            "![猫](/a b/c.png \"title\")",
            &format!("<p><img src=\"{base}/a%20b/c.png\" alt=\"猫\" title=\"title\" /></p>"),
        ),
        (
            "See [the *x*](/a b(c).pdf) now.",
            &format!("<p>See <a href=\"{base}/a%20b(c).pdf\">the <em>x</em></a> now.</p>"),
        ),
        ("`[x](/a b)` and x](/a b)", "<p><code>[x](/a b)</code> and x](/a b)</p>"),
        ("[x](/a \"b c\")", &format!("<p><a href=\"{base}/a\" title=\"b c\">x</a></p>")),
    ]);
}

#[test]
fn signs_and_breaks_are_kramdowns() {
    assert_markdown(&[
        ("He said <<guillemets>> here.", "<p>He said «guillemets» here.</p>"),
        ("line one\\\\\nline two", "<p>line one<br />\nline two</p>"),
        (">> a <<b>>", "<blockquote>\n<blockquote>\n<p>a «b»</p>\n</blockquote>\n</blockquote>"),
        (
            "`a << b` <b title=\">>\">c</b>",
            "<p><code>a &lt;&lt; b</code> <b title=\"&gt;&gt;\">c</b></p>",
        ),
    ]);
}

/// Each is repeated 10,000 times: what is not linear takes minutes.
#[test]
fn spans_take_no_longer_than_their_text() {
    for piece in [
        "$$",
        "$$a",
        "$$\n",
        "$$a\n\n",
        "\n\n$$a$$\n\nx",
        "[a](b c",
        "[a](b c)",
        "](",
        "<<",
        ">>",
        "\\\\\n",
        "<a ",
        "<a b=\"",
        "`$$",
    ] {
        for end in ["", "$$", "\n\n$$", ")", ">"] {
            let text = [&*piece.repeat(10_000), end].concat();
            let start = Instant::now();
            let signs = Signs::default();
            let spans = Spans::take(&text, &signs);
            drop(spans.put_back(spans.text.to_string()));
            let took = start.elapsed();
            assert!(took < Duration::from_secs(3), "{piece:?} {end:?}: {took:?}");
        }
    }
}

#[test]
fn an_element_without_an_end_takes_the_rest_of_its_paragraph() {
    assert_markdown(&[
        ("A List<Foo> of `a` and *b*.\n\n*c*", "<p>A List of `a` and *b*.</p>\n<p><em>c</em></p>"),
        (
            "- x <code>a *b*\n- *c*",
            "<ul>\n<li>x <code>a *b*</code></li>\n<li><em>c</em></li>\n</ul>",
        ),
        ("a <foo> b\n。\nc `d`。\n\n*e*", "<p>a  b\n。\nc `d`。</p>\n<p><em>e</em></p>"),
        ("> a <foo> `b`\n> c", "<blockquote>\n<p>a  `b`\nc</p>\n</blockquote>"),
        (
            "[a](<b c>) *d* [e]\n\n[e]: <f>",
            "<p><a href=\"https://news.example/harbour/2022/01/04/b%20c\">a</a> <em>d</em> <a href=\"https://news.example/harbour/2022/01/04/f\">e</a></p>",
        ),
    ]);
}

#[test]
fn an_element_that_holds_nothing_ends_at_once() {
    assert_markdown(&[
        ("<i class=\"fa\"/> a *b*", "<p> a <em>b</em></p>"),
        ("<i/>\nNext\n\nLast", "<p>\nNext</p>\n<p>Last</p>"),
        ("a <a href=\"/x\" />b <br/>c", "<p>a b <br />c</p>"),
        ("- <a name=\"k\"/> a\n- b", "<ul>\n<li> a</li>\n<li>b</li>\n</ul>"),
        (
            "`<i/>` <video src=\"/v.mp4\"/> a",
            "<p><code>&lt;i/&gt;</code> <video src=\"https://news.example/v.mp4\"></video> a</p>",
        ),
    ]);
}

#[test]
fn a_block_behind_text_is_text() {
    assert_markdown(&[
        (
            "text <div>*x*</div> <hr> y",
            "<p>text &lt;div&gt;<em>x</em>&lt;/div&gt; &lt;hr&gt; y</p>",
        ),
        (
            "- a <blockquote>b\n  c</blockquote>",
            "<ul>\n<li>a &lt;blockquote&gt;b\nc&lt;/blockquote&gt;</li>\n</ul>",
        ),
        ("# a <DIV>b</div>", "<h1>a &lt;DIV&gt;b&lt;/div&gt;</h1>"),
        (
            "| a | <ul><li>b</li></ul> |",
            "<table>\n<tbody>\n<tr>\n<td>a</td>\n<td>&lt;ul&gt;&lt;li&gt;b&lt;/li&gt;&lt;/ul&gt;</td>\n</tr>\n</tbody>\n</table>",
        ),
        ("text\n<div>x</div>\nmore", "<p>text</p>\n<div>x</div>\n<p>more</p>"),
        (
            "> <div>\n> a <b>b</b>\n> </div>",
            "<blockquote>\n<div>\na <b>b</b>\n</div>\n</blockquote>",
        ),
        ("`<p>` a", "<p><code>&lt;p&gt;</code> a</p>"),
    ]);
}
