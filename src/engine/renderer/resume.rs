//! Takes over the export of an earlier process at a start.

use std::sync::Arc;

use crate::catalog::FeedName;
use crate::content::site::Site;
use crate::diagnostic::finding::Result;
use crate::engine::renderer::{Left, Listed, Renderer, files};
use crate::engine::snapshot::Record;
use crate::feed::directory::Listing;
use crate::feed::edition::{Document, Edition, Former};
use crate::os::parallel;
use crate::publish::generator_marks::media_type_of_ours;

impl Renderer {
    /// Forgets what was rendered and what is on disk: the next printing prints everything, and
    /// compares it byte by byte with what it finds.
    pub fn forget(&mut self) {
        self.entry_cache.clear();
        self.doubt_export();
    }

    /// The next printing compares everything with what is on disk, which others have changed.
    pub fn doubt_export(&mut self) {
        self.is_disk_known = false;
    }

    /// Takes over the edition that an earlier process left on disk; says whether there was one.
    ///
    /// # Errors
    /// When the output folder cannot be listed.
    pub fn adopt(&mut self) -> Result<bool> {
        let left = self.output.left()?;
        let is_there = left.is_some();
        if let Some(edition) = left {
            self.edition = Arc::new(edition);
        }
        Ok(is_there)
    }

    /// Takes over what a snapshot knows of documents that are on disk as it knows them; says how many
    /// are. The feeds of the others are owed.
    pub fn resume(&mut self, records: Vec<Record>, listings: Vec<Listed>, site: &Site) -> Left {
        let mut edition = Edition::default();
        let mut left = Left::All;
        let former = Arc::new(Former::of(site));
        edition.set_former(Arc::clone(&former));
        let is_held =
            |record: &Record| self.output.holds(&record.path, record.length, record.last_modified);
        let are_held = parallel::read(&records, is_held);
        for (Record { path, hash, length, last_modified }, is_held) in
            records.into_iter().zip(are_held)
        {
            let original = former.original(&path).unwrap_or(&path);
            let Some(media_type) = media_type_of_ours(original).filter(|_| is_held) else {
                left = Left::Some;
                continue;
            };
            let document = Document { hash, length, media_type, last_modified };
            edition.put(path.into(), Arc::new(document));
        }
        if edition.documents().next().is_none() {
            return Left::Nothing;
        }
        self.listings = listings.into_iter().map(|(name, one)| (name, Arc::new(one))).collect();
        let is_there = |path: &str| edition.document(path).is_some();
        let has_copies = |path: &str| {
            former.copies(path).iter().all(|context| context.is_optional || is_there(&context.file))
        };
        let is_whole =
            |name: &FeedName| files(name).all(|(path, _)| is_there(&path) && has_copies(&path));
        self.owed = self.listings.keys().filter(|name| !is_whole(name)).cloned().collect();
        self.edition = Arc::new(edition);
        self.is_disk_known = true;
        self.is_patched = left == Left::Some;
        left
    }

    /// What a snapshot keeps of the export; nothing when that is not as it should be.
    pub fn records(&self) -> Option<(Vec<Record>, Vec<Listed>)> {
        if !self.is_disk_known || !self.owed.is_empty() || self.is_patched {
            return None;
        }
        let record = |(path, document): (&Arc<str>, &Arc<Document>)| Record {
            path: path.to_string(),
            hash: document.hash,
            length: document.length,
            last_modified: document.last_modified,
        };
        let mut records: Vec<Record> = self.edition.documents().map(record).collect();
        records.sort_unstable_by(|left, right| left.path.cmp(&right.path));
        let listing = |(name, one): (&FeedName, &Arc<Listing>)| (name.clone(), Listing::clone(one));
        Some((records, self.listings.iter().map(listing).collect()))
    }
}
