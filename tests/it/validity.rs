//! Feeds are valid and readable, and the three formats say the same: those of the sample site, of
//! the fixtures, and of texts that mean harm.

pub(crate) mod rules;

use std::fmt::Write;
use std::path::Path;

use proptest::prelude::{ProptestConfig, Strategy, any, prop, proptest};

use crate::golden;
use crate::making::{Made, tree};
use crate::validity::rules::assert_valid;

/// Any day after the last stamp of a post.
const NOW: i64 = 4_000_000_000_000_000_000;

#[test]
fn the_sample_feeds_are_valid() {
    let feeds = tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("feeds"));
    assert_valid(&feeds, "https://millrace.example");
}

#[test]
fn the_golden_feeds_are_valid() {
    for case in golden::cases() {
        let name = case.file_name().unwrap().to_str().unwrap();
        let base = match name {
            "minimal" => "http://127.0.0.1:8080".to_owned(),
            "cleaning" => "https://harbour.example".to_owned(),
            "two-roots" => "https://two.example".to_owned(),
            "ids-tag" | "ids-permalink" | "ids-jekyll" => "https://ids.example/blog".to_owned(),
            other => format!("https://{other}.example"),
        };
        assert_valid(&tree(&case.join("feeds")), &base);
    }
}

#[test]
fn a_feed_without_posts_is_valid() {
    let made = Made::of(&[("_config.yml", "title: Empty\nurl: https://e.example\n")]);
    made.engine().rebuild(NOW).unwrap();
    assert_valid(&made.feeds(), "https://e.example");
}

/// Text that breaks what is not escaped, cut or checked.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = [
        "]]>",
        "<![CDATA[",
        "&",
        "&amp;",
        "&#1;",
        "&lt;b&gt;",
        "<b>",
        "</title>",
        "<script>x</script>",
        "\"",
        "'",
        "\\",
        "\u{0}",
        "\u{8}",
        "\u{b}",
        "\u{1f}",
        "\u{7f}",
        "\u{85}",
        "\u{fffe}",
        "\u{ffff}",
        "\u{feff}",
        "\u{202e}",
        "\u{2028}",
        "\r\n",
        "\r",
        "\n",
        "\t",
        "  ",
        "\u{3000}",
        "---",
        "{{ x }}",
        "{% y %}",
        "财经",
        "e\u{301}",
        "👩‍👩‍👧",
        "a",
        ": ",
        " #",
        "- ",
        "%",
        "%zz",
        "/",
        "..",
        "?",
        "|",
        "javascript:",
        "//host/x",
        "\u{10ffff}",
        "[x](y z)",
        "`",
        "*ST*",
        "<!--",
        "-->",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..8).prop_map(|p| p.concat())
}

/// A text in double quotes, with YAML's escapes for all that is not plain.
pub(crate) fn quoted(text: &str) -> String {
    let escaped = |c: char| match c {
        ' '..='~' if c != '"' && c != '\\' => c.to_string(),
        other => format!("\\U{:08X}", u32::from(other)),
    };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

/// One post whose every text is hostile, quoted well or pasted as it is, which breaks the YAML.
fn post(texts: &[String], is_pasted: bool) -> String {
    let mut front = String::new();
    let keys = [
        "title",
        "author",
        "categories",
        "tag",
        "lang",
        "id",
        "image",
        "description",
        "permalink",
        "slug",
    ];
    for (key, text) in keys.iter().zip(texts) {
        let value = if is_pasted { format!("\"{text}\"") } else { quoted(text) };
        if !text.is_empty() {
            let _ = writeln!(front, "{key}: {value}");
        }
    }
    let (name, email, url) = (quoted(&texts[0]), quoted(&texts[1]), quoted(&texts[2]));
    let authors = format!("authors: [{{name: {name}, email: {email}, url: {url}}}]\n");
    let authors = if is_pasted { "" } else { &authors };
    format!("---\ndate: 2022-01-04 07:38:28 +0800\n{front}{authors}---\n{}", texts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_breaks_a_feed(
        posts in prop::collection::vec((prop::collection::vec(hostile(), 10), any::<bool>()), 1..4),
        site in prop::collection::vec(hostile(), 4),
    ) {
        let made = Made::new();
        let [first, second, third, fourth] = [0, 1, 2, 3].map(|index| quoted(&site[index]));
        made.write("_config.yml", format!(
            "url: https://h.example\ntitle: {first}\ndescription: {second}\ncopyright: {third}\n\
             lang: {fourth}\nauthor: {{name: {third}, email: {fourth}}}\n\
             feed: {{icon: {first}, logo: {second}}}\npermalink: {first}\n\
             feedmill: {{feeds: [tag, author], names: {{财经: {second}}}}}\n"
        ));
        for (index, (texts, is_pasted)) in posts.iter().enumerate() {
            made.write(&format!("_posts/2022-01-04-{index}.md"), post(texts, *is_pasted));
        }
        let mut engine = made.engine();
        engine.rebuild(NOW).unwrap();
        assert_valid(&made.feeds(), "https://h.example");
    }
}
