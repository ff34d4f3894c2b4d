//! The record of one file: enough to order and to group its post.

use std::sync::Arc;

use crate::base::fingerprint::Fingerprint;
use crate::base::hash::Hash;
use crate::content::date::Moment;
use crate::content::dependency::Use;
use crate::content::post::Reach;
use crate::content::taxonomy::Taxonomy;

/// The name of a category, a tag and so on.
pub type Group = (Taxonomy, Arc<str>);

/// The catalog's record of one file: enough to order and to group it, no title, no body.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Card {
    /// The file's name across all roots, without folders of digits.
    pub key: Arc<str>,
    /// The same with those folders.
    pub long_key: Arc<str>,
    /// The file, relative to the site.
    pub path: Arc<str>,
    /// The rank of the file's root.
    pub rank: usize,
    /// When it was published.
    pub date: Moment,
    /// Whether it is published at all, once its date has come.
    pub is_withheld: bool,
    /// The feeds that it belongs to, besides the site's.
    pub groups: Vec<Group>,
    /// Hash of the id, unless that is made from the key and so is no other post's.
    pub id: Option<Hash>,
    /// What its entry hangs on besides its file, as far as it was rendered; most have none.
    pub uses: Box<[Use]>,
    /// Which of its feeds it is in.
    pub reach: Reach,
    /// When it leaves its feeds.
    pub expires: Option<Moment>,
    /// When it was changed, by its own word, if that is another time than its date.
    pub changes: Option<Moment>,
    /// Half of the hash of the page's file (`post/address.rs`).
    pub page: u64,
    /// Whether the post has tags.
    pub has_tags: bool,
    /// Hash of the file's bytes: equal bytes are no change.
    pub hash: Hash,
    /// The file as it was when it was read.
    pub stamp: Fingerprint,
}
