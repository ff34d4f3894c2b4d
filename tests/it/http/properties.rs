//! What holds for every request: no answer but the published ones, and a 304 for the right reason.

use super::{CHANGED, PATHS, ask, document, header, path_of};
use feedmill::catalog::FeedName;
use feedmill::content::settings::parse;
use feedmill::content::settings::surroundings::Surroundings;
use feedmill::content::taxonomy::Taxonomy;
use feedmill::feed::assemble;
use feedmill::feed::edition::Edition;
use feedmill::http::answer::Answer;
use feedmill::http::health::Health;
use feedmill::http::respond::{Request, respond};
use feedmill::http::serving::Serving;
use http::StatusCode;
use proptest::prelude::{
    ProptestConfig, Strategy, any, prop, prop_assert, prop_assert_eq, prop_assume, proptest,
};

use crate::properties::name;

const NO_TAGS: &[&str] = &[
    "\"x\"",
    "W/\"x\"",
    "x",
    "",
    ",",
    "\"",
    "\"a,b\"",
    "W/",
    "\"00000000000000000000000000000000\"",
    "\u{e9}",
    "\"*\"",
    "w/\"x\"",
];

/// A list of tags that are none of the document's.
fn junk() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(NO_TAGS.to_vec()), 0..4)
        .prop_map(|tags| tags.join(", "))
}

fn date(seconds: i64) -> String {
    let since = std::time::Duration::from_secs(u64::try_from(seconds).unwrap());
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + since)
}

fn get(pairs: &[(&str, &str)]) -> Answer {
    ask("GET", "/rss.xml", pairs)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_tag_decides_whatever_stands_beside_it(
        before in junk(), after in junk(), weak in any::<bool>(), offset in -10_000_i64..10_000,
    ) {
        let hash = document("rss.xml").hash.to_string();
        // An open quotation takes in what follows.
        let before = if before.matches('"').count() % 2 == 0 { before } else { String::new() };
        let tag = format!("{}\"{hash}\"", if weak { "W/" } else { "" });
        let since = date(CHANGED + offset);
        let ours = get(&[("if-none-match", &format!("{before}, {tag}, {after}")), ("if-modified-since", &since)]);
        prop_assert_eq!(ours.status, StatusCode::NOT_MODIFIED);
        prop_assert_eq!(header(&ours, "etag"), format!("\"{hash}\""));
        let others = get(&[("if-none-match", &format!("{before}, {after}")), ("if-modified-since", &since)]);
        prop_assert_eq!(others.status, StatusCode::OK, "the date counted although there are tags");
        // A weak tag matches nothing where bytes must be the same (RFC 9110 §13.1.1).
        let strict = get(&[("if-match", &format!("{before}, {tag}"))]);
        let expected = if weak { StatusCode::PRECONDITION_FAILED } else { StatusCode::OK };
        prop_assert_eq!(strict.status, expected);
    }

    #[test]
    fn a_redirect_leads_to_the_folder_of_the_self_link(
        name in name(), base in prop::sample::select(vec!["", "/feeds", "/a+b", "/a%2Bb", "/%E8%B4%A2/x y"]),
    ) {
        prop_assume!(!name.is_empty());
        let config = format!("url: https://news.example{base}");
        let around = Surroundings { config_path: "", folder_name: "x", base_url: None, fallback_url: "" };
        let (site, _) = parse(&config, around).unwrap();
        let feed = FeedName::Group(Taxonomy::Category, name.as_str().into());
        let folder = assemble::folder(&feed);
        let self_link = assemble::feed(&site, &feed, Vec::new()).folder;
        let mut edition = Edition::default();
        edition.put(format!("{folder}index.html").into(), document("index.html").into());
        let serving = Serving::new(site.base_path(), 60);
        // With as much encoded as can be.
        let hex = folder.trim_end_matches('/').bytes().map(|byte| match byte {
            b'/' => "/".to_owned(),
            byte => format!("%{byte:02x}"),
        });
        let target = format!("/{}", hex.collect::<String>());
        let (method, uri) = (http::Method::GET, target.parse().unwrap());
        let headers = super::headers(&[("host", "a")]);
        let version = http::Version::HTTP_11;
        let request = Request { method: &method, uri: &uri, version, headers: &headers, now: 0 };
        let answer = respond(&request, &edition, &serving, &Health::default());
        prop_assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT, "{}", target);
        prop_assert_eq!(format!("https://news.example{}", header(&answer, "location")), self_link);
    }

    #[test]
    fn a_date_decides_where_no_tag_does(offset in -10_000_i64..10_000) {
        let since = date(CHANGED + offset);
        let expected = if offset >= 0 { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
        prop_assert_eq!(get(&[("if-modified-since", &since)]).status, expected);
        let expected = if offset >= 0 { StatusCode::OK } else { StatusCode::PRECONDITION_FAILED };
        prop_assert_eq!(get(&[("if-unmodified-since", &since)]).status, expected);
    }

    #[test]
    fn any_header_is_taken_or_left(
        name in prop::sample::select(vec!["if-none-match", "if-modified-since", "accept-encoding", "range", "if-range", "accept"]),
        value in "[ -~\u{a1}-\u{ff}]{0,40}",
    ) {
        let answer = get(&[(name, &value)]);
        let is_known = matches!(answer.status, StatusCode::OK | StatusCode::NOT_MODIFIED);
        prop_assert!(is_known, "{} for {}: {}", answer.status, name, value);
    }

    #[test]
    fn no_target_leads_anywhere_but_to_what_is_published(
        parts in prop::collection::vec(prop::sample::select(vec![
            "/", "//", ".", "..", "%2e", "%2E%2e", "%2f", "%5c", "\\", "%00", "%ff", "%c0%af", "%252e", "etc", "passwd", "category",
            "%E8%B4%A2%E7%BB%8F", "rss.xml", "index.html", "feed.xml", "feed", "a%2Fb", "a%252Fb", ";", "?x", "~", "healthz",
        ]), 0..8),
    ) {
        let target = format!("/{}", parts.concat());
        if target.parse::<http::Uri>().is_err() {
            return Ok(());
        }
        let answer = ask("GET", &target, &[]);
        let path = path_of(&answer);
        prop_assert!(path.is_empty() || PATHS.contains(&path), "{}", path);
        let is_sent = !path.is_empty() || target.starts_with("/healthz");
        prop_assert!(is_sent || answer.status != StatusCode::OK, "{}", target);
        prop_assert!(!answer.status.is_server_error(), "{} for {}", answer.status, target);
        let location = header(&answer, "location");
        prop_assert!(!location.starts_with("//") && !location.contains(['\\', '\r', '\n']), "{}", location);
    }
}
