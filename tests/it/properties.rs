//! What holds for every front matter, every name and every address. Dates have theirs in `dates`,
//! requests in `http`, bodies in `body`.

use feedmill::base::percent;
use feedmill::content::front_matter::node::Node;
use feedmill::content::front_matter::{FrontMatter, split};
use feedmill::content::text::xml_safe;
use feedmill::content::url::{self, Base};
use feedmill::feed::assemble::{MAX_FOLDER, folder_name};
use proptest::prelude::{ProptestConfig, Strategy, prop, prop_assert, prop_assert_eq, proptest};
use proptest::{prop_assume, prop_oneof};

use crate::fuzz::checks::assert_front_matter;
use crate::validity::quoted;

/// The schemes that a link in a feed can never have.
const REFUSED: &[&str] =
    &["javascript", "vbscript", "data", "file", "blob", "about", "view-source"];

/// Names that mean something to a file system, a URL or a shell, and any others.
pub(crate) fn name() -> impl Strategy<Value = String> {
    let pieces = [
        "a", "A", ".", "..", "/", "\\", "%", "%2F", "%25", ":", "*", "?", "\"", "<", ">", "|", " ",
        "\0", "\n", "con", "COM1", "nul.txt", "财经", "e\u{301}", "é", "\u{202e}", "\u{feff}", "-",
        "~", "#", "&", "'", "x", "+", "C++", "@", ";", "=", "$", "!", "(", ",",
    ];
    let piece = prop_oneof![
        4 => prop::sample::select(pieces.to_vec()).prop_map(str::to_owned),
        1 => "\\PC{1,4}",
        1 => "[a财%]{60,90}",
    ];
    prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

/// What stands in `href`, as people and attackers write it.
fn address() -> impl Strategy<Value = String> {
    let pieces = [
        "http:",
        "https:",
        "//",
        "/",
        "\\",
        "h.example",
        "[::1]",
        ":80",
        ":99999",
        "u:p@",
        "?",
        "#",
        "..",
        "./",
        "%",
        "%zz",
        "%41",
        " ",
        "\t",
        "\n",
        "\u{1}",
        "javascript:",
        "java\nscript:",
        "JAVASCRIPT:",
        "data:text/html,",
        "mailto:a@b",
        "tel:1",
        "x",
        "é",
        "财",
        "|",
        "^",
        "`",
        "{",
        "[",
        "<",
        "\"",
        "\u{ff0f}",
        "\u{3002}",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..8).prop_map(|p| p.concat())
}

/// What values are made of that YAML could read in two ways.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "2022-01-05 10:00:00 +0800", "2022-01-05", "2022-1-5", "12", "1.50", "0x1F", "1e3", "007",
    "true", "Null", "~", "no", "inf", ".nan", "a", "B", "财经", "“重点”", " ", "  ", ", ", ",", "[",
    "]", "[]", "{", "}", "\"", "'", "''", "\\", "#", " #", ": ", ":", "- ", "-", "?", "!", "&", "*",
    "|", ">", "%", "@", "`", "/", "\t", "\u{a0}", "\u{3000}", "\u{85}", "\u{feff}", "\u{2028}",
    "\u{1}", "\u{7f}", "\u{ffff}", "\r", "<b>",
];

/// A line of front matter, of the usual shapes and of those that are nearly so.
fn line() -> impl Strategy<Value = String> {
    let keys = [
        "title", "date", "tags", "a", "null", "true", "y", "_", "a b", "'q'", "<<", "é", "-", "12",
    ];
    let colons = [": ", ": ", ": ", ":", " : ", ":  ", ":\t", ""];
    let value =
        prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..5).prop_map(|p| p.concat());
    let quoted = (value, prop::sample::select(vec!["", "", "\"", "'", "[", "[a, "])).prop_map(
        |(value, open)| {
            let close = if open.starts_with('[') { "]" } else { open };
            format!("{open}{value}{close}")
        },
    );
    let simple = "[a-z]{1,5}: (\"[a-z财 :#]{0,8}\"|'[a-z财 :#]{0,8}'|[a-z财][a-z财 /:#,.-]{0,8}|\\[[a-z财, ]{0,9}\\])?";
    let item = "( {0,2})- ([a-z财][a-z财 :#]{0,6}|\"[a-z ,]{0,6}\"|12|[a-z]: b)?";
    prop_oneof![
        4 => simple,
        2 => (prop::sample::select(keys.to_vec()), prop::sample::select(colons.to_vec()), quoted)
            .prop_map(|(key, colon, value)| format!("{key}{colon}{value}")),
        2 => item,
        1 => "( {0,2}#.{0,4}| {0,3}|--- a|\\.\\.\\.|%a)",
    ]
}

/// Found by chance, and tried each time since.
#[test]
fn what_no_address_can_have_is_encoded_wherever_it_stands() {
    let address = Some("http://%25mailto:a@b/".to_owned());
    assert_eq!(url::absolute("http:%mailto:a@b"), address);
    assert_eq!(url::absolute("http://%25mailto:a@b/"), address);
    let address = Some("mailto:a@bhttp://%7C".to_owned());
    assert_eq!(url::absolute("mailto:a@bhttp://|"), address);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_quoted_value_is_read_as_it_was_meant(title in "\\PC{0,40}|[\0-\u{20}\"'\\\\:#-]{0,20}", body in "\\PC{0,40}") {
        let text = format!("---\nfirst: 1\ntitle: {}\n---\n{body}", quoted(&title));
        let parts = split(&text);
        prop_assert_eq!((parts.body, parts.is_open), (body.as_str(), false));
        let (front, remark) = FrontMatter::decode(parts);
        prop_assert!(remark.is_none(), "{:?}", remark);
        prop_assert_eq!(front.get("title"), Some(&Node::Text(xml_safe(&title).into_owned())));
        prop_assert_eq!((front.line_of("title"), front.is_quoted("title")), (3, true));
    }

    #[test]
    fn front_matter_has_one_meaning(lines in prop::collection::vec(line(), 1..6)) {
        assert_front_matter(&lines.join("\n"));
    }

    #[test]
    fn any_text_is_divided_without_loss(text in "(\u{feff})?([ \t\r]?\n)?(---|\\.\\.\\.|a: b|- x|\\PC{0,6}|[ \t\r\n:\"'\\[{&*!|>-]{0,3})(\n(---|\\.\\.\\.|a: b|\\PC{0,6})){0,6}") {
        let parts = split(&text);
        prop_assert!(text.ends_with(parts.body) && text.contains(parts.yaml));
        let (front, remark) = FrontMatter::decode(parts);
        let lines = text.split('\n').count();
        prop_assert!(front.line_of("a") <= lines);
        prop_assert!(remark.is_none_or(|remark| remark.line <= lines + 1));
    }

    #[test]
    fn no_name_is_the_folder_that_another_is_cut_to(name in "[a财💰]{190,260}") {
        let folder = folder_name(&name);
        let taken = folder_name(&folder);
        prop_assert!(taken.len() <= MAX_FOLDER);
        prop_assert_eq!(taken == folder, folder == name, "{}", folder);
    }

    #[test]
    fn each_name_is_a_folder_of_its_own(one in name(), other in name()) {
        let folder = folder_name(&one);
        prop_assert!((1..=MAX_FOLDER).contains(&folder.len()), "{}", folder);
        let is_refused = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
        prop_assert!(!folder.contains(is_refused) && !folder.starts_with('.'), "{}", folder);
        prop_assert!(!folder.ends_with(['.', ' ']), "{}", folder);
        prop_assert_eq!(folder == folder_name(&other), one == other, "{} {}", one, other);
        // And its address leads back to it.
        let encoded = percent::encode_path(&folder);
        prop_assert!(encoded.is_ascii() && !encoded.contains(['?', '#', ' ']));
        prop_assert_eq!(percent::decode_path(&encoded), Ok(Some(folder.into())));
    }

    #[test]
    fn a_resolved_link_is_whole_safe_and_stays(written in address(), other in address()) {
        let base = Base::parse("https://news.example:8443/a/b.html?q#f").unwrap();
        for resolved in [base.resolve(&written), url::absolute(&written)].into_iter().flatten() {
            let scheme = resolved.split(':').next().unwrap();
            prop_assert!(!REFUSED.contains(&scheme), "{}", resolved);
            let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
            prop_assert!(resolved.chars().all(is_allowed), "{}", resolved);
            // RFC 3986 §2.1.
            for (at, _) in resolved.match_indices('%') {
                let hex = resolved.as_bytes().get(at + 1..at + 3).unwrap_or_default();
                prop_assert!(hex.len() == 2 && hex.iter().all(u8::is_ascii_hexdigit), "{}", resolved);
            }
            prop_assert_eq!(base.resolve(&resolved), Some(resolved.clone()));
            prop_assert_eq!(url::absolute(&resolved), Some(resolved.clone()));
            if let Some(elsewhere) = Base::parse(&format!("https://h.example/{other}")) {
                prop_assert_eq!(elsewhere.resolve(&resolved), Some(resolved.clone()));
            }
        }
        let media = base.resolve_media(&written);
        prop_assert!(media.is_none_or(|address| url::is_web(&address)));
    }

    #[test]
    fn a_path_stays_on_its_host(path in name()) {
        let home = "https://news.example";
        let address = format!("{home}/{}", percent::encode_path(&path));
        let base = Base::parse(&address);
        prop_assert!(base.is_some_and(|base| base.is_host_of(home)), "{}", address);
    }

    #[test]
    fn any_id_is_a_uri_or_none(written in address()) {
        prop_assume!(!written.is_empty());
        if let Some(uri) = url::as_uri(&written) {
            prop_assert!(uri.is_ascii() && !uri.contains([' ', '"', '<', '>', '\\']), "{}", uri);
            prop_assert_eq!(url::as_uri(&uri), Some(uri));
        }
    }
}
