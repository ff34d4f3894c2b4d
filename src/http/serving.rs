//! What decides how documents are served, besides the documents.

use std::borrow::Cow;

use http::HeaderValue;

use crate::base::percent;
use crate::feed::page;
use crate::http::conditional::header_value;

/// A year, the longest time that is of use (RFC 9111 §5.2.2.1), and no question at a reload (RFC 8246).
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// What the operator decides about serving.
#[derive(Debug, Clone)]
pub struct Serving {
    /// The path of the base URL, decoded, without slashes at its ends: `feeds`, or nothing.
    pub(in crate::http) base: String,
    /// The same as the self links have it, with a slash at its start: `/feeds`, or nothing.
    pub(in crate::http) prefix: String,
    /// `Cache-Control` of every document that may change.
    pub(in crate::http) cache_control: HeaderValue,
}

impl Default for Serving {
    /// No base path, and five minutes.
    fn default() -> Self {
        Self::new("", 300)
    }
}

impl Serving {
    /// Settings for a base URL whose path is `base_path` (empty, `/` or `/feeds`, percent-encoded
    /// or not), and answers that stay fresh for `max_age` seconds.
    pub fn new(base_path: &str, max_age: u32) -> Self {
        let written = base_path.trim_matches('/');
        let base = percent::decode_path(written).ok().flatten().unwrap_or(Cow::Borrowed(written));
        // Self links repeat the base URL as it is, so redirects do, too.
        let is_encoded = written.bytes().all(|byte| byte.is_ascii_graphic());
        let prefix = if is_encoded { written.to_owned() } else { percent::encode_path(&base) };
        let cache_control = format!(
            "public, max-age={max_age}, stale-while-revalidate={max_age}, stale-if-error=86400"
        );
        Self {
            base: base.into_owned(),
            prefix: if prefix.is_empty() { prefix } else { format!("/{prefix}") },
            cache_control: header_value(cache_control.as_bytes()),
        }
    }

    /// The address of a path, as a client outside sees it: always with the base path, because a
    /// proxy that takes it away does not put it back into `Location`.
    pub(in crate::http) fn address(&self, path: &str) -> String {
        format!("{}/{}", self.prefix, percent::encode_path(path))
    }

    /// `Cache-Control` of the document at a path: an asset has the hash of its bytes in its name.
    pub(in crate::http) fn cache_control(&self, path: &str) -> HeaderValue {
        if path.starts_with(page::ASSETS) { IMMUTABLE } else { self.cache_control.clone() }
    }
}
