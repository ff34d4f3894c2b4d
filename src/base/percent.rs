//! Percent-encoding (RFC 3986 §2.1): the one encoder, so that an address is written the same way in
//! a feed, on a page and in a redirect. The only owner of `percent_encoding`.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand in one segment of a path unencoded: `pchar` of RFC 3986 §3.3.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// The same for a whole path.
const PATH: &AsciiSet = &SEGMENT.remove(b'/');

/// What may stand nowhere in a URI (RFC 3986 §2), besides all that is not ASCII.
const LOOSE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// `path` as the path of a URL: everything but unreserved characters, sub-delimiters, `:`, `@` and `/`
/// is percent-encoded, `%` as well.
pub fn encode_path(path: &str) -> String {
    Cow::from(utf8_percent_encode(path, PATH)).into_owned()
}

/// How many bytes a character takes in a percent-encoded path.
pub fn encoded_length(c: char) -> usize {
    let mut bytes = [0; 4];
    utf8_percent_encode(c.encode_utf8(&mut bytes), PATH).map(str::len).sum()
}

/// A part of a URI that may be encoded already, in pieces: only what no URI can hold is encoded.
pub fn encode_loose(part: &str) -> impl Iterator<Item = &str> {
    utf8_percent_encode(part, LOOSE)
}

/// One byte, encoded.
pub fn encode_byte(byte: u8) -> &'static str {
    percent_encoding::percent_encode_byte(byte)
}

/// The text behind a percent-encoded path; `None` when it is not UTF-8, as no address here is.
///
/// # Errors
/// When a `%` is not followed by two hexadecimal digits, or a NUL is encoded.
pub fn decode_path(path: &str) -> Result<Option<Cow<'_, str>>, BadlyEncoded> {
    if !path.bytes().any(|byte| matches!(byte, b'%' | 0)) {
        return Ok(Some(Cow::Borrowed(path)));
    }
    let is_hex = |hex: &[u8]| hex.iter().all(u8::is_ascii_hexdigit);
    let is_encoded =
        |rest: &str| rest.as_bytes().get(..2).is_some_and(|hex| is_hex(hex) && hex != b"00");
    if path.contains('\0') || !path.split('%').skip(1).all(is_encoded) {
        return Err(BadlyEncoded);
    }
    Ok(percent_encoding::percent_decode_str(path).decode_utf8().ok())
}

/// A path that is not percent-encoded as RFC 3986 §2.1 demands, or holds a NUL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadlyEncoded;
