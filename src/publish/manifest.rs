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

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use crate::base::hash::Hash;
use crate::diagnostic::finding::{Finding, Result};
use crate::feed::edition::{Document, Edition};
use crate::feed::page::ASSETS;
use crate::os::disk::{self, Temporary};

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
#[derive(Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    path: Cow<'a, str>,
    #[serde(borrow)]
    hash: Cow<'a, str>,
    length: u64,
    #[serde(borrow)]
    r#type: Cow<'a, str>,
}

#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow)]
    documents: Vec<Row<'a>>,
}

/// The bytes that a file may hold and be ours, by their hashes.
#[derive(Debug)]
struct Known {
    latest: Hash,
    others: Vec<Hash>,
}

/// What is known of the files in an output folder.
#[derive(Debug)]
pub struct Manifest {
    /// The folder of the two lists.
    folder: PathBuf,
    /// Whether there was a manifest: without one, only the bytes of a file tell whose it is.
    is_found: bool,
    /// What a file at a path may hold and be ours.
    known: HashMap<Arc<str>, Known>,
    /// The rows of what was announced since the manifest was settled: of a path that is announced again,
    /// any of the rows may be the one that is there.
    pending: Rows,
    /// Whether the manifest lists the edition, and nothing is pending.
    is_settled: bool,
}

/// Rows as they are written, a line each.
#[derive(Debug, Default)]
struct Rows {
    text: Vec<u8>,
    count: usize,
}

impl Manifest {
    /// Reads the manifest of an output folder. One that cannot be read is as good as none, and says so.
    pub fn load(output: &Path) -> Self {
        let folder = output.join(ASSETS);
        let mut manifest = Self {
            is_found: false,
            known: HashMap::new(),
            pending: Rows::default(),
            is_settled: false,
            folder,
        };
        manifest.is_found = manifest.read(SETTLED, |_, _| {});
        manifest.read(PENDING, |manifest, row| manifest.pending.push(row));
        manifest
    }

    /// Takes the rows of a list, and tells whether there is one.
    fn read(&mut self, name: &str, take: impl Fn(&mut Self, &Row<'_>)) -> bool {
        let file = self.folder.join(name);
        if disk::stamp_of(&file).is_none() {
            return false;
        }
        let read = disk::read(&file, MAX_LIST).map_err(|error| error.to_string());
        let read = read.and_then(|(bytes, _)| {
            let list: List<'_> =
                serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
            for row in &list.documents {
                // What is removed by this list must lie in the folder, whoever wrote it.
                let is_below = row.path.split('/').all(|part| !matches!(part, "" | "." | ".."));
                if let Some(hash) = Hash::parse(&row.hash).filter(|_| is_below) {
                    self.know(&row.path, hash);
                    take(self, row);
                }
            }
            Ok(())
        });
        let unusable = |reason: &String| {
            let file = file.display();
            tracing::warn!(%reason, "`{file}` cannot be used; the files tell whose they are");
        };
        read.inspect_err(unusable).is_ok()
    }

    /// Whether there was a manifest when the folder was opened, or is one by now.
    pub fn is_found(&self) -> bool {
        self.is_found
    }

    /// Whether a file at a path is ours if its bytes have this hash.
    pub fn knows(&self, path: &str, hash: Hash) -> bool {
        let is_known = |known: &Known| known.latest == hash || known.others.contains(&hash);
        self.known.get(path).is_some_and(is_known)
    }

    /// The paths of files that may be ours.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.known.keys().map(|path| &**path)
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
        let before = self.pending.count;
        for (path, document) in documents {
            self.know(path, document.hash);
            self.pending.push(&row(path, document, &document.hash.digits()));
        }
        if self.pending.count == before {
            return Ok(());
        }
        self.is_settled = false;
        Temporary::write(self.folder.join(PENDING), &self.pending.list(), now)?.name()
    }

    /// Whether so much is pending that the manifest is due.
    pub fn is_due(&self) -> bool {
        self.pending.count > MOST_PENDING
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
        let mut documents: Vec<_> = edition.documents().collect();
        documents.sort_unstable_by_key(|(path, _)| *path);
        let mut rows = Rows::default();
        for (path, document) in &documents {
            rows.push(&row(path, document, &document.hash.digits()));
        }
        let bytes = rows.list();
        let file = self.folder.join(SETTLED);
        // A generator that empties its output folder takes the manifest with the documents.
        let is_there = disk::stamp_of(&file).is_some_and(|stamp| stamp.size == bytes.len() as u64)
            && disk::read(&file, MAX_LIST).is_ok_and(|(there, _)| there == bytes);
        if !is_there {
            Temporary::write(file, &bytes, now)?.name()?;
        }
        let pending = self.folder.join(PENDING);
        match fs::remove_file(&pending) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Finding::io("remove it", &pending, &error));
            }
            _ => {}
        }
        self.pending = Rows::default();
        let known = |(path, document): (&Arc<str>, &Arc<Document>)| {
            (Arc::clone(path), Known { latest: document.hash, others: Vec::new() })
        };
        self.known = documents.into_iter().map(known).collect();
        (self.is_found, self.is_settled) = (true, true);
        Ok(())
    }

    fn know(&mut self, path: &str, hash: Hash) {
        if let Some(known) = self.known.get_mut(path) {
            let former = std::mem::replace(&mut known.latest, hash);
            known.others.push(former);
        } else {
            self.known.insert(path.into(), Known { latest: hash, others: Vec::new() });
        }
    }
}

impl Rows {
    fn push(&mut self, row: &Row<'_>) {
        self.text.extend_from_slice(if self.count == 0 { b"\n" } else { b",\n" });
        self.text.extend_from_slice(b"{\"path\":");
        // A text that is written to memory: that cannot fail.
        let _ = serde_json::to_writer(&mut self.text, &row.path);
        // Nothing in the others is to be escaped, and to find that out for thousands takes a while.
        let Row { hash, length, r#type, .. } = row;
        let _ = write!(self.text, ",\"hash\":\"{hash}\",\"length\":{length},\"type\":\"{type}\"}}");
        self.count += 1;
    }

    fn list(&self) -> Vec<u8> {
        [b"{\"documents\":[", &*self.text, b"\n]}\n"].concat()
    }
}

fn row<'a>(path: &'a str, document: &Document, digits: &'a [u8; 32]) -> Row<'a> {
    Row {
        path: path.into(),
        hash: std::str::from_utf8(digits).unwrap_or_default().into(),
        length: document.length,
        r#type: document.media_type.into(),
    }
}
