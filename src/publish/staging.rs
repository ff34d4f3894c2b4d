//! The documents of a pass, written beside their places, and what stands in their way.
//!
//! Nothing is renamed here: the output folder does that when all documents are written.

use std::fs::{self, Metadata};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::base::hash::Hash;
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Result};
use crate::feed::edition::Document;
use crate::feed::page;
use crate::os::disk::{self, Temporary};
use crate::publish::export::{MAX_FILE, Output, Staged};
use crate::publish::generator_marks::is_nothing_lost;

/// How far the time of a document may run ahead of the clock, in seconds, when it changes several
/// times within one.
const AHEAD: i64 = 60;

/// Documents that are written and not yet in their place.
#[derive(Debug)]
pub struct Staging<'a> {
    output: &'a Output,
    staged: Mutex<Staged>,
}

/// What is in the place of a document.
enum Place {
    /// Nothing, or a file that may be replaced, with the time of its last change in Unix seconds.
    Free(Option<i64>),
    /// The very bytes, and since when.
    Same(i64),
    /// Something that is not ours, at this path.
    Foreign(String),
}

impl<'a> Staging<'a> {
    /// Begins to write to an output folder.
    pub fn new(output: &'a Output) -> Self {
        Self { output, staged: Mutex::default() }
    }

    /// Writes a document beside its place, unless its bytes are there already. `before` is the
    /// document that the last edition has at this path, `now` the time in Unix seconds. Where a
    /// foreign file is in the way, nothing is written, and [`Output::commit`] fails.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put(
        &self,
        path: &str,
        (media_type, bytes): (&'static str, &[u8]),
        before: Option<&Arc<Document>>,
        now: i64,
    ) -> Result<Arc<Document>> {
        let document = document(media_type, bytes, now);
        if let Some(before) = before.filter(|before| before.is_same(&document)) {
            return Ok(Arc::clone(before));
        }
        let place = self.place(path, bytes, before.map(Arc::as_ref))?;
        if let Place::Foreign(path) = place {
            self.lock().foreign.insert(path);
            return Ok(Arc::new(document));
        }
        self.write(path, bytes, &document, (before, place))
    }

    /// The same for a document that may be missing; nothing where a foreign file is in its place.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put_if_free(
        &self,
        path: &str,
        (media_type, bytes): (&'static str, &[u8]),
        before: Option<&Arc<Document>>,
        now: i64,
    ) -> Result<Option<Arc<Document>>> {
        let document = document(media_type, bytes, now);
        let place = self.place(path, bytes, before.map(Arc::as_ref))?;
        if matches!(place, Place::Foreign(_)) {
            return Ok(None);
        }
        if let Some(before) = before.filter(|before| before.is_same(&document)) {
            return Ok(Some(Arc::clone(before)));
        }
        self.write(path, bytes, &document, (before, place)).map(Some)
    }

    /// What is in the place of a document whose bytes are to be these. `before` is what the last
    /// edition has there: a file that is as that was left need not be read.
    fn place(&self, path: &str, bytes: &[u8], before: Option<&Document>) -> Result<Place> {
        let file = self.output.folder().join(path);
        let found = match fs::symlink_metadata(&file) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                return Ok(Place::Foreign(self.obstacle(path)));
            }
            // What else is wrong shows when the file is written.
            Err(_) => return Ok(Place::Free(None)),
        };
        let modified = disk::stamp(&found).modified.div_euclid(1_000_000_000);
        let is_left = |before: &Document| {
            before.length == found.len() && before.last_modified == modified && found.is_file()
        };
        if before.is_some_and(is_left) {
            return Ok(Place::Free(Some(modified)));
        }
        let (is_index, foreign) = (path == page::FILE, || Place::Foreign(path.to_owned()));
        let forced = |found: &Metadata| self.output.may_replace && !is_index && !found.is_dir();
        if !found.is_file() {
            return Ok(if forced(&found) { Place::Free(None) } else { foreign() });
        }
        let failed = |error| Finding::about(file.display().to_string(), error);
        let there = match disk::read(&file, MAX_FILE) {
            Ok((there, _)) => there,
            Err(Error::TooLarge { .. }) if forced(&found) => {
                return Ok(Place::Free(Some(modified)));
            }
            Err(Error::TooLarge { .. }) => return Ok(foreign()),
            Err(error) => return Err(failed(error)),
        };
        Ok(if there == bytes {
            Place::Same(modified)
        } else if self.output.is_ours(path, &there, Hash::of(&there))
            || forced(&found)
            || is_nothing_lost(&there, bytes)
        {
            Place::Free(Some(modified))
        } else {
            foreign()
        })
    }

    /// The file that stands where a folder above a path must be.
    fn obstacle(&self, path: &str) -> String {
        let ends = path.match_indices('/').map(|(end, _)| end);
        let mut folders = ends.map(|end| &path[..end]);
        let is_file = |folder: &&str| !self.output.folder().join(folder).is_dir();
        folders.find(is_file).unwrap_or(path).to_owned()
    }

    fn write(
        &self,
        path: &str,
        bytes: &[u8],
        document: &Document,
        (before, place): (Option<&Arc<Document>>, Place),
    ) -> Result<Arc<Document>> {
        let now = document.last_modified;
        let dated = |last_modified| Arc::new(Document { last_modified, ..document.clone() });
        let modified = match place {
            Place::Same(modified) if before.is_none() => {
                return Ok(dated(modified.min(now + AHEAD)));
            }
            Place::Same(modified) => Some(modified),
            Place::Free(modified) => modified,
            Place::Foreign(_) => None,
        };
        // The file has the time that is served, so it is the same one after a restart.
        // Changes within a second have times of their own, or a reader that knows only the time of
        // the first would never hear of the others.
        let modified = before.map(|before| before.last_modified).or(modified);
        let now = modified.map_or(now, |before| (before + 1).clamp(now, now + AHEAD));
        let temporary = Temporary::write(self.output.folder().join(path), bytes, now)?;
        let document = dated(now);
        self.lock().written.push((path.to_owned(), Arc::clone(&document), temporary));
        Ok(document)
    }

    /// What was written, for [`Output::commit`].
    pub fn close(self) -> Staged {
        self.staged.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Staged> {
        self.staged.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The document that some bytes are.
fn document(media_type: &'static str, bytes: &[u8], last_modified: i64) -> Document {
    Document { hash: Hash::of(bytes), length: bytes.len() as u64, media_type, last_modified }
}
