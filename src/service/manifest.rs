//! The manifest: which files in the output folder feedmill has written, so that it never takes the
//! file of another for its own.
//!
//! `_feedmill/manifest.json` lists the documents of an edition: path, hash, length, type, and no time,
//! so that the same folder gives the same bytes. Before a pass renames its first document, it names
//! all of them in `_feedmill/pending.json`; that file goes when the manifest is settled. A process
//! that is killed at any moment leaves files that one of the two names, by the bytes that they had or
//! by those that they were to have.
//!
//! Neither is fsynced. Journaling file systems keep the order of renames, so a document is never
//! newer than the list that names it; where a list is lost, the folder is one without a manifest.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Finding, Result};
use crate::feed::edition::{Document, Edition};
use crate::feed::page::ASSETS;
use crate::hash::Hash;
use crate::service::disk::{self, Temporary};

/// What the last edition that was settled holds.
const SETTLED: &str = "manifest.json";

/// What was written since.
const PENDING: &str = "pending.json";

/// How many documents are pending at most: a list that is written with each pass must stay short, and
/// the manifest of thousands of documents is not to be written for a few.
const MOST_PENDING: usize = 256;

/// The longest list that is read, in bytes: some hundred thousand documents.
const MAX_LIST: u64 = 128 * 1024 * 1024;

/// One document, as both lists have it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Row {
    path: String,
    hash: String,
    length: u64,
    r#type: String,
}

#[derive(Deserialize)]
struct List {
    documents: Vec<Row>,
}

/// What is known of the files in an output folder.
#[derive(Debug)]
pub struct Manifest {
    /// The folder of the two lists.
    folder: PathBuf,
    /// Whether there was a manifest: without one, only the bytes of a file tell whose it is.
    is_found: bool,
    /// The bytes that a file at a path may hold and be ours.
    known: HashMap<String, Vec<Hash>>,
    /// What was announced since the manifest was settled: of a path that is announced again, any of the
    /// rows may be the one that is there.
    pending: Vec<Row>,
    /// The hash of the manifest on disk.
    settled: Option<Hash>,
    /// Whether the manifest lists the edition, and nothing is pending.
    is_settled: bool,
}

impl Manifest {
    /// Reads the manifest of an output folder. One that cannot be read is as good as none, and says so.
    pub fn load(output: &Path) -> Self {
        let folder = output.join(ASSETS);
        let settled = read(&folder.join(SETTLED));
        let mut manifest = Self {
            is_found: settled.is_some(),
            known: HashMap::new(),
            pending: Vec::new(),
            settled: settled.as_ref().map(|(_, hash)| *hash),
            is_settled: false,
            folder,
        };
        let rows = settled.map(|(rows, _)| rows).unwrap_or_default();
        let pending = read(&manifest.folder.join(PENDING));
        let pending = pending.map(|(rows, _)| rows).unwrap_or_default();
        for row in rows.iter().chain(&pending) {
            manifest.know(row);
        }
        manifest.pending = pending;
        manifest
    }

    /// Whether there was a manifest when the folder was opened, or is one by now.
    pub fn is_found(&self) -> bool {
        self.is_found
    }

    /// Whether a file at a path is ours if its bytes have this hash.
    pub fn knows(&self, path: &str, hash: Hash) -> bool {
        self.known.get(path).is_some_and(|hashes| hashes.contains(&hash))
    }

    /// The paths of files that may be ours.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.known.keys().map(String::as_str)
    }

    /// Names documents that are about to take their places, as of `now` in Unix seconds.
    ///
    /// # Errors
    /// When that cannot be written; then nothing may be renamed.
    pub fn announce<'d>(
        &mut self,
        documents: impl Iterator<Item = (&'d str, &'d Document)>,
        now: i64,
    ) -> Result<()> {
        let rows: Vec<Row> = documents.map(|(path, document)| row(path, document)).collect();
        if rows.is_empty() {
            return Ok(());
        }
        for row in &rows {
            self.know(row);
        }
        self.pending.extend(rows);
        self.is_settled = false;
        let file = self.folder.join(PENDING);
        Temporary::write(file, &written(self.pending.iter())?, now)?.name()
    }

    /// Whether so much is pending that the manifest is due.
    pub fn is_due(&self) -> bool {
        self.pending.len() > MOST_PENDING
    }

    /// Lists an edition whose documents are in their places, as of `now` in Unix seconds: from now on
    /// these bytes alone are ours.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn settle(&mut self, edition: &Edition, now: i64) -> Result<()> {
        if self.is_settled {
            return Ok(());
        }
        let mut rows: Vec<Row> =
            edition.documents().map(|(path, document)| row(path, document)).collect();
        rows.sort_unstable_by(|left, right| left.path.cmp(&right.path));
        let bytes = written(rows.iter())?;
        let hash = Hash::of(&bytes);
        if self.settled != Some(hash) {
            Temporary::write(self.folder.join(SETTLED), &bytes, now)?.name()?;
            self.settled = Some(hash);
        }
        let pending = self.folder.join(PENDING);
        match fs::remove_file(&pending) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Finding::io("remove it", &pending, &error));
            }
            _ => {}
        }
        self.pending.clear();
        self.known.clear();
        for row in &rows {
            self.know(row);
        }
        (self.is_found, self.is_settled) = (true, true);
        Ok(())
    }

    fn know(&mut self, row: &Row) {
        // What is removed by this list must lie in the folder, whoever wrote it.
        let is_below = row.path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        let Some(hash) = Hash::parse(&row.hash).filter(|_| is_below) else { return };
        let hashes = self.known.entry(row.path.clone()).or_default();
        if !hashes.contains(&hash) {
            hashes.push(hash);
        }
    }
}

fn row(path: &str, document: &Document) -> Row {
    Row {
        path: path.to_owned(),
        hash: document.hash.to_string(),
        length: document.length,
        r#type: document.media_type.to_owned(),
    }
}

/// A list, a line for each document.
fn written<'r>(rows: impl Iterator<Item = &'r Row>) -> Result<Vec<u8>> {
    let mut list = b"{\"documents\":[".to_vec();
    for (index, row) in rows.enumerate() {
        list.extend_from_slice(if index == 0 { b"\n" } else { b",\n" });
        serde_json::to_writer(&mut list, row).map_err(|error| {
            let error = Error::Io { doing: "write it", reason: error.to_string() };
            Finding::about(SETTLED, error)
        })?;
    }
    list.extend_from_slice(b"\n]}\n");
    Ok(list)
}

/// The documents of a list, and the hash of its bytes; nothing when there is none.
fn read(file: &Path) -> Option<(Vec<Row>, Hash)> {
    disk::stamp_of(file)?;
    let read = disk::read(file, MAX_LIST).map_err(|error| error.to_string());
    let list = read.and_then(|(bytes, _)| {
        let list: List = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        Ok((list.documents, Hash::of(&bytes)))
    });
    let unusable = |reason: &String| {
        let file = file.display();
        tracing::warn!(%reason, "`{file}` cannot be used; the files tell whose they are");
    };
    list.inspect_err(unusable).ok()
}
