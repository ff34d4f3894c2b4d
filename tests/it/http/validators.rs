//! Content codings and preconditions, as tables.

use super::{CHANGED, CHANGED_VALUE, document, headers};
use feedmill::feed::edition::Document;
use feedmill::http::conditional::{self, Decision};
use feedmill::http::encoding::{Accepted, Coding, WORTH_COMPRESSING};

#[test]
fn accept_encoding_is_read_as_rfc_9110_says() {
    use Coding::{Gzip, Identity};
    let cases: &[(&[&str], Coding)] = &[
        (&[], Identity),
        (&[""], Identity),
        (&["gzip"], Gzip),
        (&["GZip"], Gzip),
        (&["x-gzip"], Gzip),
        (&["gzip, deflate, br"], Gzip),
        (&["br", "gzip"], Gzip),
        (&["br, zstd, deflate"], Identity),
        (&["*"], Gzip),
        (&["*;q=0"], Identity),
        (&["gzip;q=0"], Identity),
        (&["gzip;q=0.0, *"], Identity),
        (&["gzip;q=0.000"], Identity),
        (&["gzip;q=0.001"], Gzip),
        (&["gzip ; Q=1.000"], Gzip),
        (&["*;q=0, gzip;q=0.5"], Gzip),
        (&["identity"], Identity),
        (&["identity, gzip;q=0.5"], Identity),
        (&["identity;q=0.5, gzip;q=0.5"], Gzip),
        (&["identity;q=0.5, gzip;q=1.0"], Gzip),
        (&["identity;q=0"], Identity),
        (&["identity;q=0, gzip"], Gzip),
        (&["gzip;q=1, gzip;q=0"], Identity),
        (&["gzip;q=2"], Identity),
        (&["gzip;q=1.001"], Identity),
        (&["gzip;q=0.1234"], Identity),
        (&["gzip;q=-1"], Identity),
        (&["gzip;q="], Identity),
        (&["gzip;level=9"], Identity),
        (&["gzipped"], Identity),
        (&[",, ,gzip,"], Gzip),
        (&["\u{ff}, gzip"], Identity),
    ];
    for (lines, coding) in cases {
        let pairs: Vec<_> = lines.iter().map(|line| ("accept-encoding", *line)).collect();
        let accepted = Accepted::of(&headers(&pairs));
        assert_eq!(accepted.choose(10_000), *coding, "{lines:?}");
    }
    let small =
        |line| Accepted::of(&headers(&[("accept-encoding", line)])).choose(WORTH_COMPRESSING - 1);
    assert_eq!(small("gzip"), Identity);
    assert_eq!(small("gzip, identity;q=0"), Gzip);
}

/// Evaluates the preconditions of a request for `rss.xml`; `{h}` stands for its hash.
fn precondition(pairs: &[(&str, &str)]) -> String {
    let document = document("rss.xml");
    let hash = document.hash.to_string();
    let filled: Vec<_> =
        pairs.iter().map(|(name, value)| (*name, value.replace("{h}", &hash))).collect();
    let pairs: Vec<_> = filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let headers = headers(&pairs);
    let accepted = Accepted::of(&headers);
    match conditional::decide(&headers, &document, accepted, accepted.choose(document.length)) {
        Decision::Send => "200".to_owned(),
        Decision::Failed => "412".to_owned(),
        Decision::NotModified(tag) => {
            format!("304 {}", tag.to_str().unwrap().replace(&hash, "{h}"))
        }
    }
}

#[test]
fn tags_decide_before_dates() {
    let gzip = ("accept-encoding", "gzip");
    let none = "if-none-match";
    let since = ("if-modified-since", CHANGED_VALUE);
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[(none, "\"{h}\"")], "304 \"{h}\""),
        (&[(none, "W/\"{h}\"")], "304 \"{h}\""),
        (&[(none, "\"{h}-gzip\"")], "304 \"{h}-gzip\""),
        (&[(none, "W/\"{h}-gzip\""), gzip], "304 \"{h}-gzip\""),
        (&[(none, "\"{h}\""), gzip], "304 \"{h}\""),
        (&[(none, "\"{h}\", \"{h}-gzip\""), gzip], "304 \"{h}-gzip\""),
        (&[(none, "\"{h}-gzip\", \"{h}\"")], "304 \"{h}\""),
        // A cache may hold the compressed bytes, but this client does not take them.
        (&[(none, "\"{h}-gzip\""), ("accept-encoding", "identity")], "200"),
        (&[(none, "\"x\", \"a,b\",W/\"{h}\" , \"y\"")], "304 \"{h}\""),
        (&[(none, "\"x\""), (none, "\"{h}\"")], "304 \"{h}\""),
        (&[(none, "*")], "304 \"{h}\""),
        (&[(none, " * "), gzip], "304 \"{h}-gzip\""),
        (&[(none, "\"*\"")], "200"),
        (&[(none, "")], "200"),
        (&[(none, "{h}")], "200"),
        (&[(none, "\"{h}")], "200"),
        (&[(none, "w/\"{h}\"")], "200"),
        (&[(none, "\"{h}x\"")], "200"),
        (&[(none, "\"x{h}\"")], "200"),
        (&[(none, "\"{h}-br\"")], "200"),
        (&[(none, "\"a,\"{h}\"\"")], "200"),
        (&[(none, "\"other\""), since], "200"),
        (
            &[(none, "\"{h}\""), ("if-modified-since", "Sat, 01 Jan 2000 00:00:00 GMT")],
            "304 \"{h}\"",
        ),
        (&[("if-match", "\"{h}\"")], "200"),
        (&[("if-match", "*")], "200"),
        (&[("if-match", "W/\"{h}\"")], "412"),
        (&[("if-match", "\"x\"")], "412"),
        (&[("if-match", "\"{h}\""), (none, "\"{h}\"")], "304 \"{h}\""),
        (&[("if-match", "\"x\""), (none, "\"{h}\"")], "412"),
        (
            &[("if-match", "\"{h}\""), ("if-unmodified-since", "Sat, 01 Jan 2000 00:00:00 GMT")],
            "200",
        ),
        (&[("if-unmodified-since", "Sat, 01 Jan 2000 00:00:00 GMT")], "412"),
        (&[("if-unmodified-since", CHANGED_VALUE)], "200"),
        (&[("if-unmodified-since", "junk")], "200"),
    ];
    for (pairs, expected) in cases {
        assert_eq!(precondition(pairs), *expected, "{pairs:?}");
    }
}

#[test]
fn dates_are_read_in_three_forms_and_junk_is_ignored() {
    let not_modified = "304 \"{h}\"";
    let cases = [
        (CHANGED_VALUE, not_modified),
        ("Sunday, 02-Jan-22 03:04:05 GMT", not_modified),
        ("Sun Jan  2 03:04:05 2022", not_modified),
        ("Sun, 02 Jan 2022 03:04:04 GMT", "200"),
        ("Thu, 01 Jan 2099 00:00:00 GMT", not_modified),
        ("Sat, 01 Jan 2000 00:00:00 GMT", "200"),
        ("Wed, 01 Jan 1800 00:00:00 GMT", "200"),
        ("0", "200"),
        ("", "200"),
        ("2022-01-02T03:04:05Z", "200"),
        ("Sun, 32 Jan 2022 03:04:05 GMT", "200"),
        ("Sun, 02 Jan 99999 03:04:05 GMT", "200"),
        ("\u{fffd}", "200"),
    ];
    for (value, expected) in cases {
        assert_eq!(precondition(&[("if-modified-since", value)]), expected, "{value:?}");
    }
    let twice = [("if-modified-since", CHANGED_VALUE); 2];
    assert_eq!(precondition(&twice), "200");
}

#[test]
fn last_modified_never_leaves_what_a_date_can_say() {
    for (seconds, text) in [
        (CHANGED, CHANGED_VALUE),
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (i64::MIN, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (i64::MAX, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ] {
        let document = Document { last_modified: seconds, ..document("rss.xml") };
        assert_eq!(conditional::last_modified_value(&document, i64::MAX), text);
    }
}

/// RFC 9110 §8.8.2.1; who was told the time of the answer has not seen the change that is ahead of it.
#[test]
fn a_time_to_come_is_not_said_and_not_forgotten() {
    let ahead = Document { last_modified: CHANGED + 5, ..document("rss.xml") };
    assert_eq!(conditional::last_modified_value(&ahead, CHANGED), CHANGED_VALUE);
    let headers = headers(&[("if-modified-since", CHANGED_VALUE)]);
    let accepted = Accepted::of(&headers);
    let decide = |document| conditional::decide(&headers, document, accepted, Coding::Identity);
    assert!(matches!(decide(&ahead), Decision::Send));
    assert!(matches!(decide(&document("rss.xml")), Decision::NotModified(_)));
}
