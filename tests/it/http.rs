//! What a request gets: routing and headers here, the choice of a coding and the preconditions in
//! `validators`, the server on a real socket in `sockets`, the bytes in `cache`, who asks and how
//! often in `clients`.

mod addresses;
mod cache;
mod clients;
mod properties;
mod sockets;
mod validators;

use std::sync::Arc;
use std::time::Duration;

use feedmill::base::hash::Hash;
use feedmill::feed::edition::{Document, Edition};
use feedmill::http::answer::{Answer, Body};
use feedmill::http::health::Health;
use feedmill::http::respond::{Plan, Request, plan, respond};
use feedmill::http::serving::Serving;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version};

/// 2 January 2022, 03:04:05 UTC.
const CHANGED: i64 = 1_641_092_645;
const CHANGED_VALUE: &str = "Sun, 02 Jan 2022 03:04:05 GMT";
const GET: &[(&str, &str)] = &[];

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&str, &str)| {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        (name.parse::<HeaderName>().unwrap(), value)
    };
    let mut headers = HeaderMap::new();
    for (name, value) in pairs.iter().map(pair) {
        headers.append(name, value);
    }
    headers
}

/// Bytes of a document that is long enough to be compressed.
fn body(path: &str) -> String {
    format!("{path} 财经\n").repeat(100)
}

fn document(path: &str) -> Document {
    let body = body(path);
    let media_type = match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("json") => "application/feed+json",
        _ => "application/rss+xml; charset=utf-8",
    };
    Document {
        hash: Hash::of(body.as_bytes()),
        length: body.len() as u64,
        media_type,
        last_modified: CHANGED,
    }
}

const PATHS: &[&str] = &[
    "feeds.html",
    "_feedmill/style-0.css",
    "index.html",
    "rss.xml",
    "atom.xml",
    "feed.json",
    "category/财经/index.html",
    "category/财经/rss.xml",
    "category/财经/atom.xml",
    "category/a b/index.html",
    "category/a%2Fb/index.html",
    "category/a%2Fb/rss.xml",
    "category/café/index.html",
    "category/café/rss.xml",
    "category/C++/index.html",
    "category/C++/atom.xml",
    "category/con/index.html",
    "feeds/odd.xml",
];

fn edition() -> Edition {
    let mut edition = Edition::default();
    for path in PATHS {
        edition.put((*path).into(), Arc::new(document(path)));
    }
    edition
}

/// Answers `method target` with a `Host` and these headers.
fn ask_at(base: &str, method: &str, target: &str, pairs: &[(&str, &str)]) -> Answer {
    plan_at(base, method, target, pairs).answer(HeaderMap::new())
}

fn plan_at(base: &str, method: &str, target: &str, pairs: &[(&str, &str)]) -> Plan {
    let mut headers = headers(pairs);
    headers.entry("host").or_insert(HeaderValue::from_static("example.org"));
    let (method, uri) = (method.parse::<Method>().unwrap(), target.parse::<Uri>().unwrap());
    let request = Request {
        method: &method,
        uri: &uri,
        version: Version::HTTP_11,
        headers: &headers,
        now: i64::MAX,
    };
    plan(&request, &edition(), &Serving::new(base, 900), &Health::default())
}

fn ask(method: &str, target: &str, pairs: &[(&str, &str)]) -> Answer {
    ask_at("", method, target, pairs)
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

fn path_of(answer: &Answer) -> &str {
    match &answer.body {
        Body::Document { path, .. } => path,
        _ => "",
    }
}

#[test]
fn a_document_is_sent_with_all_its_headers() {
    let answer = ask("GET", "/rss.xml?utm_source=x", GET);
    let document = document("rss.xml");
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(path_of(&answer), "rss.xml");
    for (name, value) in [
        ("content-type", "application/rss+xml; charset=utf-8"),
        ("content-length", &document.length.to_string()),
        ("content-encoding", ""),
        ("etag", &format!("\"{}\"", document.hash)),
        ("last-modified", CHANGED_VALUE),
        ("cache-control", "public, max-age=900, stale-while-revalidate=900, stale-if-error=86400"),
        ("vary", "Accept-Encoding"),
        ("accept-ranges", "none"),
        ("x-content-type-options", "nosniff"),
        ("access-control-allow-origin", "*"),
        ("access-control-expose-headers", "ETag, Last-Modified, Link, Retry-After"),
        ("content-security-policy", ""),
        ("server", ""),
    ] {
        assert_eq!(header(&answer, name), value, "{name}");
    }
    let compressed = ask("GET", "/rss.xml", &[("accept-encoding", "gzip")]);
    assert_eq!(header(&compressed, "content-encoding"), "gzip");
    assert_eq!(header(&compressed, "etag"), format!("\"{}-gzip\"", document.hash));
    let page = ask("GET", "/", GET);
    assert_eq!(path_of(&page), "index.html");
    assert!(header(&page, "content-security-policy").starts_with("default-src 'none'; "));
    assert_eq!(header(&page, "referrer-policy"), "no-referrer");
    assert_eq!(ask("HEAD", "/", GET).headers, page.headers);
}

#[test]
fn a_304_carries_what_caches_need_and_no_body() {
    let full = ask("GET", "/rss.xml", GET);
    let answer = ask("GET", "/rss.xml", &[("if-none-match", header(&full, "etag"))]);
    assert_eq!(answer.status, StatusCode::NOT_MODIFIED);
    assert!(matches!(answer.body, Body::Empty));
    for name in ["etag", "last-modified", "cache-control", "vary", "access-control-allow-origin"] {
        assert_eq!(header(&answer, name), header(&full, name), "{name}");
    }
    assert_eq!(header(&answer, "content-length"), "");
    let failed = ask("GET", "/rss.xml", &[("if-match", "\"x\"")]);
    assert_eq!(failed.status, StatusCode::PRECONDITION_FAILED);
}

#[test]
fn other_methods_are_refused_and_options_tells_why() {
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "FOO", "get"] {
        let answer = ask(method, "/rss.xml", GET);
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(header(&answer, "allow"), "GET, HEAD, OPTIONS");
    }
    assert_eq!(ask("CONNECT", "example.org:443", GET).status, StatusCode::METHOD_NOT_ALLOWED);
    for target in ["*", "/rss.xml", "/nothing"] {
        let answer = ask("OPTIONS", target, GET);
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        assert_eq!(header(&answer, "allow"), "GET, HEAD, OPTIONS");
        assert_eq!(header(&answer, "access-control-allow-methods"), "GET, HEAD, OPTIONS");
        let allowed = header(&answer, "access-control-allow-headers");
        assert_eq!(allowed, "If-None-Match, If-Modified-Since");
        assert_eq!(header(&answer, "access-control-max-age"), "86400");
    }
}

#[test]
fn an_announced_body_ends_the_connection() {
    for (length, connection) in [("0", ""), ("4", "close")] {
        let answer = ask("GET", "/rss.xml", &[("content-length", length)]);
        assert_eq!((answer.status, header(&answer, "connection")), (StatusCode::OK, connection));
    }
    let answer = ask("GET", "/", &[("transfer-encoding", "chunked")]);
    assert_eq!((answer.status, header(&answer, "connection")), (StatusCode::BAD_REQUEST, "close"));
}

#[test]
fn one_download_too_many_is_refused_with_whole_seconds() {
    for (wait, seconds) in
        [(1, "1"), (999_999_999, "1"), (1_000_000_000, "1"), (1_000_000_001, "2")]
    {
        let refused = plan_at("", "GET", "/rss.xml", &[("content-length", "4")])
            .too_many_downloads(Duration::from_nanos(wait));
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(header(&refused, "retry-after"), seconds, "{wait} ns");
        assert_eq!(header(&refused, "cache-control"), "no-store");
        assert_eq!(header(&refused, "connection"), "close", "the body is not read");
        assert_eq!(path_of(&refused), "");
    }
    let refused = plan_at("", "GET", "/rss.xml", GET).too_many_downloads(Duration::from_secs(1));
    assert_eq!(header(&refused, "connection"), "");
}

#[test]
fn hosts_are_checked() {
    let valid = ["example.org", "example.org:8080", "127.0.0.1", "[::1]:80", "a_b", "x:", "%41"];
    for host in valid {
        assert_eq!(ask("GET", "/", &[("host", host)]).status, StatusCode::OK, "{host}");
    }
    for host in ["", "a b", "a/b", "a@b", "a:b", "a:80:80", "[::1", "[x]", "[::1]x", ":80", "財"] {
        assert_eq!(ask("GET", "/", &[("host", host)]).status, StatusCode::BAD_REQUEST, "{host}");
    }
    let two = ask("GET", "/", &[("host", "a"), ("host", "a")]);
    assert_eq!(two.status, StatusCode::BAD_REQUEST);
    let (uri, none) = (Uri::from_static("/"), HeaderMap::new());
    for (version, status) in [(Version::HTTP_11, 400), (Version::HTTP_10, 200)] {
        let request =
            Request { method: &Method::GET, uri: &uri, version, headers: &none, now: i64::MAX };
        let answer = respond(&request, &edition(), &Serving::new("", 1), &Health::default());
        assert_eq!(answer.status, status);
    }
    for (target, status) in [
        ("http://other.example/rss.xml", 200),
        ("https://other.example/rss.xml", 200),
        ("ftp://other.example/rss.xml", 400),
    ] {
        assert_eq!(ask("GET", target, GET).status, status, "{target}");
    }
}

#[test]
fn long_heads_are_refused() {
    let target = |length: usize| format!("/?{}", "x".repeat(length - 2));
    assert_eq!(ask("GET", &target(8192), GET).status, StatusCode::OK);
    assert_eq!(ask("GET", &target(8193), GET).status, StatusCode::URI_TOO_LONG);
    let value = "x".repeat(16 * 1024);
    let answer = ask("GET", "/", &[("x", &value)]);
    assert_eq!(answer.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
}

#[test]
fn health_tells_what_is_wrong() {
    let fields = headers(&[("host", "a")]);
    let tell_at = |path: &'static str, reasons: &[&str]| {
        let (uri, version) = (Uri::from_static(path), Version::HTTP_11);
        let request =
            Request { method: &Method::GET, uri: &uri, version, headers: &fields, now: i64::MAX };
        let health = Health { reasons: reasons.iter().map(|text| (*text).to_owned()).collect() };
        let answer = respond(&request, &edition(), &Serving::new("", 1), &health);
        assert_eq!(header(&answer, "cache-control"), "no-store");
        assert_eq!(header(&answer, "content-type"), "application/json");
        let Body::Text(text) = answer.body else { panic!("no text") };
        (answer.status.as_u16(), text.into_owned())
    };
    let tell = |reasons: &[&str]| tell_at("/readyz", reasons);
    assert_eq!(tell(&[]), (200, "{\"status\":\"ok\",\"documents\":18}\n".to_owned()));
    assert_eq!(tell_at("/healthz", &["one"]), tell(&["one"]));
    assert_eq!(tell_at("/livez", &["one"]), (200, "{\"status\":\"ok\"}\n".to_owned()));
    let (status, text) = tell(&["`a\"b\\c\n` 财", "two"]);
    assert_eq!(status, 503);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["status"], "degraded");
    assert_eq!(value["reasons"], serde_json::json!(["`a\"b\\c\n` 财", "two"]));
}
