//! Bounded cache of document bytes, plain and compressed, read from the export on first use.
//!
//! An edition knows only the hash of a document. What the disk gives back is checked against it,
//! so that a client never gets bytes under the entity tag of others, even in the instant in which
//! the next edition is already on disk and not yet published.

use crate::error::Finding;
use crate::feed::edition::Document;
use crate::hash::Hash;
use crate::http::encoding::Coding;
use bytes::Bytes;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::OnceCell;

/// How many bytes of bodies are kept when the operator names no number.
pub const DEFAULT_BUDGET: usize = 64 * 1024 * 1024;

/// What one entry costs beside its body: two keys, the entry, their share of the maps.
const OVERHEAD: usize = 160;

/// The level of gzip: 9 costs twice the time for one per cent.
const LEVEL: u32 = 6;

/// Why there are no bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Miss {
    /// The export holds other bytes or none: the next edition is about to be published.
    Replaced,
    /// The file cannot be read.
    Unreadable(Box<Finding>),
}

/// The cache of one export folder.
#[derive(Debug)]
pub struct Cache {
    output: PathBuf,
    budget: usize,
    shelves: Mutex<Shelves>,
    /// Whether the export did not hold a document although there was time to write it.
    is_spoilt: AtomicBool,
}

impl Cache {
    /// An empty cache over the export in `output` that keeps at most `budget` bytes.
    pub fn new(output: PathBuf, budget: usize) -> Self {
        Self { output, budget, shelves: Mutex::default(), is_spoilt: AtomicBool::new(false) }
    }

    /// The bytes if they are here: no waiting, no I/O, and no copy.
    pub fn hit(&self, hash: Hash, coding: Coding) -> Option<Bytes> {
        self.lock().take((hash, coding))
    }

    /// The bytes of a document, read and compressed if need be; once, however many ask for them.
    ///
    /// # Errors
    /// When the export does not hold them.
    pub async fn bytes(
        self: &Arc<Self>,
        path: &Arc<str>,
        document: &Document,
        coding: Coding,
    ) -> Result<Bytes, Miss> {
        let key = (document.hash, coding);
        let flight = {
            let mut shelves = self.lock();
            if let Some(bytes) = shelves.take(key) {
                return Ok(bytes);
            }
            let cell = Arc::clone(shelves.loading.entry(key).or_default());
            Flight { cache: self, key, cell }
        };
        let load = || async {
            let (cache, path, length) = (Arc::clone(self), Arc::clone(path), document.length);
            let task = tokio::task::spawn_blocking(move || {
                let bytes = cache.load(&path, length, key)?;
                cache.lock().keep(key, bytes.clone(), cache.budget);
                Ok(bytes)
            });
            // The task fails only when the runtime is being taken down.
            task.await.unwrap_or(Err(Miss::Replaced))
        };
        flight.cell.get_or_try_init(load).await.cloned()
    }

    /// The export does not hold a document of the edition, and will not by itself.
    pub fn report_spoilt(&self) {
        self.is_spoilt.store(true, Ordering::Relaxed);
    }

    /// Whether that was reported since it was last asked.
    pub fn take_spoilt(&self) -> bool {
        self.is_spoilt.swap(false, Ordering::Relaxed)
    }

    /// How many bytes are kept at this moment, their overhead included.
    pub fn size(&self) -> usize {
        self.lock().size
    }

    fn load(&self, path: &str, length: u64, (hash, coding): Key) -> Result<Bytes, Miss> {
        match coding {
            Coding::Identity => read(&self.output.join(path), length, hash).map(Bytes::from),
            Coding::Gzip => {
                let plain = match self.hit(hash, Coding::Identity) {
                    Some(plain) => plain,
                    None => read(&self.output.join(path), length, hash)?.into(),
                };
                compress(&plain).map(Bytes::from).map_err(|source| {
                    Miss::Unreadable(Finding::io("compress", Path::new(path), &source))
                })
            }
        }
    }

    /// A holder of the lock cannot panic half-way through a change, so a poisoned lock is sound.
    fn lock(&self) -> MutexGuard<'_, Shelves> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Key = (Hash, Coding);

#[derive(Debug)]
struct Entry {
    bytes: Bytes,
    /// When it was last asked for: its key in `recency`.
    used: u64,
}

#[derive(Debug, Default)]
struct Shelves {
    ready: HashMap<Key, Entry>,
    /// All keys of `ready`, each once, the least recently used first.
    recency: BTreeMap<u64, Key>,
    /// Counts uses; in 500 years it would run over.
    uses: u64,
    /// What `ready` costs.
    size: usize,
    /// What is being read at this moment; those who want it too wait at the cell.
    loading: HashMap<Key, Arc<OnceCell<Bytes>>>,
}

impl Shelves {
    /// Bytes that are kept, which thereby become the most recently used.
    fn take(&mut self, key: Key) -> Option<Bytes> {
        let entry = self.ready.get_mut(&key)?;
        self.uses += 1;
        self.recency.remove(&entry.used);
        self.recency.insert(self.uses, key);
        entry.used = self.uses;
        Some(entry.bytes.clone())
    }

    /// Keeps new bytes, and lets the least recently used go until the budget holds.
    fn keep(&mut self, key: Key, bytes: Bytes, budget: usize) {
        let cost = bytes.len() + OVERHEAD;
        if cost > budget || self.ready.contains_key(&key) {
            return;
        }
        while self.size + cost > budget {
            let Some((_, oldest)) = self.recency.pop_first() else {
                break;
            };
            if let Some(gone) = self.ready.remove(&oldest) {
                self.size -= gone.bytes.len() + OVERHEAD;
            }
        }
        self.size += cost;
        self.uses += 1;
        self.recency.insert(self.uses, key);
        self.ready.insert(key, Entry { bytes, used: self.uses });
    }
}

/// One who waits for bytes that are being read.
struct Flight<'a> {
    cache: &'a Cache,
    key: Key,
    cell: Arc<OnceCell<Bytes>>,
}

impl Drop for Flight<'_> {
    /// The last one to leave clears the place, also when its client hung up half-way.
    fn drop(&mut self) {
        let mut shelves = self.cache.lock();
        let is_same = |there: &Arc<_>| Arc::ptr_eq(there, &self.cell);
        // The two are this one and the one in the map; both are cloned under the lock only.
        if Arc::strong_count(&self.cell) <= 2 && shelves.loading.get(&self.key).is_some_and(is_same)
        {
            shelves.loading.remove(&self.key);
        }
    }
}

/// Reads a file that must have this length and this hash.
fn read(file: &Path, length: u64, hash: Hash) -> Result<Vec<u8>, Miss> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Miss::Replaced,
        _ => Miss::Unreadable(Finding::io("read", file, &source)),
    };
    // Asked before opening: to open a named pipe would wait for its other end.
    let found = std::fs::metadata(file).map_err(failed)?;
    if !found.is_file() || found.len() != length {
        return Err(Miss::Replaced);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).map_err(|_| Miss::Replaced)?);
    std::fs::File::open(file)
        .and_then(|opened| opened.take(length).read_to_end(&mut bytes))
        .map_err(failed)?;
    if Hash::of(&bytes) == hash { Ok(bytes) } else { Err(Miss::Replaced) }
}

/// gzip without a name or a time in it: the same bytes on every host.
fn compress(plain: &[u8]) -> io::Result<Vec<u8>> {
    let room = Vec::with_capacity(plain.len() / 3);
    let mut encoder =
        flate2::GzBuilder::new().mtime(0).write(room, flate2::Compression::new(LEVEL));
    encoder.write_all(plain)?;
    encoder.finish().map(|mut bytes| {
        bytes.shrink_to_fit();
        bytes
    })
}
