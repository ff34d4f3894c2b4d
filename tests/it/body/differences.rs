//! What `check` says where the page shows something else than the entry.

use std::time::{Duration, Instant};

use feedmill::content::markdown::differences::{found, left};

/// The lines on which something differs.
fn lines(markdown: &str) -> Vec<usize> {
    found(markdown).into_iter().map(|(line, _)| line).collect()
}

#[test]
fn what_differs_is_told_with_its_line() {
    for (text, expected) in [
        ("a | b\n\nc\n\n- d | e\n- f\n\n> g | h", vec![1, 5, 8]),
        ("x\na | b\n--- | ---\n1 | 2", vec![2]),
        ("text\n\n``` ruby app.rb\nx\n```\n\n```ruby\ny\n```", vec![3]),
        ("a</br>b\n\n<img src=\"/x.png\" width=100%>", vec![1, 3]),
        ("页面标题<title>标签\n\n</title>", vec![1]),
        ("<script src=\"https://gist.github.com/o/1.js\"></script>", vec![1]),
        ("<div><b>a</b></a>\n</div>\n\nb</p>", vec![1, 4]),
        ("<script src=\"/x.js\"></script>", vec![1]),
        ("I has ______ x\n\n______\n\nsnake_case", vec![1]),
        ("[《书<资治通鉴>》](/x)", vec![1]),
        ("《<MBA的课>》\n\n<课/> `<课>`", vec![1, 3]),
    ] {
        assert_eq!(lines(text), expected, "{text}");
    }
}

#[test]
fn what_is_the_same_is_not_told() {
    for text in [
        "| a | b |\n|---|---|\n| 1 | 2 |\n| --- | --- |",
        "a | b\n--- | ---\n1 | 2",
        "{: .x}\n| a |\n|---|\n| b |",
        "a \\| b\n\n`c | d`\n\n$$|e|$$\n\n$$\nf|g\n$$\n\n``h ` | i``\n\n{{ j | k }}",
        "a | b\nbut no more",
        "    a | b\n\n```\nc | d\n</br>\n```",
        "<iframe src=\"x\" width=\"1\"></iframe>\n\n<script type='application/ld+json'>\nx\n\ny\n</script>\n\nz <b>c</b> <br/>",
        "`<title>` and \\<title>",
        "\\<课> <课 > <a课",
        "<a href=x>y</a> <img alt=\"a > b\" title='100%'>",
    ] {
        assert_eq!(lines(text), Vec::<usize>::new(), "{text}");
    }
}

#[test]
fn signs_that_are_left_are_told() {
    let text = "a\n\nb **『c』**d and `**e**`";
    let html = "<p>a</p><p>b **『c』**d and <code>**e**</code></p>";
    assert_eq!(left(text, html).iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3]);
    assert!(left("a ** b", "<p>a <strong>b</strong></p><pre>x ** y</pre>").is_empty());
    let text = "a\n\nb\u{fe0f}*)* c";
    assert_eq!(left(text, "<p>a</p><p>b\u{fe0f}*)* c</p>"), [(3, left(text, "*)*")[0].1)]);
    for (text, html) in [
        ("\\*a\\* b", "<p>*a* b</p>"),
        ("2 * 3 * 4, 5* and *", "<p>2 * 3 * 4, 5* and *</p>"),
        ("$$a*b*c$$", "<p><span class=\"math\">\\(a*b*c\\)</span></p>"),
        ("`*a*`", "<p><code>*a*</code></p>"),
    ] {
        assert!(left(text, html).is_empty(), "{text}");
    }
}

#[test]
fn differences_take_no_longer_than_the_text() {
    let numbered = |begin: &str, end: &str| -> String {
        let words: Vec<String> =
            (0..40_000).map(|number| format!("{begin}a{number}{end}")).collect();
        words.join(" ")
    };
    let start = Instant::now();
    assert!(left(&numbered("\\*", "\\*"), &numbered("*", "*")).is_empty());
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());

    for piece in [
        "<title>",
        "a | b\n",
        "<x ",
        "`",
        "**a",
        "_",
        "$$",
        "<a b='",
        "- a | b\n\n",
        "[<字",
        "<a字",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        let start = Instant::now();
        assert!(found(&text).len() <= 128, "{piece}");
        assert!(left(&text, &text).len() <= 64, "{piece}");
        assert!(start.elapsed() < Duration::from_secs(10), "{piece:?}: {:?}", start.elapsed());
    }
}
