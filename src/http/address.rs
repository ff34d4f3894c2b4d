//! What may stand in an address: path segments and hosts, RFC 3986.

/// No empty, `.` or `..` segment and no backslash: nothing that a file system would read as a way
/// to elsewhere. The last segment may be empty: a folder.
pub(super) fn is_plain(path: &str) -> bool {
    let folder = path.strip_suffix('/').unwrap_or(path);
    let plain = |segment: &[u8]| !matches!(segment, b"" | b"." | b"..");
    let has_backslash = path.bytes().any(|byte| byte == b'\\');
    path.is_empty() || !has_backslash && folder.as_bytes().split(|byte| *byte == b'/').all(plain)
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

/// RFC 3986 §2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}
