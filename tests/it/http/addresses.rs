//! Where a path leads, and that none leads outside.

use super::{GET, PATHS, ask, ask_at, edition, header, headers, path_of};
use feedmill::http::answer::Body;
use feedmill::http::conditional;
use feedmill::http::encoding::Coding;
use feedmill::http::health::Health;
use feedmill::http::respond::{Request, respond};
use feedmill::http::serving::Serving;
use http::{HeaderValue, Method, StatusCode, Uri, Version};
use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};

/// Base path, target, status, and the document or where it leads.
const ADDRESSES: &[(&str, &str, u16, &str)] = &[
    ("", "/", 200, "index.html"),
    ("", "/index.html", 200, "index.html"),
    ("", "/category/%E8%B4%A2%E7%BB%8F/rss.xml", 200, "category/财经/rss.xml"),
    ("", "/category/%e8%b4%a2经/rss.xml", 200, "category/财经/rss.xml"),
    ("", "/%72ss%2exml", 200, "rss.xml"),
    ("", "/category/%E8%B4%A2%E7%BB%8F/", 200, "category/财经/index.html"),
    ("", "/category/%E8%B4%A2%E7%BB%8F", 308, "/category/%E8%B4%A2%E7%BB%8F/"),
    ("", "/category/%E8%B4%A2%E7%BB%8F?x=1", 308, "/category/%E8%B4%A2%E7%BB%8F/"),
    ("", "/category/a%20b", 308, "/category/a%20b/"),
    ("", "/category/a%252Fb", 308, "/category/a%252Fb/"),
    ("", "/category/a%252Fb/rss.xml", 200, "category/a%2Fb/rss.xml"),
    ("", "/category/a%2Fb/rss.xml", 308, "/category/a%252Fb/rss.xml"),
    ("", "/category/a%2Fb/", 308, "/category/a%252Fb/"),
    ("", "/category/a%2Fb", 308, "/category/a%252Fb/"),
    ("", "/category/cafe%CC%81/rss.xml", 308, "/category/caf%C3%A9/rss.xml"),
    ("", "/category/cafe%CC%81", 308, "/category/caf%C3%A9/"),
    ("", "/category/none%2Fb/rss.xml", 404, ""),
    ("", "/category", 404, ""),
    ("", "/category/", 404, ""),
    ("", "/rss.xml/", 308, "/rss.xml"),
    ("", "/rss.xml/x", 404, ""),
    ("", "/feed.xml/", 301, "/atom.xml"),
    ("", "/feed.xml", 301, "/atom.xml"),
    ("", "/feed/%E8%B4%A2%E7%BB%8F.xml", 301, "/category/%E8%B4%A2%E7%BB%8F/atom.xml"),
    ("", "/category/C++", 308, "/category/C++/"),
    ("", "/category/C%2B%2B", 308, "/category/C++/"),
    ("", "/feed/C%2B%2B.xml", 301, "/category/C++/atom.xml"),
    ("", "/category/con", 308, "/category/con/"),
    ("/a+b", "/a%2Bb", 308, "/a+b/"),
    ("/a%2Bb", "/a+b", 308, "/a%2Bb/"),
    ("/feeds", "/feeds/rss.xml", 200, "rss.xml"),
    ("/feeds/", "/rss.xml", 200, "rss.xml"),
    ("/feeds", "/feeds/", 200, "index.html"),
    ("/feeds", "/feeds", 308, "/feeds/"),
    ("/feeds", "/feedsrss.xml", 404, ""),
    ("/feeds", "/feeds/feeds/odd.xml", 200, "feeds/odd.xml"),
    ("/feeds", "/feeds/odd.xml", 200, "feeds/odd.xml"),
    ("/feeds", "/feeds/feed.xml", 301, "/feeds/atom.xml"),
    ("/feeds", "/feed.xml", 301, "/feeds/atom.xml"),
    ("/a/%E8%B4%A2", "/a/%E8%B4%A2/feed.xml", 301, "/a/%E8%B4%A2/atom.xml"),
    ("/", "/feed.xml", 301, "/atom.xml"),
    ("/feeds", "/feeds/healthz", 200, ""),
    ("", "/healthz?now", 200, ""),
];

#[test]
fn addresses_lead_to_documents_or_redirects() {
    for (base, target, status, found) in ADDRESSES {
        let answer = ask_at(base, "GET", target, GET);
        assert_eq!(answer.status, *status, "{base} {target}");
        let place = if answer.headers.contains_key("location") {
            header(&answer, "location")
        } else {
            path_of(&answer)
        };
        assert_eq!(place, *found, "{base} {target}");
    }
    let missing = ask_at("/feeds", "GET", "/x", GET);
    assert!(matches!(&missing.body, Body::Text(text) if text.contains(" /feeds/feeds.html\n")));
}

#[test]
fn no_path_leads_outside() {
    let wayward = [
        ".", "..", "%2e", "%2E%2e", ".%2e", "%2e.", "..%2f", "..%5c", "..\\", "%5c..", "...",
        "..;", "%2f",
    ];
    let targets = wayward.iter().flat_map(|dots| {
        [
            format!("/{dots}"),
            format!("/{dots}/rss.xml"),
            format!("/{dots}/{dots}/etc/passwd"),
            format!("/category/{dots}/rss.xml"),
            format!("/category/财经/{dots}/{dots}/rss.xml"),
            format!("/feeds/{dots}/rss.xml"),
        ]
    });
    let others = [
        "//rss.xml",
        "/category//rss.xml",
        "//",
        "/rss.xml//",
        "///etc/passwd",
        "//example.com/",
        "/category\\财经\\rss.xml",
        "/%252e%252e/rss.xml",
        "/%ff",
        "/%c0%ae%c0%ae/rss.xml",
        "/%ed%a0%80",
        "/rss.xml%0d%0aX:%20y",
        "/~root",
        "/C:/windows",
        "/file:///etc/passwd",
    ];
    for target in targets.chain(others.map(str::to_owned)) {
        for base in ["", "/feeds"] {
            // The parser of hyper refuses some of these before they come here.
            if target.parse::<Uri>().is_ok() {
                let answer = ask_at(base, "GET", &target, GET);
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{base} {target}");
            }
        }
    }
    for target in ["/%", "/%z", "/%zz", "/%2", "/a%00b", "/rss.xml%00", "/%+1", "/%%35"] {
        assert_eq!(ask("GET", target, GET).status, StatusCode::BAD_REQUEST, "{target}");
    }
}

/// Paths that are nearly right, and some that are nothing at all.
fn targets() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "category",
            "财经",
            "%E8%B4%A2%E7%BB%8F",
            "rss.xml",
            "index.html",
            "feeds",
            "..",
            "%2e%2e",
            "%2f",
            "%00",
            "%zz",
            "%",
            "\\",
            "",
            "feed.xml",
            "a%20b",
            "a%252Fb",
            "feed",
            "healthz",
            "?",
            "#",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,6}",
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| format!("/{}", pieces.join("/")))
}

proptest! {
    #[test]
    fn any_path_gets_an_answer_from_the_edition(target in targets(), base in "(/feeds)?", gzip in any::<bool>()) {
        let Ok(uri) = target.parse::<Uri>() else { return Ok(()) };
        let edition = edition();
        let mut fields = headers(&[("host", "a")]);
        if gzip {
            fields.insert("accept-encoding", HeaderValue::from_static("gzip"));
        }
        let (method, version) = (Method::GET, Version::HTTP_11);
        let serving = Serving::new(&base, 60);
        let health = Health::default();
        let request = Request { method: &method, uri: &uri, version, headers: &fields, now: i64::MAX };
        let answer = respond(&request, &edition, &serving, &health);
        let Body::Document { path, document, .. } = &answer.body else { return Ok(()) };
        prop_assert!(PATHS.contains(&&**path));
        prop_assert_eq!(edition.document(path).map(|(_, there)| there), Some(document));
        // The tag of this answer is a 304, the tag of every other document is not.
        for other in PATHS {
            let tag = conditional::entity_tag(super::document(other).hash, Coding::Identity);
            fields.insert("if-none-match", tag);
            let request = Request { method: &method, uri: &uri, version, headers: &fields, now: i64::MAX };
            let again = respond(&request, &edition, &serving, &health);
            prop_assert_eq!(again.status == StatusCode::NOT_MODIFIED, **other == **path);
        }
    }

    #[test]
    fn any_header_gets_an_answer(value in "[ -~\u{80}-\u{ff}]{0,60}", tag in "[W/\"0-9a-f, *gzip-]{0,80}") {
        let names = ["accept-encoding", "if-none-match", "if-match", "if-modified-since", "content-length"];
        for name in names {
            let first = ask("GET", "/rss.xml", &[(name, &value)]);
            let second = ask("GET", "/rss.xml", &[(name, &tag)]);
            for answer in [first, second] {
                let star = value.trim() == "*" || tag.trim() == "*";
                prop_assert!(star || answer.status != StatusCode::NOT_MODIFIED || name == "if-modified-since");
            }
        }
    }
}
