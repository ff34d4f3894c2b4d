//! The output folder: documents are written beside their place, then all are renamed.
//!
//! A document whose bytes are on disk already is not touched, so its modification time is the
//! time of its last change: any web server answers conditional requests rightly from it, and so
//! do we after a restart. Files of ours that are in no edition any more are removed. A foreign file,
//! which the manifest does not name with the bytes that it has, is neither removed nor replaced: one
//! in the place of a document stops the pass before anything is renamed.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::fingerprint::Fingerprint;
use crate::base::hash::Hash;
use crate::content::taxonomy::Taxonomy;
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Result};
use crate::feed::edition::{Document, Edition};
use crate::feed::format::atom;
use crate::feed::page;
use crate::os::disk::{self, TEMPORARY, Temporary};
use crate::os::parallel;
use crate::publish::generator_marks::{contains, media_type_of_ours, says_that_we_made_it};
use crate::publish::manifest::Manifest;

/// The largest file that is read to see whether it is ours.
pub const MAX_FILE: u64 = 64 * 1024 * 1024;

/// How many foreign files a message names.
const NAMED: usize = 5;

/// The output folder.
#[derive(Debug)]
pub struct Output {
    /// Whether foreign files may be replaced (`--force`), but for the page at the root.
    pub may_replace: bool,
    folder: PathBuf,
    /// Two writers would take each other's half-written files away.
    lock: File,
    /// Which of the files are ours.
    manifest: Manifest,
    /// Whether there is none of an earlier process.
    is_swept: bool,
    /// The foreign files that stopped the last pass.
    blocked: Option<Blocked>,
}

/// What a pass has written, and what is in its way.
#[derive(Debug, Default)]
pub struct Staged {
    /// Each document with its path, beside its place.
    pub written: Vec<(String, Arc<Document>, Temporary)>,
    /// The paths of what is not ours, where a document must be.
    pub foreign: BTreeSet<String>,
}

/// Foreign files in the places of documents.
#[derive(Debug)]
struct Blocked {
    finding: Box<Finding>,
    files: Vec<(PathBuf, Option<Fingerprint>)>,
}

impl Output {
    /// Opens the output folder, and makes it when it is missing.
    ///
    /// # Errors
    /// When the folder cannot be made, or another process writes to it.
    pub fn open(folder: PathBuf) -> Result<Self> {
        let lock = take(&folder)?;
        let manifest = Manifest::load(&folder);
        Ok(Self { may_replace: false, folder, lock, manifest, is_swept: false, blocked: None })
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
            self.manifest = Manifest::load(&self.folder);
        }
        Ok(is_gone)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Fails as the last pass did, as long as the same foreign files are in the way: to render
    /// everything again only to find them would cost a pass each time.
    ///
    /// # Errors
    /// When they are.
    pub fn is_free(&self) -> Result<()> {
        let Some(Blocked { finding, files }) = &self.blocked else { return Ok(()) };
        let is_same = |(file, stamp): &(PathBuf, _)| stamp_of(file) == *stamp;
        if files.iter().all(is_same) { Err(finding.clone()) } else { Ok(()) }
    }

    /// Gives all written documents their names; returns how many there were.
    ///
    /// # Errors
    /// When a foreign file is in the way, before anything is renamed; when a document cannot be
    /// renamed: those before it are in place then.
    pub fn commit(&mut self, staged: Staged, now: i64) -> Result<usize> {
        let Staged { written, foreign } = staged;
        self.blocked = None;
        if !foreign.is_empty() {
            for (path, _, temporary) in written {
                drop(temporary);
                self.remove_empty_folders(&self.folder.join(path));
            }
            let blocked = self.block(&foreign);
            let finding = blocked.finding.clone();
            self.blocked = Some(blocked);
            return Err(finding);
        }
        let documents = written.iter().map(|(path, document, _)| (&**path, &**document));
        self.manifest.announce(documents, now)?;
        let count = written.len();
        written.into_iter().try_for_each(|(_, _, temporary)| temporary.name())?;
        Ok(count)
    }

    fn block(&self, foreign: &BTreeSet<String>) -> Blocked {
        let file = |path: &String| {
            let file = self.folder.join(path);
            let stamp = stamp_of(&file);
            (file, stamp)
        };
        let files = foreign.iter().map(file).collect();
        let more = foreign.len().saturating_sub(NAMED);
        let error = Error::Foreign { files: foreign.iter().take(NAMED).cloned().collect(), more };
        Blocked { finding: Finding::about(self.folder.display().to_string(), error), files }
    }

    /// Lists an edition that is in place in the manifest, if it is not listed yet. While one pass
    /// follows the other, that waits until there is enough to list, unless it `is_due` now.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn settle(&mut self, edition: &Edition, is_due: bool, now: i64) -> Result<()> {
        if is_due || self.manifest.is_due() { self.manifest.settle(edition, now) } else { Ok(()) }
    }

    /// Removes documents that are in no edition any more, and the folders that this empties. A file
    /// that is not ours stays.
    ///
    /// # Errors
    /// When a file that is there cannot be removed.
    pub fn remove<'p>(&self, paths: impl IntoIterator<Item = &'p str>) -> Result<()> {
        for path in paths {
            let file = self.folder.join(path);
            if self.is_foreign(path, &file) {
                tracing::warn!("`{}` is not feedmill's, so it stays", file.display());
                continue;
            }
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
        let (bytes, stamp) = disk::read(&self.folder.join(path), MAX_FILE).ok()?;
        let document = Document {
            hash: Hash::of(&bytes),
            length: bytes.len() as u64,
            media_type,
            last_modified: stamp.modified.div_euclid(1_000_000_000),
        };
        self.is_ours(path, &bytes, document.hash).then_some((document, bytes))
    }

    /// The documents on disk that we wrote and that `edition` does not have.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn stale(&self, edition: &Edition) -> Result<Vec<String>> {
        let is_stale = |path: &str| edition.document(path).is_none();
        let mut stale: Vec<String> = if self.manifest.is_found() {
            let paths = self.manifest.paths().filter(|path| is_stale(path));
            let is_there = |path: &&str| fs::symlink_metadata(self.folder.join(path)).is_ok();
            paths.filter(is_there).map(str::to_owned).collect()
        } else {
            let files = self.files()?.into_iter();
            let relative = |file: PathBuf| Some(self.relative(&file)?.to_owned());
            let paths = files.filter_map(relative).filter(|path| is_stale(path));
            paths.filter(|path| !self.is_foreign(path, &self.folder.join(path))).collect()
        };
        stale.sort_unstable();
        Ok(stale)
    }

    fn relative<'f>(&self, file: &'f Path) -> Option<&'f str> {
        file.strip_prefix(&self.folder).ok().and_then(Path::to_str)
    }

    /// Whether there is a file at a path that is not ours.
    fn is_foreign(&self, path: &str, file: &Path) -> bool {
        match disk::read(file, MAX_FILE) {
            Ok((bytes, _)) => !self.is_ours(path, &bytes, Hash::of(&bytes)),
            Err(_) => fs::symlink_metadata(file).is_ok(),
        }
    }

    /// Whether the bytes at a path, which have this hash, are ours: the manifest says so. Without
    /// one, they say so themselves.
    pub fn is_ours(&self, path: &str, bytes: &[u8], hash: Hash) -> bool {
        self.manifest.knows(path, hash)
            || (!self.manifest.is_found() && says_that_we_made_it(path, bytes, hash))
    }

    /// The files in the folders that are ours: the output itself, and one per feed.
    fn files(&self) -> Result<Vec<PathBuf>> {
        let (mut files, folders) = list(&self.folder)?;
        for folder in folders.iter().filter(|folder| folder.ends_with(page::ASSETS)) {
            files.extend(list(folder)?.0);
        }
        let is_taxonomy = |folder: &PathBuf| {
            Taxonomy::ALL.iter().any(|known| folder.file_name() == Some(known.word().as_ref()))
        };
        let mut groups = Vec::new();
        for folder in folders.iter().filter(|folder| is_taxonomy(folder)) {
            let (beside, below) = list(folder)?;
            files.extend(beside);
            groups.extend(below);
        }
        // Copies at old addresses may be anywhere.
        let copies = self.manifest.paths().filter(|path| media_type_of_ours(path).is_none());
        let of_copies: BTreeSet<&Path> =
            copies.filter_map(|path| Path::new(path).parent()).collect();
        for folder in of_copies.into_iter().filter(|folder| !folder.as_os_str().is_empty()) {
            files.extend(list(&self.folder.join(folder))?.0);
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

/// What tells whether the file at a path, or the link there, is still the same.
fn stamp_of(file: &Path) -> Option<Fingerprint> {
    fs::symlink_metadata(file).ok().map(|metadata| disk::stamp(&metadata))
}
