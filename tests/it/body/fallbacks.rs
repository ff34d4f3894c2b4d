//! What stands in for what no reader runs or loads, formulas, boxes of tasks, and elements in which
//! kramdown reads no Markdown.

use feedmill::content::body::render;
use feedmill::content::clean::{Cleaning, Patterns};
use feedmill::content::html::trust::Trust;
use feedmill::diagnostic::Error;
use feedmill::diagnostic::loss::Loss;

use crate::body::{MARKDOWN, assert_markdown, html, markdown, source};

#[track_caller]
fn assert_html(cases: &[(&str, &str)]) {
    for (written, expected) in cases {
        assert_eq!(html(written).html, *expected, "from {written}");
        assert_eq!(html(expected).html, *expected, "again");
    }
}

#[test]
fn what_is_for_readers_without_scripts_stays() {
    assert_html(&[
        ("<script src=/x.js></script><noscript><pre>puts 1</pre></noscript>", "<pre>puts 1</pre>"),
        (
            "<NoScript class=x><img src=/only.jpg alt=Only></NOSCRIPT>",
            "<img src=\"https://news.example/only.jpg\" alt=\"Only\" />",
        ),
        // The lazy image before it is the same.
        (
            "<img class=lazy data-src=/a.png src=data:,><noscript><img src=/a.png></noscript><p>b</p>",
            "<img src=\"https://news.example/a.png\" /><p>b</p>",
        ),
        (
            "<img src=/a.png><noscript><img src=/b.png></noscript>",
            "<img src=\"https://news.example/a.png\" /><img src=\"https://news.example/b.png\" />",
        ),
        ("<noscript>left open <b>a", "left open <b>a</b>"),
        ("<noscript><script>alert(1)</script><p onclick=x()>a</p></noscript>", "<p>a</p>"),
        ("<script>\"<noscript><b>\"</script><p>a</p>", "<p>a</p>"),
    ]);
}

#[test]
fn objects_and_gists_become_their_content_or_a_link() {
    let link = "<a href=\"https://news.example/v.pdf\">news.example/v.pdf</a>";
    assert_html(&[
        ("<object data=/v.pdf><p>Read <b>it</b>.</p></object>", "<p>Read <b>it</b>.</p>"),
        ("<object data=/v.pdf><param name=a></object>", &format!("<p>{link}</p>")),
        ("<p>a <object data=/v.pdf></object></p>", &format!("<p>a {link}</p>")),
        ("<embed src=/v.pdf>", &format!("<p>{link}</p>")),
        ("<object data=/a.swf><embed src=/b.swf>text</object>", "text"),
        ("<object data=javascript:x()></object><p>a</p>", "<p>a</p>"),
        (
            "<script src=\"https://gist.github.com/o/1a2b.js?file=x.rb\"></script>",
            "<p><a href=\"https://gist.github.com/o/1a2b\">gist.github.com/o/1a2b</a></p>",
        ),
        ("<script src=https://gist.github.com.evil.example/1.js></script>a", "a"),
        ("<script src=https://other.example/gist.github.com/1.js></script>a", "a"),
    ]);
}

#[test]
fn what_is_left_out_is_told_with_its_line() {
    let body = markdown(
        "a\n\n<svg width=1><path d=x /></svg>\n\n<p>b <SVG></SVG></p>\n\n<canvas></canvas>\n",
    );
    assert_eq!(body.html, "<p>a</p>\n\n<p>b </p>");
    let told: Vec<_> =
        body.remarks.iter().map(|remark| (remark.line, remark.error.clone())).collect();
    let dropped = |name| {
        Error::Loss(Loss::Differs {
            what: format!("`<{name}>` is in no entry").into(),
            hint: "show an image instead, which readers keep",
        })
    };
    assert_eq!(told, [(3, dropped("svg")), (7, dropped("canvas"))]);
    assert!(markdown("a <b>svg</b> `<svg>`").remarks.is_empty());
}

#[test]
fn formulas_stay_formulas() {
    assert_html(&[
        (
            "<p>Half is <math display=block onclick=x()><mfrac><mn>1</mn><mn>2</mn></mfrac></math>.</p>",
            "<p>Half is <math display=\"block\"><mfrac><mn>1</mn><mn>2</mn></mfrac></math>.</p>",
        ),
        (
            "<math><semantics><mrow><mi mathvariant=normal href=/x>x</mi><mspace width=1em></mspace></mrow><annotation encoding=application/x-tex>x</annotation></semantics></math>",
            "<math><semantics><mrow><mi mathvariant=\"normal\">x</mi><mspace width=\"1em\"></mspace></mrow></semantics></math>",
        ),
        (
            "<math><mtext><b>a</b><script>x</script></mtext><mglyph src=/x></math>",
            "<math><mtext>a</mtext></math>",
        ),
        ("<mi>a</mi>", "a"),
    ]);
    let body = html(
        "<p>Half is <math><mfrac><mn>1</mn><mn>2</mn></mfrac></math> and <math><msup><mi>x</mi><mn>2</mn></msup></math>.</p>",
    );
    assert_eq!(body.summary, "Half is 1/2 and x^2.");
    let strangers = Patterns { trust: Trust::Untrusted, ..Patterns::default() };
    let text = "<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math> <input type=checkbox disabled>";
    let body = render(&source(MARKDOWN, text), &Cleaning::new(&strangers).unwrap());
    assert_eq!(body.html, "1/2\n<p><input disabled=\"\" type=\"checkbox\" /></p>");
}

#[test]
fn tasks_keep_their_boxes() {
    assert_markdown(&[(
        "- [ ] a\n- [x] b\n- [y] c",
        "<ul>\n<li><input disabled=\"\" type=\"checkbox\" /> a</li>\n<li><input checked=\"\" disabled=\"\" type=\"checkbox\" /> b</li>\n<li>[y] c</li>\n</ul>",
    )]);
    assert_html(&[
        ("<input type=text disabled>a<input type=checkbox>b", "ab"),
        (
            "<input type=checkbox disabled name=x onclick=y()>",
            "<input disabled=\"\" type=\"checkbox\" />",
        ),
    ]);
}

#[test]
fn some_elements_hold_no_markdown() {
    assert_markdown(&[
        ("x <u>It's *b*</u> it's", "<p>x <u>It's *b*</u> it’s</p>"),
        (
            "<code>\"a\" *b*</code> <kbd>\"q\" <b>*x*</b></kbd>",
            "<p><code>&quot;a&quot; *b*</code> <kbd>&quot;q&quot; <b>*x*</b></kbd></p>",
        ),
        (
            "<b>*a*</b> <span>\"q\"</span> <tt>\"a\"</tt>",
            "<p><b><em>a</em></b> “q” <code>“a”</code></p>",
        ),
        ("x <o:p>a *b*</o:p> c", "<p>x a *b* c</p>"),
        (
            "x <code>open *b*\n\ny <code>*c*</code>",
            "<p>x <code>open *b*</code></p>\n<p>y <code>*c*</code></p>",
        ),
        ("x <u markdown=\"1\">*a*</u>", "<p>x <u><em>a</em></u></p>"),
    ]);
}

#[test]
fn links_beside_links_keep_their_blank() {
    let link = |name: &str| format!("<a href=\"https://news.example/{name}\">{name}</a>");
    let (d, o) = (link("d"), link("o"));
    let expected = format!("<p>We {d} {o} x {} y</p>", d.replace(">d<", ">t<"));
    assert_markdown(&[("We [d][] [o][] x [t] [d] y\n\n[d]: /d\n[o]: /o", &expected)]);
}

#[test]
fn no_such_element_takes_long() {
    for piece in [
        "<u>",
        "<object>",
        "<noscript>",
        "<o:p>*",
        "<math><mrow>",
        "<code>`",
        "<embed src=/a>",
        "</u><u>",
    ] {
        let text = piece.repeat(600_000 / piece.len());
        let start = std::time::Instant::now();
        let _ = render(&source(MARKDOWN, &text), &Cleaning::default());
        assert!(start.elapsed().as_secs() < 5, "{piece}: {:?}", start.elapsed());
    }
}

#[test]
fn numbers_of_lines_beside_code_go() {
    assert_markdown(&[(
        "<table><tr><td class=\"gutter rouge-gutter\"><pre class=\"lineno\">1\n2</pre></td><td><pre>a\nb</pre></td></tr></table>",
        "<table><tbody><tr><td><pre>a\nb</pre></td></tr></tbody></table>",
    )]);
}

#[test]
fn parts_of_forms_are_told() {
    let text = "a\n\n<form><button>b</button><input type=\"hidden\"><select><option>c</option></select></form>";
    let body = markdown(text);
    let told: Vec<String> =
        body.remarks.iter().map(|remark| format!("{}: {}", remark.line, remark.error)).collect();
    assert_eq!(told, ["3: `<button>` is in no entry", "3: `<select>` is in no entry"]);
}
