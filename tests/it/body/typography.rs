//! Quotation marks, dashes and ellipses, as kramdown 2.4 writes them, and the settings that change
//! Markdown.

use feedmill::content::body::render;
use feedmill::content::clean::Cleaning;
use feedmill::content::settings::parse;
use feedmill::content::settings::surroundings::Surroundings;

use crate::body::{MARKDOWN, assert_markdown, source};

#[test]
fn quotation_marks_are_kramdowns() {
    assert_markdown(&[
        ("He said \"yes\", it's 'so'.", "<p>He said “yes”, it’s ‘so’.</p>"),
        ("\"'Quoted' words\" and '\"so'", "<p>“‘Quoted’ words” and ‘“so’</p>"),
        ("the '80s, 5' 6\"", "<p>the ’80s, 5’ 6”</p>"),
        (
            "*\"a\"* \"*b*\" **x**'s \"`c`\"",
            "<p><em>“a”</em> “<em>b</em>” <strong>x</strong>’s “<code>c</code>”</p>",
        ),
        (
            "(\"a\") [\"b\"](/u) -\"c\"",
            "<p>(“a”) <a href=\"https://news.example/u\">“b”</a> -“c”</p>",
        ),
        ("one\n\"two\"", "<p>one\n“two”</p>"),
        ("说\"你好\"吧 \"你好\"", "<p>说”你好”吧 “你好”</p>"),
        ("\\\"a\\\" it\\'s", "<p>&quot;a&quot; it's</p>"),
        ("\"\"99", "<p>&quot;”99</p>"),
        ("x&'y \"$$a$$\"", "<p>x&amp;’y “<span class=\"math\">\\(a\\)</span>”</p>"),
        (
            "# \"Head\" -- it's\n\n|\"a\"|\n|---|\n|b...|",
            "<h1>“Head” – it’s</h1>\n<table>\n<thead>\n<tr>\n<th>“a”</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>b…</td>\n</tr>\n</tbody>\n</table>",
        ),
    ]);
}

#[test]
fn dashes_and_ellipses_are_kramdowns() {
    assert_markdown(&[
        ("a -- b---c-----d...e....", "<p>a – b—c—–d…e….</p>"),
        ("a - b . c .. d \\-- e", "<p>a - b . c .. d -- e</p>"),
        ("`a -- \"b\"...`", "<p><code>a -- &quot;b&quot;...</code></p>"),
        ("    \"a\" -- b\n", "<pre><code>&quot;a&quot; -- b\n</code></pre>"),
        ("<div>\"a\" -- b</div>", "<div>&quot;a&quot; -- b</div>"),
        (
            "![it's \"a\"](/x.png)",
            "<p><img src=\"https://news.example/x.png\" alt=\"it's &quot;a&quot;\" /></p>",
        ),
        ("<<a>> << b >>", "<p>«a» «\u{a0}b\u{a0}»</p>"),
    ]);
}

/// What a text becomes with a configuration.
fn with(config: &str, text: &str) -> String {
    let around = Surroundings {
        config_path: "_config.yml",
        folder_name: "site",
        base_url: None,
        fallback_url: "http://localhost",
    };
    let (site, _) = parse(config, around).unwrap();
    let flavor = site.dialect.flavor.map(feedmill::content::body::Markup::Markdown);
    let mut source = source(flavor.unwrap_or(MARKDOWN), text);
    source.dialect = &site.dialect;
    render(&source, &Cleaning::default()).html
}

#[test]
fn the_site_decides_how_markdown_is_read() {
    let text = "\"a\" -- b...\nc ~~d~~ https://x.example/\n";
    let kramdown = |signs: &str| format!("<p>{signs}\nc <del>d</del> https://x.example/</p>");
    for (config, expected) in [
        ("title: t", kramdown("“a” – b…")),
        (
            "markdown: kramdown\nkramdown: {smart_quotes: 'apos,apos,quot,quot'}",
            kramdown("&quot;a&quot; – b…"),
        ),
        ("kramdown: {smart_quotes: [8218, 8216, 8222, 8220]}", kramdown("„a“ – b…")),
        (
            "kramdown: {typographic_symbols: {hellip: ..., ndash: ' to '}}",
            kramdown("“a”  to  b..."),
        ),
        ("kramdown: {gfm_quirks: no_auto_typographic}", kramdown("“a” -- b...")),
        ("kramdown: {hard_wrap: true}", kramdown("“a” – b…<br />")),
        ("kramdown: {hard_wrap: true, input: kramdown}", kramdown("“a” – b…")),
        ("markdown: CommonMark", kramdown("&quot;a&quot; -- b...")),
        (
            "markdown: CommonMark\ncommonmark: {options: [SMART, HARDBREAKS]}",
            kramdown("“a” – b…<br />"),
        ),
        (
            "feedmill: {markdown: commonmark}\nkramdown: {hard_wrap: true}",
            kramdown("&quot;a&quot; -- b..."),
        ),
        ("markdown: CommonMark\nfeedmill: {markdown: kramdown}", kramdown("“a” – b…")),
    ] {
        assert_eq!(with(config, text), expected, "{config}");
    }
    let linked = "<p>&quot;a&quot; -- b...\nc <del>d</del> <a href=\"https://x.example/\">https://x.example/</a></p>";
    assert_eq!(with("markdown: CommonMarkGhPages", text), linked);
    assert_eq!(
        with("markdown: CommonMark", "<div>\n*a*\n</div>\n*b*\n\n{: .x}"),
        "<div>\n*a*\n</div>\n*b*\n<p>{: .x}</p>"
    );
    parse(
        "feedmill: {markdown: asciidoc}",
        Surroundings {
            config_path: "_config.yml",
            folder_name: "s",
            base_url: None,
            fallback_url: "http://l",
        },
    )
    .unwrap_err();
}
