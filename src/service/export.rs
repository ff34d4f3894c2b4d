//! The output folder: documents are written beside their place, then all are renamed.
//!
//! A document whose bytes are on disk already is not touched, so its modification time is the
//! time of its last change: any web server answers conditional requests rightly from it, and so
//! do we after a restart. Files of ours that are in no edition any more are removed; files that
//! are not ours never.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::content::site::Taxonomy;
use crate::error::{Finding, Result};
use crate::feed::directory::DIRECTORIES;
use crate::feed::edition::{Document, Edition};
use crate::feed::format::{FORMATS, GENERATOR, atom};
use crate::feed::page;
use crate::hash::Hash;
use crate::service::disk::{self, TEMPORARY, Temporary};
use crate::service::parallel;

/// How much of a file is read to see whether it is ours.
const MARK_WITHIN: u64 = 64 * 1024 * 1024;

/// How far the time of a document may run ahead of the clock, in seconds, when it changes several
/// times within one.
const AHEAD: i64 = 60;

/// The output folder.
#[derive(Debug)]
pub struct Output {
    folder: PathBuf,
    /// Two writers would take each other's half-written files away.
    lock: File,
    /// Whether there is none of an earlier process.
    is_swept: bool,
}

/// Documents that are written and not yet in their place.
#[derive(Debug)]
pub struct Staging<'a> {
    output: &'a Output,
    written: Mutex<Vec<Temporary>>,
}

impl Output {
    /// Opens the output folder, and makes it when it is missing.
    ///
    /// # Errors
    /// When the folder cannot be made, or another process writes to it.
    pub fn open(folder: PathBuf) -> Result<Self> {
        let lock = take(&folder)?;
        Ok(Self { folder, lock, is_swept: false })
    }

    /// Removes files that an earlier process had half written; once, before the first is written,
    /// and not sooner than needed: to list thousands of folders takes as long as to load a snapshot.
    ///
    /// # Errors
    /// When the folder cannot be listed, or a file of ours not removed.
    pub fn sweep(&mut self) -> Result<()> {
        if self.is_swept {
            return Ok(());
        }
        let is_half_written = |file: &PathBuf| {
            let name = file.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with(TEMPORARY))
        };
        for file in self.files()?.into_iter().filter(is_half_written) {
            match fs::remove_file(&file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(Finding::io("remove it", &file, &error));
                }
                _ => {}
            }
        }
        self.is_swept = true;
        Ok(())
    }

    /// Takes the folder again when others have deleted or replaced it; says whether they have.
    ///
    /// # Errors
    /// When it cannot be made, or another process writes to it.
    pub fn retake(&mut self) -> Result<bool> {
        let is_gone = !disk::is_at(&self.lock, &self.folder);
        if is_gone {
            self.lock = take(&self.folder)?;
        }
        Ok(is_gone)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Begins to write documents.
    pub fn stage(&self) -> Staging<'_> {
        Staging { output: self, written: Mutex::new(Vec::new()) }
    }

    /// Removes documents that are in no edition any more, and the folders that this empties.
    ///
    /// # Errors
    /// When a file that is there cannot be removed.
    pub fn remove<'p>(&self, paths: impl IntoIterator<Item = &'p str>) -> Result<()> {
        for path in paths {
            let file = self.folder.join(path);
            match fs::remove_file(&file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(Finding::io("remove it", &file, &error));
                }
                _ => self.remove_empty_folders(&file),
            }
        }
        Ok(())
    }

    /// Whether the file of a document is there, as long and as old as it was left.
    pub fn holds(&self, path: &str, length: u64, last_modified: i64) -> bool {
        fs::symlink_metadata(self.folder.join(path)).is_ok_and(|metadata| {
            let modified = disk::stamp(&metadata).modified.div_euclid(1_000_000_000);
            metadata.is_file() && metadata.len() == length && modified == last_modified
        })
    }

    /// The edition that an earlier process left, if there are posts in it.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn left(&self) -> Result<Option<Edition>> {
        let mut edition = Edition::default();
        let mut has_entries = false;
        for file in self.files()? {
            let Some(path) = file.strip_prefix(&self.folder).ok().and_then(Path::to_str) else {
                continue;
            };
            let Some((document, bytes)) = self.document(path) else { continue };
            has_entries |= path == atom::FORMAT.file && contains(&bytes, b"<entry>");
            edition.put(path.into(), Arc::new(document));
        }
        Ok(has_entries.then_some(edition))
    }

    /// The document of ours that is at a path, and its bytes.
    pub fn document(&self, path: &str) -> Option<(Document, Vec<u8>)> {
        let media_type = media_type_of_ours(path)?;
        let (bytes, stamp) = disk::read(&self.folder.join(path), MARK_WITHIN).ok()?;
        let document = Document {
            hash: Hash::of(&bytes),
            length: bytes.len() as u64,
            media_type,
            last_modified: stamp.modified.div_euclid(1_000_000_000),
        };
        says_that_we_made_it(&bytes).then_some((document, bytes))
    }

    /// The documents on disk that we wrote and that `edition` does not have.
    ///
    /// Nothing else says what we wrote before a restart: a file is ours when it stands where a
    /// document of ours would stand, and says that we made it.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn stale(&self, edition: &Edition) -> Result<Vec<String>> {
        let mut stale = Vec::new();
        for file in self.files()? {
            let Some(path) = file.strip_prefix(&self.folder).ok().and_then(Path::to_str) else {
                continue;
            };
            if media_type_of_ours(path).is_some()
                && edition.document(path).is_none()
                && disk::read(&file, MARK_WITHIN)
                    .is_ok_and(|(bytes, _)| says_that_we_made_it(&bytes))
            {
                stale.push(path.to_owned());
            }
        }
        stale.sort_unstable();
        Ok(stale)
    }

    /// The files in the folders that are ours: the output itself, and one per feed.
    fn files(&self) -> Result<Vec<PathBuf>> {
        let (mut files, folders) = list(&self.folder)?;
        let is_taxonomy = |folder: &PathBuf| {
            Taxonomy::ALL.iter().any(|known| folder.file_name() == Some(known.word().as_ref()))
        };
        let mut groups = Vec::new();
        for folder in folders.iter().filter(|folder| is_taxonomy(folder)) {
            let (beside, below) = list(folder)?;
            files.extend(beside);
            groups.extend(below);
        }
        // There are thousands of these.
        for listed in parallel::read(&groups, |folder| list(folder)) {
            files.extend(listed?.0);
        }
        Ok(files)
    }

    fn remove_empty_folders(&self, file: &Path) {
        let folders = file.ancestors().skip(1).take_while(|folder| *folder != self.folder);
        for folder in folders {
            // A folder with foreign files in it stays.
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
    }
}

impl Staging<'_> {
    /// Writes a document beside its place, unless its bytes are there already. `before` is the
    /// document that the last edition has at this path, `now` the time in Unix seconds.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put(
        &self,
        path: &str,
        media_type: &'static str,
        bytes: &[u8],
        before: Option<&Arc<Document>>,
        now: i64,
    ) -> Result<Arc<Document>> {
        let hash = Hash::of(bytes);
        if let Some(before) =
            before.filter(|before| before.hash == hash && before.media_type == media_type)
        {
            return Ok(Arc::clone(before));
        }
        let is_unknown = before.is_none();
        let length = bytes.len() as u64;
        let file = self.output.folder.join(path);
        let document =
            |last_modified| Arc::new(Document { hash, length, media_type, last_modified });
        let before = before.map(|before| before.last_modified).or_else(|| modified_of(&file));
        if let Some(modified) = before.filter(|_| is_unknown && is_on_disk(&file, bytes)) {
            return Ok(document(modified.min(now + AHEAD)));
        }
        // The file has the time that is served, so it is the same one after a restart.
        // Changes within a second have times of their own, or a reader that knows only the time of
        // the first would never hear of the others.
        let now = before.map_or(now, |before| (before + 1).clamp(now, now + AHEAD));
        let temporary = Temporary::write(file, bytes, now)?;
        self.written.lock().unwrap_or_else(PoisonError::into_inner).push(temporary);
        Ok(document(now))
    }

    /// Gives all written documents their names; returns how many there were.
    ///
    /// # Errors
    /// When one cannot be renamed; those before it are in place then.
    pub fn commit(self) -> Result<usize> {
        let written = self.written.into_inner().unwrap_or_else(PoisonError::into_inner);
        let count = written.len();
        written.into_iter().try_for_each(Temporary::name)?;
        Ok(count)
    }
}

/// The regular files and the folders in a folder; none when it was removed just now.
fn list(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let failed = |error| Finding::io("list it", folder, &error);
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((files, folders)),
        entries => entries.map_err(failed)?,
    };
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            folders.push(entry.path());
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok((files, folders))
}

/// Makes a folder when it is missing, and locks it.
fn take(folder: &Path) -> Result<File> {
    fs::create_dir_all(folder).map_err(|error| Finding::io("make it", folder, &error))?;
    disk::lock(folder)
}

/// When a file was last changed, in Unix seconds, if it is there.
fn modified_of(file: &Path) -> Option<i64> {
    let metadata = fs::symlink_metadata(file).ok().filter(Metadata::is_file)?;
    Some(disk::stamp(&metadata).modified.div_euclid(1_000_000_000))
}

/// Whether a file holds just these bytes.
fn is_on_disk(file: &Path, bytes: &[u8]) -> bool {
    let length = bytes.len() as u64;
    fs::symlink_metadata(file).is_ok_and(|found| found.is_file() && found.len() == length)
        && disk::read(file, length).is_ok_and(|(found, _)| found == bytes)
}

/// The type of the document of ours that could stand at a path below the output.
pub fn media_type_of_ours(path: &str) -> Option<&'static str> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let format = FORMATS.iter().find(|format| format.file == name).map(|format| format.media_type);
    let of_feed = format.or((name == page::FILE).then_some(page::MEDIA_TYPE));
    let of_directory = || {
        let directory = DIRECTORIES.iter().find(|directory| directory.file == name);
        directory.map(|directory| directory.media_type)
    };
    let of_shared = || {
        let shared = page::SHARED.iter().find(|(file, ..)| *file == name);
        shared.map(|(_, media_type, _)| *media_type)
    };
    match folder.split_once('/') {
        None if folder.is_empty() => of_feed.or_else(of_directory).or_else(of_shared),
        Some((taxonomy, group)) if !group.contains('/') => {
            of_feed.filter(|_| Taxonomy::ALL.iter().any(|known| known.word() == taxonomy))
        }
        _ => None,
    }
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// Every format names its generator near its beginning.
fn says_that_we_made_it(bytes: &[u8]) -> bool {
    contains(&bytes[..bytes.len().min(4096)], GENERATOR.as_bytes())
}
