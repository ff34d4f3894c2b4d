//! What a format is.

use crate::diagnostic::Error;
use crate::feed::model::Feed;

/// One way of writing a feed down.
#[derive(Debug)]
pub struct Format {
    /// Its name, for people.
    pub name: &'static str,
    /// Its name in settings.
    pub word: &'static str,
    /// Its file in a feed's folder.
    pub file: &'static str,
    /// The `Content-Type` of its documents.
    pub media_type: &'static str,
    /// What stands near the beginning of a document that feedmill has written, and of hardly another.
    pub mark: &'static str,
    /// Writes a feed; the same feed gives the same bytes.
    pub render: fn(&Feed) -> Result<Vec<u8>, Error>,
}

impl Format {
    /// The self link of a feed in this format.
    pub fn self_link(&self, feed: &Feed) -> String {
        format!("{}{}", feed.folder, self.file)
    }
}

/// What a feed's `generator` says. It names no version: a new one would change every document.
pub const GENERATOR: &str = "feedmill";

/// The same as an element of XML.
pub const MARK: &str = "<generator>feedmill</generator>";
