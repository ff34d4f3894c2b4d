//! A file that goes with a post: a recording, a document.

use crate::base::percent;
use crate::content::front_matter::node::Node;
use crate::content::site::Site;
use crate::content::syntax::{A_MEDIA_TYPE, A_SIZE, media_type, size};
use crate::content::text::shown;
use crate::diagnostic::Error;

/// The type of bytes of which nothing is known (RFC 2046 §4.5.1).
const OCTETS: &str = "application/octet-stream";

/// What can be the address of a file.
pub const A_FILE: &str = "the address of a file, like `/audio/1.mp3`";
/// The same where posts may be anybody's.
pub const A_FILE_OF_OURS: &str = "the address of a file of this site, like `/audio/1.mp3`";

/// A file that goes with a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// Its absolute address.
    pub url: String,
    /// Its media type.
    pub media_type: String,
    /// Its length in bytes.
    pub length: Option<u64>,
}

impl Enclosure {
    /// Reads an address, or a mapping with `url`, `type` and `length`. What cannot be used is left out;
    /// `key` is what it stands under.
    pub fn read(node: &Node, key: &str, site: &Site, dropped: &mut Vec<Error>) -> Option<Self> {
        let mut drop = |name: &str, found: &Node, expected| {
            let key = if name.is_empty() { key.to_owned() } else { format!("{key}.{name}") };
            let found = found.text().map_or_else(|| found.kind().to_owned(), shown);
            dropped.push(Error::Dropped { key, found, expected });
        };
        let is_untrusted = site.cleaning.trust().is_untrusted();
        let expected = if is_untrusted { A_FILE_OF_OURS } else { A_FILE };
        let (name, address) = match node {
            Node::Null => return None,
            Node::Map(_) => ("url", node.get("url").unwrap_or(&Node::Null)),
            scalar => ("", scalar),
        };
        let Some(url) = address.text().and_then(|address| site.media(address)) else {
            drop(name, address, expected);
            return None;
        };
        let written = |name| node.get(name).filter(|node| **node != Node::Null);
        let own_type = written("type").and_then(|written| {
            let own = written.text().and_then(media_type).map(str::to_owned);
            if own.is_none() {
                drop("type", written, A_MEDIA_TYPE);
            }
            own
        });
        let length = written("length").and_then(|written| {
            let length = written.text().and_then(size);
            if length.is_none() {
                drop("length", written, A_SIZE);
            }
            length
        });
        let of_name = || media_type_of(&url).unwrap_or(OCTETS).to_owned();
        Some(Self { media_type: own_type.unwrap_or_else(of_name), length, url })
    }

    /// The path of its file below the site, if it can be a file that Jekyll publishes.
    pub fn path(&self, site: &Site) -> Option<String> {
        let address = self.url.split(['?', '#']).next().unwrap_or(&self.url);
        let written = address.strip_prefix(&site.home)?.strip_prefix('/')?;
        let path = percent::decode_path(written).ok()??;
        let is_published = |name: &str| !name.is_empty() && !name.starts_with(['.', '_']);
        path.split('/').all(is_published).then(|| path.into_owned())
    }
}

/// What the ending of an address tells of its type.
pub fn media_type_of(url: &str) -> Option<&'static str> {
    let path = url.split(['?', '#']).next().unwrap_or(url).to_ascii_lowercase();
    Some(match path.rsplit('.').next()? {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "svg" => "image/svg+xml",
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "pdf" => "application/pdf",
        "epub" => "application/epub+zip",
        _ => return None,
    })
}
