//! Bodies: what a post's text becomes in a feed.

use std::sync::LazyLock;

use feedmill::content::body::{Body, Markup, Source, render};
use feedmill::content::clean::{Cleaning, Patterns};
use feedmill::content::html::plain::plain;
use feedmill::content::markdown::dialect::{Dialect, Flavor};
use feedmill::content::text;
use feedmill::diagnostic::Error;

mod blocks;
mod differences;
mod fallbacks;
mod kramdown;
mod limits;
mod lines;
mod liquid;
mod marks;
mod notes;
mod properties;
mod spans;
mod tables;
mod typography;

const BASE: &str = "https://news.example/harbour/2022/01/04/gates.html";

/// What posts of Jekyll's are written in.
const MARKDOWN: Markup = Markup::Markdown(Flavor::Kramdown);

/// Markdown as a site has it that says nothing of it.
pub(crate) static DIALECT: LazyLock<Dialect> = LazyLock::new(Dialect::default);

fn source(markup: Markup, text: &str) -> Source<'_> {
    Source {
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
    }
}

fn markdown(text: &str) -> Body {
    render(&source(MARKDOWN, text), &Cleaning::default())
}

fn html(text: &str) -> Body {
    render(&source(Markup::Html, text), &Cleaning::default())
}

/// The configuration that the first user's site needs.
fn news_site() -> Cleaning {
    let lines = [r"^\[返回.*\]\(.*\)$", r"^\[返回.*$"].map(str::to_owned);
    Cleaning::new(&Patterns {
        lines: &lines,
        elements: &["p.advert".to_owned(), "#promo".to_owned()],
        source_link: Some(r"^<(https?://[^>\s]+)>$"),
        author: Some("p.em_media"),
        author_pattern: Some("来源：(.+?)）?$"),
        ..Patterns::default()
    })
    .unwrap()
}

fn news(text: &str) -> Body {
    render(&source(MARKDOWN, text), &news_site())
}

#[track_caller]
fn assert_html(cases: &[(&str, &str)]) {
    for (written, expected) in cases {
        assert_eq!(html(written).html, *expected, "from {written:?}");
        assert_eq!(html(expected).html, *expected, "again from {written:?}");
    }
}

#[track_caller]
fn assert_markdown(cases: &[(&str, &str)]) {
    for (written, expected) in cases {
        assert_eq!(markdown(written).html, *expected, "from {written:?}");
    }
}

// -- the first user's posts

/// A post in the form of that site's newest ones, with a text of our own.
const NEWSPAPER_POST: &str = "<p>□文/摄海港日报全媒体记者林小舟</p>
 <p>“先看水，再开闸。”昨日，磨渠镇水务站在春季例会上提出三项安排，时限为2月1日~4月30日。</p>
 <p>“三项安排”</p>
 <p>水位回到4月1日~6月30日的均值 </p><p class=\"em_media\">（文章来源：海港<span><a href=\"/x\">日</a></span>报）</p>

<http://source.example/news/1355,202201041234.html>

[返回海港日报新闻](//finews.example/category/haigangribao.html)｜[返回首页](//finews.example/)";

#[test]
fn the_first_post_works() {
    let body = news(NEWSPAPER_POST);
    assert_eq!(
        body.html,
        "<p>□文/摄海港日报全媒体记者林小舟</p>\n \
         <p>“先看水，再开闸。”昨日，磨渠镇水务站在春季例会上提出三项安排，时限为2月1日~4月30日。</p>\n \
         <p>“三项安排”</p>\n <p>水位回到4月1日~6月30日的均值 </p>"
    );
    assert_eq!(
        body.summary,
        "“先看水，再开闸。”昨日，磨渠镇水务站在春季例会上提出三项安排，时限为2月1日~4月30日。"
    );
    assert_eq!(body.author.as_deref(), Some("海港日报"));
    assert_eq!(
        body.source_link.as_deref(),
        Some("http://source.example/news/1355,202201041234.html")
    );
    assert_eq!((body.image, body.warnings), (None, vec![]));
}

#[test]
fn all_six_footers_go() {
    let footers = [
        "",
        "[返回海港新闻](../haigang/)\n[返回首页](../)",
        "[返回海港新闻](//old.example/haigang/)\n[返回首页](//old.example/)",
        "[返回海港新闻](//new.example/haigang/)\n[返回首页](//new.example/)",
        "[返回海港新闻](//new.example/haigang/)｜[返回首页](//new.example/)",
        "[返回海港新闻](//new.example/category/21 haigang  x.html)｜[返回首页](//new.example/)",
    ];
    for footer in footers {
        let body = news(&format!("正文一段。\n\n<http://source.example/a>\n\n{footer}"));
        assert_eq!(body.html, "<p>正文一段。</p>", "{footer}");
        assert_eq!(body.source_link.as_deref(), Some("http://source.example/a"));
    }
}

#[test]
fn what_scrapers_leave_behind_goes() {
    let body = news(
        "> 摘要一句。\n\n<p style=\"display:none;height:1px;overflow:hidden;\">藏起来的字</p>\
         <!-- EM_StockImg_Start --><p><span id=\"q_1\"></span>\
         <a data-code=\"1\" target=\"_blank\" href=\"http://q.example/a?b=1&c=2\">指数</a>\
         <span id=\"q_1\"></span><span web=\"1\" href=x class=\"em\">上涨</span>&lt;注&gt;</p>\
         <center><img src=\"//img.example/GetPic.aspx?nid=1&imageType=k&at=1\" border=\"0\" \
         width=\"578\" style=\"x\"></center>\n<>\n\n<>",
    );
    assert_eq!(
        body.html,
        "<blockquote>\n<p>摘要一句。</p>\n</blockquote>\n\
         <p><a href=\"http://q.example/a?b=1&amp;c=2\">指数</a>上涨&lt;注&gt;</p>\
         <p><img src=\"https://img.example/GetPic.aspx?nid=1&amp;imageType=k&amp;at=1\" width=\"578\" /></p>"
    );
    assert_eq!(body.summary, "摘要一句。");
    assert_eq!(
        body.image.as_deref(),
        Some("https://img.example/GetPic.aspx?nid=1&imageType=k&at=1")
    );
}

#[test]
fn configured_elements_go() {
    let body = news("<p class=\"advert\">buy</p><div><p id=promo>this</p></div><p>Kept.</p>");
    assert_eq!(body.html, "<p>Kept.</p>");
    // A credit of another form is not taken for the author's name, and stays.
    let body = news("<p>一。</p><p class=\"em_media\">（海港社）</p>");
    assert_eq!((body.author, body.html.contains("海港社")), (None, true));
}

#[test]
fn a_bad_pattern_is_named() {
    let lines = ["fine".to_owned(), "(open".to_owned()];
    let error = Cleaning::new(&Patterns { lines: &lines, ..Patterns::default() }).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`(open` under `feedmill.clean.lines` is no valid pattern: unclosed group"
    );
    let elements = ["p.ok".to_owned(), "p..no".to_owned()];
    let error =
        Cleaning::new(&Patterns { elements: &elements, ..Patterns::default() }).unwrap_err();
    assert!(
        matches!(&error, Error::BadPattern { key: "elements", pattern, .. } if pattern == "p..no"),
        "{error}"
    );
}

// -- HTML

#[test]
fn unsafe_and_empty_markup_goes() {
    assert_html(&[
        ("<p onclick=\"x()\" class=a id=b style=\"color:red\" data-x=1>a</p>", "<p>a</p>"),
        ("<script>alert('<p>')</script><style>p{}</style><p>a</p>", "<p>a</p>"),
        ("a<!-- c --><template>t</template><object></object>", "a"),
        ("<a href=\"javascript:x()\">a</a> <a href=\" JaVa\nScript:x\">b</a>", "a b"),
        ("<a href=\"vbscript:x\">a</a><a href=\"data:text/html,x\">b</a>", "ab"),
        ("<img src=\"data:text/html,x\"><img src=\"javascript:x\">a", "a"),
        ("<iframe src=\"javascript:x\"></iframe><iframe>x</iframe>a", "a"),
        (
            "<iframe src=\"//v.example/1\" onload=x width=560 allow=all>x</iframe>",
            "<iframe src=\"https://v.example/1\" width=\"560\"></iframe>",
        ),
        (
            "<p hidden>a</p><p style='VISIBILITY : hidden'>b</p><p aria-hidden=true>c</p>",
            "<p>c</p>",
        ),
        ("<p><span><span></span></span></p><div> <p>&nbsp;</p></div>a", "a"),
        (
            "<font color=red>a</font><blink>b</blink><x-y>c</x-y><form><input>d</form>",
            "abc<p>d</p>",
        ),
        (
            "<span lang=en>a</span><bdi dir=rtl>b</bdi>",
            "<span lang=\"en\">a</span><bdi dir=\"rtl\">b</bdi>",
        ),
        ("<center>a</center>b<center><p>c</p></center>d", "<p>a</p>b\n<p>c</p>d"),
        ("<svg><title>t</title><path d=x></svg><math><mi>x</mi></math>", "<math><mi>x</mi></math>"),
        ("<img src=/t.gif width=1 height=1><img src=/u.gif style='width:1px;height: 0px'>a", "a"),
        (
            "<pre><code class=\"x language-rust hl\">\nfn</code></pre>",
            "<pre><code class=\"language-rust\">\nfn</code></pre>",
        ),
        ("<pre>\n\n a</pre>", "<pre>\n\n a</pre>"),
        (
            "<ol start=3 reversed type=a><li value=9>x</ol>",
            "<ol reversed=\"\" start=\"3\" type=\"a\"><li value=\"9\">x</li></ol>",
        ),
        ("<strike>a</strike><tt>b</tt>", "<s>a</s><code>b</code>"),
    ]);
}

#[test]
fn unbalanced_markup_is_balanced() {
    assert_html(&[
        ("<p>a<div>b", "<p>a</p><div>b</div>"),
        ("<b>a<i>b</b>c</i>d", "<b>a<i>b</i></b><i>c</i>d"),
        ("<ul><li>a<li>b</ul></div></p>x", "<ul><li>a</li><li>b</li></ul>x"),
        (
            "<table><tr><td>a<td>b<p>c</table>",
            "<table><tbody><tr><td>a</td><td>b<p>c</p></td></tr></tbody></table>",
        ),
        (
            "a < b && c > d & &copy; &#8; &nosuch;",
            "a &lt; b &amp;&amp; c &gt; d &amp; ©  &amp;nosuch;",
        ),
        ("<p title='a\"b<c'>x", "<p title=\"a&quot;b&lt;c\">x</p>"),
        // What is empty once it is safe says as little as what was written empty.
        (
            "<p title=''>a<p title=&#x1F;>b<p title='&#8;c'>c",
            "<p>a</p><p>b</p><p title=\"c\">c</p>",
        ),
        // Where an unwrapped element stood between, a parser would see another tree.
        ("<p>a<marquee><p>b</p></marquee>c</p>", "<p>a</p><p>b</p>c"),
        ("<h1><span><h2>a</h2></span></h1>", "<h2>a</h2>"),
    ]);
}

#[test]
fn links_are_absolute() {
    let cases = [
        ("/a b/é?q=1&r=ü#f", "https://news.example/a%20b/%C3%A9?q=1&amp;r=%C3%BC#f"),
        ("../x", "https://news.example/harbour/2022/01/x"),
        ("?x", "https://news.example/harbour/2022/01/04/gates.html?x"),
        ("#x", "https://news.example/harbour/2022/01/04/gates.html#x"),
        ("//cdn.example/y", "https://cdn.example/y"),
        ("HTTP://Höhe.example", "http://xn--hhe-sna.example/"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("tel:+8612345", "tel:+8612345"),
        ("magnet:?xt=urn:btih:a", "magnet:?xt=urn:btih:a"),
        ("/a|b[c]?x=%zz", "https://news.example/a%7Cb%5Bc%5D?x=%25zz"),
    ];
    for (written, expected) in cases {
        assert_html(&[(
            &format!("<a href=\"{written}\" rel=x>t</a>"),
            &format!("<a href=\"{expected}\">t</a>"),
        )]);
    }
    assert_html(&[
        ("<a href=''>a</a><a>b</a><a href='http://[x'>c</a><a href='file:///etc'>d</a>", "abcd"),
        (
            "<blockquote cite=\"../s\">a</blockquote><video poster=/p.png controls onplay=x><source src=v.mp4 type=video/mp4></video>",
            "<blockquote cite=\"https://news.example/harbour/2022/01/s\">a</blockquote>\
             <video controls=\"\" poster=\"https://news.example/p.png\">\
             <source src=\"https://news.example/harbour/2022/01/04/v.mp4\" type=\"video/mp4\" /></video>",
        ),
    ]);
    let body = render(
        &Source {
            base: "nowhere",
            ..source(Markup::Html, "<a href=/x>a</a><a href=http://h.example>b</a>")
        },
        &Cleaning::default(),
    );
    assert_eq!(body.html, "a<a href=\"http://h.example/\">b</a>");
}

#[test]
fn images_are_found_wherever_their_address_is() {
    let image = |attributes: &str| {
        let body = html(&format!("<p>a<img {attributes}></p>"));
        (body.html, body.image)
    };
    let expected = |rest: &str, first: &str| {
        (format!("<p>a<img src=\"{first}\"{rest} /></p>"), Some(first.to_owned()))
    };
    let address = "https://news.example/a.jpg";
    assert_eq!(image("src=/a.jpg"), expected("", address));
    assert_eq!(image("data-src=/a.jpg"), expected("", address));
    assert_eq!(image("data-original=/a.jpg src=''"), expected("", address));
    assert_eq!(image("data-lazy-src=/a.jpg src=data:image/gif;base64,R0"), expected("", address));
    assert_eq!(image("data-src=/a.jpg src=/static/loading.gif"), expected("", address));
    assert_eq!(image("src=/a.jpg data-src=/b.jpg"), expected("", address));
    assert_eq!(
        image("data-srcset='/a.jpg 1x, /b,c.jpg 2x' alt=''"),
        expected(
            " srcset=\"https://news.example/a.jpg 1x, https://news.example/b,c.jpg 2x\" alt=\"\"",
            address
        )
    );
    assert_eq!(
        image("src=/a.jpg srcset='/a.jpg, /b.jpg 640w bad, javascript:x 2x,'"),
        expected(" srcset=\"https://news.example/a.jpg, https://news.example/b.jpg\"", address)
    );
    let inline = image("src=data:image/png;base64,AAAA");
    assert_eq!(inline, ("<p>a<img src=\"data:image/png;base64,AAAA\" /></p>".to_owned(), None));
}

// -- Markdown

#[test]
fn markdown_is_that_of_the_sites() {
    assert_markdown(&[
        ("**“重点”**文字", "<p><strong>“重点”</strong>文字</p>"),
        ("11月1日~4月30日，5月1日~6月1日", "<p>11月1日~4月30日，5月1日~6月1日</p>"),
        ("1~2 ~~gone~~ 3~4 ~x~", "<p>1~2 <del>gone</del> 3~4 ~x~</p>"),
        ("见 https://a.example/x。后文", "<p>见 https://a.example/x。后文</p>"),
        ("S&P *ST <b>x</b> \"q\"", "<p>S&amp;P *ST <b>x</b> “q”</p>"),
        (
            "|a|b|\n|-|:-:|\n|1|2|",
            "<table>\n<thead>\n<tr>\n<th>a</th>\n<th align=\"center\">b</th>\n</tr>\n</thead>\n<tbody>\n\
          <tr>\n<td>1</td>\n<td align=\"center\">2</td>\n</tr>\n</tbody>\n</table>",
        ),
        (
            "```rust\n<>\n{: .x}\n```",
            "<pre><code class=\"language-rust\">&lt;&gt;\n{: .x}\n</code></pre>",
        ),
        (
            "# A {#top}\n{: .big}\n\n[x](/y){: .btn} `{: .z}`",
            "<h1>A</h1>\n<p><a href=\"https://news.example/y\">x</a> <code>{: .z}</code></p>",
        ),
        ("* TOC\n{:toc}\n\ntext {:x} *a*{:.b}", "<p>text {:x} <em>a</em></p>"),
        ("<div markdown=\"1\">\n**a**\n</div>", "<div>\n<p><strong>a</strong></p>\n</div>"),
        ("<div>\n\n*a*\n\n</div>", "<div>\n\n*a*\n\n</div>"),
    ]);
    let notes = markdown("a[^n]\n\n[^n]: b").html;
    let anchor = "<sup><a id=\"fnref-2d2c12e6-n\" class=\"footnote\" role=\"doc-noteref\" href=\"#fn-2d2c12e6-n\">1</a></sup>";
    assert!(notes.contains(anchor), "{notes}");
}

// -- summaries

#[test]
fn summaries_come_from_the_best_place() {
    let cases = [
        ("> a quote\n\ntext", "a quote"),
        ("# Head\n\n> a quote\n\ntext", "a quote"),
        ("> \n\nThe text.", "The text."),
        ("first\n\n> a quote", "first"),
        ("one\n\ntwo<!--more-->\n\nthree", "one two"),
        ("> q\n\none\n\n<!-- more -->\n\nthree", "q one"),
        ("<p> </p><p><br></p><p>记者 林小舟</p><p>（文章来源：海港社）</p><p>正文。</p>", "正文。"),
        ("<p>本报讯（记者林小舟）水位今日回升。</p>", "本报讯（记者林小舟）水位今日回升。"),
        ("- a\n- b", "a b"),
        ("![](/a.png)", ""),
        ("<figure><p>caption</p></figure>\n\n<http://a.example>\n\ntext", "text"),
        ("<div>a<br>b</div><div>c</div>", "a b c"),
        ("x\u{1}\n\n<p>a&#8;&amp;lt;b</p>", "x"),
        ("<p>a&#8;&amp;lt;b</p>", "a&lt;b"),
    ];
    for (written, expected) in cases {
        assert_eq!(markdown(written).summary, expected, "from {written:?}");
    }
    let with = |separator: &str, text: &str| {
        let source = Source { separator: Some(separator), ..source(MARKDOWN, text) };
        render(&source, &Cleaning::default()).summary
    };
    assert_eq!(with("<!-- cut -->", "one\n\ntwo\n\n<!--cut-->\n\nthree"), "one two");
    assert_eq!(with("[more]", "one\n\ntwo\n\n[more]\n\nthree"), "one two");
    assert_eq!(with("[more]", "one\n\ntwo"), "one");
}

#[test]
fn long_summaries_end_at_a_sentence() {
    let long = format!("{}。{}，{}", "水".repeat(120), "车".repeat(60), "磨".repeat(60));
    assert_eq!(markdown(&long).summary, format!("{}。", "水".repeat(120)));
    let cases = [
        ("一二三四五六七八九十", 10, "一二三四五六七八九十"),
        ("一二三四五六七八九十百", 10, "一二三四五六七八九…"),
        ("一二三四五六，八九十百", 10, "一二三四五六…"),
        ("一二三四五“六。”九十百", 10, "一二三四五“六。”"),
        ("一二。四五六七八九十百", 10, "一二。四五六七八九…"),
        ("ab cd ef gh ij kl", 10, "ab cd ef…"),
        ("It is 39.62 or more x", 12, "It is 39.62…"),
        ("It was. So it is now", 12, "It was."),
        ("👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", 3, "👨‍👩‍👧👨‍👩‍👧…"),
        ("abc", 0, ""),
        ("abc", 1, "…"),
    ];
    for (written, limit, expected) in cases {
        assert_eq!(text::cut(written, limit), expected, "from {written:?}");
    }
}

// -- text

/// What is cut by characters where that is the same is cut by graphemes.
#[test]
fn every_character_is_cut_as_a_grapheme() {
    use unicode_segmentation::UnicodeSegmentation;
    for c in '\0'..='\u{1ffff}' {
        for text in [c.to_string().repeat(4), format!("日{c}日{c}")] {
            let is_cut = text::cut(&text, 2) != text;
            assert_eq!(is_cut, text.graphemes(true).count() > 2, "{text:?}");
        }
    }
}

#[test]
fn titles_are_plain() {
    let cases = [
        ("AT&T", "AT&T"),
        ("a < b", "a < b"),
        ("a <b", "a <b"),
        ("&amp;lt;", "&lt;"),
        ("<b>x</b>", "x"),
        ("A &amp; B <b>x</b> — 'q' 1 < 2", "A & B x — 'q' 1 < 2"),
        ("Vec<T> and <i>more</i>", "Vec<T> and more"),
        ("  a \n\t b\u{3000}c\r\nd ", "a b c d"),
        ("“冬季会战” 🎉\u{8}", "“冬季会战” 🎉"),
        ("\u{200F}שלום\u{200F}", "\u{200F}שלום\u{200F}"),
        ("a<script>x</script>&#8;&hellip;", "a…"),
        ("<", "<"),
        (&"<b>x</b>".repeat(2), "xx"),
        (&format!("{}x &amp; y", "<p>".repeat(2) + &"<b>".repeat(300)), "x & y"),
    ];
    for (written, expected) in cases {
        assert_eq!(plain(written), expected, "from {written:?}");
    }
}

#[test]
fn forbidden_characters_and_line_ends_go() {
    assert_eq!(text::xml_safe("a\r\nb\rc\td\u{0}\u{8}\u{B}\u{FFFE}\u{FFFF}，e"), "a\nb\nc\td，e");
    assert!(matches!(text::xml_safe("，。plain\n"), std::borrow::Cow::Borrowed(_)));
    assert_eq!(text::nfc("e\u{301}"), "é");
    assert_eq!(text::nfkc("２０２２：１"), "2022:1");
}
