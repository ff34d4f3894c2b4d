//! What may stand in an address: percent-encoding, path segments and hosts, RFC 3986.

use std::borrow::Cow;
use std::fmt::Write;

/// No empty, `.` or `..` segment and no backslash: nothing that a file system would read as a way
/// to elsewhere. The last segment may be empty: a folder.
pub(super) fn is_plain(path: &str) -> bool {
    let folder = path.strip_suffix('/').unwrap_or(path);
    let plain = |segment: &[u8]| !matches!(segment, b"" | b"." | b"..");
    let has_backslash = path.bytes().any(|byte| byte == b'\\');
    path.is_empty() || !has_backslash && folder.as_bytes().split(|byte| *byte == b'/').all(plain)
}

/// The path is not percent-encoded as RFC 3986 §2.1 demands, or holds a NUL.
pub(super) struct BadlyEncoded;

/// Percent-decodes a path, strictly; `None` when it is then not UTF-8, as no address here is.
pub(super) fn decode(path: &str) -> Result<Option<Cow<'_, str>>, BadlyEncoded> {
    if !path.bytes().any(|byte| matches!(byte, b'%' | 0)) {
        return Ok(Some(Cow::Borrowed(path)));
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'%' => match (rest.next().and_then(nibble), rest.next().and_then(nibble)) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => return Err(BadlyEncoded),
            },
            _ => byte,
        };
        if byte == 0 {
            return Err(BadlyEncoded);
        }
        bytes.push(byte);
    }
    Ok(String::from_utf8(bytes).ok().map(Cow::Owned))
}

/// Percent-encodes a path but for its slashes and the characters that mean only themselves.
pub(super) fn encode(path: &str, address: &mut String) {
    for byte in path.bytes() {
        if is_unreserved(byte) || byte == b'/' {
            address.push(char::from(byte));
        } else {
            let _ = write!(address, "%{byte:02X}");
        }
    }
}

/// `uri-host [ ":" port ]` of RFC 3986 §3.2.2, and not empty, as `http` URIs demand.
pub(super) fn is_host(host: &[u8]) -> bool {
    let (name, port) = if host.starts_with(b"[") {
        let Some(end) = host.iter().position(|byte| *byte == b']') else {
            return false;
        };
        let address = &host[1..end];
        let valid = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
        if !address.contains(&b':') || !address.iter().all(valid) {
            return false;
        }
        (&host[..=end], &host[end + 1..])
    } else {
        let end = host.iter().position(|byte| *byte == b':').unwrap_or(host.len());
        if !host[..end].iter().all(|byte| is_unreserved(*byte) || b"!$&'()*+,;=%".contains(byte)) {
            return false;
        }
        host.split_at(end)
    };
    let port_is_valid = match port {
        [] => true,
        [b':', digits @ ..] => digits.len() <= 5 && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    !name.is_empty() && port_is_valid
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// RFC 3986 §2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}
