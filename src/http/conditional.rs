//! Whether the client already has the bytes: preconditions, RFC 9110 §13.
//!
//! Entity tags are strong and name the bytes as sent: `"<hash>"` as they are, `"<hash>-gzip"`
//! compressed. They are made of the document's hash alone, so they survive a restart, a redeploy
//! and a second host.

use std::io::Write;
use std::time::{Duration, UNIX_EPOCH};

use http::header::{HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE};
use http::{HeaderMap, HeaderValue};

use crate::base::hash::Hash;
use crate::feed::edition::Document;
use crate::http::encoding::{Accepted, Coding};

/// The last second that an HTTP date can write: 31 December 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// What the preconditions ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Answer with the document.
    Send,
    /// 304: the client has these bytes, in the coding that this tag names.
    NotModified(HeaderValue),
    /// 412: the client wants the answer only for other bytes.
    Failed,
}

/// Whether a client says what it has, so that it need not be sent again: in any form, also one that
/// is junk, because it means to be careful.
pub fn is_conditional(headers: &HeaderMap) -> bool {
    headers.contains_key(IF_NONE_MATCH) || headers.contains_key(IF_MODIFIED_SINCE)
}

/// Evaluates the preconditions of a GET or HEAD request in the order of RFC 9110 §13.2.2.
pub fn decide(
    headers: &HeaderMap,
    document: &Document,
    accepted: Accepted,
    coding: Coding,
) -> Decision {
    if headers.contains_key(IF_MATCH) {
        if named(headers, IF_MATCH, document, accepted, coding, Comparison::Strong).is_none() {
            return Decision::Failed;
        }
    } else if let Some(since) = date(headers, IF_UNMODIFIED_SINCE)
        && http_date(document.last_modified) > since
    {
        return Decision::Failed;
    }
    // Where there is a tag, the date does not count: it is the weaker witness (§13.1.3).
    if headers.contains_key(IF_NONE_MATCH) {
        return named(headers, IF_NONE_MATCH, document, accepted, coding, Comparison::Weak)
            .map_or(Decision::Send, |coding| {
                Decision::NotModified(entity_tag(document.hash, coding))
            });
    }
    match date(headers, IF_MODIFIED_SINCE) {
        Some(since) if http_date(document.last_modified) <= since => {
            Decision::NotModified(entity_tag(document.hash, coding))
        }
        _ => Decision::Send,
    }
}

/// `ETag` of some bytes in a coding (RFC 9110 §8.8.3).
pub fn entity_tag(hash: Hash, coding: Coding) -> HeaderValue {
    let mut tag = [b'"'; 39];
    tag[1..33].copy_from_slice(&hash.digits());
    match coding {
        Coding::Identity => header_value(&tag[..34]),
        Coding::Gzip => {
            tag[33..38].copy_from_slice(b"-gzip");
            header_value(&tag)
        }
    }
}

/// `Last-Modified` of a document (RFC 9110 §8.8.2, in the form of §5.6.7), as of `now` in Unix
/// seconds. A document may have a time to come: of two changes within a second the later one has, and
/// all have when the clock was put back. It is not said (§8.8.2.1), but what a client asks with is
/// compared with it, so that nobody is told that nothing has changed who knows the earlier change only.
pub fn last_modified_value(document: &Document, now: i64) -> HeaderValue {
    let mut text = [0; 29];
    // Every HTTP date of the preferred form is 29 bytes long.
    if write!(&mut text[..], "{}", http_date(document.last_modified.min(now))).is_err() {
        return HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT");
    }
    header_value(&text)
}

/// A header value of text that was made here and holds visible ASCII only; the empty value stands
/// for what cannot happen, because an answer must not panic.
pub(crate) fn header_value(text: &[u8]) -> HeaderValue {
    HeaderValue::from_bytes(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    /// `W/` matches nothing (RFC 9110 §8.8.3.2).
    Strong,
    /// `W/` does not matter.
    Weak,
}

/// The coding of the document's bytes that a tag in a list names.
///
/// The coding that would be sent wins: a cache in between holds both and uses the one that the
/// 304 names (RFC 9111 §4.3.4). For the same reason the gzip tag counts only for a client that
/// takes gzip. The 304 names it by our own strong tag (RFC 9110 §15.4.5), also when a proxy put
/// `W/` before it (nginx) or `-gzip` behind it (Apache).
fn named(
    headers: &HeaderMap,
    field: HeaderName,
    document: &Document,
    accepted: Accepted,
    coding: Coding,
    comparison: Comparison,
) -> Option<Coding> {
    let digits = document.hash.digits();
    let mut other = None;
    for line in headers.get_all(field) {
        if line.as_bytes().trim_ascii() == b"*" {
            return Some(coding);
        }
        let mut rest = line.as_bytes();
        while let Some((tag, after)) = next_tag(rest) {
            rest = after;
            let Some(found) = coding_named(tag, &digits, comparison) else {
                continue;
            };
            if found == coding {
                return Some(coding);
            }
            if found == Coding::Identity || accepted.allows_gzip() {
                other.get_or_insert(found);
            }
        }
    }
    other
}

/// Which of the document's representations a tag is of.
fn coding_named(tag: &[u8], digits: &[u8; 32], comparison: Comparison) -> Option<Coding> {
    let opaque = match tag.strip_prefix(b"W/") {
        Some(_) if comparison == Comparison::Strong => return None,
        Some(opaque) => opaque,
        None => tag,
    };
    match opaque.strip_prefix(b"\"")?.strip_suffix(b"\"")?.strip_prefix(digits)? {
        b"" => Some(Coding::Identity),
        b"-gzip" => Some(Coding::Gzip),
        _ => None,
    }
}

/// The next element of a list of tags and what follows it. A tag may hold commas between its
/// quotes (RFC 9110 §8.8.3); whatever else stands there ends at a comma and matches nothing.
fn next_tag(list: &[u8]) -> Option<(&[u8], &[u8])> {
    let list = list.trim_ascii_start();
    if list.is_empty() {
        return None;
    }
    let mut quoted = false;
    let end = list.iter().position(|byte| {
        quoted ^= *byte == b'"';
        *byte == b',' && !quoted
    });
    let (tag, rest) = match end {
        Some(end) => (&list[..end], &list[end + 1..]),
        None => (list, &[][..]),
    };
    Some((tag.trim_ascii_end(), rest))
}

/// A date field in any of the three forms of RFC 9110 §5.6.7; junk counts as absent (§13.1.3),
/// and so do two lines of it.
fn date(headers: &HeaderMap, field: HeaderName) -> Option<httpdate::HttpDate> {
    let mut lines = headers.get_all(field).into_iter();
    let only = lines.next()?;
    if lines.next().is_some() {
        return None;
    }
    only.to_str().ok()?.trim_ascii().parse().ok()
}

/// Unix seconds within what an HTTP date can say.
fn http_date(seconds: i64) -> httpdate::HttpDate {
    let seconds = u64::try_from(seconds).unwrap_or(0).min(LAST_SECOND);
    (UNIX_EPOCH + Duration::from_secs(seconds)).into()
}
