//! What every file of an export must be.

use std::fs;
use std::path::Path;

/// Whether a file is a feed's document.
pub(crate) fn is_feed(file: &Path) -> bool {
    matches!(
        file.file_name().and_then(|name| name.to_str()),
        Some("rss.xml" | "atom.xml" | "feed.json")
    )
}

/// A file of the export is whole, and has its name.
#[track_caller]
pub(crate) fn check_document(file: &Path) {
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(!name.starts_with(".feedmill-tmp-"), "{} is left", file.display());
    if is_feed(file) {
        check_feed(name, &fs::read_to_string(file).unwrap());
    }
}

/// A feed is well-formed.
#[track_caller]
pub(crate) fn check_feed(name: &str, text: &str) {
    if name.ends_with("feed.json") {
        let feed: Result<serde_json::Value, _> = serde_json::from_str(text);
        feed.unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
    } else {
        let parsed = roxmltree::Document::parse(text);
        assert!(parsed.is_ok(), "{name}: {:?}\n{text}", parsed.err());
    }
}
