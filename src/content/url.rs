//! URLs: relative ones made absolute against a post, unsafe ones refused.
//!
//! The only owner of the `url` crate. Resolution is that of browsers
//! (WHATWG URL); what they leave in a URL although RFC 3986 forbids it is encoded afterwards.

use crate::base::percent;

/// The schemes that a link may have. `javascript:`, `vbscript:`, `data:`, `file:` and unknown ones
/// may not.
const LINK_SCHEMES: [&str; 18] = [
    "http", "https", "mailto", "tel", "magnet", "ftp", "sftp", "sms", "geo", "xmpp", "irc", "ircs",
    "matrix", "news", "webcal", "gemini", "ed2k", "feed",
];

/// The absolute URL of a post, against which its links are resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base(url::Url);

impl Base {
    /// Reads an absolute URL that others can be relative to.
    pub fn parse(text: &str) -> Option<Self> {
        url::Url::parse(text).ok().filter(|url| !url.cannot_be_a_base()).map(Self)
    }

    /// The host: a domain, an address; IPv6 in brackets.
    pub fn host(&self) -> Option<&str> {
        self.0.host_str()
    }

    /// Whether a user or a password stands before the host.
    pub fn has_user(&self) -> bool {
        !self.0.username().is_empty() || self.0.password().is_some()
    }

    /// Whether an absolute address has the same host and port.
    pub fn is_host_of(&self, address: &str) -> bool {
        let place = |url: &url::Url| (url.host_str().map(str::to_owned), url.port());
        url::Url::parse(address).is_ok_and(|url| place(&url) == place(&self.0))
    }

    /// The URL, in its normal form.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The absolute form of a link; `None` when it is empty, malformed or of an unsafe scheme.
    pub fn resolve(&self, link: &str) -> Option<String> {
        let link = trimmed(link);
        if link.is_empty() {
            return None;
        }
        self.0.join(link).ok().and_then(allowed)
    }

    /// The absolute form of the address of something to load: `http` or `https` only.
    pub fn resolve_media(&self, link: &str) -> Option<String> {
        self.resolve(link).filter(|url| is_web(url))
    }
}

/// The same as [`Base::resolve`] where there is no base: only absolute links have a form.
pub fn absolute(link: &str) -> Option<String> {
    url::Url::parse(trimmed(link)).ok().and_then(allowed)
}

/// A URL as it may stand in a feed. Browsers take hosts that no URI can have (RFC 3986 §3.2.2).
fn allowed(url: url::Url) -> Option<String> {
    let is_host = !url.host_str().unwrap_or_default().contains(['"', '`', '{', '}']);
    (is_host && LINK_SCHEMES.contains(&url.scheme())).then(|| strict(url.into()))
}

/// A text as a URI (RFC 3986), with what may not stand in one percent-encoded; `None` when it has
/// no scheme, like a bare number.
pub fn as_uri(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    if !is_scheme || rest.is_empty() {
        return None;
    }
    let is_hex = |after: &str| {
        after.as_bytes().get(..2).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    };
    let mut parts = rest.split('%');
    let mut uri = format!("{scheme}:");
    uri.extend(parts.next().map(percent::encode_loose).into_iter().flatten());
    for part in parts {
        uri.push_str(if is_hex(part) { "%" } else { "%25" });
        uri.extend(percent::encode_loose(part));
    }
    Some(uri)
}

/// A text as an absolute address of the web, if it is one.
pub fn web_address(text: &str) -> Option<String> {
    absolute(text).filter(|url| is_web(url))
}

/// Whether an absolute URL is one of the web.
pub fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// Without the blanks and control characters that browsers ignore around an address.
fn trimmed(link: &str) -> &str {
    link.trim_matches(|character: char| character <= ' ')
}

/// A serialized URL as RFC 3986 wants it: browsers leave `|`, `^`, `{`, `[` and lone `%` signs.
fn strict(url: String) -> String {
    let loose = |byte: u8| {
        matches!(
            byte,
            b' ' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b'[' | b']'
        )
    };
    let bytes = url.as_bytes();
    let lone = |at: usize| {
        bytes[at] == b'%'
            && !bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    };
    // `[` and `]` belong to the host of an IPv6 address.
    let scheme = url.find(':').filter(|end| url[*end..].starts_with("://"));
    let path = scheme.map_or(0, |end| {
        let host = end + 3;
        url[host..].find(['/', '?', '#']).map_or(url.len(), |end| host + end)
    });
    // Not so a lone `%`, which browsers leave in the name of a user, too.
    let is_loose = |at: usize| at >= path && loose(bytes[at]);
    if !(0..bytes.len()).any(|at| is_loose(at) || lone(at)) {
        return url;
    }
    let mut strict = String::with_capacity(url.len() + 16);
    for (at, character) in url.char_indices() {
        match u8::try_from(character) {
            Ok(byte) if is_loose(at) => {
                strict.push_str(percent::encode_byte(byte));
            }
            Ok(b'%') if lone(at) => strict.push_str("%25"),
            _ => strict.push(character),
        }
    }
    strict
}
